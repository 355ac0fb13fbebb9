/* What generators and discriminators have in common. */
#ifndef GAN_SRC_NN_RECIPE_H
#define GAN_SRC_NN_RECIPE_H

#include "base/options.h"
#include "gan/discriminator.h"
#include "nn/conditioning.h"

/* The builders' options in the first release end with these fields. */
#define GAN_GENERATOR_OPTIONS_LEAST     (offsetof(gan_generator_options, initializer) + sizeof(gan_initializer))
#define GAN_DISCRIMINATOR_OPTIONS_LEAST (offsetof(gan_discriminator_options, initializer) + sizeof(gan_initializer))

/* The fields that both kinds of options have. */
struct gan_recipe_size {
    gan_recipe recipe;
    int hidden_count;
    const int64_t *hidden;
    gan_normalization normalization;
    int64_t width, most_width, blocks;
    int spectral_norm;
};
/* GAN_OK, or an error that names the field, or says what the recipe cannot make of `example`. */
gan_status gan_recipe_check(const struct gan_recipe_size *size, gan_shape example, const char *who);

/* What follows a hidden layer's product. */
struct gan_recipe_hidden {
    gan_activation activation;
    float slope;
    gan_normalization normalization;
    float epsilon, momentum, dropout;
    float gain_deviation;      /* batch norm's gains are drawn from N(1, gain_deviation²); 0: they are 1 */
    struct gan_conditioned by; /* G's; D's hidden layers get no labels: all zero */
};

/* Adds `product` (dense, maxout or a convolution; given away) and what follows it. Errors stick to the model. */
void gan_recipe_add_hidden(gan_model *model, gan_layer *product, const struct gan_recipe_hidden *hidden);

/* Layers on their way into a model or a block, in order. NULL may be among them: the error then shows where they go. */
struct gan_recipe_layers {
    gan_layer *layer[12];
    int count;
};
void gan_recipe_put(struct gan_recipe_layers *to, gan_layer *layer);
/* What follows a product: normalisation, activation, dropout, so far as `hidden` has them. */
void gan_recipe_put_activation(struct gan_recipe_layers *to, const struct gan_recipe_hidden *hidden);
void gan_recipe_add_layers(gan_model *model, const struct gan_recipe_layers *layers);
/* One layer of all. */
gan_layer *gan_recipe_sequence(const struct gan_recipe_layers *layers);

/* Maps D's input to [−1, 1], if the options say so. */
void gan_recipe_centre(gan_model *model, const gan_discriminator_options *options);

/* The model if building it went well; else NULL and the error "<who>: …", and the model is gone. */
gan_model *gan_recipe_finish(gan_model *model, const char *name, const char *who);

#endif

/*
 * Recipes: what the builders make networks of. A recipe is a row of defaults and two functions; the builders check the
 * options that all recipes share, and finish the model.
 */
#ifndef GAN_SRC_NN_RECIPES_H
#define GAN_SRC_NN_RECIPES_H

#include "nn/recipe.h"

struct gan_recipe_row {
    const char *name;
    bool images;                   /* examples are [C, H, W] of a size that the grid doubles to */
    bool normalizes;               /* it has places for normalisation */
    bool linear_in_range;          /* G's numbers are for [−1, 1] also where its output is linear */
    bool as_article;               /* presets shape it, from what the article says */
    bool begins_as_zeros;          /* some weights do, so that there is no spectral norm of them */
    int least_blocks, most_blocks; /* of recipes for images: what `blocks` may be */
    void (*generator_defaults)(gan_generator_options *options);
    void (*discriminator_defaults)(gan_discriminator_options *options);
    /* Add all layers, the last activation of G excepted. Errors stick to the model. */
    void (*generator)(gan_model *model, gan_shape example, const gan_generator_options *options);
    void (*discriminator)(gan_model *model, gan_shape example, const gan_discriminator_options *options);
};

/* The row of a recipe; NULL for a number that is none. */
const struct gan_recipe_row *gan_recipe_row(gan_recipe recipe);

/* Where images grow from: a grid that is doubled `stages` times, its smaller side 4 to 7. */
struct gan_recipe_grid {
    int stages;
    int64_t height, width;
};
struct gan_recipe_grid gan_recipe_grid(gan_shape example);
/* Channels of the feature maps that are halved (or doubled) `level` times on their way to (from) the image: `width`
 * next to it, twice as many at each level, at most `most`. */
int64_t gan_recipe_channels(int level, int64_t width, int64_t most);

/* The most blocks at one size that a recipe may be given. */
enum { GAN_RECIPE_MOST_BLOCKS = 64 };

/* What follows each product in G and in D, and what labels do. */
struct gan_recipe_hidden gan_recipe_generator_hidden(const gan_generator_options *options);
struct gan_recipe_hidden gan_recipe_discriminator_hidden(const gan_discriminator_options *options);
struct gan_conditioned gan_recipe_discriminator_conditioned(const gan_discriminator_options *options);

/* The layer with the options' initialiser for weights. */
gan_layer *gan_recipe_weighted(gan_layer *layer, gan_initializer initializer);

/* A 3 × 3 convolution that keeps the size, and one of single pixels. */
gan_layer *gan_recipe_conv3(int64_t channels, gan_initializer initializer);
gan_layer *gan_recipe_conv1(int64_t channels, gan_initializer initializer);
/* `count` 3 × 3 convolutions that keep the size, with what follows each. */
void gan_recipe_add_convolutions(gan_model *model, int64_t count, int64_t channels, gan_initializer initializer,
                                 const struct gan_recipe_hidden *hidden);
/* From [n] to the grid, [channels, height, width]: dense, reshape. */
void gan_recipe_add_grid(gan_model *model, int64_t channels, struct gan_recipe_grid grid, gan_initializer initializer,
                         bool biased);

/* recipe_mlp.c, recipe_dcgan.c, … */
extern const struct gan_recipe_row gan_recipe_mlp, gan_recipe_dcgan, gan_recipe_pooled, gan_recipe_sngan_resnet,
    gan_recipe_r3gan;

#endif

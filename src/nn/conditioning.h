/* How labels come into the networks that the builders make, for every recipe alike. */
#ifndef GAN_SRC_NN_CONDITIONING_H
#define GAN_SRC_NN_CONDITIONING_H

#include "gan/generator.h"

/* What an options struct says of it. */
struct gan_conditioned {
    gan_conditioning way;
    gan_labels *labels;
    int64_t label_size;
    int64_t outputs; /* of a discriminator's dense head: 1, a logit, or an autoencoder's code */
};

/* GAN_OK, or an error that names the field. */
gan_status gan_conditioning_check_generator(const struct gan_conditioned *by, gan_normalization normalization,
                                            const char *who);
gan_status gan_conditioning_check_discriminator(const struct gan_conditioned *by, const char *who);

/* Right after gan_model_new: tells the model its labels. Errors stick to the model where a layer wants them. */
void gan_conditioning_begin(gan_model *model, const struct gan_conditioned *by);
/* Where the main input stands: appends the labels to it, if that is the way. */
void gan_conditioning_add_input(gan_model *model, const struct gan_conditioned *by);
/* G's batch norm, conditional if that is the way. */
gan_layer *gan_conditioning_batch_norm(const struct gan_conditioned *by, float epsilon, float momentum);
/* D's last layer, from [n]: a dense one, a projection or an auxiliary head. */
gan_layer *gan_conditioning_head(const struct gan_conditioned *by, gan_initializer weights);

#endif

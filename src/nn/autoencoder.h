/* Discriminators that are autoencoders, of any recipe. */
#ifndef GAN_SRC_NN_AUTOENCODER_H
#define GAN_SRC_NN_AUTOENCODER_H

#include "gan/discriminator.h"

/* GAN_OK, or an error that names the option of a discriminator with a code that does not go with one. */
gan_status gan_autoencoder_check(const gan_discriminator_options *options, const char *who);
/* What the model, empty as yet, ends in: minus the error of an encoder and a decoder. Errors stick to the model. */
void gan_autoencoder_add(gan_model *model, gan_shape example, const gan_discriminator_options *options);

#endif

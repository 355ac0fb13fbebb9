/* A discriminator that is an autoencoder ends in gan_layer_reconstruction. */
#ifndef GAN_SRC_NN_RECONSTRUCTION_H
#define GAN_SRC_NN_RECONSTRUCTION_H

#include "nn/layer_source.h"

bool gan_layer_is_reconstruction(const gan_layer *layer);
gan_layer *gan_read_reconstruction(const struct gan_layer_source *source);

#endif

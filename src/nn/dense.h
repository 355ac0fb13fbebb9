/* A product with a weight, for the layers that are, or end in, a dense one. */
#ifndef GAN_SRC_NN_DENSE_H
#define GAN_SRC_NN_DENSE_H

#include "nn/layer.h"

/* Declares weight [units, in] and, unless the layer goes without, bias [units]; an error if `in` has not one axis. */
gan_status gan_dense_declare(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, int64_t units);
/* Takes them from the call: x·Wᵀ + b. */
gan_var *gan_dense_record(const gan_layer *layer, struct gan_layer_call *call, gan_var *x);

#endif

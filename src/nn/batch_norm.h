/* Batch norm's mathematics, for the layers that differ in where gain and bias come from. */
#ifndef GAN_SRC_NN_BATCH_NORM_H
#define GAN_SRC_NN_BATCH_NORM_H

#include "nn/layer.h"

struct gan_batch_norm {
    float epsilon, momentum;
};

/* False, and an error of the constructor gan_layer_<kind>, for numbers that cannot be meant. */
bool gan_batch_norm_check(const struct gan_batch_norm *norm, const char *kind);
/* Declares the state: running_mean and running_var. */
gan_status gan_batch_norm_declare(struct gan_layer_build *build, int64_t channels);
/* Takes the state from the call. gain, and bias (may be NULL), broadcast against x: [C, 1, …] or [N, C, 1, …]. */
gan_var *gan_batch_norm_record(const struct gan_batch_norm *norm, struct gan_layer_call *call, gan_var *x,
                               gan_var *gain, gan_var *bias);

#endif

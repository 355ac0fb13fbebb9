/* Which layers are heads that a trainer has to know of. */
#ifndef GAN_SRC_NN_HEADS_H
#define GAN_SRC_NN_HEADS_H

#include "nn/layer.h"

bool gan_layer_is_auxiliary_head(const gan_layer *layer);
/* How many outputs such a head has behind the logit: a logit for each class, or an estimate of each number. */
int64_t gan_auxiliary_outputs(const gan_labels *labels);

#endif

/* An optimizer's inside, for the trainer. */
#ifndef GAN_SRC_TRAIN_OPTIMIZER_H
#define GAN_SRC_TRAIN_OPTIMIZER_H

#include "gan/optimizer.h"

/*
 * Makes the optimizer this model's and allocates its state, so that gan_optimizer_apply cannot fail. Again for the same
 * model is fine; for another one it is an error "<who>: …".
 */
gan_status gan_optimizer_attach(gan_optimizer *optimizer, gan_model *model, const char *who);

/*
 * One update of the model's parameters: gradient is in the order of gan_model_block; rate_factor multiplies the rate
 * this once.
 */
void gan_optimizer_apply(gan_optimizer *optimizer, const float *gradient, double rate_factor);

#endif

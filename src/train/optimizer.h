/* An optimizer's inside, for the trainer. */
#ifndef GAN_SRC_TRAIN_OPTIMIZER_H
#define GAN_SRC_TRAIN_OPTIMIZER_H

#include "gan/optimizer.h"
#include "io/json.h"

/* GAN_OK if the optimizer serves this model or none yet; else an error "<who>: …". */
gan_status gan_optimizer_check_model(const gan_optimizer *optimizer, const gan_model *model, const char *who);
/*
 * Makes the optimizer this model's and allocates its state, so that gan_optimizer_apply cannot fail. Again for the same
 * model is fine, and adds what it keeps since; for another one it is an error.
 */
gan_status gan_optimizer_attach(gan_optimizer *optimizer, gan_model *model, const char *who);

/*
 * One update of the model's parameters: gradient is in the order of gan_model_block; rate_factor multiplies the rate
 * this once.
 */
void gan_optimizer_apply(gan_optimizer *optimizer, const float *gradient, double rate_factor);

/* ---- for schedules ---- */

/* Whether it is Adam or AdamW. */
bool gan_optimizer_has_betas(const gan_optimizer *optimizer);
/* Its beta1 (which = 0) or beta2 (1), if it has betas. */
float gan_optimizer_beta(const gan_optimizer *optimizer, int which);
/* From the next gan_optimizer_attach on it keeps m even if beta1 is 0. */
void gan_optimizer_keep_momentum(gan_optimizer *optimizer);
/* Sets beta1 (which = 0) or beta2 (1) for the next update, 0 ≤ value < 1. */
void gan_optimizer_set_beta(gan_optimizer *optimizer, int which, float value);

/* ---- for checkpoints ---- */

/* The member `key` of the object begun in `json`: what the optimizer was made with. */
void gan_optimizer_write(const gan_optimizer *optimizer, struct gan_json_writer *json, const char *key);
/* The numbers that it keeps, in the order of gan_model_block: `which` is 0 for m and 1 for v; NULL where none are. */
float *gan_optimizer_moment(gan_optimizer *optimizer, int which);
/* Sets what else it goes on from. */
void gan_optimizer_restore(gan_optimizer *optimizer, float rate, uint64_t steps);

#endif

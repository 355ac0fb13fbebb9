/*
 * A network's gradient between compute and commit: the mean over micro-batches, then clipped; and the state that its
 * half assigns meanwhile, which nobody sees before the commit.
 */
#ifndef GAN_SRC_TRAIN_GRADIENTS_H
#define GAN_SRC_TRAIN_GRADIENTS_H

#include "gan/trainer.h"

struct gan_gradients {
    gan_model *model;                 /* borrowed */
    gan_tensor *mean;                 /* NULL where the plan's own gradient goes to the optimizer as it is */
    gan_tensor *state[2];             /* what the half assigns: the model's state, and another tensor; or NULL */
    gan_tensor *before[2], *after[2]; /* NULL where there is none, or with one micro-batch */
    double *squares;                  /* room for the sum of squares of each piece of `mean` */
    int parts, taken;                 /* micro-batches, and how many are in `mean` */
    float clip_norm, clip_value;      /* 0: none */
};

/* `other` is a tensor that the half assigns beside the model's state, or NULL; it must outlive the gradients, as the
 * model must. On failure they are to be cleared all the same. */
gan_status gan_gradients_init(struct gan_gradients *gradients, gan_model *model, gan_tensor *other,
                              const gan_trainer_options *options);
void gan_gradients_clear(struct gan_gradients *gradients);

/* ---- with several micro-batches ---- */

void gan_gradients_begin(struct gan_gradients *gradients);
void gan_gradients_add(struct gan_gradients *gradients, const float *gradient);
/* The state is again what it was at the beginning. */
void gan_gradients_end(struct gan_gradients *gradients);
/* The L2 norm of the mean. */
double gan_gradients_norm(const struct gan_gradients *gradients);
/* Gives the model the state that the micro-batches led to. */
void gan_gradients_commit_state(struct gan_gradients *gradients);

/* What the optimizer gets: `gradient`, the plan's, or with several micro-batches the mean; clipped. */
const float *gan_gradients_finish(struct gan_gradients *gradients, const float *gradient);

/* The numbers `from`, which may be `numbers` themselves, moved into [−bound, bound]. */
void gan_clip_numbers(float *numbers, const float *from, int64_t size, float bound);

#endif

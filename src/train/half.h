/* The two halves of a step, each recorded on a tape of its own and planned: what is to be computed, nothing committed.
 */
#ifndef GAN_SRC_TRAIN_HALF_H
#define GAN_SRC_TRAIN_HALF_H

#include "gan/plan.h"
#include "gan/trainer.h"
#include "train/losses.h"

/* What a half is made from. */
struct gan_half_request {
    gan_model *generator, *discriminator;
    const gan_trainer_options *options; /* checked */
    int64_t batch;
    bool active[GAN_REGULARIZERS]; /* which regularisers there are */
    float factor, offset;          /* real batches become factor·x + offset for D */
    int64_t packing;               /* examples that D takes together */
    bool augmented, noisy;         /* whether D's inputs are changed, and get noise */
    gan_tensor *averages;          /* LeCam's */
    struct gan_arena *arena;       /* that the halves share */
};

/* The vars belong to the plan's tape; those that a half has no use for are NULL. */
struct gan_half {
    gan_plan *plan;
    gan_var *real;                     /* input: the batch, in the data's range */
    gan_var *weight[GAN_REGULARIZERS]; /* inputs: scalars */
    gan_var *penalty[GAN_REGULARIZERS];
    gan_var *augment_probability, *instance_noise; /* inputs: scalars */
    gan_var *balance;                              /* input: BEGAN's k, a scalar */
    gan_var *sign;                                 /* E[sign D(x)], where augmentation adapts itself to it */
    gan_var *labels, *made_labels;    /* inputs, one and the same where made examples get the real ones' labels */
    gan_var *loss;                    /* adversarial: without penalties, without an auxiliary classifier's loss */
    gan_var *class_real, *class_made; /* an auxiliary classifier's losses, without weights */
    gan_var *gradient, *norm;         /* of the loss with all that is added to it, to the half's own network */
    gan_var *real_logit, *made_logit, *real_probability, *made_probability; /* means over the batch */
};

/* D's half reads G's state and assigns D's; G's half the other way round. The half must be zeroed; on failure it is. */
gan_status gan_half_record_discriminator(struct gan_half *half, const struct gan_half_request *request);
gan_status gan_half_record_generator(struct gan_half *half, const struct gan_half_request *request);
void gan_half_clear(struct gan_half *half);

#endif

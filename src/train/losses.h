/* The tables of losses and of regularisers: a new one is a row, and the trainer's step stays as it is. */
#ifndef GAN_SRC_TRAIN_LOSSES_H
#define GAN_SRC_TRAIN_LOSSES_H

#include "gan/loss.h"
#include "gan/model.h"

struct gan_loss_row {
    const char *name;
    /* Scalars from the logits of real and of made examples. */
    gan_var *(*discriminator)(gan_var *real, gan_var *made);
    gan_var *(*generator)(gan_var *real, gan_var *made);
    bool generator_needs_real; /* else `real` may be NULL */
};

/* The row of a loss; NULL for a number that is none. */
const struct gan_loss_row *gan_loss_row(gan_loss loss);

/* What a regulariser of D may look at: all vars of one tape. */
struct gan_regularizer_view {
    gan_var *real, *made;             /* logits */
    gan_var *real_input, *made_input; /* what D was given for them */
    gan_model *generator, *discriminator;
};

enum gan_regularizer { GAN_REGULARIZER_R1, GAN_REGULARIZERS };

struct gan_regularizer_row {
    const char *name;  /* for messages */
    const char *field; /* of gan_trainer_options, that holds its weight */
    bool per_example;  /* it differentiates each example's logit by itself */
    /* A scalar, for weight 1. */
    gan_var *(*build)(const struct gan_regularizer_view *view);
};

extern const struct gan_regularizer_row gan_regularizers[GAN_REGULARIZERS];

#endif

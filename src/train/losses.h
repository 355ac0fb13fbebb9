/* The tables of losses and of regularisers: a new one is a row, and the trainer's step stays as it is. */
#ifndef GAN_SRC_TRAIN_LOSSES_H
#define GAN_SRC_TRAIN_LOSSES_H

#include "gan/loss.h"
#include "gan/model.h"
#include "gan/trainer.h"

struct gan_loss_row {
    const char *name;
    /* Scalars from the logits of real and of made examples. */
    gan_var *(*discriminator)(gan_var *real, gan_var *made);
    gan_var *(*generator)(gan_var *real, gan_var *made);
    bool generator_needs_real; /* else `real` may be NULL */
    bool paired;               /* the i-th real example is compared with the i-th made one */
    /* A scalar from logits and their labels, 1 for real and 0 for made, such that D's loss is the sum of both kinds';
     * NULL where there are no labels. */
    gan_var *(*labelled)(gan_var *logits, gan_var *labels);
};

/* The row of a loss; NULL for a number that is none. */
const struct gan_loss_row *gan_loss_row(gan_loss loss);

/* What a regulariser may look at: all vars of one tape. */
struct gan_regularizer_view {
    const gan_trainer_options *options;
    gan_var *real, *made;             /* logits */
    gan_var *real_input, *made_input; /* what D was given for them, before gan_present */
    gan_var *real_judged,
        *made_judged;                 /* all that D gave: the logits, or those and an auxiliary classifier's outputs */
    gan_var *labels, *made_labels;    /* of both; NULL where the models have none */
    gan_var *class_real, *class_made; /* the classifier's losses, without weights; NULL without one */
    gan_var *loss;                    /* of the half's own network, without penalties, with the classifier's */
    bool of_generator;                /* the half is G's */
    gan_var *noise;                   /* what G made made_input of */
    gan_var *balance;                 /* BEGAN's k, a scalar; NULL with other losses */
    int64_t packing;                  /* examples that D takes together; 0 is 1 */
    gan_var *augment_probability;     /* a scalar; NULL: D sees things as they are */
    gan_var *instance_noise;          /* the deviation, a scalar; NULL: none */
    gan_var *real_feature, *made_feature; /* for feature matching: what D's layer gave; else NULL */
    gan_tensor *averages;                 /* LeCam's: of D's logits of real and of made ones, and their weights' sum */
    gan_model *generator, *discriminator;
};

/* The losses that checked options ask for: the row's, with labels changed if they say so, or the caller's own. Of the
 * view they want the options, the logits and, for BEGAN, the balance; the logits of real examples may be NULL for G if
 * the row does not need them. */
gan_var *gan_objective_discriminator(const struct gan_regularizer_view *view);
gan_var *gan_objective_generator(const struct gan_regularizer_view *view);

/* What D gives for x, [N, 1], or with an auxiliary classifier [N, 1 + C]; labels go in if D takes them. */
gan_var *gan_judge(gan_model *discriminator, gan_var *x, gan_var *labels, bool frozen);
/* The logits in it, [N, 1]. */
gan_var *gan_judged_logit(const gan_model *discriminator, gan_var *judged);
/* The auxiliary classifier's loss on what D gave, without weight; NULL if D has none. */
gan_var *gan_classify(const gan_model *discriminator, gan_var *judged, gan_var *labels);
/* The adversarial loss, and what an auxiliary classifier adds to it. */
gan_var *gan_whole_discriminator_loss(const struct gan_regularizer_view *view, gan_var *loss);
gan_var *gan_whole_generator_loss(const struct gan_regularizer_view *view, gan_var *loss);

enum gan_regularizer {
    GAN_REGULARIZER_R1,
    GAN_REGULARIZER_R2,
    GAN_REGULARIZER_GRADIENT_PENALTY,
    GAN_REGULARIZER_ONE_SIDED,
    GAN_REGULARIZER_DRAGAN,
    GAN_REGULARIZER_ZERO_CENTERED,
    GAN_REGULARIZER_MAXIMUM,
    GAN_REGULARIZER_WASSERSTEIN_DIVERGENCE,
    GAN_REGULARIZER_CONSENSUS,
    GAN_REGULARIZER_CONSISTENCY,
    GAN_REGULARIZER_CONSISTENCY_MADE,
    GAN_REGULARIZER_LATENT_CONSISTENCY,
    GAN_REGULARIZER_LATENT_DIVERSITY,
    GAN_REGULARIZER_LECAM,
    GAN_REGULARIZER_FEATURE_MATCHING,
    GAN_REGULARIZER_ORTHOGONAL_D,
    GAN_REGULARIZER_ORTHOGONAL_G,
    GAN_REGULARIZER_DECAY_D,
    GAN_REGULARIZER_DECAY_G,
    GAN_REGULARIZERS
};

enum gan_halves { GAN_IN_D = 1, GAN_IN_G = 2, GAN_IN_BOTH = 3 };

struct gan_regularizer_row {
    const char *name;  /* for messages */
    const char *field; /* of gan_trainer_options, that holds its weight */
    size_t offset;     /* of that field */
    bool per_example;  /* it differentiates each example's logit by itself */
    int halves;        /* whose loss gets it: enum gan_halves */
    bool needs_real;   /* in G's half it looks at the real examples */
    /* A scalar, for weight 1. */
    gan_var *(*build)(const struct gan_regularizer_view *view);
};

extern const struct gan_regularizer_row gan_regularizers[GAN_REGULARIZERS];

/* The weight that options give to a regulariser. */
float gan_regularizer_weight(const gan_trainer_options *options, int regularizer);

#endif

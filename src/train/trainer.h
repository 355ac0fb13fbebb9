/* A trainer's inside. */
#ifndef GAN_SRC_TRAIN_TRAINER_H
#define GAN_SRC_TRAIN_TRAINER_H

#include "gan/trainer.h"
#include "train/augment.h"
#include "train/balance.h"
#include "train/gradients.h"
#include "train/half.h"

#include <stdatomic.h>

/*
 * Plans are made for a batch size and a set of regularisers. Those of the latest few batch sizes are kept, where some
 * regularisers are not in every update (lazy_interval) with and without these.
 */
#define GAN_TRAINER_SIZES 4
#define GAN_TRAINER_PLANS (2 * GAN_TRAINER_SIZES)

struct gan_trainer_plans {
    int64_t batch; /* of all micro-batches together; 0: an empty place */
    bool active[GAN_REGULARIZERS];
    uint64_t used; /* when: the greatest is the latest */
    struct gan_half discriminator, generator;
    gan_tensor *made_labels; /* of the batch, for the half in hand; NULL where none are made */
};

/* What remedies changed (gan/rollback.h); checkpoints keep it. */
struct gan_remedied {
    double generator_rate, discriminator_rate, penalty; /* factors; 1 before the first */
    uint64_t noise;                                     /* which seed noise is from; 0: the first */
    uint64_t count;
};

struct gan_trainer {
    atomic_int references;
    uint64_t number;             /* of all trainers that this process has made */
    gan_trainer_options options; /* its optimizers are owned */
    gan_model *generator, *discriminator;
    gan_model *average; /* `generator` itself where no average is kept; a reference either way */
    float weight[GAN_REGULARIZERS];
    float applied[GAN_REGULARIZERS]; /* the weights in the update at hand; 0 for what lazy_interval leaves out */
    float instance_noise, weight_clip;
    struct gan_adaptive adaptive;                           /* its probability is that of all augmentation */
    float balance;                                          /* BEGAN's k; 0 with other losses */
    struct gan_arena *arena;                                /* of all plans: one runs at a time */
    gan_tensor *averages;                                   /* [3]: see gan_regularizer_view */
    int64_t packing;                                        /* examples that D takes together */
    float first_r1_weight, first_data_low, first_data_high; /* of the options, before they were changed */
    bool range_checked;                                     /* of real numbers, against data_low and data_high */
    struct gan_remedied remedied;
    uint64_t steps, generator_updates;
    uint64_t update; /* of D, that plans are wanted for */
    struct gan_gradients generator_gradients, discriminator_gradients;
    struct gan_trainer_plans plans[GAN_TRAINER_PLANS];
    uint64_t clock;                                                  /* of `used` */
    const struct gan_trainer_plans *of_discriminator, *of_generator; /* what each half ran in last; NULL: nowhere */
};

/* GAN_OK if a batch of n examples falls into micro-batches and packs. */
gan_status gan_trainer_check_batch(const gan_trainer *trainer, int64_t n, const char *who);
/* The plans for a batch size and the regularisers active now; NULL, with an error, if they cannot be made. */
struct gan_trainer_plans *gan_trainer_plans_for(gan_trainer *trainer, int64_t batch);
/* Those used last; NULL if none were. */
const struct gan_trainer_plans *gan_trainer_latest_plans(const gan_trainer *trainer);
void gan_trainer_drop_plans(gan_trainer *trainer);
/*
 * A network's gradient in the latest step, in the order of gan_model_block, before clipping where there are no
 * micro-batches; NULL before the first. It holds until the next step, and is that of D's last update.
 */
const float *gan_trainer_latest_gradient(const gan_trainer *trainer, bool of_generator);

/* Maps data of another range from now on; the bounds are finite, low < high. */
gan_status gan_trainer_set_data_range(gan_trainer *trainer, float low, float high);
/* Real numbers become factor·x + offset for D: [data_low, data_high] is mapped onto the generator's range, and 1 and 0
 * leave them alone where it states none. */
void gan_trainer_mapping(const gan_trainer *trainer, float *factor, float *offset);
/* Whether a batch's numbers are about where they are said to be: the first batch since that was said. */
gan_status gan_trainer_check_range(gan_trainer *trainer, const gan_tensor *real, const char *who);
/* Notes in the models how far they are. */
void gan_trainer_note_steps(gan_trainer *trainer);

/* Of the noise of a half, which `label` names. */
uint64_t gan_trainer_noise_seed(const gan_trainer *trainer, uint64_t label);
/* `given` (NULL: the defaults) checked. */
struct gan_remedy;
gan_status gan_remedy_read(struct gan_remedy *own, const struct gan_remedy *given, const char *who);

/* The two halves of gan_trainer_set_r1_weight, whether R1 has a course or not; taking cannot fail. */
gan_status gan_trainer_check_r1_weight(const gan_trainer *trainer, float weight, const char *who);
void gan_trainer_take_r1_weight(gan_trainer *trainer, float weight);

/* Gives the numbers that have courses their values at the next step. A function's answer may be refused. */
gan_status gan_trainer_follow_courses(gan_trainer *trainer, const char *who);

/* Sets `applied` for D's update of that number, counted from 0. */
void gan_trainer_apply_weights(gan_trainer *trainer, uint64_t update);

/* Lets the average follow G, after an update of it. */
void gan_trainer_update_average(gan_trainer *trainer);

/* Where a step's real batches come from: one for each of D's updates. labels are NULL where there are none. */
struct gan_batches {
    gan_status (*next)(void *context, const gan_tensor **real, const gan_tensor **labels);
    void *context;
};

/* gan_train_step, with checked arguments but for the batches. The report is whole. */
gan_status gan_trainer_step(gan_trainer *trainer, const struct gan_batches *batches, gan_step_report *report,
                            const char *who);

#endif

/*
 * Schedules: numbers of a trainer that change with its steps: learning rates, betas, weights of penalties.
 */
#ifndef GAN_SCHEDULE_H
#define GAN_SCHEDULE_H

#include "base.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a number goes on; d is the share of its steps that are done, 0 to 1, where it stays. */
typedef enum gan_schedule {
    GAN_SCHEDULE_CONSTANT = 0, /**< begin */
    GAN_SCHEDULE_LINEAR,       /**< begin + (end − begin)·d */
    GAN_SCHEDULE_COSINE,       /**< end + (begin − end)·(1 + cos(π·d))/2 (Loshchilov and Hutter 2017) */
    GAN_SCHEDULE_STEP,         /**< begin·factor^k after k times `steps` steps; it does not end */
    GAN_SCHEDULE_FUNCTION      /**< what `function` answers */
} gan_schedule;

/** The numbers of a trainer that may change with its steps, by the names of its options. */
typedef enum gan_setting {
    GAN_SETTING_GENERATOR_RATE = 0,
    GAN_SETTING_DISCRIMINATOR_RATE,
    GAN_SETTING_BETA1, /**< of both optimizers, which are Adam or AdamW */
    GAN_SETTING_BETA2, /**< likewise */
    GAN_SETTING_AUGMENT_PROBABILITY,
    GAN_SETTING_INSTANCE_NOISE,
    GAN_SETTING_WEIGHT_CLIP,
    GAN_SETTING_R1_WEIGHT,
    GAN_SETTING_R2_WEIGHT,
    GAN_SETTING_GRADIENT_PENALTY_WEIGHT,
    GAN_SETTING_ONE_SIDED_PENALTY_WEIGHT,
    GAN_SETTING_DRAGAN_WEIGHT,
    GAN_SETTING_ZERO_CENTERED_WEIGHT,
    GAN_SETTING_MAXIMUM_PENALTY_WEIGHT,
    GAN_SETTING_WASSERSTEIN_DIVERGENCE_WEIGHT,
    GAN_SETTING_CONSENSUS_WEIGHT,
    GAN_SETTING_CONSISTENCY_WEIGHT,
    GAN_SETTING_CONSISTENCY_MADE_WEIGHT,
    GAN_SETTING_LATENT_CONSISTENCY_WEIGHT,
    GAN_SETTING_LATENT_DIVERSITY_WEIGHT,
    GAN_SETTING_LECAM_WEIGHT,
    GAN_SETTING_FEATURE_MATCHING_WEIGHT,
    GAN_SETTING_DISCRIMINATOR_ORTHOGONAL_WEIGHT,
    GAN_SETTING_GENERATOR_ORTHOGONAL_WEIGHT,
    GAN_SETTING_DISCRIMINATOR_WEIGHT_DECAY,
    GAN_SETTING_GENERATOR_WEIGHT_DECAY
} gan_setting;

/** The value at a step of the trainer, counted from 0. */
typedef float gan_schedule_function(void *context, uint64_t step);

/** What one number does: begin with `gan_course course = {…}` and name the fields that count; the others are 0. */
typedef struct gan_course {
    gan_setting setting;
    gan_schedule schedule;
    float begin, end;
    float factor;    /**< of GAN_SCHEDULE_STEP, ≥ 0 */
    int64_t warm_up; /**< ≥ 0: in the first so many steps, s counted from 0, the value is begin·(s + 1)/warm_up */
    int64_t hold;    /**< ≥ 0: then it is `begin` for so many steps, and then the schedule begins */
    int64_t steps;   /**< ≥ 1: how long that lasts (unused when constant) */
    gan_schedule_function *function; /**< of GAN_SCHEDULE_FUNCTION, which has neither warm-up nor hold */
    void *context;
} gan_course;

/** The value at a step, counted from 0; NaN for a course that gan_trainer_new would refuse. */
GAN_API float gan_course_value(const gan_course *course, uint64_t step);

#ifdef __cplusplus
}
#endif
#endif

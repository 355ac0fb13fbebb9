/*
 * Going back: a trainer's state kept in memory, and what is changed for the rest of the training when it goes back to
 * it. gan_health (gan/health.h) does both by itself; a loop of one's own may do them here.
 */
#ifndef GAN_ROLLBACK_H
#define GAN_ROLLBACK_H

#include "run.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Opaque, reference-counted; one thread at a time. */
typedef struct gan_snapshot gan_snapshot;

/**
 * A copy of all that training has made so far: parameters and running statistics of both models and of the averaged
 * generator, the optimizers' moments and counters, the averages of regularisers, adaptive augmentation's state. It
 * takes the memory of gan_trainer_state_memory.
 */
GAN_API gan_snapshot *gan_snapshot_new(const gan_trainer *trainer);
GAN_API gan_snapshot *gan_snapshot_ref(gan_snapshot *snapshot);
GAN_API void gan_snapshot_unref(gan_snapshot *snapshot);
/** Copies the state as it is now in the older one's place; of the same trainer. Allocates nothing. */
GAN_API gan_status gan_snapshot_take(gan_snapshot *snapshot, const gan_trainer *trainer);
/**
 * Gives the trainer that state back, to the bit. What is not taken back: the count of steps (gan_trainer_steps), so
 * that noise does not repeat, schedules go on, and logs and checkpoints stay in order; the loader's place, so that the
 * same batches do not come again; settings (rates, weights of penalties, the data's range), and what was changed by
 * gan_trainer_remedy.
 */
GAN_API gan_status gan_snapshot_restore(const gan_snapshot *snapshot, gan_trainer *trainer);
/** How many steps the trainer had made. */
GAN_API uint64_t gan_snapshot_step(const gan_snapshot *snapshot);

/** What to change: fill it with gan_remedy_init, then change what you like. */
typedef struct gan_remedy {
    size_t struct_size;              /**< set by gan_remedy_init */
    float generator_rate_factor;     /**< > 0: multiplies G's rate, whatever schedules and courses say: 0.3 */
    float discriminator_rate_factor; /**< > 0: the same of D's: 0.3 */
    /** ≥ 0: multiplies the weights of all penalties on each example's gradient (R1 to the Wasserstein divergence): 1 */
    float penalty_factor;
    /** ≥ 0: the weight that R1 gets if there is no such penalty; not where D mixes examples (batch norm). 0: none: 0 */
    float r1_weight;
    bool new_noise; /**< noise comes from another seed from now on: true */
} gan_remedy;

/** gan_remedy_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_remedy_init_sized(gan_remedy *remedy, size_t struct_size);
/** Fills every field with its default. */
static inline gan_status gan_remedy_init(gan_remedy *remedy)
{
    return gan_remedy_init_sized(remedy, sizeof *remedy);
}

/**
 * Changes the training from the next step on, on top of what earlier remedies changed. Checkpoints keep it, and a
 * trainer that loads one goes on with it. NULL: the defaults.
 */
GAN_API gan_status gan_trainer_remedy(gan_trainer *trainer, const gan_remedy *remedy);
/** How many remedies the training has had, those before a resume counted; 0 for NULL. */
GAN_API uint64_t gan_trainer_remedies(const gan_trainer *trainer);

#ifdef __cplusplus
}
#endif
#endif

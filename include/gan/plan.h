/*
 * Plans: a tape made ready to run. A plan is given the vars that are wanted; it drops what they do not need, fuses,
 * places every intermediate in one block of memory, and then runs as often as one likes without allocating.
 */
#ifndef GAN_PLAN_H
#define GAN_PLAN_H

#include "tape.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Opaque, reference-counted. One thread at a time; different plans may run in different threads. */
typedef struct gan_plan gan_plan;

/**
 * A plan that computes `wanted` (float32 vars of one tape, without error). Only these can be read afterwards. The plan
 * shares the tape, and the tensors that it refers to.
 */
GAN_API gan_plan *gan_plan_new(gan_var *const *wanted, int count);
GAN_API gan_plan *gan_plan_ref(gan_plan *plan);
GAN_API void gan_plan_unref(gan_plan *plan);

/** Gives an input its numbers: a tensor of its shape and type, shared, and read at each run until another is bound. */
GAN_API gan_status gan_plan_bind(gan_plan *plan, gan_var *input, gan_tensor *numbers);
/** As gan_plan_bind for memory of the caller's: it must stay until the plan ran or something else is bound. */
GAN_API gan_status gan_plan_bind_memory(gan_plan *plan, gan_var *input, const void *numbers);

/**
 * Sets what random vars draw at the next run: the numbers are a function of (seed, step) and the var's place on the
 * tape. Each successful run adds 1 to the step. A new plan begins at (0, 0).
 */
GAN_API void gan_plan_seek(gan_plan *plan, uint64_t seed, uint64_t step);

/**
 * Computes the wanted vars, then, if the plan holds updates, tests them for NaN and infinity and carries them and the
 * recorded assignments out. GAN_ERROR_NOT_FINITE: nothing was committed, and the message names the first bad var.
 */
GAN_API gan_status gan_plan_run(gan_plan *plan);

/** Copies the numbers of a wanted var, as of the latest run, into a tensor of its shape and type. */
GAN_API gan_status gan_plan_read(gan_plan *plan, gan_var *var, gan_tensor *out);
/** The number of a wanted scalar float32 var, as of the latest run; NaN, and an error message, for another var. */
GAN_API float gan_plan_scalar(gan_plan *plan, gan_var *var);

/** Bytes that the plan holds for intermediates and scratch. */
GAN_API size_t gan_plan_memory(const gan_plan *plan);
/** Floating-point operations of one run in matrix products, two for each multiply-add. */
GAN_API double gan_plan_flops(const gan_plan *plan);
/** A table of the plan's steps in words; a new text, freed with gan_text_free. */
GAN_API char *gan_plan_text(const gan_plan *plan);

#ifdef __cplusplus
}
#endif
#endif

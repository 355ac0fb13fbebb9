/*
 * Samplers: running a generator inside a program that only generates. Image i of a seed is a function of (seed, i)
 * alone: the same bits drawn by itself or among a thousand, whatever the batch and the number of threads.
 */
#ifndef GAN_SAMPLER_H
#define GAN_SAMPLER_H

#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * n new examples, the numbers 0 … n − 1 of `seed`: a new tensor [n, output shape]. The model runs in inference on noise
 * from N(0, 1); what it makes is mapped to the data's range (gan_model_set_data_range, gan_model_set_standard), and not
 * clamped. The model must have been trained or initialised. For a model that takes labels they are drawn: see
 * gan_generator_drawn_labels.
 */
GAN_API gan_tensor *gan_generator_sample(gan_model *generator, int64_t n, uint64_t seed);
/**
 * The same with the caller's labels for a model that takes them, a row for each example (gan/labels.h): int32 [n],
 * int32 [n, L] or float32 [n, K]. NULL: they are drawn. The noise of example i is that of gan_generator_sample.
 */
GAN_API gan_tensor *gan_generator_sample_labelled(gan_model *generator, int64_t n, uint64_t seed,
                                                  const gan_tensor *labels);
/** The same, every example of class `number`, for a model that takes one class (gan_labels_find_class knows names). */
GAN_API gan_tensor *gan_generator_sample_class(gan_model *generator, int64_t n, uint64_t seed, int number);
/**
 * The labels that examples 0 … n − 1 of `seed` get where nobody gives any: a new tensor. Classes are drawn uniformly,
 * each by itself; numbers from their normal distributions (gan_labels_numbers). Row i is a function of (seed, i) alone.
 */
GAN_API gan_tensor *gan_generator_drawn_labels(const gan_model *generator, int64_t n, uint64_t seed);
/**
 * The noise that examples 0 … n − 1 of `seed` are made of: a new float32 tensor [n, input shape], from N(0, 1). Row i
 * is a function of (seed, i) alone. Given to gan_sampler_run with that seed (gan_sampler_seed), it gives the examples
 * of gan_generator_sample to the bit; numbers between two rows' give examples between theirs.
 */
GAN_API gan_tensor *gan_generator_drawn_noise(const gan_model *generator, int64_t n, uint64_t seed);

/**
 * Opaque, reference-counted. One thread at a time; several samplers may run in several threads on one model, while no
 * one trains it.
 */
typedef struct gan_sampler gan_sampler;

/**
 * A sampler that makes `batch` examples a call, beginning with number 0 of seed 0. It shares the model and plans once;
 * weights of convolutions it keeps as the processor likes them, which takes as much memory as they do.
 * Parameters are read at every call (unless gan_sampler_freeze says otherwise); ranges and standardisation are taken
 * from the model now.
 */
GAN_API gan_sampler *gan_sampler_new(gan_model *generator, int64_t batch);
GAN_API gan_sampler *gan_sampler_ref(gan_sampler *sampler);
GAN_API void gan_sampler_unref(gan_sampler *sampler);

/** Sets which noise comes next: that of examples first, first + 1, … of `seed`. */
GAN_API gan_status gan_sampler_seed(gan_sampler *sampler, uint64_t seed, uint64_t first);

/**
 * true: says that the generator's numbers stay as they are now: its parameters, its state, and tensors that layers of
 * your own read. What depends on them alone is computed once, here: weights laid out for the processor, spectral norms,
 * what batch norm makes of its averages. The images are the same to the bit, and sooner there: a single one of a
 * convolutional network above all. After any of these numbers changed it must be called again: until then images may be
 * made of old and new ones. false: they are read at every call again.
 *
 * GAN_ERROR_INVALID_ARGUMENT for NULL, and for true if the parameters have no numbers yet; after an error the sampler
 * is not frozen. Nothing is allocated.
 */
GAN_API gan_status gan_sampler_freeze(gan_sampler *sampler, bool freeze);

/**
 * Makes a batch: out is the caller's float32 tensor [batch, output shape].
 *
 * z NULL: the noise of the sampler's next `batch` examples, which then count as drawn. z float32 [batch, input shape]:
 * that noise; the same z (with the same labels) gives the same bits, also where layers draw numbers of their own, which
 * then are those of the sampler's seed. Of a model that normalises by its batch (gan_model_set_batch_statistics) labels
 * that are given to part of 16 examples are the others' too, in turn.
 *
 * labels: for a model that takes them, a row for each example: int32 [batch] (one class), int32 [batch, L] (several
 * labels) or float32 [batch, K] (numbers); NULL draws those of the sampler's next examples (as
 * gan_generator_drawn_labels has them), which with z do not count as drawn. NULL for a model that takes none. Nothing
 * is allocated.
 */
GAN_API gan_status gan_sampler_run(gan_sampler *sampler, const gan_tensor *z, const gan_tensor *labels,
                                   gan_tensor *out);

#ifdef __cplusplus
}
#endif
#endif

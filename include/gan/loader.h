/*
 * Loaders: batches without end from a data set, for a training loop.
 */
#ifndef GAN_LOADER_H
#define GAN_LOADER_H

#include "dataset.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Opaque, reference-counted; one thread at a time. */
typedef struct gan_loader gan_loader;

/** Which examples make a batch. */
typedef enum gan_sampling {
    GAN_SAMPLING_EPOCHS =
        0, /**< each epoch in a new random order, each example at most once; its remainder is dropped */
    GAN_SAMPLING_REPLACEMENT, /**< each example drawn from all, independently */
    GAN_SAMPLING_SEQUENTIAL   /**< in the data set's order, going round; an epoch's remainder is dropped */
} gan_sampling;

/** Fill it with gan_loader_options_init, then change fields. */
typedef struct gan_loader_options {
    size_t struct_size;    /**< sizeof(gan_loader_options), set by the _init */
    gan_sampling sampling; /**< default GAN_SAMPLING_EPOCHS */
} gan_loader_options;

/** Sets the defaults. */
GAN_API void gan_loader_options_init(gan_loader_options *options);

/**
 * A loader of full batches of `batch` examples of `dataset`, which it shares. Batch i is a function of (seed, i) alone.
 * `options` NULL: the defaults. NULL when the batch is larger than the data set (unless drawn with replacement).
 */
GAN_API gan_loader *gan_loader_new(gan_dataset *dataset, int64_t batch, uint64_t seed,
                                   const gan_loader_options *options);
/** Takes another reference; returns `loader`. */
GAN_API gan_loader *gan_loader_ref(gan_loader *loader);
/** Gives a reference back; the last frees the loader. NULL is fine. */
GAN_API void gan_loader_unref(gan_loader *loader);

/**
 * The next batch: `examples` [batch, …] float32, in the data set's range, and `labels` (may be NULL; gets NULL where
 * the data set has none): int32 [batch], or [batch, L] for L labels at once, or float32 [batch, K] for numbers. Both
 * tensors belong to the loader and hold until the next call. Allocates nothing. Fails only where the data set's own
 * function does; the position then stays.
 */
GAN_API gan_status gan_loader_next(gan_loader *loader, const gan_tensor **examples, const gan_tensor **labels);

/** The number of the batch that gan_loader_next gives next, from 0: all that is needed to resume. */
GAN_API uint64_t gan_loader_position(const gan_loader *loader);
/** Sets the number of the batch that gan_loader_next gives next; any number will do. */
GAN_API void gan_loader_seek(gan_loader *loader, uint64_t position);
/** Full batches in an epoch: size / batch, rounded down; at least 1. */
GAN_API uint64_t gan_loader_batches_per_epoch(const gan_loader *loader);
/** The number of examples in a batch. */
GAN_API int64_t gan_loader_batch_size(const gan_loader *loader);
/** The loader's data set, which belongs to it (take a reference to keep it). */
GAN_API gan_dataset *gan_loader_dataset(const gan_loader *loader);

#ifdef __cplusplus
}
#endif
#endif

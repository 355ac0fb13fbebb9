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
    /**
     * How many batches are made ahead, by a thread of the loader's own. 0: none, each is made on all threads when it is
     * asked for. −1 (default): 4 for data sets whose reading takes long (a folder of pictures), none for others. The
     * batches are the same. Each takes the memory of a batch.
     */
    int64_t queue_depth;
} gan_loader_options;

/** gan_loader_options_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_loader_options_init_sized(gan_loader_options *options, size_t struct_size);
/** Sets the defaults. */
static inline gan_status gan_loader_options_init(gan_loader_options *options)
{
    return gan_loader_options_init_sized(options, sizeof *options);
}

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
 * tensors belong to the loader and hold until the next call. Allocates nothing (decoding a picture takes memory while
 * it lasts, until all are in a folder's cache). Fails only where reading an example does (the data set's own function;
 * a picture that has changed since its folder was opened, which is named); the position then stays, and the next call
 * tries the batch again.
 */
GAN_API gan_status gan_loader_next(gan_loader *loader, const gan_tensor **examples, const gan_tensor **labels);
/**
 * Seconds that the latest gan_loader_next took: with a queue how long the caller had to wait for the batch, which is
 * next to nothing unless reading is slower than training; without one how long making it took. `in_all` (may be NULL)
 * gets the sum over all calls.
 */
GAN_API double gan_loader_waited(const gan_loader *loader, double *in_all);

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

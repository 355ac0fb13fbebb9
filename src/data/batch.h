/* A loader's batch, and how it is filled: a function of the seed and the batch's number. */
#ifndef GAN_SRC_DATA_BATCH_H
#define GAN_SRC_DATA_BATCH_H

#include "data/dataset.h"
#include "gan/loader.h"

/* What decides the batches. */
struct gan_batch_source {
    gan_dataset *dataset;
    int64_t batch; /* examples in one */
    uint64_t seed;
    gan_sampling sampling;
    int64_t part_rows; /* examples in a part of the work */
};

/* The numbers, or why there are none. */
struct gan_batch {
    gan_tensor *examples, *labels;
    gan_status status;
    char message[1024];
};

gan_status gan_batch_make(struct gan_batch *batch, const struct gan_batch_source *source);
void gan_batch_clear(struct gan_batch *batch);

uint64_t gan_batches_per_epoch(const struct gan_batch_source *source);

/* Fills it as batch number `position`: on all threads (a serial data set's on this one), or on this one alone, which
 * gives up between two examples when *abandoned becomes true. A failure is the first row's; what the batch holds is the
 * same either way. */
void gan_batch_fill(struct gan_batch *batch, const struct gan_batch_source *source, uint64_t position);
void gan_batch_fill_alone(struct gan_batch *batch, const struct gan_batch_source *source, uint64_t position,
                          const atomic_bool *abandoned);

#endif

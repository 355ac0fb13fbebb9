#include "data/batch.h"

#include "base/float_mode.h"
#include "base/random.h"
#include "base/status.h"
#include "base/threads.h"
#include "data/labels.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { STREAM = 0x6c6f6164 /* the loader's own among all that draw from one seed */ };

static gan_shape batch_shape(int64_t batch, gan_shape example)
{
    gan_shape shape = {.rank = example.rank + 1, .dims = {batch}};
    memcpy(shape.dims + 1, example.dims, (size_t)example.rank * sizeof shape.dims[0]);
    return shape;
}

gan_status gan_batch_make(struct gan_batch *batch, const struct gan_batch_source *source)
{
    *batch = (struct gan_batch){.examples = gan_tensor_new(batch_shape(source->batch, source->dataset->shape))};
    const gan_labels *several = source->dataset->several;
    if (batch->examples != NULL)
        batch->labels = several != NULL
                            ? gan_tensor_new_typed(gan_labels_shape(several, source->batch), gan_labels_dtype(several))
                            : gan_tensor_new_typed(GAN_SHAPE(source->batch), GAN_INT32);
    return batch->labels != NULL ? GAN_OK : gan_error_status();
}

void gan_batch_clear(struct gan_batch *batch)
{
    gan_tensor_unref(batch->examples);
    gan_tensor_unref(batch->labels);
    *batch = (struct gan_batch){0};
}

uint64_t gan_batches_per_epoch(const struct gan_batch_source *source)
{
    int64_t batches = source->dataset->size / source->batch;
    return batches > 0 ? (uint64_t)batches : 1;
}

/* Which example is row `row` of batch `position`. */
static int64_t choose(const struct gan_batch_source *source, uint64_t position, int64_t row)
{
    uint64_t size = (uint64_t)source->dataset->size, batches = gan_batches_per_epoch(source);
    struct gan_random_key key = {source->seed, STREAM, position};
    if (source->sampling == GAN_SAMPLING_REPLACEMENT)
        return (int64_t)gan_random_integer(&key, (uint64_t)row, size);
    uint64_t place = position % batches * (uint64_t)source->batch + (uint64_t)row;
    if (source->sampling == GAN_SAMPLING_SEQUENTIAL)
        return (int64_t)place;
    key.step = position / batches; /* the epoch */
    return (int64_t)gan_random_permuted(&key, size, place);
}

static void copy_labels(struct gan_batch *batch, const gan_dataset *dataset, int64_t index, int64_t row)
{
    size_t size = gan_labels_row_size(dataset->several);
    memcpy((char *)gan_tensor_bytes(batch->labels) + (size_t)row * size, gan_dataset_label_row(dataset, index), size);
}

static gan_status fill_row(struct gan_batch *batch, const struct gan_batch_source *source, uint64_t position,
                           int64_t row)
{
    struct gan_draw draw = {source->seed, position, (uint64_t)row};
    float *example = (float *)gan_tensor_bytes(batch->examples) + (size_t)row * source->dataset->example_size;
    int64_t index = choose(source, position, row);
    bool several = source->dataset->several != NULL;
    int32_t unused, *label = several ? &unused : (int32_t *)gan_tensor_bytes(batch->labels) + row;
    if (several)
        copy_labels(batch, source->dataset, index, row);
    return gan_dataset_get(source->dataset, index, &draw, example, label);
}

static void note_failure(struct gan_batch *batch, gan_status status)
{
    batch->status = status;
    snprintf(batch->message, sizeof batch->message, "%s", gan_error_message());
}

void gan_batch_fill_alone(struct gan_batch *batch, const struct gan_batch_source *source, uint64_t position,
                          const atomic_bool *abandoned)
{
    bool serial = source->dataset->serial; /* a caller's function, which computes as its thread does */
    gan_float_mode before = gan_float_mode_enter();
    if (serial)
        gan_float_mode_leave(before);
    batch->status = GAN_OK;
    for (int64_t row = 0; row < source->batch && batch->status == GAN_OK; row++) {
        if (abandoned != NULL && atomic_load_explicit(abandoned, memory_order_relaxed))
            break;
        gan_status status = fill_row(batch, source, position, row);
        if (status != GAN_OK)
            note_failure(batch, status);
    }
    if (!serial)
        gan_float_mode_leave(before);
}

struct filling {
    struct gan_batch *batch;
    const struct gan_batch_source *source;
    uint64_t position;
    pthread_mutex_t mutex; /* of a failure's row and the batch's message */
    int64_t failed_row;
};

/* Of several failures the first row's stays, whichever thread came first. */
static void note_failed_row(struct filling *filling, int64_t row, gan_status status)
{
    pthread_mutex_lock(&filling->mutex);
    if (row < filling->failed_row) {
        filling->failed_row = row;
        note_failure(filling->batch, status);
    }
    pthread_mutex_unlock(&filling->mutex);
}

static void fill_part(void *context, int64_t part)
{
    struct filling *filling = context;
    const struct gan_batch_source *source = filling->source;
    int64_t first = part * source->part_rows, end = first + source->part_rows;
    for (int64_t row = first; row < end && row < source->batch; row++) {
        gan_status status = fill_row(filling->batch, source, filling->position, row);
        if (status != GAN_OK) {
            note_failed_row(filling, row, status);
            return;
        }
    }
}

void gan_batch_fill(struct gan_batch *batch, const struct gan_batch_source *source, uint64_t position)
{
    if (source->dataset->serial) {
        gan_batch_fill_alone(batch, source, position, NULL);
        return;
    }
    struct filling filling = {batch, source, position, PTHREAD_MUTEX_INITIALIZER, source->batch};
    batch->status = GAN_OK;
    gan_parallel((source->batch + source->part_rows - 1) / source->part_rows, fill_part, &filling);
    pthread_mutex_destroy(&filling.mutex);
}

#include "data/loader.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/status.h"
#include "data/ahead.h"
#include "data/batch.h"
#include "data/labels.h"
#include "io/checksum.h"

#include <inttypes.h>

enum {
    PART_FLOATS = 16384, /* about so many numbers are one thread's work at a time */
    DEPTH_MAX = 1024,
    SLOW_DEPTH = 4 /* of the queue, where nobody says how deep, and reading takes long */
};

/* The struct of the first release ends with this field, and with what its alignment adds. */
#define LEAST_SIZE offsetof(gan_loader_options, queue_depth)

static const char who[] = "gan_loader_new";

struct gan_loader {
    atomic_int references;
    struct gan_batch_source source;
    uint64_t position;
    struct gan_batch batch;  /* the latest, without a queue */
    struct gan_ahead *ahead; /* NULL: no queue */
    double waited, waited_in_all;
};

/* ---- making one ---- */

gan_status gan_loader_options_init_sized(gan_loader_options *options, size_t struct_size)
{
    const gan_loader_options own = {.struct_size = sizeof own, .sampling = GAN_SAMPLING_EPOCHS, .queue_depth = -1};
    return gan_options_write(options, struct_size, &own, sizeof own, LEAST_SIZE, "gan_loader_options_init");
}

static gan_status take_options(const gan_loader_options *given, gan_loader_options *options)
{
    gan_loader_options_init(options);
    gan_status status = gan_options_read(options, sizeof *options, given, LEAST_SIZE, who);
    if (status != GAN_OK)
        return status;
    if ((int)options->sampling < GAN_SAMPLING_EPOCHS || options->sampling > GAN_SAMPLING_SEQUENTIAL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: options.sampling is %d, want a GAN_SAMPLING_...", who,
                        (int)options->sampling);
    if (options->queue_depth < -1 || options->queue_depth > DEPTH_MAX)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: options.queue_depth is %" PRId64 ", want 0 (none) to %d batches, or -1 for the default",
                        who, options->queue_depth, DEPTH_MAX);
    return GAN_OK;
}

static gan_status check_batch(const gan_dataset *dataset, int64_t batch, gan_sampling sampling)
{
    if (dataset == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: dataset is NULL", who);
    if (batch < 1)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: batch is %" PRId64 ", want at least 1", who, batch);
    if (dataset->shape.rank + 1 > GAN_MAX_RANK)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: examples have %d axes, want at most %d", who,
                        dataset->shape.rank, GAN_MAX_RANK - 1);
    if (sampling != GAN_SAMPLING_REPLACEMENT && batch > dataset->size)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: batch is %" PRId64 ", but '%s' has only %" PRId64 " examples; use a smaller "
                        "batch, or GAN_SAMPLING_REPLACEMENT",
                        who, batch, dataset->name, dataset->size);
    return GAN_OK;
}

static gan_status make_batches(struct gan_loader *loader, int64_t depth)
{
    if (depth < 0)
        depth = loader->source.dataset->slow ? SLOW_DEPTH : 0;
    if (depth == 0)
        return gan_batch_make(&loader->batch, &loader->source);
    loader->ahead = gan_ahead_new(&loader->source, depth);
    return loader->ahead != NULL ? GAN_OK : gan_error_status();
}

gan_loader *gan_loader_new(gan_dataset *dataset, int64_t batch, uint64_t seed, const gan_loader_options *given)
{
    gan_loader_options options;
    if (take_options(given, &options) != GAN_OK || check_batch(dataset, batch, options.sampling) != GAN_OK)
        return NULL;
    gan_loader *loader = gan_alloc_zero(1, sizeof *loader);
    if (loader == NULL)
        return NULL;
    atomic_init(&loader->references, 1);
    int64_t rows = PART_FLOATS / (int64_t)dataset->example_size;
    loader->source = (struct gan_batch_source){.dataset = gan_dataset_ref(dataset),
                                               .batch = batch,
                                               .seed = seed,
                                               .sampling = options.sampling,
                                               .part_rows = rows > 0 ? rows : 1};
    if (make_batches(loader, options.queue_depth) != GAN_OK) {
        gan_loader_unref(loader);
        return NULL;
    }
    return loader;
}

gan_loader *gan_loader_ref(gan_loader *loader)
{
    if (loader != NULL)
        atomic_fetch_add_explicit(&loader->references, 1, memory_order_relaxed);
    return loader;
}

void gan_loader_unref(gan_loader *loader)
{
    if (loader == NULL || atomic_fetch_sub_explicit(&loader->references, 1, memory_order_acq_rel) != 1)
        return;
    gan_ahead_free(loader->ahead); /* its thread reads the data set */
    gan_batch_clear(&loader->batch);
    gan_dataset_unref(loader->source.dataset);
    gan_free(loader);
}

/* ---- batches ---- */

static const struct gan_batch *next_batch(gan_loader *loader)
{
    if (loader->ahead != NULL)
        return gan_ahead_take(loader->ahead, loader->position);
    gan_batch_fill(&loader->batch, &loader->source, loader->position);
    return &loader->batch;
}

gan_status gan_loader_next(gan_loader *loader, const gan_tensor **examples, const gan_tensor **labels)
{
    if (loader == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_loader_next: loader is NULL");
    double begin = gan_seconds();
    const struct gan_batch *batch = next_batch(loader);
    loader->waited = gan_seconds() - begin;
    loader->waited_in_all += loader->waited;
    if (batch->status != GAN_OK) /* perhaps another thread's */
        return gan_fail_again(batch->status, batch->message);
    loader->position++;
    if (examples != NULL)
        *examples = batch->examples;
    if (labels != NULL)
        *labels = gan_dataset_has_labels(loader->source.dataset) ? batch->labels : NULL;
    return GAN_OK;
}

double gan_loader_waited(const gan_loader *loader, double *in_all)
{
    if (in_all != NULL)
        *in_all = loader != NULL ? loader->waited_in_all : 0;
    return loader != NULL ? loader->waited : 0;
}

uint64_t gan_loader_position(const gan_loader *loader)
{
    return loader != NULL ? loader->position : 0;
}

void gan_loader_seek(gan_loader *loader, uint64_t position)
{
    if (loader == NULL)
        return;
    loader->position = position;
    if (loader->ahead != NULL)
        gan_ahead_seek(loader->ahead, position);
}

uint64_t gan_loader_batches_per_epoch(const gan_loader *loader)
{
    return loader != NULL ? gan_batches_per_epoch(&loader->source) : 0;
}

int64_t gan_loader_batch_size(const gan_loader *loader)
{
    return loader != NULL ? loader->source.batch : 0;
}

gan_dataset *gan_loader_dataset(const gan_loader *loader)
{
    return loader != NULL ? loader->source.dataset : NULL;
}

/* ---- for checkpoints ---- */

static uint32_t checksum_labels(uint32_t crc, const gan_dataset *dataset, int64_t index, int32_t label)
{
    if (dataset->several != NULL)
        return gan_checksum(crc, gan_dataset_label_row(dataset, index), gan_labels_row_size(dataset->several));
    return dataset->classes > 0 ? gan_checksum(crc, &label, sizeof label) : crc;
}

/* Of up to 8 examples, evenly spaced, with their labels, and of what decides how they are varied. */
static gan_status write_checksum(const gan_dataset *dataset, struct gan_json_writer *json)
{
    enum { LOOKED_AT = 8 };
    float *example = gan_alloc(dataset->example_size * sizeof *example);
    if (example == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    uint32_t crc = dataset->variation;
    gan_status status = GAN_OK;
    for (int64_t i = 0; i < LOOKED_AT && status == GAN_OK; i++) {
        int32_t label = 0;
        int64_t index = dataset->size / LOOKED_AT * i + dataset->size % LOOKED_AT * i / LOOKED_AT;
        status = gan_dataset_get(dataset, index, NULL, example, &label);
        crc = gan_checksum(crc, example, dataset->example_size * sizeof *example);
        crc = checksum_labels(crc, dataset, index, label);
    }
    gan_json_write_integer(json, "examples_crc32", crc);
    gan_free(example);
    return status;
}

gan_status gan_loader_write(const gan_loader *loader, struct gan_json_writer *json, const char *key)
{
    const struct gan_batch_source *source = &loader->source;
    gan_json_begin(json, key, '{');
    gan_json_write_uint64(json, "seed", source->seed);
    gan_json_write_integer(json, "batch", source->batch);
    gan_json_write_integer(json, "sampling", (int64_t)source->sampling);
    gan_json_write_integer(json, "examples", source->dataset->size);
    gan_json_write_shape(json, "shape", source->dataset->shape);
    gan_status status = source->dataset->serial ? GAN_OK : write_checksum(source->dataset, json);
    gan_json_end(json, '}');
    return status;
}

#include "data/loader.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"
#include "base/threads.h"
#include "data/dataset.h"
#include "data/labels.h"
#include "io/checksum.h"

#include <inttypes.h>
#include <string.h>

enum {
    STREAM = 0x6c6f6164, /* the loader's own among all that draw from one seed */
    PART_FLOATS = 16384  /* about so many numbers are one thread's work at a time */
};

struct gan_loader {
    atomic_int references;
    gan_dataset *dataset;
    int64_t batch;
    uint64_t seed;
    gan_sampling sampling;
    uint64_t position;
    gan_tensor *examples, *labels;
    int64_t part_rows; /* examples in a part of the work */
};

void gan_loader_options_init(gan_loader_options *options)
{
    if (options != NULL)
        *options = (gan_loader_options){.struct_size = sizeof *options, .sampling = GAN_SAMPLING_EPOCHS};
}

static gan_status take_options(const gan_loader_options *given, gan_loader_options *options)
{
    gan_loader_options_init(options);
    if (given == NULL)
        return GAN_OK;
    if (given->struct_size == 0)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_loader_new: options were not filled; call gan_loader_options_init first");
    memcpy(options, given, given->struct_size < sizeof *options ? given->struct_size : sizeof *options);
    if ((int)options->sampling < GAN_SAMPLING_EPOCHS || options->sampling > GAN_SAMPLING_SEQUENTIAL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_loader_new: options.sampling is %d, want a GAN_SAMPLING_...",
                        (int)options->sampling);
    return GAN_OK;
}

static gan_status check_batch(const gan_dataset *dataset, int64_t batch, gan_sampling sampling)
{
    if (dataset == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_loader_new: dataset is NULL");
    if (batch < 1)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_loader_new: batch is %" PRId64 ", want at least 1", batch);
    if (dataset->shape.rank + 1 > GAN_MAX_RANK)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_loader_new: examples have %d axes, want at most %d",
                        dataset->shape.rank, GAN_MAX_RANK - 1);
    if (sampling != GAN_SAMPLING_REPLACEMENT && batch > dataset->size)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_loader_new: batch is %" PRId64 ", but '%s' has only %" PRId64 " examples; use a smaller "
                        "batch, or GAN_SAMPLING_REPLACEMENT",
                        batch, dataset->name, dataset->size);
    return GAN_OK;
}

static gan_shape batch_shape(int64_t batch, gan_shape example)
{
    gan_shape shape = {.rank = example.rank + 1, .dims = {batch}};
    memcpy(shape.dims + 1, example.dims, (size_t)example.rank * sizeof shape.dims[0]);
    return shape;
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
    loader->dataset = gan_dataset_ref(dataset);
    loader->batch = batch;
    loader->seed = seed;
    loader->sampling = options.sampling;
    int64_t rows = PART_FLOATS / (int64_t)dataset->example_size;
    loader->part_rows = dataset->serial ? batch : rows > 0 ? rows : 1;
    loader->examples = gan_tensor_new(batch_shape(batch, dataset->shape));
    const gan_labels *several = dataset->several;
    if (loader->examples != NULL)
        loader->labels = several != NULL
                             ? gan_tensor_new_typed(gan_labels_shape(several, batch), gan_labels_dtype(several))
                             : gan_tensor_new_typed(GAN_SHAPE(batch), GAN_INT32);
    if (loader->labels == NULL) {
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
    gan_dataset_unref(loader->dataset);
    gan_tensor_unref(loader->examples);
    gan_tensor_unref(loader->labels);
    gan_free(loader);
}

uint64_t gan_loader_batches_per_epoch(const gan_loader *loader)
{
    if (loader == NULL)
        return 0;
    int64_t batches = loader->dataset->size / loader->batch;
    return batches > 0 ? (uint64_t)batches : 1;
}

/* Which example is row `row` of batch `position`. */
static int64_t choose(const gan_loader *loader, int64_t row)
{
    uint64_t size = (uint64_t)loader->dataset->size, batches = gan_loader_batches_per_epoch(loader);
    struct gan_random_key key = {loader->seed, STREAM, loader->position};
    if (loader->sampling == GAN_SAMPLING_REPLACEMENT)
        return (int64_t)gan_random_integer(&key, (uint64_t)row, size);
    uint64_t place = loader->position % batches * (uint64_t)loader->batch + (uint64_t)row;
    if (loader->sampling == GAN_SAMPLING_SEQUENTIAL)
        return (int64_t)place;
    key.step = loader->position / batches; /* the epoch */
    return (int64_t)gan_random_permuted(&key, size, place);
}

/* Row `index` of several labels, or of numbers, which the data set keeps in memory. */
static void copy_labels(const gan_loader *loader, int64_t index, int64_t row)
{
    size_t size = gan_labels_row_size(loader->dataset->several);
    const char *from = gan_tensor_bytes(loader->dataset->labels);
    memcpy((char *)gan_tensor_bytes(loader->labels) + (size_t)row * size, from + (size_t)index * size, size);
}

static gan_status fill_rows(const gan_loader *loader, int64_t first, int64_t end)
{
    size_t each = loader->dataset->example_size;
    float *examples = gan_tensor_bytes(loader->examples);
    int32_t *labels = gan_tensor_bytes(loader->labels), unused;
    bool several = loader->dataset->several != NULL;
    gan_status status = GAN_OK;
    for (int64_t row = first; row < end && status == GAN_OK; row++) {
        int64_t index = choose(loader, row);
        status = gan_dataset_get(loader->dataset, index, examples + (size_t)row * each,
                                 several ? &unused : &labels[row]);
        if (several)
            copy_labels(loader, index, row);
    }
    return status;
}

static void fill_part(void *context, int64_t part)
{
    const gan_loader *loader = context;
    int64_t first = part * loader->part_rows, end = first + loader->part_rows;
    fill_rows(loader, first, end < loader->batch ? end : loader->batch);
}

gan_status gan_loader_next(gan_loader *loader, const gan_tensor **examples, const gan_tensor **labels)
{
    if (loader == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_loader_next: loader is NULL");
    gan_status status = GAN_OK;
    if (loader->dataset->serial) /* a caller's function, which may fail: on this thread */
        status = fill_rows(loader, 0, loader->batch);
    else
        gan_parallel((loader->batch + loader->part_rows - 1) / loader->part_rows, fill_part, loader);
    if (status != GAN_OK)
        return status;
    loader->position++;
    if (examples != NULL)
        *examples = loader->examples;
    if (labels != NULL)
        *labels = gan_dataset_has_labels(loader->dataset) ? loader->labels : NULL;
    return GAN_OK;
}

uint64_t gan_loader_position(const gan_loader *loader)
{
    return loader != NULL ? loader->position : 0;
}

void gan_loader_seek(gan_loader *loader, uint64_t position)
{
    if (loader != NULL)
        loader->position = position;
}

int64_t gan_loader_batch_size(const gan_loader *loader)
{
    return loader != NULL ? loader->batch : 0;
}

gan_dataset *gan_loader_dataset(const gan_loader *loader)
{
    return loader != NULL ? loader->dataset : NULL;
}

/* ---- for checkpoints ---- */

/* Of up to 8 examples, evenly spaced. */
static gan_status write_checksum(const gan_dataset *dataset, struct gan_json_writer *json)
{
    enum { LOOKED_AT = 8 };
    float *example = gan_alloc(dataset->example_size * sizeof *example);
    if (example == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    uint32_t crc = 0;
    gan_status status = GAN_OK;
    for (int64_t i = 0; i < LOOKED_AT && status == GAN_OK; i++) {
        int32_t label = 0;
        int64_t index = dataset->size / LOOKED_AT * i + dataset->size % LOOKED_AT * i / LOOKED_AT;
        status = gan_dataset_get(dataset, index, example, &label);
        crc = gan_checksum(crc, example, dataset->example_size * sizeof *example);
    }
    gan_json_write_integer(json, "examples_crc32", crc);
    gan_free(example);
    return status;
}

gan_status gan_loader_write(const gan_loader *loader, struct gan_json_writer *json, const char *key)
{
    gan_json_begin(json, key, '{');
    gan_json_write_uint64(json, "seed", loader->seed);
    gan_json_write_integer(json, "batch", loader->batch);
    gan_json_write_integer(json, "sampling", (int64_t)loader->sampling);
    gan_json_write_integer(json, "examples", loader->dataset->size);
    gan_json_write_shape(json, "shape", loader->dataset->shape);
    gan_status status = loader->dataset->serial ? GAN_OK : write_checksum(loader->dataset, json);
    gan_json_end(json, '}');
    return status;
}

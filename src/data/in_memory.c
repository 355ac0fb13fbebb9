/* Data sets over tensors in memory, bytes or floats; also what opened files become. */
#include "base/status.h"
#include "data/dataset.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

struct memory {
    gan_dataset base;
    gan_tensor *examples;
    float of_byte[256]; /* what a byte means in the range */
};

static gan_status read_floats(const gan_dataset *dataset, int64_t index, const struct gan_draw *draw, float *example,
                              int32_t *label)
{
    (void)draw, (void)label;
    const struct memory *memory = (const struct memory *)dataset;
    const float *from = (const float *)gan_tensor_bytes(memory->examples) + (size_t)index * dataset->example_size;
    memcpy(example, from, dataset->example_size * sizeof *example);
    return GAN_OK;
}

static gan_status read_bytes(const gan_dataset *dataset, int64_t index, const struct gan_draw *draw, float *example,
                             int32_t *label)
{
    (void)draw, (void)label;
    const struct memory *memory = (const struct memory *)dataset;
    const uint8_t *from = (const uint8_t *)gan_tensor_bytes(memory->examples) + (size_t)index * dataset->example_size;
    for (size_t i = 0; i < dataset->example_size; i++)
        example[i] = memory->of_byte[from[i]];
    return GAN_OK;
}

static void release(gan_dataset *dataset)
{
    gan_tensor_unref(((struct memory *)dataset)->examples);
}

static const struct gan_dataset_kind floats = {.read = read_floats, .release = release, .range_is_stated = 1};
static const struct gan_dataset_kind bytes = {.read = read_bytes, .release = release};

static gan_status check_floats(const char *who, const gan_tensor *tensor, _Bool ranged, float low, float high)
{
    const float *values = gan_tensor_bytes(tensor);
    int64_t each = gan_tensor_size(tensor) / gan_tensor_shape(tensor).dims[0];
    for (int64_t i = 0; i < gan_tensor_size(tensor); i++) {
        if (!isfinite(values[i]))
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: example %" PRId64 " holds %s", who, i / each,
                            isnan(values[i]) ? "NaN" : "infinity");
        if (ranged && (values[i] < low || values[i] > high))
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                            "%s: example %" PRId64 " holds %g, outside of the range [%g, %g]", who, i / each,
                            (double)values[i], (double)low, (double)high);
    }
    return GAN_OK;
}

static gan_status check_arguments(const char *who, const gan_tensor *examples, float low, float high)
{
    if (examples == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: examples is NULL", who);
    gan_dtype type = gan_tensor_dtype(examples);
    if (type == GAN_INT32)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: examples are int32, want float32 or uint8", who);
    if (gan_tensor_shape(examples).rank < 1)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: examples is a single number, want [N, ...]", who);
    _Bool none = low == 0 && high == 0;
    if (!none && (!(low < high) || high - low > 3e38f))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: range is [%g, %g], want finite low < high, or 0 and 0 for none", who, (double)low,
                        (double)high);
    if (none && type == GAN_UINT8)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: uint8 needs a range to be mapped to, such as 0 and 1", who);
    return type == GAN_UINT8 ? GAN_OK : check_floats(who, examples, !none, low, high);
}

gan_dataset *gan_dataset_over_tensor(const char *who, const char *name, gan_tensor *examples, gan_tensor *labels,
                                     float low, float high)
{
    if (check_arguments(who, examples, low, high) != GAN_OK)
        return NULL;
    gan_shape all = gan_tensor_shape(examples), shape = {.rank = all.rank - 1};
    memcpy(shape.dims, all.dims + 1, (size_t)shape.rank * sizeof shape.dims[0]);
    const struct gan_dataset_kind *kind = gan_tensor_dtype(examples) == GAN_UINT8 ? &bytes : &floats;
    gan_dataset *dataset = gan_dataset_make(sizeof(struct memory), kind, who, shape, all.dims[0], name);
    if (dataset == NULL)
        return NULL;
    struct memory *memory = (struct memory *)dataset;
    memory->examples = gan_tensor_ref(examples);
    dataset->ranged = low < high;
    dataset->low = low;
    dataset->high = high;
    for (int i = 0; i < 256; i++)
        memory->of_byte[i] = low == 0 ? high * (float)i / 255 : low + (high - low) * (float)i / 255;
    if (labels != NULL && gan_dataset_keep_labels(dataset, who, labels) != GAN_OK) {
        gan_dataset_unref(dataset);
        return NULL;
    }
    return dataset;
}

gan_dataset *gan_dataset_from_tensor(gan_tensor *examples, gan_tensor *labels, float low, float high)
{
    return gan_dataset_over_tensor("gan_dataset_from_tensor", "tensor", examples, labels, low, high);
}

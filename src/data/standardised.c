/* Data sets standardised by column. */
#include "base/memory.h"
#include "base/status.h"
#include "data/dataset.h"

#include <float.h>
#include <math.h>

struct standardised {
    gan_dataset base;
    gan_dataset *source;
    gan_tensor *mean, *deviation;
};

static gan_status read_standardised(const gan_dataset *dataset, int64_t index, const struct gan_draw *draw,
                                    float *example, int32_t *label)
{
    const struct standardised *standardised = (const struct standardised *)dataset;
    gan_status status = gan_dataset_get(standardised->source, index, draw, example, label);
    if (status != GAN_OK)
        return status;
    const float *mean = gan_tensor_bytes(standardised->mean), *deviation = gan_tensor_bytes(standardised->deviation);
    for (size_t i = 0; i < dataset->example_size; i++)
        example[i] = (float)(((double)example[i] - (double)mean[i]) / (double)deviation[i]);
    return GAN_OK;
}

static void release_standardised(gan_dataset *dataset)
{
    struct standardised *standardised = (struct standardised *)dataset;
    gan_dataset_unref(standardised->source);
    gan_tensor_unref(standardised->mean);
    gan_tensor_unref(standardised->deviation);
}

static const struct gan_dataset_kind kind = {.read = read_standardised, .release = release_standardised};

/* Welford's update ("Note on a method for calculating corrected sums of squares and products", 1962): no cancellation,
 * and exactly 0 for a column whose numbers are all the same. */
static void add_example(const float *example, size_t count, double n, double *mean, double *squares)
{
    for (size_t i = 0; i < count; i++) {
        double before = (double)example[i] - mean[i];
        mean[i] += before / n;
        squares[i] += before * ((double)example[i] - mean[i]);
    }
}

/* A deviation that float32 holds and can divide by; else 1. */
static float usable(double deviation)
{
    return deviation >= (double)FLT_MIN && deviation <= (double)FLT_MAX ? (float)deviation : 1;
}

static gan_status measure(struct standardised *standardised)
{
    const gan_dataset *source = standardised->source;
    size_t count = source->example_size;
    float *example = gan_alloc_zero(count, sizeof *example);
    double *mean = gan_alloc_zero(count, sizeof *mean), *squares = gan_alloc_zero(count, sizeof *squares);
    gan_status status = example != NULL && mean != NULL && squares != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
    int32_t label;
    for (int64_t n = 0; n < source->size && status == GAN_OK; n++) {
        status = gan_dataset_get(source, n, NULL, example, &label);
        if (status == GAN_OK)
            add_example(example, count, (double)(n + 1), mean, squares);
    }
    float *to_mean = gan_tensor_bytes(standardised->mean), *to_deviation = gan_tensor_bytes(standardised->deviation);
    for (size_t i = 0; i < count && status == GAN_OK; i++) {
        to_mean[i] = (float)mean[i];
        to_deviation[i] = usable(sqrt(squares[i] / (double)source->size));
        if (!isfinite(mean[i]) || !isfinite(squares[i]))
            status = gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                              "gan_dataset_standardised: column %zu of '%s' holds NaN or "
                              "infinity",
                              i, source->name);
    }
    gan_free(example);
    gan_free(mean);
    gan_free(squares);
    return status;
}

/* A label that the source makes while reading comes through read_standardised; one that it keeps is shared. */
static gan_status take_labels(gan_dataset *dataset, gan_dataset *source)
{
    dataset->labels = gan_tensor_ref(source->labels);
    dataset->several = gan_labels_ref(source->several);
    dataset->classes = source->classes;
    if (source->class_names == NULL)
        return GAN_OK;
    dataset->class_names = gan_alloc_zero((size_t)source->classes, sizeof *dataset->class_names);
    for (int i = 0; dataset->class_names != NULL && i < source->classes; i++)
        if ((dataset->class_names[i] = gan_strdup(source->class_names[i])) == NULL)
            return GAN_ERROR_OUT_OF_MEMORY;
    return dataset->class_names != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
}

gan_dataset *gan_dataset_standardised(gan_dataset *source)
{
    if (source == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_standardised: source is NULL");
    gan_dataset *dataset = gan_dataset_make(sizeof(struct standardised), &kind, "gan_dataset_standardised",
                                            source->shape, source->size, source->name);
    if (dataset == NULL)
        return NULL;
    struct standardised *standardised = (struct standardised *)dataset;
    standardised->source = gan_dataset_ref(source);
    standardised->mean = gan_tensor_new(source->shape);
    standardised->deviation = standardised->mean != NULL ? gan_tensor_new(source->shape) : NULL;
    dataset->serial = source->serial;
    dataset->slow = source->slow;
    dataset->variation = source->variation;
    if (standardised->deviation == NULL || take_labels(dataset, source) != GAN_OK || measure(standardised) != GAN_OK) {
        gan_dataset_unref(dataset);
        return NULL;
    }
    return dataset;
}

bool gan_dataset_standardisation(const gan_dataset *dataset, gan_tensor **mean, gan_tensor **deviation)
{
    const struct standardised *standardised = dataset != NULL && dataset->kind == &kind
                                                  ? (const struct standardised *)dataset
                                                  : NULL;
    if (mean != NULL)
        *mean = standardised != NULL ? standardised->mean : NULL;
    if (deviation != NULL)
        *deviation = standardised != NULL ? standardised->deviation : NULL;
    return standardised != NULL;
}

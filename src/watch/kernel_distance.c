/* The kernel distance: unbiased estimates of the squared maximum mean discrepancy, one for each subset. */
#include "watch/bootstrap.h"
#include "watch/options.h"
#include "watch/pairs.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"

#include <inttypes.h>
#include <math.h>

/* The sums of k over the pairs of two sets, one for each row. */
struct kernel {
    int64_t size;
    bool same; /* one set: pairs of a row with itself do not count */
    double *sums;
};

static void add_row(void *context, int64_t row, int64_t first, int64_t count, const float *products)
{
    const struct kernel *kernel = context;
    double sum = 0, factor = 1 / (double)kernel->size;
    for (int64_t j = 0; j < count; j++) {
        double base = (double)products[j] * factor + 1;
        sum += kernel->same && row == first + j ? 0 : base * base * base;
    }
    kernel->sums[row] += sum;
}

static gan_status sum_of_pairs(const struct gan_rows *a, const struct gan_rows *b, double *sums, double *sum)
{
    struct kernel kernel = {a->size, a == b, sums};
    for (int64_t i = 0; i < a->count; i++)
        sums[i] = 0;
    gan_status status = gan_pairs_walk(a, b, add_row, &kernel);
    *sum = 0;
    for (int64_t i = 0; i < a->count; i++)
        *sum += sums[i];
    return status;
}

/* a, b of one number of rows m. sums: m numbers of scratch. */
static gan_status estimate(const struct gan_rows *a, const struct gan_rows *b, double *sums, double *result)
{
    double aa, bb, ab, m = (double)a->count;
    gan_status status = sum_of_pairs(a, a, sums, &aa);
    if (status == GAN_OK)
        status = sum_of_pairs(b, b, sums, &bb);
    if (status == GAN_OK)
        status = sum_of_pairs(a, b, sums, &ab);
    if (status == GAN_OK)
        *result = (aa + bb) / (m * (m - 1)) - 2 * ab / (m * m);
    return status;
}

/*
 * Subset `subset` of `size` of a set's n examples. Where all of them fit side by side they are the pieces of one random
 * order, and so disjoint; else each is the beginning of an order of its own.
 */
static float *take_subset(const struct gan_rows *set, int which, int subset, int64_t size,
                          const gan_metric_options *options, int64_t *indices)
{
    bool disjoint = options->kernel_subsets * size <= set->count;
    struct gan_random_key key = {.seed = gan_random_derive(options->seed, (uint64_t)which),
                                 .stream = GAN_METRIC_STREAM_SUBSETS,
                                 .step = disjoint ? 0 : (uint64_t)subset + 1};
    int64_t first = disjoint ? subset * size : 0;
    for (int64_t i = 0; i < size; i++)
        indices[i] = (int64_t)gan_random_permuted(&key, (uint64_t)set->count, (uint64_t)(first + i));
    return gan_rows_gather(set, indices, size);
}

static gan_status estimate_subset(const struct gan_rows *real, const struct gan_rows *made, int subset, int64_t size,
                                  const gan_metric_options *options, double *result)
{
    int64_t *indices = gan_alloc_zero((size_t)size, sizeof *indices);
    double *sums = gan_alloc_zero((size_t)size, sizeof *sums);
    float *a = indices != NULL ? take_subset(real, 0, subset, size, options, indices) : NULL;
    float *b = indices != NULL ? take_subset(made, 1, subset, size, options, indices) : NULL;
    gan_status status = GAN_ERROR_OUT_OF_MEMORY;
    if (sums != NULL && a != NULL && b != NULL)
        status = estimate(&(struct gan_rows){a, size, real->size}, &(struct gan_rows){b, size, real->size}, sums,
                          result);
    gan_free(b);
    gan_free(a);
    gan_free(sums);
    gan_free(indices);
    return status;
}

static gan_status subset_size(const gan_metric_options *options, int64_t fewest, const char *who, int64_t *size)
{
    enum { USUAL = 1000 };
    *size = options->kernel_subset_size;
    if (*size == 0) {
        *size = fewest / options->kernel_subsets < USUAL ? fewest / options->kernel_subsets : USUAL;
        if (*size < 2)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                            "%s: %" PRId64 " examples make no %d subsets of 2 or more; give more examples, or fewer "
                            "kernel_subsets",
                            who, fewest, options->kernel_subsets);
    }
    if (*size < 2 || *size > fewest)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: kernel_subset_size is %" PRId64 ", want 2 to %" PRId64 ", the number of examples", who,
                        *size, fewest);
    return GAN_OK;
}

/* The mean over subsets and its standard error. */
static gan_status summarise(const double *estimates, const gan_metric_options *options, gan_metric_value *value)
{
    int count = options->kernel_subsets;
    gan_status status = gan_bootstrap_mean(estimates, count, 0, options, value);
    double squares = 0;
    for (int i = 0; i < count; i++)
        squares += (estimates[i] - value->value) * (estimates[i] - value->value);
    value->error = count > 1 ? sqrt(squares / (count - 1) / count) : NAN;
    return status;
}

gan_status gan_metric_kernel_distance(const gan_tensor *real, const gan_tensor *made, const gan_metric_options *options,
                                      gan_metric_value *distance)
{
    static const char who[] = "gan_metric_kernel_distance";
    struct gan_rows real_rows, made_rows;
    gan_metric_options o;
    int64_t size = 0;
    gan_status status = gan_metric_options_take(&o, options, who);
    if (status == GAN_OK)
        status = gan_rows_read_pair(&real_rows, real, &made_rows, made, 2, who);
    if (status == GAN_OK)
        status = subset_size(&o, real_rows.count < made_rows.count ? real_rows.count : made_rows.count, who, &size);
    if (status != GAN_OK)
        return status;
    double *estimates = gan_alloc_zero((size_t)o.kernel_subsets, sizeof *estimates);
    status = estimates != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
    for (int i = 0; i < o.kernel_subsets && status == GAN_OK; i++)
        status = estimate_subset(&real_rows, &made_rows, i, size, &o, estimates + i);
    gan_metric_value value;
    if (status == GAN_OK)
        status = summarise(estimates, &o, &value);
    if (status == GAN_OK && distance != NULL)
        *distance = value;
    gan_free(estimates);
    return status;
}

#include "watch/bootstrap.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/threads.h"
#include "watch/normal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int64_t gan_resample_index(const struct gan_resample *resample, int set, int64_t i, int64_t n)
{
    struct gan_random_key key = {
        .seed = resample->seed, .stream = GAN_METRIC_STREAM_BOOTSTRAP + (uint32_t)set, .step = resample->replicate};
    return (int64_t)gan_random_integer(&key, (uint64_t)i, (uint64_t)n);
}

void gan_resample_counts(const struct gan_resample *resample, int set, int64_t n, int32_t *counts)
{
    memset(counts, 0, (size_t)n * sizeof *counts);
    for (int64_t i = 0; i < n; i++)
        counts[gan_resample_index(resample, set, i, n)]++;
}

/* ---- what the replicates say ---- */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Between the two sorted numbers that it lies between, as most programs do it (Hyndman and Fan 1996, type 7). */
static double quantile(const double *sorted, int count, double share)
{
    double place = share * (count - 1);
    int below = (int)floor(place);
    return below + 1 < count ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
}

enum { ENOUGH_FOR_QUANTILES = 100 };

void gan_bootstrap_summarise(double *replicates, int count, double confidence, gan_metric_value *value)
{
    value->error = value->low = value->high = NAN;
    if (count < 2)
        return;
    double mean = 0, squares = 0;
    for (int i = 0; i < count; i++)
        mean += replicates[i];
    mean /= count;
    for (int i = 0; i < count; i++)
        squares += (replicates[i] - mean) * (replicates[i] - mean);
    value->error = sqrt(squares / (count - 1));
    double tail = (1 - confidence) / 2;
    if (count < ENOUGH_FOR_QUANTILES) {
        double reach = -gan_normal_quantile(tail) * value->error;
        value->low = value->value - reach;
        value->high = value->value + reach;
        return;
    }
    qsort(replicates, (size_t)count, sizeof *replicates, compare);
    value->low = value->value + (quantile(replicates, count, tail) - mean);
    value->high = value->value + (quantile(replicates, count, 1 - tail) - mean);
}

/* ---- running them ---- */

struct bootstrap {
    gan_statistic *statistic;
    void *context;
    uint64_t seed;
    char *scratch;
    size_t scratch_size;
    double *results;
};

static void run_replicate(void *context, int64_t part)
{
    const struct bootstrap *bootstrap = context;
    struct gan_resample resample = {bootstrap->seed, (uint64_t)part};
    bootstrap->results[part] = bootstrap->statistic(bootstrap->context, &resample,
                                                    bootstrap->scratch + (size_t)part * bootstrap->scratch_size);
}

gan_status gan_bootstrap(gan_statistic *statistic, void *context, size_t scratch, const gan_metric_options *options,
                         gan_metric_value *value)
{
    int count = options->replicates;
    size_t aligned = (scratch + 63) / 64 * 64; /* so that threads share no line of the cache */
    struct bootstrap bootstrap = {statistic, context, options->seed, NULL, aligned, NULL};
    bootstrap.results = gan_alloc_zero((size_t)count + 1, sizeof *bootstrap.results);
    bootstrap.scratch = gan_alloc_zero((size_t)count + 1, aligned + 1);
    gan_status status = bootstrap.results != NULL && bootstrap.scratch != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
    if (status == GAN_OK) {
        gan_parallel(count, run_replicate, &bootstrap);
        gan_bootstrap_summarise(bootstrap.results, count, options->confidence, value);
    }
    gan_free(bootstrap.scratch);
    gan_free(bootstrap.results);
    return status;
}

/* ---- means ---- */

struct numbers {
    const double *numbers;
    int64_t count;
    int set;
};

static double resampled_mean(void *context, const struct gan_resample *resample, void *scratch)
{
    const struct numbers *numbers = context;
    (void)scratch;
    double sum = 0;
    for (int64_t i = 0; i < numbers->count; i++)
        sum += numbers->numbers[gan_resample_index(resample, numbers->set, i, numbers->count)];
    return sum / (double)numbers->count;
}

gan_status gan_bootstrap_mean(const double *numbers, int64_t n, int set, const gan_metric_options *options,
                              gan_metric_value *value)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += numbers[i];
    value->value = sum / (double)n;
    return gan_bootstrap(resampled_mean, &(struct numbers){numbers, n, set}, 0, options, value);
}

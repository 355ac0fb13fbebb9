/* The 1-nearest-neighbour test of two samples, with p-values by permutation. */
#include "watch/bootstrap.h"
#include "watch/neighbours.h"
#include "watch/options.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/threads.h"

#include <string.h>

enum { SLOTS = 16 };

/* Both sets in one, in random order: of neighbours equally near the first is found, and that is so by chance. */
struct pool {
    int64_t real, both; /* numbers of examples */
    float *numbers;
    uint8_t *made; /* which are made ones */
    int64_t *neighbour;
    double *squares;
    uint8_t *labels;  /* [SLOTS, both]: exchanged ones */
    double *same;     /* whether its neighbour is of its own set: the real ones, then the made ones */
    int32_t *extreme; /* [permutations]: whether its accuracy is no smaller */
    int permutations;
    uint64_t seed;
    double accuracy;
};

static bool make_pool(struct pool *pool, const struct gan_rows *real, const struct gan_rows *made)
{
    int64_t both = pool->both, size = real->size;
    size_t count = (size_t)both;
    pool->numbers = gan_alloc_zero(count, (size_t)size * sizeof(float));
    pool->made = gan_alloc_zero(count, 1);
    pool->neighbour = gan_alloc_zero(count, sizeof *pool->neighbour);
    pool->squares = gan_alloc_zero(count, sizeof *pool->squares);
    pool->labels = gan_alloc_zero(SLOTS, count);
    pool->same = gan_alloc_zero(count, sizeof *pool->same);
    pool->extreme = gan_alloc_zero((size_t)pool->permutations, sizeof *pool->extreme);
    if (pool->numbers == NULL || pool->made == NULL || pool->neighbour == NULL || pool->squares == NULL ||
        pool->labels == NULL || pool->same == NULL || pool->extreme == NULL)
        return false;
    struct gan_random_key key = {.seed = pool->seed, .stream = GAN_METRIC_STREAM_TIES};
    for (int64_t i = 0; i < both; i++) {
        int64_t from = (int64_t)gan_random_permuted(&key, (uint64_t)both, (uint64_t)i);
        pool->made[i] = from >= real->count;
        memcpy(pool->numbers + i * size, from < real->count ? gan_row(real, from) : gan_row(made, from - real->count),
               (size_t)size * sizeof(float));
    }
    return true;
}

static void clear_pool(struct pool *pool)
{
    gan_free(pool->numbers);
    gan_free(pool->made);
    gan_free(pool->neighbour);
    gan_free(pool->squares);
    gan_free(pool->labels);
    gan_free(pool->same);
    gan_free(pool->extreme);
}

/* The mean of both sets' shares whose neighbours are of their own. */
static double accuracy_of(const struct pool *pool, const uint8_t *made)
{
    int64_t right[2] = {0};
    for (int64_t i = 0; i < pool->both; i++)
        right[made[i]] += made[i] == made[pool->neighbour[i]];
    return ((double)right[0] / (double)pool->real + (double)right[1] / (double)(pool->both - pool->real)) / 2;
}

/* Fisher and Yates's shuffle. */
static void permute(const struct pool *pool, int permutation, uint8_t *labels)
{
    struct gan_random_key key = {
        .seed = pool->seed, .stream = GAN_METRIC_STREAM_PERMUTATIONS, .step = (uint64_t)permutation};
    memcpy(labels, pool->made, (size_t)pool->both);
    for (int64_t i = pool->both - 1; i > 0; i--) {
        int64_t j = (int64_t)gan_random_integer(&key, (uint64_t)i, (uint64_t)i + 1);
        uint8_t label = labels[i];
        labels[i] = labels[j];
        labels[j] = label;
    }
}

static void permute_slot(void *context, int64_t slot)
{
    const struct pool *pool = context;
    uint8_t *labels = pool->labels + slot * pool->both;
    for (int p = (int)slot; p < pool->permutations; p += SLOTS) {
        permute(pool, p, labels);
        pool->extreme[p] = accuracy_of(pool, labels) >= pool->accuracy;
    }
}

static double resampled_accuracy(void *context, const struct gan_resample *resample, void *scratch)
{
    const struct pool *pool = context;
    (void)scratch;
    int64_t counts[2] = {pool->real, pool->both - pool->real}, first = 0;
    double sum = 0;
    for (int set = 0; set < 2; set++) {
        double right = 0;
        for (int64_t i = 0; i < counts[set]; i++)
            right += pool->same[first + gan_resample_index(resample, set, i, counts[set])];
        sum += right / (double)counts[set];
        first += counts[set];
    }
    return sum / 2;
}

static gan_status measure(struct pool *pool, const gan_metric_options *options, int64_t size,
                          gan_metric_value values[3], double *p_value)
{
    struct gan_rows rows = {pool->numbers, pool->both, size};
    gan_status status = gan_neighbours_find(&rows, &rows, 1, true, pool->squares, pool->neighbour);
    if (status != GAN_OK)
        return status;
    int64_t at[2] = {0, pool->real};
    for (int64_t i = 0; i < pool->both; i++)
        pool->same[at[pool->made[i]]++] = pool->made[i] == pool->made[pool->neighbour[i]];
    values[0].value = pool->accuracy = accuracy_of(pool, pool->made);
    status = gan_bootstrap(resampled_accuracy, pool, 0, options, &values[0]);
    if (status == GAN_OK)
        status = gan_bootstrap_mean(pool->same, pool->real, 0, options, &values[1]);
    if (status == GAN_OK)
        status = gan_bootstrap_mean(pool->same + pool->real, pool->both - pool->real, 1, options, &values[2]);
    if (status != GAN_OK)
        return status;
    gan_parallel(SLOTS, permute_slot, pool);
    int64_t hits = 0;
    for (int p = 0; p < pool->permutations; p++)
        hits += pool->extreme[p];
    *p_value = (1 + (double)hits) / (1 + (double)pool->permutations);
    return GAN_OK;
}

gan_status gan_metric_nearest_neighbour_test(const gan_tensor *real, const gan_tensor *made,
                                             const gan_metric_options *options, gan_metric_value *accuracy,
                                             gan_metric_value *of_real, gan_metric_value *of_made, double *p_value)
{
    static const char who[] = "gan_metric_nearest_neighbour_test";
    struct gan_rows real_rows, made_rows;
    gan_metric_options o;
    gan_status status = gan_metric_options_take(&o, options, who);
    if (status == GAN_OK)
        status = gan_rows_read_pair(&real_rows, real, &made_rows, made, 2, who);
    if (status != GAN_OK)
        return status;
    struct pool pool = {.real = real_rows.count,
                        .both = real_rows.count + made_rows.count,
                        .permutations = o.permutations,
                        .seed = o.seed};
    gan_metric_value values[3];
    double p = 0;
    status = make_pool(&pool, &real_rows, &made_rows) ? measure(&pool, &o, real_rows.size, values, &p)
                                                      : GAN_ERROR_OUT_OF_MEMORY;
    clear_pool(&pool);
    if (status != GAN_OK)
        return status;
    gan_metric_value *const wanted[] = {accuracy, of_real, of_made};
    for (int i = 0; i < 3; i++)
        if (wanted[i] != NULL)
            *wanted[i] = values[i];
    if (p_value != NULL)
        *p_value = p;
    return GAN_OK;
}

/* The sliced Wasserstein distance: optimal transport in one dimension is matching in order. */
#include "watch/sliced.h"

#include "watch/bootstrap.h"
#include "watch/options.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"
#include "base/threads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How many directions are under way at once, each with memory for its sorted projections. */
enum { SLOTS = 16 };

/* An example's place along a direction. */
struct place {
    double at;
    int32_t index;
};

struct slices {
    const struct gan_rows *real, *made;
    const double *directions;
    int count, replicates;
    const int32_t *counts; /* [replicates, real + made] */
    struct place *places;  /* [SLOTS, real + made] */
    double *results;       /* [count, 1 + replicates]: squared distances, of the sets themselves first */
};

static int compare(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : (x->index > y->index) - (x->index < y->index);
}

static void project(const struct gan_rows *rows, const double *direction, struct place *places)
{
    for (int64_t i = 0; i < rows->count; i++) {
        const float *row = gan_row(rows, i);
        double sums[4] = {0};
        int64_t j = 0;
        for (; j + 4 <= rows->size; j += 4)
            for (int lane = 0; lane < 4; lane++)
                sums[lane] += direction[j + lane] * (double)row[j + lane];
        for (; j < rows->size; j++)
            sums[0] += direction[j] * (double)row[j];
        places[i] = (struct place){(sums[0] + sums[2]) + (sums[1] + sums[3]), (int32_t)i};
    }
    qsort(places, (size_t)rows->count, sizeof *places, compare);
}

/*
 * W₂²: both distributions poured out from the left. An example of one set weighs as much as the other set has, times
 * how often it counts, so that all amounts are whole numbers.
 */
static double transport(const struct slices *s, const struct place *a, const struct place *b, const int32_t *a_counts,
                        const int32_t *b_counts)
{
    int64_t n = s->real->count, m = s->made->count, a_left = 0, b_left = 0;
    double sum = 0;
    for (int64_t i = 0, j = 0;;) {
        for (; a_left == 0 && i < n; i++)
            a_left = m * (a_counts != NULL ? a_counts[a[i].index] : 1);
        for (; b_left == 0 && j < m; j++)
            b_left = n * (b_counts != NULL ? b_counts[b[j].index] : 1);
        if (a_left == 0 || b_left == 0)
            return sum / ((double)n * (double)m);
        int64_t moved = a_left < b_left ? a_left : b_left;
        double way = a[i - 1].at - b[j - 1].at;
        sum += (double)moved * way * way;
        a_left -= moved;
        b_left -= moved;
    }
}

static void measure_slot(void *context, int64_t slot)
{
    const struct slices *s = context;
    int64_t n = s->real->count, both = n + s->made->count;
    struct place *a = s->places + slot * both, *b = a + n;
    for (int p = (int)slot; p < s->count; p += SLOTS) {
        const double *direction = s->directions + p * s->real->size;
        double *results = s->results + (int64_t)p * (1 + s->replicates);
        project(s->real, direction, a);
        project(s->made, direction, b);
        results[0] = transport(s, a, b, NULL, NULL);
        for (int r = 0; r < s->replicates; r++)
            results[1 + r] = transport(s, a, b, s->counts + r * both, s->counts + r * both + n);
    }
}

static double mean_root(const struct slices *s, int which)
{
    double sum = 0;
    for (int p = 0; p < s->count; p++)
        sum += s->results[(int64_t)p * (1 + s->replicates) + which];
    return sqrt(sum / s->count);
}

static void draw(const struct slices *s, uint64_t seed, int32_t *counts)
{
    int64_t n = s->real->count, both = n + s->made->count;
    for (int r = 0; r < s->replicates; r++) {
        struct gan_resample resample = {seed, (uint64_t)r};
        gan_resample_counts(&resample, 0, n, counts + r * both);
        gan_resample_counts(&resample, 1, s->made->count, counts + r * both + n);
    }
}

gan_status gan_sliced_wasserstein(const struct gan_rows *real, const struct gan_rows *made, const double *directions,
                                  int count, const gan_metric_options *options, gan_metric_value *distance)
{
    struct slices s = {
        .real = real, .made = made, .directions = directions, .count = count, .replicates = options->replicates};
    size_t both = (size_t)(real->count + made->count), replicates = (size_t)s.replicates;
    int32_t *counts = gan_alloc_zero(replicates + 1, both * sizeof *counts);
    double *roots = gan_alloc_zero(replicates + 1, sizeof *roots);
    s.counts = counts;
    s.places = gan_alloc_zero(SLOTS * both, sizeof *s.places);
    s.results = gan_alloc_zero((size_t)count, (1 + replicates) * sizeof *s.results);
    gan_status status = counts != NULL && roots != NULL && s.places != NULL && s.results != NULL
                            ? GAN_OK
                            : GAN_ERROR_OUT_OF_MEMORY;
    if (status == GAN_OK) {
        draw(&s, options->seed, counts);
        gan_parallel(count < SLOTS ? count : SLOTS, measure_slot, &s);
        distance->value = mean_root(&s, 0);
        for (int r = 0; r < s.replicates; r++)
            roots[r] = mean_root(&s, 1 + r);
        gan_bootstrap_summarise(roots, s.replicates, options->confidence, distance);
    }
    gan_free(s.results);
    gan_free(s.places);
    gan_free(roots);
    gan_free(counts);
    return status;
}

/* Normal numbers, brought to length 1, have no preferred direction. [projections, size]; NULL if memory is short. */
static double *draw_directions(const gan_metric_options *options, int64_t size)
{
    double *directions = gan_alloc_zero((size_t)options->projections, (size_t)size * sizeof *directions);
    float *normal = gan_alloc_zero((size_t)size, sizeof *normal);
    if (directions == NULL || normal == NULL) {
        gan_free(directions);
        gan_free(normal);
        return NULL;
    }
    for (int p = 0; p < options->projections; p++) {
        struct gan_random_key key = {
            .seed = options->seed, .stream = GAN_METRIC_STREAM_PROJECTIONS, .step = (uint64_t)p};
        gan_random_normal(&key, 0, (size_t)size, normal);
        double length = sqrt(gan_square_length(normal, size)), *direction = directions + p * size;
        for (int64_t j = 0; j < size; j++)
            direction[j] = length > 0 ? (double)normal[j] / length : j == 0;
    }
    gan_free(normal);
    return directions;
}

gan_status gan_metric_sliced_wasserstein(const gan_tensor *real, const gan_tensor *made,
                                         const gan_metric_options *options, gan_metric_value *distance)
{
    static const char who[] = "gan_metric_sliced_wasserstein";
    struct gan_rows real_rows, made_rows;
    gan_metric_options o;
    gan_status status = gan_metric_options_take(&o, options, who);
    if (status == GAN_OK)
        status = gan_rows_read_pair(&real_rows, real, &made_rows, made, 1, who);
    if (status == GAN_OK && (real_rows.count > INT32_MAX || made_rows.count > INT32_MAX))
        return gan_fail(GAN_ERROR_UNSUPPORTED, "%s: want at most %d examples in each set", who, INT32_MAX);
    if (status != GAN_OK)
        return status;
    double *directions = draw_directions(&o, real_rows.size);
    gan_metric_value value;
    status = directions != NULL ? gan_sliced_wasserstein(&real_rows, &made_rows, directions, o.projections, &o, &value)
                                : GAN_ERROR_OUT_OF_MEMORY;
    if (status == GAN_OK && distance != NULL)
        *distance = value;
    gan_free(directions);
    return status;
}

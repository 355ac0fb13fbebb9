/* The Fréchet distance between the normal distributions of two sets' means and covariances. */
#include "watch/bootstrap.h"
#include "watch/linear.h"
#include "watch/options.h"
#include "watch/rows.h"

#include "base/memory.h"
#include "base/threads.h"

#include <math.h>
#include <string.h>

enum { PANEL = 256, COLUMNS = 64 };

/* Mean and covariance of a set whose row i counts counts[i] times (NULL: once). */
struct gaussian {
    const struct gan_rows *rows;
    const int32_t *counts;
    double *mean, *covariance; /* [size], [size, size] */
    double *panel;             /* [PANEL, size]: rows less the mean, times the root of their counts */
    int64_t first;             /* the panel's first row */
};

static double weight(const struct gaussian *g, int64_t row)
{
    return g->counts != NULL ? (double)g->counts[row] : 1;
}

static void mean_columns(void *context, int64_t part)
{
    const struct gaussian *g = context;
    int64_t first = part * COLUMNS, end = first + COLUMNS < g->rows->size ? first + COLUMNS : g->rows->size;
    double *mean = g->mean;
    for (int64_t j = first; j < end; j++)
        mean[j] = 0;
    for (int64_t i = 0; i < g->rows->count; i++)
        for (int64_t j = first; j < end; j++)
            mean[j] += weight(g, i) * (double)gan_row(g->rows, i)[j];
    for (int64_t j = first; j < end; j++)
        mean[j] /= (double)g->rows->count; /* a resample has as many as the set */
}

static void centre_row(void *context, int64_t part)
{
    const struct gaussian *g = context;
    const float *row = gan_row(g->rows, g->first + part);
    double *to = g->panel + part * g->rows->size, root = sqrt(weight(g, g->first + part));
    for (int64_t j = 0; j < g->rows->size; j++)
        to[j] = root * ((double)row[j] - g->mean[j]);
}

static void fit(struct gaussian *g)
{
    int64_t size = g->rows->size, count = g->rows->count;
    gan_parallel((size + COLUMNS - 1) / COLUMNS, mean_columns, g);
    memset(g->covariance, 0, (size_t)(size * size) * sizeof(double));
    for (g->first = 0; g->first < count; g->first += PANEL) {
        int64_t rows = count - g->first < PANEL ? count - g->first : PANEL;
        gan_parallel(rows, centre_row, g);
        gan_linear_product(g->panel, g->panel, rows, size, size, true, g->covariance);
    }
    for (int64_t i = 0; i < size * size; i++)
        g->covariance[i] /= (double)(count - 1);
    gan_linear_mirror(g->covariance, size);
}

/* Everything that one distance needs, kept for the replicates. */
struct work {
    struct gaussian real, made;
    int32_t *counts; /* of both, one behind the other */
    double *means, *matrices, *panel, *scratch;
};

/* Σ√λ of the eigenvalues of C₁C₂. With C₁ = rᵀr those that are not 0 are those of r·C₂·rᵀ. Spoils both. */
static double trace_of_root(struct work *w)
{
    int64_t n = w->real.rows->size;
    double *c1 = w->real.covariance, *c2 = w->made.covariance;
    double *r = w->matrices + 2 * n * n, *across = w->matrices + 3 * n * n;
    int64_t rank = gan_linear_factor(c1, n, r, w->scratch);
    if (rank == 0)
        return 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < rank; j++)
            across[i * rank + j] = r[j * n + i]; /* [n, rank] */
    memset(c1, 0, (size_t)(n * rank) * sizeof *c1);
    gan_linear_product(c2, across, n, n, rank, false, c1);
    memset(r, 0, (size_t)(rank * rank) * sizeof *r);
    gan_linear_product(across, c1, n, rank, rank, true, r);
    gan_linear_mirror(r, rank);
    double *values = w->scratch + 3 * n, sum = 0;
    gan_linear_eigenvalues(r, rank, values, w->scratch);
    for (int64_t i = 0; i < rank; i++)
        sum += values[i] > 0 ? sqrt(values[i]) : 0;
    return sum;
}

static double distance_of(struct work *w)
{
    fit(&w->real);
    fit(&w->made);
    int64_t n = w->real.rows->size;
    double means = 0, traces = 0;
    for (int64_t i = 0; i < n; i++) {
        double difference = w->real.mean[i] - w->made.mean[i];
        means += difference * difference;
        traces += w->real.covariance[i * n + i] + w->made.covariance[i * n + i];
    }
    return means + traces - 2 * trace_of_root(w);
}

static gan_status replicate(struct work *w, const gan_metric_options *options, gan_metric_value *value)
{
    double *replicates = gan_alloc_zero((size_t)options->frechet_replicates + 1, sizeof *replicates);
    if (replicates == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    int64_t real = w->real.rows->count, made = w->made.rows->count;
    w->real.counts = w->counts;
    w->made.counts = w->counts + real;
    for (int i = 0; i < options->frechet_replicates; i++) {
        struct gan_resample resample = {options->seed, (uint64_t)i};
        gan_resample_counts(&resample, 0, real, w->counts);
        gan_resample_counts(&resample, 1, made, w->counts + real);
        replicates[i] = distance_of(w);
    }
    gan_bootstrap_summarise(replicates, options->frechet_replicates, options->confidence, value);
    gan_free(replicates);
    return GAN_OK;
}

gan_status gan_metric_frechet(const gan_tensor *real, const gan_tensor *made, const gan_metric_options *options,
                              gan_metric_value *distance)
{
    static const char who[] = "gan_metric_frechet";
    struct gan_rows real_rows, made_rows;
    gan_metric_options o;
    gan_status status = gan_metric_options_take(&o, options, who);
    if (status == GAN_OK)
        status = gan_rows_read_pair(&real_rows, real, &made_rows, made, 2, who);
    if (status != GAN_OK)
        return status;
    size_t size = (size_t)real_rows.size;
    struct work w = {.counts = gan_alloc_zero((size_t)(real_rows.count + made_rows.count), sizeof *w.counts),
                     .means = gan_alloc_zero(2 * size, sizeof(double)),
                     .matrices = gan_alloc_zero(4 * size, size * sizeof(double)),
                     .panel = gan_alloc_zero(PANEL * size, sizeof(double)),
                     .scratch = gan_alloc_zero(4 * size, sizeof(double))};
    status = w.counts != NULL && w.means != NULL && w.matrices != NULL && w.panel != NULL && w.scratch != NULL
                 ? GAN_OK
                 : GAN_ERROR_OUT_OF_MEMORY;
    if (status == GAN_OK) {
        w.real = (struct gaussian){&real_rows, NULL, w.means, w.matrices, w.panel, 0};
        w.made = (struct gaussian){&made_rows, NULL, w.means + size, w.matrices + size * size, w.panel, 0};
        gan_metric_value value = {.value = distance_of(&w)};
        status = replicate(&w, &o, &value);
        if (status == GAN_OK && distance != NULL)
            *distance = value;
    }
    gan_free(w.scratch);
    gan_free(w.panel);
    gan_free(w.matrices);
    gan_free(w.means);
    gan_free(w.counts);
    return status;
}

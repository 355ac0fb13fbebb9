/* What a classifier says of made examples: its score, and the modes and their divergence. */
#include "watch/bootstrap.h"
#include "watch/options.h"
#include "watch/rows.h"

#include "base/memory.h"
#include "base/status.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static gan_status read_probabilities(struct gan_rows *rows, const gan_tensor *tensor, const char *who)
{
    gan_status status = gan_rows_read(rows, tensor, 1, "probabilities", who);
    for (int64_t i = 0; status == GAN_OK && i < rows->count; i++) {
        double sum = 0;
        bool fine = true;
        for (int64_t c = 0; c < rows->size; c++) {
            sum += (double)gan_row(rows, i)[c];
            fine = fine && gan_row(rows, i)[c] >= 0;
        }
        if (!fine || fabs(sum - 1) > 1e-3)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                            "%s: row %" PRId64 " of probabilities adds up to %g%s, want numbers of 0 or more that add "
                            "up to 1; gan_extractor_probabilities makes them of a classifier",
                            who, i, sum, fine ? "" : ", with negative ones");
    }
    return status;
}

static double x_log_x(double x)
{
    return x > 0 ? x * log(x) : 0;
}

/* ---- the score ---- */

struct score {
    const struct gan_rows *rows;
    int splits;
    double *entropies; /* Σ p·ln p of each row */
};

/* E KL(p(y|x) ‖ p(y)) = E Σ p·ln p − Σ p(y)·ln p(y). marginal: a number for each class. resample NULL: as they are. */
static double score_of(const struct score *score, const struct gan_resample *resample, double *marginal)
{
    int64_t classes = score->rows->size, size = score->rows->count / score->splits;
    double sum = 0;
    for (int64_t first = 0; first < score->splits * size; first += size) {
        memset(marginal, 0, (size_t)classes * sizeof *marginal);
        double divergence = 0;
        for (int64_t i = 0; i < size; i++) {
            int64_t row = first + (resample != NULL ? gan_resample_index(resample, 0, first + i, size) : i);
            divergence += score->entropies[row] / (double)size;
            for (int64_t c = 0; c < classes; c++)
                marginal[c] += (double)gan_row(score->rows, row)[c] / (double)size;
        }
        for (int64_t c = 0; c < classes; c++)
            divergence -= x_log_x(marginal[c]);
        sum += exp(divergence);
    }
    return sum / score->splits;
}

static double resampled_score(void *context, const struct gan_resample *resample, void *scratch)
{
    return score_of(context, resample, scratch);
}

gan_status gan_metric_classifier_score(const gan_tensor *probabilities, const gan_metric_options *options,
                                       gan_metric_value *score)
{
    static const char who[] = "gan_metric_classifier_score";
    struct gan_rows rows;
    gan_metric_options o;
    gan_status status = gan_metric_options_take(&o, options, who);
    if (status == GAN_OK)
        status = read_probabilities(&rows, probabilities, who);
    if (status == GAN_OK && o.score_splits > rows.count)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: score_splits is %d, want at most %" PRId64 ", one example each", who, o.score_splits,
                        rows.count);
    if (status != GAN_OK)
        return status;
    size_t scratch = (size_t)rows.size * sizeof(double);
    struct score all = {&rows, o.score_splits, gan_alloc_zero((size_t)rows.count, sizeof(double))};
    double *marginal = gan_alloc_zero((size_t)rows.size, sizeof *marginal);
    gan_metric_value value;
    status = all.entropies != NULL && marginal != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
    for (int64_t i = 0; status == GAN_OK && i < rows.count; i++)
        for (int64_t c = 0; c < rows.size; c++)
            all.entropies[i] += x_log_x((double)gan_row(&rows, i)[c]);
    if (status == GAN_OK) {
        value.value = score_of(&all, NULL, marginal);
        status = gan_bootstrap(resampled_score, &all, scratch, &o, &value);
    }
    if (status == GAN_OK && score != NULL)
        *score = value;
    gan_free(marginal);
    gan_free(all.entropies);
    return status;
}

/* ---- modes ---- */

struct modes {
    int64_t count, classes;
    const int64_t *class;
    const double *shares; /* NULL: all alike */
    bool divergence;      /* what is wanted, in place of the number of modes */
};

static double modes_of(const struct modes *m, const struct gan_resample *resample, double *counts)
{
    memset(counts, 0, (size_t)m->classes * sizeof *counts);
    for (int64_t i = 0; i < m->count; i++)
        counts[m->class[resample != NULL ? gan_resample_index(resample, 0, i, m->count) : i]] += 1;
    double covered = 0, divergence = 0;
    for (int64_t c = 0; c < m->classes; c++) {
        double share = counts[c] / (double)m->count;
        covered += counts[c] > 0;
        divergence += x_log_x(share) - share * log(m->shares != NULL ? m->shares[c] : 1 / (double)m->classes);
    }
    return m->divergence ? divergence : covered;
}

static double resampled_modes(void *context, const struct gan_resample *resample, void *scratch)
{
    return modes_of(context, resample, scratch);
}

static gan_status check_shares(const double *shares, int64_t classes, const char *who)
{
    double sum = 0;
    for (int64_t c = 0; shares != NULL && c < classes; c++) {
        if (!(shares[c] > 0 && shares[c] <= 1))
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                            "%s: the share of class %" PRId64
                            " is %g, want a number above 0; a class that the data do not have makes the divergence "
                            "infinite",
                            who, c, shares[c]);
        sum += shares[c];
    }
    if (shares != NULL && fabs(sum - 1) > 1e-6)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: shares add up to %g, want 1", who, sum);
    return GAN_OK;
}

static gan_status measure_modes(struct modes *m, const gan_metric_options *options, double *counts, bool divergence,
                                gan_metric_value *out)
{
    m->divergence = divergence;
    gan_metric_value value = {.value = modes_of(m, NULL, counts)};
    gan_status status = gan_bootstrap(resampled_modes, m, (size_t)m->classes * sizeof(double), options, &value);
    if (status == GAN_OK && out != NULL)
        *out = value;
    return status;
}

gan_status gan_metric_modes(const gan_tensor *probabilities, const double *shares, const gan_metric_options *options,
                            gan_metric_value *modes, gan_metric_value *divergence)
{
    static const char who[] = "gan_metric_modes";
    struct gan_rows rows;
    gan_metric_options o;
    gan_status status = gan_metric_options_take(&o, options, who);
    if (status == GAN_OK)
        status = read_probabilities(&rows, probabilities, who);
    if (status == GAN_OK)
        status = check_shares(shares, rows.size, who);
    if (status != GAN_OK)
        return status;
    int64_t *class = gan_alloc_zero((size_t)rows.count, sizeof *class);
    double *counts = gan_alloc_zero((size_t)rows.size, sizeof *counts);
    status = class != NULL && counts != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
    for (int64_t i = 0; status == GAN_OK && i < rows.count; i++)
        for (int64_t c = 1; c < rows.size; c++)
            if (gan_row(&rows, i)[c] > gan_row(&rows, i)[class[i]])
                class[i] = c;
    struct modes m = {rows.count, rows.size, class, shares, false};
    gan_metric_value of_modes, of_divergence;
    if (status == GAN_OK)
        status = measure_modes(&m, &o, counts, false, &of_modes);
    if (status == GAN_OK)
        status = measure_modes(&m, &o, counts, true, &of_divergence);
    if (status == GAN_OK && modes != NULL)
        *modes = of_modes;
    if (status == GAN_OK && divergence != NULL)
        *divergence = of_divergence;
    gan_free(counts);
    gan_free(class);
    return status;
}

/* Precision, recall, density and coverage: examples of one set in balls around those of the other. */
#include "watch/bootstrap.h"
#include "watch/neighbours.h"
#include "watch/options.h"

#include "base/memory.h"
#include "base/status.h"

#include <inttypes.h>

/* The squared distance of each row to its k-th nearest in the same set; NULL, with an error, on failure. */
static double *ball_radii(const struct gan_rows *rows, int k)
{
    double *squares = gan_alloc_zero((size_t)rows->count, (size_t)k * sizeof *squares);
    if (squares != NULL && gan_neighbours_find(rows, rows, k, true, squares, NULL) != GAN_OK) {
        gan_free(squares);
        return NULL;
    }
    for (int64_t i = 0; squares != NULL && i < rows->count; i++)
        squares[i] = squares[i * k + k - 1];
    return squares;
}

static gan_status read_sets(struct gan_rows *real, const gan_tensor *real_tensor, struct gan_rows *made,
                            const gan_tensor *made_tensor, int k, const char *field, const char *who)
{
    gan_status status = gan_rows_read_pair(real, real_tensor, made, made_tensor, 2, who);
    int64_t fewest = status != GAN_OK ? 0 : real->count < made->count ? real->count : made->count;
    if (status == GAN_OK && k >= fewest)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: %s is %d, want fewer than the examples of each set, of which one has %" PRId64, who, field,
                        k, fewest);
    return status;
}

/* The share of points that lie in at least one ball, whose borders belong to them. */
static gan_status share_inside(const struct gan_rows *points, const struct gan_rows *centres, int set,
                               const gan_metric_options *options, gan_metric_value *share)
{
    double *radii = ball_radii(centres, options->precision_neighbours);
    int64_t *counts = gan_alloc_zero((size_t)points->count, sizeof *counts);
    double *inside = gan_alloc_zero((size_t)points->count, sizeof *inside);
    gan_status status = radii != NULL && counts != NULL && inside != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
    if (radii == NULL)
        status = gan_error_status();
    if (status == GAN_OK)
        status = gan_neighbours_count(points, centres, radii, true, counts);
    for (int64_t i = 0; i < points->count && status == GAN_OK; i++)
        inside[i] = counts[i] > 0;
    if (status == GAN_OK)
        status = gan_bootstrap_mean(inside, points->count, set, options, share);
    gan_free(inside);
    gan_free(counts);
    gan_free(radii);
    return status;
}

gan_status gan_metric_precision_recall(const gan_tensor *real, const gan_tensor *made,
                                       const gan_metric_options *options, gan_metric_value *precision,
                                       gan_metric_value *recall)
{
    static const char who[] = "gan_metric_precision_recall";
    struct gan_rows real_rows, made_rows;
    gan_metric_options o;
    gan_metric_value of_made, of_real;
    gan_status status = gan_metric_options_take(&o, options, who);
    if (status == GAN_OK)
        status = read_sets(&real_rows, real, &made_rows, made, o.precision_neighbours, "precision_neighbours", who);
    if (status == GAN_OK)
        status = share_inside(&made_rows, &real_rows, 1, &o, &of_made);
    if (status == GAN_OK)
        status = share_inside(&real_rows, &made_rows, 0, &o, &of_real);
    if (status == GAN_OK && precision != NULL)
        *precision = of_made;
    if (status == GAN_OK && recall != NULL)
        *recall = of_real;
    return status;
}

/* Of each made one the number of real balls that it lies in, by k; of each real one whether its ball holds any. */
static gan_status measure_balls(const struct gan_rows *real, const struct gan_rows *made, int k, double *density,
                                double *covered)
{
    double *radii = ball_radii(real, k);
    if (radii == NULL)
        return gan_error_status();
    int64_t *counts = gan_alloc_zero((size_t)made->count, sizeof *counts);
    gan_status status = counts != NULL ? gan_neighbours_count(made, real, radii, false, counts)
                                       : GAN_ERROR_OUT_OF_MEMORY;
    for (int64_t i = 0; i < made->count && status == GAN_OK; i++)
        density[i] = (double)counts[i] / k;
    if (status == GAN_OK)
        status = gan_neighbours_find(real, made, 1, false, covered, NULL);
    for (int64_t i = 0; i < real->count && status == GAN_OK; i++)
        covered[i] = covered[i] < radii[i];
    gan_free(counts);
    gan_free(radii);
    return status;
}

gan_status gan_metric_density_coverage(const gan_tensor *real, const gan_tensor *made,
                                       const gan_metric_options *options, gan_metric_value *density,
                                       gan_metric_value *coverage)
{
    static const char who[] = "gan_metric_density_coverage";
    struct gan_rows real_rows, made_rows;
    gan_metric_options o;
    gan_status status = gan_metric_options_take(&o, options, who);
    if (status == GAN_OK)
        status = read_sets(&real_rows, real, &made_rows, made, o.density_neighbours, "density_neighbours", who);
    if (status != GAN_OK)
        return status;
    double *of_made = gan_alloc_zero((size_t)made_rows.count, sizeof *of_made);
    double *of_real = gan_alloc_zero((size_t)real_rows.count, sizeof *of_real);
    gan_metric_value mean_density, mean_coverage;
    status = of_made != NULL && of_real != NULL
                 ? measure_balls(&real_rows, &made_rows, o.density_neighbours, of_made, of_real)
                 : GAN_ERROR_OUT_OF_MEMORY;
    if (status == GAN_OK)
        status = gan_bootstrap_mean(of_made, made_rows.count, 1, &o, &mean_density);
    if (status == GAN_OK)
        status = gan_bootstrap_mean(of_real, real_rows.count, 0, &o, &mean_coverage);
    if (status == GAN_OK && density != NULL)
        *density = mean_density;
    if (status == GAN_OK && coverage != NULL)
        *coverage = mean_coverage;
    gan_free(of_real);
    gan_free(of_made);
    return status;
}

/* Several metrics at once, and the record of them. */
#include "watch/options.h"
#include "watch/rows.h"

#include "base/memory.h"
#include "base/status.h"
#include "nn/layer.h"
#include "nn/recipe.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char who[] = "gan_metric_evaluate";

/* The structs of the first release end with these fields. */
#define LEAST_DATA   (offsetof(gan_metric_data, made_probabilities) + sizeof(gan_tensor *))
#define LEAST_RECORD (offsetof(gan_metric_record, p_value) + sizeof(((gan_metric_record *)NULL)->p_value))

gan_status gan_metric_data_init_sized(gan_metric_data *data, size_t struct_size)
{
    const gan_metric_data own = {.struct_size = sizeof own, .low = 0, .high = 1};
    return gan_options_write(data, struct_size, &own, sizeof own, LEAST_DATA, "gan_metric_data_init");
}

static void forget_figures(gan_metric_record *record)
{
    for (int i = 0; i < GAN_METRICS; i++) {
        record->value[i] = (gan_metric_value){NAN, NAN, NAN, NAN};
        record->p_value[i] = NAN;
    }
}

gan_status gan_metric_record_init_sized(gan_metric_record *record, size_t struct_size)
{
    gan_metric_record own = {.struct_size = sizeof own};
    forget_figures(&own);
    return gan_options_write(record, struct_size, &own, sizeof own, LEAST_RECORD, "gan_metric_record_init");
}

/* ---- one function for each group of figures that come together ---- */

typedef gan_status measure_function(const gan_metric_data *data, const gan_metric_options *options,
                                    gan_metric_record *record);

static gan_status measure_frechet(const gan_metric_data *d, const gan_metric_options *o, gan_metric_record *r)
{
    return gan_metric_frechet(d->real, d->made, o, &r->value[GAN_METRIC_FRECHET]);
}

static gan_status measure_kernel(const gan_metric_data *d, const gan_metric_options *o, gan_metric_record *r)
{
    return gan_metric_kernel_distance(d->real, d->made, o, &r->value[GAN_METRIC_KERNEL_DISTANCE]);
}

static gan_status measure_precision(const gan_metric_data *d, const gan_metric_options *o, gan_metric_record *r)
{
    return gan_metric_precision_recall(d->real, d->made, o, &r->value[GAN_METRIC_PRECISION],
                                       &r->value[GAN_METRIC_RECALL]);
}

static gan_status measure_density(const gan_metric_data *d, const gan_metric_options *o, gan_metric_record *r)
{
    return gan_metric_density_coverage(d->real, d->made, o, &r->value[GAN_METRIC_DENSITY],
                                       &r->value[GAN_METRIC_COVERAGE]);
}

static gan_status measure_sliced(const gan_metric_data *d, const gan_metric_options *o, gan_metric_record *r)
{
    return gan_metric_sliced_wasserstein(d->real, d->made, o, &r->value[GAN_METRIC_SLICED_WASSERSTEIN]);
}

static gan_status measure_neighbours(const gan_metric_data *d, const gan_metric_options *o, gan_metric_record *r)
{
    return gan_metric_nearest_neighbour_test(
        d->real, d->made, o, &r->value[GAN_METRIC_NEAREST_NEIGHBOUR], &r->value[GAN_METRIC_NEAREST_NEIGHBOUR_OF_REAL],
        &r->value[GAN_METRIC_NEAREST_NEIGHBOUR_OF_MADE], &r->p_value[GAN_METRIC_NEAREST_NEIGHBOUR]);
}

static gan_status measure_ms_ssim(const gan_metric_data *d, const gan_metric_options *o, gan_metric_record *r)
{
    gan_status status = gan_metric_ms_ssim(d->made_images, d->low, d->high, o, &r->value[GAN_METRIC_MS_SSIM]);
    if (status == GAN_OK && d->real_images != NULL)
        status = gan_metric_ms_ssim(d->real_images, d->low, d->high, o, &r->value[GAN_METRIC_MS_SSIM_REAL]);
    return status;
}

static gan_status measure_score(const gan_metric_data *d, const gan_metric_options *o, gan_metric_record *r)
{
    gan_status status = gan_metric_classifier_score(d->made_probabilities, o, &r->value[GAN_METRIC_CLASSIFIER_SCORE]);
    if (status == GAN_OK && d->real_probabilities != NULL)
        status = gan_metric_classifier_score(d->real_probabilities, o, &r->value[GAN_METRIC_CLASSIFIER_SCORE_REAL]);
    return status;
}

/* The share of examples that are of each class, one more added to each so that none is 0 (Laplace's rule); new memory.
 * NULL, with an error, on failure. */
static double *class_shares(const gan_tensor *probabilities)
{
    struct gan_rows rows;
    if (gan_rows_read(&rows, probabilities, 1, "real_probabilities", who) != GAN_OK)
        return NULL;
    double *shares = gan_alloc_zero((size_t)rows.size, sizeof *shares);
    double one = 1 / ((double)rows.count + (double)rows.size);
    for (int64_t c = 0; shares != NULL && c < rows.size; c++)
        shares[c] = one;
    for (int64_t i = 0; shares != NULL && i < rows.count; i++) {
        int64_t best = 0;
        for (int64_t c = 1; c < rows.size; c++)
            best = gan_row(&rows, i)[c] > gan_row(&rows, i)[best] ? c : best;
        shares[best] += one;
    }
    return shares;
}

static gan_status measure_modes(const gan_metric_data *d, const gan_metric_options *o, gan_metric_record *r)
{
    double *shares = NULL;
    if (d->real_probabilities != NULL) {
        int64_t classes = gan_shape_size(gan_shape_of_one(gan_tensor_shape(d->real_probabilities)));
        if (gan_shape_size(gan_shape_of_one(gan_tensor_shape(d->made_probabilities))) != classes)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                            "%s: real_probabilities has %" PRId64 " classes, made_probabilities another number", who,
                            classes);
        shares = class_shares(d->real_probabilities);
        if (shares == NULL)
            return gan_error_status();
    }
    gan_status status = gan_metric_modes(d->made_probabilities, shares, o, &r->value[GAN_METRIC_MODES],
                                         &r->value[GAN_METRIC_REVERSE_KL]);
    gan_free(shares);
    return status;
}

static gan_status measure_memorisation(const gan_metric_data *d, const gan_metric_options *o, gan_metric_record *r)
{
    return gan_metric_memorisation(d->train, d->held_out, d->made, o, &r->value[GAN_METRIC_MEMORISATION],
                                   &r->p_value[GAN_METRIC_MEMORISATION]);
}

/* ---- which of them ---- */

enum need { NEEDS_SETS, NEEDS_MADE_IMAGES, NEEDS_REAL_IMAGES, NEEDS_MADE_CLASSES, NEEDS_REAL_CLASSES, NEEDS_TRAINING };

/* By gan_metric: what it needs, and who measures it. */
static const struct {
    enum need need;
    measure_function *measure;
} metrics_by_number[GAN_METRICS] = {
    [GAN_METRIC_FRECHET] = {NEEDS_SETS, measure_frechet},
    [GAN_METRIC_KERNEL_DISTANCE] = {NEEDS_SETS, measure_kernel},
    [GAN_METRIC_PRECISION] = {NEEDS_SETS, measure_precision},
    [GAN_METRIC_RECALL] = {NEEDS_SETS, measure_precision},
    [GAN_METRIC_DENSITY] = {NEEDS_SETS, measure_density},
    [GAN_METRIC_COVERAGE] = {NEEDS_SETS, measure_density},
    [GAN_METRIC_SLICED_WASSERSTEIN] = {NEEDS_SETS, measure_sliced},
    [GAN_METRIC_NEAREST_NEIGHBOUR] = {NEEDS_SETS, measure_neighbours},
    [GAN_METRIC_NEAREST_NEIGHBOUR_OF_REAL] = {NEEDS_SETS, measure_neighbours},
    [GAN_METRIC_NEAREST_NEIGHBOUR_OF_MADE] = {NEEDS_SETS, measure_neighbours},
    [GAN_METRIC_MS_SSIM] = {NEEDS_MADE_IMAGES, measure_ms_ssim},
    [GAN_METRIC_MS_SSIM_REAL] = {NEEDS_REAL_IMAGES, measure_ms_ssim},
    [GAN_METRIC_CLASSIFIER_SCORE] = {NEEDS_MADE_CLASSES, measure_score},
    [GAN_METRIC_CLASSIFIER_SCORE_REAL] = {NEEDS_REAL_CLASSES, measure_score},
    [GAN_METRIC_MODES] = {NEEDS_MADE_CLASSES, measure_modes},
    [GAN_METRIC_REVERSE_KL] = {NEEDS_MADE_CLASSES, measure_modes},
    [GAN_METRIC_MEMORISATION] = {NEEDS_TRAINING, measure_memorisation},
};

/* NULL if the data have what it needs; else the field that is missing. */
static const char *missing(const gan_metric_data *d, enum need need)
{
    switch (need) {
    case NEEDS_SETS:
        return d->real == NULL ? "real" : d->made == NULL ? "made" : NULL;
    case NEEDS_MADE_IMAGES:
    case NEEDS_REAL_IMAGES:
        return d->made_images == NULL                                ? "made_images"
               : need == NEEDS_REAL_IMAGES && d->real_images == NULL ? "real_images"
                                                                     : NULL;
    case NEEDS_MADE_CLASSES:
    case NEEDS_REAL_CLASSES:
        return d->made_probabilities == NULL                                 ? "made_probabilities"
               : need == NEEDS_REAL_CLASSES && d->real_probabilities == NULL ? "real_probabilities"
                                                                             : NULL;
    case NEEDS_TRAINING:
        return d->train == NULL ? "train" : d->held_out == NULL ? "held_out" : d->made == NULL ? "made" : NULL;
    }
    return NULL;
}

static gan_status choose(const gan_metric_data *data, const gan_metric *metrics, int count, bool chosen[GAN_METRICS])
{
    memset(chosen, 0, GAN_METRICS * sizeof *chosen);
    for (int i = 0; metrics == NULL && i < GAN_METRICS; i++)
        chosen[i] = missing(data, metrics_by_number[i].need) == NULL;
    for (int i = 0; metrics != NULL && i < count; i++) {
        if ((unsigned)metrics[i] >= GAN_METRICS)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: metrics[%d] is %d, want a gan_metric (GAN_METRIC_…)", who,
                            i, (int)metrics[i]);
        const char *field = missing(data, metrics_by_number[metrics[i]].need);
        if (field != NULL)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s needs the data's %s, which is NULL", who,
                            gan_metric_name(metrics[i]), field);
        chosen[metrics[i]] = true;
    }
    for (int i = 0; i < GAN_METRICS; i++)
        if (chosen[i])
            return GAN_OK;
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: nothing to measure; give metrics, and data that they need", who);
}

/* ---- the record ---- */

static int64_t count_of(const gan_tensor *tensor)
{
    return tensor != NULL ? gan_tensor_shape(tensor).dims[0] : 0;
}

static void note_counts(gan_metric_record *record, const gan_metric_data *d, const bool chosen[GAN_METRICS])
{
    const gan_tensor *some = d->made != NULL ? d->made : d->real;
    record->features = some != NULL && count_of(some) > 0 ? gan_tensor_size(some) / count_of(some) : 0;
    record->real = count_of(d->real != NULL          ? d->real
                            : d->real_images != NULL ? d->real_images
                                                     : d->real_probabilities);
    record->made = count_of(d->made != NULL          ? d->made
                            : d->made_images != NULL ? d->made_images
                                                     : d->made_probabilities);
    record->train = chosen[GAN_METRIC_MEMORISATION] ? count_of(d->train) : 0;
    record->held_out = chosen[GAN_METRIC_MEMORISATION] ? count_of(d->held_out) : 0;
    record->images = count_of(d->made_images);
    record->classes = d->made_probabilities != NULL ? gan_tensor_shape(d->made_probabilities).dims[1] : 0;
}

static gan_status check_record(const gan_metric_record *record)
{
    if (record == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: record is NULL", who);
    if (record->struct_size != sizeof *record)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: the record's struct_size is %zu, want %zu; begin with gan_metric_record_init", who,
                        record->struct_size, sizeof *record);
    return GAN_OK;
}

gan_status gan_metric_evaluate(const gan_metric_data *data, const gan_metric *metrics, int count,
                               const gan_metric_options *options, gan_metric_record *record)
{
    gan_metric_data d = {0};
    gan_metric_options o;
    bool chosen[GAN_METRICS];
    gan_status status = check_record(record);
    if (status == GAN_OK && data == NULL)
        status = gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: data is NULL", who);
    if (status == GAN_OK)
        status = gan_options_read(&d, sizeof d, data, LEAST_DATA, who);
    if (status == GAN_OK)
        status = gan_metric_options_take(&o, options, who);
    if (status == GAN_OK)
        status = choose(&d, metrics, count, chosen);
    if (status != GAN_OK)
        return status;
    forget_figures(record);
    note_counts(record, &d, chosen);
    record->options = o;
    measure_function *latest = NULL; /* figures of one group are neighbours */
    for (int i = 0; i < GAN_METRICS && status == GAN_OK; i++)
        if (chosen[i] && metrics_by_number[i].measure != latest) {
            latest = metrics_by_number[i].measure;
            status = latest(&d, &o, record);
        }
    return status;
}

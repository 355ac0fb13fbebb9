/* A record of metrics as JSON and as a table; the metrics' names. */
#include "base/names.h"
#include "base/status.h"
#include "gan/metric.h"
#include "io/json.h"

#include <inttypes.h>
#include <math.h>

static const struct {
    const char *name, *title;
} names[GAN_METRICS] = {
    [GAN_METRIC_FRECHET] = {"frechet", "Fréchet distance (0 is best)"},
    [GAN_METRIC_KERNEL_DISTANCE] = {"kernel-distance", "kernel distance (0 is best)"},
    [GAN_METRIC_PRECISION] = {"precision", "precision (1 is best)"},
    [GAN_METRIC_RECALL] = {"recall", "recall (1 is best)"},
    [GAN_METRIC_DENSITY] = {"density", "density (1, or more)"},
    [GAN_METRIC_COVERAGE] = {"coverage", "coverage (1 is best)"},
    [GAN_METRIC_SLICED_WASSERSTEIN] = {"sliced-wasserstein", "sliced Wasserstein distance (0)"},
    [GAN_METRIC_NEAREST_NEIGHBOUR] = {"nearest-neighbour", "1-NN accuracy (0.5 is best)"},
    [GAN_METRIC_NEAREST_NEIGHBOUR_OF_REAL] = {"nearest-neighbour-of-real", "  of real examples"},
    [GAN_METRIC_NEAREST_NEIGHBOUR_OF_MADE] = {"nearest-neighbour-of-made", "  of made examples"},
    [GAN_METRIC_MS_SSIM] = {"ms-ssim", "MS-SSIM (as the real ones')"},
    [GAN_METRIC_MS_SSIM_REAL] = {"ms-ssim-of-real", "  of real images"},
    [GAN_METRIC_CLASSIFIER_SCORE] = {"classifier-score", "classifier's score (classes)"},
    [GAN_METRIC_CLASSIFIER_SCORE_REAL] = {"classifier-score-of-real", "  of real examples"},
    [GAN_METRIC_MODES] = {"modes", "modes (classes)"},
    [GAN_METRIC_REVERSE_KL] = {"reverse-kl", "reverse KL (0 is best)"},
    [GAN_METRIC_MEMORISATION] = {"memorisation", "memorisation (0; −3 copies)"},
};

const char *gan_metric_name(gan_metric metric)
{
    return (unsigned)metric < GAN_METRICS ? names[metric].name : NULL;
}

static const char *name_of(int number)
{
    return names[number].name;
}

gan_status gan_metric_from_name(const char *name, gan_metric *metric)
{
    static const char who[] = "gan_metric_from_name";
    if (metric == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: metric is NULL", who);
    int found = gan_find_name(who, "metric", name, name_of, GAN_METRICS);
    if (found < 0)
        return gan_error_status();
    *metric = (gan_metric)found;
    return GAN_OK;
}

static bool usable(const gan_metric_record *record, const char *who)
{
    if (record != NULL && record->struct_size == sizeof *record)
        return true;
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s; begin with gan_metric_record_init", who,
             record == NULL ? "record is NULL" : "the record's struct_size is not this library's");
    return false;
}

/* ---- JSON ---- */

static void write_number(struct gan_json_writer *json, const char *key, double number)
{
    if (isfinite(number))
        gan_json_write_double(json, key, number);
}

static void write_text(struct gan_json_writer *json, const char *key, const char *text)
{
    if (text != NULL)
        gan_json_write_text(json, key, text);
}

static void write_count(struct gan_json_writer *json, const char *key, int64_t count)
{
    if (count > 0)
        gan_json_write_integer(json, key, count);
}

static void write_options(struct gan_json_writer *json, const gan_metric_options *o)
{
    gan_json_begin(json, "options", '{');
    gan_json_write_uint64(json, "seed", o->seed);
    gan_json_write_integer(json, "replicates", o->replicates);
    gan_json_write_integer(json, "frechet_replicates", o->frechet_replicates);
    write_number(json, "confidence", o->confidence);
    gan_json_write_integer(json, "precision_neighbours", o->precision_neighbours);
    gan_json_write_integer(json, "density_neighbours", o->density_neighbours);
    gan_json_write_integer(json, "kernel_subsets", o->kernel_subsets);
    gan_json_write_integer(json, "kernel_subset_size", o->kernel_subset_size);
    gan_json_write_integer(json, "score_splits", o->score_splits);
    gan_json_write_integer(json, "projections", o->projections);
    gan_json_write_integer(json, "ssim_pairs", o->ssim_pairs);
    gan_json_write_integer(json, "permutations", o->permutations);
    gan_json_write_integer(json, "memorisation_cells", o->memorisation_cells);
    gan_json_end(json, '}');
}

static void write_figures(struct gan_json_writer *json, const gan_metric_record *record)
{
    gan_json_begin(json, "metrics", '{');
    for (int i = 0; i < GAN_METRICS; i++) {
        const gan_metric_value *value = &record->value[i];
        if (isnan(value->value))
            continue;
        gan_json_begin(json, names[i].name, '{');
        write_number(json, "value", value->value);
        write_number(json, "error", value->error);
        write_number(json, "low", value->low);
        write_number(json, "high", value->high);
        write_number(json, "p_value", record->p_value[i]);
        gan_json_end(json, '}');
    }
    gan_json_end(json, '}');
}

char *gan_metric_record_json(const gan_metric_record *record)
{
    if (!usable(record, "gan_metric_record_json"))
        return NULL;
    struct gan_json_writer json = {0};
    gan_json_begin(&json, NULL, '{');
    gan_json_write_text(&json, "libgan", gan_version());
    write_text(&json, "model", record->model);
    gan_json_write_uint64(&json, "sample_seed", record->sample_seed);
    write_text(&json, "data", record->data);
    write_text(&json, "split", record->split);
    write_text(&json, "extractor", record->extractor);
    write_text(&json, "preprocessing", record->preprocessing);
    write_text(&json, "classifier", record->classifier);
    write_count(&json, "features", record->features);
    write_count(&json, "real", record->real);
    write_count(&json, "made", record->made);
    write_count(&json, "train", record->train);
    write_count(&json, "held_out", record->held_out);
    write_count(&json, "images", record->images);
    write_count(&json, "classes", record->classes);
    write_options(&json, &record->options);
    write_figures(&json, record);
    gan_json_end(&json, '}');
    return gan_json_finish(&json);
}

/* ---- a table ---- */

/* Characters, not bytes, since printf pads bytes. */
static int width_of(const char *text)
{
    int width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

static void add_head(struct gan_buffer *lines, const gan_metric_record *r)
{
    const struct {
        const char *title, *text;
    } texts[] = {{"model", r->model},
                 {"data", r->data},
                 {"split", r->split},
                 {"extractor", r->extractor},
                 {"preprocessing", r->preprocessing},
                 {"classifier", r->classifier}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].text != NULL)
            gan_buffer_print(lines, "%-14s %s\n", texts[i].title, GAN_SHOWN(texts[i].text, 400));
    gan_buffer_print(lines, "%-14s %" PRId64 " made (seed %" PRIu64 "), %" PRId64 " real", "examples", r->made,
                     r->sample_seed, r->real);
    if (r->train > 0)
        gan_buffer_print(lines, "; %" PRId64 " of training, %" PRId64 " held out", r->train, r->held_out);
    gan_buffer_print(lines, "; %" PRId64 " features\n", r->features);
}

static void add_figure(struct gan_buffer *lines, const gan_metric_record *r, gan_metric metric)
{
    enum { TITLE = 34 };
    const gan_metric_value *v = &r->value[metric];
    if (isnan(v->value))
        return;
    const char *title = names[metric].title;
    gan_buffer_print(lines, "%s%*s %9.4g", title, TITLE - width_of(title), "", v->value);
    if (!isnan(v->error))
        gan_buffer_print(lines, " ± %-8.3g", v->error);
    if (!isnan(v->low))
        gan_buffer_print(lines, " %g %% in [%.4g, %.4g]", 100 * r->options.confidence, v->low, v->high);
    if (!isnan(r->p_value[metric]))
        gan_buffer_print(lines, "  p %.3g", r->p_value[metric]);
    gan_buffer_print(lines, "\n");
}

char *gan_metric_record_text(const gan_metric_record *record)
{
    if (!usable(record, "gan_metric_record_text"))
        return NULL;
    struct gan_buffer lines = {0};
    add_head(&lines, record);
    gan_buffer_print(&lines, "\n");
    for (int i = 0; i < GAN_METRICS; i++)
        add_figure(&lines, record, (gan_metric)i);
    return gan_buffer_take(&lines);
}

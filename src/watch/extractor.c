/* Extractors: examples, prepared, through a model's layers or a function, to rows of features. */
#include "gan/extractor.h"

#include "watch/bootstrap.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"
#include "data/dataset.h"
#include "gan/ops.h"
#include "nn/layer.h"
#include "nn/model.h"

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* Examples that are under way together: always as many, for a product may add up in another order otherwise. */
enum { ROWS = 64 };

struct gan_extractor {
    atomic_int references;
    char *name;
    char *preprocessing;
    gan_shape example;
    int64_t size, features; /* numbers in an example, and of its features */

    bool mapped; /* factor·x + offset */
    double factor, offset;
    float range[4]; /* from low, high; to low, high */
    gan_tensor *mean, *deviation;

    float *prepared; /* [ROWS, size] */

    /* A model's: */
    gan_model *model;
    gan_plan *plan;
    gan_var *x, *y;
    gan_tensor *out; /* as y */

    /* A function's: */
    gan_extract_function *extract;
    void *context;
    void (*release)(void *context);
};

/* ---- making them ---- */

static gan_extractor *make(gan_shape example, int64_t features, const char *who)
{
    char text[128];
    if (example.rank < 1 || example.rank >= GAN_MAX_RANK || gan_shape_size(example) == 0)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT,
                             "%s: the shape of an example is %s, want 1 to %d axes of sizes of 1 or more", who,
                             gan_shape_text(example, text, sizeof text), GAN_MAX_RANK - 1);
    if (features < 1)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: features is %" PRId64 ", want 1 or more", who, features);
    gan_extractor *e = gan_alloc_zero(1, sizeof *e);
    if (e == NULL)
        return NULL;
    atomic_init(&e->references, 1);
    e->example = example;
    e->size = gan_shape_size(example);
    e->features = features;
    e->preprocessing = gan_strdup("none");
    e->prepared = gan_alloc_zero(ROWS, (size_t)e->size * sizeof *e->prepared);
    if (e->preprocessing != NULL && e->prepared != NULL)
        return e;
    gan_extractor_unref(e);
    return NULL;
}

/* The extractor, if it could be given its name; which is freed in any case. */
static gan_extractor *finish(gan_extractor *extractor, char *name)
{
    if (extractor != NULL && name != NULL) {
        extractor->name = name;
        return extractor;
    }
    gan_free(name);
    gan_extractor_unref(extractor);
    return NULL;
}

gan_extractor *gan_extractor_pixels(gan_shape example)
{
    gan_extractor *e = make(example, gan_shape_size(example) > 0 ? gan_shape_size(example) : 1, "gan_extractor_pixels");
    return e != NULL ? finish(e, gan_strdup("pixels")) : NULL;
}

gan_extractor *gan_extractor_function(const char *name, gan_shape example, int64_t features,
                                      gan_extract_function *extract, void *context, void (*release)(void *context))
{
    static const char who[] = "gan_extractor_function";
    if (name == NULL || extract == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, name == NULL ? "name" : "extract");
    gan_extractor *e = make(example, features, who);
    e = e != NULL ? finish(e, gan_strdup(name)) : NULL;
    if (e == NULL)
        return NULL;
    e->extract = extract;
    e->context = context;
    e->release = release;
    return e;
}

/* ---- a model's ---- */

/* The layer's number; −1, with an error, if there is none. */
static int64_t find_layer(const gan_model *model, const char *layer, const char *who)
{
    int64_t count = (int64_t)model->entry_count;
    if (layer == NULL && count > 0)
        return count - 1;
    for (int64_t i = 0; layer != NULL && i < count; i++) {
        char place[24];
        snprintf(place, sizeof place, "%" PRId64, i);
        if (strcmp(model->entries[i].path, layer) == 0 || strcmp(place, layer) == 0)
            return i;
    }
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: layer is \"%s\", which %s does not have; see gan_model_summary", who,
             layer != NULL ? GAN_SHOWN(layer, 80) : "", gan_model_title(model));
    return -1;
}

/* Records the model up to the layer for ROWS examples, and plans it. */
static gan_status plan_model(gan_extractor *e, int64_t layer, bool probabilities)
{
    gan_tape *tape = gan_tape_new();
    gan_var **features = gan_alloc_zero(e->model->entry_count + 1, sizeof(gan_var *));
    gan_status status = tape != NULL && features != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
    if (status == GAN_OK) {
        gan_tape_set_training(tape, false);
        e->x = gan_tape_input(tape, gan_shape_of_batch(ROWS, e->example));
        if (e->x != NULL && gan_model_record(e->model, e->x, NULL, GAN_APPLY_FROZEN, NULL, features) != NULL)
            e->y = probabilities ? gan_softmax(features[layer], -1) : features[layer];
        e->plan = e->y != NULL ? gan_plan_new(&e->y, 1) : NULL;
        e->out = e->plan != NULL ? gan_tensor_new(gan_var_shape(e->y)) : NULL;
        status = e->out != NULL ? gan_plan_bind_memory(e->plan, e->x, e->prepared) : gan_error_status();
    }
    gan_free(features);
    gan_tape_unref(tape); /* the plan shares it */
    return status;
}

static gan_extractor *make_model(gan_model *model, const char *layer, bool probabilities, const char *who)
{
    if (gan_model_ready(model, who) != GAN_OK || gan_model_check_initialized(model, who) != GAN_OK)
        return NULL;
    if (gan_model_takes_labels(model))
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT,
                             "%s: %s takes labels beside its examples; an extractor has none to give: use a model "
                             "without labels, a classifier say",
                             who, gan_model_title(model));
    int64_t at = find_layer(model, layer, who);
    if (at < 0)
        return NULL;
    gan_shape shape = model->entries[at].out;
    char text[128];
    if (probabilities && (shape.rank != 1 || shape.dims[0] < 2))
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: the classifier makes %s, want [classes], 2 or more", who,
                             gan_shape_text(shape, text, sizeof text));
    gan_extractor *e = make(model->in, gan_shape_size(shape), who);
    if (e == NULL)
        return NULL;
    e->model = gan_model_ref(model);
    if (plan_model(e, at, probabilities) != GAN_OK) {
        gan_extractor_unref(e);
        return NULL;
    }
    return finish(e, probabilities   ? gan_format("probabilities by %s", gan_model_title(model))
                     : layer != NULL ? gan_format("layer %s of %s", model->entries[at].path, gan_model_title(model))
                                     : gan_format("output of %s", gan_model_title(model)));
}

gan_extractor *gan_extractor_model(gan_model *model, const char *layer)
{
    return make_model(model, layer, false, "gan_extractor_model");
}

gan_extractor *gan_extractor_probabilities(gan_model *classifier)
{
    return make_model(classifier, NULL, true, "gan_extractor_probabilities");
}

/* ---- references, questions ---- */

gan_extractor *gan_extractor_ref(gan_extractor *extractor)
{
    if (extractor != NULL)
        atomic_fetch_add_explicit(&extractor->references, 1, memory_order_relaxed);
    return extractor;
}

void gan_extractor_unref(gan_extractor *extractor)
{
    if (extractor == NULL || atomic_fetch_sub_explicit(&extractor->references, 1, memory_order_acq_rel) != 1)
        return;
    if (extractor->release != NULL)
        extractor->release(extractor->context);
    gan_plan_unref(extractor->plan);
    gan_tensor_unref(extractor->out);
    gan_tensor_unref(extractor->mean);
    gan_tensor_unref(extractor->deviation);
    gan_model_unref(extractor->model);
    gan_free(extractor->prepared);
    gan_free(extractor->preprocessing);
    gan_free(extractor->name);
    gan_free(extractor);
}

const char *gan_extractor_name(const gan_extractor *extractor)
{
    return extractor != NULL ? extractor->name : "";
}

const char *gan_extractor_preprocessing(const gan_extractor *extractor)
{
    return extractor != NULL ? extractor->preprocessing : "";
}

gan_shape gan_extractor_example(const gan_extractor *extractor)
{
    return extractor != NULL ? extractor->example : GAN_SCALAR;
}

int64_t gan_extractor_features(const gan_extractor *extractor)
{
    return extractor != NULL ? extractor->features : 0;
}

/* ---- preparing ---- */

static gan_status describe(gan_extractor *e)
{
    char range[128] = "";
    if (e->mapped)
        snprintf(range, sizeof range, "[%g, %g] to [%g, %g]", (double)e->range[0], (double)e->range[1],
                 (double)e->range[2], (double)e->range[3]);
    char *text = gan_format("%s%s%s", range, e->mapped && e->mean != NULL ? ", " : "",
                            e->mean != NULL ? "standardised by column"
                            : e->mapped     ? ""
                                            : "none");
    if (text == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_free(e->preprocessing);
    e->preprocessing = text;
    return GAN_OK;
}

gan_status gan_extractor_set_range(gan_extractor *extractor, float low, float high, float to_low, float to_high)
{
    static const char who[] = "gan_extractor_set_range";
    if (extractor == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: extractor is NULL", who);
    if (!(low < high && to_low < to_high && isfinite(low) && isfinite(high) && isfinite(to_low) && isfinite(to_high)))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: the ranges are [%g, %g] and [%g, %g], want finite numbers with low < high", who,
                        (double)low, (double)high, (double)to_low, (double)to_high);
    extractor->mapped = low != to_low || high != to_high;
    memcpy(extractor->range, (const float[]){low, high, to_low, to_high}, sizeof extractor->range);
    extractor->factor = ((double)to_high - (double)to_low) / ((double)high - (double)low);
    extractor->offset = (double)to_low - extractor->factor * (double)low;
    return describe(extractor);
}

static gan_status check_standard(const gan_extractor *e, const gan_tensor *tensor, const char *name, bool above_0,
                                 const char *who)
{
    char text[128];
    if (tensor == NULL || gan_tensor_dtype(tensor) != GAN_FLOAT32 || gan_tensor_size(tensor) != e->size)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is %s, want %" PRId64 " float32 numbers", who, name,
                        tensor == NULL ? "NULL" : gan_shape_text(gan_tensor_shape(tensor), text, sizeof text), e->size);
    for (int64_t i = 0; i < e->size; i++) {
        float number = gan_tensor_data(tensor)[i];
        if (!isfinite(number) || (above_0 && number <= 0))
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: number %" PRId64 " of %s is %g, want a finite one%s", who,
                            i, name, (double)number, above_0 ? " above 0" : "");
    }
    return GAN_OK;
}

gan_status gan_extractor_set_standard(gan_extractor *extractor, const gan_tensor *mean, const gan_tensor *deviation)
{
    static const char who[] = "gan_extractor_set_standard";
    if (extractor == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: extractor is NULL", who);
    gan_tensor *own_mean = NULL, *own_deviation = NULL;
    if (mean != NULL || deviation != NULL) {
        gan_status status = check_standard(extractor, mean, "mean", false, who);
        if (status == GAN_OK)
            status = check_standard(extractor, deviation, "deviation", true, who);
        if (status != GAN_OK)
            return status;
        own_mean = gan_tensor_from(extractor->example, gan_tensor_data(mean));
        own_deviation = gan_tensor_from(extractor->example, gan_tensor_data(deviation));
        if (own_mean == NULL || own_deviation == NULL) {
            gan_tensor_unref(own_mean);
            gan_tensor_unref(own_deviation);
            return GAN_ERROR_OUT_OF_MEMORY;
        }
    }
    gan_tensor_unref(extractor->mean);
    gan_tensor_unref(extractor->deviation);
    extractor->mean = own_mean;
    extractor->deviation = own_deviation;
    return describe(extractor);
}

static void prepare(const gan_extractor *e, float *example)
{
    if (!e->mapped && e->mean == NULL)
        return;
    for (int64_t i = 0; i < e->size; i++) {
        double x = (double)example[i];
        if (e->mapped)
            x = e->factor * x + e->offset;
        if (e->mean != NULL)
            x = (x - (double)gan_tensor_data(e->mean)[i]) / (double)gan_tensor_data(e->deviation)[i];
        example[i] = (float)x;
    }
}

/* ---- running ---- */

/* Makes features of what lies in `prepared`, number `piece` of ROWS examples, the first `count` of them wanted. */
static gan_status run_piece(gan_extractor *e, int64_t piece, int64_t count, float *features)
{
    for (int64_t i = 0; i < count; i++)
        prepare(e, e->prepared + i * e->size);
    if (e->extract != NULL) {
        uint64_t failures = gan_failures();
        gan_status status = e->extract(e->context, e->prepared, count, features);
        return status == GAN_OK || gan_failed_so_since(failures, status)
                   ? status
                   : gan_fail(status, "%s: the extractor's function failed (%s)", e->name, gan_status_name(status));
    }
    if (e->plan == NULL) {
        memcpy(features, e->prepared, (size_t)(count * e->size) * sizeof *features);
        return GAN_OK;
    }
    gan_repeat_rows(e->prepared, (size_t)e->size * sizeof *e->prepared, 0, count, ROWS);
    gan_plan_seek(e->plan, 0, (uint64_t)piece); /* for layers that draw numbers */
    gan_status status = gan_plan_run(e->plan);
    if (status == GAN_OK)
        status = gan_plan_read(e->plan, e->y, e->out);
    if (status == GAN_OK)
        memcpy(features, gan_tensor_data(e->out), (size_t)(count * e->features) * sizeof *features);
    return status;
}

/* Puts `count` examples from number `first` on into `to`. */
typedef gan_status source_function(const void *source, int64_t first, int64_t count, float *to);

static gan_tensor *run(gan_extractor *e, int64_t n, source_function *read, const void *source)
{
    gan_tensor *out = gan_tensor_new(GAN_SHAPE(n, e->features));
    for (int64_t first = 0; out != NULL && first < n; first += ROWS) {
        int64_t count = n - first < ROWS ? n - first : ROWS;
        gan_status status = read(source, first, count, e->prepared);
        if (status == GAN_OK)
            status = run_piece(e, first / ROWS, count, gan_tensor_data(out) + first * e->features);
        if (status != GAN_OK) {
            gan_tensor_unref(out);
            return NULL;
        }
    }
    return out;
}

static gan_status read_tensor(const void *source, int64_t first, int64_t count, float *to)
{
    const gan_tensor *examples = source;
    int64_t size = gan_tensor_size(examples) / gan_tensor_shape(examples).dims[0];
    memcpy(to, gan_tensor_data(examples) + first * size, (size_t)(count * size) * sizeof *to);
    return GAN_OK;
}

gan_tensor *gan_extractor_run(gan_extractor *extractor, const gan_tensor *examples)
{
    static const char who[] = "gan_extractor_run";
    if (extractor == NULL || examples == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who,
                             extractor == NULL ? "extractor" : "examples");
    gan_shape shape = gan_tensor_shape(examples);
    char given[128], wanted[128];
    if (gan_tensor_dtype(examples) != GAN_FLOAT32 || shape.rank != extractor->example.rank + 1 ||
        !gan_shape_equal(gan_shape_of_one(shape), extractor->example)) {
        gan_shape_text(extractor->example, wanted, sizeof wanted);
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: examples is %s %s, want float32 [n, %s", who,
                             gan_dtype_name(gan_tensor_dtype(examples)), gan_shape_text(shape, given, sizeof given),
                             wanted + 1);
    }
    return run(extractor, shape.dims[0], read_tensor, examples);
}

struct drawn {
    const gan_dataset *dataset;
    struct gan_random_key key;
};

static gan_status read_dataset(const void *source, int64_t first, int64_t count, float *to)
{
    const struct drawn *drawn = source;
    for (int64_t i = 0; i < count; i++) {
        uint64_t index = gan_random_permuted(&drawn->key, (uint64_t)drawn->dataset->size, (uint64_t)(first + i));
        int32_t label;
        gan_status status = gan_dataset_get(drawn->dataset, (int64_t)index, NULL,
                                            to + i * (int64_t)drawn->dataset->example_size, &label);
        if (status != GAN_OK)
            return status;
    }
    return GAN_OK;
}

gan_tensor *gan_extractor_read(gan_extractor *extractor, const gan_dataset *dataset, int64_t count, uint64_t seed)
{
    static const char who[] = "gan_extractor_read";
    if (extractor == NULL || dataset == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who,
                             extractor == NULL ? "extractor" : "dataset");
    char given[128], wanted[128];
    if (!gan_shape_equal(dataset->shape, extractor->example))
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: an example of '%s' is %s, want %s for %s", who,
                             dataset->name, gan_shape_text(dataset->shape, given, sizeof given),
                             gan_shape_text(extractor->example, wanted, sizeof wanted), extractor->name);
    if (count < 1 || count > dataset->size)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT,
                             "%s: count is %" PRId64 ", want 1 to %" PRId64 ", the examples of '%s'", who, count,
                             dataset->size, dataset->name);
    struct drawn drawn = {dataset, {.seed = seed, .stream = GAN_METRIC_STREAM_EXAMPLES}};
    return run(extractor, count, read_dataset, &drawn);
}

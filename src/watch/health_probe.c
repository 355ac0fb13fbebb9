/*
 * The probe: a plan of its own, in which G makes examples from new noise and D judges them beside real ones. Networks
 * work as in training (batch norm goes by the batch), but nothing that they keep changes.
 */
#include "watch/health.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"
#include "gan/loader.h"
#include "gan/ops.h"
#include "gan/plan.h"
#include "nn/model.h"
#include "plan/plan.h"
#include "train/augment.h"
#include "train/labels.h"
#include "train/losses.h"
#include "train/trainer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Enough for variety, few enough to cost a small part of a step. */
enum { MOST_EXAMPLES = 64, MOST_NEAREST = 32 };

#define HELD_OUT_SEED UINT64_C(0x68656c64)
#define NOISE_LABEL   UINT64_C(0x70726f6265)

/* The share of dead units in a hidden layer, a scalar. */
struct dead {
    gan_var *share;
    int network, layer;
};

struct gan_health_probe {
    int64_t batch, examples, packing;
    float factor, offset;
    uint64_t seed;
    gan_plan *plan;
    gan_var *real, *held_out;              /* inputs; held_out NULL without such data */
    gan_var *labels, *held_out_labels;     /* inputs; NULL where the models have none */
    gan_var *shown, *made;                 /* the real ones as D sees them, the made ones: [examples, …] */
    gan_var *d_real, *d_made, *d_held_out; /* logits [examples / packing, 1] */
    gan_var *real_feature, *made_feature;  /* what D's layer before its last gave */
    struct dead *dead;
    size_t dead_count, dead_capacity;
    gan_loader *held_out_batches;
};

/* ---- recording ---- */

struct recording {
    struct gan_health_probe *probe;
    const gan_trainer *trainer;
    gan_tape *tape;
};

/* Whether a layer after it has weights: then its outputs are hidden units. */
static bool is_hidden(const gan_model *model, size_t layer)
{
    size_t weights = 0;
    for (size_t i = layer + 1; i < model->entry_count; i++)
        weights += model->entries[i].parameters;
    return weights > 0;
}

/* Units are the numbers along the first axis of an example: the greatest value of each. */
static gan_var *greatest(gan_var *x)
{
    gan_axes others = {.count = 0};
    for (int axis = 0; axis < gan_var_rank(x); axis++)
        if (axis != 1)
            others.axis[others.count++] = axis;
    return gan_max_over(x, others);
}

/* One is dead where its greatest value is its least, in the examples of x and those of `more` (may be NULL) together.
 */
static gan_var *dead_share(gan_var *x, gan_var *more)
{
    gan_var *high = greatest(x), *low = greatest(gan_neg(x));
    if (more != NULL) {
        high = gan_maximum(high, greatest(more));
        low = gan_maximum(low, greatest(gan_neg(more)));
    }
    gan_var *nothing = gan_tape_constant(gan_var_tape(x), GAN_SCALAR, 0);
    return gan_mean(gan_less_equal(gan_add(high, low), nothing));
}

static int64_t numbers_of_a_unit(const gan_var *x)
{
    gan_shape shape = gan_var_shape(x);
    return shape.rank > 1 ? gan_shape_size(shape) / shape.dims[1] : 0;
}

/* `features` and `more` (may be NULL) are what each layer gave. */
static gan_status add_dead(struct gan_health_probe *probe, const gan_model *model, int network, gan_var **features,
                           gan_var **more)
{
    for (size_t i = 0; i < model->entry_count; i++) {
        if (!model->entries[i].layer->kind->activates || !is_hidden(model, i))
            continue;
        if (more == NULL && numbers_of_a_unit(features[i]) < 2)
            continue; /* its one number is always the same as itself */
        if (!gan_grow((void **)&probe->dead, &probe->dead_capacity, probe->dead_count, sizeof *probe->dead))
            return GAN_ERROR_OUT_OF_MEMORY;
        gan_var *share = dead_share(features[i], more != NULL ? more[i] : NULL);
        probe->dead[probe->dead_count++] = (struct dead){share, network, (int)i};
    }
    return GAN_OK;
}

/* Applies a model without a trace in it. `features` (may be NULL) gets what each layer gave. */
static gan_var *apply(const gan_model *model, gan_var *x, gan_var *labels, gan_var **features)
{
    if (x == NULL)
        return NULL;
    return gan_model_record(model, x, gan_model_takes_labels(model) ? labels : NULL, GAN_APPLY_FROZEN, NULL, features);
}

static gan_var *input(const struct recording *r, gan_var **labels)
{
    const gan_trainer *trainer = r->trainer;
    if (gan_trained_labels(trainer->generator) != NULL)
        *labels = gan_model_label_input(trainer->generator, r->tape, r->probe->examples);
    return gan_tape_input(r->tape, gan_shape_of_batch(r->probe->examples, gan_model_output_shape(trainer->generator)));
}

static gan_var *as_seen(const struct gan_health_probe *probe, gan_var *x)
{
    return gan_map_examples(x, probe->factor, probe->offset);
}

/* The logits of examples, and what the layer before the last gave. */
static gan_var *judge(const struct recording *r, gan_var *x, gan_var *labels, gan_var **features, gan_var **feature)
{
    const gan_model *d = r->trainer->discriminator;
    gan_var *judged = apply(d, gan_pack_examples(x, r->probe->packing), labels, features);
    *feature = judged == NULL ? NULL : features[d->entry_count > 1 ? d->entry_count - 2 : 0];
    return gan_judged_logit(d, judged);
}

static gan_status record(const struct recording *r, gan_var **of_real, gan_var **of_made, gan_var **of_g)
{
    struct gan_health_probe *probe = r->probe;
    const gan_model *g = r->trainer->generator, *d = r->trainer->discriminator;
    gan_var *ignored;
    probe->real = input(r, &probe->labels);
    gan_var *noise = gan_normal(r->tape, gan_shape_of_batch(probe->examples, g->in), 0, 1);
    probe->made = apply(g, noise, probe->labels, of_g);
    probe->shown = as_seen(probe, probe->real);
    if (probe->held_out_batches != NULL) {
        probe->held_out = input(r, &probe->held_out_labels);
        probe->d_held_out = judge(r, as_seen(probe, probe->held_out), probe->held_out_labels, of_made, &ignored);
    }
    probe->d_made = judge(r, probe->made, probe->labels, of_made, &probe->made_feature);
    probe->d_real = judge(r, probe->shown, probe->labels, of_real, &probe->real_feature);
    if (gan_tape_status(r->tape) != GAN_OK)
        return gan_tape_status(r->tape);
    gan_status status = add_dead(probe, d, GAN_HEALTH_D, of_real, of_made);
    return status == GAN_OK ? add_dead(probe, g, GAN_HEALTH_G, of_g, NULL) : status;
}

static gan_status make_plan(struct gan_health_probe *probe)
{
    gan_var *const fixed[] = {probe->made,         probe->shown,        probe->d_made,    probe->d_real,
                              probe->made_feature, probe->real_feature, probe->d_held_out};
    int count = probe->d_held_out != NULL ? 7 : 6;
    gan_var **wanted = gan_alloc_zero((size_t)count + probe->dead_count, sizeof *wanted);
    if (wanted == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    memcpy(wanted, fixed, (size_t)count * sizeof *wanted);
    for (size_t i = 0; i < probe->dead_count; i++)
        wanted[count++] = probe->dead[i].share;
    probe->plan = gan_plan_new(wanted, count);
    gan_free(wanted);
    return probe->plan != NULL ? GAN_OK : gan_error_status();
}

static gan_status record_and_plan(struct gan_health_probe *probe, const gan_trainer *trainer)
{
    gan_tape *tape = gan_tape_new();
    size_t of_d = trainer->discriminator->entry_count, of_g = trainer->generator->entry_count;
    gan_var **features = gan_alloc_zero(2 * of_d + of_g + 1, sizeof *features);
    gan_status status = GAN_ERROR_OUT_OF_MEMORY;
    if (tape != NULL && features != NULL) {
        gan_tape_set_training(tape, true);
        const struct recording r = {probe, trainer, tape};
        status = record(&r, features, features + of_d, features + 2 * of_d);
        if (status == GAN_OK)
            status = make_plan(probe);
    }
    gan_free(features);
    gan_tape_unref(tape); /* the plan shares it */
    return status;
}

static gan_status open_held_out(struct gan_health_probe *probe, const gan_trainer *trainer, gan_dataset *held_out,
                                const char *who)
{
    gan_loader_options options;
    gan_loader_options_init(&options);
    options.sampling = GAN_SAMPLING_REPLACEMENT; /* any batch, of however few */
    gan_shape given = gan_dataset_shape(held_out), wanted = gan_model_output_shape(trainer->generator);
    char a[128], b[128];
    if (!gan_shape_equal(given, wanted))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: an example of held_out is %s, but the models' are %s", who,
                        gan_shape_text(given, a, sizeof a), gan_shape_text(wanted, b, sizeof b));
    gan_status status = gan_check_dataset_labels(gan_trained_labels(trainer->generator), held_out, who);
    if (status != GAN_OK)
        return status;
    probe->held_out_batches = gan_loader_new(held_out, probe->examples, HELD_OUT_SEED, &options);
    return probe->held_out_batches != NULL ? GAN_OK : gan_error_status();
}

struct gan_health_probe *gan_health_probe_new(const gan_trainer *trainer, int64_t batch, gan_dataset *held_out,
                                              const char *who)
{
    struct gan_health_probe *probe = gan_alloc_zero(1, sizeof *probe);
    if (probe == NULL)
        return NULL;
    probe->batch = batch;
    probe->packing = trainer->packing;
    bool whole = gan_model_mixes_always(trainer->discriminator) || gan_model_mixes_always(trainer->generator);
    probe->examples = batch < MOST_EXAMPLES || whole ? batch : MOST_EXAMPLES; /* its groups are of the whole batch */
    probe->examples = probe->examples / probe->packing * probe->packing;
    probe->examples = probe->examples == 0 ? probe->packing : probe->examples; /* a batch is no less than one pack */
    probe->seed = gan_random_derive(trainer->options.seed, NOISE_LABEL);
    gan_trainer_mapping(trainer, &probe->factor, &probe->offset);
    gan_status status = held_out != NULL ? open_held_out(probe, trainer, held_out, who) : GAN_OK;
    if (status == GAN_OK)
        status = record_and_plan(probe, trainer);
    if (status == GAN_OK)
        return probe;
    gan_health_probe_free(probe);
    return NULL;
}

void gan_health_probe_free(struct gan_health_probe *probe)
{
    if (probe == NULL)
        return;
    gan_plan_unref(probe->plan);
    gan_loader_unref(probe->held_out_batches);
    gan_free(probe->dead);
    gan_free(probe);
}

bool gan_health_probe_fits(const struct gan_health_probe *probe, const gan_trainer *trainer, int64_t batch)
{
    float factor, offset;
    gan_trainer_mapping(trainer, &factor, &offset);
    return probe->batch == batch && probe->factor == factor && probe->offset == offset;
}

/* ---- what the numbers say ---- */

/* √ of the mean over an example's numbers of their variance over the examples. */
static double deviation(const float *x, int64_t rows, int64_t size)
{
    double variance = 0;
    for (int64_t j = 0; j < size; j++) {
        double sum = 0, squares = 0, first = (double)x[j];
        for (int64_t i = 0; i < rows; i++) {
            double value = (double)x[i * size + j] - first;
            sum += value;
            squares += value * value;
        }
        variance += squares / (double)rows - sum / (double)rows * (sum / (double)rows);
    }
    return sqrt(variance > 0 ? variance / (double)size : 0);
}

static double distance(const float *a, const float *b, int64_t size)
{
    double squares = 0;
    for (int64_t j = 0; j < size; j++) {
        double difference = (double)a[j] - (double)b[j];
        squares += difference * difference;
    }
    return sqrt(squares);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median over the first few examples of the distance to the nearest other one of them. */
static double nearest(const float *x, int64_t rows, int64_t size)
{
    double least[MOST_NEAREST];
    int n = (int)(rows < MOST_NEAREST ? rows : MOST_NEAREST);
    for (int i = 0; i < n; i++)
        least[i] = INFINITY;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            double d = distance(x + i * size, x + j * size, size);
            least[i] = d < least[i] ? d : least[i];
            least[j] = d < least[j] ? d : least[j];
        }
    qsort(least, (size_t)n, sizeof *least, compare);
    return 0.5 * (least[(n - 1) / 2] + least[n / 2]);
}

/* NAN where the real ones have none. */
static double share(double made, double real)
{
    return real > 0 ? made / real : NAN;
}

static void compare_variety(const struct gan_health_probe *probe, struct gan_health_look *look)
{
    int64_t rows = probe->examples, packs = rows / probe->packing;
    int64_t size = gan_shape_size(gan_var_shape(probe->made)) / rows;
    int64_t features = gan_shape_size(gan_var_shape(probe->made_feature)) / packs;
    const float *made = gan_plan_numbers(probe->plan, probe->made), *real = gan_plan_numbers(probe->plan, probe->shown);
    const float *made_feature = gan_plan_numbers(probe->plan, probe->made_feature);
    const float *real_feature = gan_plan_numbers(probe->plan, probe->real_feature);
    if (packs < 2)
        return;
    look->pixels = share(deviation(made, rows, size), deviation(real, rows, size));
    look->nearest_pixels = share(nearest(made, rows, size), nearest(real, rows, size));
    look->features = share(deviation(made_feature, packs, features), deviation(real_feature, packs, features));
    look->nearest_features = share(nearest(made_feature, packs, features), nearest(real_feature, packs, features));
}

static double mean(const float *x, int64_t count)
{
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += (double)x[i];
    return sum / (double)count;
}

static void compare_logits(const struct gan_health_probe *probe, struct gan_health_look *look)
{
    int64_t n = probe->examples / probe->packing;
    const float *real = gan_plan_numbers(probe->plan, probe->d_real);
    const float *made = gan_plan_numbers(probe->plan, probe->d_made);
    double pairs = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            pairs += made[i] > real[j] ? 1 : made[i] == real[j] ? 0.5 : 0;
    look->overtaken = pairs / (double)(n * n);
    look->real_logit = mean(real, n);
    look->made_logit = mean(made, n);
    if (probe->d_held_out != NULL)
        look->held_out_logit = mean(gan_plan_numbers(probe->plan, probe->d_held_out), n);
}

static void find_dead(const struct gan_health_probe *probe, struct gan_health_look *look)
{
    for (size_t i = 0; i < probe->dead_count; i++) {
        struct gan_health_network *network = &look->network[probe->dead[i].network];
        double dead = (double)gan_plan_scalar(probe->plan, probe->dead[i].share);
        if (!(dead <= network->most_dead)) { /* the first one, too */
            network->most_dead = dead;
            network->most_dead_at = probe->dead[i].layer;
        }
    }
}

/* Equal ones among the first real examples; and whether these have one number throughout. */
static void look_at_data(const struct gan_health_probe *probe, const float *real, struct gan_health_look *look)
{
    int64_t rows = probe->examples, size = gan_shape_size(gan_var_shape(probe->real)) / rows, twins = 0;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < i; j++)
            twins += memcmp(real + i * size, real + j * size, (size_t)size * sizeof *real) == 0;
    look->twins = rows > 1 ? (double)twins / (0.5 * (double)(rows * (rows - 1))) : NAN;
    look->blank = size > 1;
    for (int64_t i = 1; i < rows * size && look->blank; i++)
        look->blank = real[i] == real[0];
}

/* ---- a look ---- */

static gan_status bind_held_out(const struct gan_health_probe *probe)
{
    const gan_tensor *examples, *labels;
    if (probe->held_out == NULL)
        return GAN_OK;
    gan_status status = gan_loader_next(probe->held_out_batches, &examples, &labels);
    if (status == GAN_OK)
        status = gan_plan_bind_memory(probe->plan, probe->held_out, gan_tensor_bytes(examples));
    if (status == GAN_OK && probe->held_out_labels != NULL)
        status = gan_plan_bind_memory(probe->plan, probe->held_out_labels, gan_tensor_bytes(labels));
    return status;
}

gan_status gan_health_probe_run(struct gan_health_probe *probe, const gan_tensor *real, const gan_tensor *labels,
                                uint64_t step, struct gan_health_look *look)
{
    gan_status status = gan_plan_bind_memory(probe->plan, probe->real, gan_tensor_bytes(real));
    if (status == GAN_OK && probe->labels != NULL)
        status = gan_plan_bind_memory(probe->plan, probe->labels, gan_tensor_bytes(labels));
    if (status == GAN_OK)
        status = bind_held_out(probe);
    if (status != GAN_OK)
        return status;
    gan_plan_seek(probe->plan, probe->seed, step);
    status = gan_plan_compute(probe->plan);
    if (status != GAN_OK)
        return status;
    look_at_data(probe, gan_tensor_data(real), look);
    compare_variety(probe, look);
    compare_logits(probe, look);
    find_dead(probe, look);
    return GAN_OK;
}

/*
 * Samplers: a generator's plan for a fixed number of rows, and noise keyed by the example's number. Example i is
 * computed in row i % rows of a batch whose other rows are its neighbours, and rows are ROWS wherever a row's numbers
 * may depend on its place or on the others: where layers draw numbers or look at a batch, and with BLIS, which chooses
 * its kernels by size. Our own kernels compute a row alone to the same bits as among others, so one image at a time
 * needs one row.
 */
#include "gan/sampler.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"
#include "kernels/products.h"
#include "nn/model.h"
#include "plan/plan.h"

#include <inttypes.h>
#include <string.h>

#define ROWS 16

/* What draws from a sampler's seed: the noise that goes in, and layers that draw numbers of their own. */
#define NOISE_STREAM 0x7a
#define LAYERS_LABEL UINT64_C(0x73616d706c65)

struct gan_sampler {
    atomic_int references;
    gan_model *model;
    int64_t rows; /* of the plan: ROWS, or 1 */
    struct gan_model_runner runner;
    int64_t batch;
    int64_t row_in, row_out; /* numbers in one example */
    uint64_t seed, next;
    bool frozen;
    bool mapped; /* from the model's range to the data's: factor·x + offset */
    double factor, offset;
    gan_tensor *mean, *deviation; /* NULL unless the data were standardised */
    gan_labels *labels;           /* NULL where the model takes none */
    size_t label_row;             /* bytes */
};

static void take_ranges(gan_sampler *sampler, const gan_model *model)
{
    struct gan_range from = model->range, to = model->data_range;
    sampler->mapped = from.known && to.known && (from.low != to.low || from.high != to.high);
    if (sampler->mapped) {
        sampler->factor = ((double)to.high - (double)to.low) / ((double)from.high - (double)from.low);
        sampler->offset = (double)to.low - sampler->factor * (double)from.low;
    }
    sampler->mean = gan_tensor_ref(model->mean);
    sampler->deviation = gan_tensor_ref(model->deviation);
}

/* A plan for one row if `batch` is 1 and that changes no bit; else for ROWS. */
static gan_status plan_rows(gan_sampler *sampler)
{
    gan_model *model = sampler->model;
    sampler->rows = ROWS;
    bool alone = sampler->batch == 1 && gan_products_in_use() == GAN_PRODUCTS_OWN &&
                 !gan_model_batch_statistics(model) && !gan_model_mixes_always(model);
    if (!alone)
        return gan_model_runner_init(&sampler->runner, model, ROWS);
    gan_status status = gan_model_runner_init(&sampler->runner, model, 1);
    if (status != GAN_OK || !gan_plan_draws(sampler->runner.plan)) {
        sampler->rows = 1;
        return status;
    }
    gan_model_runner_clear(&sampler->runner);
    return gan_model_runner_init(&sampler->runner, model, ROWS);
}

static bool is_count(int64_t n, const char *who)
{
    if (n < 1)
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the number of examples is %" PRId64 ", want 1 or more", who, n);
    return n >= 1;
}

static gan_sampler *sampler_new(gan_model *generator, int64_t batch, const char *who)
{
    if (gan_model_ready(generator, who) != GAN_OK)
        return NULL;
    if (!is_count(batch, who))
        return NULL;
    gan_sampler *sampler = gan_alloc_zero(1, sizeof *sampler);
    if (sampler == NULL)
        return NULL;
    atomic_init(&sampler->references, 1);
    sampler->model = gan_model_ref(generator);
    sampler->batch = batch;
    sampler->row_in = gan_shape_size(generator->in);
    sampler->row_out = gan_shape_size(gan_model_output_shape(generator));
    take_ranges(sampler, generator);
    if (gan_model_takes_labels(generator)) {
        sampler->labels = gan_labels_ref(generator->labels);
        sampler->label_row = gan_labels_row_size(generator->labels);
    }
    if (plan_rows(sampler) == GAN_OK)
        return sampler;
    gan_sampler_unref(sampler);
    return NULL;
}

gan_sampler *gan_sampler_new(gan_model *generator, int64_t batch)
{
    return sampler_new(generator, batch, "gan_sampler_new");
}

gan_sampler *gan_sampler_ref(gan_sampler *sampler)
{
    if (sampler != NULL)
        atomic_fetch_add_explicit(&sampler->references, 1, memory_order_relaxed);
    return sampler;
}

void gan_sampler_unref(gan_sampler *sampler)
{
    if (sampler == NULL || atomic_fetch_sub_explicit(&sampler->references, 1, memory_order_acq_rel) != 1)
        return;
    gan_model_runner_clear(&sampler->runner);
    gan_labels_unref(sampler->labels);
    gan_tensor_unref(sampler->mean);
    gan_tensor_unref(sampler->deviation);
    gan_model_unref(sampler->model);
    gan_free(sampler);
}

gan_status gan_sampler_seed(gan_sampler *sampler, uint64_t seed, uint64_t first)
{
    if (sampler == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_sampler_seed: sampler is NULL");
    sampler->seed = seed;
    sampler->next = first;
    return GAN_OK;
}

gan_status gan_sampler_freeze(gan_sampler *sampler, bool freeze)
{
    static const char who[] = "gan_sampler_freeze";
    if (sampler == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: sampler is NULL", who);
    sampler->frozen = false;
    if (!freeze)
        return GAN_OK;
    gan_status status = gan_model_check_initialized(sampler->model, who);
    gan_plan_renew(sampler->runner.plan);
    if (status == GAN_OK)
        status = gan_plan_compute(sampler->runner.plan);
    sampler->frozen = status == GAN_OK;
    return status;
}

/* ---- running ---- */

/* From the model's numbers to the data's. */
static void map_row(const gan_sampler *sampler, const float *made, float *out)
{
    if (!sampler->mapped && sampler->mean == NULL) {
        memcpy(out, made, (size_t)sampler->row_out * sizeof(float));
        return;
    }
    const float *mean = sampler->mean != NULL ? gan_tensor_data(sampler->mean) : NULL;
    const float *deviation = sampler->mean != NULL ? gan_tensor_data(sampler->deviation) : NULL;
    for (int64_t i = 0; i < sampler->row_out; i++) {
        double x = (double)made[i];
        if (sampler->mapped)
            x = sampler->factor * x + sampler->offset;
        if (mean != NULL)
            x = x * (double)deviation[i] + (double)mean[i];
        out[i] = (float)x;
    }
}

/* Runs what lies in runner.in as batch `number` of the sampler's seed; rows first … first + count − 1 go to out. */
static gan_status run_rows(gan_sampler *sampler, uint64_t number, int64_t first, int64_t count, float *out)
{
    gan_plan_seek(sampler->runner.plan, gan_random_derive(sampler->seed, LAYERS_LABEL), number);
    gan_status status = gan_model_runner_run(&sampler->runner);
    if (status != GAN_OK)
        return status;
    const float *made = gan_tensor_data(sampler->runner.out) + first * sampler->row_out;
    for (int64_t i = 0; i < count; i++)
        map_row(sampler, made + i * sampler->row_out, out + i * sampler->row_out);
    return GAN_OK;
}

/* That of examples first … first + count − 1 of the seed. */
static void draw_noise(uint64_t seed, uint64_t first, int64_t count, int64_t size, float *out)
{
    for (int64_t row = 0; row < count; row++) {
        struct gan_random_key key = {.seed = seed, .stream = NOISE_STREAM, .step = first + (uint64_t)row};
        gan_random_normal(&key, 0, (size_t)size, out + row * size);
    }
}

/* ---- labels ---- */

/* Those of examples first … first + rows − 1 of the seed. */
static void draw_labels(gan_sampler *sampler, uint64_t first)
{
    if (sampler->runner.labels == NULL)
        return;
    char *to = gan_tensor_bytes(sampler->runner.labels);
    for (uint64_t row = 0; row < (uint64_t)sampler->rows; row++)
        gan_labels_draw(sampler->labels, sampler->seed, first + row, to + row * sampler->label_row);
}

/* Rows first … first + count − 1 become the caller's rows from `done` on. */
static void set_labels(gan_sampler *sampler, const gan_tensor *labels, int64_t first, int64_t count, int64_t done)
{
    if (labels == NULL)
        return;
    size_t size = sampler->label_row;
    memcpy((char *)gan_tensor_bytes(sampler->runner.labels) + (size_t)first * size,
           (const char *)gan_tensor_bytes(labels) + (size_t)done * size, (size_t)count * size);
}

static void repeat_labels(gan_sampler *sampler, int64_t first, int64_t count)
{
    if (sampler->runner.labels != NULL)
        gan_repeat_rows(gan_tensor_bytes(sampler->runner.labels), sampler->label_row, first, count, sampler->rows);
}

/* ---- the two ways ---- */

static gan_status run_drawn(gan_sampler *sampler, const gan_tensor *labels, float *out)
{
    uint64_t index = sampler->next, rows = (uint64_t)sampler->rows;
    for (int64_t done = 0; done < sampler->batch;) {
        int64_t first = (int64_t)(index % rows);
        int64_t left = sampler->batch - done, count = sampler->rows - first < left ? sampler->rows - first : left;
        uint64_t begin = index / rows * rows;
        draw_noise(sampler->seed, begin, sampler->rows, sampler->row_in, gan_tensor_data(sampler->runner.in));
        draw_labels(sampler, begin);
        set_labels(sampler, labels, first, count, done);
        if (labels != NULL)
            repeat_labels(sampler, first, count);
        gan_status status = run_rows(sampler, index / rows, first, count, out + done * sampler->row_out);
        if (status != GAN_OK)
            return status;
        done += count;
        index += (uint64_t)count;
    }
    sampler->next = index;
    return GAN_OK;
}

static gan_status run_given(gan_sampler *sampler, const float *z, const gan_tensor *labels, float *out)
{
    float *in = gan_tensor_data(sampler->runner.in);
    const int64_t rows = sampler->rows;
    for (int64_t done = 0; done < sampler->batch; done += rows) {
        int64_t count = sampler->batch - done < rows ? sampler->batch - done : rows;
        memcpy(in, z + done * sampler->row_in, (size_t)(count * sampler->row_in) * sizeof(float));
        gan_repeat_rows(in, (size_t)sampler->row_in * sizeof(float), 0, count, rows);
        draw_labels(sampler, sampler->next + (uint64_t)done);
        set_labels(sampler, labels, 0, count, done);
        repeat_labels(sampler, 0, count);
        gan_status status = run_rows(sampler, (uint64_t)(done / rows), 0, count, out + done * sampler->row_out);
        if (status != GAN_OK)
            return status;
    }
    return GAN_OK;
}

static gan_status check_batch(const gan_sampler *sampler, const gan_tensor *tensor, gan_shape one, const char *what)
{
    gan_shape shape = gan_tensor_shape(tensor), wanted = gan_shape_of_batch(sampler->batch, one);
    if (gan_tensor_dtype(tensor) == GAN_FLOAT32 && gan_shape_equal(shape, wanted))
        return GAN_OK;
    char a[128], b[128];
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_sampler_run: %s is %s %s, want float32 %s", what,
                    gan_dtype_name(gan_tensor_dtype(tensor)), gan_shape_text(shape, a, sizeof a),
                    gan_shape_text(wanted, b, sizeof b));
}

gan_status gan_sampler_run(gan_sampler *sampler, const gan_tensor *z, const gan_tensor *labels, gan_tensor *out)
{
    static const char who[] = "gan_sampler_run";
    if (sampler == NULL || out == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, sampler == NULL ? "sampler" : "out");
    gan_status status = gan_model_check_initialized(sampler->model, who);
    if (status == GAN_OK)
        status = check_batch(sampler, out, gan_model_output_shape(sampler->model), "out");
    if (status == GAN_OK && z != NULL)
        status = check_batch(sampler, z, sampler->model->in, "z");
    if (status == GAN_OK && labels != NULL) /* without them they are drawn */
        status = gan_model_check_labels(sampler->model, labels, sampler->batch, who);
    if (status != GAN_OK)
        return status;
    if (!sampler->frozen)
        gan_plan_renew(sampler->runner.plan);
    return z != NULL ? run_given(sampler, gan_tensor_data(z), labels, gan_tensor_data(out))
                     : run_drawn(sampler, labels, gan_tensor_data(out));
}

static gan_tensor *sample(gan_model *generator, int64_t n, uint64_t seed, const gan_tensor *labels, const char *who)
{
    gan_sampler *sampler = sampler_new(generator, n, who);
    if (sampler == NULL)
        return NULL;
    gan_tensor *out = NULL;
    if (gan_model_check_initialized(generator, who) == GAN_OK)
        out = gan_tensor_new(gan_shape_of_batch(n, gan_model_output_shape(generator)));
    if (out != NULL &&
        (gan_sampler_seed(sampler, seed, 0) != GAN_OK || gan_sampler_run(sampler, NULL, labels, out) != GAN_OK)) {
        gan_tensor_unref(out);
        out = NULL;
    }
    gan_sampler_unref(sampler);
    return out;
}

gan_tensor *gan_generator_sample(gan_model *generator, int64_t n, uint64_t seed)
{
    return sample(generator, n, seed, NULL, "gan_generator_sample");
}

gan_tensor *gan_generator_sample_labelled(gan_model *generator, int64_t n, uint64_t seed, const gan_tensor *labels)
{
    return sample(generator, n, seed, labels, "gan_generator_sample_labelled");
}

/* A new tensor of n rows of labels; NULL, with an error, for a model that takes none. */
static gan_tensor *new_labels(const gan_model *generator, int64_t n, const char *who)
{
    if (!gan_model_takes_labels(generator))
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: the generator %s", who,
                             generator == NULL ? "is NULL" : "takes no labels");
    if (!is_count(n, who))
        return NULL;
    return gan_tensor_new_typed(gan_labels_shape(generator->labels, n), gan_labels_dtype(generator->labels));
}

gan_tensor *gan_generator_sample_class(gan_model *generator, int64_t n, uint64_t seed, int number)
{
    static const char who[] = "gan_generator_sample_class";
    gan_tensor *labels = new_labels(generator, n, who);
    if (labels == NULL)
        return NULL;
    gan_tensor *out = NULL;
    char text[128];
    if (gan_labels_kind(generator->labels) != GAN_LABEL_CLASSES || gan_labels_count(generator->labels) != 1) {
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s takes %s, not one class; call gan_generator_sample_labelled", who,
                 gan_model_title(generator), gan_labels_text(generator->labels, text, sizeof text));
    } else {
        for (int64_t i = 0; i < n; i++)
            gan_tensor_int32(labels)[i] = number;
        out = sample(generator, n, seed, labels, who);
    }
    gan_tensor_unref(labels);
    return out;
}

gan_tensor *gan_generator_drawn_labels(const gan_model *generator, int64_t n, uint64_t seed)
{
    gan_tensor *labels = new_labels(generator, n, "gan_generator_drawn_labels");
    if (labels == NULL)
        return NULL;
    char *rows = gan_tensor_bytes(labels);
    for (int64_t i = 0; i < n; i++)
        gan_labels_draw(generator->labels, seed, (uint64_t)i,
                        rows + (size_t)i * gan_labels_row_size(generator->labels));
    return labels;
}

gan_tensor *gan_generator_drawn_noise(const gan_model *generator, int64_t n, uint64_t seed)
{
    static const char who[] = "gan_generator_drawn_noise";
    if (generator == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: the generator is NULL", who);
    if (!is_count(n, who))
        return NULL;
    gan_tensor *noise = gan_tensor_new(gan_shape_of_batch(n, generator->in));
    if (noise != NULL)
        draw_noise(seed, 0, n, gan_shape_size(generator->in), gan_tensor_data(noise));
    return noise;
}

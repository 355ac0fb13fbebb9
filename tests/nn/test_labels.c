/*
 * Layers that take labels, and heads that say them: values against naive references written out here, derivatives of
 * first and second order against central differences in double, at one label, several, and numbers.
 */
#include "network.h"

#include "nn/model.h"

#include <stdio.h>

enum { N = 5, C = 3, H = 2, W = 2, PLACES = H * W };

/* Three kinds of labels, with a batch of each. */
struct kind {
    const char *name;
    gan_labels *(*make)(void);
    int count; /* labels or numbers an example */
    bool numbers;
    int classes[2];
};

static gan_labels *make_one(void)
{
    return gan_labels_classes(4, NULL);
}

static gan_labels *make_two(void)
{
    return gan_labels_several(2, (const int[]){4, 2}, NULL);
}

static gan_labels *make_numbers(void)
{
    return gan_labels_numbers(2, NULL, NULL);
}

static const struct kind kinds[] = {{"one", make_one, 1, false, {4, 0}},
                                    {"two", make_two, 2, false, {4, 2}},
                                    {"numbers", make_numbers, 2, true, {0, 0}}};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const int32_t one_label[N] = {3, 0, 3, 1, 2};
static const int32_t two_labels[N * 2] = {3, 0, 0, 1, 3, 1, 1, 1, 2, 0};
static const float numbers[N * 2] = {.5f, -1, 0, .25f, -.75f, 2, 1, 1, -2, .125f};

static gan_tensor *labels_of(const struct kind *kind)
{
    if (kind->numbers)
        return gan_tensor_from(GAN_SHAPE(N, 2), numbers);
    return kind->count == 1 ? gan_tensor_from_typed(GAN_SHAPE(N), GAN_INT32, one_label)
                            : gan_tensor_from_typed(GAN_SHAPE(N, 2), GAN_INT32, two_labels);
}

/* A model of one layer for labels of a kind; its parameters are irregular numbers. */
static gan_model *model_for(const struct kind *kind, gan_shape in, gan_layer *layer)
{
    gan_model *model = gan_model_new(in);
    gan_labels *labels = kind->make();
    ck_ok(gan_model_set_labels(model, labels));
    gan_labels_unref(labels);
    gan_model_add(model, layer);
    ck_assert_msg(gan_model_status(model) == GAN_OK, "%s", gan_model_message(model));
    ck_ok(gan_model_initialize(model, 7));
    for (int p = 0; p < gan_model_parameters(model); p++)
        ck_ok(gan_tensor_fill_normal(gan_model_parameter(model, p), 0, 1, (uint64_t)p + 3));
    return model;
}

/* What the model gives for x and the kind's labels; in training, state is assigned. */
static gan_tensor *apply(gan_model *model, const struct kind *kind, gan_tensor *x, bool training)
{
    gan_tape *tape = gan_tape_new();
    gan_tape_set_training(tape, training);
    gan_tensor *labels = labels_of(kind);
    gan_var *in = gan_tape_input(tape, gan_tensor_shape(x)), *given = gan_model_label_input(model, tape, N);
    gan_var *y = gan_model_apply_labelled(model, in, gan_model_takes_labels(model) ? given : NULL);
    ck_assert_msg(y != NULL, "%s", gan_error_message());
    struct gan_plan_options options = gan_plan_default_options;
    options.assignments = true;
    gan_plan *plan = gan_plan_new_with(&y, 1, &options);
    ck_assert_ptr_nonnull(plan);
    ck_ok(gan_plan_bind(plan, in, x));
    ck_ok(gan_plan_bind(plan, given, labels));
    ck_ok(gan_plan_run(plan));
    gan_tensor *out = gan_tensor_new(gan_var_shape(y));
    ck_ok(gan_plan_read(plan, y, out));
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_tensor_unref(labels);
    return out;
}

static const float *parameter(gan_model *model, const char *name)
{
    for (int i = 0; i < gan_model_parameters(model); i++)
        if (strcmp(gan_model_parameter_name(model, i), name) == 0)
            return gan_tensor_data(gan_model_parameter(model, i));
    ck_abort_msg("there is no parameter %s", name);
    return NULL;
}

/* Σ over the labels of row[label][k], from the tables "0.<prefix>…"; or the linear map of numbers. */
static double embedded(gan_model *model, const struct kind *kind, const char *prefix, bool biased, int size, int i,
                       int k)
{
    char name[64];
    double sum = 0;
    for (int l = 0; l < kind->count; l++) {
        if (kind->numbers) {
            snprintf(name, sizeof name, "0.%sweight", prefix);
            sum += (double)parameter(model, name)[k * 2 + l] * (double)numbers[2 * i + l];
        } else if (kind->count == 1) {
            snprintf(name, sizeof name, "0.%sweight", prefix);
            sum += (double)parameter(model, name)[one_label[i] * size + k];
        } else {
            snprintf(name, sizeof name, "0.%s%d.weight", prefix, l);
            sum += (double)parameter(model, name)[two_labels[2 * i + l] * size + k];
        }
    }
    snprintf(name, sizeof name, "0.%sbias", prefix);
    return kind->numbers && biased ? sum + (double)parameter(model, name)[k] : sum;
}

/* ---- concat_label ---- */

START_TEST(embeddings_are_appended)
{
    enum { SIZE = 3 };
    for (int which = 0; which < KINDS; which++) {
        const struct kind *kind = &kinds[which];
        int parts = kind->numbers ? 1 : kind->count, channels = C + parts * SIZE;
        for (int planes = 0; planes < 2; planes++) {
            int places = planes ? PLACES : 1;
            gan_shape in = planes ? GAN_SHAPE(C, H, W) : GAN_SHAPE(C);
            gan_model *model = model_for(kind, in, gan_layer_concat_label(SIZE));
            gan_tensor *x = normal_tensor(planes ? GAN_SHAPE(N, C, H, W) : GAN_SHAPE(N, C), 1);
            gan_tensor *y = apply(model, kind, x, true);
            ck_shape(gan_tensor_shape(y), planes ? GAN_SHAPE(N, channels, H, W) : GAN_SHAPE(N, channels));
            for (int i = 0; i < N; i++)
                for (int c = 0; c < channels; c++)
                    for (int p = 0; p < places; p++) {
                        float got = gan_tensor_data(y)[(i * channels + c) * places + p];
                        double want = c < C ? (double)gan_tensor_data(x)[(i * C + c) * places + p] : 0;
                        char name[32];
                        int l = (c - C) / SIZE, k = (c - C) % SIZE;
                        if (c >= C && kind->count == 2 && !kind->numbers) {
                            snprintf(name, sizeof name, "0.%d.weight", l);
                            want = (double)parameter(model, name)[two_labels[2 * i + l] * SIZE + k];
                        } else if (c >= C) {
                            want = embedded(model, kind, "", true, SIZE, i, k);
                        }
                        ck_assert_double_eq_tol((double)got, want, 1e-6);
                    }
            gan_tensor_unref(x);
            gan_tensor_unref(y);
            gan_model_unref(model);
        }
    }
}
END_TEST

/* ---- conditional batch norm ---- */

START_TEST(batch_norm_has_each_labels_gain_and_bias)
{
    for (int which = 0; which < KINDS; which++)
        for (int planes = 0; planes < 2; planes++) {
            const struct kind *kind = &kinds[which];
            int places = planes ? PLACES : 1;
            gan_shape in = planes ? GAN_SHAPE(C, H, W) : GAN_SHAPE(C);
            gan_model *model = model_for(kind, in, gan_layer_conditional_batch_norm_with(.01f, .25f));
            gan_tensor *x = normal_tensor(planes ? GAN_SHAPE(N, C, H, W) : GAN_SHAPE(N, C), 2);
            for (int training = 1; training >= 0; training--) { /* in inference with what training left */
                gan_tensor *y = apply(model, kind, x, training);
                const float *running[2] = {gan_tensor_data(gan_model_state(model, 0)),
                                           gan_tensor_data(gan_model_state(model, 1))};
                for (int c = 0; c < C; c++) {
                    double mean = 0, variance = 0, count = N * places;
                    for (int i = 0; i < N * places; i++)
                        mean += (double)gan_tensor_data(x)[(i / places * C + c) * places + i % places] / count;
                    for (int i = 0; i < N * places; i++)
                        variance += pow((double)gan_tensor_data(x)[(i / places * C + c) * places + i % places] - mean,
                                        2) /
                                    count;
                    ck_assert_double_eq_tol((double)running[0][c], .25 * mean, 1e-6);
                    ck_assert_double_eq_tol((double)running[1][c], .75 + .25 * variance * count / (count - 1), 1e-6);
                    if (!training) {
                        mean = (double)running[0][c];
                        variance = (double)running[1][c];
                    }
                    for (int i = 0; i < N * places; i++) {
                        int at = (i / places * C + c) * places + i % places;
                        double gain = 1 + embedded(model, kind, "gain.", true, C, i / places, c);
                        double bias = embedded(model, kind, "bias.", true, C, i / places, c);
                        double normal = ((double)gan_tensor_data(x)[at] - mean) / sqrt(variance + (double).01f);
                        ck_assert_double_eq_tol((double)gan_tensor_data(y)[at], normal * gain + bias, 1e-5);
                    }
                }
                gan_tensor_unref(y);
            }
            gan_tensor_unref(x);
            gan_model_unref(model);
        }
}
END_TEST

/* As it begins, it is batch norm, whatever the labels. */
START_TEST(it_begins_as_batch_norm)
{
    gan_model *plain = model_of(GAN_SHAPE(C), gan_layer_batch_norm());
    gan_tensor *x = normal_tensor(GAN_SHAPE(N, C), 3), *wanted = forward(plain, x, true);
    for (int which = 0; which < KINDS; which++) {
        gan_model *model = model_for(&kinds[which], GAN_SHAPE(C), gan_layer_conditional_batch_norm());
        ck_ok(gan_model_initialize(model, 7));
        gan_tensor *y = apply(model, &kinds[which], x, true);
        for (int i = 0; i < N * C; i++)
            ck_assert_float_eq_tol(gan_tensor_data(y)[i], gan_tensor_data(wanted)[i], 1e-6f);
        ck_assert(gan_model_mixes_examples(model));
        gan_tensor_unref(y);
        gan_model_unref(model);
    }
    gan_tensor_unref(x);
    gan_tensor_unref(wanted);
    gan_model_unref(plain);
}
END_TEST

/* ---- heads ---- */

START_TEST(projection_is_a_product_with_the_embedding)
{
    enum { SIZE = 7 };
    for (int which = 0; which < KINDS; which++) {
        const struct kind *kind = &kinds[which];
        gan_model *model = model_for(kind, GAN_SHAPE(SIZE), gan_layer_projection());
        gan_tensor *x = normal_tensor(GAN_SHAPE(N, SIZE), 4), *y = apply(model, kind, x, true);
        ck_shape(gan_tensor_shape(y), GAN_SHAPE(N, 1));
        for (int i = 0; i < N; i++) {
            double want = (double)parameter(model, "0.bias")[0];
            for (int k = 0; k < SIZE; k++)
                want += (double)gan_tensor_data(x)[i * SIZE + k] *
                        ((double)parameter(model, "0.weight")[k] +
                         embedded(model, kind, "embedding.", false, SIZE, i, k));
            ck_assert_double_eq_tol((double)gan_tensor_data(y)[i], want, 2e-5);
        }
        gan_tensor_unref(x);
        gan_tensor_unref(y);
        gan_model_unref(model);
    }
}
END_TEST

START_TEST(an_auxiliary_head_gives_a_logit_and_the_classes)
{
    static const int64_t outputs[KINDS] = {1 + 4, 1 + 4 + 2, 1 + 2};
    for (int which = 0; which < KINDS; which++) {
        gan_model *model = model_for(&kinds[which], GAN_SHAPE(3), gan_layer_auxiliary_head());
        ck_assert(!gan_model_takes_labels(model) && gan_model_is_auxiliary(model));
        gan_tensor *x = normal_tensor(GAN_SHAPE(N, 3), 5), *y = apply(model, &kinds[which], x, true);
        ck_shape(gan_tensor_shape(y), GAN_SHAPE(N, outputs[which]));
        for (int i = 0; i < N; i++)
            for (int k = 0; k < outputs[which]; k++) {
                double want = (double)parameter(model, "0.bias")[k];
                for (int j = 0; j < 3; j++)
                    want += (double)parameter(model, "0.weight")[k * 3 + j] * (double)gan_tensor_data(x)[i * 3 + j];
                ck_assert_double_eq_tol((double)gan_tensor_data(y)[i * outputs[which] + k], want, 1e-5);
            }
        gan_tensor_unref(x);
        gan_tensor_unref(y);
        gan_model_unref(model);
    }
}
END_TEST

/* ---- derivatives ---- */

/* f = Σ weight·y, and g = Σ ½‖∂f/∂v‖² over the input and every parameter v, as functions of all those numbers. */
struct function {
    gan_tape *tape;
    gan_plan *plan;
    int count;
    gan_var *v[12], *f, *g, *df[12], *dg[12];
    double *numbers[12];
};

static gan_var *irregular(gan_tape *tape, gan_shape shape)
{
    gan_tensor *tensor = gan_tensor_new(shape);
    for (int64_t i = 0; i < gan_tensor_size(tensor); i++)
        gan_tensor_data(tensor)[i] = (float)(0.75 + 0.5 * sin(1.7 * (double)i));
    gan_var *var = gan_tape_tensor(tape, tensor);
    gan_tensor_unref(tensor);
    return var;
}

static void record(struct function *of, gan_model *model, const struct kind *kind, gan_shape in)
{
    memset(of, 0, sizeof *of);
    of->tape = gan_tape_new();
    of->count = 1 + gan_model_parameters(model);
    ck_assert_int_le(of->count, 12);
    of->v[0] = gan_tape_input(of->tape, in);
    for (int i = 1; i < of->count; i++)
        of->v[i] = gan_tape_input(of->tape, gan_tensor_shape(gan_model_parameter(model, i - 1)));
    gan_tensor *labels = labels_of(kind);
    gan_var *y = gan_model_apply_labelled_with(model, of->v[0], gan_tape_tensor(of->tape, labels), of->v + 1,
                                               of->count - 1);
    gan_tensor_unref(labels);
    ck_assert_msg(y != NULL, "%s", gan_error_message());
    of->f = gan_sum(gan_mul(gan_tanh(y), irregular(of->tape, gan_var_shape(y))));
    ck_ok(gan_grads(of->f, of->v, of->count, of->df));
    for (int i = 0; i < of->count; i++) {
        gan_var *part = gan_scale(gan_sum(gan_square(of->df[i])), .5f);
        of->g = i == 0 ? part : gan_add(of->g, part);
    }
    ck_ok(gan_grads(of->g, of->v, of->count, of->dg));
    gan_var *wanted[26] = {of->f, of->g};
    for (int i = 0; i < of->count; i++) {
        wanted[2 + 2 * i] = of->df[i];
        wanted[3 + 2 * i] = of->dg[i];
    }
    of->plan = gan_plan_new_with(wanted, 2 + 2 * of->count,
                                 &(struct gan_plan_options){.backend = GAN_BACKEND_REFERENCE});
    ck_assert_msg(of->plan != NULL, "%s", gan_error_message());
    for (int i = 0; i < of->count; i++) {
        int64_t size = gan_shape_size(gan_var_shape(of->v[i]));
        of->numbers[i] = calloc((size_t)size, sizeof(double));
        for (int64_t j = 0; j < size; j++)
            of->numbers[i][j] = sin(2.3 * (double)j + i) * .6 + .1;
    }
}

static void run(struct function *of, double *f, double *g)
{
    for (int i = 0; i < of->count; i++)
        gan_plan_bind_double(of->plan, of->v[i], of->numbers[i]);
    ck_ok(gan_plan_run(of->plan));
    gan_plan_read_double(of->plan, of->f, f);
    gan_plan_read_double(of->plan, of->g, g);
}

static void check_derivatives(struct function *of, const char *name)
{
    const double step = 1e-5;
    for (int i = 0; i < of->count; i++) {
        int64_t size = gan_shape_size(gan_var_shape(of->v[i]));
        double *df = calloc((size_t)size, sizeof *df), *dg = calloc((size_t)size, sizeof *dg), f[2], g[2];
        run(of, &f[0], &g[0]);
        gan_plan_read_double(of->plan, of->df[i], df);
        gan_plan_read_double(of->plan, of->dg[i], dg);
        for (int64_t j = 0; j < size; j++) {
            double kept = of->numbers[i][j];
            for (int side = 0; side < 2; side++) {
                of->numbers[i][j] = kept + (side == 0 ? step : -step);
                run(of, &f[side], &g[side]);
            }
            of->numbers[i][j] = kept;
            double first = (f[0] - f[1]) / (2 * step), second = (g[0] - g[1]) / (2 * step);
            ck_assert_msg(fabs(df[j] - first) <= 1e-7 * (1 + fabs(first)), "%s: ∂f/∂v%d[%lld] is %.10g, want %.10g",
                          name, i, (long long)j, df[j], first);
            ck_assert_msg(fabs(dg[j] - second) <= 1e-6 * (1 + fabs(second)), "%s: ∂g/∂v%d[%lld] is %.10g, want %.10g",
                          name, i, (long long)j, dg[j], second);
        }
        free(df);
        free(dg);
    }
}

static void forget(struct function *of)
{
    for (int i = 0; i < of->count; i++)
        free(of->numbers[i]);
    gan_plan_unref(of->plan);
    gan_tape_unref(of->tape);
}

START_TEST(derivatives_equal_central_differences)
{
    for (int which = 0; which < KINDS; which++)
        for (int layer = 0; layer < 4; layer++) {
            gan_shape in = layer == 1 || layer == 2 ? GAN_SHAPE(C, H, W) : GAN_SHAPE(C);
            gan_shape batch = layer == 1 || layer == 2 ? GAN_SHAPE(N, C, H, W) : GAN_SHAPE(N, C);
            gan_layer *made = layer == 0   ? gan_layer_concat_label(2)
                              : layer == 1 ? gan_layer_concat_label(1)
                              : layer == 2 ? gan_layer_conditional_batch_norm_with(.1f, .1f)
                                           : gan_layer_projection();
            gan_model *model = model_for(&kinds[which], in, made);
            struct function of;
            record(&of, model, &kinds[which], batch);
            check_derivatives(&of, kinds[which].name);
            forget(&of);
            gan_model_unref(model);
        }
}
END_TEST

/* ---- names, shapes, summaries ---- */

static void ck_parameter(gan_model *model, int index, const char *name, gan_shape shape)
{
    ck_assert_str_eq(gan_model_parameter_name(model, index), name);
    ck_shape(gan_tensor_shape(gan_model_parameter(model, index)), shape);
}

START_TEST(parameters_are_named_as_pytorch_names_them)
{
    gan_model *m = model_for(&kinds[0], GAN_SHAPE(3), gan_layer_concat_label(5));
    ck_parameter(m, 0, "0.weight", GAN_SHAPE(4, 5));
    gan_model_unref(m);
    m = model_for(&kinds[1], GAN_SHAPE(3), gan_layer_conditional_batch_norm());
    ck_parameter(m, 0, "0.bias.0.weight", GAN_SHAPE(4, 3));
    ck_parameter(m, 1, "0.bias.1.weight", GAN_SHAPE(2, 3));
    ck_parameter(m, 2, "0.gain.0.weight", GAN_SHAPE(4, 3));
    ck_assert_str_eq(gan_model_state_name(m, 1), "0.running_var");
    gan_model_unref(m);
    m = model_for(&kinds[2], GAN_SHAPE(3), gan_layer_conditional_batch_norm());
    ck_parameter(m, 0, "0.bias.weight", GAN_SHAPE(3, 2));
    ck_parameter(m, 1, "0.bias.bias", GAN_SHAPE(3));
    ck_parameter(m, 3, "0.gain.bias", GAN_SHAPE(3));
    gan_model_unref(m);
    m = model_for(&kinds[0], GAN_SHAPE(3), gan_layer_named(gan_layer_without_bias(gan_layer_projection()), "end"));
    ck_parameter(m, 0, "end.weight", GAN_SHAPE(1, 3));
    ck_parameter(m, 1, "end.embedding.weight", GAN_SHAPE(4, 3));
    ck_assert_int_eq(gan_model_parameters(m), 2);
    gan_model_unref(m);
    m = model_for(&kinds[2], GAN_SHAPE(3), gan_layer_projection());
    ck_parameter(m, 2, "0.embedding.weight", GAN_SHAPE(3, 2));
    gan_model_unref(m);
}
END_TEST

/* Embeddings begin as N(0, 1), projections within Glorot's bounds. */
START_TEST(first_numbers_are_those_documented)
{
    gan_model *m = gan_model_new(GAN_SHAPE(30));
    gan_labels *many = gan_labels_classes(500, NULL);
    ck_ok(gan_model_set_labels(m, many));
    gan_labels_unref(many);
    gan_model_add(m, gan_layer_concat_label(20));
    gan_model_add(m, gan_layer_projection());
    ck_ok(gan_model_initialize(m, 1));
    const gan_tensor *table = gan_model_parameter(m, 0), *embedding = gan_model_parameter(m, 3);
    double squares = 0, bound = sqrt(6. / (500 + 50)), greatest = 0;
    for (int64_t i = 0; i < gan_tensor_size(table); i++)
        squares += pow((double)gan_tensor_data(table)[i], 2);
    ck_assert_double_eq_tol(squares / (500 * 20), 1, 5 * sqrt(2. / (500 * 20)));
    for (int64_t i = 0; i < gan_tensor_size(embedding); i++)
        greatest = fmax(greatest, fabs((double)gan_tensor_data(embedding)[i]));
    ck_assert(greatest <= bound && greatest > .99 * bound);
    gan_model_unref(m);
}
END_TEST

START_TEST(summaries_show_labels)
{
    static const char *const names[] = {"cat", "dog"};
    gan_model *m = gan_model_new(GAN_SHAPE(3));
    gan_labels *two = gan_labels_classes(2, names);
    ck_ok(gan_model_set_labels(m, two));
    gan_labels_unref(two);
    gan_model_add(m, gan_layer_concat_label(4));
    gan_model_add(m, gan_layer_conditional_batch_norm());
    gan_model_add(m, gan_layer_auxiliary_head());
    char *text = gan_model_summary(m);
    ck_assert(strstr(text, "labels: 2 classes (cat, dog)\n") != NULL);
    ck_assert(strstr(text, "concat_label(4)") != NULL && strstr(text, "conditional_batch_norm") != NULL);
    ck_assert(strstr(text, "auxiliary_head") != NULL);
    gan_text_free(text);
    gan_model_unref(m);
}
END_TEST

/* ---- errors ---- */

START_TEST(layers_without_labels_are_refused)
{
    gan_layer *(*const make[])(void) = {gan_layer_conditional_batch_norm, gan_layer_projection,
                                        gan_layer_auxiliary_head};
    for (int i = 0; i < 3; i++) {
        gan_model *m = gan_model_new(GAN_SHAPE(3));
        ck_fails(gan_model_add(m, make[i]()), "the model has no labels; call gan_model_set_labels before");
        gan_model_unref(m);
    }
    gan_model *m = gan_model_new(GAN_SHAPE(3));
    ck_fails(gan_model_add(m, gan_layer_sequence((gan_layer *[]){gan_layer_concat_label(2)}, 1)),
             "layer 0.0 (concat_label): the model has no labels");
    gan_model_unref(m);
    ck_null(gan_layer_concat_label(0), "gan_layer_concat_label: size is 0");
    ck_null(gan_layer_conditional_batch_norm_with(0, .1f), "gan_layer_conditional_batch_norm: epsilon is 0");
    ck_null(gan_layer_conditional_batch_norm_with(1, 2), "momentum is 2");
    m = gan_model_new(GAN_SHAPE(3, 4));
    gan_labels *two = gan_labels_classes(2, NULL);
    ck_ok(gan_model_set_labels(m, two));
    ck_fails(gan_model_add(m, gan_layer_projection()), "(projection): its input is [3, 4], want one axis");
    gan_labels_unref(two);
    gan_model_unref(m);
}
END_TEST

static const struct test_case tests[] = {
    {"embeddings are appended", embeddings_are_appended},
    {"batch norm has each label's gain and bias", batch_norm_has_each_labels_gain_and_bias},
    {"it begins as batch norm", it_begins_as_batch_norm},
    {"projection is a product with the embedding", projection_is_a_product_with_the_embedding},
    {"an auxiliary head gives a logit and the classes", an_auxiliary_head_gives_a_logit_and_the_classes},
    {"derivatives equal central differences", derivatives_equal_central_differences},
    {"parameters are named as PyTorch names them", parameters_are_named_as_pytorch_names_them},
    {"first numbers are those documented", first_numbers_are_those_documented},
    {"summaries show labels", summaries_show_labels},
    {"layers without labels are refused", layers_without_labels_are_refused},
};

int main(void)
{
    return RUN_SUITE("nn: labels", tests);
}

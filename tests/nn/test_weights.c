/*
 * Weights that are made of others: under spectral norm and weight norm a layer does what the plain layer does with the
 * weight that the formula gives, computed here in double, and its gradients are the papers' closed forms.
 */
#include "network.h"

#include "config.h"

#include <stdio.h>

enum { N = 4 };

struct layer_case {
    const char *name;
    gan_layer *(*make)(void);
    gan_shape in;
    int axis; /* of the weight: which one counts rows */
};

static gan_layer *dense(void)
{
    return gan_layer_dense(3);
}
static gan_layer *dense_plain(void)
{
    return gan_layer_without_bias(gan_layer_dense(7));
}
static gan_layer *maxout(void)
{
    return gan_layer_maxout(3, 2);
}
static gan_layer *conv(void)
{
    return gan_layer_conv2d(5, 3, 2, 1);
}
static gan_layer *grouped(void)
{
    gan_conv_options o;
    gan_conv_options_init(&o, 3, 1, 1);
    o.groups = 2;
    return gan_layer_conv2d_with(4, &o);
}
static gan_layer *transposed(void)
{
    return gan_layer_conv_transpose2d(3, 4, 2, 1);
}
static gan_layer *sequence(void)
{
    return gan_layer_conv1d(3, 3, 1, 1);
}
static gan_layer *transposed_sequence(void)
{
    return gan_layer_conv_transpose1d(3, 4, 2, 1);
}

static const struct layer_case cases[] = {
    {"dense", dense, {1, {5}}, 0},
    {"dense without bias", dense_plain, {1, {1}}, 0},
    {"maxout", maxout, {1, {4}}, 0},
    {"conv2d", conv, {3, {2, 5, 7}}, 0},
    {"conv2d in groups", grouped, {3, {2, 3, 3}}, 0},
    {"conv_transpose2d", transposed, {3, {2, 3, 2}}, 1},
    {"conv1d", sequence, {2, {2, 5}}, 0},
    {"conv_transpose1d", transposed_sequence, {2, {2, 5}}, 1},
};
enum { CASES = sizeof cases / sizeof cases[0] };

/* ---- a weight as a matrix, in double ---- */

struct matrix {
    gan_shape shape;
    int axis;
    int64_t rows, columns;
};

static struct matrix matrix_of(const gan_tensor *weight, int axis)
{
    struct matrix m = {.shape = gan_tensor_shape(weight), .axis = axis};
    m.rows = m.shape.dims[axis];
    m.columns = gan_shape_size(m.shape) / m.rows;
    return m;
}

/* Where an entry lies: columns go through the other axes in their order. */
static int64_t at(const struct matrix *m, int64_t row, int64_t column)
{
    int64_t place = 0, stride = 1;
    for (int i = m->shape.rank - 1; i >= 0; i--) {
        int64_t index = row;
        if (i != m->axis) {
            index = column % m->shape.dims[i];
            column /= m->shape.dims[i];
        }
        place += index * stride;
        stride *= m->shape.dims[i];
    }
    return place;
}

static void scale_to_unit(double *x, int64_t size)
{
    double squares = 0;
    for (int64_t i = 0; i < size; i++)
        squares += x[i] * x[i];
    for (int64_t i = 0; i < size; i++)
        x[i] /= sqrt(squares);
}

/* Goes `iterations` times v ← Wᵀu/‖·‖, u ← Wv/‖·‖, and gives uᵀWv. */
static double power_iteration(const struct matrix *m, const float *w, double *u, double *v, int iterations)
{
    double sigma = 0;
    for (int k = 0; k < iterations; k++) {
        for (int64_t c = 0; c < m->columns; c++) {
            v[c] = 0;
            for (int64_t r = 0; r < m->rows; r++)
                v[c] += (double)w[at(m, r, c)] * u[r];
        }
        scale_to_unit(v, m->columns);
        for (int64_t r = 0; r < m->rows; r++) {
            u[r] = 0;
            for (int64_t c = 0; c < m->columns; c++)
                u[r] += (double)w[at(m, r, c)] * v[c];
        }
        scale_to_unit(u, m->rows);
    }
    for (int64_t r = 0; r < m->rows; r++)
        for (int64_t c = 0; c < m->columns; c++)
            sigma += u[r] * (double)w[at(m, r, c)] * v[c];
    return sigma;
}

static void to_double(const gan_tensor *from, double *to)
{
    for (int64_t i = 0; i < gan_tensor_size(from); i++)
        to[i] = (double)gan_tensor_data(from)[i];
}

static void ck_close(const gan_tensor *a, const gan_tensor *b, double tolerance, const char *what)
{
    ck_assert_int_eq(gan_tensor_size(a), gan_tensor_size(b));
    for (int64_t i = 0; i < gan_tensor_size(a); i++) {
        double x = (double)gan_tensor_data(a)[i], y = (double)gan_tensor_data(b)[i];
        ck_assert_msg(fabs(x - y) <= tolerance * (1 + fabs(y)), "%s: %g, want %g, at %d", what, x, y, (int)i);
    }
}

static gan_shape batch_of(gan_shape one)
{
    gan_shape shape = {.rank = one.rank + 1, .dims = {N}};
    for (int i = 0; i < one.rank; i++)
        shape.dims[i + 1] = one.dims[i];
    return shape;
}

/* The gradient of Σ target·y to a parameter, in inference. */
static gan_tensor *gradient_of(gan_model *model, gan_tensor *x, int parameter)
{
    gan_tape *tape = gan_tape_new();
    gan_tape_set_training(tape, false);
    gan_var *in = gan_tape_input(tape, gan_tensor_shape(x)), *y = gan_model_apply(model, in);
    gan_tensor *target = normal_tensor(gan_var_shape(y), 99);
    gan_var *loss = gan_sum(gan_mul(y, gan_tape_tensor(tape, target)));
    gan_var *gradient = gan_grad(loss, gan_tape_tensor(tape, gan_model_parameter(model, parameter)));
    gan_plan *plan = gan_plan_new(&gradient, 1);
    ck_assert_msg(plan != NULL, "%s", gan_error_message());
    ck_ok(gan_plan_bind(plan, in, x));
    ck_ok(gan_plan_run(plan));
    gan_tensor *out = gan_tensor_new(gan_var_shape(gradient));
    ck_ok(gan_plan_read(plan, gradient, out));
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_tensor_unref(target);
    return out;
}

/* Gives a plain model the parameters of a normed one, its own weight excepted, which is the first. */
static void share_bias(gan_model *plain, gan_model *normed)
{
    int plain_last = gan_model_parameters(plain) - 1, normed_last = gan_model_parameters(normed) - 1;
    if (plain_last > 0)
        fill_parameter(plain, plain_last, gan_tensor_data(gan_model_parameter(normed, normed_last)));
}

/* ---- spectral norm ---- */

START_TEST(under_spectral_norm_a_layer_has_the_weight_of_the_formula)
{
    for (int i = 0; i < CASES; i++)
        for (int iterations = 1; iterations <= 3; iterations += 2) {
            gan_model *plain = model_of(cases[i].in, cases[i].make());
            gan_model *normed = model_of(cases[i].in, gan_layer_with_spectral_norm(cases[i].make(), iterations));
            ck_assert_str_eq(gan_model_parameter_name(normed, 0), "0.weight_orig");
            ck_assert_str_eq(gan_model_state_name(normed, 0), "0.weight_u");
            ck_assert_str_eq(gan_model_state_name(normed, 1), "0.weight_v");
            gan_tensor *w = gan_model_parameter(normed, 0), *x = normal_tensor(batch_of(cases[i].in), 5);
            gan_tensor *u = gan_model_state(normed, 0), *v = gan_model_state(normed, 1);
            struct matrix m = matrix_of(w, cases[i].axis);
            ck_shape(gan_tensor_shape(u), GAN_SHAPE(m.rows));
            ck_shape(gan_tensor_shape(v), GAN_SHAPE(m.columns));
            double left[64], right[64];
            ck_ok(gan_tensor_fill_normal(w, 0, 1, 31)); /* so that u and v are not those of W */
            to_double(u, left);
            double sigma = power_iteration(&m, gan_tensor_data(w), left, right, iterations);
            share_bias(plain, normed);
            for (int64_t k = 0; k < gan_tensor_size(w); k++)
                gan_tensor_data(gan_model_parameter(plain, 0))[k] = (float)((double)gan_tensor_data(w)[k] / sigma);
            gan_tensor *wanted = forward(plain, x, true), *trained = forward(normed, x, true);
            ck_close(trained, wanted, 2e-5, cases[i].name);
            for (int64_t r = 0; r < m.rows; r++)
                ck_assert_double_eq_tol((double)gan_tensor_data(u)[r], left[r], 1e-5);
            for (int64_t c = 0; c < m.columns; c++)
                ck_assert_double_eq_tol((double)gan_tensor_data(v)[c], right[c], 1e-5);
            gan_tensor *kept = gan_tensor_from(gan_tensor_shape(u), gan_tensor_data(u));
            gan_tensor *inferred = forward(normed, x, false); /* reads what training left, and changes nothing */
            ck_close(inferred, wanted, 2e-5, cases[i].name);
            ck_assert_mem_eq(gan_tensor_data(u), gan_tensor_data(kept), (size_t)m.rows * sizeof(float));
            gan_tensor *const tensors[] = {x, wanted, trained, kept, inferred};
            for (int k = 0; k < 5; k++)
                gan_tensor_unref(tensors[k]);
            gan_model_unref(plain);
            gan_model_unref(normed);
        }
}
END_TEST

/* With Ŵ = W/σ and G = ∂L/∂Ŵ: ∂L/∂W = (G − ⟨G, Ŵ⟩·uvᵀ)/σ (Miyato et al. 2018, eq. 12). */
START_TEST(its_gradient_is_the_closed_form)
{
    for (int i = 0; i < CASES; i++) {
        gan_model *plain = model_of(cases[i].in, cases[i].make());
        gan_model *normed = model_of(cases[i].in, gan_layer_with_spectral_norm(cases[i].make(), 1));
        gan_tensor *w = gan_model_parameter(normed, 0), *x = normal_tensor(batch_of(cases[i].in), 6);
        struct matrix m = matrix_of(w, cases[i].axis);
        double u[64], v[64], inner = 0;
        ck_ok(gan_tensor_fill_normal(w, 0, 1, 32));
        to_double(gan_model_state(normed, 0), u);
        to_double(gan_model_state(normed, 1), v);
        double sigma = power_iteration(&m, gan_tensor_data(w), u, v, 0);
        share_bias(plain, normed);
        float *scaled = gan_tensor_data(gan_model_parameter(plain, 0));
        for (int64_t k = 0; k < gan_tensor_size(w); k++)
            scaled[k] = (float)((double)gan_tensor_data(w)[k] / sigma);
        gan_tensor *of_plain = gradient_of(plain, x, 0), *gradient = gradient_of(normed, x, 0);
        for (int64_t k = 0; k < gan_tensor_size(w); k++)
            inner += (double)gan_tensor_data(of_plain)[k] * (double)scaled[k];
        for (int64_t r = 0; r < m.rows; r++)
            for (int64_t c = 0; c < m.columns; c++) {
                double g = (double)gan_tensor_data(of_plain)[at(&m, r, c)];
                double wanted = (g - inner * u[r] * v[c]) / sigma;
                double made = (double)gan_tensor_data(gradient)[at(&m, r, c)];
                ck_assert_msg(fabs(made - wanted) <= 1e-4 * (1 + fabs(inner / sigma)), "%s: %g, want %g", cases[i].name,
                              made, wanted);
            }
        gan_tensor_unref(x);
        gan_tensor_unref(of_plain);
        gan_tensor_unref(gradient);
        gan_model_unref(plain);
        gan_model_unref(normed);
    }
}
END_TEST

/* W = c·(1 … 1) has one singular value, c·√(rows·columns); a diagonal's are its entries. */
START_TEST(it_begins_with_the_first_singular_value)
{
    gan_layer *even = gan_layer_with_initializer(gan_layer_dense(3), gan_initializer_constant(.5f));
    gan_model *model = model_of(GAN_SHAPE(4), gan_layer_with_spectral_norm(even, 1));
    gan_tensor *ones = gan_tensor_new(GAN_SHAPE(1, 4));
    ck_ok(gan_tensor_fill(ones, 1));
    gan_tensor *y = forward(model, ones, false);
    for (int i = 0; i < 3; i++)
        ck_assert_double_eq_tol((double)gan_tensor_data(y)[i], 4 / sqrt(12), 1e-6);
    gan_tensor_unref(y);
    gan_tensor_unref(ones);
    gan_model_unref(model);

    model = model_of(GAN_SHAPE(2), gan_layer_with_spectral_norm(gan_layer_dense(2), 2));
    static const float diagonal[4] = {3, 0, 0, -4};
    fill_parameter(model, 0, diagonal);
    gan_tensor *x = gan_tensor_from(GAN_SHAPE(1, 2), (const float[]){1, 1});
    for (int i = 0; i < 30; i++)
        gan_tensor_unref(forward(model, x, true));
    y = forward(model, x, false);
    ck_assert_double_eq_tol((double)gan_tensor_data(y)[0], .75, 1e-6);
    ck_assert_double_eq_tol((double)gan_tensor_data(y)[1], -1, 1e-6);
    gan_tensor_unref(y);
    gan_tensor_unref(x);
    gan_model_unref(model);
}
END_TEST

/* ---- weight norm ---- */

START_TEST(weight_norm_begins_as_the_plain_layer)
{
    for (int i = 0; i < CASES; i++) {
        gan_model *plain = model_of(cases[i].in, cases[i].make());
        gan_model *normed = model_of(cases[i].in, gan_layer_with_weight_norm(cases[i].make()));
        ck_assert_str_eq(gan_model_parameter_name(normed, 0), "0.weight_g");
        ck_assert_str_eq(gan_model_parameter_name(normed, 1), "0.weight_v");
        ck_assert_int_eq(gan_model_states(normed), 0);
        fill_parameter(plain, 0, gan_tensor_data(gan_model_parameter(normed, 1)));
        share_bias(plain, normed);
        gan_tensor *x = normal_tensor(batch_of(cases[i].in), 5);
        gan_tensor *wanted = forward(plain, x, true), *made = forward(normed, x, true);
        ck_close(made, wanted, 1e-5, cases[i].name);
        gan_tensor_unref(x);
        gan_tensor_unref(wanted);
        gan_tensor_unref(made);
        gan_model_unref(plain);
        gan_model_unref(normed);
    }
}
END_TEST

/* With w = g·v/‖v‖ and G = ∂L/∂w: ∂L/∂g = G·v/‖v‖, ∂L/∂v = g/‖v‖·(G − ∂L/∂g·v/‖v‖) (Salimans and Kingma 2016, eq. 3).
 */
START_TEST(weight_norms_weight_and_gradients_are_the_closed_forms)
{
    for (int i = 0; i < CASES; i++) {
        gan_model *plain = model_of(cases[i].in, cases[i].make());
        gan_model *normed = model_of(cases[i].in, gan_layer_with_weight_norm(cases[i].make()));
        gan_tensor *lengths = gan_model_parameter(normed, 0), *v = gan_model_parameter(normed, 1);
        struct matrix m = matrix_of(v, cases[i].axis);
        ck_ok(gan_tensor_fill_normal(lengths, 0, 1, 8));
        share_bias(plain, normed);
        double norm[64];
        float *w = gan_tensor_data(gan_model_parameter(plain, 0));
        for (int64_t r = 0; r < m.rows; r++) {
            norm[r] = 0;
            for (int64_t c = 0; c < m.columns; c++)
                norm[r] += pow((double)gan_tensor_data(v)[at(&m, r, c)], 2);
            norm[r] = sqrt(norm[r]);
            for (int64_t c = 0; c < m.columns; c++)
                w[at(&m, r, c)] = (float)((double)gan_tensor_data(lengths)[r] *
                                          (double)gan_tensor_data(v)[at(&m, r, c)] / norm[r]);
        }
        gan_tensor *x = normal_tensor(batch_of(cases[i].in), 6);
        gan_tensor *wanted = forward(plain, x, true), *made = forward(normed, x, true);
        ck_close(made, wanted, 2e-5, cases[i].name);
        gan_tensor *g = gradient_of(plain, x, 0);
        gan_tensor *to_lengths = gradient_of(normed, x, 0), *to_v = gradient_of(normed, x, 1);
        for (int64_t r = 0; r < m.rows; r++) {
            double along = 0, length = (double)gan_tensor_data(lengths)[r];
            for (int64_t c = 0; c < m.columns; c++)
                along += (double)gan_tensor_data(g)[at(&m, r, c)] * (double)gan_tensor_data(v)[at(&m, r, c)] / norm[r];
            ck_assert_double_eq_tol((double)gan_tensor_data(to_lengths)[r], along, 1e-4 * (1 + fabs(along)));
            for (int64_t c = 0; c < m.columns; c++) {
                double direction = (double)gan_tensor_data(v)[at(&m, r, c)] / norm[r];
                double of_v = length / norm[r] * ((double)gan_tensor_data(g)[at(&m, r, c)] - along * direction);
                ck_assert_double_eq_tol((double)gan_tensor_data(to_v)[at(&m, r, c)], of_v,
                                        1e-4 * (1 + fabs(length / norm[r] * along)));
            }
        }
        gan_tensor *const tensors[] = {x, wanted, made, g, to_lengths, to_v};
        for (int k = 0; k < 6; k++)
            gan_tensor_unref(tensors[k]);
        gan_model_unref(plain);
        gan_model_unref(normed);
    }
}
END_TEST

/* ---- all layers that can ---- */

static gan_model *model_with_all(bool spectral)
{
    gan_model *model = gan_model_new(GAN_SHAPE(6));
    gan_labels *labels = gan_labels_classes(3, NULL);
    ck_ok(gan_model_set_labels(model, labels));
    gan_labels_unref(labels);
    gan_layer *layers[] = {gan_layer_concat_label(2),  gan_layer_basis(8, 4, 2),
                           gan_layer_self_attention(), gan_layer_conv2d(4, 3, 1, 1),
                           gan_layer_flatten(),        gan_layer_minibatch_discrimination(3, 2),
                           gan_layer_maxout(5, 2),     gan_layer_projection()};
    for (int i = 0; i < 8; i++) {
        if (i != 4)
            layers[i] = spectral ? gan_layer_with_spectral_norm(layers[i], 2) : gan_layer_with_weight_norm(layers[i]);
        ck_ok(gan_model_add(model, layers[i]));
    }
    ck_ok(gan_model_initialize(model, 3));
    return model;
}

static gan_tensor *labelled(gan_model *model)
{
    gan_tape *tape = gan_tape_new();
    gan_tape_set_training(tape, false);
    gan_tensor *x = normal_tensor(GAN_SHAPE(N, 6), 12);
    gan_tensor *classes = gan_tensor_from_typed(GAN_SHAPE(N), GAN_INT32, (const int32_t[N]){0, 2, 1, 2});
    gan_var *in = gan_tape_tensor(tape, x), *labels = gan_tape_tensor(tape, classes);
    gan_var *y = gan_model_apply_labelled(model, in, labels);
    gan_plan *plan = gan_plan_new(&y, 1);
    ck_assert_msg(plan != NULL, "%s", gan_error_message());
    ck_ok(gan_plan_run(plan));
    gan_tensor *out = gan_tensor_new(gan_var_shape(y));
    ck_ok(gan_plan_read(plan, y, out));
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_tensor_unref(x);
    gan_tensor_unref(classes);
    return out;
}

/* An embedding's table is normed as a whole: a table twice as large makes the same. */
START_TEST(every_kind_of_layer_with_a_weight_is_normed)
{
    gan_model *model = model_with_all(true);
    gan_tensor *before = labelled(model);
    int normed = 0;
    for (int i = 0; i < gan_model_parameters(model); i++) {
        const char *name = gan_model_parameter_name(model, i);
        gan_tensor *p = gan_model_parameter(model, i);
        size_t length = strlen(name);
        if (length < 5 || strcmp(name + length - 5, "_orig") != 0)
            continue;
        normed++;
        for (int64_t k = 0; k < gan_tensor_size(p); k++)
            gan_tensor_data(p)[k] *= 4;
    }
    ck_assert_int_eq(normed, 1 + 1 + 4 + 1 + 1 + 1 + 2);
    ck_assert_int_eq(gan_model_states(model), 2 * normed);
    gan_tensor *after = labelled(model);
    ck_close(after, before, 1e-5, "four times the weights");
    gan_tensor_unref(before);
    gan_tensor_unref(after);
    gan_model_unref(model);
}
END_TEST

START_TEST(summaries_say_it)
{
    gan_model *model = model_with_all(true);
    char *text = gan_model_summary(model);
    ck_assert_msg(strstr(text, "maxout(5, 2), spectral norm") != NULL, "%s", text);
    gan_text_free(text);
    gan_model_unref(model);
    model = model_with_all(false);
    text = gan_model_summary(model);
    ck_assert_msg(strstr(text, "conv2d(4, 3, stride 1, padding 1), weight norm") != NULL, "%s", text);
    gan_text_free(text);
    gan_model_unref(model);
}
END_TEST

#ifdef HAVE_JANSSON
START_TEST(files_hold_them)
{
    for (int spectral = 0; spectral < 2; spectral++) {
        gan_model *model = model_with_all(spectral == 1), *other = model_with_all(spectral == 1);
        gan_tensor *wanted = labelled(model);
        const char *path = scratch_file("normed.safetensors");
        ck_ok(gan_model_save(model, path));
        gan_model *loaded = gan_model_load(path);
        ck_assert_msg(loaded != NULL, "%s", gan_error_message());
        gan_tensor *made = labelled(loaded);
        ck_assert_mem_eq(gan_tensor_data(made), gan_tensor_data(wanted), N * sizeof(float));
        gan_tensor_unref(made);
        gan_model_unref(loaded);
        ck_ok(gan_model_initialize(other, 77));
        ck_ok(gan_model_load_parameters(other, path, NULL));
        made = labelled(other);
        ck_assert_mem_eq(gan_tensor_data(made), gan_tensor_data(wanted), N * sizeof(float));
        gan_tensor_unref(made);
        gan_tensor_unref(wanted);
        gan_model_unref(model);
        gan_model_unref(other);
    }
}
END_TEST

static gan_model *plain_stack(const char *prefix, bool spectral)
{
    gan_model *model = gan_model_new(GAN_SHAPE(2, 3, 3));
    gan_layer *layers[2] = {gan_layer_conv2d(3, 2, 1, 0), gan_layer_dense(3)};
    for (int i = 0; i < 2; i++) {
        layers[i] = spectral ? gan_layer_with_spectral_norm(layers[i], 1) : gan_layer_with_weight_norm(layers[i]);
        char name[16];
        snprintf(name, sizeof name, "%s%d", prefix, 2 * i);
        ck_ok(gan_model_add(model, gan_layer_named(layers[i], name)));
        snprintf(name, sizeof name, "%s%d", prefix, 2 * i + 1);
        gan_layer *next = i == 0 ? gan_layer_flatten() : gan_layer_batch_norm();
        ck_ok(gan_model_add(model, gan_layer_named(next, name)));
    }
    ck_ok(gan_model_initialize(model, (uint64_t)prefix[0]));
    return model;
}

/* The names differ, the order is the same: weights before biases, u before v, weight norm's v no state. */
START_TEST(files_are_read_by_order)
{
    for (int spectral = 0; spectral < 2; spectral++) {
        gan_model *from = plain_stack("a", spectral == 1), *to = plain_stack("b", spectral == 1);
        const char *path = scratch_file("ordered.safetensors");
        ck_ok(gan_model_save(from, path));
        gan_load_options options;
        ck_ok(gan_load_options_init(&options));
        options.match = GAN_MATCH_ORDER;
        ck_ok(gan_model_load_parameters(to, path, &options));
        gan_tensor *x = normal_tensor(GAN_SHAPE(N, 2, 3, 3), 1);
        gan_tensor *wanted = forward(from, x, false), *made = forward(to, x, false);
        ck_assert_mem_eq(gan_tensor_data(made), gan_tensor_data(wanted), N * 3 * sizeof(float));
        gan_tensor_unref(x);
        gan_tensor_unref(wanted);
        gan_tensor_unref(made);
        gan_model_unref(from);
        gan_model_unref(to);
    }
}
END_TEST
#endif

START_TEST(what_cannot_be_meant_is_refused)
{
    ck_null(gan_layer_with_spectral_norm(gan_layer_relu(), 1),
            "gan_layer_with_spectral_norm: relu has no weight that can be normed");
    ck_null(gan_layer_with_weight_norm(gan_layer_batch_norm()), "batch_norm has no weight that can be normed");
    ck_null(gan_layer_with_spectral_norm(gan_layer_dense(2), 0), "iterations is 0, want 1 to 1000");
    ck_null(gan_layer_with_weight_norm(gan_layer_with_spectral_norm(gan_layer_dense(2), 1)),
            "the layer has spectral norm already");
    ck_null(gan_layer_with_spectral_norm(gan_layer_with_weight_norm(gan_layer_dense(2)), 1),
            "the layer has weight norm already");
    ck_assert_ptr_null(gan_layer_with_spectral_norm(NULL, 1));
    ck_assert_ptr_null(gan_layer_with_weight_norm(NULL));
}
END_TEST

/* ---- minibatch layers ---- */

/* Numbers of the layer's own in double: y is [n, in + of]. */
static double deviation_reference(const double *x, int64_t n, int64_t size, int64_t group, int64_t example)
{
    int64_t apart = n / group, first = example % apart;
    double sum = 0;
    for (int64_t k = 0; k < size; k++) {
        double mean = 0, variance = 0;
        for (int64_t i = 0; i < group; i++)
            mean += x[(first + i * apart) * size + k] / (double)group;
        for (int64_t i = 0; i < group; i++)
            variance += pow(x[(first + i * apart) * size + k] - mean, 2) / (double)group;
        sum += sqrt(variance + 1e-8);
    }
    return sum / (double)size;
}

START_TEST(the_deviation_is_that_of_the_group)
{
    static const struct {
        int64_t n, group, used;
    } sizes[] = {{6, 2, 2}, {6, 3, 3}, {4, 9, 4}, {1, 4, 1}};
    static const gan_shape ins[] = {{1, {3}}, {3, {2, 3, 2}}};
    for (int s = 0; s < 4; s++)
        for (int k = 0; k < 2; k++) {
            gan_model *model = model_of(ins[k], gan_layer_minibatch_deviation(sizes[s].group));
            ck_assert(gan_model_mixes_examples(model));
            int64_t n = sizes[s].n, size = gan_shape_size(ins[k]), channel = size / ins[k].dims[0];
            gan_shape shape = batch_of(ins[k]);
            shape.dims[0] = n;
            gan_tensor *x = normal_tensor(shape, 3), *y = forward(model, x, true);
            double numbers[128];
            to_double(x, numbers);
            for (int64_t i = 0; i < n; i++) {
                const float *row = gan_tensor_data(y) + i * (size + channel);
                ck_assert_mem_eq(row, gan_tensor_data(x) + i * size, (size_t)size * sizeof(float));
                for (int64_t j = 0; j < channel; j++)
                    ck_assert_double_eq_tol((double)row[size + j],
                                            deviation_reference(numbers, n, size, sizes[s].used, i), 1e-5);
            }
            gan_tensor_unref(x);
            gan_tensor_unref(y);
            gan_model_unref(model);
        }
    gan_model *model = model_of(GAN_SHAPE(3), gan_layer_minibatch_deviation(4));
    gan_tape *tape = gan_tape_new();
    ck_null(gan_model_apply(model, gan_tape_input(tape, GAN_SHAPE(6, 3))),
            "a batch of 6 does not fall into groups of 4");
    gan_tape_unref(tape);
    gan_model_unref(model);
    ck_null(gan_layer_minibatch_deviation(1), "group is 1, want 2");
}
END_TEST

enum { KERNELS = 3, SIZE = 2, INPUTS = 4 };

static double nearness(const double *x, const double *w, int64_t n, int64_t example, int kernel)
{
    double sum = 0;
    for (int64_t j = 0; j < n; j++) {
        double distance = 0;
        for (int s = 0; s < SIZE; s++) {
            double difference = 0;
            for (int k = 0; k < INPUTS; k++)
                difference += w[(kernel * SIZE + s) * INPUTS + k] * (x[example * INPUTS + k] - x[j * INPUTS + k]);
            distance += fabs(difference);
        }
        sum += exp(-distance);
    }
    return sum;
}

START_TEST(discrimination_is_nearness_to_the_batch)
{
    gan_model *model = model_of(GAN_SHAPE(INPUTS), gan_layer_minibatch_discrimination(KERNELS, SIZE));
    ck_assert(gan_model_mixes_examples(model));
    gan_tensor *x = normal_tensor(GAN_SHAPE(5, INPUTS), 3), *y = forward(model, x, true);
    double numbers[5 * INPUTS], w[KERNELS * SIZE * INPUTS];
    to_double(x, numbers);
    to_double(gan_model_parameter(model, 0), w);
    ck_shape(gan_tensor_shape(y), GAN_SHAPE(5, INPUTS + KERNELS));
    for (int i = 0; i < 5; i++)
        for (int b = 0; b < KERNELS; b++)
            ck_assert_double_eq_tol((double)gan_tensor_data(y)[i * (INPUTS + KERNELS) + INPUTS + b],
                                    nearness(numbers, w, 5, i, b), 1e-5);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_model_unref(model);
    ck_null(gan_layer_minibatch_discrimination(0, 5), "kernels is 0 and size 5");
}
END_TEST

/* The gradient of Σ target·y to x against central differences of the references. */
START_TEST(their_gradients_are_differences_in_double)
{
    gan_layer *const layers[2] = {gan_layer_minibatch_deviation(2), gan_layer_minibatch_discrimination(KERNELS, SIZE)};
    enum { EXAMPLES = 4 };
    for (int which = 0; which < 2; which++) {
        gan_model *model = model_of(GAN_SHAPE(INPUTS), layers[which]);
        gan_tensor *x = normal_tensor(GAN_SHAPE(EXAMPLES, INPUTS), 4);
        gan_tape *tape = gan_tape_new();
        gan_var *in = gan_tape_tensor(tape, x), *y = gan_model_apply(model, in);
        int64_t outputs = gan_var_shape(y).dims[1];
        gan_tensor *target = normal_tensor(gan_var_shape(y), 5);
        gan_var *gradient = gan_grad(gan_sum(gan_mul(y, gan_tape_tensor(tape, target))), in);
        gan_plan *plan = gan_plan_new(&gradient, 1);
        ck_ok(gan_plan_run(plan));
        gan_tensor *made = gan_tensor_new(gan_var_shape(gradient));
        ck_ok(gan_plan_read(plan, gradient, made));
        double numbers[EXAMPLES * INPUTS], w[KERNELS * SIZE * INPUTS] = {0};
        to_double(x, numbers);
        if (which == 1)
            to_double(gan_model_parameter(model, 0), w);
        for (int k = 0; k < EXAMPLES * INPUTS; k++) {
            double sides[2], kept = numbers[k];
            for (int side = 0; side < 2; side++) {
                numbers[k] = kept + (side == 0 ? 1e-5 : -1e-5);
                sides[side] = 0;
                for (int i = 0; i < EXAMPLES; i++)
                    for (int64_t j = 0; j < outputs; j++) {
                        double t = (double)gan_tensor_data(target)[i * outputs + j];
                        sides[side] += t * (j < INPUTS   ? numbers[i * INPUTS + j]
                                            : which == 0 ? deviation_reference(numbers, EXAMPLES, INPUTS, 2, i)
                                                         : nearness(numbers, w, EXAMPLES, i, (int)j - INPUTS));
                    }
            }
            numbers[k] = kept;
            ck_assert_double_eq_tol((double)gan_tensor_data(made)[k], (sides[0] - sides[1]) / 2e-5, 1e-4);
        }
        gan_tensor_unref(x);
        gan_tensor_unref(target);
        gan_tensor_unref(made);
        gan_plan_unref(plan);
        gan_tape_unref(tape);
        gan_model_unref(model);
    }
}
END_TEST

static const struct test_case tests[] = {
    {"spectral-weight", under_spectral_norm_a_layer_has_the_weight_of_the_formula},
    {"spectral-gradient", its_gradient_is_the_closed_form},
    {"spectral-begin", it_begins_with_the_first_singular_value},
    {"weight-norm-begin", weight_norm_begins_as_the_plain_layer},
    {"weight-norm", weight_norms_weight_and_gradients_are_the_closed_forms},
    {"kinds", every_kind_of_layer_with_a_weight_is_normed},
    {"summaries", summaries_say_it},
#ifdef HAVE_JANSSON
    {"files", files_hold_them},
    {"order", files_are_read_by_order},
#endif
    {"refused", what_cannot_be_meant_is_refused},
    {"deviation", the_deviation_is_that_of_the_group},
    {"discrimination", discrimination_is_nearness_to_the_batch},
    {"minibatch-gradients", their_gradients_are_differences_in_double},
};

int main(void)
{
    return RUN_SUITE("nn-weights", tests);
}

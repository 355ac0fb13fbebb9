#include "network.h"

#include "config.h"

/* x·Wᵀ + b in double, for one example. */
static double affine(const float *x, const float *weight, double bias, int64_t in)
{
    double sum = bias;
    for (int64_t i = 0; i < in; i++)
        sum += (double)x[i] * (double)weight[i];
    return sum;
}

START_TEST(dense_is_x_times_w_transposed_plus_b)
{
    for (int i = 0; i < 4; i++) {
        const int64_t n = (int64_t[]){1, 3, 17, 33}[i], in = (int64_t[]){1, 7, 31, 100}[i],
                      units = (int64_t[]){1, 5, 19, 64}[i];
        gan_layer *layer = gan_layer_with_bias_initializer(gan_layer_dense(units), gan_initializer_normal(0, 1));
        gan_model *m = model_of(GAN_SHAPE(in), layer);
        ck_assert_int_eq(gan_model_parameters(m), 2);
        ck_shape(gan_tensor_shape(gan_model_parameter(m, 0)), GAN_SHAPE(units, in));
        ck_shape(gan_tensor_shape(gan_model_parameter(m, 1)), GAN_SHAPE(units));
        const float *weight = gan_tensor_data(gan_model_parameter(m, 0));
        const float *bias = gan_tensor_data(gan_model_parameter(m, 1));
        gan_tensor *x = normal_tensor(GAN_SHAPE(n, in), 1), *y = forward(m, x, true);
        ck_shape(gan_tensor_shape(y), GAN_SHAPE(n, units));
        for (int64_t r = 0; r < n; r++)
            for (int64_t u = 0; u < units; u++)
                ck_assert_double_eq_tol((double)gan_tensor_data(y)[r * units + u],
                                        affine(gan_tensor_data(x) + r * in, weight + u * in, (double)bias[u], in),
                                        1e-5);
        gan_tensor_unref(x);
        gan_tensor_unref(y);
        gan_model_unref(m);
    }
}
END_TEST

START_TEST(dense_without_bias_has_one_parameter)
{
    gan_model *m = model_of(GAN_SHAPE(3), gan_layer_without_bias(gan_layer_dense(2)));
    ck_assert_int_eq(gan_model_parameters(m), 1);
    ck_assert_int_eq(gan_model_parameter_count(m), 6);
    fill_parameter(m, 0, (float[]){1, 2, 3, -1, 0, 1});
    gan_tensor *x = gan_tensor_from(GAN_SHAPE(1, 3), (float[]){1, 10, 100}), *y = forward(m, x, false);
    ck_assert_float_eq(gan_tensor_data(y)[0], 321);
    ck_assert_float_eq(gan_tensor_data(y)[1], 99);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_model_unref(m);
}
END_TEST

START_TEST(maxout_is_the_largest_of_its_pieces)
{
    enum { N = 5, IN = 7, UNITS = 3, PIECES = 4 };
    gan_layer *layer = gan_layer_with_bias_initializer(gan_layer_maxout(UNITS, PIECES), gan_initializer_normal(0, 1));
    gan_model *m = model_of(GAN_SHAPE(IN), layer);
    ck_shape(gan_tensor_shape(gan_model_parameter(m, 0)), GAN_SHAPE(UNITS * PIECES, IN));
    ck_assert_int_eq(gan_model_parameter_count(m), UNITS * PIECES * (IN + 1));
    const float *weight = gan_tensor_data(gan_model_parameter(m, 0));
    const float *bias = gan_tensor_data(gan_model_parameter(m, 1));
    gan_tensor *x = normal_tensor(GAN_SHAPE(N, IN), 2), *y = forward(m, x, true);
    ck_shape(gan_tensor_shape(y), GAN_SHAPE(N, UNITS));
    for (int n = 0; n < N; n++)
        for (int u = 0; u < UNITS; u++) {
            double most = -INFINITY;
            for (int p = 0; p < PIECES; p++) {
                int row = p * UNITS + u;
                most = fmax(most, affine(gan_tensor_data(x) + n * IN, weight + row * IN, (double)bias[row], IN));
            }
            ck_assert_double_eq_tol((double)gan_tensor_data(y)[n * UNITS + u], most, 1e-5);
        }
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_model_unref(m);
}
END_TEST

static double of_relu(double x)
{
    return x > 0 ? x : 0;
}
static double of_leaky(double x)
{
    return x > 0 ? x : 0.2 * x;
}
static double of_elu(double x)
{
    return x > 0 ? x : expm1(x);
}
static double of_gelu(double x)
{
    return 0.5 * x * erfc(-x / sqrt(2));
}
static double of_silu(double x)
{
    return x / (1 + exp(-x));
}
static double of_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}
static double of_softplus(double x)
{
    return log1p(exp(x));
}
static double of_linear(double x)
{
    return x;
}
static double of_centring(double x)
{
    return 2 * x - 1;
}

START_TEST(activations_are_their_formulas)
{
    struct {
        gan_layer *layer;
        double (*formula)(double);
    } cases[] = {
        {gan_layer_relu(), of_relu},
        {gan_layer_leaky_relu(0.2f), of_leaky},
        {gan_layer_elu(), of_elu},
        {gan_layer_gelu(), of_gelu},
        {gan_layer_silu(), of_silu},
        {gan_layer_sigmoid(), of_sigmoid},
        {gan_layer_tanh(), tanh},
        {gan_layer_softplus(), of_softplus},
        {gan_layer_scale_shift(2, -1), of_centring},
        {gan_layer_activation(GAN_ACTIVATION_LINEAR, 0), of_linear},
        {gan_layer_activation(GAN_ACTIVATION_RELU, 0), of_relu},
        {gan_layer_activation(GAN_ACTIVATION_LEAKY_RELU, 0.2f), of_leaky},
        {gan_layer_activation(GAN_ACTIVATION_ELU, 0), of_elu},
        {gan_layer_activation(GAN_ACTIVATION_GELU, 0), of_gelu},
        {gan_layer_activation(GAN_ACTIVATION_SILU, 0), of_silu},
        {gan_layer_activation(GAN_ACTIVATION_SIGMOID, 0), of_sigmoid},
        {gan_layer_activation(GAN_ACTIVATION_TANH, 0), tanh},
        {gan_layer_activation(GAN_ACTIVATION_SOFTPLUS, 0), of_softplus},
    };
    gan_tensor *x = normal_tensor(GAN_SHAPE(3, 2, 5), 3);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gan_model *m = model_of(GAN_SHAPE(2, 5), cases[i].layer);
        ck_assert_int_eq(gan_model_parameters(m), 0);
        gan_tensor *y = forward(m, x, true);
        ck_shape(gan_tensor_shape(y), GAN_SHAPE(3, 2, 5));
        for (int j = 0; j < 30; j++)
            ck_assert_double_eq_tol((double)gan_tensor_data(y)[j], cases[i].formula((double)gan_tensor_data(x)[j]),
                                    2e-6);
        gan_tensor_unref(y);
        gan_model_unref(m);
    }
    gan_tensor_unref(x);
}
END_TEST

START_TEST(softmax_is_along_the_last_axis)
{
    gan_model *m = model_of(GAN_SHAPE(2, 3), gan_layer_softmax());
    gan_tensor *x = gan_tensor_from(GAN_SHAPE(1, 2, 3), (float[]){0, 0, 0, 1, 2, 1000}), *y = forward(m, x, false);
    for (int i = 0; i < 3; i++)
        ck_assert_float_eq_tol(gan_tensor_data(y)[i], 1.0f / 3, 1e-6f);
    ck_assert_float_eq_tol(gan_tensor_data(y)[5], 1, 1e-6f);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_model_unref(m);
}
END_TEST

START_TEST(dropout_drops_in_training_alone)
{
    gan_model *m = model_of(GAN_SHAPE(100), gan_layer_dropout(0.25f));
    gan_tensor *x = gan_tensor_new(GAN_SHAPE(40, 100));
    gan_tensor_fill(x, 3.0f);
    gan_tensor *trained = forward(m, x, true), *inferred = forward(m, x, false);
    int dropped = 0;
    for (int i = 0; i < 4000; i++) {
        float y = gan_tensor_data(trained)[i];
        ck_assert(y == 0.0f || fabsf(y - 4.0f) < 1e-5f);
        dropped += y == 0.0f;
        ck_assert_float_eq(gan_tensor_data(inferred)[i], 3.0f);
    }
    ck_assert_int_gt(dropped, 850); /* 1000 ± 27.4 */
    ck_assert_int_lt(dropped, 1150);
    gan_tensor_unref(x);
    gan_tensor_unref(trained);
    gan_tensor_unref(inferred);
    gan_model_unref(m);
}
END_TEST

START_TEST(shapes_change_and_numbers_stay)
{
    gan_model *m = gan_model_new(GAN_SHAPE(2, 3, 5));
    gan_model_add(m, gan_layer_flatten());
    ck_shape(gan_model_output_shape(m), GAN_SHAPE(30));
    gan_model_add(m, gan_layer_flatten()); /* of what is flat already */
    ck_shape(gan_model_output_shape(m), GAN_SHAPE(30));
    gan_model_add(m, gan_layer_reshape(GAN_SHAPE(5, -1, 2)));
    ck_shape(gan_model_output_shape(m), GAN_SHAPE(5, 3, 2));
    gan_model_add(m, gan_layer_reshape(GAN_SHAPE(30)));
    ck_ok(gan_model_status(m));
    gan_tensor *x = normal_tensor(GAN_SHAPE(4, 2, 3, 5), 4), *y = forward(m, x, true);
    ck_shape(gan_tensor_shape(y), GAN_SHAPE(4, 30));
    ck_assert_mem_eq(gan_tensor_data(x), gan_tensor_data(y), 120 * sizeof(float));
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_model_unref(m);
}
END_TEST

START_TEST(noise_is_appended_to_each_example)
{
    enum { N = 200, IN = 2, SIZE = 10 };
    gan_model *m = model_of(GAN_SHAPE(IN), gan_layer_concat_noise(SIZE));
    ck_shape(gan_model_output_shape(m), GAN_SHAPE(IN + SIZE));
    gan_tensor *x = normal_tensor(GAN_SHAPE(N, IN), 5);
    for (int training = 0; training < 2; training++) {
        gan_tensor *y = forward(m, x, training == 1);
        double sum = 0, squares = 0;
        for (int n = 0; n < N; n++) {
            const float *row = gan_tensor_data(y) + n * (IN + SIZE);
            ck_assert_mem_eq(row, gan_tensor_data(x) + n * IN, IN * sizeof(float));
            for (int i = IN; i < IN + SIZE; i++) {
                sum += (double)row[i];
                squares += (double)row[i] * (double)row[i];
            }
        }
        ck_assert_double_eq_tol(sum / (N * SIZE), 0, 0.1);     /* its deviation is .022 */
        ck_assert_double_eq_tol(squares / (N * SIZE), 1, 0.2); /* .032 */
        gan_tensor_unref(y);
    }
    gan_tensor_unref(x);
    gan_model_unref(m);
}
END_TEST

static gan_var *halve(void *context, gan_var *x)
{
    ++*(int *)context;
    return gan_slice(gan_scale(x, 0.5f), 1, 0, 2);
}

static void count_release(void *context)
{
    *(int *)context += 100;
}

START_TEST(a_function_is_a_layer)
{
    int calls = 0;
    gan_model *m = model_of(GAN_SHAPE(5), gan_layer_function(halve, &calls, count_release));
    ck_assert_int_eq(calls, 1);
    ck_shape(gan_model_output_shape(m), GAN_SHAPE(2));
    gan_tensor *x = normal_tensor(GAN_SHAPE(3, 5), 6), *y = forward(m, x, true);
    for (int n = 0; n < 3; n++)
        for (int i = 0; i < 2; i++)
            ck_assert_float_eq(gan_tensor_data(y)[n * 2 + i], gan_tensor_data(x)[n * 5 + i] / 2);
    gan_model *copy = gan_model_copy(m);
    gan_model_unref(m);
    ck_assert_int_eq(calls, 2);
    gan_model_unref(copy);
    ck_assert_int_eq(calls, 102);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
}
END_TEST

static gan_var *give_null(void *context, gan_var *x)
{
    (void)context;
    (void)x;
    return NULL;
}
static gan_var *sum_all(void *context, gan_var *x)
{
    (void)context;
    return gan_sum(x);
}
static gan_var *bad_op(void *context, gan_var *x)
{
    (void)context;
    return gan_slice(x, 1, 3, 2);
}
static gan_var *other_tape(void *context, gan_var *x)
{
    return gan_tape_constant(context, gan_var_shape(x), 0.0f);
}
/* Right for the trial's batch of 2, wrong for others. */
static gan_var *batch_dependent(void *context, gan_var *x)
{
    (void)context;
    return gan_var_shape(x).dims[0] == 2 ? x : gan_slice(x, 1, 0, 1);
}

START_TEST(a_function_that_fails_is_an_error)
{
    ck_null(gan_layer_function(NULL, NULL, NULL), "gan_layer_function: callback is NULL");
    gan_tape *tape = gan_tape_new();
    struct {
        gan_layer_callback *callback;
        const char *message;
    } cases[] = {
        {give_null, "layer 0 (function): the callback returned NULL"},
        {sum_all, "returned the shape []"},
        {bad_op, "the callback's ops failed: slice"},
        {other_tape, "a var of another tape"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gan_model *m = gan_model_new(GAN_SHAPE(5));
        int released = 0;
        ck_fails(gan_model_add(m, gan_layer_function(cases[i].callback,
                                                     cases[i].callback == other_tape ? (void *)tape : (void *)&released,
                                                     cases[i].callback == other_tape ? NULL : count_release)),
                 cases[i].message);
        ck_assert_int_eq(released, cases[i].callback == other_tape ? 0 : 100);
        gan_model_unref(m);
    }
    gan_model *m = gan_model_new(GAN_SHAPE(5));
    ck_ok(gan_model_add(m, gan_layer_function(batch_dependent, NULL, NULL)));
    ck_null(gan_model_apply(m, gan_tape_input(tape, GAN_SHAPE(3, 5))), "layer 0 (function) made [3, 1], want [3, 5]");
    ck_assert_int_ne(gan_tape_status(tape), GAN_OK);
    gan_model_unref(m);
    gan_tape_unref(tape);
}
END_TEST

START_TEST(a_sequence_is_its_layers_in_order)
{
    gan_layer *inner = gan_layer_sequence(
        (gan_layer *[]){gan_layer_named(gan_layer_dense(4), "first"), gan_layer_batch_norm(), gan_layer_relu()}, 3);
    gan_model *m = gan_model_new(GAN_SHAPE(6));
    gan_model_add(m, gan_layer_dense(5));
    gan_model_add(m, gan_layer_named(inner, "block"));
    gan_model_add(m, gan_layer_dense(2));
    ck_ok(gan_model_initialize(m, 1));
    static const char *const names[] = {"0.weight",       "0.bias",       "block.first.weight", "block.first.bias",
                                        "block.1.weight", "block.1.bias", "2.weight",           "2.bias"};
    ck_assert_int_eq(gan_model_parameters(m), 8);
    for (int i = 0; i < 8; i++)
        ck_assert_str_eq(gan_model_parameter_name(m, i), names[i]);
    ck_assert_str_eq(gan_model_state_name(m, 1), "block.1.running_var");
    ck_assert(gan_model_mixes_examples(m));

    gan_model *flat = gan_model_new(GAN_SHAPE(6));
    gan_model_add(flat, gan_layer_dense(5));
    gan_model_add(flat, gan_layer_dense(4));
    gan_model_add(flat, gan_layer_batch_norm());
    gan_model_add(flat, gan_layer_relu());
    gan_model_add(flat, gan_layer_dense(2));
    ck_ok(gan_model_copy_parameters(flat, m));
    gan_tensor *x = normal_tensor(GAN_SHAPE(9, 6), 8), *y = forward(m, x, true), *z = forward(flat, x, true);
    ck_assert_mem_eq(gan_tensor_data(y), gan_tensor_data(z), 18 * sizeof(float));
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_tensor_unref(z);
    gan_model_unref(m);
    gan_model_unref(flat);
}
END_TEST

static gan_layer *nested(int depth)
{
    gan_layer *layer = gan_layer_dense(2);
    for (int i = 0; i < depth; i++)
        layer = gan_layer_sequence(&layer, 1);
    return layer;
}

/* What a model takes its file must hold: readers of JSON go down only so far. */
START_TEST(layers_lie_up_to_100_deep_in_one_another)
{
    gan_model *m = gan_model_new(GAN_SHAPE(3)), *deep = gan_model_new(GAN_SHAPE(3));
    ck_ok(gan_model_add(m, nested(100)));
    ck_ok(gan_model_initialize(m, 1));
    ck_fails(gan_model_add(deep, nested(101)), "more than 100 deep");
    gan_model_unref(deep);
#ifdef HAVE_JANSSON
    const char *path = scratch_file("deep.safetensors");
    ck_ok(gan_model_save(m, path));
    gan_model *loaded = gan_model_load(path);
    ck_assert_msg(loaded != NULL, "%s", gan_error_message());
    ck_assert_str_eq(gan_model_parameter_name(loaded, 0), gan_model_parameter_name(m, 0));
    gan_model_unref(loaded);
#endif
    gan_model_unref(m);
}
END_TEST

START_TEST(constructors_refuse_what_cannot_be)
{
    ck_null(gan_layer_dense(0), "gan_layer_dense: units is 0");
    ck_null(gan_layer_dense(-3), "units is -3");
    ck_null(gan_layer_dense(INT64_MAX), "want 1 to 2147483647");
    ck_null(gan_layer_maxout(0, 2), "gan_layer_maxout: units is 0");
    ck_null(gan_layer_maxout(3, 1), "pieces is 1, want 2");
    ck_null(gan_layer_leaky_relu(-0.1f), "gan_layer_leaky_relu: slope is -0.1");
    ck_null(gan_layer_leaky_relu(NAN), "slope is");
    ck_null(gan_layer_leaky_relu(1.5f), "slope is 1.5, want 0 to 1");
    ck_null(gan_layer_dropout(1.0f), "gan_layer_dropout: probability is 1,");
    ck_null(gan_layer_dropout(-0.5f), "probability is -0.5");
    ck_null(gan_layer_scale_shift(INFINITY, 0), "gan_layer_scale_shift: factor is inf");
    ck_null(gan_layer_reshape(GAN_SCALAR), "gan_layer_reshape: shape has 0 axes");
    ck_null(gan_layer_reshape(GAN_SHAPE(2, 0)), "axis 1 of shape is 0");
    ck_null(gan_layer_reshape(GAN_SHAPE(-1, 2, -1)), "2 sizes of shape are -1");
    ck_null(gan_layer_concat_noise(0), "gan_layer_concat_noise: size is 0");
    ck_null(gan_layer_batch_norm_with(0, 0.1f), "gan_layer_batch_norm: epsilon is 0");
    ck_null(gan_layer_batch_norm_with(1e-5f, 1.5f), "momentum is 1.5");
    ck_null(gan_layer_layer_norm_with(-1), "gan_layer_layer_norm: epsilon is -1");
    ck_null(gan_layer_activation((gan_activation)99, 0), "activation is 99");
    ck_null(gan_layer_sequence(NULL, 2), "gan_layer_sequence: layers is NULL");
    ck_null(gan_layer_sequence((gan_layer *[]){NULL}, 0), "count is 0");
}
END_TEST

START_TEST(a_sequence_takes_its_layers_over_also_on_failure)
{
    ck_null(gan_layer_sequence((gan_layer *[]){gan_layer_relu(), gan_layer_dense(0)}, 2), "units is 0");
    gan_layer *layer = gan_layer_relu();
    ck_null(gan_layer_sequence((gan_layer *[]){layer, layer}, 2), "layer 1 already belongs");
    gan_model *m = gan_model_new(GAN_SHAPE(1));
    layer = gan_layer_relu();
    gan_model_add(m, layer);
    ck_null(gan_layer_sequence((gan_layer *[]){gan_layer_tanh(), layer}, 2), "layer 1 already belongs");
    gan_model_unref(m);
}
END_TEST

START_TEST(modifiers_check_and_pass_null_on)
{
    ck_null(gan_layer_with_initializer(gan_layer_relu(), gan_initializer_constant(1)),
            "gan_layer_with_initializer: relu has no weight");
    ck_null(gan_layer_with_bias_initializer(gan_layer_flatten(), gan_initializer_constant(1)), "flatten has no bias");
    ck_null(gan_layer_with_bias_initializer(gan_layer_without_bias(gan_layer_dense(2)), gan_initializer_constant(1)),
            "dense has no bias");
    ck_null(gan_layer_without_bias(gan_layer_tanh()), "gan_layer_without_bias: tanh has no bias");
    ck_null(gan_layer_with_initializer(gan_layer_dense(2), gan_initializer_uniform(1, 0)), "uniform from 1 to 0");
    ck_null(gan_layer_with_bias_initializer(gan_layer_dense(2), gan_initializer_normal(0, -1)), "deviation -1");
    ck_null(gan_layer_named(gan_layer_dense(2), NULL), "gan_layer_named: name is NULL");
    ck_null(gan_layer_named(gan_layer_dense(2), ""), "name is \"\"");
    ck_null(gan_layer_named(gan_layer_dense(2), "2nd"), "name is \"2nd\"");
    ck_null(gan_layer_named(gan_layer_dense(2), "a.b"), "name is \"a.b\"");

    ck_assert_ptr_null(gan_layer_dense(-1));
    char first[300];
    snprintf(first, sizeof first, "%s", gan_error_message());
    ck_assert_ptr_null(gan_layer_named(gan_layer_without_bias(NULL), "x"));
    ck_assert_ptr_null(gan_layer_with_initializer(NULL, gan_initializer_constant(0)));
    ck_assert_ptr_null(gan_layer_with_bias_initializer(NULL, gan_initializer_constant(0)));
    ck_assert_str_eq(gan_error_message(), first);
    gan_layer_unref(NULL);
    ck_assert_ptr_null(gan_layer_ref(NULL));
}
END_TEST

static const struct test_case tests[] = {
    {"dense", dense_is_x_times_w_transposed_plus_b},
    {"dense without bias", dense_without_bias_has_one_parameter},
    {"maxout", maxout_is_the_largest_of_its_pieces},
    {"activations", activations_are_their_formulas},
    {"softmax", softmax_is_along_the_last_axis},
    {"dropout", dropout_drops_in_training_alone},
    {"shapes", shapes_change_and_numbers_stay},
    {"noise", noise_is_appended_to_each_example},
    {"function", a_function_is_a_layer},
    {"function's errors", a_function_that_fails_is_an_error},
    {"sequence", a_sequence_is_its_layers_in_order},
    {"sequences in sequences", layers_lie_up_to_100_deep_in_one_another},
    {"constructors' errors", constructors_refuse_what_cannot_be},
    {"sequence's errors", a_sequence_takes_its_layers_over_also_on_failure},
    {"modifiers' errors", modifiers_check_and_pass_null_on},
};

int main(void)
{
    return RUN_SUITE("nn: layers", tests);
}

#include "network.h"

#include "nn/initializer.h"

enum { ROWS = 200, COLUMNS = 300, COUNT = ROWS * COLUMNS };

struct moments {
    double mean, variance, least, most;
};

/* Of a dense layer's weight [ROWS, COLUMNS]: fan_in 300, fan_out 200. */
static struct moments of_weight(gan_initializer initializer)
{
    gan_model *m = model_of(GAN_SHAPE(COLUMNS), gan_layer_with_initializer(gan_layer_dense(ROWS), initializer));
    const float *x = gan_tensor_data(gan_model_parameter(m, 0));
    struct moments found = {.least = INFINITY, .most = -INFINITY};
    for (int i = 0; i < COUNT; i++) {
        found.mean += (double)x[i] / COUNT;
        found.least = fmin(found.least, (double)x[i]);
        found.most = fmax(found.most, (double)x[i]);
    }
    for (int i = 0; i < COUNT; i++)
        found.variance += pow((double)x[i] - found.mean, 2) / COUNT;
    gan_model_unref(m);
    return found;
}

/* Within five standard errors: of the mean σ/√n; of a normal's variance σ²√(2/n), of a uniform's σ²√(.8/n). */
static void check_uniform(gan_initializer initializer, double low, double high)
{
    struct moments found = of_weight(initializer);
    double variance = (high - low) * (high - low) / 12;
    ck_assert_double_eq_tol(found.mean, (low + high) / 2, 5 * sqrt(variance / COUNT));
    ck_assert_double_eq_tol(found.variance, variance, 5 * variance * sqrt(0.8 / COUNT));
    double edge = 20 * (high - low) / COUNT; /* a gap of 20 mean distances has the probability e^-20 */
    ck_assert_double_ge(found.least, low - 1e-7);
    ck_assert_double_lt(found.least, low + edge);
    ck_assert_double_le(found.most, high + 1e-7);
    ck_assert_double_gt(found.most, high - edge);
}

static void check_normal(gan_initializer initializer, double mean, double variance)
{
    struct moments found = of_weight(initializer);
    ck_assert_double_eq_tol(found.mean, mean, 5 * sqrt(variance / COUNT));
    ck_assert_double_eq_tol(found.variance, variance, 5 * variance * sqrt(2.0 / COUNT));
    ck_assert_double_gt(found.most, mean + 3.5 * sqrt(variance));
}

START_TEST(moments_are_those_of_the_formulas)
{
    check_uniform(gan_initializer_uniform(-1, 3), -1, 3);
    check_normal(gan_initializer_normal(2, 0.5f), 2, 0.25);
    double glorot = sqrt(6.0 / (ROWS + COLUMNS));
    check_uniform(gan_initializer_glorot_uniform(), -glorot, glorot);
    check_normal(gan_initializer_glorot_normal(), 0, 2.0 / (ROWS + COLUMNS));
    double he = sqrt(6.0 / COLUMNS);
    check_uniform(gan_initializer_he_uniform(0), -he, he);
    check_normal(gan_initializer_he_normal(0), 0, 2.0 / COLUMNS);
    check_normal(gan_initializer_he_normal(0.5f), 0, 2.0 / (1.25 * COLUMNS));
    double pytorch = sqrt(1.0 / COLUMNS);
    check_uniform(gan_initializer_he_uniform(sqrtf(5)), -pytorch, pytorch);
    struct moments constant = of_weight(gan_initializer_constant(0.25f));
    ck_assert_double_eq(constant.least, 0.25);
    ck_assert_double_eq(constant.most, 0.25);
}
END_TEST

START_TEST(scaled_ones_are_as_many_times_as_large)
{
    double glorot = sqrt(6.0 / (ROWS + COLUMNS)), he = sqrt(6.0 / COLUMNS);
    check_uniform(gan_initializer_scaled(gan_initializer_uniform(-1, 3), 2), -2, 6);
    check_normal(gan_initializer_scaled(gan_initializer_normal(2, 0.5f), 3), 6, 2.25);
    check_uniform(gan_initializer_scaled(gan_initializer_glorot_uniform(), 0.5f), -.5 * glorot, .5 * glorot);
    check_normal(gan_initializer_scaled(gan_initializer_glorot_normal(), 2), 0, 8.0 / (ROWS + COLUMNS));
    check_uniform(gan_initializer_scaled(gan_initializer_scaled(gan_initializer_he_uniform(0), 3), 2), -6 * he, 6 * he);
    check_normal(gan_initializer_scaled(gan_initializer_he_normal(0.5f), 0.5f), 0, 0.5 / (1.25 * COLUMNS));
    struct moments constant = of_weight(gan_initializer_scaled(gan_initializer_constant(3), 0.5f));
    ck_assert(constant.least == 1.5 && constant.most == 1.5);
    struct moments none = of_weight(gan_initializer_scaled(gan_initializer_glorot_uniform(), 0));
    ck_assert(none.least == 0 && none.most == 0);
}
END_TEST

START_TEST(the_defaults_are_glorot_uniform_and_zero_bias)
{
    gan_model *a = model_of(GAN_SHAPE(COLUMNS), gan_layer_dense(ROWS));
    gan_model *b = model_of(GAN_SHAPE(COLUMNS),
                            gan_layer_with_initializer(gan_layer_dense(ROWS), gan_initializer_glorot_uniform()));
    ck_assert_mem_eq(gan_tensor_data(gan_model_parameter(a, 0)), gan_tensor_data(gan_model_parameter(b, 0)),
                     COUNT * sizeof(float));
    for (int i = 0; i < ROWS; i++)
        ck_assert_float_eq(gan_tensor_data(gan_model_parameter(a, 1))[i], 0);
    gan_model_unref(a);
    gan_model_unref(b);
}
END_TEST

/* Parameter 2's numbers depend on the seed and its index, not on how large the others are. */
START_TEST(each_parameter_has_a_stream_of_its_own)
{
    gan_model *models[3];
    for (int i = 0; i < 3; i++) {
        models[i] = gan_model_new(GAN_SHAPE(i == 1 ? 50 : 20));
        gan_model_add(models[i], gan_layer_dense(10));
        gan_model_add(models[i], gan_layer_dense(10));
        gan_model_add(models[i], gan_layer_dense(10));
        ck_ok(gan_model_initialize(models[i], i == 2 ? 2 : 1));
    }
    const float *first = gan_tensor_data(gan_model_parameter(models[0], 2));
    ck_assert_mem_eq(first, gan_tensor_data(gan_model_parameter(models[1], 2)), 100 * sizeof(float));
    ck_assert_mem_ne(first, gan_tensor_data(gan_model_parameter(models[2], 2)), 100 * sizeof(float));
    ck_assert_mem_ne(first, gan_tensor_data(gan_model_parameter(models[0], 4)), 100 * sizeof(float));
    for (int i = 0; i < 3; i++)
        gan_model_unref(models[i]);
}
END_TEST

START_TEST(initialising_again_restores_parameters_and_state)
{
    gan_model *m = model_of(GAN_SHAPE(4), gan_layer_batch_norm());
    gan_tensor_fill(gan_model_parameter(m, 0), 9);
    gan_tensor_fill(gan_model_state(m, 0), 9);
    gan_tensor_fill(gan_model_state(m, 1), 9);
    ck_ok(gan_model_initialize(m, 1));
    ck_assert_float_eq(gan_tensor_data(gan_model_parameter(m, 0))[3], 1);
    ck_assert_float_eq(gan_tensor_data(gan_model_state(m, 0))[3], 0);
    ck_assert_float_eq(gan_tensor_data(gan_model_state(m, 1))[3], 1);
    gan_model_unref(m);
}
END_TEST

START_TEST(what_cannot_be_meant_is_refused)
{
    ck_fails(gan_initializer_check(gan_initializer_uniform(2, 1), "f"), "f: initializer is uniform from 2 to 1");
    ck_fails(gan_initializer_check(gan_initializer_normal(0, -2), "f"), "f: initializer is normal with deviation -2");
    ck_fails(gan_initializer_check(gan_initializer_constant(NAN), "f"), "want finite ones");
    ck_fails(gan_initializer_check((gan_initializer){(gan_initializer_kind)77, 0, 0}, "f"), "of kind 77");
    ck_fails(gan_initializer_check(gan_initializer_scaled(gan_initializer_he_normal(0), -2), "f"), "scaled by -2");
    ck_fails(gan_initializer_check(gan_initializer_scaled(gan_initializer_glorot_normal(), NAN), "f"), "finite ones");
    ck_ok(gan_initializer_check(gan_initializer_uniform(1, 1), "f"));
}
END_TEST

static const struct test_case tests[] = {
    {"scaled", scaled_ones_are_as_many_times_as_large},          {"moments", moments_are_those_of_the_formulas},
    {"defaults", the_defaults_are_glorot_uniform_and_zero_bias}, {"streams", each_parameter_has_a_stream_of_its_own},
    {"again", initialising_again_restores_parameters_and_state}, {"errors", what_cannot_be_meant_is_refused},
};

int main(void)
{
    return RUN_SUITE("nn: initializers", tests);
}

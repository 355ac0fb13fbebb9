/* The CPU backend, fused and unfused, against the reference backend's plain loops in double, at awkward sizes. */
#include "suite.h"

#include "cases.h"
#include "gan/plan.h"
#include "plan/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct gan_plan_options reference = {.backend = GAN_BACKEND_REFERENCE};
static const struct gan_plan_options variants[] = {
    {.backend = GAN_BACKEND_CPU, .fuse = true, .reuse = true},
    {.backend = GAN_BACKEND_CPU, .fuse = false, .reuse = true},
    {.backend = GAN_BACKEND_CPU, .fuse = true, .reuse = false},
};
enum { VARIANTS = 3, MOST_WANTED = 8 };

static void compare(const char *what, gan_plan *expected, gan_plan *plan, gan_var *var, double tolerance)
{
    int64_t size = gan_shape_size(gan_var_shape(var));
    double *wanted = calloc((size_t)size, sizeof(double)), *got = calloc((size_t)size, sizeof(double));
    gan_plan_read_double(expected, var, wanted);
    gan_plan_read_double(plan, var, got);
    double scale = 0;
    for (int64_t i = 0; i < size; i++)
        scale = fmax(scale, fabs(wanted[i]));
    for (int64_t i = 0; i < size; i++)
        ck_assert_msg(fabs(got[i] - wanted[i]) <= tolerance * (fabs(wanted[i]) + 0.1 * scale + 1e-3),
                      "%s: element %lld of %s is %.9g, the reference says %.9g", what, (long long)i, gan_var_name(var),
                      got[i], wanted[i]);
    free(wanted);
    free(got);
}

/* Runs the wanted vars on every variant, the inputs bound to float tensors, and compares with the reference. */
static void check(const char *what, gan_var *const *wanted, int count, gan_var *const *inputs,
                  gan_tensor *const *numbers, int input_count, double tolerance)
{
    gan_plan *expected = gan_plan_new_with(wanted, count, &reference);
    ck_assert_msg(expected != NULL, "%s: %s", what, gan_error_message());
    for (int i = 0; i < input_count; i++)
        ck_assert_int_eq(gan_plan_bind(expected, inputs[i], numbers[i]), GAN_OK);
    ck_assert_int_eq(gan_plan_run(expected), GAN_OK);
    for (int variant = 0; variant < VARIANTS; variant++) {
        gan_plan *plan = gan_plan_new_with(wanted, count, &variants[variant]);
        ck_assert_msg(plan != NULL, "%s: %s", what, gan_error_message());
        for (int i = 0; i < input_count; i++)
            ck_assert_int_eq(gan_plan_bind(plan, inputs[i], numbers[i]), GAN_OK);
        ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
        for (int i = 0; i < count; i++)
            compare(what, expected, plan, wanted[i], tolerance);
        gan_plan_unref(plan);
    }
    gan_plan_unref(expected);
}

static gan_tensor *irregular(gan_shape shape, float low, float high, uint64_t seed)
{
    gan_tensor *tensor = gan_tensor_new(shape);
    gan_tensor_fill_uniform(tensor, low, high, seed);
    return tensor;
}

START_TEST(every_case_agrees)
{
    for (size_t i = 0; i < op_case_count; i++) {
        const struct op_case *op_case = &op_cases[i];
        gan_tape *tape = gan_tape_new();
        gan_var *x[MOST_INPUTS];
        gan_tensor *numbers[MOST_INPUTS];
        for (int input = 0; input < op_case->inputs; input++) {
            x[input] = gan_tape_input(tape, op_case->shape[input]);
            numbers[input] = gan_tensor_new(op_case->shape[input]);
            for (int64_t j = 0; j < gan_tensor_size(numbers[input]); j++)
                gan_tensor_data(numbers[input])[j] = (float)case_number(op_case, input, j);
        }
        gan_var *wanted[MOST_WANTED] = {op_case->record(tape, x)};
        gan_var *gradients[MOST_INPUTS];
        int count = 1;
        ck_assert_int_eq(gan_grads(wanted[0], x, op_case->inputs, gradients), GAN_OK);
        for (int input = 0; input < op_case->inputs; input++) {
            wanted[count++] = gradients[input];
            wanted[count++] = gan_grad(gan_sum(gan_square(gradients[input])), x[input]);
        }
        check(op_case->name, wanted, count, x, numbers, op_case->inputs, 2e-5);
        for (int input = 0; input < op_case->inputs; input++)
            gan_tensor_unref(numbers[input]);
        gan_tape_unref(tape);
    }
}
END_TEST

START_TEST(elementwise_at_awkward_sizes)
{
    const int64_t sizes[] = {1, 2, 7, 15, 16, 17, 511, 512, 513, 1031, 16384, 16385, 40009};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        gan_tape *tape = gan_tape_new();
        gan_var *x = gan_tape_input(tape, GAN_SHAPE(sizes[i]));
        gan_tensor *numbers = irregular(GAN_SHAPE(sizes[i]), -4, 4, 5);
        gan_var *positive = gan_shift(gan_square(x), 0.1f);
        gan_var *sum = gan_add(gan_add(gan_exp(x), gan_tanh(x)), gan_add(gan_sigmoid(x), gan_softplus(x)));
        gan_var *more = gan_add(gan_add(gan_log(positive), gan_erf(x)), gan_add(gan_sin(x), gan_cos(x)));
        gan_var *wanted[] = {sum, more, gan_power(positive, -1.5f), gan_power(positive, 0.3f), gan_leaky_relu(x, 0.2f)};
        check("elementwise", wanted, 5, &x, &numbers, 1, 1e-5);
        gan_tensor_unref(numbers);
        gan_tape_unref(tape);
    }
}
END_TEST

START_TEST(broadcasts_and_views_at_awkward_sizes)
{
    const int64_t sizes[][3] = {{1, 1, 1}, {3, 5, 7}, {2, 1, 600}, {17, 3, 33}, {64, 31, 9}, {5, 130, 1}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const int64_t *s = sizes[i];
        gan_tape *tape = gan_tape_new();
        gan_var *x[3] = {gan_tape_input(tape, GAN_SHAPE(s[0], s[1], s[2])), gan_tape_input(tape, GAN_SHAPE(s[1], 1)),
                         gan_tape_input(tape, GAN_SHAPE(s[2], s[0], s[1]))};
        gan_tensor *numbers[3];
        for (int j = 0; j < 3; j++)
            numbers[j] = irregular(gan_var_shape(x[j]), -1, 1, (uint64_t)j);
        gan_var *permuted = gan_permute(x[2], GAN_AXES(1, 2, 0));
        gan_var *y = gan_mul(gan_add(x[0], x[1]), permuted);
        gan_var *wanted[] = {
            y,
            gan_concat((gan_var *[]){y, permuted}, 2, 1),
            gan_pad(permuted, 1, 2, 1),
            gan_reshape(gan_transpose(y, 0, 2), GAN_SHAPE(-1, 1)),
        };
        check("broadcast", wanted, 4, x, numbers, 3, 1e-6);
        for (int j = 0; j < 3; j++)
            gan_tensor_unref(numbers[j]);
        gan_tape_unref(tape);
    }
}
END_TEST

START_TEST(reductions_at_awkward_sizes)
{
    const int64_t sizes[][3] = {{1, 1, 1},    {3, 5, 7},     {1, 70001, 1}, {2, 1, 40000}, {300, 200, 1},
                                {1, 999, 64}, {40000, 1, 3}, {7, 1000, 33}, {4, 4, 700},   {3, 5, 1100}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const int64_t *s = sizes[i];
        gan_tape *tape = gan_tape_new();
        gan_var *x = gan_tape_input(tape, GAN_SHAPE(s[0], s[1], s[2]));
        gan_tensor *numbers = irregular(gan_var_shape(x), -1, 2, 9);
        gan_var *wanted[] = {
            gan_sum(x),
            gan_sum(gan_square(x)),
            gan_sum_over(gan_square(x), GAN_AXES(0)),
            gan_sum_over(x, GAN_AXES(1)),
            gan_sum_over(gan_exp(x), GAN_AXES(2)),
            gan_sum_over(x, GAN_AXES(0, 2)),
            gan_max_over(x, GAN_AXES(1)),
            gan_max_over(x, GAN_AXES(0, 1)),
            gan_max(gan_neg(x)),
            gan_add(gan_variance_over(x, GAN_AXES(1)), gan_sum_over(gan_exp(x), GAN_AXES(1))),
            gan_variance_over(gan_tanh(x), GAN_AXES(0, 1)),
        };
        check("reduction", wanted, 11, &x, &numbers, 1, 1e-6);
        gan_tensor_unref(numbers);
        gan_tape_unref(tape);
    }
}
END_TEST

START_TEST(products_at_awkward_sizes)
{
    const int64_t sizes[] = {1, 2, 7, 17, 129};
    const int count = sizeof sizes / sizeof sizes[0];
    for (int m = 0; m < count; m++)
        for (int n = 0; n < count; n++)
            for (int k = 0; k < count; k++) {
                gan_tape *tape = gan_tape_new();
                bool ta = (m + n) % 2 != 0, tb = (n + k) % 2 != 0;
                gan_var *x[3] = {
                    gan_tape_input(tape, ta ? GAN_SHAPE(sizes[k], sizes[m]) : GAN_SHAPE(sizes[m], sizes[k])),
                    gan_tape_input(tape, tb ? GAN_SHAPE(sizes[n], sizes[k]) : GAN_SHAPE(sizes[k], sizes[n])),
                    gan_tape_input(tape, GAN_SHAPE(sizes[n])),
                };
                gan_tensor *numbers[3];
                for (int j = 0; j < 3; j++)
                    numbers[j] = irregular(gan_var_shape(x[j]), -1, 1, (uint64_t)j);
                gan_var *y = gan_leaky_relu(gan_add(gan_matmul_transposed(x[0], ta, x[1], tb), x[2]), 0.2f);
                check("product", &y, 1, x, numbers, 3, 1e-5);
                for (int j = 0; j < 3; j++)
                    gan_tensor_unref(numbers[j]);
                gan_tape_unref(tape);
            }
}
END_TEST

START_TEST(large_products_are_cut_into_parts_that_agree)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x[2] = {gan_tape_input(tape, GAN_SHAPE(129, 783)), gan_tape_input(tape, GAN_SHAPE(515, 783))};
    gan_tensor *numbers[2] = {irregular(GAN_SHAPE(129, 783), -1, 1, 1), irregular(GAN_SHAPE(515, 783), -1, 1, 2)};
    gan_var *y = gan_tanh(gan_scale(gan_matmul_transposed(x[0], false, x[1], true), 0.05f));
    gan_var *gradients[2];
    gan_grads(y, x, 2, gradients);
    check("large product", (gan_var *[]){y, gradients[0], gradients[1]}, 3, x, numbers, 2, 2e-5);
    gan_tensor_unref(numbers[0]);
    gan_tensor_unref(numbers[1]);
    gan_tape_unref(tape);
}
END_TEST

/* Operands that are one number, that repeat themselves from row to row, that lie as the result does or across it. */
START_TEST(what_follows_a_product_reads_all_kinds_of_operands)
{
    const int64_t sizes[][3] = {{130, 70, 300}, {37, 515, 129}, {257, 33, 200}, {64, 16, 1100}, {300, 300, 40}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const int64_t m = sizes[i][0], n = sizes[i][1], k = sizes[i][2];
        gan_tape *tape = gan_tape_new();
        gan_var *x[] = {gan_tape_input(tape, GAN_SHAPE(2, m, k)), gan_tape_input(tape, GAN_SHAPE(k, n)),
                        gan_tape_input(tape, GAN_SHAPE(n)),       gan_tape_input(tape, GAN_SHAPE(m, 1)),
                        gan_tape_input(tape, GAN_SHAPE(2, m, n)), gan_tape_input(tape, GAN_SHAPE(1)),
                        gan_tape_input(tape, GAN_SHAPE(n, m)),    gan_tape_input(tape, GAN_SHAPE(2, 1, n)),
                        gan_tape_input(tape, GAN_SHAPE(m, n))};
        enum { INPUTS = sizeof x / sizeof x[0] };
        gan_tensor *numbers[INPUTS];
        for (int j = 0; j < INPUTS; j++)
            numbers[j] = irregular(gan_var_shape(x[j]), -1, 1, (uint64_t)j);
        gan_var *y = gan_matmul(x[0], gan_expand(gan_reshape(x[1], GAN_SHAPE(1, k, n)), GAN_SHAPE(2, k, n)));
        y = gan_mul(gan_add(y, x[2]), x[3]);
        y = gan_add(gan_mul(gan_tanh(y), x[4]), x[5]);
        y = gan_mul(gan_add(y, gan_transpose(x[6], 0, 1)), x[7]);
        y = gan_add(gan_relu(gan_mul(y, x[8])), x[2]);
        check("product and what follows", &y, 1, x, numbers, INPUTS, 2e-5);
        for (int j = 0; j < INPUTS; j++)
            gan_tensor_unref(numbers[j]);
        gan_tape_unref(tape);
    }
}
END_TEST

/* NaN must come through wherever it can matter: a maximum that loses it would hide a broken run. */
START_TEST(nan_is_not_lost)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(37));
    float numbers[37] = {0};
    numbers[20] = NAN;
    gan_var *wanted[] = {
        gan_sum(gan_exp(x)),
        gan_max(x),
        gan_max(gan_relu(x)),
        gan_max(gan_leaky_relu(x, 0.2f)),
        gan_max(gan_tanh(x)),
        gan_max(gan_sigmoid(x)),
        gan_max(gan_softplus(x)),
        gan_max(gan_erf(x)),
        gan_max(gan_maximum(x, gan_tape_constant(tape, GAN_SCALAR, 1))),
        gan_max(gan_minimum(gan_tape_constant(tape, GAN_SCALAR, 1), x)),
        gan_max(gan_clip(x, -1, 1)),
        gan_max(gan_log(gan_shift(x, 2))),
        gan_max(gan_sin(x)),
        gan_max(gan_sqrt(x)),
    };
    const int count = sizeof wanted / sizeof wanted[0];
    gan_plan *plan = gan_plan_new(wanted, count);
    gan_plan_bind_memory(plan, x, numbers);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    for (int i = 0; i < count; i++)
        ck_assert_msg(isnan(gan_plan_scalar(plan, wanted[i])), "wanted %d lost the NaN", i);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

static const struct test_case tests[] = {
    {"every case", every_case_agrees},
    {"elementwise sizes", elementwise_at_awkward_sizes},
    {"broadcasts and views", broadcasts_and_views_at_awkward_sizes},
    {"reduction sizes", reductions_at_awkward_sizes},
    {"product sizes", products_at_awkward_sizes},
    {"large products", large_products_are_cut_into_parts_that_agree},
    {"operands of epilogues", what_follows_a_product_reads_all_kinds_of_operands},
    {"NaN", nan_is_not_lost},
};

int main(void)
{
    return RUN_SUITE("ops: backends", tests);
}

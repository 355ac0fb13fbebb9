/*
 * Derivatives of every op against central differences in double, on the reference backend: of first order, and of
 * second order (the derivative of what gan_grad recorded).
 */
#include "suite.h"

#include "cases.h"
#include "gan/plan.h"
#include "plan/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A case on a tape: first = Σ weight·y, and second = Σ_i Σ direction_i·∂first/∂x_i. */
struct recorded {
    gan_tape *tape;
    gan_var *x[MOST_INPUTS];
    gan_var *first, *second;
    gan_var *first_gradient[MOST_INPUTS], *second_gradient[MOST_INPUTS];
    gan_plan *plan;
    double *numbers[MOST_INPUTS];
};

/* A tensor of irregular numbers to weigh with, so that no derivative cancels by symmetry. */
static gan_var *weights(gan_tape *tape, gan_shape shape, double phase)
{
    gan_tensor *tensor = gan_tensor_new(shape);
    for (int64_t i = 0; i < gan_tensor_size(tensor); i++)
        gan_tensor_data(tensor)[i] = (float)(0.75 + 0.5 * sin(1.7 * (double)i + phase));
    gan_var *var = gan_tape_tensor(tape, tensor);
    gan_tensor_unref(tensor);
    return var;
}

static void record(struct recorded *recorded, const struct op_case *op_case)
{
    memset(recorded, 0, sizeof *recorded);
    recorded->tape = gan_tape_new();
    for (int i = 0; i < op_case->inputs; i++)
        recorded->x[i] = gan_tape_input(recorded->tape, op_case->shape[i]);
    gan_var *y = op_case->record(recorded->tape, recorded->x);
    recorded->first = gan_sum(gan_mul(y, weights(recorded->tape, gan_var_shape(y), 0.3)));
    gan_grads(recorded->first, recorded->x, op_case->inputs, recorded->first_gradient);
    for (int i = 0; i < op_case->inputs; i++) {
        gan_var *direction = weights(recorded->tape, op_case->shape[i], 1.1 + i);
        gan_var *part = gan_sum(gan_mul(recorded->first_gradient[i], direction));
        recorded->second = i == 0 ? part : gan_add(recorded->second, part);
    }
    gan_grads(recorded->second, recorded->x, op_case->inputs, recorded->second_gradient);
    ck_assert_msg(gan_tape_status(recorded->tape) == GAN_OK, "%s: %s", op_case->name, gan_tape_message(recorded->tape));

    gan_var *wanted[2 + 2 * MOST_INPUTS] = {recorded->first, recorded->second};
    int count = 2;
    for (int i = 0; i < op_case->inputs; i++) {
        wanted[count++] = recorded->first_gradient[i];
        wanted[count++] = recorded->second_gradient[i];
    }
    recorded->plan = gan_plan_new_with(wanted, count, &(struct gan_plan_options){.backend = GAN_BACKEND_REFERENCE});
    ck_assert_msg(recorded->plan != NULL, "%s: %s", op_case->name, gan_error_message());
    for (int i = 0; i < op_case->inputs; i++) {
        int64_t size = gan_shape_size(op_case->shape[i]);
        recorded->numbers[i] = calloc((size_t)size, sizeof(double));
        for (int64_t j = 0; j < size; j++)
            recorded->numbers[i][j] = case_number(op_case, i, j);
    }
}

static void forget(struct recorded *recorded)
{
    for (int i = 0; i < MOST_INPUTS; i++)
        free(recorded->numbers[i]);
    gan_plan_unref(recorded->plan);
    gan_tape_unref(recorded->tape);
}

static void run(struct recorded *recorded, const struct op_case *op_case, double *first, double *second)
{
    for (int i = 0; i < op_case->inputs; i++)
        gan_plan_bind_double(recorded->plan, recorded->x[i], recorded->numbers[i]);
    gan_plan_seek(recorded->plan, 3, 0); /* the same random numbers at every run */
    ck_assert_msg(gan_plan_run(recorded->plan) == GAN_OK, "%s: %s", op_case->name, gan_error_message());
    gan_plan_read_double(recorded->plan, recorded->first, first);
    gan_plan_read_double(recorded->plan, recorded->second, second);
}

static void compare(const struct op_case *op_case, const char *order, int input, int64_t element, double recorded,
                    double difference)
{
    double error = fabs(recorded - difference);
    ck_assert_msg(error <= 2e-7 * (1 + fabs(difference)),
                  "%s: %s derivative to element %lld of input %d is %.10g, central differences say %.10g",
                  op_case->name, order, (long long)element, input, recorded, difference);
}

static void check_input(struct recorded *recorded, const struct op_case *op_case, int input)
{
    const double step = 1e-5;
    int64_t size = gan_shape_size(op_case->shape[input]);
    double *first_gradient = calloc((size_t)size, sizeof(double));
    double *second_gradient = calloc((size_t)size, sizeof(double));
    double first[2], second[2];
    run(recorded, op_case, &first[0], &second[0]);
    gan_plan_read_double(recorded->plan, recorded->first_gradient[input], first_gradient);
    gan_plan_read_double(recorded->plan, recorded->second_gradient[input], second_gradient);
    for (int64_t j = 0; j < size; j++) {
        double kept = recorded->numbers[input][j];
        for (int side = 0; side < 2; side++) {
            recorded->numbers[input][j] = kept + (side == 0 ? step : -step);
            run(recorded, op_case, &first[side], &second[side]);
        }
        recorded->numbers[input][j] = kept;
        compare(op_case, "first", input, j, first_gradient[j], (first[0] - first[1]) / (2 * step));
        compare(op_case, "second", input, j, second_gradient[j], (second[0] - second[1]) / (2 * step));
    }
    free(first_gradient);
    free(second_gradient);
}

START_TEST(derivatives_equal_central_differences)
{
    for (size_t i = 0; i < op_case_count; i++) {
        struct recorded recorded;
        record(&recorded, &op_cases[i]);
        for (int input = 0; input < op_cases[i].inputs; input++)
            check_input(&recorded, &op_cases[i], input);
        forget(&recorded);
    }
}
END_TEST

START_TEST(every_op_has_a_case)
{
    for (int op = 0; op < GAN_OPS; op++) {
        bool found = op == GAN_OP_update; /* not a number: its commit is tested with the plans */
        for (size_t i = 0; i < op_case_count && !found; i++)
            found = op_cases[i].op == (enum gan_op_id)op;
        ck_assert_msg(found, "op %s has no case in cases.c", gan_ops[op].name);
    }
}
END_TEST

START_TEST(third_order_of_a_cube_is_six)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(3));
    gan_var *third = gan_grad(gan_grad(gan_grad(gan_power(x, 3), x), x), x);
    gan_plan *plan = gan_plan_new(&third, 1);
    ck_assert_ptr_nonnull(plan);
    gan_plan_bind_memory(plan, x, (float[]){-1, 0.5f, 7});
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    for (int i = 0; i < 3; i++)
        ck_assert_float_eq(gan_plan_numbers(plan, third)[i], 6);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

START_TEST(ties_share_the_derivative)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(4)), *y = gan_tape_input(tape, GAN_SHAPE(4));
    gan_var *of_max = gan_grad(gan_max(x), x), *of_maximum = gan_grad(gan_maximum(x, y), x);
    gan_plan *plan = gan_plan_new((gan_var *[]){of_max, of_maximum}, 2);
    gan_plan_bind_memory(plan, x, (float[]){2, 1, 2, 0});
    gan_plan_bind_memory(plan, y, (float[]){2, 2, 1, 0});
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    const float shares[4] = {0.5f, 0, 0.5f, 0}, halves[4] = {0.5f, 0, 1, 0.5f};
    for (int i = 0; i < 4; i++) {
        ck_assert_float_eq(gan_plan_numbers(plan, of_max)[i], shares[i]);
        ck_assert_float_eq(gan_plan_numbers(plan, of_maximum)[i], halves[i]);
    }
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

START_TEST(what_does_not_depend_has_zeros)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(2)), *other = gan_tape_input(tape, GAN_SHAPE(3));
    gan_var *gradient = gan_grad(gan_sum(gan_square(x)), other);
    ck_assert(gan_shape_equal(gan_var_shape(gradient), GAN_SHAPE(3)));
    gan_plan *plan = gan_plan_new(&gradient, 1);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    for (int i = 0; i < 3; i++)
        ck_assert_float_eq(gan_plan_numbers(plan, gradient)[i], 0);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

/* Constants that gan_grads records are folded away, but not those of the user, who may differentiate by them. */
START_TEST(derivative_by_a_constant)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(2)), *zero = gan_tape_constant(tape, GAN_SHAPE(2), 0);
    gan_var *product = gan_grad(gan_mul(x, zero), zero), *sum = gan_grad(gan_square(gan_add(zero, x)), zero);
    gan_var *second = gan_grad(gan_square(product), x);
    gan_plan *plan = gan_plan_new((gan_var *[]){product, sum, second}, 3);
    gan_plan_bind_memory(plan, x, (float[]){3, -5});
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    const float products[] = {3, -5}, sums[] = {6, -10};
    ck_assert_mem_eq(gan_plan_numbers(plan, product), products, sizeof products);
    ck_assert_mem_eq(gan_plan_numbers(plan, sum), sums, sizeof sums);
    ck_assert_mem_eq(gan_plan_numbers(plan, second), sums, sizeof sums);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

static const struct test_case tests[] = {
    {"by a constant", derivative_by_a_constant},  {"central differences", derivatives_equal_central_differences},
    {"every op has a case", every_op_has_a_case}, {"third order", third_order_of_a_cube_is_six},
    {"ties", ties_share_the_derivative},          {"independence", what_does_not_depend_has_zeros},
};

int main(void)
{
    return RUN_SUITE("ops: gradients", tests);
}

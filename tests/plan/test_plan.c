/* Plans: binding, running, reading, randomness, updates and assignments, and what they say when something is wrong. */
#include "suite.h"

#include "base/status.h"
#include "gan/ops.h"
#include "gan/plan.h"
#include "memory_check.h"
#include "ops/ops.h"
#include "plan/plan.h"
#include "tape/tape.h"
#include "utf8.h"

#include <math.h>
#include <string.h>

#define ASSERT_MESSAGE(part)                                                                                           \
    ck_assert_msg(strstr(gan_error_message(), part) != NULL, "the message is: %s", gan_error_message())

/* ---- results ---- */

START_TEST(only_what_is_wanted_can_be_read)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(2));
    gan_var *square = gan_square(x), *sum = gan_sum(square);
    gan_plan *plan = gan_plan_new(&sum, 1);
    ck_assert(isnan(gan_plan_scalar(plan, sum)));
    ASSERT_MESSAGE("has not run yet");
    ck_assert_int_eq(gan_plan_run(plan), GAN_ERROR_INVALID_ARGUMENT);
    ASSERT_MESSAGE("nothing is bound");
    gan_plan_bind_memory(plan, x, (float[]){3, 4});
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    ck_assert_float_eq(gan_plan_scalar(plan, sum), 25);
    gan_tensor *out = gan_tensor_new(GAN_SHAPE(2));
    ck_assert_int_eq(gan_plan_read(plan, square, out), GAN_ERROR_INVALID_ARGUMENT);
    ASSERT_MESSAGE("not among those wanted");
    ck_assert_int_eq(gan_plan_read(plan, sum, out), GAN_ERROR_INVALID_ARGUMENT);
    ASSERT_MESSAGE("the tensor float32 [2]");
    gan_tensor_unref(out);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

START_TEST(views_inputs_and_constants_can_be_wanted)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(2, 3));
    gan_var *wanted[] = {x, gan_transpose(x, 0, 1), gan_slice(x, 1, 1, 2), gan_tape_constant(tape, GAN_SHAPE(2), 7),
                         gan_expand(gan_slice(x, 0, 0, 1), GAN_SHAPE(2, 3))};
    gan_plan *plan = gan_plan_new(wanted, 5);
    gan_plan_bind_memory(plan, x, (float[]){1, 2, 3, 4, 5, 6});
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    const float transposed[] = {1, 4, 2, 5, 3, 6}, column[] = {2, 5}, expanded[] = {1, 2, 3, 1, 2, 3};
    ck_assert_mem_eq(gan_plan_numbers(plan, wanted[1]), transposed, sizeof transposed);
    ck_assert_mem_eq(gan_plan_numbers(plan, wanted[2]), column, sizeof column);
    ck_assert_mem_eq(gan_plan_numbers(plan, wanted[4]), expanded, sizeof expanded);
    ck_assert_float_eq(gan_plan_numbers(plan, wanted[3])[1], 7);
    ck_assert_float_eq(gan_plan_numbers(plan, wanted[0])[5], 6);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

/* Buffers that share memory must not be written while someone still needs them: a long chain with early values used
 * late. */
START_TEST(shared_memory_loses_nothing)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(40, 50));
    gan_var *layers[12], *y = x;
    for (int i = 0; i < 12; i++) {
        y = gan_tanh(gan_sub(gan_scale(y, 1.1f), gan_mean_keep(y, GAN_AXES(i % 2))));
        layers[i] = y;
    }
    gan_var *sum = gan_sum(y);
    for (int i = 0; i < 12; i += 3)
        sum = gan_add(sum, gan_sum(gan_mul(layers[i], layers[11 - i])));
    gan_var *wanted[] = {sum, gan_grad(sum, x)};
    gan_tensor *numbers = gan_tensor_new(GAN_SHAPE(40, 50));
    gan_tensor_fill_normal(numbers, 0, 1, 4);
    struct gan_plan_options apart = gan_plan_default_options;
    apart.reuse = false;
    gan_plan *plans[2] = {gan_plan_new(wanted, 2), gan_plan_new_with(wanted, 2, &apart)};
    ck_assert_uint_lt(gan_plan_memory(plans[0]), gan_plan_memory(plans[1]));
    for (int i = 0; i < 2; i++) {
        gan_plan_bind(plans[i], x, numbers);
        ck_assert_int_eq(gan_plan_run(plans[i]), GAN_OK);
    }
    ck_assert_mem_eq(gan_plan_numbers(plans[0], wanted[1]), gan_plan_numbers(plans[1], wanted[1]),
                     40 * 50 * sizeof(float));
    ck_assert_float_eq(gan_plan_scalar(plans[0], sum), gan_plan_scalar(plans[1], sum));
    gan_plan_unref(plans[0]);
    gan_plan_unref(plans[1]);
    gan_tensor_unref(numbers);
    gan_tape_unref(tape);
}
END_TEST

/* What is read of a plan outlasts the runs of another one in the same arena, which may move it to a larger one. */
START_TEST(plans_that_take_turns_share_an_arena)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x[2] = {gan_tape_input(tape, GAN_SHAPE(20, 30)), gan_tape_input(tape, GAN_SHAPE(200, 300))};
    gan_plan *plans[2], *alone[2];
    gan_var *wanted[2][2];
    gan_tensor *numbers[2];
    struct gan_plan_options shared = gan_plan_default_options;
    shared.arena = gan_arena_new();
    for (int i = 0; i < 2; i++) {
        gan_var *y = gan_softmax(gan_matmul_transposed(gan_tanh(x[i]), false, x[i], true), 1);
        wanted[i][0] = gan_sum(gan_square(y));
        wanted[i][1] = gan_grad(wanted[i][0], x[i]);
        numbers[i] = gan_tensor_new(gan_var_shape(x[i]));
        gan_tensor_fill_normal(numbers[i], 0, 1, 4 + (uint64_t)i);
        plans[i] = gan_plan_new_with(wanted[i], 2, &shared);
        alone[i] = gan_plan_new(wanted[i], 2);
        gan_plan_bind(plans[i], x[i], numbers[i]);
        gan_plan_bind(alone[i], x[i], numbers[i]);
        ck_assert_int_eq(gan_plan_run(alone[i]), GAN_OK);
        ck_assert_uint_eq(gan_plan_memory(plans[i]), gan_plan_memory(alone[i]));
        ck_assert_uint_lt(gan_plan_results_memory(plans[i]), gan_plan_memory(plans[i]));
    }
    ck_assert_uint_eq(gan_arena_size(shared.arena), gan_plan_memory(plans[1]) - gan_plan_results_memory(plans[1]));
    gan_arena_unref(shared.arena); /* the plans hold it */
    for (int turn = 0; turn < 3; turn++) {
        ck_assert_int_eq(gan_plan_run(plans[0]), GAN_OK);
        ck_assert_int_eq(gan_plan_run(plans[1]), GAN_OK);
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 2; j++)
                ck_assert_mem_eq(gan_plan_numbers(plans[i], wanted[i][j]), gan_plan_numbers(alone[i], wanted[i][j]),
                                 (size_t)gan_shape_size(gan_var_shape(wanted[i][j])) * sizeof(float));
    }
    for (int i = 0; i < 2; i++) {
        gan_plan_unref(plans[i]);
        gan_plan_unref(alone[i]);
        gan_tensor_unref(numbers[i]);
    }
    gan_tape_unref(tape);
}
END_TEST

START_TEST(gradients_are_packed_in_place)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(3)), *y = gan_tape_input(tape, GAN_SHAPE(2));
    gan_var *parts[] = {gan_exp(x), gan_square(y), x};
    gan_var *pack = gan_pack(parts, (int64_t[]){1, 8, 12}, 3, 16);
    gan_plan *plan = gan_plan_new(&pack, 1);
    gan_plan_bind_memory(plan, x, (float[]){0, 0, 0});
    gan_plan_bind_memory(plan, y, (float[]){3, 4});
    const float wanted[16] = {0, 1, 1, 1, 0, 0, 0, 0, 9, 16, 0, 0, 0, 0, 0, 0};
    for (int run = 0; run < 2; run++) {
        ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
        ck_assert_mem_eq(gan_plan_numbers(plan, pack), wanted, sizeof wanted);
    }
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

/* What follows a product is done with it, also where its rows are taken for images, or images for rows. */
START_TEST(an_epilogue_reaches_through_reshapes)
{
    enum { SIZE = 120, INPUTS = 4, RESULTS = 3 };
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(5, 7)), *weight = gan_tape_input(tape, GAN_SHAPE(7, 24)),
            *bias = gan_tape_input(tape, GAN_SHAPE(24)), *scale = gan_tape_input(tape, GAN_SHAPE(1, 2, 1, 1));
    gan_var *rows = gan_add(gan_matmul(x, weight), bias);
    gan_var *images = gan_tanh(gan_reshape(rows, GAN_SHAPE(5, 2, 3, 4)));
    gan_var *turned = gan_permute(gan_reshape(rows, GAN_SHAPE(5, 2, 12)), GAN_AXES(0, 2, 1));
    gan_var *wanted[RESULTS] = {gan_mul(images, scale), gan_sigmoid(gan_reshape(images, GAN_SHAPE(5, 24))),
                                gan_square(turned)};
    static const char *const alone[RESULTS] = {"matmul, then add, tanh, mul", "matmul, then add, tanh, sigmoid", NULL};
    float numbers[INPUTS][7 * 24], results[2][RESULTS][SIZE];
    for (int i = 0; i < INPUTS; i++)
        for (int j = 0; j < 7 * 24; j++)
            numbers[i][j] = (float)((i * 31 + j * 17) % 23) / 16 - .7f;
    for (int first = 0; first < RESULTS; first++) /* each alone, and with those behind it */
        for (int count = 1; count <= RESULTS - first; count++) {
            for (int fuse = 0; fuse < 2; fuse++) {
                struct gan_plan_options options = gan_plan_default_options;
                options.fuse = fuse;
                gan_plan *plan = gan_plan_new_with(&wanted[first], count, &options);
                gan_var *inputs[INPUTS] = {x, weight, bias, scale};
                for (int i = 0; i < INPUTS; i++)
                    gan_plan_bind_memory(plan, inputs[i], numbers[i]);
                ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
                for (int i = 0; i < count; i++)
                    memcpy(results[fuse][i], gan_plan_numbers(plan, wanted[first + i]), sizeof results[fuse][i]);
                char *text = gan_plan_text(plan);
                if (fuse && count == 1 && alone[first] != NULL)
                    ck_assert_msg(strncmp(text, "1 steps", 7) == 0 && strstr(text, alone[first]) != NULL, "%s", text);
                gan_text_free(text);
                gan_plan_unref(plan);
            }
            ck_assert_mem_eq(results[0], results[1], (size_t)count * sizeof results[0][0]);
        }
    gan_tape_unref(tape);
}
END_TEST

START_TEST(indices_out_of_range_fail_the_run)
{
    gan_tape *tape = gan_tape_new();
    gan_var *table = gan_tape_input(tape, GAN_SHAPE(3, 2)), *indices = gan_tape_input_int32(tape, GAN_SHAPE(2));
    gan_var *wanted[] = {gan_gather(table, indices), gan_one_hot(indices, 3)};
    gan_plan *plan = gan_plan_new(wanted, 2);
    gan_plan_bind_memory(plan, table, (float[]){0, 1, 2, 3, 4, 5});
    gan_plan_bind_memory(plan, indices, (int32_t[]){2, 3});
    ck_assert_int_eq(gan_plan_run(plan), GAN_ERROR_INVALID_ARGUMENT);
    ASSERT_MESSAGE("index is out of range: 3");
    gan_plan_bind_memory(plan, indices, (int32_t[]){-1, 0});
    ck_assert_int_eq(gan_plan_run(plan), GAN_ERROR_INVALID_ARGUMENT);
    ASSERT_MESSAGE("index is out of range: -1");
    gan_plan_bind_memory(plan, indices, (int32_t[]){2, 0});
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    const float rows[] = {4, 5, 0, 1};
    ck_assert_mem_eq(gan_plan_numbers(plan, wanted[0]), rows, sizeof rows);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

/* ---- randomness ---- */

START_TEST(random_numbers_follow_seed_step_and_place)
{
    gan_tape *tape = gan_tape_new();
    gan_var *wanted[] = {gan_normal(tape, GAN_SHAPE(9), 0, 1), gan_normal(tape, GAN_SHAPE(9), 0, 1)};
    gan_plan *plan = gan_plan_new(wanted, 2), *second = gan_plan_new(&wanted[1], 1);
    float first[9], other[9];
    gan_plan_seek(plan, 5, 3);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    memcpy(first, gan_plan_numbers(plan, wanted[0]), sizeof first);
    memcpy(other, gan_plan_numbers(plan, wanted[1]), sizeof other);
    ck_assert_mem_ne(first, other, sizeof first);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK); /* the next step: other numbers */
    ck_assert_mem_ne(gan_plan_numbers(plan, wanted[0]), first, sizeof first);
    gan_plan_seek(plan, 5, 3);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    ck_assert_mem_eq(gan_plan_numbers(plan, wanted[0]), first, sizeof first);
    gan_plan_seek(second, 5, 3); /* a plan of part of the tape draws the same */
    ck_assert_int_eq(gan_plan_run(second), GAN_OK);
    ck_assert_mem_eq(gan_plan_numbers(second, wanted[1]), other, sizeof other);
    gan_plan_seek(plan, 6, 3);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    ck_assert_mem_ne(gan_plan_numbers(plan, wanted[0]), first, sizeof first);
    gan_plan_unref(plan);
    gan_plan_unref(second);
    gan_tape_unref(tape);
}
END_TEST

START_TEST(dropout_keeps_the_mean_and_rests_in_inference)
{
    gan_tape *tape = gan_tape_new();
    gan_var *ones = gan_tape_constant(tape, GAN_SHAPE(100, 100), 1);
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(100, 100));
    gan_var *dropped = gan_dropout(gan_add(x, ones), 0.3f);
    gan_tape_set_training(tape, false);
    ck_assert_ptr_eq(gan_dropout(x, 0.3f), x);
    gan_var *wanted[] = {gan_mean(dropped), gan_mean(gan_equal(dropped, gan_tape_constant(tape, GAN_SCALAR, 0)))};
    gan_plan *plan = gan_plan_new(wanted, 2);
    static float zeros[100 * 100];
    gan_plan_bind_memory(plan, x, zeros);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    ck_assert_float_eq_tol(gan_plan_scalar(plan, wanted[0]), 1, 0.03f);
    ck_assert_float_eq_tol(gan_plan_scalar(plan, wanted[1]), 0.3f, 0.02f);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

/* ---- updates and assignments ---- */

struct target {
    gan_tensor *parameter;
    int commits, releases;
};

static gan_status descend(void *context, const float *gradient, int64_t size)
{
    struct target *target = context;
    target->commits++;
    for (int64_t i = 0; i < gan_tensor_size(target->parameter) && i < size; i++)
        gan_tensor_data(target->parameter)[i] -= 0.25f * gradient[i];
    return GAN_OK;
}

static void release(void *context)
{
    ((struct target *)context)->releases++;
}

START_TEST(updates_and_assignments_are_committed_together)
{
    struct target target = {gan_tensor_from(GAN_SHAPE(2), (float[]){2, -4}), 0, 0};
    gan_tensor *running = gan_tensor_from(GAN_SHAPE(1), (float[]){1});
    gan_tape *tape = gan_tape_new();
    gan_var *p = gan_tape_tensor(tape, target.parameter);
    ck_assert_ptr_eq(gan_tape_tensor(tape, target.parameter), p);
    gan_var *loss = gan_sum(gan_square(p));
    gan_var *gradient = gan_grad(loss, p);
    gan_var *update = gan_update(gan_pack(&gradient, (int64_t[]){0}, 1, 16),
                                 &(struct gan_update_target){descend, release, &target});
    gan_var *state = gan_tape_tensor(tape, running);
    gan_var *next = gan_add(gan_scale(state, 0.5f), loss);
    ck_assert_int_eq(gan_tape_assign(tape, running, next), GAN_OK);
    ck_assert_ptr_eq(gan_tape_tensor(tape, running), next); /* the newest value */
    gan_plan *looks = gan_plan_new(&loss, 1), *moves = gan_plan_new((gan_var *[]){loss, update}, 2);
    ck_assert_int_eq(gan_plan_run(looks), GAN_OK);
    ck_assert_float_eq(gan_tensor_data(running)[0], 1); /* a plan without an update changes nothing */
    ck_assert_int_eq(gan_plan_run(moves), GAN_OK);
    ck_assert_int_eq(target.commits, 1);
    ck_assert_float_eq(gan_plan_scalar(moves, loss), 20);
    ck_assert_float_eq_tol(gan_plan_scalar(moves, update), sqrtf(16 + 64), 1e-6f);
    ck_assert_float_eq(gan_tensor_data(target.parameter)[0], 1);
    ck_assert_float_eq(gan_tensor_data(target.parameter)[1], -2);
    ck_assert_float_eq(gan_tensor_data(running)[0], 20.5f);
    ck_assert_int_eq(gan_plan_run(looks), GAN_OK);
    ck_assert_float_eq(gan_plan_scalar(looks, loss), 5);
    gan_plan_unref(looks);
    gan_plan_unref(moves);
    gan_tape_unref(tape);
    ck_assert_int_eq(target.releases, 1);
    gan_tensor_unref(running);
    gan_tensor_unref(target.parameter);
}
END_TEST

START_TEST(what_is_not_finite_is_explained_and_not_committed)
{
    struct target target = {gan_tensor_from(GAN_SHAPE(2), (float[]){2, -4}), 0, 0};
    gan_tape *tape = gan_tape_new();
    gan_var *p = gan_var_named(gan_tape_tensor(tape, target.parameter), "weight");
    gan_var *loss = gan_sum(gan_sqrt(gan_var_named(gan_shift(p, 1), "shifted")));
    gan_var *update = gan_update(gan_grad(loss, p), &(struct gan_update_target){descend, NULL, &target});
    gan_plan *plan = gan_plan_new((gan_var *[]){loss, update}, 2);
    ck_assert_int_eq(gan_plan_run(plan), GAN_ERROR_NOT_FINITE);
    ck_assert_int_eq(target.commits, 0);
    ASSERT_MESSAGE("nothing was committed");
    ASSERT_MESSAGE("sqrt [2]");
    ASSERT_MESSAGE("shifted");
    ASSERT_MESSAGE("element [1] is");
    gan_tensor_data(target.parameter)[1] = NAN;
    ck_assert_int_eq(gan_plan_run(plan), GAN_ERROR_NOT_FINITE);
    ASSERT_MESSAGE("the first input that is not finite is weight");
    gan_tensor_data(target.parameter)[1] = 3;
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    ck_assert_int_eq(target.commits, 1);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_tensor_unref(target.parameter);
}
END_TEST

/* Convolutions' results lie pixel by pixel in memory, all examples of a pixel together. */
START_TEST(the_first_number_that_is_not_finite_is_named_by_its_index)
{
    const struct {
        int64_t example, row, column;
    } bad[] = {{1, 2, 3}, {1, 0, 0}, {0, 3, 3}};
    static const char *const first[] = {"element [1, 0, 2, 3] is nan", "element [1, 0, 0, 0] is nan",
                                        "element [0, 0, 3, 3] is nan"};
    gan_tensor *images = gan_tensor_new(GAN_SHAPE(2, 3, 4, 4)), *weight = gan_tensor_new(GAN_SHAPE(5, 3, 1, 1));
    gan_tensor_fill(images, 1);
    gan_tensor_fill(weight, 1);
    gan_tape *tape = gan_tape_new();
    gan_var *y = gan_log(gan_conv2d(gan_tape_tensor(tape, images), gan_tape_tensor(tape, weight), NULL));
    gan_var *sum = gan_sum(y);
    gan_plan *plan = gan_plan_new(&sum, 1);
    for (int i = 0; i < 3; i++) {
        gan_tensor_data(images)[bad[i].example * 3 * 16 + bad[i].row * 4 + bad[i].column] = -9;
        ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
        ck_assert_int_eq(gan_plan_explain_not_finite(plan, "loss"), GAN_ERROR_NOT_FINITE);
        ASSERT_MESSAGE("loss: the first result that is not finite is log [2, 5, 4, 4]");
        ASSERT_MESSAGE(first[i]);
    }
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_tensor_unref(images);
    gan_tensor_unref(weight);
}
END_TEST

/* A weight's panels are no var's numbers: what is wrong with them is wrong with the weight. */
START_TEST(a_bad_weight_is_named_and_not_its_panels)
{
    gan_tensor *images = gan_tensor_new(GAN_SHAPE(2, 16, 8, 8)), *weight = gan_tensor_new(GAN_SHAPE(32, 16, 3, 3));
    gan_tensor_data(weight)[(7 * 16 + 5) * 9 + 4] = NAN;
    gan_tape *tape = gan_tape_new();
    gan_var *w = gan_var_named(gan_tape_tensor(tape, weight), "weight");
    gan_var *sum = gan_sum(gan_conv2d(gan_tape_tensor(tape, images), w, NULL));
    gan_plan *plan = gan_plan_new(&sum, 1);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    ck_assert_int_eq(gan_plan_explain_not_finite(plan, "loss"), GAN_ERROR_NOT_FINITE);
    ASSERT_MESSAGE("the first input that is not finite is weight");
    ASSERT_MESSAGE("element [7, 5, 1, 1] is nan");
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_tensor_unref(images);
    gan_tensor_unref(weight);
}
END_TEST

/* ---- errors ---- */

START_TEST(messages_that_name_vars_are_utf8)
{
    for (int shifted = 0; shifted < 2; shifted++) {
        gan_tape *tape = gan_tape_new();
        char name[400];
        gan_var *x = gan_var_named(gan_tape_input(tape, GAN_SHAPE(2)), accents(name, sizeof name, shifted != 0));
        gan_var *y = gan_log(x);
        gan_plan *plan = gan_plan_new(&y, 1);
        ck_assert_int_ne(gan_plan_run(plan), GAN_OK); /* nothing is bound */
        ck_assert_msg(is_utf8(gan_error_message()), "%s", gan_error_message());
        float numbers[] = {-1, 1};
        ck_assert_int_eq(gan_plan_bind_memory(plan, x, numbers), GAN_OK);
        ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
        gan_plan_explain_not_finite(plan, "loss");
        ASSERT_MESSAGE("not finite is log [2]");
        ck_assert_msg(is_utf8(gan_error_message()), "%s", gan_error_message());
        gan_plan_unref(plan);
        gan_tape_unref(tape);
    }
}
END_TEST

START_TEST(a_tape_s_message_is_utf8)
{
    char text[700];
    for (int shifted = 0; shifted < 2; shifted++) {
        gan_tape *tape = gan_tape_new();
        gan_tape_fail(tape, GAN_ERROR_IO, "%s", accents(text, sizeof text, shifted != 0));
        ck_assert(is_utf8(gan_tape_message(tape)) && is_utf8(gan_error_message()));
        gan_tape_unref(tape);
        tape = gan_tape_new();
        gan_fail(GAN_ERROR_IO, "%s", text);
        gan_tape_take_error(tape);
        ck_assert(is_utf8(gan_tape_message(tape)));
        gan_tape_unref(tape);
    }
}
END_TEST

START_TEST(errors_stick_to_the_tape)
{
    gan_tape *tape = gan_tape_new();
    gan_var *a = gan_tape_input(tape, GAN_SHAPE(2, 3)), *b = gan_tape_input(tape, GAN_SHAPE(4));
    gan_var *y = gan_mean(gan_tanh(gan_add(a, b)));
    ck_assert_ptr_null(y);
    ck_assert_int_eq(gan_tape_status(tape), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_str_eq(gan_tape_message(tape),
                     "add: shapes [2, 3] and [4] cannot be broadcast; aligned at the right, sizes "
                     "must be equal or 1");
    ck_assert_ptr_null(gan_exp(a)); /* the first error stays */
    ck_assert_ptr_null(gan_plan_new(&a, 1));
    ASSERT_MESSAGE("cannot be broadcast");
    gan_tape_unref(tape);
}
END_TEST

START_TEST(each_mistake_is_named)
{
    static const struct {
        const char *wanted;
        int kind;
    } mistakes[] = {
        {"matmul: [2, 3] times [2, 3]", 0},
        {"there is no axis 2 in shape [2, 3]", 1},
        {"axis -1 is named twice", 2},
        {"reshape: [2, 3] cannot become [4, -1]", 3},
        {"slice: 1 … 5 is not a range", 4},
        {"concat: var 2 has shape [3]", 5},
        {"permute: order has 1 axes", 6},
        {"dropout: the probability is 1", 7},
        {"must be int32", 8},
        {"clip: low is 1 and high is 0", 9},
        {"expand: shape [2, 3] does not repeat up to [2, 4]", 10},
        {"cross_entropy: logits are [2, 3]", 11},
        {"normalize: epsilon is 0", 12},
        {"on another tape", 13},
        {"leaky_relu: slope is -1", 14},
        {"one_hot: 0 classes", 15},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        gan_tape *tape = gan_tape_new(), *other = gan_tape_new();
        gan_var *a = gan_tape_input(tape, GAN_SHAPE(2, 3)), *b = gan_tape_input(tape, GAN_SHAPE(3));
        gan_var *labels = gan_tape_input_int32(tape, GAN_SHAPE(3));
        gan_var *y = NULL;
        switch (mistakes[i].kind) {
        case 0:
            y = gan_matmul(a, a);
            break;
        case 1:
            y = gan_sum_over(a, GAN_AXES(2));
            break;
        case 2:
            y = gan_sum_over(a, GAN_AXES(1, -1));
            break;
        case 3:
            y = gan_reshape(a, GAN_SHAPE(4, -1));
            break;
        case 4:
            y = gan_slice(a, 1, 1, 5);
            break;
        case 5:
            y = gan_concat((gan_var *[]){a, b}, 2, 0);
            break;
        case 6:
            y = gan_permute(a, GAN_AXES(0));
            break;
        case 7:
            y = gan_dropout(a, 1);
            break;
        case 8:
            y = gan_gather(a, b);
            break;
        case 9:
            y = gan_clip(a, 1, 0);
            break;
        case 10:
            y = gan_expand(a, GAN_SHAPE(2, 4));
            break;
        case 11:
            y = gan_cross_entropy(a, labels);
            break;
        case 12:
            y = gan_normalize(a, GAN_AXES(0), NULL, NULL, 0);
            break;
        case 13:
            y = gan_add(a, gan_tape_input(other, GAN_SHAPE(2, 3)));
            break;
        case 14:
            y = gan_leaky_relu(a, -1);
            break;
        case 15:
            y = gan_one_hot(labels, 0);
            break;
        default:
            break;
        }
        ck_assert_ptr_null(y);
        ck_assert_int_eq(gan_tape_status(tape), GAN_ERROR_INVALID_ARGUMENT);
        ck_assert_msg(strstr(gan_tape_message(tape), mistakes[i].wanted) != NULL, "wanted '%s', the message is: %s",
                      mistakes[i].wanted, gan_tape_message(tape));
        gan_tape_unref(tape);
        gan_tape_unref(other);
    }
}
END_TEST

START_TEST(binding_is_checked)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_var_named(gan_tape_input(tape, GAN_SHAPE(2)), "x"), *y = gan_exp(x);
    gan_plan *plan = gan_plan_new(&y, 1);
    gan_tensor *wrong = gan_tensor_new(GAN_SHAPE(3));
    ck_assert_int_eq(gan_plan_bind(plan, x, wrong), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_str_eq(gan_error_message(), "gan_plan_bind: x (input [2]) is float32, the tensor float32 [3]");
    ck_assert_int_eq(gan_plan_bind(plan, y, wrong), GAN_ERROR_INVALID_ARGUMENT);
    ASSERT_MESSAGE("not an input");
    ck_assert_int_eq(gan_plan_bind(plan, x, NULL), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(gan_plan_bind(NULL, x, wrong), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_ptr_null(gan_plan_new(NULL, 0));
    gan_plan_unref(NULL);
    gan_tape_unref(NULL);
    gan_tensor_unref(wrong);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

/* ---- memory ---- */

static bool record_plan_and_run(void *context)
{
    (void)context;
    gan_tape *tape = gan_tape_new();
    if (tape == NULL)
        return false;
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(5, 4));
    gan_var *y = gan_softmax(gan_normalize(x, GAN_AXES(0), NULL, NULL, 1e-5f), 1);
    gan_var *loss = gan_sum(gan_square(gan_grad(gan_sum(gan_square(y)), x)));
    gan_var *parts[] = {gan_grad(loss, x), gan_exp(x)};
    gan_var *wanted[] = {loss, gan_concat(parts, 2, 1), gan_var_named(gan_pad(x, 0, 1, 1), "padded")};
    gan_plan *plan = loss != NULL && wanted[1] != NULL && wanted[2] != NULL ? gan_plan_new(wanted, 3) : NULL;
    static const float numbers[20] = {1, 2, 3};
    bool succeeded = plan != NULL && gan_plan_bind_memory(plan, x, numbers) == GAN_OK && gan_plan_run(plan) == GAN_OK;
    char *text = succeeded ? gan_plan_text(plan) : NULL;
    succeeded = succeeded && text != NULL;
    gan_text_free(text);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    return succeeded;
}

START_TEST(each_failing_allocation_is_an_error)
{
    CHECK_EACH_ALLOCATION(record_plan_and_run, NULL);
}
END_TEST

START_TEST(runs_allocate_nothing)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(64, 300)), *w = gan_tape_input(tape, GAN_SHAPE(200, 300));
    gan_var *y = gan_sum(gan_tanh(gan_matmul_transposed(x, false, w, true)));
    gan_var *wanted[] = {y, gan_grad(y, w), gan_normal(tape, GAN_SHAPE(20000), 0, 1)};
    static float numbers[200 * 300];
    memory_check_begin(0);
    gan_plan *plan = gan_plan_new(wanted, 3);
    gan_plan_bind_memory(plan, x, numbers);
    gan_plan_bind_memory(plan, w, numbers);
    gan_plan_run(plan);
    long before = memory_check.allocations;
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    ck_assert_int_eq(memory_check.allocations, before);
    gan_plan_unref(plan);
    gan_set_allocator(NULL);
    gan_tape_unref(tape);
}
END_TEST

/* ---- the same bits ---- */

START_TEST(threads_do_not_change_a_bit)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(130, 300)), *w = gan_tape_input(tape, GAN_SHAPE(530, 300));
    gan_var *y = gan_leaky_relu(gan_normalize(gan_matmul_transposed(x, false, w, true), GAN_AXES(0), NULL, NULL, 1e-5f),
                                .2f);
    gan_var *loss = gan_add(gan_mean(gan_softplus(y)),
                            gan_mean(gan_mul(y, gan_normal(tape, GAN_SHAPE(130, 530), 0, 1))));
    gan_var *wanted[] = {loss, gan_grad(loss, w), gan_grad(loss, x)};
    gan_tensor *numbers[2] = {gan_tensor_new(GAN_SHAPE(130, 300)), gan_tensor_new(GAN_SHAPE(530, 300))};
    gan_tensor_fill_normal(numbers[0], 0, 1, 1);
    gan_tensor_fill_normal(numbers[1], 0, 1, 2);
    gan_plan *plan = gan_plan_new(wanted, 3);
    gan_plan_bind(plan, x, numbers[0]);
    gan_plan_bind(plan, w, numbers[1]);
    static float first_w[530 * 300], first_x[130 * 300];
    float first_loss = 0;
    const int threads[] = {1, 2, 3, 7};
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(gan_set_threads(threads[i]), GAN_OK);
        for (int repeat = 0; repeat < 5; repeat++) {
            gan_plan_seek(plan, 1, 1);
            ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
            if (i == 0 && repeat == 0) {
                first_loss = gan_plan_scalar(plan, loss);
                memcpy(first_w, gan_plan_numbers(plan, wanted[1]), sizeof first_w);
                memcpy(first_x, gan_plan_numbers(plan, wanted[2]), sizeof first_x);
            }
            ck_assert_mem_eq(&first_loss, gan_plan_numbers(plan, loss), sizeof first_loss);
            ck_assert_mem_eq(first_w, gan_plan_numbers(plan, wanted[1]), sizeof first_w);
            ck_assert_mem_eq(first_x, gan_plan_numbers(plan, wanted[2]), sizeof first_x);
        }
    }
    gan_set_threads(0);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_tensor_unref(numbers[0]);
    gan_tensor_unref(numbers[1]);
}
END_TEST

START_TEST(reading_and_running_are_checked)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(3)), *y = gan_scale(x, 2);
    gan_plan *plan = gan_plan_new(&y, 1);
    const float numbers[] = {1, 2, 3};
    ck_assert_int_eq(gan_plan_bind_memory(plan, x, NULL), GAN_ERROR_INVALID_ARGUMENT);
    ASSERT_MESSAGE("gan_plan_bind_memory: the memory is NULL");
    ck_assert_int_eq(gan_plan_run(NULL), GAN_ERROR_INVALID_ARGUMENT);
    ASSERT_MESSAGE("gan_plan_run: the plan is NULL");
    ck_assert_int_eq(gan_plan_bind_memory(plan, x, numbers), GAN_OK);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    ck_assert_int_eq(gan_plan_read(plan, y, NULL), GAN_ERROR_INVALID_ARGUMENT);
    ASSERT_MESSAGE("gan_plan_read: the tensor is NULL");
    ck_assert_int_eq(gan_plan_read(plan, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT);
    ASSERT_MESSAGE("gan_plan_read: the var is NULL");
    ck_assert(isnan(gan_plan_scalar(NULL, y)));
    ASSERT_MESSAGE("gan_plan_scalar: the plan is NULL");
    ck_assert(isnan(gan_plan_scalar(plan, y)));
    ASSERT_MESSAGE("gan_plan_scalar: the var has shape [3]; it must be one number");
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

static const struct test_case tests[] = {
    {"reading", only_what_is_wanted_can_be_read},
    {"wanted views", views_inputs_and_constants_can_be_wanted},
    {"shared memory", shared_memory_loses_nothing},
    {"shared arenas", plans_that_take_turns_share_an_arena},
    {"packing", gradients_are_packed_in_place},
    {"epilogues through reshapes", an_epilogue_reaches_through_reshapes},
    {"indices", indices_out_of_range_fail_the_run},
    {"randomness", random_numbers_follow_seed_step_and_place},
    {"dropout", dropout_keeps_the_mean_and_rests_in_inference},
    {"updates", updates_and_assignments_are_committed_together},
    {"not finite", what_is_not_finite_is_explained_and_not_committed},
    {"not finite: which", the_first_number_that_is_not_finite_is_named_by_its_index},
    {"not finite: panels", a_bad_weight_is_named_and_not_its_panels},
    {"messages that name vars are UTF-8", messages_that_name_vars_are_utf8},
    {"a tape's message is UTF-8", a_tape_s_message_is_utf8},
    {"sticky errors", errors_stick_to_the_tape},
    {"mistakes", each_mistake_is_named},
    {"binding", binding_is_checked},
    {"reading and running", reading_and_running_are_checked},
    {"failing allocations", each_failing_allocation_is_an_error},
    {"no allocation", runs_allocate_nothing},
    {"threads", threads_do_not_change_a_bit},
};

int main(void)
{
    return RUN_SUITE("plan: plans", tests);
}

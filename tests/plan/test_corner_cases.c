/* Plans at their edges: memory that several vars share, state that depends on other state, and what comes late. */
#include "suite.h"

#include "gan/ops.h"
#include "gan/plan.h"
#include "ops/ops.h"
#include "plan/plan_object.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ASSERT_MESSAGE(part)                                                                                           \
    ck_assert_msg(strstr(gan_error_message(), part) != NULL, "the message is: %s", gan_error_message())

struct target {
    gan_tensor *parameter;
    int commits;
};

static gan_status descend(void *context, const float *gradient, int64_t size)
{
    struct target *target = context;
    target->commits++;
    for (int64_t i = 0; i < size && i < gan_tensor_size(target->parameter); i++)
        gan_tensor_data(target->parameter)[i] -= 0.25f * gradient[i];
    return GAN_OK;
}

/* A tape with one parameter of two numbers, and an update of it by the gradient of half its square's sum. */
struct fixture {
    struct target target;
    gan_tape *tape;
    gan_var *parameter, *loss, *update;
};

static struct fixture new_fixture(struct target *target)
{
    struct fixture made = {.tape = gan_tape_new()};
    target->parameter = gan_tensor_from(GAN_SHAPE(2), (float[]){2, -4});
    made.parameter = gan_tape_tensor(made.tape, target->parameter);
    made.loss = gan_sum(gan_scale(gan_square(made.parameter), 0.5f));
    made.update = gan_update(gan_grad(made.loss, made.parameter), &(struct gan_update_target){descend, NULL, target});
    return made;
}

/* ---- memory that is shared ---- */

/* The part is computed inside the whole, and read by the step that would like to take over the whole's room. */
START_TEST(a_whole_is_not_taken_over_while_its_part_is_read)
{
    const int64_t rows = 300, columns = 70;
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(rows, columns));
    gan_var *last = gan_exp(gan_slice(x, 0, rows - 1, rows)), *others = gan_tanh(gan_slice(x, 0, 0, rows - 1));
    gan_var *whole = gan_concat((gan_var *[]){last, others}, 2, 0);
    gan_var *sum = gan_add(whole, last); /* row 0 is read for every row */
    gan_plan *plan = gan_plan_new(&sum, 1);
    gan_tensor *numbers = gan_tensor_new(GAN_SHAPE(rows, columns));
    gan_tensor_fill_normal(numbers, 0, 1, 3);
    gan_plan_bind(plan, x, numbers);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    const float *in = gan_tensor_data(numbers), *out = gan_plan_numbers(plan, sum);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) {
            float e = expf(in[(rows - 1) * columns + j]);
            float expected = (i == 0 ? e : tanhf(in[(i - 1) * columns + j])) + e;
            ck_assert_float_eq_tol(out[i * columns + j], expected, 1e-4f * (1 + fabsf(expected)));
        }
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_tensor_unref(numbers);
}
END_TEST

START_TEST(a_var_may_be_several_parts_and_wanted_twice)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(2));
    gan_var *square = gan_square(x);
    gan_var *twice = gan_concat((gan_var *[]){square, square}, 2, 0);
    gan_var *thrice = gan_concat((gan_var *[]){square, twice}, 2, 0);
    gan_var *packed = gan_pack((gan_var *[]){square, thrice, square}, (int64_t[]){1, 5, 12}, 3, 16);
    gan_var *wanted[] = {twice, packed, thrice, packed};
    gan_plan *plan = gan_plan_new(wanted, 4);
    gan_plan_bind_memory(plan, x, (float[]){2, 3});
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    const float pack[] = {0, 4, 9, 0, 0, 4, 9, 4, 9, 4, 9, 0, 4, 9, 0, 0}, list[] = {4, 9, 4, 9, 4, 9};
    ck_assert_mem_eq(gan_plan_numbers(plan, packed), pack, sizeof pack);
    ck_assert_mem_eq(gan_plan_numbers(plan, thrice), list, sizeof list);
    ck_assert_mem_eq(gan_plan_numbers(plan, twice), list, 4 * sizeof *list);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

/* What was read by a run is read, whatever is bound afterwards. */
START_TEST(a_wanted_input_is_that_of_the_latest_run)
{
    struct target target = {NULL, 0};
    struct fixture f = new_fixture(&target);
    gan_var *x = gan_tape_input(f.tape, GAN_SHAPE(1)), *wanted[] = {x, f.parameter, f.update};
    gan_plan *plan = gan_plan_new(wanted, 3);
    gan_tensor *first = gan_tensor_from(GAN_SHAPE(1), (float[]){5}), *second = gan_tensor_new(GAN_SHAPE(1));
    ck_assert_int_eq(gan_plan_bind(plan, x, first), GAN_OK);
    gan_tensor_unref(first);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    ck_assert_int_eq(gan_plan_bind(plan, x, second), GAN_OK); /* the first tensor is gone now */
    ck_assert_float_eq(gan_plan_scalar(plan, x), 5);
    ck_assert_float_eq(gan_plan_numbers(plan, f.parameter)[0], 2);
    ck_assert_float_eq(gan_tensor_data(target.parameter)[0], 1.5f);
    gan_tensor_unref(second);
    gan_plan_unref(plan);
    gan_tape_unref(f.tape);
    gan_tensor_unref(target.parameter);
}
END_TEST

START_TEST(integers_are_not_computed_so_not_wanted)
{
    gan_tape *tape = gan_tape_new();
    gan_var *labels = gan_tape_input_int32(tape, GAN_SHAPE(2));
    ck_assert_ptr_null(gan_plan_new(&labels, 1));
    ASSERT_MESSAGE("wanted var 0 is int32; only float32 vars are computed");
    gan_tape_unref(tape);
}
END_TEST

/* ---- updates and assignments ---- */

START_TEST(an_update_wanted_twice_is_carried_out_once)
{
    struct target target = {NULL, 0};
    struct fixture f = new_fixture(&target);
    gan_plan *plan = gan_plan_new((gan_var *[]){f.update, f.loss, f.update}, 3);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    ck_assert_int_eq(target.commits, 1);
    gan_plan_unref(plan);
    gan_tape_unref(f.tape);
    gan_tensor_unref(target.parameter);
}
END_TEST

/* Every value is that of before the commit: tensors may change places, and follow a parameter that is updated. */
START_TEST(assignments_happen_at_once)
{
    struct target target = {NULL, 0};
    struct fixture f = new_fixture(&target);
    gan_tensor *tensors[3];
    gan_var *vars[3];
    for (int i = 0; i < 3; i++) {
        tensors[i] = gan_tensor_from(GAN_SHAPE(2), (float[]){(float)i, (float)(10 * i)});
        vars[i] = gan_tape_tensor(f.tape, tensors[i]);
    }
    gan_tape_assign(f.tape, tensors[0], vars[1]);
    gan_tape_assign(f.tape, tensors[1], vars[0]);
    gan_tape_assign(f.tape, tensors[2], f.parameter);
    gan_plan *plan = gan_plan_new(&f.update, 1);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    ck_assert_float_eq(gan_tensor_data(tensors[0])[1], 10);
    ck_assert_float_eq(gan_tensor_data(tensors[1])[1], 0);
    ck_assert_float_eq(gan_tensor_data(tensors[2])[1], -4);
    ck_assert_float_eq(gan_tensor_data(target.parameter)[1], -3);
    gan_plan_unref(plan);
    gan_tape_unref(f.tape);
    for (int i = 0; i < 3; i++)
        gan_tensor_unref(tensors[i]);
    gan_tensor_unref(target.parameter);
}
END_TEST

/* The plan was made for the assignments that were there; what is recorded later is another plan's. */
START_TEST(later_assignments_are_not_the_plans)
{
    struct target target = {NULL, 0};
    struct fixture f = new_fixture(&target);
    gan_tensor *early = gan_tensor_new(GAN_SHAPE(2)), *late = gan_tensor_new(GAN_SHAPE(2));
    gan_tape_assign(f.tape, early, f.parameter);
    gan_plan *plan = gan_plan_new(&f.update, 1);
    gan_var *input = gan_tape_input(f.tape, GAN_SHAPE(2));
    for (int i = 0; i < 100; i++)
        input = gan_shift(input, 1);
    gan_tape_assign(f.tape, early, gan_scale(input, 2));
    gan_tape_assign(f.tape, late, input);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    ck_assert_float_eq(gan_tensor_data(early)[0], 2);
    ck_assert_float_eq(gan_tensor_data(late)[0], 0);
    gan_tensor_data(target.parameter)[1] = NAN; /* the explanation is of this plan too */
    ck_assert_int_eq(gan_plan_run(plan), GAN_ERROR_NOT_FINITE);
    ASSERT_MESSAGE("the first input that is not finite is tensor [2]");
    gan_plan_unref(plan);
    gan_tape_unref(f.tape);
    gan_tensor_unref(early);
    gan_tensor_unref(late);
    gan_tensor_unref(target.parameter);
}
END_TEST

START_TEST(a_failed_run_cannot_be_read)
{
    gan_tape *tape = gan_tape_new();
    gan_var *table = gan_tape_input(tape, GAN_SHAPE(3)), *indices = gan_tape_input_int32(tape, GAN_SHAPE(2));
    gan_var *sum = gan_sum(gan_gather(table, indices));
    gan_plan *plan = gan_plan_new(&sum, 1);
    gan_plan_bind_memory(plan, table, (float[]){1, 2, 4});
    gan_plan_bind_memory(plan, indices, (int32_t[]){2, 0});
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    ck_assert_float_eq(gan_plan_scalar(plan, sum), 5);
    gan_plan_bind_memory(plan, indices, (int32_t[]){2, 3});
    ck_assert_int_eq(gan_plan_run(plan), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert(isnan(gan_plan_scalar(plan, sum)));
    ASSERT_MESSAGE("has not run yet, or its latest run failed");
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

/* ---- shapes ---- */

START_TEST(shapes_of_no_axes_and_of_eight)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(2, 1, 3, 1, 2, 1, 1, 2)), *s = gan_tape_input(tape, GAN_SCALAR);
    gan_var *y = gan_mul(gan_permute(x, GAN_AXES(7, 6, 5, 4, 3, 2, 1, 0)), s);
    gan_var *z = gan_sum_keep(gan_exp(gan_scale(y, 0.1f)), GAN_AXES(1, 3, 5, 7));
    gan_var *ones = gan_sum_over(gan_square(gan_reshape(s, GAN_SHAPE(1, 1, 1, 1, 1, 1, 1, 1))), GAN_AXES(0, 3, 7));
    gan_var *total = gan_add(gan_max(z), gan_sum(ones));
    gan_var *wanted[] = {y, z, ones, total, gan_grad(total, x), gan_grad(total, s), s};
    gan_plan *plan = gan_plan_new(wanted, 7);
    float numbers[24];
    for (int i = 0; i < 24; i++)
        numbers[i] = (float)i;
    gan_plan_bind_memory(plan, x, numbers);
    gan_plan_bind_memory(plan, s, (float[]){2});
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    ck_assert_float_eq(gan_plan_numbers(plan, y)[1], 24); /* x[1, 0, 0, 0, 0, 0, 0, 0]·2 */
    /* Every other number of x ends up in the same sum. */
    double even = 0, odd = 0, slope = 0;
    for (int i = 0; i < 24; i += 2) {
        even += exp(0.2 * i);
        odd += exp(0.2 * (i + 1));
        slope += 0.1 * (i + 1) * exp(0.2 * (i + 1));
    }
    ck_assert_double_eq_tol((double)gan_plan_numbers(plan, z)[0], even, 1e-3);
    ck_assert_int_eq(gan_var_rank(ones), 5);
    ck_assert_double_eq_tol((double)gan_plan_scalar(plan, total), odd + 4, 1e-3);
    ck_assert_float_eq(gan_plan_numbers(plan, wanted[4])[22], 0);
    ck_assert_double_eq_tol((double)gan_plan_numbers(plan, wanted[4])[23], 0.2 * exp(0.2 * 23), 1e-3);
    ck_assert_double_eq_tol((double)gan_plan_scalar(plan, wanted[5]), slope + 4, 1e-2);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

/* Rows become images that lie otherwise: what computes them must not do so in the room of the rows that it reads. */
START_TEST(a_room_is_not_taken_over_by_what_lies_in_another_order)
{
    enum { CHANNELS = 70, SIDE = 4, NUMBERS = CHANNELS * SIDE * SIDE };
    for (int64_t n = 1; n <= 3; n++) {
        gan_tape *tape = gan_tape_new();
        gan_var *x = gan_tape_input(tape, GAN_SHAPE(n, 3)), *w = gan_tape_input(tape, GAN_SHAPE(3, NUMBERS)),
                *kernel = gan_tape_input(tape, GAN_SHAPE(2, CHANNELS, 3, 3)),
                *bias = gan_tape_input(tape, GAN_SHAPE(NUMBERS));
        gan_var *rows = gan_relu(gan_add(gan_matmul(x, w), bias));
        gan_conv_options conv;
        gan_conv_options_init(&conv, 1, 1, 1);
        gan_var *y = gan_conv2d(gan_reshape(rows, GAN_SHAPE(n, CHANNELS, SIDE, SIDE)), kernel, &conv);
        gan_var *const inputs[] = {x, w, kernel, bias};
        gan_plan *plans[2];
        for (int fuse = 0; fuse < 2; fuse++) {
            struct gan_plan_options options = gan_plan_default_options;
            options.fuse = options.reuse = fuse == 1;
            plans[fuse] = gan_plan_new_with(&y, 1, &options);
            ck_assert_msg(plans[fuse] != NULL, "%s", gan_error_message());
        }
        for (int i = 0; i < 4; i++) {
            gan_tensor *numbers = gan_tensor_new(gan_var_shape(inputs[i]));
            gan_tensor_fill_uniform(numbers, -1, 1, (uint64_t)i);
            for (int fuse = 0; fuse < 2; fuse++)
                ck_assert_int_eq(gan_plan_bind(plans[fuse], inputs[i], numbers), GAN_OK);
            gan_tensor_unref(numbers);
        }
        for (int fuse = 0; fuse < 2; fuse++)
            ck_assert_int_eq(gan_plan_run(plans[fuse]), GAN_OK);
        ck_assert_mem_eq(gan_plan_numbers(plans[0], y), gan_plan_numbers(plans[1], y),
                         (size_t)gan_shape_size(gan_var_shape(y)) * sizeof(float));
        for (int fuse = 0; fuse < 2; fuse++)
            gan_plan_unref(plans[fuse]);
        gan_tape_unref(tape);
    }
}
END_TEST

/* Two sums over the same numbers, one of which stays as it is while the other one changes. */
START_TEST(what_is_steady_is_not_computed_with_what_is_not)
{
    enum { ROWS = 8, COLUMNS = 16, DEPTH = 5 };
    for (int steady_first = 0; steady_first < 2; steady_first++) {
        gan_tensor *tensors[3] = {gan_tensor_new(GAN_SHAPE(ROWS, DEPTH)), gan_tensor_new(GAN_SHAPE(DEPTH, COLUMNS)),
                                  gan_tensor_new(GAN_SHAPE(ROWS, COLUMNS))};
        gan_tape *tape = gan_tape_new();
        gan_var *vars[3];
        for (int i = 0; i < 3; i++) {
            gan_tensor_fill_uniform(tensors[i], -1, 1, (uint64_t)i);
            vars[i] = gan_tape_tensor(tape, tensors[i]);
        }
        gan_var *s = gan_tape_input(tape, GAN_SHAPE(ROWS, COLUMNS));
        gan_var *product = gan_matmul(vars[0], vars[1]), *sums[2];
        for (int i = 0; i < 2; i++)
            sums[i] = gan_sum_over(gan_mul(vars[2], (i == 0) == (steady_first == 1) ? product : s), GAN_AXES(1));
        gan_var *both = gan_add(sums[0], sums[1]);
        struct gan_plan_options options = gan_plan_default_options;
        options.steady = true;
        gan_plan *steady = gan_plan_new_with(&both, 1, &options), *plain = gan_plan_new(&both, 1);
        for (int run = 0; run < 3; run++) {
            float numbers[ROWS * COLUMNS];
            for (int i = 0; i < ROWS * COLUMNS; i++)
                numbers[i] = (float)((i * 7 + run * 5) % 13) / 8;
            gan_plan *const plans[] = {plain, steady};
            for (int i = 0; i < 2; i++) {
                memset(gan_arena_memory(plans[i]->arena), 0xFF, plans[i]->arena_size);
                ck_assert_int_eq(gan_plan_bind_memory(plans[i], s, numbers), GAN_OK);
                ck_assert_int_eq(gan_plan_run(plans[i]), GAN_OK);
            }
            ck_assert_mem_eq(gan_plan_numbers(plain, both), gan_plan_numbers(steady, both), ROWS * sizeof(float));
        }
        gan_plan_unref(steady);
        gan_plan_unref(plain);
        gan_tape_unref(tape);
        for (int i = 0; i < 3; i++)
            gan_tensor_unref(tensors[i]);
    }
}
END_TEST

/* What a plan changes itself it sees in its next run. */
START_TEST(a_steady_plan_sees_its_own_updates)
{
    float last[2][2];
    for (int kept = 0; kept < 2; kept++) {
        struct target target = {0};
        struct fixture fixture = new_fixture(&target);
        gan_var *wanted[] = {fixture.update, gan_exp(fixture.parameter)};
        struct gan_plan_options options = gan_plan_default_options;
        options.steady = kept == 1;
        gan_plan *plan = gan_plan_new_with(wanted, 2, &options);
        for (int run = 0; run < 3; run++)
            ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
        memcpy(last[kept], gan_plan_numbers(plan, wanted[1]), sizeof last[kept]);
        gan_plan_unref(plan);
        gan_tape_unref(fixture.tape);
        gan_tensor_unref(target.parameter);
    }
    ck_assert_mem_eq(last[0], last[1], sizeof last[0]);
}
END_TEST

/* ---- numbers at their edges ---- */

static gan_tensor *normal(gan_shape shape, float deviation, uint64_t seed)
{
    gan_tensor *tensor = gan_tensor_new(shape);
    ck_assert_int_eq(gan_tensor_fill_normal(tensor, 0, deviation, seed), GAN_OK);
    return tensor;
}

/* Strides of 2 × 3 and of 3 × 2 make as many products of other parts of a 6 × 6 window. */
START_TEST(convolutions_of_one_weight_may_step_otherwise)
{
    gan_tensor *images = normal(GAN_SHAPE(32, 32, 12, 12), 1, 1), *weight = normal(GAN_SHAPE(32, 32, 6, 6), .05f, 2);
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_tensor(tape, images), *w = gan_tape_tensor(tape, weight), *both[2];
    gan_plan *alone[2];
    for (int i = 0; i < 2; i++) {
        gan_conv_options o;
        ck_assert_int_eq(gan_conv_options_init(&o, 6, 2 + i, 0), GAN_OK);
        o.stride[1] = 3 - i;
        both[i] = gan_conv2d(x, w, &o);
        alone[i] = gan_plan_new(&both[i], 1);
        ck_assert_int_eq(gan_plan_run(alone[i]), GAN_OK);
    }
    gan_plan *together = gan_plan_new(both, 2);
    ck_assert_int_eq(gan_plan_run(together), GAN_OK);
    for (int i = 0; i < 2; i++) {
        size_t size = (size_t)gan_shape_size(gan_var_shape(both[i])) * sizeof(float);
        ck_assert_mem_eq(gan_plan_numbers(together, both[i]), gan_plan_numbers(alone[i], both[i]), size);
        gan_plan_unref(alone[i]);
    }
    gan_plan_unref(together);
    gan_tape_unref(tape);
    gan_tensor_unref(images);
    gan_tensor_unref(weight);
}
END_TEST

START_TEST(what_no_memory_holds_is_refused)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_constant(tape, GAN_SHAPE(1), 1), *wanted[33];
    gan_var *wide = gan_expand(x, GAN_SHAPE(((int64_t)1 << 57) - 16));
    for (int i = 0; i < 33; i++)
        wanted[i] = gan_exp(gan_shift(wide, (float)i));
    ck_assert_ptr_null(gan_plan_new(wanted, 33));
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_OUT_OF_MEMORY);
    gan_tape_unref(tape);
}
END_TEST

static void *allocate_at_most_a_gigabyte(void *context, size_t size, size_t alignment)
{
    (void)context;
    return size > (size_t)1 << 30 ? NULL : aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

static void release(void *context, void *memory, size_t size)
{
    (void)context, (void)size;
    free(memory);
}

/* Nothing goes through all positions before their memory is asked for. */
START_TEST(convolutions_too_large_for_memory_are_refused_at_once)
{
    gan_set_allocator(&(gan_allocator){allocate_at_most_a_gigabyte, release, NULL});
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(1, 1, 1, 1)), *w = gan_tape_input(tape, GAN_SHAPE(1, 1, 3, 3));
    gan_conv_options o;
    gan_conv_options_init(&o, 3, 1, 1);
    for (int bits = 33; bits <= 56; bits += 23) {
        gan_var *y = gan_conv2d(gan_expand(x, GAN_SHAPE(1, 1, 1, INT64_C(1) << bits)), w, &o);
        ck_assert_ptr_null(gan_plan_new(&y, 1));
        ck_assert_int_eq(gan_error_status(), GAN_ERROR_OUT_OF_MEMORY);
    }
    gan_tape_unref(tape);
    gan_set_allocator(NULL);
}
END_TEST

/* Each has room by itself, but where they lie would wrap. */
START_TEST(sums_of_sizes_do_not_wrap)
{
    enum { COUNT = 200 };
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_constant(tape, GAN_SHAPE(1), 1), *wanted[COUNT];
    for (int i = 0; i < COUNT; i++)
        wanted[i] = gan_expand(gan_shift(x, (float)i + 1), GAN_SHAPE((INT64_C(1) << 57) - 1));
    ck_assert_ptr_null(gan_plan_new(wanted, COUNT));
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_OUT_OF_MEMORY);
    ASSERT_MESSAGE("the results of all ops are");
    gan_tape_unref(tape);
}
END_TEST

static const float *computed(gan_plan **plan, gan_var *var)
{
    *plan = gan_plan_new(&var, 1);
    ck_assert_msg(*plan != NULL && gan_plan_run(*plan) == GAN_OK, "%s", gan_error_message());
    return gan_plan_numbers(*plan, var);
}

START_TEST(a_uniform_number_is_less_than_high)
{
    static const float ends[][2] = {{1000, 1001}, {-1e8f, 4.1f}, {0, 1}, {5, 5}};
    for (size_t c = 0; c < sizeof ends / sizeof ends[0]; c++) {
        gan_tape *tape = gan_tape_new();
        gan_plan *plan;
        const float *numbers = computed(&plan, gan_uniform(tape, GAN_SHAPE(100000), ends[c][0], ends[c][1]));
        for (int i = 0; i < 100000; i++)
            ck_assert(numbers[i] >= ends[c][0] && (numbers[i] < ends[c][1] || ends[c][0] == ends[c][1]));
        gan_plan_unref(plan);
        gan_tape_unref(tape);
    }
}
END_TEST

/* So that a constant has no deviation from its mean. */
START_TEST(the_mean_of_equal_numbers_is_theirs)
{
    static const float values[] = {1000.1f, 20000.7f, 123456.7f, 1e-30f, 3e37f};
    for (size_t c = 0; c < sizeof values / sizeof values[0]; c++)
        for (int64_t n = 2; n < 200; n += 29) {
            gan_tape *tape = gan_tape_new();
            gan_tensor *equal = gan_tensor_new(GAN_SHAPE(n, 3));
            gan_tensor_fill(equal, values[c]);
            gan_var *x = gan_tape_tensor(tape, equal);
            gan_plan *plan;
            const float *means = computed(&plan, gan_mean_over(x, GAN_AXES(0)));
            for (int i = 0; i < 3; i++)
                ck_assert(means[i] == values[c]);
            gan_plan_unref(plan);
            ck_assert(*computed(&plan, gan_mean(x)) == values[c]);
            gan_plan_unref(plan);
            gan_tape_unref(tape);
            gan_tensor_unref(equal);
        }
}
END_TEST

START_TEST(a_masked_class_does_not_count)
{
    const float logits[3] = {-INFINITY, 1, 2};
    const int32_t label = 2;
    gan_tape *tape = gan_tape_new();
    gan_tensor *of = gan_tensor_from(GAN_SHAPE(1, 3), logits);
    gan_tensor *labels = gan_tensor_from_typed(GAN_SHAPE(1), GAN_INT32, &label);
    gan_plan *plan;
    gan_var *loss = gan_cross_entropy(gan_tape_tensor(tape, of), gan_tape_tensor(tape, labels));
    ck_assert_double_eq_tol((double)*computed(&plan, loss), log(1 + exp(-1.0)), 1e-6);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_tensor_unref(of);
    gan_tensor_unref(labels);
}
END_TEST

START_TEST(sines_of_large_numbers_are_theirs)
{
    enum { N = 40 };
    float x[N];
    for (int i = 0; i < N; i++) /* near and far ones in one block */
        x[i] = (i % 2 == 0 ? 1.0f : -1.0f) * powf(10, (float)i);
    x[N - 1] = INFINITY;
    gan_tape *tape = gan_tape_new();
    gan_tensor *numbers = gan_tensor_from(GAN_SHAPE(N), x);
    gan_var *both[2] = {gan_sin(gan_tape_tensor(tape, numbers)), gan_cos(gan_tape_tensor(tape, numbers))};
    for (int c = 0; c < 2; c++) {
        gan_plan *plan;
        const float *found = computed(&plan, both[c]);
        for (int i = 0; i < N - 1; i++)
            ck_assert_double_eq_tol((double)found[i], c == 0 ? sin((double)x[i]) : cos((double)x[i]), 2e-7);
        ck_assert(isnan(found[N - 1]));
        gan_plan_unref(plan);
    }
    gan_tape_unref(tape);
    gan_tensor_unref(numbers);
}
END_TEST

static const struct test_case tests[] = {
    {"strides", convolutions_of_one_weight_may_step_otherwise},
    {"too large", what_no_memory_holds_is_refused},
    {"too large convolutions", convolutions_too_large_for_memory_are_refused_at_once},
    {"sums of sizes", sums_of_sizes_do_not_wrap},
    {"uniform", a_uniform_number_is_less_than_high},
    {"means", the_mean_of_equal_numbers_is_theirs},
    {"masked classes", a_masked_class_does_not_count},
    {"sines", sines_of_large_numbers_are_theirs},
    {"rooms and orders", a_room_is_not_taken_over_by_what_lies_in_another_order},
    {"steady pairs", what_is_steady_is_not_computed_with_what_is_not},
    {"steady updates", a_steady_plan_sees_its_own_updates},
    {"wholes and parts", a_whole_is_not_taken_over_while_its_part_is_read},
    {"parts of several", a_var_may_be_several_parts_and_wanted_twice},
    {"wanted inputs", a_wanted_input_is_that_of_the_latest_run},
    {"wanted integers", integers_are_not_computed_so_not_wanted},
    {"update twice", an_update_wanted_twice_is_carried_out_once},
    {"assignments at once", assignments_happen_at_once},
    {"later assignments", later_assignments_are_not_the_plans},
    {"failed runs", a_failed_run_cannot_be_read},
    {"ranks", shapes_of_no_axes_and_of_eight},
};

int main(void)
{
    return RUN_SUITE("plan: corner cases", tests);
}

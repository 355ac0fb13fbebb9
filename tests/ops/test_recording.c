/* What recording must not change for the sake of a shorter tape, and what it must refuse. */
#include "suite.h"

#include "gan/gan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The latest message is this one, and behind it what had failed before. */
#define CHECK_NULL(text)                                                                                               \
    do {                                                                                                               \
        ck_assert_int_eq(gan_error_status(), GAN_ERROR_INVALID_ARGUMENT);                                              \
        ck_assert_msg(strstr(gan_error_message(), text "; before it: gan_tensor_new: ") == gan_error_message(), "%s",  \
                      gan_error_message());                                                                            \
    } while (0)

static float value_at(gan_var *y, gan_var *x, float number)
{
    gan_plan *plan = gan_plan_new(&y, 1);
    ck_assert_msg(plan != NULL, "%s", gan_error_message());
    gan_plan_bind_memory(plan, x, &number);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    float value = gan_plan_scalar(plan, y);
    gan_plan_unref(plan);
    return value;
}

/* Every var that a user holds can be differentiated by, whatever is recorded on it afterwards. */
START_TEST(intermediate_vars_have_derivatives)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(1));
    gan_var *scaled = gan_scale(x, 2), *reshaped = gan_reshape(x, GAN_SHAPE(1, 1));
    gan_var *of_scaled = gan_square(gan_scale(scaled, 3));                        /* (3s)² */
    gan_var *of_reshaped = gan_square(gan_reshape(reshaped, GAN_SHAPE(1, 1, 1))); /* r² */
    gan_var *back = gan_square(gan_reshape(reshaped, GAN_SHAPE(1)));
    gan_var *twice = gan_neg(gan_neg(x));
    ck_assert_float_eq(value_at(gan_grad(of_scaled, scaled), x, 1), 36); /* 18·s at s = 2 */
    ck_assert_float_eq(value_at(gan_grad(of_scaled, x), x, 1), 72);
    ck_assert_float_eq(value_at(gan_grad(of_reshaped, reshaped), x, 5), 10);
    ck_assert_float_eq(value_at(gan_grad(back, reshaped), x, 5), 10);
    ck_assert_float_eq(value_at(gan_grad(gan_square(twice), x), x, 5), 10);
    gan_tape_unref(tape);
}
END_TEST

/* A derivative is a var like others, also where it is a constant. */
START_TEST(derivatives_that_are_constants_have_derivatives)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(1));
    gan_var *one = gan_grad(x, x), *none = gan_grad(gan_sign(x), x);
    ck_assert_float_eq(value_at(gan_grad(gan_mul(one, x), one), x, 7), 7);
    ck_assert_float_eq(value_at(gan_grad(gan_add(none, x), none), x, 7), 1);
    gan_tape_unref(tape);
}
END_TEST

START_TEST(overflow_is_where_the_user_put_it)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(1));
    gan_var *up = gan_scale(gan_scale(x, 1e30f), 1e30f), *around = gan_scale(gan_scale(x, 1e30f), 1e-30f);
    ck_assert_float_eq(value_at(up, x, 0), 0);
    ck_assert(isinf(value_at(around, x, 1e20f)));
    ck_assert(isnan(value_at(gan_scale(x, 0), x, INFINITY)));
    ck_assert(isnan(value_at(gan_scale(x, 0), x, NAN)));
    gan_tape_unref(tape);
}
END_TEST

START_TEST(derivatives_may_be_asked_for_twice_and_of_itself)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(1)), *y = gan_power(x, 3);
    gan_var *later = gan_tape_input(tape, GAN_SHAPE(3));
    gan_var *xs[] = {x, y, x, later}, *gradients[4];
    ck_assert_int_eq(gan_grads(y, xs, 4, gradients), GAN_OK);
    ck_assert_ptr_eq(gradients[0], gradients[2]);
    ck_assert_float_eq(value_at(gradients[0], x, 2), 12);
    ck_assert_float_eq(value_at(gradients[1], x, 2), 1);
    ck_assert_float_eq(value_at(gan_sum(gradients[3]), x, 2), 0);
    gan_tape_unref(tape);
}
END_TEST

enum mistake {
    SUM_TO,
    RESHAPE,
    MATMUL,
    CONCAT,
    NO_INDICES,
    INDICES_ELSEWHERE,
    NO_LIST,
    NO_COUNT,
    NO_LABELS,
    INTEGER_LOGITS,
    INTEGER_SCALE,
    INTEGER_SHIFT,
    INTEGER_POWER,
    UNIFORM_TOO_WIDE,
    UNIFORM_INFINITE,
    UNIFORM_UPSIDE_DOWN,
    NORMAL_WITHOUT_MEAN,
    NORMAL_INFINITE,
    NORMAL_NEGATIVE,
    MISTAKES
};

/* So many that of 64 bits of the sum of their sizes the lowest say 5. */
static gan_var *concat_of_too_many(gan_tape *tape)
{
    enum { COUNT = 129 };
    gan_var *xs[COUNT], *wide = gan_expand(gan_tape_input(tape, GAN_SHAPE(1)), GAN_SHAPE((INT64_C(1) << 57) - 1));
    for (int i = 0; i < COUNT - 1; i++)
        xs[i] = wide;
    xs[COUNT - 1] = gan_tape_input(tape, GAN_SHAPE(133));
    return gan_concat(xs, COUNT, 0);
}

static void make(enum mistake mistake, gan_tape *tape, gan_tape *other)
{
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(2, 3)), *gradient = NULL;
    gan_var *integers = gan_tape_input_int32(tape, GAN_SHAPE(2, 3));
    gan_shape bad = {1000, {2}};
    switch (mistake) {
    case SUM_TO:
        ck_assert_ptr_null(gan_sum_to(x, bad));
        break;
    case RESHAPE:
        ck_assert_ptr_null(gan_reshape(x, bad));
        break;
    case MATMUL:
        ck_assert_ptr_null(gan_matmul(gan_tape_input(tape, GAN_SHAPE(INT64_C(1) << 40, 1)),
                                      gan_tape_input(tape, GAN_SHAPE(1, INT64_C(1) << 40))));
        break;
    case CONCAT:
        ck_assert_ptr_null(concat_of_too_many(tape));
        break;
    case NO_INDICES:
        ck_assert_ptr_null(gan_gather(x, NULL));
        break;
    case INDICES_ELSEWHERE:
        ck_assert_ptr_null(gan_gather(x, gan_tape_input_int32(other, GAN_SHAPE(2))));
        break;
    case NO_LIST:
        ck_assert_int_eq(gan_grads(x, NULL, 1, &gradient), GAN_ERROR_INVALID_ARGUMENT);
        break;
    case NO_COUNT:
        ck_assert_int_eq(gan_grads(x, &x, -1, &gradient), GAN_ERROR_INVALID_ARGUMENT);
        break;
    case NO_LABELS:
        ck_assert_ptr_null(gan_cross_entropy(x, NULL));
        break;
    case INTEGER_LOGITS:
        ck_assert_ptr_null(gan_cross_entropy(integers, gan_tape_input_int32(tape, GAN_SHAPE(2))));
        break;
    case INTEGER_SCALE:
        ck_assert_ptr_null(gan_scale(integers, 1));
        break;
    case INTEGER_SHIFT:
        ck_assert_ptr_null(gan_shift(integers, 0));
        break;
    case INTEGER_POWER:
        ck_assert_ptr_null(gan_power(integers, 1));
        break;
    case UNIFORM_TOO_WIDE:
        ck_assert_ptr_null(gan_uniform(tape, GAN_SHAPE(2), -3e38f, 3e38f));
        break;
    case UNIFORM_INFINITE:
        ck_assert_ptr_null(gan_uniform(tape, GAN_SHAPE(2), 0, INFINITY));
        break;
    case UNIFORM_UPSIDE_DOWN:
        ck_assert_ptr_null(gan_uniform(tape, GAN_SHAPE(2), 1, 0));
        break;
    case NORMAL_WITHOUT_MEAN:
        ck_assert_ptr_null(gan_normal(tape, GAN_SHAPE(2), NAN, 1));
        break;
    case NORMAL_INFINITE:
        ck_assert_ptr_null(gan_normal(tape, GAN_SHAPE(2), 0, INFINITY));
        break;
    case NORMAL_NEGATIVE:
        ck_assert_ptr_null(gan_normal(tape, GAN_SHAPE(2), 0, -1));
        break;
    case MISTAKES:
        break;
    }
}

START_TEST(mistakes_are_refused)
{
    static const char *const messages[MISTAKES] = {
        [SUM_TO] = "gan_sum_to: shape has 1000 axes",
        [RESHAPE] = "reshape: [2, 3] cannot become [2, 0",
        [MATMUL] = "gan_matmul: shape [1099511627776, 1099511627776] has too many elements",
        [CONCAT] = "gan_concat: shape [288230376151711742] has too many elements",
        [NO_INDICES] = "gather: the indices are NULL",
        [INDICES_ELSEWHERE] = "of another tape",
        [NO_LIST] = "gan_grads: xs is NULL",
        [NO_COUNT] = "gan_grads: count is -1",
        [NO_LABELS] = "cross_entropy: argument 2 is NULL",
        [INTEGER_LOGITS] = "cross_entropy: argument 1 is int32; it must be float32",
        [INTEGER_SCALE] = "scale: argument 1 is int32; it must be float32",
        [INTEGER_SHIFT] = "shift: argument 1 is int32; it must be float32",
        [INTEGER_POWER] = "power: argument 1 is int32; it must be float32",
        [UNIFORM_TOO_WIDE] = "gan_uniform: low is -3e+38 and high 3e+38, want them at most 3.40282e+38 apart",
        [UNIFORM_INFINITE] = "gan_uniform: low is 0 and high inf, want finite numbers, low not above high",
        [UNIFORM_UPSIDE_DOWN] = "gan_uniform: low is 1 and high 0, want finite numbers, low not above high",
        [NORMAL_WITHOUT_MEAN] = "gan_normal: mean is nan and deviation 1, want finite numbers, deviation at least 0",
        [NORMAL_INFINITE] = "gan_normal: mean is 0 and deviation inf, want finite numbers, deviation at least 0",
        [NORMAL_NEGATIVE] = "gan_normal: mean is 0 and deviation -1, want finite numbers, deviation at least 0",
    };
    for (int mistake = 0; mistake < MISTAKES; mistake++) {
        gan_tape *tape = gan_tape_new(), *other = gan_tape_new();
        make((enum mistake)mistake, tape, other);
        ck_assert_int_eq(gan_tape_status(tape), GAN_ERROR_INVALID_ARGUMENT);
        ck_assert_msg(strstr(gan_tape_message(tape), messages[mistake]) != NULL, "%d: %s", mistake,
                      gan_tape_message(tape));
        gan_tape_unref(tape);
        gan_tape_unref(other);
    }
}
END_TEST

/* Whatever is asked of a tape that has failed, the answer is its first error. */
START_TEST(the_first_error_is_told_again)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(2)), *gradient;
    ck_assert_ptr_null(gan_slice(x, 0, 1, 5));
    ck_assert_ptr_null(gan_tensor_new(GAN_SHAPE(0))); /* another error in between */
    ck_assert_ptr_null(strstr(gan_error_message(), "slice"));
    ck_assert_int_eq(gan_grads(x, &x, 1, &gradient), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_ptr_null(gradient);
    ck_assert_ptr_nonnull(strstr(gan_error_message(), "slice: 1 … 5"));
    gan_tape_unref(tape);
}
END_TEST

/* What failed before has nothing to do with a NULL that came from elsewhere: it stands behind, not in place of it. */
START_TEST(null_is_an_error_of_its_own)
{
    gan_var *none = NULL;
    ck_assert_ptr_null(gan_tensor_new(GAN_SHAPE(0)));
    ck_assert_ptr_null(gan_sigmoid(NULL));
    CHECK_NULL("sigmoid: argument 1 is NULL");
    ck_assert_ptr_null(gan_cross_entropy(NULL, NULL));
    CHECK_NULL("cross_entropy: argument 1 is NULL");
    ck_assert_int_eq(gan_grads(NULL, &none, 1, &none), GAN_ERROR_INVALID_ARGUMENT);
    CHECK_NULL("gan_grads: y is NULL");
    ck_assert_ptr_null(gan_grad(NULL, NULL));
    CHECK_NULL("gan_grad: y is NULL");
    ck_assert_ptr_null(gan_plan_new(&none, 1));
    CHECK_NULL("gan_plan_new: wanted var 0 is NULL");
    ck_assert_ptr_null(gan_augment(NULL, 0, NULL));
    CHECK_NULL("gan_augment: x is NULL");
    ck_assert_ptr_null(gan_optimizer_minimize(NULL, NULL, NULL));
    CHECK_NULL("gan_optimizer_minimize: loss is NULL");
}
END_TEST

/* What failed after the tape is no cause of the tape's own error, nor is its status. */
START_TEST(a_tapes_error_is_told_as_it_was)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(2));
    ck_assert_ptr_null(gan_add(x, NULL));
    char first[256];
    snprintf(first, sizeof first, "%s", gan_error_message());
    ck_assert_ptr_null(gan_tensor_read_npy(scratch_file("nowhere.npy")));
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_IO);
    ck_assert_ptr_null(gan_plan_new(&x, 1));
    ck_assert_str_eq(gan_error_message(), first);
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_INVALID_ARGUMENT);
    gan_tape_unref(tape);
}
END_TEST

START_TEST(uniform_numbers_as_far_apart_as_can_be)
{
    gan_tape *tape = gan_tape_new();
    gan_var *y = gan_uniform(tape, GAN_SHAPE(1000), -1.7e38f, 1.7e38f);
    gan_plan *plan = gan_plan_new(&y, 1);
    ck_assert_msg(plan != NULL && gan_plan_run(plan) == GAN_OK, "%s", gan_error_message());
    gan_tensor *numbers = gan_tensor_new(GAN_SHAPE(1000));
    gan_plan_read(plan, y, numbers);
    for (int i = 0; i < 1000; i++)
        ck_assert(fabsf(gan_tensor_data(numbers)[i]) <= 1.7e38f);
    gan_tensor_unref(numbers);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

static const struct test_case tests[] = {
    {"null is an error of its own", null_is_an_error_of_its_own},
    {"a tape's error is told as it was", a_tapes_error_is_told_as_it_was},
    {"uniform numbers as far apart as can be", uniform_numbers_as_far_apart_as_can_be},
    {"intermediate vars", intermediate_vars_have_derivatives},
    {"constant derivatives", derivatives_that_are_constants_have_derivatives},
    {"overflow", overflow_is_where_the_user_put_it},
    {"twice and itself", derivatives_may_be_asked_for_twice_and_of_itself},
    {"mistakes", mistakes_are_refused},
    {"first error", the_first_error_is_told_again},
};

int main(void)
{
    return RUN_SUITE("ops: recording", tests);
}

#include "tensor/tensor.h"

#include "files.h"
#include "memory_check.h"
#include "suite.h"

#include <float.h>
#include <math.h>
#include <pthread.h>

/* What came before may follow the message. */
static void check_failed(const void *made, const char *message)
{
    ck_assert_ptr_null(made);
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_msg(strncmp(gan_error_message(), message, strlen(message)) == 0, "'%s' does not begin: %s", message,
                  gan_error_message());
}

static void check_refused(gan_status status, const char *message)
{
    ck_assert_int_eq(status, GAN_ERROR_INVALID_ARGUMENT);
    check_failed(NULL, message);
}

/* ---- shapes and types ---- */

START_TEST(shapes_have_a_size)
{
    ck_assert_int_eq(gan_shape_size(GAN_SCALAR), 1);
    ck_assert_int_eq(gan_shape_size(GAN_SHAPE(7)), 7);
    ck_assert_int_eq(gan_shape_size(GAN_SHAPE(64, 1, 28, 28)), 64 * 28 * 28);
    ck_assert_int_eq(gan_shape_size(GAN_SHAPE(1, 2, 3, 4, 5, 6, 7, 8)), 40320);
    ck_assert_int_eq(gan_shape_size(GAN_SHAPE(INT64_MAX)), INT64_MAX);
}
END_TEST

START_TEST(impossible_shapes_have_size_0)
{
    gan_shape many = GAN_SHAPE(1, 1, 1, 1, 1, 1, 1, 1), few = GAN_SCALAR;
    many.rank = 9;
    few.rank = -1;
    ck_assert_int_eq(gan_shape_size(many), 0);
    ck_assert_int_eq(gan_shape_size(few), 0);
    ck_assert_int_eq(gan_shape_size(GAN_SHAPE(3, 0, 2)), 0);
    ck_assert_int_eq(gan_shape_size(GAN_SHAPE(-3, -2)), 0);
    ck_assert_int_eq(gan_shape_size(GAN_SHAPE(INT64_MAX, 2)), 0);
    ck_assert_int_eq(gan_shape_size(GAN_SHAPE((int64_t)1 << 32, (int64_t)1 << 32)), 0);
}
END_TEST

START_TEST(shapes_compare)
{
    ck_assert(gan_shape_equal(GAN_SCALAR, GAN_SCALAR));
    ck_assert(gan_shape_equal(GAN_SHAPE(2, 3), GAN_SHAPE(2, 3)));
    ck_assert(!gan_shape_equal(GAN_SHAPE(2, 3), GAN_SHAPE(3, 2)));
    ck_assert(!gan_shape_equal(GAN_SHAPE(2, 3), GAN_SHAPE(2, 3, 1)));
    ck_assert(!gan_shape_equal(GAN_SCALAR, GAN_SHAPE(1)));
    gan_shape untidy = {.rank = 1, .dims = {2, 99, 99}}; /* what lies beyond the rank does not matter */
    ck_assert(gan_shape_equal(untidy, GAN_SHAPE(2)));
    gan_shape broken = {.rank = 1000};
    ck_assert(gan_shape_equal(broken, broken));
}
END_TEST

START_TEST(shapes_are_printed_and_cut)
{
    char text[200];
    ck_assert_str_eq(gan_shape_text(GAN_SHAPE(64, 1, 28, 28), text, sizeof text), "[64, 1, 28, 28]");
    ck_assert_str_eq(gan_shape_text(GAN_SCALAR, text, sizeof text), "[]");
    ck_assert_str_eq(gan_shape_text(GAN_SHAPE(5), text, sizeof text), "[5]");
    const int64_t least = INT64_MIN;
    gan_shape_text(GAN_SHAPE(least, least, least, least, least, least, least, least), text, sizeof text);
    ck_assert_uint_eq(strlen(text), 8 * 20 + 7 * 2 + 2);
    for (size_t size = 1; size < 20; size++) {
        char small[24];
        memset(small, 'x', sizeof small);
        ck_assert_ptr_eq(gan_shape_text(GAN_SHAPE(64, 1, 28, 28), small, size), small);
        size_t length = strlen(small);
        ck_assert_uint_eq(length, size - 1 < 15 ? size - 1 : 15);
        ck_assert_int_eq(strncmp("[64, 1, 28, 28]", small, length), 0);
        for (size_t at = size; at < sizeof small; at++)
            ck_assert_int_eq(small[at], 'x');
    }
    ck_assert_ptr_null(gan_shape_text(GAN_SCALAR, NULL, 0));
    gan_shape broken = {.rank = 1000};
    ck_assert_str_eq(gan_shape_text(broken, text, sizeof text), "[0, 0, 0, 0, 0, 0, 0, 0]");
}
END_TEST

START_TEST(types_have_sizes_and_names)
{
    ck_assert_uint_eq(gan_dtype_size(GAN_FLOAT32), 4);
    ck_assert_uint_eq(gan_dtype_size(GAN_INT32), 4);
    ck_assert_uint_eq(gan_dtype_size(GAN_UINT8), 1);
    ck_assert_str_eq(gan_dtype_name(GAN_FLOAT32), "float32");
    ck_assert_str_eq(gan_dtype_name(GAN_INT32), "int32");
    ck_assert_str_eq(gan_dtype_name(GAN_UINT8), "uint8");
    ck_assert_uint_eq(gan_dtype_size((gan_dtype)3), 0);
    ck_assert_str_eq(gan_dtype_name((gan_dtype)-1), "unknown");
}
END_TEST

START_TEST(shapes_that_no_tensor_can_have_are_refused)
{
    gan_shape broken = GAN_SHAPE(1);
    broken.rank = 9;
    check_failed(gan_tensor_new(broken), "gan_tensor_new: shape has 9 axes, want 0 to 8");
    broken.rank = -1;
    check_failed(gan_tensor_new(broken), "gan_tensor_new: shape has -1 axes, want 0 to 8");
    check_failed(gan_tensor_new(GAN_SHAPE(2, 0)), "gan_tensor_new: shape is [2, 0], want every size at least 1");
    check_failed(gan_tensor_new_typed(GAN_SHAPE(-1), GAN_UINT8),
                 "gan_tensor_new_typed: shape is [-1], want every size at least 1");
    ck_assert_ptr_null(gan_tensor_new(GAN_SHAPE(INT64_MAX, INT64_MAX)));
    check_message("gan_tensor_new: shape [9223372036854775807, 9223372036854775807] has too many elements, want");
    ck_assert_ptr_null(gan_tensor_new(GAN_SHAPE(INT64_MAX / 4 + 1))); /* its bytes are beyond int64_t */
    check_message("has too many elements");
    check_failed(gan_tensor_new_typed(GAN_SHAPE(2), (gan_dtype)7),
                 "gan_tensor_new_typed: dtype is 7, want GAN_FLOAT32, GAN_INT32 or GAN_UINT8");
}
END_TEST

START_TEST(more_than_the_memory_is_an_error)
{
    memory_check_begin(2); /* the elements' */
    ck_assert_ptr_null(gan_tensor_new(GAN_SHAPE((int64_t)1 << 56)));
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_OUT_OF_MEMORY);
    check_message("288230376151711744 bytes");
    ck_assert_uint_eq(memory_check.live, 0);
}
END_TEST

/* ---- making ---- */

START_TEST(a_new_tensor_is_zero_and_aligned)
{
    gan_tensor *tensor = gan_tensor_new(GAN_SHAPE(3, 5));
    ck_assert(gan_shape_equal(gan_tensor_shape(tensor), GAN_SHAPE(3, 5)));
    ck_assert_int_eq(gan_tensor_dtype(tensor), GAN_FLOAT32);
    ck_assert_int_eq(gan_tensor_size(tensor), 15);
    ck_assert_uint_eq((uintptr_t)gan_tensor_data(tensor) % 64, 0);
    ck_assert_ptr_eq(gan_tensor_bytes(tensor), gan_tensor_data(tensor));
    for (int i = 0; i < 15; i++)
        ck_assert(gan_tensor_data(tensor)[i] == 0);
    gan_tensor_unref(tensor);
    gan_tensor_unref(NULL);
    ck_assert_ptr_null(gan_tensor_ref(NULL));
}
END_TEST

START_TEST(a_shape_is_tidied)
{
    gan_shape untidy = {.rank = 1, .dims = {2, 99, 99}};
    gan_tensor *tensor = gan_tensor_new(untidy);
    gan_shape shape = gan_tensor_shape(tensor);
    for (int axis = 1; axis < GAN_MAX_RANK; axis++)
        ck_assert_int_eq(shape.dims[axis], 0);
    gan_tensor_unref(tensor);
}
END_TEST

START_TEST(values_are_copied)
{
    float values[6] = {1, 2, 3, 4, 5, 6};
    int32_t whole[2] = {INT32_MIN, INT32_MAX};
    const uint8_t byte = 255;
    gan_tensor *floats = gan_tensor_from(GAN_SHAPE(2, 3), values);
    gan_tensor *numbers = gan_tensor_from_typed(GAN_SHAPE(2), GAN_INT32, whole);
    gan_tensor *bytes = gan_tensor_from_typed(GAN_SCALAR, GAN_UINT8, &byte);
    values[5] = 0;
    whole[1] = 0;
    ck_assert(gan_tensor_data(floats)[5] == 6);
    ck_assert_int_eq(gan_tensor_int32(numbers)[0], INT32_MIN);
    ck_assert_int_eq(gan_tensor_int32(numbers)[1], INT32_MAX);
    ck_assert_int_eq(gan_tensor_uint8(bytes)[0], 255);
    ck_assert_int_eq(gan_tensor_size(bytes), 1);
    gan_tensor_unref(floats);
    gan_tensor_unref(numbers);
    gan_tensor_unref(bytes);
    check_failed(gan_tensor_from(GAN_SHAPE(2), NULL), "gan_tensor_from: values is NULL");
    check_failed(gan_tensor_from_typed(GAN_SHAPE(2), GAN_UINT8, NULL), "gan_tensor_from_typed: values is NULL");
}
END_TEST

START_TEST(another_types_elements_are_not_given_out)
{
    gan_tensor *floats = gan_tensor_new(GAN_SHAPE(2)), *bytes = gan_tensor_new_typed(GAN_SHAPE(2), GAN_UINT8);
    check_failed(gan_tensor_data(bytes), "gan_tensor_data: tensor is uint8, want float32");
    check_failed(gan_tensor_int32(floats), "gan_tensor_int32: tensor is float32, want int32");
    check_failed(gan_tensor_uint8(floats), "gan_tensor_uint8: tensor is float32, want uint8");
    ck_assert_ptr_nonnull(gan_tensor_bytes(bytes));
    check_failed(gan_tensor_data(NULL), "gan_tensor_data: tensor is NULL");
    ck_assert_ptr_null(gan_tensor_bytes(NULL));
    ck_assert_int_eq(gan_tensor_size(NULL), 0);
    ck_assert_int_eq(gan_tensor_shape(NULL).rank, 0);
    ck_assert_int_eq(gan_tensor_dtype(NULL), GAN_FLOAT32);
    gan_tensor_unref(floats);
    gan_tensor_unref(bytes);
}
END_TEST

struct released {
    int times;
    void *data;
};

static void note_release(void *context, void *data)
{
    struct released *released = context;
    released->times++;
    released->data = data;
}

START_TEST(wrapped_memory_is_used_and_given_back_once)
{
    float values[6] = {1, 2, 3, 4, 5, 6};
    struct released released = {0};
    gan_tensor *tensor = gan_tensor_wrap(GAN_SHAPE(6), GAN_FLOAT32, values, note_release, &released);
    ck_assert_ptr_eq(gan_tensor_data(tensor), values);
    ck_assert_ptr_eq(gan_tensor_ref(tensor), tensor);
    gan_tensor *shaped = gan_tensor_reshape(tensor, GAN_SHAPE(2, 3));
    gan_tensor_unref(tensor);
    gan_tensor_unref(tensor);
    ck_assert_int_eq(released.times, 0); /* `shaped` keeps it */
    gan_tensor_data(shaped)[5] = 60;
    ck_assert(values[5] == 60);
    gan_tensor_unref(shaped);
    ck_assert_int_eq(released.times, 1);
    ck_assert_ptr_eq(released.data, values);

    tensor = gan_tensor_wrap(GAN_SHAPE(6), GAN_FLOAT32, values, NULL, NULL); /* nobody wants to know */
    gan_tensor_unref(tensor);
}
END_TEST

START_TEST(what_cannot_be_wrapped_stays_the_callers)
{
    float values[2] = {0};
    char *odd = (char *)values + 1;
    struct released released = {0};
    char message[200];
    check_failed(gan_tensor_wrap(GAN_SHAPE(2), GAN_FLOAT32, NULL, note_release, &released),
                 "gan_tensor_wrap: data is NULL");
    ck_assert_ptr_null(gan_tensor_wrap(GAN_SHAPE(1), GAN_INT32, odd, note_release, &released));
    snprintf(message, sizeof message, "gan_tensor_wrap: data is at %p, want a multiple of its elements' 4 bytes",
             (void *)odd);
    check_failed(NULL, message);
    check_failed(gan_tensor_wrap(GAN_SHAPE(0), GAN_FLOAT32, values, note_release, &released),
                 "gan_tensor_wrap: shape is [0], want every size at least 1");
    check_failed(gan_tensor_wrap(GAN_SHAPE(1), (gan_dtype)9, values, note_release, &released),
                 "gan_tensor_wrap: dtype is 9, want GAN_FLOAT32, GAN_INT32 or GAN_UINT8");
    ck_assert_int_eq(released.times, 0);
    gan_tensor *bytes = gan_tensor_wrap(GAN_SHAPE(3), GAN_UINT8, odd, note_release, &released);
    ck_assert_ptr_nonnull(bytes); /* bytes lie anywhere */
    gan_tensor_unref(bytes);
    ck_assert_int_eq(released.times, 1);
}
END_TEST

START_TEST(a_reshaped_tensor_shares_the_elements)
{
    gan_tensor *tensor = gan_tensor_new(GAN_SHAPE(4, 6));
    gan_tensor *flat = gan_tensor_reshape(tensor, GAN_SHAPE(24));
    ck_assert_ptr_eq(gan_tensor_data(flat), gan_tensor_data(tensor));
    ck_assert(gan_shape_equal(gan_tensor_shape(flat), GAN_SHAPE(24)));
    gan_tensor *again = gan_tensor_reshape(flat, GAN_SHAPE(2, 12));
    gan_tensor_unref(tensor);
    gan_tensor_unref(flat);
    gan_tensor_data(again)[23] = 5; /* the memory is still there */
    ck_assert(gan_tensor_data(again)[23] == 5);
    check_failed(gan_tensor_reshape(again, GAN_SHAPE(5, 5)), "gan_tensor_reshape: shape is [5, 5] (25 elements), want "
                                                             "as many as tensor's [2, 12] has (24)");
    check_failed(gan_tensor_reshape(again, GAN_SHAPE(-24)),
                 "gan_tensor_reshape: shape is [-24], want every size at least 1");
    gan_tensor_unref(again);
    check_failed(gan_tensor_reshape(NULL, GAN_SCALAR), "gan_tensor_reshape: tensor is NULL");
}
END_TEST

START_TEST(a_chain_of_views_is_no_deeper_than_one)
{
    gan_tensor *tensor = gan_tensor_new(GAN_SHAPE(8));
    for (int i = 0; i < 300000; i++) { /* freed one inside the other, this would overflow the stack */
        gan_tensor *next = gan_tensor_reshape(tensor, i % 2 == 0 ? GAN_SHAPE(2, 4) : GAN_SHAPE(8));
        gan_tensor_unref(tensor);
        tensor = next;
    }
    gan_tensor_unref(tensor);
}
END_TEST

START_TEST(a_view_is_a_piece)
{
    gan_tensor *block = gan_tensor_new_typed(GAN_SHAPE(100), GAN_INT32);
    gan_tensor *piece = gan_tensor_view(block, 90, GAN_SHAPE(2, 5));
    ck_assert_ptr_eq(gan_tensor_int32(piece), gan_tensor_int32(block) + 90);
    gan_tensor *smaller = gan_tensor_view(piece, 5, GAN_SHAPE(5));
    ck_assert_ptr_eq(gan_tensor_int32(smaller), gan_tensor_int32(block) + 95);
    gan_tensor_unref(block);
    gan_tensor_unref(piece);
    ck_assert_int_eq(gan_tensor_fill(smaller, 3), GAN_OK);
    ck_assert_int_eq(gan_tensor_int32(smaller)[4], 3);
    gan_tensor_unref(smaller);
}
END_TEST

static void *take_and_give_back(void *tensor)
{
    for (int i = 0; i < 20000; i++)
        gan_tensor_unref(gan_tensor_ref(tensor));
    return NULL;
}

START_TEST(threads_may_share_references)
{
    float value = 1;
    struct released released = {0};
    gan_tensor *tensor = gan_tensor_wrap(GAN_SCALAR, GAN_FLOAT32, &value, note_release, &released);
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_and_give_back, tensor), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(released.times, 0);
    gan_tensor_unref(tensor);
    ck_assert_int_eq(released.times, 1);
}
END_TEST

/* ---- filling and copying ---- */

START_TEST(fill_converts_to_the_tensors_type)
{
    static const struct {
        float value;
        int32_t int32;
        uint8_t uint8;
    } cases[] = {{0, 0, 0},
                 {3, 3, 3},
                 {2.5f, 3, 3},
                 {-2.5f, -3, 0},
                 {0.49999997f, 0, 0},
                 {254.4f, 254, 254},
                 {255.6f, 256, 255},
                 {1e20f, INT32_MAX, 255},
                 {-1e20f, INT32_MIN, 0},
                 {INFINITY, INT32_MAX, 255},
                 {-INFINITY, INT32_MIN, 0},
                 {2147483648.0f, INT32_MAX, 255},
                 {NAN, 0, 0}};
    gan_tensor *floats = gan_tensor_new(GAN_SHAPE(3)), *whole = gan_tensor_new_typed(GAN_SHAPE(3), GAN_INT32),
               *bytes = gan_tensor_new_typed(GAN_SHAPE(3), GAN_UINT8);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_int_eq(gan_tensor_fill(floats, cases[i].value), GAN_OK);
        ck_assert_int_eq(gan_tensor_fill(whole, cases[i].value), GAN_OK);
        ck_assert_int_eq(gan_tensor_fill(bytes, cases[i].value), GAN_OK);
        for (int k = 0; k < 3; k++) {
            ck_assert_mem_eq(gan_tensor_data(floats) + k, &cases[i].value, 4);
            ck_assert_int_eq(gan_tensor_int32(whole)[k], cases[i].int32);
            ck_assert_int_eq(gan_tensor_uint8(bytes)[k], cases[i].uint8);
        }
    }
    gan_tensor_unref(floats);
    gan_tensor_unref(whole);
    gan_tensor_unref(bytes);
    check_refused(gan_tensor_fill(NULL, 1), "gan_tensor_fill: tensor is NULL");
}
END_TEST

START_TEST(random_fills_follow_their_seed)
{
    gan_tensor *a = gan_tensor_new(GAN_SHAPE(50, 40)), *b = gan_tensor_new(GAN_SHAPE(2000)),
               *shorter = gan_tensor_new(GAN_SHAPE(77));
    for (int normal = 0; normal < 2; normal++) {
        gan_status (*fill)(gan_tensor *, float, float, uint64_t) = normal ? gan_tensor_fill_normal
                                                                          : gan_tensor_fill_uniform;
        ck_assert_int_eq(fill(a, 1, 3, 5), GAN_OK);
        ck_assert_int_eq(fill(b, 1, 3, 5), GAN_OK);
        ck_assert_int_eq(fill(shorter, 1, 3, 5), GAN_OK);
        ck_assert_mem_eq(gan_tensor_data(a), gan_tensor_data(b), 2000 * sizeof(float));
        ck_assert_mem_eq(gan_tensor_data(a), gan_tensor_data(shorter), 77 * sizeof(float));
        ck_assert_int_eq(fill(b, 1, 3, 6), GAN_OK);
        int equal = 0;
        double sum = 0, squares = 0;
        for (int i = 0; i < 2000; i++) {
            equal += gan_tensor_data(a)[i] == gan_tensor_data(b)[i];
            sum += (double)gan_tensor_data(a)[i];
            squares += (double)gan_tensor_data(a)[i] * (double)gan_tensor_data(a)[i];
        }
        double mean = sum / 2000, variance = squares / 2000 - mean * mean;
        double wanted_mean = normal ? 1 : 2, wanted = normal ? 9 : 4.0 / 12;
        ck_assert_int_lt(equal, 5);
        ck_assert(fabs(mean - wanted_mean) < 5 * sqrt(wanted / 2000));
        ck_assert(fabs(variance / wanted - 1) < 5 * sqrt(2.0 / 2000));
    }
    gan_tensor_unref(a);
    gan_tensor_unref(b);
    gan_tensor_unref(shorter);
}
END_TEST

START_TEST(uniform_numbers_stay_below_high)
{
    static const float ranges[][2] = {{0, 1},   {1, 2},      {-1, 1}, {16777215, 16777216}, {-FLT_MAX, FLT_MAX},
                                      {-2, -1}, {0, FLT_MIN}};
    gan_tensor *tensor = gan_tensor_new(GAN_SHAPE(100000));
    float *data = gan_tensor_data(tensor);
    for (size_t r = 0; r < sizeof ranges / sizeof ranges[0]; r++) {
        ck_assert_int_eq(gan_tensor_fill_uniform(tensor, ranges[r][0], ranges[r][1], 3), GAN_OK);
        for (int i = 0; i < 100000; i++)
            ck_assert(data[i] >= ranges[r][0] && data[i] < ranges[r][1]);
    }
    ck_assert_int_eq(gan_tensor_fill_uniform(tensor, 4, 4, 3), GAN_OK);
    ck_assert(data[0] == 4 && data[99999] == 4);
    gan_tensor_unref(tensor);
}
END_TEST

START_TEST(random_fills_are_checked)
{
    gan_tensor *floats = gan_tensor_new(GAN_SHAPE(2)), *whole = gan_tensor_new_typed(GAN_SHAPE(2), GAN_INT32);
    check_refused(gan_tensor_fill_uniform(NULL, 0, 1, 0), "gan_tensor_fill_uniform: tensor is NULL");
    check_refused(gan_tensor_fill_normal(NULL, 0, 1, 0), "gan_tensor_fill_normal: tensor is NULL");
    check_refused(gan_tensor_fill_uniform(whole, 0, 1, 0), "gan_tensor_fill_uniform: tensor is int32, want float32");
    check_refused(gan_tensor_fill_normal(whole, 0, 1, 0), "gan_tensor_fill_normal: tensor is int32, want float32");
    check_refused(gan_tensor_fill_uniform(floats, 2, 1, 0),
                  "gan_tensor_fill_uniform: low is 2 and high 1, want finite numbers, low not above high");
    check_refused(gan_tensor_fill_normal(floats, 0, -1, 0),
                  "gan_tensor_fill_normal: mean is 0 and deviation -1, want finite numbers, deviation at least 0");
    ck_assert_int_eq(gan_tensor_fill_uniform(floats, NAN, 1, 0), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(gan_tensor_fill_uniform(floats, 0, INFINITY, 0), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(gan_tensor_fill_normal(floats, INFINITY, 1, 0), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(gan_tensor_fill_normal(floats, 0, NAN, 0), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert(gan_tensor_data(floats)[0] == 0 && gan_tensor_data(floats)[1] == 0); /* nothing was touched */
    gan_tensor_unref(floats);
    gan_tensor_unref(whole);
}
END_TEST

START_TEST(elements_are_copied_across_shapes)
{
    const float values[6] = {1, 2, 3, 4, 5, 6};
    gan_tensor *from = gan_tensor_from(GAN_SHAPE(2, 3), values), *to = gan_tensor_new(GAN_SHAPE(6)),
               *five = gan_tensor_new(GAN_SHAPE(5)), *whole = gan_tensor_new_typed(GAN_SHAPE(6), GAN_INT32);
    ck_assert_int_eq(gan_tensor_copy(to, from), GAN_OK);
    ck_assert_mem_eq(gan_tensor_data(to), values, sizeof values);
    ck_assert_int_eq(gan_tensor_copy(to, to), GAN_OK);
    check_refused(gan_tensor_copy(five, from), "gan_tensor_copy: from is float32 [2, 3], want the type and the number "
                                               "of elements of to, float32 [5]");
    check_refused(gan_tensor_copy(whole, from), "gan_tensor_copy: from is float32 [2, 3], want the type and the number "
                                                "of elements of to, int32 [6]");
    check_refused(gan_tensor_copy(NULL, from), "gan_tensor_copy: to is NULL");
    check_refused(gan_tensor_copy(to, NULL), "gan_tensor_copy: from is NULL");
    gan_tensor_unref(from);
    gan_tensor_unref(to);
    gan_tensor_unref(five);
    gan_tensor_unref(whole);
}
END_TEST

static bool use_tensors(void *unused)
{
    (void)unused;
    gan_tensor *tensor = gan_tensor_new(GAN_SHAPE(10));
    gan_tensor *view = tensor != NULL ? gan_tensor_reshape(tensor, GAN_SHAPE(2, 5)) : NULL;
    float values[2] = {1, 2};
    gan_tensor *wrapped = view != NULL ? gan_tensor_wrap(GAN_SHAPE(2), GAN_FLOAT32, values, NULL, NULL) : NULL;
    gan_tensor *copied = wrapped != NULL ? gan_tensor_from(GAN_SHAPE(2), values) : NULL;
    gan_tensor_unref(tensor);
    gan_tensor_unref(view);
    gan_tensor_unref(wrapped);
    gan_tensor_unref(copied);
    return copied != NULL;
}

START_TEST(every_allocation_may_fail)
{
    CHECK_EACH_ALLOCATION(use_tensors, NULL);
}
END_TEST

static const struct test_case tests[] = {
    {"shapes have a size", shapes_have_a_size},
    {"impossible shapes have size 0", impossible_shapes_have_size_0},
    {"shapes compare", shapes_compare},
    {"shapes are printed and cut", shapes_are_printed_and_cut},
    {"types have sizes and names", types_have_sizes_and_names},
    {"shapes that no tensor can have are refused", shapes_that_no_tensor_can_have_are_refused},
    {"more than the memory is an error", more_than_the_memory_is_an_error},
    {"a new tensor is zero and aligned", a_new_tensor_is_zero_and_aligned},
    {"a shape is tidied", a_shape_is_tidied},
    {"values are copied", values_are_copied},
    {"another type's elements are not given out", another_types_elements_are_not_given_out},
    {"wrapped memory is used and given back once", wrapped_memory_is_used_and_given_back_once},
    {"what cannot be wrapped stays the caller's", what_cannot_be_wrapped_stays_the_callers},
    {"a reshaped tensor shares the elements", a_reshaped_tensor_shares_the_elements},
    {"a chain of views is no deeper than one", a_chain_of_views_is_no_deeper_than_one},
    {"a view is a piece", a_view_is_a_piece},
    {"threads may share references", threads_may_share_references},
    {"fill converts to the tensor's type", fill_converts_to_the_tensors_type},
    {"random fills follow their seed", random_fills_follow_their_seed},
    {"uniform numbers stay below high", uniform_numbers_stay_below_high},
    {"random fills are checked", random_fills_are_checked},
    {"elements are copied across shapes", elements_are_copied_across_shapes},
    {"every allocation may fail", every_allocation_may_fail},
};

int main(void)
{
    return RUN_SUITE("tensor", tests);
}

#include "gan/dataset.h"

#include "files.h"
#include "memory_check.h"
#include "suite.h"

#include <math.h>

static void check_failure(const void *result, gan_status status, const char *part)
{
    ck_assert_ptr_null(result);
    ck_assert_int_eq(gan_error_status(), status);
    check_message(part);
}

static gan_tensor *bytes(gan_shape shape, const uint8_t *values)
{
    return gan_tensor_from_typed(shape, GAN_UINT8, values);
}

START_TEST(floats_in_memory_are_shared)
{
    gan_tensor *x = gan_tensor_from(GAN_SHAPE(3, 2), (float[]){1, 2, 3, 4, 5, 6});
    gan_dataset *dataset = gan_dataset_from_tensor(x, NULL, 0, 0);
    float example[2];
    int32_t label = 5;
    ck_assert_int_eq(gan_dataset_size(dataset), 3);
    ck_assert(gan_shape_equal(gan_dataset_shape(dataset), GAN_SHAPE(2)));
    ck_assert(!gan_dataset_range(dataset, NULL, NULL));
    ck_assert_int_eq(gan_dataset_classes(dataset), 0);
    ck_assert_ptr_null(gan_dataset_class_name(dataset, 0));
    ck_assert(!gan_dataset_standardisation(dataset, NULL, NULL));
    ck_assert_int_eq(gan_dataset_read(dataset, 2, example, &label), GAN_OK);
    ck_assert(example[0] == 5 && example[1] == 6 && label == -1);
    gan_tensor_data(x)[4] = 50; /* the same memory */
    gan_tensor_unref(x);        /* which the data set keeps */
    ck_assert_int_eq(gan_dataset_read(dataset, 2, example, NULL), GAN_OK);
    ck_assert_float_eq(example[0], 50);
    ck_assert_int_eq(gan_dataset_set_range(dataset, -1, 50), GAN_OK);
    float low, high;
    ck_assert(gan_dataset_range(dataset, &low, &high) && low == -1 && high == 50);
    gan_dataset_unref(dataset);
}
END_TEST

START_TEST(bytes_in_memory_are_mapped_to_the_range)
{
    gan_tensor *x = bytes(GAN_SHAPE(2, 1, 1, 3), (uint8_t[]){0, 51, 255, 1, 2, 3});
    gan_tensor *y = bytes(GAN_SHAPE(2), (uint8_t[]){4, 1});
    gan_dataset *dataset = gan_dataset_from_tensor(x, y, -1, 1), *again;
    float example[3];
    int32_t label;
    ck_assert_int_eq(gan_dataset_read(dataset, 0, example, &label), GAN_OK);
    ck_assert_float_eq(example[0], -1);
    ck_assert_float_eq_tol(example[1], -0.6f, 1e-6f);
    ck_assert_float_eq(example[2], 1);
    ck_assert_int_eq(label, 4);
    ck_assert_int_eq(gan_dataset_classes(dataset), 5);
    ck_assert_int_eq(gan_dataset_set_range(dataset, 0, 1), GAN_ERROR_INVALID_ARGUMENT);
    check_message("gan_dataset_set_range: the range of 'tensor' follows from its kind");
    again = gan_dataset_from_tensor(x, y, 0, 1);
    gan_dataset_read(again, 1, example, &label);
    for (int i = 0; i < 3; i++)
        ck_assert_float_eq(example[i], (float)(i + 1) / 255);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_dataset_unref(dataset);
    gan_dataset_unref(again);
}
END_TEST

START_TEST(unfit_tensors_are_refused)
{
    gan_tensor *x = gan_tensor_from(GAN_SHAPE(2, 2), (float[]){0, 1, 2, 3}), *bad = gan_tensor_new(GAN_SHAPE(2, 2));
    gan_tensor *u = bytes(GAN_SHAPE(2, 2), (uint8_t[]){0, 1, 2, 3}), *scalar = gan_tensor_new(GAN_SCALAR);
    gan_tensor *y = gan_tensor_from_typed(GAN_SHAPE(2), GAN_INT32, (int32_t[]){0, -3});
    gan_tensor *three = bytes(GAN_SHAPE(3), (uint8_t[]){0, 1, 2});
    check_failure(gan_dataset_from_tensor(NULL, NULL, 0, 0), GAN_ERROR_INVALID_ARGUMENT,
                  "gan_dataset_from_tensor: examples is NULL");
    check_failure(gan_dataset_from_tensor(y, NULL, 0, 0), GAN_ERROR_INVALID_ARGUMENT, "examples are int32");
    check_failure(gan_dataset_from_tensor(scalar, NULL, 0, 0), GAN_ERROR_INVALID_ARGUMENT, "a single number");
    check_failure(gan_dataset_from_tensor(u, NULL, 0, 0), GAN_ERROR_INVALID_ARGUMENT, "uint8 needs a range");
    check_failure(gan_dataset_from_tensor(x, NULL, 1, -1), GAN_ERROR_INVALID_ARGUMENT, "range is [1, -1]");
    check_failure(gan_dataset_from_tensor(x, NULL, 0, NAN), GAN_ERROR_INVALID_ARGUMENT, "want finite low < high");
    check_failure(gan_dataset_from_tensor(x, NULL, 0, INFINITY), GAN_ERROR_INVALID_ARGUMENT, "range is [0, inf]");
    check_failure(gan_dataset_from_tensor(x, NULL, 0, 2), GAN_ERROR_INVALID_ARGUMENT,
                  "example 1 holds 3, outside of the range [0, 2]");
    check_failure(gan_dataset_from_tensor(x, scalar, 0, 0), GAN_ERROR_INVALID_ARGUMENT,
                  "labels are [], want [2] or [2, 1 to 256]");
    check_failure(gan_dataset_from_tensor(x, three, 0, 0), GAN_ERROR_INVALID_ARGUMENT, "labels are [3], want [2]");
    check_failure(gan_dataset_from_tensor(x, y, 0, 0), GAN_ERROR_INVALID_ARGUMENT, "label 1 is -3");
    gan_tensor_data(bad)[3] = NAN;
    check_failure(gan_dataset_from_tensor(bad, NULL, 0, 0), GAN_ERROR_INVALID_ARGUMENT, "example 1 holds NaN");
    gan_tensor_data(bad)[0] = -INFINITY;
    check_failure(gan_dataset_from_tensor(bad, NULL, 0, 1), GAN_ERROR_INVALID_ARGUMENT, "example 0 holds infinity");
    gan_tensor *all[] = {x, bad, u, scalar, y, three};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        gan_tensor_unref(all[i]);
}
END_TEST

START_TEST(readers_check_their_arguments)
{
    gan_tensor *x = gan_tensor_new(GAN_SHAPE(3, 2));
    gan_dataset *dataset = gan_dataset_from_tensor(x, NULL, 0, 0);
    float example[2];
    ck_assert_int_eq(gan_dataset_read(dataset, 3, example, NULL), GAN_ERROR_INVALID_ARGUMENT);
    check_message("gan_dataset_read: index is 3, 'tensor' has 3 examples");
    ck_assert_int_eq(gan_dataset_read(dataset, -1, example, NULL), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(gan_dataset_read(dataset, 0, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT);
    check_message("example is NULL");
    ck_assert_int_eq(gan_dataset_read(NULL, 0, example, NULL), GAN_ERROR_INVALID_ARGUMENT);
    check_message("dataset is NULL");
    ck_assert_int_eq(gan_dataset_set_name(dataset, "mine"), GAN_OK);
    ck_assert_str_eq(gan_dataset_name(dataset), "mine");
    ck_assert_int_eq(gan_dataset_set_name(dataset, NULL), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(gan_dataset_set_classes(dataset, 3, NULL), GAN_ERROR_INVALID_ARGUMENT);
    check_message("gan_dataset_set_classes: 'mine' has no labels");
    ck_assert_int_eq(gan_dataset_set_range(dataset, 2, 2), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(gan_dataset_set_range(NULL, 0, 1), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(gan_dataset_set_classes(NULL, 1, NULL), GAN_ERROR_INVALID_ARGUMENT);
    gan_dataset_unref(gan_dataset_ref(dataset));
    gan_dataset_unref(dataset);
    gan_tensor_unref(x);
    gan_dataset_unref(NULL);
    ck_assert_ptr_null(gan_dataset_ref(NULL));
    ck_assert_int_eq(gan_dataset_size(NULL), 0);
    ck_assert_int_eq(gan_dataset_classes(NULL), 0);
    ck_assert_int_eq(gan_dataset_shape(NULL).rank, 0);
    ck_assert_str_eq(gan_dataset_name(NULL), "");
    ck_assert(!gan_dataset_range(NULL, NULL, NULL));
    ck_assert_ptr_null(gan_dataset_class_name(NULL, 0));
}
END_TEST

START_TEST(classes_may_be_named)
{
    gan_tensor *x = gan_tensor_new(GAN_SHAPE(2, 1)), *y = bytes(GAN_SHAPE(2), (uint8_t[]){0, 2});
    gan_dataset *dataset = gan_dataset_from_tensor(x, y, 0, 0);
    ck_assert_int_eq(gan_dataset_set_classes(dataset, 2, NULL), GAN_ERROR_INVALID_ARGUMENT);
    check_message("classes is 2, want at least 3");
    ck_assert_int_eq(gan_dataset_set_classes(dataset, 4, (const char *const[]){"a", "b", "c", "d"}), GAN_OK);
    ck_assert_int_eq(gan_dataset_set_classes(dataset, 4, (const char *const[]){"e", "f", "g", "h"}), GAN_OK);
    ck_assert_str_eq(gan_dataset_class_name(dataset, 3), "h");
    ck_assert_int_eq(gan_dataset_set_classes(dataset, 9, NULL), GAN_OK); /* and back again */
    ck_assert_int_eq(gan_dataset_set_classes(dataset, 4, (const char *const[]){"e", "f", "g", "h"}), GAN_OK);
    ck_assert_ptr_null(gan_dataset_class_name(dataset, 4));
    ck_assert_ptr_null(gan_dataset_class_name(dataset, -1));
    gan_dataset_unref(dataset);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    static const char *const digits[] = {"zero", "one", "two",   "three", "four",
                                         "five", "six", "seven", "eight", "nine"};
    for (int64_t size = 100; size < 1000000; size *= 2000) { /* in memory; drawn when they are read */
        dataset = gan_dataset_digits(size, 1);
        ck_assert_int_eq(gan_dataset_set_classes(dataset, 9, digits), GAN_ERROR_INVALID_ARGUMENT);
        check_message("want at least 10");
        ck_assert_msg(gan_dataset_set_classes(dataset, 10, digits) == GAN_OK, "%s", gan_error_message());
        ck_assert_str_eq(gan_dataset_class_name(dataset, 9), "nine");
        gan_dataset_unref(dataset);
    }
}
END_TEST

struct ramp {
    int calls, released;
    int64_t fail_at;
};

static gan_status read_ramp(void *context, int64_t index, float *example, int32_t *label)
{
    struct ramp *ramp = context;
    ramp->calls++;
    if (index == ramp->fail_at)
        return GAN_ERROR_IO;
    example[0] = (float)index;
    example[1] = 7;
    if (label != NULL)
        *label = (int32_t)(index % 4);
    return GAN_OK;
}

static void release_ramp(void *context)
{
    ((struct ramp *)context)->released++;
}

START_TEST(a_function_makes_examples)
{
    struct ramp ramp = {.fail_at = 9};
    gan_dataset *dataset = gan_dataset_from_function(GAN_SHAPE(2), 10, read_ramp, &ramp, release_ramp);
    float example[2];
    int32_t label;
    ck_assert_int_eq(gan_dataset_read(dataset, 7, example, &label), GAN_OK);
    ck_assert(example[0] == 7 && label == -1);
    ck_assert_int_eq(gan_dataset_set_classes(dataset, 3, NULL), GAN_OK);
    ck_assert_int_eq(gan_dataset_read(dataset, 6, example, &label), GAN_OK);
    ck_assert_int_eq(label, 2);
    ck_assert_int_eq(gan_dataset_read(dataset, 6, example, NULL), GAN_OK);
    ck_assert_int_eq(gan_dataset_read(dataset, 7, example, &label), GAN_ERROR_INVALID_ARGUMENT);
    check_message("gave example 7 the label 3, want 0 to 2");
    ck_assert_int_eq(gan_dataset_read(dataset, 9, example, &label), GAN_ERROR_IO);
    check_message("the data set's own function failed at example 9");
    ck_assert_int_eq(ramp.calls, 5);
    ck_assert_int_eq(ramp.released, 0);
    gan_dataset_unref(dataset);
    ck_assert_int_eq(ramp.released, 1);
    check_failure(gan_dataset_from_function(GAN_SHAPE(2), 0, read_ramp, &ramp, release_ramp),
                  GAN_ERROR_INVALID_ARGUMENT, "size is 0");
    check_failure(gan_dataset_from_function(GAN_SHAPE(0), 1, read_ramp, &ramp, release_ramp),
                  GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_from_function");
    check_failure(gan_dataset_from_function(GAN_SHAPE(2), 1, NULL, &ramp, release_ramp), GAN_ERROR_INVALID_ARGUMENT,
                  "read is NULL");
    ck_assert_int_eq(ramp.released, 1);
}
END_TEST

START_TEST(columns_are_standardised)
{
    gan_tensor *x = gan_tensor_from(GAN_SHAPE(4, 3),
                                    (float[]){1, 5, 1e7f, 2, 5, 1e7f + 1, 3, 5, 1e7f + 2, 6, 5, 1e7f + 5});
    gan_tensor *y = bytes(GAN_SHAPE(4), (uint8_t[]){0, 1, 2, 1}), *mean, *deviation;
    gan_dataset *plain = gan_dataset_from_tensor(x, y, 0, 0);
    gan_dataset_set_classes(plain, 3, (const char *const[]){"a", "b", "c"});
    gan_dataset *dataset = gan_dataset_standardised(plain);
    gan_dataset_unref(plain);
    float spread = sqrtf(3.5f); /* of 1, 2, 3, 6 about 3: (4 + 1 + 0 + 9) / 4 */
    ck_assert(gan_dataset_standardisation(dataset, &mean, &deviation));
    ck_assert(gan_shape_equal(gan_tensor_shape(mean), GAN_SHAPE(3)));
    ck_assert(gan_tensor_data(mean)[0] == 3 && gan_tensor_data(mean)[1] == 5 && gan_tensor_data(mean)[2] == 1e7f + 2);
    ck_assert(gan_tensor_data(deviation)[0] == spread && gan_tensor_data(deviation)[1] == 1);
    ck_assert_float_eq(gan_tensor_data(deviation)[2], spread);
    ck_assert(!gan_dataset_range(dataset, NULL, NULL));
    ck_assert_str_eq(gan_dataset_class_name(dataset, 2), "c");
    float example[3];
    int32_t label;
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(gan_dataset_read(dataset, i, example, &label), GAN_OK);
        float expected = (gan_tensor_data(x)[3 * i] - 3) / spread;
        ck_assert_float_eq_tol(example[0], expected, 1e-6f);
        ck_assert_float_eq(example[1], 0);
        ck_assert_float_eq_tol(example[2], expected, 1e-6f);
        ck_assert_int_eq(label, gan_tensor_uint8(y)[i]);
    }
    ck_assert_int_eq(gan_dataset_set_range(dataset, -9, 9), GAN_ERROR_INVALID_ARGUMENT);
    check_failure(gan_dataset_standardised(NULL), GAN_ERROR_INVALID_ARGUMENT, "source is NULL");
    gan_dataset_unref(dataset);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
}
END_TEST

START_TEST(a_function_can_be_standardised)
{
    struct ramp ramp = {.fail_at = -1};
    gan_dataset *source = gan_dataset_from_function(GAN_SHAPE(2), 5, read_ramp, &ramp, release_ramp);
    gan_dataset_set_classes(source, 4, NULL);
    gan_dataset *dataset = gan_dataset_standardised(source);
    float example[2];
    int32_t label;
    ck_assert_int_eq(ramp.calls, 5);
    ck_assert_int_eq(gan_dataset_read(dataset, 3, example, &label), GAN_OK);
    ck_assert_float_eq_tol(example[0], 1 / sqrtf(2), 1e-6f);
    ck_assert_int_eq(label, 3);
    gan_dataset_unref(dataset);
    ramp.fail_at = 2;
    check_failure(gan_dataset_standardised(source), GAN_ERROR_IO, "failed at example 2");
    gan_dataset_unref(source);
    ck_assert_int_eq(ramp.released, 1);
}
END_TEST

START_TEST(a_csv_file_is_a_data_set)
{
    static const char text[] = "length;kind;width\n1;cat;10\n3;dog;10\n";
    const char *path = scratch_file("animals.csv");
    write_file(path, text, strlen(text));
    gan_table_options options;
    gan_table_options_init(&options);
    options.label_name = "kind";
    gan_dataset *dataset = gan_dataset_open_csv(path, &options);
    ck_assert_msg(dataset != NULL, "%s", gan_error_message());
    float example[2];
    int32_t label;
    ck_assert_int_eq(gan_dataset_read(dataset, 1, example, &label), GAN_OK);
    ck_assert(example[0] == 1 && example[1] == 0 && label == 1);
    ck_assert_str_eq(gan_dataset_class_name(dataset, 1), "dog");
    ck_assert_str_eq(gan_dataset_name(dataset), path);
    gan_dataset_unref(dataset);
    options.standardise = false;
    dataset = gan_dataset_open_csv(path, &options);
    ck_assert_int_eq(gan_dataset_read(dataset, 1, example, &label), GAN_OK);
    ck_assert(example[0] == 3 && example[1] == 10);
    ck_assert(!gan_dataset_standardisation(dataset, NULL, NULL));
    gan_dataset_unref(dataset);
    check_failure(gan_dataset_open_csv(path, NULL), GAN_ERROR_FORMAT, "gan_dataset_open_csv: ");
    check_message("line 2, column 2: 'cat' is no number");
    check_failure(gan_dataset_open_csv(NULL, NULL), GAN_ERROR_INVALID_ARGUMENT, "path is NULL");
}
END_TEST

START_TEST(options_are_checked)
{
    gan_table_options options = {0};
    check_failure(gan_dataset_open_csv("x", &options), GAN_ERROR_INVALID_ARGUMENT, "call gan_table_options_init first");
    gan_table_options_init(&options);
    options.header = 2;
    check_failure(gan_dataset_open_csv("x", &options), GAN_ERROR_INVALID_ARGUMENT, "options.header is 2");
    gan_table_options_init(&options);
    options.label_column = -2;
    check_failure(gan_dataset_open_npy("x", &options), GAN_ERROR_INVALID_ARGUMENT, "options.label_column is -2");
    gan_table_options_init(&options);
    options.separator = '.';
    check_failure(gan_dataset_open_csv("x", &options), GAN_ERROR_INVALID_ARGUMENT, "options.separator");
    gan_table_options_init(NULL);
}
END_TEST

START_TEST(older_and_newer_options_are_understood)
{
    static const char text[] = "1:2\n";
    const char *path = scratch_file("old.csv");
    write_file(path, text, strlen(text));
    gan_table_options options;
    gan_table_options_init(&options);
    options.separator = ':';
    options.label_column = 99; /* which an older header, whose struct ends before it, does not have */
    options.struct_size = offsetof(gan_table_options, label_column);
    gan_dataset *dataset = gan_dataset_open_csv(path, &options);
    ck_assert_msg(dataset != NULL, "%s", gan_error_message());
    ck_assert_int_eq(gan_dataset_shape(dataset).dims[0], 2);
    gan_dataset_unref(dataset);
    struct {
        gan_table_options options;
        char more[64];
    } newer = {.more = "unknown"};
    gan_table_options_init(&newer.options);
    newer.options.struct_size = sizeof newer;
    newer.options.separator = ':';
    dataset = gan_dataset_open_csv(path, &newer.options);
    ck_assert_ptr_nonnull(dataset);
    gan_dataset_unref(dataset);
}
END_TEST

START_TEST(an_npy_file_is_a_data_set)
{
    const char *path = scratch_file("points.npy");
    gan_tensor *x = gan_tensor_from(GAN_SHAPE(2, 3), (float[]){1, 0, 5, 3, 2, 5});
    ck_assert_int_eq(gan_tensor_write_npy(x, path), GAN_OK);
    gan_table_options options;
    gan_table_options_init(&options);
    options.label_column = 1;
    gan_dataset *dataset = gan_dataset_open_npy(path, &options);
    ck_assert_msg(dataset != NULL, "%s", gan_error_message());
    float example[3];
    int32_t label;
    ck_assert_int_eq(gan_dataset_read(dataset, 1, example, &label), GAN_OK);
    ck_assert(example[0] == 1 && example[1] == 0 && label == 2);
    ck_assert_int_eq(gan_dataset_classes(dataset), 3);
    gan_dataset_unref(dataset);
    dataset = gan_dataset_open_npy(path, NULL);
    ck_assert(gan_shape_equal(gan_dataset_shape(dataset), GAN_SHAPE(3)));
    gan_dataset_unref(dataset);
    options.label_column = 3;
    check_failure(gan_dataset_open_npy(path, &options), GAN_ERROR_INVALID_ARGUMENT, "has no label column 3");
    gan_tensor_data(x)[4] = 0.5f;
    ck_assert_int_eq(gan_tensor_write_npy(x, path), GAN_OK);
    options.label_column = 1;
    check_failure(gan_dataset_open_npy(path, &options), GAN_ERROR_FORMAT, "row 1 has the label 0.5");
    gan_tensor_unref(x);
    x = bytes(GAN_SHAPE(2, 1, 2, 2), (uint8_t[]){0, 2, 4, 6, 2, 4, 6, 8});
    ck_assert_int_eq(gan_tensor_write_npy(x, path), GAN_OK);
    dataset = gan_dataset_open_npy(path, NULL);
    ck_assert(gan_shape_equal(gan_dataset_shape(dataset), GAN_SHAPE(1, 2, 2)));
    float four[4];
    ck_assert_int_eq(gan_dataset_read(dataset, 1, four, NULL), GAN_OK);
    ck_assert_float_eq(four[3], 1);
    gan_dataset_unref(dataset);
    gan_tensor_unref(x);
    check_failure(gan_dataset_open_npy(scratch_file("absent.npy"), NULL), GAN_ERROR_IO, "gan_dataset_open_npy: ");
    check_failure(gan_dataset_open_npy(NULL, NULL), GAN_ERROR_INVALID_ARGUMENT, "path is NULL");
}
END_TEST

static bool attempt_tensor(void *context)
{
    (void)context;
    gan_tensor *x = gan_tensor_new(GAN_SHAPE(4, 3)),
               *y = x != NULL ? gan_tensor_new_typed(GAN_SHAPE(4), GAN_INT32) : NULL;
    gan_dataset *dataset = y != NULL ? gan_dataset_from_tensor(x, y, 0, 1) : NULL, *standardised = NULL;
    if (dataset != NULL && gan_dataset_set_name(dataset, "zeros") == GAN_OK &&
        gan_dataset_set_classes(dataset, 2, (const char *const[]){"a", "b"}) == GAN_OK)
        standardised = gan_dataset_standardised(dataset);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_dataset_unref(dataset);
    gan_dataset_unref(standardised);
    return standardised != NULL;
}

static bool attempt_csv(void *path)
{
    gan_table_options options;
    gan_table_options_init(&options);
    options.label_column = 0;
    gan_dataset *dataset = gan_dataset_open_csv(path, &options);
    gan_dataset_unref(dataset);
    return dataset != NULL;
}

static bool attempt_npy(void *path)
{
    gan_table_options options;
    gan_table_options_init(&options);
    options.label_column = 0;
    gan_dataset *dataset = gan_dataset_open_npy(path, &options);
    gan_dataset_unref(dataset);
    return dataset != NULL;
}

START_TEST(a_failed_allocation_is_an_error)
{
    char *csv = (char *)scratch_file("memory.csv"), *npy = (char *)scratch_file("memory.npy");
    write_file(csv, "a,1\nb,2\n", 8);
    gan_tensor *x = bytes(GAN_SHAPE(2, 2), (uint8_t[]){0, 1, 2, 3});
    ck_assert_int_eq(gan_tensor_write_npy(x, npy), GAN_OK);
    gan_tensor_unref(x);
    CHECK_EACH_ALLOCATION(attempt_tensor, NULL);
    CHECK_EACH_ALLOCATION(attempt_csv, csv);
    CHECK_EACH_ALLOCATION(attempt_npy, npy);
}
END_TEST

static const struct test_case tests[] = {
    {"floats", floats_in_memory_are_shared},
    {"bytes", bytes_in_memory_are_mapped_to_the_range},
    {"unfit", unfit_tensors_are_refused},
    {"arguments", readers_check_their_arguments},
    {"classes", classes_may_be_named},
    {"function", a_function_makes_examples},
    {"standardised", columns_are_standardised},
    {"standardised function", a_function_can_be_standardised},
    {"csv", a_csv_file_is_a_data_set},
    {"options", options_are_checked},
    {"struct_size", older_and_newer_options_are_understood},
    {"npy", an_npy_file_is_a_data_set},
    {"memory", a_failed_allocation_is_an_error},
};

int main(void)
{
    return RUN_SUITE("data: data sets", tests);
}

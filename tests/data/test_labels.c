/* Labels: what they say of themselves, what is no label, and data sets and loaders that deliver them. */
#include "suite.h"

#include "data/labels.h"
#include "files.h"
#include "memory_check.h"

#include "gan/gan.h"

#include <math.h>

#define check_null(expression, part)                                                                                   \
    do {                                                                                                               \
        ck_assert_ptr_null(expression);                                                                                \
        check_message(part);                                                                                           \
    } while (0)

static const char *const shapes[] = {"circle", "square", NULL};
static const char *const tones[] = {"dark", "light"};

static gan_labels *two_labels(void)
{
    const char *const *const names[] = {shapes, tones};
    return gan_labels_several(2, (const int[]){3, 2}, names);
}

/* ---- what they say of themselves ---- */

START_TEST(they_say_what_they_are)
{
    char text[64];
    gan_labels *one = gan_labels_classes(3, shapes), *two = two_labels();
    gan_labels *numbers = gan_labels_numbers(2, (const float[]){1, 2}, (const float[]){0, 3});
    ck_assert_str_eq(gan_labels_text(NULL, text, sizeof text), "none");
    ck_assert_str_eq(gan_labels_text(one, text, sizeof text), "3 classes");
    ck_assert_str_eq(gan_labels_text(two, text, sizeof text), "2 labels of 3 and 2 classes");
    ck_assert_str_eq(gan_labels_text(numbers, text, sizeof text), "2 numbers");
    ck_assert_str_eq(gan_labels_text(two, text, 9), "2 labels");
    ck_assert_int_eq(gan_labels_count(one), 1);
    ck_assert_int_eq(gan_labels_count(two), 2);
    ck_assert_int_eq(gan_labels_count(NULL), 0);
    ck_assert_int_eq(gan_labels_kind(two), GAN_LABEL_CLASSES);
    ck_assert_int_eq(gan_labels_kind(numbers), GAN_LABEL_NUMBERS);
    ck_assert_int_eq(gan_labels_class_count(two, 1), 2);
    ck_assert_int_eq(gan_labels_class_count(two, 2), 0);
    ck_assert_int_eq(gan_labels_class_count(numbers, 0), 0);
    ck_assert_str_eq(gan_labels_class_name(two, 1, 1), "light");
    ck_assert_ptr_null(gan_labels_class_name(two, 0, 2));
    ck_assert_ptr_null(gan_labels_class_name(two, 0, 3));
    float mean, deviation;
    ck_assert(gan_labels_number(numbers, 1, &mean, &deviation) && mean == 2 && deviation == 3);
    ck_assert(!gan_labels_number(numbers, 2, &mean, NULL) && !gan_labels_number(one, 0, NULL, NULL));
    gan_labels_unref(one);
    gan_labels_unref(two);
    gan_labels_unref(numbers);
}
END_TEST

START_TEST(classes_are_found_by_name_and_by_number)
{
    static const char *const digits[] = {"1", "0", "2"}; /* a name comes before a number */
    gan_labels *one = gan_labels_classes(3, shapes), *odd = gan_labels_classes(3, digits);
    gan_labels *plain = gan_labels_classes(12, NULL), *numbers = gan_labels_numbers(1, NULL, NULL);
    ck_assert_int_eq(gan_labels_find_class(one, 0, "square"), 1);
    ck_assert_int_eq(gan_labels_find_class(one, 0, "2"), 2);
    ck_assert_int_eq(gan_labels_find_class(odd, 0, "1"), 0);
    ck_assert_int_eq(gan_labels_find_class(plain, 0, "11"), 11);
    ck_assert_int_eq(gan_labels_find_class(one, 0, "3"), -1);
    check_message("there is no class \"3\"; there are 0 (circle), 1 (square), 2");
    ck_assert_int_eq(gan_labels_find_class(plain, 0, "1x"), -1);
    check_message("6, 7 and 4 more");
    ck_assert_int_eq(gan_labels_find_class(plain, 0, "-1"), -1);
    ck_assert_int_eq(gan_labels_find_class(plain, 0, "99999999999999999999"), -1);
    ck_assert_int_eq(gan_labels_find_class(plain, 1, "1"), -1);
    check_message("there is no label 1");
    ck_assert_int_eq(gan_labels_find_class(numbers, 0, "1"), -1);
    ck_assert_int_eq(gan_labels_find_class(NULL, 0, "1"), -1);
    gan_labels *const all[] = {one, odd, plain, numbers};
    for (int i = 0; i < 4; i++)
        gan_labels_unref(all[i]);
}
END_TEST

START_TEST(alike_is_kind_and_counts)
{
    gan_labels *a = two_labels(), *b = gan_labels_several(2, (const int[]){3, 2}, NULL);
    gan_labels *c = gan_labels_several(2, (const int[]){3, 4}, NULL), *d = gan_labels_classes(3, NULL);
    gan_labels *e = gan_labels_numbers(2, NULL, NULL);
    ck_assert(gan_labels_alike(a, b) && gan_labels_alike(NULL, NULL));
    ck_assert(!gan_labels_alike(a, c) && !gan_labels_alike(a, d) && !gan_labels_alike(a, e));
    ck_assert(!gan_labels_alike(a, NULL) && !gan_labels_alike(NULL, a));
    gan_labels *const all[] = {a, b, c, d, e};
    for (int i = 0; i < 5; i++)
        gan_labels_unref(all[i]);
}
END_TEST

START_TEST(what_cannot_be_is_refused)
{
    check_null(gan_labels_classes(0, NULL), "gan_labels_classes: label 0 has 0 classes, want 1 or more");
    check_null(gan_labels_classes(INT32_MAX, NULL), "below 2^31 - 1");
    check_null(gan_labels_several(0, (const int[]){1}, NULL), "gan_labels_several: count is 0, want 1 to 256");
    check_null(gan_labels_several(1, NULL, NULL), "classes is NULL");
    check_null(gan_labels_several(2, (const int[]){1, -1}, NULL), "label 1 has -1 classes");
    check_null(gan_labels_numbers(257, NULL, NULL), "count is 257");
    check_null(gan_labels_numbers(1, (const float[]){NAN}, NULL), "number 0 has the mean nan");
    check_null(gan_labels_numbers(1, NULL, (const float[]){-1}), "the deviation -1");
    gan_labels_unref(NULL);
    ck_assert_ptr_null(gan_labels_ref(NULL));
}
END_TEST

/* ---- what is a label ---- */

static void rejected(const gan_labels *labels, gan_shape shape, gan_dtype dtype, const void *values, const char *part)
{
    gan_tensor *tensor = gan_tensor_from_typed(shape, dtype, values);
    ck_assert_int_eq(gan_labels_check(labels, tensor, 2, "who", "labels"), GAN_ERROR_INVALID_ARGUMENT);
    check_message(part);
    gan_tensor_unref(tensor);
}

static void accepted(const gan_labels *labels, gan_shape shape, gan_dtype dtype, const void *values)
{
    gan_tensor *tensor = gan_tensor_from_typed(shape, dtype, values);
    ck_assert_int_eq(gan_labels_check(labels, tensor, 2, "who", "labels"), GAN_OK);
    gan_tensor_unref(tensor);
}

START_TEST(rows_are_checked)
{
    const int32_t fine[] = {2, 1, 0, 0}, high[] = {0, 3, 0, 0}, low[] = {-1, 0, 0, 0}, second[] = {2, 1, 0, 2};
    const float numbers[] = {1, 2, 3, 4}, infinite[] = {1, 2, 3, INFINITY};
    gan_labels *one = gan_labels_classes(3, NULL), *two = two_labels(), *three = gan_labels_numbers(2, NULL, NULL);
    gan_labels *single = gan_labels_numbers(1, NULL, NULL);
    accepted(one, GAN_SHAPE(2), GAN_INT32, fine);
    accepted(one, GAN_SHAPE(2, 1), GAN_INT32, fine);
    accepted(two, GAN_SHAPE(2, 2), GAN_INT32, fine);
    accepted(three, GAN_SHAPE(2, 2), GAN_FLOAT32, numbers);
    accepted(single, GAN_SHAPE(2), GAN_FLOAT32, numbers);
    rejected(one, GAN_SHAPE(2), GAN_INT32, high, "who: labels: label of example 1 is 3, want 0 to 2: there are 3");
    rejected(one, GAN_SHAPE(2), GAN_INT32, low, "label of example 0 is -1");
    rejected(two, GAN_SHAPE(2, 2), GAN_INT32, second, "label 1 of example 1 is 2, want 0 to 1");
    rejected(one, GAN_SHAPE(3), GAN_INT32, fine, "labels is int32 [3], want int32 [2]: one class for each example");
    rejected(one, GAN_SHAPE(2), GAN_FLOAT32, numbers, "labels is float32 [2], want int32 [2]");
    rejected(two, GAN_SHAPE(4), GAN_INT32, fine, "want int32 [2, 2]: 2 labels of 3 and 2 classes for each example");
    rejected(three, GAN_SHAPE(2, 2), GAN_INT32, fine, "want float32 [2, 2]: 2 numbers");
    rejected(three, GAN_SHAPE(2, 2), GAN_FLOAT32, infinite, "number 1 of example 1 is inf");
    gan_labels *const all[] = {one, two, three, single};
    for (int i = 0; i < 4; i++)
        gan_labels_unref(all[i]);
}
END_TEST

/* Each of six pairs one time in six; a row is the same drawn by itself or after others. */
START_TEST(drawn_labels_are_uniform_and_numbers_normal)
{
    enum { N = 6000 };
    gan_labels *two = two_labels();
    int seen[3][2] = {{0}};
    int32_t first[2], row[2];
    for (uint64_t i = 0; i < N; i++) {
        gan_labels_draw(two, 7, i, row);
        ck_assert(row[0] >= 0 && row[0] < 3 && row[1] >= 0 && row[1] < 2);
        seen[row[0]][row[1]]++;
        if (i == 0)
            memcpy(first, row, sizeof first);
    }
    gan_labels_draw(two, 7, 0, row);
    ck_assert_mem_eq(row, first, sizeof row);
    for (int i = 0; i < 6; i++) /* five deviations of a count are about 144 */
        ck_assert_int_le(abs(seen[i / 2][i % 2] - N / 6), 144);
    gan_labels *numbers = gan_labels_numbers(2, (const float[]){10, -1}, (const float[]){2, 0});
    double sum = 0, squares = 0;
    for (uint64_t i = 0; i < N; i++) {
        float drawn[2];
        gan_labels_draw(numbers, 7, i, drawn);
        sum += (double)drawn[0];
        squares += ((double)drawn[0] - 10) * ((double)drawn[0] - 10);
        ck_assert(drawn[1] == -1);
    }
    ck_assert_double_eq_tol(sum / N, 10, 5 * 2 / sqrt(N));
    ck_assert_double_eq_tol(squares / N, 4, 5 * 4 * sqrt(2. / N));
    gan_labels_unref(two);
    gan_labels_unref(numbers);
}
END_TEST

/* ---- data sets and loaders ---- */

static gan_tensor *rows_of(int64_t n)
{
    gan_tensor *x = gan_tensor_new(GAN_SHAPE(n, 1));
    for (int64_t i = 0; i < n; i++)
        gan_tensor_data(x)[i] = (float)i;
    return x;
}

START_TEST(loaders_deliver_several_labels)
{
    const uint8_t labels[] = {0, 1, 2, 0, 1, 1, 2, 1, 0, 0};
    gan_tensor *x = rows_of(5), *y = gan_tensor_from_typed(GAN_SHAPE(5, 2), GAN_UINT8, labels);
    gan_dataset *dataset = gan_dataset_from_tensor(x, y, 0, 0);
    ck_assert_ptr_nonnull(dataset);
    ck_assert_int_eq(gan_dataset_classes(dataset), 0);
    gan_labels *about = gan_dataset_labels(dataset);
    char text[64];
    ck_assert_str_eq(gan_labels_text(about, text, sizeof text), "2 labels of 3 and 2 classes");
    gan_labels_unref(about);
    float example;
    int32_t label;
    ck_assert_int_eq(gan_dataset_read(dataset, 1, &example, &label), GAN_OK);
    ck_assert(example == 1 && label == -1);
    for (int standardised = 0; standardised < 2; standardised++) {
        gan_dataset *own = standardised ? gan_dataset_standardised(dataset) : gan_dataset_ref(dataset);
        gan_loader *loader = gan_loader_new(own, 3, 1, NULL);
        for (int step = 0; step < 9; step++) {
            const gan_tensor *batch, *given;
            ck_assert_int_eq(gan_loader_next(loader, &batch, &given), GAN_OK);
            ck_assert(gan_shape_equal(gan_tensor_shape(given), GAN_SHAPE(3, 2)));
            for (int i = 0; i < 3; i++) { /* standardised numbers have mean 2 and deviation √2 */
                float number = gan_tensor_data(batch)[i];
                int index = standardised ? (int)lroundf(number * sqrtf(2) + 2) : (int)number;
                ck_assert_int_eq(gan_tensor_int32(given)[2 * i], labels[2 * index]);
                ck_assert_int_eq(gan_tensor_int32(given)[2 * i + 1], labels[2 * index + 1]);
            }
        }
        gan_loader_unref(loader);
        gan_dataset_unref(own);
    }
    gan_dataset_unref(dataset);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
}
END_TEST

START_TEST(loaders_deliver_numbers)
{
    const float numbers[] = {1, -1, 3, -1, 5, -1, 7, -1};
    gan_tensor *x = rows_of(4), *y = gan_tensor_from(GAN_SHAPE(4, 2), numbers);
    gan_dataset *dataset = gan_dataset_from_tensor(x, y, 0, 0);
    gan_labels *about = gan_dataset_labels(dataset);
    float mean, deviation;
    ck_assert(gan_labels_number(about, 0, &mean, &deviation));
    ck_assert(mean == 4 && fabsf(deviation - sqrtf(5)) < 1e-6f);
    ck_assert(gan_labels_number(about, 1, &mean, &deviation) && mean == -1 && deviation == 0);
    gan_labels_unref(about);
    gan_loader *loader = gan_loader_new(dataset, 2, 1, NULL);
    const gan_tensor *batch, *given;
    ck_assert_int_eq(gan_loader_next(loader, &batch, &given), GAN_OK);
    ck_assert(gan_tensor_dtype(given) == GAN_FLOAT32 && gan_shape_equal(gan_tensor_shape(given), GAN_SHAPE(2, 2)));
    for (int i = 0; i < 2; i++)
        ck_assert(gan_tensor_data(given)[2 * i] == numbers[2 * (int)gan_tensor_data(batch)[i]]);
    gan_loader_unref(loader);
    gan_dataset_unref(dataset);
    gan_tensor_data(y)[5] = NAN;
    check_null(gan_dataset_from_tensor(x, y, 0, 0), "number 1 in the labels of example 2 is nan");
    gan_tensor_unref(x);
    gan_tensor_unref(y);
}
END_TEST

START_TEST(names_are_stated)
{
    gan_tensor *x = rows_of(2), *y = gan_tensor_from_typed(GAN_SHAPE(2, 2), GAN_INT32, (const int32_t[]){1, 1, 0, 0});
    gan_tensor *z = gan_tensor_from_typed(GAN_SHAPE(2, 1), GAN_INT32, (const int32_t[]){1, 0});
    gan_dataset *several = gan_dataset_from_tensor(x, y, 0, 0), *one = gan_dataset_from_tensor(x, z, 0, 0);
    gan_dataset *none = gan_dataset_from_tensor(x, NULL, 0, 0);
    gan_labels *two = two_labels(), *three = gan_labels_classes(3, shapes), *few = gan_labels_classes(1, NULL);
    ck_assert_int_eq(gan_dataset_set_labels(several, two), GAN_OK);
    gan_labels *about = gan_dataset_labels(several);
    ck_assert_str_eq(gan_labels_class_name(about, 0, 1), "square");
    ck_assert_int_eq(gan_labels_class_count(about, 0), 3);
    gan_labels_unref(about);
    ck_assert_int_eq(gan_dataset_classes(one), 2); /* [N, 1] is one label */
    ck_assert_int_eq(gan_dataset_set_labels(one, three), GAN_OK);
    ck_assert_int_eq(gan_dataset_classes(one), 3);
    ck_assert_str_eq(gan_dataset_class_name(one, 1), "square");
    ck_assert_int_eq(gan_dataset_set_labels(one, few), GAN_ERROR_INVALID_ARGUMENT);
    check_message("classes is 1, want at least");
    ck_assert_int_eq(gan_dataset_set_labels(several, three), GAN_ERROR_INVALID_ARGUMENT);
    check_message("gan_dataset_set_labels: labels are 3 classes, but 'tensor' has 2 labels of 3 and 2 classes");
    ck_assert_int_eq(gan_dataset_set_labels(one, two), GAN_ERROR_INVALID_ARGUMENT);
    check_message("but 'tensor' has one class");
    ck_assert_int_eq(gan_dataset_set_labels(none, two), GAN_ERROR_INVALID_ARGUMENT);
    check_message("but 'tensor' has none");
    ck_assert_int_eq(gan_dataset_set_labels(NULL, two), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(gan_dataset_set_classes(several, 9, NULL), GAN_ERROR_INVALID_ARGUMENT);
    check_message("see gan_dataset_set_labels");
    check_null(gan_dataset_labels(none), "gan_dataset_labels: 'tensor' has no labels");
    check_null(gan_dataset_labels(NULL), "dataset is NULL");
    gan_tensor_int32(y)[3] = -4;
    check_null(gan_dataset_from_tensor(x, y, 0, 0), "label 1 of example 1 is -4");
    gan_dataset *const sets[] = {several, one, none};
    gan_labels *const labels[] = {two, three, few};
    gan_tensor *const tensors[] = {x, y, z};
    for (int i = 0; i < 3; i++) {
        gan_dataset_unref(sets[i]);
        gan_labels_unref(labels[i]);
        gan_tensor_unref(tensors[i]);
    }
}
END_TEST

/* ---- memory ---- */

static bool make_them(gan_tensor *const *tensors)
{
    gan_dataset *classes = gan_dataset_from_tensor(tensors[0], tensors[1], 0, 0);
    gan_labels *two = classes != NULL ? two_labels() : NULL;
    bool fine = two != NULL && gan_dataset_set_labels(classes, two) == GAN_OK;
    gan_dataset *numbers = fine ? gan_dataset_from_tensor(tensors[0], tensors[2], 0, 0) : NULL;
    gan_loader *loader = numbers != NULL ? gan_loader_new(numbers, 2, 1, NULL) : NULL;
    gan_dataset_unref(classes);
    gan_dataset_unref(numbers);
    gan_labels_unref(two);
    gan_loader_unref(loader);
    return loader != NULL;
}

START_TEST(each_allocation_that_fails_is_a_clean_error)
{
    gan_tensor *tensors[] = {rows_of(2), gan_tensor_new_typed(GAN_SHAPE(2, 2), GAN_INT32),
                             gan_tensor_new(GAN_SHAPE(2, 3))};
    CHECK_EACH_ALLOCATION(make_them, tensors);
    for (int i = 0; i < 3; i++)
        gan_tensor_unref(tensors[i]);
}
END_TEST

static const struct test_case tests[] = {
    {"they say what they are", they_say_what_they_are},
    {"classes are found by name and by number", classes_are_found_by_name_and_by_number},
    {"alike is kind and counts", alike_is_kind_and_counts},
    {"what cannot be is refused", what_cannot_be_is_refused},
    {"rows are checked", rows_are_checked},
    {"drawn labels are uniform and numbers normal", drawn_labels_are_uniform_and_numbers_normal},
    {"loaders deliver several labels", loaders_deliver_several_labels},
    {"loaders deliver numbers", loaders_deliver_numbers},
    {"names are stated", names_are_stated},
    {"each allocation that fails is a clean error", each_allocation_that_fails_is_a_clean_error},
};

int main(void)
{
    return RUN_SUITE("data: labels", tests);
}

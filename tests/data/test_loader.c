#include "gan/loader.h"

#include "base/memory.h"
#include "memory_check.h"
#include "suite.h"

#include <math.h>
#include <string.h>

/* Example i is the numbers i and −i, its label i % 7. */
static gan_dataset *numbered(int64_t size)
{
    gan_tensor *x = gan_tensor_new(GAN_SHAPE(size, 2)), *y = gan_tensor_new_typed(GAN_SHAPE(size), GAN_INT32);
    for (int64_t i = 0; i < size; i++) {
        gan_tensor_data(x)[2 * i] = (float)i;
        gan_tensor_data(x)[2 * i + 1] = (float)-i;
        gan_tensor_int32(y)[i] = (int32_t)(i % 7);
    }
    gan_dataset *dataset = gan_dataset_from_tensor(x, y, 0, 0);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    return dataset;
}

static gan_loader *loader_of(gan_dataset *dataset, int64_t batch, uint64_t seed, gan_sampling sampling)
{
    gan_loader_options options;
    gan_loader_options_init(&options);
    options.sampling = sampling;
    gan_loader *loader = gan_loader_new(dataset, batch, seed, &options);
    ck_assert_msg(loader != NULL, "%s", gan_error_message());
    return loader;
}

/* The next batch's examples by number, each checked to be whole and to have its own label. */
static void next(gan_loader *loader, int64_t *numbers)
{
    const gan_tensor *x, *y;
    ck_assert_int_eq(gan_loader_next(loader, &x, &y), GAN_OK);
    int64_t batch = gan_loader_batch_size(loader);
    ck_assert(gan_shape_equal(gan_tensor_shape(x), GAN_SHAPE(batch, 2)));
    ck_assert(gan_shape_equal(gan_tensor_shape(y), GAN_SHAPE(batch)));
    bool whole = true; /* asserted once, since each of Check's assertions costs a write */
    for (int64_t i = 0; i < batch; i++) {
        numbers[i] = (int64_t)gan_tensor_data(x)[2 * i];
        whole = whole && gan_tensor_data(x)[2 * i + 1] == (float)-numbers[i];
        whole = whole && gan_tensor_int32(y)[i] == (int32_t)(numbers[i] % 7);
    }
    ck_assert(whole);
}

static void check_epochs(int64_t size, int64_t batch, gan_sampling sampling)
{
    gan_dataset *dataset = numbered(size);
    gan_loader *loader = loader_of(dataset, batch, 3, sampling);
    gan_dataset_unref(dataset);
    int64_t batches = size / batch, *numbers = gan_alloc((size_t)batch * sizeof *numbers);
    ck_assert_uint_eq(gan_loader_batches_per_epoch(loader), (uint64_t)batches);
    for (int epoch = 0; epoch < 3; epoch++) {
        char *seen = gan_alloc_zero((size_t)size, 1);
        for (int64_t i = 0; i < batches; i++) {
            next(loader, numbers);
            for (int64_t k = 0; k < batch; k++) {
                bool right = sampling != GAN_SAMPLING_SEQUENTIAL || numbers[k] == i * batch + k;
                if (seen[numbers[k]] || !right)
                    ck_abort_msg("%lld at %lld of batch %lld in epoch %d", (long long)numbers[k], (long long)k,
                                 (long long)i, epoch);
                seen[numbers[k]] = 1;
            }
        }
        gan_free(seen);
    }
    gan_free(numbers);
    gan_loader_unref(loader);
}

START_TEST(an_epoch_gives_each_example_once)
{
    static const int64_t sizes[][2] = {{1, 1},  {2, 1},   {2, 2},      {7, 3},       {16, 16},
                                       {64, 8}, {97, 10}, {1000, 128}, {20011, 1000}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        check_epochs(sizes[i][0], sizes[i][1], GAN_SAMPLING_EPOCHS);
        check_epochs(sizes[i][0], sizes[i][1], GAN_SAMPLING_SEQUENTIAL);
    }
}
END_TEST

/* How many of two loaders' first `batches` batches of 10 differ. */
static int differing(gan_loader *a, gan_loader *b, int batches)
{
    int64_t numbers_a[10], numbers_b[10];
    int count = 0;
    for (int i = 0; i < batches; i++) {
        next(a, numbers_a);
        next(b, numbers_b);
        count += memcmp(numbers_a, numbers_b, sizeof numbers_a) != 0;
    }
    return count;
}

START_TEST(the_seed_decides_the_batches)
{
    gan_dataset *dataset = numbered(1000);
    for (int sampling = GAN_SAMPLING_EPOCHS; sampling <= GAN_SAMPLING_REPLACEMENT; sampling++) {
        gan_loader *a = loader_of(dataset, 10, 1, (gan_sampling)sampling),
                   *b = loader_of(dataset, 10, 1, (gan_sampling)sampling);
        gan_loader *c = loader_of(dataset, 10, 2, (gan_sampling)sampling);
        ck_assert_int_eq(differing(a, b, 250), 0);
        ck_assert_int_eq(differing(a, c, 250), 250);
        gan_loader_seek(a, 0);
        gan_loader_seek(b, 100); /* another epoch has another order */
        ck_assert_int_eq(differing(a, b, 100), 100);
        gan_loader_unref(a);
        gan_loader_unref(b);
        gan_loader_unref(c);
    }
    gan_dataset_unref(dataset);
}
END_TEST

START_TEST(a_loader_resumes_from_its_position)
{
    static const uint64_t positions[] = {0, 1, 9, 10, 11, 12345, UINT64_MAX - 1};
    gan_dataset *dataset = numbered(103);
    for (int sampling = GAN_SAMPLING_EPOCHS; sampling <= GAN_SAMPLING_SEQUENTIAL; sampling++) {
        for (size_t i = 0; i < sizeof positions / sizeof positions[0]; i++) {
            gan_loader *a = loader_of(dataset, 10, 5, (gan_sampling)sampling),
                       *b = loader_of(dataset, 10, 5, (gan_sampling)sampling);
            int64_t before[10], after[10];
            gan_loader_seek(a, positions[i]);
            next(a, before);
            ck_assert_uint_eq(gan_loader_position(a), positions[i] + 1);
            next(b, after);
            gan_loader_seek(b, gan_loader_position(a) - 1);
            next(b, after);
            ck_assert_mem_eq(before, after, sizeof before);
            gan_loader_unref(a);
            gan_loader_unref(b);
        }
    }
    gan_dataset_unref(dataset);
}
END_TEST

/* 50,000 draws from 50: χ² has 49 degrees of freedom; beyond 4.5 deviations on either side is no chance. */
START_TEST(replacement_draws_evenly_and_independently)
{
    gan_dataset *dataset = numbered(50);
    gan_loader *loader = loader_of(dataset, 100, 4, GAN_SAMPLING_REPLACEMENT); /* more than there are is fine */
    int64_t numbers[100], repeats = 0, previous = -1;
    double counts[50] = {0}, square = 0;
    for (int i = 0; i < 500; i++) {
        next(loader, numbers);
        for (int k = 0; k < 100; k++) {
            counts[numbers[k]]++;
            repeats += numbers[k] == previous;
            previous = numbers[k];
        }
    }
    for (int i = 0; i < 50; i++)
        square += (counts[i] - 1000) * (counts[i] - 1000) / 1000;
    ck_assert_double_lt(fabs(square - 49), 4.5 * sqrt(98));
    ck_assert_double_lt(fabs((double)repeats - 1000), 4.5 * sqrt(1000)); /* one in 50 follows its like */
    ck_assert_uint_eq(gan_loader_batches_per_epoch(loader), 1);
    gan_loader_unref(loader);
    gan_dataset_unref(dataset);
}
END_TEST

START_TEST(the_first_place_is_anyones)
{
    gan_dataset *dataset = numbered(10);
    double counts[10] = {0}, square = 0;
    gan_loader *loader = loader_of(dataset, 10, 6, GAN_SAMPLING_EPOCHS);
    for (int i = 0; i < 10000; i++) {
        int64_t numbers[10];
        next(loader, numbers);
        counts[numbers[0]]++;
    }
    for (int i = 0; i < 10; i++)
        square += (counts[i] - 1000) * (counts[i] - 1000) / 1000;
    ck_assert_double_lt(square, 9 + 4.5 * sqrt(18));
    gan_loader_unref(loader);
    gan_dataset_unref(dataset);
}
END_TEST

static void check_refused(gan_dataset *dataset, int64_t batch, const gan_loader_options *options, const char *part)
{
    ck_assert_ptr_null(gan_loader_new(dataset, batch, 1, options));
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_msg(strstr(gan_error_message(), part) != NULL, "%s", gan_error_message());
}

static gan_status never_read(void *context, int64_t index, float *example, int32_t *label)
{
    (void)context, (void)index, (void)example, (void)label;
    return GAN_ERROR_SYSTEM;
}

START_TEST(arguments_are_checked)
{
    gan_dataset *dataset = numbered(10);
    gan_loader_options options = {0};
    check_refused(NULL, 1, NULL, "gan_loader_new: dataset is NULL");
    check_refused(dataset, 0, NULL, "gan_loader_new: batch is 0, want at least 1");
    check_refused(dataset, 11, NULL, "batch is 11, but 'tensor' has only 10 examples");
    check_refused(dataset, 1, &options, "gan_loader_new: the options' struct_size is 0");
    gan_loader_options_init(&options);
    options.sampling = (gan_sampling)3;
    check_refused(dataset, 1, &options, "options.sampling is 3");
    options.sampling = GAN_SAMPLING_SEQUENTIAL;
    check_refused(dataset, 11, &options, "GAN_SAMPLING_REPLACEMENT");
    gan_dataset *deep = gan_dataset_from_function(GAN_SHAPE(1, 1, 1, 1, 1, 1, 1, 1), 1, never_read, NULL, NULL);
    check_refused(deep, 1, NULL, "examples have 8 axes, want at most 7");
    gan_dataset_unref(deep);
    gan_tensor *ones = gan_tensor_new(GAN_SHAPE(1, 1, 1, 1, 1, 1, 1, 1));
    gan_dataset *fine = gan_dataset_from_tensor(ones, NULL, 0, 0);
    gan_loader *loader = gan_loader_new(fine, 1, 1, NULL);
    const gan_tensor *x, *y;
    ck_assert_int_eq(gan_loader_next(loader, &x, &y), GAN_OK);
    ck_assert_int_eq(gan_tensor_shape(x).rank, 8);
    ck_assert_ptr_null(y);
    ck_assert_ptr_eq(gan_loader_dataset(loader), fine);
    ck_assert_int_eq(gan_loader_next(loader, NULL, NULL), GAN_OK);
    ck_assert_int_eq(gan_loader_next(NULL, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT);
    gan_loader_unref(gan_loader_ref(loader));
    gan_loader_unref(loader);
    gan_loader_unref(NULL);
    ck_assert_int_eq(gan_loader_options_init(NULL), GAN_ERROR_INVALID_ARGUMENT);
    gan_loader_seek(NULL, 1);
    ck_assert_ptr_null(gan_loader_ref(NULL));
    ck_assert_uint_eq(gan_loader_position(NULL), 0);
    ck_assert_uint_eq(gan_loader_batches_per_epoch(NULL), 0);
    ck_assert_int_eq(gan_loader_batch_size(NULL), 0);
    ck_assert_ptr_null(gan_loader_dataset(NULL));
    gan_dataset_unref(fine);
    gan_tensor_unref(ones);
    gan_dataset_unref(dataset);
}
END_TEST

START_TEST(nothing_is_allocated_after_construction)
{
    gan_set_threads(2);
    memory_check_begin(0);
    gan_dataset *dataset = gan_dataset_digits(300, 1), *points = numbered(300),
                *standard = gan_dataset_standardised(points);
    gan_dataset *sets[] = {dataset, points, standard};
    for (int i = 0; i < 3; i++) {
        gan_loader *loader = gan_loader_new(sets[i], 128, 1, NULL);
        const gan_tensor *x;
        ck_assert_int_eq(gan_loader_next(loader, &x, NULL), GAN_OK); /* starts the threads */
        long before = memory_check.allocations;
        for (int k = 0; k < 20; k++)
            ck_assert_int_eq(gan_loader_next(loader, &x, NULL), GAN_OK);
        ck_assert_int_eq(memory_check.allocations, before);
        gan_loader_unref(loader);
        gan_dataset_unref(sets[i]);
    }
}
END_TEST

/* A hash of a few batches of digits, made with so many threads. */
static uint64_t batches_hash(int threads)
{
    uint64_t hash = 14695981039346656037u;
    ck_assert_int_eq(gan_set_threads(threads), GAN_OK);
    gan_dataset *dataset = gan_dataset_digits(500, 9);
    gan_loader *loader = gan_loader_new(dataset, 77, 2, NULL);
    for (int i = 0; i < 10; i++) {
        const gan_tensor *x, *y;
        ck_assert_int_eq(gan_loader_next(loader, &x, &y), GAN_OK);
        const unsigned char *bytes = gan_tensor_bytes(x);
        for (int64_t k = 0; k < gan_tensor_size(x) * 4; k++)
            hash = (hash ^ bytes[k]) * 1099511628211u;
        for (int64_t k = 0; k < gan_tensor_size(y); k++)
            hash = (hash ^ (uint64_t)gan_tensor_int32(y)[k]) * 1099511628211u;
    }
    gan_loader_unref(loader);
    gan_dataset_unref(dataset);
    return hash;
}

START_TEST(the_bits_do_not_depend_on_the_threads)
{
    uint64_t one = batches_hash(1);
    ck_assert_uint_eq(batches_hash(2), one);
    ck_assert_uint_eq(batches_hash(3), one);
    ck_assert_uint_eq(batches_hash(7), one);
    gan_set_threads(0);
}
END_TEST

static gan_status fails_once(void *context, int64_t index, float *example, int32_t *label)
{
    int *calls = context;
    (void)label;
    if (++*calls == 7)
        return GAN_ERROR_IO;
    *example = (float)index;
    return GAN_OK;
}

START_TEST(a_failed_batch_can_be_had_again)
{
    int calls = 0;
    gan_dataset *dataset = gan_dataset_from_function(GAN_SHAPE(1), 20, fails_once, &calls, NULL);
    gan_loader_options options;
    gan_loader_options_init(&options);
    options.sampling = GAN_SAMPLING_SEQUENTIAL;
    gan_loader *loader = gan_loader_new(dataset, 5, 1, &options);
    const gan_tensor *x, *y;
    ck_assert_int_eq(gan_loader_next(loader, &x, NULL), GAN_OK);
    ck_assert_int_eq(gan_loader_next(loader, &x, NULL), GAN_ERROR_IO);
    ck_assert_uint_eq(gan_loader_position(loader), 1);
    ck_assert_int_eq(calls, 7); /* it stopped there */
    ck_assert_int_eq(gan_loader_next(loader, &x, &y), GAN_OK);
    ck_assert_float_eq(gan_tensor_data(x)[0], 5);
    ck_assert_ptr_null(y);
    gan_loader_unref(loader);
    gan_dataset_unref(dataset);
}
END_TEST

static bool attempt(void *dataset)
{
    gan_loader *loader = gan_loader_new(dataset, 4, 1, NULL);
    gan_loader_unref(loader);
    return loader != NULL;
}

START_TEST(a_failed_allocation_is_an_error)
{
    gan_dataset *dataset = numbered(10);
    CHECK_EACH_ALLOCATION(attempt, dataset);
    gan_dataset_unref(dataset);
}
END_TEST

static const struct test_case tests[] = {
    {"epochs", an_epoch_gives_each_example_once},
    {"seed", the_seed_decides_the_batches},
    {"seek", a_loader_resumes_from_its_position},
    {"replacement", replacement_draws_evenly_and_independently},
    {"even", the_first_place_is_anyones},
    {"arguments", arguments_are_checked},
    {"no allocation", nothing_is_allocated_after_construction},
    {"threads", the_bits_do_not_depend_on_the_threads},
    {"failure", a_failed_batch_can_be_had_again},
    {"memory", a_failed_allocation_is_an_error},
};

int main(void)
{
    return RUN_SUITE("data: loader", tests);
}

/* Loaders that make their batches ahead, on a thread of their own. */
#include "suite.h"

#include "files.h"
#include "gan/gan.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A data set whose example i is the number i, which counts, may be slow, and may fail. */
struct source {
    atomic_int calls;
    atomic_int fail_at; /* the call of this number (from 1) fails; 0: none */
    int milliseconds;   /* that a call takes */
    _Atomic pthread_t thread;
};

static gan_status make_example(void *context, int64_t index, float *example, int32_t *label)
{
    struct source *source = context;
    (void)label;
    atomic_store(&source->thread, pthread_self());
    if (source->milliseconds > 0)
        nanosleep(&(struct timespec){.tv_nsec = source->milliseconds * 1000000L}, NULL);
    if (atomic_fetch_add(&source->calls, 1) + 1 == atomic_load(&source->fail_at))
        return GAN_ERROR_IO;
    *example = (float)index;
    return GAN_OK;
}

enum { BATCH = 5, EXAMPLES = 1000 };

static gan_loader *loader_over(struct source *source, int64_t depth)
{
    gan_dataset *dataset = gan_dataset_from_function(GAN_SHAPE(1), EXAMPLES, make_example, source, NULL);
    gan_loader_options options;
    ck_assert_int_eq(gan_loader_options_init(&options), GAN_OK);
    options.sampling = GAN_SAMPLING_SEQUENTIAL;
    options.queue_depth = depth;
    gan_loader *loader = gan_loader_new(dataset, BATCH, 1, &options);
    ck_assert_msg(loader != NULL, "%s", gan_error_message());
    gan_dataset_unref(dataset);
    return loader;
}

/* The next batch must be that of this number. */
static void expect(gan_loader *loader, int number)
{
    const gan_tensor *x;
    ck_assert_msg(gan_loader_next(loader, &x, NULL) == GAN_OK, "%s", gan_error_message());
    for (int row = 0; row < BATCH; row++)
        ck_assert_float_eq(gan_tensor_data(x)[row], (float)(number % (EXAMPLES / BATCH) * BATCH + row));
}

/* Waits until the source was called so often; whether it was. */
static bool reaches(struct source *source, int calls)
{
    for (int i = 0; i < 2000 && atomic_load(&source->calls) < calls; i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return atomic_load(&source->calls) == calls;
}

static void rest(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 30000000}, NULL);
}

START_TEST(batches_come_in_order)
{
    for (int64_t depth = 0; depth <= 4; depth++) {
        struct source source = {0};
        gan_loader *loader = loader_over(&source, depth);
        for (int i = 0; i < 450; i++)
            expect(loader, i);
        ck_assert(pthread_equal(atomic_load(&source.thread), pthread_self()) == (depth == 0));
        gan_loader_unref(loader);
    }
}
END_TEST

START_TEST(the_queue_is_bounded)
{
    struct source source = {0};
    gan_loader *loader = loader_over(&source, 3);
    rest();
    ck_assert_int_eq(atomic_load(&source.calls), 0); /* nobody has asked yet */
    const gan_tensor *x;
    ck_assert_int_eq(gan_loader_next(loader, &x, NULL), GAN_OK);
    ck_assert(reaches(&source, 4 * BATCH)); /* the one in hand, and three */
    rest();
    ck_assert_int_eq(atomic_load(&source.calls), 4 * BATCH);
    ck_assert_float_eq(gan_tensor_data(x)[BATCH - 1], BATCH - 1); /* still holds */
    expect(loader, 1);
    ck_assert(reaches(&source, 5 * BATCH));
    gan_loader_unref(loader);
}
END_TEST

START_TEST(seeking_empties_it)
{
    for (int64_t depth = 1; depth <= 3; depth++) {
        struct source source = {0};
        gan_loader *loader = loader_over(&source, depth);
        gan_loader_seek(loader, 17); /* before the first */
        expect(loader, 17);
        expect(loader, 18);
        gan_loader_seek(loader, 18); /* back, at the queue's edges, ahead, to where it is */
        expect(loader, 18);
        gan_loader_seek(loader, 20);
        expect(loader, 20);
        gan_loader_seek(loader, 21);
        expect(loader, 21);
        gan_loader_seek(loader, 5);
        gan_loader_seek(loader, 150);
        gan_loader_seek(loader, 6);
        expect(loader, 6);
        ck_assert_uint_eq(gan_loader_position(loader), 7);
        gan_loader_seek(loader, UINT64_MAX);
        ck_assert_int_eq(gan_loader_next(loader, NULL, NULL), GAN_OK);
        expect(loader, 0); /* round the end of the numbers */
        gan_loader_unref(loader);
    }
}
END_TEST

START_TEST(a_failure_comes_in_its_turn)
{
    for (int64_t depth = 0; depth <= 3; depth++) {
        struct source source = {.fail_at = 2 * BATCH + 3}; /* in batch 2 */
        gan_loader *loader = loader_over(&source, depth);
        expect(loader, 0);
        expect(loader, 1);
        ck_assert_int_eq(gan_loader_next(loader, NULL, NULL), GAN_ERROR_IO);
        check_message("'function': the data set's own function failed at example 12: input or output failed");
        ck_assert_uint_eq(gan_loader_position(loader), 2);
        rest();
        ck_assert_int_eq(atomic_load(&source.calls), 2 * BATCH + 3); /* nothing beyond it was tried */
        expect(loader, 2);
        expect(loader, 3);
        atomic_store(&source.fail_at, 0);
        gan_loader_unref(loader);
    }
}
END_TEST

START_TEST(a_failed_batch_can_be_left_behind)
{
    for (int64_t depth = 0; depth <= 2; depth++) {
        struct source source = {.fail_at = 1};
        gan_loader *loader = loader_over(&source, depth);
        ck_assert_int_eq(gan_loader_next(loader, NULL, NULL), GAN_ERROR_IO);
        gan_loader_seek(loader, 1); /* which the queue would have come to next */
        expect(loader, 1);
        expect(loader, 2);
        gan_loader_unref(loader);
    }
}
END_TEST

START_TEST(a_loader_can_go_at_any_time)
{
    for (int i = 0; i < 60; i++) {
        struct source source = {.milliseconds = i % 2};
        gan_loader *loader = loader_over(&source, 1 + i % 3);
        for (int k = 0; k < i % 4; k++)
            expect(loader, k);
        if (i % 5 == 0)
            gan_loader_seek(loader, 40);
        gan_loader_unref(loader);
        int calls = atomic_load(&source.calls); /* its thread is gone with it */
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        ck_assert_int_eq(atomic_load(&source.calls), calls);
    }
    struct source slow = {.milliseconds = 20};
    gan_loader *loader = loader_over(&slow, 3);
    expect(loader, 0);
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    gan_loader_unref(loader); /* waits for an example at most, not for three batches */
    clock_gettime(CLOCK_MONOTONIC, &end);
    ck_assert_double_lt((double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec), 0.1);
}
END_TEST

START_TEST(waiting_is_told)
{
    struct source source = {.milliseconds = 4};
    gan_loader *loader = loader_over(&source, 2);
    double in_all = -1, sum = 0;
    ck_assert_double_eq(gan_loader_waited(loader, &in_all), 0);
    ck_assert_double_eq(in_all, 0);
    expect(loader, 0);
    ck_assert_double_ge(gan_loader_waited(loader, NULL), BATCH * 0.004); /* the thread had only begun */
    sum += gan_loader_waited(loader, NULL);
    ck_assert(reaches(&source, 3 * BATCH));
    rest();
    expect(loader, 1); /* it was there */
    sum += gan_loader_waited(loader, &in_all);
    ck_assert_double_lt(gan_loader_waited(loader, NULL), BATCH * 0.004);
    ck_assert_double_eq_tol(in_all, sum, 1e-9);
    gan_loader_unref(loader);
    ck_assert_double_eq(gan_loader_waited(NULL, &in_all), 0);
    ck_assert_double_eq(in_all, 0);
}
END_TEST

#ifdef CHILDREN_HAVE_THREADS
START_TEST(a_forked_child_has_a_thread_of_its_own)
{
    struct source source = {0};
    gan_loader *used = loader_over(&source, 2), *unused = loader_over(&source, 2), *gone = loader_over(&source, 2);
    expect(used, 0);
    expect(gone, 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        const gan_tensor *x;
        bool fine = gan_loader_next(used, &x, NULL) == GAN_OK && gan_tensor_data(x)[0] == BATCH;
        fine = fine && gan_loader_next(unused, &x, NULL) == GAN_OK && gan_tensor_data(x)[0] == 0;
        gan_loader_seek(gone, 3);
        gan_loader_unref(gone);
        gan_loader_unref(used);
        gan_loader_unref(unused);
        _exit(fine ? 0 : 1);
    }
    int status;
    expect(used, 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    expect(used, 2);
    expect(gone, 1);
    gan_loader_unref(used);
    gan_loader_unref(unused);
    gan_loader_unref(gone);
}
END_TEST
#endif

START_TEST(the_depth_is_checked)
{
    gan_dataset *digits = gan_dataset_digits(10, 1);
    gan_loader_options options;
    gan_loader_options_init(&options);
    ck_assert_int_eq(options.queue_depth, -1);
    options.queue_depth = -2;
    ck_assert_ptr_null(gan_loader_new(digits, 1, 1, &options));
    check_message("gan_loader_new: options.queue_depth is -2, want 0 (none) to 1024 batches, or -1");
    options.queue_depth = 1025;
    ck_assert_ptr_null(gan_loader_new(digits, 1, 1, &options));
    struct {
        size_t struct_size;
        gan_sampling sampling;
    } older = {.struct_size = offsetof(gan_loader_options, queue_depth), .sampling = GAN_SAMPLING_SEQUENTIAL};
    gan_loader *loader = gan_loader_new(digits, 1, 1, (const gan_loader_options *)(const void *)&older);
    ck_assert_msg(loader != NULL, "%s", gan_error_message());
    gan_loader_unref(loader);
    gan_dataset_unref(digits);
}
END_TEST

static const struct test_case tests[] = {
    {"order", batches_come_in_order},
    {"bound", the_queue_is_bounded},
    {"seek", seeking_empties_it},
    {"failure", a_failure_comes_in_its_turn},
    {"failure left behind", a_failed_batch_can_be_left_behind},
    {"unref", a_loader_can_go_at_any_time},
    {"waiting", waiting_is_told},
#ifdef CHILDREN_HAVE_THREADS
    {"fork", a_forked_child_has_a_thread_of_its_own},
#endif
    {"depth", the_depth_is_checked},
};

int main(void)
{
    return RUN_SUITE("data: ahead", tests);
}

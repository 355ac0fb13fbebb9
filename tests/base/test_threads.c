#include "base/threads.h"

#include "base/float_mode.h"
#include "base/processors.h"
#include "gan/base.h"
#include "suite.h"

#include <float.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { MOST_PARTS = 5000 };

struct count {
    _Atomic int parts[MOST_PARTS];
    _Atomic int outside;
};

static void count_part(void *context, int64_t part)
{
    struct count *count = context;
    if (part < 0 || part >= MOST_PARTS)
        atomic_fetch_add(&count->outside, 1);
    else
        atomic_fetch_add(&count->parts[part], 1);
}

/* Nothing of Check's and no malloc: it may run in a thread, or in the child of a process with threads. */
static bool each_part_once(int64_t parts)
{
    struct count count = {0};
    gan_parallel(parts, count_part, &count);
    bool good = count.outside == 0;
    for (int64_t part = 0; part < MOST_PARTS; part++)
        good = good && count.parts[part] == (part < parts);
    return good;
}

START_TEST(each_part_runs_once)
{
    static const int threads[] = {1, 2, 3, 7};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(gan_set_threads(threads[i]), GAN_OK);
        ck_assert_int_eq(gan_threads(), threads[i]);
        for (int64_t parts = 0; parts < 40; parts++)
            ck_assert_msg(each_part_once(parts), "%lld parts, %d threads", (long long)parts, threads[i]);
        ck_assert(each_part_once(MOST_PARTS));
    }
    ck_assert(each_part_once(-3));
}
END_TEST

static const int64_t task_parts[] = {1, 40, 0, 3, 1, -2, 250, 1};
enum { TASKS = sizeof task_parts / sizeof task_parts[0], MOST_OF_A_TASK = 250 };

static int64_t parts_of_task(const void *context, int task)
{
    (void)context;
    return task_parts[task];
}

static void count_part_of_task(void *context, int task, int64_t part)
{
    struct count *counts = context;
    count_part(&counts[task], part);
}

START_TEST(each_part_of_each_task_runs_once)
{
    for (int threads = 1; threads <= 7; threads++) {
        ck_assert_int_eq(gan_set_threads(threads), GAN_OK);
        for (int tasks = 0; tasks <= TASKS; tasks++) {
            struct count *counts = calloc(TASKS, sizeof *counts);
            gan_parallel_tasks(tasks, parts_of_task, count_part_of_task, counts);
            for (int task = 0; task < TASKS; task++) {
                ck_assert_int_eq(counts[task].outside, 0);
                for (int64_t part = 0; part < MOST_OF_A_TASK; part++)
                    ck_assert_int_eq(counts[task].parts[part], task < tasks && part < task_parts[task]);
            }
            free(counts);
        }
    }
}
END_TEST

static void add_part(void *context, int64_t part)
{
    atomic_fetch_add((_Atomic int64_t *)context, part + 1);
}

/* More than a share's counters count one by one. */
START_TEST(very_many_parts_run_too)
{
    static const int64_t many[] = {2 * UINT16_MAX, 2 * UINT16_MAX + 1, 3 * UINT16_MAX + 7, 1000003};
    for (int threads = 1; threads <= 3; threads++) {
        ck_assert_int_eq(gan_set_threads(threads), GAN_OK);
        for (size_t i = 0; i < sizeof many / sizeof many[0]; i++) {
            _Atomic int64_t sum = 0;
            gan_parallel(many[i], add_part, &sum);
            ck_assert_int_eq(sum, many[i] * (many[i] + 1) / 2);
        }
    }
}
END_TEST

/* Plain, not atomic: the pool itself must order the caller's writes before the parts, and the parts before its reads.
 */
struct table {
    int64_t in[64], out[64];
};

static void square(void *context, int64_t part)
{
    struct table *table = context;
    table->out[part] = table->in[part] * table->in[part];
}

START_TEST(many_short_calls_see_each_others_work)
{
    ck_assert_int_eq(gan_set_threads(3), GAN_OK);
    struct table table;
    for (int64_t turn = 0; turn < 3000; turn++) {
        int64_t parts = 1 + turn % 64;
        for (int64_t i = 0; i < parts; i++)
            table.in[i] = turn + i;
        gan_parallel(parts, square, &table);
        for (int64_t i = 0; i < parts; i++)
            ck_assert_int_eq(table.out[i], (turn + i) * (turn + i));
    }
}
END_TEST

static void pause_for(long microseconds)
{
    nanosleep(&(struct timespec){.tv_nsec = microseconds * 1000}, NULL);
}

START_TEST(workers_that_fell_asleep_wake_up)
{
    ck_assert_int_eq(gan_set_threads(3), GAN_OK);
    for (int turn = 0; turn < 100; turn++) {
        pause_for(turn * 10); /* to either side of the time that they stay awake */
        ck_assert(each_part_once(16));
    }
}
END_TEST

struct meeting {
    _Atomic int arrived;
};

/* Ends only when another thread is in a part of the same call, or after ten seconds. */
static void meet(void *context, int64_t part)
{
    (void)part;
    struct meeting *meeting = context;
    atomic_fetch_add(&meeting->arrived, 1);
    for (int i = 0; i < 10000 && atomic_load(&meeting->arrived) < 2; i++)
        pause_for(1000);
}

START_TEST(parts_run_at_the_same_time)
{
    ck_assert_int_eq(gan_set_threads(2), GAN_OK);
    struct meeting meeting = {0};
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    gan_parallel(2, meet, &meeting);
    clock_gettime(CLOCK_MONOTONIC, &end);
    ck_assert_int_eq(meeting.arrived, 2);
    ck_assert_int_lt(end.tv_sec - begin.tv_sec, 9);
}
END_TEST

struct shares {
    struct meeting meetings[2];
    pthread_t thread[2][2]; /* that ran it: of each task, each part */
};

static int64_t two_parts(const void *context, int task)
{
    (void)context;
    (void)task;
    return 2;
}

static void note_thread(void *context, int task, int64_t part)
{
    struct shares *shares = context;
    shares->thread[task][part] = pthread_self();
    meet(&shares->meetings[task], part);
}

START_TEST(each_thread_begins_with_its_share)
{
    ck_assert_int_eq(gan_set_threads(2), GAN_OK);
    for (int turn = 0; turn < 20; turn++) {
        struct shares shares = {0};
        gan_parallel_tasks(2, two_parts, note_thread, &shares);
        for (int task = 0; task < 2; task++)
            for (int part = 0; part < 2; part++)
                ck_assert_int_eq(pthread_equal(shares.thread[task][part], pthread_self()) != 0, part == 0);
    }
}
END_TEST

static void nested_part(void *context, int64_t part)
{
    struct count *count = context;
    struct count *own = calloc(1, sizeof *own);
    gan_parallel(10, count_part, own);
    bool good = true;
    for (int i = 0; i < 10; i++)
        good = good && own->parts[i] == 1;
    free(own);
    if (good)
        count_part(count, part);
}

START_TEST(a_call_from_inside_a_part_works)
{
    for (int threads = 1; threads <= 3; threads++) {
        ck_assert_int_eq(gan_set_threads(threads), GAN_OK);
        struct count *count = calloc(1, sizeof *count);
        gan_parallel(50, nested_part, count);
        for (int i = 0; i < 50; i++)
            ck_assert_int_eq(count->parts[i], 1);
        free(count);
    }
}
END_TEST

static void *call_often(void *good)
{
    *(bool *)good = true;
    for (int64_t turn = 0; turn < 200; turn++)
        *(bool *)good = *(bool *)good && each_part_once(turn % 50);
    return NULL;
}

START_TEST(several_callers_at_once_each_get_their_own)
{
    enum { CALLERS = 4 };
    ck_assert_int_eq(gan_set_threads(3), GAN_OK);
    pthread_t callers[CALLERS];
    bool good[CALLERS];
    for (int i = 0; i < CALLERS; i++)
        ck_assert_int_eq(pthread_create(&callers[i], NULL, call_often, &good[i]), 0);
    for (int i = 0; i < CALLERS; i++) {
        ck_assert_int_eq(pthread_join(callers[i], NULL), 0);
        ck_assert(good[i]);
    }
}
END_TEST

static void *call_once(void *good)
{
    if (each_part_once(20))
        atomic_fetch_add((_Atomic int *)good, 1);
    return NULL;
}

static void wait_for_the_other(void *context, int64_t part)
{
    (void)part;
    pthread_t other;
    if (pthread_create(&other, NULL, call_once, context) == 0)
        pthread_join(other, NULL);
}

START_TEST(a_second_caller_does_not_wait_for_the_first)
{
    ck_assert_int_eq(gan_set_threads(2), GAN_OK);
    _Atomic int good = 0;
    gan_parallel(2, wait_for_the_other, &good); /* the pool is busy until both others are done */
    ck_assert_int_eq(good, 2);
}
END_TEST

#ifdef CHILDREN_HAVE_THREADS
/* Check's own macros belong to the parent. */
static bool child_succeeds(bool (*work)(void))
{
    pid_t child = fork();
    if (child == 0) {
        bool good = work();
        gan_set_threads(1); /* ends the workers */
        _exit(good ? 0 : 1);
    }
    int status = 1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static bool use_pool(void)
{
    for (int64_t parts = 0; parts < 100; parts++)
        if (!each_part_once(parts))
            return false;
    struct meeting meeting = {0};
    gan_parallel(2, meet, &meeting); /* there are workers again */
    return gan_threads() == 3 && meeting.arrived == 2;
}

static bool fork_again(void)
{
    return use_pool() && child_succeeds(use_pool) && use_pool();
}

START_TEST(the_pool_starts_again_after_fork)
{
    ck_assert_int_eq(gan_set_threads(3), GAN_OK);
    ck_assert(child_succeeds(use_pool)); /* before it ever started */
    ck_assert(use_pool());
    ck_assert(child_succeeds(fork_again));
    ck_assert(use_pool());
}
END_TEST

static _Atomic bool enough;

static void *keep_busy(void *unused)
{
    (void)unused;
    while (!atomic_load(&enough))
        each_part_once(100);
    return NULL;
}

START_TEST(a_fork_while_another_thread_works_is_fine)
{
    ck_assert_int_eq(gan_set_threads(3), GAN_OK);
    ck_assert(use_pool());
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, keep_busy, NULL), 0);
    for (int i = 0; i < 10; i++)
        ck_assert(child_succeeds(use_pool));
    atomic_store(&enough, true);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

static pid_t owner;

/* Held until `enough`; in another process than the one that called, an end with a failure. */
static void hold(void *context, int64_t part)
{
    (void)context, (void)part;
    if (getpid() != owner)
        _exit(9);
    while (!atomic_load(&enough))
        pause_for(200);
}

static void *hold_parts(void *unused)
{
    (void)unused;
    gan_parallel(100, hold, NULL);
    return NULL;
}

START_TEST(a_child_does_not_run_its_parents_parts)
{
    owner = getpid();
    ck_assert_int_eq(gan_set_threads(3), GAN_OK);
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, hold_parts, NULL), 0);
    pause_for(20000); /* all threads hold a part now */
    for (int i = 0; i < 60; i++)
        ck_assert(child_succeeds(use_pool));
    atomic_store(&enough, true);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

static bool exit_with_a_pool(void)
{
    if (each_part_once(100))
        exit(0); /* joins the workers, asleep or not */
    return false;
}

START_TEST(exit_joins_the_workers)
{
    ck_assert_int_eq(gan_set_threads(3), GAN_OK);
    for (int i = 0; i < 20; i++)
        ck_assert(child_succeeds(exit_with_a_pool));
}
END_TEST

#endif

#if defined(__x86_64__) || defined(__aarch64__)
struct floats {
    volatile float small, halves[64];
};

static void halve(void *context, int64_t part)
{
    struct floats *floats = context;
    floats->halves[part] = floats->small / 2;
}

/* Not under valgrind, whose arithmetic knows no such mode. */
static bool denormals_can_be_flushed(void)
{
    static struct floats floats = {.small = FLT_MIN};
    gan_float_mode before = gan_float_mode_enter();
    halve(&floats, 0);
    gan_float_mode_leave(before);
    return floats.halves[0] == 0;
}

START_TEST(denormals_are_flushed_inside_parts_only)
{
    static struct floats floats = {.small = FLT_MIN};
    if (!denormals_can_be_flushed())
        return;
    for (int threads = 1; threads <= 3; threads++) {
        ck_assert_int_eq(gan_set_threads(threads), GAN_OK);
        for (int i = 0; i < 64; i++)
            floats.halves[i] = 1;
        gan_parallel(64, halve, &floats);
        for (int i = 0; i < 64; i++)
            ck_assert(floats.halves[i] == 0);
        halve(&floats, 0);
        ck_assert(floats.halves[0] > 0);
    }
}
END_TEST
#endif

#if defined(__x86_64__)
static void thirds(void *context, int64_t part)
{
    struct floats *floats = context;
    floats->halves[part] = 1 / (floats->small * 3);
}

START_TEST(the_hosts_rounding_and_traps_do_not_matter_and_come_back)
{
    static struct floats floats = {.small = 1};
    static const unsigned modes[] = {0x1F80, 0x1F80 | 0x6000 /* to zero */, 0x1F80 & ~0x1000u /* trap: inexact */,
                                     0x1F80 | 0x8040};
    const float nearest = 0x1.555556p-2f;
    for (int threads = 1; threads <= 3; threads++) {
        ck_assert_int_eq(gan_set_threads(threads), GAN_OK);
        for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
            _mm_setcsr(modes[i]);
            if (_mm_getcsr() != modes[i]) /* valgrind keeps not all of it */
                continue;
            gan_parallel(64, thirds, &floats);
            unsigned after = _mm_getcsr();
            _mm_setcsr(0x1F80);
            ck_assert_uint_eq(after, modes[i]);
            for (int part = 0; part < 64; part++)
                ck_assert(floats.halves[part] == nearest);
        }
    }
}
END_TEST
#endif

static void configure_inside(void *context, int64_t part)
{
    gan_status *status = context;
    status[part] = part == 0 ? gan_set_threads(2) : gan_pin_threads(true);
}

START_TEST(settings_are_checked)
{
    ck_assert_int_eq(gan_set_threads(-1), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_str_eq(gan_error_message(), "gan_set_threads: threads is -1, want 1 to 256, or 0 for the default");
    ck_assert_int_eq(gan_set_threads(257), GAN_ERROR_INVALID_ARGUMENT);
    int usual = gan_threads();
    ck_assert_int_ge(usual, 1);
    ck_assert_int_eq(gan_set_threads(5), GAN_OK);
    ck_assert_int_eq(gan_threads(), 5);
    gan_status inside[2] = {GAN_OK, GAN_OK};
    gan_parallel(2, configure_inside, inside);
    ck_assert_int_eq(inside[0], GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(inside[1], GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(gan_set_threads(0), GAN_OK);
    ck_assert_int_eq(gan_threads(), usual);
}
END_TEST

#if defined(__linux__)
struct masks {
    _Atomic int narrow, wide, arrived;
};

static void look_at_mask(void *context, int64_t part)
{
    (void)part;
    struct masks *masks = context;
    struct gan_processor_mask mask;
    gan_processor_mask_read(&mask);
    atomic_fetch_add(mask.count == 1 ? &masks->narrow : &masks->wide, 1);
    atomic_fetch_add(&masks->arrived, 1);
    for (int i = 0; i < 10000 && atomic_load(&masks->arrived) < 3; i++) /* each thread takes one part */
        pause_for(1000);
}

START_TEST(threads_are_pinned_and_unpinned)
{
    struct gan_processor_mask before, after;
    gan_processor_mask_read(&before);
    if (before.count < 2)
        return; /* nothing to tell apart */
    int usual = gan_threads();
    ck_assert_int_eq(gan_set_threads(3), GAN_OK);
    for (int pinned = 1; pinned >= 0; pinned--) {
        struct masks masks = {0};
        ck_assert_int_eq(gan_pin_threads(pinned), GAN_OK);
        ck_assert_int_eq(gan_pin_threads(pinned), GAN_OK); /* twice is once */
        gan_parallel(3, look_at_mask, &masks);
        ck_assert_int_eq(masks.narrow, pinned ? 3 : 0);
        ck_assert_int_eq(masks.wide, pinned ? 0 : 3);
        ck_assert_int_eq(gan_set_threads(0), GAN_OK);
        ck_assert_int_eq(gan_threads(), usual); /* whatever the caller's own mask now is */
        ck_assert_int_eq(gan_set_threads(3), GAN_OK);
    }
    gan_processor_mask_read(&after);
    ck_assert(CPU_EQUAL(&before.set, &after.set));
}
END_TEST

/* A thread outside of the pool: what it may run on, its name, its signals. */
struct alone {
    _Atomic bool started;
    struct gan_processor_mask mask;
    char name[16];
    sigset_t blocked;
};

static void *look_around(void *context)
{
    struct alone *alone = context;
    while (!atomic_load(&alone->started))
        pause_for(1000);
    gan_processor_mask_read(&alone->mask);
    pthread_getname_np(pthread_self(), alone->name, sizeof alone->name);
    pthread_sigmask(SIG_SETMASK, NULL, &alone->blocked);
    return NULL;
}

START_TEST(a_thread_of_its_own_is_free_of_the_pool)
{
    struct gan_processor_mask before;
    gan_processor_mask_read(&before);
    for (int pinned = 0; pinned < 2; pinned++) {
        struct alone alone = {0};
        pthread_t thread;
        ck_assert_int_eq(gan_pin_threads(pinned), GAN_OK);
        ck_assert(gan_thread_start(&thread, "some-name", look_around, &alone));
        atomic_store(&alone.started, true);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
        ck_assert(CPU_EQUAL(&before.set, &alone.mask.set));
        ck_assert_str_eq(alone.name, "some-name");
        ck_assert_int_eq(sigismember(&alone.blocked, SIGINT), 1);
    }
    ck_assert_int_eq(gan_pin_threads(false), GAN_OK);
}
END_TEST

static void look_at_name(void *context, int64_t part)
{
    (void)part;
    struct masks *masks = context;
    char name[16] = "";
    pthread_getname_np(pthread_self(), name, sizeof name);
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    if (strcmp(name, "gan-worker") == 0)
        atomic_fetch_add(sigismember(&blocked, SIGTERM) ? &masks->narrow : &masks->wide, 1);
    atomic_fetch_add(&masks->arrived, 1);
    for (int i = 0; i < 10000 && atomic_load(&masks->arrived) < 3; i++)
        pause_for(1000);
}

START_TEST(workers_have_a_name_and_leave_signals_to_the_host)
{
    struct masks masks = {0};
    ck_assert_int_eq(gan_set_threads(3), GAN_OK);
    gan_parallel(3, look_at_name, &masks);
    ck_assert_int_eq(masks.narrow, 2);
    ck_assert_int_eq(masks.wide, 0);
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    ck_assert(!sigismember(&blocked, SIGTERM)); /* the caller's own are as before */
}
END_TEST
#endif

START_TEST(workers_sleep_when_there_is_nothing_to_do)
{
    ck_assert_int_eq(gan_set_threads(3), GAN_OK);
    ck_assert(each_part_once(100));
    pause_for(100000);
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    pause_for(300000);
    getrusage(RUSAGE_SELF, &after);
    long used = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000000 + after.ru_utime.tv_usec -
                before.ru_utime.tv_usec;
    ck_assert_int_lt(used, 100000); /* two spinning workers: 600000 on two free processors */
}
END_TEST

#if defined(__GLIBC__) && !defined(__SANITIZE_THREAD__) /* which takes of a thread's stack for itself */
static void use_stack(void *context, int64_t part)
{
    volatile char numbers[384 * 1024];
    for (size_t i = 0; i < sizeof numbers; i += 1024)
        numbers[i] = (char)part;
    meet(context, numbers[0]); /* so the worker has the other part */
}

START_TEST(workers_have_stack_enough_where_the_system_gives_little)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 128 * 1024);
    ck_assert_int_eq(pthread_setattr_default_np(&attributes), 0);
    pthread_attr_destroy(&attributes);
    ck_assert_int_eq(gan_set_threads(2), GAN_OK);
    struct meeting meeting = {0};
    gan_parallel(2, use_stack, &meeting);
    ck_assert_int_eq(meeting.arrived, 2);
}
END_TEST
#endif

static const struct test_case tests[] = {
    {"each part runs once", each_part_runs_once},
    {"each part of each task runs once", each_part_of_each_task_runs_once},
    {"very many parts run too", very_many_parts_run_too},
    {"many short calls see each other's work", many_short_calls_see_each_others_work},
    {"workers that fell asleep wake up", workers_that_fell_asleep_wake_up},
    {"parts run at the same time", parts_run_at_the_same_time},
    {"each thread begins with its share", each_thread_begins_with_its_share},
    {"a call from inside a part works", a_call_from_inside_a_part_works},
    {"several callers at once each get their own", several_callers_at_once_each_get_their_own},
    {"a second caller does not wait for the first", a_second_caller_does_not_wait_for_the_first},
#ifdef CHILDREN_HAVE_THREADS
    {"the pool starts again after fork", the_pool_starts_again_after_fork},
    {"a fork while another thread works is fine", a_fork_while_another_thread_works_is_fine},
    {"a child does not run its parent's parts", a_child_does_not_run_its_parents_parts},
    {"exit joins the workers", exit_joins_the_workers},
#endif
#if defined(__x86_64__) || defined(__aarch64__)
    {"denormals are flushed inside parts only", denormals_are_flushed_inside_parts_only},
#endif
#if defined(__x86_64__)
    {"the host's rounding and traps do not matter and come back",
     the_hosts_rounding_and_traps_do_not_matter_and_come_back},
#endif
    {"settings are checked", settings_are_checked},
#if defined(__linux__)
    {"threads are pinned and unpinned", threads_are_pinned_and_unpinned},
    {"a thread of its own is free of the pool", a_thread_of_its_own_is_free_of_the_pool},
    {"workers have a name and leave signals to the host", workers_have_a_name_and_leave_signals_to_the_host},
#endif
#if defined(__GLIBC__) && !defined(__SANITIZE_THREAD__)
    {"workers have stack enough where the system gives little",
     workers_have_stack_enough_where_the_system_gives_little},
#endif
    {"workers sleep when there is nothing to do", workers_sleep_when_there_is_nothing_to_do},
};

int main(void)
{
    return RUN_SUITE("base: threads", tests);
}

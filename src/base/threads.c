/*
 * The pool. A call is a job: a number of parts that any thread may take, one after another, from an atomic counter.
 * Workers look for the next job for some tens of microseconds before they sleep; the caller works as well, and waits
 * only for parts that others still have in hand.
 */
#include "threads.h"

#include "gan/base.h"
#include "status.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { MOST_THREADS = 256, SPIN_NANOSECONDS = 40 * 1000 };

static struct {
    pthread_mutex_t busy;  /* held by the one call that uses the pool */
    pthread_mutex_t mutex; /* with `wake`: sleeping */
    pthread_cond_t wake;
    pthread_t thread[MOST_THREADS];
    int workers; /* running ones */
    int wanted;  /* threads in all, the caller's included; 0: not yet known */
    bool pinned;
    bool started;
    _Atomic int sleepers;
    _Atomic bool stop;

    /* The job's number in the high half, which changes when a new one is there, and how many of its parts are left to
     * take in the low half: one word, so that nobody takes a part of another job than he thinks. The rest may be read
     * by who has taken a part. */
    _Atomic uint64_t job;
    gan_part_function *run;
    void *context;
    int64_t parts;
    _Atomic int inside; /* workers that may have a part in hand */
} pool = {.busy = PTHREAD_MUTEX_INITIALIZER, .mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static _Thread_local bool in_part;

/* ---- denormals ---- */

#if defined(__x86_64__)
typedef unsigned float_mode;
static float_mode flush_denormals(void)
{
    unsigned mode = _mm_getcsr();
    _mm_setcsr(mode | 0x8040); /* flush to zero, denormals are zero */
    return mode;
}
static void restore_mode(float_mode mode)
{
    _mm_setcsr(mode);
}
#elif defined(__aarch64__)
typedef uint64_t float_mode;
static float_mode flush_denormals(void)
{
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    __asm__ volatile("msr fpcr, %0" : : "r"(mode | (uint64_t)1 << 24));
    return mode;
}
static void restore_mode(float_mode mode)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(mode));
}
#else
typedef int float_mode;
static float_mode flush_denormals(void)
{
    return 0;
}
static void restore_mode(float_mode mode)
{
    (void)mode;
}
#endif

static void breathe(void)
{
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* ---- how many ---- */

/* Processors that the control group may use, rounded up; 0 where there is no quota. */
static int quota(void)
{
    char text[128] = "";
    double most = 0, period = 0;
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");
    if (file != NULL) {
        if (fgets(text, sizeof text, file) != NULL && sscanf(text, "%lf %lf", &most, &period) != 2)
            most = 0; /* "max" */
        fclose(file);
    } else {
        const char *const names[2] = {"/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"};
        double *const numbers[2] = {&most, &period};
        for (int i = 0; i < 2; i++) {
            file = fopen(names[i], "re");
            if (file == NULL)
                return 0;
            if (fscanf(file, "%lf", numbers[i]) != 1)
                *numbers[i] = 0;
            fclose(file);
        }
    }
    return most > 0 && period > 0 ? (int)ceil(most / period) : 0;
}

static int default_threads(void)
{
    cpu_set_t set;
    int processors = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : (int)sysconf(_SC_NPROCESSORS_ONLN);
    int allowed = quota();
    if (allowed > 0 && allowed < processors)
        processors = allowed;
    return processors < 1 ? 1 : processors > MOST_THREADS ? MOST_THREADS : processors;
}

/* ---- workers ---- */

static uint32_t number_of(uint64_t job)
{
    return (uint32_t)(job >> 32);
}

static void take_parts(uint32_t number)
{
    in_part = true;
    uint64_t job = atomic_load_explicit(&pool.job, memory_order_relaxed);
    while (number_of(job) == number && (uint32_t)job > 0)
        if (atomic_compare_exchange_weak_explicit(&pool.job, &job, job - 1, memory_order_acq_rel,
                                                  memory_order_relaxed)) {
            pool.run(pool.context, pool.parts - (int64_t)(uint32_t)job);
            job--;
        }
    in_part = false;
}

static int64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Returns the number of a job other than `seen` when there is one, or any when the pool stops. */
static uint32_t await_job(uint32_t seen)
{
    int64_t begin = 0;
    for (int turns = 0;; turns++) {
        uint32_t job = number_of(atomic_load_explicit(&pool.job, memory_order_acquire));
        if (job != seen || atomic_load_explicit(&pool.stop, memory_order_relaxed))
            return job;
        breathe();
        if (turns % 64 != 63)
            continue;
        if (begin == 0)
            begin = nanoseconds();
        else if (nanoseconds() - begin > SPIN_NANOSECONDS)
            break;
    }
    pthread_mutex_lock(&pool.mutex);
    atomic_fetch_add(&pool.sleepers, 1);
    while (number_of(atomic_load(&pool.job)) == seen && !atomic_load(&pool.stop))
        pthread_cond_wait(&pool.wake, &pool.mutex);
    atomic_fetch_sub(&pool.sleepers, 1);
    pthread_mutex_unlock(&pool.mutex);
    return number_of(atomic_load(&pool.job));
}

static void *work(void *opaque)
{
    uint32_t seen = (uint32_t)(uintptr_t)opaque;
    flush_denormals();
    for (;;) {
        seen = await_job(seen);
        if (atomic_load(&pool.stop))
            return NULL;
        /* Counted before it takes a part: so a caller who finds no part left and nobody inside knows that all are done.
         */
        atomic_fetch_add(&pool.inside, 1);
        take_parts(seen);
        atomic_fetch_sub(&pool.inside, 1);
    }
}

static void pin(pthread_t thread, int index)
{
    cpu_set_t allowed, one;
    if (sched_getaffinity(getpid(), sizeof allowed, &allowed) != 0)
        return;
    int count = CPU_COUNT(&allowed), wanted = count > 0 ? index % count : 0;
    for (size_t processor = 0; processor < CPU_SETSIZE; processor++)
        if (CPU_ISSET(processor, &allowed) && wanted-- == 0) {
            CPU_ZERO(&one);
            CPU_SET(processor, &one);
            pthread_setaffinity_np(thread, sizeof one, &one);
            return;
        }
}

static void forget_workers(void) /* in the child after a fork: they were not copied */
{
    pool.workers = 0;
    pool.started = false;
    atomic_store(&pool.sleepers, 0);
    atomic_store(&pool.inside, 0);
    pthread_mutex_init(&pool.busy, NULL);
    pthread_mutex_init(&pool.mutex, NULL);
    pthread_cond_init(&pool.wake, NULL);
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, forget_workers);
}

/* With `busy` held. */
static void start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_forks);
    if (pool.wanted == 0)
        pool.wanted = default_threads();
    pool.started = true;
    atomic_store(&pool.stop, false);
    sigset_t all, before;
    sigfillset(&all); /* signals are the host's business */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool.workers < pool.wanted - 1) {
        uint32_t seen = number_of(atomic_load(&pool.job));
        if (pthread_create(&pool.thread[pool.workers], NULL, work, (void *)(uintptr_t)seen) != 0)
            break; /* fewer do as well */
        pthread_setname_np(pool.thread[pool.workers], "gan-worker");
        if (pool.pinned)
            pin(pool.thread[pool.workers], pool.workers + 1);
        pool.workers++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* With `busy` held. */
static void stop(void)
{
    pthread_mutex_lock(&pool.mutex);
    atomic_store(&pool.stop, true);
    pthread_cond_broadcast(&pool.wake);
    pthread_mutex_unlock(&pool.mutex);
    for (int i = 0; i < pool.workers; i++)
        pthread_join(pool.thread[i], NULL);
    pool.workers = 0;
    pool.started = false;
}

__attribute__((destructor)) static void stop_at_exit(void)
{
    if (pthread_mutex_trylock(&pool.busy) != 0)
        return; /* some thread is inside the library while the process ends */
    stop();
    pthread_mutex_unlock(&pool.busy);
}

/* ---- calls ---- */

static void run_alone(int64_t parts, gan_part_function *run, void *context)
{
    for (int64_t part = 0; part < parts; part++)
        run(context, part);
}

static void run_on_pool(int64_t parts, gan_part_function *run, void *context)
{
    pool.run = run;
    pool.context = context;
    pool.parts = parts;
    uint32_t number = number_of(atomic_load_explicit(&pool.job, memory_order_relaxed)) + 1;
    atomic_store(&pool.job, (uint64_t)number << 32 | (uint32_t)parts);
    if (atomic_load(&pool.sleepers) > 0) {
        pthread_mutex_lock(&pool.mutex);
        pthread_cond_broadcast(&pool.wake);
        pthread_mutex_unlock(&pool.mutex);
    }
    take_parts(number);
    for (int turns = 0; atomic_load_explicit(&pool.inside, memory_order_acquire) > 0; turns++)
        if (turns < 20000)
            breathe();
        else
            sched_yield(); /* another process may hold the worker's processor */
}

void gan_parallel(int64_t parts, gan_part_function *run, void *context)
{
    float_mode mode = flush_denormals();
    if (parts > 1 && parts <= UINT32_MAX && !in_part && pthread_mutex_trylock(&pool.busy) == 0) {
        if (!pool.started)
            start();
        if (pool.workers > 0)
            run_on_pool(parts, run, context);
        else
            run_alone(parts, run, context);
        pthread_mutex_unlock(&pool.busy);
    } else {
        run_alone(parts, run, context);
    }
    restore_mode(mode);
}

gan_status gan_set_threads(int threads)
{
    if (threads < 0 || threads > MOST_THREADS)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_set_threads: %d threads; wanted 1 to %d, or 0 for the default",
                        threads, MOST_THREADS);
    pthread_mutex_lock(&pool.busy);
    stop();
    pool.wanted = threads > 0 ? threads : default_threads();
    pthread_mutex_unlock(&pool.busy);
    return GAN_OK;
}

int gan_threads(void)
{
    pthread_mutex_lock(&pool.busy);
    if (pool.wanted == 0)
        pool.wanted = default_threads();
    int threads = pool.wanted;
    pthread_mutex_unlock(&pool.busy);
    return threads;
}

gan_status gan_pin_threads(bool wanted)
{
    pthread_mutex_lock(&pool.busy);
    stop();
    pool.pinned = wanted;
    if (wanted)
        pin(pthread_self(), 0);
    pthread_mutex_unlock(&pool.busy);
    return GAN_OK;
}

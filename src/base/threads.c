/*
 * The pool. A call is a job: a number of parts that any thread may take, one after another, from an atomic counter.
 * Workers look for the next job for some tens of microseconds before they sleep; the caller works as well, and waits
 * only for parts that others still have in hand.
 */
#include "threads.h"

#include "clock.h"
#include "float_mode.h"
#include "gan/base.h"
#include "processors.h"
#include "status.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { MOST_THREADS = 256, SPIN_NANOSECONDS = 40 * 1000, PATIENCE = 2000 };

static struct {
    pthread_mutex_t busy; /* held by the one call that uses the pool, and by those that change it */

    /* Under `busy`: */
    pthread_t thread[MOST_THREADS];
    int workers; /* running ones */
    bool started;
    bool pinned;
    struct gan_processor_mask mask; /* while pinned: what the pinning thread could run on before */

    _Atomic int wanted; /* threads in all, the caller's included; 0: the default, not yet looked up */

    pthread_mutex_t mutex; /* with `wake`: sleeping */
    pthread_cond_t wake;
    _Atomic int sleepers;
    _Atomic bool stop;

    /* In the high half the job's number, which changes when a new one is there; in the low half how many of its parts
     * are left to take. One word, so that nobody takes a part of another job than he thinks. Whoever has taken a part
     * may read the three fields that follow. */
    _Atomic uint64_t job;
    gan_part_function *run;
    void *context;
    int64_t parts;

    _Atomic int inside; /* workers that may have a part in hand */
} pool = {.busy = PTHREAD_MUTEX_INITIALIZER, .mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static _Thread_local bool in_part;

static uint32_t number_of(uint64_t job)
{
    return (uint32_t)(job >> 32);
}

static uint32_t parts_left(uint64_t job)
{
    return (uint32_t)job;
}

static void breathe(void)
{
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* ---- workers ---- */

/* Acquire: who sees that no part is left also sees the workers counted in `inside` that took them. */
static void take_parts(uint32_t number)
{
    in_part = true;
    uint64_t job = atomic_load_explicit(&pool.job, memory_order_acquire);
    while (number_of(job) == number && parts_left(job) > 0)
        if (atomic_compare_exchange_weak_explicit(&pool.job, &job, job - 1, memory_order_acq_rel,
                                                  memory_order_acquire)) {
            pool.run(pool.context, pool.parts - (int64_t)parts_left(job));
            job = atomic_load_explicit(&pool.job, memory_order_acquire);
        }
    in_part = false;
}

/* Waits awake for a job other than `seen`, or the end; false when that took too long. */
static bool spin(uint32_t seen)
{
    int64_t begin = gan_nanoseconds();
    do {
        for (int turn = 0; turn < 64; turn++) {
            if (number_of(atomic_load_explicit(&pool.job, memory_order_acquire)) != seen ||
                atomic_load_explicit(&pool.stop, memory_order_relaxed))
                return true;
            breathe();
        }
    } while (gan_nanoseconds() - begin < SPIN_NANOSECONDS);
    return false;
}

static void sleep_until_woken(uint32_t seen)
{
    pthread_mutex_lock(&pool.mutex);
    /* First counted, then looked once more; the caller first posts, then counts: one of the two sees the other. */
    atomic_fetch_add(&pool.sleepers, 1);
    while (number_of(atomic_load(&pool.job)) == seen && !atomic_load(&pool.stop))
        pthread_cond_wait(&pool.wake, &pool.mutex);
    atomic_fetch_sub(&pool.sleepers, 1);
    pthread_mutex_unlock(&pool.mutex);
}

static void wake_sleepers(void)
{
    if (atomic_load(&pool.sleepers) == 0)
        return;
    pthread_mutex_lock(&pool.mutex);
    pthread_cond_broadcast(&pool.wake);
    pthread_mutex_unlock(&pool.mutex);
}

static void *work(void *first_seen)
{
    uint32_t seen = (uint32_t)(uintptr_t)first_seen;
#if defined(__linux__)
    pthread_setname_np(pthread_self(), "gan-worker");
#endif
    gan_float_mode_enter();
    for (;;) {
        if (!spin(seen))
            sleep_until_woken(seen);
        if (atomic_load(&pool.stop))
            return NULL;
        seen = number_of(atomic_load(&pool.job));
        if ((uint32_t)atomic_load_explicit(&pool.job, memory_order_relaxed) == 0)
            continue; /* came too late: nobody must wait for this thread */
        /* Counted before it takes a part: a caller who finds no part left and nobody inside knows that all are done. */
        atomic_fetch_add(&pool.inside, 1);
        take_parts(seen);
        atomic_fetch_sub(&pool.inside, 1);
    }
}

/* ---- the pool's life; all but the fork handler with `busy` held ---- */

static void forget_workers(void) /* in the child after a fork, which has none of them */
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

static int wanted_threads(void)
{
    int wanted = atomic_load(&pool.wanted);
    if (wanted != 0)
        return wanted;
    struct gan_processor_mask mask;
    gan_processor_mask_read(&mask);
    int usual = gan_processor_count(&mask);
    usual = usual > MOST_THREADS ? MOST_THREADS : usual;
    return atomic_compare_exchange_strong(&pool.wanted, &wanted, usual) ? usual : wanted;
}

/* A thread without signals: they are the host's business. */
static bool create(pthread_t *thread, void *(*run)(void *context), void *context)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool created = pthread_create(thread, NULL, run, context) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return created;
}

static void start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_forks);
    pool.started = true;
    atomic_store(&pool.stop, false);
    uintptr_t seen = number_of(atomic_load(&pool.job));
    for (int threads = wanted_threads(); pool.workers < threads - 1; pool.workers++) {
        if (!create(&pool.thread[pool.workers], work, (void *)seen))
            break; /* fewer do as well */
        if (pool.pinned)
            gan_processor_mask_pin(&pool.mask, pool.thread[pool.workers], pool.workers + 1);
    }
}

static void stop(void)
{
    atomic_store(&pool.stop, true);
    wake_sleepers();
    for (int i = 0; i < pool.workers; i++)
        pthread_join(pool.thread[i], NULL);
    pool.workers = 0;
    pool.started = false;
}

/* At the process's end, and before a program unloads the library. */
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

static void run_without_workers(int64_t parts, gan_part_function *run, void *context)
{
    in_part = true; /* this thread has `busy` */
    run_alone(parts, run, context);
    in_part = false;
}

static void run_on_pool(int64_t parts, gan_part_function *run, void *context)
{
    pool.run = run;
    pool.context = context;
    pool.parts = parts;
    uint32_t number = number_of(atomic_load_explicit(&pool.job, memory_order_relaxed)) + 1;
    atomic_store(&pool.job, (uint64_t)number << 32 | (uint32_t)parts);
    wake_sleepers();
    take_parts(number);
    for (int turn = 0; atomic_load_explicit(&pool.inside, memory_order_acquire) > 0; turn++)
        if (turn < PATIENCE)
            breathe();
        else
            sched_yield(); /* another program may have the worker's processor */
}

void gan_parallel(int64_t parts, gan_part_function *run, void *context)
{
    gan_float_mode before = gan_float_mode_enter();
    if (parts > 1 && parts <= UINT32_MAX && !in_part && wanted_threads() > 1 &&
        pthread_mutex_trylock(&pool.busy) == 0) {
        if (!pool.started)
            start();
        if (pool.workers > 0)
            run_on_pool(parts, run, context);
        else
            run_without_workers(parts, run, context);
        pthread_mutex_unlock(&pool.busy);
    } else {
        run_alone(parts, run, context);
    }
    gan_float_mode_leave(before);
}

struct pieces {
    int64_t size;
    gan_piece_function *run;
    void *context;
};

static void run_piece(void *opaque, int64_t part)
{
    const struct pieces *pieces = opaque;
    int64_t begin = part * GAN_PIECE, left = pieces->size - begin;
    pieces->run(pieces->context, begin, left < GAN_PIECE ? left : GAN_PIECE);
}

void gan_parallel_pieces(int64_t size, gan_piece_function *run, void *context)
{
    struct pieces pieces = {size, run, context};
    gan_parallel((size + GAN_PIECE - 1) / GAN_PIECE, run_piece, &pieces);
}

_Bool gan_thread_start(pthread_t *thread, const char *name, void *(*run)(void *context), void *context)
{
    if (!create(thread, run, context))
        return 0;
#if defined(__linux__)
    pthread_setname_np(*thread, name);
#else
    (void)name;
#endif
    pthread_mutex_lock(&pool.busy);
    if (pool.pinned)
        gan_processor_mask_apply(&pool.mask, *thread);
    pthread_mutex_unlock(&pool.busy);
    return 1;
}

gan_status gan_set_threads(int threads)
{
    if (threads < 0 || threads > MOST_THREADS)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_set_threads: threads is %d, want 1 to %d, or 0 for the default", threads, MOST_THREADS);
    if (in_part)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_set_threads: called from inside the library's own work");
    pthread_mutex_lock(&pool.busy);
    stop();
    if (threads == 0 && pool.pinned) /* this thread's own mask is one processor */
        threads = gan_processor_count(&pool.mask);
    atomic_store(&pool.wanted, threads > MOST_THREADS ? MOST_THREADS : threads);
    pthread_mutex_unlock(&pool.busy);
    return GAN_OK;
}

int gan_threads(void)
{
    return wanted_threads();
}

gan_status gan_pin_threads(bool pin)
{
    if (in_part)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_pin_threads: called from inside the library's own work");
    bool done = true;
    pthread_mutex_lock(&pool.busy);
    stop();
    wanted_threads(); /* by the mask as it still is */
    if (pin && !pool.pinned)
        gan_processor_mask_read(&pool.mask);
    if (pin)
        done = gan_processor_mask_pin(&pool.mask, pthread_self(), 0);
    else if (pool.pinned)
        done = gan_processor_mask_apply(&pool.mask, pthread_self());
    pool.pinned = pin && done;
    pthread_mutex_unlock(&pool.busy);
    return done ? GAN_OK
                : gan_fail(GAN_ERROR_UNSUPPORTED, "gan_pin_threads: the system does not let threads be %s",
                           pin ? "pinned" : "unpinned");
}

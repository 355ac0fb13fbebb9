/*
 * The pool. A call is a job: tasks' parts, of which each thread has a share. It takes its own from the front, then
 * those of other shares from the back. Workers look for the next job for some tens of microseconds before they sleep;
 * the caller works as well, and waits only for parts that others still have in hand.
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

enum {
    MOST_THREADS = 256,
    SPIN_NANOSECONDS = 40 * 1000,
    PATIENCE = 2000,
    MOST_UNITS = UINT16_MAX,
    MOST_PARTS = INT32_MAX, /* more of them are run by the caller */
    CACHE_LINES = 128       /* bytes: processors fetch pairs of lines */
};

struct tasks {
    int count;
    gan_task_parts_function *parts;
    gan_task_function *run;
    void *context;
};

static int64_t parts_of(const struct tasks *tasks, int task)
{
    int64_t parts = tasks->parts(tasks->context, task);
    return parts > 0 ? parts : 0;
}

/* What is left of a thread's share of a job: the job's number in the high half, then the first unit that is left and
 * the one behind the last. One word, so that nobody takes a unit of another job than he thinks. */
struct share {
    _Alignas(CACHE_LINES) _Atomic uint64_t left;
};

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

    /* In the high half the job's number, which changes when a new one is there; in the low half how many shares it
     * has. */
    _Atomic uint64_t job;
    struct share share[MOST_THREADS]; /* the caller's, then the workers' */
    /* Whoever has taken a unit may read these. */
    struct tasks tasks;
    int shares;
    int64_t unit; /* so many parts are taken at a time: 1, but for jobs of very many */

    _Atomic int inside; /* workers that may have a part in hand */
} pool = {.busy = PTHREAD_MUTEX_INITIALIZER, .mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static _Thread_local bool in_part;

static uint32_t number_of(uint64_t word)
{
    return (uint32_t)(word >> 32);
}

static int shares_of(uint64_t job)
{
    return (int)(uint32_t)job;
}

static uint32_t front_of(uint64_t left)
{
    return (uint32_t)left >> 16;
}

static uint32_t back_of(uint64_t left)
{
    return (uint32_t)left & UINT16_MAX;
}

static bool has_units(uint64_t left, uint32_t number)
{
    return number_of(left) == number && front_of(left) < back_of(left);
}

static void breathe(void)
{
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* ---- shares ---- */

struct stretch {
    int64_t begin, end;
};

/* A share's parts of a task. `before` counts the parts of the tasks before: what cannot be cut evenly goes round. */
static struct stretch stretch_of(int64_t parts, int64_t before, int share)
{
    const int64_t shares = pool.shares, rest = shares - 1 - before % shares;
    return (struct stretch){(parts * share + rest) / shares, (parts * (share + 1) + rest) / shares};
}

static int64_t size_of_share(int share)
{
    int64_t size = 0, before = 0;
    for (int task = 0; task < pool.tasks.count; task++) {
        int64_t parts = parts_of(&pool.tasks, task);
        struct stretch stretch = stretch_of(parts, before, share);
        size += stretch.end - stretch.begin;
        before += parts;
    }
    return size;
}

/* A unit's parts: those of the share from number `unit` times the unit's size on. */
static void run_unit(int share, int64_t unit)
{
    int64_t skip = unit * pool.unit, left = pool.unit, before = 0;
    for (int task = 0; task < pool.tasks.count && left > 0; task++) {
        int64_t parts = parts_of(&pool.tasks, task);
        struct stretch stretch = stretch_of(parts, before, share);
        int64_t size = stretch.end - stretch.begin;
        for (int64_t i = skip; i < size && left > 0; i++, left--)
            pool.tasks.run(pool.tasks.context, task, stretch.begin + i);
        skip = skip > size ? skip - size : 0;
        before += parts;
    }
}

/* Takes a unit of a share, at its front or its back, and runs it; false: there is none left. Acquire: who sees that
 * also sees the workers counted in `inside` that took them. */
static bool run_some(uint32_t number, int share, bool front)
{
    _Atomic uint64_t *word = &pool.share[share].left;
    uint64_t left = atomic_load_explicit(word, memory_order_acquire);
    while (has_units(left, number))
        if (atomic_compare_exchange_weak_explicit(word, &left, front ? left + (1 << 16) : left - 1,
                                                  memory_order_acq_rel, memory_order_acquire)) {
            run_unit(share, front ? front_of(left) : back_of(left) - 1);
            return true;
        }
    return false;
}

static bool is_left(uint32_t number, int shares)
{
    for (int share = 0; share < shares; share++)
        if (has_units(atomic_load_explicit(&pool.share[share].left, memory_order_relaxed), number))
            return true;
    return false;
}

static void take_parts(uint32_t number, int shares, int own)
{
    in_part = true;
    while (run_some(number, own, true))
        ;
    for (int i = 1; i < shares; i++)
        while (run_some(number, (own + i) % shares, false))
            ;
    in_part = false;
}

/* ---- workers ---- */

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

static void *work(void *opaque_share)
{
    const int own = (int)(uintptr_t)opaque_share;
    uint32_t seen = 0;
#if defined(__linux__)
    pthread_setname_np(pthread_self(), "gan-worker");
#endif
    gan_float_mode_enter();
    for (;;) {
        if (!spin(seen))
            sleep_until_woken(seen);
        if (atomic_load(&pool.stop))
            return NULL;
        uint64_t job = atomic_load(&pool.job);
        seen = number_of(job);
        if (!is_left(seen, shares_of(job)))
            continue; /* came too late: nobody must wait for this thread */
        /* Counted before it takes a part: a caller who finds no part left and nobody inside knows that all are done. */
        atomic_fetch_add(&pool.inside, 1);
        take_parts(seen, shares_of(job), own);
        atomic_fetch_sub(&pool.inside, 1);
    }
}

/* ---- the pool's life; all but the fork handler with `busy` held ---- */

static void forget_workers(void) /* in the child after a fork, which has none of them */
{
    pool.workers = 0;
    pool.started = false;
    /* Another thread may have been in a job: that has no shares for this process. */
    atomic_store(&pool.job, (uint64_t)number_of(atomic_load(&pool.job)) << 32);
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

/* Kernels keep their blocks on the stack, 240 KiB in the deepest call; some systems give a thread less. */
static void set_stack(pthread_attr_t *attributes)
{
    enum { LEAST_STACK = 512 * 1024 };
    size_t size = 0;
    if (pthread_attr_getstacksize(attributes, &size) == 0 && size < LEAST_STACK)
        pthread_attr_setstacksize(attributes, LEAST_STACK);
}

/* A thread without signals: they are the host's business. */
static bool create(pthread_t *thread, void *(*run)(void *context), void *context)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    set_stack(&attributes);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool created = pthread_create(thread, &attributes, run, context) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return created;
}

static void start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_forks);
    pool.started = true;
    atomic_store(&pool.stop, false);
    for (int threads = wanted_threads(); pool.workers < threads - 1; pool.workers++) {
        if (!create(&pool.thread[pool.workers], work, (void *)(uintptr_t)(pool.workers + 1)))
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

static void run_alone(const struct tasks *tasks)
{
    for (int task = 0; task < tasks->count; task++) {
        int64_t parts = parts_of(tasks, task);
        for (int64_t part = 0; part < parts; part++)
            tasks->run(tasks->context, task, part);
    }
}

static void run_without_workers(const struct tasks *tasks)
{
    in_part = true; /* this thread has `busy` */
    run_alone(tasks);
    in_part = false;
}

/* Until a share is set, nobody else looks at what this writes before. */
static void run_on_pool(const struct tasks *tasks, int64_t all_parts)
{
    const int shares = pool.workers + 1;
    pool.tasks = *tasks;
    pool.shares = shares;
    pool.unit = (all_parts / shares + tasks->count) / MOST_UNITS + 1;
    const uint32_t number = number_of(atomic_load_explicit(&pool.job, memory_order_relaxed)) + 1;
    for (int share = 0; share < shares; share++) {
        uint64_t units = (uint64_t)((size_of_share(share) + pool.unit - 1) / pool.unit);
        atomic_store_explicit(&pool.share[share].left, (uint64_t)number << 32 | units, memory_order_release);
    }
    atomic_store(&pool.job, (uint64_t)number << 32 | (uint32_t)shares);
    wake_sleepers();
    take_parts(number, shares, 0);
    for (int turn = 0; atomic_load_explicit(&pool.inside, memory_order_acquire) > 0; turn++)
        if (turn < PATIENCE)
            breathe();
        else
            sched_yield(); /* another program may have the worker's processor */
}

void gan_parallel_tasks(int count, gan_task_parts_function *parts, gan_task_function *run, void *context)
{
    const struct tasks tasks = {count, parts, run, context};
    gan_float_mode before = gan_float_mode_enter();
    int64_t all_parts = 0;
    for (int task = 0; task < count && all_parts <= MOST_PARTS; task++) {
        int64_t more = parts_of(&tasks, task);
        all_parts += more < MOST_PARTS ? more : MOST_PARTS;
    }
    if (all_parts > 1 && all_parts < MOST_PARTS && !in_part && wanted_threads() > 1 &&
        pthread_mutex_trylock(&pool.busy) == 0) {
        if (!pool.started)
            start();
        if (pool.workers > 0)
            run_on_pool(&tasks, all_parts);
        else
            run_without_workers(&tasks);
        pthread_mutex_unlock(&pool.busy);
    } else {
        run_alone(&tasks);
    }
    gan_float_mode_leave(before);
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
    if (done) /* else everything is as it was */
        pool.pinned = pin;
    pthread_mutex_unlock(&pool.busy);
    return done ? GAN_OK
                : gan_fail(GAN_ERROR_UNSUPPORTED, "gan_pin_threads: the system does not let threads be %s",
                           pin ? "pinned" : "unpinned");
}

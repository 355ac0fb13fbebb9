#include "data/ahead.h"

#include "base/memory.h"
#include "base/threads.h"

#include <pthread.h>
#include <unistd.h>

struct gan_ahead {
    const struct gan_batch_source *source;
    pthread_t thread;
    pid_t process; /* the one that the thread is in: after a fork the child has none */
    bool running;

    pthread_mutex_t mutex; /* of all that follows */
    pthread_cond_t changed;
    bool stop;
    atomic_bool abandoned; /* the batch that is being filled is of no use */
    bool failed;           /* the last one filled is: nothing more until somebody asks */
    uint64_t round;        /* how often the queue was emptied */
    uint64_t next;         /* the number of the batch to be filled next */

    /* A ring: the batch in the caller's hands if there is one, those that wait, the one that is being filled. */
    int64_t first, ready, count;
    bool held;
    struct gan_batch batches[];
};

static struct gan_batch *batch_at(struct gan_ahead *ahead, int64_t place)
{
    return &ahead->batches[(ahead->first + place) % ahead->count];
}

static void empty(struct gan_ahead *ahead, uint64_t position)
{
    ahead->ready = 0;
    ahead->failed = false;
    ahead->next = position;
    ahead->round++;
    atomic_store(&ahead->abandoned, true);
    pthread_cond_broadcast(&ahead->changed);
}

/* Whether what waits, or will be filled next, is not this batch; after a failed one nothing will be. */
static bool must_empty(const struct gan_ahead *ahead, uint64_t position)
{
    return ahead->next - (uint64_t)ahead->ready != position || (ahead->failed && ahead->ready == 0);
}

/* ---- the thread ---- */

/* With the mutex held but while it fills. */
static void fill_next(struct gan_ahead *ahead)
{
    struct gan_batch *batch = batch_at(ahead, ahead->held + ahead->ready);
    uint64_t position = ahead->next, round = ahead->round;
    atomic_store(&ahead->abandoned, false);
    pthread_mutex_unlock(&ahead->mutex);
    gan_batch_fill_alone(batch, ahead->source, position, &ahead->abandoned);
    pthread_mutex_lock(&ahead->mutex);
    if (round != ahead->round || ahead->stop)
        return;
    ahead->ready++;
    ahead->next++;
    ahead->failed = batch->status != GAN_OK;
    pthread_cond_broadcast(&ahead->changed);
}

static void *work(void *context)
{
    struct gan_ahead *ahead = context;
    pthread_mutex_lock(&ahead->mutex);
    while (!ahead->stop)
        if (ahead->failed || ahead->held + ahead->ready == ahead->count)
            pthread_cond_wait(&ahead->changed, &ahead->mutex);
        else
            fill_next(ahead);
    pthread_mutex_unlock(&ahead->mutex);
    return NULL;
}

/* ---- its life ---- */

static void begin(struct gan_ahead *ahead)
{
    pthread_mutex_init(&ahead->mutex, NULL);
    pthread_cond_init(&ahead->changed, NULL);
    ahead->running = false;
}

struct gan_ahead *gan_ahead_new(const struct gan_batch_source *source, int64_t depth)
{
    size_t count = (size_t)depth + 1; /* one is the caller's */
    struct gan_ahead *ahead = gan_alloc_zero(1, sizeof *ahead + count * sizeof ahead->batches[0]);
    if (ahead == NULL)
        return NULL;
    ahead->source = source;
    ahead->count = (int64_t)count;
    begin(ahead);
    for (size_t i = 0; i < count; i++)
        if (gan_batch_make(&ahead->batches[i], source) != GAN_OK) {
            gan_ahead_free(ahead);
            return NULL;
        }
    return ahead;
}

/* In a child that was forked the thread is not there, and what it may have locked stays locked. */
static void notice_fork(struct gan_ahead *ahead)
{
    if (ahead->running && ahead->process != getpid()) {
        begin(ahead);
        empty(ahead, ahead->next);
    }
}

void gan_ahead_free(struct gan_ahead *ahead)
{
    if (ahead == NULL)
        return;
    notice_fork(ahead);
    if (ahead->running) {
        pthread_mutex_lock(&ahead->mutex);
        ahead->stop = true;
        atomic_store(&ahead->abandoned, true);
        pthread_cond_broadcast(&ahead->changed);
        pthread_mutex_unlock(&ahead->mutex);
        pthread_join(ahead->thread, NULL);
    }
    pthread_cond_destroy(&ahead->changed);
    pthread_mutex_destroy(&ahead->mutex);
    for (int64_t i = 0; i < ahead->count; i++)
        gan_batch_clear(&ahead->batches[i]);
    gan_free(ahead);
}

static void start(struct gan_ahead *ahead)
{
    ahead->process = getpid();
    ahead->running = gan_thread_start(&ahead->thread, "gan-loader", work, ahead);
}

/* ---- taking ---- */

static void wait_for_one(struct gan_ahead *ahead, uint64_t position)
{
    pthread_mutex_lock(&ahead->mutex);
    if (ahead->held) {
        ahead->held = false;
        ahead->first = (ahead->first + 1) % ahead->count;
        pthread_cond_broadcast(&ahead->changed);
    }
    if (must_empty(ahead, position))
        empty(ahead, position);
    while (ahead->ready == 0)
        pthread_cond_wait(&ahead->changed, &ahead->mutex);
    ahead->held = true;
    ahead->ready--;
    pthread_mutex_unlock(&ahead->mutex);
}

const struct gan_batch *gan_ahead_take(struct gan_ahead *ahead, uint64_t position)
{
    notice_fork(ahead);
    if (!ahead->running) {
        empty(ahead, position);
        start(ahead);
    }
    if (ahead->running) {
        wait_for_one(ahead, position);
    } else {
        ahead->held = true;
        gan_batch_fill(&ahead->batches[ahead->first], ahead->source, position);
    }
    return &ahead->batches[ahead->first];
}

void gan_ahead_seek(struct gan_ahead *ahead, uint64_t position)
{
    notice_fork(ahead);
    if (!ahead->running)
        return;
    pthread_mutex_lock(&ahead->mutex);
    if (must_empty(ahead, position))
        empty(ahead, position);
    pthread_mutex_unlock(&ahead->mutex);
}

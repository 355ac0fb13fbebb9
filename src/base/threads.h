/*
 * The thread pool. Work is cut into parts by its own shape, never by the number of threads, so that the order of every
 * sum, and with it every bit of every result, is the same for any number of threads.
 */
#ifndef GAN_SRC_BASE_THREADS_H
#define GAN_SRC_BASE_THREADS_H

#include <pthread.h>
#include <stdint.h>

typedef void gan_part_function(void *context, int64_t part);

/*
 * Calls run(context, part) for every part in [0, parts), on the pool's threads and the caller's, and returns when all
 * are done. If the pool is busy with another thread's call, or parts is 1, the caller runs all of them itself.
 * Allocates nothing after the pool has started; cannot fail (without a pool the caller does the work). Workers spin for
 * some tens of microseconds after a call, then sleep. Denormals are flushed to zero inside parts and the caller's mode
 * restored.
 *
 * Each thread begins with its share, parts that follow each other, the caller with the first ones, and then helps the
 * others from their ends: in calls that go over the same numbers in the same order a thread meets those that it had
 * before, in its own caches.
 */
void gan_parallel(int64_t parts, gan_part_function *run, void *context);

typedef int64_t gan_task_parts_function(const void *context, int task);
typedef void gan_task_function(void *context, int task, int64_t part);
/*
 * As gan_parallel, for so many tasks of which none writes what another one touches: run(context, task, part) for every
 * part in [0, parts(context, task)) of each. A thread's share is that of the first task, then that of the second, …
 */
void gan_parallel_tasks(int tasks, gan_task_parts_function *parts, gan_task_function *run, void *context);

/* Elements of a piece of an array: some microseconds of work. */
enum { GAN_PIECE = 16384 };
typedef void gan_piece_function(void *context, int64_t begin, int64_t count);
/* As gan_parallel, for an array of so many elements: each call gets a piece, GAN_PIECE of them or what is left. */
void gan_parallel_pieces(int64_t size, gan_piece_function *run, void *context);

/*
 * Starts a thread of its own, outside of the pool: no signal reaches it, and it runs on all processors of the process,
 * also while gan_pin_threads keeps the caller on one. False: the system has no thread to give.
 */
_Bool gan_thread_start(pthread_t *thread, const char *name, void *(*run)(void *context), void *context);

#endif

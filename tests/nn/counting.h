/* An allocator for tests: counts what is asked for and what is still held, and can fail. */
#ifndef GAN_TESTS_NN_COUNTING_H
#define GAN_TESTS_NN_COUNTING_H

#include "gan/base.h"

#include <stdatomic.h>
#include <stdlib.h>

struct counting {
    atomic_long calls; /* of allocate */
    atomic_long held;  /* allocated and not released */
    long fail_at;      /* the call that answers NULL, counted from 1; 0: none */
};

static inline void *counting_allocate(void *context, size_t size, size_t alignment)
{
    struct counting *counting = context;
    if (atomic_fetch_add(&counting->calls, 1) + 1 == counting->fail_at)
        return NULL;
    void *memory = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory != NULL)
        atomic_fetch_add(&counting->held, 1);
    return memory;
}

static inline void counting_release(void *context, void *memory, size_t size)
{
    (void)size;
    struct counting *counting = context;
    if (memory != NULL)
        atomic_fetch_sub(&counting->held, 1);
    free(memory);
}

static inline void counting_begin(struct counting *counting)
{
    gan_set_allocator(&(gan_allocator){counting_allocate, counting_release, counting});
}

static inline void counting_end(void)
{
    gan_set_allocator(NULL);
}

#endif

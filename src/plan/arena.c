#include "arena.h"

#include "base/memory.h"

#include <stdatomic.h>

struct gan_arena {
    atomic_int references;
    void *memory;
    size_t size;
};

struct gan_arena *gan_arena_new(void)
{
    struct gan_arena *arena = gan_alloc_zero(1, sizeof *arena);
    if (arena != NULL)
        atomic_init(&arena->references, 1);
    return arena;
}

struct gan_arena *gan_arena_ref(struct gan_arena *arena)
{
    atomic_fetch_add_explicit(&arena->references, 1, memory_order_relaxed);
    return arena;
}

void gan_arena_unref(struct gan_arena *arena)
{
    if (arena == NULL || atomic_fetch_sub_explicit(&arena->references, 1, memory_order_acq_rel) != 1)
        return;
    gan_free(arena->memory);
    gan_free(arena);
}

gan_status gan_arena_reserve(struct gan_arena *arena, size_t size)
{
    if (arena->memory != NULL && arena->size >= size)
        return GAN_OK;
    void *memory = gan_alloc(size);
    if (memory == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_free(arena->memory);
    arena->memory = memory;
    arena->size = size;
    return GAN_OK;
}

void *gan_arena_memory(const struct gan_arena *arena)
{
    return arena->memory;
}

size_t gan_arena_size(const struct gan_arena *arena)
{
    return arena->size;
}

/*
 * Memory through the user's allocator. Each block is preceded by a header that remembers its size, since the allocator
 * is told it again when the block is released.
 */
#include "memory.h"

#include "gan/base.h"
#include "status.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

struct header {
    size_t whole; /* what the allocator was asked for */
};

static void *system_allocate(void *context, size_t size, size_t alignment)
{
    (void)context;
    if (size > SIZE_MAX - alignment)
        return NULL;
    return aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

static void system_release(void *context, void *memory, size_t size)
{
    (void)context, (void)size;
    free(memory);
}

static const gan_allocator system_allocator = {system_allocate, system_release, NULL};
static gan_allocator current = {system_allocate, system_release, NULL};

void gan_set_allocator(const gan_allocator *allocator)
{
    if (allocator != NULL && (allocator->allocate == NULL || allocator->release == NULL))
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_set_allocator: allocator has no function to %s",
                 allocator->allocate == NULL ? "allocate" : "release");
    else
        current = allocator != NULL ? *allocator : system_allocator;
}

static void *misaligned(void *whole, size_t size)
{
    current.release(current.context, whole, size);
    return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT,
                         "gan_set_allocator: its allocate() gave memory at %p, want a multiple of %d", whole,
                         GAN_ALIGNMENT);
}

/*
 * Asks for huge pages within a large block: convolutions jump through it, and a processor remembers where few small
 * pages are. It is a wish that the system may ignore.
 */
static void wish_for_huge_pages(char *memory, size_t size)
{
#if defined(MADV_HUGEPAGE)
    const uintptr_t page = (uintptr_t)2 << 20;
    if (size < 2 * page)
        return;
    uintptr_t begin = ((uintptr_t)memory + page - 1) / page * page, end = ((uintptr_t)memory + size) / page * page;
    if (begin < end)
        (void)madvise(memory + (begin - (uintptr_t)memory), end - begin, MADV_HUGEPAGE);
#else
    (void)memory, (void)size;
#endif
}

void *gan_alloc(size_t size)
{
    size_t whole_size = GAN_ALIGNMENT + (size > 0 ? size : 1);
    char *whole = NULL;
    if (size <= PTRDIFF_MAX - GAN_ALIGNMENT)
        whole = current.allocate(current.context, whole_size, GAN_ALIGNMENT);
    if (whole == NULL)
        return gan_fail_null(GAN_ERROR_OUT_OF_MEMORY, "out of memory: %zu bytes were asked for", size);
    if ((uintptr_t)whole % GAN_ALIGNMENT != 0)
        return misaligned(whole, whole_size);
    wish_for_huge_pages(whole, whole_size);
    ((struct header *)(void *)whole)->whole = whole_size;
    return whole + GAN_ALIGNMENT;
}

void *gan_alloc_zero(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return gan_fail_null(GAN_ERROR_OUT_OF_MEMORY, "out of memory: %zu times %zu bytes were asked for", count, size);
    void *memory = gan_alloc(count * size);
    if (memory != NULL)
        memset(memory, 0, count * size);
    return memory;
}

static struct header *header_of(void *memory)
{
    return (struct header *)(void *)((char *)memory - GAN_ALIGNMENT);
}

void *gan_realloc(void *memory, size_t size)
{
    void *moved = gan_alloc(size);
    if (moved == NULL || memory == NULL)
        return moved;
    size_t old = header_of(memory)->whole - GAN_ALIGNMENT;
    memcpy(moved, memory, old < size ? old : size);
    gan_free(memory);
    return moved;
}

void gan_free(void *memory)
{
    if (memory != NULL)
        current.release(current.context, header_of(memory), header_of(memory)->whole);
}

void gan_text_free(char *text)
{
    gan_free(text);
}

char *gan_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = gan_alloc(size);
    return copy != NULL ? memcpy(copy, text, size) : NULL;
}

char *gan_format(const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length >= 0 ? gan_alloc((size_t)length + 1) : NULL;
    if (text != NULL)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

_Bool gan_grow(void **items, size_t *capacity, size_t count, size_t item_size)
{
    if (count < *capacity)
        return 1;
    size_t larger = *capacity < 8 ? 8 : *capacity > SIZE_MAX / 2 ? SIZE_MAX : 2 * *capacity;
    if (larger > SIZE_MAX / item_size)
        return gan_fail_null(GAN_ERROR_OUT_OF_MEMORY, "out of memory: %zu times %zu bytes were asked for", larger,
                             item_size) != NULL;
    void *moved = gan_realloc(*items, larger * item_size);
    if (moved == NULL)
        return 0;
    *items = moved;
    *capacity = larger;
    return 1;
}

/* Allocators for tests: one that counts, one whose Nth allocation fails. */
#ifndef GAN_TESTS_MEMORY_CHECK_H
#define GAN_TESTS_MEMORY_CHECK_H

#include "gan/base.h"

#include <stdlib.h>

static struct memory_check {
    long allocations; /* asked for so far */
    long fail_at;     /* the number of the one that fails; 0: none */
    size_t live, peak;
} memory_check;

static void *check_allocate(void *context, size_t size, size_t alignment)
{
    (void)context;
    if (++memory_check.allocations == memory_check.fail_at)
        return NULL;
    memory_check.live += size;
    memory_check.peak = memory_check.live > memory_check.peak ? memory_check.live : memory_check.peak;
    return aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

static void check_release(void *context, void *memory, size_t size)
{
    (void)context;
    memory_check.live -= size;
    free(memory);
}

/* Sets the allocator, everything counted from 0. */
static void memory_check_begin(long fail_at)
{
    static const gan_allocator allocator = {check_allocate, check_release, NULL};
    memory_check = (struct memory_check){.fail_at = fail_at};
    gan_set_allocator(&allocator);
}

/*
 * Calls attempt(context) with its 1st, 2nd, … allocation failing, until it succeeds, and checks that each failure is
 * reported as such and leaks nothing. attempt gives back what it made; true is success.
 */
#define CHECK_EACH_ALLOCATION(attempt, context)                                                                        \
    do {                                                                                                               \
        long at_ = 1;                                                                                                  \
        for (;; at_++) {                                                                                               \
            memory_check_begin(at_);                                                                                   \
            bool succeeded_ = attempt(context);                                                                        \
            ck_assert_uint_eq(memory_check.live, 0);                                                                   \
            if (memory_check.allocations < at_) {                                                                      \
                ck_assert(succeeded_);                                                                                 \
                break;                                                                                                 \
            }                                                                                                          \
            ck_assert(!succeeded_);                                                                                    \
            ck_assert_msg(gan_error_status() == GAN_ERROR_OUT_OF_MEMORY, "allocation %ld: %s", at_,                    \
                          gan_error_message());                                                                        \
        }                                                                                                              \
        gan_set_allocator(NULL);                                                                                       \
        ck_assert_int_gt(at_, 2);                                                                                      \
    } while (0)

#endif

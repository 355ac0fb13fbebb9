/* An allocator that fails at a chosen call and counts what is not given back. */
#ifndef GAN_TESTS_IO_FAILING_H
#define GAN_TESTS_IO_FAILING_H

#include "gan/base.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct failing {
    long calls, fail_at; /* the call of this number (from 1) gets NULL; 0: none does */
    long live;
    size_t largest; /* that was asked for */
};

static inline void *failing_allocate(void *context, size_t size, size_t alignment)
{
    struct failing *failing = context;
    if (size > failing->largest)
        failing->largest = size;
    if (++failing->calls == failing->fail_at)
        return NULL;
    failing->live++;
    return aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

static inline void failing_release(void *context, void *memory, size_t size)
{
    (void)size;
    ((struct failing *)context)->live -= memory != NULL;
    free(memory);
}

/* Runs `work` (true: it succeeded) with the first allocation failing, then the second, and so on until none does; each
 * failure must be reported as out of memory, and leave nothing behind. Returns how many times it failed. */
static inline long fail_each_allocation(bool (*work)(void))
{
    for (long n = 1;; n++) {
        struct failing failing = {.fail_at = n};
        gan_set_allocator(&(gan_allocator){failing_allocate, failing_release, &failing});
        bool worked = work();
        gan_set_allocator(NULL);
        ck_assert_msg(failing.live == 0, "allocation %ld failed: %ld blocks are left", n, failing.live);
        if (failing.calls < n) {
            ck_assert_msg(worked, "without a failure it does not work: %s", gan_error_message());
            return n - 1;
        }
        ck_assert_msg(!worked, "allocation %ld failed, and no one noticed", n);
        ck_assert_int_eq(gan_error_status(), GAN_ERROR_OUT_OF_MEMORY);
    }
}

#endif

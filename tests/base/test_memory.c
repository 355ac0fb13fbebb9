#include "base/memory.h"

#include "base/status.h"
#include "suite.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An allocator that checks what it is told, and refuses when asked to. */
struct recorder {
    size_t live_blocks, live_bytes, last_size, last_alignment;
    bool refuse, misalign;
};

static void *record_allocate(void *context, size_t size, size_t alignment)
{
    struct recorder *recorder = context;
    recorder->last_size = size;
    recorder->last_alignment = alignment;
    if (recorder->refuse)
        return NULL;
    char *memory = aligned_alloc(alignment, (size + 2 * alignment - 1) / alignment * alignment);
    recorder->live_blocks++;
    recorder->live_bytes += size;
    return recorder->misalign ? memory + 8 : memory;
}

static void record_release(void *context, void *memory, size_t size)
{
    struct recorder *recorder = context;
    recorder->live_blocks--;
    recorder->live_bytes -= size;
    free((char *)memory - (recorder->misalign ? 8 : 0));
}

static struct recorder recorder;

static void record(void)
{
    gan_set_allocator(&(gan_allocator){record_allocate, record_release, &recorder});
}

START_TEST(blocks_are_aligned_and_apart)
{
    static const size_t sizes[] = {0, 1, 2, 3, 7, 63, 64, 65, 1000, 4096, 100003};
    enum { COUNT = sizeof sizes / sizeof sizes[0] };
    unsigned char *blocks[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        blocks[i] = gan_alloc(sizes[i]);
        ck_assert_ptr_nonnull(blocks[i]);
        ck_assert_uint_eq((uintptr_t)blocks[i] % 64, 0);
        memset(blocks[i], (int)i + 1, sizes[i]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t at = 0; at < sizes[i]; at++)
            ck_assert_uint_eq(blocks[i][at], i + 1);
        gan_free(blocks[i]);
    }
    gan_free(NULL);
    gan_text_free(NULL);
}
END_TEST

START_TEST(zeroed_blocks_are_zero)
{
    for (int i = 0; i < 50; i++) { /* again and again: used memory comes back */
        unsigned char *block = gan_alloc_zero(37, 11);
        ck_assert_ptr_nonnull(block);
        for (size_t at = 0; at < 37 * 11; at++)
            ck_assert_uint_eq(block[at], 0);
        memset(block, 255, 37 * 11);
        gan_free(block);
    }
}
END_TEST

START_TEST(realloc_keeps_the_content)
{
    char *block = gan_realloc(NULL, 5);
    ck_assert_ptr_nonnull(block);
    memcpy(block, "abcd", 5);
    block = gan_realloc(block, 100000);
    ck_assert_str_eq(block, "abcd");
    ck_assert_uint_eq((uintptr_t)block % 64, 0);
    block = gan_realloc(block, 3);
    ck_assert_int_eq(memcmp(block, "abc", 3), 0);
    gan_free(block);
}
END_TEST

START_TEST(texts_are_copied_and_formatted)
{
    char *copy = gan_strdup("Grüße"), *text = gan_format("%s %d %.1f", "x", 12, 0.5);
    ck_assert_str_eq(copy, "Grüße");
    ck_assert_str_eq(text, "x 12 0.5");
    char *empty = gan_format("%s", "");
    ck_assert_str_eq(empty, "");
    gan_free(copy);
    gan_text_free(text);
    gan_free(empty);
}
END_TEST

START_TEST(an_array_grows)
{
    record();
    int *items = NULL;
    size_t capacity = 0;
    for (size_t count = 0; count < 1000; count++) {
        ck_assert(gan_grow((void **)&items, &capacity, count, sizeof *items));
        ck_assert_uint_gt(capacity, count);
        items[count] = (int)count;
    }
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(items[i], i);
    recorder.refuse = true;
    size_t before = capacity;
    int *same = items;
    ck_assert(!gan_grow((void **)&items, &capacity, capacity, sizeof *items));
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_OUT_OF_MEMORY);
    ck_assert_uint_eq(capacity, before);
    ck_assert_ptr_eq(items, same);
    gan_free(items);
    ck_assert_uint_eq(recorder.live_blocks, 0);
}
END_TEST

START_TEST(the_users_allocator_gets_alignment_and_the_same_size_back)
{
    record();
    void *a = gan_alloc(100);
    ck_assert_uint_eq(recorder.last_alignment, 64);
    ck_assert_uint_ge(recorder.last_size, 100);
    void *b = gan_alloc_zero(3, 1000);
    a = gan_realloc(a, 5000);
    char *c = gan_strdup("text");
    ck_assert_uint_eq(recorder.live_blocks, 3);
    gan_free(a);
    gan_free(b);
    gan_free(c);
    ck_assert_uint_eq(recorder.live_blocks, 0);
    ck_assert_uint_eq(recorder.live_bytes, 0);
    size_t last = recorder.last_size;
    gan_set_allocator(NULL);
    gan_free(gan_alloc(last + 1));
    ck_assert_uint_eq(recorder.last_size, last);
}
END_TEST

static void check_out_of_memory(const void *memory, const char *size)
{
    ck_assert_ptr_null(memory);
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_OUT_OF_MEMORY);
    ck_assert_msg(strstr(gan_error_message(), size) != NULL, "no %s in: %s", size, gan_error_message());
    gan_fail(GAN_ERROR_IO, "another");
}

START_TEST(refusals_are_errors_that_name_the_size)
{
    record();
    char *kept = gan_strdup("kept");
    recorder.refuse = true;
    check_out_of_memory(gan_alloc(12345), "12345 bytes");
    check_out_of_memory(gan_alloc_zero(10, 77), "770 bytes");
    check_out_of_memory(gan_realloc(kept, 4321), "4321 bytes");
    check_out_of_memory(gan_strdup("seven.."), "8 bytes");
    check_out_of_memory(gan_format("%d", 12345), "6 bytes");
    ck_assert_str_eq(kept, "kept"); /* realloc left it */
    gan_free(kept);
    ck_assert_uint_eq(recorder.live_blocks, 0);
}
END_TEST

START_TEST(sizes_that_no_memory_has_are_refused)
{
    char text[32];
    for (size_t less = 0; less < 200; less++) {
        snprintf(text, sizeof text, "%zu bytes", SIZE_MAX - less);
        check_out_of_memory(gan_alloc(SIZE_MAX - less), text);
    }
    check_out_of_memory(gan_alloc((size_t)PTRDIFF_MAX), "9223372036854775807");
    check_out_of_memory(gan_alloc_zero(SIZE_MAX / 2, 3), "times 3 bytes");
    check_out_of_memory(gan_alloc_zero(SIZE_MAX, SIZE_MAX), "bytes");
    char *items = NULL;
    size_t capacity = SIZE_MAX / 4;
    ck_assert(!gan_grow((void **)&items, &capacity, capacity, 16));
    check_out_of_memory(items, "times 16 bytes");
}
END_TEST

START_TEST(an_allocator_that_does_not_align_is_found_out)
{
    record();
    recorder.misalign = true;
    ck_assert_ptr_null(gan_alloc(10));
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_msg(strstr(gan_error_message(), "want a multiple of 64") != NULL, "%s", gan_error_message());
    ck_assert_uint_eq(recorder.live_blocks, 0);
}
END_TEST

START_TEST(an_allocator_without_functions_is_refused)
{
    gan_set_allocator(&(gan_allocator){NULL, record_release, NULL});
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_str_eq(gan_error_message(), "gan_set_allocator: allocator has no function to allocate");
    gan_set_allocator(&(gan_allocator){record_allocate, NULL, NULL});
    ck_assert_str_eq(gan_error_message(), "gan_set_allocator: allocator has no function to release");
    gan_free(gan_alloc(10)); /* by the one from before */
    ck_assert_uint_eq(recorder.last_size, 0);
}
END_TEST

static const struct test_case tests[] = {
    {"blocks are aligned and apart", blocks_are_aligned_and_apart},
    {"zeroed blocks are zero", zeroed_blocks_are_zero},
    {"realloc keeps the content", realloc_keeps_the_content},
    {"texts are copied and formatted", texts_are_copied_and_formatted},
    {"an array grows", an_array_grows},
    {"the user's allocator gets alignment and the same size back",
     the_users_allocator_gets_alignment_and_the_same_size_back},
    {"refusals are errors that name the size", refusals_are_errors_that_name_the_size},
    {"sizes that no memory has are refused", sizes_that_no_memory_has_are_refused},
    {"an allocator that does not align is found out", an_allocator_that_does_not_align_is_found_out},
    {"an allocator without functions is refused", an_allocator_without_functions_is_refused},
};

int main(void)
{
    return RUN_SUITE("base: memory", tests);
}

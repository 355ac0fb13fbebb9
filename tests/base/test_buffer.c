#include "base/buffer.h"

#include "base/memory.h"
#include "memory_check.h"
#include "suite.h"

#include <string.h>

START_TEST(what_is_appended_stands_in_turn)
{
    struct gan_buffer buffer = {0};
    for (int i = 0; i < 1000; i++)
        gan_buffer_print(&buffer, "%d,", i % 10);
    gan_buffer_append(&buffer, "a\0b", 3);
    gan_buffer_append(&buffer, NULL, 0);
    ck_assert_uint_eq(buffer.length, 2003);
    ck_assert_int_eq(strncmp(buffer.bytes, "0,1,2,3,", 8), 0);
    ck_assert_mem_eq(buffer.bytes + 1996, "8,9,a\0b", 8); /* with the final 0 */
    memcpy(gan_buffer_extend(&buffer, 2), "cd", 2);
    ck_assert_str_eq(buffer.bytes + 2002, "bcd");
    gan_buffer_empty(&buffer);
    gan_buffer_print(&buffer, "%s", "new");
    ck_assert_str_eq(buffer.bytes, "new");
    gan_buffer_clear(&buffer);
    ck_assert_ptr_null(buffer.bytes);
    ck_assert_ptr_null(gan_buffer_take(&buffer));
    gan_buffer_print(&buffer, "old");
    gan_buffer_empty(&buffer);
    char *nothing = gan_buffer_take(&buffer);
    ck_assert_str_eq(nothing, "");
    gan_free(nothing);
}
END_TEST

START_TEST(a_text_longer_than_any_line_is_whole)
{
    static char letters[5000];
    memset(letters, 'x', sizeof letters - 1);
    struct gan_buffer buffer = {0};
    gan_buffer_print(&buffer, "<%s>", letters);
    char *text = gan_buffer_take(&buffer);
    ck_assert_uint_eq(strlen(text), sizeof letters + 1);
    ck_assert_str_eq(text + sizeof letters - 1, "x>");
    ck_assert_uint_eq(buffer.capacity, 0);
    gan_free(text);
}
END_TEST

static bool fill(void *unused)
{
    (void)unused;
    struct gan_buffer buffer = {0};
    for (int i = 0; i < 100; i++)
        gan_buffer_print(&buffer, "some %d", i);
    gan_buffer_append(&buffer, "more", 4); /* also after a failure */
    char *text = gan_buffer_take(&buffer);
    gan_free(text);
    return text != NULL;
}

START_TEST(the_first_failure_sticks)
{
    CHECK_EACH_ALLOCATION(fill, NULL);
}
END_TEST

static const struct test_case tests[] = {
    {"what is appended stands in turn", what_is_appended_stands_in_turn},
    {"a text longer than any line is whole", a_text_longer_than_any_line_is_whole},
    {"the first failure sticks", the_first_failure_sticks},
};

int main(void)
{
    return RUN_SUITE("base: buffer", tests);
}

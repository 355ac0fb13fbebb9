#include "base/status.h"

#include "base/text.h"
#include "suite.h"
#include "utf8.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

START_TEST(nothing_has_failed_at_first)
{
    ck_assert_int_eq(gan_error_status(), GAN_OK);
    ck_assert_str_eq(gan_error_message(), "");
}
END_TEST

START_TEST(a_failure_keeps_its_status_and_text)
{
    ck_assert_int_eq(gan_fail(GAN_ERROR_IO, "file %s at %d", "x", 7), GAN_ERROR_IO);
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_IO);
    ck_assert_str_eq(gan_error_message(), "file x at 7");
    ck_assert_ptr_null(gan_fail_null(GAN_ERROR_FORMAT, "bad"));
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_FORMAT);
    ck_assert_str_eq(gan_error_message(), "bad");
}
END_TEST

START_TEST(a_failure_may_quote_the_one_before)
{
    gan_fail(GAN_ERROR_IO, "disk full");
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "saving: %s (really: %s)", gan_error_message(), gan_error_message());
    ck_assert_str_eq(gan_error_message(), "saving: disk full (really: disk full)");
}
END_TEST

START_TEST(a_null_handle_tells_what_came_before)
{
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "f: x is NULL");
    ck_assert_str_eq(gan_error_message(), "f: x is NULL");
    gan_fail(GAN_ERROR_IO, "open: no such file");
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "g: the handle is NULL");
    ck_assert_str_eq(gan_error_message(), "g: the handle is NULL; before it: open: no such file");
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "h: loader is NULL"); /* the cause stays, the links between do not */
    ck_assert_str_eq(gan_error_message(), "h: loader is NULL; before it: open: no such file");
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "i: input has 0 axes, want 1 to 7");
    ck_assert_str_eq(gan_error_message(), "i: input has 0 axes, want 1 to 7; before it: open: no such file");
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "j: example is [], but this recipe is for images");
    ck_assert_str_eq(gan_error_message(),
                     "j: example is [], but this recipe is for images; before it: open: no such file");
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "size is 0");
    ck_assert_str_eq(gan_error_message(), "size is 0");
}
END_TEST

/* Who asks for the status alone must not take want of memory for a mistake of the program. */
START_TEST(null_for_want_of_memory_stays_that)
{
    gan_fail(GAN_ERROR_OUT_OF_MEMORY, "out of memory: 7 bytes were asked for");
    ck_assert_int_eq(gan_fail(GAN_ERROR_INVALID_ARGUMENT, "f: x is NULL"), GAN_ERROR_OUT_OF_MEMORY);
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_OUT_OF_MEMORY);
    ck_assert_str_eq(gan_error_message(), "f: x is NULL; before it: out of memory: 7 bytes were asked for");
    ck_assert_int_eq(gan_fail(GAN_ERROR_INVALID_ARGUMENT, "size is 0"), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(gan_fail(GAN_ERROR_INVALID_ARGUMENT, "f: x is NULL"), GAN_ERROR_INVALID_ARGUMENT);
}
END_TEST

START_TEST(want_of_memory_is_no_excuse_for_other_mistakes)
{
    gan_fail(GAN_ERROR_OUT_OF_MEMORY, "out of memory");
    ck_assert_int_eq(gan_fail(GAN_ERROR_INVALID_ARGUMENT, "f: x has 0 axes"), GAN_ERROR_INVALID_ARGUMENT);
    gan_fail(GAN_ERROR_OUT_OF_MEMORY, "out of memory");
    ck_assert_int_eq(gan_fail_again(GAN_ERROR_IO, "f: the disk is NULL"), GAN_ERROR_IO);
    ck_assert_str_eq(gan_error_message(), "f: the disk is NULL");
}
END_TEST

START_TEST(a_shape_without_axes_may_be_the_cause)
{
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "f: input has 0 axes, want 1 to 7");
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "g: model is NULL");
    ck_assert_str_eq(gan_error_message(), "g: model is NULL; before it: f: input has 0 axes, want 1 to 7");
}
END_TEST

/* What stands in a file, or is given as a name, may be anything; a message goes to terminals and logs. */
START_TEST(messages_are_clean_utf8)
{
    static const struct {
        const char *given, *kept;
    } texts[] = {{"é…😀 \x7E", "é…😀 ~"},
                 {"a\xE9"
                  "b",
                  "a?b"},                          /* Latin-1 */
                 {"\x80\xBF", "??"},               /* continuations of nothing */
                 {"\xC0\xAF", "??"},               /* overlong */
                 {"\xED\xA0\x80", "???"},          /* a surrogate */
                 {"\xF4\x90\x80\x80", "????"},     /* beyond Unicode */
                 {"\x1B[31m\n\t\x7F", "?[31m???"}, /* control characters */
                 {"\xC2\x9B"
                  "1m",
                  "??1m"}}; /* one of those of eight bits */
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        gan_fail(GAN_ERROR_IO, "%s", texts[i].given);
        ck_assert_str_eq(gan_error_message(), texts[i].kept);
    }
    gan_fail(GAN_ERROR_IO, "\"%.3s\"", "éé"); /* cut by bytes */
    ck_assert_msg(is_utf8(gan_error_message()), "%s", gan_error_message());
}
END_TEST

START_TEST(texts_are_shown_short_and_clean)
{
    ck_assert_str_eq(GAN_SHOWN("", 8), "");
    ck_assert_str_eq(GAN_SHOWN("12345678", 8), "12345678");
    ck_assert_str_eq(GAN_SHOWN("123456789", 8), "12345…");
    ck_assert_str_eq(GAN_SHOWN("ééééé", 8), "éé…");
    ck_assert_str_eq(GAN_SHOWN("éééé", 8), "éééé");
    ck_assert_str_eq(GAN_SHOWN("a\nb\xFF", 8), "a?b?");
}
END_TEST

START_TEST(a_failure_leaves_errno_alone)
{
    errno = ENOENT;
    gan_fail(GAN_ERROR_IO, "%s %g", strerror(errno), 1.5);
    ck_assert_int_eq(errno, ENOENT);
}
END_TEST

/* A text of `length` letters, then `tail`. */
static const char *message_of(size_t length, const char *tail)
{
    static char text[4000];
    memset(text, 'a', length);
    strcpy(text + length, tail);
    gan_fail(GAN_ERROR_IO, "%s", text);
    return gan_error_message();
}

START_TEST(a_long_text_is_cut_between_characters)
{
    ck_assert_uint_eq(strlen(message_of(3000, "")), 1023);
    ck_assert_uint_eq(strlen(message_of(1023, "")), 1023);
    ck_assert_str_eq(message_of(1021, "é") + 1021, "é");  /* just fits: 1023 bytes */
    ck_assert_str_eq(message_of(1021, "éa") + 1021, "é"); /* the letter is cut, the character not */
    ck_assert_str_eq(message_of(1022, "é") + 1021, "a");  /* 1024 bytes: it goes whole */
    ck_assert_str_eq(message_of(1021, "…") + 1020, "a");  /* three bytes */
    ck_assert_str_eq(message_of(1020, "…b") + 1020, "…");
    for (size_t fits = 0; fits < 4; fits++)
        ck_assert_uint_eq(strlen(message_of(1023 - fits, "😀😀")), 1023 - fits); /* four bytes */
    ck_assert_str_eq(message_of(1019, "😀😀") + 1019, "😀");
    ck_assert_uint_eq(strlen(message_of(1022, "\x80\x80\x80")), 1023); /* not UTF-8: nothing to keep whole */
}
END_TEST

static void *fail_elsewhere(void *seen)
{
    *(bool *)seen = gan_error_status() == GAN_OK && *gan_error_message() == '\0';
    gan_fail(GAN_ERROR_SYSTEM, "elsewhere");
    return NULL;
}

START_TEST(each_thread_has_its_own)
{
    bool clean = false;
    pthread_t thread;
    gan_fail(GAN_ERROR_IO, "here");
    ck_assert_int_eq(pthread_create(&thread, NULL, fail_elsewhere, &clean), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert(clean);
    ck_assert_str_eq(gan_error_message(), "here");
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_IO);
}
END_TEST

START_TEST(each_status_has_a_name_of_its_own)
{
    for (int a = GAN_OK; a <= GAN_ERROR_SYSTEM; a++) {
        ck_assert_str_ne(gan_status_name((gan_status)a), "unknown status");
        for (int b = GAN_OK; b < a; b++)
            ck_assert_str_ne(gan_status_name((gan_status)a), gan_status_name((gan_status)b));
    }
    ck_assert_str_eq(gan_status_name(GAN_ERROR_INVALID_ARGUMENT), "invalid argument");
    ck_assert_str_eq(gan_status_name((gan_status)(GAN_ERROR_SYSTEM + 1)), "unknown status");
    ck_assert_str_eq(gan_status_name((gan_status)-1), "unknown status");
}
END_TEST

START_TEST(the_header_states_the_librarys_version)
{
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", GAN_VERSION_MAJOR, GAN_VERSION_MINOR, GAN_VERSION_PATCH);
    ck_assert_str_eq(gan_version(), text);
}
END_TEST

static const struct test_case tests[] = {
    {"null handle", a_null_handle_tells_what_came_before},
    {"nothing has failed at first", nothing_has_failed_at_first},
    {"a failure keeps its status and text", a_failure_keeps_its_status_and_text},
    {"a failure may quote the one before", a_failure_may_quote_the_one_before},
    {"a failure leaves errno alone", a_failure_leaves_errno_alone},
    {"a long text is cut between characters", a_long_text_is_cut_between_characters},
    {"each thread has its own", each_thread_has_its_own},
    {"each status has a name of its own", each_status_has_a_name_of_its_own},
    {"null for want of memory", null_for_want_of_memory_stays_that},
    {"want of memory is no excuse for other mistakes", want_of_memory_is_no_excuse_for_other_mistakes},
    {"a shape without axes may be the cause", a_shape_without_axes_may_be_the_cause},
    {"messages are clean UTF-8", messages_are_clean_utf8},
    {"texts are shown short and clean", texts_are_shown_short_and_clean},
    {"the header states the library's version", the_header_states_the_librarys_version},
};

int main(void)
{
    return RUN_SUITE("base: status", tests);
}

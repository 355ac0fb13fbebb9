/* This thread's latest failure. */
#include "status.h"

#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static _Thread_local gan_status last_status;
static _Thread_local uint64_t failures;
static _Thread_local char last_message[1024];

/* How many bytes of UTF-8 the character that begins with `byte` has. */
static size_t character_size(unsigned char byte)
{
    return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

void gan_text_print(char *text, size_t size, const char *format, va_list arguments)
{
    int needed = vsnprintf(text, size, format, arguments);
    if (needed < 0)
        text[0] = '\0';
    if (needed < 0 || (size_t)needed < size)
        return;
    size_t last = size - 1; /* where the last character begins */
    while (last > 0 && ((unsigned char)text[last - 1] & 0xC0) == 0x80)
        last--;
    if (last > 0 && last - 1 + character_size((unsigned char)text[last - 1]) > size - 1)
        text[last - 1] = '\0';
}

void gan_text_format(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    gan_text_print(text, size, format, arguments);
    va_end(arguments);
}

/*
 * A handle that is NULL, or a shape without axes, is most often what an earlier call that failed has answered, or was
 * asked of what such a call answered. Who looks only now must still be told what that was, so it stays behind the new
 * text.
 */
static bool may_have_a_cause(const char *text)
{
    static const char ending[] = " is NULL";
    size_t length = strlen(text);
    if (length >= sizeof ending && strcmp(text + length - (sizeof ending - 1), ending) == 0)
        return true;
    return strstr(text, " has 0 axes") != NULL || strstr(text, " is [],") != NULL;
}

static void append_what_came_before(char *text, size_t size)
{
    if (last_status == GAN_OK || !may_have_a_cause(text))
        return;
    const char *earlier = strstr(last_message, "; before it: ");
    earlier = earlier != NULL ? earlier + strlen("; before it: ") : last_message;
    if (may_have_a_cause(earlier))
        return; /* which explains nothing */
    char both[sizeof last_message];
    gan_text_format(both, sizeof both, "%s; before it: %s", text, earlier);
    memcpy(text, both, strlen(both) < size ? strlen(both) + 1 : size);
}

static void keep(gan_status status, const char *format, va_list arguments)
{
    int system_error = errno;       /* a caller may have more to say about it */
    char text[sizeof last_message]; /* the arguments may point into last_message */
    gan_text_print(text, sizeof text, format, arguments);
    append_what_came_before(text, sizeof text);
    memcpy(last_message, text, strlen(text) + 1);
    last_status = status;
    failures++;
    errno = system_error;
}

gan_status gan_fail(gan_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    keep(status, format, arguments);
    va_end(arguments);
    return status;
}

void *gan_fail_null(gan_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    keep(status, format, arguments);
    va_end(arguments);
    return NULL;
}

uint64_t gan_failures(void)
{
    return failures;
}

bool gan_failed_so_since(uint64_t before, gan_status status)
{
    return failures != before && last_status == status;
}

const char *gan_error_message(void)
{
    return last_message;
}

gan_status gan_error_status(void)
{
    return last_status;
}

const char *gan_status_name(gan_status status)
{
    switch (status) {
    case GAN_OK:
        return "no error";
    case GAN_ERROR_INVALID_ARGUMENT:
        return "invalid argument";
    case GAN_ERROR_OUT_OF_MEMORY:
        return "out of memory";
    case GAN_ERROR_IO:
        return "input or output failed";
    case GAN_ERROR_FORMAT:
        return "unexpected file format";
    case GAN_ERROR_NOT_FINITE:
        return "not a finite number";
    case GAN_ERROR_UNSUPPORTED:
        return "not supported";
    case GAN_ERROR_SYSTEM:
        return "the system refused";
    }
    return "unknown status";
}

const char *gan_version(void)
{
    return GAN_VERSION;
}

/* This thread's latest failure. */
#include "status.h"

#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static _Thread_local gan_status last_status;
static _Thread_local uint64_t failures;
static _Thread_local char last_message[1024];

static bool is_about_null(const char *text)
{
    static const char ending[] = " is NULL";
    size_t length = strlen(text);
    return length >= sizeof ending && strcmp(text + length - (sizeof ending - 1), ending) == 0;
}

/*
 * A handle that is NULL, or a shape without axes, is most often what an earlier call that failed has answered, or was
 * asked of what such a call answered. Who looks only now must still be told what that was, so it stays behind the new
 * text.
 */
static bool may_have_a_cause(const char *text)
{
    return is_about_null(text) || strstr(text, " has 0 axes") != NULL || strstr(text, " is [],") != NULL;
}

static const char *cause_in(const char *text)
{
    static const char between[] = "; before it: ";
    const char *behind = strstr(text, between);
    return behind != NULL ? behind + sizeof between - 1 : text;
}

/* The new failure's cause, NULL if it has none: another NULL explains nothing. */
static const char *cause_of(const char *text)
{
    const char *earlier = cause_in(last_message);
    return last_status != GAN_OK && may_have_a_cause(text) && !is_about_null(earlier) ? earlier : NULL;
}

static gan_status keep(gan_status status, char *text)
{
    gan_text_clean(text);
    memcpy(last_message, text, strlen(text) + 1);
    last_status = status;
    failures++;
    return status;
}

/* Returns the status that it has kept: memory that ran out leaves NULLs behind, which are not the program's mistake. */
static gan_status tell(gan_status status, const char *format, va_list arguments)
{
    int system_error = errno;       /* a caller may have more to say about it */
    char text[sizeof last_message]; /* the arguments may point into last_message */
    gan_text_print(text, sizeof text, format, arguments);
    const char *cause = cause_of(text);
    if (cause != NULL && is_about_null(text) && last_status == GAN_ERROR_OUT_OF_MEMORY)
        status = GAN_ERROR_OUT_OF_MEMORY;
    if (cause != NULL) {
        char both[sizeof last_message];
        gan_text_format(both, sizeof both, "%s; before it: %s", text, cause);
        memcpy(text, both, strlen(both) + 1);
    }
    status = keep(status, text);
    errno = system_error;
    return status;
}

gan_status gan_fail(gan_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    gan_status kept = tell(status, format, arguments);
    va_end(arguments);
    return kept;
}

void *gan_fail_null(gan_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell(status, format, arguments);
    va_end(arguments);
    return NULL;
}

gan_status gan_fail_again(gan_status status, const char *message)
{
    char text[sizeof last_message];
    gan_text_format(text, sizeof text, "%s", message);
    return keep(status, text);
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

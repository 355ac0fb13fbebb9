/* This thread's latest failure. */
#include "status.h"

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local gan_status last_status;
static _Thread_local char last_message[1024];

/* Cuts a text that filled its buffer before the last, perhaps incomplete, UTF-8 character. */
static void cut_cleanly(char *text, size_t size)
{
    size_t length = strlen(text);
    if (length + 1 < size)
        return;
    while (length > 0 && ((unsigned char)text[length - 1] & 0xC0) == 0x80)
        length--;
    if (length > 0 && ((unsigned char)text[length - 1] & 0x80) != 0)
        length--;
    text[length] = '\0';
}

static void keep(gan_status status, const char *format, va_list arguments)
{
    char text[sizeof last_message]; /* the arguments may point into last_message */
    vsnprintf(text, sizeof text, format, arguments);
    cut_cleanly(text, sizeof text);
    memcpy(last_message, text, strlen(text) + 1);
    last_status = status;
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

/* Messages to the host program's callback. */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>

static gan_log_function *receiver;
static void *receiver_context;
static gan_log_level least_level;

void gan_set_log(gan_log_function *function, void *context, gan_log_level least)
{
    receiver = function;
    receiver_context = context;
    least_level = least;
}

void gan_log_message(gan_log_level level, const char *format, ...)
{
    if (receiver == NULL || level < least_level)
        return;
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    receiver(receiver_context, level, text);
}

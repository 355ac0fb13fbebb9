/* Messages to the host program's callback. */
#include "log.h"

#include "status.h"

#include <pthread.h>
#include <stdarg.h>

struct receiver {
    gan_log_function *function;
    void *context;
    gan_log_level least;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct receiver current;

void gan_set_log(gan_log_function *function, void *context, gan_log_level least)
{
    pthread_mutex_lock(&mutex);
    current = (struct receiver){function, context, least};
    pthread_mutex_unlock(&mutex);
}

void gan_log_message(gan_log_level level, const char *format, ...)
{
    pthread_mutex_lock(&mutex);
    struct receiver receiver = current; /* called without the lock, so that it may log, or set another */
    pthread_mutex_unlock(&mutex);
    if (receiver.function == NULL || level < receiver.least)
        return;
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    gan_text_print(text, sizeof text, format, arguments);
    va_end(arguments);
    receiver.function(receiver.context, level, text);
}

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

static void hold(void)
{
    pthread_mutex_lock(&mutex);
}

static void release(void)
{
    pthread_mutex_unlock(&mutex);
}

static void begin_again(void)
{
    pthread_mutex_init(&mutex, NULL);
}

/* Nobody is at the receiver while the process forks: the child would have it half set, and locked for good. */
static void watch_forks(void)
{
    pthread_atfork(hold, release, begin_again);
}

static void lock(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_forks);
    pthread_mutex_lock(&mutex);
}

void gan_set_log(gan_log_function *function, void *context, gan_log_level least)
{
    lock();
    current = (struct receiver){function, context, least};
    pthread_mutex_unlock(&mutex);
}

void gan_log_message(gan_log_level level, const char *format, ...)
{
    lock();
    struct receiver receiver = current; /* called without the lock, so that it may log, or set another */
    pthread_mutex_unlock(&mutex);
    if (receiver.function == NULL || level < receiver.least)
        return;
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    gan_text_print(text, sizeof text, format, arguments);
    va_end(arguments);
    gan_text_clean(text);
    receiver.function(receiver.context, level, text);
}

/* Time that only goes forward, from some moment on: for differences. */
#ifndef GAN_SRC_BASE_CLOCK_H
#define GAN_SRC_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t gan_nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline double gan_seconds(void)
{
    return 1e-9 * (double)gan_nanoseconds();
}

#endif

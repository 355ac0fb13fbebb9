/*
 * How the processor computes inside libgan's parts: rounding to nearest, denormals flushed to zero (Adam is up to twice
 * as slow with them), no traps, whatever the host program has set; and the host's own mode afterwards.
 */
#ifndef GAN_SRC_BASE_FLOAT_MODE_H
#define GAN_SRC_BASE_FLOAT_MODE_H

#if defined(__x86_64__)

#include <immintrin.h>

typedef unsigned gan_float_mode;

static inline gan_float_mode gan_float_mode_enter(void)
{
    gan_float_mode before = _mm_getcsr();
    _mm_setcsr(0x1F80 | 0x8000 | 0x0040); /* the processor's default, flush to zero, denormals are zero */
    return before;
}

static inline void gan_float_mode_leave(gan_float_mode before)
{
    _mm_setcsr(before);
}

#elif defined(__aarch64__)

#include <stdint.h>

typedef uint64_t gan_float_mode;

static inline void gan_float_mode_leave(gan_float_mode before)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(before));
}

static inline gan_float_mode gan_float_mode_enter(void)
{
    gan_float_mode before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    gan_float_mode_leave((gan_float_mode)1 << 24); /* FZ alone */
    return before;
}

#else

typedef int gan_float_mode;

static inline gan_float_mode gan_float_mode_enter(void)
{
    return 0;
}

static inline void gan_float_mode_leave(gan_float_mode before)
{
    (void)before;
}

#endif
#endif

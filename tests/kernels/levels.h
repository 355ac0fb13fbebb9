/* The instruction sets that this machine can run. */
#ifndef GAN_TESTS_KERNELS_LEVELS_H
#define GAN_TESTS_KERNELS_LEVELS_H

#include "base/cpu.h"
#include "kernels/cpu/level.h"

struct level {
    const char *name;
    const struct gan_cpu_kernels *kernels;
};

static inline int levels_here(struct level *levels)
{
    int count = 0;
    enum gan_cpu_level best = gan_cpu_level_detected();
    levels[count++] = (struct level){"baseline", &gan_cpu_kernels_baseline};
#if defined(__x86_64__)
    if (best >= GAN_CPU_AVX2)
        levels[count++] = (struct level){"avx2", &gan_cpu_kernels_avx2};
    if (best >= GAN_CPU_AVX512)
        levels[count++] = (struct level){"avx512", &gan_cpu_kernels_avx512};
#elif defined(__aarch64__)
    if (best == GAN_CPU_NEON)
        levels[count++] = (struct level){"neon", &gan_cpu_kernels_neon};
#endif
    return count;
}

enum { MOST_LEVELS = 3 };

#endif

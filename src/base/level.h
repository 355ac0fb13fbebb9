/*
 * Some files are compiled once for each instruction set (level_sources of the build), with GAN_LEVEL set to its name;
 * what such a file defines has the level at the end of its name.
 */
#ifndef GAN_SRC_BASE_LEVEL_H
#define GAN_SRC_BASE_LEVEL_H

#define GAN_JOIN_(a, b) a##_##b
#define GAN_JOIN(a, b)  GAN_JOIN_(a, b)
#define LEVEL(name)     GAN_JOIN(name, GAN_LEVEL)

/* The address of such a thing, that of the level in use (base/cpu.h). */
#if defined(__x86_64__)
#define GAN_OF_LEVEL_USED(name)                                                                                        \
    (gan_cpu_level_used() == GAN_CPU_AVX512 ? &name##_avx512                                                           \
     : gan_cpu_level_used() == GAN_CPU_AVX2 ? &name##_avx2                                                             \
                                            : &name##_baseline)
#elif defined(__aarch64__)
#define GAN_OF_LEVEL_USED(name) (gan_cpu_level_used() == GAN_CPU_NEON ? &name##_neon : &name##_baseline)
#else
#define GAN_OF_LEVEL_USED(name) (&name##_baseline)
#endif

#endif

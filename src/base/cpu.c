/* What the processor can do. */
#include "cpu.h"

#include "gan/base.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

static const char *const level_names[GAN_CPU_LEVELS] = {"baseline", "avx2", "avx512", "neon"};

enum gan_cpu_level gan_cpu_level_detected(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init(); /* asks the system too whether it saves the wide registers */
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return GAN_CPU_AVX512;
    return avx2 ? GAN_CPU_AVX2 : GAN_CPU_BASELINE;
#elif defined(__aarch64__)
    return GAN_CPU_NEON;
#else
    return GAN_CPU_BASELINE;
#endif
}

static enum gan_cpu_level level_used;

static void choose_level(void)
{
    enum gan_cpu_level detected = gan_cpu_level_detected();
    const char *wanted = getenv("GAN_CPU");
    level_used = detected;
    for (int level = 0; wanted != NULL && level < GAN_CPU_LEVELS; level++)
        if (strcmp(wanted, level_names[level]) == 0 && level <= (int)detected &&
            (level == GAN_CPU_BASELINE || (level == GAN_CPU_NEON) == (detected == GAN_CPU_NEON)))
            level_used = (enum gan_cpu_level)level;
}

enum gan_cpu_level gan_cpu_level_used(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, choose_level);
    return level_used;
}

const char *gan_cpu_level(void)
{
    return level_names[gan_cpu_level_used()];
}

#if defined(__x86_64__)
/* AMD's family number: the base family and, from 15 on, the extended one. */
static unsigned amd_family(void)
{
    unsigned eax, ebx, ecx, edx;
    if (__get_cpuid(0, &eax, &ebx, &ecx, &edx) == 0 || ebx != signature_AMD_ebx || ecx != signature_AMD_ecx ||
        edx != signature_AMD_edx || __get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0)
        return 0;
    unsigned family = eax >> 8 & 0xF;
    return family == 0xF ? family + (eax >> 20 & 0xFF) : family;
}
#endif

void gan_blis_prepare(void)
{
#if defined(__x86_64__)
    /* BLIS 0.9 knows AMD's families up to 0x19. 0 is the number of its AVX-512 kernels (skx); 0.9 takes no names. */
    if (amd_family() >= 0x1A && gan_cpu_level_detected() == GAN_CPU_AVX512)
        setenv("BLIS_ARCH_TYPE", "0", 0);
#endif
}

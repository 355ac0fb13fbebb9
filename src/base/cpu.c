/* What the processor can do. */
#include "cpu.h"

#include "gan/base.h"
#include "log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#if defined(__x86_64__)
static bool has_f16c(void) /* which not every compiler's __builtin_cpu_supports knows */
{
    unsigned eax, ebx, ecx, edx;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}
#endif

static const char *const level_names[GAN_CPU_LEVELS] = {"baseline", "avx2", "avx512", "neon"};

enum gan_cpu_level gan_cpu_level_detected(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init(); /* asks the system too whether it saves the wide registers */
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c();
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

/* Whether a machine whose best is `best` has `level` too: NEON is no step beyond AVX-512, but beside them. */
static bool has_level(enum gan_cpu_level best, enum gan_cpu_level level)
{
    return level == best || level == GAN_CPU_BASELINE || (best != GAN_CPU_NEON && level < best);
}

static atomic_bool level_refused; /* and nobody was told yet */

static void choose_level(void)
{
    const char *wanted = getenv("GAN_CPU");
    level_used = gan_cpu_level_detected();
    if (wanted == NULL || *wanted == '\0')
        return;
    for (int level = 0; level < GAN_CPU_LEVELS; level++)
        if (strcmp(wanted, level_names[level]) == 0 && has_level(level_used, (enum gan_cpu_level)level)) {
            level_used = (enum gan_cpu_level)level;
            return;
        }
    atomic_store(&level_refused, true);
}

enum gan_cpu_level gan_cpu_level_used(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, choose_level);
    if (atomic_exchange(&level_refused, false)) /* after it is known: who is told may ask for it */
        gan_log_message(GAN_LOG_WARNING, "GAN_CPU is '%s', which this processor does not have; %s is used",
                        getenv("GAN_CPU"), level_names[level_used]);
    return level_used;
}

const char *gan_cpu_level(void)
{
    return level_names[gan_cpu_level_used()];
}

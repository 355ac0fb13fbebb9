#include "machine.h"

#include "base/clock.h"
#include "gan/base.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* ---- multiply-adds ---- */

#if defined(__x86_64__)
#include <immintrin.h>
#define PEAK_LOOP(name, features, type, fma, set, add_up)                                                              \
    __attribute__((target(features))) static double name(long turns)                                                   \
    {                                                                                                                  \
        type sums[12];                                                                                                 \
        for (int i = 0; i < 12; i++)                                                                                   \
            sums[i] = set((float)i);                                                                                   \
        type a = set(0.999f), b = set(1e-3f);                                                                          \
        for (long turn = 0; turn < turns; turn++) {                                                                    \
            _Pragma("GCC unroll 12") for (int i = 0; i < 12; i++) sums[i] = fma(sums[i], a, b);                        \
            __asm__ volatile(""                                                                                        \
                             : "+x"(sums[0]), "+x"(sums[1]), "+x"(sums[2]), "+x"(sums[3]), "+x"(sums[4]),              \
                               "+x"(sums[5]), "+x"(sums[6]), "+x"(sums[7]), "+x"(sums[8]), "+x"(sums[9]),              \
                               "+x"(sums[10]), "+x"(sums[11]));                                                        \
        }                                                                                                              \
        float out[16] = {0};                                                                                           \
        for (int i = 0; i < 12; i++)                                                                                   \
            add_up(out, sums[i]);                                                                                      \
        return (double)out[0];                                                                                         \
    }
PEAK_LOOP(peak_avx2, "avx2,fma", __m256, _mm256_fmadd_ps, _mm256_set1_ps, _mm256_storeu_ps)
PEAK_LOOP(peak_avx512, "avx512f", __m512, _mm512_fmadd_ps, _mm512_set1_ps, _mm512_storeu_ps)

static void *peak_thread(void *turns)
{
    static volatile double sink;
    long count = *(const long *)turns;
    sink = strcmp(gan_cpu_level(), "avx512") == 0 ? peak_avx512(count) : peak_avx2(count);
    (void)sink;
    return NULL;
}

double measure_peak(int threads)
{
    if (strcmp(gan_cpu_level(), "baseline") == 0)
        return 0;
    long turns = 4000000;
    int lanes = strcmp(gan_cpu_level(), "avx512") == 0 ? 16 : 8;
    double best = 0;
    for (int attempt = 0; attempt < 5; attempt++) {
        pthread_t others[256];
        double begin = gan_seconds();
        for (int i = 1; i < threads; i++)
            pthread_create(&others[i], NULL, peak_thread, &turns);
        peak_thread(&turns);
        for (int i = 1; i < threads; i++)
            pthread_join(others[i], NULL);
        double rate = 2.0 * 12 * lanes * (double)turns * threads / (gan_seconds() - begin) * 1e-9;
        best = rate > best ? rate : best;
    }
    return best;
}
#else
double measure_peak(int threads)
{
    (void)threads;
    return 0;
}
#endif

/* ---- cache lines ---- */

enum { ROUNDS = 2000 };

/* It alone lies in its lines. */
static struct {
    _Alignas(256) _Atomic int turn;
    char rest[252];
} ball;

static void *throw_back(void *unused)
{
    (void)unused;
    for (int round = 0; round < ROUNDS; round++) {
        while (atomic_load_explicit(&ball.turn, memory_order_acquire) != 2 * round + 1)
            continue;
        atomic_store_explicit(&ball.turn, 2 * round + 2, memory_order_release);
    }
    return NULL;
}

double measure_line(void)
{
    double best = 0;
    for (int attempt = 0; attempt < 5; attempt++) {
        pthread_t other;
        atomic_store(&ball.turn, 0);
        if (pthread_create(&other, NULL, throw_back, NULL) != 0)
            return 0;
        double begin = 0;
        for (int round = 0; round < ROUNDS; round++) {
            if (round == 1) /* the other one is awake */
                begin = gan_seconds();
            atomic_store_explicit(&ball.turn, 2 * round + 1, memory_order_release);
            while (atomic_load_explicit(&ball.turn, memory_order_acquire) != 2 * round + 2)
                continue;
        }
        double time = (gan_seconds() - begin) / (2 * (ROUNDS - 1)) * 1e9;
        pthread_join(other, NULL);
        best = best == 0 || time < best ? time : best;
    }
    return best;
}

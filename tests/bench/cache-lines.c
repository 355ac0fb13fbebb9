/*
 * What it costs to write a cache line that another thread has had since: the best time over many rounds, for half a
 * mebibyte, by what the other thread did. Prints a table.
 */
#include "base/clock.h"
#include "gan/base.h"
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>

#if defined(__x86_64__)
#include <immintrin.h>
#include <pthread.h>
#include <stdatomic.h>

enum { SIZE = 128 * 1024, LINE = 16 /* floats */, ROUNDS = 50 };

static _Alignas(64) float numbers[SIZE];
static volatile float sink;

static void rest(void)
{
}

static void read_all(void)
{
    __m128 sums[4] = {_mm_setzero_ps(), _mm_setzero_ps(), _mm_setzero_ps(), _mm_setzero_ps()};
    for (int i = 0; i < SIZE; i += LINE)
        for (int j = 0; j < 4; j++)
            sums[j] = _mm_add_ps(sums[j], _mm_load_ps(numbers + i + 4 * j));
    sink = _mm_cvtss_f32(_mm_add_ps(_mm_add_ps(sums[0], sums[1]), _mm_add_ps(sums[2], sums[3])));
}

static void write_all(void)
{
    for (int i = 0; i < SIZE; i += 4)
        _mm_store_ps(numbers + i, _mm_set1_ps(2));
}

static void stream_all(void)
{
    for (int i = 0; i < SIZE; i += 4)
        _mm_stream_ps(numbers + i, _mm_set1_ps(2));
    _mm_sfence();
}

typedef void act(void);

static _Atomic int turn; /* even: this thread's; −1: the end */
static _Atomic(act *) others_act;

static void *take_turns(void *unused)
{
    (void)unused;
    for (int now; (now = atomic_load(&turn)) >= 0;)
        if (now % 2 != 0) {
            atomic_load (&others_act)();
            atomic_store(&turn, now + 1);
        }
    return NULL;
}

static double nanoseconds_of(act *mine)
{
    double begin = gan_seconds();
    mine();
    return (gan_seconds() - begin) / (SIZE / LINE) * 1e9;
}

static void print_row(const char *name, act *others, act *mine)
{
    double best[2] = {1e9, 1e9};
    atomic_store(&others_act, others);
    for (int round = 0; round < ROUNDS; round++) {
        int now = atomic_load(&turn);
        atomic_store(&turn, now + 1);
        while (atomic_load(&turn) != now + 2)
            continue;
        act *const acts[2] = {mine, read_all};
        for (int i = 0; i < 2; i++) {
            double time = nanoseconds_of(acts[i]);
            best[i] = time < best[i] ? time : best[i];
        }
    }
    printf("| %s | %s | %.1f | %.1f |\n", name, mine == stream_all ? "past the caches" : "usual", best[0], best[1]);
}

int main(void)
{
    static const struct {
        const char *name;
        act *act;
    } others[] = {{"did nothing", rest}, {"read it", read_all}, {"wrote it", write_all}};
    const double before = measure_line();
    pthread_t other;
    if (pthread_create(&other, NULL, take_turns, NULL) != 0)
        return 1;
    printf("| the other thread | store | ns a line | ns a line to read it then |\n|---|---|---|---|\n");
    for (int i = 0; i < 3; i++) {
        print_row(others[i].name, others[i].act, write_all);
        print_row(others[i].name, others[i].act, stream_all);
    }
    atomic_store(&turn, -1);
    pthread_join(other, NULL);
    printf("\nA line goes from thread to thread in %.0f ns (before) and %.0f ns (after).\n", before, measure_line());
    return 0;
}
#else
int main(void)
{
    printf("cache-lines: only for x86-64\n");
    return 0;
}
#endif

/* The optimizers' updates in plain loops, which compilers turn into vector instructions. */
#include "kernels/optimizer.h"
#include "level.h"
#include "vector.h"

#include <math.h>
#include <stddef.h>

enum { BLOCK = 256, LINE = 64 /* bytes */ };

/* The new parameters of some numbers go to `next`; the moments are replaced. */
typedef void update_rule(struct gan_update_numbers n, int64_t count, const float *restrict p, float *restrict m,
                         float *restrict v, const float *restrict g, float *restrict next);

static inline __attribute__((always_inline)) void in_blocks(update_rule *rule, const struct gan_update_numbers *numbers,
                                                            int64_t count, float *p, float *m, float *v, const float *g)
{
    _Alignas(LINE) float next[BLOCK];
    const struct gan_update_numbers n = *numbers;
    const bool streams = n.streams && (uintptr_t)p % LINE == 0;
    for (int64_t at = 0; at < count; at += BLOCK) {
        const int64_t size = count - at < BLOCK ? count - at : BLOCK;
        rule(n, size, p + at, m != NULL ? m + at : NULL, v != NULL ? v + at : NULL, g + at, next);
        if (streams && size == BLOCK)
            for (int64_t i = 0; i < BLOCK; i += VECTOR) {
                vector some = V_LOAD(next + i);
                V_STREAM(p + at + i, some);
            }
        else
            memcpy(p + at, next, (size_t)size * sizeof *p);
    }
    if (streams)
        V_STREAMED();
}

/* p ← decay·p − rate·m/(correct2·√v + epsilon) */
static inline __attribute__((always_inline)) void adam_rule(struct gan_update_numbers n, int64_t count,
                                                            const float *restrict p, float *restrict m,
                                                            float *restrict v, const float *restrict g,
                                                            float *restrict next)
{
    if (m == NULL) /* β1 = 0: m is g */
        for (int64_t i = 0; i < count; i++) {
            v[i] = FMA(n.beta2, v[i], n.rest2 * g[i] * g[i]);
            next[i] = FMA(n.decay, p[i], -n.rate * g[i] / FMA(n.correct2, sqrtf(v[i]), n.epsilon));
        }
    else
        for (int64_t i = 0; i < count; i++) {
            m[i] = FMA(n.beta1, m[i], n.rest1 * g[i]);
            v[i] = FMA(n.beta2, v[i], n.rest2 * g[i] * g[i]);
            next[i] = FMA(n.decay, p[i], -n.rate * m[i] / FMA(n.correct2, sqrtf(v[i]), n.epsilon));
        }
}

/* m holds the momentum's b */
static inline __attribute__((always_inline)) void sgd_rule(struct gan_update_numbers n, int64_t count,
                                                           const float *restrict p, float *restrict m,
                                                           float *restrict v, const float *restrict g,
                                                           float *restrict next)
{
    (void)v;
    if (m == NULL)
        for (int64_t i = 0; i < count; i++)
            next[i] = FMA(-n.rate, g[i], p[i]);
    else if (n.nesterov)
        for (int64_t i = 0; i < count; i++) {
            m[i] = FMA(n.beta1, m[i], g[i]);
            next[i] = FMA(-n.rate, FMA(n.beta1, m[i], g[i]), p[i]);
        }
    else
        for (int64_t i = 0; i < count; i++) {
            m[i] = FMA(n.beta1, m[i], g[i]);
            next[i] = FMA(-n.rate, m[i], p[i]);
        }
}

static inline __attribute__((always_inline)) void rmsprop_rule(struct gan_update_numbers n, int64_t count,
                                                               const float *restrict p, float *restrict m,
                                                               float *restrict v, const float *restrict g,
                                                               float *restrict next)
{
    if (m == NULL)
        for (int64_t i = 0; i < count; i++) {
            v[i] = FMA(n.beta2, v[i], n.rest2 * g[i] * g[i]);
            next[i] = p[i] - n.rate * g[i] / (sqrtf(v[i]) + n.epsilon);
        }
    else
        for (int64_t i = 0; i < count; i++) {
            v[i] = FMA(n.beta2, v[i], n.rest2 * g[i] * g[i]);
            m[i] = FMA(n.beta1, m[i], g[i] / (sqrtf(v[i]) + n.epsilon));
            next[i] = FMA(-n.rate, m[i], p[i]);
        }
}

static void adam(const struct gan_update_numbers *numbers, int64_t count, float *restrict p, float *restrict m,
                 float *restrict v, const float *restrict g)
{
    in_blocks(adam_rule, numbers, count, p, m, v, g);
}

static void sgd(const struct gan_update_numbers *numbers, int64_t count, float *restrict p, float *restrict m,
                float *restrict v, const float *restrict g)
{
    in_blocks(sgd_rule, numbers, count, p, m, v, g);
}

static void rmsprop(const struct gan_update_numbers *numbers, int64_t count, float *restrict p, float *restrict m,
                    float *restrict v, const float *restrict g)
{
    in_blocks(rmsprop_rule, numbers, count, p, m, v, g);
}

static void average(float share, int64_t count, float *restrict mean, const float *restrict value)
{
    for (int64_t i = 0; i < count; i++)
        mean[i] = FMA(share, value[i] - mean[i], mean[i]);
}

const struct gan_optimizer_kernels LEVEL(gan_optimizer_kernels) = {
    .adam = adam, .sgd = sgd, .rmsprop = rmsprop, .average = average};

/* The optimizers' updates in plain loops, which compilers turn into vector instructions. */
#include "kernels/optimizer.h"
#include "level.h"

#include <math.h>
#include <stddef.h>

/* p ← decay·p − rate·m/(correct2·√v + epsilon) */
static void adam(const struct gan_update_numbers *numbers, int64_t count, float *restrict p, float *restrict m,
                 float *restrict v, const float *restrict g)
{
    const struct gan_update_numbers n = *numbers;
    if (m == NULL) /* β1 = 0: m is g */
        for (int64_t i = 0; i < count; i++) {
            v[i] = FMA(n.beta2, v[i], n.rest2 * g[i] * g[i]);
            p[i] = FMA(n.decay, p[i], -n.rate * g[i] / FMA(n.correct2, sqrtf(v[i]), n.epsilon));
        }
    else
        for (int64_t i = 0; i < count; i++) {
            m[i] = FMA(n.beta1, m[i], n.rest1 * g[i]);
            v[i] = FMA(n.beta2, v[i], n.rest2 * g[i] * g[i]);
            p[i] = FMA(n.decay, p[i], -n.rate * m[i] / FMA(n.correct2, sqrtf(v[i]), n.epsilon));
        }
}

/* m holds the momentum's b */
static void sgd(const struct gan_update_numbers *numbers, int64_t count, float *restrict p, float *restrict m,
                float *restrict v, const float *restrict g)
{
    (void)v;
    const struct gan_update_numbers n = *numbers;
    if (m == NULL)
        for (int64_t i = 0; i < count; i++)
            p[i] = FMA(-n.rate, g[i], p[i]);
    else if (n.nesterov)
        for (int64_t i = 0; i < count; i++) {
            m[i] = FMA(n.beta1, m[i], g[i]);
            p[i] = FMA(-n.rate, FMA(n.beta1, m[i], g[i]), p[i]);
        }
    else
        for (int64_t i = 0; i < count; i++) {
            m[i] = FMA(n.beta1, m[i], g[i]);
            p[i] = FMA(-n.rate, m[i], p[i]);
        }
}

static void rmsprop(const struct gan_update_numbers *numbers, int64_t count, float *restrict p, float *restrict m,
                    float *restrict v, const float *restrict g)
{
    const struct gan_update_numbers n = *numbers;
    if (m == NULL)
        for (int64_t i = 0; i < count; i++) {
            v[i] = FMA(n.beta2, v[i], n.rest2 * g[i] * g[i]);
            p[i] -= n.rate * g[i] / (sqrtf(v[i]) + n.epsilon);
        }
    else
        for (int64_t i = 0; i < count; i++) {
            v[i] = FMA(n.beta2, v[i], n.rest2 * g[i] * g[i]);
            m[i] = FMA(n.beta1, m[i], g[i] / (sqrtf(v[i]) + n.epsilon));
            p[i] = FMA(-n.rate, m[i], p[i]);
        }
}

static void average(float share, int64_t count, float *restrict mean, const float *restrict value)
{
    for (int64_t i = 0; i < count; i++)
        mean[i] = FMA(share, value[i] - mean[i], mean[i]);
}

const struct gan_optimizer_kernels LEVEL(gan_optimizer_kernels) = {
    .adam = adam, .sgd = sgd, .rmsprop = rmsprop, .average = average};

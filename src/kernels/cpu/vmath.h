/*
 * Elementary functions as straight-line code that compilers turn into vector instructions: no calls, no branches, the
 * same operations for an element wherever it stands. Errors are given in units in the last place (ulp) of float, as
 * tests/kernels/test_functions.c measures them.
 */
#ifndef GAN_SRC_KERNELS_CPU_VMATH_H
#define GAN_SRC_KERNELS_CPU_VMATH_H

#include "level.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline int32_t vmath_bits(float x)
{
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float vmath_float(int32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The nearest whole number, for |x| < 2^22: adding 1.5·2^23 leaves no room for a fraction. */
static inline float vmath_round(float x)
{
    const float magic = 12582912.0f;
    return (x + magic) - magic;
}

/* Whole |x| < 2^22 as an integer: the bits above those of 1.5·2^23. Any other x, NaN too, gives some number. */
static inline int32_t vmath_whole(float x)
{
    const float magic = 12582912.0f;
    return (int32_t)((uint32_t)vmath_bits(x + magic) - (uint32_t)vmath_bits(magic));
}

/* 2^n for whole n in [-126, 127] */
static inline float vmath_power_of_two(float n)
{
    return vmath_float((int32_t)(((uint32_t)vmath_whole(n) + 127) << 23));
}

/* e^r for |r| ≤ ln 2 / 2, less 1: a minimax polynomial r + r²·p(r). */
static inline float vmath_expm1_core(float r)
{
    float p = 1.9875691500e-4f;
    p = FMA(p, r, 1.3981999507e-3f);
    p = FMA(p, r, 8.3334519073e-3f);
    p = FMA(p, r, 4.1665795894e-2f);
    p = FMA(p, r, 1.6666665459e-1f);
    p = FMA(p, r, 5.0000001201e-1f);
    return FMA(p * r, r, r);
}

/* n and r of x = n·ln 2 + r; ln 2 in two parts, so that r keeps its low bits */
static inline float vmath_reduce_ln2(float x, float *n)
{
    *n = vmath_round(x * 1.44269504088896341f);
    float r = FMA(*n, -0.693359375f, x);
    return FMA(*n, 2.12194440e-4f, r);
}

/* e^x: 1 ulp; 0 below -87.3 (where the result would be denormal), infinity above 88.7 */
static inline float vmath_exp(float x)
{
    float held = x > 89.0f ? 89.0f : x;
    held = held < -88.0f ? -88.0f : held;
    float n;
    float r = vmath_reduce_ln2(held, &n);
    float half = vmath_round(n * 0.5f); /* 2^n in two factors, as n may be 128 */
    float result = (vmath_expm1_core(r) + 1.0f) * vmath_power_of_two(half) * vmath_power_of_two(n - half);
    result = x < -87.33654f ? 0.0f : result;
    result = x > 88.72283f ? INFINITY : result;
    return x == x ? result : x;
}

/* log x for x > 0: 1 ulp; -infinity at 0 and for denormals, NaN below */
static inline float vmath_log(float x)
{
    int32_t bits = vmath_bits(x);
    /* x = 2^e·m with m in [√½, √2) */
    int32_t e = (int32_t)((uint32_t)bits - 0x3f3504f3u) >> 23;
    float m = vmath_float((int32_t)((uint32_t)bits - ((uint32_t)e << 23))) - 1.0f;
    float p = 7.0376836292e-2f;
    p = FMA(p, m, -1.1514610310e-1f);
    p = FMA(p, m, 1.1676998740e-1f);
    p = FMA(p, m, -1.2420140846e-1f);
    p = FMA(p, m, 1.4249322787e-1f);
    p = FMA(p, m, -1.6668057665e-1f);
    p = FMA(p, m, 2.0000714765e-1f);
    p = FMA(p, m, -2.4999993993e-1f);
    p = FMA(p, m, 3.3333331174e-1f);
    float n = (float)e;
    float square = m * m;
    float low = FMA(p * m, square, n * -2.12194440e-4f);
    low = FMA(-0.5f, square, low);
    float result = FMA(n, 0.693359375f, m + low);
    result = x == INFINITY ? x : result;
    result = x < 1.17549435e-38f ? -INFINITY : result;
    return x >= 0.0f ? result : NAN;
}

/* log(1 + u) for u in [0, 1]: the rounding of 1 + u is put back by its first-order term */
static inline float vmath_log1p_unit(float u)
{
    float sum = 1.0f + u;
    float lost = u - (sum - 1.0f);
    return vmath_log(sum) + lost / sum;
}

/* 1/(1 + e^-x), from e^-|x| so that nothing overflows */
static inline float vmath_sigmoid(float x)
{
    float e = vmath_exp(-fabsf(x));
    float numerator = x < 0.0f ? e : 1.0f;
    float result = numerator / (1.0f + e);
    return x == x ? result : x;
}

/* tanh x = (1 - e^-2|x|)/(1 + e^-2|x|); below .625 a polynomial, where the difference would cancel */
static inline float vmath_tanh(float x)
{
    float a = fabsf(x);
    float e = vmath_exp(-2.0f * a);
    float large = (1.0f - e) / (1.0f + e);
    large = x < 0.0f ? -large : large;
    float s = x * x;
    float p = -5.70498872745e-3f;
    p = FMA(p, s, 2.06390887954e-2f);
    p = FMA(p, s, -5.37397155531e-2f);
    p = FMA(p, s, 1.33314422036e-1f);
    p = FMA(p, s, -3.33332819422e-1f);
    float small = FMA(p * s, x, x);
    float result = a < 0.625f ? small : large;
    return x == x ? result : x;
}

/* log(1 + e^x) = max(x, 0) + log(1 + e^-|x|) */
static inline float vmath_softplus(float x)
{
    float tail = vmath_log1p_unit(vmath_exp(-fabsf(x)));
    float result = (x > 0.0f ? x : 0.0f) + tail;
    return x == x ? result : x;
}

/* sin and cos by reduction to [-π/4, π/4] with π/2 in three parts: 2 ulp for |x| < VMATH_SIN_LIMIT, beyond it wrong */
#define VMATH_SIN_LIMIT 8192.0f
static inline float vmath_sin_shifted(float x, int32_t quarter_turns)
{
    float n = vmath_round(x * 0.63661977236758134f);
    float r = FMA(n, -1.5703125f, x);
    r = FMA(n, -4.837512969970703125e-4f, r);
    r = FMA(n, -7.54978995489188216e-8f, r);
    uint32_t quadrant = (uint32_t)vmath_whole(n) + (uint32_t)quarter_turns;
    float s = r * r;
    float sine = -1.9515295891e-4f;
    sine = FMA(sine, s, 8.3321608736e-3f);
    sine = FMA(sine, s, -1.6666654611e-1f);
    sine = FMA(sine * s, r, r);
    float cosine = 2.443315711809948e-5f;
    cosine = FMA(cosine, s, -1.388731625493765e-3f);
    cosine = FMA(cosine, s, 4.166664568298827e-2f);
    cosine = FMA(cosine * s, s, FMA(-0.5f, s, 1.0f));
    float result = (quadrant & 1) != 0 ? cosine : sine;
    return (quadrant & 2) != 0 ? -result : result;
}

/* erf x (Abramowitz and Stegun 7.1.26's form is too coarse: this is a series below 1, 1 - e^-x²·q(x) above) */
static inline float vmath_erf(float x)
{
    float a = fabsf(x);
    /* |x| < .921875: x + x·p(x²) */
    float s = x * x;
    float p = -5.96761703e-4f;
    p = FMA(p, s, 4.99119423e-3f);
    p = FMA(p, s, -2.67681349e-2f);
    p = FMA(p, s, 1.12819925e-1f);
    p = FMA(p, s, -3.76125336e-1f);
    p = FMA(p, s, 1.28379166e-1f);
    float small = FMA(p, x, x);
    /* above: 1 - e^q(|x|) */
    float held = a > 4.0f ? 4.0f : a;
    float q = -1.72853470e-5f;
    q = FMA(q, held, 3.83197126e-4f);
    q = FMA(q, held, -3.88396438e-3f);
    q = FMA(q, held, 2.42546219e-2f);
    q = FMA(q, held, -1.06777877e-1f);
    q = FMA(q, held, -6.34846687e-1f);
    q = FMA(q, held, -1.28717512e-1f);
    q = FMA(q, held, -held);
    float large = 1.0f - vmath_exp(q);
    large = x < 0.0f ? -large : large;
    float result = a > 0.921875f ? large : small;
    return x == x ? result : x;
}

#endif

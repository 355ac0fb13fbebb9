/* Sets of examples for the tests of metrics. */
#ifndef GAN_TESTS_SETS_H
#define GAN_TESTS_SETS_H

#include "gan/metric.h"
#include "suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ck_ok(call)          ck_assert_msg((call) == GAN_OK, "%s", gan_error_message())
#define ck_made(pointer)     ck_assert_msg((pointer) != NULL, "%s", gan_error_message())
#define ck_near(a, b, slack) ck_assert_msg(fabs((a) - (b)) <= (slack), "%.10g, want %.10g", (double)(a), (double)(b))

static inline void check_refused(gan_status status, const char *part)
{
    ck_assert_int_eq(status, GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_msg(strstr(gan_error_message(), part) != NULL, "'%s' is not in: %s", part, gan_error_message());
}

/* As golden_metrics.py makes it: a number in [0, 1) of 24 bits for the whole number k. */
static inline double uniform(uint64_t k)
{
    uint32_t x = (uint32_t)(k * 2654435761U + 12345);
    x ^= x >> 16;
    x *= 2246822519U;
    x ^= x >> 13;
    x *= 3266489917U;
    x ^= x >> 16;
    return (double)(x >> 8) / (1 << 24);
}

static inline gan_tensor *vectors(uint64_t which, int64_t n, int64_t d, double own, double next, double shift)
{
    gan_tensor *t = gan_tensor_new(GAN_SHAPE(n, d));
    ck_made(t);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < d; j++) {
            uint64_t k = which * 1000003 + (uint64_t)(i * 1009 + j);
            gan_tensor_data(t)[i * d + j] = (float)(own * uniform(k) + next * uniform(k + 1) + shift);
        }
    return t;
}

static inline gan_tensor *normal(int64_t n, int64_t d, float mean, float deviation, uint64_t seed)
{
    gan_tensor *t = gan_tensor_new(GAN_SHAPE(n, d));
    ck_made(t);
    ck_ok(gan_tensor_fill_normal(t, mean, deviation, seed));
    return t;
}

static inline gan_metric_options quick_options(void)
{
    gan_metric_options o;
    ck_ok(gan_metric_options_init(&o));
    o.replicates = o.frechet_replicates = 0;
    return o;
}

#endif

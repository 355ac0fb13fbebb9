#include "nn/initializer.h"

#include "base/status.h"

#include <assert.h>
#include <math.h>

gan_initializer gan_initializer_glorot_uniform(void)
{
    return (gan_initializer){GAN_INITIALIZER_GLOROT_UNIFORM, 0, 0};
}

gan_initializer gan_initializer_glorot_normal(void)
{
    return (gan_initializer){GAN_INITIALIZER_GLOROT_NORMAL, 0, 0};
}

gan_initializer gan_initializer_he_uniform(float slope)
{
    return (gan_initializer){GAN_INITIALIZER_HE_UNIFORM, slope, 0};
}

gan_initializer gan_initializer_he_normal(float slope)
{
    return (gan_initializer){GAN_INITIALIZER_HE_NORMAL, slope, 0};
}

gan_initializer gan_initializer_normal(float mean, float deviation)
{
    return (gan_initializer){GAN_INITIALIZER_NORMAL, mean, deviation};
}

gan_initializer gan_initializer_uniform(float low, float high)
{
    return (gan_initializer){GAN_INITIALIZER_UNIFORM, low, high};
}

gan_initializer gan_initializer_constant(float value)
{
    return (gan_initializer){GAN_INITIALIZER_CONSTANT, value, 0};
}

gan_initializer gan_initializer_scaled(gan_initializer initializer, float factor)
{
    if (factor == 0)
        return gan_initializer_constant(0);
    switch (initializer.kind) {
    case GAN_INITIALIZER_CONSTANT:
    case GAN_INITIALIZER_UNIFORM:
    case GAN_INITIALIZER_NORMAL:
        initializer.a *= factor;
        initializer.b *= factor;
        break;
    case GAN_INITIALIZER_GLOROT_UNIFORM:
    case GAN_INITIALIZER_GLOROT_NORMAL:
    case GAN_INITIALIZER_HE_UNIFORM:
    case GAN_INITIALIZER_HE_NORMAL: /* b is the factor; 0, as it is without one, stands for 1 */
        initializer.b = initializer.b == 0 ? factor : initializer.b * factor;
        break;
    }
    return initializer;
}

gan_status gan_initializer_check(gan_initializer initializer, const char *who)
{
    double a = initializer.a, b = initializer.b;
    if (!isfinite(a) || !isfinite(b))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: initializer has the numbers %g and %g, want finite ones", who,
                        a, b);
    switch (initializer.kind) {
    case GAN_INITIALIZER_UNIFORM:
        if (a > b)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                            "%s: initializer is uniform from %g to %g, want the lower bound first", who, a, b);
        return GAN_OK;
    case GAN_INITIALIZER_NORMAL:
        if (b < 0)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: initializer is normal with deviation %g, want 0 or more",
                            who, b);
        return GAN_OK;
    case GAN_INITIALIZER_GLOROT_UNIFORM:
    case GAN_INITIALIZER_GLOROT_NORMAL:
    case GAN_INITIALIZER_HE_UNIFORM:
    case GAN_INITIALIZER_HE_NORMAL:
        if (b < 0)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: initializer is scaled by %g, want 0 or more", who, b);
        return GAN_OK;
    case GAN_INITIALIZER_CONSTANT:
        return GAN_OK;
    }
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: initializer is of kind %d, want one made by gan_initializer_…",
                    who, (int)initializer.kind);
}

static void fill_uniform(double low, double high, const struct gan_random_key *key, size_t count, float *out)
{
    gan_random_uniform(key, 0, count, out);
    for (size_t i = 0; i < count; i++)
        out[i] = (float)(low + (high - low) * (double)out[i]);
}

static void fill_normal(double mean, double deviation, const struct gan_random_key *key, size_t count, float *out)
{
    gan_random_normal(key, 0, count, out);
    for (size_t i = 0; i < count; i++)
        out[i] = (float)(mean + deviation * (double)out[i]);
}

void gan_initializer_fill(gan_initializer initializer, int64_t fan_in, int64_t fan_out,
                          const struct gan_random_key *key, size_t count, float *out)
{
    double a = initializer.a, b = initializer.b;
    double gain = b == 0 ? 1 : b * b;                          /* of the kinds that go by fans */
    double glorot = gain * 2.0 / (double)(fan_in + fan_out);   /* the variance: see gan/initializer.h */
    double he = gain * 2.0 / ((1.0 + a * a) * (double)fan_in); /* likewise */
    switch (initializer.kind) {
    case GAN_INITIALIZER_CONSTANT:
        for (size_t i = 0; i < count; i++)
            out[i] = initializer.a;
        return;
    case GAN_INITIALIZER_UNIFORM:
        fill_uniform(a, b, key, count, out);
        return;
    case GAN_INITIALIZER_NORMAL:
        fill_normal(a, b, key, count, out);
        return;
    case GAN_INITIALIZER_GLOROT_UNIFORM: /* U[−l, l) has variance l²/3 */
        fill_uniform(-sqrt(3.0 * glorot), sqrt(3.0 * glorot), key, count, out);
        return;
    case GAN_INITIALIZER_GLOROT_NORMAL:
        fill_normal(0.0, sqrt(glorot), key, count, out);
        return;
    case GAN_INITIALIZER_HE_UNIFORM:
        fill_uniform(-sqrt(3.0 * he), sqrt(3.0 * he), key, count, out);
        return;
    case GAN_INITIALIZER_HE_NORMAL:
        fill_normal(0.0, sqrt(he), key, count, out);
        return;
    }
    assert(false); /* gan_initializer_check lets no other kind pass */
}

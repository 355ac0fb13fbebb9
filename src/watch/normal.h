/* The standard normal distribution. */
#ifndef GAN_SRC_WATCH_NORMAL_H
#define GAN_SRC_WATCH_NORMAL_H

#include <math.h>

/* P(Z ≤ z) */
static inline double gan_normal_share(double z)
{
    return erfc(-z * 0.7071067811865476) / 2;
}

/* The z below which the share lies, 0 < share < 1: halved until it no longer changes. */
static inline double gan_normal_quantile(double share)
{
    double low = -40, high = 40;
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        if (gan_normal_share(middle) < share)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

#endif

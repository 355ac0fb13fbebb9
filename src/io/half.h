#ifndef GAN_SRC_IO_HALF_H
#define GAN_SRC_IO_HALF_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* IEEE 754's binary16. */
static inline float gan_half_to_float(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    float value = exponent == 31  ? (fraction != 0 ? NAN : INFINITY)
                  : exponent == 0 ? ldexpf((float)fraction, -24)
                                  : ldexpf((float)(fraction + 1024), exponent - 25);
    return (bits & 0x8000) != 0 ? -value : value;
}

/* bfloat16: the upper half of a float. */
static inline float gan_bfloat_to_float(uint16_t bits)
{
    uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

#endif

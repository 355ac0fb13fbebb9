#include "random_groups.h"

#include "level.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { LANES = 16, GROUP = 4 * LANES };

/* Word w of block first_block + lane comes in words[w][lane]. */
static void draw_group(const struct gan_random_key *key, uint64_t first_block, uint32_t words[4][LANES])
{
    uint32_t keys[2][LANES];
    const bool alike = (uint32_t)first_block <= UINT32_MAX - LANES; /* but for counter[0] */
    struct gan_random_place place = gan_random_place_of(key, first_block);
    const uint32_t first = place.counter[0];
    for (uint32_t lane = 0; lane < LANES; lane++) {
        if (!alike)
            place = gan_random_place_of(key, first_block + lane);
        words[0][lane] = alike ? first + lane : place.counter[0];
        for (int w = 1; w < 4; w++)
            words[w][lane] = place.counter[w];
        keys[0][lane] = place.key[0];
        keys[1][lane] = place.key[1];
    }
    for (int round = 0; round < GAN_PHILOX_ROUNDS; round++)
        for (int lane = 0; lane < LANES; lane++) {
            uint64_t low = (uint64_t)GAN_PHILOX_MULTIPLIER_0 * words[0][lane],
                     high = (uint64_t)GAN_PHILOX_MULTIPLIER_1 * words[2][lane];
            words[0][lane] = (uint32_t)(high >> 32) ^ words[1][lane] ^ keys[0][lane];
            words[1][lane] = (uint32_t)high;
            words[2][lane] = (uint32_t)(low >> 32) ^ words[3][lane] ^ keys[1][lane];
            words[3][lane] = (uint32_t)low;
            keys[0][lane] += GAN_PHILOX_WEYL_0;
            keys[1][lane] += GAN_PHILOX_WEYL_1;
        }
}

static void uniform_group(uint32_t words[4][LANES], float out[GROUP])
{
    for (int w = 0; w < 4; w++)
        for (int lane = 0; lane < LANES; lane++)
            out[4 * lane + w] = (float)(int32_t)(words[w][lane] >> 8) * 0x1p-24f;
}

static double as_double(uint64_t bits)
{
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static uint64_t as_bits(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

/* A whole number below 2^52 as a double: written into the low bits of 2^52. */
static double from_whole(uint64_t whole)
{
    return as_double(whole | 0x4330000000000000u) - 0x1p52;
}

/* log u for u in [2^-32, 1]: u = 2^e·m with m between √½ and √2, and log m = 2·artanh((m−1)/(m+1)) as a series, whose
 * next term is below 1e-13 of it. */
static double log_of(double u)
{
    const uint64_t root_half = 0x3FE6A09E667F3BCDu, one = (uint64_t)1 << 52;
    uint64_t shifted = as_bits(u) - root_half + 1024 * one; /* its exponent's field is e + 1024 */
    double e = from_whole(shifted >> 52) - 1024;
    double m = as_double((shifted & (one - 1)) + root_half);
    double s = (m - 1) / (m + 1), s2 = s * s;
    double series = 1.0 / 15;
    series = series * s2 + 1.0 / 13;
    series = series * s2 + 1.0 / 11;
    series = series * s2 + 1.0 / 9;
    series = series * s2 + 1.0 / 7;
    series = series * s2 + 1.0 / 5;
    series = series * s2 + 1.0 / 3;
    series = series * s2 + 1.0;
    return e * 0.6931471805599453 + 2 * s * series;
}

/* sin and cos of word/2^32 turns: reduced to at most an eighth of a turn, exactly, then Taylor's series */
static void sincos_of(uint32_t word, double *sine, double *cosine)
{
    uint32_t quarter = (word + 0x20000000u) >> 30;
    double x = (double)(int32_t)(word - (quarter << 30)) * (6.283185307179586 * 0x1p-32), x2 = x * x;
    double s = -1.0 / 39916800;
    s = s * x2 + 1.0 / 362880;
    s = s * x2 - 1.0 / 5040;
    s = s * x2 + 1.0 / 120;
    s = s * x2 - 1.0 / 6;
    s = (s * x2 + 1.0) * x;
    double c = 1.0 / 479001600;
    c = c * x2 - 1.0 / 3628800;
    c = c * x2 + 1.0 / 40320;
    c = c * x2 - 1.0 / 720;
    c = c * x2 + 1.0 / 24;
    c = c * x2 - 0.5;
    c = c * x2 + 1.0;
    /* An odd quarter exchanges the two; the sine is negative in quarters 2 and 3, the cosine in 1 and 2. */
    uint64_t differ = (as_bits(s) ^ as_bits(c)) & (0 - (uint64_t)(quarter & 1));
    *sine = as_double(as_bits(s) ^ differ ^ (uint64_t)(quarter >> 1) << 63);
    *cosine = as_double(as_bits(c) ^ differ ^ (uint64_t)((quarter + 1) >> 1) << 63);
}

/* Box and Muller 1958: two words become two independent normal numbers. */
static void normal_group(uint32_t words[4][LANES], float out[GROUP])
{
    for (int w = 0; w < 4; w += 2) {
        double radius[LANES], sine[LANES], cosine[LANES];
        for (int lane = 0; lane < LANES; lane++)
            radius[lane] = sqrt(-2 * log_of((from_whole(words[w][lane]) + 1) * 0x1p-32)); /* of a number in (0, 1] */
        for (int lane = 0; lane < LANES; lane++)
            sincos_of(words[w + 1][lane], &sine[lane], &cosine[lane]);
        for (int lane = 0; lane < LANES; lane++) {
            out[4 * lane + w] = (float)(radius[lane] * cosine[lane]);
            out[4 * lane + w + 1] = (float)(radius[lane] * sine[lane]);
        }
    }
}

typedef void group_function(uint32_t words[4][LANES], float out[GROUP]);

static inline __attribute__((always_inline)) void fill(const struct gan_random_key *key, uint64_t first, size_t count,
                                                       float *out, group_function *convert)
{
    for (size_t done = 0; done < count;) {
        uint64_t at = first + done;
        size_t skip = (size_t)(at % 4), take = GROUP - skip < count - done ? GROUP - skip : count - done;
        uint32_t words[4][LANES];
        float group[GROUP];
        draw_group(key, at / 4, words);
        convert(words, group);
        memcpy(out + done, group + skip, take * sizeof *out);
        done += take;
    }
}

static void fill_uniform(const struct gan_random_key *key, uint64_t first, size_t count, float *out)
{
    fill(key, first, count, out, uniform_group);
}

static void fill_normal(const struct gan_random_key *key, uint64_t first, size_t count, float *out)
{
    fill(key, first, count, out, normal_group);
}

const struct gan_random_groups LEVEL(gan_random_groups) = {.uniform = fill_uniform, .normal = fill_normal};

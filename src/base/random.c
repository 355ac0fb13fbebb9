/*
 * Philox4x32-10 and what is drawn from it. Everything here is a function of the key and an index, in plain arithmetic
 * without the C library's functions, so that the numbers are the same everywhere.
 */
#include "random.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define ROUNDS       10
#define MULTIPLIER_0 0xD2511F53u
#define MULTIPLIER_1 0xCD9E8D57u
#define WEYL_0       0x9E3779B9u /* the golden ratio */
#define WEYL_1       0xBB67AE85u /* √3 − 1 */

void gan_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t low = (uint64_t)MULTIPLIER_0 * c0, high = (uint64_t)MULTIPLIER_1 * c2;
        c0 = (uint32_t)(high >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)high;
        c2 = (uint32_t)(low >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)low;
        k0 += WEYL_0;
        k1 += WEYL_1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

/* A bijection of 64-bit words that spreads every bit (the finaliser of SplitMix64). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

uint64_t gan_random_derive(uint64_t seed, uint64_t label)
{
    return mix(seed + mix(label + 0x9E3779B97F4A7C15u));
}

struct place { /* of a block among all of Philox's */
    uint32_t counter[4], key[2];
};

/*
 * The seed is Philox's key; its counter holds block (48 bits), step (48) and stream (32). What of block and step does
 * not fit changes the seed, so that nothing repeats in practice.
 */
static struct place place_of(const struct gan_random_key *key, uint64_t block)
{
    uint64_t seed = key->seed;
    if (block >> 48 != 0 || key->step >> 48 != 0)
        seed = gan_random_derive(seed, (block >> 48) << 16 | key->step >> 48);
    return (struct place){.counter = {(uint32_t)block,
                                      (uint32_t)(block >> 32 & 0xFFFF) | (uint32_t)(key->step >> 32) << 16, key->stream,
                                      (uint32_t)key->step},
                          .key = {(uint32_t)seed, (uint32_t)(seed >> 32)}};
}

void gan_random_block(const struct gan_random_key *key, uint64_t block, uint32_t out[4])
{
    struct place place = place_of(key, block);
    gan_philox(place.counter, place.key, out);
}

/*
 * ---- uniform and normal numbers: groups of blocks, in loops that compilers turn into vector instructions ----
 */

enum { LANES = 16, GROUP = 4 * LANES };

/* Word w of block first_block + lane comes in words[w][lane]. */
static void draw_group(const struct gan_random_key *key, uint64_t first_block, uint32_t words[4][LANES])
{
    uint32_t keys[2][LANES];
    for (uint64_t lane = 0; lane < LANES; lane++) {
        struct place place = place_of(key, first_block + lane);
        for (int w = 0; w < 4; w++)
            words[w][lane] = place.counter[w];
        keys[0][lane] = place.key[0];
        keys[1][lane] = place.key[1];
    }
    for (int round = 0; round < ROUNDS; round++)
        for (int lane = 0; lane < LANES; lane++) {
            uint64_t low = (uint64_t)MULTIPLIER_0 * words[0][lane], high = (uint64_t)MULTIPLIER_1 * words[2][lane];
            words[0][lane] = (uint32_t)(high >> 32) ^ words[1][lane] ^ keys[0][lane];
            words[1][lane] = (uint32_t)high;
            words[2][lane] = (uint32_t)(low >> 32) ^ words[3][lane] ^ keys[1][lane];
            words[3][lane] = (uint32_t)low;
            keys[0][lane] += WEYL_0;
            keys[1][lane] += WEYL_1;
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

static void fill(const struct gan_random_key *key, uint64_t first, size_t count, float *out, group_function *convert)
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

void gan_random_uniform(const struct gan_random_key *key, uint64_t first, size_t count, float *out)
{
    fill(key, first, count, out, uniform_group);
}

void gan_random_normal(const struct gan_random_key *key, uint64_t first, size_t count, float *out)
{
    fill(key, first, count, out, normal_group);
}

/* ---- whole numbers and permutations ---- */

uint64_t gan_random_integer(const struct gan_random_key *key, uint64_t index, uint64_t bound)
{
    uint32_t words[4];
    gan_random_block(key, index / 2, words);
    const uint32_t *pair = words + 2 * (index % 2);
    uint64_t number = (uint64_t)pair[0] << 32 | pair[1];
    /* The high half of the 128-bit product: the bias is at most bound/2^64. */
    uint64_t a = number >> 32, b = number & 0xFFFFFFFFu, c = bound >> 32, d = bound & 0xFFFFFFFFu;
    uint64_t middle = a * d + (b * d >> 32);
    uint64_t low = b * c + (middle & 0xFFFFFFFFu);
    return a * c + (middle >> 32) + (low >> 32);
}

/*
 * A permutation of [0, 4^half_bits): Feistel rounds whose function is Philox. Four are enough where the domain is large
 * (Luby and Rackoff 1988); few elements need more before every order of them is as frequent as another. Rounds alone
 * make even permutations only (but for four elements), so 0 and 1 change places first for half of the keys.
 */
static uint64_t feistel(const struct gan_random_key *key, unsigned half_bits, uint64_t x)
{
    const uint64_t rounds = half_bits <= 2 ? 16 : half_bits <= 4 ? 8 : 6;
    uint32_t words[4];
    if (x < 2) {
        gan_random_block(key, rounds << 40, words);
        x ^= words[0] & 1;
    }
    uint64_t mask = ((uint64_t)1 << half_bits) - 1;
    uint64_t left = x >> half_bits, right = x & mask;
    for (uint64_t round = 0; round < rounds; round++) {
        gan_random_block(key, right | round << 40, words);
        uint64_t next = left ^ (words[0] & mask);
        left = right;
        right = next;
    }
    return left << half_bits | right;
}

uint64_t gan_random_permuted(const struct gan_random_key *key, uint64_t n, uint64_t i)
{
    assert(i < n && n <= (uint64_t)1 << 62);
    unsigned half_bits = 1;
    while ((uint64_t)1 << 2 * half_bits < n)
        half_bits++;
    do /* a walk along the cycle comes back into [0, n), since i lies there */
        i = feistel(key, half_bits, i);
    while (i >= n);
    return i;
}

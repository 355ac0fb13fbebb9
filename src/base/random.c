/*
 * Philox4x32-10 and what is drawn from it. Everything here is a function of the key and an index, in plain arithmetic
 * without the C library's functions, so that the numbers are the same everywhere.
 */
#include "random.h"

#include <math.h>
#include <string.h>

enum { ROUNDS = 10 };

void gan_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t low = (uint64_t)0xD2511F53u * c0, high = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(high >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)high;
        c2 = (uint32_t)(low >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)low;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
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

/*
 * The seed is Philox's key; its counter holds block (the low 48 bits), stream (32) and step (48). Steps and blocks
 * beyond 2^48 fold into the key, so nothing repeats in practice.
 */
void gan_random_block(const struct gan_random_key *key, uint64_t block, uint32_t out[4])
{
    uint64_t seed = key->seed;
    if (block >> 48 != 0 || key->step >> 48 != 0)
        seed = gan_random_derive(seed, (block >> 48) << 16 | key->step >> 48);
    const uint32_t counter[4] = {(uint32_t)block, (uint32_t)(block >> 32 & 0xFFFF) | (uint32_t)(key->step >> 32) << 16,
                                 key->stream, (uint32_t)key->step};
    const uint32_t words[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    gan_philox(counter, words, out);
}

void gan_random_uniform(const struct gan_random_key *key, uint64_t first, size_t count, float *out)
{
    for (size_t done = 0; done < count;) {
        uint32_t words[4];
        gan_random_block(key, (first + done) / 4, words);
        for (uint64_t i = (first + done) % 4; i < 4 && done < count; i++)
            out[done++] = (float)(words[i] >> 8) * 0x1p-24f;
    }
}

/* log u for u in (0, 1], in double: u = 2^e·m with m near 1, and log m = 2·artanh((m−1)/(m+1)) as a series */
static double log_of(double u)
{
    uint64_t bits;
    memcpy(&bits, &u, sizeof bits);
    int e = (int)(bits >> 52) - 1023;
    bits = (bits & 0xFFFFFFFFFFFFFu) | (uint64_t)1023 << 52;
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        e++;
    }
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

/* sin and cos of 2π·turns for turns in [0, 1): reduced to an eighth of a turn, then Taylor's series */
static void sincos_of_turns(double turns, double *sine, double *cosine)
{
    int quarter = (int)(turns * 4 + 0.5);
    double x = (turns - quarter * 0.25) * 6.283185307179586, x2 = x * x;
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
    *sine = (quarter & 1) == 0 ? s : c;
    *cosine = (quarter & 1) == 0 ? c : s;
    if (quarter & 2)
        *sine = -*sine;
    if ((quarter + 1) & 2)
        *cosine = -*cosine;
}

/* Box and Muller 1958: two words become two independent normal numbers. */
static void normal_pair(uint32_t a, uint32_t b, float out[2])
{
    double u = ((double)a + 1) * 0x1p-32; /* (0, 1] */
    double sine, cosine;
    sincos_of_turns((double)b * 0x1p-32, &sine, &cosine);
    double radius = sqrt(-2 * log_of(u));
    out[0] = (float)(radius * cosine);
    out[1] = (float)(radius * sine);
}

void gan_random_normal(const struct gan_random_key *key, uint64_t first, size_t count, float *out)
{
    for (size_t done = 0; done < count;) {
        uint32_t words[4];
        float normal[4];
        gan_random_block(key, (first + done) / 4, words);
        normal_pair(words[0], words[1], normal);
        normal_pair(words[2], words[3], normal + 2);
        for (uint64_t i = (first + done) % 4; i < 4 && done < count; i++)
            out[done++] = normal[i];
    }
}

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

/* A permutation of [0, 2^(2·half_bits)): four Feistel rounds whose function is Philox. */
static uint64_t feistel(const struct gan_random_key *key, unsigned half_bits, uint64_t x)
{
    uint64_t mask = ((uint64_t)1 << half_bits) - 1;
    uint64_t left = x >> half_bits, right = x & mask;
    for (uint64_t round = 0; round < 4; round++) {
        uint32_t words[4];
        gan_random_block(key, right | round << 40, words);
        uint64_t next = left ^ (((uint64_t)words[0] << 32 | words[1]) & mask);
        left = right;
        right = next;
    }
    return left << half_bits | right;
}

uint64_t gan_random_permuted(const struct gan_random_key *key, uint64_t n, uint64_t i)
{
    unsigned half_bits = 1;
    while (half_bits < 31 && (uint64_t)1 << 2 * half_bits < n)
        half_bits++;
    do /* a walk along the cycle comes back into [0, n), since i lies there */
        i = feistel(key, half_bits, i);
    while (i >= n);
    return i;
}

/*
 * Philox4x32-10 and what is drawn from it. Everything here is a function of the key and an index, in plain arithmetic
 * without the C library's functions, so that the numbers are the same everywhere.
 */
#include "random.h"

#include "cpu.h"
#include "level.h"
#include "random_groups.h"

#include <assert.h>

void gan_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < GAN_PHILOX_ROUNDS; round++) {
        uint64_t low = (uint64_t)GAN_PHILOX_MULTIPLIER_0 * c0, high = (uint64_t)GAN_PHILOX_MULTIPLIER_1 * c2;
        c0 = (uint32_t)(high >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)high;
        c2 = (uint32_t)(low >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)low;
        k0 += GAN_PHILOX_WEYL_0;
        k1 += GAN_PHILOX_WEYL_1;
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
 * The seed is Philox's key; its counter holds block (48 bits), step (48) and stream (32). What of block and step does
 * not fit changes the seed, so that nothing repeats in practice.
 */
struct gan_random_place gan_random_place_of(const struct gan_random_key *key, uint64_t block)
{
    uint64_t seed = key->seed;
    if (block >> 48 != 0 || key->step >> 48 != 0)
        seed = gan_random_derive(seed, (block >> 48) << 16 | key->step >> 48);
    return (struct gan_random_place){.counter = {(uint32_t)block,
                                                 (uint32_t)(block >> 32 & 0xFFFF) | (uint32_t)(key->step >> 32) << 16,
                                                 key->stream, (uint32_t)key->step},
                                     .key = {(uint32_t)seed, (uint32_t)(seed >> 32)}};
}

void gan_random_block(const struct gan_random_key *key, uint64_t block, uint32_t out[4])
{
    struct gan_random_place place = gan_random_place_of(key, block);
    gan_philox(place.counter, place.key, out);
}

/* ---- uniform and normal numbers ---- */

void gan_random_uniform(const struct gan_random_key *key, uint64_t first, size_t count, float *out)
{
    GAN_OF_LEVEL_USED(gan_random_groups)->uniform(key, first, count, out);
}

void gan_random_normal(const struct gan_random_key *key, uint64_t first, size_t count, float *out)
{
    GAN_OF_LEVEL_USED(gan_random_groups)->normal(key, first, count, out);
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

/*
 * Counter-based random numbers (Philox4x32-10; Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2,
 * 3", SC 2011). There is no state: number i of a stream is a function of (seed, stream, step, i).
 */
#ifndef GAN_SRC_BASE_RANDOM_H
#define GAN_SRC_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Which sequence: the user's seed, the stream (who draws), the step (when). */
struct gan_random_key {
    uint64_t seed;
    uint32_t stream;
    uint64_t step;
};

/* One Philox4x32-10 block. */
void gan_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* The 4 random words of block `block` of the sequence. */
void gan_random_block(const struct gan_random_key *key, uint64_t block, uint32_t out[4]);

/* Numbers first … first + count - 1 of the sequence (any first: the same numbers whichever way they are cut). */
void gan_random_uniform(const struct gan_random_key *key, uint64_t first, size_t count,
                        float *out); /* U[0, 1), 24 bits */
void gan_random_normal(const struct gan_random_key *key, uint64_t first, size_t count, float *out); /* N(0, 1) */

/* Number `index` of the sequence as an integer in [0, bound), without modulo bias worth the name (64-bit multiply). */
uint64_t gan_random_integer(const struct gan_random_key *key, uint64_t index, uint64_t bound);

/* Element i of a random permutation of [0, n) that `key` decides: a bijection computed without storing it (a Feistel
 * network over the next power of four, cycle-walked), so that an epoch's order needs no memory. */
uint64_t gan_random_permuted(const struct gan_random_key *key, uint64_t n, uint64_t i);

/* A seed of its own for a part of a whole that was given `seed`: mixes seed and label. */
uint64_t gan_random_derive(uint64_t seed, uint64_t label);

#endif

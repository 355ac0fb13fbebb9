/*
 * Philox's constants, and uniform and normal numbers by groups of blocks: compiled once for each instruction set, to
 * the same bits.
 */
#ifndef GAN_SRC_BASE_RANDOM_GROUPS_H
#define GAN_SRC_BASE_RANDOM_GROUPS_H

#include "random.h"

#define GAN_PHILOX_ROUNDS       10
#define GAN_PHILOX_MULTIPLIER_0 0xD2511F53u
#define GAN_PHILOX_MULTIPLIER_1 0xCD9E8D57u
#define GAN_PHILOX_WEYL_0       0x9E3779B9u /* the golden ratio */
#define GAN_PHILOX_WEYL_1       0xBB67AE85u /* √3 − 1 */

struct gan_random_place { /* of a block among all of Philox's */
    uint32_t counter[4], key[2];
};
/* Blocks that differ only in the low 32 bits of their number differ only in counter[0], which holds these. */
struct gan_random_place gan_random_place_of(const struct gan_random_key *key, uint64_t block);

/* gan_random_uniform, gan_random_normal */
struct gan_random_groups {
    void (*uniform)(const struct gan_random_key *key, uint64_t first, size_t count, float *out);
    void (*normal)(const struct gan_random_key *key, uint64_t first, size_t count, float *out);
};
extern const struct gan_random_groups gan_random_groups_baseline;
extern const struct gan_random_groups gan_random_groups_avx2;
extern const struct gan_random_groups gan_random_groups_avx512;
extern const struct gan_random_groups gan_random_groups_neon;

#endif

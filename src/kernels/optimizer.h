/*
 * The optimizers' updates: each reads and writes parameters, moments and gradient once. Elements do not depend on each
 * other, so a caller may cut the vectors anywhere. Compiled once per instruction set.
 */
#ifndef GAN_SRC_KERNELS_OPTIMIZER_H
#define GAN_SRC_KERNELS_OPTIMIZER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What the updates' formulas need at one step; those of gan/optimizer.h, with what does not depend on the element
 * worked out before: (1 − β1)·g and the like.
 */
struct gan_update_numbers {
    float rate;         /* Adam: rate/(1 − β1ᵗ) */
    float decay;        /* AdamW: 1 − rate·weight_decay; 1 for none */
    float beta1, rest1; /* rest = 1 − beta; SGD and RMSProp: beta1 is the momentum */
    float beta2, rest2; /* RMSProp: the decay */
    float correct2;     /* Adam: 1/√(1 − β2ᵗ), a factor on √v */
    float epsilon;
    bool nesterov;
    /* Store parameters past the caches: where other threads have read them, theirs have to give the lines up first,
     * which takes longer (Zen 4: 7 ns a line, 28 where the threads share no third-level cache, for 2 of such a store).
     */
    bool streams;
};

/* p parameters, m and v moments (NULL where not kept), g gradient. */
typedef void gan_update_kernel(const struct gan_update_numbers *numbers, int64_t count, float *restrict p,
                               float *restrict m, float *restrict v, const float *restrict g);

struct gan_optimizer_kernels {
    gan_update_kernel *adam, *sgd, *rmsprop;
    /* average += share·(value − average) */
    void (*average)(float share, int64_t count, float *restrict average, const float *restrict value);
};

extern const struct gan_optimizer_kernels gan_optimizer_kernels_baseline;
extern const struct gan_optimizer_kernels gan_optimizer_kernels_avx2;
extern const struct gan_optimizer_kernels gan_optimizer_kernels_avx512;
extern const struct gan_optimizer_kernels gan_optimizer_kernels_neon;

/* Those of the instruction set in use. */
const struct gan_optimizer_kernels *gan_optimizer_kernels(void);

#endif

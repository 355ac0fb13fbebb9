/* Linear maps along one axis of images: means of windows, resizing, blurring and padding are such. */
#ifndef GAN_SRC_KERNELS_RESAMPLING_H
#define GAN_SRC_KERNELS_RESAMPLING_H

#include <stdbool.h>
#include <stdint.h>

/* Output y is Σ weight[i]·input index[i] over begin[y] ≤ i < begin[y + 1]. */
struct gan_weights {
    int64_t inputs, outputs;
    int64_t *begin; /* [outputs + 1] */
    int64_t *index;
    float *weight;
};

/* A map and its transpose, which is its derivative. Shared by the nodes that use either. */
struct gan_resampling;

struct gan_tap {
    int64_t output, input;
    float weight;
};

/* NULL when memory is short. Taps of one output stay in their order; those of weight 0 are left out. */
struct gan_resampling *gan_resampling_new(int64_t inputs, int64_t outputs, const struct gan_tap *taps, int64_t count);
struct gan_resampling *gan_resampling_ref(struct gan_resampling *resampling);
void gan_resampling_unref(struct gan_resampling *resampling);
const struct gan_weights *gan_resampling_weights(const struct gan_resampling *resampling, bool transposed);

#endif

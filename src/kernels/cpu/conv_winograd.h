/*
 * Minimal filtering (Winograd, "Arithmetic complexity of computations", 1980; for convolutional networks Lavin and
 * Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, whose F(2, r) this is): along each axis two
 * neighbours among the results of r taps cost r + 1 products rather than 2·r. Sums of pixels are multiplied by sums of
 * taps, and sums of the products are the results: y = Aᵀ[(G g) ⊙ (Bᵀ d)], along both axes.
 *
 * A stride s with a window of s·r taps is s phases along the axis, each a filter of r taps at distance s.
 */
#ifndef GAN_SRC_KERNELS_CPU_CONV_WINOGRAD_H
#define GAN_SRC_KERNELS_CPU_CONV_WINOGRAD_H

#include "conv.h"

enum { GAN_WINOGRAD_OUTPUTS = 2, GAN_WINOGRAD_MOST_TAPS = 3, GAN_WINOGRAD_MOST_POINTS = 4 };

/* F(2, taps). */
struct gan_winograd {
    int taps, points;
    float input[GAN_WINOGRAD_MOST_POINTS][GAN_WINOGRAD_MOST_POINTS]; /* Bᵀ: of each point, by input */
    float weight[GAN_WINOGRAD_MOST_POINTS][GAN_WINOGRAD_MOST_TAPS];  /* G: of each point, by tap */
    float output[GAN_WINOGRAD_MOST_POINTS][GAN_WINOGRAD_OUTPUTS];    /* A: of each point, by output */
};

/* Whether a convolution is computed so: large ones are, by our own products. */
bool gan_conv_has_winograd(const struct gan_conv *conv);
const struct gan_winograd *gan_conv_winograd(const struct gan_conv *conv, int axis);

/* The results of one phase along an axis: result i reads positions in_first + in_step·(i + k) through the k-th of the
 * taps `tap`, tap + tap_step, …, and is position out_first + out_step·i. */
struct gan_winograd_line {
    int64_t count, in_size, in_first, in_step, out_first, out_step;
    int64_t tap, tap_step;
};
struct gan_winograd_line gan_conv_winograd_line(const struct gan_conv *conv, int axis, int64_t phase);

/* Along both axes: how many points there are, and the lines of a phase, which counts down, then across. */
int64_t gan_conv_winograd_points(const struct gan_conv *conv);
void gan_conv_winograd_lines(const struct gan_conv *conv, int64_t phase, struct gan_winograd_line line[2]);

/* How many numbers the weight's sums of taps are, and the work of putting those of a block of columns in panels: for
 * each point (along both axes) and phase one. */
int64_t gan_conv_winograd_weights(const struct gan_conv *conv, int64_t width);
void gan_conv_winograd_pack(const struct gan_panels_call *call, const float *weight, int64_t block, float *out);

/* Forward and data passes. */
void gan_conv_winograd_cut(struct gan_conv_call *call);
void gan_conv_winograd_compute(const struct gan_conv_pass *pass, const struct gan_run *run, int64_t part);

/* A weight's gradient. */
void gan_conv_winograd_gradient_cut(struct gan_conv_call *call);
void gan_conv_winograd_gradient(const struct gan_conv_call *call, const struct gan_run *run, int64_t part);

/* Bᵀ d for some rows of pixels, of one point: `points` along both axes, `first` the first result's index along both. */
void gan_conv_winograd_inputs(const struct gan_conv *conv, const struct gan_winograd_line line[2], const int point[2],
                              const int64_t first[2], const float *in, const int64_t strides[4], int64_t rows,
                              int64_t columns, float *out);

#endif

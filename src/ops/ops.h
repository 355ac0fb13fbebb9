/* Ops for the rooms above that are not in the public header. */
#ifndef GAN_SRC_OPS_OPS_H
#define GAN_SRC_OPS_OPS_H

#include "gan/ops.h"
#include "kernels/window.h"

/*
 * Lays float vars out one after another in a flat vector of `size` elements: element j of xs[i] goes to offsets[i] + j
 * (offsets ascending, no overlap); what lies between is zero. The plan computes the inputs in place where it can: this
 * is how a network's gradients come to lie in one buffer in its parameters' order.
 */
gan_var *gan_pack(gan_var *const *xs, const int64_t *offsets, int count, int64_t size);

/*
 * Σ x·y over examples and positions, for each tap of a window: what the weight of a convolution that makes y [N, O, h,
 * w] of x [N, C, H, W] has as its gradient: [O, C/groups, kernel…]. It has no checks of its own: the window fits.
 */
gan_var *gan_conv2d_weight(gan_var *x, gan_var *y, const struct gan_window *window, int64_t groups);

/* Who carries an update out. commit is called once all of a run's updates have passed the test for NaN and infinity. */
struct gan_update_target {
    gan_status (*commit)(void *context, const float *gradient, int64_t size);
    void (*release)(void *context); /* when the tape goes; may be NULL */
    void *context;
};

/*
 * A scalar var, the L2 norm of `gradient` (a vector, usually from gan_pack). A plan that wants it tests it for NaN and
 * infinity after computing and, when all such norms are finite, calls target->commit with the gradient. On failure
 * (NULL) release is not called.
 */
gan_var *gan_update(gan_var *gradient, const struct gan_update_target *target);

#endif

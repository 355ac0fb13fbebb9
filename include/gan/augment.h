/*
 * Augmentations: random changes of images on a tape, differentiable twice and more. A trainer changes what a
 * discriminator sees, real and made alike, so that it cannot learn few images by heart.
 */
#ifndef GAN_AUGMENT_H
#define GAN_AUGMENT_H

#include "ops.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The kinds of changes, with the strengths of Zhao et al., "Differentiable augmentation for data-efficient GAN
 * training", NeurIPS 2020; several are joined by |. u are numbers from U[0, 1), drawn for each example. Strengths are
 * for images in [-1, 1], whatever G's range: in [0, 1] brightness (± ½) is twice as strong, and what is filled with 0
 * is black, not grey.
 */
typedef enum gan_augmentation {
    /** x + u − ½; then around each pixel's mean over the channels, (x − mean)·2u + mean; then around the example's
     * mean, (x − mean)·(u + ½) + mean. */
    GAN_AUGMENT_COLOR = 1,
    /** Moved by whole pixels, up to ⌊side/8 + ½⌋ each way; what comes in is 0. */
    GAN_AUGMENT_TRANSLATION = 2,
    /** 0 in a rectangle of half of each side (⌊side/2 + ½⌋), centred anywhere and cut at the edge. */
    GAN_AUGMENT_CUTOUT = 4
} gan_augmentation;

/**
 * x, [N, C, H, W], changed anew at each run. `kinds` are gan_augmentation joined by |, and done in their order;
 * `probability`, a scalar var of x's tape, is that of each of an example's changes (translation and cutout are one
 * each, colour is three): NULL is 1. NULL after an error.
 */
GAN_API gan_var *gan_augment(gan_var *x, unsigned kinds, gan_var *probability);

#ifdef __cplusplus
}
#endif
#endif

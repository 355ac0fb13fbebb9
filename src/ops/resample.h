/* Linear maps along height and width, given by a rule: what pooling by means, resizing, blurring and padding share. */
#ifndef GAN_SRC_OPS_RESAMPLE_H
#define GAN_SRC_OPS_RESAMPLE_H

#include "gan/ops.h"
#include "kernels/resampling.h"
#include "kernels/window.h"

enum {
    GAN_MOST_FILTER_TAPS = 33,
    GAN_MOST_TABLE_TAPS = 1 << 20 /* of a map along one axis: far more than images have, and no burden */
};

/* Height and width go by themselves: index 0 and 1. */
struct gan_resample_rule {
    const char *who;
    int64_t outputs[2];
    int64_t most[2]; /* taps of one output, at most */
    /* Writes inputs and weights of output y's taps along an axis of `size` inputs; returns how many. */
    int64_t (*taps_of)(const struct gan_resample_rule *rule, int axis, int64_t size, int64_t y, struct gan_tap *taps);

    struct gan_window window; /* of means */
    bool count_padding;
    int64_t before[2]; /* of padding */
    int64_t up, down;  /* of blurring */
    int64_t filter_taps;
    double filter[GAN_MOST_FILTER_TAPS];
};

/* x [N, C, H, W] → [N, C, outputs…]. NULL after an error. */
gan_var *gan_resample_images(gan_var *x, const struct gan_resample_rule *rule);

/* False, and the tape's error, if x is not images [N, C, H, W] of a size that indices can tell. */
bool gan_check_images(const char *who, gan_var *x);
/* The same for a result of so many rows and columns of the caller's choice. */
bool gan_check_image_size(const char *who, gan_var *x, int64_t height, int64_t width);

#endif

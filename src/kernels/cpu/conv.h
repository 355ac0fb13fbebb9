/*
 * What the files of the CPU backend's convolutions share. Images are pixel-major: for each pixel a matrix of N rows of
 * C numbers.
 */
#ifndef GAN_SRC_KERNELS_CPU_CONV_H
#define GAN_SRC_KERNELS_CPU_CONV_H

#include "cpu.h"

/* Formats of a weight; 0 is as it is. */
enum {
    GAN_PANELS_FORWARD = 1,      /* for each group and block of columns, each tap's panel: rows are x's channels */
    GAN_PANELS_DATA,             /* the same; rows are y's channels */
    GAN_PANELS_FORWARD_FEW,      /* for each row of taps and block of columns a panel: columns are (tap, channel) */
    GAN_PANELS_DATA_FEW,         /* the same; rows are y's channels */
    GAN_PANELS_FORWARD_WINOGRAD, /* for each block of columns, point and phase a panel (conv_winograd.h) */
    GAN_PANELS_DATA_WINOGRAD,    /* the same; rows are y's channels */
    GAN_PANELS_DEPTHWISE         /* for each tap its channels' numbers */
};

static inline bool gan_panels_are_few(const struct gan_panels *panels)
{
    return panels->format == GAN_PANELS_FORWARD_FEW || panels->format == GAN_PANELS_DATA_FEW;
}

static inline bool gan_panels_are_winograd(const struct gan_panels *panels)
{
    return panels->format == GAN_PANELS_FORWARD_WINOGRAD || panels->format == GAN_PANELS_DATA_WINOGRAD;
}

bool gan_conv_is_depthwise(const struct gan_conv *conv);

/* A weight's matrices, `depth` rows of `columns` for each tap, as forward and data passes multiply by them. */
struct gan_conv_matrices {
    int64_t depth, columns, blocks, width;
    int depth_axis, column_axis; /* of the weight */
};
/* `width`: of a block of columns. A gradient's are those of the forward pass. */
struct gan_conv_matrices gan_conv_matrices(const struct gan_conv *conv, int64_t width);

/* The channel of the result with which block `block`, counted through all groups, begins. */
static inline int64_t gan_conv_first_channel(const struct gan_conv_matrices *matrices, int64_t block)
{
    return block / matrices->blocks * matrices->columns + block % matrices->blocks * matrices->width;
}

/* Where group `group` of the weight begins: the axis of y's channels holds all groups. */
int64_t gan_conv_group_offset(const struct gan_conv *conv, const struct gan_operand *weight, int64_t group);

/* Rows k … k + rows − 1 of the panels of all taps of a block of columns, panel by panel. */
void gan_conv_pack_taps(const struct gan_panels_call *call, const float *weight, int64_t block, int64_t k, int64_t rows,
                        float *out);

/* A pass, forward or data, seen from its result: what goes in, what comes out, and which taps a position has. */
struct gan_conv_pass {
    const struct gan_conv_call *call;
    struct gan_taps (*taps)(const struct gan_window *window, int axis, int64_t position, int64_t size);
    const int64_t *in_size, *out_size; /* channels, height, width */
    const int64_t *in_strides, *out_strides;
    const float *in, *weight;
    float *out;
    int64_t step;    /* from a position to the next one that may have the same taps */
    int64_t advance; /* so much does what they meet move then */
    struct gan_conv_matrices matrices;
};

/* A part of the result: rows, and positions in each. */
struct gan_conv_region {
    int64_t row, row_end, begin, end;
};

void gan_conv_compute_blocks(const struct gan_conv_pass *pass, const struct gan_conv_region *region, int64_t block,
                             int64_t block_end);
void gan_conv_compute_few(const struct gan_conv_pass *pass, const struct gan_conv_region *region);
void gan_conv_compute_depthwise(const struct gan_conv_pass *pass, const struct gan_conv_region *region);

void gan_conv_cut_gradient(struct gan_conv_call *call, int64_t wanted);
void gan_conv_compute_gradient(const struct gan_conv_call *call, const struct gan_run *run, int64_t part);
void gan_conv_compute_gradient_depthwise(const struct gan_conv_call *call, const struct gan_run *run, int64_t part);

#endif

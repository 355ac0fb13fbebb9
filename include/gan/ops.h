/*
 * Ops: each records itself on the tape of its arguments and returns the var of its result; none computes. Arguments are
 * float32 vars of one tape unless said otherwise. NULL arguments give NULL (the tape has the error). Two-argument ops
 * broadcast as NumPy does: shapes are aligned at their last axes, and an axis of size 1 (or missing) is repeated.
 *
 * Axes count from 0; negative ones from the end (-1 is the last). Every op has derivatives of every order, but for the
 * comparisons and the random ones, whose derivative is zero.
 */
#ifndef GAN_OPS_H
#define GAN_OPS_H

#include "tape.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A set of axes for reductions: GAN_AXES(0, 2); GAN_ALL_AXES for all. */
typedef struct gan_axes {
    int count; /**< -1: all axes */
    int axis[GAN_MAX_RANK];
} gan_axes;

#ifdef __cplusplus
extern "C++" {
template <class... Axis> constexpr gan_axes gan_axes_of(Axis... axis)
{
    return gan_axes{static_cast<int>(sizeof...(Axis)), {static_cast<int>(axis)...}};
}
}
#define GAN_AXES(...) gan_axes_of(__VA_ARGS__)
#define GAN_ALL_AXES  (gan_axes{-1, {}})
#else
#define GAN_AXES(...) ((gan_axes){(int)(sizeof((int[]){__VA_ARGS__}) / sizeof(int)), {__VA_ARGS__}})
#define GAN_ALL_AXES  ((gan_axes){-1, {0}})
#endif

/* ---- arithmetic, element by element ---- */

GAN_API gan_var *gan_add(gan_var *a, gan_var *b);
GAN_API gan_var *gan_sub(gan_var *a, gan_var *b);
GAN_API gan_var *gan_mul(gan_var *a, gan_var *b);
GAN_API gan_var *gan_div(gan_var *a, gan_var *b);
/** The larger of the two; at a tie each gets half of the derivative. */
GAN_API gan_var *gan_maximum(gan_var *a, gan_var *b);
/** The smaller of the two; at a tie each gets half of the derivative. */
GAN_API gan_var *gan_minimum(gan_var *a, gan_var *b);
GAN_API gan_var *gan_neg(gan_var *x);
/** factor·x */
GAN_API gan_var *gan_scale(gan_var *x, float factor);
/** x + offset */
GAN_API gan_var *gan_shift(gan_var *x, float offset);
/** x^exponent, for x > 0, or any x if the exponent is a whole number (0^0 = 1). */
GAN_API gan_var *gan_power(gan_var *x, float exponent);
/** x·x */
GAN_API gan_var *gan_square(gan_var *x);
GAN_API gan_var *gan_sqrt(gan_var *x);
GAN_API gan_var *gan_exp(gan_var *x);
GAN_API gan_var *gan_log(gan_var *x);
GAN_API gan_var *gan_sin(gan_var *x);
GAN_API gan_var *gan_cos(gan_var *x);
/** |x|; its derivative is 0 at 0. */
GAN_API gan_var *gan_abs(gan_var *x);
/** -1, 0 or 1; its derivative is zero. */
GAN_API gan_var *gan_sign(gan_var *x);
/** x held within [low, high]; the derivative is 1 inside and at the bounds, 0 outside. */
GAN_API gan_var *gan_clip(gan_var *x, float low, float high);
/** 2/√π ∫₀ˣ e^(−t²) dt */
GAN_API gan_var *gan_erf(gan_var *x);

/* ---- activations ---- */

/** 1/(1 + e^−x) */
GAN_API gan_var *gan_sigmoid(gan_var *x);
GAN_API gan_var *gan_tanh(gan_var *x);
/** log(1 + e^x), without overflow. −log sigmoid(x) = softplus(−x). */
GAN_API gan_var *gan_softplus(gan_var *x);
/** max(x, 0); the derivative at 0 is 0. */
GAN_API gan_var *gan_relu(gan_var *x);
/** x for x > 0, else slope·x (slope ≥ 0); the derivative at 0 is slope. */
GAN_API gan_var *gan_leaky_relu(gan_var *x, float slope);
/** x for x > 0, else alpha·(e^x − 1) (Clevert et al. 2015). */
GAN_API gan_var *gan_elu(gan_var *x, float alpha);
/** x·Φ(x), with the exact normal distribution function (Hendrycks and Gimpel 2016). */
GAN_API gan_var *gan_gelu(gan_var *x);
/** x·sigmoid(x) (Elfwing et al. 2017). */
GAN_API gan_var *gan_silu(gan_var *x);

/* ---- comparisons: 1 where it holds, else 0; derivatives are zero ---- */

GAN_API gan_var *gan_greater(gan_var *a, gan_var *b);
GAN_API gan_var *gan_greater_equal(gan_var *a, gan_var *b);
GAN_API gan_var *gan_less(gan_var *a, gan_var *b);
GAN_API gan_var *gan_less_equal(gan_var *a, gan_var *b);
GAN_API gan_var *gan_equal(gan_var *a, gan_var *b);
/** a where mask is not 0, else b; what is not chosen does not matter, NaN included. */
GAN_API gan_var *gan_select(gan_var *mask, gan_var *a, gan_var *b);

/* ---- products ---- */

/**
 * Matrix product over the last two axes: [..., M, K] × [..., K, N] → [..., M, N]; the axes before are broadcast.
 */
GAN_API gan_var *gan_matmul(gan_var *a, gan_var *b);
/** The same with a or b (or both) transposed in their last two axes first. */
GAN_API gan_var *gan_matmul_transposed(gan_var *a, bool transpose_a, gan_var *b, bool transpose_b);

/* ---- convolutions of images [N, C, H, W] ---- */

/**
 * How a convolution's window moves; along height, then width. Fill it with gan_conv_options_init. Along an axis at most
 * 1024 taps, and 32767 for the other numbers.
 */
typedef struct gan_conv_options {
    size_t struct_size;        /**< set by gan_conv_options_init */
    int64_t kernel[2];         /**< the window's size: for layers; ops take it from the weight */
    int64_t stride[2];         /**< ≥ 1: from one window to the next */
    int64_t padding[2];        /**< ≥ 0: zeros before and after each row and column */
    int64_t dilation[2];       /**< ≥ 1: from one tap to the next; 1 */
    int64_t output_padding[2]; /**< of transposed ones: rows and columns more of result, < stride; 0 */
    int64_t groups;            /**< ≥ 1: channels in so many groups that do not meet; 1 */
} gan_conv_options;

/** gan_conv_options_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_conv_options_init_sized(gan_conv_options *options, size_t struct_size, int64_t kernel,
                                               int64_t stride, int64_t padding);
/** A square window, the same both ways; dilation 1, one group, no output padding. */
static inline gan_status gan_conv_options_init(gan_conv_options *options, int64_t kernel, int64_t stride,
                                               int64_t padding)
{
    return gan_conv_options_init_sized(options, sizeof *options, kernel, stride, padding);
}

/**
 * Convolution (as in all of deep learning, without turning the kernel over): x [N, C, H, W], weight
 * [O, C/groups, kernel height, kernel width] → [N, O, h, w] with h = ⌊(H + 2·padding − dilation·(kernel − 1) − 1) /
 * stride⌋ + 1, w likewise. NULL options: stride 1, no padding.
 */
GAN_API gan_var *gan_conv2d(gan_var *x, gan_var *weight, const gan_conv_options *options);
/**
 * Transposed convolution, the derivative of a convolution to its input: x [N, C, H, W], weight
 * [C, O/groups, kernel height, kernel width] → [N, O, h, w] with h = (H − 1)·stride − 2·padding +
 * dilation·(kernel − 1) + output_padding + 1, w likewise (Dumoulin and Visin 2016, "A guide to convolution
 * arithmetic").
 */
GAN_API gan_var *gan_conv_transpose2d(gan_var *x, gan_var *weight, const gan_conv_options *options);

/**
 * Convolution of sequences: x [N, C, L], weight [O, C/groups, kernel] → [N, O, l]; l as gan_conv2d's width. Of the
 * options' pairs the second numbers, those of the width, count.
 */
GAN_API gan_var *gan_conv1d(gan_var *x, gan_var *weight, const gan_conv_options *options);
/** Transposed convolution of sequences: x [N, C, L], weight [C, O/groups, kernel] → [N, O, l]; see gan_conv1d. */
GAN_API gan_var *gan_conv_transpose1d(gan_var *x, gan_var *weight, const gan_conv_options *options);

/* ---- pooling, resizing, padding of images [N, C, H, W] ---- */

/** How a pooling's window moves, within gan_conv_options' limits; along height, then width. Fill it with
 * gan_pool_options_init. */
typedef struct gan_pool_options {
    size_t struct_size;  /**< set by gan_pool_options_init */
    int64_t kernel[2];   /**< ≥ 1: the window's size */
    int64_t stride[2];   /**< ≥ 1: from one window to the next */
    int64_t padding[2];  /**< ≥ 0, such that every window meets data: up to half of the kernel */
    int64_t dilation[2]; /**< ≥ 1: from one tap to the next; 1 */
    bool count_padding;  /**< of means: padding counts as zeros (true); otherwise only data counts */
} gan_pool_options;

/** gan_pool_options_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_pool_options_init_sized(gan_pool_options *options, size_t struct_size, int64_t kernel,
                                               int64_t stride, int64_t padding);
/** A square window, the same both ways; dilation 1, padding counts. */
static inline gan_status gan_pool_options_init(gan_pool_options *options, int64_t kernel, int64_t stride,
                                               int64_t padding)
{
    return gan_pool_options_init_sized(options, sizeof *options, kernel, stride, padding);
}

/**
 * The largest number of each window: [N, C, h, w] with h = ⌊(H + 2·padding − dilation·(kernel − 1) − 1)/stride⌋ + 1, w
 * likewise. Of equal ones the first has the derivative; a NaN is larger than any number.
 */
GAN_API gan_var *gan_max_pool2d(gan_var *x, const gan_pool_options *options);
/** The mean of each window; shapes as gan_max_pool2d's. */
GAN_API gan_var *gan_average_pool2d(gan_var *x, const gan_pool_options *options);
/** Means over height × width windows that cover the image: row y of the result is that of rows ⌊y·H/height⌋ …
 * ⌈(y + 1)·H/height⌉ − 1, columns likewise. 1 × 1 is the global mean, as gan_mean_keep over axes 2 and 3. */
GAN_API gan_var *gan_adaptive_average_pool2d(gan_var *x, int64_t height, int64_t width);

/** How an image gets another size. */
typedef enum gan_resize_mode {
    GAN_RESIZE_NEAREST, /**< row y of the result is row ⌊y·H/height⌋ */
    GAN_RESIZE_BILINEAR /**< between pixels' centres: row y looks at (y + ½)·H/height − ½, held within the image */
} gan_resize_mode;

/** The image at another size, larger or smaller; as PyTorch's interpolate (corners not aligned, no antialiasing: for
 * making images smaller gan_blur2d and the means are better). */
GAN_API gan_var *gan_resize2d(gan_var *x, int64_t height, int64_t width, gan_resize_mode mode);
/**
 * Blurs by the binomial filter of `taps` numbers ([1, 2, 1]/4, [1, 3, 3, 1]/8, …; 1 to 33) both ways, while making the
 * image `up` times larger, then `down` times smaller: [N, C, ⌊H·up/down⌋, ⌊W·up/down⌋]. Between and around the pixels
 * are zeros, and the result is up² times the filter's, so that means stay; taps 4 with up or down 2 is the usual
 * resampling of StyleGAN (Karras et al. 2019; upfirdn2d with [1, 3, 3, 1]).
 */
GAN_API gan_var *gan_blur2d(gan_var *x, int taps, int up, int down);

/** What stands beyond an image's edge. */
typedef enum gan_pad_mode {
    GAN_PAD_ZERO,
    GAN_PAD_REFLECT,  /**< the image mirrored at its outermost pixels, which are not repeated */
    GAN_PAD_REPLICATE /**< the outermost pixels, repeated */
} gan_pad_mode;

/** Puts rows and columns around images. A reflection has at most one row less than the image. */
GAN_API gan_var *gan_pad2d(gan_var *x, int64_t top, int64_t bottom, int64_t left, int64_t right, gan_pad_mode mode);
/** Channels become pixels (Shi et al., CVPR 2016): [N, C·factor², H, W] → [N, C, H·factor, W·factor]; channel
 * (c·factor + i)·factor + j goes to row i and column j of each factor × factor block. */
GAN_API gan_var *gan_pixel_shuffle(gan_var *x, int factor);
/** The inverse: [N, C, H·factor, W·factor] → [N, C·factor², H, W]. */
GAN_API gan_var *gan_pixel_unshuffle(gan_var *x, int factor);

/* ---- reductions; the axes reduced over are dropped, or kept with size 1 by the _keep forms ---- */

/** The sum of all elements: a scalar. */
GAN_API gan_var *gan_sum(gan_var *x);
/** The mean of all elements: a scalar. */
GAN_API gan_var *gan_mean(gan_var *x);
/** The largest of all elements: a scalar; ties share the derivative equally. */
GAN_API gan_var *gan_max(gan_var *x);
GAN_API gan_var *gan_sum_over(gan_var *x, gan_axes axes);
GAN_API gan_var *gan_mean_over(gan_var *x, gan_axes axes);
GAN_API gan_var *gan_max_over(gan_var *x, gan_axes axes);
GAN_API gan_var *gan_sum_keep(gan_var *x, gan_axes axes);
GAN_API gan_var *gan_mean_keep(gan_var *x, gan_axes axes);
GAN_API gan_var *gan_max_keep(gan_var *x, gan_axes axes);
/** The mean of (x − mean)²: biased. */
GAN_API gan_var *gan_variance_over(gan_var *x, gan_axes axes);
GAN_API gan_var *gan_variance_keep(gan_var *x, gan_axes axes);
/** log Σ e^x, without overflow. */
GAN_API gan_var *gan_logsumexp_over(gan_var *x, gan_axes axes);
GAN_API gan_var *gan_logsumexp_keep(gan_var *x, gan_axes axes);
/** e^x / Σ e^x along one axis. */
GAN_API gan_var *gan_softmax(gan_var *x, int axis);
/** log of gan_softmax, computed directly. */
GAN_API gan_var *gan_log_softmax(gan_var *x, int axis);

/* ---- shapes ---- */

/** Repeats axes of size 1 (and missing leading ones) up to `shape`. */
GAN_API gan_var *gan_expand(gan_var *x, gan_shape shape);
/** The inverse in the sense of derivatives: sums what gan_expand would repeat, down to `shape`. */
GAN_API gan_var *gan_sum_to(gan_var *x, gan_shape shape);
/** The same elements under another shape; one size may be -1: what is left. */
GAN_API gan_var *gan_reshape(gan_var *x, gan_shape shape);
/** Swaps two axes. */
GAN_API gan_var *gan_transpose(gan_var *x, int axis_a, int axis_b);
/** Axis i of the result is axis order.axis[i] of x; order names each axis once. */
GAN_API gan_var *gan_permute(gan_var *x, gan_axes order);
/** Elements begin … end − 1 of an axis; negative positions count from the end. */
GAN_API gan_var *gan_slice(gan_var *x, int axis, int64_t begin, int64_t end);
/** Puts `before` and `after` zeros around the elements of an axis. */
GAN_API gan_var *gan_pad(gan_var *x, int axis, int64_t before, int64_t after);
/** Joins along an axis; the other sizes must agree. */
GAN_API gan_var *gan_concat(gan_var *const *xs, int count, int axis);

/* ---- by index; `indices` are int32 vars; one that is out of range makes the run fail ---- */

/** Rows of a table: table [V, …], indices [I…] → [I…, …]. */
GAN_API gan_var *gan_gather(gan_var *table, gan_var *indices);
/** The derivative of gan_gather: a table of `rows` rows of zeros to which row indices[i] gets rows[i] added. */
GAN_API gan_var *gan_scatter_add(gan_var *source, gan_var *indices, int64_t rows);
/** 1 at the index, else 0: indices [I…] → [I…, classes]. */
GAN_API gan_var *gan_one_hot(gan_var *indices, int64_t classes);

/* ---- random numbers: drawn anew at each run, decided by the plan's seed and step (gan_plan_seek) ---- */

/** Numbers from U[low, high). */
GAN_API gan_var *gan_uniform(gan_tape *tape, gan_shape shape, float low, float high);
/** Numbers from N(mean, deviation²). */
GAN_API gan_var *gan_normal(gan_tape *tape, gan_shape shape, float mean, float deviation);
/** While the tape is in training, sets each element to 0 with `probability` and divides the others by 1 − probability
 * (Srivastava et al. 2014, inverted); x itself in inference. */
GAN_API gan_var *gan_dropout(gan_var *x, float probability);

/* ---- normalisation ---- */

/**
 * (x − mean)/√(variance + epsilon)·gain + bias, mean and variance (biased) over `axes`; gain and bias broadcast against
 * x, and may be NULL. Over N (and H, W) it is batch norm (Ioffe and Szegedy 2015), over the others layer norm (Ba et
 * al. 2016).
 */
GAN_API gan_var *gan_normalize(gan_var *x, gan_axes axes, gan_var *gain, gan_var *bias, float epsilon);

/* ---- losses that need care with large numbers ---- */

/** Mean over all of −log softmax(logits)[label]: logits [N, C], labels int32 [N] → scalar. */
GAN_API gan_var *gan_cross_entropy(gan_var *logits, gan_var *labels);
/** Mean over all of softplus(logit) − target·logit: the cross-entropy of sigmoid(logits) to targets in [0, 1]. */
GAN_API gan_var *gan_binary_cross_entropy(gan_var *logits, gan_var *targets);

/** x, but a constant to gan_grad. */
GAN_API gan_var *gan_stop_gradient(gan_var *x);

#ifdef __cplusplus
}
#endif
#endif

/*
 * Layers: functions from a var to a var that have parameters, and perhaps state. A layer is made here, given to a model
 * (gan/model.h) with gan_model_add, and described by the shapes of ONE example: the batch axis, which stands in front,
 * is the model's business.
 *
 * A constructor that fails returns NULL; so does a modifier that is given NULL; and gan_model_add keeps the error. So
 * calls nest, and one check of gan_model_status at the end is enough:
 *
 *     gan_model_add(m, gan_layer_named(gan_layer_without_bias(gan_layer_dense(400)), "first"));
 */
#ifndef GAN_LAYER_H
#define GAN_LAYER_H

#include "initializer.h"
#include "ops.h"
#include "tape.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Opaque, reference-counted; belongs to one model at most. */
typedef struct gan_layer gan_layer;

/** Takes another reference; returns `layer`. */
GAN_API gan_layer *gan_layer_ref(gan_layer *layer);
/** Gives a reference back: needed only for a layer that no model took. NULL is fine. */
GAN_API void gan_layer_unref(gan_layer *layer);

/* ---- with parameters ---- */

/**
 * y = x·Wᵀ + b: [in] → [units]. Parameters: weight [units, in] (Glorot uniform), bias [units] (0). An example of more
 * than one axis is refused: put gan_layer_flatten before it.
 */
GAN_API gan_layer *gan_layer_dense(int64_t units);
/**
 * [in] → [units]: unit u is the largest of `pieces` affine functions of the input (Goodfellow et al., "Maxout
 * networks", ICML 2013). Parameters: weight [pieces·units, in] (Glorot uniform), bias [pieces·units] (0); piece p of
 * unit u is row p·units + u. pieces ≥ 2.
 */
GAN_API gan_layer *gan_layer_maxout(int64_t units, int64_t pieces);
/**
 * Convolution of images, [C, H, W] → [channels, h, w] with h = ⌊(H + 2·padding − kernel)/stride⌋ + 1, and w likewise;
 * see gan_conv2d. Parameters: weight [channels, C, kernel, kernel] (Glorot uniform), bias [channels] (0), as PyTorch's
 * Conv2d. Halving a size of 4 or more: kernel 4, stride 2, padding 1.
 */
GAN_API gan_layer *gan_layer_conv2d(int64_t channels, int64_t kernel, int64_t stride, int64_t padding);
/** The same with all that gan_conv_options names: windows that are not square, dilation, groups. Depthwise: as many
 * groups as the input has channels. */
GAN_API gan_layer *gan_layer_conv2d_with(int64_t channels, const gan_conv_options *options);
/**
 * Transposed convolution, [C, H, W] → [channels, h, w] with h = (H − 1)·stride − 2·padding + kernel, and w likewise;
 * see gan_conv_transpose2d. Parameters: weight [C, channels, kernel, kernel] (Glorot uniform, with C·kernel²/stride²
 * for fan_in: so many numbers an output sums up), bias [channels] (0), as PyTorch's ConvTranspose2d. Doubling: kernel
 * 4, stride 2, padding 1.
 */
GAN_API gan_layer *gan_layer_conv_transpose2d(int64_t channels, int64_t kernel, int64_t stride, int64_t padding);
/** The same with all that gan_conv_options names. */
GAN_API gan_layer *gan_layer_conv_transpose2d_with(int64_t channels, const gan_conv_options *options);
/**
 * Convolution of sequences, [C, L] → [channels, l]; see gan_conv1d. Parameters: weight [channels, C, kernel], bias
 * [channels], as PyTorch's Conv1d; they begin as gan_layer_conv2d's.
 */
GAN_API gan_layer *gan_layer_conv1d(int64_t channels, int64_t kernel, int64_t stride, int64_t padding);
/** The same with all that gan_conv_options names; of its pairs the second numbers count. */
GAN_API gan_layer *gan_layer_conv1d_with(int64_t channels, const gan_conv_options *options);
/** Transposed convolution of sequences, [C, L] → [channels, l]; see gan_conv_transpose1d and
 * gan_layer_conv_transpose2d. Parameters: weight [C, channels, kernel], bias [channels]. */
GAN_API gan_layer *gan_layer_conv_transpose1d(int64_t channels, int64_t kernel, int64_t stride, int64_t padding);
/** The same with all that gan_conv_options names; of its pairs the second numbers count. */
GAN_API gan_layer *gan_layer_conv_transpose1d_with(int64_t channels, const gan_conv_options *options);
/**
 * Batch norm (Ioffe and Szegedy, ICML 2015) with epsilon 1e-5 and momentum 0.1; see gan_layer_batch_norm_with.
 */
GAN_API gan_layer *gan_layer_batch_norm(void);
/**
 * [C, …] → [C, …]: (x − mean)/√(variance + epsilon)·weight + bias for each channel (an example's first axis).
 * Parameters: weight [C] (1), bias [C] (0). State: running_mean [C] (0), running_var [C] (1).
 *
 * On a tape in training, mean and (biased) variance are those of the batch and of all axes but the channels', and the
 * running ones become (1 − momentum)·running + momentum·batch's, with the unbiased variance, as in PyTorch; a batch
 * must then hold at least two numbers per channel. In inference the running ones are used. epsilon > 0, 0 ≤ momentum
 * ≤ 1.
 */
GAN_API gan_layer *gan_layer_batch_norm_with(float epsilon, float momentum);
/** Group norm (Wu and He, ECCV 2018) with epsilon 1e-5; see gan_layer_group_norm_with. */
GAN_API gan_layer *gan_layer_group_norm(int64_t groups);
/**
 * [C, …] → [C, …]: (x − mean)/√(variance + epsilon)·weight + bias, mean and (biased) variance over each of `groups`
 * equal groups of an example's channels. Parameters: weight [C] (1), bias [C] (0). epsilon > 0.
 */
GAN_API gan_layer *gan_layer_group_norm_with(int64_t groups, float epsilon);
/** Instance norm (Ulyanov et al. 2016) with epsilon 1e-5 and without parameters; see gan_layer_instance_norm_with. */
GAN_API gan_layer *gan_layer_instance_norm(void);
/**
 * Group norm with a group for each channel: every channel of every example by itself. Parameters, if `affine`: weight
 * [C] (1), bias [C] (0). It keeps no running statistics. epsilon > 0.
 */
GAN_API gan_layer *gan_layer_instance_norm_with(float epsilon, bool affine);
/** Pixel norm with epsilon 1e-8; see gan_layer_pixel_norm_with. */
GAN_API gan_layer *gan_layer_pixel_norm(void);
/** x/√(mean of x² over the channels + epsilon), at each place by itself (Karras et al., "Progressive growing of GANs",
 * ICLR 2018); [C] or [C, …]. epsilon > 0. */
GAN_API gan_layer *gan_layer_pixel_norm_with(float epsilon);
/** Layer norm (Ba, Kiros, Hinton 2016) with epsilon 1e-5; see gan_layer_layer_norm_with. */
GAN_API gan_layer *gan_layer_layer_norm(void);
/**
 * (x − mean)/√(variance + epsilon)·weight + bias, mean and (biased) variance over each example by itself. Parameters:
 * weight (1) and bias (0), shaped as an example. epsilon > 0.
 */
GAN_API gan_layer *gan_layer_layer_norm_with(float epsilon);

/* ---- with parameters, and for models with labels (gan_model_set_labels) ---- */

/**
 * [n] → [n + L·size], or [C, …] → [C + L·size, …]: appends the embedding of each of the L labels, `size` numbers that
 * are learned for each class (as channels that are the same at every place); numbers as conditions are appended as one
 * linear map of them (Mirza and Osindero, "Conditional generative adversarial nets", 2014). Parameters: weight
 * [classes, size] (N(0, 1)), as PyTorch's nn.Embedding; with several labels 0.weight, 1.weight, …; for K numbers weight
 * [size, K] and bias [size] (0). size ≥ 1.
 */
GAN_API gan_layer *gan_layer_concat_label(int64_t size);
/** Conditional batch norm with epsilon 1e-5 and momentum 0.1; see gan_layer_conditional_batch_norm_with. */
GAN_API gan_layer *gan_layer_conditional_batch_norm(void);
/**
 * gan_layer_batch_norm_with, gain and bias of each channel being the labels' own: (x − mean)/√(variance + epsilon)·
 * (1 + Σ gain[label]) + Σ bias[label], sums over the example's labels; for numbers c, 1 + W·c + w and V·c + v
 * (Dumoulin, Shlens and Kudlur, "A learned representation for artistic style", ICLR 2017, section 2.2; de Vries et al.,
 * "Modulating early visual processing by language", NIPS 2017, section 4). Parameters: bias.weight and gain.weight
 * [classes, C], all 0; with several labels bias.0.weight, …; for K numbers weights [C, K] and bias.bias, gain.bias [C].
 * State as batch norm's.
 */
GAN_API gan_layer *gan_layer_conditional_batch_norm_with(float epsilon, float momentum);
/**
 * A discriminator's end, [n] → [1]: w·h + b + ⟨Σ v[label], h⟩ (Miyato and Koyama, "cGANs with projection
 * discriminator", ICLR 2018, eq. 4, with several labels the sum of their embeddings; for numbers c it is V·c).
 * Parameters: weight [1, n], bias [1] (0), embedding.weight [classes, n] (both Glorot uniform); with several labels
 * embedding.0.weight, …; for K numbers embedding.weight [n, K].
 */
GAN_API gan_layer *gan_layer_projection(void);
/**
 * A discriminator's end, [n] → [1 + C], a dense layer: the logit of being real, then the logits of the C classes, those
 * of several labels one after another (Odena, Olah and Shlens, "Conditional image synthesis with auxiliary classifier
 * GANs", ICML 2017); for numbers, an estimate of each. It must be the model's last layer: a trainer then adds
 * gan_loss_auxiliary. It does not take labels, it says them. Parameters: weight [1 + C, n] (Glorot uniform), bias
 * [1 + C] (0).
 */
GAN_API gan_layer *gan_layer_auxiliary_head(void);

/* ---- activations, element by element; formulas are beside the ops of these names (gan/ops.h) ---- */

/** What follows a layer, where an option names it. */
typedef enum gan_activation {
    GAN_ACTIVATION_LINEAR = 0, /**< nothing */
    GAN_ACTIVATION_RELU,
    GAN_ACTIVATION_LEAKY_RELU, /**< takes the option's slope */
    GAN_ACTIVATION_ELU,        /**< with alpha 1 */
    GAN_ACTIVATION_GELU,
    GAN_ACTIVATION_SILU,
    GAN_ACTIVATION_SIGMOID,
    GAN_ACTIVATION_TANH,
    GAN_ACTIVATION_SOFTPLUS
} gan_activation;

/** The activation that `activation` names; `slope` counts for leaky ReLU only. */
GAN_API gan_layer *gan_layer_activation(gan_activation activation, float slope);
GAN_API gan_layer *gan_layer_relu(void);
/** 0 ≤ slope ≤ 1; 0.2 is usual in GANs. */
GAN_API gan_layer *gan_layer_leaky_relu(float slope);
/** With alpha = 1. */
GAN_API gan_layer *gan_layer_elu(void);
GAN_API gan_layer *gan_layer_gelu(void);
GAN_API gan_layer *gan_layer_silu(void);
GAN_API gan_layer *gan_layer_sigmoid(void);
GAN_API gan_layer *gan_layer_tanh(void);
GAN_API gan_layer *gan_layer_softplus(void);
/** Along an example's last axis. */
GAN_API gan_layer *gan_layer_softmax(void);

/* ---- without parameters ---- */

/** In training sets each number to 0 with `probability` (0 ≤ p < 1) and divides the others by 1 − p; see gan_dropout.
 */
GAN_API gan_layer *gan_layer_dropout(float probability);
/** [a, b, …] → [a·b·…]. */
GAN_API gan_layer *gan_layer_flatten(void);
/** An example's numbers in another shape; one size may be -1: what is left. */
GAN_API gan_layer *gan_layer_reshape(gan_shape shape);
/** factor·x + offset with fixed numbers: 2x − 1 centres what lies in [0, 1]. */
GAN_API gan_layer *gan_layer_scale_shift(float factor, float offset);
/** [n] → [n + size]: appends `size` numbers from N(0, 1), drawn anew for each example, in training and in inference. */
GAN_API gan_layer *gan_layer_concat_noise(int64_t size);

/* ---- images: pooling, resizing, attention; [C, H, W] → [C, h, w] unless said otherwise ---- */

/** The largest number of each window; h = ⌊(H + 2·padding − kernel)/stride⌋ + 1, w likewise; see gan_max_pool2d. */
GAN_API gan_layer *gan_layer_max_pool2d(int64_t kernel, int64_t stride, int64_t padding);
/** The same with all that gan_pool_options names. */
GAN_API gan_layer *gan_layer_max_pool2d_with(const gan_pool_options *options);
/** The mean of each window, padding counted as zeros; see gan_average_pool2d. */
GAN_API gan_layer *gan_layer_average_pool2d(int64_t kernel, int64_t stride, int64_t padding);
/** The same with all that gan_pool_options names. */
GAN_API gan_layer *gan_layer_average_pool2d_with(const gan_pool_options *options);
/** Means over height × width windows that cover the image; see gan_adaptive_average_pool2d. */
GAN_API gan_layer *gan_layer_adaptive_average_pool2d(int64_t height, int64_t width);
/** [C, …] → [C]: the mean of each channel. */
GAN_API gan_layer *gan_layer_global_average_pool(void);
/** [C, …] → [C]: the sum of each channel (as in Miyato et al. 2018). */
GAN_API gan_layer *gan_layer_global_sum_pool(void);
/** `factor` times as high and wide; see gan_resize2d. */
GAN_API gan_layer *gan_layer_upsample(int factor, gan_resize_mode mode);
/** To height × width; see gan_resize2d. */
GAN_API gan_layer *gan_layer_resize(int64_t height, int64_t width, gan_resize_mode mode);
/** The binomial filter of `taps` numbers, while the image becomes `up` times larger and `down` times smaller; see
 * gan_blur2d. */
GAN_API gan_layer *gan_layer_blur(int taps, int up, int down);
/** Rows and columns around the image; see gan_pad2d. */
GAN_API gan_layer *gan_layer_pad2d(int64_t top, int64_t bottom, int64_t left, int64_t right, gan_pad_mode mode);
/** [C·factor², H, W] → [C, H·factor, W·factor]; see gan_pixel_shuffle. */
GAN_API gan_layer *gan_layer_pixel_shuffle(int factor);
/** [C, H·factor, W·factor] → [C·factor², H, W]; see gan_pixel_unshuffle. */
GAN_API gan_layer *gan_layer_pixel_unshuffle(int factor);
/**
 * Self-attention (Zhang et al., "Self-attention generative adversarial networks", ICML 2019; as in the authors' code):
 * x + gamma·o(Σ over places of softmax(theta(x)·phi(x))·g(x)), with 1 × 1 convolutions without bias; phi(x) and g(x)
 * are pooled to the largest number of 2 × 2 places. C ≥ 8, H and W ≥ 2. Parameters: gamma [] (0), g.weight
 * [C/2, C, 1, 1], o.weight [C, C/2, 1, 1], phi.weight and theta.weight [C/8, C, 1, 1] (all Glorot uniform).
 */
GAN_API gan_layer *gan_layer_self_attention(void);
/**
 * [n] → [channels, height, width]: basis·(weight·x), channel by channel: each channel of a small image that is learned,
 * times a number that depends on the input; how a generator begins in Huang et al. 2024 (R3GAN). Parameters: basis
 * [channels, height, width] (N(0, 1)), weight [channels, n] (Glorot uniform).
 */
GAN_API gan_layer *gan_layer_basis(int64_t channels, int64_t height, int64_t width);
/** [C, …] → [C, …]: adds a number to each channel, for an activation after a layer without bias. Parameter: bias [C]
 * (0). */
GAN_API gan_layer *gan_layer_bias(void);

/* ---- for discriminators: what an example is to the rest of its batch; they mix examples ---- */

/**
 * [C, …] → [C + 1, …]: a channel that is the same at every place (for [n] a number more): how much the example's group
 * differs, the mean over all numbers of √(variance over the group + 1e-8), the variance biased (Karras et al.,
 * "Progressive growing of GANs", ICLR 2018, section 3; groups as in the authors' code). Examples i, i + N/group,
 * i + 2·N/group, … of a batch of N are a group; a batch smaller than `group` is one group, others must be multiples of
 * it (gan_model_predict works in batches of 64). group ≥ 2; 4 is usual.
 */
GAN_API gan_layer *gan_layer_minibatch_deviation(int64_t group);
/**
 * [n] → [n + kernels]: how near the example is to all of its batch, itself included: number b is
 * Σ_j exp(−‖M_b(x) − M_b(x_j)‖₁), where M(x) = weight·x is `kernels` rows of `size` numbers (Salimans et al., "Improved
 * techniques for training GANs", NIPS 2016, section 3.2). N²·kernels·size numbers are computed. Parameter: weight
 * [kernels·size, n] (Glorot uniform).
 */
GAN_API gan_layer *gan_layer_minibatch_discrimination(int64_t kernels, int64_t size);

/** Ops of the caller's own: gets x of shape [N, …] and returns a var of the same tape with N in front; NULL fails. */
typedef gan_var *gan_layer_callback(void *context, gan_var *x);
/**
 * A layer of the caller's own ops. `callback` is called once by gan_model_add, on a tape of its own, to learn the
 * output's shape, then by every gan_model_apply; it must give each example the same shape at any N. What
 * it does across a batch libgan cannot know: D then judges real and made examples each by themselves, as with batch
 * norm, and a penalty on each example's gradient is not refused, which goes with ops that keep examples apart.
 * A sampler of single
 * images applies it to each by itself. `release` (may be NULL) gets `context` when the layer goes; it is not called if
 * this constructor fails.
 */
GAN_API gan_layer *gan_layer_function(gan_layer_callback *callback, void *context, void (*release)(void *context));

/**
 * Several layers as one, applied in order. It takes the layers over, also on failure; a NULL among them fails. Their
 * parameters are named by their place or name in it ("2.0.weight"). A model takes layers that lie up to 100 deep in one
 * another.
 */
GAN_API gan_layer *gan_layer_sequence(gan_layer *const *layers, int count);

/**
 * x + branch(x) (He et al., "Deep residual learning", CVPR 2016): the branch, a layer or a sequence, must keep the
 * shape. It takes the layer over, also on failure. Its parameters' names begin with "branch" ("3.branch.0.weight") or
 * the branch's name.
 */
GAN_API gan_layer *gan_layer_residual(gan_layer *branch);
/** shortcut(x) + branch(x), both of one shape. Their parameters' names begin with "branch" and "shortcut", or their
 * names. */
GAN_API gan_layer *gan_layer_residual_with(gan_layer *branch, gan_layer *shortcut);

/**
 * What a discriminator that is an autoencoder ends in: −E|x − A(x)|^power, the mean over the numbers of each example,
 * power 1 or 2, with output [1]: nearer to 0 the better A, a layer or a sequence that keeps the shape, gives x back
 * (Zhao, Mathieu and LeCun, "Energy-based generative adversarial network", ICLR 2017, section 2.2, whose energy is the
 * error itself; here D is high on real data, as with all losses). It takes the layer over, also on failure. Its
 * parameters' names begin with "autoencoder" ("2.autoencoder.0.weight") or the layer's name.
 */
GAN_API gan_layer *gan_layer_reconstruction(gan_layer *autoencoder, int power);

/* ---- modifiers: each takes its layer over and returns it, or NULL after an error (the layer is then gone) ---- */

/** Sets how the layer's weight begins. An error for a layer that has none. */
GAN_API gan_layer *gan_layer_with_initializer(gan_layer *layer, gan_initializer weights);
/** Sets how the layer's bias begins. An error for a layer that has none. */
GAN_API gan_layer *gan_layer_with_bias_initializer(gan_layer *layer, gan_initializer biases);
/** Leaves the layer's bias out. An error for a layer that has none. */
GAN_API gan_layer *gan_layer_without_bias(gan_layer *layer);
/**
 * Spectral norm (Miyato et al., "Spectral normalization for generative adversarial networks", ICLR 2018, algorithm 1):
 * the layer multiplies by weight/σ, σ = uᵀWv, where W is the weight as a matrix with a row for each output (of a
 * transposed convolution: for each of a group's output channels), and u and v come ever nearer to its first singular
 * vectors: each gan_model_apply on a tape in training goes `iterations` (≥ 1; 1 is usual) times v ← Wᵀu/‖Wᵀu‖,
 * u ← Wv/‖Wv‖ and keeps both as state; frozen ones and inference read them. For derivatives u and v are constants, σ is
 * not. They begin with 15 iterations from a random u when the model is initialised; who sets weights by hand trains on
 * before they are right again. A weight that is all zero has no σ, and makes NaN.
 *
 * For dense, maxout, convolutions, basis, self-attention, concat_label, projection and auxiliary head, whose weights
 * all get it; an error for others, blocks among them: modify the layers that they hold. Parameter "weight" becomes
 * "weight_orig", with state "weight_u" [outputs] and "weight_v" [the rest]: the names of torch.nn.utils.spectral_norm,
 * whose files load.
 */
GAN_API gan_layer *gan_layer_with_spectral_norm(gan_layer *layer, int iterations);
/**
 * Weight norm (Salimans and Kingma, "Weight normalization", NIPS 2016, eq. 2): the layer multiplies by g·v/‖v‖, a
 * length g for each output and a direction v; the layers and the rows are those of gan_layer_with_spectral_norm, which
 * it excludes. Parameter "weight" becomes "weight_g", shaped [outputs, 1, …], and "weight_v" like the weight: the names
 * of torch.nn.utils.weight_norm (with dim=1 for transposed convolutions). v begins as the initialiser draws it, g as
 * ‖v‖; a row that is all zero makes NaN.
 */
GAN_API gan_layer *gan_layer_with_weight_norm(gan_layer *layer);
/**
 * Names the layer, for gan_model_feature, for its parameters' names ("name.weight" instead of "3.weight"), and for
 * messages. Letters, digits, '_' and '-', with a letter or '_' first; copied. A model refuses a second layer of the
 * same name.
 */
GAN_API gan_layer *gan_layer_named(gan_layer *layer, const char *name);

#ifdef __cplusplus
}
#endif
#endif

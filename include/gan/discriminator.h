/*
 * Discriminators: models from data to one number, built from a recipe.
 */
#ifndef GAN_DISCRIMINATOR_H
#define GAN_DISCRIMINATOR_H

#include "generator.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Fill it with gan_discriminator_options_init, then change what you like; every field is taken literally. */
typedef struct gan_discriminator_options {
    size_t struct_size;              /**< set by gan_discriminator_options_init */
    gan_recipe recipe;               /**< set by gan_discriminator_options_init */
    int hidden_count;                /**< hidden layers, 0 … GAN_MAX_HIDDEN: 2 */
    int64_t hidden[GAN_MAX_HIDDEN];  /**< their sizes: 512, 256 */
    gan_activation activation;       /**< after each hidden layer: ReLU; must be linear with maxout */
    float slope;                     /**< of leaky ReLU: 0.2 */
    int64_t maxout_pieces;           /**< 2 or more: hidden layers are maxout layers of so many pieces; 0: dense: 0 */
    gan_normalization normalization; /**< in each hidden layer: none. Batch norm mixes examples: no R1 with it */
    float normalization_epsilon;     /**< 1e-5 */
    float batch_norm_momentum;       /**< 0.1 */
    float dropout;                   /**< probability, after each hidden layer's activation; 0 for none: 0 */
    bool center_input;               /**< map the input from [input_low, input_high] to [−1, 1] first: false */
    float input_low, input_high;     /**< the range of what comes in, which is the generator's range: 0, 1 */
    bool sigmoid_output;             /**< end in a sigmoid, for looking at; losses want the logit: false */
    gan_initializer initializer;     /**< of weights: Glorot uniform; biases are 0 */
    gan_conditioning conditioning;   /**< by labels: none. CONCAT, PROJECTION or AUXILIARY */
    gan_labels *labels; /**< what they are; given away to gan_discriminator_new, also when it fails: NULL */
    int64_t label_size; /**< of CONCAT, numbers for each label: 50 */
    /**
     * Of convolutional recipes: channels of the first feature maps, twice as many after each halving. DCGAN: 64,
     * POOLED: 32, SNGAN_RESNET: 128, R3GAN: 32
     */
    int64_t width;
    int64_t most_width; /**< but at most so many. DCGAN: 512, POOLED: 256, SNGAN_RESNET: 128, R3GAN: 256 */
    int64_t blocks;     /**< depth, as the generator's. POOLED: 1, SNGAN_RESNET: 1, R3GAN: 2, DCGAN: 0 */
    /** Iterations, ≥ 1, of gan_layer_with_spectral_norm on every layer that it is for; 0: none. 0 */
    int spectral_norm;
    /** m ≥ 1: it takes m examples together, their channels (or numbers) one after another along the first axis (PacGAN:
     * Lin et al., NeurIPS 2018); a trainer packs them, and trains it with no labels. 1 */
    int64_t packing;
    /**
     * Above 0: D is an autoencoder with a code of so many numbers, for GAN_LOSS_ENERGY_MARGIN and
     * GAN_LOSS_BOUNDARY_EQUILIBRIUM, and ends in gan_layer_reconstruction: its output is minus the error of what it
     * gives back. With neither conditioning nor maxout. 0: it gives a logit. 0
     */
    int64_t code_size;
    int reconstruction_power; /**< of an autoencoder: 1, absolute errors, or 2, squared ones: 1 */
} gan_discriminator_options;

/** gan_discriminator_options_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_discriminator_options_init_sized(gan_discriminator_options *options, size_t struct_size,
                                                        gan_recipe recipe);
/** Fills every field with the recipe's defaults, MLP's being the article's network, data→512→256→1. */
static inline gan_status gan_discriminator_options_init(gan_discriminator_options *options, gan_recipe recipe)
{
    return gan_discriminator_options_init_sized(options, sizeof *options, recipe);
}

/**
 * A discriminator of examples of shape `example`, named "D", with output [1], or with an auxiliary classifier [1 + C]:
 * the logit first. NULL options are the MLP recipe's. Its
 * parameters are not initialised: a trainer does that, or gan_model_initialize.
 *
 * The output is a logit, high on real data: the probability that an example is real is its sigmoid, and the losses
 * (which contain that sigmoid, without ever taking the log of 0) are computed from the logit. With sigmoid_output the
 * model ends in the sigmoid itself and states the range [0, 1].
 *
 * MLP: flatten, centring, labels appended, hidden_count × [dense or maxout, normalisation, activation, dropout], dense
 * 1 or what the conditioning ends in.
 * DCGAN: centring, labels appended as planes, convolutions that halve the image down to a grid of 4 to 6 pixels (7
 * becomes 3), after each (but for the first) normalisation, activation, dropout, and `blocks` × [3 × 3 convolution,
 * normalisation, activation, dropout]; a convolution over the whole grid, or
 * what the conditioning ends in. Defaults that differ: batch norm, leaky ReLU, input in [−1, 1], weights from N(0,
 * 0.02²). POOLED: centring, labels appended as planes; `blocks` × [3 × 3 convolution, normalisation, activation,
 * dropout] and the mean of 2 × 2 pixels until a grid of 4 to 7 pixels is left; flatten, dense 1 or what the
 * conditioning ends in. SNGAN_RESNET: centring, labels appended as planes; residual blocks [normalisation, activation,
 * dropout, 3 × 3 convolution, normalisation, activation, dropout, 3 × 3 convolution, mean of 2 × 2 pixels] (the first
 * one begins with its convolution), with a 1 × 1 convolution as shortcut, and after each blocks − 1 more that keep
 * shape; normalisation, activation, dropout, gan_layer_global_sum_pool, dense 1 or what the conditioning ends in. How
 * many blocks halve the image, and how many then do not, goes by the smaller side: 32: 2 and 2, 48: 4 and 1, 64: 5 and
 * 0, as published; else down to the grid, and 1. Each has twice the channels of the one before, within most_width.
 * Defaults that differ: input in [−1, 1]; the blocks' 3 × 3 weights begin √2 times as large as `initializer` says. The
 * larger tables' width and most_width are 64 and 1024. R3GAN: centring, labels appended as planes; a 1 × 1 convolution
 * without bias; the generator's blocks, at each size down to the grid, between which gan_layer_blur(4, 1, 2) halves the
 * image and a 1 × 1 convolution changes the width where it does; a convolution over the whole grid for each channel by
 * itself, flatten, dense 1 without bias or what the conditioning ends in (a projection without bias, of a linear map of
 * what is there). Defaults that differ: leaky ReLU, input in [−1, 1], label_size 64, and weights as the generator's.
 * With code_size: centring, and gan_layer_reconstruction of two sequences: "encoder", the recipe's layers, which end in
 * code_size numbers instead of a logit, and "decoder", the layers of the recipe's generator, as wide and as deep (of
 * MLP: `hidden` backwards) and with the same activation, normalisation, dropout and initialiser, from code_size numbers
 * to an example, with a linear output.
 */
GAN_API gan_model *gan_discriminator_new(gan_shape example, const gan_discriminator_options *options);

#ifdef __cplusplus
}
#endif
#endif

/*
 * Generators: models from noise to data, built from a recipe. Data of any shape; the input is [latent_size].
 */
#ifndef GAN_GENERATOR_H
#define GAN_GENERATOR_H

#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What a network is made of. All but MLP are for images [C, H, W] whose sides are 4 to 7 (the smaller one) times the
 * same power of 2: 28, 32, 64, 96 × 128, ...
 */
typedef enum gan_recipe {
    GAN_RECIPE_MLP = 0, /**< "mlp": dense layers */
    /** "dcgan": strided convolutions, batch norm, tanh (Radford, Metz and Chintala, ICLR 2016), with 4 × 4 windows as
     * in PyTorch's example. */
    GAN_RECIPE_DCGAN,
    /** "pooled": the article's own networks: D of convolutions, activations and pooling, G of upsampling and
     * convolutions. */
    GAN_RECIPE_POOLED,
    /** "sngan_resnet": residual blocks, batch norm in G, none in D (Miyato, Kataoka, Koyama and Yoshida, "Spectral
     * normalization for generative adversarial networks", ICLR 2018, tables 3 to 5). */
    GAN_RECIPE_SNGAN_RESNET,
    /** "r3gan": residual blocks with grouped convolutions and no normalisation, for losses with R1 and R2 (Huang,
     * Gokaslan, Kuleshov and Tompkin, "The GAN is dead; long live the GAN!", NeurIPS 2024). */
    GAN_RECIPE_R3GAN
} gan_recipe;

/** Its name in lower case, "dcgan"; NULL for a number that is no recipe. */
GAN_API const char *gan_recipe_name(gan_recipe recipe);
/** The recipe of that name; an error that lists them if there is none. */
GAN_API gan_status gan_recipe_from_name(const char *name, gan_recipe *recipe);

/** What stands between a hidden layer and its activation. */
typedef enum gan_normalization {
    GAN_NORMALIZATION_NONE = 0,
    GAN_NORMALIZATION_BATCH, /**< gan_layer_batch_norm_with; the layer before it then has no bias, which it would undo
                              */
    GAN_NORMALIZATION_LAYER  /**< gan_layer_layer_norm_with */
} gan_normalization;

/** How labels come into a network. A generator and a discriminator that train together take the same labels. */
typedef enum gan_conditioning {
    GAN_CONDITIONING_NONE = 0,
    GAN_CONDITIONING_CONCAT,     /**< appended to the input: gan_layer_concat_label (Mirza and Osindero 2014) */
    GAN_CONDITIONING_BATCH_NORM, /**< a generator's batch norm: gan_layer_conditional_batch_norm_with */
    GAN_CONDITIONING_PROJECTION, /**< a discriminator's end: gan_layer_projection (Miyato and Koyama 2018) */
    GAN_CONDITIONING_AUXILIARY   /**< a discriminator's end: gan_layer_auxiliary_head (Odena et al. 2017) */
} gan_conditioning;

/** The most hidden layers that options can name. */
#define GAN_MAX_HIDDEN 8

/** Fill it with gan_generator_options_init, then change what you like; every field is taken literally. */
typedef struct gan_generator_options {
    size_t struct_size;              /**< set by gan_generator_options_init */
    gan_recipe recipe;               /**< set by gan_generator_options_init */
    int64_t latent_size;             /**< how many random numbers go in: 100 */
    int hidden_count;                /**< hidden layers, 0 … GAN_MAX_HIDDEN: 3 */
    int64_t hidden[GAN_MAX_HIDDEN];  /**< their sizes: 256, 512, 1024 */
    gan_activation activation;       /**< after each hidden layer: ReLU */
    float slope;                     /**< of leaky ReLU: 0.2 */
    gan_normalization normalization; /**< in each hidden layer: none */
    float normalization_epsilon;     /**< 1e-5 */
    float batch_norm_momentum;       /**< 0.1, in PyTorch's sense: the new batch's share */
    float dropout;                   /**< probability, after each hidden layer's activation; 0 for none: 0 */
    gan_activation output;       /**< at the end: sigmoid (range [0, 1]); tanh has [−1, 1]; linear and others none */
    gan_initializer initializer; /**< of weights: Glorot uniform; biases are 0 */
    gan_conditioning conditioning; /**< by labels: none. CONCAT, or with batch norm BATCH_NORM */
    gan_labels *labels;            /**< what they are; given away to gan_generator_new, also when it fails: NULL */
    int64_t label_size;            /**< of CONCAT, numbers for each label: 50 */
    /**
     * Of convolutional recipes: channels of the largest feature maps; twice as many at each halving before. The largest
     * have the image's own size, DCGAN's half of it. DCGAN: 64, POOLED: 32, SNGAN_RESNET: 256, R3GAN: 32
     */
    int64_t width;
    int64_t most_width; /**< but at most so many. DCGAN: 512, POOLED: 256, SNGAN_RESNET: 256, R3GAN: 256 */
    /**
     * Depth: at each size of feature maps so many convolutions (POOLED: 1) or residual blocks (SNGAN_RESNET: 1, R3GAN:
     * 2), 1 to 64; DCGAN's convolutions are beside those that change the size: 0 to 64, 0
     */
    int64_t blocks;
    /** Iterations, ≥ 1, of gan_layer_with_spectral_norm on every layer that it is for; 0: none. 0 */
    int spectral_norm;
} gan_generator_options;

/** gan_generator_options_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_generator_options_init_sized(gan_generator_options *options, size_t struct_size,
                                                    gan_recipe recipe);
/** Fills every field with the recipe's defaults, MLP's being the article's network, 100→256→512→1024→data. */
static inline gan_status gan_generator_options_init(gan_generator_options *options, gan_recipe recipe)
{
    return gan_generator_options_init_sized(options, sizeof *options, recipe);
}

/**
 * A generator of examples of shape `example`, named "G". NULL options are the MLP recipe's. Its parameters are not
 * initialised: a trainer does that, or gan_model_initialize.
 *
 * MLP: labels appended, hidden_count × [dense, normalisation, activation, dropout], dense, reshape to `example`, output
 * activation.
 * DCGAN: labels appended, transposed convolution to a grid of 4 to 6 pixels, then one that doubles it until it is the
 * image's size, with windows of 4 (of 3 where a side of 7 is made of 4: 4, 7, 14, 28); after each but the last
 * normalisation, activation, dropout, and `blocks` × [3 × 3 convolution, normalisation, activation, dropout]; output
 * activation. Its options' defaults differ from those above: batch norm,
 * tanh, weights from N(0, 0.02²), batch norm's gains from N(1, 0.02²).
 * POOLED: labels appended, dense to the grid, normalisation, activation, dropout; then, until it is the image's size,
 * nearest upsampling by 2 and `blocks` × [3 × 3 convolution, normalisation, activation, dropout]; a 3 × 3 convolution;
 * output activation.
 * SNGAN_RESNET: labels appended, dense to the grid; for each doubling a residual block [normalisation, activation,
 * dropout, upsampling, 3 × 3 convolution, normalisation, activation, dropout, 3 × 3 convolution] with a 1 × 1
 * convolution as shortcut, and blocks − 1 more that keep the size; normalisation (never conditional), activation,
 * dropout, 3 × 3 convolution; output activation. Defaults that differ: latent 128, batch norm, tanh; the blocks' 3 × 3
 * weights begin √2 times as large as `initializer` says. Width and most_width are table 3's, for 32 × 32; the larger
 * tables' are 64 and 1024 (at 48 × 48 the grid then has 512 channels).
 * R3GAN: labels appended, gan_layer_basis to the grid; `blocks` residual blocks [1 × 1 convolution to twice as many
 * channels, activation, dropout, 3 × 3 convolution in groups of 16 channels (or the next smaller number that divides
 * them), activation, dropout, 1 × 1 convolution without bias] there and after each doubling, which is a 1 × 1
 * convolution where the width changes and gan_layer_blur(4, 2, 1); a 1 × 1 convolution without bias; output activation.
 * Defaults that differ: latent 64, leaky ReLU, a linear output, which states the range [−1, 1] nonetheless, so that
 * images are mapped to it; label_size 64; weights from N(0, 1/fan_in), in blocks times √(2/(1 + slope²))·L^(−1/4) with
 * L the number of all blocks, and each block's last is 0. No normalisation can be had. The default widths suit a CPU;
 * published are 768 and 768 for 32 × 32, 384 and 768 for 64 × 64, 96 and 768 for 256 × 256.
 */
GAN_API gan_model *gan_generator_new(gan_shape example, const gan_generator_options *options);

#ifdef __cplusplus
}
#endif
#endif

/*
 * Generators: models from noise to data, built from a recipe. Data of any shape; the input is [latent_size].
 */
#ifndef GAN_GENERATOR_H
#define GAN_GENERATOR_H

#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a network is made of. */
typedef enum gan_recipe {
    GAN_RECIPE_MLP = 0, /**< "mlp": dense layers */
    /**
     * "dcgan": strided convolutions, batch norm, tanh (Radford, Metz and Chintala, ICLR 2016), with 4 × 4 windows as in
     * PyTorch's example. For images [C, H, W] whose sides are 4 to 7 (the smaller one) times a power of 2: 28, 32, 64,
     * 96 × 128, ...
     */
    GAN_RECIPE_DCGAN
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
     * Of convolutional recipes: channels of the feature maps of half the image's size; twice as many at each halving
     * before. DCGAN: 64
     */
    int64_t width;
    int64_t most_width; /**< but at most so many. DCGAN: 512 */
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
 * DCGAN: labels appended, transposed convolution to a grid of 4 to 7 pixels, then one that doubles it until it is the
 * image's size; after each but the last normalisation, activation, dropout; output activation. Its options' defaults
 * differ from those above: batch norm, tanh, weights from N(0, 0.02²), batch norm's gains from N(1, 0.02²).
 */
GAN_API gan_model *gan_generator_new(gan_shape example, const gan_generator_options *options);

#ifdef __cplusplus
}
#endif
#endif

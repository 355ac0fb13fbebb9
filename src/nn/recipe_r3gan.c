/*
 * R3GAN's networks (Huang, Gokaslan, Kuleshov and Tompkin, "The GAN is dead; long live the GAN! A modern baseline GAN",
 * NeurIPS 2024, section 4; widths, gains and resampling as in the authors' code): residual blocks of inverted
 * bottlenecks with grouped convolutions, no normalisation, and G and D each other's mirror.
 */
#include "nn/recipes.h"

#include <math.h>

/* Of a block: how many times as many channels it has inside, and how many of them a group of its 3 × 3 convolution. */
enum { EXPANSION = 2, GROUP = 16 };

static void generator_defaults(gan_generator_options *o)
{
    gan_recipe_mlp.generator_defaults(o);
    o->recipe = GAN_RECIPE_R3GAN;
    o->latent_size = 64;
    o->hidden_count = 0;
    o->activation = GAN_ACTIVATION_LEAKY_RELU;
    o->output = GAN_ACTIVATION_LINEAR;
    o->initializer = gan_initializer_he_normal(1);
    o->label_size = 64;
    o->width = 32;
    o->most_width = 256;
    o->blocks = 2;
}

static void discriminator_defaults(gan_discriminator_options *o)
{
    gan_recipe_mlp.discriminator_defaults(o);
    o->recipe = GAN_RECIPE_R3GAN;
    o->hidden_count = 0;
    o->activation = GAN_ACTIVATION_LEAKY_RELU;
    o->input_low = -1;
    o->initializer = gan_initializer_he_normal(1);
    o->label_size = 64;
    o->width = 32;
    o->most_width = 256;
    o->blocks = 2;
}

/* What G and D have in common. */
struct network {
    struct gan_recipe_grid grid;
    struct gan_recipe_hidden hidden;
    gan_initializer initializer;
    int64_t width, most_width, blocks;
};

static int64_t channels_at(const struct network *n, int level)
{
    return gan_recipe_channels(level, n->width, n->most_width);
}

/* What keeps numbers as large as they are through the activation: √(2/(1 + slope²)) of leaky ReLU (He et al. 2015). */
static double activation_gain(const struct gan_recipe_hidden *hidden)
{
    double slope = (double)hidden->slope;
    switch (hidden->activation) {
    case GAN_ACTIVATION_RELU:
        return sqrt(2);
    case GAN_ACTIVATION_LEAKY_RELU:
        return sqrt(2 / (1 + slope * slope));
    default:
        return 1;
    }
}

/* With so many blocks in the network, those of a block's weights that are followed by an activation begin smaller by
 * L^(−1/(2m − 2)), m = 3 being its convolutions (Zhang, Dauphin and Ma, "Fixup initialization", ICLR 2019). */
static gan_initializer within_block(const struct network *n)
{
    double blocks = (double)(n->blocks * (n->grid.stages + 1));
    return gan_initializer_scaled(n->initializer, (float)(activation_gain(&n->hidden) * pow(blocks, -0.25)));
}

/* The largest number up to GROUP that divides `channels`. */
static int64_t group_of(int64_t channels)
{
    int64_t group = GROUP;
    while (channels % group != 0)
        group--;
    return group;
}

static gan_layer *block(int64_t channels, const struct network *n)
{
    struct gan_recipe_layers branch = {.count = 0};
    int64_t inside = EXPANSION * channels;
    gan_conv_options grouped;
    gan_conv_options_init(&grouped, 3, 1, 1);
    grouped.groups = inside / group_of(inside);
    gan_recipe_put(&branch, gan_recipe_conv1(inside, within_block(n)));
    gan_recipe_put_activation(&branch, &n->hidden);
    gan_recipe_put(&branch, gan_recipe_weighted(gan_layer_conv2d_with(inside, &grouped), within_block(n)));
    gan_recipe_put_activation(&branch, &n->hidden);
    gan_recipe_put(&branch, gan_layer_without_bias(gan_recipe_conv1(channels, gan_initializer_constant(0))));
    return gan_layer_residual(gan_recipe_sequence(&branch));
}

static void add_blocks(gan_model *model, const struct network *n, int level)
{
    for (int64_t i = 0; i < n->blocks; i++)
        gan_model_add(model, block(channels_at(n, level), n));
}

static gan_layer *plain_conv1(int64_t channels, const struct network *n)
{
    return gan_layer_without_bias(gan_recipe_conv1(channels, n->initializer));
}

/* The authors' resampling is [1, 2, 1] on pixels doubled, or before they are halved: [1, 3, 3, 1] on what is there. */
static gan_layer *resample(int up, int down)
{
    return gan_layer_blur(4, up, down);
}

static void generator(gan_model *model, gan_shape example, const gan_generator_options *o)
{
    struct network n = {.grid = gan_recipe_grid(example),
                        .hidden = gan_recipe_generator_hidden(o),
                        .initializer = o->initializer,
                        .width = o->width,
                        .most_width = o->most_width,
                        .blocks = o->blocks};
    int64_t channels = channels_at(&n, n.grid.stages);
    gan_conditioning_add_input(model, &n.hidden.by);
    gan_model_add(model, gan_recipe_weighted(gan_layer_basis(channels, n.grid.height, n.grid.width), n.initializer));
    add_blocks(model, &n, n.grid.stages);
    for (int level = n.grid.stages - 1; level >= 0; level--) {
        if (channels_at(&n, level) != channels_at(&n, level + 1))
            gan_model_add(model, plain_conv1(channels_at(&n, level), &n));
        gan_model_add(model, resample(2, 1));
        add_blocks(model, &n, level);
    }
    gan_model_add(model, plain_conv1(example.dims[0], &n));
}

/* A window over the whole grid for each channel by itself: from the grid to [channels]. */
static void add_basis(gan_model *model, const struct network *n)
{
    int64_t channels = channels_at(n, n->grid.stages);
    gan_conv_options whole;
    gan_conv_options_init(&whole, 1, 1, 0);
    whole.kernel[0] = n->grid.height;
    whole.kernel[1] = n->grid.width;
    whole.groups = channels;
    gan_layer *basis = gan_layer_without_bias(gan_layer_conv2d_with(channels, &whole));
    gan_model_add(model, gan_recipe_weighted(basis, n->initializer));
    gan_model_add(model, gan_layer_flatten());
}

static void add_head(gan_model *model, const struct network *n, const struct gan_conditioned *by)
{
    gan_layer *head = gan_conditioning_head(by, n->initializer);
    if (by->way == GAN_CONDITIONING_PROJECTION) { /* of a linear map, as in the authors' code */
        gan_layer *map = gan_layer_dense(channels_at(n, n->grid.stages));
        gan_model_add(model, gan_layer_without_bias(gan_recipe_weighted(map, n->initializer)));
    }
    gan_model_add(model, by->way == GAN_CONDITIONING_AUXILIARY ? head : gan_layer_without_bias(head));
}

static void discriminator(gan_model *model, gan_shape example, const gan_discriminator_options *o)
{
    struct network n = {.grid = gan_recipe_grid(example),
                        .hidden = gan_recipe_discriminator_hidden(o),
                        .initializer = o->initializer,
                        .width = o->width,
                        .most_width = o->most_width,
                        .blocks = o->blocks};
    struct gan_conditioned by = gan_recipe_discriminator_conditioned(o);
    gan_recipe_centre(model, o);
    gan_conditioning_add_input(model, &by);
    gan_model_add(model, plain_conv1(o->width, &n));
    for (int level = 0; level < n.grid.stages; level++) {
        add_blocks(model, &n, level);
        gan_model_add(model, resample(1, 2));
        if (channels_at(&n, level + 1) != channels_at(&n, level))
            gan_model_add(model, plain_conv1(channels_at(&n, level + 1), &n));
    }
    add_blocks(model, &n, n.grid.stages);
    add_basis(model, &n);
    add_head(model, &n, &by);
}

const struct gan_recipe_row gan_recipe_r3gan = {.name = "r3gan",
                                                .images = true,
                                                .linear_in_range = true,
                                                .begins_as_zeros = true,
                                                .least_blocks = 1,
                                                .most_blocks = GAN_RECIPE_MOST_BLOCKS,
                                                .generator_defaults = generator_defaults,
                                                .discriminator_defaults = discriminator_defaults,
                                                .generator = generator,
                                                .discriminator = discriminator};

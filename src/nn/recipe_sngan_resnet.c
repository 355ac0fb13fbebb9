/*
 * The residual networks of Miyato, Kataoka, Koyama and Yoshida, "Spectral normalization for generative adversarial
 * networks", ICLR 2018, appendix B.4, tables 3 to 5, and of Miyato and Koyama, "cGANs with projection discriminator",
 * ICLR 2018; initialisation and the number of channels within a block as in the authors' code.
 *
 * Single-pixel convolutions and resampling may change places; in shortcuts the convolution sees the smaller image.
 */
#include "nn/recipes.h"

static void generator_defaults(gan_generator_options *o)
{
    gan_recipe_mlp.generator_defaults(o);
    o->recipe = GAN_RECIPE_SNGAN_RESNET;
    o->latent_size = 128;
    o->hidden_count = 0;
    o->normalization = GAN_NORMALIZATION_BATCH;
    o->output = GAN_ACTIVATION_TANH;
    o->width = 256;
    o->most_width = 256;
    o->blocks = 1;
}

static void discriminator_defaults(gan_discriminator_options *o)
{
    gan_recipe_mlp.discriminator_defaults(o);
    o->recipe = GAN_RECIPE_SNGAN_RESNET;
    o->hidden_count = 0;
    o->input_low = -1;
    o->width = 128;
    o->most_width = 128;
    o->blocks = 1;
}

/* The 3 × 3 convolutions of blocks begin √2 times as large as other weights. */
static gan_initializer within_block(gan_initializer initializer)
{
    return gan_initializer_scaled(initializer, 1.41421356f);
}

/* ---- generator ---- */

/* From `from` channels to `to`, at twice the size if `doubles`. */
static gan_layer *up_block(int64_t from, int64_t to, bool doubles, const gan_generator_options *o,
                           const struct gan_recipe_hidden *hidden)
{
    struct gan_recipe_layers branch = {.count = 0}, shortcut = {.count = 0};
    gan_recipe_put_activation(&branch, hidden);
    if (doubles)
        gan_recipe_put(&branch, gan_layer_upsample(2, GAN_RESIZE_NEAREST));
    gan_recipe_put(&branch, gan_recipe_conv3(to, within_block(o->initializer)));
    gan_recipe_put_activation(&branch, hidden);
    gan_recipe_put(&branch, gan_recipe_conv3(to, within_block(o->initializer)));
    if (!doubles && from == to)
        return gan_layer_residual(gan_recipe_sequence(&branch));
    gan_recipe_put(&shortcut, gan_recipe_conv1(to, o->initializer));
    if (doubles)
        gan_recipe_put(&shortcut, gan_layer_upsample(2, GAN_RESIZE_NEAREST));
    return gan_layer_residual_with(gan_recipe_sequence(&branch), gan_recipe_sequence(&shortcut));
}

static void generator(gan_model *model, gan_shape example, const gan_generator_options *o)
{
    struct gan_recipe_grid grid = gan_recipe_grid(example);
    struct gan_recipe_hidden hidden = gan_recipe_generator_hidden(o), last = hidden;
    int64_t from = gan_recipe_channels(grid.stages, o->width, o->most_width);
    gan_conditioning_add_input(model, &hidden.by);
    gan_recipe_add_grid(model, from, grid, o->initializer, true);
    for (int level = grid.stages - 1; level >= 0; level--) {
        int64_t to = gan_recipe_channels(level, o->width, o->most_width);
        for (int64_t i = 0; i < o->blocks; i++, from = to)
            gan_model_add(model, up_block(from, to, i == 0, o, &hidden));
    }
    struct gan_recipe_layers end = {.count = 0};
    last.by.way = GAN_CONDITIONING_NONE; /* the last batch norm is the same for all classes */
    gan_recipe_put_activation(&end, &last);
    gan_recipe_put(&end, gan_recipe_conv3(example.dims[0], o->initializer));
    gan_recipe_add_layers(model, &end);
}

/* ---- discriminator ---- */

static gan_layer *conv3(int64_t channels, const gan_discriminator_options *o)
{
    return gan_recipe_conv3(channels, within_block(o->initializer));
}

static gan_layer *conv1(int64_t channels, const gan_discriminator_options *o)
{
    return gan_recipe_conv1(channels, o->initializer);
}

static gan_layer *half(void)
{
    return gan_layer_average_pool2d(2, 2, 0);
}

/* The first block begins with a convolution: there is nothing to activate in an image. */
static gan_layer *first_block(int64_t to, const gan_discriminator_options *o, const struct gan_recipe_hidden *hidden)
{
    struct gan_recipe_layers branch = {.count = 0}, shortcut = {.count = 0};
    gan_recipe_put(&branch, conv3(to, o));
    gan_recipe_put_activation(&branch, hidden);
    gan_recipe_put(&branch, conv3(to, o));
    gan_recipe_put(&branch, half());
    gan_recipe_put(&shortcut, half());
    gan_recipe_put(&shortcut, conv1(to, o));
    return gan_layer_residual_with(gan_recipe_sequence(&branch), gan_recipe_sequence(&shortcut));
}

static gan_layer *down_block(int64_t from, int64_t to, bool halves, const gan_discriminator_options *o,
                             const struct gan_recipe_hidden *hidden)
{
    struct gan_recipe_layers branch = {.count = 0}, shortcut = {.count = 0};
    gan_recipe_put_activation(&branch, hidden);
    gan_recipe_put(&branch, conv3(from, o));
    gan_recipe_put_activation(&branch, hidden);
    gan_recipe_put(&branch, conv3(to, o));
    if (halves)
        gan_recipe_put(&branch, half());
    if (!halves && from == to)
        return gan_layer_residual(gan_recipe_sequence(&branch));
    if (halves)
        gan_recipe_put(&shortcut, half());
    gan_recipe_put(&shortcut, conv1(to, o));
    return gan_layer_residual_with(gan_recipe_sequence(&branch), gan_recipe_sequence(&shortcut));
}

/* How many blocks halve the image, and how many follow that do not. */
struct stages {
    int halving, plain;
};

static struct stages stages_of(gan_shape example)
{
    static const struct {
        int64_t side;
        struct stages stages;
    } published[] = {{32, {2, 2}}, {48, {4, 1}}, {64, {5, 0}}}; /* tables 3 and 4; the code's 64 × 64 */
    int64_t side = example.dims[1] < example.dims[2] ? example.dims[1] : example.dims[2];
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++)
        if (published[i].side == side)
            return published[i].stages;
    return (struct stages){gan_recipe_grid(example).stages, 1}; /* table 5, 128 × 128, is so */
}

static void discriminator(gan_model *model, gan_shape example, const gan_discriminator_options *o)
{
    struct stages stages = stages_of(example);
    struct gan_recipe_hidden hidden = gan_recipe_discriminator_hidden(o);
    struct gan_conditioned by = gan_recipe_discriminator_conditioned(o);
    struct gan_recipe_layers end = {.count = 0};
    int64_t from = 0;
    gan_recipe_centre(model, o);
    gan_conditioning_add_input(model, &by);
    for (int stage = 0; stage < stages.halving + stages.plain; stage++) {
        int64_t to = gan_recipe_channels(stage, o->width, o->most_width);
        gan_model_add(model, stage == 0 ? first_block(to, o, &hidden)
                                        : down_block(from, to, stage < stages.halving, o, &hidden));
        for (int64_t i = 1; i < o->blocks; i++)
            gan_model_add(model, down_block(to, to, false, o, &hidden));
        from = to;
    }
    gan_recipe_put_activation(&end, &hidden);
    gan_recipe_put(&end, gan_layer_global_sum_pool());
    gan_recipe_put(&end, gan_conditioning_head(&by, o->initializer));
    gan_recipe_add_layers(model, &end);
}

const struct gan_recipe_row gan_recipe_sngan_resnet = {.name = "sngan_resnet",
                                                       .images = true,
                                                       .normalizes = true,
                                                       .least_blocks = 1,
                                                       .most_blocks = GAN_RECIPE_MOST_BLOCKS,
                                                       .generator_defaults = generator_defaults,
                                                       .discriminator_defaults = discriminator_defaults,
                                                       .generator = generator,
                                                       .discriminator = discriminator};

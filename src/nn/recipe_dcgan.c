/*
 * The DCGAN recipe (Radford, Metz and Chintala, "Unsupervised representation learning with deep convolutional
 * generative adversarial networks", ICLR 2016): strided convolutions down, transposed ones up, batch norm but for D's
 * first and G's last layer, no dense layers. 4 × 4 windows, as in PyTorch's example, where the authors' code has 5 × 5.
 */
#include "nn/recipes.h"

static void generator_defaults(gan_generator_options *o)
{
    gan_recipe_mlp.generator_defaults(o);
    o->recipe = GAN_RECIPE_DCGAN;
    o->hidden_count = 0;
    o->normalization = GAN_NORMALIZATION_BATCH;
    o->output = GAN_ACTIVATION_TANH;
    o->initializer = gan_initializer_normal(0, 0.02f);
    o->width = 64;
    o->most_width = 512;
}

static void discriminator_defaults(gan_discriminator_options *o)
{
    gan_recipe_mlp.discriminator_defaults(o);
    o->recipe = GAN_RECIPE_DCGAN;
    o->hidden_count = 0;
    o->activation = GAN_ACTIVATION_LEAKY_RELU;
    o->normalization = GAN_NORMALIZATION_BATCH;
    o->input_low = -1;
    o->initializer = gan_initializer_normal(0, 0.02f);
    o->width = 64;
    o->most_width = 512;
}

/*
 * A grid of 7 is no power of two away from 4, and gets one more halving: 28, 14, 7, then 4 in G, whose 4 becomes 7 by a
 * window of 3, and 3 in D, whose windows are all of 4: against it G comes to better digits than against one that ends
 * at 4.
 */
static int halvings(gan_shape example)
{
    struct gan_recipe_grid grid = gan_recipe_grid(example);
    int64_t least = grid.height < grid.width ? grid.height : grid.width;
    return grid.stages + (least == 7 ? 1 : 0);
}

/* A side of G's maps, so many levels above the image. */
static int64_t halved(int64_t side, int times)
{
    for (; times > 0; times--)
        side = (side + 1) / 2;
    return side;
}

static gan_conv_options halving(void)
{
    gan_conv_options options;
    gan_conv_options_init(&options, 4, 2, 1);
    return options;
}

/* G's window from the maps at level + 1 to those of twice their size at `level`: 4 wide where that is even, 3 where it
 * is odd. */
static gan_conv_options doubling(gan_shape example, int level)
{
    gan_conv_options options = halving();
    for (int axis = 0; axis < 2; axis++)
        if (halved(example.dims[1 + axis], level) % 2 != 0)
            options.kernel[axis] = 3;
    return options;
}

/* A window as large as the grid, without stride or padding: between one position and the grid. */
static gan_conv_options whole(int64_t height, int64_t width)
{
    gan_conv_options options;
    gan_conv_options_init(&options, 1, 1, 0);
    options.kernel[0] = height;
    options.kernel[1] = width;
    return options;
}

/* The authors draw batch norm's gains, too. */
static struct gan_recipe_hidden with_drawn_gains(struct gan_recipe_hidden hidden)
{
    hidden.gain_deviation = 0.02f;
    return hidden;
}

static gan_layer *up(gan_shape example, int level, int64_t channels, gan_initializer initializer)
{
    gan_conv_options window = doubling(example, level);
    return gan_recipe_weighted(gan_layer_conv_transpose2d_with(channels, &window), initializer);
}

static void generator(gan_model *model, gan_shape example, const gan_generator_options *o)
{
    int stages = halvings(example);
    struct gan_recipe_hidden hidden = with_drawn_gains(gan_recipe_generator_hidden(o));
    gan_conv_options first = whole(halved(example.dims[1], stages), halved(example.dims[2], stages));
    gan_conditioning_add_input(model, &hidden.by);
    int64_t latent = gan_shape_size(gan_model_output_shape(model));
    gan_model_add(model, gan_layer_reshape(GAN_SHAPE(latent, 1, 1)));
    int64_t channels = gan_recipe_channels(stages - 1, o->width, o->most_width);
    gan_recipe_add_hidden(model, gan_recipe_weighted(gan_layer_conv_transpose2d_with(channels, &first), o->initializer),
                          &hidden);
    gan_recipe_add_convolutions(model, o->blocks, channels, o->initializer, &hidden);
    for (int level = stages - 1; level > 0; level--) {
        channels = gan_recipe_channels(level - 1, o->width, o->most_width);
        gan_recipe_add_hidden(model, up(example, level, channels, o->initializer), &hidden);
        gan_recipe_add_convolutions(model, o->blocks, channels, o->initializer, &hidden);
    }
    gan_layer *last = up(example, 0, example.dims[0], o->initializer);
    gan_model_add(model, o->normalization == GAN_NORMALIZATION_BATCH ? gan_layer_without_bias(last) : last);
}

static gan_layer *without_bias_if(bool without, gan_layer *layer)
{
    return without ? gan_layer_without_bias(layer) : layer;
}

static void discriminator(gan_model *model, gan_shape example, const gan_discriminator_options *o)
{
    int stages = halvings(example);
    struct gan_recipe_hidden hidden = with_drawn_gains(gan_recipe_discriminator_hidden(o)), plain = hidden;
    struct gan_conditioned by = gan_recipe_discriminator_conditioned(o);
    bool batch = o->normalization == GAN_NORMALIZATION_BATCH; /* then there are no biases at all, as in the example */
    plain.normalization = GAN_NORMALIZATION_NONE;
    gan_recipe_centre(model, o);
    gan_conditioning_add_input(model, &by);
    for (int level = 0; level < stages; level++) {
        gan_conv_options window = halving();
        int64_t channels = gan_recipe_channels(level, o->width, o->most_width);
        gan_layer *down = gan_layer_conv2d_with(channels, &window);
        down = without_bias_if(batch && level == 0, gan_recipe_weighted(down, o->initializer));
        gan_recipe_add_hidden(model, down, level == 0 ? &plain : &hidden);
        gan_recipe_add_convolutions(model, o->blocks, channels, o->initializer, &hidden);
    }
    if (by.way == GAN_CONDITIONING_PROJECTION || by.way == GAN_CONDITIONING_AUXILIARY) {
        gan_model_add(model, gan_layer_flatten());
        gan_model_add(model, gan_conditioning_head(&by, o->initializer));
        return;
    }
    gan_conv_options last = whole(example.dims[1] >> stages, example.dims[2] >> stages);
    gan_model_add(
        model, without_bias_if(batch, gan_recipe_weighted(gan_layer_conv2d_with(by.outputs, &last), o->initializer)));
    gan_model_add(model, gan_layer_flatten());
}

const struct gan_recipe_row gan_recipe_dcgan = {.name = "dcgan",
                                                .images = true,
                                                .most_blocks = GAN_RECIPE_MOST_BLOCKS,
                                                .normalizes = true,
                                                .generator_defaults = generator_defaults,
                                                .discriminator_defaults = discriminator_defaults,
                                                .generator = generator,
                                                .discriminator = discriminator};

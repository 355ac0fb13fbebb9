/*
 * The pooled recipe: networks as the article describes them. D is stacks of convolutions, activations and pooling; G
 * goes the other way, by upsampling and convolutions.
 */
#include "nn/recipes.h"

static void generator_defaults(gan_generator_options *o)
{
    gan_recipe_mlp.generator_defaults(o);
    o->recipe = GAN_RECIPE_POOLED;
    o->hidden_count = 0;
    o->width = 32;
    o->most_width = 256;
    o->blocks = 1;
}

static void discriminator_defaults(gan_discriminator_options *o)
{
    gan_recipe_mlp.discriminator_defaults(o);
    o->recipe = GAN_RECIPE_POOLED;
    o->hidden_count = 0;
    o->width = 32;
    o->most_width = 256;
    o->blocks = 1;
}

static void generator(gan_model *model, gan_shape example, const gan_generator_options *o)
{
    struct gan_recipe_grid grid = gan_recipe_grid(example);
    struct gan_recipe_hidden hidden = gan_recipe_generator_hidden(o);
    struct gan_recipe_layers after = {.count = 0};
    gan_conditioning_add_input(model, &hidden.by);
    gan_recipe_add_grid(model, gan_recipe_channels(grid.stages - 1, o->width, o->most_width), grid, o->initializer,
                        o->normalization != GAN_NORMALIZATION_BATCH);
    gan_recipe_put_activation(&after, &hidden);
    gan_recipe_add_layers(model, &after);
    for (int level = grid.stages - 1; level >= 0; level--) {
        gan_model_add(model, gan_layer_upsample(2, GAN_RESIZE_NEAREST));
        gan_recipe_add_convolutions(model, o->blocks, gan_recipe_channels(level, o->width, o->most_width),
                                    o->initializer, &hidden);
    }
    gan_model_add(model, gan_recipe_conv3(example.dims[0], o->initializer));
}

static void discriminator(gan_model *model, gan_shape example, const gan_discriminator_options *o)
{
    struct gan_recipe_grid grid = gan_recipe_grid(example);
    struct gan_recipe_hidden hidden = gan_recipe_discriminator_hidden(o);
    struct gan_conditioned by = gan_recipe_discriminator_conditioned(o);
    gan_recipe_centre(model, o);
    gan_conditioning_add_input(model, &by);
    for (int level = 0; level < grid.stages; level++) {
        gan_recipe_add_convolutions(model, o->blocks, gan_recipe_channels(level, o->width, o->most_width),
                                    o->initializer, &hidden);
        gan_model_add(model, gan_layer_average_pool2d(2, 2, 0));
    }
    gan_model_add(model, gan_layer_flatten());
    gan_model_add(model, gan_conditioning_head(&by, o->initializer));
}

const struct gan_recipe_row gan_recipe_pooled = {.name = "pooled",
                                                 .images = true,
                                                 .normalizes = true,
                                                 .as_article = true,
                                                 .least_blocks = 1,
                                                 .most_blocks = GAN_RECIPE_MOST_BLOCKS,
                                                 .generator_defaults = generator_defaults,
                                                 .discriminator_defaults = discriminator_defaults,
                                                 .generator = generator,
                                                 .discriminator = discriminator};

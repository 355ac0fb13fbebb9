/* The table of recipes, and what they share. */
#include "nn/recipes.h"

#include "base/names.h"
#include "base/status.h"

static const struct gan_recipe_row *const rows[] = {
    [GAN_RECIPE_MLP] = &gan_recipe_mlp,       [GAN_RECIPE_DCGAN] = &gan_recipe_dcgan,
    [GAN_RECIPE_POOLED] = &gan_recipe_pooled, [GAN_RECIPE_SNGAN_RESNET] = &gan_recipe_sngan_resnet,
    [GAN_RECIPE_R3GAN] = &gan_recipe_r3gan,
};
enum { RECIPES = sizeof rows / sizeof rows[0] };

const struct gan_recipe_row *gan_recipe_row(gan_recipe recipe)
{
    return (size_t)recipe < RECIPES ? rows[recipe] : NULL;
}

const char *gan_recipe_name(gan_recipe recipe)
{
    const struct gan_recipe_row *row = gan_recipe_row(recipe);
    return row != NULL ? row->name : NULL;
}

static const char *name_of(int number)
{
    return rows[number]->name;
}

gan_status gan_recipe_from_name(const char *name, gan_recipe *recipe)
{
    if (recipe == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_recipe_from_name: recipe is NULL");
    int found = gan_find_name("gan_recipe_from_name", "recipe", name, name_of, RECIPES);
    if (found < 0)
        return gan_error_status();
    *recipe = (gan_recipe)found;
    return GAN_OK;
}

/* ---- images ---- */

struct gan_recipe_grid gan_recipe_grid(gan_shape example)
{
    struct gan_recipe_grid grid = {0, example.dims[1], example.dims[2]};
    while (grid.height % 2 == 0 && grid.width % 2 == 0 && grid.height > 7 && grid.width > 7) {
        grid.height /= 2;
        grid.width /= 2;
        grid.stages++;
    }
    return grid;
}

int64_t gan_recipe_channels(int level, int64_t width, int64_t most)
{
    for (; level > 0 && width < most; level--)
        width *= 2;
    return width < most ? width : most;
}

/* ---- options ---- */

struct gan_recipe_hidden gan_recipe_generator_hidden(const gan_generator_options *o)
{
    return (struct gan_recipe_hidden){.activation = o->activation,
                                      .slope = o->slope,
                                      .normalization = o->normalization,
                                      .epsilon = o->normalization_epsilon,
                                      .momentum = o->batch_norm_momentum,
                                      .dropout = o->dropout,
                                      .by = {o->conditioning, o->labels, o->label_size, 1}};
}

struct gan_recipe_hidden gan_recipe_discriminator_hidden(const gan_discriminator_options *o)
{
    return (struct gan_recipe_hidden){.activation = o->activation,
                                      .slope = o->slope,
                                      .normalization = o->normalization,
                                      .epsilon = o->normalization_epsilon,
                                      .momentum = o->batch_norm_momentum,
                                      .dropout = o->dropout,
                                      .by = {GAN_CONDITIONING_NONE, NULL, 0, 1}};
}

struct gan_conditioned gan_recipe_discriminator_conditioned(const gan_discriminator_options *o)
{
    int64_t outputs = o->code_size > 0 ? o->code_size : 1;
    return (struct gan_conditioned){o->conditioning, o->labels, o->label_size, outputs};
}

gan_layer *gan_recipe_weighted(gan_layer *layer, gan_initializer initializer)
{
    return gan_layer_with_initializer(layer, initializer);
}

/* ---- layers ---- */

gan_layer *gan_recipe_conv3(int64_t channels, gan_initializer initializer)
{
    return gan_recipe_weighted(gan_layer_conv2d(channels, 3, 1, 1), initializer);
}

gan_layer *gan_recipe_conv1(int64_t channels, gan_initializer initializer)
{
    return gan_recipe_weighted(gan_layer_conv2d(channels, 1, 1, 0), initializer);
}

void gan_recipe_add_convolutions(gan_model *model, int64_t count, int64_t channels, gan_initializer initializer,
                                 const struct gan_recipe_hidden *hidden)
{
    for (int64_t i = 0; i < count; i++)
        gan_recipe_add_hidden(model, gan_recipe_conv3(channels, initializer), hidden);
}

void gan_recipe_add_grid(gan_model *model, int64_t channels, struct gan_recipe_grid grid, gan_initializer initializer,
                         bool biased)
{
    gan_shape shape = GAN_SHAPE(channels, grid.height, grid.width);
    gan_layer *dense = gan_recipe_weighted(gan_layer_dense(gan_shape_size(shape)), initializer);
    gan_model_add(model, biased ? dense : gan_layer_without_bias(dense));
    gan_model_add(model, gan_layer_reshape(shape));
}

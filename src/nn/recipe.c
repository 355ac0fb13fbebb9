#include "nn/recipe.h"

#include "base/status.h"
#include "nn/recipes.h"
#include "tensor/tensor.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static gan_status check_widths(const struct gan_recipe_size *size, gan_shape example, const char *who)
{
    char text[128];
    if (example.rank != 3)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: example is %s, but this recipe is for images, [C, H, W]", who,
                        gan_shape_text(example, text, sizeof text));
    struct gan_recipe_grid grid = gan_recipe_grid(example);
    int64_t least = grid.height < grid.width ? grid.height : grid.width;
    if (grid.stages < 1 || least < 4 || least > 7)
        return gan_fail(
            GAN_ERROR_INVALID_ARGUMENT,
            "%s: example is %s; this recipe doubles a grid whose smaller side is 4 to 7, so height and width "
            "must be such sides times the same power of 2: 28, 32, 48 × 64, 128, ...",
            who, gan_shape_text(example, text, sizeof text));
    if (size->width < 1 || size->width > INT32_MAX)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: width is %" PRId64 ", want 1 to %d", who, size->width,
                        INT32_MAX);
    if (size->most_width < size->width || size->most_width > INT32_MAX)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: most_width is %" PRId64 ", want %" PRId64 " (width) to %d",
                        who, size->most_width, size->width, INT32_MAX);
    return GAN_OK;
}

static gan_status check_depth(const struct gan_recipe_row *row, const struct gan_recipe_size *size, const char *who)
{
    if (size->blocks < row->least_blocks || size->blocks > row->most_blocks)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: blocks is %" PRId64 ", want %d to %d with recipe \"%s\"", who,
                        size->blocks, row->least_blocks, row->most_blocks, row->name);
    if (!row->normalizes && size->normalization != GAN_NORMALIZATION_NONE)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: normalization is %d, but recipe \"%s\" is made to do without; want "
                        "GAN_NORMALIZATION_NONE",
                        who, (int)size->normalization, row->name);
    return GAN_OK;
}

gan_status gan_recipe_check(const struct gan_recipe_size *size, gan_shape example, const char *who)
{
    const struct gan_recipe_row *row = gan_recipe_row(size->recipe);
    if (row == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: recipe is %d, want a gan_recipe (GAN_RECIPE_...)", who,
                        (int)size->recipe);
    if (row->images && check_widths(size, example, who) != GAN_OK)
        return GAN_ERROR_INVALID_ARGUMENT;
    if (size->hidden_count < 0 || size->hidden_count > GAN_MAX_HIDDEN || (row->images && size->hidden_count > 0))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: hidden_count is %d, want 0 to %d", who, size->hidden_count,
                        row->images ? 0 : GAN_MAX_HIDDEN);
    for (int i = 0; i < size->hidden_count; i++)
        if (size->hidden[i] < 1 || size->hidden[i] > INT32_MAX)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: hidden[%d] is %" PRId64 ", want 1 to %d", who, i,
                            size->hidden[i], INT32_MAX);
    if (size->spectral_norm < 0 || size->spectral_norm > 1000)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: spectral_norm is %d, want 0 (none) to 1000 iterations", who,
                        size->spectral_norm);
    if (size->spectral_norm > 0 && row->begins_as_zeros)
        return gan_fail(
            GAN_ERROR_INVALID_ARGUMENT,
            "%s: spectral_norm is %d, want 0 for the recipe %s: the last convolutions of its blocks begin as "
            "zeros, which have no spectral norm",
            who, size->spectral_norm, row->name);
    if (size->normalization != GAN_NORMALIZATION_NONE && size->normalization != GAN_NORMALIZATION_BATCH &&
        size->normalization != GAN_NORMALIZATION_LAYER)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: normalization is %d, want a gan_normalization", who,
                        (int)size->normalization);
    return row->images ? check_depth(row, size, who) : GAN_OK;
}

static gan_layer *batch_norm(const struct gan_recipe_hidden *hidden)
{
    gan_layer *layer = gan_conditioning_batch_norm(&hidden->by, hidden->epsilon, hidden->momentum);
    bool drawn = hidden->gain_deviation > 0 && hidden->by.way != GAN_CONDITIONING_BATCH_NORM;
    return drawn ? gan_layer_with_initializer(layer, gan_initializer_normal(1, hidden->gain_deviation)) : layer;
}

void gan_recipe_put(struct gan_recipe_layers *to, gan_layer *layer)
{
    assert((size_t)to->count < sizeof to->layer / sizeof to->layer[0]);
    to->layer[to->count++] = layer;
}

void gan_recipe_put_activation(struct gan_recipe_layers *to, const struct gan_recipe_hidden *hidden)
{
    if (hidden->normalization == GAN_NORMALIZATION_BATCH)
        gan_recipe_put(to, batch_norm(hidden));
    else if (hidden->normalization == GAN_NORMALIZATION_LAYER)
        gan_recipe_put(to, gan_layer_layer_norm_with(hidden->epsilon));
    if (hidden->activation != GAN_ACTIVATION_LINEAR)
        gan_recipe_put(to, gan_layer_activation(hidden->activation, hidden->slope));
    if (hidden->dropout != 0)
        gan_recipe_put(to, gan_layer_dropout(hidden->dropout));
}

void gan_recipe_add_layers(gan_model *model, const struct gan_recipe_layers *layers)
{
    for (int i = 0; i < layers->count; i++)
        gan_model_add(model, layers->layer[i]);
}

gan_layer *gan_recipe_sequence(const struct gan_recipe_layers *layers)
{
    return gan_layer_sequence(layers->layer, layers->count);
}

void gan_recipe_add_hidden(gan_model *model, gan_layer *product, const struct gan_recipe_hidden *hidden)
{
    struct gan_recipe_layers layers = {.count = 0};
    gan_recipe_put(&layers,
                   hidden->normalization == GAN_NORMALIZATION_BATCH ? gan_layer_without_bias(product) : product);
    gan_recipe_put_activation(&layers, hidden);
    gan_recipe_add_layers(model, &layers);
}

void gan_recipe_centre(gan_model *model, const gan_discriminator_options *options)
{
    double half = ((double)options->input_high - (double)options->input_low) / 2;
    double middle = ((double)options->input_high + (double)options->input_low) / 2;
    if (options->center_input)
        gan_model_add(model, gan_layer_scale_shift((float)(1 / half), (float)(-middle / half)));
}

gan_model *gan_recipe_finish(gan_model *model, const char *name, const char *who)
{
    if (model == NULL)
        return NULL;
    gan_status status = gan_model_status(model);
    if (status != GAN_OK)
        gan_fail(status, "%s: %s", who, gan_model_message(model));
    else
        status = gan_model_set_name(model, name);
    if (status == GAN_OK)
        return model;
    gan_model_unref(model);
    return NULL;
}

/* gan_generator_new: models from noise to data. */
#include "gan/generator.h"

#include "base/status.h"
#include "nn/model.h"
#include "nn/recipes.h"
#include "tensor/tensor.h"

#include <inttypes.h>

gan_status gan_generator_options_init_sized(gan_generator_options *options, size_t struct_size, gan_recipe recipe)
{
    static const char who[] = "gan_generator_options_init";
    const struct gan_recipe_row *row = gan_recipe_row(recipe);
    if (row == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: recipe is %d, want a gan_recipe (GAN_RECIPE_...)", who,
                        (int)recipe);
    gan_generator_options own;
    row->generator_defaults(&own);
    return gan_options_write(options, struct_size, &own, sizeof own, GAN_GENERATOR_OPTIONS_LEAST, who);
}

static gan_status check(gan_shape example, const gan_generator_options *o, const char *who)
{
    gan_status status = gan_shape_check(example, who);
    if (status != GAN_OK)
        return status;
    if (example.rank < 1 || example.rank >= GAN_MAX_RANK)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: example has %d axes, want 1 to %d (the batch axis is not counted)", who, example.rank,
                        GAN_MAX_RANK - 1);
    if (o->latent_size < 1 || o->latent_size > INT32_MAX)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: latent_size is %" PRId64 ", want 1 to %d", who, o->latent_size,
                        INT32_MAX);
    struct gan_recipe_size size = {o->recipe, o->hidden_count, o->hidden, o->normalization,
                                   o->width,  o->most_width,   o->blocks, o->spectral_norm};
    status = gan_recipe_check(&size, example, who);
    struct gan_conditioned by = gan_recipe_generator_hidden(o).by;
    if (status == GAN_OK && by.way == GAN_CONDITIONING_BATCH_NORM && !gan_recipe_row(o->recipe)->normalizes)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: conditioning is GAN_CONDITIONING_BATCH_NORM, but recipe \"%s\" has no batch norm; want "
                        "GAN_CONDITIONING_CONCAT",
                        who, gan_recipe_name(o->recipe));
    return status == GAN_OK ? gan_conditioning_check_generator(&by, o->normalization, who) : status;
}

static void set_ranges(gan_model *model, const gan_generator_options *o)
{
    bool linear = o->output == GAN_ACTIVATION_LINEAR && gan_recipe_row(o->recipe)->linear_in_range;
    if (o->output != GAN_ACTIVATION_SIGMOID && o->output != GAN_ACTIVATION_TANH && !linear)
        return;
    gan_model_set_range(model, o->output == GAN_ACTIVATION_SIGMOID ? 0.0f : -1.0f, 1.0f);
    gan_model_set_data_range(model, 0.0f, 1.0f);
}

static gan_model *build(gan_shape example, const gan_generator_options *o, const char *who)
{
    if (check(example, o, who) != GAN_OK)
        return NULL;
    gan_model *model = gan_model_new(GAN_SHAPE(o->latent_size));
    if (model == NULL)
        return NULL;
    struct gan_conditioned by = gan_recipe_generator_hidden(o).by;
    gan_conditioning_begin(model, &by);
    model->spectral_iterations = o->spectral_norm;
    gan_recipe_row(o->recipe)->generator(model, example, o);
    if (o->output != GAN_ACTIVATION_LINEAR)
        gan_model_add(model, gan_layer_activation(o->output, o->slope));
    set_ranges(model, o);
    return gan_recipe_finish(model, "G", who);
}

gan_model *gan_generator_new(gan_shape example, const gan_generator_options *options)
{
    static const char who[] = "gan_generator_new";
    gan_generator_options own;
    gan_recipe_mlp.generator_defaults(&own);
    if (gan_options_read(&own, sizeof own, options, GAN_GENERATOR_OPTIONS_LEAST, who) != GAN_OK)
        return NULL;
    gan_model *model = build(example, &own, who);
    gan_labels_unref(own.labels); /* given away */
    return model;
}

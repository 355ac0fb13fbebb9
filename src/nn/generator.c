/* gan_generator_new: models from noise to data. */
#include "gan/generator.h"

#include "base/status.h"
#include "nn/recipe.h"
#include "tensor/tensor.h"

#include <inttypes.h>

static gan_generator_options defaults(gan_recipe recipe)
{
    return (gan_generator_options){.struct_size = sizeof(gan_generator_options),
                                   .recipe = recipe,
                                   .latent_size = 100,
                                   .hidden_count = 3,
                                   .hidden = {256, 512, 1024},
                                   .activation = GAN_ACTIVATION_RELU,
                                   .slope = 0.2f,
                                   .normalization = GAN_NORMALIZATION_NONE,
                                   .normalization_epsilon = 1e-5f,
                                   .batch_norm_momentum = 0.1f,
                                   .dropout = 0,
                                   .output = GAN_ACTIVATION_SIGMOID,
                                   .initializer = gan_initializer_glorot_uniform(),
                                   .label_size = 50};
}

gan_status gan_generator_options_init_sized(gan_generator_options *options, size_t struct_size, gan_recipe recipe)
{
    gan_generator_options own = defaults(recipe);
    return gan_options_write(options, struct_size, &own, sizeof own, GAN_GENERATOR_OPTIONS_LEAST,
                             "gan_generator_options_init");
}

static struct gan_conditioned conditioned(const gan_generator_options *o)
{
    return (struct gan_conditioned){o->conditioning, o->labels, o->label_size};
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
    status = gan_recipe_check(o->recipe, o->hidden_count, o->hidden, o->normalization, who);
    struct gan_conditioned by = conditioned(o);
    return status == GAN_OK ? gan_conditioning_check_generator(&by, o->normalization, who) : status;
}

static void set_ranges(gan_model *model, gan_activation output)
{
    if (output != GAN_ACTIVATION_SIGMOID && output != GAN_ACTIVATION_TANH)
        return;
    gan_model_set_range(model, output == GAN_ACTIVATION_SIGMOID ? 0.0f : -1.0f, 1.0f);
    gan_model_set_data_range(model, 0.0f, 1.0f);
}

static gan_layer *dense(int64_t units, const gan_generator_options *o)
{
    return gan_layer_with_initializer(gan_layer_dense(units), o->initializer);
}

static gan_model *build(gan_shape example, const gan_generator_options *o, const char *who)
{
    if (check(example, o, who) != GAN_OK)
        return NULL;
    gan_model *model = gan_model_new(GAN_SHAPE(o->latent_size));
    if (model == NULL)
        return NULL;
    struct gan_recipe_hidden hidden = {o->activation,          o->slope,   o->normalization, o->normalization_epsilon,
                                       o->batch_norm_momentum, o->dropout, conditioned(o)};
    gan_conditioning_begin(model, &hidden.by);
    gan_conditioning_add_input(model, &hidden.by);
    for (int i = 0; i < o->hidden_count; i++)
        gan_recipe_add_hidden(model, dense(o->hidden[i], o), &hidden);
    gan_model_add(model, dense(gan_shape_size(example), o));
    if (example.rank > 1)
        gan_model_add(model, gan_layer_reshape(example));
    if (o->output != GAN_ACTIVATION_LINEAR)
        gan_model_add(model, gan_layer_activation(o->output, o->slope));
    set_ranges(model, o->output);
    return gan_recipe_finish(model, "G", who);
}

gan_model *gan_generator_new(gan_shape example, const gan_generator_options *options)
{
    static const char who[] = "gan_generator_new";
    gan_generator_options own = defaults(GAN_RECIPE_MLP);
    if (gan_options_read(&own, sizeof own, options, GAN_GENERATOR_OPTIONS_LEAST, who) != GAN_OK)
        return NULL;
    gan_model *model = build(example, &own, who);
    gan_labels_unref(own.labels); /* given away */
    return model;
}

/* The MLP recipe: dense layers, by default the article's. */
#include "nn/recipes.h"

static void generator_defaults(gan_generator_options *o)
{
    *o = (gan_generator_options){.struct_size = sizeof *o,
                                 .recipe = GAN_RECIPE_MLP,
                                 .latent_size = 100,
                                 .hidden_count = 3,
                                 .hidden = {256, 512, 1024},
                                 .activation = GAN_ACTIVATION_RELU,
                                 .slope = 0.2f,
                                 .normalization = GAN_NORMALIZATION_NONE,
                                 .normalization_epsilon = 1e-5f,
                                 .batch_norm_momentum = 0.1f,
                                 .output = GAN_ACTIVATION_SIGMOID,
                                 .initializer = gan_initializer_glorot_uniform(),
                                 .label_size = 50};
}

static void discriminator_defaults(gan_discriminator_options *o)
{
    *o = (gan_discriminator_options){.struct_size = sizeof *o,
                                     .recipe = GAN_RECIPE_MLP,
                                     .hidden_count = 2,
                                     .hidden = {512, 256},
                                     .activation = GAN_ACTIVATION_RELU,
                                     .slope = 0.2f,
                                     .normalization = GAN_NORMALIZATION_NONE,
                                     .normalization_epsilon = 1e-5f,
                                     .batch_norm_momentum = 0.1f,
                                     .input_low = 0,
                                     .input_high = 1,
                                     .packing = 1,
                                     .reconstruction_power = 1,
                                     .initializer = gan_initializer_glorot_uniform(),
                                     .label_size = 50};
}

static void generator(gan_model *model, gan_shape example, const gan_generator_options *o)
{
    struct gan_recipe_hidden hidden = gan_recipe_generator_hidden(o);
    gan_conditioning_add_input(model, &hidden.by);
    for (int i = 0; i < o->hidden_count; i++)
        gan_recipe_add_hidden(model, gan_recipe_weighted(gan_layer_dense(o->hidden[i]), o->initializer), &hidden);
    gan_model_add(model, gan_recipe_weighted(gan_layer_dense(gan_shape_size(example)), o->initializer));
    if (example.rank > 1)
        gan_model_add(model, gan_layer_reshape(example));
}

static void discriminator(gan_model *model, gan_shape example, const gan_discriminator_options *o)
{
    struct gan_recipe_hidden hidden = gan_recipe_discriminator_hidden(o);
    struct gan_conditioned by = gan_recipe_discriminator_conditioned(o);
    if (example.rank > 1)
        gan_model_add(model, gan_layer_flatten());
    gan_recipe_centre(model, o);
    gan_conditioning_add_input(model, &by);
    for (int i = 0; i < o->hidden_count; i++) {
        gan_layer *layer = o->maxout_pieces == 0 ? gan_layer_dense(o->hidden[i])
                                                 : gan_layer_maxout(o->hidden[i], o->maxout_pieces);
        gan_recipe_add_hidden(model, gan_recipe_weighted(layer, o->initializer), &hidden);
    }
    gan_model_add(model, gan_conditioning_head(&by, o->initializer));
}

const struct gan_recipe_row gan_recipe_mlp = {.name = "mlp",
                                              .images = false,
                                              .normalizes = true,
                                              .as_article = true,
                                              .generator_defaults = generator_defaults,
                                              .discriminator_defaults = discriminator_defaults,
                                              .generator = generator,
                                              .discriminator = discriminator};

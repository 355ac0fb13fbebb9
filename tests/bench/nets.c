/*
 * mlp: the article's networks. stable: the preset STABLE's. dcgan28, 32, 64, 128: Radford et al.'s kind, in colour but
 * for 28, without biases. wgangp32: dcgan32 without batch norm in D, with Gulrajani et al.'s penalty.
 */
#include "nets.h"

#include <string.h>

static gan_trainer *trainer_of(gan_model *generator, gan_model *discriminator, const gan_trainer_options *options)
{
    gan_trainer *trainer = gan_trainer_new(generator, discriminator, options);
    gan_model_unref(generator);
    gan_model_unref(discriminator);
    return trainer;
}

/* ---- dense ---- */

static gan_trainer *dense_trainer(const struct net *net)
{
    gan_preset preset = strcmp(net->name, "stable") == 0 ? GAN_PRESET_STABLE : GAN_PRESET_ARTICLE;
    gan_generator_options g;
    gan_discriminator_options d;
    gan_trainer_options t;
    gan_generator_options_init(&g, GAN_RECIPE_MLP);
    gan_discriminator_options_init(&d, GAN_RECIPE_MLP);
    gan_trainer_options_init(&t, preset);
    gan_generator_options_preset(&g, preset);
    gan_discriminator_options_preset(&d, preset);
    return trainer_of(gan_generator_new(net->image, &g), gan_discriminator_new(net->image, &d), &t);
}

/* ---- convolutional ---- */

static void add_up(gan_model *g, int64_t channels, int64_t kernel, int64_t stride, int64_t padding, bool last)
{
    gan_model_add(g, gan_layer_without_bias(gan_layer_conv_transpose2d(channels, kernel, stride, padding)));
    if (!last) {
        gan_model_add(g, gan_layer_batch_norm());
        gan_model_add(g, gan_layer_relu());
    }
}

static void add_down(gan_model *d, int64_t channels, bool normalised)
{
    gan_model_add(d, gan_layer_without_bias(gan_layer_conv2d(channels, 4, 2, 1)));
    if (normalised)
        gan_model_add(d, gan_layer_batch_norm());
    gan_model_add(d, gan_layer_leaky_relu(0.2f));
}

static gan_trainer *convolutional_trainer(const struct net *net)
{
    bool seven = net->image.dims[1] == 28; /* 4, 7, 14, 28 */
    gan_model *g = gan_model_new(GAN_SHAPE(100)), *d = gan_model_new(net->image);
    gan_model_add(g, gan_layer_reshape(GAN_SHAPE(100, 1, 1)));
    add_up(g, net->channels[0], 4, 1, 0, false);
    for (int i = 1; i < net->stages; i++)
        add_up(g, net->channels[i], seven && i == 1 ? 3 : 4, 2, 1, false);
    add_up(g, net->image.dims[0], 4, 2, 1, true);
    gan_model_add(g, gan_layer_tanh());
    gan_model_set_range(g, -1, 1);
    for (int i = net->stages - 1; i >= 0; i--)
        add_down(d, net->channels[i], i < net->stages - 1 && !net->penalised);
    gan_model_add(d, gan_layer_without_bias(gan_layer_conv2d(1, seven ? 3 : 4, 1, 0)));
    gan_model_add(d, gan_layer_flatten());
    gan_trainer_options t;
    gan_trainer_options_init(&t, net->penalised ? GAN_PRESET_WGAN_GP : GAN_PRESET_ARTICLE);
    t.generator_rate = t.discriminator_rate = 2e-4f;
    t.beta1 = 0.5f;
    t.beta2 = 0.999f;
    t.discriminator_steps = 1;
    t.average_decay = 0;
    t.data_low = -1;
    t.data_high = 1;
    return trainer_of(g, d, &t);
}

#define IMAGE(...)                                                                                                     \
    {                                                                                                                  \
        3,                                                                                                             \
        {                                                                                                              \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }

const struct net nets[] = {
    {"mlp", IMAGE(1, 28, 28), 128, dense_trainer, 0, {0}, false},
    {"stable", IMAGE(1, 28, 28), 128, dense_trainer, 0, {0}, false},
    {"dcgan28", IMAGE(1, 28, 28), 64, convolutional_trainer, 3, {256, 128, 64}, false},
    {"dcgan32", IMAGE(3, 32, 32), 64, convolutional_trainer, 3, {256, 128, 64}, false},
    {"dcgan64", IMAGE(3, 64, 64), 64, convolutional_trainer, 4, {512, 256, 128, 64}, false},
    {"dcgan128", IMAGE(3, 128, 128), 32, convolutional_trainer, 5, {512, 512, 256, 128, 64}, false},
    {"wgangp32", IMAGE(3, 32, 32), 64, convolutional_trainer, 3, {256, 128, 64}, true},
};
const int net_count = sizeof nets / sizeof nets[0];

const struct net *net_named(const char *name)
{
    for (int i = 0; i < net_count; i++)
        if (strcmp(nets[i].name, name) == 0)
            return &nets[i];
    return NULL;
}

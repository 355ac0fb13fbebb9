/* Every recipe's networks, with labels in every way that it has. */
#ifndef GAN_TESTS_NN_ONNX_RECIPES_H
#define GAN_TESTS_NN_ONNX_RECIPES_H

#include "onnx_layer_cases.h"

#include <stdio.h>
#include <string.h>

struct onnx_recipe {
    char name[64];
    gan_recipe recipe;
    bool generator;
    gan_conditioning way;
};

/* Image sides of 4 and 6 times 2: small, and not square. */
static inline gan_model *onnx_recipe_model(const struct onnx_recipe *one)
{
    const gan_shape image = GAN_SHAPE(3, 8, 12);
    gan_labels *labels = one->way == GAN_CONDITIONING_NONE ? NULL : onnx_labels_of(ONE_CLASS);
    if (one->generator) {
        gan_generator_options o;
        gan_generator_options_init(&o, one->recipe);
        o.hidden[0] = o.hidden[1] = o.hidden[2] = 12;
        o.width = 4;
        o.most_width = 8;
        o.latent_size = 6;
        o.label_size = 3;
        o.conditioning = one->way;
        o.labels = labels;
        if (one->way == GAN_CONDITIONING_BATCH_NORM)
            o.normalization = GAN_NORMALIZATION_BATCH;
        gan_model *g = gan_generator_new(image, &o);
        gan_model_set_data_range(g, 0, 255);
        return g;
    }
    gan_discriminator_options o;
    gan_discriminator_options_init(&o, one->recipe);
    o.hidden[0] = o.hidden[1] = 12;
    o.width = 4;
    o.most_width = 8;
    o.label_size = 3;
    o.conditioning = one->way;
    o.labels = labels;
    return gan_discriminator_new(image, &o);
}

enum { ONNX_MOST_RECIPES = 64 };

/* How many there are, in `list`. A way that a recipe has not is left out where its builder refuses it. */
static inline int onnx_recipes(struct onnx_recipe list[ONNX_MOST_RECIPES])
{
    static const char *const ways[] = {"", "-concat", "-batch-norm", "-projection", "-auxiliary"};
    int count = 0;
    for (int recipe = 0; gan_recipe_name((gan_recipe)recipe) != NULL; recipe++)
        for (int generator = 0; generator < 2; generator++)
            for (int way = 0; way < 5; way++) {
                bool possible = generator ? way <= GAN_CONDITIONING_BATCH_NORM : way != GAN_CONDITIONING_BATCH_NORM;
                if (!possible || (way == GAN_CONDITIONING_BATCH_NORM && recipe == GAN_RECIPE_R3GAN))
                    continue;
                struct onnx_recipe *one = &list[count++];
                *one = (struct onnx_recipe){
                    .recipe = (gan_recipe)recipe, .generator = generator, .way = (gan_conditioning)way};
                snprintf(one->name, sizeof one->name, "%s-%s%s", gan_recipe_name((gan_recipe)recipe),
                         generator ? "g" : "d", ways[way]);
            }
    return count;
}

#endif

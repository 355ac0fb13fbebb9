/* The small models that the seeds are of. */
#ifndef GAN_TESTS_FUZZ_PLAYERS_H
#define GAN_TESTS_FUZZ_PLAYERS_H

#include "gan/gan.h"

#include <stdlib.h>

static inline gan_model *fuzz_model(int64_t in, int64_t out)
{
    gan_layer *parts = gan_layer_sequence((gan_layer *[]){gan_layer_dense(3), gan_layer_leaky_relu(0.2f)}, 2);
    gan_model *model = gan_model_new(GAN_SHAPE(in));
    gan_model_add(model, gan_layer_named(parts, "first"));
    gan_model_add(model, gan_layer_layer_norm());
    gan_model_add(model, gan_layer_dense(out));
    if (gan_model_initialize(model, 1) != GAN_OK)
        abort();
    return model;
}

/* With named classes and every layer that labels are for. */
static inline gan_model *fuzz_labelled_model(void)
{
    static const char *const names[] = {"cat", "dog"};
    const char *const *const all_names[] = {names, NULL};
    gan_labels *labels = gan_labels_several(2, (const int[]){2, 3}, all_names);
    gan_model *model = gan_model_new(GAN_SHAPE(2));
    gan_model_set_labels(model, labels);
    gan_labels_unref(labels);
    gan_model_add(model, gan_layer_concat_label(1));
    gan_model_add(model, gan_layer_conditional_batch_norm());
    gan_model_add(model, gan_layer_projection());
    gan_model_add(model, gan_layer_auxiliary_head());
    if (gan_model_initialize(model, 1) != GAN_OK)
        abort();
    return model;
}

/* With options of every form that layers of images have. */
static inline gan_model *fuzz_image_model(void)
{
    gan_layer *branch[] = {gan_layer_group_norm(2), gan_layer_conv2d(2, 3, 1, 1)};
    gan_model *model = gan_model_new(GAN_SHAPE(2));
    gan_model_add(model, gan_layer_basis(2, 2, 2));
    gan_model_add(model, gan_layer_upsample(2, GAN_RESIZE_BILINEAR));
    gan_model_add(model, gan_layer_residual_with(gan_layer_sequence(branch, 2), gan_layer_blur(3, 1, 1)));
    gan_model_add(model, gan_layer_pad2d(1, 0, 0, 1, GAN_PAD_REFLECT));
    gan_model_add(model, gan_layer_max_pool2d(2, 2, 0));
    gan_model_add(model, gan_layer_adaptive_average_pool2d(1, 2));
    if (gan_model_set_batch_statistics(model, true) != GAN_OK || gan_model_initialize(model, 1) != GAN_OK)
        abort();
    return model;
}

static inline gan_trainer *fuzz_trainer(void)
{
    gan_model *g = fuzz_model(2, 2), *d = fuzz_model(2, 1);
    gan_trainer_options options;
    gan_trainer_options_init(&options, GAN_PRESET_STABLE);
    gan_trainer *trainer = gan_trainer_new(g, d, &options);
    gan_model_unref(g);
    gan_model_unref(d);
    if (trainer == NULL)
        abort();
    return trainer;
}

#endif

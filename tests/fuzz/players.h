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

/* Small pictures of two classes. */
static inline gan_loader *fuzz_image_loader(void)
{
    static const int32_t classes[] = {0, 1, 1, 0};
    gan_tensor *images = gan_tensor_new(GAN_SHAPE(4, 1, 4, 4));
    gan_tensor *labels = gan_tensor_new_typed(GAN_SHAPE(4), GAN_INT32);
    for (int i = 0; i < 4; i++)
        gan_tensor_int32(labels)[i] = classes[i];
    gan_tensor_fill_uniform(images, 0, 1, 1);
    gan_dataset *dataset = gan_dataset_from_tensor(images, labels, 0, 1);
    gan_loader *loader = gan_loader_new(dataset, 2, 1, NULL);
    gan_dataset_unref(dataset);
    gan_tensor_unref(labels);
    gan_tensor_unref(images);
    if (loader == NULL)
        abort();
    return loader;
}

/* Convolutions, batch norm by class, spectral norm, a projection, augmentation: all state that a checkpoint may hold.
 */
static inline gan_trainer *fuzz_image_trainer(void)
{
    gan_labels *labels = gan_labels_classes(2, NULL);
    gan_model *g = gan_model_new(GAN_SHAPE(2)), *d = gan_model_new(GAN_SHAPE(1, 4, 4));
    gan_model_set_labels(g, labels);
    gan_model_set_labels(d, labels);
    gan_labels_unref(labels);
    gan_model_add(g, gan_layer_dense(8));
    gan_model_add(g, gan_layer_reshape(GAN_SHAPE(2, 2, 2)));
    gan_model_add(g, gan_layer_conditional_batch_norm());
    gan_model_add(g, gan_layer_conv_transpose2d(1, 4, 2, 1));
    gan_model_add(g, gan_layer_sigmoid());
    gan_model_set_range(g, 0, 1);
    gan_model_add(d, gan_layer_with_spectral_norm(gan_layer_conv2d(2, 4, 2, 1), 1));
    gan_model_add(d, gan_layer_leaky_relu(0.2f));
    gan_model_add(d, gan_layer_flatten());
    gan_model_add(d, gan_layer_with_spectral_norm(gan_layer_projection(), 1));
    gan_trainer_options options;
    gan_trainer_options_init(&options, GAN_PRESET_STABLE);
    gan_trainer *trainer = gan_trainer_new(g, d, &options);
    gan_model_unref(g);
    gan_model_unref(d);
    if (trainer == NULL)
        abort();
    return trainer;
}

static inline gan_status fuzz_step(gan_trainer *trainer, gan_loader *loader)
{
    const gan_tensor *real, *labels;
    gan_status status = gan_loader_next(loader, &real, &labels);
    return status == GAN_OK ? gan_train_step(trainer, real, labels, NULL) : status;
}

#endif

/* One model for each constructor of layers, of that layer alone; some in several forms. A test compares the list with
 * gan/layer.h. */
#ifndef GAN_TESTS_NN_ONNX_LAYER_CASES_H
#define GAN_TESTS_NN_ONNX_LAYER_CASES_H

#include "gan/gan.h"

/* What the model has beside its input. */
enum onnx_labels { NO_LABELS, ONE_CLASS, SEVERAL_CLASSES, NUMBERS };
/* How its numbers can be compared. */
enum onnx_way {
    EACH,  /* example by example */
    WHOLE, /* a batch as a whole */
    NOISE  /* what is drawn is other noise */
};

static inline gan_labels *onnx_labels_of(enum onnx_labels kind)
{
    static const int counts[] = {4, 2, 3};
    return kind == ONE_CLASS         ? gan_labels_classes(5, NULL)
           : kind == SEVERAL_CLASSES ? gan_labels_several(3, counts, NULL)
           : kind == NUMBERS         ? gan_labels_numbers(4, NULL, NULL)
                                     : NULL;
}

/* Windows that are not square, strides, dilation, groups. */
static inline gan_conv_options onnx_window(int64_t groups, bool transposed)
{
    gan_conv_options options;
    gan_conv_options_init(&options, 3, 1, 1);
    options.kernel[0] = 2;
    options.stride[1] = 2;
    options.padding[0] = 2;
    options.dilation[transposed ? 0 : 1] = 2;
    options.output_padding[1] = transposed;
    options.groups = groups;
    return options;
}

static inline gan_pool_options onnx_pool(bool largest)
{
    gan_pool_options options;
    gan_pool_options_init(&options, 3, 2, 1);
    options.kernel[1] = 2;
    options.stride[1] = 1;
    if (largest)
        options.dilation[1] = 2;
    options.count_padding = false;
    return options;
}

static inline gan_layer *onnx_conv2d_with(void)
{
    gan_conv_options options = onnx_window(2, false);
    return gan_layer_conv2d_with(6, &options);
}

static inline gan_layer *onnx_conv1d_with(void)
{
    gan_conv_options options = onnx_window(2, false);
    return gan_layer_conv1d_with(6, &options);
}

static inline gan_layer *onnx_conv_transpose2d_with(void)
{
    gan_conv_options options = onnx_window(2, true);
    return gan_layer_conv_transpose2d_with(6, &options);
}

static inline gan_layer *onnx_conv_transpose1d_with(void)
{
    gan_conv_options options = onnx_window(2, true);
    return gan_layer_conv_transpose1d_with(6, &options);
}

static inline gan_layer *onnx_max_pool2d_with(void)
{
    gan_pool_options options = onnx_pool(true);
    return gan_layer_max_pool2d_with(&options);
}

static inline gan_layer *onnx_average_pool2d_with(void)
{
    gan_pool_options options = onnx_pool(false);
    return gan_layer_average_pool2d_with(&options);
}

static inline gan_layer *onnx_sequence(void)
{
    gan_layer *inner[] = {gan_layer_named(gan_layer_dense(6), "first"), gan_layer_silu(), gan_layer_group_norm(2)};
    gan_layer *outer[] = {gan_layer_sequence(inner, 3), gan_layer_basis(2, 2, 3)};
    return gan_layer_sequence(outer, 2);
}

/* Blocks whose ways change the shape, and then take labels. */
static inline gan_layer *onnx_residual_with(void)
{
    gan_layer *branch[] = {gan_layer_conditional_batch_norm(), gan_layer_upsample(2, GAN_RESIZE_NEAREST),
                           gan_layer_conv2d(8, 3, 1, 1), gan_layer_concat_label(2), gan_layer_conv2d(3, 1, 1, 0)};
    gan_layer *shortcut[] = {gan_layer_conv2d(3, 1, 1, 0), gan_layer_blur(4, 2, 1)};
    return gan_layer_residual_with(gan_layer_sequence(branch, 5), gan_layer_sequence(shortcut, 2));
}

/* X(name, what goes in, labels, way, the layer): the name is the constructor's, or that and what is special. */
#define ONNX_LAYERS(X)                                                                                                 \
    X(dense, GAN_SHAPE(5), NO_LABELS, EACH, gan_layer_dense(3))                                                        \
    X(maxout, GAN_SHAPE(5), NO_LABELS, EACH, gan_layer_maxout(4, 3))                                                   \
    X(conv2d, GAN_SHAPE(3, 5, 4), NO_LABELS, EACH, gan_layer_conv2d(4, 3, 2, 1))                                       \
    X(conv2d_with, GAN_SHAPE(4, 5, 6), NO_LABELS, EACH, onnx_conv2d_with())                                            \
    X(conv_transpose2d, GAN_SHAPE(3, 3, 2), NO_LABELS, EACH, gan_layer_conv_transpose2d(4, 4, 2, 1))                   \
    X(conv_transpose2d_with, GAN_SHAPE(4, 5, 6), NO_LABELS, EACH, onnx_conv_transpose2d_with())                        \
    X(conv1d, GAN_SHAPE(3, 7), NO_LABELS, EACH, gan_layer_conv1d(4, 3, 2, 1))                                          \
    X(conv1d_with, GAN_SHAPE(4, 9), NO_LABELS, EACH, onnx_conv1d_with())                                               \
    X(conv_transpose1d, GAN_SHAPE(3, 4), NO_LABELS, EACH,                                                              \
      gan_layer_with_weight_norm(gan_layer_conv_transpose1d(4, 4, 2, 1)))                                              \
    X(conv_transpose1d_with, GAN_SHAPE(4, 5), NO_LABELS, EACH, gan_layer_without_bias(onnx_conv_transpose1d_with()))   \
    X(batch_norm, GAN_SHAPE(4, 7), NO_LABELS, EACH, gan_layer_batch_norm())                                            \
    X(batch_norm_with, GAN_SHAPE(4, 2, 3), NO_LABELS, EACH,                                                            \
      gan_layer_without_bias(gan_layer_batch_norm_with(0.1f, 0.2f)))                                                   \
    X(group_norm, GAN_SHAPE(6, 3, 2), NO_LABELS, EACH, gan_layer_group_norm(3))                                        \
    X(group_norm_with, GAN_SHAPE(6, 5), NO_LABELS, EACH, gan_layer_without_bias(gan_layer_group_norm_with(2, 0.1f)))   \
    X(group_norm_vector, GAN_SHAPE(6), NO_LABELS, EACH, gan_layer_group_norm(2))                                       \
    X(instance_norm, GAN_SHAPE(3, 4, 5), NO_LABELS, EACH, gan_layer_instance_norm())                                   \
    X(instance_norm_with, GAN_SHAPE(3, 6), NO_LABELS, EACH, gan_layer_instance_norm_with(0.1f, true))                  \
    X(instance_norm_biasless, GAN_SHAPE(3, 2, 3), NO_LABELS, EACH,                                                     \
      gan_layer_without_bias(gan_layer_instance_norm_with(0.1f, true)))                                                \
    X(pixel_norm, GAN_SHAPE(3, 2, 4), NO_LABELS, EACH, gan_layer_pixel_norm())                                         \
    X(pixel_norm_with, GAN_SHAPE(5), NO_LABELS, EACH, gan_layer_pixel_norm_with(0.5f))                                 \
    X(layer_norm, GAN_SHAPE(3, 2, 4), NO_LABELS, EACH, gan_layer_layer_norm())                                         \
    X(layer_norm_with, GAN_SHAPE(7), NO_LABELS, EACH, gan_layer_without_bias(gan_layer_layer_norm_with(0.1f)))         \
    X(concat_label, GAN_SHAPE(3), ONE_CLASS, EACH, gan_layer_concat_label(2))                                          \
    X(concat_label_several, GAN_SHAPE(2, 3, 2), SEVERAL_CLASSES, EACH, gan_layer_concat_label(3))                      \
    X(concat_label_numbers, GAN_SHAPE(2, 3), NUMBERS, EACH, gan_layer_with_weight_norm(gan_layer_concat_label(3)))     \
    X(conditional_batch_norm, GAN_SHAPE(3, 2, 2), ONE_CLASS, EACH, gan_layer_conditional_batch_norm())                 \
    X(conditional_batch_norm_with, GAN_SHAPE(4), SEVERAL_CLASSES, EACH,                                                \
      gan_layer_conditional_batch_norm_with(0.1f, 0.5f))                                                               \
    X(conditional_batch_norm_numbers, GAN_SHAPE(4, 3), NUMBERS, EACH, gan_layer_conditional_batch_norm())              \
    X(projection, GAN_SHAPE(6), ONE_CLASS, EACH, gan_layer_with_spectral_norm(gan_layer_projection(), 1))              \
    X(projection_several, GAN_SHAPE(6), SEVERAL_CLASSES, EACH, gan_layer_without_bias(gan_layer_projection()))         \
    X(projection_numbers, GAN_SHAPE(6), NUMBERS, EACH, gan_layer_projection())                                         \
    X(auxiliary_head, GAN_SHAPE(6), SEVERAL_CLASSES, EACH, gan_layer_auxiliary_head())                                 \
    X(activation, GAN_SHAPE(6), NO_LABELS, EACH, gan_layer_activation(GAN_ACTIVATION_LEAKY_RELU, 0.4f))                \
    X(activation_linear, GAN_SHAPE(6), NO_LABELS, EACH, gan_layer_activation(GAN_ACTIVATION_LINEAR, 0))                \
    X(relu, GAN_SHAPE(6), NO_LABELS, EACH, gan_layer_relu())                                                           \
    X(leaky_relu, GAN_SHAPE(6), NO_LABELS, EACH, gan_layer_leaky_relu(0.2f))                                           \
    X(elu, GAN_SHAPE(6), NO_LABELS, EACH, gan_layer_elu())                                                             \
    X(gelu, GAN_SHAPE(6), NO_LABELS, EACH, gan_layer_gelu())                                                           \
    X(silu, GAN_SHAPE(6), NO_LABELS, EACH, gan_layer_silu())                                                           \
    X(sigmoid, GAN_SHAPE(6), NO_LABELS, EACH, gan_layer_sigmoid())                                                     \
    X(tanh, GAN_SHAPE(6), NO_LABELS, EACH, gan_layer_tanh())                                                           \
    X(softplus, GAN_SHAPE(6), NO_LABELS, EACH, gan_layer_softplus())                                                   \
    X(softmax, GAN_SHAPE(2, 3), NO_LABELS, EACH, gan_layer_softmax())                                                  \
    X(dropout, GAN_SHAPE(6), NO_LABELS, EACH, gan_layer_dropout(0.5f))                                                 \
    X(flatten, GAN_SHAPE(2, 3, 4), NO_LABELS, EACH, gan_layer_flatten())                                               \
    X(reshape, GAN_SHAPE(12), NO_LABELS, EACH, gan_layer_reshape(GAN_SHAPE(2, -1, 2)))                                 \
    X(scale_shift, GAN_SHAPE(6), NO_LABELS, EACH, gan_layer_scale_shift(2, -1))                                        \
    X(concat_noise, GAN_SHAPE(3), NO_LABELS, NOISE, gan_layer_concat_noise(500))                                       \
    X(max_pool2d, GAN_SHAPE(2, 5, 4), NO_LABELS, EACH, gan_layer_max_pool2d(2, 2, 0))                                  \
    X(max_pool2d_with, GAN_SHAPE(2, 5, 4), NO_LABELS, EACH, onnx_max_pool2d_with())                                    \
    X(average_pool2d, GAN_SHAPE(2, 5, 4), NO_LABELS, EACH, gan_layer_average_pool2d(3, 2, 1))                          \
    X(average_pool2d_with, GAN_SHAPE(2, 5, 4), NO_LABELS, EACH, onnx_average_pool2d_with())                            \
    X(adaptive_average_pool2d, GAN_SHAPE(2, 6, 4), NO_LABELS, EACH, gan_layer_adaptive_average_pool2d(3, 2))           \
    X(adaptive_average_pool2d_uneven, GAN_SHAPE(2, 7, 5), NO_LABELS, EACH, gan_layer_adaptive_average_pool2d(3, 4))    \
    X(global_average_pool, GAN_SHAPE(3, 5), NO_LABELS, EACH, gan_layer_global_average_pool())                          \
    X(global_sum_pool, GAN_SHAPE(3, 2, 5), NO_LABELS, EACH, gan_layer_global_sum_pool())                               \
    X(upsample, GAN_SHAPE(2, 3, 2), NO_LABELS, EACH, gan_layer_upsample(3, GAN_RESIZE_NEAREST))                        \
    X(upsample_bilinear, GAN_SHAPE(2, 3, 2), NO_LABELS, EACH, gan_layer_upsample(2, GAN_RESIZE_BILINEAR))              \
    X(resize, GAN_SHAPE(2, 5, 10), NO_LABELS, EACH, gan_layer_resize(7, 6, GAN_RESIZE_NEAREST))                        \
    X(resize_bilinear, GAN_SHAPE(2, 5, 10), NO_LABELS, EACH, gan_layer_resize(7, 3, GAN_RESIZE_BILINEAR))              \
    X(blur, GAN_SHAPE(3, 4, 5), NO_LABELS, EACH, gan_layer_blur(4, 2, 1))                                              \
    X(blur_down, GAN_SHAPE(3, 6, 5), NO_LABELS, EACH, gan_layer_blur(4, 1, 2))                                         \
    X(blur_alone, GAN_SHAPE(3, 6, 5), NO_LABELS, EACH, gan_layer_blur(3, 1, 1))                                        \
    X(blur_both, GAN_SHAPE(3, 6, 5), NO_LABELS, EACH, gan_layer_blur(5, 3, 2))                                         \
    X(blur_short, GAN_SHAPE(3, 7, 8), NO_LABELS, EACH, gan_layer_blur(1, 1, 4))                                        \
    X(pad2d, GAN_SHAPE(2, 3, 4), NO_LABELS, EACH, gan_layer_pad2d(2, 0, 1, 3, GAN_PAD_REFLECT))                        \
    X(pixel_shuffle, GAN_SHAPE(8, 3, 2), NO_LABELS, EACH, gan_layer_pixel_shuffle(2))                                  \
    X(pixel_unshuffle, GAN_SHAPE(2, 6, 9), NO_LABELS, EACH, gan_layer_pixel_unshuffle(3))                              \
    X(self_attention, GAN_SHAPE(17, 4, 5), NO_LABELS, EACH, gan_layer_self_attention())                                \
    X(self_attention_normed, GAN_SHAPE(8, 2, 2), NO_LABELS, EACH,                                                      \
      gan_layer_with_spectral_norm(gan_layer_self_attention(), 1))                                                     \
    X(basis, GAN_SHAPE(5), NO_LABELS, EACH, gan_layer_with_weight_norm(gan_layer_basis(3, 2, 4)))                      \
    X(bias, GAN_SHAPE(3, 2, 4), NO_LABELS, EACH, gan_layer_bias())                                                     \
    X(bias_vector, GAN_SHAPE(3), NO_LABELS, EACH, gan_layer_bias())                                                    \
    X(minibatch_deviation, GAN_SHAPE(3, 2, 2), NO_LABELS, WHOLE, gan_layer_minibatch_deviation(4))                     \
    X(minibatch_deviation_large, GAN_SHAPE(3), NO_LABELS, WHOLE, gan_layer_minibatch_deviation(50))                    \
    X(minibatch_discrimination, GAN_SHAPE(3), NO_LABELS, WHOLE,                                                        \
      gan_layer_with_spectral_norm(gan_layer_minibatch_discrimination(3, 2), 1))                                       \
    X(sequence, GAN_SHAPE(5), NO_LABELS, EACH, onnx_sequence())                                                        \
    X(residual, GAN_SHAPE(5), NO_LABELS, EACH, gan_layer_residual(gan_layer_dense(5)))                                 \
    X(residual_with, GAN_SHAPE(5, 3, 2), ONE_CLASS, EACH, onnx_residual_with())                                        \
    X(reconstruction, GAN_SHAPE(5), NO_LABELS, EACH, gan_layer_reconstruction(gan_layer_dense(5), 1))                  \
    X(reconstruction_squared, GAN_SHAPE(3, 4, 5), NO_LABELS, EACH,                                                     \
      gan_layer_reconstruction(gan_layer_conv2d(3, 3, 1, 1), 2))

#define ONNX_MAKE(name, in, labels, way, layer)                                                                        \
    static inline gan_model *onnx_layer_##name(void)                                                                   \
    {                                                                                                                  \
        gan_model *model = gan_model_new(in);                                                                          \
        gan_labels *kind = onnx_labels_of(labels);                                                                     \
        if (kind != NULL)                                                                                              \
            gan_model_set_labels(model, kind);                                                                         \
        gan_labels_unref(kind);                                                                                        \
        gan_model_add(model, layer);                                                                                   \
        return model;                                                                                                  \
    }
ONNX_LAYERS(ONNX_MAKE)
#undef ONNX_MAKE

#endif

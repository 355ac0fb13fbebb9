/* Models to be exported as ONNX, and what they make of some inputs: some of many layers, and one for each layer. */
#ifndef GAN_TESTS_NN_ONNX_CASES_H
#define GAN_TESTS_NN_ONNX_CASES_H

#include "onnx_layer_cases.h"

#include <stdlib.h>

enum { ONNX_BATCH = 8 };

struct onnx_case {
    const char *name;
    gan_model *(*make)(void); /* NULL after an error */
    enum onnx_way way;
};

static inline gan_model *onnx_chain(gan_shape in, gan_layer *const *layers, int count)
{
    gan_model *model = gan_model_new(in);
    for (int i = 0; i < count; i++)
        gan_model_add(model, layers[i]);
    return model;
}
#define ONNX_CHAIN(in, ...)                                                                                            \
    onnx_chain(in, (gan_layer *[]){__VA_ARGS__}, (int)(sizeof((gan_layer *[]){__VA_ARGS__}) / sizeof(gan_layer *)))

static inline gan_model *onnx_article(void)
{
    gan_generator_options options;
    gan_generator_options_init(&options, GAN_RECIPE_MLP);
    options.hidden[0] = options.hidden[1] = options.hidden[2] = 9;
    return gan_generator_new(GAN_SHAPE(1, 4, 5), &options);
}

static inline gan_model *onnx_stable(void) /* tanh, and data of another range */
{
    gan_generator_options options;
    gan_generator_options_init(&options, GAN_RECIPE_MLP);
    gan_generator_options_preset(&options, GAN_PRESET_STABLE);
    options.hidden[0] = options.hidden[1] = options.hidden[2] = 9;
    options.output = GAN_ACTIVATION_TANH;
    gan_model *model = gan_generator_new(GAN_SHAPE(3, 2, 2), &options);
    gan_model_set_data_range(model, 0, 255);
    return model;
}

static inline gan_model *onnx_discriminator(void)
{
    gan_discriminator_options options;
    gan_discriminator_options_init(&options, GAN_RECIPE_MLP);
    gan_discriminator_options_preset(&options, GAN_PRESET_STABLE);
    options.hidden[0] = options.hidden[1] = 8;
    return gan_discriminator_new(GAN_SHAPE(1, 3, 3), &options);
}

static inline gan_model *onnx_table(void) /* standardised by column */
{
    static const float mean[] = {1, -20, 300}, deviation[] = {0.5f, 3, 70};
    gan_model *model = ONNX_CHAIN(GAN_SHAPE(4), gan_layer_dense(3));
    gan_tensor *a = gan_tensor_from(GAN_SHAPE(3), mean), *b = gan_tensor_from(GAN_SHAPE(3), deviation);
    gan_model_set_standard(model, a, b);
    gan_tensor_unref(a);
    gan_tensor_unref(b);
    return model;
}

/* Of one range, data of another, standardised besides; and a layer whose names could be those of the mapping. */
static inline gan_model *onnx_mapped(void)
{
    static const float mean[] = {1, -2}, deviation[] = {0.5f, 3};
    gan_model *model = ONNX_CHAIN(GAN_SHAPE(3), gan_layer_named(gan_layer_scale_shift(3, 0.5f), "range"),
                                  gan_layer_dense(2), gan_layer_tanh());
    gan_tensor *a = gan_tensor_from(GAN_SHAPE(2), mean), *b = gan_tensor_from(GAN_SHAPE(2), deviation);
    gan_model_set_range(model, -1, 1);
    gan_model_set_data_range(model, 0, 10);
    gan_model_set_standard(model, a, b);
    gan_tensor_unref(a);
    gan_tensor_unref(b);
    return model;
}

static inline gan_model *onnx_activations(void)
{
    return ONNX_CHAIN(GAN_SHAPE(6), gan_layer_dense(8), gan_layer_elu(), gan_layer_dense(8), gan_layer_gelu(),
                      gan_layer_dense(8), gan_layer_silu(), gan_layer_dense(8), gan_layer_softplus(),
                      gan_layer_dense(8), gan_layer_leaky_relu(0.3f), gan_layer_dense(8), gan_layer_tanh(),
                      gan_layer_dense(8), gan_layer_relu(), gan_layer_dense(8), gan_layer_sigmoid(),
                      gan_layer_activation(GAN_ACTIVATION_LINEAR, 0), gan_layer_dense(4), gan_layer_softmax());
}

static inline gan_model *onnx_norms(void)
{
    return ONNX_CHAIN(GAN_SHAPE(3, 2, 2), gan_layer_batch_norm_with(0.01f, 0.3f), gan_layer_tanh(),
                      gan_layer_without_bias(gan_layer_batch_norm()), gan_layer_layer_norm_with(0.1f), gan_layer_elu(),
                      gan_layer_without_bias(gan_layer_layer_norm()), gan_layer_flatten(), gan_layer_batch_norm());
}

static inline gan_model *onnx_shapes(void)
{
    gan_layer *inner[] = {gan_layer_named(gan_layer_dense(6), "first"), gan_layer_silu(), gan_layer_dropout(0.5f)};
    gan_layer *outer[] = {gan_layer_sequence(inner, 3), gan_layer_scale_shift(2, -1), gan_layer_maxout(4, 3)};
    return ONNX_CHAIN(GAN_SHAPE(2, 5), gan_layer_flatten(), gan_layer_named(gan_layer_sequence(outer, 3), "block"),
                      gan_layer_without_bias(gan_layer_maxout(6, 2)), gan_layer_reshape(GAN_SHAPE(2, -1)),
                      gan_layer_reshape(GAN_SHAPE(3, 1, 2)));
}

/* Windows that are not square, strides, dilation, groups, both ways. */
static inline gan_model *onnx_convolutions(void)
{
    gan_conv_options down, up;
    gan_conv_options_init(&down, 3, 1, 1);
    down.kernel[1] = 2;
    down.stride[0] = 2;
    down.padding[0] = 2;
    down.dilation[0] = 2;
    down.groups = 2;
    gan_conv_options_init(&up, 3, 2, 1);
    up.kernel[0] = 2;
    up.padding[0] = 0;
    up.output_padding[1] = 1;
    up.groups = 3;
    return ONNX_CHAIN(GAN_SHAPE(4, 5, 4), gan_layer_conv2d_with(6, &down), gan_layer_leaky_relu(0.2f),
                      gan_layer_conv_transpose2d_with(3, &up), gan_layer_batch_norm(),
                      gan_layer_without_bias(gan_layer_conv_transpose2d(2, 4, 2, 1)), gan_layer_tanh(),
                      gan_layer_without_bias(gan_layer_conv2d(1, 5, 3, 2)));
}

/* Pools of both kinds, larger images, edges, blocks with and without a shortcut. */
static inline gan_model *onnx_images(void)
{
    gan_pool_options largest, mean;
    gan_pool_options_init(&largest, 2, 1, 0);
    largest.kernel[1] = 3;
    largest.dilation[0] = 2;
    largest.padding[1] = 1;
    gan_pool_options_init(&mean, 3, 2, 1);
    mean.count_padding = false;
    gan_layer *branch[] = {gan_layer_conv2d(8, 3, 1, 1), gan_layer_relu(), gan_layer_average_pool2d(3, 1, 1)};
    return ONNX_CHAIN(
        GAN_SHAPE(2, 4, 3), gan_layer_pad2d(1, 2, 0, 1, GAN_PAD_ZERO), gan_layer_upsample(2, GAN_RESIZE_NEAREST),
        gan_layer_pad2d(1, 0, 2, 1, GAN_PAD_REFLECT), gan_layer_pad2d(0, 1, 1, 0, GAN_PAD_REPLICATE),
        gan_layer_max_pool2d_with(&largest), gan_layer_average_pool2d_with(&mean),
        gan_layer_residual_with(gan_layer_sequence(branch, 3), gan_layer_conv2d(8, 1, 1, 0)), gan_layer_pixel_norm(),
        gan_layer_residual(gan_layer_tanh()), gan_layer_pixel_shuffle(2), gan_layer_upsample(2, GAN_RESIZE_BILINEAR));
}

/* [C, …] to [C], both ways. */
static inline gan_model *onnx_sums(void)
{
    return ONNX_CHAIN(GAN_SHAPE(3, 2, 5), gan_layer_global_sum_pool(), gan_layer_reshape(GAN_SHAPE(3, 1, 1)),
                      gan_layer_conv_transpose2d(2, 3, 1, 0), gan_layer_global_average_pool());
}

/* Weights that are made of others. */
static inline gan_model *onnx_weights(void)
{
    return ONNX_CHAIN(GAN_SHAPE(2, 3, 3), gan_layer_with_spectral_norm(gan_layer_conv2d(3, 2, 1, 0), 1),
                      gan_layer_with_weight_norm(gan_layer_conv_transpose2d(2, 2, 1, 0)),
                      gan_layer_with_weight_norm(gan_layer_conv2d(4, 2, 1, 0)), gan_layer_tanh(),
                      gan_layer_with_spectral_norm(gan_layer_conv_transpose2d(2, 4, 2, 1), 1), gan_layer_flatten(),
                      gan_layer_with_spectral_norm(gan_layer_maxout(4, 2), 1),
                      gan_layer_with_weight_norm(gan_layer_without_bias(gan_layer_dense(3))));
}

#define ONNX_CASE(name, in, labels, way, layer) {#name, onnx_layer_##name, way},
static const struct onnx_case onnx_cases[] = {{"article", onnx_article, EACH},
                                              {"stable", onnx_stable, EACH},
                                              {"discriminator", onnx_discriminator, EACH},
                                              {"table", onnx_table, EACH},
                                              {"norms", onnx_norms, EACH},
                                              {"shapes", onnx_shapes, EACH},
                                              {"activations", onnx_activations, EACH},
                                              {"convolutions", onnx_convolutions, EACH},
                                              {"images", onnx_images, EACH},
                                              {"sums", onnx_sums, EACH},
                                              {"weights", onnx_weights, EACH},
                                              {"mapped", onnx_mapped, EACH},
                                              ONNX_LAYERS(ONNX_CASE)};
#undef ONNX_CASE
enum { ONNX_CASES = sizeof onnx_cases / sizeof onnx_cases[0], ONNX_COMPOSED = 12 };

static inline bool onnx_is_plain(const gan_tensor *tensor)
{
    int64_t size = gan_tensor_size(tensor), zeros = 0;
    for (int64_t i = 0; i < size; i++)
        zeros += gan_tensor_data(tensor)[i] == 0;
    return zeros == size || gan_tensor_shape(tensor).rank <= 1;
}

/* The model with random numbers in everything, running statistics, biases and what begins as 0 too; variances are not
 * negative. NULL after an error. */
static inline gan_model *onnx_filled(gan_model *model)
{
    if (gan_model_initialize(model, 3) != GAN_OK)
        return NULL;
    for (int i = 0; i < gan_model_parameters(model); i++)
        if (onnx_is_plain(gan_model_parameter(model, i)))
            gan_tensor_fill_uniform(gan_model_parameter(model, i), -1, 1, (uint64_t)i + 10);
    for (int i = 0; i < gan_model_states(model); i++)
        gan_tensor_fill_uniform(gan_model_state(model, i), 0.1f, 2, (uint64_t)i + 50);
    return model;
}

static inline gan_model *onnx_case_model(const struct onnx_case *one)
{
    return onnx_filled(one->make());
}

/* Inputs, and what libgan makes of them. */
struct onnx_numbers {
    gan_tensor *in, *labels, *out; /* labels: NULL where the model takes none */
};

static inline void onnx_clear(struct onnx_numbers *numbers)
{
    gan_tensor_unref(numbers->in);
    gan_tensor_unref(numbers->labels);
    gan_tensor_unref(numbers->out);
}

static inline gan_shape onnx_batch_of(gan_shape one)
{
    gan_shape shape = {one.rank + 1, {ONNX_BATCH}};
    for (int i = 0; i < one.rank; i++)
        shape.dims[i + 1] = one.dims[i];
    return shape;
}

/* Rows of labels, as many as there are examples. */
static inline gan_tensor *onnx_some_labels(const gan_labels *labels)
{
    int64_t count = gan_labels_count(labels);
    if (gan_labels_kind(labels) == GAN_LABEL_NUMBERS) {
        gan_tensor *numbers = gan_tensor_new(GAN_SHAPE(ONNX_BATCH, count));
        gan_tensor_fill_normal(numbers, 0, 1, 5);
        return numbers;
    }
    gan_tensor *classes = gan_tensor_new_typed(count == 1 ? GAN_SHAPE(ONNX_BATCH) : GAN_SHAPE(ONNX_BATCH, count),
                                               GAN_INT32);
    for (int64_t i = 0; i < ONNX_BATCH * count; i++)
        gan_tensor_int32(classes)[i] = (int32_t)((i + i / 3) % gan_labels_class_count(labels, (int)(i % count)));
    return classes;
}

/* What the model makes of a batch as one: samplers have batches of their own. */
static inline gan_status onnx_run_whole(gan_model *model, struct onnx_numbers *numbers)
{
    gan_tape *tape = gan_tape_new();
    gan_tape_set_training(tape, false);
    gan_var *x = gan_tape_input(tape, gan_tensor_shape(numbers->in)), *y = gan_model_apply(model, x);
    gan_plan *plan = gan_plan_new(&y, 1);
    gan_status status = plan != NULL ? gan_plan_bind(plan, x, numbers->in) : gan_error_status();
    if (status == GAN_OK)
        status = gan_plan_run(plan);
    if (status == GAN_OK)
        status = gan_plan_read(plan, y, numbers->out);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    return status;
}

static inline gan_status onnx_run(gan_model *model, enum onnx_way way, struct onnx_numbers *numbers)
{
    numbers->in = gan_tensor_new(onnx_batch_of(gan_model_input_shape(model)));
    numbers->out = gan_tensor_new(onnx_batch_of(gan_model_output_shape(model)));
    numbers->labels = gan_model_takes_labels(model) ? onnx_some_labels(gan_model_labels(model)) : NULL;
    gan_status status = gan_tensor_fill_normal(numbers->in, 0, 1, 77);
    if (status != GAN_OK || way == WHOLE)
        return status == GAN_OK ? onnx_run_whole(model, numbers) : status;
    gan_sampler *sampler = gan_sampler_new(model, ONNX_BATCH);
    status = gan_sampler_run(sampler, numbers->in, numbers->labels, numbers->out);
    gan_sampler_unref(sampler);
    return status;
}

#endif

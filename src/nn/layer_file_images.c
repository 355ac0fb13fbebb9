/* Layers of images, and those that hold others, from a model's file. */
#include "nn/layer_source.h"

#include "base/memory.h"

#include <string.h>

gan_layer *gan_read_conv(const struct gan_layer_source *source)
{
    static const struct {
        const char *kind;
        gan_layer *(*make)(int64_t channels, const gan_conv_options *options);
    } kinds[] = {{"conv1d", gan_layer_conv1d_with},
                 {"conv2d", gan_layer_conv2d_with},
                 {"conv_transpose1d", gan_layer_conv_transpose1d_with},
                 {"conv_transpose2d", gan_layer_conv_transpose2d_with}};
    int64_t channels;
    gan_conv_options options;
    gan_conv_options_init(&options, 1, 1, 0);
    if (!gan_source_integer(source, "channels", &channels) || !gan_source_pair(source, "kernel", options.kernel) ||
        !gan_source_pair(source, "stride", options.stride) || !gan_source_pair(source, "padding", options.padding) ||
        !gan_source_pair(source, "dilation", options.dilation) ||
        !gan_source_integer(source, "groups", &options.groups))
        return NULL;
    bool transposed = strncmp(source->kind, "conv_transpose", strlen("conv_transpose")) == 0;
    if (transposed && !gan_source_pair(source, "output_padding", options.output_padding))
        return NULL;
    size_t i = 0;
    while (strcmp(kinds[i].kind, source->kind) != 0)
        i++;
    return kinds[i].make(channels, &options);
}

gan_layer *gan_read_pooling(const struct gan_layer_source *source)
{
    gan_pool_options options;
    gan_pool_options_init(&options, 1, 1, 0);
    if (!gan_source_pair(source, "kernel", options.kernel) || !gan_source_pair(source, "stride", options.stride) ||
        !gan_source_pair(source, "padding", options.padding) ||
        !gan_source_pair(source, "dilation", options.dilation) ||
        !gan_source_bool(source, "count_padding", &options.count_padding))
        return NULL;
    return strcmp(source->kind, "max_pool2d") == 0 ? gan_layer_max_pool2d_with(&options)
                                                   : gan_layer_average_pool2d_with(&options);
}

gan_layer *gan_read_adaptive_average_pool2d(const struct gan_layer_source *source)
{
    int64_t size[2];
    return gan_source_pair(source, "size", size) ? gan_layer_adaptive_average_pool2d(size[0], size[1]) : NULL;
}

gan_layer *gan_read_group_norm(const struct gan_layer_source *source)
{
    int64_t groups;
    float epsilon;
    bool whole = gan_source_integer(source, "groups", &groups) && gan_source_float(source, "epsilon", &epsilon);
    return whole ? gan_layer_group_norm_with(groups, epsilon) : NULL;
}

gan_layer *gan_read_instance_norm(const struct gan_layer_source *source)
{
    float epsilon;
    bool affine;
    bool whole = gan_source_float(source, "epsilon", &epsilon) && gan_source_bool(source, "affine", &affine);
    return whole ? gan_layer_instance_norm_with(epsilon, affine) : NULL;
}

gan_layer *gan_read_pixel_norm(const struct gan_layer_source *source)
{
    float epsilon;
    return gan_source_float(source, "epsilon", &epsilon) ? gan_layer_pixel_norm_with(epsilon) : NULL;
}

gan_layer *gan_read_basis(const struct gan_layer_source *source)
{
    int64_t channels, size[2];
    bool whole = gan_source_integer(source, "channels", &channels) && gan_source_pair(source, "size", size);
    return whole ? gan_layer_basis(channels, size[0], size[1]) : NULL;
}

gan_layer *gan_read_residual(const struct gan_layer_source *source)
{
    gan_layer **layers;
    size_t count;
    if (!gan_source_layers(source, 2, &layers, &count))
        return NULL;
    gan_layer *residual = count == 1 ? gan_layer_residual(layers[0]) : gan_layer_residual_with(layers[0], layers[1]);
    gan_free(layers);
    return residual;
}

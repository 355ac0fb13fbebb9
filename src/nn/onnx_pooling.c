/* ONNX operators of pooling layers. */
#include "nn/onnx_parts.h"

#include "nn/onnx_maps.h"

static const char *pool(struct gan_onnx_call *call, const char *type, const char *x)
{
    const char *y = gan_onnx_add(call, type, "", x, NULL, NULL);
    if (y == NULL)
        return NULL;
    gan_onnx_pair_attribute(call, "kernel_shape", "kernel", false);
    gan_onnx_pair_attribute(call, "strides", "stride", false);
    gan_onnx_pair_attribute(call, "pads", "padding", true);
    return y;
}

const char *gan_onnx_max_pool(struct gan_onnx_call *call, const char *x)
{
    const char *y = pool(call, "MaxPool", x);
    if (y != NULL)
        gan_onnx_pair_attribute(call, "dilations", "dilation", false);
    return y;
}

const char *gan_onnx_average_pool(struct gan_onnx_call *call, const char *x)
{
    int64_t dilation[2];
    bool counts = true;
    gan_onnx_pair(call, "dilation", dilation);
    if (dilation[0] != 1 || dilation[1] != 1)
        return gan_onnx_refuse(call, "a dilation");
    const char *y = pool(call, "AveragePool", x);
    gan_json_bool(gan_json_get(call->json, "count_padding"), &counts);
    if (y != NULL)
        gan_onnx_attribute_integer(call->onnx, "count_include_pad", counts);
    return y;
}

/* ---- to a given size ---- */

/* Row y is the mean over rows ⌊y·in/out⌋ … ⌈(y + 1)·in/out⌉ − 1. */
static void fill_means(const struct gan_onnx_map *map, float *row, int64_t y)
{
    int64_t first = y * map->in / map->out, end = ((y + 1) * map->in + map->out - 1) / map->out;
    for (int64_t i = first; i < end; i++)
        row[i] = 1 / (float)(end - first);
}

const char *gan_onnx_adaptive_pool(struct gan_onnx_call *call, const char *x)
{
    const int64_t *in = call->in.dims + 1, *out = call->out.dims + 1;
    if (in[0] % out[0] != 0 || in[1] % out[1] != 0) /* windows of several sizes */
        return gan_onnx_map_axes(call, x, &(struct gan_onnx_map){.fill = fill_means});
    const int64_t window[] = {in[0] / out[0], in[1] / out[1]};
    const char *y = gan_onnx_add(call, "AveragePool", "", x, NULL, NULL);
    if (y == NULL)
        return NULL;
    gan_onnx_attribute_integers(call->onnx, "kernel_shape", window, 2);
    gan_onnx_attribute_integers(call->onnx, "strides", window, 2);
    return y;
}

/* ---- one number for each channel, [N, C] ---- */

const char *gan_onnx_global_average(struct gan_onnx_call *call, const char *x)
{
    return gan_onnx_shaped(call, "", gan_onnx_add(call, "GlobalAveragePool", "mean", x, NULL, NULL), call->out);
}

const char *gan_onnx_global_sum(struct gan_onnx_call *call, const char *x)
{
    return gan_onnx_sum(call, "", gan_onnx_shaped(call, "rows", x, GAN_SHAPE(call->in.dims[0], -1)), 2, false);
}

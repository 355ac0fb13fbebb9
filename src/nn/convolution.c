/* Convolution and transposed convolution of images [C, H, W], and of sequences [C, L], which are images of one row. */
#include "nn/layer.h"

#include "base/status.h"
#include "gan/ops.h"
#include "nn/weight.h"
#include "ops/windows.h"
#include "tensor/tensor.h"

#include <inttypes.h>
#include <stdio.h>

struct convolution {
    gan_layer base;
    int64_t channels;
    gan_conv_options options;
    bool transposed;
    int axes; /* 2, or 1: then height is 1 whatever the options say */
};

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ---- building ---- */

/* The result's size along an axis; less than 1 if there is none. */
static int64_t result_size(const struct convolution *own, int axis, int64_t size)
{
    const struct gan_window window = gan_window_of_conv(&own->options);
    return own->transposed ? gan_window_inputs(&window, axis, size) + own->options.output_padding[axis]
                           : gan_window_outputs(&window, axis, size);
}

static gan_status check_input(const struct convolution *own, const struct gan_layer_build *build, gan_shape in)
{
    char text[128];
    gan_shape_text(in, text, sizeof text);
    if (in.rank != own->axes + 1)
        return gan_layer_reject(build, "its input is %s, want %s", text,
                                own->axes == 1 ? "[channels, length]" : "[channels, height, width]");
    if (in.dims[0] % own->options.groups != 0)
        return gan_layer_reject(build, "its input has %" PRId64 " channels, which are not in %" PRId64 " equal groups",
                                in.dims[0], own->options.groups);
    for (int axis = 1; axis < in.rank && own->transposed; axis++)
        if (in.dims[axis] > INT32_MAX)
            return gan_layer_reject(build, "its input is %s, want at most %d rows and columns", text, INT32_MAX);
    return GAN_OK;
}

static gan_status infer(const struct convolution *own, const struct gan_layer_build *build, gan_shape in,
                        gan_shape *out)
{
    const gan_conv_options *o = &own->options;
    int64_t height = result_size(own, 0, own->axes == 1 ? 1 : in.dims[1]);
    int64_t width = result_size(own, 1, in.dims[own->axes]);
    char text[128];
    if (height < 1 || width < 1)
        return gan_layer_reject(
            build, "windows of %" PRId64 " × %" PRId64 " with padding %" PRId64 ", %" PRId64 " leave nothing of %s",
            o->kernel[0], o->kernel[1], o->padding[0], o->padding[1], gan_shape_text(in, text, sizeof text));
    *out = own->axes == 1 ? GAN_SHAPE(own->channels, width) : GAN_SHAPE(own->channels, height, width);
    return GAN_OK;
}

/* As PyTorch's: nobody sees a sequence's one row. */
static gan_shape weight_shape(const struct convolution *own, int64_t in)
{
    const gan_conv_options *o = &own->options;
    int64_t outer = own->transposed ? in : own->channels, inner = (own->transposed ? own->channels : in) / o->groups;
    return own->axes == 1 ? GAN_SHAPE(outer, inner, o->kernel[1]) : GAN_SHAPE(outer, inner, o->kernel[0], o->kernel[1]);
}

static gan_status declare(const struct convolution *own, struct gan_layer_build *build, int64_t in)
{
    const gan_layer *layer = &own->base;
    const gan_conv_options *o = &own->options;
    gan_shape shape = weight_shape(own, in);
    gan_status status = gan_layer_check_shape(build, shape); /* the fans are products of its sizes */
    if (status != GAN_OK)
        return status;
    int64_t taps = o->kernel[0] * o->kernel[1], from = in / o->groups, to = own->channels / o->groups;
    int64_t fan_in = own->transposed ? larger(1, from * taps / (o->stride[0] * o->stride[1])) : from * taps;
    status = gan_weight_declare(build,
                                &(struct gan_weight){"weight", shape, own->transposed ? 1 : 0, fan_in, to * taps});
    if (status != GAN_OK || layer->without_bias)
        return status;
    return gan_layer_declare(build, "bias", GAN_SHAPE(own->channels), fan_in, to * taps, layer->bias_initializer);
}

static gan_status build(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    const struct convolution *own = (const struct convolution *)layer;
    gan_status status = check_input(own, build, in);
    if (status == GAN_OK)
        status = infer(own, build, in, out);
    return status == GAN_OK ? declare(own, build, in.dims[0]) : status;
}

static gan_var *apply(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    const struct convolution *own = (const struct convolution *)layer;
    gan_var *weight = gan_weight_next(layer, call, own->transposed ? 1 : 0);
    gan_var *y;
    if (own->axes == 1)
        y = own->transposed ? gan_conv_transpose1d(x, weight, &own->options) : gan_conv1d(x, weight, &own->options);
    else
        y = own->transposed ? gan_conv_transpose2d(x, weight, &own->options) : gan_conv2d(x, weight, &own->options);
    if (layer->without_bias)
        return y;
    gan_var *bias = gan_layer_next_parameter(call);
    return gan_add(y, gan_reshape(bias, own->axes == 1 ? GAN_SHAPE(own->channels, 1) : GAN_SHAPE(own->channels, 1, 1)));
}

/* ---- words ---- */

static void describe(const gan_layer *layer, char *text, size_t size)
{
    const struct convolution *own = (const struct convolution *)layer;
    gan_conv_options row = own->options;
    const gan_conv_options *o = own->axes == 1 ? &row : &own->options;
    row.kernel[0] = row.kernel[1]; /* a sequence's options are those of the width, said once */
    row.stride[0] = row.stride[1];
    row.padding[0] = row.padding[1];
    row.dilation[0] = row.dilation[1];
    char kernel[64], stride[64], padding[64], dilation[64] = "", groups[40] = "";
    gan_layer_pair_text(kernel, sizeof kernel, "", o->kernel);
    gan_layer_pair_text(stride, sizeof stride, "stride ", o->stride);
    gan_layer_pair_text(padding, sizeof padding, "padding ", o->padding);
    if (o->dilation[0] != 1 || o->dilation[1] != 1)
        gan_layer_pair_text(dilation, sizeof dilation, ", dilation ", o->dilation);
    if (o->groups != 1)
        snprintf(groups, sizeof groups, ", groups %" PRId64, o->groups);
    snprintf(text, size, "%s(%" PRId64 ", %s, %s, %s%s%s)%s", layer->kind->name, own->channels, kernel, stride, padding,
             dilation, groups, layer->without_bias ? ", no bias" : "");
}

static gan_status write(const gan_layer *layer, struct gan_json_writer *json)
{
    const struct convolution *own = (const struct convolution *)layer;
    gan_json_write_integer(json, "channels", own->channels);
    gan_layer_write_pair(json, "kernel", own->options.kernel);
    gan_layer_write_pair(json, "stride", own->options.stride);
    gan_layer_write_pair(json, "padding", own->options.padding);
    gan_layer_write_pair(json, "dilation", own->options.dilation);
    if (own->transposed)
        gan_layer_write_pair(json, "output_padding", own->options.output_padding);
    gan_json_write_integer(json, "groups", own->options.groups);
    return GAN_OK;
}

#define KIND(name_)                                                                                                    \
    static const struct gan_layer_kind name_##_kind = {.name = #name_,                                                 \
                                                       .has_weight = true,                                             \
                                                       .has_bias = true,                                               \
                                                       .normable = true,                                               \
                                                       .build = build,                                                 \
                                                       .apply = apply,                                                 \
                                                       .describe = describe,                                           \
                                                       .write = write};
KIND(conv1d)
KIND(conv2d)
KIND(conv_transpose1d)
KIND(conv_transpose2d)

/* ---- constructors ---- */

/* So that sizes cannot overflow; whether they fit in memory shows when the input is known. */
#define MOST_CHANNELS INT32_MAX

static bool check_output_padding(const gan_conv_options *o, const char *kind, bool transposed, int axis)
{
    static const char *const names[2] = {"height", "width"};
    if (o->output_padding[axis] == 0 ||
        (transposed && o->output_padding[axis] > 0 && o->output_padding[axis] < o->stride[axis]))
        return true;
    gan_layer_refuse(kind, "along the %s output_padding is %" PRId64 ", want %s", names[axis], o->output_padding[axis],
                     transposed ? "0 or more, and less than the stride" : "0");
    return false;
}

static gan_layer *create(const struct gan_layer_kind *kind, int64_t channels, const gan_conv_options *given)
{
    bool transposed = kind == &conv_transpose1d_kind || kind == &conv_transpose2d_kind;
    int axes = kind == &conv1d_kind || kind == &conv_transpose1d_kind ? 1 : 2;
    char who[64];
    snprintf(who, sizeof who, "gan_layer_%s", kind->name);
    gan_conv_options options;
    if (given == NULL)
        return gan_layer_refuse(kind->name, "the options are NULL; call gan_conv_options_init first");
    if (gan_conv_options_read(&options, given, who) != GAN_OK)
        return NULL;
    if (channels < 1 || channels > MOST_CHANNELS)
        return gan_layer_refuse(kind->name, "channels is %" PRId64 ", want 1 to %d", channels, MOST_CHANNELS);
    if (options.groups < 1 || channels % options.groups != 0)
        return gan_layer_refuse(kind->name,
                                "groups is %" PRId64 ", want 1 or more such that the %" PRId64
                                " channels fall into equal groups",
                                options.groups, channels);
    if (axes == 1) {
        options.kernel[0] = options.stride[0] = options.dilation[0] = 1;
        options.padding[0] = options.output_padding[0] = 0;
    }
    const struct gan_window window = gan_window_of_conv(&options);
    if (gan_window_check(&window, who) != GAN_OK || !check_output_padding(&options, kind->name, transposed, 0) ||
        !check_output_padding(&options, kind->name, transposed, 1))
        return NULL;
    struct convolution *own = gan_layer_create(kind, sizeof *own);
    if (own == NULL)
        return NULL;
    own->channels = channels;
    own->options = options;
    own->transposed = transposed;
    own->axes = axes;
    return &own->base;
}

static gan_layer *create_square(const struct gan_layer_kind *kind, int64_t channels, int64_t size, int64_t stride,
                                int64_t padding)
{
    gan_conv_options options;
    gan_conv_options_init(&options, size, stride, padding);
    return create(kind, channels, &options);
}

gan_layer *gan_layer_conv1d(int64_t channels, int64_t kernel, int64_t stride, int64_t padding)
{
    return create_square(&conv1d_kind, channels, kernel, stride, padding);
}

gan_layer *gan_layer_conv1d_with(int64_t channels, const gan_conv_options *options)
{
    return create(&conv1d_kind, channels, options);
}

gan_layer *gan_layer_conv_transpose1d(int64_t channels, int64_t kernel, int64_t stride, int64_t padding)
{
    return create_square(&conv_transpose1d_kind, channels, kernel, stride, padding);
}

gan_layer *gan_layer_conv_transpose1d_with(int64_t channels, const gan_conv_options *options)
{
    return create(&conv_transpose1d_kind, channels, options);
}

gan_layer *gan_layer_conv2d(int64_t channels, int64_t kernel, int64_t stride, int64_t padding)
{
    return create_square(&conv2d_kind, channels, kernel, stride, padding);
}

gan_layer *gan_layer_conv2d_with(int64_t channels, const gan_conv_options *options)
{
    return create(&conv2d_kind, channels, options);
}

gan_layer *gan_layer_conv_transpose2d(int64_t channels, int64_t kernel, int64_t stride, int64_t padding)
{
    return create_square(&conv_transpose2d_kind, channels, kernel, stride, padding);
}

gan_layer *gan_layer_conv_transpose2d_with(int64_t channels, const gan_conv_options *options)
{
    return create(&conv_transpose2d_kind, channels, options);
}

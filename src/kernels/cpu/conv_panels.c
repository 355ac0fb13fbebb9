/* A convolution's weight in the form in which its passes read it. */
#include "conv.h"
#include "conv_winograd.h"

#include "kernels/products.h"

/* So few columns would leave most of a panel empty: then a row of taps shares one. */
enum { FEW_COLUMNS = 8 };

static int64_t panel_width(void)
{
    return gan_cpu_kernels_used()->panel_columns;
}

/* A forward pass would multiply for positions that a stride passes over. */
static bool has_few_columns(const struct gan_conv *conv, const struct gan_conv_matrices *matrices)
{
    return conv->groups == 1 && matrices->columns <= FEW_COLUMNS && conv->window.kernel[1] > 1 &&
           (conv->kind == GAN_CONV_DATA || conv->window.stride[1] == 1);
}

struct gan_panels gan_cpu_panels_for(const struct gan_conv *conv)
{
    int64_t rows = conv->window.kernel[0], taps = rows * conv->window.kernel[1];
    if (gan_conv_is_depthwise(conv))
        return (struct gan_panels){GAN_PANELS_DEPTHWISE, taps * conv->groups};
    if (gan_products_in_use() != GAN_PRODUCTS_OWN)
        return (struct gan_panels){0};
    bool forward = conv->kind == GAN_CONV_FORWARD;
    struct gan_conv_matrices matrices = gan_conv_matrices(conv, panel_width());
    int64_t panel = matrices.depth * matrices.width;
    if (has_few_columns(conv, &matrices))
        return (struct gan_panels){forward ? GAN_PANELS_FORWARD_FEW : GAN_PANELS_DATA_FEW,
                                   rows * panel *
                                       gan_divide_up(conv->window.kernel[1] * matrices.columns, matrices.width)};
    if (gan_conv_has_winograd(conv))
        return (struct gan_panels){forward ? GAN_PANELS_FORWARD_WINOGRAD : GAN_PANELS_DATA_WINOGRAD,
                                   gan_conv_winograd_weights(conv, matrices.width)};
    return (struct gan_panels){forward ? GAN_PANELS_FORWARD : GAN_PANELS_DATA,
                               conv->groups * matrices.blocks * taps * panel};
}

void gan_cpu_prepare_panels(struct gan_panels_call *call)
{
    bool by_blocks = call->panels.format != GAN_PANELS_DEPTHWISE && !gan_panels_are_few(&call->panels);
    call->parts = by_blocks ? call->conv.groups * gan_conv_matrices(&call->conv, panel_width()).blocks : 1;
}

static void pack_depthwise(const struct gan_panels_call *call, const float *weight, float *out)
{
    const int64_t *kernel = call->conv.window.kernel, *strides = call->weight.strides;
    for (int64_t i = 0; i < kernel[0]; i++)
        for (int64_t j = 0; j < kernel[1]; j++)
            for (int64_t channel = 0; channel < call->conv.groups; channel++)
                *out++ = weight[channel * strides[0] + i * strides[2] + j * strides[3]];
}

static void pack_few(const struct gan_panels_call *call, const float *weight, float *out)
{
    struct gan_conv_matrices matrices = gan_conv_matrices(&call->conv, panel_width());
    const int64_t *strides = call->weight.strides, *kernel = call->conv.window.kernel;
    int64_t columns = kernel[1] * matrices.columns;
    for (int64_t i = 0; i < kernel[0]; i++)
        for (int64_t first = 0; first < columns; first += matrices.width)
            for (int64_t k = 0; k < matrices.depth; k++)
                for (int64_t column = first; column < first + matrices.width; column++)
                    *out++ = column < columns ? weight[k * strides[matrices.depth_axis] + i * strides[2] +
                                                       column / matrices.columns * strides[3] +
                                                       column % matrices.columns * strides[matrices.column_axis]]
                                              : 0;
}

static void pack_block(const struct gan_panels_call *call, const float *weight, int64_t block, float *out)
{
    struct gan_conv_matrices matrices = gan_conv_matrices(&call->conv, panel_width());
    int64_t taps = call->conv.window.kernel[0] * call->conv.window.kernel[1];
    out += block * taps * matrices.depth * matrices.width;
    gan_conv_pack_taps(call, weight, block, 0, matrices.depth, out);
}

void gan_cpu_panels(const void *opaque, const struct gan_run *run, int64_t part)
{
    const struct gan_panels_call *call = opaque;
    const float *weight = gan_cpu_pointer(&call->weight, run);
    float *out = gan_cpu_pointer(&call->out, run);
    if (call->panels.format == GAN_PANELS_DEPTHWISE)
        pack_depthwise(call, weight, out);
    else if (call->panels.format == GAN_PANELS_FORWARD || call->panels.format == GAN_PANELS_DATA)
        pack_block(call, weight, part, out);
    else if (gan_panels_are_winograd(&call->panels))
        gan_conv_winograd_pack(call, weight, part, out);
    else
        pack_few(call, weight, out);
}

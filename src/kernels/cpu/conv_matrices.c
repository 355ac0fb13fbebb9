/* A convolution's weight as matrices, one for each tap. */
#include "conv.h"

bool gan_conv_is_depthwise(const struct gan_conv *conv)
{
    return conv->groups > 1 && conv->groups == conv->x[0] && conv->groups == conv->y[0];
}

struct gan_conv_matrices gan_conv_matrices(const struct gan_conv *conv, int64_t width)
{
    bool forward = conv->kind != GAN_CONV_DATA;
    int64_t in = conv->x[0] / conv->groups, out = conv->y[0] / conv->groups;
    struct gan_conv_matrices matrices = {.depth = forward ? in : out,
                                         .columns = forward ? out : in,
                                         .width = width,
                                         .depth_axis = forward ? 1 : 0,
                                         .column_axis = forward ? 0 : 1};
    matrices.blocks = gan_divide_up(matrices.columns, matrices.width);
    return matrices;
}

int64_t gan_conv_group_offset(const struct gan_conv *conv, const struct gan_operand *weight, int64_t group)
{
    return group * (conv->y[0] / conv->groups) * weight->strides[0];
}

void gan_conv_pack_taps(const struct gan_panels_call *call, const float *weight, int64_t block, int64_t k, int64_t rows,
                        float *out)
{
    const struct gan_conv *conv = &call->conv;
    const struct gan_cpu_kernels *kernels = gan_cpu_kernels_used();
    struct gan_conv_matrices matrices = gan_conv_matrices(conv, kernels->panel_columns);
    const int64_t *strides = call->weight.strides, *kernel = conv->window.kernel;
    int64_t group = block / matrices.blocks, first = block % matrices.blocks * matrices.width;
    int64_t columns = gan_smaller(matrices.columns - first, matrices.width);
    int64_t row = strides[matrices.depth_axis], column = strides[matrices.column_axis];
    weight += gan_conv_group_offset(conv, &call->weight, group) + first * column + k * row;
    if (strides[3] == 1 && (strides[2] == kernel[1] || kernel[0] == 1)) { /* the taps lie side by side */
        kernels->pack_taps(weight, row, column, kernel[0] * kernel[1], rows, columns, out);
        return;
    }
    for (int64_t i = 0; i < kernel[0]; i++)
        for (int64_t j = 0; j < kernel[1]; j++, out += rows * matrices.width)
            kernels->pack(weight + i * strides[2] + j * strides[3], row, column, rows, columns, out);
}

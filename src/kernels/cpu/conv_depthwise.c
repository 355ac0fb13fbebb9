/* Depthwise convolutions: each channel is by itself, so the channels fill the vectors. */
#include "conv.h"

#include <string.h>

static void compute_row_depthwise(const struct gan_conv_pass *pass, int64_t row, int64_t begin, int64_t end)
{
    const struct gan_conv *conv = &pass->call->conv;
    const struct gan_cpu_kernels *kernels = gan_cpu_kernels_used();
    int64_t channels = conv->groups;
    struct gan_taps down = pass->taps(&conv->window, 0, row, pass->in_size[1]);
    for (int64_t x = begin; x < end; x++) {
        struct gan_taps across = pass->taps(&conv->window, 1, x, pass->in_size[2]);
        float *out = pass->out + row * pass->out_strides[2] + x * pass->out_strides[3];
        for (int64_t n = 0; n < conv->examples; n++)
            memset(out + n * pass->out_strides[0], 0, (size_t)channels * sizeof *out);
        for (int64_t i = 0; i < down.count; i++)
            for (int64_t j = 0; j < across.count; j++) {
                const float *in = pass->in + (down.source + i * down.source_step) * pass->in_strides[2] +
                                  (across.source + j * across.source_step) * pass->in_strides[3];
                int64_t tap = (down.first + i * down.step) * conv->window.kernel[1] + across.first + j * across.step;
                kernels->multiply_add_rows(in, pass->in_strides[0], pass->weight + tap * channels, 0, out,
                                           pass->out_strides[0], conv->examples, channels);
            }
    }
}

void gan_conv_compute_depthwise(const struct gan_conv_pass *pass, const struct gan_conv_region *region)
{
    for (int64_t row = region->row; row < region->row_end; row++)
        compute_row_depthwise(pass, row, region->begin, region->end);
}

void gan_conv_compute_gradient_depthwise(const struct gan_conv_call *call, const struct gan_run *run, int64_t part)
{
    const struct gan_conv *conv = &call->conv;
    const struct gan_window *window = &conv->window;
    const float *x = gan_cpu_pointer(&call->x, run), *y = gan_cpu_pointer(&call->y, run);
    int64_t tap_row = part / window->kernel[1], tap = part % window->kernel[1];
    float *weight = gan_cpu_pointer(&call->weight, run) + tap_row * call->weight.strides[2] +
                    tap * call->weight.strides[3];
    memset(weight, 0, (size_t)conv->groups * sizeof *weight);
    for (int64_t row = 0; row < conv->y[1]; row++)
        for (int64_t column = 0; column < conv->y[2]; column++) {
            int64_t i = row * window->stride[0] + tap_row * window->dilation[0] - window->padding[0];
            int64_t j = column * window->stride[1] + tap * window->dilation[1] - window->padding[1];
            if (i < 0 || i >= conv->x[1] || j < 0 || j >= conv->x[2])
                continue;
            gan_cpu_kernels_used()->multiply_add_rows(x + i * call->x.strides[2] + j * call->x.strides[3],
                                                      call->x.strides[0],
                                                      y + row * call->y.strides[2] + column * call->y.strides[3],
                                                      call->y.strides[0], weight, 0, conv->examples, conv->groups);
        }
}

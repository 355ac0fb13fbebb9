/* The reference backend's convolutions: the defining sum, written out. */
#include "reference.h"

#include <string.h>

/* Adds up one meeting of an x, a y and a weight in whichever of the three is the result. */
static void meet(enum gan_conv_kind kind, double *x, double *y, double *weight)
{
    if (kind == GAN_CONV_FORWARD)
        *y += *x * *weight;
    else if (kind == GAN_CONV_DATA)
        *x += *y * *weight;
    else
        *weight += *x * *y;
}

static void clear(const struct gan_operand *operand, const struct gan_run *run, const int64_t *dims)
{
    for (int64_t i = 0; i < dims[0] * dims[1] * dims[2] * dims[3]; i++)
        ((double *)run->memory[operand->memory])[gan_operand_place(operand, 4, dims, i)] = 0;
}

static double *at(const struct gan_operand *operand, const struct gan_run *run, int64_t a, int64_t b, int64_t c,
                  int64_t d)
{
    const int64_t *strides = operand->strides;
    return (double *)run->memory[operand->memory] + operand->offset + a * strides[0] + b * strides[1] + c * strides[2] +
           d * strides[3];
}

/* All taps and channels of one element of y. */
static void meet_all(const struct gan_conv_call *call, const struct gan_run *run, int64_t n, int64_t out, int64_t row,
                     int64_t column)
{
    const struct gan_conv *conv = &call->conv;
    const struct gan_window *window = &conv->window;
    int64_t in_group = conv->x[0] / conv->groups, group = out / (conv->y[0] / conv->groups);
    for (int64_t i = 0; i < window->kernel[0]; i++)
        for (int64_t j = 0; j < window->kernel[1]; j++) {
            int64_t y = row * window->stride[0] + i * window->dilation[0] - window->padding[0];
            int64_t x = column * window->stride[1] + j * window->dilation[1] - window->padding[1];
            if (y < 0 || y >= conv->x[1] || x < 0 || x >= conv->x[2])
                continue;
            for (int64_t c = 0; c < in_group; c++)
                meet(conv->kind, at(&call->x, run, n, group * in_group + c, y, x),
                     at(&call->y, run, n, out, row, column), at(&call->weight, run, out, c, i, j));
        }
}

void gan_reference_conv(const void *opaque, const struct gan_run *run, int64_t part)
{
    (void)part;
    const struct gan_conv_call *call = opaque;
    const struct gan_conv *conv = &call->conv;
    if (conv->kind == GAN_CONV_WEIGHT)
        clear(&call->weight, run,
              (int64_t[]){conv->y[0], conv->x[0] / conv->groups, conv->window.kernel[0], conv->window.kernel[1]});
    else if (conv->kind == GAN_CONV_DATA)
        clear(&call->x, run, (int64_t[]){conv->examples, conv->x[0], conv->x[1], conv->x[2]});
    else
        clear(&call->y, run, (int64_t[]){conv->examples, conv->y[0], conv->y[1], conv->y[2]});
    for (int64_t n = 0; n < conv->examples; n++)
        for (int64_t out = 0; out < conv->y[0]; out++)
            for (int64_t row = 0; row < conv->y[1]; row++)
                for (int64_t column = 0; column < conv->y[2]; column++)
                    meet_all(call, run, n, out, row, column);
}

void gan_reference_prepare_conv(struct gan_conv_call *call)
{
    call->parts = 1;
}

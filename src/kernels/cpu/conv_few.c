/*
 * Passes with few channels of result (an image's colours): a product for each tap would leave most of its columns
 * empty. So what goes in is multiplied by a whole row of taps at once, columns being (tap, channel), and what comes out
 * is added to the pixels that the taps reach. Each element is a sum over rows of taps, then over the pixels that it
 * meets, in an order that does not depend on the batch or on how the work is cut.
 */
#include "conv.h"

#include <string.h>

enum { CHUNK = 16 * 1024 }; /* numbers of products that are made before they are handed out: 64 KiB */

/* Adds rows[n][0 … channels − 1] to out. The sizes that images have get loops of their own. */
static void add_rows(const float *restrict rows, int64_t width, float *restrict out, int64_t out_row, int64_t count,
                     int64_t channels)
{
    switch (channels) {
    case 1:
        for (int64_t n = 0; n < count; n++)
            out[n * out_row] += rows[n * width];
        break;
    case 3:
        for (int64_t n = 0; n < count; n++, rows += width, out += out_row) {
            out[0] += rows[0];
            out[1] += rows[1];
            out[2] += rows[2];
        }
        break;
    default:
        for (int64_t n = 0; n < count; n++)
            for (int64_t channel = 0; channel < channels; channel++)
                out[n * out_row + channel] += rows[n * width + channel];
    }
}

/* The position of the result that tap `tap` reaches from position x of what goes in; −1 if there is none. */
static int64_t reached(const struct gan_conv_pass *pass, int64_t x, int64_t tap)
{
    const struct gan_window *window = &pass->call->conv.window;
    int64_t shift = window->padding[1] - tap * window->dilation[1];
    int64_t to = pass->call->conv.kind == GAN_CONV_DATA ? x * window->stride[1] - shift : x + shift;
    return to < pass->out_size[2] ? to : -1;
}

/* Pixels x … end − 1 of row `source`, times row `tap_row` of the weight, added to row `row` of the result; examples
 * first … first + count − 1. */
static void add_pixels(const struct gan_conv_pass *pass, int64_t row, int64_t source, int64_t tap_row, int64_t x,
                       int64_t end, int64_t first, int64_t count)
{
    const struct gan_conv_matrices *matrices = &pass->matrices;
    const int64_t taps = pass->call->conv.window.kernel[1], channels = matrices->columns, columns = taps * channels;
    const int64_t blocks = gan_divide_up(columns, matrices->width), width = blocks * matrices->width;
    _Alignas(64) float products[CHUNK];
    const float *a = pass->in + source * pass->in_strides[2] + x * pass->in_strides[3] + first * pass->in_strides[0];
    for (int64_t block = 0; block < blocks; block++) {
        const float *b = pass->weight + (tap_row * blocks + block) * matrices->depth * matrices->width;
        gan_cpu_multiply(&(struct gan_product){.m = (end - x) * count,
                                               .n = gan_smaller(columns - block * matrices->width, matrices->width),
                                               .k = matrices->depth,
                                               .terms = 1,
                                               .a = &a,
                                               .a_rows = {count, pass->in_strides[0], pass->in_strides[3]},
                                               .a_column = 1,
                                               .b = &b,
                                               .right = GAN_RIGHT_PANELS,
                                               .c = products + block * matrices->width,
                                               .c_rows = gan_even_rows(width)});
    }
    for (int64_t i = x; i < end; i++)
        for (int64_t tap = 0; tap < taps; tap++) {
            int64_t to = reached(pass, i, tap);
            if (to >= 0)
                add_rows(products + (i - x) * count * width + tap * channels, width,
                         pass->out + row * pass->out_strides[2] + to * pass->out_strides[3] +
                             first * pass->out_strides[0],
                         pass->out_strides[0], count, channels);
        }
}

static void compute_row(const struct gan_conv_pass *pass, int64_t row)
{
    const struct gan_conv *conv = &pass->call->conv;
    const int64_t columns = conv->window.kernel[1] * pass->matrices.columns;
    const int64_t rows = CHUNK / (gan_divide_up(columns, pass->matrices.width) * pass->matrices.width);
    const int64_t examples = gan_smaller(conv->examples, rows), pixels = rows / examples;
    memset(pass->out + row * pass->out_strides[2], 0,
           (size_t)(pass->out_size[2] * conv->examples * pass->out_size[0]) * sizeof(float));
    struct gan_taps down = pass->taps(&conv->window, 0, row, pass->in_size[1]);
    for (int64_t i = 0; i < down.count; i++)
        for (int64_t x = 0; x < pass->in_size[2]; x += pixels)
            for (int64_t n = 0; n < conv->examples; n += examples)
                add_pixels(pass, row, down.source + i * down.source_step, down.first + i * down.step, x,
                           gan_smaller(x + pixels, pass->in_size[2]), n, gan_smaller(examples, conv->examples - n));
}

void gan_conv_compute_few(const struct gan_conv_pass *pass, const struct gan_conv_region *region)
{
    for (int64_t row = region->row; row < region->row_end; row++)
        compute_row(pass, row);
}

/*
 * A weight's gradient: for each tap the sum over pixels of what the tap meets, transposed, times y's pixel. The pixels
 * go in chunks, so that a chunk of y and the part's share of the gradient stay in the cache. Every element is one chain
 * of multiply-adds, over rows, pixels and examples in ascending order.
 */
#include "conv.h"

#include <string.h>

enum {
    CHUNK_ROWS = 256,       /* of y */
    RESULT_BYTES = 1 << 18, /* of a part: so much stays in the second-level cache beside a chunk */
    LEAST_PARTS = 8,        /* where there is work enough */
    FEW_CHANNELS = 7        /* fewer rows than fill a tile: then taps side by side are rows of one product */
};

/* What a part computes, and its chunk of y: `rows` examples, from `example` on, of the pixels x0 … x1 − 1 of a row. */
struct gradient {
    const struct gan_conv_call *call;
    const float *x, *y; /* from the part's channels on */
    float *weight;
    int64_t columns, width; /* of y's channels: the part's, and a block's */
    int64_t channels;       /* of x: the part's */
    int64_t tap_row, tap_row_end;
    int64_t row, x0, x1, example, rows;
};

/* ---- a chunk ---- */

static const float *pixel_of_y(const struct gradient *gradient, int64_t x)
{
    const int64_t *strides = gradient->call->y.strides;
    return gradient->y + gradient->row * strides[2] + x * strides[3] + gradient->example * strides[0];
}

/* Adds what pixels begin … end − 1 of the chunk contribute to taps first … first + taps − 1 of a row of taps. */
static void add_pixels(const struct gradient *gradient, int64_t tap_row, int64_t first, int64_t taps, int64_t begin,
                       int64_t end)
{
    const struct gan_conv_call *call = gradient->call;
    const struct gan_window *window = &call->conv.window;
    const int64_t *strides = call->x.strides;
    const float *a[CHUNK_ROWS], *b[CHUNK_ROWS];
    int64_t y = gradient->row * window->stride[0] + tap_row * window->dilation[0] - window->padding[0];
    int64_t x = begin * window->stride[1] + first * window->dilation[1] - window->padding[1];
    for (int64_t i = 0; i < end - begin; i++)
        a[i] = gradient->x + y * strides[2] + (x + i * window->stride[1]) * strides[3] + gradient->example * strides[0];
    struct gan_product product = {.m = taps * gradient->channels,
                                  .k = gradient->rows,
                                  .terms = end - begin,
                                  .a = a,
                                  .a_rows = {gradient->channels, 1, window->dilation[1] * strides[3]},
                                  .a_column = strides[0],
                                  .b = b,
                                  .right = GAN_RIGHT_AS_IT_IS,
                                  .b_row = call->y.strides[0],
                                  .b_column = 1,
                                  .c = gradient->weight + tap_row * call->weight.strides[2] +
                                       first * call->weight.strides[3],
                                  .c_rows = {gradient->channels, call->weight.strides[1], call->weight.strides[3]},
                                  .add = true};
    for (int64_t column = 0; column < gradient->columns; column += gradient->width, product.c += gradient->width) {
        for (int64_t i = 0; i < end - begin; i++)
            b[i] = pixel_of_y(gradient, begin + i) + column;
        product.n = gan_smaller(gradient->width, gradient->columns - column);
        gan_cpu_multiply(&product);
    }
}

/* The pixels of y, begin ≤ x < end, for which tap `tap` of a row of taps meets data. */
static void meeting_pixels(const struct gradient *gradient, int64_t tap, int64_t *begin, int64_t *end)
{
    const struct gan_window *window = &gradient->call->conv.window;
    int64_t shift = tap * window->dilation[1] - window->padding[1], stride = window->stride[1];
    int64_t last = gradient->call->conv.x[2] - 1 - shift; /* x·stride may be at most this */
    *begin = gan_larger(*begin, shift < 0 ? gan_divide_up(-shift, stride) : 0);
    *end = last < 0 ? *begin : gan_smaller(*end, last / stride + 1);
}

/* Taps one by one. */
static void add_taps(const struct gradient *gradient, int64_t tap_row, int64_t x0, int64_t x1)
{
    for (int64_t tap = 0; tap < gradient->call->conv.window.kernel[1]; tap++) {
        int64_t begin = x0, end = x1;
        meeting_pixels(gradient, tap, &begin, &end);
        if (begin < end)
            add_pixels(gradient, tap_row, tap, 1, begin, end);
    }
}

/* A row of taps' share of the chunk. Where channels are few, taps side by side are the rows of one product for the
 * pixels that meet them all. */
static void add_tap_row(const struct gradient *gradient, int64_t tap_row)
{
    int64_t taps = gradient->call->conv.window.kernel[1], begin = gradient->x0, end = gradient->x1;
    for (int64_t tap = 0; tap < taps; tap++)
        meeting_pixels(gradient, tap, &begin, &end);
    if (gradient->channels > FEW_CHANNELS || taps == 1 || begin >= end) {
        add_taps(gradient, tap_row, gradient->x0, gradient->x1);
        return;
    }
    add_taps(gradient, tap_row, gradient->x0, begin);
    add_pixels(gradient, tap_row, 0, taps, begin, end);
    add_taps(gradient, tap_row, end, gradient->x1);
}

static void add_chunk(const struct gradient *gradient)
{
    const struct gan_window *window = &gradient->call->conv.window;
    for (int64_t tap_row = gradient->tap_row; tap_row < gradient->tap_row_end; tap_row++) {
        int64_t y = gradient->row * window->stride[0] + tap_row * window->dilation[0] - window->padding[0];
        if (y >= 0 && y < gradient->call->conv.x[1])
            add_tap_row(gradient, tap_row);
    }
}

/* ---- a part ---- */

static void clear(const struct gradient *gradient)
{
    const struct gan_conv_call *call = gradient->call;
    const int64_t *strides = call->weight.strides;
    for (int64_t i = gradient->tap_row; i < gradient->tap_row_end; i++)
        for (int64_t j = 0; j < call->conv.window.kernel[1]; j++)
            for (int64_t channel = 0; channel < gradient->channels; channel++)
                memset(gradient->weight + i * strides[2] + j * strides[3] + channel * strides[1], 0,
                       (size_t)gradient->columns * sizeof(float));
}

/* Parts are, from the outermost to the innermost: groups, blocks of columns, rows of taps, ranges of x's channels. */
void gan_conv_compute_gradient(const struct gan_conv_call *call, const struct gan_run *run, int64_t part)
{
    const struct gan_conv *conv = &call->conv;
    struct gan_conv_matrices matrices = gan_conv_matrices(conv, call->block_columns);
    int64_t unit = part % call->unit_parts, row_part = part / call->unit_parts % call->row_parts;
    int64_t column_part = part / call->unit_parts / call->row_parts, parts = call->column_parts / conv->groups;
    int64_t group = column_part / parts, first = column_part % parts * call->blocks_per_part * matrices.width;
    int64_t channel0 = matrices.depth * unit / call->unit_parts;
    int64_t channel1 = matrices.depth * (unit + 1) / call->unit_parts;
    struct gradient gradient = {
        .call = call,
        .x = gan_cpu_pointer(&call->x, run) + group * matrices.depth + channel0,
        .y = gan_cpu_pointer(&call->y, run) + group * matrices.columns + first,
        .weight = gan_cpu_pointer(&call->weight, run) + gan_conv_group_offset(conv, &call->weight, group) + first +
                  channel0 * call->weight.strides[1],
        .columns = gan_smaller(matrices.columns - first, call->blocks_per_part * matrices.width),
        .width = matrices.width,
        .channels = channel1 - channel0,
        .tap_row = conv->window.kernel[0] * row_part / call->row_parts,
        .tap_row_end = conv->window.kernel[0] * (row_part + 1) / call->row_parts};
    clear(&gradient);
    int64_t pixels = gan_larger(1, CHUNK_ROWS / conv->examples);
    for (gradient.row = 0; gradient.row < conv->y[1]; gradient.row++)
        for (gradient.x0 = 0; gradient.x0 < conv->y[2]; gradient.x0 = gradient.x1) {
            gradient.x1 = gan_smaller(gradient.x0 + pixels, conv->y[2]);
            for (gradient.example = 0; gradient.example < conv->examples; gradient.example += CHUNK_ROWS) {
                gradient.rows = gan_smaller(conv->examples - gradient.example, CHUNK_ROWS);
                add_chunk(&gradient);
            }
        }
}

/* Rows of taps, then ranges of x's channels, then blocks of columns, until there are parts enough. */
void gan_conv_cut_gradient(struct gan_conv_call *call, int64_t wanted)
{
    const struct gan_conv *conv = &call->conv;
    struct gan_conv_matrices matrices = gan_conv_matrices(conv, call->block_columns);
    wanted = gan_smaller(wanted, LEAST_PARTS);
    call->row_parts = gan_smaller(conv->window.kernel[0], wanted);
    call->unit_parts = gan_smaller(gan_divide_up(matrices.depth, 64), gan_divide_up(wanted, call->row_parts));
    int64_t rows = gan_divide_up(conv->window.kernel[0] * conv->window.kernel[1] * matrices.depth,
                                 call->row_parts * call->unit_parts);
    int64_t fitting = gan_larger(1, RESULT_BYTES / (rows * matrices.width * (int64_t)sizeof(float)));
    int64_t parts = gan_divide_up(wanted, conv->groups * call->row_parts * call->unit_parts);
    call->blocks_per_part = gan_smaller(fitting, gan_divide_up(matrices.blocks, gan_smaller(parts, matrices.blocks)));
    call->column_parts = conv->groups * gan_divide_up(matrices.blocks, call->blocks_per_part);
    call->parts = call->column_parts * call->row_parts * call->unit_parts;
}

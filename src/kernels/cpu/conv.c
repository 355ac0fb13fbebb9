/*
 * The CPU backend's convolutions, as batch-reduce products over the taps that meet data. Images are pixel-major: for
 * each pixel a matrix of N rows of C numbers. A pixel of the result is the sum over its taps of such a matrix times the
 * tap's matrix of the weight; pixels in a row that have the same taps are computed together, so that small batches fill
 * a kernel too. A weight's gradient is, for each tap, the sum over pixels of one matrix transposed times another.
 */
#include "cpu.h"

#include "kernels/products.h"

#include <string.h>

enum {
    MOST_TERMS = 128,
    MOST_PARTS = 64,
    CHUNK_ROWS = 512,      /* of a weight's gradient: rows that are packed together */
    MANY_MULTIPLIES = 256, /* so many for each number packed make packing cheap */
    FEW_CHANNELS = 7       /* fewer rows than fill a tile: then taps side by side are rows of one product */
};

enum { PANELS_FORWARD = 1, PANELS_DATA, PANELS_DEPTHWISE };

static bool is_depthwise(const struct gan_conv *conv)
{
    return conv->groups > 1 && conv->groups == conv->x[0] && conv->groups == conv->y[0];
}

static int64_t taps_of(const struct gan_conv *conv)
{
    return conv->window.kernel[0] * conv->window.kernel[1];
}

/* ---- panels: for each group and each block of columns the taps' panels ---- */

/* A weight's matrices, `depth` rows of `columns` for each tap, as forward and data passes multiply by them. */
struct matrices {
    int64_t depth, columns, blocks, width;
    int depth_axis, column_axis; /* of the weight */
};

static struct matrices matrices_of(const struct gan_conv *conv, int64_t width)
{
    bool forward = conv->kind != GAN_CONV_DATA;
    int64_t in = conv->x[0] / conv->groups, out = conv->y[0] / conv->groups;
    struct matrices matrices = {.depth = forward ? in : out,
                                .columns = forward ? out : in,
                                .width = width,
                                .depth_axis = forward ? 1 : 0,
                                .column_axis = forward ? 0 : 1};
    matrices.blocks = gan_divide_up(matrices.columns, matrices.width);
    return matrices;
}

static int64_t panel_width(void)
{
    return gan_cpu_kernels_used()->panel_columns;
}

/* Where group `group` of the weight begins: the axis of `out` holds all groups. */
static int64_t group_offset(const struct gan_conv *conv, const struct gan_operand *weight, int64_t group)
{
    return group * (conv->y[0] / conv->groups) * weight->strides[0];
}

struct gan_panels gan_cpu_panels_for(const struct gan_conv *conv)
{
    if (is_depthwise(conv))
        return (struct gan_panels){PANELS_DEPTHWISE, taps_of(conv) * conv->groups};
    if (gan_products_in_use() != GAN_PRODUCTS_OWN)
        return (struct gan_panels){0};
    struct matrices matrices = matrices_of(conv, panel_width());
    return (struct gan_panels){conv->kind == GAN_CONV_FORWARD ? PANELS_FORWARD : PANELS_DATA,
                               conv->groups * matrices.blocks * taps_of(conv) * matrices.depth * matrices.width};
}

void gan_cpu_prepare_panels(struct gan_panels_call *call)
{
    bool depthwise = call->panels.format == PANELS_DEPTHWISE;
    call->parts = depthwise ? 1 : call->conv.groups * matrices_of(&call->conv, panel_width()).blocks;
}

/* For each tap the channels' numbers side by side. */
static void pack_depthwise(const struct gan_panels_call *call, const float *weight, float *out)
{
    const int64_t *kernel = call->conv.window.kernel, *strides = call->weight.strides;
    for (int64_t i = 0; i < kernel[0]; i++)
        for (int64_t j = 0; j < kernel[1]; j++)
            for (int64_t channel = 0; channel < call->conv.groups; channel++)
                *out++ = weight[channel * strides[0] + i * strides[2] + j * strides[3]];
}

void gan_cpu_panels(const void *opaque, const struct gan_run *run, int64_t part)
{
    const struct gan_panels_call *call = opaque;
    const struct gan_conv *conv = &call->conv;
    const float *weight = gan_cpu_pointer(&call->weight, run);
    float *out = gan_cpu_pointer(&call->out, run);
    if (call->panels.format == PANELS_DEPTHWISE) {
        pack_depthwise(call, weight, out);
        return;
    }
    struct matrices matrices = matrices_of(conv, panel_width());
    const int64_t *strides = call->weight.strides, *kernel = conv->window.kernel;
    int64_t group = part / matrices.blocks, first = part % matrices.blocks * matrices.width;
    int64_t columns = gan_smaller(matrices.columns - first, matrices.width), panel = matrices.depth * matrices.width;
    const float *from = weight + group_offset(conv, &call->weight, group) + first * strides[matrices.column_axis];
    int64_t row = strides[matrices.depth_axis], column = strides[matrices.column_axis];
    out += part * taps_of(conv) * panel;
    const struct gan_cpu_kernels *kernels = gan_cpu_kernels_used();
    if (strides[3] == 1 && (strides[2] == kernel[1] || kernel[0] == 1)) { /* the taps lie side by side */
        kernels->pack_taps(from, row, column, taps_of(conv), matrices.depth, columns, out);
        return;
    }
    for (int64_t i = 0; i < kernel[0]; i++)
        for (int64_t j = 0; j < kernel[1]; j++, out += panel)
            kernels->pack(from + i * strides[2] + j * strides[3], row, column, matrices.depth, columns, out);
}

/* ---- forward and data passes ---- */

/* A pass seen from its result: what goes in, what comes out, and which taps a position has. */
struct pass {
    const struct gan_conv_call *call;
    struct gan_taps (*taps)(const struct gan_window *window, int axis, int64_t position, int64_t size);
    const int64_t *in_size, *out_size; /* channels, height, width */
    const int64_t *in_strides, *out_strides;
    const float *in, *weight;
    float *out;
    int64_t step;    /* from a position to the next one that may have the same taps */
    int64_t advance; /* so much does what they meet move then */
    struct matrices matrices;
};

static struct pass pass_of(const struct gan_conv_call *call, const struct gan_run *run)
{
    bool forward = call->conv.kind == GAN_CONV_FORWARD;
    const struct gan_operand *in = forward ? &call->x : &call->y, *out = forward ? &call->y : &call->x;
    int64_t stride = call->conv.window.stride[1];
    return (struct pass){.call = call,
                         .taps = forward ? gan_taps_of_output : gan_taps_of_input,
                         .in_size = forward ? call->conv.x : call->conv.y,
                         .out_size = forward ? call->conv.y : call->conv.x,
                         .in_strides = in->strides,
                         .out_strides = out->strides,
                         .in = gan_cpu_pointer(in, run),
                         .weight = gan_cpu_pointer(&call->weight, run),
                         .out = gan_cpu_pointer(out, run),
                         .step = forward ? 1 : stride,
                         .advance = forward ? stride : 1,
                         .matrices = matrices_of(&call->conv, call->block_columns)};
}

static bool continues(const struct gan_taps *a, const struct gan_taps *b, int64_t moved)
{
    return a->count == b->count && (a->count == 0 || (a->first == b->first && a->source + moved == b->source));
}

/* How many positions from x on (before `end`, a step apart) have the taps of x. */
static int64_t run_length(const struct pass *pass, const struct gan_taps *taps, int64_t x, int64_t end)
{
    int64_t length = 1;
    for (x += pass->step; x < end; x += pass->step, length++) {
        struct gan_taps next = pass->taps(&pass->call->conv.window, 1, x, pass->in_size[2]);
        if (!continues(taps, &next, length * pass->advance))
            break;
    }
    return length;
}

/* A block of columns of the weight: where the matrix of a tap begins. */
struct column_block {
    int64_t group, first, columns;
    const float *weight;
    int64_t tap_row, tap_column; /* from a tap to the one below it, and beside it */
};

static struct column_block block_of(const struct pass *pass, int64_t index)
{
    const struct gan_conv_call *call = pass->call;
    const struct matrices *matrices = &pass->matrices;
    struct column_block block = {.group = index / matrices->blocks};
    int64_t in_group = index % matrices->blocks;
    block.first = in_group * matrices->width;
    block.columns = gan_smaller(matrices->columns - block.first, matrices->width);
    if (call->panels.size > 0) {
        int64_t panel = matrices->depth * matrices->width;
        block.weight = pass->weight + index * taps_of(&call->conv) * panel;
        block.tap_column = panel;
        block.tap_row = panel * call->conv.window.kernel[1];
    } else {
        block.weight = pass->weight + group_offset(&call->conv, &call->weight, block.group) +
                       block.first * call->weight.strides[matrices->column_axis];
        block.tap_row = call->weight.strides[2];
        block.tap_column = call->weight.strides[3];
    }
    return block;
}

/* The terms of a product: one for each tap, down and across. They go out in lots of MOST_TERMS. */
static void multiply_run(const struct pass *pass, const struct column_block *block, const struct gan_taps *down,
                         const struct gan_taps *across, struct gan_product *product)
{
    const float *a[MOST_TERMS], *b[MOST_TERMS];
    const float *in = pass->in + block->group * pass->matrices.depth;
    product->a = a;
    product->b = b;
    product->terms = 0;
    product->add = false;
    for (int64_t i = 0; i < down->count; i++)
        for (int64_t j = 0; j < across->count; j++) {
            if (product->terms == MOST_TERMS) {
                gan_cpu_multiply(product);
                product->terms = 0;
                product->add = true;
            }
            a[product->terms] = in + (down->source + i * down->source_step) * pass->in_strides[2] +
                                (across->source + j * across->source_step) * pass->in_strides[3];
            b[product->terms++] = block->weight + (down->first + i * down->step) * block->tap_row +
                                  (across->first + j * across->step) * block->tap_column;
        }
    gan_cpu_multiply(product);
}

/* Positions x … end − 1 of a row of the result. */
static void compute_row(const struct pass *pass, const struct column_block *block, int64_t row, int64_t begin,
                        int64_t end)
{
    const struct gan_conv *conv = &pass->call->conv;
    const struct matrices *matrices = &pass->matrices;
    struct gan_taps down = pass->taps(&conv->window, 0, row, pass->in_size[1]);
    float *out = pass->out + row * pass->out_strides[2] + block->group * matrices->columns + block->first;
    struct gan_product product = {.n = block->columns,
                                  .k = matrices->depth,
                                  .a_rows = {conv->examples, pass->in_strides[0], pass->advance * pass->in_strides[3]},
                                  .a_column = 1,
                                  .panels = pass->call->panels.size > 0,
                                  .b_row = pass->call->weight.strides[matrices->depth_axis],
                                  .b_column = pass->call->weight.strides[matrices->column_axis],
                                  .c_rows = {conv->examples, pass->out_strides[0], pass->step * pass->out_strides[3]}};
    for (int64_t phase = 0; phase < pass->step; phase++)
        for (int64_t x = begin + phase, length; x < end; x += length * pass->step) {
            struct gan_taps across = pass->taps(&conv->window, 1, x, pass->in_size[2]);
            length = run_length(pass, &across, x, end);
            product.m = length * conv->examples;
            product.c = out + x * pass->out_strides[3];
            multiply_run(pass, block, &down, &across, &product);
        }
}

/* ---- depthwise passes: each channel by itself, so the channels fill the vectors ---- */

static void compute_row_depthwise(const struct pass *pass, int64_t row, int64_t begin, int64_t end)
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

/* ---- a part of a pass ---- */

static void finish_row(const struct pass *pass, const struct gan_run *run, int64_t row, int64_t begin, int64_t end,
                       int64_t first, int64_t columns)
{
    const struct gan_map_program *epilogue = &pass->call->epilogue;
    int64_t channels = pass->out_size[0], examples = pass->call->conv.examples;
    int64_t from = (row * pass->out_size[2] + begin) * examples, to = (row * pass->out_size[2] + end) * examples;
    if (columns == channels) {
        float *values = pass->out + from * channels;
        gan_cpu_kernels_used()->run_program(epilogue, run, from * channels, (to - from) * channels, values, values);
        return;
    }
    for (int64_t i = from; i < to; i++) {
        float *values = pass->out + i * channels + first;
        gan_cpu_kernels_used()->run_program(epilogue, run, i * channels + first, columns, values, values);
    }
}

static void compute_pass(const struct gan_conv_call *call, const struct gan_run *run, int64_t part)
{
    struct pass pass = pass_of(call, run);
    int64_t height = pass.out_size[1], width = pass.out_size[2];
    int64_t column_part = part % call->column_parts, unit_part = part / call->column_parts % call->unit_parts;
    int64_t row_part = part / call->column_parts / call->unit_parts;
    int64_t row0 = height * row_part / call->row_parts, row1 = height * (row_part + 1) / call->row_parts;
    int64_t begin = width * unit_part / call->unit_parts, end = width * (unit_part + 1) / call->unit_parts;
    if (is_depthwise(&call->conv)) {
        for (int64_t row = row0; row < row1; row++) {
            compute_row_depthwise(&pass, row, begin, end);
            if (call->has_epilogue)
                finish_row(&pass, run, row, begin, end, 0, pass.out_size[0]);
        }
        return;
    }
    int64_t blocks = call->conv.groups * pass.matrices.blocks;
    int64_t block0 = blocks * column_part / call->column_parts,
            block1 = blocks * (column_part + 1) / call->column_parts;
    struct column_block first = block_of(&pass, block0), last = block_of(&pass, block1 - 1);
    int64_t channel0 = first.group * pass.matrices.columns + first.first;
    int64_t channel1 = last.group * pass.matrices.columns + last.first + last.columns;
    for (int64_t i = block0; i < block1; i++) {
        struct column_block block = block_of(&pass, i);
        for (int64_t row = row0; row < row1; row++)
            compute_row(&pass, &block, row, begin, end);
    }
    for (int64_t row = row0; row < row1 && call->has_epilogue; row++)
        finish_row(&pass, run, row, begin, end, channel0, channel1 - channel0);
}

/* ---- a weight's gradient ---- */

/* What a part computes, and the chunk of y that it has packed: pixels x0 … x1 − 1 of a row, `rows` examples of each. */
struct gradient {
    const struct gan_conv_call *call;
    const float *x, *y;
    float *weight;
    int64_t columns;  /* of the block */
    int64_t channels; /* of x, of the group */
    int64_t width;    /* of a panel, or `columns` where nothing is packed */
    int64_t row, x0, x1, rows;
    const float *packed; /* NULL: y as it is */
};

/* Adds what pixels begin … end − 1 of the chunk contribute to taps first … first + taps − 1 of tap row `tap_row`. */
static void add_pixels(const struct gradient *gradient, int64_t tap_row, int64_t first, int64_t taps, int64_t begin,
                       int64_t end)
{
    const struct gan_conv_call *call = gradient->call;
    const struct gan_window *window = &call->conv.window;
    const int64_t *strides = call->x.strides;
    const float *a[CHUNK_ROWS], *b[CHUNK_ROWS];
    int64_t y = gradient->row * window->stride[0] + tap_row * window->dilation[0] - window->padding[0];
    int64_t x = begin * window->stride[1] + first * window->dilation[1] - window->padding[1];
    for (int64_t i = 0; i < end - begin; i++) {
        a[i] = gradient->x + y * strides[2] + (x + i * window->stride[1]) * strides[3];
        int64_t pixel = begin + i - gradient->x0;
        b[i] = gradient->packed != NULL
                   ? gradient->packed + pixel * gradient->rows * gradient->width
                   : gradient->y + gradient->row * call->y.strides[2] + (begin + i) * call->y.strides[3];
    }
    gan_cpu_multiply(&(struct gan_product){
        .m = taps * gradient->channels,
        .n = gradient->columns,
        .k = gradient->rows,
        .terms = end - begin,
        .a = a,
        .a_rows = {gradient->channels, 1, window->dilation[1] * strides[3]},
        .a_column = strides[0],
        .b = b,
        .panels = gradient->packed != NULL,
        .b_row = call->y.strides[0],
        .b_column = 1,
        .c = gradient->weight + tap_row * call->weight.strides[2] + first * call->weight.strides[3],
        .c_rows = {gradient->channels, call->weight.strides[1], call->weight.strides[3]},
        .add = true});
}

/* The pixels x of y, x0 ≤ x < x1, for which tap `tap` of a tap row meets data. */
static void meeting_pixels(const struct gradient *gradient, int64_t tap, int64_t *begin, int64_t *end)
{
    const struct gan_window *window = &gradient->call->conv.window;
    int64_t shift = tap * window->dilation[1] - window->padding[1], stride = window->stride[1];
    int64_t last = gradient->call->conv.x[2] - 1 - shift; /* x·stride may be at most this */
    int64_t first = shift < 0 ? gan_divide_up(-shift, stride) : 0;
    *begin = gan_larger(gradient->x0, first);
    *end = last < 0 ? *begin : gan_smaller(gradient->x1, last / stride + 1);
}

/* Taps one by one, over the pixels x0 … x1 − 1. */
static void add_taps(struct gradient gradient, int64_t tap_row, int64_t x0, int64_t x1)
{
    gradient.packed = gradient.packed != NULL ? gradient.packed + (x0 - gradient.x0) * gradient.rows * gradient.width
                                              : NULL;
    gradient.x0 = x0;
    gradient.x1 = x1;
    for (int64_t tap = 0; tap < gradient.call->conv.window.kernel[1]; tap++) {
        int64_t begin, end;
        meeting_pixels(&gradient, tap, &begin, &end);
        if (begin < end)
            add_pixels(&gradient, tap_row, tap, 1, begin, end);
    }
}

/* A tap row's share of the chunk. Where channels are few, taps side by side are the rows of one product for the pixels
 * that meet them all. Pixels go in ascending order for each tap, however they are grouped. */
static void add_tap_row(const struct gradient *gradient, int64_t tap_row)
{
    int64_t taps = gradient->call->conv.window.kernel[1];
    if (gradient->channels > FEW_CHANNELS || taps == 1) {
        add_taps(*gradient, tap_row, gradient->x0, gradient->x1);
        return;
    }
    int64_t begin = gradient->x0, end = gradient->x1;
    for (int64_t tap = 0; tap < taps; tap++) {
        int64_t of_tap_begin, of_tap_end;
        meeting_pixels(gradient, tap, &of_tap_begin, &of_tap_end);
        begin = gan_larger(begin, of_tap_begin);
        end = gan_smaller(end, of_tap_end);
    }
    if (begin >= end) {
        add_taps(*gradient, tap_row, gradient->x0, gradient->x1);
        return;
    }
    add_taps(*gradient, tap_row, gradient->x0, begin);
    add_pixels(gradient, tap_row, 0, taps, begin, end);
    add_taps(*gradient, tap_row, end, gradient->x1);
}

static void add_chunk(struct gradient *gradient, int64_t tap0, int64_t tap1, int64_t n0)
{
    const struct gan_conv_call *call = gradient->call;
    const struct gan_window *window = &call->conv.window;
    _Alignas(64) float packed[CHUNK_ROWS * 32];
    const float *all_x = gradient->x, *all_y = gradient->y;
    gradient->x += n0 * call->x.strides[0];
    gradient->y += n0 * call->y.strides[0];
    gradient->packed = NULL;
    if (gan_products_in_use() == GAN_PRODUCTS_OWN && call->block_columns == panel_width()) {
        gradient->packed = packed;
        for (int64_t x = gradient->x0; x < gradient->x1; x++)
            gan_cpu_kernels_used()->pack(gradient->y + gradient->row * call->y.strides[2] + x * call->y.strides[3],
                                         call->y.strides[0], 1, gradient->rows, gradient->columns,
                                         packed + (x - gradient->x0) * gradient->rows * gradient->width);
    }
    for (int64_t tap = tap0; tap < tap1; tap++) {
        int64_t y = gradient->row * window->stride[0] + tap * window->dilation[0] - window->padding[0];
        if (y >= 0 && y < call->conv.x[1])
            add_tap_row(gradient, tap);
    }
    gradient->x = all_x;
    gradient->y = all_y;
}

static void clear_weight(const struct gradient *gradient, int64_t tap0, int64_t tap1)
{
    const struct gan_conv_call *call = gradient->call;
    for (int64_t i = tap0; i < tap1; i++)
        for (int64_t j = 0; j < call->conv.window.kernel[1]; j++)
            for (int64_t channel = 0; channel < gradient->channels; channel++)
                memset(gradient->weight + i * call->weight.strides[2] + j * call->weight.strides[3] +
                           channel * call->weight.strides[1],
                       0, (size_t)gradient->columns * sizeof(float));
}

/* Parts: groups, blocks of columns, tap rows (row_parts of them), ranges of x's channels (unit_parts). */
static void compute_gradient(const struct gan_conv_call *call, const struct gan_run *run, int64_t part)
{
    const struct gan_conv *conv = &call->conv;
    struct matrices matrices = matrices_of(conv, call->block_columns);
    int64_t unit = part % call->unit_parts, row_part = part / call->unit_parts % call->row_parts;
    int64_t block = part / call->unit_parts / call->row_parts;
    int64_t group = block / matrices.blocks, first = block % matrices.blocks * matrices.width;
    int64_t channel0 = matrices.depth * unit / call->unit_parts;
    int64_t channel1 = matrices.depth * (unit + 1) / call->unit_parts;
    int64_t tap0 = conv->window.kernel[0] * row_part / call->row_parts;
    int64_t tap1 = conv->window.kernel[0] * (row_part + 1) / call->row_parts;
    struct gradient gradient = {.call = call,
                                .x = gan_cpu_pointer(&call->x, run) + group * matrices.depth + channel0,
                                .y = gan_cpu_pointer(&call->y, run) + group * matrices.columns + first,
                                .weight = gan_cpu_pointer(&call->weight, run) +
                                          group_offset(conv, &call->weight, group) + first +
                                          channel0 * call->weight.strides[1],
                                .columns = gan_smaller(matrices.columns - first, matrices.width),
                                .channels = channel1 - channel0,
                                .width = matrices.width};
    clear_weight(&gradient, tap0, tap1);
    int64_t pixels = gan_larger(1, CHUNK_ROWS / conv->examples);
    for (gradient.row = 0; gradient.row < conv->y[1]; gradient.row++)
        for (int64_t x = 0; x < conv->y[2]; x += pixels) {
            gradient.x0 = x;
            gradient.x1 = gan_smaller(x + pixels, conv->y[2]);
            for (int64_t n = 0; n < conv->examples; n += CHUNK_ROWS) {
                gradient.rows = gan_smaller(conv->examples - n, CHUNK_ROWS);
                add_chunk(&gradient, tap0, tap1, n);
            }
        }
}

static void compute_gradient_depthwise(const struct gan_conv_call *call, const struct gan_run *run, int64_t part)
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

/* ---- calls ---- */

void gan_cpu_conv(const void *opaque, const struct gan_run *run, int64_t part)
{
    const struct gan_conv_call *call = opaque;
    if (call->conv.kind != GAN_CONV_WEIGHT)
        compute_pass(call, run, part);
    else if (is_depthwise(&call->conv))
        compute_gradient_depthwise(call, run, part);
    else
        compute_gradient(call, run, part);
}

/* Rows of pixels, then pixels, then blocks of columns, until there are parts enough. */
static void cut_pass(struct gan_conv_call *call, int64_t wanted)
{
    const int64_t *out = call->conv.kind == GAN_CONV_FORWARD ? call->conv.y : call->conv.x;
    int64_t blocks = is_depthwise(&call->conv)
                         ? 1
                         : call->conv.groups * matrices_of(&call->conv, call->block_columns).blocks;
    call->row_parts = gan_smaller(out[1], wanted);
    call->unit_parts = gan_smaller(out[2], gan_divide_up(wanted, call->row_parts));
    call->column_parts = gan_smaller(blocks, gan_divide_up(wanted, call->row_parts * call->unit_parts));
    call->parts = call->row_parts * call->unit_parts * call->column_parts;
}

static void cut_gradient(struct gan_conv_call *call, int64_t wanted)
{
    const struct gan_conv *conv = &call->conv;
    struct matrices matrices = matrices_of(conv, call->block_columns);
    call->column_parts = conv->groups * matrices.blocks;
    int64_t left = gan_divide_up(wanted, call->column_parts), cheap = taps_of(conv) * matrices.depth / MANY_MULTIPLIES;
    left = gan_larger(1, gan_smaller(left, cheap)); /* each part packs y again */
    call->row_parts = gan_smaller(conv->window.kernel[0], left);
    call->unit_parts = gan_smaller(gan_divide_up(matrices.depth, 64), gan_divide_up(left, call->row_parts));
    call->parts = call->column_parts * call->row_parts * call->unit_parts;
}

void gan_cpu_prepare_conv(struct gan_conv_call *call)
{
    const struct gan_conv *conv = &call->conv;
    if (call->has_epilogue)
        gan_map_finish(&call->epilogue, NULL);
    double flops = 2.0 * (double)conv->examples * (double)conv->y[0] * (double)conv->y[1] * (double)conv->y[2] *
                   (double)(conv->x[0] / conv->groups) * (double)taps_of(conv);
    double parts = flops / (double)FLOPS_OF_A_PART;
    int64_t wanted = parts > MOST_PARTS ? MOST_PARTS : 1 + (int64_t)parts;
    /* BLIS gets all columns at once. */
    call->block_columns = gan_products_in_use() == GAN_PRODUCTS_OWN ? panel_width()
                                                                    : gan_larger(conv->x[0], conv->y[0]);
    if (conv->kind != GAN_CONV_WEIGHT)
        cut_pass(call, wanted);
    else if (is_depthwise(conv))
        call->parts = taps_of(conv);
    else
        cut_gradient(call, wanted);
}

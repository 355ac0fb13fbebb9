#include "conv_winograd.h"

#include "kernels/products.h"

enum {
    LEAST_EXAMPLES = 32, /* smaller batches would wait for the weight's sums; and samplers' rows stay what they are */
    LEAST_CHANNELS = 32,
    MOST_DEPTH = 1024,
    MOST_WINDOW = 64, /* taps */
    ROWS = 64,        /* of a product: pixels' examples */
    MOST_TERMS = 16,
    ROOM = 16 * 1024,   /* numbers: of sums of pixels, and of products */
    GROUP_COLUMNS = 128 /* of a part, if there are more and parts are few */
};

static const struct gan_winograd filters[] = {
    {.taps = 2,
     .points = 3,
     .input = {{1, -1, 0}, {0, 1, 0}, {0, 1, -1}},
     .weight = {{1, 0}, {1, 1}, {0, 1}},
     .output = {{1, 0}, {1, 1}, {0, -1}}},
    {.taps = 3,
     .points = 4,
     .input = {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}},
     .weight = {{1, 0, 0}, {0.5f, 0.5f, 0.5f}, {0.5f, -0.5f, 0.5f}, {0, 0, 1}},
     .output = {{1, 0}, {1, 1}, {1, -1}, {0, -1}}},
};

const struct gan_winograd *gan_conv_winograd(const struct gan_conv *conv, int axis)
{
    const struct gan_window *window = &conv->window;
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
        if (window->kernel[axis] == window->stride[axis] * filters[i].taps)
            return &filters[i];
    return NULL;
}

bool gan_conv_has_winograd(const struct gan_conv *conv)
{
    const struct gan_window *window = &conv->window;
    for (int axis = 0; axis < 2; axis++)
        if (gan_conv_winograd(conv, axis) == NULL || window->dilation[axis] != 1 ||
            conv->y[axis + 1] < GAN_WINOGRAD_OUTPUTS)
            return false;
    return gan_products_in_use() == GAN_PRODUCTS_OWN && conv->groups == 1 &&
           window->kernel[0] * window->kernel[1] <= MOST_WINDOW && conv->examples >= LEAST_EXAMPLES &&
           gan_smaller(conv->x[0], conv->y[0]) >= LEAST_CHANNELS && gan_larger(conv->x[0], conv->y[0]) <= MOST_DEPTH;
}

/* ---- geometry ---- */

/* A data pass reads the taps backwards: position x of its result is s·v + phase − padding, and meets y = v − k. */
struct gan_winograd_line gan_conv_winograd_line(const struct gan_conv *conv, int axis, int64_t phase)
{
    const struct gan_window *window = &conv->window;
    int64_t stride = window->stride[axis], padding = window->padding[axis],
            before = gan_conv_winograd(conv, axis)->taps - 1;
    if (conv->kind != GAN_CONV_DATA)
        return (struct gan_winograd_line){.count = conv->y[axis + 1],
                                          .in_size = conv->x[axis + 1],
                                          .in_first = phase - padding,
                                          .in_step = stride,
                                          .out_step = 1,
                                          .tap = phase,
                                          .tap_step = stride};
    int64_t v = padding > phase ? gan_divide_up(padding - phase, stride) : 0, first = stride * v + phase - padding;
    return (struct gan_winograd_line){
        .count = first < conv->x[axis + 1] ? gan_divide_up(conv->x[axis + 1] - first, stride) : 0,
        .in_size = conv->y[axis + 1],
        .in_first = v - before,
        .in_step = 1,
        .out_first = first,
        .out_step = stride,
        .tap = phase + stride * before,
        .tap_step = -stride};
}

static int64_t phases_of(const struct gan_conv *conv)
{
    return conv->window.stride[0] * conv->window.stride[1];
}

int64_t gan_conv_winograd_points(const struct gan_conv *conv)
{
    return (int64_t)gan_conv_winograd(conv, 0)->points * gan_conv_winograd(conv, 1)->points;
}

void gan_conv_winograd_lines(const struct gan_conv *conv, int64_t phase, struct gan_winograd_line line[2])
{
    line[0] = gan_conv_winograd_line(conv, 0, phase / conv->window.stride[1]);
    line[1] = gan_conv_winograd_line(conv, 1, phase % conv->window.stride[1]);
}

/* ---- the weight's sums of taps ---- */

int64_t gan_conv_winograd_weights(const struct gan_conv *conv, int64_t width)
{
    struct gan_conv_matrices matrices = gan_conv_matrices(conv, width);
    return matrices.blocks * gan_conv_winograd_points(conv) * phases_of(conv) * matrices.depth * width;
}

/* Point (a, b) of a phase: `taps` hold `count` numbers each. */
static void add_taps(const struct gan_conv *conv, int64_t phase, int64_t a, int64_t b, const float *taps, int64_t count,
                     float *out)
{
    const struct gan_winograd *down = gan_conv_winograd(conv, 0), *across = gan_conv_winograd(conv, 1);
    struct gan_winograd_line line[2];
    gan_conv_winograd_lines(conv, phase, line);
    const float *from[GAN_WINOGRAD_MOST_TAPS * GAN_WINOGRAD_MOST_TAPS];
    float factor[GAN_WINOGRAD_MOST_TAPS * GAN_WINOGRAD_MOST_TAPS];
    int64_t terms = 0;
    for (int i = 0; i < down->taps; i++)
        for (int j = 0; j < across->taps; j++) {
            int64_t tap = (line[0].tap + i * line[0].tap_step) * conv->window.kernel[1] + line[1].tap +
                          j * line[1].tap_step;
            from[terms] = taps + tap * count;
            factor[terms] = down->weight[a][i] * across->weight[b][j];
            terms += factor[terms] != 0;
        }
    gan_cpu_kernels_used()->combine_rows(from, factor, terms, 0, out, 0, 1, count, false);
}

void gan_conv_winograd_pack(const struct gan_panels_call *call, const float *weight, int64_t block, float *out)
{
    enum { AT_ONCE = 8, MOST_WIDTH = 32 };
    const struct gan_conv *conv = &call->conv;
    struct gan_conv_matrices matrices = gan_conv_matrices(conv, gan_cpu_kernels_used()->panel_columns);
    int64_t panel = matrices.depth * matrices.width, across = gan_conv_winograd(conv, 1)->points;
    int64_t points = gan_conv_winograd_points(conv), phases = phases_of(conv);
    float taps[MOST_WINDOW * AT_ONCE * MOST_WIDTH];
    out += block * points * phases * panel;
    for (int64_t k = 0; k < matrices.depth; k += AT_ONCE) {
        int64_t rows = gan_smaller(matrices.depth - k, AT_ONCE);
        gan_conv_pack_taps(call, weight, block, k, rows, taps);
        for (int64_t point = 0; point < points; point++)
            for (int64_t phase = 0; phase < phases; phase++)
                add_taps(conv, phase, point / across, point % across, taps, rows * matrices.width,
                         out + (point * phases + phase) * panel + k * matrices.width);
    }
}

/* ---- sums of pixels ---- */

void gan_conv_winograd_inputs(const struct gan_conv *conv, const struct gan_winograd_line line[2], const int point[2],
                              const int64_t first[2], const float *in, const int64_t strides[4], int64_t rows,
                              int64_t columns, float *out)
{
    const float *from[4];
    float factor[4];
    int64_t terms = 0;
    const float *down = gan_conv_winograd(conv, 0)->input[point[0]],
                *across = gan_conv_winograd(conv, 1)->input[point[1]];
    for (int i = 0; i < GAN_WINOGRAD_MOST_POINTS; i++)
        for (int j = 0; j < GAN_WINOGRAD_MOST_POINTS; j++) {
            int64_t y = line[0].in_first + line[0].in_step * (first[0] + i);
            int64_t x = line[1].in_first + line[1].in_step * (first[1] + j);
            if (down[i] * across[j] == 0 || y < 0 || y >= line[0].in_size || x < 0 || x >= line[1].in_size)
                continue;
            from[terms] = in + y * strides[2] + x * strides[3];
            factor[terms++] = down[i] * across[j];
        }
    gan_cpu_kernels_used()->combine_rows(from, factor, terms, strides[0], out, columns, rows, columns, false);
}

/* ---- passes ---- */

/* What a part computes: a pair of pairs of results, of some examples and columns. */
struct work {
    const struct gan_conv_pass *pass;
    int64_t phase, phases; /* which the results are of, and how many each of them reads */
    int64_t first[2];
    int64_t example, examples;
    int64_t column, columns;
    struct gan_winograd_line line[2]; /* of `phase` */
};

static int64_t smaller_part(int64_t size, int64_t most)
{
    return gan_divide_up(size, gan_divide_up(size, most)); /* parts of nearly equal size */
}

/* The products of one point for all rows: a sum over what the results read. */
static void multiply(const struct work *work, const int point[2], float *sums, float *products)
{
    const struct gan_conv_pass *pass = work->pass;
    const struct gan_conv *conv = &pass->call->conv;
    const struct gan_conv_matrices *matrices = &pass->matrices;
    const float *in = pass->in + work->example * pass->in_strides[0];
    const int64_t rows = work->examples, at_once = gan_smaller(MOST_TERMS, ROOM / (rows * matrices->depth));
    const int64_t panel = matrices->depth * matrices->width, phases = phases_of(conv),
                  points = gan_conv_winograd_points(conv);
    const int64_t the_point = (int64_t)point[0] * gan_conv_winograd(conv, 1)->points + point[1];
    for (int64_t done = 0; done < work->phases; done += at_once) {
        const float *a[MOST_TERMS], *b[MOST_TERMS];
        int64_t terms = gan_smaller(work->phases - done, at_once);
        for (int64_t term = 0; term < terms; term++) {
            struct gan_winograd_line line[2];
            gan_conv_winograd_lines(conv, work->phase + done + term, line);
            float *out = sums + term * rows * matrices->depth;
            a[term] = out;
            gan_conv_winograd_inputs(conv, line, point, work->first, in, pass->in_strides, rows, matrices->depth, out);
        }
        for (int64_t column = 0; column < work->columns; column += matrices->width) {
            int64_t block = (work->column + column) / matrices->width;
            for (int64_t term = 0; term < terms; term++)
                b[term] = pass->weight + ((block * points + the_point) * phases + work->phase + done + term) * panel;
            gan_cpu_multiply(&(struct gan_product){.m = rows,
                                                   .n = gan_smaller(matrices->width, work->columns - column),
                                                   .k = matrices->depth,
                                                   .terms = terms,
                                                   .a = a,
                                                   .a_rows = gan_even_rows(matrices->depth),
                                                   .a_column = 1,
                                                   .b = b,
                                                   .right = GAN_RIGHT_PANELS,
                                                   .c = products + column,
                                                   .c_rows = gan_even_rows(work->columns),
                                                   .add = done > 0});
        }
    }
}

static float *result_at(const struct work *work, int64_t down, int64_t across)
{
    const struct gan_conv_pass *pass = work->pass;
    int64_t y = work->line[0].out_first + work->line[0].out_step * down;
    int64_t x = work->line[1].out_first + work->line[1].out_step * across;
    return pass->out + y * pass->out_strides[2] + x * pass->out_strides[3] + work->example * pass->out_strides[0] +
           work->column;
}

/* The first point that a result has a share of. */
static bool is_first(const struct gan_winograd *filter, int point, int output)
{
    for (int i = 0; i < point; i++)
        if (filter->output[i][output] != 0)
            return false;
    return true;
}

/* Hands a point's products out to the results that it has a share of. */
static void add_to_results(const struct work *work, const int point[2], const float *products)
{
    const struct gan_conv_pass *pass = work->pass;
    const struct gan_winograd *down = gan_conv_winograd(&pass->call->conv, 0),
                              *across = gan_conv_winograd(&pass->call->conv, 1);
    for (int i = 0; i < GAN_WINOGRAD_OUTPUTS; i++)
        for (int j = 0; j < GAN_WINOGRAD_OUTPUTS; j++) {
            float factor = down->output[point[0]][i] * across->output[point[1]][j];
            int64_t y = work->first[0] + i, x = work->first[1] + j;
            if (factor == 0 || y >= work->line[0].count || x >= work->line[1].count)
                continue;
            bool first = is_first(down, point[0], i) && is_first(across, point[1], j);
            gan_cpu_kernels_used()->combine_rows(&products, &factor, 1, work->columns, result_at(work, y, x),
                                                 pass->out_strides[0], work->examples, work->columns, !first);
        }
}

/* The last pair along an axis may be one result: then some points have no share. */
static bool is_wanted(const struct gan_winograd *filter, int point, int64_t results)
{
    return filter->output[point][0] != 0 || results > 1;
}

static void finish(const struct work *work, const struct gan_run *run)
{
    const struct gan_conv_pass *pass = work->pass;
    int64_t channels = pass->out_size[0];
    int64_t y_end = gan_smaller(work->first[0] + GAN_WINOGRAD_OUTPUTS, work->line[0].count);
    int64_t x_end = gan_smaller(work->first[1] + GAN_WINOGRAD_OUTPUTS, work->line[1].count);
    for (int64_t y = work->first[0]; y < y_end; y++)
        for (int64_t x = work->first[1]; x < x_end; x++) {
            float *values = result_at(work, y, x);
            struct gan_row_range range = {values - pass->out, work->examples, work->columns, channels};
            gan_cpu_kernels_used()->finish_rows(&pass->call->epilogue, run, &range, values);
        }
}

static int64_t examples_at_once(const struct gan_conv *conv, const struct gan_conv_matrices *matrices)
{
    return smaller_part(conv->examples, gan_smaller(ROWS, gan_larger(8, ROOM / matrices->depth)));
}

static int64_t pairs_of(const struct gan_conv *conv, int axis)
{
    int64_t most = 0;
    for (int64_t phase = 0; phase < conv->window.stride[axis]; phase++)
        most = gan_larger(most, gan_conv_winograd_line(conv, axis, phase).count);
    return gan_divide_up(most, GAN_WINOGRAD_OUTPUTS);
}

/* Parts: groups of columns, then examples, then pairs across and down, then phases that have results of their own. */
void gan_conv_winograd_cut(struct gan_conv_call *call)
{
    const struct gan_conv *conv = &call->conv;
    struct gan_conv_matrices matrices = gan_conv_matrices(conv, call->block_columns);
    int64_t examples = examples_at_once(conv, &matrices);
    call->row_parts = pairs_of(conv, 0) * (conv->kind == GAN_CONV_DATA ? phases_of(conv) : 1);
    call->unit_parts = pairs_of(conv, 1) * gan_divide_up(conv->examples, examples);
    int64_t most = ROOM / examples / matrices.width; /* blocks */
    int64_t blocks = gan_smaller(most, gan_larger(1, GROUP_COLUMNS / matrices.width));
    call->blocks_per_part = gan_smaller(blocks, matrices.blocks);
    call->column_parts = gan_divide_up(matrices.blocks, call->blocks_per_part);
    call->parts = call->row_parts * call->unit_parts * call->column_parts;
}

void gan_conv_winograd_compute(const struct gan_conv_pass *pass, const struct gan_run *run, int64_t part)
{
    const struct gan_conv_call *call = pass->call;
    const struct gan_conv *conv = &call->conv;
    const bool data = conv->kind == GAN_CONV_DATA;
    const int64_t examples = examples_at_once(conv, &pass->matrices), lots = gan_divide_up(conv->examples, examples);
    int64_t column_part = part % call->column_parts, unit = part / call->column_parts % call->unit_parts;
    int64_t row = part / call->column_parts / call->unit_parts, rows = pairs_of(conv, 0);
    struct work work = {.pass = pass,
                        .phase = data ? row / rows : 0,
                        .phases = data ? 1 : phases_of(conv),
                        .first = {row % rows * GAN_WINOGRAD_OUTPUTS, unit / lots * GAN_WINOGRAD_OUTPUTS},
                        .example = unit % lots * examples,
                        .column = column_part * call->blocks_per_part * pass->matrices.width};
    work.examples = gan_smaller(examples, conv->examples - work.example);
    work.columns = gan_smaller(call->blocks_per_part * pass->matrices.width, pass->matrices.columns - work.column);
    gan_conv_winograd_lines(conv, work.phase, work.line);
    if (work.first[0] >= work.line[0].count || work.first[1] >= work.line[1].count)
        return; /* a phase with fewer results than others */
    _Alignas(64) float sums[ROOM], products[ROOM];
    for (int a = 0; a < gan_conv_winograd(conv, 0)->points; a++)
        for (int b = 0; b < gan_conv_winograd(conv, 1)->points; b++) {
            const int point[2] = {a, b};
            if (!is_wanted(gan_conv_winograd(conv, 0), a, work.line[0].count - work.first[0]) ||
                !is_wanted(gan_conv_winograd(conv, 1), b, work.line[1].count - work.first[1]))
                continue;
            multiply(&work, point, sums, products);
            add_to_results(&work, point, products);
        }
    if (call->has_epilogue)
        finish(&work, run);
}

/*
 * A weight's gradient by minimal filtering: y = Aᵀ[(G g) ⊙ (Bᵀ d)] turned round is dg = Gᵀ Σ (Bᵀ d) ⊙ (A dy), a sum
 * over the pairs of results. Each part has the taps of one phase, some of x's channels and some of y's. Every element
 * is one chain of multiply-adds over rows, pairs and examples in ascending order, then a sum over points.
 */
#include "conv_winograd.h"

#include "kernels/products.h"

#include <string.h>

enum {
    ROOM = 16 * 1024, /* numbers: of sums of pixels, on either side */
    EXAMPLES = 64,
    CHANNELS = 256, /* of x, of a part, at most */
    COLUMNS = 64    /* of y's channels */
};

struct gradient {
    const struct gan_conv_call *call;
    const struct gan_winograd *down, *across;
    struct gan_winograd_line line[2];
    const float *x, *y; /* from the part's channels on */
    int64_t channels, columns;
    float *sums; /* [point][channels][columns] */
};

/* A dy: false if no result is there. */
static bool add_results(const struct gradient *gradient, const int point[2], const int64_t first[2], int64_t example,
                        int64_t examples, float *out)
{
    const int64_t *strides = gradient->call->y.strides;
    const float *from[GAN_WINOGRAD_OUTPUTS * GAN_WINOGRAD_OUTPUTS];
    float factor[GAN_WINOGRAD_OUTPUTS * GAN_WINOGRAD_OUTPUTS];
    int64_t terms = 0;
    for (int i = 0; i < GAN_WINOGRAD_OUTPUTS; i++)
        for (int j = 0; j < GAN_WINOGRAD_OUTPUTS; j++) {
            factor[terms] = gradient->down->output[point[0]][i] * gradient->across->output[point[1]][j];
            if (factor[terms] == 0 || first[0] + i >= gradient->line[0].count ||
                first[1] + j >= gradient->line[1].count)
                continue;
            from[terms++] = gradient->y + example * strides[0] + (first[0] + i) * strides[2] +
                            (first[1] + j) * strides[3];
        }
    if (terms > 0)
        gan_cpu_kernels_used()->combine_rows(from, factor, terms, strides[0], out, gradient->columns, examples,
                                             gradient->columns, false);
    return terms > 0;
}

/* What pairs x0, x0 + 2, … of a row, `pairs` of them, add to a point. */
static void add_to_point(const struct gradient *gradient, const int point[2], int64_t row, int64_t x0, int64_t pairs,
                         int64_t example, int64_t examples)
{
    _Alignas(64) float sums[ROOM], results[ROOM];
    const struct gan_conv_call *call = gradient->call;
    const float *a[EXAMPLES], *b[EXAMPLES], *columns[EXAMPLES];
    int64_t terms = 0, width = gan_cpu_kernels_used()->panel_columns;
    for (int64_t pair = 0; pair < pairs; pair++) {
        const int64_t first[2] = {row, x0 + pair * GAN_WINOGRAD_OUTPUTS};
        float *of_x = sums + terms * examples * gradient->channels;
        float *of_y = results + terms * examples * gradient->columns;
        if (!add_results(gradient, point, first, example, examples, of_y))
            continue;
        gan_conv_winograd_inputs(&call->conv, gradient->line, point, first, gradient->x + example * call->x.strides[0],
                                 call->x.strides, examples, gradient->channels, of_x);
        a[terms] = of_x;
        b[terms++] = of_y;
    }
    float *out = gradient->sums +
                 (point[0] * gradient->across->points + point[1]) * gradient->channels * gradient->columns;
    for (int64_t column = 0; column < gradient->columns && terms > 0; column += width) {
        for (int64_t term = 0; term < terms; term++)
            columns[term] = b[term] + column;
        gan_cpu_multiply(&(struct gan_product){.m = gradient->channels,
                                               .n = gan_smaller(width, gradient->columns - column),
                                               .k = examples,
                                               .terms = terms,
                                               .a = a,
                                               .a_rows = gan_even_rows(1),
                                               .a_column = gradient->channels,
                                               .b = columns,
                                               .right = GAN_RIGHT_AS_IT_IS,
                                               .b_row = gradient->columns,
                                               .b_column = 1,
                                               .c = out + column,
                                               .c_rows = gan_even_rows(gradient->columns),
                                               .add = true});
    }
}

/* Gᵀ: the taps, from all points' sums. */
static void write_taps(const struct gradient *gradient, float *weight)
{
    const int64_t *strides = gradient->call->weight.strides, each = gradient->channels * gradient->columns;
    for (int i = 0; i < gradient->down->taps; i++)
        for (int j = 0; j < gradient->across->taps; j++) {
            const float *from[GAN_COMBINED];
            float factor[GAN_COMBINED];
            int64_t terms = 0;
            for (int point = 0; point < gan_conv_winograd_points(&gradient->call->conv); point++) {
                int a = point / gradient->across->points, b = point % gradient->across->points;
                float share = gradient->down->weight[a][i] * gradient->across->weight[b][j];
                if (share == 0)
                    continue;
                factor[terms] = share;
                from[terms++] = gradient->sums + point * each;
            }
            float *out = weight + (gradient->line[0].tap + i * gradient->line[0].tap_step) * strides[2] +
                         (gradient->line[1].tap + j * gradient->line[1].tap_step) * strides[3];
            gan_cpu_kernels_used()->combine_rows(from, factor, terms, gradient->columns, out, strides[1],
                                                 gradient->channels, gradient->columns, false);
        }
}

void gan_conv_winograd_gradient_cut(struct gan_conv_call *call)
{
    const struct gan_conv *conv = &call->conv;
    call->row_parts = conv->window.stride[0] * conv->window.stride[1];
    call->unit_parts = gan_divide_up(conv->x[0], CHANNELS);
    call->column_parts = gan_divide_up(conv->y[0], COLUMNS);
    call->parts = call->row_parts * call->unit_parts * call->column_parts;
    call->scratch_size = call->parts * gan_conv_winograd_points(conv) * gan_divide_up(conv->x[0], call->unit_parts) *
                         COLUMNS * (int64_t)sizeof(float);
}

void gan_conv_winograd_gradient(const struct gan_conv_call *call, const struct gan_run *run, int64_t part)
{
    const struct gan_conv *conv = &call->conv;
    int64_t unit = part % call->unit_parts, phase = part / call->unit_parts % call->row_parts;
    int64_t first = part / call->unit_parts / call->row_parts * COLUMNS;
    int64_t channel = conv->x[0] * unit / call->unit_parts, channel_end = conv->x[0] * (unit + 1) / call->unit_parts;
    struct gradient gradient = {.call = call,
                                .down = gan_conv_winograd(conv, 0),
                                .across = gan_conv_winograd(conv, 1),
                                .x = gan_cpu_pointer(&call->x, run) + channel,
                                .y = gan_cpu_pointer(&call->y, run) + first,
                                .channels = channel_end - channel,
                                .columns = gan_smaller(COLUMNS, conv->y[0] - first),
                                .sums = (float *)((char *)run->memory[call->scratch_memory] + call->scratch_offset +
                                                  call->scratch_size / call->parts * part)};
    gan_conv_winograd_lines(conv, phase, gradient.line);
    memset(gradient.sums, 0,
           (size_t)(gan_conv_winograd_points(conv) * gradient.channels * gradient.columns) * sizeof(float));
    int64_t lots = gan_divide_up(conv->examples, EXAMPLES), examples = gan_divide_up(conv->examples, lots);
    int64_t at_once = ROOM / (examples * gan_larger(gradient.channels, gradient.columns)) * GAN_WINOGRAD_OUTPUTS;
    for (int64_t row = 0; row < conv->y[1]; row += GAN_WINOGRAD_OUTPUTS)
        for (int64_t x = 0; x < conv->y[2]; x += at_once) {
            int64_t results = gan_smaller(at_once, conv->y[2] - x);
            for (int64_t example = 0; example < conv->examples; example += examples)
                for (int point = 0; point < gan_conv_winograd_points(conv); point++)
                    add_to_point(&gradient, (int[2]){point / gradient.across->points, point % gradient.across->points},
                                 row, x, gan_divide_up(results, GAN_WINOGRAD_OUTPUTS), example,
                                 gan_smaller(examples, conv->examples - example));
        }
    write_taps(&gradient, gan_cpu_pointer(&call->weight, run) + first + channel * call->weight.strides[1]);
}

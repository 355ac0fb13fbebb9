/*
 * Forward and data passes as batch-reduce products over the taps that meet data. A pixel of the result is the sum over
 * its taps of what they meet, N rows of C numbers, times the tap's matrix of the weight; pixels in a row that have the
 * same taps are computed together, so that small batches fill a kernel too.
 */
#include "conv.h"

enum { MOST_TERMS = 128 };

static bool continues(const struct gan_taps *a, const struct gan_taps *b, int64_t moved)
{
    return a->count == b->count && (a->count == 0 || (a->first == b->first && a->source + moved == b->source));
}

/* How many positions from x on (before `end`, a step apart) have the taps of x. */
static int64_t run_length(const struct gan_conv_pass *pass, const struct gan_taps *taps, int64_t x, int64_t end)
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

static struct column_block block_of(const struct gan_conv_pass *pass, int64_t index)
{
    const struct gan_conv_call *call = pass->call;
    const struct gan_conv_matrices *matrices = &pass->matrices;
    struct column_block block = {.group = index / matrices->blocks};
    int64_t in_group = index % matrices->blocks;
    block.first = in_group * matrices->width;
    block.columns = gan_smaller(matrices->columns - block.first, matrices->width);
    if (call->panels.size > 0) {
        int64_t panel = matrices->depth * matrices->width;
        block.weight = pass->weight + index * call->conv.window.kernel[0] * call->conv.window.kernel[1] * panel;
        block.tap_column = panel;
        block.tap_row = panel * call->conv.window.kernel[1];
    } else {
        block.weight = pass->weight + gan_conv_group_offset(&call->conv, &call->weight, block.group) +
                       block.first * call->weight.strides[matrices->column_axis];
        block.tap_row = call->weight.strides[2];
        block.tap_column = call->weight.strides[3];
    }
    return block;
}

/* The terms of a product: one for each tap, down and across. They go out in lots of MOST_TERMS. */
static void multiply_run(const struct gan_conv_pass *pass, const struct column_block *block,
                         const struct gan_taps *down, const struct gan_taps *across, struct gan_product *product)
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
static void compute_row(const struct gan_conv_pass *pass, const struct column_block *block, int64_t row, int64_t begin,
                        int64_t end)
{
    const struct gan_conv *conv = &pass->call->conv;
    const struct gan_conv_matrices *matrices = &pass->matrices;
    struct gan_taps down = pass->taps(&conv->window, 0, row, pass->in_size[1]);
    float *out = pass->out + row * pass->out_strides[2] + block->group * matrices->columns + block->first;
    struct gan_product product = {.n = block->columns,
                                  .k = matrices->depth,
                                  .a_rows = {conv->examples, pass->in_strides[0], pass->advance * pass->in_strides[3]},
                                  .a_column = 1,
                                  .right = pass->call->panels.size > 0 ? GAN_RIGHT_PANELS : GAN_RIGHT_PACK,
                                  .b_row = pass->call->weight.strides[matrices->depth_axis],
                                  .b_column = pass->call->weight.strides[matrices->column_axis],
                                  .c_rows = {conv->examples, pass->out_strides[0], pass->step * pass->out_strides[3]}};
    const int64_t phases = gan_smaller(pass->step, end - begin); /* a stride may be longer than a row */
    for (int64_t phase = 0; phase < phases; phase++)
        for (int64_t x = begin + phase, length; x < end; x += length * pass->step) {
            struct gan_taps across = pass->taps(&conv->window, 1, x, pass->in_size[2]);
            length = run_length(pass, &across, x, end);
            product.m = length * conv->examples;
            product.c = out + x * pass->out_strides[3];
            multiply_run(pass, block, &down, &across, &product);
        }
}

void gan_conv_compute_blocks(const struct gan_conv_pass *pass, const struct gan_conv_region *region, int64_t block,
                             int64_t block_end)
{
    for (; block < block_end; block++) {
        struct column_block columns = block_of(pass, block);
        for (int64_t row = region->row; row < region->row_end; row++)
            compute_row(pass, &columns, row, region->begin, region->end);
    }
}

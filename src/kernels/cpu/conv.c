/* The CPU backend's convolutions: how a call is cut into parts, and what a part does. */
#include "conv.h"

#include "conv_winograd.h"
#include "kernels/products.h"

enum {
    MOST_PARTS = 64,
    STRIP_BYTES = 1 << 20 /* of what goes in, for the positions of a part: it is read once for each block of columns */
};

static struct gan_conv_pass pass_of(const struct gan_conv_call *call, const struct gan_run *run)
{
    bool forward = call->conv.kind == GAN_CONV_FORWARD;
    const struct gan_operand *in = forward ? &call->x : &call->y, *out = forward ? &call->y : &call->x;
    int64_t stride = call->conv.window.stride[1];
    return (struct gan_conv_pass){.call = call,
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
                                  .matrices = gan_conv_matrices(&call->conv, call->block_columns)};
}

/* The epilogue over channels first … end − 1 of a region. The result is dense: all channels are one run of memory. */
static void finish(const struct gan_conv_pass *pass, const struct gan_run *run, const struct gan_conv_region *region,
                   int64_t first, int64_t end)
{
    const struct gan_map_program *epilogue = &pass->call->epilogue;
    int64_t channels = pass->out_size[0], examples = pass->call->conv.examples;
    for (int64_t row = region->row; row < region->row_end; row++) {
        int64_t from = (row * pass->out_size[2] + region->begin) * examples * channels + first;
        struct gan_row_range range = {from, (region->end - region->begin) * examples, end - first, channels};
        gan_cpu_kernels_used()->finish_rows(epilogue, run, &range, pass->out + from);
    }
}

static void compute_pass(const struct gan_conv_call *call, const struct gan_run *run, int64_t part)
{
    struct gan_conv_pass pass = pass_of(call, run);
    if (gan_panels_are_winograd(&call->panels)) {
        gan_conv_winograd_compute(&pass, run, part);
        return;
    }
    int64_t column_part = part % call->column_parts, unit_part = part / call->column_parts % call->unit_parts;
    int64_t row_part = part / call->column_parts / call->unit_parts;
    struct gan_conv_region region = {.row = pass.out_size[1] * row_part / call->row_parts,
                                     .row_end = pass.out_size[1] * (row_part + 1) / call->row_parts,
                                     .begin = pass.out_size[2] * unit_part / call->unit_parts,
                                     .end = pass.out_size[2] * (unit_part + 1) / call->unit_parts};
    int64_t first = 0, end = pass.out_size[0];
    if (gan_conv_is_depthwise(&call->conv)) {
        gan_conv_compute_depthwise(&pass, &region);
    } else if (gan_panels_are_few(&call->panels)) {
        gan_conv_compute_few(&pass, &region);
    } else {
        int64_t blocks = call->conv.groups * pass.matrices.blocks;
        int64_t block = blocks * column_part / call->column_parts;
        int64_t block_end = blocks * (column_part + 1) / call->column_parts;
        gan_conv_compute_blocks(&pass, &region, block, block_end);
        first = gan_conv_first_channel(&pass.matrices, block);
        end = gan_conv_first_channel(&pass.matrices, block_end);
    }
    if (call->has_epilogue)
        finish(&pass, run, &region, first, end);
}

void gan_cpu_conv(const void *opaque, const struct gan_run *run, int64_t part)
{
    const struct gan_conv_call *call = opaque;
    if (call->conv.kind != GAN_CONV_WEIGHT)
        compute_pass(call, run, part);
    else if (call->scratch_size > 0)
        gan_conv_winograd_gradient(call, run, part);
    else if (gan_conv_is_depthwise(&call->conv))
        gan_conv_compute_gradient_depthwise(call, run, part);
    else
        gan_conv_compute_gradient(call, run, part);
}

/* ---- cutting ---- */

/* So many parts of a row that what each meets stays in the second-level cache. */
static int64_t strips(const struct gan_conv *conv)
{
    bool forward = conv->kind == GAN_CONV_FORWARD;
    const int64_t *in = forward ? conv->x : conv->y;
    int64_t rows = forward ? conv->window.kernel[0] : gan_divide_up(conv->window.kernel[0], conv->window.stride[0]);
    return gan_divide_up(rows * in[2] * conv->examples * in[0] * (int64_t)sizeof(float), STRIP_BYTES);
}

/* Rows of pixels, then pixels, then blocks of columns, until there are parts enough. */
static void cut_pass(struct gan_conv_call *call, int64_t wanted)
{
    const struct gan_conv *conv = &call->conv;
    const int64_t *out = conv->kind == GAN_CONV_FORWARD ? conv->y : conv->x;
    struct gan_conv_matrices matrices = gan_conv_matrices(conv, call->block_columns);
    call->row_parts = gan_smaller(out[1], wanted);
    call->unit_parts = call->column_parts = 1;
    bool plain = !gan_panels_are_few(&call->panels);
    if (plain)
        call->unit_parts = gan_smaller(out[2], gan_larger(strips(conv), gan_divide_up(wanted, call->row_parts)));
    if (plain && !gan_conv_is_depthwise(conv))
        call->column_parts = gan_smaller(conv->groups * matrices.blocks,
                                         gan_divide_up(wanted, call->row_parts * call->unit_parts));
    call->parts = call->row_parts * call->unit_parts * call->column_parts;
}

void gan_cpu_prepare_conv(struct gan_conv_call *call)
{
    enum { FLOPS_OF_A_PART = 1 << 21 };
    const struct gan_conv *conv = &call->conv;
    if (call->has_epilogue)
        gan_map_finish(&call->epilogue, NULL);
    double flops = 2.0 * (double)conv->examples * (double)conv->y[0] * (double)conv->y[1] * (double)conv->y[2] *
                   (double)(conv->x[0] / conv->groups) * (double)(conv->window.kernel[0] * conv->window.kernel[1]);
    double parts = flops / (double)FLOPS_OF_A_PART;
    int64_t wanted = parts > MOST_PARTS ? MOST_PARTS : 1 + (int64_t)parts;
    /* BLIS gets all columns at once. */
    call->block_columns = gan_products_in_use() == GAN_PRODUCTS_OWN ? gan_cpu_kernels_used()->panel_columns
                                                                    : gan_larger(conv->x[0], conv->y[0]);
    if (gan_panels_are_winograd(&call->panels))
        gan_conv_winograd_cut(call);
    else if (conv->kind != GAN_CONV_WEIGHT)
        cut_pass(call, wanted);
    else if (gan_conv_is_depthwise(conv))
        call->parts = conv->window.kernel[0] * conv->window.kernel[1];
    else if (gan_conv_has_winograd(conv))
        gan_conv_winograd_gradient_cut(call);
    else
        gan_conv_cut_gradient(call, wanted);
}

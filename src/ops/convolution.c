/*
 * Convolution and its two transposes. With x, y and weight related as gan_conv says (kernels.h), each op makes one of
 * the three of the other two, linearly in both; so each one's derivatives are the other two ops, and the set is closed.
 */
#include "ops.h"
#include "resample.h"
#include "table.h"
#include "windows.h"

#include "base/status.h"
#include "tensor/tensor.h"

#include <inttypes.h>
#include <string.h>

/* ---- checks ---- */

/* `axis`: the weight's, of the images' channels. */
static bool check_channels(const char *who, gan_var *x, gan_var *weight, int64_t groups, int axis)
{
    char of_x[128], of_weight[128];
    if (x->shape.rank != 4 || weight->shape.rank != 4) {
        gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                      "%s: the images are %s and the weight %s; both must have four axes: [N, C, H, W] and %s", who,
                      gan_shape_text(x->shape, of_x, sizeof of_x),
                      gan_shape_text(weight->shape, of_weight, sizeof of_weight),
                      axis == 1 ? "[out, in/groups, height, width]" : "[in, out/groups, height, width]");
        return false;
    }
    if (groups < 1 || weight->shape.dims[0] % groups != 0) { /* so groups are no more than channels */
        gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                      "%s: the weight is %s, in %" PRId64 " groups: want 1 or more, with as many of its %" PRId64
                      " channels in each",
                      who, gan_shape_text(weight->shape, of_weight, sizeof of_weight), groups, weight->shape.dims[0]);
        return false;
    }
    int64_t wanted = axis == 1 ? weight->shape.dims[1] * groups : weight->shape.dims[0];
    if (x->shape.dims[1] != wanted) {
        gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                      "%s: the images are %s and the weight %s, in %" PRId64 " groups: the weight expects %" PRId64
                      " channels",
                      who, gan_shape_text(x->shape, of_x, sizeof of_x),
                      gan_shape_text(weight->shape, of_weight, sizeof of_weight), groups, wanted);
        return false;
    }
    return true;
}

/* The options and the window that the op called `who` has by them and its weight; false, and the tape's error, if it
 * cannot have them. `axis`: the weight's, of the images' channels. */
static bool take_options(const char *who, gan_var *x, gan_var *weight, int axis, const gan_conv_options *given,
                         gan_conv_options *options, struct gan_window *window)
{
    if (!gan_check_vars(who, (gan_var *[]){x, weight}, 2))
        return false;
    if (gan_conv_options_read(options, given, who) != GAN_OK) {
        gan_tape_take_error(x->tape);
        return false;
    }
    if (!check_channels(who, x, weight, options->groups, axis))
        return false;
    memcpy(options->kernel, weight->shape.dims + 2, sizeof options->kernel);
    *window = gan_window_of_conv(options);
    if (gan_window_check(window, who) == GAN_OK)
        return true;
    gan_tape_take_error(x->tape);
    return false;
}

/* ---- recording ---- */

static gan_var *record(enum gan_op_id op, gan_shape shape, gan_var *a, gan_var *b, const struct gan_window *window,
                       int64_t groups)
{
    if (!gan_check_vars(gan_ops[op].name, (gan_var *[]){a, b}, 2))
        return NULL;
    if (gan_shape_check(shape, gan_ops[op].name) != GAN_OK)
        return gan_tape_take_error(a->tape);
    struct gan_attributes attributes = {.window = *window, .groups = groups};
    return gan_tape_append(a->tape, &gan_ops[op], GAN_FLOAT32, shape, (gan_var *[]){a, b}, 2, &attributes);
}

static gan_var *conv(gan_var *x, gan_var *weight, const struct gan_window *window, int64_t groups)
{
    if (!gan_check_vars("conv2d", (gan_var *[]){x, weight}, 2))
        return NULL;
    gan_shape shape = GAN_SHAPE(x->shape.dims[0], weight->shape.dims[0],
                                gan_window_outputs(window, 0, x->shape.dims[2]),
                                gan_window_outputs(window, 1, x->shape.dims[3]));
    return record(GAN_OP_conv2d, shape, x, weight, window, groups);
}

/* The images of `shape` that a convolution by `weight` would make y of, in the sense of derivatives. */
static gan_var *conv_data(gan_var *y, gan_var *weight, gan_shape shape, const struct gan_window *window, int64_t groups)
{
    return record(GAN_OP_conv2d_data, shape, y, weight, window, groups);
}

gan_var *gan_conv2d_weight(gan_var *x, gan_var *y, const struct gan_window *window, int64_t groups)
{
    if (!gan_check_vars("conv2d_weight", (gan_var *[]){x, y}, 2))
        return NULL;
    gan_shape shape = GAN_SHAPE(y->shape.dims[1], x->shape.dims[1] / groups, window->kernel[0], window->kernel[1]);
    return record(GAN_OP_conv2d_weight, shape, x, y, window, groups);
}

static gan_var *convolve(const char *who, gan_var *x, gan_var *weight, const gan_conv_options *given)
{
    gan_conv_options options;
    struct gan_window window;
    if (!take_options(who, x, weight, 1, given, &options, &window))
        return NULL;
    for (int axis = 0; axis < 2; axis++)
        if (gan_window_outputs(&window, axis, x->shape.dims[axis + 2]) < 1) {
            char text[128];
            return gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                                 "%s: a window of %" PRId64 " × %" PRId64 " with padding %" PRId64 ", %" PRId64
                                 " and dilation %" PRId64 ", %" PRId64 " does not fit into images of %s",
                                 who, window.kernel[0], window.kernel[1], window.padding[0], window.padding[1],
                                 window.dilation[0], window.dilation[1], gan_shape_text(x->shape, text, sizeof text));
        }
    return conv(x, weight, &window, options.groups);
}

gan_var *gan_conv2d(gan_var *x, gan_var *weight, const gan_conv_options *options)
{
    return convolve("conv2d", x, weight, options);
}

/* The height and width that a transposed convolution makes; false, and the tape's error, if there are none. */
static bool transposed_size(const char *who, gan_var *x, const struct gan_window *window, const int64_t *more,
                            int64_t *size)
{
    bool fits = true;
    for (int axis = 0; axis < 2; axis++) {
        const int64_t positions = x->shape.dims[axis + 2];
        fits = fits && more[axis] >= 0 && more[axis] < window->stride[axis];
        size[axis] = gan_window_inputs(window, axis, positions) + (fits ? more[axis] : 0);
        fits = fits && size[axis] >= 1 && gan_window_outputs(window, axis, size[axis]) == positions;
    }
    char text[128];
    if (!fits)
        gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                      "%s: images %s, window %" PRId64 " × %" PRId64 ", padding %" PRId64 ", %" PRId64
                      ", output padding %" PRId64 ", %" PRId64
                      ": there is no such result; padding may not eat it up, and the output padding must be "
                      "0 or more, and less than the stride",
                      who, gan_shape_text(x->shape, text, sizeof text), window->kernel[0], window->kernel[1],
                      window->padding[0], window->padding[1], more[0], more[1]);
    return fits;
}

static gan_var *convolve_transposed(const char *who, gan_var *x, gan_var *weight, const gan_conv_options *given)
{
    gan_conv_options options;
    struct gan_window window;
    if (!take_options(who, x, weight, 0, given, &options, &window))
        return NULL;
    gan_shape shape = GAN_SHAPE(x->shape.dims[0], weight->shape.dims[1] * options.groups, 0, 0);
    if (!gan_check_images(who, x) || !transposed_size(who, x, &window, options.output_padding, shape.dims + 2))
        return NULL;
    return conv_data(x, weight, shape, &window, options.groups);
}

gan_var *gan_conv_transpose2d(gan_var *x, gan_var *weight, const gan_conv_options *options)
{
    return convolve_transposed("conv_transpose2d", x, weight, options);
}

/* ---- sequences are images of one row ---- */

static gan_var *as_row(gan_var *x)
{
    gan_shape s = x->shape;
    return gan_reshape(x, GAN_SHAPE(s.dims[0], s.dims[1], 1, s.dims[2]));
}

static gan_var *convolve_row(const char *who, gan_var *x, gan_var *weight, const gan_conv_options *given,
                             bool transposed)
{
    char of_x[128], of_weight[128];
    gan_conv_options options;
    if (!gan_check_vars(who, (gan_var *[]){x, weight}, 2))
        return NULL;
    if (gan_conv_options_read(&options, given, who) != GAN_OK)
        return gan_tape_take_error(x->tape);
    if (x->shape.rank != 3 || weight->shape.rank != 3)
        return gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                             "%s: x is %s and the weight %s; both must have three axes: [N, C, length] and %s", who,
                             gan_shape_text(x->shape, of_x, sizeof of_x),
                             gan_shape_text(weight->shape, of_weight, sizeof of_weight),
                             transposed ? "[in, out/groups, kernel]" : "[out, in/groups, kernel]");
    options.stride[0] = options.dilation[0] = 1;
    options.padding[0] = options.output_padding[0] = 0;
    gan_var *y = transposed ? convolve_transposed(who, as_row(x), as_row(weight), &options)
                            : convolve(who, as_row(x), as_row(weight), &options);
    return y != NULL ? gan_reshape(y, GAN_SHAPE(y->shape.dims[0], y->shape.dims[1], y->shape.dims[3])) : NULL;
}

gan_var *gan_conv1d(gan_var *x, gan_var *weight, const gan_conv_options *options)
{
    return convolve_row("conv1d", x, weight, options, false);
}

gan_var *gan_conv_transpose1d(gan_var *x, gan_var *weight, const gan_conv_options *options)
{
    return convolve_row("conv_transpose1d", x, weight, options, true);
}

/* ---- derivatives ---- */

gan_var *gan_vjp_conv2d(gan_var *node, gan_var *gradient, int index)
{
    const struct gan_window *window = &node->attributes.window;
    gan_var *x = node->input[0], *weight = node->input[1];
    return index == 0 ? conv_data(gradient, weight, x->shape, window, node->attributes.groups)
                      : gan_conv2d_weight(x, gradient, window, node->attributes.groups);
}

gan_var *gan_vjp_conv2d_data(gan_var *node, gan_var *gradient, int index)
{
    const struct gan_window *window = &node->attributes.window;
    gan_var *y = node->input[0], *weight = node->input[1];
    return index == 0 ? conv(gradient, weight, window, node->attributes.groups)
                      : gan_conv2d_weight(gradient, y, window, node->attributes.groups);
}

gan_var *gan_vjp_conv2d_weight(gan_var *node, gan_var *gradient, int index)
{
    const struct gan_window *window = &node->attributes.window;
    gan_var *x = node->input[0], *y = node->input[1];
    return index == 0 ? conv_data(y, gradient, x->shape, window, node->attributes.groups)
                      : conv(x, gradient, window, node->attributes.groups);
}

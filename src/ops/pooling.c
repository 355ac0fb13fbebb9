/* Pooling: means of windows, which are a resampling, and largest numbers of windows. */
#include "resample.h"
#include "table.h"
#include "windows.h"

#include "base/status.h"
#include "tensor/tensor.h"

#include <inttypes.h>
#include <string.h>

/* ---- checks ---- */

/* The windows that the options describe; false, and the tape's error, unless there are some and each meets data. */
static bool take_window(const char *who, gan_var *x, const gan_pool_options *given, struct gan_window *window,
                        int64_t *outputs, bool *count_padding)
{
    if (!gan_check_images(who, x))
        return false;
    gan_pool_options options;
    if (gan_pool_options_read(&options, given, who) != GAN_OK) {
        gan_tape_take_error(x->tape);
        return false;
    }
    *window = gan_window_of_pool(&options);
    *count_padding = options.count_padding;
    bool fits = true;
    for (int axis = 0; axis < 2; axis++) {
        int64_t size = x->shape.dims[axis + 2];
        outputs[axis] = gan_window_outputs(window, axis, size);
        fits = fits && outputs[axis] > 0 && outputs[axis] <= GAN_MOST_TABLE_TAPS;
        for (int64_t y = 0; y < outputs[axis] && fits; y++)
            fits = gan_taps_of_output(window, axis, y, size).count > 0;
    }
    char text[128];
    if (!fits)
        gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                      "%s: windows of %" PRId64 " × %" PRId64 " with padding %" PRId64 ", %" PRId64
                      " and dilation %" PRId64 ", %" PRId64
                      " do not fit images of %s: there is none, or one that holds "
                      "padding alone, or too many",
                      who, window->kernel[0], window->kernel[1], window->padding[0], window->padding[1],
                      window->dilation[0], window->dilation[1], gan_shape_text(x->shape, text, sizeof text));
    return fits;
}

/* ---- means ---- */

static int64_t taps_of_mean(const struct gan_resample_rule *rule, int axis, int64_t size, int64_t y,
                            struct gan_tap *taps)
{
    struct gan_taps met = gan_taps_of_output(&rule->window, axis, y, size);
    int64_t count = rule->count_padding ? rule->window.kernel[axis] : met.count;
    for (int64_t i = 0; i < met.count; i++)
        taps[i] = (struct gan_tap){.input = met.source + i * met.source_step, .weight = (float)(1.0 / (double)count)};
    return met.count;
}

gan_var *gan_average_pool2d(gan_var *x, const gan_pool_options *options)
{
    struct gan_resample_rule rule = {.who = "average_pool2d", .taps_of = taps_of_mean};
    if (!take_window(rule.who, x, options, &rule.window, rule.outputs, &rule.count_padding))
        return NULL;
    memcpy(rule.most, rule.window.kernel, sizeof rule.most);
    return gan_resample_images(x, &rule);
}

/* Inputs ⌊y·size/outputs⌋ … ⌈(y + 1)·size/outputs⌉ − 1 */
static int64_t taps_of_adaptive(const struct gan_resample_rule *rule, int axis, int64_t size, int64_t y,
                                struct gan_tap *taps)
{
    int64_t outputs = rule->outputs[axis];
    int64_t begin = y * size / outputs, end = ((y + 1) * size + outputs - 1) / outputs;
    for (int64_t i = begin; i < end; i++)
        taps[i - begin] = (struct gan_tap){.input = i, .weight = (float)(1.0 / (double)(end - begin))};
    return end - begin;
}

gan_var *gan_adaptive_average_pool2d(gan_var *x, int64_t height, int64_t width)
{
    static const char who[] = "adaptive_average_pool2d";
    if (!gan_check_images(who, x) || !gan_check_image_size(who, x, height, width))
        return NULL;
    struct gan_resample_rule rule = {.who = who, .taps_of = taps_of_adaptive, .outputs = {height, width}};
    for (int axis = 0; axis < 2; axis++)
        rule.most[axis] = x->shape.dims[axis + 2] / rule.outputs[axis] + 2;
    return gan_resample_images(x, &rule);
}

/* ---- the largest ---- */

/* Of each window of `chooser` the number of `values` that lies where the chooser's largest one does. */
static gan_var *pool(gan_var *chooser, gan_var *values, const struct gan_window *window)
{
    if (!gan_check_vars("max_pool2d", (gan_var *[]){chooser, values}, 2))
        return NULL;
    gan_shape shape = chooser->shape;
    for (int axis = 0; axis < 2; axis++)
        shape.dims[axis + 2] = gan_window_outputs(window, axis, shape.dims[axis + 2]);
    if (gan_shape_check(shape, "max_pool2d") != GAN_OK)
        return gan_tape_take_error(chooser->tape);
    struct gan_attributes attributes = {.window = *window};
    return gan_tape_append(chooser->tape, &gan_ops[GAN_OP_pool], GAN_FLOAT32, shape, (gan_var *[]){chooser, values}, 2,
                           &attributes);
}

/* Each window's number of `values`, added where the chooser's largest one lies. */
static gan_var *unpool(gan_var *chooser, gan_var *values, const struct gan_window *window)
{
    if (!gan_check_vars("max_unpool2d", (gan_var *[]){chooser, values}, 2))
        return NULL;
    struct gan_attributes attributes = {.window = *window};
    return gan_tape_append(chooser->tape, &gan_ops[GAN_OP_unpool], GAN_FLOAT32, chooser->shape,
                           (gan_var *[]){chooser, values}, 2, &attributes);
}

gan_var *gan_max_pool2d(gan_var *x, const gan_pool_options *options)
{
    struct gan_window window;
    int64_t outputs[2];
    bool count_padding;
    if (!take_window("max_pool2d", x, options, &window, outputs, &count_padding))
        return NULL;
    return pool(x, x, &window);
}

/* Where the largest one lies does not change with small changes of the chooser. */
gan_var *gan_vjp_pool(gan_var *node, gan_var *gradient, int index)
{
    return index == 1 ? unpool(node->input[0], gradient, &node->attributes.window) : NULL;
}

gan_var *gan_vjp_unpool(gan_var *node, gan_var *gradient, int index)
{
    return index == 1 ? pool(node->input[0], gradient, &node->attributes.window) : NULL;
}

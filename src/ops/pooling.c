/* Pooling: means of windows, which are a resampling, and largest numbers of windows. */
#include "resample.h"
#include "table.h"

#include "base/status.h"
#include "tensor/tensor.h"

#include <inttypes.h>
#include <string.h>

#define MOST_TAPS 1024 /* along an axis: whatever is larger is a mistake */

gan_status gan_pool_options_init_sized(gan_pool_options *options, size_t struct_size, int64_t kernel, int64_t stride,
                                       int64_t padding)
{
    const gan_pool_options own = {.struct_size = struct_size,
                                  .kernel = {kernel, kernel},
                                  .stride = {stride, stride},
                                  .padding = {padding, padding},
                                  .dilation = {1, 1},
                                  .count_padding = true};
    if (options == NULL || struct_size < sizeof(size_t))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_pool_options_init: options is NULL, or its size is %zu",
                        struct_size);
    memset(options, 0, struct_size);
    memcpy(options, &own, struct_size < sizeof own ? struct_size : sizeof own);
    return GAN_OK;
}

/* ---- checks ---- */

static bool take_options(gan_tape *tape, const char *who, const gan_pool_options *given, gan_pool_options *options)
{
    gan_pool_options_init(options, 1, 1, 0);
    if (given == NULL || given->struct_size < sizeof(size_t)) {
        gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "%s: the options are %s; call gan_pool_options_init first", who,
                      given == NULL ? "NULL" : "not filled");
        return false;
    }
    memcpy(options, given, given->struct_size < sizeof *options ? given->struct_size : sizeof *options);
    static const char *const axes[2] = {"height", "width"};
    for (int axis = 0; axis < 2; axis++)
        if (options->kernel[axis] < 1 || options->kernel[axis] > MOST_TAPS || options->stride[axis] < 1 ||
            options->stride[axis] > INT16_MAX || options->dilation[axis] < 1 || options->dilation[axis] > INT16_MAX ||
            options->padding[axis] < 0 || options->padding[axis] > INT16_MAX) {
            gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT,
                          "%s: along the %s kernel is %" PRId64 ", stride %" PRId64 ", dilation %" PRId64
                          ", padding %" PRId64 "; wanted 1 to %d, 1 to %d, 1 to %d, 0 to %d",
                          who, axes[axis], options->kernel[axis], options->stride[axis], options->dilation[axis],
                          options->padding[axis], MOST_TAPS, INT16_MAX, INT16_MAX, INT16_MAX);
            return false;
        }
    return true;
}

/* The windows that the options describe; false, and the tape's error, unless there are some and each meets data. */
static bool take_window(const char *who, gan_var *x, const gan_pool_options *given, struct gan_window *window,
                        int64_t *outputs, bool *count_padding)
{
    gan_pool_options options;
    if (!gan_check_images(who, x) || !take_options(x->tape, who, given, &options))
        return false;
    memcpy(window->kernel, options.kernel, sizeof window->kernel);
    memcpy(window->stride, options.stride, sizeof window->stride);
    memcpy(window->padding, options.padding, sizeof window->padding);
    memcpy(window->dilation, options.dilation, sizeof window->dilation);
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
        return gan_tape_fail_again(chooser->tape);
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

#include "windows.h"

#include "base/options.h"
#include "base/status.h"

#include <inttypes.h>
#include <stddef.h>

#define CONV_OPTIONS_LEAST (offsetof(gan_conv_options, groups) + sizeof(int64_t))
#define POOL_OPTIONS_LEAST (offsetof(gan_pool_options, count_padding) + sizeof(bool))

/* Along an axis: whatever is larger is a mistake. */
enum { MOST_TAPS = 1024, MOST_STEP = INT16_MAX };

/* ---- windows ---- */

static struct gan_window window_of(const int64_t *kernel, const int64_t *stride, const int64_t *padding,
                                   const int64_t *dilation)
{
    return (struct gan_window){.kernel = {kernel[0], kernel[1]},
                               .stride = {stride[0], stride[1]},
                               .padding = {padding[0], padding[1]},
                               .dilation = {dilation[0], dilation[1]}};
}

struct gan_window gan_window_of_conv(const gan_conv_options *options)
{
    return window_of(options->kernel, options->stride, options->padding, options->dilation);
}

struct gan_window gan_window_of_pool(const gan_pool_options *options)
{
    return window_of(options->kernel, options->stride, options->padding, options->dilation);
}

static bool within(int64_t number, int64_t least, int64_t most)
{
    return number >= least && number <= most;
}

gan_status gan_window_check(const struct gan_window *window, const char *who)
{
    static const char *const axes[2] = {"height", "width"};
    for (int axis = 0; axis < 2; axis++)
        if (!within(window->kernel[axis], 1, MOST_TAPS) || !within(window->stride[axis], 1, MOST_STEP) ||
            !within(window->padding[axis], 0, MOST_STEP) || !within(window->dilation[axis], 1, MOST_STEP))
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                            "%s: along the %s kernel is %" PRId64 ", stride %" PRId64 ", padding %" PRId64
                            ", dilation %" PRId64 "; want 1 to %d, 1 to %d, 0 to %d, 1 to %d",
                            who, axes[axis], window->kernel[axis], window->stride[axis], window->padding[axis],
                            window->dilation[axis], MOST_TAPS, MOST_STEP, MOST_STEP, MOST_STEP);
    return GAN_OK;
}

/* ---- options ---- */

static gan_conv_options conv_options(int64_t kernel, int64_t stride, int64_t padding)
{
    return (gan_conv_options){.struct_size = sizeof(gan_conv_options),
                              .kernel = {kernel, kernel},
                              .stride = {stride, stride},
                              .padding = {padding, padding},
                              .dilation = {1, 1},
                              .groups = 1};
}

gan_status gan_conv_options_init_sized(gan_conv_options *options, size_t struct_size, int64_t kernel, int64_t stride,
                                       int64_t padding)
{
    const gan_conv_options own = conv_options(kernel, stride, padding);
    return gan_options_write(options, struct_size, &own, sizeof own, CONV_OPTIONS_LEAST, "gan_conv_options_init");
}

gan_status gan_conv_options_read(gan_conv_options *own, const gan_conv_options *given, const char *who)
{
    *own = conv_options(1, 1, 0);
    gan_status status = gan_options_read(own, sizeof *own, given, CONV_OPTIONS_LEAST, who);
    own->struct_size = sizeof *own; /* however short the given ones are */
    return status;
}

static gan_pool_options pool_options(int64_t kernel, int64_t stride, int64_t padding)
{
    return (gan_pool_options){.struct_size = sizeof(gan_pool_options),
                              .kernel = {kernel, kernel},
                              .stride = {stride, stride},
                              .padding = {padding, padding},
                              .dilation = {1, 1},
                              .count_padding = true};
}

gan_status gan_pool_options_init_sized(gan_pool_options *options, size_t struct_size, int64_t kernel, int64_t stride,
                                       int64_t padding)
{
    const gan_pool_options own = pool_options(kernel, stride, padding);
    return gan_options_write(options, struct_size, &own, sizeof own, POOL_OPTIONS_LEAST, "gan_pool_options_init");
}

gan_status gan_pool_options_read(gan_pool_options *own, const gan_pool_options *given, const char *who)
{
    if (given == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the options are NULL; call gan_pool_options_init first", who);
    *own = pool_options(1, 1, 0);
    gan_status status = gan_options_read(own, sizeof *own, given, POOL_OPTIONS_LEAST, who);
    own->struct_size = sizeof *own; /* however short the given ones are */
    if (status != GAN_OK)
        return status;
    const struct gan_window window = gan_window_of_pool(own);
    return gan_window_check(&window, who);
}

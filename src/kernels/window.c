#include "window.h"

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

struct gan_taps gan_taps_of_output(const struct gan_window *window, int axis, int64_t y, int64_t size)
{
    int64_t dilation = window->dilation[axis];
    int64_t begin = y * window->stride[axis] - window->padding[axis]; /* where tap 0 looks */
    int64_t first = begin < 0 ? (-begin + dilation - 1) / dilation : 0;
    int64_t end = begin < size ? smaller(window->kernel[axis], (size - 1 - begin) / dilation + 1) : 0;
    return (struct gan_taps){.first = first,
                             .step = 1,
                             .count = end > first ? end - first : 0,
                             .source = begin + first * dilation,
                             .source_step = dilation};
}

static int64_t greatest_common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Tap k meets input position x from output position y where y·stride = x + padding − k·dilation. */
struct gan_taps gan_taps_of_input(const struct gan_window *window, int axis, int64_t x, int64_t size)
{
    int64_t stride = window->stride[axis], dilation = window->dilation[axis], kernel = window->kernel[axis];
    int64_t common = greatest_common_divisor(stride, dilation), reach = x + window->padding[axis];
    struct gan_taps taps = {.step = stride / common, .source_step = -dilation / common};
    if (reach % common != 0)
        return taps;
    while (taps.first < kernel && (reach - taps.first * dilation) % stride != 0)
        taps.first++;
    taps.source = (reach - taps.first * dilation) / stride;
    for (; taps.first < kernel && taps.source >= size; taps.first += taps.step)
        taps.source += taps.source_step;
    if (taps.first >= kernel || reach < taps.first * dilation)
        return taps;
    int64_t by_kernel = (kernel - 1 - taps.first) / taps.step, by_size = taps.source / -taps.source_step;
    taps.count = smaller(by_kernel, by_size) + 1;
    return taps;
}

static int64_t span_of(const struct gan_window *window, int axis)
{
    return window->dilation[axis] * (window->kernel[axis] - 1) + 1;
}

int64_t gan_window_outputs(const struct gan_window *window, int axis, int64_t size)
{
    int64_t span = span_of(window, axis), padded = size + 2 * window->padding[axis];
    return padded < span ? 0 : (padded - span) / window->stride[axis] + 1;
}

int64_t gan_window_inputs(const struct gan_window *window, int axis, int64_t outputs)
{
    return (outputs - 1) * window->stride[axis] + span_of(window, axis) - 2 * window->padding[axis];
}

/* How many positions y ≥ 0 have y·stride < end */
static int64_t positions_before(int64_t end, int64_t stride)
{
    return end > 0 ? (end - 1) / stride + 1 : 0;
}

int64_t gan_window_meetings(const struct gan_window *window, int axis, int64_t inputs, int64_t outputs)
{
    int64_t meetings = 0, stride = window->stride[axis];
    for (int64_t tap = 0; tap < window->kernel[axis]; tap++) { /* meets y·stride + shift */
        int64_t shift = tap * window->dilation[axis] - window->padding[axis];
        int64_t first = positions_before(-shift, stride);
        int64_t end = smaller(positions_before(inputs - shift, stride), outputs);
        meetings += end > first ? end - first : 0;
    }
    return meetings;
}

/* The CPU backend's resampling and its maxima over windows, over pixel-major images without gaps: each pixel is a run
 * of numbers, and all loops inside go along that. */
#include "cpu.h"

#include <string.h>

enum {
    PART = 16 * 1024, /* numbers of the result */
    MOST_PARTS = 64,
    FEWEST_NUMBERS = 64 /* of each pixel, where a part has some of all pixels */
};

/* ---- resampling: outer × axis × inner ---- */

void gan_cpu_prepare_resample(struct gan_resample_call *call)
{
    if (call->has_epilogue)
        gan_map_finish(&call->epilogue, NULL);
    call->part_size = PART;
    call->parts = gan_divide_up(call->outer * call->weights->outputs * call->inner, PART);
}

void gan_cpu_resample(const void *opaque, const struct gan_run *run, int64_t part)
{
    const struct gan_resample_call *call = opaque;
    const struct gan_weights *weights = call->weights;
    const float *in = gan_cpu_pointer(&call->in, run);
    float *out = gan_cpu_pointer(&call->out, run);
    int64_t begin = part * call->part_size;
    int64_t end = gan_smaller(begin + call->part_size, call->outer * weights->outputs * call->inner);
    for (int64_t at = begin, n; at < end; at += n) {
        int64_t row = at / call->inner, place = at % call->inner;
        int64_t outer = row / weights->outputs, first = weights->begin[row % weights->outputs];
        n = gan_smaller(call->inner - place, end - at);
        gan_cpu_kernels_used()->weighted_sum(in + outer * weights->inputs * call->inner + place, call->inner,
                                             weights->index + first, weights->weight + first,
                                             weights->begin[row % weights->outputs + 1] - first, out + at, n);
    }
    if (call->has_epilogue)
        gan_cpu_kernels_used()->run_program(&call->epilogue, run, begin, end - begin, out + begin, out + begin);
}

/* ---- maxima ---- */

/* The taps of output pixel (row, column), and in *first where the first one lies. */
static struct gan_window_taps taps_of(const struct gan_pool_call *call, int64_t row, int64_t column, int64_t *first)
{
    struct gan_taps down = gan_taps_of_output(&call->window, 0, row, call->x_size[0]);
    struct gan_taps across = gan_taps_of_output(&call->window, 1, column, call->x_size[1]);
    *first = (down.source * call->x_size[1] + across.source) * call->inner;
    return (struct gan_window_taps){down.count, across.count, down.source_step * call->x_size[1] * call->inner,
                                    across.source_step * call->inner};
}

static void pool(const struct gan_pool_call *call, const struct gan_run *run, int64_t part)
{
    const float *x = gan_cpu_pointer(&call->x, run), *values = gan_cpu_pointer(&call->values, run);
    float *out = gan_cpu_pointer(&call->out, run);
    int64_t begin = part * call->part_size;
    int64_t end = gan_smaller(begin + call->part_size, call->y_size[0] * call->y_size[1] * call->inner);
    for (int64_t at = begin, n; at < end; at += n) {
        int64_t pixel = at / call->inner, place = at % call->inner, first;
        struct gan_window_taps taps = taps_of(call, pixel / call->y_size[1], pixel % call->y_size[1], &first);
        n = gan_smaller(call->inner - place, end - at);
        gan_cpu_kernels_used()->choose(&taps, x + first + place, values + first + place, out + at, n);
    }
}

/* Windows overlap, so a part is a range of each pixel's numbers, for all pixels. */
static void unpool(const struct gan_pool_call *call, const struct gan_run *run, int64_t part)
{
    const float *x = gan_cpu_pointer(&call->x, run), *values = gan_cpu_pointer(&call->values, run);
    float *out = gan_cpu_pointer(&call->out, run);
    int64_t place = part * call->part_size, n = gan_smaller(call->part_size, call->inner - place);
    for (int64_t pixel = 0; pixel < call->x_size[0] * call->x_size[1]; pixel++)
        memset(out + pixel * call->inner + place, 0, (size_t)n * sizeof *out);
    for (int64_t pixel = 0; pixel < call->y_size[0] * call->y_size[1]; pixel++) {
        int64_t first;
        struct gan_window_taps taps = taps_of(call, pixel / call->y_size[1], pixel % call->y_size[1], &first);
        gan_cpu_kernels_used()->add_to_chosen(&taps, x + first + place, values + pixel * call->inner + place,
                                              out + first + place, n);
    }
}

void gan_cpu_pool(const void *opaque, const struct gan_run *run, int64_t part)
{
    const struct gan_pool_call *call = opaque;
    if (call->scatter)
        unpool(call, run, part);
    else
        pool(call, run, part);
}

void gan_cpu_prepare_pool(struct gan_pool_call *call)
{
    if (!call->scatter) {
        call->part_size = PART;
        call->parts = gan_divide_up(call->y_size[0] * call->y_size[1] * call->inner, PART);
        return;
    }
    int64_t wanted = gan_smaller(gan_divide_up(call->x_size[0] * call->x_size[1] * call->inner, PART), MOST_PARTS);
    call->part_size = gan_divide_up(gan_divide_up(call->inner, wanted), FEWEST_NUMBERS) * FEWEST_NUMBERS;
    call->parts = gan_divide_up(call->inner, call->part_size);
}

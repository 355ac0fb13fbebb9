/* Resampling and maxima over windows, as they are defined. */
#include "reference.h"

#include <math.h>
#include <string.h>

static double *pointer(const struct gan_operand *operand, const struct gan_run *run)
{
    return (double *)run->memory[operand->memory] + operand->offset;
}

void gan_reference_resample(const void *opaque, const struct gan_run *run, int64_t part)
{
    (void)part;
    const struct gan_resample_call *call = opaque;
    const struct gan_weights *weights = call->weights;
    const double *in = pointer(&call->in, run);
    double *out = pointer(&call->out, run);
    for (int64_t outer = 0; outer < call->outer; outer++)
        for (int64_t y = 0; y < weights->outputs; y++)
            for (int64_t j = 0; j < call->inner; j++) {
                double sum = 0;
                for (int64_t i = weights->begin[y]; i < weights->begin[y + 1]; i++)
                    sum += (double)weights->weight[i] *
                           in[(outer * weights->inputs + weights->index[i]) * call->inner + j];
                out[(outer * weights->outputs + y) * call->inner + j] = sum;
            }
}

/* Where, among number j of the pixels of x, the window's largest number lies. */
static int64_t largest_of(const struct gan_pool_call *call, const double *x, int64_t row, int64_t column, int64_t j)
{
    const struct gan_window *window = &call->window;
    int64_t found = -1;
    for (int64_t i = 0; i < window->kernel[0]; i++)
        for (int64_t k = 0; k < window->kernel[1]; k++) {
            int64_t at_row = row * window->stride[0] + i * window->dilation[0] - window->padding[0];
            int64_t at_column = column * window->stride[1] + k * window->dilation[1] - window->padding[1];
            if (at_row < 0 || at_row >= call->x_size[0] || at_column < 0 || at_column >= call->x_size[1])
                continue;
            int64_t place = (at_row * call->x_size[1] + at_column) * call->inner + j;
            if (found < 0 || x[place] > x[found] || isnan(x[place]))
                found = place;
        }
    return found;
}

void gan_reference_pool(const void *opaque, const struct gan_run *run, int64_t part)
{
    (void)part;
    const struct gan_pool_call *call = opaque;
    const double *x = pointer(&call->x, run), *values = pointer(&call->values, run);
    double *out = pointer(&call->out, run);
    if (call->scatter)
        memset(out, 0, (size_t)(call->x_size[0] * call->x_size[1] * call->inner) * sizeof *out);
    for (int64_t row = 0; row < call->y_size[0]; row++)
        for (int64_t column = 0; column < call->y_size[1]; column++)
            for (int64_t j = 0; j < call->inner; j++) {
                int64_t place = (row * call->y_size[1] + column) * call->inner + j;
                int64_t largest = largest_of(call, x, row, column, j);
                if (call->scatter)
                    out[largest] += values[place];
                else
                    out[place] = values[largest];
            }
}

void gan_reference_prepare_resample(struct gan_resample_call *call)
{
    call->parts = 1;
}

void gan_reference_prepare_pool(struct gan_pool_call *call)
{
    call->parts = 1;
}

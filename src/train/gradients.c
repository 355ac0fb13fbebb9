#include "train/gradients.h"

#include "base/memory.h"
#include "base/status.h"
#include "base/threads.h"
#include "nn/model.h"

#include <math.h>
#include <string.h>

gan_status gan_gradients_init(struct gan_gradients *gradients, gan_model *model, gan_tensor *other,
                              const gan_trainer_options *options)
{
    *gradients = (struct gan_gradients){.state = {gan_model_state_block(model), other},
                                        .parts = options->micro_batches,
                                        .clip_norm = options->clip_norm,
                                        .clip_value = options->clip_value};
    if (gradients->parts == 1 && gradients->clip_norm == 0 && gradients->clip_value == 0)
        return GAN_OK;
    gradients->mean = gan_tensor_new(gan_tensor_shape(gan_model_block(model)));
    if (gradients->mean == NULL)
        return gan_error_status();
    gradients->squares = gan_alloc((size_t)(gan_tensor_size(gradients->mean) / GAN_PIECE + 1) * sizeof(double));
    if (gradients->squares == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    for (int i = 0; i < 2 && gradients->parts > 1; i++) {
        if (gradients->state[i] == NULL)
            continue;
        gradients->before[i] = gan_tensor_new(gan_tensor_shape(gradients->state[i]));
        gradients->after[i] = gan_tensor_new(gan_tensor_shape(gradients->state[i]));
        if (gradients->before[i] == NULL || gradients->after[i] == NULL)
            return gan_error_status();
    }
    return GAN_OK;
}

void gan_gradients_clear(struct gan_gradients *gradients)
{
    gan_tensor_unref(gradients->mean);
    gan_free(gradients->squares);
    for (int i = 0; i < 2; i++) {
        gan_tensor_unref(gradients->before[i]);
        gan_tensor_unref(gradients->after[i]);
    }
    *gradients = (struct gan_gradients){0};
}

static void copy(gan_tensor *to, const gan_tensor *from)
{
    if (to != NULL && from != NULL)
        memcpy(gan_tensor_data(to), gan_tensor_data(from), (size_t)gan_tensor_size(to) * sizeof(float));
}

/* ---- micro-batches ---- */

void gan_gradients_begin(struct gan_gradients *gradients)
{
    gradients->taken = 0;
    for (int i = 0; i < 2; i++)
        copy(gradients->before[i], gradients->state[i]);
}

struct adding {
    float *mean;
    const float *gradient;
    bool first;
    float divisor; /* 1, but for the last */
};

static void add_piece(void *context, int64_t begin, int64_t count)
{
    const struct adding *adding = context;
    float *mean = adding->mean + begin;
    const float *gradient = adding->gradient + begin;
    for (int64_t i = 0; i < count; i++)
        mean[i] = (adding->first ? gradient[i] : mean[i] + gradient[i]) / adding->divisor;
}

void gan_gradients_add(struct gan_gradients *gradients, const float *gradient)
{
    bool last = gradients->taken + 1 == gradients->parts;
    struct adding adding = {.mean = gan_tensor_data(gradients->mean),
                            .gradient = gradient,
                            .first = gradients->taken == 0,
                            .divisor = last ? (float)gradients->parts : 1};
    gan_parallel_pieces(gan_tensor_size(gradients->mean), add_piece, &adding);
    gradients->taken++;
}

void gan_gradients_end(struct gan_gradients *gradients)
{
    for (int i = 0; i < 2; i++) {
        copy(gradients->after[i], gradients->state[i]);
        copy(gradients->state[i], gradients->before[i]);
    }
}

struct squaring {
    const float *numbers;
    double *squares; /* the sum of each piece's */
};

static void square_piece(void *context, int64_t begin, int64_t count)
{
    enum { LANES = 8 };
    const struct squaring *squaring = context;
    const float *numbers = squaring->numbers + begin;
    double lanes[LANES] = {0}, sum = 0;
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            lanes[lane] += (double)numbers[i + lane] * (double)numbers[i + lane];
    for (; i < count; i++)
        sum += (double)numbers[i] * (double)numbers[i];
    for (int lane = 0; lane < LANES; lane++)
        sum += lanes[lane];
    squaring->squares[begin / GAN_PIECE] = sum;
}

double gan_gradients_norm(const struct gan_gradients *gradients)
{
    int64_t size = gan_tensor_size(gradients->mean);
    gan_parallel_pieces(size, square_piece, &(struct squaring){gan_tensor_data(gradients->mean), gradients->squares});
    double sum = 0;
    for (int64_t piece = 0; piece * GAN_PIECE < size; piece++)
        sum += gradients->squares[piece];
    return sqrt(sum);
}

void gan_gradients_commit_state(struct gan_gradients *gradients)
{
    for (int i = 0; i < 2; i++)
        copy(gradients->state[i], gradients->after[i]);
}

/* ---- clipping ---- */

struct clipping {
    float *numbers;
    const float *from;
    float bound;
};

static void clip_piece(void *context, int64_t begin, int64_t count)
{
    const struct clipping *clipping = context;
    const float bound = clipping->bound, *from = clipping->from + begin;
    float *numbers = clipping->numbers + begin;
    for (int64_t i = 0; i < count; i++)
        numbers[i] = from[i] > bound ? bound : from[i] < -bound ? -bound : from[i];
}

void gan_clip_numbers(float *numbers, const float *from, int64_t size, float bound)
{
    gan_parallel_pieces(size, clip_piece, &(struct clipping){numbers, from, bound});
}

struct scaling {
    float *numbers;
    double factor;
};

static void scale_piece(void *context, int64_t begin, int64_t count)
{
    const struct scaling *scaling = context;
    float *numbers = scaling->numbers + begin;
    for (int64_t i = 0; i < count; i++)
        numbers[i] = (float)((double)numbers[i] * scaling->factor);
}

const float *gan_gradients_finish(struct gan_gradients *gradients, const float *gradient)
{
    if (gradients->mean == NULL)
        return gradient;
    float *numbers = gan_tensor_data(gradients->mean);
    int64_t size = gan_tensor_size(gradients->mean);
    const float *from = gradients->parts == 1 ? gradient : numbers;
    if (gradients->clip_value > 0)
        gan_clip_numbers(numbers, from, size, gradients->clip_value);
    else if (from != numbers)
        memcpy(numbers, from, (size_t)size * sizeof *numbers);
    double norm = gradients->clip_norm > 0 ? gan_gradients_norm(gradients) : 0, most = (double)gradients->clip_norm;
    if (norm > most)
        gan_parallel_pieces(size, scale_piece, &(struct scaling){numbers, most / norm});
    return numbers;
}

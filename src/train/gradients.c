#include "train/gradients.h"

#include "base/status.h"
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

void gan_gradients_add(struct gan_gradients *gradients, const float *gradient)
{
    float *mean = gan_tensor_data(gradients->mean);
    int64_t size = gan_tensor_size(gradients->mean);
    bool first = gradients->taken == 0, last = gradients->taken + 1 == gradients->parts;
    for (int64_t i = 0; i < size; i++)
        mean[i] = first ? gradient[i] : mean[i] + gradient[i];
    for (int64_t i = 0; last && i < size; i++)
        mean[i] /= (float)gradients->parts;
    gradients->taken++;
}

void gan_gradients_end(struct gan_gradients *gradients)
{
    for (int i = 0; i < 2; i++) {
        copy(gradients->after[i], gradients->state[i]);
        copy(gradients->state[i], gradients->before[i]);
    }
}

static double norm_of(const float *numbers, int64_t size)
{
    double squares = 0;
    for (int64_t i = 0; i < size; i++)
        squares += (double)numbers[i] * (double)numbers[i];
    return sqrt(squares);
}

double gan_gradients_norm(const struct gan_gradients *gradients)
{
    return norm_of(gan_tensor_data(gradients->mean), gan_tensor_size(gradients->mean));
}

void gan_gradients_commit_state(struct gan_gradients *gradients)
{
    for (int i = 0; i < 2; i++)
        copy(gradients->state[i], gradients->after[i]);
}

/* ---- clipping ---- */

static void clip(const struct gan_gradients *gradients, float *numbers, int64_t size)
{
    float bound = gradients->clip_value;
    for (int64_t i = 0; bound > 0 && i < size; i++)
        numbers[i] = numbers[i] > bound ? bound : numbers[i] < -bound ? -bound : numbers[i];
    if (gradients->clip_norm == 0)
        return;
    double norm = norm_of(numbers, size), most = (double)gradients->clip_norm;
    for (int64_t i = 0; norm > most && i < size; i++)
        numbers[i] = (float)((double)numbers[i] * (most / norm));
}

const float *gan_gradients_finish(struct gan_gradients *gradients, const float *gradient)
{
    if (gradients->mean == NULL)
        return gradient;
    float *numbers = gan_tensor_data(gradients->mean);
    int64_t size = gan_tensor_size(gradients->mean);
    if (gradients->parts == 1)
        memcpy(numbers, gradient, (size_t)size * sizeof *numbers);
    clip(gradients, numbers, size);
    return numbers;
}

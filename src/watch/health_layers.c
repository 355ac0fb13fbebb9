/* Gradients and updates of each layer's weights, as shares of the weights themselves: one pass over each block. */
#include "watch/health.h"

#include "base/status.h"
#include "base/threads.h"
#include "nn/model.h"
#include "train/trainer.h"

#include <string.h>

static gan_model *model_of(const gan_trainer *trainer, int network)
{
    return network == GAN_HEALTH_G ? trainer->generator : trainer->discriminator;
}

gan_status gan_health_layers_init(struct gan_health_layers *layers, const gan_trainer *trainer)
{
    *layers = (struct gan_health_layers){.kept = false};
    for (int i = 0; i < GAN_HEALTH_NETWORKS; i++) {
        layers->before[i] = gan_tensor_new(gan_tensor_shape(gan_model_block(model_of(trainer, i))));
        if (layers->before[i] == NULL)
            return gan_error_status();
    }
    return GAN_OK;
}

void gan_health_layers_clear(struct gan_health_layers *layers)
{
    for (int i = 0; i < GAN_HEALTH_NETWORKS; i++)
        gan_tensor_unref(layers->before[i]);
    *layers = (struct gan_health_layers){.kept = false};
}

void gan_health_layers_keep(struct gan_health_layers *layers, const gan_trainer *trainer)
{
    for (int i = 0; i < GAN_HEALTH_NETWORKS; i++)
        memcpy(gan_tensor_data(layers->before[i]), gan_tensor_data(gan_model_block(model_of(trainer, i))),
               (size_t)gan_tensor_size(layers->before[i]) * sizeof(float));
    layers->step = gan_trainer_steps(trainer);
    layers->kept = true;
}

/* ---- sums of squares, in parts that the layer's shape decides ---- */

enum { PARTS = 32 };

struct sums {
    const float *weight, *before, *gradient; /* before: NULL where it is not known */
    int64_t size;
    double part[PARTS][3]; /* weights², changes², gradients² */
};

static void sum_part(void *context, int64_t part)
{
    struct sums *sums = context;
    int64_t begin = sums->size * part / PARTS, end = sums->size * (part + 1) / PARTS;
    double weights = 0, changes = 0, gradients = 0;
    for (int64_t i = begin; i < end; i++) {
        double weight = (double)sums->weight[i], gradient = (double)sums->gradient[i];
        weights += weight * weight;
        gradients += gradient * gradient;
    }
    for (int64_t i = begin; sums->before != NULL && i < end; i++) {
        double change = (double)sums->weight[i] - (double)sums->before[i];
        changes += change * change;
    }
    sums->part[part][0] = weights;
    sums->part[part][1] = changes;
    sums->part[part][2] = gradients;
}

static double root(const struct sums *sums, int which)
{
    double sum = 0;
    for (int part = 0; part < PARTS; part++)
        sum += sums->part[part][which];
    return sqrt(sum);
}

/* ---- a look ---- */

/* The least deviation that weights count as having: a weight that begins at 0 (conditional batch norm's, the last of a
 * residual block) is none of its own size for a while. DCGAN's weights begin with this one, and no recipe's with less.
 */
static const double least_deviation = 0.02;

static void look_at_layer(struct sums *sums, int index, struct gan_health_network *to)
{
    gan_parallel(PARTS, sum_part, sums);
    double weight = root(sums, 0), least = least_deviation * sqrt((double)sums->size);
    if (weight < least)
        weight = least;
    double gradient = root(sums, 2) / weight, update = root(sums, 1) / weight;
    if (!(gradient <= to->most_gradient)) {
        to->most_gradient = gradient;
        to->most_gradient_at = index;
    }
    if (!(gradient >= to->least_gradient)) {
        to->least_gradient = gradient;
        to->least_gradient_at = index;
    }
    if (sums->before != NULL && !(update <= to->most_update)) {
        to->most_update = update;
        to->most_update_at = index;
    }
}

void gan_health_layers_look(struct gan_health_layers *layers, const gan_trainer *trainer, struct gan_health_look *look)
{
    bool known = layers->kept && layers->step + 1 == gan_trainer_steps(trainer);
    for (int network = 0; network < GAN_HEALTH_NETWORKS; network++) {
        gan_model *model = model_of(trainer, network);
        const float *weights = gan_tensor_data(gan_model_block(model));
        const float *before = gan_tensor_data(layers->before[network]);
        const float *gradients = gan_trainer_latest_gradient(trainer, network == GAN_HEALTH_G);
        for (size_t i = 0; gradients != NULL && i < model->parameters.count; i++) {
            const struct gan_slot *slot = &model->parameters.slot[i];
            if (slot->shape.rank < 2)
                continue;
            struct sums sums = {.weight = weights + slot->offset,
                                .before = known ? before + slot->offset : NULL,
                                .gradient = gradients + slot->offset,
                                .size = gan_shape_size(slot->shape)};
            look_at_layer(&sums, (int)i, &look->network[network]);
        }
    }
    layers->kept = false;
}

/* The plans that a trainer keeps: of the latest batch sizes, with and without what is not in every update. */
#include "train/trainer.h"

#include "base/status.h"
#include "nn/model.h"
#include "plan/plan.h"
#include "train/labels.h"
#include "train/schedules.h"

#include <inttypes.h>

static void clear_plans(struct gan_trainer_plans *plans)
{
    gan_half_clear(&plans->discriminator);
    gan_half_clear(&plans->generator);
    gan_tensor_unref(plans->made_labels);
    *plans = (struct gan_trainer_plans){0};
}

static void forget_plans(gan_trainer *trainer, struct gan_trainer_plans *plans)
{
    if (trainer->of_discriminator == plans)
        trainer->of_discriminator = NULL;
    if (trainer->of_generator == plans)
        trainer->of_generator = NULL;
    clear_plans(plans);
}

void gan_trainer_drop_plans(gan_trainer *trainer)
{
    for (int i = 0; i < GAN_TRAINER_PLANS; i++)
        forget_plans(trainer, &trainer->plans[i]);
}

const struct gan_trainer_plans *gan_trainer_latest_plans(const gan_trainer *trainer)
{
    const struct gan_trainer_plans *latest = &trainer->plans[0];
    for (int i = 1; i < GAN_TRAINER_PLANS; i++)
        if (trainer->plans[i].used > latest->used)
            latest = &trainer->plans[i];
    return latest->batch != 0 ? latest : NULL;
}

static gan_status make_room_for_labels(const gan_trainer *trainer, struct gan_trainer_plans *plans, int64_t batch)
{
    const gan_labels *labels = gan_trained_labels(trainer->generator);
    if (labels == NULL || trainer->options.made_labels == GAN_MADE_LABELS_REAL)
        return GAN_OK;
    plans->made_labels = gan_tensor_new_typed(gan_labels_shape(labels, batch), gan_labels_dtype(labels));
    return plans->made_labels != NULL ? GAN_OK : gan_error_status();
}

static bool is_left_out(const gan_trainer *trainer, int regularizer, uint64_t update)
{
    return gan_regularizers[regularizer].per_example && update % (uint64_t)trainer->options.lazy_interval != 0;
}

void gan_trainer_apply_weights(gan_trainer *trainer, uint64_t update)
{
    trainer->update = update;
    for (int i = 0; i < GAN_REGULARIZERS; i++) {
        float times = gan_regularizers[i].per_example ? (float)trainer->options.lazy_interval : 1;
        if (gan_regularizers[i].per_example)
            times *= (float)trainer->remedied.penalty;
        trainer->applied[i] = is_left_out(trainer, i, update) ? 0 : trainer->weight[i] * times;
    }
}

/* One that a course moves is recorded even while its weight is 0. */
static bool is_active(const gan_trainer *trainer, int regularizer, uint64_t update)
{
    return gan_regularizer_wanted(&trainer->options, regularizer) && !is_left_out(trainer, regularizer, update);
}

static gan_status make_plans(const gan_trainer *trainer, struct gan_trainer_plans *plans, int64_t batch,
                             uint64_t update)
{
    struct gan_half_request request = {.generator = trainer->generator,
                                       .discriminator = trainer->discriminator,
                                       .options = &trainer->options,
                                       .batch = batch / trainer->options.micro_batches,
                                       .packing = trainer->packing,
                                       .augmented = trainer->options.augment != 0,
                                       .averages = trainer->averages,
                                       .arena = trainer->arena};
    request.noisy = trainer->options.instance_noise > 0 ||
                    gan_course_of(&trainer->options, GAN_SETTING_INSTANCE_NOISE) != NULL;
    gan_trainer_mapping(trainer, &request.factor, &request.offset);
    for (int i = 0; i < GAN_REGULARIZERS; i++)
        request.active[i] = plans->active[i] = is_active(trainer, i, update);
    gan_status status = gan_half_record_discriminator(&plans->discriminator, &request);
    if (status == GAN_OK)
        status = gan_half_record_generator(&plans->generator, &request);
    if (status == GAN_OK)
        status = make_room_for_labels(trainer, plans, batch);
    if (status == GAN_OK)
        plans->batch = batch;
    else
        clear_plans(plans);
    return status;
}

static bool plans_fit(const gan_trainer *trainer, const struct gan_trainer_plans *plans, int64_t batch, uint64_t update)
{
    bool fit = plans->batch == batch;
    for (int i = 0; i < GAN_REGULARIZERS; i++)
        fit = fit && plans->active[i] == is_active(trainer, i, update);
    return fit;
}

gan_status gan_trainer_check_batch(const gan_trainer *trainer, int64_t n, const char *who)
{
    int64_t parts = trainer->options.micro_batches;
    if (n >= 1 && n % (parts * trainer->packing) == 0)
        return GAN_OK;
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                    "%s: the batch has %" PRId64 " examples, want a multiple of %" PRId64
                    ": micro_batches, times the examples that the discriminator takes together",
                    who, n, parts * trainer->packing);
}

/* Those that fit the update's regularisers, found or made. */
static struct gan_trainer_plans *find_or_make(gan_trainer *trainer, int64_t batch, uint64_t update, int places)
{
    struct gan_trainer_plans *oldest = &trainer->plans[0], *found = NULL;
    for (int i = 0; i < places && found == NULL; i++) {
        struct gan_trainer_plans *plans = &trainer->plans[i];
        if (plans_fit(trainer, plans, batch, update))
            found = plans;
        if (plans->used < oldest->used)
            oldest = plans;
    }
    if (found == NULL) {
        forget_plans(trainer, oldest);
        if (make_plans(trainer, oldest, batch, update) != GAN_OK)
            return NULL;
        found = oldest;
    }
    found->used = ++trainer->clock;
    return found;
}

struct gan_trainer_plans *gan_trainer_plans_for(gan_trainer *trainer, int64_t batch)
{
    uint64_t update = trainer->update, interval = (uint64_t)trainer->options.lazy_interval;
    if (interval == 1)
        return find_or_make(trainer, batch, update, GAN_TRAINER_SIZES);
    uint64_t other = update % interval == 0 ? update + 1 : update - update % interval; /* of the other set */
    bool planned = find_or_make(trainer, batch, other, GAN_TRAINER_PLANS) != NULL;
    return planned ? find_or_make(trainer, batch, update, GAN_TRAINER_PLANS) : NULL;
}

const float *gan_trainer_latest_gradient(const gan_trainer *trainer, bool of_generator)
{
    const struct gan_trainer_plans *plans = of_generator ? trainer->of_generator : trainer->of_discriminator;
    if (plans == NULL)
        return NULL;
    const struct gan_half *half = of_generator ? &plans->generator : &plans->discriminator;
    const struct gan_gradients *gradients = of_generator ? &trainer->generator_gradients
                                                         : &trainer->discriminator_gradients;
    return gradients->parts > 1 ? gan_tensor_data(gradients->mean) : gan_plan_numbers(half->plan, half->gradient);
}

/* What is changed for the rest of the training: factors on rates and penalties, and another seed of noise. */
#include "base/random.h"
#include "base/status.h"
#include "gan/rollback.h"
#include "nn/recipe.h"
#include "train/schedules.h"
#include "train/trainer.h"

#include <math.h>

gan_status gan_remedy_init_sized(gan_remedy *remedy, size_t struct_size)
{
    const gan_remedy own = {.struct_size = sizeof own,
                            .generator_rate_factor = 0.3f,
                            .discriminator_rate_factor = 0.3f,
                            .penalty_factor = 1,
                            .new_noise = true};
    return gan_options_write(remedy, struct_size, &own, sizeof own, sizeof own, "gan_remedy_init");
}

gan_status gan_remedy_read(gan_remedy *own, const gan_remedy *given, const char *who)
{
    const struct {
        const char *name;
        const float *value;
        bool above; /* 0 is too little */
    } fields[] = {{"generator_rate_factor", &own->generator_rate_factor, true},
                  {"discriminator_rate_factor", &own->discriminator_rate_factor, true},
                  {"penalty_factor", &own->penalty_factor, false},
                  {"r1_weight", &own->r1_weight, false}};
    gan_remedy_init(own);
    gan_status status = given != NULL ? gan_options_read(own, sizeof *own, given, sizeof *own, who) : GAN_OK;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0] && status == GAN_OK; i++) {
        float value = *fields[i].value;
        if (!isfinite(value) || value < 0 || (fields[i].above && value == 0))
            status = gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the remedy's %s is %g, want a number %s", who,
                              fields[i].name, (double)value, fields[i].above ? "above 0" : "of 0 or more");
    }
    return status;
}

/* A penalty on each example's gradient. */
static bool is_penalised(const gan_trainer *trainer)
{
    bool any = false;
    for (int i = 0; i < GAN_REGULARIZERS; i++)
        any = any || (gan_regularizers[i].per_example && gan_regularizer_wanted(&trainer->options, i));
    return any;
}

gan_status gan_trainer_remedy(gan_trainer *trainer, const gan_remedy *remedy)
{
    static const char who[] = "gan_trainer_remedy";
    gan_remedy own;
    if (trainer == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: trainer is NULL", who);
    gan_status status = gan_remedy_read(&own, remedy, who);
    bool mixes = gan_model_mixes_examples(trainer->discriminator) && !trainer->options.mixed_penalty;
    if (status == GAN_OK && own.r1_weight > 0 && !mixes && !is_penalised(trainer))
        status = gan_trainer_set_r1_weight(trainer, own.r1_weight);
    if (status != GAN_OK)
        return status;
    struct gan_remedied *to = &trainer->remedied;
    to->count++;
    to->generator_rate *= (double)own.generator_rate_factor;
    to->discriminator_rate *= (double)own.discriminator_rate_factor;
    to->penalty *= (double)own.penalty_factor;
    if (own.new_noise)
        to->noise = to->count;
    return GAN_OK;
}

uint64_t gan_trainer_remedies(const gan_trainer *trainer)
{
    return trainer != NULL ? trainer->remedied.count : 0;
}

uint64_t gan_trainer_noise_seed(const gan_trainer *trainer, uint64_t label)
{
    uint64_t seed = gan_random_derive(trainer->options.seed, label);
    return trainer->remedied.noise == 0 ? seed : gan_random_derive(seed, trainer->remedied.noise);
}

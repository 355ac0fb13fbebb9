/* What a trainer takes: known before its first step, since plans decide everything. */
#include "train/trainer.h"

#include "base/status.h"
#include "nn/model.h"
#include "plan/plan.h"
#include "train/optimizer.h"

#include <inttypes.h>

gan_status gan_trainer_plan(gan_trainer *trainer, int64_t batch)
{
    static const char who[] = "gan_trainer_plan";
    if (trainer == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: trainer is NULL", who);
    if (batch < 1)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: batch is %" PRId64 ", want 1 example or more", who, batch);
    if (gan_trainer_check_batch(trainer, batch, who) != GAN_OK)
        return GAN_ERROR_INVALID_ARGUMENT;
    gan_trainer_apply_weights(trainer, trainer->steps * (uint64_t)trainer->options.discriminator_steps);
    return gan_trainer_plans_for(trainer, batch) != NULL ? GAN_OK : gan_error_status();
}

size_t gan_trainer_memory(const gan_trainer *trainer)
{
    const struct gan_trainer_plans *plans = trainer != NULL ? gan_trainer_latest_plans(trainer) : NULL;
    if (plans == NULL)
        return 0;
    size_t results = 0, arena = 0; /* all plans share the arena */
    for (int i = 0; i < 2 * GAN_TRAINER_PLANS; i++) {
        const struct gan_trainer_plans *of = &trainer->plans[i / 2];
        const gan_plan *half = i % 2 == 0 ? of->discriminator.plan : of->generator.plan;
        if (of->batch != plans->batch)
            continue;
        size_t shared = gan_plan_memory(half) - gan_plan_results_memory(half);
        results += gan_plan_results_memory(half);
        arena = shared > arena ? shared : arena;
    }
    return arena + results;
}

double gan_trainer_flops(const gan_trainer *trainer)
{
    const struct gan_trainer_plans *plans = trainer != NULL ? gan_trainer_latest_plans(trainer) : NULL;
    if (plans == NULL)
        return 0;
    const gan_trainer_options *o = &trainer->options;
    double of_d = (double)o->discriminator_steps * gan_plan_flops(plans->discriminator.plan);
    double of_g = (double)o->generator_steps * gan_plan_flops(plans->generator.plan);
    return (double)o->micro_batches * (of_d + of_g);
}

static size_t bytes_of(const gan_tensor *block)
{
    return block != NULL ? (size_t)gan_tensor_size(block) * sizeof(float) : 0;
}

/* Parameters, running statistics, and the optimizer's numbers, of which there are as many as parameters. */
static size_t state_of(gan_model *model, gan_optimizer *optimizer)
{
    size_t parameters = bytes_of(gan_model_block(model)), all = parameters + bytes_of(gan_model_state_block(model));
    for (int which = 0; optimizer != NULL && which < 2; which++)
        all += gan_optimizer_moment(optimizer, which) != NULL ? parameters : 0;
    return all;
}

size_t gan_trainer_state_memory(const gan_trainer *trainer)
{
    if (trainer == NULL)
        return 0;
    size_t all = state_of(trainer->generator, trainer->options.generator_optimizer) +
                 state_of(trainer->discriminator, trainer->options.discriminator_optimizer);
    return trainer->average != trainer->generator ? all + state_of(trainer->average, NULL) : all;
}

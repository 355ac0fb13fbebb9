/* A trainer's numbers at each step, where they have courses. */
#include "train/trainer.h"

#include "base/status.h"
#include "train/optimizer.h"
#include "train/schedules.h"

#include <inttypes.h>
#include <math.h>

/* A function of the caller's may answer anything. */
static gan_status check_value(const gan_trainer *trainer, const gan_course *course, float value, const char *who)
{
    const char *wanted = gan_setting_wants(course->setting, value);
    if (wanted == NULL)
        return GAN_OK;
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the course of %s is %g at step %" PRIu64 ", want %s", who,
                    gan_setting_name(course->setting), (double)value, trainer->steps, wanted);
}

static gan_status set(gan_trainer *trainer, gan_setting setting, float value)
{
    gan_optimizer *generator = trainer->options.generator_optimizer;
    gan_optimizer *discriminator = trainer->options.discriminator_optimizer;
    switch ((int)setting) {
    case GAN_SETTING_GENERATOR_RATE:
        return gan_optimizer_set_rate(generator, value);
    case GAN_SETTING_DISCRIMINATOR_RATE:
        return gan_optimizer_set_rate(discriminator, value);
    case GAN_SETTING_BETA1:
    case GAN_SETTING_BETA2:
        gan_optimizer_set_beta(generator, setting == GAN_SETTING_BETA1 ? 0 : 1, value);
        gan_optimizer_set_beta(discriminator, setting == GAN_SETTING_BETA1 ? 0 : 1, value);
        return GAN_OK;
    case GAN_SETTING_AUGMENT_PROBABILITY:
        gan_adaptive_set(&trainer->adaptive, (double)value);
        return GAN_OK;
    case GAN_SETTING_INSTANCE_NOISE:
        trainer->instance_noise = value;
        return GAN_OK;
    case GAN_SETTING_WEIGHT_CLIP:
        trainer->weight_clip = value;
        return GAN_OK;
    default:
        trainer->weight[(int)setting - (int)GAN_SETTING_R1_WEIGHT] = value;
        return GAN_OK;
    }
}

gan_status gan_trainer_follow_courses(gan_trainer *trainer, const char *who)
{
    gan_status status = GAN_OK;
    for (int i = 0; i < trainer->options.course_count && status == GAN_OK; i++) {
        const gan_course *course = &trainer->options.courses[i];
        float value = gan_course_value(course, trainer->steps);
        status = check_value(trainer, course, value, who);
        if (status == GAN_OK)
            status = set(trainer, course->setting, value);
    }
    return status;
}

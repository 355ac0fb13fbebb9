/* The names of problems and levels: here, below the watcher, since a run's log writes them. */
#include "gan/health.h"

const char *gan_health_problem_name(gan_health_problem problem)
{
    static const char *const names[GAN_HEALTH_PROBLEMS] = {
        [GAN_HEALTH_D_WON] = "d-won",
        [GAN_HEALTH_G_WON] = "g-won",
        [GAN_HEALTH_MODE_COLLAPSE] = "mode-collapse",
        [GAN_HEALTH_OSCILLATION] = "oscillation",
        [GAN_HEALTH_GRADIENTS_EXPLODE] = "gradients-explode",
        [GAN_HEALTH_GRADIENTS_VANISH] = "gradients-vanish",
        [GAN_HEALTH_DEAD_UNITS] = "dead-units",
        [GAN_HEALTH_NOT_FINITE] = "not-finite",
        [GAN_HEALTH_MEMORISING] = "memorising",
        [GAN_HEALTH_DATA_STARVED] = "data-starved",
        [GAN_HEALTH_UPDATES_LARGE] = "updates-large",
        [GAN_HEALTH_STUCK] = "stuck",
        [GAN_HEALTH_TARGETS_SWAPPED] = "targets-swapped",
        [GAN_HEALTH_DATA_REPEAT] = "data-repeat",
        [GAN_HEALTH_DATA_BLANK] = "data-blank",
        [GAN_HEALTH_BATCH_SMALL] = "batch-small",
        [GAN_HEALTH_ROLLED_BACK] = "rolled-back",
    };
    return (unsigned)problem < GAN_HEALTH_PROBLEMS ? names[problem] : NULL;
}

const char *gan_health_level_name(gan_health_level level)
{
    static const char *const names[] = {"fine", "note", "warning", "alarm"};
    return (unsigned)level < sizeof names / sizeof names[0] ? names[level] : NULL;
}

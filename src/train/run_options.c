/* A run's options: their defaults, and what cannot be meant. */
#include "train/run_options.h"

#include "base/options.h"
#include "base/status.h"
#include "train/evaluation.h"

/* The struct of the first release ends with this field. */
#define LEAST_SIZE (offsetof(gan_run_options, stop) + sizeof(volatile sig_atomic_t *))

gan_status gan_run_options_init_sized(gan_run_options *options, size_t struct_size)
{
    const gan_run_options own = {.struct_size = sizeof own,
                                 .progress_every = 1,
                                 .sample_count = 25,
                                 .sample_seed = 7,
                                 .checkpoints_kept = 2,
                                 .evaluation_margin = 2};
    return gan_options_write(options, struct_size, &own, sizeof own, LEAST_SIZE, "gan_run_options_init");
}

static gan_status refuse(const char *field, double value, const char *wanted, const char *who)
{
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is %g, want %s", who, field, value, wanted);
}

static gan_status check_checkpoints(const gan_run_options *o, const char *who)
{
    if (o->checkpoint_every_steps < 0)
        return refuse("checkpoint_every_steps", (double)o->checkpoint_every_steps, "0 (none) or more", who);
    if (!(o->checkpoint_every_seconds >= 0))
        return refuse("checkpoint_every_seconds", o->checkpoint_every_seconds, "0 (none) or more", who);
    if (o->checkpoint_path != NULL && o->checkpoints_kept < 1)
        return refuse("checkpoints_kept", o->checkpoints_kept, "1 or more", who);
    if (o->checkpoint_path == NULL && (o->resume || o->checkpoint_every_steps > 0 || o->checkpoint_every_seconds > 0))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: checkpoint_path is NULL, but %s is set; say where they are",
                        who, o->resume ? "resume" : "checkpoint_every_…");
    return GAN_OK;
}

static gan_status check(const gan_run_options *o, const char *who)
{
    static const char limit[] = "0 (no limit) or more";
    if (o->steps < 0)
        return refuse("steps", (double)o->steps, limit, who);
    if (o->epochs < 0)
        return refuse("epochs", (double)o->epochs, limit, who);
    if (!(o->seconds >= 0))
        return refuse("seconds", o->seconds, limit, who);
    if (o->progress_every < 1)
        return refuse("progress_every", (double)o->progress_every, "1 or more steps", who);
    if ((o->samples != NULL || o->log != NULL || o->observer != NULL) && o->sample_count < 1)
        return refuse("sample_count", (double)o->sample_count, "1 or more", who);
    gan_status status = check_checkpoints(o, who);
    if (status == GAN_OK)
        status = gan_evaluation_check(o, who);
    if (status != GAN_OK)
        return status;
    if (o->steps == 0 && o->epochs == 0 && o->seconds == 0 && o->progress == NULL && o->samples == NULL &&
        o->stop == NULL && o->patience == 0 && o->watch == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: nothing would ever end it; set steps, epochs or seconds, or patience, or give a callback "
                        "or a stop flag",
                        who);
    return GAN_OK;
}

gan_status gan_run_options_take(gan_run_options *own, const gan_run_options *given, const char *who)
{
    gan_status status = gan_options_read(own, sizeof *own, given, LEAST_SIZE, who);
    return status == GAN_OK ? check(own, who) : status;
}

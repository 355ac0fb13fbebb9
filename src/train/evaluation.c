#include "train/evaluation.h"

#include "base/status.h"
#include "gan/run_log.h"
#include "nn/model.h"
#include "train/observers.h"

#include <inttypes.h>
#include <math.h>

gan_status gan_evaluation_check(const gan_run_options *o, const char *who)
{
    if (o->evaluate == NULL) {
        if (o->patience != 0 || o->evaluate_every != 0)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: evaluate is NULL, but %s is set; give a callback", who,
                            o->patience != 0 ? "patience" : "evaluate_every");
        return GAN_OK;
    }
    if (o->evaluate_every < 1)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: evaluate_every is %" PRId64 ", want 1 or more steps", who,
                        o->evaluate_every);
    if (o->patience < 0)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: patience is %d, want 0 (without end) or more", who,
                        o->patience);
    if (!(o->evaluation_margin >= 0 && isfinite(o->evaluation_margin)))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: evaluation_margin is %g, want 0 or more errors", who,
                        o->evaluation_margin);
    return GAN_OK;
}

gan_status gan_evaluation_check_resumed(const struct gan_evaluation *e, const gan_run_options *o, const char *who)
{
    if (o->evaluate == NULL || e->count == 0 || e->higher_is_better == o->higher_is_better)
        return GAN_OK;
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                    "%s: higher_is_better is %s, but %s in the checkpoint's %" PRId64
                    " evaluations; set it as it was, or begin anew with another checkpoint_path",
                    who, o->higher_is_better ? "true" : "false", e->higher_is_better ? "true" : "false", e->count);
}

/* By how much `value` is better than `than`. */
static double gain(const gan_run_options *o, double value, double than)
{
    return o->higher_is_better ? value - than : than - value;
}

static gan_status keep(struct gan_evaluation *e, const gan_model *generator, double value, double error, int64_t step)
{
    if (e->best == NULL) {
        e->best = gan_model_copy(generator);
        if (e->best == NULL)
            return gan_error_status();
    } else {
        gan_status status = gan_model_copy_parameters(e->best, generator);
        if (status != GAN_OK)
            return status;
        gan_model_note_training(e->best, generator->training.steps, generator->training.seed);
    }
    e->best_value = value;
    e->best_error = error;
    e->best_step = step;
    return GAN_OK;
}

/* The difference of two independent values has the error √(a² + b²). */
static void look_for_progress(struct gan_evaluation *e, const gan_run_options *o, double value, double error)
{
    double noise = o->evaluation_margin * sqrt(error * error + e->mark_error * e->mark_error);
    if (e->count > 1 && !(gain(o, value, e->mark) > noise)) {
        e->without++;
        return;
    }
    e->mark = value;
    e->mark_error = error;
    e->without = 0;
}

gan_status gan_evaluation_after_step(struct gan_evaluation *e, gan_trainer *trainer, const gan_run_options *options,
                                     const gan_progress *progress, const char *who)
{
    gan_model *generator = gan_trainer_averaged_generator(trainer);
    double value = NAN, error = 0;
    uint64_t failures = gan_failures();
    gan_status status = options->evaluate(options->evaluate_context, progress, generator, &value, &error);
    if (status != GAN_OK)
        return gan_failed_so_since(failures, status)
                   ? status
                   : gan_fail(status, "%s: evaluate failed after %" PRId64 " steps (%s)", who, progress->step,
                              gan_status_name(status));
    if (!isfinite(value) || !(error >= 0 && isfinite(error)))
        return gan_fail(GAN_ERROR_NOT_FINITE,
                        "%s: evaluate gave %g with error %g after %" PRId64 " steps, want finite numbers, and an error "
                        "of 0 or more",
                        who, value, error, progress->step);
    if (options->log != NULL)
        status = gan_run_log_write_number(options->log, progress->report->step, "evaluation", value);
    if (status == GAN_OK)
        status = gan_observers_evaluation(options->observer, progress, value, error);
    if (status != GAN_OK)
        return status;
    e->count++;
    e->higher_is_better = options->higher_is_better;
    if (e->best == NULL || gain(options, value, e->best_value) > 0)
        status = keep(e, generator, value, error, progress->step);
    look_for_progress(e, options, value, error);
    return status;
}

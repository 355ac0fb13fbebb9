/* The whole loop: steps until a limit, a callback or a flag ends it. */
#include "train/trainer.h"

#include "base/clock.h"
#include "base/status.h"
#include "gan/sampler.h"
#include "nn/model.h"
#include "nn/recipe.h"
#include "train/checkpoint.h"
#include "train/evaluation.h"
#include "train/labels.h"
#include "train/observers.h"
#include "train/run_log.h"
#include "train/run_options.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char who[] = "gan_trainer_run";

struct run {
    gan_trainer *trainer;
    gan_loader *loader;
    gan_run_options options;
    int64_t steps_per_epoch;
    int64_t done;     /* steps */
    int64_t reported; /* done at the latest progress call */
    int64_t resumed;  /* of `done`, by an earlier run */
    int64_t saved;    /* done at the latest checkpoint; −1: none yet */
    double begin, saved_at;
    double waited; /* for the loader, in the step that is being made */
    gan_step_report report;
    gan_sampler *sampler; /* NULL unless samples are wanted */
    gan_tensor *samples;
    gan_tensor *sample_labels; /* a copy; NULL: drawn, or none */
    struct gan_evaluation evaluation;
    gan_tensor *pictures;            /* the samples as brightness; NULL unless the log or an observer shows them */
    const gan_tensor *real, *labels; /* the loader's latest batch; NULL before the first */
    const gan_run_observer *told;    /* of the beginning, as the last one; NULL: nobody was */
};

/* ---- what it needs ---- */

static bool log_shows_samples(const struct run *run)
{
    return run->options.log != NULL && gan_run_log_takes_images(run->options.log);
}

/* Whether examples are what a grid is made of. */
static bool are_pictures(gan_shape one)
{
    return one.rank == 3 && (one.dims[0] == 1 || one.dims[0] == 3 || one.dims[0] == 4);
}

static gan_status copy_sample_labels(struct run *run, const gan_model *model)
{
    const gan_tensor *labels = run->options.sample_labels;
    gan_status status = gan_model_check_labels(model, labels, run->options.sample_count, "gan_trainer_run: samples");
    if (status != GAN_OK)
        return status;
    run->sample_labels = gan_tensor_from_typed(gan_tensor_shape(labels), gan_tensor_dtype(labels),
                                               gan_tensor_bytes(labels));
    return run->sample_labels != NULL ? GAN_OK : gan_error_status();
}

static gan_status prepare_samples(struct run *run)
{
    gan_model *model = gan_trainer_averaged_generator(run->trainer);
    bool shown = (log_shows_samples(run) || gan_observers_want_images(run->options.observer)) &&
                 are_pictures(gan_model_output_shape(model));
    if (run->options.samples == NULL && !shown)
        return GAN_OK;
    run->sampler = gan_sampler_new(model, run->options.sample_count);
    if (run->sampler == NULL)
        return gan_error_status();
    gan_shape shape = gan_shape_of_batch(run->options.sample_count, gan_model_output_shape(model));
    run->samples = gan_tensor_new(shape);
    if (run->samples != NULL && shown)
        run->pictures = gan_tensor_new(shape);
    if (run->samples == NULL || (run->pictures == NULL && shown))
        return gan_error_status();
    return run->options.sample_labels != NULL ? copy_sample_labels(run, model) : GAN_OK;
}

static gan_status prepare_checkpoints(struct run *run)
{
    const char *path = run->options.checkpoint_path;
    run->saved = -1;
    run->saved_at = gan_seconds();
    if (path == NULL)
        return GAN_OK;
    if (!run->options.resume)
        return gan_checkpoints_check_none(path, who);
    struct gan_run_position position = {.known = false};
    bool found;
    gan_status status = gan_checkpoints_resume(run->trainer, run->loader, &position, path, &found, who);
    if (status != GAN_OK || !found)
        return status;
    if (!position.known) /* it was written by gan_trainer_save */
        position.steps = (int64_t)gan_trainer_steps(run->trainer);
    run->done = run->resumed = run->reported = run->saved = position.steps;
    run->begin -= position.seconds;
    run->evaluation = position.evaluation;
    return gan_evaluation_check_resumed(&run->evaluation, &run->options, who);
}

static gan_status prepare(struct run *run, const gan_run_options *given)
{
    if (run->trainer == NULL || run->loader == NULL || given == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who,
                        run->trainer == NULL  ? "trainer"
                        : run->loader == NULL ? "loader"
                                              : "options");
    gan_status status = gan_run_options_take(&run->options, given, who);
    if (status == GAN_OK)
        status = gan_trainer_set_dataset(run->trainer, gan_loader_dataset(run->loader));
    if (status == GAN_OK)
        status = prepare_checkpoints(run);
    if (status == GAN_OK)
        status = prepare_samples(run);
    if (status == GAN_OK && run->options.log != NULL)
        status = gan_run_log_cut(run->options.log, gan_trainer_steps(run->trainer));
    if (status != GAN_OK)
        return status;
    int64_t batches = (int64_t)gan_loader_batches_per_epoch(run->loader);
    int64_t per_step = run->trainer->options.discriminator_steps;
    run->steps_per_epoch = (batches + per_step - 1) / per_step;
    return GAN_OK;
}

/* ---- limits ---- */

/* Steps to make by the limits in steps and epochs; 0: neither is set. */
static int64_t planned_steps(const struct run *run)
{
    int64_t steps = run->options.steps;
    if (run->options.epochs > 0 && run->options.epochs <= INT64_MAX / run->steps_per_epoch) {
        int64_t of_epochs = run->options.epochs * run->steps_per_epoch;
        steps = steps == 0 || of_epochs < steps ? of_epochs : steps;
    }
    return steps;
}

/* Whether patience, a limit or the flag ends the run, and which. */
static bool is_over(const struct run *run, gan_stop *stop)
{
    const gan_run_options *o = &run->options;
    if (gan_evaluation_is_enough(&run->evaluation, o))
        *stop = GAN_STOP_PATIENCE;
    else if (o->stop != NULL && *o->stop != 0)
        *stop = GAN_STOP_FLAG;
    else if (o->epochs > 0 && run->done / run->steps_per_epoch >= o->epochs)
        *stop = GAN_STOP_EPOCHS;
    else if (o->steps > 0 && run->done >= o->steps)
        *stop = GAN_STOP_STEPS;
    else if (o->seconds > 0 && gan_seconds() - run->begin >= o->seconds)
        *stop = GAN_STOP_SECONDS;
    else
        return false;
    return true;
}

static double seconds_left(const struct run *run, int64_t planned, double passed)
{
    double left = -1;
    if (planned > 0 && run->done > 0)
        left = passed / (double)run->done * (double)(planned - run->done);
    if (run->options.seconds > 0) {
        double by_time = fmax(run->options.seconds - passed, 0);
        left = left < 0 ? by_time : fmin(left, by_time);
    }
    return left;
}

/* ---- callbacks ---- */

static gan_progress progress_of(const struct run *run)
{
    int64_t before = run->done > 0 ? run->done - 1 : 0, planned = planned_steps(run);
    gan_progress progress = {.struct_size = sizeof progress,
                             .report = &run->report,
                             .step = run->done,
                             .steps = planned,
                             .epoch = before / run->steps_per_epoch + 1,
                             .epochs = run->options.epochs,
                             .epoch_step = run->done > 0 ? before % run->steps_per_epoch + 1 : 0,
                             .epoch_steps = run->steps_per_epoch,
                             .seconds = gan_seconds() - run->begin};
    progress.seconds_left = seconds_left(run, planned, progress.seconds);
    return progress;
}

/* To the log and the observers, from the data's range to brightness. */
static gan_status show_samples(struct run *run)
{
    float low = 0, high = 1;
    gan_model_data_range(gan_trainer_averaged_generator(run->trainer), &low, &high);
    const float *from = gan_tensor_data(run->samples);
    float *to = gan_tensor_data(run->pictures);
    for (int64_t i = 0, size = gan_tensor_size(run->samples); i < size; i++)
        to[i] = (from[i] - low) / (high - low);
    gan_progress progress = progress_of(run);
    gan_status status = gan_observers_images(run->options.observer, &progress, run->pictures);
    if (status != GAN_OK || !log_shows_samples(run))
        return status;
    return gan_run_log_write_images(run->options.log, run->report.step, "samples", run->pictures);
}

/* Tells the log, the observers and the callbacks of the step just made; *go_on becomes false if one of them wants to
 * end. */
static gan_status tell(struct run *run, bool *go_on)
{
    const gan_run_options *o = &run->options;
    bool epoch_ends = run->done % run->steps_per_epoch == 0;
    bool due = run->done - run->reported >= o->progress_every || run->done == planned_steps(run);
    gan_status status = o->log != NULL ? gan_run_log_write(o->log, &run->report) : GAN_OK;
    if (status == GAN_OK && o->observer != NULL) {
        gan_progress progress = progress_of(run);
        status = gan_observers_step(o->observer, &progress);
    }
    if (status != GAN_OK)
        return status;
    if (o->progress != NULL && (epoch_ends || due)) {
        gan_progress progress = progress_of(run);
        run->reported = run->done;
        *go_on = o->progress(o->context, &progress);
    }
    if (run->sampler == NULL || !epoch_ends)
        return GAN_OK;
    status = gan_sampler_seed(run->sampler, o->sample_seed, 0);
    if (status == GAN_OK)
        status = gan_sampler_run(run->sampler, NULL, run->sample_labels, run->samples);
    if (status == GAN_OK && run->pictures != NULL)
        status = show_samples(run);
    if (status != GAN_OK || o->samples == NULL)
        return status;
    gan_progress progress = progress_of(run);
    *go_on = o->samples(o->context, &progress, run->samples) && *go_on;
    return GAN_OK;
}

static gan_status evaluate(struct run *run)
{
    if (!gan_evaluation_is_due(&run->options, run->done))
        return GAN_OK;
    gan_progress progress = progress_of(run);
    return gan_evaluation_after_step(&run->evaluation, run->trainer, &run->options, &progress, who);
}

/* ---- the watcher ---- */

/* Shows it the step that was made, or that failed with `step`, or (with no steps made) the beginning. */
static gan_status watch(struct run *run, gan_status step, bool begins, bool *go_on)
{
    const gan_run_options *o = &run->options;
    *go_on = step == GAN_OK;
    if (o->watch == NULL)
        return GAN_OK;
    const gan_watched watched = {.struct_size = sizeof watched,
                                 .trainer = run->trainer,
                                 .status = step,
                                 .report = begins ? NULL : &run->report,
                                 .real = run->real,
                                 .labels = run->labels,
                                 .log = o->log};
    return o->watch(o->watch_context, &watched, go_on);
}

/* What becomes of the run after a step that failed: GAN_OK where the watcher mended it. */
static gan_status after_failure(struct run *run, gan_status failure)
{
    bool go_on = false;
    gan_status status = failure == GAN_ERROR_NOT_FINITE ? watch(run, failure, false, &go_on) : failure;
    return status == GAN_OK && !go_on ? failure : status;
}

/* ---- checkpoints ---- */

static bool checkpoint_is_due(const struct run *run)
{
    const gan_run_options *o = &run->options;
    return (o->checkpoint_every_steps > 0 && run->done % o->checkpoint_every_steps == 0) ||
           (o->checkpoint_every_seconds > 0 && gan_seconds() - run->saved_at >= o->checkpoint_every_seconds);
}

/* Also where none is due, at the end, if there is something new. */
static gan_status save(struct run *run, bool at_the_end)
{
    if (run->options.checkpoint_path == NULL || run->saved == run->done || !(at_the_end || checkpoint_is_due(run)))
        return GAN_OK;
    gan_progress progress = progress_of(run);
    gan_status status = gan_observers_saving(run->options.observer, &progress);
    if (status != GAN_OK)
        return status;
    struct gan_run_position position = {true, run->done, gan_seconds() - run->begin, run->evaluation};
    status = gan_checkpoints_add(run->trainer, run->loader, &position, run->options.checkpoint_path,
                                 run->options.checkpoints_kept, who);
    run->saved = run->done;
    run->saved_at = gan_seconds();
    return status;
}

/* ---- the loop ---- */

/* Labels that the models have no use for are left with the loader. */
static gan_status next_of_loader(void *context, const gan_tensor **real, const gan_tensor **labels)
{
    struct run *run = context;
    gan_status status = gan_loader_next(run->loader, real, labels);
    run->waited += gan_loader_waited(run->loader, NULL);
    if (gan_trained_labels(gan_trainer_generator(run->trainer)) == NULL)
        *labels = NULL;
    run->real = status == GAN_OK ? *real : NULL;
    run->labels = status == GAN_OK ? *labels : NULL;
    return status;
}

static gan_status begin(struct run *run)
{
    run->report = (gan_step_report)GAN_STEP_REPORT_INIT;
    run->report.step = gan_trainer_steps(run->trainer);
    gan_progress progress = progress_of(run);
    return gan_observers_begin(run->options.observer, run->trainer, run->loader, &progress, &run->told);
}

/* Tells observers how it ended; the run's own failure comes before one of theirs. */
static gan_status end(struct run *run, gan_status status, gan_run_result *result)
{
    if (run->told == NULL)
        return status;
    gan_progress progress = progress_of(run);
    return gan_observers_end(run->options.observer, run->told, &progress, result, status);
}

static gan_status loop(struct run *run, gan_stop *stop)
{
    const struct gan_batches batches = {next_of_loader, run};
    *stop = GAN_STOP_ERROR;
    gan_stop reason = GAN_STOP_WATCH;
    bool healthy;
    gan_status status = watch(run, GAN_OK, true, &healthy);
    while (status == GAN_OK && healthy && !is_over(run, &reason)) {
        run->waited = 0;
        status = gan_trainer_step(run->trainer, &batches, &run->report, who);
        run->report.data_seconds = run->waited;
        if (status != GAN_OK) {
            status = after_failure(run, status);
            continue;
        }
        run->done++;
        bool go_on = true;
        status = tell(run, &go_on);
        if (status == GAN_OK)
            status = watch(run, GAN_OK, false, &healthy);
        if (status == GAN_OK)
            status = evaluate(run);
        if (status == GAN_OK)
            status = save(run, false);
        if (!go_on || !healthy) {
            reason = !go_on ? GAN_STOP_CALLBACK : GAN_STOP_WATCH;
            break;
        }
    }
    if (status == GAN_OK)
        status = save(run, true);
    if (status == GAN_OK)
        *stop = reason;
    return status;
}

gan_status gan_trainer_run(gan_trainer *trainer, gan_loader *loader, const gan_run_options *options,
                           gan_run_result *result)
{
    if (result != NULL && result->struct_size < sizeof result->struct_size)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: the result's struct_size is %zu, want %zu; begin with GAN_RUN_RESULT_INIT", who,
                        result->struct_size, sizeof *result);
    struct run run = {.trainer = trainer, .loader = loader, .begin = gan_seconds()};
    gan_run_result own = {.struct_size = sizeof own, .stop = GAN_STOP_ERROR};
    gan_status status = prepare(&run, options);
    if (status == GAN_OK)
        status = begin(&run);
    if (status == GAN_OK)
        status = loop(&run, &own.stop);
    own.steps = run.done;
    own.resumed = run.resumed;
    own.epochs = run.steps_per_epoch > 0 ? run.done / run.steps_per_epoch : 0;
    own.seconds = gan_seconds() - run.begin;
    own.best_value = run.evaluation.best_value;
    own.best_error = run.evaluation.best_error;
    own.best_step = run.evaluation.best_step;
    own.evaluations = run.evaluation.count;
    status = end(&run, status, &own);
    if (result != NULL && result->struct_size >= offsetof(gan_run_result, best) + sizeof own.best)
        own.best = gan_model_ref(run.evaluation.best);
    if (result != NULL) { /* an older program knows fewer fields */
        size_t size = result->struct_size < sizeof own ? result->struct_size : sizeof own;
        own.struct_size = result->struct_size;
        memcpy(result, &own, size);
    }
    gan_sampler_unref(run.sampler);
    gan_tensor_unref(run.samples);
    gan_tensor_unref(run.sample_labels);
    gan_model_unref(run.evaluation.best);
    gan_tensor_unref(run.pictures);
    return status;
}

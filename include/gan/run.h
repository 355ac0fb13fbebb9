/*
 * The whole loop: epochs over a loader, with progress, samples, evaluation, logs and checkpoints on the way.
 */
#ifndef GAN_RUN_H
#define GAN_RUN_H

#include "loader.h"
#include "trainer.h"

#include <signal.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How far a run is; the struct and what it points to hold during the call. */
typedef struct gan_progress {
    size_t struct_size;
    const gan_step_report *report; /**< of the step just made */
    int64_t step;                  /**< steps that this run has made */
    int64_t steps;                 /**< steps that it will make by its limits in steps and epochs; 0 if none is set */
    int64_t epoch;                 /**< the epoch of this run that the step belongs to, from 1 */
    int64_t epochs;                /**< the limit in epochs; 0 if none is set */
    int64_t epoch_step;            /**< steps of this epoch made, from 1 */
    int64_t epoch_steps;           /**< steps in this epoch */
    double seconds;                /**< since the run began */
    double seconds_left;           /**< about so long to go, by the nearest limit; negative if that cannot be said */
} gan_progress;

/** Called after a step; false ends the run, which is then GAN_STOP_CALLBACK. */
typedef bool gan_progress_callback(void *context, const gan_progress *progress);
/**
 * Called at the end of each epoch with samples [sample_count, one example] of the averaged generator, made of the same
 * noise each time, in the data's range. The tensor belongs to the run. false ends the run.
 */
typedef bool gan_samples_callback(void *context, const gan_progress *progress, const gan_tensor *samples);

/**
 * Measures `generator`, the averaged one, which may be sampled from and copied: writes the figure to *value, and to
 * *error its standard error (0 if it has none). Anything but GAN_OK ends the run with that status. See
 * gan_metric_probe_run (gan/metric.h) for a ready one.
 */
typedef gan_status gan_evaluate_callback(void *context, const gan_progress *progress, gan_model *generator,
                                         double *value, double *error);

/** Opaque: see gan/run_log.h. */
typedef struct gan_run_log gan_run_log;

/** What a watcher is shown; the struct and what it points to hold during the call. */
typedef struct gan_watched {
    size_t struct_size;
    gan_trainer *trainer; /**< may be asked, and taken back (gan/rollback.h) */
    gan_status status;    /**< of the step: GAN_OK; or GAN_ERROR_NOT_FINITE, and gan_error_message() says where */
    const gan_step_report *report; /**< of the step; NULL before the run's first */
    const gan_tensor *real;        /**< the step's latest real batch, in the data's range; NULL before the first step */
    const gan_tensor *labels;      /**< its labels, where the models have labels; else NULL */
    gan_run_log *log;              /**< the run's; NULL if it has none */
} gan_watched;

/**
 * Watches a run: called once before its first step, then after each one, and after a step that failed with NaN or
 * infinity. *go_on is true: false ends the run (GAN_STOP_WATCH). After a step that failed it is false, and the run then
 * ends with the step's error; true goes on with the next batch. Anything but GAN_OK ends the run with that status. See
 * gan_health_watch (gan/health.h) for a ready one.
 */
typedef gan_status gan_watch_callback(void *context, const gan_watched *watched, bool *go_on);
struct gan_run_result;

/**
 * Somebody who watches a run (gan_report_observer, in gan/report.h, is one): functions that gan_trainer_run calls on
 * its thread, each of which may be NULL. They must leave the trainer and the loader as they are. Anything but GAN_OK
 * ends the run with that status. Zeroed but for struct_size it watches nothing.
 */
typedef struct gan_run_observer {
    size_t struct_size;                  /**< sizeof(gan_run_observer) */
    void *context;                       /**< the first argument of all */
    const struct gan_run_observer *next; /**< another one, called after this one; NULL for none */
    /** Before the first step, and after a resumption: progress->report says only how many steps the trainer has. */
    gan_status (*begin)(void *context, gan_trainer *trainer, const gan_loader *loader, const gan_progress *progress);
    /** After every step. */
    gan_status (*step)(void *context, const gan_progress *progress);
    /** Samples at the end of each epoch, if they are pictures: [sample_count, C, H, W], brightness in [0, 1]. */
    gan_status (*images)(void *context, const gan_progress *progress, const gan_tensor *images);
    /** What `evaluate` said. */
    gan_status (*evaluation)(void *context, const gan_progress *progress, double value, double error);
    /** Before a checkpoint is written: what this writes here reaches at least as far as the checkpoint does. */
    gan_status (*saving)(void *context, const gan_progress *progress);
    /** When the run ends, whichever way, if `begin` was called. */
    gan_status (*end)(void *context, const gan_progress *progress, const struct gan_run_result *result);
} gan_run_observer;

/** Fill it with gan_run_options_init, then change what you like. */
typedef struct gan_run_options {
    size_t struct_size;              /**< set by gan_run_options_init */
    int64_t steps;                   /**< limit in steps of this run; 0 for none: 0 */
    int64_t epochs;                  /**< limit in epochs of this run: 0 */
    double seconds;                  /**< limit in seconds, looked at after each step: 0 */
    gan_progress_callback *progress; /**< NULL for nobody: NULL */
    /**
     * Steps between its calls, ≥ 1. It is also called after the last step of an epoch, and after the one that reaches
     * the limit in steps or in epochs; the last step of a run that ends for another reason (seconds, the flag,
     * patience, the watcher) gets no call of its own: 1
     */
    int64_t progress_every;
    gan_samples_callback *samples; /**< NULL for nobody: NULL */
    int64_t sample_count;          /**< ≥ 1: 25 */
    uint64_t sample_seed;          /**< of the samples' noise: 7 */
    void *context;                 /**< for both callbacks: NULL */
    /**
     * A flag, looked at after each step, that ends the run when it is not 0: something that a signal handler may set.
     * NULL for none: NULL
     */
    volatile sig_atomic_t *stop;
    /**
     * Checkpoints (gan_trainer_save) are written to `<checkpoint_path>-<steps>.checkpoint`, as often as the next two
     * fields say, and when the run ends without an error. NULL for none: NULL
     */
    const char *checkpoint_path;
    int64_t checkpoint_every_steps;  /**< steps between checkpoints; 0 for none: 0 */
    double checkpoint_every_seconds; /**< seconds between them, looked at after each step; 0 for none: 0 */
    int checkpoints_kept;            /**< so many are kept, ≥ 1; older ones are removed: 2 */
    /**
     * Goes on from the newest whole checkpoint of checkpoint_path, if there are any. The limits, the progress and the
     * result then count the earlier part too, and every bit is as if the run had not been stopped. Without it the run
     * fails if there are checkpoints already: false
     */
    bool resume;
    /**
     * The labels of the samples, where the generator takes labels: a row for each of sample_count (gan/labels.h);
     * copied. NULL: drawn, the same each time (gan_generator_drawn_labels of sample_seed). NULL
     */
    const gan_tensor *sample_labels;
    /**
     * Measures the generator after every evaluate_every steps; a copy of the best one is in the result. Checkpoints
     * hold that copy and where patience stands, so that a run that resumes keeps and stops as one in one go. NULL for
     * nobody: NULL
     */
    gan_evaluate_callback *evaluate;
    void *evaluate_context; /**< for evaluate: NULL */
    int64_t evaluate_every; /**< steps between its calls, ≥ 1 with evaluate: 0 */
    bool higher_is_better;  /**< what is good: false, as for distances */
    /**
     * Ends the run (GAN_STOP_PATIENCE) after so many evaluations in a row without progress. Progress is a value that is
     * better than that of the latest progress by more than evaluation_margin·√(e₁² + e₂²), with the errors of both: so
     * neither chance nor a drift within the noise keeps a run going. 0 for never: 0
     */
    int patience;
    double evaluation_margin; /**< ≥ 0: 2 */
    /**
     * Gets the report of every step and, at the end of each epoch, samples (sample_count of sample_seed) as the images
     * "samples", if they are pictures and the log has room for them; and what `evaluate` says, as "evaluation". What
     * the log has of steps that this run is going to make is removed first (gan_run_log_cut). A failure to write ends
     * the run. It stays the caller's, so that running again goes on with it. NULL for none: NULL
     */
    gan_run_log *log;
    /**
     * Watches the run, after the log and `progress` were told of the step and before a checkpoint is written. NULL for
     * nobody: NULL
     */
    gan_watch_callback *watch;
    void *watch_context;              /**< for watch: NULL */
    const gan_run_observer *observer; /**< who watches, itself or the first of several; NULL for nobody: NULL */
} gan_run_options;

/** gan_run_options_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_run_options_init_sized(gan_run_options *options, size_t struct_size);
/** Fills every field with its default: no limit at all. */
static inline gan_status gan_run_options_init(gan_run_options *options)
{
    return gan_run_options_init_sized(options, sizeof *options);
}

/** Why a run ended. */
typedef enum gan_stop {
    GAN_STOP_STEPS = 0, /**< the limit in steps */
    GAN_STOP_EPOCHS,    /**< the limit in epochs */
    GAN_STOP_SECONDS,   /**< the limit in seconds */
    GAN_STOP_CALLBACK,  /**< a callback returned false */
    GAN_STOP_FLAG,      /**< the stop flag */
    GAN_STOP_ERROR,     /**< the run failed: the status and gan_error_message() say why */
    GAN_STOP_PATIENCE,  /**< evaluations showed no more progress */
    GAN_STOP_WATCH      /**< the watcher ended it */
} gan_stop;

/** How a run ended. Begin with `gan_run_result result = GAN_RUN_RESULT_INIT;`. */
typedef struct gan_run_result {
    size_t struct_size;
    gan_stop stop;
    int64_t steps;   /**< steps made */
    int64_t epochs;  /**< whole epochs made */
    double seconds;  /**< what it took, callbacks included */
    int64_t resumed; /**< of `steps`, those made before by the run that was resumed */
    /** The generator that evaluated best, a copy to be unreffed, also when the run failed; NULL if none was. */
    gan_model *best;
    double best_value, best_error; /**< its evaluation; 0 if there was none */
    int64_t best_step;             /**< the steps after which it was */
    int64_t evaluations;           /**< how many there were */
} gan_run_result;

#define GAN_RUN_RESULT_INIT                                                                                            \
    {                                                                                                                  \
        sizeof(gan_run_result), GAN_STOP_STEPS, 0, 0, 0, 0, NULL, 0, 0, 0, 0                                           \
    }

/**
 * Trains on the loader's batches, with their labels where the models have labels, until a limit, a callback or the flag
 * ends it. Each of D's updates gets a batch of its own from the loader; an epoch is gan_loader_batches_per_epoch of
 * them, counted from where the loader stands. Begins with gan_trainer_set_dataset. A limit, patience, the flag
 * or one of the callbacks progress, samples and watch must be given, since nothing else could end it. Running again
 * goes on. result may be NULL. GAN_OK however it ended, if nothing failed.
 */
GAN_API gan_status gan_trainer_run(gan_trainer *trainer, gan_loader *loader, const gan_run_options *options,
                                   gan_run_result *result);

#ifdef __cplusplus
}
#endif
#endif

/*
 * A run's log: what gan_step_report says of every step, in files that other programs read while the run goes on and
 * after it.
 */
#ifndef GAN_RUN_LOG_H
#define GAN_RUN_LOG_H

#include "run.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Fill it with gan_run_log_options_init, then change what you like. */
typedef struct gan_run_log_options {
    size_t struct_size; /**< set by gan_run_log_options_init */
    /**
     * Goes on with a log that is there already. Without it gan_run_log_open fails where there is one, so that none is
     * lost: false
     */
    bool append;
    int64_t every;     /**< only reports of steps that this divides are written, ≥ 1: 1 */
    int image_columns; /**< of the grids that images are shown in, as for gan_image_write_grid: 0 */
    int image_scale;   /**< every pixel is so many wide and high, ≥ 1: 1 */
} gan_run_log_options;

/** gan_run_log_options_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_run_log_options_init_sized(gan_run_log_options *options, size_t struct_size);
/** Fills every field with its default. */
static inline gan_status gan_run_log_options_init(gan_run_log_options *options)
{
    return gan_run_log_options_init_sized(options, sizeof *options);
}

/**
 * Opens a log. What it is goes by the name:
 *
 * - `….jsonl` or `….json`: a JSON object a line, {"step":…,"unix_ms":…,"d_loss":…,…}: the time in milliseconds since
 *   1970, then the fields of gan_step_report by their names.
 * - `….csv`: a table of the same columns, their names in the first line; truths are 0 and 1.
 * - anything else is a folder, which is made if it is missing, and gets all there is: `log.jsonl`, `log.csv`, and an
 *   event file, `events.out.tfevents.…`, which TensorBoard shows (tensorboard --logdir FOLDER): numbers, and images in
 *   grids.
 *
 * Each report is appended by one write to the system (for each file), with nothing kept back: a process that is killed
 * leaves whole lines and records. (Only when the machine itself goes down the latest ones may be lost or cut.) Numbers
 * that are not finite are null in lines and tables.
 *
 * With `append`, what was cut short at the end of a file is removed first, and events go to a new file beside the older
 * ones. NULL options are the defaults. NULL on failure: GAN_ERROR_INVALID_ARGUMENT, also where a log is there already;
 * GAN_ERROR_IO; GAN_ERROR_FORMAT for a file, with `append`, that is no log of this kind.
 */
GAN_API gan_run_log *gan_run_log_open(const char *path, const gan_run_log_options *options);
GAN_API gan_run_log *gan_run_log_ref(gan_run_log *log);
/** Closes it with the last reference; NULL is fine. One thread at a time. */
GAN_API void gan_run_log_unref(gan_run_log *log);

/**
 * Writes a step's report: for loops of one's own; gan_trainer_run does it for the log in its options. Allocates nothing
 * after the first. GAN_ERROR_IO where the disk is full, say: nothing of the report is then in the file that was full,
 * and writing may be tried again later.
 */
GAN_API gan_status gan_run_log_write(gan_run_log *log, const gan_step_report *report);

/**
 * Writes one more number, whatever `every` is: a quality that was measured at a step, say. In lines it is an object of
 * its own, {"step":…,"unix_ms":…,"name":value}; in events a curve; a table has no column for it. `name`: not empty,
 * UTF-8; a '/' in it makes groups in TensorBoard.
 */
GAN_API gan_status gan_run_log_write_number(gan_run_log *log, uint64_t step, const char *name, double value);

/** See gan/health.h. */
struct gan_health_event;
/**
 * Writes what was found of a run's health, whatever `every` is: gan_health_watch does it for the run's log. In lines it
 * is an object of its own, {"step":…,"unix_ms":…,"event":"mode-collapse","level":"alarm","before":"warning",
 * "where":"D.2.weight","score":…,"threshold":…,"evidence":{"d_real":…,…},"message":"…","advice":"…","option":"…"} (the
 * fields of gan_health_event; texts that are empty and an empty evidence too); in events the level's number, as the
 * curve "health/mode-collapse"; a table has no column for it.
 */
GAN_API gan_status gan_run_log_write_event(gan_run_log *log, const struct gan_health_event *event);

/**
 * Writes images as a grid into the event file. images: as for gan_image_write_grid, brightness in [0, 1]. Where the
 * log is no folder, nothing is written. GAN_ERROR_UNSUPPORTED where libgan was built without libpng.
 */
GAN_API gan_status gan_run_log_write_images(gan_run_log *log, uint64_t step, const char *name,
                                            const gan_tensor *images);

/**
 * Removes what was written of steps after `step`, for a run that goes on from there: a run that was killed has logged
 * more steps than its latest checkpoint knows, and is going to make them again. The log is then as if it had been
 * stopped at that step. In TensorBoard, which may have shown them, they are marked as void.
 */
GAN_API gan_status gan_run_log_cut(gan_run_log *log, uint64_t step);

#ifdef __cplusplus
}
#endif
#endif

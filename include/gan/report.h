/*
 * A run's report: one HTML file that shows how training goes, while it goes and afterwards. It needs no network, no
 * server and no other file: open it in a browser.
 */
#ifndef GAN_REPORT_H
#define GAN_REPORT_H

#include "run.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Opaque, reference-counted; one thread at a time. */
typedef struct gan_report gan_report;

/** Fill it with gan_report_options_init, then change what you like. */
typedef struct gan_report_options {
    size_t struct_size; /**< set by gan_report_options_init */
    const char *title;  /**< UTF-8, copied; NULL: "Training". NULL */
    /**
     * Goes on with the page that is there, if there is one: false, which replaces it when the page is first written
     */
    bool append;
    /**
     * The page is written again as training goes, at most as often as this, ≥ 0, and never so often that writing takes
     * more than a hundredth of the time: 5
     */
    double every_seconds;
    int columns; /**< of grids of images, as for gan_image_write_grid: 0 */
    int scale;   /**< every pixel of them is so many wide and high, ≥ 1 (the page enlarges small ones by itself): 1 */
} gan_report_options;

/** gan_report_options_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_report_options_init_sized(gan_report_options *options, size_t struct_size);
/** Fills every field with its default. */
static inline gan_status gan_report_options_init(gan_report_options *options)
{
    return gan_report_options_init_sized(options, sizeof *options);
}

/**
 * A report that will be written to `path`, usually something .html. Each time it is written whole: to a temporary name
 * beside it, flushed, then renamed; a process that is killed leaves the page before. It stays small however long the
 * run is: a curve has at most 800 points (each the least, mean and greatest of as many steps as needed), there are at
 * most 40 grids of images and 12 MB of them, 32 further numbers, and 256 events.
 *
 * With `append` the report begins with what an earlier one of this path has collected, read back from the page itself;
 * gan_report_cut (which gan_trainer_run calls) then forgets what the run is going to make again. NULL options are the
 * defaults. NULL on failure: GAN_ERROR_INVALID_ARGUMENT; with `append` also GAN_ERROR_IO; GAN_ERROR_FORMAT for a file
 * that is no report by this libgan, or is damaged; GAN_ERROR_UNSUPPORTED where a page is there and libgan was built
 * without jansson.
 */
GAN_API gan_report *gan_report_open(const char *path, const gan_report_options *options);
GAN_API gan_report *gan_report_ref(gan_report *report);
/** Frees it with the last reference; nothing is written then (gan_report_write). NULL is fine. */
GAN_API void gan_report_unref(gan_report *report);

/* ---- with gan_trainer_run ---- */

/**
 * What gan_run_options.observer may point to, so that the run fills the report and writes it: options and networks of
 * the trainer when it begins, every step, evaluations, samples, and how it ended. The page is also written before every
 * checkpoint, so that after a resumption no step is missing. A page that cannot be written while training goes is a
 * warning in the log (gan_set_log), and tried again; at the end it is an error. It belongs to the report.
 */
GAN_API const gan_run_observer *gan_report_observer(gan_report *report);

/* ---- for loops of one's own, and for what a run does not know ---- */

/**
 * What is trained: options, summaries of both networks, machine; and the data, if `loader` is not NULL. It replaces
 * what was described before.
 */
GAN_API gan_status gan_report_describe(gan_report *report, gan_trainer *trainer, const gan_loader *loader);
/** A row of the table of what was run, "command" and its text say; the same name again replaces it. At most 32. */
GAN_API gan_status gan_report_note(gan_report *report, const char *name, const char *text);

/*
 * The next ones also write the page, where it is time (gan_report_options.every_seconds). That it cannot be written is
 * then a warning in the log, and no failure.
 */

/**
 * Counts a step's report in. A step that is not after the latest one goes on from there: curves and images of what came
 * after it are forgotten first (events are not).
 */
GAN_API gan_status gan_report_add_step(gan_report *report, const gan_step_report *step);
/**
 * Counts in a number that was measured at a step, with its standard error (0: none is shown): a curve of its own, by
 * its name (not empty, UTF-8). Not finite numbers leave gaps. GAN_ERROR_INVALID_ARGUMENT for the 33rd name.
 */
GAN_API gan_status gan_report_add_number(gan_report *report, uint64_t step, const char *name, double value,
                                         double error);
/**
 * Images made at a step, as a grid: as for gan_image_write_grid, brightness in [0, 1]. Of a great many only some are
 * kept, spread evenly, and the latest. GAN_ERROR_UNSUPPORTED where libgan was built without libpng.
 */
GAN_API gan_status gan_report_add_images(gan_report *report, uint64_t step, const gan_tensor *images);

/** See gan/health.h. */
struct gan_health_event;
/**
 * Shows what was found of the run's health: a mark on the curves, and its message, evidence and advice. Of more than
 * 256 the oldest of the least level goes.
 */
GAN_API gan_status gan_report_add_event(gan_report *report, const struct gan_health_event *event);
/** The same as a gan_health_callback, with the report as its context. */
GAN_API void gan_report_on_event(void *report, const struct gan_health_event *event);

/**
 * Forgets what was counted in of steps after `step`: for a run that goes on from there, as one that resumes does. A
 * curve's point that stands for steps on both sides stays, and those steps are passed over when they come again.
 */
GAN_API gan_status gan_report_cut(gan_report *report, uint64_t step);

/**
 * Says that the training has ended, and why ("it was stopped"; copied, at most 159 bytes of it), and writes the page;
 * a step that comes later takes that back. For loops of one's own.
 */
GAN_API gan_status gan_report_end(gan_report *report, const char *reason);

/** Writes the page now. GAN_ERROR_IO, GAN_ERROR_OUT_OF_MEMORY: the page that was there before still is. */
GAN_API gan_status gan_report_write(gan_report *report);

#ifdef __cplusplus
}
#endif
#endif

/* A report's inside: what it has collected, and the parts that describe, write and read it. */
#ifndef GAN_SRC_WATCH_REPORT_H
#define GAN_SRC_WATCH_REPORT_H

#include "gan/report.h"
#include "io/json.h"
#include "watch/curves.h"
#include "watch/grids.h"

#include <stdatomic.h>

enum { GAN_REPORT_NUMBERS = 32, GAN_REPORT_NOTES = 32, GAN_REPORT_EVENTS = 256 };

#define GAN_REPORT_FORMAT         "report"
#define GAN_REPORT_FORMAT_VERSION 1

/* What was measured under one name: two curves, the values and their errors. */
struct gan_report_number {
    char *name;
    struct gan_curves curves;
};

struct gan_report_note {
    char *name, *text;
};

struct gan_report_event {
    uint64_t step;
    int level;
    char *json; /* an object */
};

/* How far the run is; all 0 where nobody said. */
struct gan_report_progress {
    int64_t step, steps, epoch, epochs;
    double left; /* seconds; negative: unknown */
};

struct gan_report {
    atomic_int references;
    gan_run_observer observer;
    char *path, *title;
    double every_seconds;
    int columns, scale;

    /* What the page keeps for a run that goes on with it. */
    int64_t began_ms;        /* since 1970 */
    double earlier;          /* seconds of the runs before this one */
    uint64_t latest;         /* step: what comes up to it again takes the place of what there was */
    struct gan_curves steps; /* of the fields of gan_step_report (gan_log_fields) */
    const char **step_names;
    struct gan_report_number number[GAN_REPORT_NUMBERS];
    int numbers;
    struct gan_report_event event[GAN_REPORT_EVENTS];
    int events;
    struct gan_grids grids;

    /* What each run says anew. */
    struct gan_report_note note[GAN_REPORT_NOTES];
    int notes;
    char *facts;            /* JSON: what was described; NULL: nothing */
    gan_trainer *described; /* by a run, before its first step: not all was known then. Not a reference */
    const gan_loader *described_data;
    struct gan_report_progress progress;
    char ended[160]; /* why; "": it goes on */
    struct {
        int64_t count, step;
        double value, error;
    } best; /* evaluation; count 0: none */

    double opened, written, took; /* clock: when, when last, how long that lasted */
};

/* The value of "facts": what is trained, by what, on what. */
gan_status gan_report_write_facts(struct gan_json_writer *json, gan_trainer *trainer, const gan_loader *loader);

/* Writes the page; its errors begin with `who`. */
gan_status gan_report_write_page(gan_report *report, const char *who);
/* Writes it if it is time; a failure is a warning in the log. */
void gan_report_write_if_due(gan_report *report, bool at_once);

/* What a page keeps, into a report that is new. */
gan_status gan_report_read_page(gan_report *report, const char *who);

/* Its name's number, a new one if need be; NULL and an error where there is no room. */
struct gan_report_number *gan_report_number_of(gan_report *report, const char *name, const char *who);
/* Takes the JSON. Of too many the oldest of the least level goes. */
void gan_report_keep_event(gan_report *report, struct gan_report_event event);

/* The observer's functions, for gan_report_open. */
void gan_report_observe(gan_report *report);

#endif

/* What a run's log is made of: files of rows (lines of JSON, a table) and event files. */
#ifndef GAN_SRC_TRAIN_RUN_LOG_H
#define GAN_SRC_TRAIN_RUN_LOG_H

#include "gan/health.h"
#include "gan/run_log.h"
#include "io/append.h"
#include "io/event_file.h"
#include "io/json.h"

/* A field of gan_step_report; the list ends with one without a name. */
struct gan_log_field {
    const char *name, *tag; /* in rows, in events */
    size_t offset;
    enum { GAN_LOG_FLOAT, GAN_LOG_DOUBLE, GAN_LOG_BOOL } type;
};
extern const struct gan_log_field gan_log_fields[];
double gan_log_value(const gan_step_report *report, const struct gan_log_field *field);

/* A caller's report into `own`, which is begun with GAN_STEP_REPORT_INIT: what an older program's lacks stays zero. */
gan_status gan_log_read_report(gan_step_report *own, const gan_step_report *given, const char *argument,
                               const char *who);
/* GAN_OK for a caller's event that has all that one has. */
gan_status gan_log_check_event(const gan_health_event *event, const char *who);
/* Milliseconds since 1970. */
int64_t gan_log_unix_ms(void);

/* ---- rows ---- */

struct gan_log_rows {
    struct gan_append_file *file; /* NULL: there is none */
    struct gan_json_writer text;  /* of the latest row; its memory is used again */
    bool table;
};

gan_status gan_log_rows_open(struct gan_log_rows *rows, const char *path, bool table, bool append, const char *who);
gan_status gan_log_rows_write(struct gan_log_rows *rows, const gan_step_report *report, int64_t unix_ms);
/* Lines alone; in a table, nothing. */
gan_status gan_log_rows_write_number(struct gan_log_rows *rows, uint64_t step, const char *name, double value,
                                     int64_t unix_ms);
gan_status gan_log_rows_write_event(struct gan_log_rows *rows, const struct gan_health_event *event, int64_t unix_ms);
gan_status gan_log_rows_cut(struct gan_log_rows *rows, uint64_t step, const char *who);
void gan_log_rows_close(struct gan_log_rows *rows);

/* ---- events ---- */

struct gan_log_events {
    char *folder;
    struct gan_append_file *file; /* NULL: there is none */
    struct gan_event event;       /* the latest; its memory is used again */
    bool earlier;                 /* other event files are in the folder */
};

gan_status gan_log_events_open(struct gan_log_events *events, const char *folder, bool append, int64_t unix_ms,
                               const char *who);
gan_status gan_log_events_write(struct gan_log_events *events, const gan_step_report *report, int64_t unix_ms);
gan_status gan_log_events_write_number(struct gan_log_events *events, uint64_t step, const char *name, double value,
                                       int64_t unix_ms);
gan_status gan_log_events_write_picture(struct gan_log_events *events, uint64_t step, const char *name,
                                        const struct gan_picture *picture, int64_t unix_ms, const char *who);
gan_status gan_log_events_cut(struct gan_log_events *events, uint64_t step, int64_t unix_ms, const char *who);
void gan_log_events_close(struct gan_log_events *events);

/* ---- the log ---- */

/* Whether gan_run_log_write_images would write. */
bool gan_run_log_takes_images(const gan_run_log *log);

#endif

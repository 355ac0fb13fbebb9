/* A run's log: the handle, and what goes to which of its files. */
#include "train/run_log.h"

#include "base/memory.h"
#include "base/status.h"
#include "io/grid.h"
#include "io/png.h"
#include "nn/recipe.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct gan_run_log {
    atomic_int references;
    gan_run_log_options options;
    struct gan_log_rows lines, table;
    struct gan_log_events events;
    uint64_t latest; /* no step after it is in the files */
};

int64_t gan_log_unix_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- opening and closing ---- */

gan_status gan_run_log_options_init_sized(gan_run_log_options *options, size_t struct_size)
{
    const gan_run_log_options own = {.struct_size = sizeof own, .every = 1, .image_scale = 1};
    return gan_options_write(options, struct_size, &own, sizeof own, sizeof own, "gan_run_log_options_init");
}

static gan_status read_options(gan_run_log_options *own, const gan_run_log_options *given, const char *who)
{
    gan_run_log_options_init(own);
    gan_status status = gan_options_read(own, sizeof *own, given, sizeof *own, who);
    if (status == GAN_OK && own->every < 1)
        status = gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: every is %" PRId64 ", want 1 or more steps", who,
                          own->every);
    if (status == GAN_OK && own->image_scale < 1)
        status = gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: image_scale is %d, want 1 or more", who, own->image_scale);
    return status;
}

static bool ends_in(const char *text, const char *ending)
{
    size_t length = strlen(text), tail = strlen(ending);
    return length > tail && strcmp(text + length - tail, ending) == 0;
}

static gan_status open_rows_in(struct gan_log_rows *rows, const char *folder, bool table, bool append, const char *who)
{
    char *path = gan_format("%s/log.%s", folder, table ? "csv" : "jsonl");
    gan_status status = path != NULL ? gan_log_rows_open(rows, path, table, append, who) : GAN_ERROR_OUT_OF_MEMORY;
    gan_free(path);
    return status;
}

static gan_status open_folder(gan_run_log *log, const char *folder, const char *who)
{
    bool append = log->options.append;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return gan_fail(GAN_ERROR_IO, "%s: %s: the folder cannot be made: %s", who, folder, strerror(errno));
    gan_status status = open_rows_in(&log->lines, folder, false, append, who);
    if (status == GAN_OK)
        status = open_rows_in(&log->table, folder, true, append, who);
    if (status == GAN_OK)
        status = gan_log_events_open(&log->events, folder, append, gan_log_unix_ms(), who);
    return status;
}

static gan_status open_files(gan_run_log *log, const char *path, const char *who)
{
    if (ends_in(path, ".jsonl") || ends_in(path, ".json"))
        return gan_log_rows_open(&log->lines, path, false, log->options.append, who);
    if (ends_in(path, ".csv"))
        return gan_log_rows_open(&log->table, path, true, log->options.append, who);
    return open_folder(log, path, who);
}

gan_run_log *gan_run_log_open(const char *path, const gan_run_log_options *options)
{
    static const char who[] = "gan_run_log_open";
    gan_run_log_options own;
    if (path == NULL || *path == '\0')
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: path is %s, want a file's or a folder's name", who,
                             path == NULL ? "NULL" : "empty");
    if (read_options(&own, options, who) != GAN_OK)
        return NULL;
    gan_run_log *log = gan_alloc_zero(1, sizeof *log);
    if (log == NULL)
        return NULL;
    atomic_init(&log->references, 1);
    log->options = own;
    log->latest = own.append ? UINT64_MAX : 0;
    if (open_files(log, path, who) == GAN_OK)
        return log;
    gan_run_log_unref(log);
    return NULL;
}

gan_run_log *gan_run_log_ref(gan_run_log *log)
{
    if (log != NULL)
        atomic_fetch_add_explicit(&log->references, 1, memory_order_relaxed);
    return log;
}

void gan_run_log_unref(gan_run_log *log)
{
    if (log == NULL || atomic_fetch_sub_explicit(&log->references, 1, memory_order_acq_rel) != 1)
        return;
    gan_log_rows_close(&log->lines);
    gan_log_rows_close(&log->table);
    gan_log_events_close(&log->events);
    gan_free(log);
}

/* ---- writing ---- */

static void note_step(gan_run_log *log, uint64_t step)
{
    log->latest = step > log->latest ? step : log->latest;
}

gan_status gan_log_read_report(gan_step_report *own, const gan_step_report *given, const char *argument,
                               const char *who)
{
    if (given == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, argument);
    if (given->struct_size < sizeof given->struct_size || given->struct_size > sizeof *own)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: the %s's struct_size is %zu, want %zu; begin with GAN_STEP_REPORT_INIT", who, argument,
                        given->struct_size, sizeof *own);
    memcpy(own, given, given->struct_size);
    return GAN_OK;
}

gan_status gan_run_log_write(gan_run_log *log, const gan_step_report *report)
{
    static const char who[] = "gan_run_log_write";
    gan_step_report own = GAN_STEP_REPORT_INIT;
    if (log == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: log is NULL", who);
    gan_status status = gan_log_read_report(&own, report, "report", who);
    if (status != GAN_OK || own.step % (uint64_t)log->options.every != 0)
        return status;
    int64_t now = gan_log_unix_ms();
    note_step(log, own.step);
    status = gan_log_rows_write(&log->lines, &own, now);
    if (status == GAN_OK)
        status = gan_log_rows_write(&log->table, &own, now);
    return status == GAN_OK ? gan_log_events_write(&log->events, &own, now) : status;
}

static gan_status check_named(const gan_run_log *log, const char *name, const char *who)
{
    if (log == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: log is NULL", who);
    if (name == NULL || *name == '\0')
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: name is %s, want what is written", who,
                        name == NULL ? "NULL" : "empty");
    return GAN_OK;
}

gan_status gan_run_log_write_number(gan_run_log *log, uint64_t step, const char *name, double value)
{
    gan_status status = check_named(log, name, "gan_run_log_write_number");
    if (status != GAN_OK)
        return status;
    int64_t now = gan_log_unix_ms();
    note_step(log, step);
    status = gan_log_rows_write_number(&log->lines, step, name, value, now);
    return status == GAN_OK ? gan_log_events_write_number(&log->events, step, name, value, now) : status;
}

gan_status gan_log_check_event(const gan_health_event *event, const char *who)
{
    if (event == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: event is NULL", who);
    if (event->struct_size != sizeof *event)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the event's struct_size is %zu, want %zu", who,
                        event->struct_size, sizeof *event);
    const char *const texts[] = {event->name,  event->level_name, gan_health_level_name(event->before),
                                 event->where, event->message,    event->advice,
                                 event->option};
    bool whole = event->evidence_count >= 0 && event->evidence_count <= GAN_MAX_EVIDENCE;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        whole = whole && texts[i] != NULL;
    for (int i = 0; whole && i < event->evidence_count; i++)
        whole = event->evidence[i].name != NULL;
    return whole ? GAN_OK
                 : gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                            "%s: the event lacks a text, or its level or evidence_count cannot be; give what a "
                            "gan_health_callback got",
                            who);
}

gan_status gan_run_log_write_event(gan_run_log *log, const gan_health_event *event)
{
    static const char who[] = "gan_run_log_write_event";
    if (log == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: log is NULL", who);
    gan_status status = gan_log_check_event(event, who);
    if (status != GAN_OK)
        return status;
    char name[64];
    snprintf(name, sizeof name, "health/%.50s", event->name);
    int64_t now = gan_log_unix_ms();
    note_step(log, event->step);
    status = gan_log_rows_write_event(&log->lines, event, now);
    if (status != GAN_OK)
        return status;
    return gan_log_events_write_number(&log->events, event->step, name, (double)event->level, now);
}

bool gan_run_log_takes_images(const gan_run_log *log)
{
    return log->events.file != NULL && gan_png_available();
}

gan_status gan_run_log_write_images(gan_run_log *log, uint64_t step, const char *name, const gan_tensor *images)
{
    static const char who[] = "gan_run_log_write_images";
    gan_status status = check_named(log, name, who);
    if (status != GAN_OK || log->events.file == NULL)
        return status;
    struct gan_picture *picture = gan_grid_draw(images, log->options.image_columns, log->options.image_scale, who);
    if (picture == NULL)
        return gan_error_status();
    note_step(log, step);
    status = gan_log_events_write_picture(&log->events, step, name, picture, gan_log_unix_ms(), who);
    gan_picture_free(picture);
    return status;
}

gan_status gan_run_log_cut(gan_run_log *log, uint64_t step)
{
    static const char who[] = "gan_run_log_cut";
    if (log == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: log is NULL", who);
    if (log->latest <= step)
        return GAN_OK;
    gan_status status = gan_log_rows_cut(&log->lines, step, who);
    if (status == GAN_OK)
        status = gan_log_rows_cut(&log->table, step, who);
    if (status == GAN_OK)
        status = gan_log_events_cut(&log->events, step, gan_log_unix_ms(), who);
    if (status == GAN_OK)
        log->latest = step;
    return status;
}

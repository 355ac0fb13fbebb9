/* The event files of a run's log: one for each time that it was opened, in the same folder. */
#include "train/run_log.h"

#include "base/memory.h"
#include "base/status.h"
#include "io/png.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_event_file(const char *name)
{
    return strncmp(name, GAN_EVENT_FILE_PREFIX, strlen(GAN_EVENT_FILE_PREFIX)) == 0;
}

/* Calls `each` with the path of every event file of the folder, until one call fails. */
static gan_status for_each_file(const struct gan_log_events *events,
                                gan_status (*each)(const char *path, uint64_t step, const char *who), uint64_t step,
                                const char *who)
{
    DIR *open = opendir(events->folder);
    if (open == NULL)
        return gan_fail(GAN_ERROR_IO, "%s: %s: the folder cannot be read: %s", who, events->folder, strerror(errno));
    gan_status status = GAN_OK;
    errno = 0;
    for (struct dirent *entry; status == GAN_OK && (entry = readdir(open)) != NULL; errno = 0) {
        if (!is_event_file(entry->d_name))
            continue;
        char *path = gan_format("%s/%s", events->folder, entry->d_name);
        status = path != NULL ? each(path, step, who) : GAN_ERROR_OUT_OF_MEMORY;
        gan_free(path);
    }
    if (status == GAN_OK && errno != 0)
        status = gan_fail(GAN_ERROR_IO, "%s: %s: the folder cannot be read: %s", who, events->folder, strerror(errno));
    closedir(open);
    return status;
}

/* ---- writing ---- */

static void begin(struct gan_log_events *events, uint64_t step, int64_t unix_ms)
{
    gan_event_begin(&events->event, (double)unix_ms / 1000, step);
}

static gan_status end(struct gan_log_events *events)
{
    gan_status status = gan_event_end(&events->event);
    if (status != GAN_OK)
        return status;
    return gan_append_file_write(events->file, events->event.wire.bytes, events->event.wire.length);
}

gan_status gan_log_events_write(struct gan_log_events *events, const gan_step_report *report, int64_t unix_ms)
{
    if (events->file == NULL)
        return GAN_OK;
    begin(events, report->step, unix_ms);
    for (const struct gan_log_field *field = gan_log_fields; field->name != NULL; field++)
        gan_event_add_number(&events->event, field->tag, (float)gan_log_value(report, field));
    return end(events);
}

gan_status gan_log_events_write_number(struct gan_log_events *events, uint64_t step, const char *name, double value,
                                       int64_t unix_ms)
{
    if (events->file == NULL)
        return GAN_OK;
    begin(events, step, unix_ms);
    gan_event_add_number(&events->event, name, (float)value);
    return end(events);
}

gan_status gan_log_events_write_picture(struct gan_log_events *events, uint64_t step, const char *name,
                                        const struct gan_picture *picture, int64_t unix_ms, const char *who)
{
    uint8_t *png;
    size_t size;
    gan_status status = gan_png_encode(picture, &png, &size, who, name);
    if (status != GAN_OK)
        return status;
    begin(events, step, unix_ms);
    gan_event_add_picture(&events->event, name, picture, png, size);
    gan_free(png);
    return end(events);
}

/* ---- going on ---- */

static gan_status cut_file(const char *path, uint64_t step, const char *who)
{
    int64_t size;
    gan_status status = gan_event_file_scan(path, step, &size, who);
    if (status == GAN_OK && truncate(path, (off_t)size) != 0)
        status = gan_fail(GAN_ERROR_IO, "%s: %s: it cannot be cut: %s", who, path, strerror(errno));
    return status;
}

gan_status gan_log_events_cut(struct gan_log_events *events, uint64_t step, int64_t unix_ms, const char *who)
{
    int64_t size;
    if (events->file == NULL)
        return GAN_OK;
    int64_t before = gan_append_file_size(events->file);
    gan_status status = gan_event_file_scan(gan_append_file_path(events->file), step, &size, who);
    if (status == GAN_OK)
        status = gan_append_file_cut(events->file, size);
    if (status == GAN_OK && events->earlier)
        status = for_each_file(events, cut_file, step, who);
    if (status != GAN_OK || (size == before && !events->earlier))
        return status;
    begin(events, step + 1, unix_ms);
    gan_event_add_start(&events->event);
    return end(events);
}

/* ---- opening ---- */

static gan_status refuse(const char *path, uint64_t step, const char *who)
{
    (void)step;
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                    "%s: %s is there already; set append to go on with it, or remove it, or give another path", who,
                    path);
}

static gan_status found(const char *path, uint64_t step, const char *who)
{
    (void)path;
    (void)step;
    (void)who;
    return GAN_ERROR_SYSTEM; /* the first ends the walk; it is no failure */
}

/* In the order of their making by name, as TensorBoard reads them. */
static char *new_name(const char *folder, int64_t unix_ms)
{
    static _Atomic unsigned counter;
    char host[65] = "host";
    if (gethostname(host, sizeof host - 1) != 0 || strchr(host, '/') != NULL)
        strcpy(host, "host");
    return gan_format("%s/" GAN_EVENT_FILE_PREFIX "%013" PRId64 ".%s.%ld.%u", folder, unix_ms, host, (long)getpid(),
                      atomic_fetch_add(&counter, 1));
}

gan_status gan_log_events_open(struct gan_log_events *events, const char *folder, bool append, int64_t unix_ms,
                               const char *who)
{
    events->folder = gan_strdup(folder);
    if (events->folder == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_status status = for_each_file(events, append ? found : refuse, 0, who);
    events->earlier = append && status == GAN_ERROR_SYSTEM;
    if (status != GAN_OK && !events->earlier)
        return status;
    char *path = new_name(folder, unix_ms);
    events->file = path != NULL ? gan_append_file_open(path, "gan_run_log") : NULL;
    gan_free(path);
    if (events->file == NULL)
        return gan_error_status();
    begin(events, 0, unix_ms);
    gan_event_add_version(&events->event);
    return end(events);
}

void gan_log_events_close(struct gan_log_events *events)
{
    gan_append_file_close(events->file);
    gan_buffer_clear(&events->event.wire);
    gan_free(events->folder);
}

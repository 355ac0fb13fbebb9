/*
 * Going on with a page: what it keeps is read back from the page itself, which is one file, whole at any moment, and
 * there whether or not the run has a log.
 */
#include "watch/report.h"
#include "watch/report_page.h"

#include "base/memory.h"
#include "base/status.h"
#include "io/source.h"

#include <math.h>
#include <string.h>

static gan_status reject(const gan_report *report, const char *who, const char *what)
{
    return gan_fail(GAN_ERROR_FORMAT,
                    "%s: %s: %s; remove it, or give another path, or leave out append to have it replaced", who,
                    report->path, what);
}

/* An event as compact JSON again. */
static gan_status read_event(gan_report *report, const struct gan_json *json)
{
    int64_t step, level;
    bool known = gan_json_integer(gan_json_get(json, "step"), &step) && step >= 0 &&
                 gan_json_integer(gan_json_get(json, "level"), &level) && level >= 0 && level < 16;
    if (!known)
        return GAN_ERROR_FORMAT;
    char *own = gan_json_compact(json);
    if (own == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_report_keep_event(report, (struct gan_report_event){(uint64_t)step, (int)level, own});
    return GAN_OK;
}

static gan_status read_events(gan_report *report, const struct gan_json *events)
{
    gan_status status = gan_json_is_array(events) ? GAN_OK : GAN_ERROR_FORMAT;
    for (size_t i = 0; status == GAN_OK && i < gan_json_count(events); i++)
        status = read_event(report, gan_json_item(events, i));
    return status;
}

static gan_status read_numbers(gan_report *report, const struct gan_json *numbers, const char *who)
{
    static const char *const names[] = {"value", "error"};
    if (!gan_json_is_array(numbers) || gan_json_count(numbers) > GAN_REPORT_NUMBERS)
        return GAN_ERROR_FORMAT;
    for (size_t i = 0; i < gan_json_count(numbers); i++) {
        const struct gan_json *json = gan_json_item(numbers, i);
        const char *name;
        if (!gan_json_text(gan_json_get(json, "name"), &name) || *name == '\0')
            return GAN_ERROR_FORMAT;
        struct gan_report_number *number = gan_report_number_of(report, name, who);
        if (number == NULL)
            return GAN_ERROR_OUT_OF_MEMORY;
        if (!gan_curves_read(&number->curves, gan_json_get(json, "points"), names))
            return GAN_ERROR_FORMAT;
    }
    return GAN_OK;
}

static gan_status read_kept(gan_report *report, const struct gan_json *json, const char *who)
{
    const struct gan_json *run = gan_json_get(json, "run");
    const char *format;
    int64_t version;
    if (!gan_json_text(gan_json_get(json, "format"), &format) || strcmp(format, GAN_REPORT_FORMAT) != 0)
        return reject(report, who, "it is no report of a run");
    if (!gan_json_integer(gan_json_get(json, "version"), &version) || version != GAN_REPORT_FORMAT_VERSION)
        return reject(report, who, "it was written by another libgan, in a way that this one cannot read");
    if (!gan_json_integer(gan_json_get(run, "began_ms"), &report->began_ms) ||
        !gan_json_double(gan_json_get(run, "seconds"), &report->earlier) || !(report->earlier >= 0))
        return reject(report, who, "its times are damaged");
    if (!gan_curves_read(&report->steps, gan_json_get(json, "steps"), report->step_names))
        return reject(report, who, "its curves are damaged");
    gan_status status = read_numbers(report, gan_json_get(json, "numbers"), who);
    if (status == GAN_ERROR_FORMAT)
        return reject(report, who, "what was measured is damaged in it");
    if (status == GAN_OK)
        status = read_events(report, gan_json_get(json, "events"));
    if (status == GAN_ERROR_FORMAT)
        return reject(report, who, "its events are damaged");
    if (status == GAN_OK && !gan_grids_read(&report->grids, gan_json_get(json, "grids"), &status))
        return status != GAN_OK ? status : reject(report, who, "its images are damaged");
    return status;
}

/* The latest step of all that was kept: what comes again up to it is known. */
static void note_latest(gan_report *report)
{
    report->latest = gan_curves_latest(&report->steps);
    for (int i = 0; i < report->numbers; i++) {
        uint64_t step = gan_curves_latest(&report->number[i].curves);
        report->latest = step > report->latest ? step : report->latest;
    }
    if (report->grids.count > 0 && report->grids.grid[report->grids.count - 1].step > report->latest)
        report->latest = report->grids.grid[report->grids.count - 1].step;
}

gan_status gan_report_read_page(gan_report *report, const char *who)
{
    size_t size;
    struct gan_source *source = gan_source_open_plain(report->path);
    char *page = source != NULL ? gan_source_read_all(source, &size) : NULL;
    gan_source_close(source);
    if (page == NULL)
        return gan_error_status();
    char *data = strstr(page, GAN_PAGE_DATA_BEGINS);
    data = data != NULL ? data + strlen(GAN_PAGE_DATA_BEGINS) : NULL;
    const char *end = data != NULL ? strstr(data, GAN_PAGE_DATA_ENDS) : NULL;
    gan_status status = end != NULL ? GAN_OK : reject(report, who, "it is no report of a run, or is cut short");
    struct gan_json *json = status == GAN_OK ? gan_json_parse(data, (size_t)(end - data), report->path) : NULL;
    if (status == GAN_OK && json == NULL)
        status = gan_error_status();
    if (status == GAN_OK)
        status = read_kept(report, json, who);
    gan_json_free(json);
    gan_free(page);
    if (status == GAN_OK)
        note_latest(report);
    return status;
}

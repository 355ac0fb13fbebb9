/* What was found of a run's health, in its report. */
#include "watch/report.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/status.h"
#include "gan/health.h"
#include "train/run_log.h"

#include <string.h>

void gan_report_keep_event(gan_report *report, struct gan_report_event event)
{
    if (report->events == GAN_REPORT_EVENTS) {
        int least = 0;
        for (int i = 1; i < report->events; i++)
            least = report->event[i].level < report->event[least].level ? i : least;
        gan_free(report->event[least].json);
        report->events--;
        memmove(report->event + least, report->event + least + 1,
                (size_t)(report->events - least) * sizeof *report->event);
    }
    report->event[report->events++] = event;
}

static char *event_json(const gan_health_event *event)
{
    struct gan_json_writer json = {0};
    gan_json_begin(&json, NULL, '{');
    gan_json_write_integer(&json, "step", (int64_t)event->step);
    gan_json_write_integer(&json, "level", (int64_t)event->level);
    gan_json_write_text(&json, "name", event->name);
    gan_json_write_text(&json, "where", event->where);
    gan_json_write_text(&json, "message", event->message);
    gan_json_write_text(&json, "advice", event->advice);
    gan_json_write_text(&json, "option", event->option);
    gan_json_write_digits(&json, "score", event->score, 6);
    gan_json_write_digits(&json, "threshold", event->threshold, 6);
    gan_json_begin(&json, "evidence", '[');
    for (int i = 0; i < event->evidence_count; i++) {
        gan_json_begin(&json, NULL, '{');
        gan_json_write_text(&json, "name", event->evidence[i].name);
        gan_json_write_digits(&json, "value", event->evidence[i].value, 6);
        gan_json_end(&json, '}');
    }
    gan_json_end(&json, ']');
    gan_json_end(&json, '}');
    return gan_json_finish(&json);
}

gan_status gan_report_add_event(gan_report *report, const struct gan_health_event *event)
{
    static const char who[] = "gan_report_add_event";
    if (report == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: report is NULL", who);
    gan_status status = gan_log_check_event(event, who);
    if (status != GAN_OK)
        return status;
    struct gan_report_event own = {event->step, (int)event->level, event_json(event)};
    if (own.json == NULL)
        return gan_error_status();
    gan_report_keep_event(report, own);
    gan_report_write_if_due(report, false);
    return GAN_OK;
}

void gan_report_on_event(void *report, const struct gan_health_event *event)
{
    if (gan_report_add_event(report, event) != GAN_OK)
        gan_log_message(GAN_LOG_WARNING, "%s", gan_error_message());
}

/* Writing the page: the template with style, script and data in their places. */
#include "watch/report_page.h"
#include "watch/report.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/status.h"
#include "io/file.h"
#include "train/run_log.h"
#include "train/trainer.h"

#include <string.h>

/* ---- data ---- */

static void write_run(const gan_report *r, struct gan_json_writer *json)
{
    gan_json_begin(json, "run", '{');
    gan_json_write_bool(json, "ended", r->ended[0] != '\0');
    gan_json_write_text(json, "reason", r->ended);
    gan_json_write_integer(json, "began_ms", r->began_ms);
    gan_json_write_integer(json, "written_ms", gan_log_unix_ms());
    gan_json_write_digits(json, "seconds", r->earlier + gan_seconds() - r->opened, 9);
    gan_json_write_integer(json, "step", r->progress.step);
    gan_json_write_integer(json, "steps", r->progress.steps);
    gan_json_write_integer(json, "epoch", r->progress.epoch);
    gan_json_write_integer(json, "epochs", r->progress.epochs);
    gan_json_write_digits(json, "left", r->progress.left, 6);
    if (r->best.count > 0) {
        gan_json_begin(json, "best", '{');
        gan_json_write_integer(json, "step", r->best.step);
        gan_json_write_digits(json, "value", r->best.value, 9);
        gan_json_write_digits(json, "error", r->best.error, 6);
        gan_json_end(json, '}');
    }
    gan_json_end(json, '}');
}

static void write_numbers(const gan_report *r, struct gan_json_writer *json)
{
    static const char *const names[] = {"value", "error"};
    gan_json_begin(json, "numbers", '[');
    for (int i = 0; i < r->numbers; i++) {
        gan_json_begin(json, NULL, '{');
        gan_json_write_text(json, "name", r->number[i].name);
        gan_curves_write(&r->number[i].curves, json, "points", names);
        gan_json_end(json, '}');
    }
    gan_json_end(json, ']');
}

static char *data_of(const gan_report *r)
{
    struct gan_json_writer json = {0};
    gan_json_begin(&json, NULL, '{');
    gan_json_write_text(&json, "format", GAN_REPORT_FORMAT);
    gan_json_write_integer(&json, "version", GAN_REPORT_FORMAT_VERSION);
    gan_json_write_text(&json, "library", gan_version());
    gan_json_write_text(&json, "title", r->title);
    gan_json_write_digits(&json, "every_seconds", r->every_seconds, 6);
    write_run(r, &json);
    gan_json_begin(&json, "notes", '[');
    for (int i = 0; i < r->notes; i++) {
        gan_json_begin(&json, NULL, '{');
        gan_json_write_text(&json, "name", r->note[i].name);
        gan_json_write_text(&json, "text", r->note[i].text);
        gan_json_end(&json, '}');
    }
    gan_json_end(&json, ']');
    if (r->facts != NULL)
        gan_json_write_raw(&json, "facts", r->facts);
    gan_json_begin(&json, "events", '[');
    for (int i = 0; i < r->events; i++)
        gan_json_write_raw(&json, NULL, r->event[i].json);
    gan_json_end(&json, ']');
    gan_curves_write(&r->steps, &json, "steps", r->step_names);
    write_numbers(r, &json);
    gan_grids_write(&r->grids, &json, "grids");
    gan_json_end(&json, '}');
    return gan_json_finish(&json);
}

/* ---- the page ---- */

/* JSON has a '<' only inside texts, where it may be written by its number; then no text can end the script. */
static void write_data(struct gan_file_writer *file, const char *json)
{
    for (const char *at = json; *at != '\0';) {
        size_t plain = strcspn(at, "<");
        gan_file_writer_write(file, at, plain);
        at += plain;
        if (*at == '<') {
            gan_file_writer_write(file, "\\u003c", 6);
            at++;
        }
    }
}

static void write_escaped(struct gan_file_writer *file, const char *text)
{
    for (; *text != '\0'; text++) {
        const char *name = *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : *text == '&' ? "&amp;" : NULL;
        if (name != NULL)
            gan_file_writer_write(file, name, strlen(name));
        else
            gan_file_writer_write(file, text, 1);
    }
}

/* What a place in the template, "{{name}}", stands for. False: it is no place. */
static bool write_place(struct gan_file_writer *file, const char *place, size_t size, const gan_report *report,
                        const char *data)
{
    static const struct {
        const char *name;
        int part;
    } places[] = {{"{{title}}", 0}, {"{{style}}", 1}, {"{{data}}", 2}, {"{{script}}", 3}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (size != strlen(places[i].name) || memcmp(place, places[i].name, size) != 0)
            continue;
        if (places[i].part == 0)
            write_escaped(file, report->title);
        else if (places[i].part == 1)
            gan_file_writer_write(file, gan_page_css, gan_page_css_size);
        else if (places[i].part == 2)
            write_data(file, data);
        else
            gan_file_writer_write(file, gan_page_js, gan_page_js_size);
        return true;
    }
    return false;
}

static void write_template(struct gan_file_writer *file, const gan_report *report, const char *data)
{
    const char *at = (const char *)gan_page_html, *end = at + gan_page_html_size;
    while (at < end) {
        const char *brace = memchr(at, '{', (size_t)(end - at));
        const char *close = brace != NULL ? memchr(brace, '}', (size_t)(end - brace)) : NULL;
        if (close == NULL || close + 1 >= end) {
            gan_file_writer_write(file, at, (size_t)(end - at));
            return;
        }
        gan_file_writer_write(file, at, (size_t)(brace - at));
        if (!write_place(file, brace, (size_t)(close + 2 - brace), report, data))
            gan_file_writer_write(file, brace, (size_t)(close + 2 - brace));
        at = close + 2;
    }
}

gan_status gan_report_write_page(gan_report *report, const char *who)
{
    double began = gan_seconds();
    char *data = data_of(report);
    struct gan_file_writer *file = data != NULL ? gan_file_writer_open(report->path, who) : NULL;
    gan_status status = file != NULL ? GAN_OK : gan_error_status();
    if (status == GAN_OK) {
        write_template(file, report, data);
        status = gan_file_writer_commit(file);
    }
    gan_free(data);
    report->written = gan_seconds();
    report->took = report->written - began;
    return status;
}

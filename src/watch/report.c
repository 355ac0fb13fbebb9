/* A run's report: the handle, and what is counted in. */
#include "watch/report.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/status.h"
#include "io/base64.h"
#include "io/grid.h"
#include "io/png.h"
#include "train/run_log.h"
#include "train/trainer.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- opening and closing ---- */

gan_status gan_report_options_init_sized(gan_report_options *options, size_t struct_size)
{
    const gan_report_options own = {.struct_size = sizeof own, .every_seconds = 5, .scale = 1};
    return gan_options_write(options, struct_size, &own, sizeof own, sizeof own, "gan_report_options_init");
}

static gan_status read_options(gan_report_options *own, const gan_report_options *given, const char *who)
{
    gan_report_options_init(own);
    gan_status status = given != NULL ? gan_options_read(own, sizeof *own, given, sizeof *own, who) : GAN_OK;
    if (status == GAN_OK && !(own->every_seconds >= 0))
        status = gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: every_seconds is %g, want 0 or more", who,
                          own->every_seconds);
    if (status == GAN_OK && own->scale < 1)
        status = gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: scale is %d, want 1 or more", who, own->scale);
    return status;
}

static gan_status name_steps(gan_report *report)
{
    int count = 0;
    while (gan_log_fields[count].name != NULL)
        count++;
    report->step_names = gan_alloc((size_t)count * sizeof *report->step_names);
    if (report->step_names == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    for (int i = 0; i < count; i++)
        report->step_names[i] = gan_log_fields[i].name;
    return gan_curves_begin(&report->steps, count);
}

static gan_status set_up(gan_report *report, const char *path, const gan_report_options *o, const char *who)
{
    report->path = gan_strdup(path);
    report->title = gan_strdup(o->title != NULL ? o->title : "Training");
    report->every_seconds = o->every_seconds;
    report->columns = o->columns;
    report->scale = o->scale;
    report->began_ms = gan_log_unix_ms();
    report->opened = gan_seconds();
    report->written = report->opened;
    report->progress.left = -1;
    gan_report_observe(report);
    if (report->path == NULL || report->title == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_status status = name_steps(report);
    if (status != GAN_OK || !o->append || access(path, F_OK) != 0)
        return status;
    return gan_report_read_page(report, who);
}

gan_report *gan_report_open(const char *path, const gan_report_options *options)
{
    static const char who[] = "gan_report_open";
    gan_report_options own;
    if (path == NULL || *path == '\0')
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: path is %s, want a file's name", who,
                             path == NULL ? "NULL" : "empty");
    if (read_options(&own, options, who) != GAN_OK)
        return NULL;
    gan_report *report = gan_alloc_zero(1, sizeof *report);
    if (report == NULL)
        return NULL;
    atomic_init(&report->references, 1);
    if (set_up(report, path, &own, who) == GAN_OK)
        return report;
    gan_report_unref(report);
    return NULL;
}

gan_report *gan_report_ref(gan_report *report)
{
    if (report != NULL)
        atomic_fetch_add(&report->references, 1);
    return report;
}

void gan_report_unref(gan_report *report)
{
    if (report == NULL || atomic_fetch_sub(&report->references, 1) != 1)
        return;
    for (int i = 0; i < report->numbers; i++) {
        gan_free(report->number[i].name);
        gan_curves_clear(&report->number[i].curves);
    }
    for (int i = 0; i < report->events; i++)
        gan_free(report->event[i].json);
    for (int i = 0; i < report->notes; i++) {
        gan_free(report->note[i].name);
        gan_free(report->note[i].text);
    }
    gan_grids_clear(&report->grids);
    gan_curves_clear(&report->steps);
    gan_free(report->step_names);
    gan_free(report->facts);
    gan_free(report->path);
    gan_free(report->title);
    gan_free(report);
}

/* ---- what is said ---- */

gan_status gan_report_describe(gan_report *report, gan_trainer *trainer, const gan_loader *loader)
{
    static const char who[] = "gan_report_describe";
    if (report == NULL || trainer == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, report == NULL ? "report" : "trainer");
    struct gan_json_writer json = {0};
    gan_status status = gan_report_write_facts(&json, trainer, loader);
    char *facts = gan_json_finish(&json);
    if (status != GAN_OK || facts == NULL) {
        gan_free(facts);
        return status != GAN_OK ? status : gan_error_status();
    }
    gan_free(report->facts);
    report->facts = facts;
    return GAN_OK;
}

gan_status gan_report_note(gan_report *report, const char *name, const char *text)
{
    static const char who[] = "gan_report_note";
    if (report == NULL || name == NULL || text == NULL || *name == '\0')
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s", who,
                        report == NULL ? "report is NULL"
                        : name == NULL ? "name is NULL"
                        : text == NULL ? "text is NULL"
                                       : "name is empty, want what the text says");
    int at = 0;
    while (at < report->notes && strcmp(report->note[at].name, name) != 0)
        at++;
    if (at == GAN_REPORT_NOTES)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: \"%s\" would be the %dth note, want %d at most", who, name,
                        GAN_REPORT_NOTES + 1, GAN_REPORT_NOTES);
    struct gan_report_note note = {gan_strdup(name), gan_strdup(text)};
    if (note.name == NULL || note.text == NULL) {
        gan_free(note.name);
        gan_free(note.text);
        return GAN_ERROR_OUT_OF_MEMORY;
    }
    gan_free(report->note[at].name); /* NULL where it is new */
    gan_free(report->note[at].text);
    report->note[at] = note;
    report->notes += at == report->notes;
    return GAN_OK;
}

/* ---- what is counted in ---- */

/* Numbers and images after `step`. What was found of the run's health stays, for a trainer that is taken back. */
static void cut_figures(gan_report *report, uint64_t step)
{
    gan_curves_cut(&report->steps, step);
    for (int i = 0; i < report->numbers; i++)
        gan_curves_cut(&report->number[i].curves, step);
    gan_grids_cut(&report->grids, step);
    report->latest = step;
}

gan_status gan_report_cut(gan_report *report, uint64_t step)
{
    if (report == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_report_cut: report is NULL");
    if (step < report->latest)
        cut_figures(report, step);
    int kept = 0;
    for (int i = 0; i < report->events; i++) {
        if (report->event[i].step <= step)
            report->event[kept++] = report->event[i];
        else
            gan_free(report->event[i].json);
    }
    report->events = kept;
    return GAN_OK;
}

gan_status gan_report_add_step(gan_report *report, const gan_step_report *step)
{
    static const char who[] = "gan_report_add_step";
    gan_step_report own = GAN_STEP_REPORT_INIT;
    if (report == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: report is NULL", who);
    gan_status status = gan_log_read_report(&own, step, "step", who);
    if (status != GAN_OK)
        return status;
    double values[64];
    for (int i = 0; i < report->steps.curves; i++)
        values[i] = gan_log_value(&own, &gan_log_fields[i]);
    if (own.step <= report->latest && own.step > 0)
        cut_figures(report, own.step - 1);
    gan_curves_add(&report->steps, own.step, values);
    report->ended[0] = '\0';
    report->latest = own.step;
    gan_report_write_if_due(report, false);
    return GAN_OK;
}

struct gan_report_number *gan_report_number_of(gan_report *report, const char *name, const char *who)
{
    for (int i = 0; i < report->numbers; i++)
        if (strcmp(report->number[i].name, name) == 0)
            return &report->number[i];
    if (report->numbers == GAN_REPORT_NUMBERS)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: \"%s\" would be the %dth name, want %d at most", who,
                             name, GAN_REPORT_NUMBERS + 1, GAN_REPORT_NUMBERS);
    struct gan_report_number *number = &report->number[report->numbers];
    number->name = gan_strdup(name);
    if (number->name == NULL || gan_curves_begin(&number->curves, 2) != GAN_OK) {
        gan_free(number->name);
        number->name = NULL;
        return NULL;
    }
    report->numbers++;
    return number;
}

gan_status gan_report_add_number(gan_report *report, uint64_t step, const char *name, double value, double error)
{
    static const char who[] = "gan_report_add_number";
    if (report == NULL || name == NULL || *name == '\0')
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s", who,
                        report == NULL ? "report is NULL"
                        : name == NULL ? "name is NULL"
                                       : "name is empty, want what is measured");
    struct gan_report_number *number = gan_report_number_of(report, name, who);
    if (number == NULL)
        return gan_error_status();
    const double values[] = {value, error};
    gan_curves_add(&number->curves, step, values);
    gan_report_write_if_due(report, false);
    return GAN_OK;
}

/* ---- images ---- */

enum { MOST_PIXELS = 1 << 20 }; /* of a grid: what a page has room for, and a screen shows */

/* As many of the first images as fit, in whole rows where there are several. A new tensor. */
static gan_tensor *first_images(const gan_report *report, const gan_tensor *images)
{
    gan_shape shape = gan_tensor_shape(images);
    if (shape.rank != 4 || gan_tensor_data(images) == NULL)
        return gan_tensor_ref((gan_tensor *)images);
    int64_t pixels = shape.dims[2] * shape.dims[3] * report->scale * report->scale;
    int64_t most = pixels < MOST_PIXELS ? MOST_PIXELS / (pixels > 0 ? pixels : 1) : 1;
    if (shape.dims[0] <= most)
        return gan_tensor_ref((gan_tensor *)images);
    if (report->columns > 0 && most > report->columns)
        most -= most % report->columns;
    shape.dims[0] = most;
    return gan_tensor_from(shape, gan_tensor_data(images));
}

static gan_status draw(const gan_report *report, const gan_tensor *images, struct gan_grid *grid, const char *who)
{
    gan_tensor *first = first_images(report, images);
    struct gan_picture *picture = first != NULL ? gan_grid_draw(first, report->columns, report->scale, who) : NULL;
    uint8_t *png = NULL;
    size_t size = 0;
    gan_status status = picture != NULL ? gan_png_encode(picture, &png, &size, who, "images") : gan_error_status();
    if (status == GAN_OK) {
        grid->width = picture->width;
        grid->height = picture->height;
        grid->png = gan_base64(png, size);
        status = grid->png != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
    }
    gan_free(png);
    gan_picture_free(picture);
    gan_tensor_unref(first);
    return status;
}

gan_status gan_report_add_images(gan_report *report, uint64_t step, const gan_tensor *images)
{
    static const char who[] = "gan_report_add_images";
    if (report == NULL || images == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, report == NULL ? "report" : "images");
    struct gan_grid grid = {.step = step};
    gan_status status = draw(report, images, &grid, who);
    if (status != GAN_OK)
        return status;
    gan_grids_add(&report->grids, grid);
    gan_report_write_if_due(report, false);
    return GAN_OK;
}

/* ---- writing ---- */

void gan_report_write_if_due(gan_report *report, bool at_once)
{
    double since = gan_seconds() - report->written;
    if (!at_once && !(since >= report->every_seconds && since >= 100 * report->took))
        return;
    if (gan_report_write_page(report, "gan_report") != GAN_OK)
        gan_log_message(GAN_LOG_WARNING, "%s; training goes on, and the page is tried again later",
                        gan_error_message());
}

gan_status gan_report_end(gan_report *report, const char *reason)
{
    static const char who[] = "gan_report_end";
    if (report == NULL || reason == NULL || *reason == '\0')
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s", who,
                        report == NULL   ? "report is NULL"
                        : reason == NULL ? "reason is NULL"
                                         : "reason is empty, want why the training ended");
    snprintf(report->ended, sizeof report->ended, "%s", reason);
    return gan_report_write_page(report, who);
}

gan_status gan_report_write(gan_report *report)
{
    static const char who[] = "gan_report_write";
    if (report == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: report is NULL", who);
    return gan_report_write_page(report, who);
}

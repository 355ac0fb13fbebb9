/* The rows of a run's log: lines of JSON, or a table of comma-separated values. */
#include "train/run_log.h"

#include "base/memory.h"
#include "base/status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FIELD(name_, tag_, type_)                                                                                      \
    {                                                                                                                  \
#name_, tag_, offsetof(gan_step_report, name_), type_                                                          \
    }

const struct gan_log_field gan_log_fields[] = {
    FIELD(d_loss, "loss/D", GAN_LOG_FLOAT),
    FIELD(g_loss, "loss/G", GAN_LOG_FLOAT),
    FIELD(d_penalty, "penalty/D", GAN_LOG_FLOAT),
    FIELD(g_penalty, "penalty/G", GAN_LOG_FLOAT),
    FIELD(r1_penalty, "penalty/R1", GAN_LOG_FLOAT),
    FIELD(d_real, "probability/real", GAN_LOG_FLOAT),
    FIELD(d_made, "probability/made", GAN_LOG_FLOAT),
    FIELD(d_real_logit, "logit/real", GAN_LOG_FLOAT),
    FIELD(d_made_logit, "logit/made", GAN_LOG_FLOAT),
    FIELD(d_gradient_norm, "gradient_norm/D", GAN_LOG_FLOAT),
    FIELD(g_gradient_norm, "gradient_norm/G", GAN_LOG_FLOAT),
    FIELD(d_class_real, "class/real", GAN_LOG_FLOAT),
    FIELD(d_class_made, "class/made", GAN_LOG_FLOAT),
    FIELD(g_class, "class/G", GAN_LOG_FLOAT),
    FIELD(d_rate, "rate/D", GAN_LOG_FLOAT),
    FIELD(g_rate, "rate/G", GAN_LOG_FLOAT),
    FIELD(rate_factor, "rate/factor", GAN_LOG_FLOAT),
    FIELD(augment_probability, "augment/probability", GAN_LOG_FLOAT),
    FIELD(d_real_sign, "augment/sign", GAN_LOG_FLOAT),
    FIELD(balance, "equilibrium/k", GAN_LOG_FLOAT),
    FIELD(convergence, "equilibrium/convergence", GAN_LOG_FLOAT),
    FIELD(d_committed, "committed/D", GAN_LOG_BOOL),
    FIELD(g_committed, "committed/G", GAN_LOG_BOOL),
    FIELD(data_seconds, "time/data_seconds_a_step", GAN_LOG_DOUBLE),
    FIELD(seconds, "time/seconds_a_step", GAN_LOG_DOUBLE),
    {NULL, NULL, 0, GAN_LOG_FLOAT},
};

double gan_log_value(const gan_step_report *report, const struct gan_log_field *field)
{
    const char *at = (const char *)report + field->offset;
    float single;
    double value;
    switch (field->type) {
    case GAN_LOG_FLOAT:
        memcpy(&single, at, sizeof single);
        return (double)single;
    case GAN_LOG_DOUBLE:
        memcpy(&value, at, sizeof value);
        return value;
    case GAN_LOG_BOOL:
        break;
    }
    return *(const bool *)at ? 1 : 0;
}

/* ---- writing ---- */

static void begin_row(struct gan_log_rows *rows, uint64_t step, int64_t unix_ms)
{
    gan_buffer_empty(&rows->text.out);
    rows->text.after_value = false;
    if (!rows->table)
        gan_json_begin(&rows->text, NULL, '{');
    gan_json_write_integer(&rows->text, rows->table ? NULL : "step", (int64_t)step);
    gan_json_write_integer(&rows->text, rows->table ? NULL : "unix_ms", unix_ms);
}

static void add_value(struct gan_log_rows *rows, const char *name, double value, bool is_float)
{
    if (is_float)
        gan_json_write_float(&rows->text, name, (float)value);
    else
        gan_json_write_double(&rows->text, name, value);
}

static gan_status end_row(struct gan_log_rows *rows)
{
    if (!rows->table)
        gan_json_end(&rows->text, '}');
    gan_buffer_append(&rows->text.out, "\n", 1); /* one write for the whole line */
    if (rows->text.out.failed)
        return GAN_ERROR_OUT_OF_MEMORY;
    return gan_append_file_write(rows->file, rows->text.out.bytes, rows->text.out.length);
}

gan_status gan_log_rows_write(struct gan_log_rows *rows, const gan_step_report *report, int64_t unix_ms)
{
    if (rows->file == NULL)
        return GAN_OK;
    begin_row(rows, report->step, unix_ms);
    for (const struct gan_log_field *field = gan_log_fields; field->name != NULL; field++) {
        const char *name = rows->table ? NULL : field->name;
        double value = gan_log_value(report, field);
        if (field->type == GAN_LOG_BOOL && !rows->table)
            gan_json_write_bool(&rows->text, name, value != 0);
        else
            add_value(rows, name, value, field->type != GAN_LOG_DOUBLE);
    }
    return end_row(rows);
}

gan_status gan_log_rows_write_number(struct gan_log_rows *rows, uint64_t step, const char *name, double value,
                                     int64_t unix_ms)
{
    if (rows->file == NULL || rows->table)
        return GAN_OK;
    begin_row(rows, step, unix_ms);
    add_value(rows, name, value, false);
    return end_row(rows);
}

gan_status gan_log_rows_write_event(struct gan_log_rows *rows, const struct gan_health_event *event, int64_t unix_ms)
{
    if (rows->file == NULL || rows->table)
        return GAN_OK;
    struct gan_json_writer *json = &rows->text;
    begin_row(rows, event->step, unix_ms);
    gan_json_write_text(json, "event", event->name);
    gan_json_write_text(json, "level", event->level_name);
    gan_json_write_text(json, "before", gan_health_level_name(event->before));
    gan_json_write_text(json, "where", event->where);
    add_value(rows, "score", event->score, false);
    add_value(rows, "threshold", event->threshold, false);
    gan_json_begin(json, "evidence", '{');
    for (int i = 0; i < event->evidence_count; i++)
        add_value(rows, event->evidence[i].name, event->evidence[i].value, false);
    gan_json_end(json, '}');
    gan_json_write_text(json, "message", event->message);
    gan_json_write_text(json, "advice", event->advice);
    gan_json_write_text(json, "option", event->option);
    return end_row(rows);
}

/* ---- reading ---- */

/* "step,unix_ms,d_loss,…" */
static void print_header(char *text, size_t size)
{
    int length = snprintf(text, size, "step,unix_ms");
    for (const struct gan_log_field *field = gan_log_fields; field->name != NULL; field++)
        length += snprintf(text + length, size - (size_t)length, ",%s", field->name);
}

enum { LINE = 512 }; /* what is looked at of a line; a header is shorter, and a step stands in front */

/* A line's beginning, without the newline. Returns its length with the newline, 0 at the end; *whole: it has one. */
static int64_t next_line(FILE *file, char text[LINE], bool *whole)
{
    int64_t length = 0;
    size_t kept = 0;
    *whole = false;
    for (int c; !*whole && (c = getc(file)) != EOF;) {
        length++;
        *whole = c == '\n';
        if (!*whole && kept + 1 < LINE)
            text[kept++] = (char)c;
    }
    text[kept] = '\0';
    return length;
}

static const char lead[] = "{\"step\":"; /* of a line of JSON */

/* Whether a line is that of a step, *step; or, where it is not whole, could be the beginning of one. */
static bool parse_step(const char *line, bool table, bool whole, uint64_t *step)
{
    size_t length = strlen(line), of_lead = table ? 0 : sizeof lead - 1;
    *step = 0;
    if (!whole && length <= of_lead)
        return strncmp(line, lead, length) == 0;
    if (strncmp(line, lead, of_lead) != 0)
        return false;
    const char *digits = line + of_lead, *end = digits;
    for (; *end >= '0' && *end <= '9' && *step <= (UINT64_MAX - 9) / 10; end++)
        *step = *step * 10 + (uint64_t)(*end - '0');
    return end > digits && (*end == ',' || (!whole && *end == '\0'));
}

static gan_status reject(const char *path, const char *who, long number, const char *line)
{
    return gan_fail(GAN_ERROR_FORMAT,
                    "%s: %s: line %ld is \"%s\", which is not of a log by this libgan (%s); give another path, or "
                    "remove it",
                    who, path, number, GAN_SHOWN(line, 43), gan_version());
}

/* How many bytes belong to whole lines of steps up to `step`, that no later one precedes. */
static gan_status scan(const struct gan_log_rows *rows, uint64_t step, int64_t *size, const char *who)
{
    const char *path = gan_append_file_path(rows->file);
    char line[LINE], header[LINE];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return gan_fail(GAN_ERROR_IO, "%s: %s: it cannot be read: %s", who, path, strerror(errno));
    gan_status status = GAN_OK;
    *size = 0;
    int64_t length;
    bool whole;
    for (long number = 1; status == GAN_OK && (length = next_line(file, line, &whole)) > 0; number++) {
        uint64_t of_line = 0;
        print_header(header, sizeof header);
        bool known = rows->table && number == 1 ? strncmp(line, header, whole ? sizeof header : strlen(line)) == 0
                                                : parse_step(line, rows->table, whole, &of_line);
        if (!known)
            status = reject(path, who, number, line);
        else if (!whole || of_line > step)
            break;
        else
            *size += length;
    }
    if (ferror(file) != 0)
        status = gan_fail(GAN_ERROR_IO, "%s: %s: it cannot be read", who, path);
    fclose(file);
    return status;
}

gan_status gan_log_rows_cut(struct gan_log_rows *rows, uint64_t step, const char *who)
{
    int64_t size;
    if (rows->file == NULL || gan_append_file_size(rows->file) == 0)
        return GAN_OK;
    gan_status status = scan(rows, step, &size, who);
    return status == GAN_OK ? gan_append_file_cut(rows->file, size) : status;
}

/* ---- opening ---- */

static gan_status begin_table(const struct gan_log_rows *rows)
{
    char header[LINE];
    print_header(header, sizeof header);
    size_t length = strlen(header);
    header[length] = '\n';
    return gan_append_file_write(rows->file, header, length + 1);
}

gan_status gan_log_rows_open(struct gan_log_rows *rows, const char *path, bool table, bool append, const char *who)
{
    rows->table = table;
    rows->file = gan_append_file_open(path, "gan_run_log");
    if (rows->file == NULL)
        return gan_error_status();
    if (gan_append_file_size(rows->file) > 0 && !append)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: %s is there already; set append to go on with it, or remove it, or give another path", who,
                        path);
    gan_status status = gan_log_rows_cut(rows, UINT64_MAX, who); /* what was cut short */
    return status == GAN_OK && table && gan_append_file_size(rows->file) == 0 ? begin_table(rows) : status;
}

void gan_log_rows_close(struct gan_log_rows *rows)
{
    gan_append_file_close(rows->file);
    gan_buffer_clear(&rows->text.out);
}

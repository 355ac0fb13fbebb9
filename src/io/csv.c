#include "io/csv.h"

#include "base/memory.h"
#include "base/status.h"
#include "io/source.h"

#include <stdint.h>
#include <string.h>

struct reader {
    const char *path;
    char *text; /* the whole file; fields are ended with a 0 in place */
    char *next;
    char separator, comment;
    size_t line;        /* of `next`, from 1 */
    size_t record_line; /* where the current record began */
    char **fields;
    size_t field_count, field_capacity;
};

struct rows {
    size_t columns; /* of the file */
    size_t label;   /* which of them; SIZE_MAX: none */
    size_t count;
    float *numbers;
    size_t number_count, number_capacity;
    char **labels;
    size_t label_capacity;
};

static gan_status load(struct reader *reader)
{
    size_t size;
    struct gan_source *source = gan_source_open(reader->path);
    if (source != NULL)
        reader->text = gan_source_read_all(source, &size);
    gan_source_close(source);
    if (reader->text == NULL)
        return gan_error_status();
    if (memchr(reader->text, 0, size) != NULL)
        return gan_fail(GAN_ERROR_FORMAT, "%s: is no text: byte %zu is 0", reader->path, strlen(reader->text));
    reader->next = reader->text + (strncmp(reader->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0); /* a byte order mark */
    reader->line = 1;
    return GAN_OK;
}

/* Passes lines that hold nothing, or a comment; false at the text's end. */
static _Bool skip_to_record(struct reader *reader)
{
    while (*reader->next != '\0') {
        const char *after = reader->next + strspn(reader->next, " ");
        _Bool empty = *after == '\n' || *after == '\0' || (after[0] == '\r' && (after[1] == '\n' || after[1] == '\0'));
        if (!empty && (reader->comment == '\0' || *reader->next != reader->comment))
            return 1;
        reader->next += strcspn(reader->next, "\n");
        if (*reader->next == '\n') {
            reader->next++;
            reader->line++;
        }
    }
    return 0;
}

/* The separator that is most often in the first record, outside quotes. */
static char find_separator(const char *text)
{
    static const char candidates[] = ",;\t|";
    size_t counts[4] = {0}, best = 0;
    _Bool quoted = 0;
    for (; *text != '\0' && (*text != '\n' || quoted); text++) {
        const char *found = strchr(candidates, *text);
        if (*text == '"')
            quoted = !quoted;
        else if (found != NULL && !quoted)
            counts[found - candidates]++;
    }
    for (size_t i = 1; i < 4; i++)
        best = counts[i] > counts[best] ? i : best;
    return candidates[best];
}

/* Takes the quotes off the field that begins at `next`; moves `next` to what follows the closing quote. */
static gan_status unquote(struct reader *reader, char *to)
{
    char *from = reader->next + 1;
    for (; *from != '\0'; from++) {
        if (*from == '\n')
            reader->line++;
        if (*from == '"' && from[1] != '"')
            break;
        if (*from == '"')
            from++;
        *to++ = *from;
    }
    if (*from == '\0')
        return gan_fail(GAN_ERROR_FORMAT, "%s: line %zu, column %zu: a quote is opened and never closed", reader->path,
                        reader->record_line, reader->field_count + 1);
    reader->next = from + 1;
    if (*reader->next == '\r')
        reader->next++;
    char after = *reader->next;
    *to = '\0';
    if (after != reader->separator && after != '\n' && after != '\0')
        return gan_fail(GAN_ERROR_FORMAT,
                        "%s: line %zu, column %zu: '%c' follows a closing quote, want the separator '%c'", reader->path,
                        reader->record_line, reader->field_count + 1, after, reader->separator);
    return GAN_OK;
}

static void find_field_end(struct reader *reader)
{
    char *next = reader->next;
    while (*next != '\0' && *next != '\n' && *next != reader->separator)
        next++;
    if (next > reader->next && next[-1] == '\r' && *next != reader->separator)
        next[-1] = '\0';
    reader->next = next;
}

/* Splits the record at `next` into fields. `more` is false at the text's end. */
static gan_status read_record(struct reader *reader, _Bool *more)
{
    char ended_by;
    *more = skip_to_record(reader);
    reader->record_line = reader->line;
    reader->field_count = 0;
    if (!*more)
        return GAN_OK;
    do {
        char *field = reader->next;
        if (!gan_grow((void **)&reader->fields, &reader->field_capacity, reader->field_count, sizeof *reader->fields))
            return GAN_ERROR_OUT_OF_MEMORY;
        if (*field != '"')
            find_field_end(reader);
        else if (unquote(reader, field) != GAN_OK)
            return GAN_ERROR_FORMAT;
        reader->fields[reader->field_count++] = field;
        ended_by = *reader->next;
        *reader->next = '\0';
        reader->next += ended_by != '\0';
    } while (ended_by == reader->separator && ended_by != '\0');
    reader->line += ended_by == '\n';
    return GAN_OK;
}

static gan_status find_label(const struct reader *reader, const struct gan_csv_options *options, struct rows *rows)
{
    rows->columns = reader->field_count;
    rows->label = SIZE_MAX;
    if (options->label_column >= 0)
        rows->label = (size_t)options->label_column;
    for (size_t i = 0; options->label_name != NULL && options->label_column < 0 && i < rows->columns; i++)
        if (strcmp(reader->fields[i], options->label_name) == 0)
            rows->label = i;
    if (rows->label == SIZE_MAX && options->label_name != NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: line %zu has no column named '%s'", reader->path,
                        reader->record_line, options->label_name);
    if (rows->label != SIZE_MAX && rows->label >= rows->columns)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: has %zu columns, but the label column is %zu (they count from 0)", reader->path,
                        rows->columns, rows->label);
    if (rows->label != SIZE_MAX && rows->columns == 1)
        return gan_fail(GAN_ERROR_FORMAT, "%s: has no column but the labels'", reader->path);
    return GAN_OK;
}

static _Bool is_header(const struct reader *reader, const struct gan_csv_options *options, const struct rows *rows)
{
    float ignored;
    if (options->header >= 0)
        return options->header != 0;
    if (options->label_name != NULL && options->label_column < 0)
        return 1;
    for (size_t i = 0; i < reader->field_count; i++)
        if (i != rows->label && gan_number_parse(reader->fields[i], &ignored) == GAN_NUMBER_NONE)
            return 1;
    return 0;
}

static gan_status bad_number(const struct reader *reader, size_t column, enum gan_number what)
{
    const char *field = reader->fields[column], *why = "is no number";
    if (what == GAN_NUMBER_NOT_FINITE)
        why = "is no finite number: fill the gap or leave the line out";
    else if (what == GAN_NUMBER_TOO_LARGE)
        why = "is too large for a float32";
    else if (*field == '\0')
        return gan_fail(GAN_ERROR_FORMAT, "%s: line %zu, column %zu: the field is empty, want a number", reader->path,
                        reader->record_line, column + 1);
    return gan_fail(GAN_ERROR_FORMAT, "%s: line %zu, column %zu: '%s' %s", reader->path, reader->record_line,
                    column + 1, GAN_SHOWN(field, 31), why);
}

static gan_status add_row(const struct reader *reader, struct rows *rows)
{
    if (reader->field_count != rows->columns)
        return gan_fail(GAN_ERROR_FORMAT, "%s: line %zu has %zu columns, the first has %zu", reader->path,
                        reader->record_line, reader->field_count, rows->columns);
    for (size_t i = 0; i < rows->columns; i++) {
        if (i == rows->label) {
            if (*reader->fields[i] == '\0')
                return gan_fail(GAN_ERROR_FORMAT, "%s: line %zu, column %zu: the label is empty", reader->path,
                                reader->record_line, i + 1);
            if (!gan_grow((void **)&rows->labels, &rows->label_capacity, rows->count, sizeof *rows->labels))
                return GAN_ERROR_OUT_OF_MEMORY;
            rows->labels[rows->count] = reader->fields[i];
            continue;
        }
        if (!gan_grow((void **)&rows->numbers, &rows->number_capacity, rows->number_count, sizeof *rows->numbers))
            return GAN_ERROR_OUT_OF_MEMORY;
        enum gan_number what = gan_number_parse(reader->fields[i], &rows->numbers[rows->number_count]);
        if (what != GAN_NUMBER_OK)
            return bad_number(reader, i, what);
        rows->number_count++;
    }
    rows->count++;
    return GAN_OK;
}

static gan_status read_rows(struct reader *reader, const struct gan_csv_options *options, struct rows *rows)
{
    _Bool more;
    if (skip_to_record(reader) && reader->separator == '\0')
        reader->separator = find_separator(reader->next);
    gan_status status = read_record(reader, &more);
    if (status == GAN_OK && more)
        status = find_label(reader, options, rows);
    if (status == GAN_OK && more && is_header(reader, options, rows))
        status = read_record(reader, &more);
    while (status == GAN_OK && more) {
        status = add_row(reader, rows);
        if (status == GAN_OK)
            status = read_record(reader, &more);
    }
    if (status == GAN_OK && rows->count == 0)
        return gan_fail(GAN_ERROR_FORMAT, "%s: holds no row of numbers", reader->path);
    return status;
}

/* Labels that are whole numbers are classes as they are; −1 for another text, −2 for a number that is too large. */
static int32_t numbered_class(const char *label)
{
    float number;
    if (gan_number_parse(label, &number) != GAN_NUMBER_OK || number < 0)
        return -1;
    if (number >= GAN_CSV_MAX_CLASSES)
        return -2;
    return (float)(int32_t)number == number ? (int32_t)number : -1;
}

static gan_status number_classes(const char *path, const struct rows *rows, struct gan_csv *csv, _Bool *numbered)
{
    int32_t *labels = gan_tensor_int32(csv->labels);
    int32_t too_large = -1;
    *numbered = 1;
    for (size_t i = 0; i < rows->count; i++) {
        labels[i] = numbered_class(rows->labels[i]);
        *numbered = *numbered && labels[i] != -1;
        if (labels[i] == -2)
            too_large = (int32_t)i;
        csv->classes = labels[i] >= csv->classes ? labels[i] + 1 : csv->classes;
    }
    if (*numbered && too_large >= 0)
        return gan_fail(GAN_ERROR_FORMAT, "%s: row %d has the label %s, want labels below %d", path, too_large + 1,
                        rows->labels[too_large], GAN_CSV_MAX_CLASSES);
    return GAN_OK;
}

static gan_status name_classes(const char *path, const struct rows *rows, struct gan_csv *csv)
{
    int32_t *labels = gan_tensor_int32(csv->labels);
    size_t capacity = 0;
    csv->classes = 0;
    for (size_t i = 0; i < rows->count; i++) {
        int found = 0;
        while (found < csv->classes && strcmp(csv->class_names[found], rows->labels[i]) != 0)
            found++;
        if (found == GAN_CSV_MAX_CLASSES)
            return gan_fail(GAN_ERROR_FORMAT, "%s: has more than %d different labels; is it the label column?", path,
                            GAN_CSV_MAX_CLASSES);
        if (found == csv->classes) {
            if (!gan_grow((void **)&csv->class_names, &capacity, (size_t)found, sizeof *csv->class_names))
                return GAN_ERROR_OUT_OF_MEMORY;
            if ((csv->class_names[found] = gan_strdup(rows->labels[i])) == NULL)
                return GAN_ERROR_OUT_OF_MEMORY;
            csv->classes++;
        }
        labels[i] = found;
    }
    return GAN_OK;
}

static void free_numbers(void *context, void *data)
{
    (void)context;
    gan_free(data);
}

static gan_status finish(const char *path, struct rows *rows, struct gan_csv *csv)
{
    int64_t count = (int64_t)rows->count, columns = (int64_t)(rows->number_count / rows->count);
    csv->numbers = gan_tensor_wrap(GAN_SHAPE(count, columns), GAN_FLOAT32, rows->numbers, free_numbers, NULL);
    if (csv->numbers == NULL)
        return gan_error_status();
    rows->numbers = NULL;
    if (rows->label == SIZE_MAX)
        return GAN_OK;
    csv->labels = gan_tensor_new_typed(GAN_SHAPE(count), GAN_INT32);
    if (csv->labels == NULL)
        return gan_error_status();
    _Bool numbered;
    gan_status status = number_classes(path, rows, csv, &numbered);
    return status != GAN_OK || numbered ? status : name_classes(path, rows, csv);
}

gan_status gan_csv_read(const char *path, const struct gan_csv_options *options, struct gan_csv *csv)
{
    struct reader reader = {.path = path, .separator = options->separator, .comment = options->comment};
    struct rows rows = {.label = SIZE_MAX};
    *csv = (struct gan_csv){0};
    gan_status status = load(&reader);
    if (status == GAN_OK)
        status = read_rows(&reader, options, &rows);
    if (status == GAN_OK)
        status = finish(path, &rows, csv);
    if (status != GAN_OK)
        gan_csv_clear(csv);
    gan_free(rows.numbers);
    gan_free(rows.labels);
    gan_free(reader.fields);
    gan_free(reader.text);
    return status;
}

void gan_csv_clear(struct gan_csv *csv)
{
    for (int i = 0; csv->class_names != NULL && i < csv->classes; i++)
        gan_free(csv->class_names[i]);
    gan_free(csv->class_names);
    gan_tensor_unref(csv->numbers);
    gan_tensor_unref(csv->labels);
    *csv = (struct gan_csv){0};
}

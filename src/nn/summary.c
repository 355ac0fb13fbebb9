/* gan_model_summary: a table in plain text. */
#include "nn/model.h"

#include "base/memory.h"
#include "base/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* 1486352 as "1,486,352". */
static char *with_commas(int64_t number, char text[32])
{
    char plain[24];
    int digits = snprintf(plain, sizeof plain, "%" PRId64, number);
    char *to = text;
    for (int i = 0; i < digits; i++) {
        if (i > 0 && (digits - i) % 3 == 0)
            *to++ = ',';
        *to++ = plain[i];
    }
    *to = '\0';
    return text;
}

/* A line of the table, of this many bytes at most. */
#define LINE 384

static int64_t numbers_of(const gan_model *model, const struct gan_model_entry *entry)
{
    int64_t numbers = 0;
    for (size_t i = 0; i < entry->parameters; i++)
        numbers += gan_shape_size(model->parameters.slot[entry->first_parameter + i].shape);
    return numbers;
}

/* How wide the columns of layers and shapes are. */
struct columns {
    int layer, shape;
};

/* A text as wide as the others, so that columns stand under each other: bytes that go on a letter count for nothing. */
static int letters(const char *text)
{
    int count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

static int padded(int width, const char *text)
{
    return width + (int)strlen(text) - letters(text);
}

static struct columns measure(const gan_model *model)
{
    struct columns columns = {28, 20};
    for (size_t i = 0; i < model->entry_count; i++) {
        char shape[64], kind[96];
        gan_layer_describe(model->entries[i].layer, kind, sizeof kind);
        gan_shape_text(model->entries[i].out, shape, sizeof shape);
        columns.layer = letters(kind) > columns.layer ? letters(kind) : columns.layer;
        columns.shape = letters(shape) > columns.shape ? letters(shape) : columns.shape;
    }
    return columns;
}

static size_t write_row(const gan_model *model, size_t index, struct columns columns, char *text)
{
    const struct gan_model_entry *entry = &model->entries[index];
    char shape[64], kind[96], numbers[32];
    gan_layer_describe(entry->layer, kind, sizeof kind);
    gan_shape_text(entry->out, shape, sizeof shape);
    int64_t count = numbers_of(model, entry);
    return (size_t)snprintf(text, LINE, "%-12.66s %-*s %-*s %12s\n", entry->path, padded(columns.layer, kind), kind,
                            padded(columns.shape, shape), shape, count > 0 ? with_commas(count, numbers) : "-");
}

/* "labels: 10 classes (0, 1, 2, …)", on a line that stays short */
static size_t write_labels(const gan_labels *labels, char *text)
{
    enum { SHOWN = 12 };
    char what[96];
    size_t length = (size_t)snprintf(text, LINE, "labels: %s", gan_labels_text(labels, what, sizeof what));
    int classes = gan_labels_count(labels) == 1 ? gan_labels_class_count(labels, 0) : 0;
    int shown = 0;
    for (; shown < classes && shown < SHOWN && length < 180; shown++) {
        const char *name = gan_labels_class_name(labels, 0, shown);
        if (name == NULL)
            break;
        length += (size_t)snprintf(text + length, LINE - length, "%s%s", shown == 0 ? " (" : ", ", GAN_SHOWN(name, 40));
    }
    if (shown > 0)
        length += (size_t)snprintf(text + length, LINE - length, "%s)", shown < classes ? ", …" : "");
    text[length++] = '\n';
    text[length] = '\0';
    return length;
}

static size_t write_head(const gan_model *model, struct columns columns, char *text)
{
    char in[64], out[64];
    gan_shape_text(model->in, in, sizeof in);
    gan_shape_text(gan_model_output_shape(model), out, sizeof out);
    size_t length = (size_t)snprintf(text, LINE, "%s%s%s -> %s\n", GAN_SHOWN(gan_model_name(model), 100),
                                     model->name != NULL ? ": " : "", in, out);
    if (model->labels != NULL)
        length += write_labels(model->labels, text + length);
    return length + (size_t)snprintf(text + length, LINE, "%-12s %-*s %-*s %12s\n", "name", columns.layer, "layer",
                                     columns.shape, "output", "parameters");
}

static size_t write_totals(const gan_model *model, char *text)
{
    char numbers[32], state[32];
    size_t length = (size_t)snprintf(text, LINE, "parameters: %s (%.2f MiB)",
                                     with_commas(model->parameters.numbers, numbers),
                                     (double)model->parameters.numbers * (double)sizeof(float) / (1 << 20));
    if (model->state.numbers > 0)
        length += (size_t)snprintf(text + length, LINE, "; state: %s", with_commas(model->state.numbers, state));
    text[length++] = '\n';
    text[length] = '\0';
    return length;
}

char *gan_model_summary(const gan_model *model)
{
    if (model == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_model_summary: model is NULL");
    if (model->status != GAN_OK)
        return gan_fail_null(model->status, "gan_model_summary: building the model failed: %s", model->message);
    char *text = gan_alloc((model->entry_count + 6) * LINE);
    if (text == NULL)
        return NULL;
    struct columns columns = measure(model);
    size_t length = write_head(model, columns, text);
    for (size_t i = 0; i < model->entry_count; i++)
        length += write_row(model, i, columns, text + length);
    write_totals(model, text + length);
    return text;
}

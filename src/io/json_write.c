#include "io/json.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void append_text(struct gan_json_writer *writer, const char *text)
{
    gan_buffer_append(&writer->out, text, strlen(text));
}

/* How many characters stand for themselves: all in one, since some texts are long. */
static size_t plain_length(const char *text)
{
    size_t length = 0;
    for (; text[length] >= 0x20 && text[length] < 0x7F && text[length] != '"' && text[length] != '\\'; length++)
        ;
    return length;
}

static void quote(struct gan_json_writer *writer, const char *text)
{
    gan_buffer_append(&writer->out, "\"", 1);
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0';) {
        size_t plain = plain_length((const char *)c);
        gan_buffer_append(&writer->out, (const char *)c, plain);
        c += plain;
        if (*c == '\0')
            break;
        char escape[8];
        size_t length = gan_utf8_length(c);
        if (*c == '"' || *c == '\\')
            snprintf(escape, sizeof escape, "\\%c", *c);
        else if (*c < 0x20)
            snprintf(escape, sizeof escape, "\\u%04x", *c);
        else if (length == 0)
            snprintf(escape, sizeof escape, "\xEF\xBF\xBD"); /* U+FFFD */
        else
            snprintf(escape, sizeof escape, "%.*s", (int)length, (const char *)c);
        append_text(writer, escape);
        c += length > 0 ? length : 1;
    }
    gan_buffer_append(&writer->out, "\"", 1);
}

/* What stands before a value: a comma, a key. */
static void lead(struct gan_json_writer *writer, const char *key)
{
    if (writer->after_value)
        gan_buffer_append(&writer->out, ",", 1);
    if (key != NULL) {
        quote(writer, key);
        gan_buffer_append(&writer->out, ":", 1);
    }
    writer->after_value = true;
}

void gan_json_begin(struct gan_json_writer *writer, const char *key, char bracket)
{
    lead(writer, key);
    gan_buffer_append(&writer->out, &bracket, 1);
    writer->after_value = false;
}

void gan_json_end(struct gan_json_writer *writer, char bracket)
{
    gan_buffer_append(&writer->out, &bracket, 1);
    writer->after_value = true;
}

void gan_json_write_text(struct gan_json_writer *writer, const char *key, const char *text)
{
    lead(writer, key);
    quote(writer, text);
}

void gan_json_write_integer(struct gan_json_writer *writer, const char *key, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, value);
    lead(writer, key);
    append_text(writer, text);
}

void gan_json_write_uint64(struct gan_json_writer *writer, const char *key, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, value);
    gan_json_write_text(writer, key, text);
}

void gan_json_write_bool(struct gan_json_writer *writer, const char *key, bool value)
{
    lead(writer, key);
    append_text(writer, value ? "true" : "false");
}

/* The host program's locale may have another decimal point, even one of several bytes. */
void gan_json_write_digits(struct gan_json_writer *writer, const char *key, double value, int digits)
{
    if (!isfinite(value)) {
        gan_json_write_null(writer, key);
        return;
    }
    char text[64], plain[64];
    snprintf(text, sizeof text, "%.*g", digits, value);
    size_t used = 0;
    for (const char *c = text; *c != '\0'; c++) {
        if (strchr("+-0123456789e", *c) != NULL)
            plain[used++] = *c;
        else if (used > 0 && plain[used - 1] != '.')
            plain[used++] = '.';
    }
    plain[used] = '\0';
    if (strcmp(plain, "-0") == 0) /* whole numbers have no such zero */
        strcat(plain, ".0");
    lead(writer, key);
    append_text(writer, plain);
}

void gan_json_write_float(struct gan_json_writer *writer, const char *key, float value)
{
    gan_json_write_digits(writer, key, (double)value, 9);
}

void gan_json_write_double(struct gan_json_writer *writer, const char *key, double value)
{
    gan_json_write_digits(writer, key, value, 17);
}

void gan_json_write_raw(struct gan_json_writer *writer, const char *key, const char *json)
{
    lead(writer, key);
    append_text(writer, json);
}

void gan_json_write_null(struct gan_json_writer *writer, const char *key)
{
    lead(writer, key);
    append_text(writer, "null");
}

void gan_json_write_shape(struct gan_json_writer *writer, const char *key, gan_shape shape)
{
    gan_json_begin(writer, key, '[');
    for (int i = 0; i < shape.rank; i++)
        gan_json_write_integer(writer, NULL, shape.dims[i]);
    gan_json_end(writer, ']');
}

char *gan_json_finish(struct gan_json_writer *writer)
{
    writer->after_value = false;
    return gan_buffer_take(&writer->out);
}

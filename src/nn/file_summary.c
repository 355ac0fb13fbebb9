/* What is in a file, for people: gan_file_summary. */
#include "base/memory.h"
#include "base/status.h"
#include "nn/model_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A text that grows; the first failure sticks. */
struct text {
    char *bytes;
    size_t length, capacity;
    bool failed;
};

static void print(struct text *text, const char *format, ...) GAN_PRINTF(2, 3);

static void print(struct text *text, const char *format, ...)
{
    va_list arguments;
    char line[1024];
    va_start(arguments, format);
    gan_text_print(line, sizeof line, format, arguments);
    va_end(arguments);
    size_t length = strlen(line);
    if (!text->failed && text->capacity - text->length <= length) {
        size_t capacity = (text->capacity + length + 1) * 2;
        char *larger = gan_realloc(text->bytes, capacity);
        text->failed = larger == NULL;
        if (larger != NULL) {
            text->bytes = larger;
            text->capacity = capacity;
        }
    }
    if (text->failed)
        return;
    memcpy(text->bytes + text->length, line, length + 1);
    text->length += length;
}

static void print_member(struct text *text, const char *key, const struct gan_json *json, int indent);

/* An object's members on lines of their own, a list's objects too; else the value. */
static void print_inside(struct text *text, const struct gan_json *json, int indent)
{
    struct gan_json_member member;
    if (gan_json_is_object(json) && indent < 6) {
        print(text, "\n");
        for (bool more = gan_json_first(json, &member); more; more = gan_json_next(json, &member))
            print_member(text, member.key, member.value, indent + 2);
    } else if (gan_json_is_object(gan_json_item(json, 0))) {
        char line[900];
        print(text, "\n");
        for (size_t i = 0; i < gan_json_count(json); i++)
            print(text, "%*s%zu  %s\n", indent + 2, "", i, gan_json_print(gan_json_item(json, i), line, sizeof line));
    } else {
        char line[900];
        print(text, "  %s\n", gan_json_print(json, line, sizeof line));
    }
}

static void print_member(struct text *text, const char *key, const struct gan_json *json, int indent)
{
    print(text, "%*s%s", indent, "", GAN_SHOWN(key, 400));
    print_inside(text, json, indent);
}

static void print_description(struct text *text, const struct gan_json *about)
{
    static const char *const shown[] = {"format", "version", "library"}; /* in the first line */
    struct gan_json_member member;
    for (bool more = gan_json_first(about, &member); more; more = gan_json_next(about, &member)) {
        bool known = false;
        for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
            known = known || strcmp(shown[i], member.key) == 0;
        if (!known)
            print_member(text, member.key, member.value, 0);
    }
}

static void print_tensors(struct text *text, const struct gan_safetensors *file)
{
    size_t width = 4;
    for (size_t i = 0; i < gan_safetensors_count(file); i++) {
        size_t length = strlen(gan_safetensors_entry(file, i)->name);
        width = length > width && length <= 60 ? length : width;
    }
    print(text, "tensors\n");
    for (size_t i = 0; i < gan_safetensors_count(file); i++) {
        const struct gan_safetensors_entry *entry = gan_safetensors_entry(file, i);
        char shape[192];
        print(text, "  %-*s  %-4s  %s\n", (int)width, GAN_SHOWN(entry->name, 400), entry->dtype,
              gan_shape_text(entry->shape, shape, sizeof shape));
    }
}

static void print_first_line(struct text *text, const struct gan_safetensors *file, const struct gan_json *about)
{
    const char *format = NULL, *library = "?";
    gan_json_text(gan_json_get(about, "library"), &library);
    if (gan_json_text(gan_json_get(about, "format"), &format))
        print(text, "%s: a libgan %s, by libgan %s", GAN_SHOWN(gan_safetensors_what(file), 600), GAN_SHOWN(format, 80),
              GAN_SHOWN(library, 40));
    else
        print(text, "%s: a safetensors file", GAN_SHOWN(gan_safetensors_what(file), 600));
    print(text, ", %zu bytes, %s\n", gan_safetensors_size(file),
          gan_safetensors_checked(file) ? "checksum right" : "without a checksum");
}

char *gan_file_summary(const char *path)
{
    if (path == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_file_summary: path is NULL");
    struct gan_safetensors *file = gan_safetensors_open(path);
    if (file == NULL)
        return NULL;
    struct text text = {.failed = false};
    const char *metadatum = gan_safetensors_metadata(file, GAN_FILE_KEY);
    struct gan_json *about = metadatum != NULL ? gan_json_parse(metadatum, strlen(metadatum), path) : NULL;
    if (metadatum == NULL || about != NULL) {
        print_first_line(&text, file, about);
        print_description(&text, about);
        print_tensors(&text, file);
    }
    gan_json_free(about);
    gan_safetensors_close(file);
    if (!text.failed)
        return text.bytes;
    gan_free(text.bytes);
    return NULL;
}

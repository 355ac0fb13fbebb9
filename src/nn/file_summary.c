/* What is in a file, for people: gan_file_summary. */
#include "base/buffer.h"
#include "base/status.h"
#include "nn/model_file.h"

#include <string.h>

static void print_member(struct gan_buffer *text, const char *key, const struct gan_json *json, int indent);

/* An object's members on lines of their own, a list's objects too; else the value. */
static void print_inside(struct gan_buffer *text, const struct gan_json *json, int indent)
{
    struct gan_json_member member;
    if (gan_json_is_object(json) && indent < 6) {
        gan_buffer_print(text, "\n");
        for (bool more = gan_json_first(json, &member); more; more = gan_json_next(json, &member))
            print_member(text, member.key, member.value, indent + 2);
    } else if (gan_json_is_object(gan_json_item(json, 0))) {
        char line[900];
        gan_buffer_print(text, "\n");
        for (size_t i = 0; i < gan_json_count(json); i++)
            gan_buffer_print(text, "%*s%zu  %s\n", indent + 2, "", i,
                             gan_json_print(gan_json_item(json, i), line, sizeof line));
    } else {
        char line[900];
        gan_buffer_print(text, "  %s\n", gan_json_print(json, line, sizeof line));
    }
}

static void print_member(struct gan_buffer *text, const char *key, const struct gan_json *json, int indent)
{
    gan_buffer_print(text, "%*s%s", indent, "", GAN_SHOWN(key, 400));
    print_inside(text, json, indent);
}

static void print_description(struct gan_buffer *text, const struct gan_json *about)
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

static void print_tensors(struct gan_buffer *text, const struct gan_safetensors *file)
{
    size_t width = 4;
    for (size_t i = 0; i < gan_safetensors_count(file); i++) {
        size_t length = strlen(gan_safetensors_entry(file, i)->name);
        width = length > width && length <= 60 ? length : width;
    }
    gan_buffer_print(text, "tensors\n");
    for (size_t i = 0; i < gan_safetensors_count(file); i++) {
        const struct gan_safetensors_entry *entry = gan_safetensors_entry(file, i);
        char shape[192];
        gan_buffer_print(text, "  %-*s  %-4s  %s\n", (int)width, GAN_SHOWN(entry->name, 400), entry->dtype,
                         gan_shape_text(entry->shape, shape, sizeof shape));
    }
}

static void print_first_line(struct gan_buffer *text, const struct gan_safetensors *file, const struct gan_json *about)
{
    const char *format = NULL, *library = "?";
    gan_json_text(gan_json_get(about, "library"), &library);
    if (gan_json_text(gan_json_get(about, "format"), &format))
        gan_buffer_print(text, "%s: a libgan %s, by libgan %s", GAN_SHOWN(gan_safetensors_what(file), 600),
                         GAN_SHOWN(format, 80), GAN_SHOWN(library, 40));
    else
        gan_buffer_print(text, "%s: a safetensors file", GAN_SHOWN(gan_safetensors_what(file), 600));
    gan_buffer_print(text, ", %zu bytes, %s\n", gan_safetensors_size(file),
                     gan_safetensors_checked(file) ? "checksum right" : "without a checksum");
}

char *gan_file_summary(const char *path)
{
    if (path == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_file_summary: path is NULL");
    struct gan_safetensors *file = gan_safetensors_open(path);
    if (file == NULL)
        return NULL;
    struct gan_buffer text = {0};
    const char *metadatum = gan_safetensors_metadata(file, GAN_FILE_KEY);
    struct gan_json *about = metadatum != NULL ? gan_json_parse(metadatum, strlen(metadatum), path) : NULL;
    if (metadatum == NULL || about != NULL) {
        print_first_line(&text, file, about);
        print_description(&text, about);
        print_tensors(&text, file);
    }
    gan_json_free(about);
    gan_safetensors_close(file);
    return gan_buffer_take(&text);
}

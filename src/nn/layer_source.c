#include "nn/layer_source.h"

#include "base/memory.h"
#include "base/status.h"
#include "nn/layer_file.h"

#include <string.h>

void *gan_source_reject(const struct gan_layer_source *source, const char *key, const char *wanted)
{
    char text[80];
    return gan_fail_null(GAN_ERROR_FORMAT, "%s: layer %s (%s): \"%s\" is %s, want %s", source->what, source->path,
                         GAN_SHOWN(source->kind, 40), key,
                         gan_json_print(gan_json_get(source->json, key), text, sizeof text), wanted);
}

bool gan_source_integer(const struct gan_layer_source *source, const char *key, int64_t *value)
{
    if (gan_json_integer(gan_json_get(source->json, key), value))
        return true;
    gan_source_reject(source, key, "a whole number");
    return false;
}

bool gan_source_float(const struct gan_layer_source *source, const char *key, float *value)
{
    if (gan_json_float(gan_json_get(source->json, key), value))
        return true;
    gan_source_reject(source, key, "a number");
    return false;
}

bool gan_source_bool(const struct gan_layer_source *source, const char *key, bool *value)
{
    if (gan_json_bool(gan_json_get(source->json, key), value))
        return true;
    gan_source_reject(source, key, "true or false");
    return false;
}

bool gan_source_pair(const struct gan_layer_source *source, const char *key, int64_t *pair)
{
    const struct gan_json *list = gan_json_get(source->json, key);
    if (gan_json_count(list) == 2 && gan_json_integer(gan_json_item(list, 0), &pair[0]) &&
        gan_json_integer(gan_json_item(list, 1), &pair[1]))
        return true;
    gan_source_reject(source, key, "two whole numbers");
    return false;
}

bool gan_source_choice(const struct gan_layer_source *source, const char *key, const char *const *texts, int *value)
{
    const char *text = "";
    gan_json_text(gan_json_get(source->json, key), &text);
    for (int i = 0; texts[i] != NULL; i++)
        if (strcmp(texts[i], text) == 0) {
            *value = i;
            return true;
        }
    gan_source_reject(source, key, "one of the texts that it may be");
    return false;
}

bool gan_source_layers(const struct gan_layer_source *source, size_t most, gan_layer ***layers, size_t *count)
{
    const struct gan_json *list = gan_json_get(source->json, "layers");
    size_t wanted = gan_json_count(list);
    if (wanted == 0 || wanted > most) {
        gan_source_reject(source, "layers", "a list of layers");
        return false;
    }
    *layers = gan_alloc_zero(wanted, sizeof(gan_layer *));
    if (*layers == NULL)
        return false;
    for (*count = 0; *count < wanted; ++*count) {
        char *path = gan_format("%s.%zu", source->path, *count);
        gan_layer *layer = path != NULL ? gan_layer_read(gan_json_item(list, *count), path, source->what) : NULL;
        gan_free(path);
        if (layer == NULL)
            break;
        (*layers)[*count] = layer;
    }
    if (*count == wanted)
        return true;
    for (size_t i = 0; i < *count; i++)
        gan_layer_unref((*layers)[i]);
    gan_free(*layers);
    return false;
}

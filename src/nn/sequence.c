/* Several layers as one. */
#include "nn/layer.h"

#include "base/memory.h"
#include "base/status.h"
#include "nn/layer_file.h"

#include <stdio.h>

struct sequence {
    gan_layer base;
    int count;
    gan_layer **layers;
};

static gan_status build_sequence(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    const struct sequence *own = (const struct sequence *)layer;
    gan_status status = GAN_OK;
    for (int i = 0; i < own->count && status == GAN_OK; i++) {
        char place[24];
        snprintf(place, sizeof place, "%d", i);
        status = gan_layer_build_inner(own->layers[i], place, build, in, out);
        in = *out;
    }
    return status;
}

static gan_var *apply_sequence(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    const struct sequence *own = (const struct sequence *)layer;
    for (int i = 0; i < own->count && x != NULL; i++)
        x = own->layers[i]->kind->apply(own->layers[i], call, x);
    return x;
}

static void describe_sequence(const gan_layer *layer, char *text, size_t size)
{
    snprintf(text, size, "sequence of %d", ((const struct sequence *)layer)->count);
}

static void release_sequence(gan_layer *layer)
{
    struct sequence *own = (struct sequence *)layer;
    for (int i = 0; i < own->count; i++)
        gan_layer_unref(own->layers[i]);
    gan_free(own->layers);
}

static const gan_layer *sequence_child(const gan_layer *layer, int index)
{
    const struct sequence *own = (const struct sequence *)layer;
    return index < own->count ? own->layers[index] : NULL;
}

static gan_status write_sequence(const gan_layer *layer, struct gan_json_writer *json)
{
    const struct sequence *own = (const struct sequence *)layer;
    return gan_layers_write(own->layers, own->count, json);
}

static const struct gan_layer_kind sequence_kind = {.name = "sequence",
                                                    .build = build_sequence,
                                                    .apply = apply_sequence,
                                                    .describe = describe_sequence,
                                                    .child = sequence_child,
                                                    .write = write_sequence,
                                                    .release = release_sequence};

static bool seen_before(gan_layer *const *layers, int index)
{
    for (int i = 0; i < index; i++)
        if (layers[i] == layers[index])
            return true;
    return false;
}

/* NULL, after giving back those that are the caller's to give. */
static gan_layer *drop(gan_layer *const *layers, int count)
{
    for (int i = count - 1; i >= 0; i--)
        if (layers[i] != NULL && !layers[i]->taken && !seen_before(layers, i))
            gan_layer_unref(layers[i]);
    return NULL;
}

/* False, and an error, if layer `index` cannot become part of a sequence. */
static bool can_take(gan_layer *const *layers, int index)
{
    if (layers[index] == NULL) {
        gan_layer_refuse("sequence", "layer %d is NULL", index);
        return false;
    }
    if (!layers[index]->taken && !seen_before(layers, index))
        return true;
    gan_layer_refuse("sequence", "layer %d already belongs to a model or a sequence", index);
    return false;
}

gan_layer *gan_layer_sequence(gan_layer *const *layers, int count)
{
    if (layers == NULL)
        return gan_layer_refuse("sequence", "layers is NULL");
    if (count < 1)
        return gan_layer_refuse("sequence", "count is %d, want 1 or more", count);
    for (int i = 0; i < count; i++)
        if (!can_take(layers, i))
            return drop(layers, count);
    struct sequence *own = gan_layer_create(&sequence_kind, sizeof *own);
    if (own == NULL)
        return drop(layers, count);
    own->layers = gan_alloc_zero((size_t)count, sizeof(gan_layer *));
    if (own->layers == NULL) {
        gan_layer_unref(&own->base);
        return drop(layers, count);
    }
    for (int i = 0; i < count; i++) {
        own->layers[i] = layers[i];
        layers[i]->taken = true;
    }
    own->count = count;
    return &own->base;
}

/* What all layers share: references, modifiers, and what they say while they are built and applied. */
#include "nn/layer.h"

#include "base/memory.h"
#include "base/status.h"
#include "nn/initializer.h"
#include "tensor/tensor.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void *gan_layer_create(const struct gan_layer_kind *kind, size_t size)
{
    gan_layer *layer = gan_alloc_zero(1, size);
    if (layer == NULL)
        return NULL;
    atomic_init(&layer->references, 1);
    layer->kind = kind;
    layer->weight_initializer = gan_initializer_glorot_uniform();
    layer->bias_initializer = gan_initializer_constant(0);
    return layer;
}

gan_layer *gan_layer_ref(gan_layer *layer)
{
    if (layer != NULL)
        atomic_fetch_add_explicit(&layer->references, 1, memory_order_relaxed);
    return layer;
}

void gan_layer_unref(gan_layer *layer)
{
    if (layer == NULL || atomic_fetch_sub_explicit(&layer->references, 1, memory_order_acq_rel) != 1)
        return;
    if (layer->kind->release != NULL)
        layer->kind->release(layer);
    gan_free(layer->name);
    gan_free(layer);
}

/* ---- modifiers ---- */

/* NULL, after giving the layer back: the modifiers take it over also on failure. */
static gan_layer *drop(gan_layer *layer)
{
    gan_layer_unref(layer);
    return NULL;
}

/* The layer if it may still change and has what the modifier is about; else NULL, with an error. */
static gan_layer *modifiable(gan_layer *layer, const char *who, bool has, const char *what)
{
    if (layer->taken) /* then this reference is the model's, and not given back */
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT,
                             "%s: the layer already belongs to a model; change it before gan_model_add", who);
    if (has)
        return layer;
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s has no %s", who, layer->kind->name, what);
    return drop(layer);
}

gan_layer *gan_layer_with_initializer(gan_layer *layer, gan_initializer weights)
{
    static const char who[] = "gan_layer_with_initializer";
    if (layer == NULL || modifiable(layer, who, layer->kind->has_weight, "weight") == NULL)
        return NULL;
    if (gan_initializer_check(weights, who) != GAN_OK)
        return drop(layer);
    layer->weight_initializer = weights;
    return layer;
}

gan_layer *gan_layer_with_bias_initializer(gan_layer *layer, gan_initializer biases)
{
    static const char who[] = "gan_layer_with_bias_initializer";
    bool has_bias = layer != NULL && layer->kind->has_bias && !layer->without_bias;
    if (layer == NULL || modifiable(layer, who, has_bias, "bias") == NULL)
        return NULL;
    if (gan_initializer_check(biases, who) != GAN_OK)
        return drop(layer);
    layer->bias_initializer = biases;
    return layer;
}

gan_layer *gan_layer_without_bias(gan_layer *layer)
{
    if (layer == NULL || modifiable(layer, "gan_layer_without_bias", layer->kind->has_bias, "bias") == NULL)
        return NULL;
    layer->without_bias = true;
    return layer;
}

/* The layer if its weights may be made of others, and are not yet. */
static gan_layer *normable(gan_layer *layer, const char *who)
{
    if (modifiable(layer, who, layer->kind->normable, "weight that can be normed") == NULL)
        return NULL;
    if (!layer->weight_norm && layer->spectral_iterations == 0)
        return layer;
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the layer has %s norm already, want one of the two, once", who,
             layer->weight_norm ? "weight" : "spectral");
    return drop(layer);
}

gan_layer *gan_layer_with_spectral_norm(gan_layer *layer, int iterations)
{
    static const char who[] = "gan_layer_with_spectral_norm";
    if (layer == NULL || normable(layer, who) == NULL)
        return NULL;
    if (iterations < 1 || iterations > 1000) {
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: iterations is %d, want 1 to 1000 (1 is usual)", who, iterations);
        return drop(layer);
    }
    layer->spectral_iterations = iterations;
    return layer;
}

gan_layer *gan_layer_with_weight_norm(gan_layer *layer)
{
    if (layer == NULL || normable(layer, "gan_layer_with_weight_norm") == NULL)
        return NULL;
    layer->weight_norm = true;
    return layer;
}

void gan_layer_norm_weights(gan_layer *layer, int iterations)
{
    if (layer->kind->normable && !layer->weight_norm && layer->spectral_iterations == 0)
        layer->spectral_iterations = iterations;
    for (int i = 0; layer->kind->child != NULL; i++) {
        gan_layer *child = (gan_layer *)layer->kind->child(layer, i); /* the layer owns it */
        if (child == NULL)
            break;
        gan_layer_norm_weights(child, iterations);
    }
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool legal_name(const char *name)
{
    if (!letter(name[0]))
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if (!letter(*c) && !(*c >= '0' && *c <= '9') && *c != '-')
            return false;
    return true;
}

gan_layer *gan_layer_named(gan_layer *layer, const char *name)
{
    if (layer == NULL || modifiable(layer, "gan_layer_named", true, "name") == NULL)
        return NULL;
    if (name == NULL || strlen(name) > 64 || !legal_name(name)) {
        gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                 "gan_layer_named: name is %s%s%s, want at most 64 letters, digits, '_' and '-', a letter or '_' first",
                 name != NULL ? "\"" : "", name != NULL ? GAN_SHOWN(name, 80) : "NULL", name != NULL ? "\"" : "");
        return drop(layer);
    }
    char *copy = gan_strdup(name);
    if (copy == NULL)
        return drop(layer);
    gan_free(layer->name);
    layer->name = copy;
    return layer;
}

/* ---- for the kinds ---- */

void *gan_layer_refuse(const char *kind, const char *format, ...)
{
    char text[384];
    va_list arguments;
    va_start(arguments, format);
    gan_text_print(text, sizeof text, format, arguments);
    va_end(arguments);
    return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_layer_%s: %s", kind, text);
}

gan_status gan_layer_reject(const struct gan_layer_build *build, const char *format, ...)
{
    char text[384];
    va_list arguments;
    va_start(arguments, format);
    gan_text_print(text, sizeof text, format, arguments);
    va_end(arguments);
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_model_add: layer %s (%s): %s", build->path,
                    build->layer->kind->name, text);
}

gan_status gan_layer_want_vector(const struct gan_layer_build *build, gan_shape in)
{
    char text[128];
    if (in.rank == 1)
        return GAN_OK;
    return gan_layer_reject(build, "its input is %s, want one axis; add gan_layer_flatten() before it",
                            gan_shape_text(in, text, sizeof text));
}

static gan_status declare(struct gan_slots *slots, const char *path, const char *name, struct gan_slot slot)
{
    slot.name = gan_format("%s.%s", path, name);
    if (slot.name == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_status status = gan_slots_add(slots, &slot);
    gan_free(slot.name);
    return status;
}

gan_status gan_layer_check_shape(const struct gan_layer_build *build, gan_shape shape)
{
    char who[384];
    gan_text_format(who, sizeof who, "gan_model_add: layer %s (%s)", build->path, build->layer->kind->name);
    return gan_shape_check(shape, who);
}

gan_status gan_layer_build_checked(struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    gan_status status = build->layer->kind->build(build->layer, build, in, out);
    return status == GAN_OK ? gan_layer_check_shape(build, *out) : status;
}

/* What walks through layers calls itself, files nest as layers do, and their readers take so much and no more. */
enum { MOST_DEPTH = 100 };

gan_status gan_layer_build_inner(const gan_layer *inner, const char *place, const struct gan_layer_build *build,
                                 gan_shape in, gan_shape *out)
{
    if (build->depth == MOST_DEPTH)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_model_add: layers lie more than %d deep in one another; add some of them to the model "
                        "itself",
                        MOST_DEPTH);
    char *path = gan_format("%s.%s", build->path, inner->name != NULL ? inner->name : place);
    if (path == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    struct gan_layer_build part = *build;
    part.path = path;
    part.layer = inner;
    part.depth++;
    gan_status status = gan_layer_build_checked(&part, in, out);
    gan_free(path);
    return status;
}

gan_status gan_layer_declare(struct gan_layer_build *build, const char *name, gan_shape shape, int64_t fan_in,
                             int64_t fan_out, gan_initializer initializer)
{
    return declare(build->parameters, build->path, name,
                   (struct gan_slot){.shape = shape, .fan_in = fan_in, .fan_out = fan_out, .initializer = initializer});
}

gan_status gan_layer_declare_state(struct gan_layer_build *build, const char *name, gan_shape shape, float value)
{
    return declare(
        build->state, build->path, name,
        (struct gan_slot){.shape = shape, .fan_in = 1, .fan_out = 1, .initializer = gan_initializer_constant(value)});
}

gan_var *gan_layer_next_parameter(struct gan_layer_call *call)
{
    return *call->parameters++;
}

gan_tensor *gan_layer_next_state(struct gan_layer_call *call)
{
    return *call->state++;
}

/* Whether something holds of a layer or of one that it holds. */
static bool holds_somewhere(const gan_layer *layer, bool (*holds)(const struct gan_layer_kind *kind))
{
    bool found = holds(layer->kind);
    for (int i = 0; !found && layer->kind->child != NULL; i++) {
        const gan_layer *child = layer->kind->child(layer, i);
        if (child == NULL)
            break;
        found = holds_somewhere(child, holds);
    }
    return found;
}

static bool mixes(const struct gan_layer_kind *kind)
{
    return kind->mixes_examples;
}

bool gan_layer_mixes(const gan_layer *layer)
{
    return holds_somewhere(layer, mixes);
}

static bool may_mix(const struct gan_layer_kind *kind)
{
    return kind->mixes_examples || kind->may_mix_examples;
}

bool gan_layer_may_mix(const gan_layer *layer)
{
    return holds_somewhere(layer, may_mix);
}

static bool mixes_always(const struct gan_layer_kind *kind)
{
    return kind->mixes_always;
}

bool gan_layer_mixes_always(const gan_layer *layer)
{
    return holds_somewhere(layer, mixes_always);
}

static bool takes_labels(const struct gan_layer_kind *kind)
{
    return kind->takes_labels;
}

bool gan_layer_takes_labels(const gan_layer *layer)
{
    return holds_somewhere(layer, takes_labels);
}

void gan_layer_describe(const gan_layer *layer, char *text, size_t size)
{
    if (layer->kind->describe != NULL)
        layer->kind->describe(layer, text, size);
    else
        snprintf(text, size, "%s", layer->kind->name);
    size_t used = strlen(text);
    if (layer->spectral_iterations > 0 || layer->weight_norm)
        snprintf(text + used, size - used, ", %s norm", layer->weight_norm ? "weight" : "spectral");
}

void gan_layer_pair_text(char *text, size_t size, const char *what, const int64_t *numbers)
{
    if (numbers[0] == numbers[1])
        snprintf(text, size, "%s%" PRId64, what, numbers[0]);
    else
        snprintf(text, size, "%s%" PRId64 "×%" PRId64, what, numbers[0], numbers[1]);
}

void gan_layer_write_pair(struct gan_json_writer *json, const char *key, const int64_t *numbers)
{
    gan_json_begin(json, key, '[');
    gan_json_write_integer(json, NULL, numbers[0]);
    gan_json_write_integer(json, NULL, numbers[1]);
    gan_json_end(json, ']');
}

gan_shape gan_shape_of_batch(int64_t batch, gan_shape one)
{
    gan_shape shape = {.rank = one.rank + 1, .dims = {batch}};
    memcpy(shape.dims + 1, one.dims, (size_t)one.rank * sizeof one.dims[0]);
    return shape;
}

gan_shape gan_shape_of_one(gan_shape batch)
{
    gan_shape shape = {.rank = batch.rank - 1, .dims = {0}};
    memcpy(shape.dims, batch.dims + 1, (size_t)shape.rank * sizeof shape.dims[0]);
    return shape;
}

#include "nn/layer_file.h"

#include "base/memory.h"
#include "base/status.h"
#include "nn/layer_source.h"
#include "nn/reconstruction.h"

#include <string.h>

/* ---- writing ---- */

static const char *const initializer_names[] = {[GAN_INITIALIZER_CONSTANT] = "constant",
                                                [GAN_INITIALIZER_UNIFORM] = "uniform",
                                                [GAN_INITIALIZER_NORMAL] = "normal",
                                                [GAN_INITIALIZER_GLOROT_UNIFORM] = "glorot_uniform",
                                                [GAN_INITIALIZER_GLOROT_NORMAL] = "glorot_normal",
                                                [GAN_INITIALIZER_HE_UNIFORM] = "he_uniform",
                                                [GAN_INITIALIZER_HE_NORMAL] = "he_normal"};
enum { INITIALIZERS = sizeof initializer_names / sizeof initializer_names[0] };

static void write_initializer(struct gan_json_writer *json, const char *key, gan_initializer initializer)
{
    gan_json_begin(json, key, '{');
    gan_json_write_text(json, "kind", initializer_names[initializer.kind]);
    gan_json_write_float(json, "a", initializer.a);
    gan_json_write_float(json, "b", initializer.b);
    gan_json_end(json, '}');
}

gan_status gan_layer_write(const gan_layer *layer, struct gan_json_writer *json)
{
    const struct gan_layer_kind *kind = layer->kind;
    gan_json_begin(json, NULL, '{');
    gan_json_write_text(json, "kind", kind->name);
    if (layer->name != NULL)
        gan_json_write_text(json, "name", layer->name);
    gan_status status = kind->write != NULL ? kind->write(layer, json) : GAN_OK;
    if (kind->has_weight)
        write_initializer(json, "weight", layer->weight_initializer);
    if (layer->spectral_iterations > 0)
        gan_json_write_integer(json, "spectral_norm", layer->spectral_iterations);
    if (layer->weight_norm)
        gan_json_write_bool(json, "weight_norm", true);
    if (kind->has_bias && !layer->without_bias)
        write_initializer(json, "bias", layer->bias_initializer);
    gan_json_end(json, '}');
    return status;
}

gan_status gan_layers_write(gan_layer *const *layers, int count, struct gan_json_writer *json)
{
    gan_status status = GAN_OK;
    gan_json_begin(json, "layers", '[');
    for (int i = 0; i < count && status == GAN_OK; i++)
        status = gan_layer_write(layers[i], json);
    gan_json_end(json, ']');
    return status;
}

/* ---- reading ---- */

static gan_layer *read_dense(const struct gan_layer_source *source)
{
    int64_t units;
    return gan_source_integer(source, "units", &units) ? gan_layer_dense(units) : NULL;
}

static gan_layer *read_maxout(const struct gan_layer_source *source)
{
    int64_t units, pieces;
    bool whole = gan_source_integer(source, "units", &units) && gan_source_integer(source, "pieces", &pieces);
    return whole ? gan_layer_maxout(units, pieces) : NULL;
}

static gan_layer *read_batch_norm(const struct gan_layer_source *source)
{
    float epsilon, momentum;
    bool whole = gan_source_float(source, "epsilon", &epsilon) && gan_source_float(source, "momentum", &momentum);
    return whole ? gan_layer_batch_norm_with(epsilon, momentum) : NULL;
}

static gan_layer *read_conditional_batch_norm(const struct gan_layer_source *source)
{
    float epsilon, momentum;
    bool whole = gan_source_float(source, "epsilon", &epsilon) && gan_source_float(source, "momentum", &momentum);
    return whole ? gan_layer_conditional_batch_norm_with(epsilon, momentum) : NULL;
}

static gan_layer *read_layer_norm(const struct gan_layer_source *source)
{
    float epsilon;
    return gan_source_float(source, "epsilon", &epsilon) ? gan_layer_layer_norm_with(epsilon) : NULL;
}

static gan_layer *read_leaky_relu(const struct gan_layer_source *source)
{
    float slope;
    return gan_source_float(source, "slope", &slope) ? gan_layer_leaky_relu(slope) : NULL;
}

static gan_layer *read_dropout(const struct gan_layer_source *source)
{
    float probability;
    return gan_source_float(source, "probability", &probability) ? gan_layer_dropout(probability) : NULL;
}

static gan_layer *read_scale_shift(const struct gan_layer_source *source)
{
    float factor, offset;
    bool whole = gan_source_float(source, "factor", &factor) && gan_source_float(source, "offset", &offset);
    return whole ? gan_layer_scale_shift(factor, offset) : NULL;
}

static gan_layer *read_reshape(const struct gan_layer_source *source)
{
    gan_shape shape;
    if (!gan_json_shape(gan_json_get(source->json, "shape"), -1, &shape))
        return gan_source_reject(source, "shape", "a list of sizes");
    return gan_layer_reshape(shape);
}

static gan_layer *read_concat_label(const struct gan_layer_source *source)
{
    int64_t size;
    return gan_source_integer(source, "size", &size) ? gan_layer_concat_label(size) : NULL;
}

static gan_layer *read_minibatch_deviation(const struct gan_layer_source *source)
{
    int64_t group;
    return gan_source_integer(source, "group", &group) ? gan_layer_minibatch_deviation(group) : NULL;
}

static gan_layer *read_minibatch_discrimination(const struct gan_layer_source *source)
{
    int64_t kernels, size;
    bool whole = gan_source_integer(source, "kernels", &kernels) && gan_source_integer(source, "size", &size);
    return whole ? gan_layer_minibatch_discrimination(kernels, size) : NULL;
}

static gan_layer *read_concat_noise(const struct gan_layer_source *source)
{
    int64_t size;
    return gan_source_integer(source, "size", &size) ? gan_layer_concat_noise(size) : NULL;
}

static gan_layer *read_sequence(const struct gan_layer_source *source)
{
    gan_layer **layers;
    size_t count;
    if (!gan_source_layers(source, INT32_MAX, &layers, &count))
        return NULL;
    gan_layer *sequence = gan_layer_sequence(layers, (int)count);
    gan_free(layers);
    return sequence;
}

#define PLAIN(name)                                                                                                    \
    static gan_layer *read_##name(const struct gan_layer_source *source)                                               \
    {                                                                                                                  \
        (void)source;                                                                                                  \
        return gan_layer_##name();                                                                                     \
    }

PLAIN(auxiliary_head)
PLAIN(bias)
PLAIN(elu)
PLAIN(flatten)
PLAIN(gelu)
PLAIN(global_average_pool)
PLAIN(global_sum_pool)
PLAIN(projection)
PLAIN(relu)
PLAIN(self_attention)
PLAIN(sigmoid)
PLAIN(silu)
PLAIN(softmax)
PLAIN(softplus)
PLAIN(tanh)

static gan_layer *read_linear(const struct gan_layer_source *source)
{
    (void)source;
    return gan_layer_activation(GAN_ACTIVATION_LINEAR, 0);
}

/* The kinds of layers that a file may hold: a new kind is a row here, and a `write` of its own (nn/layer.h). */
static const struct row {
    const char *kind;
    gan_layer_reader *read;
} rows[] = {
    {"adaptive_average_pool2d", gan_read_adaptive_average_pool2d},
    {"auxiliary_head", read_auxiliary_head},
    {"average_pool2d", gan_read_pooling},
    {"basis", gan_read_basis},
    {"batch_norm", read_batch_norm},
    {"bias", read_bias},
    {"blur", gan_read_resize},
    {"concat_label", read_concat_label},
    {"concat_noise", read_concat_noise},
    {"conditional_batch_norm", read_conditional_batch_norm},
    {"conv1d", gan_read_conv},
    {"conv2d", gan_read_conv},
    {"conv_transpose1d", gan_read_conv},
    {"conv_transpose2d", gan_read_conv},
    {"dense", read_dense},
    {"dropout", read_dropout},
    {"elu", read_elu},
    {"flatten", read_flatten},
    {"gelu", read_gelu},
    {"global_average_pool", read_global_average_pool},
    {"global_sum_pool", read_global_sum_pool},
    {"group_norm", gan_read_group_norm},
    {"instance_norm", gan_read_instance_norm},
    {"layer_norm", read_layer_norm},
    {"leaky_relu", read_leaky_relu},
    {"linear", read_linear},
    {"max_pool2d", gan_read_pooling},
    {"maxout", read_maxout},
    {"minibatch_deviation", read_minibatch_deviation},
    {"minibatch_discrimination", read_minibatch_discrimination},
    {"pad2d", gan_read_resize},
    {"pixel_norm", gan_read_pixel_norm},
    {"pixel_shuffle", gan_read_resize},
    {"pixel_unshuffle", gan_read_resize},
    {"projection", read_projection},
    {"reconstruction", gan_read_reconstruction},
    {"relu", read_relu},
    {"reshape", read_reshape},
    {"residual", gan_read_residual},
    {"resize", gan_read_resize},
    {"scale_shift", read_scale_shift},
    {"self_attention", read_self_attention},
    {"sequence", read_sequence},
    {"sigmoid", read_sigmoid},
    {"silu", read_silu},
    {"softmax", read_softmax},
    {"softplus", read_softplus},
    {"tanh", read_tanh},
    {"upsample", gan_read_resize},
};

static const struct row *row_of(const char *kind)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].kind, kind) == 0)
            return &rows[i];
    return NULL;
}

static bool read_initializer(const struct gan_layer_source *source, const char *key, gan_initializer *initializer)
{
    const struct gan_json *json = gan_json_get(source->json, key);
    const char *kind;
    if (gan_json_text(gan_json_get(json, "kind"), &kind) && gan_json_float(gan_json_get(json, "a"), &initializer->a) &&
        gan_json_float(gan_json_get(json, "b"), &initializer->b))
        for (int i = 0; i < INITIALIZERS; i++)
            if (strcmp(initializer_names[i], kind) == 0) {
                initializer->kind = (gan_initializer_kind)i;
                return true;
            }
    gan_source_reject(source, key, "an initialiser");
    return false;
}

static gan_layer *drop(gan_layer *layer)
{
    gan_layer_unref(layer);
    return NULL;
}

static gan_layer *modify_norm(gan_layer *layer, const struct gan_layer_source *source)
{
    int64_t iterations;
    bool weight_norm;
    if (gan_json_get(source->json, "spectral_norm") != NULL) {
        if (!gan_source_integer(source, "spectral_norm", &iterations))
            return drop(layer);
        layer = gan_layer_with_spectral_norm(layer, iterations > 0 && iterations <= INT32_MAX ? (int)iterations : 0);
    }
    if (layer == NULL || gan_json_get(source->json, "weight_norm") == NULL)
        return layer;
    if (!gan_source_bool(source, "weight_norm", &weight_norm))
        return drop(layer);
    return weight_norm ? gan_layer_with_weight_norm(layer) : layer;
}

/* The modifiers take the layer over, and return NULL if they fail. */
static gan_layer *modify(gan_layer *layer, const struct gan_layer_source *source)
{
    const struct gan_layer_kind *kind = layer->kind;
    const struct gan_json *name = gan_json_get(source->json, "name");
    gan_initializer initializer;
    if (kind->has_weight) {
        if (!read_initializer(source, "weight", &initializer))
            return drop(layer);
        layer = gan_layer_with_initializer(layer, initializer);
    }
    if (layer != NULL && kind->has_bias && gan_json_get(source->json, "bias") == NULL) {
        layer = gan_layer_without_bias(layer);
    } else if (layer != NULL && kind->has_bias) {
        if (!read_initializer(source, "bias", &initializer))
            return drop(layer);
        layer = gan_layer_with_bias_initializer(layer, initializer);
    }
    layer = layer != NULL ? modify_norm(layer, source) : NULL;
    const char *text;
    if (layer == NULL || name == NULL)
        return layer;
    if (!gan_json_text(name, &text)) {
        gan_source_reject(source, "name", "a text");
        return drop(layer);
    }
    return gan_layer_named(layer, text);
}

/* What a constructor refused is the file's fault, and said so: but not twice. */
static gan_layer *blame_file(const struct gan_layer_source *source)
{
    gan_status status = gan_error_status();
    if (status == GAN_ERROR_INVALID_ARGUMENT)
        gan_fail(GAN_ERROR_FORMAT, "%s: layer %s (%s): %s", source->what, source->path, GAN_SHOWN(source->kind, 40),
                 gan_error_message());
    return NULL;
}

gan_layer *gan_layer_read(const struct gan_json *json, const char *path, const char *what)
{
    struct gan_layer_source source = {.json = json, .kind = "?", .path = path, .what = what};
    if (!gan_json_text(gan_json_get(json, "kind"), &source.kind))
        return gan_source_reject(&source, "kind", "the name of a layer");
    const struct row *row = row_of(source.kind);
    if (row == NULL)
        return gan_fail_null(GAN_ERROR_UNSUPPORTED,
                             "%s: layer %s is a \"%s\", which this libgan (%s) does not know; a newer one may", what,
                             path, GAN_SHOWN(source.kind, 40), gan_version());
    gan_layer *layer = row->read(&source);
    layer = layer != NULL ? modify(layer, &source) : NULL;
    return layer != NULL ? layer : blame_file(&source);
}

/* ---- can it be read again? ---- */

gan_status gan_layer_check_writable(const gan_layer *layer, const char *path, const char *who)
{
    if (row_of(layer->kind->name) == NULL)
        return gan_fail(GAN_ERROR_UNSUPPORTED,
                        "%s: layer %s (%s) is the program's own code, which no file can hold; save the numbers alone, "
                        "parameter by parameter, or make the layer of libgan's own",
                        who, path, layer->kind->name);
    gan_status status = GAN_OK;
    for (int i = 0; layer->kind->child != NULL && status == GAN_OK; i++) {
        const gan_layer *child = layer->kind->child(layer, i);
        if (child == NULL)
            break;
        char *child_path = gan_format("%s.%d", path, i);
        status = child_path != NULL ? gan_layer_check_writable(child, child_path, who) : GAN_ERROR_OUT_OF_MEMORY;
        gan_free(child_path);
    }
    return status;
}

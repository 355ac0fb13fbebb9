/* A model as an ONNX file. */
#include "gan/onnx.h"

#include "base/memory.h"
#include "base/status.h"
#include "config.h"
#include "nn/recipe.h"

#include <stddef.h>

static const char who[] = "gan_model_export_onnx";

/* The options end so in the first release. */
#define OPTIONS_LEAST (offsetof(gan_onnx_options, output) + sizeof(const char *))

gan_status gan_onnx_options_init_sized(gan_onnx_options *options, size_t struct_size)
{
    const gan_onnx_options own = {
        .struct_size = sizeof own, .data_range = true, .input = "input", .output = "output", .labels = "labels"};
    return gan_options_write(options, struct_size, &own, sizeof own, OPTIONS_LEAST, "gan_onnx_options_init");
}

#ifdef HAVE_ONNX

#include "nn/layer_file.h"
#include "nn/model_file.h"
#include "nn/onnx_layers.h"

#include <string.h>

/* ---- layers ---- */

/* What the layer was told, read from what it writes of itself into files; NULL after an error. */
static struct gan_json *description_of(const gan_layer *layer)
{
    struct gan_json_writer writer = {0};
    gan_status status = gan_layer_write(layer, &writer);
    char *text = gan_json_finish(&writer);
    struct gan_json *json = status == GAN_OK && text != NULL ? gan_json_parse(text, strlen(text), who) : NULL;
    gan_free(text);
    return json;
}

static const char *add_layers(struct gan_onnx_call *call, const gan_model *model, const char *x)
{
    call->out = model->in;
    for (size_t i = 0; i < model->entry_count && x != NULL; i++) {
        const struct gan_model_entry *entry = &model->entries[i];
        struct gan_json *json = description_of(entry->layer);
        call->in = call->out;
        x = json != NULL ? gan_onnx_layer(call, entry->layer, json, entry->path, x) : NULL;
        gan_json_free(json);
    }
    return x;
}

/* ---- the output's range ---- */

/* x·factor + offset, under names that begin with the output's, as no layer's do. */
static const char *scale_and_shift(struct gan_onnx *onnx, const char *x, const char *name, const char *factor,
                                   const char *offset)
{
    char *scaled = name != NULL ? gan_format("%s.scaled", name) : NULL;
    const char *y = NULL;
    if (x != NULL && factor != NULL && offset != NULL)
        y = gan_onnx_node(onnx, "Mul", scaled, (const char *const[]){x, factor, NULL});
    gan_free(scaled);
    return y != NULL ? gan_onnx_node(onnx, "Add", name, (const char *const[]){y, offset, NULL}) : NULL;
}

static const char *map_range(struct gan_onnx *onnx, const char *x, const char *output, double factor, double offset)
{
    char *name = gan_format("%s.mapped", output), *of_factor = gan_format("%s.factor", output);
    char *of_offset = gan_format("%s.offset", output);
    const char *by = gan_onnx_number(onnx, of_factor, (float)factor);
    const char *y = scale_and_shift(onnx, x, name, by, gan_onnx_number(onnx, of_offset, (float)offset));
    gan_free(of_offset);
    gan_free(of_factor);
    gan_free(name);
    return y;
}

/* x·deviation + mean, number by number: both are as an example. */
static const char *undo_standard(struct gan_onnx *onnx, const char *x, const gan_model *model, const char *output)
{
    gan_shape one = gan_model_output_shape(model);
    char *of_mean = gan_format("%s.mean", output), *of_deviation = gan_format("%s.deviation", output);
    const char *mean = gan_onnx_floats(onnx, of_mean, one, gan_tensor_data(model->mean));
    const char *deviation = gan_onnx_floats(onnx, of_deviation, one, gan_tensor_data(model->deviation));
    char *name = gan_format("%s.undone", output);
    const char *y = scale_and_shift(onnx, x, name, deviation, mean);
    gan_free(name);
    gan_free(of_mean);
    gan_free(of_deviation);
    return y;
}

/* As in samplers. */
static const char *to_data(struct gan_onnx *onnx, const char *x, const gan_model *model, const char *output)
{
    const struct gan_range from = model->range, to = model->data_range;
    if (from.known && to.known && (from.low != to.low || from.high != to.high)) {
        double factor = ((double)to.high - (double)to.low) / ((double)from.high - (double)from.low);
        x = map_range(onnx, x, output, factor, (double)to.low - factor * (double)from.low);
    }
    return model->mean != NULL ? undo_standard(onnx, x, model, output) : x;
}

/* ---- the whole ---- */

static void add_description(struct gan_onnx *onnx, const gan_model *model)
{
    struct gan_json_writer json = {0};
    gan_json_begin(&json, NULL, '{');
    gan_json_write_text(&json, "format", GAN_MODEL_FORMAT);
    gan_json_write_text(&json, "library", gan_version());
    gan_status status = gan_model_write_description(model, &json);
    gan_json_end(&json, '}');
    char *text = gan_json_finish(&json);
    gan_onnx_metadatum(onnx, GAN_FILE_KEY, status == GAN_OK ? text : NULL);
    gan_free(text);
}

/* Classes as int64, since operators that look up are used with these; numbers as float32. */
static void add_label_input(struct gan_onnx *onnx, const gan_labels *labels, const char *name, const char *batch)
{
    int64_t count = gan_labels_count(labels);
    if (gan_labels_kind(labels) == GAN_LABEL_NUMBERS)
        gan_onnx_input(onnx, name, batch, GAN_SHAPE(count));
    else
        gan_onnx_integer_input(onnx, name, batch, count == 1 ? GAN_SCALAR : GAN_SHAPE(count));
}

static gan_status fill(struct gan_onnx *onnx, const gan_model *model, const gan_onnx_options *options)
{
    static const char batch[] = "batch";
    struct gan_onnx_call call = {.onnx = onnx,
                                 .parameters = &model->parameters,
                                 .state = &model->state,
                                 .labels = gan_model_takes_labels(model) ? options->labels : NULL,
                                 .about_labels = model->labels,
                                 .who = who};
    gan_onnx_input(onnx, options->input, batch, model->in);
    if (call.labels != NULL)
        add_label_input(onnx, model->labels, call.labels, batch);
    const char *y = add_layers(&call, model, options->input);
    if (y != NULL && options->data_range)
        y = to_data(onnx, y, model, options->output);
    if (y != NULL) /* under the name that was asked for */
        y = gan_onnx_node(onnx, "Identity", options->output, (const char *const[]){y, NULL});
    gan_onnx_output(onnx, options->output, batch, gan_model_output_shape(model));
    add_description(onnx, model);
    if (call.status != GAN_OK)
        return call.status;
    return y != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
}

/* No value of the graph may have two meanings: those within are named by layers' paths. */
static gan_status check_name(const gan_model *model, const char *field, const char *name)
{
    if (name == NULL || *name == '\0')
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is %s, want a name", who, field,
                        name == NULL ? "NULL" : "empty");
    bool taken = strchr(name, '.') != NULL;
    for (size_t i = 0; i < model->entry_count && !taken; i++)
        taken = strcmp(name, model->entries[i].path) == 0;
    if (!taken)
        return GAN_OK;
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is \"%s\", want a name without a '.' that no layer has", who,
                    field, GAN_SHOWN(name, 80));
}

static gan_status check_names(const gan_model *model, const gan_onnx_options *o)
{
    static const char *const fields[] = {"input", "output", "labels"};
    const char *const names[] = {o->input, o->output, o->labels};
    int count = gan_model_takes_labels(model) ? 3 : 2;
    for (int i = 0; i < count; i++) {
        gan_status status = check_name(model, fields[i], names[i]);
        if (status != GAN_OK)
            return status;
    }
    for (int i = 0; i < count; i++)
        for (int k = 0; k < i; k++)
            if (strcmp(names[i], names[k]) == 0)
                return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s and %s are both \"%s\", want names that differ",
                                who, fields[k], fields[i], GAN_SHOWN(names[i], 80));
    return GAN_OK;
}

/* An operator in inference sees one example at a time. */
static gan_status check_statistics(const gan_model *model)
{
    if (!model->batch_statistics || !gan_model_mixes_examples(model) || model->state.count == 0)
        return GAN_OK;
    return gan_fail(GAN_ERROR_UNSUPPORTED,
                    "%s: %s normalises by its batch's statistics, for which ONNX has no operator in inference; go back "
                    "to the running ones first (gan_model_set_batch_statistics)",
                    who, gan_model_title(model));
}

gan_status gan_model_export_onnx(gan_model *model, const char *path, const gan_onnx_options *options)
{
    gan_onnx_options own;
    gan_onnx_options_init(&own);
    if (path == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: path is NULL", who);
    gan_status status = gan_options_read(&own, sizeof own, options, OPTIONS_LEAST, who);
    if (status == GAN_OK)
        status = gan_model_ready(model, who);
    if (status == GAN_OK)
        status = gan_model_check_initialized(model, who);
    if (status == GAN_OK)
        status = check_names(model, &own);
    if (status == GAN_OK)
        status = check_statistics(model);
    if (status != GAN_OK)
        return status;
    struct gan_onnx *onnx = gan_onnx_new(*gan_model_name(model) != '\0' ? gan_model_name(model) : "model");
    if (onnx == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    status = fill(onnx, model, &own);
    if (status == GAN_OK)
        status = gan_onnx_write(onnx, path, who);
    gan_onnx_free(onnx);
    return status;
}

#else

gan_status gan_model_export_onnx(gan_model *model, const char *path, const gan_onnx_options *options)
{
    if (model == NULL || path == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, model == NULL ? "model" : "path");
    (void)options;
    return gan_fail(
        GAN_ERROR_UNSUPPORTED,
        "%s: libgan was built without ONNX; install protobuf-c with its compiler, onnx.proto and jansson (on "
        "Debian or Ubuntu: apt-get install protobuf-c-compiler libprotobuf-c-dev libonnx-dev "
        "libjansson-dev) and build libgan again with -Donnx=enabled",
        who);
}

#endif

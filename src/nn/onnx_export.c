/* A model as an ONNX file. */
#include "gan/onnx.h"

#include "base/memory.h"
#include "base/status.h"
#include "config.h"
#include "nn/recipe.h"

static const char who[] = "gan_model_export_onnx";

gan_status gan_onnx_options_init_sized(gan_onnx_options *options, size_t struct_size)
{
    const gan_onnx_options own = {.struct_size = sizeof own, .data_range = true, .input = "input", .output = "output"};
    return gan_options_write(options, struct_size, &own, sizeof own, sizeof own, "gan_onnx_options_init");
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
    for (size_t i = 0; i < model->entry_count && x != NULL; i++) {
        const struct gan_model_entry *entry = &model->entries[i];
        struct gan_json *json = description_of(entry->layer);
        x = json != NULL ? gan_onnx_layer(call, json, entry->path, x) : NULL;
        gan_json_free(json);
    }
    return x;
}

/* ---- the output's range ---- */

/* x·factor + offset */
static const char *scale_and_shift(struct gan_onnx *onnx, const char *x, float factor, float offset)
{
    const char *by = gan_onnx_number(onnx, "range.factor", factor), *to = gan_onnx_number(onnx, "range.offset", offset);
    if (x == NULL || by == NULL || to == NULL)
        return NULL;
    x = gan_onnx_node(onnx, "Mul", "range.scaled", (const char *const[6]){x, by, NULL});
    return x == NULL ? NULL : gan_onnx_node(onnx, "Add", "range.mapped", (const char *const[6]){x, to, NULL});
}

/* x·deviation + mean, number by number: both are as an example. */
static const char *undo_standard(struct gan_onnx *onnx, const char *x, const gan_model *model)
{
    gan_shape one = gan_model_output_shape(model);
    const char *mean = gan_onnx_floats(onnx, GAN_MODEL_MEAN, one, gan_tensor_data(model->mean));
    const char *deviation = gan_onnx_floats(onnx, GAN_MODEL_DEVIATION, one, gan_tensor_data(model->deviation));
    if (x == NULL || mean == NULL || deviation == NULL)
        return NULL;
    x = gan_onnx_node(onnx, "Mul", "standard.scaled", (const char *const[6]){x, deviation, NULL});
    return x == NULL ? NULL : gan_onnx_node(onnx, "Add", "standard.undone", (const char *const[6]){x, mean, NULL});
}

/* As in samplers. */
static const char *to_data(struct gan_onnx *onnx, const char *x, const gan_model *model)
{
    const struct gan_range from = model->range, to = model->data_range;
    if (from.known && to.known && (from.low != to.low || from.high != to.high)) {
        double factor = ((double)to.high - (double)to.low) / ((double)from.high - (double)from.low);
        x = scale_and_shift(onnx, x, (float)factor, (float)((double)to.low - factor * (double)from.low));
    }
    return model->mean != NULL ? undo_standard(onnx, x, model) : x;
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

static gan_status fill(struct gan_onnx *onnx, const gan_model *model, const gan_onnx_options *options)
{
    static const char batch[] = "batch";
    struct gan_onnx_call call = {.onnx = onnx, .parameters = &model->parameters, .state = &model->state, .who = who};
    gan_onnx_input(onnx, options->input, batch, model->in);
    const char *y = add_layers(&call, model, options->input);
    if (y != NULL && options->data_range)
        y = to_data(onnx, y, model);
    if (y != NULL) /* under the name that was asked for */
        y = gan_onnx_node(onnx, "Identity", options->output, (const char *const[6]){y, NULL});
    gan_onnx_output(onnx, options->output, batch, gan_model_output_shape(model));
    add_description(onnx, model);
    if (call.status != GAN_OK)
        return call.status;
    return y != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
}

/* No value of the graph may have two meanings: those within are named by layers' paths. */
static gan_status check_names(const gan_model *model, const gan_onnx_options *o)
{
    const char *const names[] = {o->input, o->output}, *const fields[] = {"input", "output"};
    for (int i = 0; i < 2; i++) {
        if (names[i] == NULL || *names[i] == '\0')
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is %s, want a name", who, fields[i],
                            names[i] == NULL ? "NULL" : "empty");
        for (size_t k = 0; k < model->entry_count; k++)
            if (strcmp(names[i], model->entries[k].path) == 0 || strchr(names[i], '.') != NULL)
                return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                                "%s: %s is \"%.80s\", want a name without a '.' that no layer has", who, fields[i],
                                names[i]);
    }
    if (strcmp(o->input, o->output) != 0)
        return GAN_OK;
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: input and output are both \"%.80s\", want two names", who,
                    o->input);
}

/* An operator in inference sees one example at a time. */
static gan_status check_statistics(const gan_model *model)
{
    if (!model->batch_statistics || model->state.count == 0)
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
    gan_status status = gan_options_read(&own, sizeof own, options, sizeof own, who);
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

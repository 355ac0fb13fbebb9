#include "nn/model_file.h"

#include "base/memory.h"
#include "base/status.h"
#include "nn/layer_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- what kind of file is it? ---- */

static struct gan_json *check_description(const struct gan_safetensors *file, struct gan_json *about,
                                          const char *format, int64_t version, const char *hint)
{
    const char *given = "?", *library = "?", *what = gan_safetensors_what(file);
    int64_t number = 0;
    bool known = gan_json_text(gan_json_get(about, "format"), &given) &&
                 gan_json_integer(gan_json_get(about, "version"), &number);
    gan_json_text(gan_json_get(about, "library"), &library);
    if (!known || number < 1)
        gan_fail(GAN_ERROR_FORMAT, "%s: its metadatum \"%s\" does not say what it is", what, GAN_FILE_KEY);
    else if (strcmp(given, format) != 0)
        gan_fail(GAN_ERROR_FORMAT, "%s: is a libgan %s, want a %s; %s", what, GAN_SHOWN(given, 40), format, hint);
    else if (number > version)
        gan_fail(GAN_ERROR_UNSUPPORTED,
                 "%s: version %" PRId64 " of libgan's %s files, by libgan %s; this libgan (%s) knows %" PRId64
                 ": install a newer one",
                 what, number, format, GAN_SHOWN(library, 40), gan_version(), version);
    else if (!gan_safetensors_checked(file))
        gan_fail(GAN_ERROR_FORMAT, "%s: damaged: it lacks the checksum that libgan writes", what);
    else
        return about;
    gan_json_free(about);
    return NULL;
}

struct gan_json *gan_file_description(const struct gan_safetensors *file, const char *format, int64_t version,
                                      const char *hint)
{
    const char *text = gan_safetensors_metadata(file, GAN_FILE_KEY);
    if (text == NULL)
        return gan_fail_null(GAN_ERROR_FORMAT, "%s: is a safetensors file, but no libgan %s; %s",
                             gan_safetensors_what(file), format, hint);
    struct gan_json *about = gan_json_parse(text, strlen(text), gan_safetensors_what(file));
    return about != NULL ? check_description(file, about, format, version, hint) : NULL;
}

/* ---- slots ---- */

const struct gan_safetensors_entry *gan_file_tensor(const struct gan_safetensors *file, const char *prefix,
                                                    const char *name)
{
    char *full = gan_format("%s%s", prefix, name);
    if (full == NULL)
        return NULL;
    const struct gan_safetensors_entry *entry = gan_safetensors_find(file, full);
    if (entry == NULL)
        gan_fail(GAN_ERROR_FORMAT, "%s: has no tensor \"%s\"", gan_safetensors_what(file), full);
    gan_free(full);
    return entry;
}

static gan_status check_entry(const struct gan_safetensors *file, const struct gan_safetensors_entry *entry,
                              const struct gan_slot *slot)
{
    char given[192], wanted[192];
    if (gan_safetensors_is_float(entry) && gan_shape_equal(entry->shape, slot->shape))
        return GAN_OK;
    return gan_fail(GAN_ERROR_FORMAT, "%s: tensor \"%s\" is %s %s, want floats %s", gan_safetensors_what(file),
                    entry->name, entry->dtype, gan_shape_text(entry->shape, given, sizeof given),
                    gan_shape_text(slot->shape, wanted, sizeof wanted));
}

gan_status gan_model_find_slots(const struct gan_safetensors *file, const char *prefix, const struct gan_slots *slots,
                                const struct gan_safetensors_entry ***entries)
{
    const struct gan_safetensors_entry **found = gan_alloc_zero(slots->count + 1, sizeof *found);
    gan_status status = found != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
    for (size_t i = 0; i < slots->count && status == GAN_OK; i++) {
        found[i] = gan_file_tensor(file, prefix, slots->slot[i].name);
        status = found[i] != NULL ? check_entry(file, found[i], &slots->slot[i]) : gan_error_status();
    }
    if (status != GAN_OK) {
        gan_free(found);
        found = NULL;
    }
    *entries = found;
    return status;
}

void gan_model_take_slots(struct gan_slots *slots, const struct gan_safetensors_entry *const *entries)
{
    for (size_t i = 0; i < slots->count; i++)
        gan_safetensors_numbers(entries[i], gan_tensor_data(slots->tensors[i]));
}

/* ---- the model ---- */

static gan_status reject(const struct gan_safetensors *file, const struct gan_json *about, const char *key,
                         const char *wanted)
{
    char text[80];
    return gan_fail(GAN_ERROR_FORMAT, "%s: the model's \"%s\" is %s, want %s", gan_safetensors_what(file), key,
                    gan_json_print(gan_json_get(about, key), text, sizeof text), wanted);
}

static gan_model *read_input(const struct gan_safetensors *file, const struct gan_json *about)
{
    gan_shape shape;
    if (!gan_json_shape(gan_json_get(about, "input"), 1, &shape) || shape.rank < 1 || shape.rank >= GAN_MAX_RANK ||
        gan_shape_size(shape) == 0) {
        reject(file, about, "input", "the shape of an example");
        return NULL;
    }
    return gan_model_new(shape);
}

static gan_status read_layers(gan_model *model, const struct gan_safetensors *file, const struct gan_json *about)
{
    const struct gan_json *list = gan_json_get(about, "layers");
    const char *what = gan_safetensors_what(file);
    if (!gan_json_is_array(list))
        return reject(file, about, "layers", "a list of layers");
    for (size_t i = 0; i < gan_json_count(list); i++) {
        char path[24];
        snprintf(path, sizeof path, "%zu", i);
        gan_layer *layer = gan_layer_read(gan_json_item(list, i), path, what);
        if (layer == NULL)
            return gan_error_status();
        gan_status status = gan_model_add(model, layer);
        if (status == GAN_ERROR_INVALID_ARGUMENT)
            return gan_fail(GAN_ERROR_FORMAT, "%s: %s", what, gan_model_message(model));
        if (status != GAN_OK)
            return status;
    }
    gan_shape output;
    if (!gan_json_shape(gan_json_get(about, "output"), 1, &output) ||
        !gan_shape_equal(output, gan_model_output_shape(model)))
        return reject(file, about, "output", "the shape that its layers make");
    return GAN_OK;
}

static gan_status read_range(struct gan_range *range, const char *key, const struct gan_safetensors *file,
                             const struct gan_json *about)
{
    const struct gan_json *json = gan_json_get(about, key);
    if (json == NULL)
        return GAN_OK;
    range->known = gan_json_count(json) == 2 && gan_json_float(gan_json_item(json, 0), &range->low) &&
                   gan_json_float(gan_json_item(json, 1), &range->high) && range->low < range->high;
    return range->known ? GAN_OK : reject(file, about, key, "two numbers, the lower first");
}

static gan_status read_training(gan_model *model, const struct gan_safetensors *file, const struct gan_json *about)
{
    uint64_t steps, seed;
    const char *data;
    if (gan_json_get(about, "steps") != NULL) {
        if (!gan_json_uint64(gan_json_get(about, "steps"), &steps))
            return reject(file, about, "steps", "a number in digits");
        if (!gan_json_uint64(gan_json_get(about, "seed"), &seed))
            return reject(file, about, "seed", "a number in digits");
        gan_model_note_training(model, steps, seed);
    }
    return gan_json_text(gan_json_get(about, "data"), &data) ? gan_model_note_data(model, data) : GAN_OK;
}

static gan_tensor *read_column(const struct gan_safetensors *file, const char *prefix, const char *name,
                               int64_t example)
{
    const struct gan_safetensors_entry *entry = gan_file_tensor(file, prefix, name);
    char text[192];
    if (entry == NULL)
        return NULL;
    if (!gan_safetensors_is_float(entry) || gan_shape_size(entry->shape) != example)
        return gan_fail_null(GAN_ERROR_FORMAT, "%s: tensor \"%s\" is %s %s, want as many floats as an example has",
                             gan_safetensors_what(file), entry->name, entry->dtype,
                             gan_shape_text(entry->shape, text, sizeof text));
    gan_tensor *column = gan_tensor_new(entry->shape);
    if (column != NULL)
        gan_safetensors_numbers(entry, gan_tensor_data(column));
    return column;
}

gan_status gan_model_read_standard(const struct gan_safetensors *file, const char *prefix, const struct gan_json *about,
                                   int64_t example, gan_tensor **mean, gan_tensor **deviation)
{
    bool standardised;
    *mean = *deviation = NULL;
    if (!gan_json_bool(gan_json_get(about, "standardised"), &standardised))
        return reject(file, about, "standardised", "true or false");
    if (!standardised)
        return GAN_OK;
    *mean = read_column(file, prefix, GAN_MODEL_MEAN, example);
    *deviation = *mean != NULL ? read_column(file, prefix, GAN_MODEL_DEVIATION, example) : NULL;
    if (*deviation != NULL)
        return GAN_OK;
    gan_tensor_unref(*mean);
    *mean = NULL;
    return gan_error_status();
}

static gan_status take_standard(gan_model *model, const struct gan_safetensors *file, const struct gan_json *about)
{
    gan_tensor *mean, *deviation;
    gan_status status = gan_model_read_standard(file, "", about, gan_shape_size(gan_model_output_shape(model)), &mean,
                                                &deviation);
    if (status == GAN_OK)
        status = gan_model_set_standard(model, mean, deviation);
    if (status == GAN_ERROR_INVALID_ARGUMENT)
        status = gan_fail(GAN_ERROR_FORMAT, "%s: %s", gan_safetensors_what(file), gan_error_message());
    gan_tensor_unref(mean);
    gan_tensor_unref(deviation);
    return status;
}

/* The file is compared with the layers before memory is taken for them: it must be as large as what they want. */
static gan_status read_numbers(gan_model *model, const struct gan_safetensors *file)
{
    const struct gan_safetensors_entry **parameters = NULL, **state = NULL;
    gan_status status = gan_model_find_slots(file, "", &model->parameters, &parameters);
    if (status == GAN_OK)
        status = gan_model_find_slots(file, "", &model->state, &state);
    size_t wanted = model->parameters.count + model->state.count + (model->mean != NULL ? 2 : 0);
    if (status == GAN_OK && gan_safetensors_count(file) != wanted)
        status = gan_fail(GAN_ERROR_FORMAT, "%s: has %zu tensors, but its layers have %zu", gan_safetensors_what(file),
                          gan_safetensors_count(file), wanted);
    if (status == GAN_OK)
        status = gan_model_ready(model, "gan_model_load");
    if (status == GAN_OK) {
        gan_model_take_slots(&model->parameters, parameters);
        gan_model_take_slots(&model->state, state);
        gan_model_mark_initialized(model);
    }
    gan_free(parameters);
    gan_free(state);
    return status;
}

static gan_status fill(gan_model *model, const struct gan_safetensors *file, const struct gan_json *about)
{
    const char *name;
    gan_status status = gan_json_text(gan_json_get(about, "name"), &name) ? gan_model_set_name(model, name) : GAN_OK;
    if (status == GAN_OK)
        status = gan_model_read_labels(model, about, gan_safetensors_what(file));
    if (status == GAN_OK)
        status = read_layers(model, file, about);
    if (status == GAN_OK)
        status = read_range(&model->range, "range", file, about);
    if (status == GAN_OK)
        status = read_range(&model->data_range, "data_range", file, about);
    if (status == GAN_OK && gan_json_get(about, "batch_statistics") != NULL &&
        !gan_json_bool(gan_json_get(about, "batch_statistics"), &model->batch_statistics))
        status = reject(file, about, "batch_statistics", "true or false");
    if (status == GAN_OK)
        status = read_training(model, file, about);
    if (status == GAN_OK)
        status = take_standard(model, file, about);
    return status == GAN_OK ? read_numbers(model, file) : status;
}

static gan_model *load(struct gan_safetensors *file)
{
    struct gan_json *about = file != NULL
                                 ? gan_file_description(file, GAN_MODEL_FORMAT, GAN_MODEL_FORMAT_VERSION,
                                                        "gan_model_load_parameters takes other programs' numbers into "
                                                        "a model")
                                 : NULL;
    gan_model *model = about != NULL ? read_input(file, about) : NULL;
    if (model != NULL && fill(model, file, about) != GAN_OK) {
        gan_model_unref(model);
        model = NULL;
    }
    gan_json_free(about);
    gan_safetensors_close(file);
    return model;
}

gan_model *gan_model_load(const char *path)
{
    if (path == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_model_load: path is NULL");
    return load(gan_safetensors_open(path));
}

gan_model *gan_model_load_memory(const void *data, size_t size)
{
    static const char who[] = "gan_model_load_memory";
    if (data == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: data is NULL", who);
    return load(gan_safetensors_parse(data, size, who));
}

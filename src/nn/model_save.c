#include "nn/model_file.h"

#include "base/memory.h"
#include "base/status.h"
#include "nn/layer_file.h"

#include <string.h>

/* ---- items ---- */

gan_status gan_model_items_add(struct gan_model_items *items, const char *prefix, const char *name, gan_shape shape,
                               const float *numbers)
{
    if (!gan_grow((void **)&items->item, &items->capacity, items->count, sizeof *items->item) ||
        !gan_grow((void **)&items->names, &items->name_capacity, items->name_count, sizeof *items->names))
        return GAN_ERROR_OUT_OF_MEMORY;
    char *full = gan_format("%s%s", prefix, name);
    if (full == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    items->names[items->name_count++] = full;
    items->item[items->count++] = (struct gan_safetensors_item){full, shape, numbers};
    return GAN_OK;
}

gan_status gan_model_items_add_slots(struct gan_model_items *items, const char *prefix, const struct gan_slots *slots)
{
    gan_status status = GAN_OK;
    for (size_t i = 0; i < slots->count && status == GAN_OK; i++)
        status = gan_model_items_add(items, prefix, slots->slot[i].name, slots->slot[i].shape,
                                     gan_tensor_data(slots->tensors[i]));
    return status;
}

gan_status gan_model_items_add_standard(struct gan_model_items *items, const char *prefix, const gan_model *model)
{
    if (model->mean == NULL)
        return GAN_OK;
    gan_status status = gan_model_items_add(items, prefix, GAN_MODEL_MEAN, gan_tensor_shape(model->mean),
                                            gan_tensor_data(model->mean));
    if (status == GAN_OK)
        status = gan_model_items_add(items, prefix, GAN_MODEL_DEVIATION, gan_tensor_shape(model->deviation),
                                     gan_tensor_data(model->deviation));
    return status;
}

void gan_model_items_clear(struct gan_model_items *items)
{
    for (size_t i = 0; i < items->name_count; i++)
        gan_free(items->names[i]);
    gan_free(items->names);
    gan_free(items->item);
    *items = (struct gan_model_items){0};
}

/* ---- description ---- */

static void write_range(struct gan_json_writer *json, const char *key, const struct gan_range *range)
{
    if (!range->known)
        return;
    gan_json_begin(json, key, '[');
    gan_json_write_float(json, NULL, range->low);
    gan_json_write_float(json, NULL, range->high);
    gan_json_end(json, ']');
}

gan_status gan_model_write_description(const gan_model *model, struct gan_json_writer *json)
{
    if (model->name != NULL)
        gan_json_write_text(json, "name", model->name);
    gan_json_write_shape(json, "input", model->in);
    gan_json_write_shape(json, "output", gan_model_output_shape(model));
    gan_labels_write(model->labels, json, true);
    write_range(json, "range", &model->range);
    write_range(json, "data_range", &model->data_range);
    gan_json_write_bool(json, "standardised", model->mean != NULL);
    if (model->batch_statistics)
        gan_json_write_bool(json, "batch_statistics", true);
    if (model->training.known) {
        gan_json_write_uint64(json, "steps", model->training.steps);
        gan_json_write_uint64(json, "seed", model->training.seed);
    }
    if (model->training.data != NULL)
        gan_json_write_text(json, "data", model->training.data);
    gan_status status = GAN_OK;
    gan_json_begin(json, "layers", '[');
    for (size_t i = 0; i < model->entry_count && status == GAN_OK; i++)
        status = gan_layer_write(model->entries[i].layer, json);
    gan_json_end(json, ']');
    return status;
}

static char *description_of(const gan_model *model)
{
    struct gan_json_writer json = {0};
    gan_json_begin(&json, NULL, '{');
    gan_json_write_text(&json, "format", GAN_MODEL_FORMAT);
    gan_json_write_integer(&json, "version", GAN_MODEL_FORMAT_VERSION);
    gan_json_write_text(&json, "library", gan_version());
    gan_status status = gan_model_write_description(model, &json);
    gan_json_end(&json, '}');
    char *text = gan_json_finish(&json);
    if (status == GAN_OK)
        return text;
    gan_free(text);
    return NULL;
}

/* ---- saving ---- */

static gan_status collect(const gan_model *model, struct gan_model_items *items)
{
    gan_status status = gan_model_items_add_slots(items, "", &model->parameters);
    if (status == GAN_OK)
        status = gan_model_items_add_slots(items, "", &model->state);
    return status == GAN_OK ? gan_model_items_add_standard(items, "", model) : status;
}

static gan_status check_layers(const gan_model *model, const char *who)
{
    gan_status status = GAN_OK;
    for (size_t i = 0; i < model->entry_count && status == GAN_OK; i++)
        status = gan_layer_check_writable(model->entries[i].layer, model->entries[i].path, who);
    return status;
}

gan_status gan_model_save(gan_model *model, const char *path)
{
    static const char who[] = "gan_model_save";
    if (path == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: path is NULL", who);
    gan_status status = gan_model_ready(model, who);
    if (status == GAN_OK)
        status = gan_model_check_initialized(model, who);
    if (status == GAN_OK)
        status = check_layers(model, who);
    if (status != GAN_OK)
        return status;
    struct gan_model_items items = {0};
    struct gan_safetensors_datum about = {GAN_FILE_KEY, NULL};
    char *text = description_of(model);
    about.text = text;
    status = text != NULL ? collect(model, &items) : GAN_ERROR_OUT_OF_MEMORY;
    if (status == GAN_OK)
        status = gan_safetensors_write(path, items.item, items.count, &about, 1, who);
    gan_model_items_clear(&items);
    gan_free(text);
    return status;
}

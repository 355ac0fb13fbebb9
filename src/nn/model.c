/* Building models: layers are added one by one, until the model is sealed. */
#include "nn/model.h"

#include "base/memory.h"
#include "base/status.h"
#include "nn/reconstruction.h"
#include "tensor/tensor.h"

#include <math.h>
#include <string.h>

gan_model *gan_model_new(gan_shape input)
{
    if (gan_shape_check(input, "gan_model_new") != GAN_OK)
        return NULL;
    if (input.rank < 1 || input.rank >= GAN_MAX_RANK)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT,
                             "gan_model_new: input has %d axes, want 1 to %d (the batch axis is not counted)",
                             input.rank, GAN_MAX_RANK - 1);
    gan_model *model = gan_alloc_zero(1, sizeof *model);
    if (model == NULL)
        return NULL;
    atomic_init(&model->references, 1);
    model->in = input;
    return model;
}

gan_model *gan_model_ref(gan_model *model)
{
    if (model != NULL)
        atomic_fetch_add_explicit(&model->references, 1, memory_order_relaxed);
    return model;
}

void gan_model_unref(gan_model *model)
{
    if (model == NULL || atomic_fetch_sub_explicit(&model->references, 1, memory_order_acq_rel) != 1)
        return;
    gan_model_runner_clear(&model->predictor);
    for (size_t i = 0; i < model->entry_count; i++) {
        gan_layer_unref(model->entries[i].layer);
        gan_free(model->entries[i].path);
    }
    gan_free(model->entries);
    gan_slots_clear(&model->parameters);
    gan_slots_clear(&model->state);
    gan_labels_unref(model->labels);
    gan_tensor_unref(model->mean);
    gan_tensor_unref(model->deviation);
    gan_free(model->training.data);
    gan_free(model->features);
    gan_free(model->name);
    gan_free(model);
}

/* ---- adding layers ---- */

/* Keeps this thread's latest error as the model's. */
static gan_status keep_error(gan_model *model, gan_status status)
{
    model->status = status;
    gan_text_format(model->message, sizeof model->message, "%s", gan_error_message());
    return status;
}

static gan_status append(gan_model *model, gan_layer *layer, char *path)
{
    if (!gan_grow((void **)&model->entries, &model->entry_capacity, model->entry_count, sizeof *model->entries))
        return GAN_ERROR_OUT_OF_MEMORY;
    struct gan_model_entry entry = {
        .layer = layer, .path = path, .first_parameter = model->parameters.count, .first_state = model->state.count};
    struct gan_layer_build build = {.path = path,
                                    .layer = layer,
                                    .parameters = &model->parameters,
                                    .state = &model->state,
                                    .labels = model->labels};
    gan_status status = gan_layer_build_checked(&build, gan_model_output_shape(model), &entry.out);
    if (status != GAN_OK) {
        gan_slots_cut(&model->parameters, entry.first_parameter);
        gan_slots_cut(&model->state, entry.first_state);
        return status;
    }
    entry.parameters = model->parameters.count - entry.first_parameter;
    entry.state = model->state.count - entry.first_state;
    model->entries[model->entry_count++] = entry;
    return GAN_OK;
}

static bool name_is_taken(const gan_model *model, const char *name)
{
    for (size_t i = 0; i < model->entry_count; i++)
        if (strcmp(model->entries[i].path, name) == 0)
            return true;
    return false;
}

static gan_status add(gan_model *model, gan_layer *layer)
{
    if (layer->name != NULL && name_is_taken(model, layer->name))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_model_add: a layer named \"%s\" is already there; give layer %zu another name",
                        layer->name, model->entry_count);
    if (model->spectral_iterations > 0)
        gan_layer_norm_weights(layer, model->spectral_iterations);
    char *path = layer->name != NULL ? gan_strdup(layer->name) : gan_format("%zu", model->entry_count);
    if (path == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_status status = append(model, layer, path);
    if (status != GAN_OK)
        gan_free(path);
    return status;
}

gan_status gan_model_add(gan_model *model, gan_layer *layer)
{
    if (layer != NULL && layer->taken) { /* not the caller's to give */
        gan_status status = gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                                     "gan_model_add: the layer already belongs to a model; make another one");
        return model == NULL || model->status != GAN_OK || model->sealed ? status : keep_error(model, status);
    }
    gan_status status = GAN_OK;
    if (model == NULL)
        status = gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_model_add: model is NULL");
    else if (model->status != GAN_OK)
        status = model->status;
    else if (model->sealed)
        status = gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_model_add: the model is sealed (it was initialised or "
                                                      "applied); add all layers before");
    else if (layer == NULL)
        status = keep_error(
            model, gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_model_add: layer %zu is NULL", model->entry_count));
    else if ((status = add(model, layer)) != GAN_OK)
        keep_error(model, status);
    else
        layer->taken = true;
    if (status != GAN_OK)
        gan_layer_unref(layer);
    return status;
}

gan_status gan_model_status(const gan_model *model)
{
    return model != NULL ? model->status : gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_model_status: model is NULL");
}

const char *gan_model_message(const gan_model *model)
{
    return model != NULL ? model->message : "model is NULL";
}

/* ---- sealing ---- */

static gan_status tell_again(const gan_model *model, const char *who)
{
    char text[1024];
    gan_text_format(text, sizeof text, "%s: building the model failed: %s", who, model->message);
    return gan_fail_again(model->status, text);
}

gan_status gan_model_ready(gan_model *model, const char *who)
{
    if (model == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: model is NULL", who);
    if (model->status != GAN_OK)
        return tell_again(model, who);
    if (model->sealed)
        return GAN_OK;
    if (model->features == NULL)
        model->features = gan_alloc_zero(model->entry_count + 1, sizeof(gan_var *));
    if (model->features == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_status status = gan_slots_place(&model->parameters);
    if (status == GAN_OK)
        status = gan_slots_place(&model->state);
    if (status != GAN_OK)
        return status;
    gan_slots_fill(&model->state, 0); /* until the model is initialised */
    model->sealed = true;
    return GAN_OK;
}

gan_status gan_model_seal(gan_model *model)
{
    return gan_model_ready(model, "gan_model_seal");
}

/* ---- what the model says of itself ---- */

gan_status gan_model_set_name(gan_model *model, const char *name)
{
    if (model == NULL || name == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_model_set_name: %s is NULL", model == NULL ? "model" : "name");
    char *copy = gan_strdup(name);
    if (copy == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_free(model->name);
    model->name = copy;
    return GAN_OK;
}

const char *gan_model_name(const gan_model *model)
{
    return model != NULL && model->name != NULL ? model->name : "";
}

gan_shape gan_model_input_shape(const gan_model *model)
{
    return model != NULL ? model->in : GAN_SCALAR;
}

gan_shape gan_model_output_shape(const gan_model *model)
{
    if (model == NULL || model->entry_count == 0)
        return gan_model_input_shape(model);
    return model->entries[model->entry_count - 1].out;
}

bool gan_model_has_such(const gan_model *model, bool (*is)(const gan_layer *layer))
{
    for (size_t i = 0; model != NULL && i < model->entry_count; i++)
        if (is(model->entries[i].layer))
            return true;
    return false;
}

bool gan_model_mixes_examples(const gan_model *model)
{
    return gan_model_has_such(model, gan_layer_mixes);
}

bool gan_model_mixes_always(const gan_model *model)
{
    return gan_model_has_such(model, gan_layer_mixes_always);
}

bool gan_model_may_mix_examples(const gan_model *model)
{
    return gan_model_has_such(model, gan_layer_may_mix);
}

bool gan_model_is_autoencoder(const gan_model *model)
{
    return model->entry_count > 0 && gan_layer_is_reconstruction(model->entries[model->entry_count - 1].layer);
}

static gan_status set_range(gan_model *model, struct gan_range *range, float low, float high, const char *who)
{
    if (model == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: model is NULL", who);
    if (!isfinite(low) || !isfinite(high) || !(low < high))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: low is %g and high %g, want finite numbers, the lower first",
                        who, (double)low, (double)high);
    *range = (struct gan_range){true, low, high};
    return GAN_OK;
}

static bool get_range(const struct gan_range *range, float *low, float *high)
{
    if (range == NULL || !range->known)
        return false;
    if (low != NULL)
        *low = range->low;
    if (high != NULL)
        *high = range->high;
    return true;
}

gan_status gan_model_set_batch_statistics(gan_model *model, bool of_batch)
{
    if (model == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_model_set_batch_statistics: model is NULL");
    model->batch_statistics = of_batch;
    gan_model_runner_clear(&model->predictor); /* it was recorded the other way */
    return GAN_OK;
}

bool gan_model_batch_statistics(const gan_model *model)
{
    return model != NULL && model->batch_statistics;
}

gan_status gan_model_set_range(gan_model *model, float low, float high)
{
    return set_range(model, model != NULL ? &model->range : NULL, low, high, "gan_model_set_range");
}

gan_status gan_model_clear_range(gan_model *model)
{
    if (model == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_model_clear_range: model is NULL");
    model->range = (struct gan_range){0};
    return GAN_OK;
}

bool gan_model_range(const gan_model *model, float *low, float *high)
{
    return get_range(model != NULL ? &model->range : NULL, low, high);
}

gan_status gan_model_set_data_range(gan_model *model, float low, float high)
{
    return set_range(model, model != NULL ? &model->data_range : NULL, low, high, "gan_model_set_data_range");
}

bool gan_model_data_range(const gan_model *model, float *low, float *high)
{
    return get_range(model != NULL ? &model->data_range : NULL, low, high);
}

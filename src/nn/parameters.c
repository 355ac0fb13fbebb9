/* A model's numbers: how they begin, how they are reached, how they are copied. */
#include "nn/model.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"
#include "nn/weight.h"

/* State that is drawn does not share its numbers with parameters. */
#define STATE_LABEL UINT64_C(0x7374617465)

gan_status gan_model_initialize(gan_model *model, uint64_t seed)
{
    gan_status status = gan_model_ready(model, "gan_model_initialize");
    if (status != GAN_OK)
        return status;
    gan_slots_fill(&model->parameters, seed);
    gan_slots_fill(&model->state, gan_random_derive(seed, STATE_LABEL));
    gan_weight_begin(&model->parameters, &model->state);
    model->initialized = true;
    return GAN_OK;
}

bool gan_model_initialized(const gan_model *model)
{
    return model != NULL && (model->initialized || model->parameters.count == 0);
}

void gan_model_mark_initialized(gan_model *model)
{
    model->initialized = true;
}

/* ---- where they come from ---- */

void gan_model_note_training(gan_model *model, uint64_t steps, uint64_t seed)
{
    model->training.known = true;
    model->training.steps = steps;
    model->training.seed = seed;
}

gan_status gan_model_note_data(gan_model *model, const char *name)
{
    char *copy = gan_strdup(name);
    if (copy == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_free(model->training.data);
    model->training.data = copy;
    return GAN_OK;
}

bool gan_model_training(const gan_model *model, uint64_t *steps, uint64_t *seed)
{
    if (model == NULL || !model->training.known)
        return false;
    if (steps != NULL)
        *steps = model->training.steps;
    if (seed != NULL)
        *seed = model->training.seed;
    return true;
}

const char *gan_model_data_name(const gan_model *model)
{
    return model != NULL && model->training.data != NULL ? model->training.data : "";
}

gan_status gan_model_check_initialized(const gan_model *model, const char *who)
{
    if (gan_model_initialized(model))
        return GAN_OK;
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                    "%s: the model's parameters have no numbers yet; train it, or call gan_model_initialize", who);
}

/* ---- access ---- */

int64_t gan_model_parameter_count(const gan_model *model)
{
    return model != NULL ? model->parameters.numbers : 0;
}

int gan_model_parameters(const gan_model *model)
{
    return model != NULL ? (int)model->parameters.count : 0;
}

int64_t gan_model_state_count(const gan_model *model)
{
    return model != NULL ? model->state.numbers : 0;
}

int gan_model_states(const gan_model *model)
{
    return model != NULL ? (int)model->state.count : 0;
}

static bool in_range(const struct gan_slots *slots, int index, const char *who)
{
    size_t count = slots != NULL ? slots->count : 0;
    if (slots != NULL && index >= 0 && (size_t)index < count)
        return true;
    if (slots == NULL)
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: model is NULL", who);
    else
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: index is %d, but there are %zu, counted from 0", who, index, count);
    return false;
}

gan_tensor *gan_model_parameter(gan_model *model, int index)
{
    static const char who[] = "gan_model_parameter";
    if (gan_model_ready(model, who) != GAN_OK || !in_range(&model->parameters, index, who))
        return NULL;
    return model->parameters.tensors[index];
}

const char *gan_model_parameter_name(const gan_model *model, int index)
{
    const struct gan_slots *slots = model != NULL ? &model->parameters : NULL;
    return in_range(slots, index, "gan_model_parameter_name") ? slots->slot[index].name : NULL;
}

gan_tensor *gan_model_state(gan_model *model, int index)
{
    static const char who[] = "gan_model_state";
    if (gan_model_ready(model, who) != GAN_OK || !in_range(&model->state, index, who))
        return NULL;
    return model->state.tensors[index];
}

const char *gan_model_state_name(const gan_model *model, int index)
{
    const struct gan_slots *slots = model != NULL ? &model->state : NULL;
    return in_range(slots, index, "gan_model_state_name") ? slots->slot[index].name : NULL;
}

gan_tensor *gan_model_block(gan_model *model)
{
    static const char who[] = "gan_model_block";
    if (gan_model_ready(model, who) != GAN_OK)
        return NULL;
    if (model->parameters.count == 0)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s has no parameters to train", gan_model_title(model));
    return model->parameters.block;
}

int64_t gan_model_offset(const gan_model *model, int index)
{
    return model->parameters.slot[index].offset;
}

gan_tensor *gan_model_state_block(gan_model *model)
{
    return gan_model_ready(model, "gan_model_state_block") == GAN_OK ? model->state.block : NULL;
}

/* ---- copies ---- */

static gan_status copy_entries(gan_model *to, const gan_model *from)
{
    for (size_t i = 0; i < from->entry_count; i++) {
        if (!gan_grow((void **)&to->entries, &to->entry_capacity, to->entry_count, sizeof *to->entries))
            return GAN_ERROR_OUT_OF_MEMORY;
        struct gan_model_entry entry = from->entries[i];
        entry.path = gan_strdup(entry.path);
        if (entry.path == NULL)
            return GAN_ERROR_OUT_OF_MEMORY;
        gan_layer_ref(entry.layer); /* layers don't change, so the models share them */
        to->entries[to->entry_count++] = entry;
    }
    return GAN_OK;
}

static gan_status copy_rest(gan_model *to, const gan_model *from)
{
    to->range = from->range;
    to->data_range = from->data_range;
    to->taken = from->taken;
    to->packing = from->packing;
    to->spectral_iterations = from->spectral_iterations;
    to->initialized = from->initialized;
    to->batch_statistics = from->batch_statistics;
    to->labels = gan_labels_ref(from->labels);
    gan_status status = from->name != NULL ? gan_model_set_name(to, from->name) : GAN_OK;
    if (from->training.known)
        gan_model_note_training(to, from->training.steps, from->training.seed);
    if (status == GAN_OK && from->training.data != NULL)
        status = gan_model_note_data(to, from->training.data);
    if (status == GAN_OK && from->mean != NULL)
        status = gan_model_set_standard(to, from->mean, from->deviation);
    if (status != GAN_OK || !from->sealed)
        return status;
    status = gan_model_ready(to, "gan_model_copy");
    if (status == GAN_OK) {
        gan_slots_copy_numbers(&to->parameters, &from->parameters);
        gan_slots_copy_numbers(&to->state, &from->state);
    }
    return status;
}

gan_model *gan_model_copy(const gan_model *model)
{
    if (model == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_model_copy: model is NULL");
    if (model->status != GAN_OK)
        return gan_fail_null(model->status, "gan_model_copy: building the model failed: %s", model->message);
    gan_model *copy = gan_model_new(model->in);
    if (copy == NULL)
        return NULL;
    gan_status status = copy_entries(copy, model);
    if (status == GAN_OK)
        status = gan_slots_declare_as(&copy->parameters, &model->parameters);
    if (status == GAN_OK)
        status = gan_slots_declare_as(&copy->state, &model->state);
    if (status == GAN_OK)
        status = copy_rest(copy, model);
    if (status == GAN_OK)
        return copy;
    gan_model_unref(copy);
    return NULL;
}

static gan_status check_alike(const struct gan_slots *to, const struct gan_slots *from, const char *what)
{
    static const char who[] = "gan_model_copy_parameters";
    if (to->count != from->count)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: `from` has %zu %s and `to` %zu, want the same layers", who,
                        from->count, what, to->count);
    for (size_t i = 0; i < to->count; i++) {
        char a[128], b[128];
        if (!gan_shape_equal(to->slot[i].shape, from->slot[i].shape))
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: \"%s\" is %s in `from`, but \"%s\" is %s in `to`", who,
                            from->slot[i].name, gan_shape_text(from->slot[i].shape, a, sizeof a), to->slot[i].name,
                            gan_shape_text(to->slot[i].shape, b, sizeof b));
    }
    return GAN_OK;
}

gan_status gan_model_copy_parameters(gan_model *to, const gan_model *from)
{
    static const char who[] = "gan_model_copy_parameters";
    if (from == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: `from` is NULL", who);
    gan_status status = gan_model_ready(to, who);
    if (status == GAN_OK)
        status = gan_model_check_initialized(from, who);
    if (status == GAN_OK)
        status = check_alike(&to->parameters, &from->parameters, "parameters");
    if (status == GAN_OK)
        status = check_alike(&to->state, &from->state, "state tensors");
    if (status != GAN_OK)
        return status;
    gan_slots_copy_numbers(&to->parameters, &from->parameters);
    gan_slots_copy_numbers(&to->state, &from->state);
    to->initialized = true;
    return GAN_OK;
}

/* Recording a model on a tape. */
#include "nn/model.h"

#include "base/memory.h"
#include "base/status.h"
#include "ops/ops.h"
#include "tape/tape.h"

#include <stdio.h>
#include <string.h>

static bool input_fits(const gan_model *model, const gan_var *x, const char *who)
{
    gan_shape shape = gan_var_shape(x);
    if (shape.rank == model->in.rank + 1 && gan_shape_equal(gan_shape_of_one(shape), model->in))
        return true;
    char given[128], wanted[128];
    gan_shape_text(model->in, wanted, sizeof wanted);
    gan_tape_fail(gan_var_tape(x), GAN_ERROR_INVALID_ARGUMENT, "%s: x is %s, want [N, %s for %s", who,
                  gan_shape_text(shape, given, sizeof given), wanted + 1, gan_model_title(model));
    return false;
}

/* The parameters' vars on this tape, named for messages. NULL after an error; to be freed. */
static gan_var **parameter_vars(const gan_model *model, gan_tape *tape)
{
    size_t count = model->parameters.count;
    gan_var **vars = gan_alloc_zero(count + 1, sizeof(gan_var *));
    if (vars == NULL) {
        gan_tape_take_error(tape);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        char name[256];
        snprintf(name, sizeof name, "%s%s%s", gan_model_name(model), model->name != NULL ? "." : "",
                 model->parameters.slot[i].name);
        vars[i] = gan_tape_tensor(tape, model->parameters.tensors[i]);
        if (vars[i] == NULL || (*gan_var_name(vars[i]) == '\0' && gan_var_named(vars[i], name) == NULL)) {
            gan_free(vars);
            return NULL;
        }
    }
    return vars;
}

/* A layer must make what it said when the model was built; only a caller's function can fail to. */
static gan_var *check_output(const struct gan_model_entry *entry, gan_var *y, int64_t batch)
{
    gan_shape wanted = gan_shape_of_batch(batch, entry->out);
    if (y == NULL || gan_shape_equal(gan_var_shape(y), wanted))
        return y;
    char a[128], b[128];
    gan_shape given = gan_var_shape(y);
    return gan_tape_fail(gan_var_tape(y), GAN_ERROR_INVALID_ARGUMENT,
                         "gan_model_apply: layer %s (%s) made %s, want %s as it did when it was added", entry->path,
                         entry->layer->kind->name, gan_shape_text(given, a, sizeof a),
                         gan_shape_text(wanted, b, sizeof b));
}

/* The var; or NULL, with the tape's first error as the thread's: ops that were given NULL after it said less. */
static gan_var *or_first_error(gan_var *var, const gan_tape *tape)
{
    if (var == NULL && gan_tape_status(tape) != GAN_OK)
        gan_fail_again(gan_tape_status(tape), gan_tape_message(tape));
    return var;
}

gan_var *gan_model_record(const gan_model *model, gan_var *x, gan_var *labels, enum gan_apply_mode mode,
                          gan_var *const *parameters, gan_var **features)
{
    gan_tape *tape = gan_var_tape(x);
    int64_t batch = gan_var_shape(x).dims[0];
    gan_var **own = parameters == NULL ? parameter_vars(model, tape) : NULL;
    if (parameters == NULL && own == NULL)
        return NULL;
    struct gan_layer_call call = {.tape = tape,
                                  .assign = mode == GAN_APPLY_ASSIGN,
                                  .batch_statistics = model->batch_statistics,
                                  .labels = labels,
                                  .about_labels = model->labels};
    for (size_t i = 0; i < model->entry_count && x != NULL; i++) {
        const struct gan_model_entry *entry = &model->entries[i];
        call.parameters = (own != NULL ? own : parameters) + entry->first_parameter;
        call.state = entry->state > 0 ? model->state.tensors + entry->first_state : NULL;
        x = check_output(entry, entry->layer->kind->apply(entry->layer, &call, x), batch);
        if (features != NULL)
            features[i] = x;
    }
    gan_free(own);
    return or_first_error(x, tape);
}

/* Whether the labels are those that the model wants of x's batch, or both are none. */
static bool labels_fit(const gan_model *model, const gan_var *x, const gan_var *labels, const char *who)
{
    bool takes = gan_model_takes_labels(model);
    gan_tape *tape = gan_var_tape(x);
    char given[128], wanted[128];
    if (!takes && labels == NULL)
        return true;
    if (!takes) {
        gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "%s: %s takes no labels; give NULL, or call gan_model_apply",
                      who, gan_model_title(model));
        return false;
    }
    if (labels == NULL) {
        gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT,
                      "%s: %s takes labels (%s), and got none; call gan_model_apply_labelled", who,
                      gan_model_title(model), gan_labels_text(model->labels, wanted, sizeof wanted));
        return false;
    }
    gan_shape shape = gan_labels_shape(model->labels, gan_var_shape(x).dims[0]);
    gan_dtype dtype = gan_labels_dtype(model->labels);
    if (labels->tape == tape && labels->dtype == dtype && gan_shape_equal(labels->shape, shape))
        return true;
    gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "%s: labels is %s %s%s, want %s %s on x's tape", who,
                  gan_dtype_name(labels->dtype), gan_shape_text(labels->shape, given, sizeof given),
                  labels->tape == tape ? "" : " of another tape", gan_dtype_name(dtype),
                  gan_shape_text(shape, wanted, sizeof wanted));
    return false;
}

static gan_var *apply(gan_model *model, gan_var *x, gan_var *labels, enum gan_apply_mode mode,
                      gan_var *const *parameters, const char *who)
{
    gan_tape *tape = gan_var_tape(x);
    if (gan_model_ready(model, who) != GAN_OK)
        return gan_tape_take_error(tape);
    if (x == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: x is NULL", who);
    if (gan_tape_status(tape) != GAN_OK)
        return or_first_error(NULL, tape);
    if (!input_fits(model, x, who) || !labels_fit(model, x, labels, who))
        return NULL;
    memset(model->features, 0, model->entry_count * sizeof(gan_var *));
    model->applied = true;
    return gan_model_record(model, x, labels, mode, parameters, model->features);
}

gan_var *gan_model_apply(gan_model *model, gan_var *x)
{
    return apply(model, x, NULL, GAN_APPLY_ASSIGN, NULL, "gan_model_apply");
}

gan_var *gan_model_apply_labelled(gan_model *model, gan_var *x, gan_var *labels)
{
    return apply(model, x, labels, GAN_APPLY_ASSIGN, NULL, "gan_model_apply_labelled");
}

gan_var *gan_model_apply_frozen(gan_model *model, gan_var *x)
{
    return apply(model, x, NULL, GAN_APPLY_FROZEN, NULL, "gan_model_apply_frozen");
}

gan_var *gan_model_apply_labelled_frozen(gan_model *model, gan_var *x, gan_var *labels)
{
    return apply(model, x, labels, GAN_APPLY_FROZEN, NULL, "gan_model_apply_labelled_frozen");
}

static bool parameters_fit(const gan_model *model, gan_tape *tape, gan_var *const *parameters, int count,
                           const char *who)
{
    const struct gan_slots *slots = &model->parameters;
    if (count < 0 || (size_t)count != slots->count || (parameters == NULL && count > 0)) {
        gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "%s: count is %d%s, want %zu parameters", who, count,
                      parameters == NULL ? " and parameters NULL" : "", slots->count);
        return false;
    }
    for (size_t i = 0; i < slots->count; i++) {
        if (parameters[i] != NULL && gan_var_tape(parameters[i]) == tape &&
            gan_shape_equal(gan_var_shape(parameters[i]), slots->slot[i].shape))
            continue;
        char given[128], wanted[128];
        gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "%s: parameter %zu (\"%s\") is %s, want %s on x's tape", who, i,
                      slots->slot[i].name,
                      parameters[i] == NULL ? "NULL"
                                            : gan_shape_text(gan_var_shape(parameters[i]), given, sizeof given),
                      gan_shape_text(slots->slot[i].shape, wanted, sizeof wanted));
        return false;
    }
    return true;
}

static gan_var *apply_with(gan_model *model, gan_var *x, gan_var *labels, gan_var *const *parameters, int count,
                           const char *who)
{
    gan_tape *tape = gan_var_tape(x);
    if (gan_model_ready(model, who) != GAN_OK)
        return gan_tape_take_error(tape);
    if (tape != NULL && gan_tape_status(tape) == GAN_OK && !parameters_fit(model, tape, parameters, count, who))
        return NULL;
    return apply(model, x, labels, GAN_APPLY_FROZEN, parameters, who);
}

gan_var *gan_model_apply_with(gan_model *model, gan_var *x, gan_var *const *parameters, int count)
{
    return apply_with(model, x, NULL, parameters, count, "gan_model_apply_with");
}

gan_var *gan_model_apply_labelled_with(gan_model *model, gan_var *x, gan_var *labels, gan_var *const *parameters,
                                       int count)
{
    return apply_with(model, x, labels, parameters, count, "gan_model_apply_labelled_with");
}

/* By its name or its place; the number of layers if there is none. */
static size_t find_layer(const gan_model *model, const char *layer)
{
    size_t i = 0;
    for (; i < model->entry_count; i++) {
        char place[24];
        snprintf(place, sizeof place, "%zu", i);
        if (strcmp(model->entries[i].path, layer) == 0 || strcmp(place, layer) == 0)
            break;
    }
    return i;
}

bool gan_model_has_layer(const gan_model *model, const char *layer)
{
    return find_layer(model, layer) < model->entry_count;
}

gan_var *gan_model_feature(const gan_model *model, const char *layer)
{
    if (model == NULL || layer == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_model_feature: %s is NULL",
                             model == NULL ? "model" : "layer");
    size_t i = find_layer(model, layer);
    if (i < model->entry_count && model->applied && model->features[i] != NULL)
        return model->features[i];
    if (i < model->entry_count)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT,
                             "gan_model_feature: the model was not applied yet, or that failed; call gan_model_apply");
    return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT,
                         "gan_model_feature: layer is \"%s\", which %s does not have; see gan_model_summary",
                         GAN_SHOWN(layer, 80), gan_model_title(model));
}

gan_var *gan_model_gradient(gan_model *model, gan_var *loss)
{
    gan_tape *tape = gan_var_tape(loss);
    if (gan_model_block(model) == NULL)
        return gan_tape_take_error(tape);
    if (loss == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_model_gradient: loss is NULL");
    const struct gan_slots *slots = &model->parameters;
    gan_var **parameters = parameter_vars(model, tape);
    gan_var **gradients = gan_alloc_zero(slots->count, sizeof(gan_var *));
    int64_t *offsets = gan_alloc_zero(slots->count, sizeof *offsets);
    gan_var *flat = NULL;
    if (parameters != NULL && gradients != NULL && offsets != NULL) {
        for (size_t i = 0; i < slots->count; i++)
            offsets[i] = slots->slot[i].offset;
        if (gan_grads(loss, parameters, (int)slots->count, gradients) == GAN_OK)
            flat = gan_pack(gradients, offsets, (int)slots->count, slots->size);
    } else {
        gan_tape_take_error(tape);
    }
    gan_free(parameters);
    gan_free(gradients);
    gan_free(offsets);
    return or_first_error(flat, tape);
}

/* What a model is told beside its main input. */
#include "nn/model.h"

#include "base/status.h"
#include "nn/heads.h"

gan_status gan_model_set_labels(gan_model *model, gan_labels *labels)
{
    static const char who[] = "gan_model_set_labels";
    if (model == NULL || labels == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, model == NULL ? "model" : "labels");
    char given[128], own[128];
    if (model->entry_count > 0 && !gan_labels_alike(model->labels, labels))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: labels are %s, but %s was built with %s; say what they are before the first gan_model_add",
                        who, gan_labels_text(labels, given, sizeof given), gan_model_title(model),
                        gan_labels_text(model->labels, own, sizeof own));
    gan_labels_ref(labels);
    gan_labels_unref(model->labels);
    model->labels = labels;
    return GAN_OK;
}

gan_labels *gan_model_labels(const gan_model *model)
{
    return model != NULL ? model->labels : NULL;
}

bool gan_model_takes_labels(const gan_model *model)
{
    return gan_model_has_such(model, gan_layer_takes_labels);
}

bool gan_model_is_auxiliary(const gan_model *model)
{
    return model->entry_count > 0 && gan_layer_is_auxiliary_head(model->entries[model->entry_count - 1].layer);
}

gan_var *gan_model_label_input(const gan_model *model, gan_tape *tape, int64_t n)
{
    gan_shape shape = gan_labels_shape(model->labels, n);
    gan_var *input = gan_labels_dtype(model->labels) == GAN_INT32 ? gan_tape_input_int32(tape, shape)
                                                                  : gan_tape_input(tape, shape);
    return gan_var_named(input, "labels");
}

gan_status gan_model_check_labels(const gan_model *model, const gan_tensor *labels, int64_t n, const char *who)
{
    char text[128];
    bool takes = gan_model_takes_labels(model);
    if (takes && labels != NULL)
        return gan_labels_check(model->labels, labels, n, who, "labels");
    if (!takes && labels == NULL)
        return GAN_OK;
    if (takes)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: labels is NULL, but %s takes %s; give a row for each example",
                        who, gan_model_title(model), gan_labels_text(model->labels, text, sizeof text));
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: labels are given, but %s takes none; want NULL", who,
                    gan_model_title(model));
}

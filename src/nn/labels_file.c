/* What a model's labels are, in its file. */
#include "nn/model_file.h"

#include "base/memory.h"
#include "base/status.h"

/* ---- writing ---- */

static bool has_names(const gan_labels *labels, int index)
{
    for (int i = 0; i < gan_labels_class_count(labels, index); i++)
        if (gan_labels_class_name(labels, index, i) != NULL)
            return true;
    return false;
}

/* A class without a name is "". */
static void write_names(const gan_labels *labels, struct gan_json_writer *json)
{
    gan_json_begin(json, "names", '[');
    for (int i = 0; i < gan_labels_count(labels); i++) {
        gan_json_begin(json, NULL, '[');
        for (int c = 0; has_names(labels, i) && c < gan_labels_class_count(labels, i); c++) {
            const char *name = gan_labels_class_name(labels, i, c);
            gan_json_write_text(json, NULL, name != NULL ? name : "");
        }
        gan_json_end(json, ']');
    }
    gan_json_end(json, ']');
}

static void write_classes(const gan_labels *labels, struct gan_json_writer *json, bool all)
{
    bool named = false;
    gan_json_begin(json, "classes", '[');
    for (int i = 0; i < gan_labels_count(labels); i++) {
        gan_json_write_integer(json, NULL, gan_labels_class_count(labels, i));
        named = named || has_names(labels, i);
    }
    gan_json_end(json, ']');
    if (all && named)
        write_names(labels, json);
}

static void write_numbers(const gan_labels *labels, struct gan_json_writer *json, bool all)
{
    gan_json_write_integer(json, "numbers", gan_labels_count(labels));
    for (int which = 0; all && which < 2; which++) {
        gan_json_begin(json, which == 0 ? "mean" : "deviation", '[');
        for (int i = 0; i < gan_labels_count(labels); i++) {
            float number[2];
            gan_labels_number(labels, i, &number[0], &number[1]);
            gan_json_write_float(json, NULL, number[which]);
        }
        gan_json_end(json, ']');
    }
}

void gan_labels_write(const gan_labels *labels, struct gan_json_writer *json, bool all)
{
    if (labels == NULL)
        return;
    gan_json_begin(json, "labels", '{');
    if (gan_labels_kind(labels) == GAN_LABEL_CLASSES)
        write_classes(labels, json, all);
    else
        write_numbers(labels, json, all);
    gan_json_end(json, '}');
}

/* ---- reading ---- */

static gan_status reject(const char *what)
{
    return gan_fail(GAN_ERROR_FORMAT,
                    "%s: the model's \"labels\" are damaged: neither classes with as many names, nor numbers", what);
}

static gan_labels *reject_null(const char *what)
{
    reject(what);
    return NULL;
}

/* The names of one label's classes; *names stays NULL where the file has none. */
static gan_status read_names(const struct gan_json *list, int classes, const char ***names, const char *what)
{
    if (list == NULL || (gan_json_is_array(list) && gan_json_count(list) == 0))
        return GAN_OK;
    if (gan_json_count(list) != (size_t)classes)
        return reject(what);
    *names = gan_alloc_zero((size_t)classes, sizeof **names);
    if (*names == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    for (int i = 0; i < classes; i++) {
        const char *name;
        if (!gan_json_text(gan_json_item(list, (size_t)i), &name))
            return reject(what);
        (*names)[i] = *name != '\0' ? name : NULL;
    }
    return GAN_OK;
}

static gan_labels *read_classes(const struct gan_json *list, const struct gan_json *all_names, const char *what)
{
    int classes[GAN_MAX_LABELS];
    const char **names[GAN_MAX_LABELS] = {NULL};
    size_t count = gan_json_count(list);
    gan_status status = GAN_OK;
    if (count < 1 || count > GAN_MAX_LABELS || (all_names != NULL && gan_json_count(all_names) != count))
        status = reject(what);
    for (size_t i = 0; i < count && status == GAN_OK; i++) {
        int64_t number;
        if (!gan_json_integer(gan_json_item(list, i), &number) || number < 1 || number >= INT32_MAX)
            status = reject(what);
        else
            status = read_names(gan_json_item(all_names, i), classes[i] = (int)number, &names[i], what);
    }
    gan_labels *labels = NULL;
    if (status == GAN_OK)
        labels = gan_labels_several((int)count, classes, (const char *const *const *)names);
    for (size_t i = 0; i < count && i < GAN_MAX_LABELS; i++)
        gan_free(names[i]);
    return labels;
}

static gan_labels *read_numbers(const struct gan_json *json, const char *what)
{
    int64_t count;
    float mean[GAN_MAX_LABELS], deviation[GAN_MAX_LABELS];
    const struct gan_json *means = gan_json_get(json, "mean"), *deviations = gan_json_get(json, "deviation");
    if (!gan_json_integer(gan_json_get(json, "numbers"), &count) || count < 1 || count > GAN_MAX_LABELS ||
        gan_json_count(means) != (size_t)count || gan_json_count(deviations) != (size_t)count)
        return reject_null(what);
    for (size_t i = 0; i < (size_t)count; i++)
        if (!gan_json_float(gan_json_item(means, i), &mean[i]) ||
            !gan_json_float(gan_json_item(deviations, i), &deviation[i]) || !(deviation[i] >= 0))
            return reject_null(what);
    return gan_labels_numbers((int)count, mean, deviation);
}

gan_status gan_model_read_labels(gan_model *model, const struct gan_json *about, const char *what)
{
    const struct gan_json *json = gan_json_get(about, "labels"), *classes = gan_json_get(json, "classes");
    if (json == NULL)
        return GAN_OK;
    gan_labels *labels = classes != NULL ? read_classes(classes, gan_json_get(json, "names"), what)
                                         : read_numbers(json, what);
    gan_status status = labels != NULL ? gan_model_set_labels(model, labels) : gan_error_status();
    gan_labels_unref(labels);
    return status;
}

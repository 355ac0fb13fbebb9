/* Several labels an example, and numbers: what a data set keeps of them, and how it tells what its labels are. */
#include "base/memory.h"
#include "base/status.h"
#include "data/dataset.h"
#include "data/labels.h"
#include "io/csv.h"

#include <inttypes.h>
#include <math.h>

/* ---- keeping them ---- */

int32_t gan_label_at(const gan_tensor *labels, int64_t i)
{
    return gan_tensor_dtype(labels) == GAN_UINT8 ? gan_tensor_uint8(labels)[i] : gan_tensor_int32(labels)[i];
}

/* [size, L] as int32, and the number of classes of each: the greatest label plus 1. */
static gan_status keep_classes(gan_dataset *dataset, const char *who, const gan_tensor *labels)
{
    int classes[GAN_MAX_LABELS] = {0}, count = (int)gan_tensor_shape(labels).dims[1];
    dataset->labels = gan_tensor_new_typed(gan_tensor_shape(labels), GAN_INT32);
    if (dataset->labels == NULL)
        return gan_error_status();
    for (int64_t i = 0; i < gan_tensor_size(labels); i++) {
        int32_t label = gan_label_at(labels, i);
        if (label < 0 || label >= INT32_MAX - 1)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                            "%s: label %" PRId64 " of example %" PRId64 " is %d, want 0 or more (and below 2^31 - 2)",
                            who, i % count, i / count, label);
        gan_tensor_int32(dataset->labels)[i] = label;
        if (label >= classes[i % count])
            classes[i % count] = label + 1;
    }
    dataset->several = gan_labels_several(count, classes, NULL);
    return dataset->several != NULL ? GAN_OK : gan_error_status();
}

/* [size] or [size, K], and the mean and the deviation of each number over all examples. */
static gan_status keep_numbers(gan_dataset *dataset, const char *who, const gan_tensor *labels)
{
    const float *number = gan_tensor_data(labels);
    int count = gan_tensor_shape(labels).rank == 1 ? 1 : (int)gan_tensor_shape(labels).dims[1];
    float mean[GAN_MAX_LABELS], deviation[GAN_MAX_LABELS];
    for (int k = 0; k < count; k++) {
        double sum = 0, squares = 0;
        for (int64_t i = 0; i < dataset->size; i++) {
            if (!isfinite(number[i * count + k]))
                return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                                "%s: number %d in the labels of example %" PRId64 " is %g, want a finite one", who, k,
                                i, (double)number[i * count + k]);
            sum += (double)number[i * count + k];
        }
        double middle = sum / (double)dataset->size;
        for (int64_t i = 0; i < dataset->size; i++) {
            double from_middle = (double)number[i * count + k] - middle;
            squares += from_middle * from_middle;
        }
        mean[k] = (float)middle;
        deviation[k] = (float)sqrt(squares / (double)dataset->size);
    }
    dataset->labels = gan_tensor_from(GAN_SHAPE(dataset->size, count), number);
    if (dataset->labels == NULL)
        return gan_error_status();
    dataset->several = gan_labels_numbers(count, mean, deviation);
    return dataset->several != NULL ? GAN_OK : gan_error_status();
}

gan_status gan_dataset_keep_several(gan_dataset *dataset, const char *who, const gan_tensor *labels)
{
    gan_shape shape = gan_tensor_shape(labels);
    bool numbers = gan_tensor_dtype(labels) == GAN_FLOAT32;
    char text[128];
    if (shape.rank < 1 || shape.rank > 2 || shape.dims[0] != dataset->size ||
        (shape.rank == 2 && shape.dims[1] > GAN_MAX_LABELS))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: labels are %s, want [%" PRId64 "] or [%" PRId64 ", 1 to %d], a row for each example", who,
                        gan_shape_text(shape, text, sizeof text), dataset->size, dataset->size, GAN_MAX_LABELS);
    return numbers ? keep_numbers(dataset, who, labels) : keep_classes(dataset, who, labels);
}

/* ---- what they are ---- */

bool gan_dataset_has_labels(const gan_dataset *dataset)
{
    return dataset->classes > 0 || dataset->several != NULL;
}

bool gan_label_is_class(double label)
{
    return label >= 0 && label < GAN_CSV_MAX_CLASSES && label == floor(label);
}

const void *gan_dataset_label_row(const gan_dataset *dataset, int64_t index)
{
    const char *rows = gan_tensor_bytes(dataset->labels);
    return rows + (size_t)index * gan_labels_row_size(dataset->several);
}

gan_labels *gan_dataset_labels(const gan_dataset *dataset)
{
    if (dataset == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_labels: dataset is NULL");
    if (dataset->several != NULL)
        return gan_labels_ref(dataset->several);
    if (dataset->classes > 0)
        return gan_labels_classes(dataset->classes, (const char *const *)dataset->class_names);
    return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_labels: '%s' has no labels", dataset->name);
}

/* Of one class an example: through gan_dataset_set_classes, which has the rules. */
static gan_status set_one(gan_dataset *dataset, const gan_labels *labels)
{
    int classes = gan_labels_class_count(labels, 0);
    const char **names = gan_alloc_zero((size_t)classes, sizeof *names);
    if (names == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    bool named = false;
    for (int i = 0; i < classes; i++) {
        names[i] = gan_labels_class_name(labels, 0, i);
        named = named || names[i] != NULL;
    }
    gan_status status = gan_dataset_set_classes(dataset, classes, named ? names : NULL);
    gan_free(names);
    return status;
}

gan_status gan_dataset_set_labels(gan_dataset *dataset, gan_labels *labels)
{
    static const char who[] = "gan_dataset_set_labels";
    if (dataset == NULL || labels == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, dataset == NULL ? "dataset" : "labels");
    const gan_labels *own = dataset->several;
    bool one = gan_labels_kind(labels) == GAN_LABEL_CLASSES && gan_labels_count(labels) == 1;
    if (own == NULL && one)
        return set_one(dataset, labels);
    bool fits = own != NULL && gan_labels_kind(own) == gan_labels_kind(labels) &&
                gan_labels_count(own) == gan_labels_count(labels);
    for (int i = 0; fits && i < gan_labels_count(own); i++)
        fits = gan_labels_class_count(labels, i) >= gan_labels_class_count(own, i);
    char given[128], has[128] = "one class";
    if (!fits)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: labels are %s, but '%s' has %s; want as many or more classes",
                        who, gan_labels_text(labels, given, sizeof given), dataset->name,
                        own != NULL || dataset->classes == 0 ? gan_labels_text(own, has, sizeof has) : has);
    gan_labels_ref(labels);
    gan_labels_unref(dataset->several);
    dataset->several = labels;
    return GAN_OK;
}

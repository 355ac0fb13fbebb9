#include "data/dataset.h"

#include "base/memory.h"
#include "base/status.h"
#include "tensor/tensor.h"

#include <inttypes.h>

gan_dataset *gan_dataset_make(size_t struct_size, const struct gan_dataset_kind *kind, const char *who, gan_shape shape,
                              int64_t size, const char *name)
{
    if (gan_shape_check(shape, who) != GAN_OK)
        return NULL;
    if (size < 1)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: size is %" PRId64 ", want at least 1 example", who, size);
    gan_dataset *dataset = gan_alloc_zero(1, struct_size);
    if (dataset == NULL)
        return NULL;
    dataset->kind = kind;
    atomic_init(&dataset->references, 1);
    dataset->shape = shape;
    dataset->size = size;
    dataset->example_size = (size_t)gan_shape_size(shape);
    dataset->name = gan_strdup(name);
    if (dataset->name == NULL) {
        gan_dataset_unref(dataset);
        return NULL;
    }
    return dataset;
}

gan_dataset *gan_dataset_ref(gan_dataset *dataset)
{
    if (dataset != NULL)
        atomic_fetch_add_explicit(&dataset->references, 1, memory_order_relaxed);
    return dataset;
}

static void forget_class_names(gan_dataset *dataset)
{
    for (int i = 0; dataset->class_names != NULL && i < dataset->classes; i++)
        gan_free(dataset->class_names[i]);
    gan_free(dataset->class_names);
    dataset->class_names = NULL;
}

void gan_dataset_unref(gan_dataset *dataset)
{
    if (dataset == NULL || atomic_fetch_sub_explicit(&dataset->references, 1, memory_order_acq_rel) != 1)
        return;
    dataset->kind->release(dataset);
    forget_class_names(dataset);
    gan_tensor_unref(dataset->labels);
    gan_labels_unref(dataset->several);
    gan_free(dataset->name);
    gan_free(dataset);
}

const char *gan_dataset_name(const gan_dataset *dataset)
{
    return dataset != NULL ? dataset->name : "";
}

int64_t gan_dataset_size(const gan_dataset *dataset)
{
    return dataset != NULL ? dataset->size : 0;
}

gan_shape gan_dataset_shape(const gan_dataset *dataset)
{
    return dataset != NULL ? dataset->shape : GAN_SCALAR;
}

bool gan_dataset_range(const gan_dataset *dataset, float *low, float *high)
{
    if (dataset == NULL || !dataset->ranged)
        return false;
    if (low != NULL)
        *low = dataset->low;
    if (high != NULL)
        *high = dataset->high;
    return true;
}

int gan_dataset_classes(const gan_dataset *dataset)
{
    return dataset != NULL ? dataset->classes : 0;
}

const char *gan_dataset_class_name(const gan_dataset *dataset, int label)
{
    if (dataset == NULL || dataset->class_names == NULL || label < 0 || label >= dataset->classes)
        return NULL;
    return dataset->class_names[label];
}

gan_status gan_dataset_set_name(gan_dataset *dataset, const char *name)
{
    if (dataset == NULL || name == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_set_name: %s is NULL",
                        dataset == NULL ? "dataset" : "name");
    char *copy = gan_strdup(name);
    if (copy == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_free(dataset->name);
    dataset->name = copy;
    return GAN_OK;
}

gan_status gan_dataset_set_range(gan_dataset *dataset, float low, float high)
{
    if (dataset == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_set_range: dataset is NULL");
    if (!(low < high) || high - low > 3e38f)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_set_range: range is [%g, %g], want finite low < high",
                        (double)low, (double)high);
    if (!dataset->kind->range_is_stated)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_set_range: the range of '%s' follows from its kind",
                        dataset->name);
    dataset->ranged = 1;
    dataset->low = low;
    dataset->high = high;
    return GAN_OK;
}

static char **copy_names(int count, const char *const *names)
{
    char **copies = gan_alloc_zero((size_t)count, sizeof *copies);
    for (int i = 0; copies != NULL && i < count; i++) {
        copies[i] = gan_strdup(names[i] != NULL ? names[i] : "");
        if (copies[i] == NULL) {
            while (i-- > 0)
                gan_free(copies[i]);
            gan_free(copies);
            return NULL;
        }
    }
    return copies;
}

static int classes_needed(const gan_tensor *labels)
{
    int32_t most = 0;
    for (int64_t i = 0; i < gan_tensor_size(labels); i++)
        most = gan_tensor_int32(labels)[i] > most ? gan_tensor_int32(labels)[i] : most;
    return (int)most + 1;
}

gan_status gan_dataset_set_classes(gan_dataset *dataset, int classes, const char *const *names)
{
    if (dataset == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_set_classes: dataset is NULL");
    if (dataset->several != NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_dataset_set_classes: '%s' has not one class an example; see gan_dataset_set_labels",
                        dataset->name);
    if (dataset->labels == NULL && !dataset->kind->makes_labels && dataset->classes == 0)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_set_classes: '%s' has no labels", dataset->name);
    int least = 1;
    if (!dataset->kind->makes_labels) /* a caller's function is told how many there are */
        least = dataset->labels != NULL ? classes_needed(dataset->labels) : dataset->classes;
    if (classes < least)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_set_classes: classes is %d, want at least %d for '%s'",
                        classes, least, dataset->name);
    char **copies = names != NULL ? copy_names(classes, names) : NULL;
    if (names != NULL && copies == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    forget_class_names(dataset);
    dataset->class_names = copies;
    dataset->classes = classes;
    return GAN_OK;
}

gan_status gan_dataset_keep_labels(gan_dataset *dataset, const char *who, const gan_tensor *labels)
{
    char text[128];
    gan_shape shape = gan_tensor_shape(labels);
    if (gan_tensor_dtype(labels) == GAN_FLOAT32 || (shape.rank == 2 && shape.dims[1] > 1))
        return gan_dataset_keep_several(dataset, who, labels);
    if (gan_tensor_size(labels) != dataset->size || shape.rank < 1 || shape.dims[0] != dataset->size)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: labels are %s, want [%" PRId64 "], one for each example", who,
                        gan_shape_text(shape, text, sizeof text), dataset->size);
    dataset->labels = gan_tensor_new_typed(GAN_SHAPE(dataset->size), GAN_INT32);
    if (dataset->labels == NULL)
        return gan_error_status();
    int32_t *to = gan_tensor_int32(dataset->labels);
    for (int64_t i = 0; i < dataset->size; i++) {
        to[i] = gan_label_at(labels, i);
        if (to[i] < 0 || to[i] == INT32_MAX)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                            "%s: label %" PRId64 " is %d, want 0 or more (and below 2^31 - 1)", who, i, to[i]);
    }
    dataset->classes = classes_needed(dataset->labels);
    return GAN_OK;
}

gan_status gan_dataset_number_classes(gan_dataset *dataset)
{
    forget_class_names(dataset);
    dataset->class_names = gan_alloc_zero((size_t)dataset->classes, sizeof *dataset->class_names);
    for (int i = 0; dataset->class_names != NULL && i < dataset->classes; i++)
        if ((dataset->class_names[i] = gan_format("%d", i)) == NULL)
            return GAN_ERROR_OUT_OF_MEMORY;
    return dataset->class_names != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
}

gan_status gan_dataset_get(const gan_dataset *dataset, int64_t index, const struct gan_draw *draw, float *example,
                           int32_t *label)
{
    bool kept = dataset->labels != NULL && dataset->several == NULL;
    *label = kept ? gan_tensor_int32(dataset->labels)[index] : -1;
    return dataset->kind->read(dataset, index, draw, example, label);
}

gan_status gan_dataset_read(const gan_dataset *dataset, int64_t index, float *example, int32_t *label)
{
    int32_t own_label;
    if (dataset == NULL || example == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_read: %s is NULL",
                        dataset == NULL ? "dataset" : "example");
    if (index < 0 || index >= dataset->size)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_dataset_read: index is %" PRId64 ", '%s' has %" PRId64 " examples", index, dataset->name,
                        dataset->size);
    return gan_dataset_get(dataset, index, NULL, example, label != NULL ? label : &own_label);
}

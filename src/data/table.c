/* Data sets of vectors from CSV and NPY files. */
#include "base/memory.h"
#include "base/status.h"
#include "data/dataset.h"
#include "io/csv.h"

#include <string.h>

void gan_table_options_init(gan_table_options *options)
{
    if (options != NULL)
        *options = (gan_table_options){
            .struct_size = sizeof *options, .header = -1, .label_column = -1, .standardise = true};
}

/* The caller's options, those that its header does not know at their defaults. */
static gan_status take_options(const char *who, const gan_table_options *given, gan_table_options *options)
{
    gan_table_options_init(options);
    if (given == NULL)
        return GAN_OK;
    if (given->struct_size == 0)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: options were not filled; call gan_table_options_init first",
                        who);
    memcpy(options, given, given->struct_size < sizeof *options ? given->struct_size : sizeof *options);
    if (options->header < -1 || options->header > 1)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: options.header is %d, want 1 (yes), 0 (no) or -1 (find out)",
                        who, options->header);
    if (options->label_column < -1)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: options.label_column is %d, want a column from 0, or -1 for none", who,
                        options->label_column);
    if (options->separator != '\0' && strchr("\"\r\n.+-0123456789eE", options->separator) != NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: options.separator cannot be part of a number, a quote or a line's end", who);
    return GAN_OK;
}

/* Gives `plain` back, or its standardised form instead of it. */
static gan_dataset *standardise(gan_dataset *plain, const gan_table_options *options)
{
    if (plain == NULL || !options->standardise)
        return plain;
    gan_dataset *standardised = gan_dataset_standardised(plain);
    gan_dataset_unref(plain);
    return standardised;
}

gan_dataset *gan_dataset_open_csv(const char *path, const gan_table_options *given)
{
    static const char who[] = "gan_dataset_open_csv";
    gan_table_options options;
    struct gan_csv csv;
    if (path == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: path is NULL", who);
    if (take_options(who, given, &options) != GAN_OK)
        return NULL;
    struct gan_csv_options reading = {.separator = options.separator,
                                      .comment = options.comment,
                                      .header = options.header,
                                      .label_column = options.label_column,
                                      .label_name = options.label_name};
    if (gan_csv_read(path, &reading, &csv) != GAN_OK)
        return gan_fail_null(gan_error_status(), "%s: %s", who, gan_error_message());
    gan_dataset *dataset = gan_dataset_over_tensor(who, path, csv.numbers, csv.labels, 0, 0);
    if (dataset != NULL && csv.class_names != NULL &&
        gan_dataset_set_classes(dataset, csv.classes, (const char *const *)csv.class_names) != GAN_OK) {
        gan_dataset_unref(dataset);
        dataset = NULL;
    }
    gan_csv_clear(&csv);
    return standardise(dataset, &options);
}

/* Splits [N, K] into the numbers [N, K − 1] and the labels of column `column`. */
static gan_status split_labels(const char *path, const gan_tensor *table, int column, gan_tensor **numbers,
                               gan_tensor **labels)
{
    int64_t count = gan_tensor_shape(table).dims[0], columns = gan_tensor_shape(table).dims[1];
    *numbers = gan_tensor_new(GAN_SHAPE(count, columns - 1));
    *labels = *numbers != NULL ? gan_tensor_new_typed(GAN_SHAPE(count), GAN_INT32) : NULL;
    if (*labels == NULL)
        return gan_error_status();
    const float *from = gan_tensor_bytes(table);
    float *to = gan_tensor_bytes(*numbers);
    int32_t *label = gan_tensor_int32(*labels);
    for (int64_t i = 0; i < count; i++) {
        for (int64_t k = 0; k < columns; k++, from++) {
            if (k != column)
                *to++ = *from;
            else if (gan_label_is_class((double)*from))
                label[i] = (int32_t)*from;
            else
                return gan_fail(GAN_ERROR_FORMAT, "%s: row %lld has the label %g, want a whole number from 0 to %d",
                                path, (long long)i, (double)*from, GAN_CSV_MAX_CLASSES - 1);
        }
    }
    return GAN_OK;
}

/* As float32, whatever the file held; takes `tensor` over. */
static gan_tensor *as_float(gan_tensor *tensor)
{
    if (tensor == NULL || gan_tensor_dtype(tensor) == GAN_FLOAT32)
        return tensor;
    gan_tensor *converted = gan_tensor_new(gan_tensor_shape(tensor));
    const void *from = gan_tensor_bytes(tensor);
    float *to = converted != NULL ? gan_tensor_bytes(converted) : NULL;
    for (int64_t i = 0; to != NULL && i < gan_tensor_size(tensor); i++)
        to[i] = gan_tensor_dtype(tensor) == GAN_UINT8 ? (float)((const uint8_t *)from)[i]
                                                      : (float)((const int32_t *)from)[i];
    gan_tensor_unref(tensor);
    return converted;
}

static gan_status check_label_column(const char *path, gan_shape shape, int column)
{
    char text[128];
    if (shape.rank != 2 || shape.dims[1] < 2 || column >= shape.dims[1])
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: is %s, has no label column %d beside numbers", path,
                        gan_shape_text(shape, text, sizeof text), column);
    return GAN_OK;
}

gan_dataset *gan_dataset_open_npy(const char *path, const gan_table_options *given)
{
    static const char who[] = "gan_dataset_open_npy";
    gan_table_options options;
    if (path == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: path is NULL", who);
    if (take_options(who, given, &options) != GAN_OK)
        return NULL;
    gan_tensor *table = as_float(gan_tensor_read_npy(path)), *numbers = NULL, *labels = NULL;
    if (table == NULL)
        return gan_fail_null(gan_error_status(), "%s: %s", who, gan_error_message());
    gan_status status = GAN_OK;
    if (options.label_column >= 0) {
        status = check_label_column(path, gan_tensor_shape(table), options.label_column);
        if (status == GAN_OK)
            status = split_labels(path, table, options.label_column, &numbers, &labels);
        if (status != GAN_OK)
            gan_fail(status, "%s: %s", who, gan_error_message());
    } else {
        numbers = gan_tensor_ref(table);
    }
    gan_dataset *dataset = status == GAN_OK ? gan_dataset_over_tensor(who, path, numbers, labels, 0, 0) : NULL;
    gan_tensor_unref(table);
    gan_tensor_unref(numbers);
    gan_tensor_unref(labels);
    return standardise(dataset, &options);
}

#include "nn/label_embedding.h"

#include "base/memory.h"
#include "gan/ops.h"
#include "nn/weight.h"

gan_status gan_label_embedding_check(const struct gan_layer_build *build)
{
    return build->labels != NULL ? GAN_OK
                                 : gan_layer_reject(build, "the model has no labels; call gan_model_set_labels before "
                                                           "the first gan_model_add");
}

int gan_label_embedding_count(const gan_labels *labels)
{
    return gan_labels_kind(labels) == GAN_LABEL_NUMBERS ? 1 : gan_labels_count(labels);
}

static gan_status declare_table(struct gan_layer_build *build, const char *prefix, int index, int64_t size)
{
    int64_t classes = gan_labels_class_count(build->labels, index);
    char *name = gan_labels_count(build->labels) == 1 ? gan_format("%sweight", prefix)
                                                      : gan_format("%s%d.weight", prefix, index);
    if (name == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_status status = gan_weight_declare(build,
                                           &(struct gan_weight){name, GAN_SHAPE(classes, size), 0, size, classes});
    gan_free(name);
    return status;
}

static gan_status declare_map(struct gan_layer_build *build, const char *prefix, int64_t size, bool biased)
{
    int64_t numbers = gan_labels_count(build->labels);
    char *weight = gan_format("%sweight", prefix), *bias = gan_format("%sbias", prefix);
    gan_status status = weight != NULL && bias != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
    if (status == GAN_OK)
        status = gan_weight_declare(build, &(struct gan_weight){weight, GAN_SHAPE(size, numbers), 0, numbers, size});
    if (status == GAN_OK && biased)
        status = gan_layer_declare(build, bias, GAN_SHAPE(size), numbers, size, gan_initializer_constant(0));
    gan_free(weight);
    gan_free(bias);
    return status;
}

gan_status gan_label_embedding_declare(struct gan_layer_build *build, const char *prefix, int64_t size, bool biased)
{
    if (gan_labels_kind(build->labels) == GAN_LABEL_NUMBERS)
        return declare_map(build, prefix, size, biased);
    gan_status status = GAN_OK;
    for (int i = 0; i < gan_labels_count(build->labels) && status == GAN_OK; i++)
        status = declare_table(build, prefix, i, size);
    return status;
}

/* ---- recording ---- */

/* The ops by index take whole int32 vars, so the label is cut out of the rows, which are floats. */
gan_var *gan_label_one_hot(const gan_labels *labels, gan_var *given, int index)
{
    int64_t classes = gan_labels_class_count(labels, index), most = 0;
    if (gan_labels_count(labels) == 1)
        return gan_one_hot(given, classes);
    for (int i = 0; i < gan_labels_count(labels); i++)
        if (gan_labels_class_count(labels, i) > most)
            most = gan_labels_class_count(labels, i);
    gan_var *rows = gan_slice(gan_one_hot(given, most), 1, index, index + 1);
    return gan_reshape(gan_slice(rows, 2, 0, classes), GAN_SHAPE(-1, classes));
}

void gan_label_embedding_each(const gan_layer *layer, struct gan_layer_call *call, bool biased, gan_var **vectors)
{
    const gan_labels *about = call->about_labels;
    if (gan_labels_kind(about) == GAN_LABEL_NUMBERS) {
        gan_var *y = gan_matmul_transposed(call->labels, false, gan_weight_next(layer, call, 0), true);
        vectors[0] = biased ? gan_add(y, gan_layer_next_parameter(call)) : y;
        return;
    }
    int count = gan_labels_count(about);
    for (int i = 0; i < count; i++) {
        gan_var *table = gan_weight_next(layer, call, 0);
        vectors[i] = count == 1 ? gan_gather(table, call->labels)
                                : gan_matmul(gan_label_one_hot(about, call->labels, i), table);
    }
}

gan_var *gan_label_embedding_sum(const gan_layer *layer, struct gan_layer_call *call, bool biased)
{
    gan_var *vectors[GAN_MAX_LABELS];
    gan_label_embedding_each(layer, call, biased, vectors);
    gan_var *sum = vectors[0];
    for (int i = 1; i < gan_label_embedding_count(call->about_labels); i++)
        sum = gan_add(sum, vectors[i]);
    return sum;
}

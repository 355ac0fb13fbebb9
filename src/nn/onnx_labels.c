/* ONNX operators of layers that take labels: see nn/label_embedding.h. They come in as a second input, int64 [batch]
 * (one class), int64 [batch, L] (several) or float32 [batch, K] (numbers). */
#include "nn/onnx_parts.h"

#include "base/memory.h"
#include "nn/label_embedding.h"

#include <stdio.h>

/* Label `index` of each example, [batch]. */
static const char *label(struct gan_onnx_call *call, const char *prefix, int index)
{
    if (gan_labels_count(call->about_labels) == 1)
        return call->labels;
    char *name = gan_format("%s.%s%d.label", call->path, prefix, index);
    char *of_index = gan_format("%s.%s%d.index", call->path, prefix, index);
    const char *which = gan_onnx_integer(call->onnx, of_index, index);
    const char *made = gan_onnx_node(call->onnx, "Gather", name, (const char *const[]){call->labels, which, NULL});
    if (made != NULL)
        gan_onnx_attribute_integer(call->onnx, "axis", 1);
    gan_free(of_index);
    gan_free(name);
    return made;
}

/* The vectors of gan_label_embedding_each, [batch, size] each; the list ends with NULL, early after an error. */
static void embed(struct gan_onnx_call *call, const char *prefix, bool biased, const char **vectors)
{
    int count = gan_label_embedding_count(call->about_labels);
    char suffix[32];
    vectors[0] = vectors[count] = NULL;
    if (gan_labels_kind(call->about_labels) == GAN_LABEL_NUMBERS) {
        snprintf(suffix, sizeof suffix, "%svector", prefix);
        vectors[0] = gan_onnx_product(call, suffix, call->labels, biased);
        return;
    }
    for (int i = 0; i < count; i++) {
        snprintf(suffix, sizeof suffix, "%s%d.vector", prefix, i);
        const char *table = gan_onnx_next_weight(call), *classes = label(call, prefix, i);
        vectors[i] = classes != NULL ? gan_onnx_add(call, "Gather", suffix, table, classes, NULL) : NULL;
        if (vectors[i] == NULL)
            return;
        gan_onnx_attribute_integer(call->onnx, "axis", 0);
    }
}

static const char *embedding_sum(struct gan_onnx_call *call, const char *prefix, bool biased)
{
    const char *vectors[GAN_MAX_LABELS + 1];
    char suffix[32];
    embed(call, prefix, biased, vectors);
    snprintf(suffix, sizeof suffix, "%ssum", prefix);
    return vectors[0] != NULL && vectors[1] != NULL ? gan_onnx_add_many(call, "Sum", suffix, vectors) : vectors[0];
}

/* A vector as planes over the places of x: [batch, size] → [batch, size, height, width]. */
static const char *as_planes(struct gan_onnx_call *call, const char *vector, int index, int64_t size)
{
    gan_shape point = {.rank = call->in.rank, .dims = {size}};
    int64_t places[GAN_MAX_RANK + 1] = {1, 1};
    char suffix[3][32];
    for (int i = 1; i < point.rank; i++) {
        point.dims[i] = 1;
        places[i + 1] = call->in.dims[i];
    }
    if (point.rank == 1 || vector == NULL)
        return vector;
    snprintf(suffix[0], sizeof suffix[0], "%d.point", index);
    snprintf(suffix[1], sizeof suffix[1], "%d.places", index);
    snprintf(suffix[2], sizeof suffix[2], "%d.planes", index);
    const char *shape = gan_onnx_whole_numbers(call, suffix[1], places, (size_t)point.rank + 1);
    return gan_onnx_add(call, "Expand", suffix[2], gan_onnx_shaped(call, suffix[0], vector, point), shape, NULL);
}

const char *gan_onnx_concat_label(struct gan_onnx_call *call, const char *x)
{
    const char *parts[GAN_MAX_LABELS + 2] = {x};
    int count = gan_label_embedding_count(call->about_labels);
    embed(call, "", true, parts + 1);
    for (int i = 0; i < count; i++) {
        parts[i + 1] = as_planes(call, parts[i + 1], i, (call->out.dims[0] - call->in.dims[0]) / count);
        if (parts[i + 1] == NULL)
            return NULL;
    }
    return gan_onnx_concat(call, "", parts);
}

/* [batch, C], as it goes with x. */
static const char *along_x(struct gan_onnx_call *call, const char *suffix, const char *vector)
{
    gan_shape point = {.rank = call->in.rank, .dims = {call->in.dims[0]}};
    for (int i = 1; i < point.rank; i++)
        point.dims[i] = 1;
    return point.rank == 1 ? vector : gan_onnx_shaped(call, suffix, vector, point);
}

/* Normalised, times 1 + gain, plus bias. */
const char *gan_onnx_conditional_batch_norm(struct gan_onnx_call *call, const char *x)
{
    const char *bias = along_x(call, "offset", embedding_sum(call, "bias.", true));
    const char *gain = along_x(call, "gain_shaped", embedding_sum(call, "gain.", true));
    const char *factor = gan_onnx_add(call, "Add", "factor", gain, gan_onnx_constant(call, "one", 1), NULL);
    const char *even = gan_onnx_by_running(call, "normalised", x, gan_onnx_vector(call, "ones", call->in.dims[0], 1),
                                           gan_onnx_vector(call, "zeros", call->in.dims[0], 0));
    const char *scaled = factor != NULL ? gan_onnx_add(call, "Mul", "scaled", even, factor, NULL) : NULL;
    return bias != NULL ? gan_onnx_add(call, "Add", "", scaled, bias, NULL) : NULL;
}

/* w·h + b + ⟨Σ v[label], h⟩ */
const char *gan_onnx_projection(struct gan_onnx_call *call, const char *x)
{
    const char *logit = gan_onnx_product(call, "logit", x, gan_onnx_has_bias(call));
    const char *seen = gan_onnx_add(call, "Mul", "seen", embedding_sum(call, "embedding.", false), x, NULL);
    return gan_onnx_add(call, "Add", "", logit, gan_onnx_sum(call, "projected", seen, 1, true), NULL);
}

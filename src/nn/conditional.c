/* Layers through which labels come in: appended to the input, or as batch norm's gain and bias. */
#include "nn/label_embedding.h"

#include "gan/ops.h"
#include "nn/batch_norm.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- concat_label ---- */

struct concat {
    gan_layer base;
    int64_t size;
};

static gan_status build_concat(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    int64_t size = ((const struct concat *)layer)->size;
    gan_status status = gan_label_embedding_check(build);
    if (status != GAN_OK)
        return status;
    *out = in;
    out->dims[0] += size * gan_label_embedding_count(build->labels);
    return gan_label_embedding_declare(build, "", size, true);
}

/* [N, size] as planes over the places of x: [N, size, H, W] for x [N, C, H, W]. */
static gan_var *as_planes(gan_var *vector, const gan_var *x)
{
    gan_shape shape = gan_var_shape(x), one = shape;
    if (vector == NULL || shape.rank == 2)
        return vector;
    shape.dims[1] = one.dims[1] = gan_var_shape(vector).dims[1];
    for (int i = 2; i < one.rank; i++)
        one.dims[i] = 1;
    return gan_expand(gan_reshape(vector, one), shape);
}

static gan_var *apply_concat(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    gan_var *parts[1 + GAN_MAX_LABELS] = {x};
    int count = gan_label_embedding_count(call->about_labels);
    gan_label_embedding_each(layer, call, true, parts + 1);
    for (int i = 1; i <= count; i++)
        parts[i] = as_planes(parts[i], x);
    return gan_concat(parts, 1 + count, 1);
}

static void describe_concat(const gan_layer *layer, char *text, size_t size)
{
    snprintf(text, size, "concat_label(%" PRId64 ")", ((const struct concat *)layer)->size);
}

static gan_status write_concat(const gan_layer *layer, struct gan_json_writer *json)
{
    gan_json_write_integer(json, "size", ((const struct concat *)layer)->size);
    return GAN_OK;
}

static const struct gan_layer_kind concat_kind = {.name = "concat_label",
                                                  .has_weight = true,
                                                  .normable = true,
                                                  .takes_labels = true,
                                                  .build = build_concat,
                                                  .apply = apply_concat,
                                                  .describe = describe_concat,
                                                  .write = write_concat};

gan_layer *gan_layer_concat_label(int64_t size)
{
    if (size < 1 || size > INT32_MAX)
        return gan_layer_refuse("concat_label", "size is %" PRId64 ", want 1 to %d", size, INT32_MAX);
    struct concat *own = gan_layer_create(&concat_kind, sizeof *own);
    if (own == NULL)
        return NULL;
    own->size = size;
    own->base.weight_initializer = gan_initializer_normal(0, 1);
    return &own->base;
}

/* ---- conditional batch norm ---- */

struct conditional {
    gan_layer base;
    struct gan_batch_norm norm;
};

static gan_status build_conditional(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    (void)layer;
    *out = in;
    gan_status status = gan_label_embedding_check(build);
    if (status == GAN_OK) /* in the order of names, as files that are read by order have them */
        status = gan_label_embedding_declare(build, "bias.", in.dims[0], true);
    if (status == GAN_OK)
        status = gan_label_embedding_declare(build, "gain.", in.dims[0], true);
    return status == GAN_OK ? gan_batch_norm_declare(build, in.dims[0]) : status;
}

/* [N, C] as [N, C, 1, …], which broadcasts over x. */
static gan_var *along_channels(gan_var *channels, const gan_var *x)
{
    gan_shape shape = gan_var_shape(x);
    for (int i = 2; i < shape.rank; i++)
        shape.dims[i] = 1;
    return gan_reshape(channels, shape);
}

static gan_var *apply_conditional(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    gan_var *bias = gan_label_embedding_sum(layer, call, true);
    gan_var *gain = gan_shift(gan_label_embedding_sum(layer, call, true), 1);
    return gan_batch_norm_record(&((const struct conditional *)layer)->norm, call, x, along_channels(gain, x),
                                 along_channels(bias, x));
}

static gan_status write_conditional(const gan_layer *layer, struct gan_json_writer *json)
{
    gan_json_write_float(json, "epsilon", ((const struct conditional *)layer)->norm.epsilon);
    gan_json_write_float(json, "momentum", ((const struct conditional *)layer)->norm.momentum);
    return GAN_OK;
}

static const struct gan_layer_kind conditional_kind = {.name = "conditional_batch_norm",
                                                       .has_weight = true,
                                                       .mixes_examples = true,
                                                       .takes_labels = true,
                                                       .build = build_conditional,
                                                       .apply = apply_conditional,
                                                       .write = write_conditional};

gan_layer *gan_layer_conditional_batch_norm_with(float epsilon, float momentum)
{
    struct gan_batch_norm norm = {epsilon, momentum};
    if (!gan_batch_norm_check(&norm, "conditional_batch_norm"))
        return NULL;
    struct conditional *own = gan_layer_create(&conditional_kind, sizeof *own);
    if (own == NULL)
        return NULL;
    own->norm = norm;
    own->base.weight_initializer = gan_initializer_constant(0);
    return &own->base;
}

gan_layer *gan_layer_conditional_batch_norm(void)
{
    return gan_layer_conditional_batch_norm_with(1e-5f, 0.1f);
}

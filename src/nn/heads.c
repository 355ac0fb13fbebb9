/* What a conditional discriminator ends in: a projection on the label's embedding, or an auxiliary classifier. */
#include "nn/heads.h"

#include "gan/ops.h"
#include "nn/dense.h"
#include "nn/label_embedding.h"

static gan_layer *create(const struct gan_layer_kind *kind)
{
    return gan_layer_create(kind, sizeof(gan_layer));
}

/* ---- projection ---- */

static gan_status build_projection(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    *out = GAN_SHAPE(1);
    gan_status status = gan_label_embedding_check(build);
    if (status == GAN_OK)
        status = gan_dense_declare(layer, build, in, 1);
    if (status != GAN_OK)
        return status;
    return gan_label_embedding_declare(build, "embedding.", in.dims[0], false);
}

static gan_var *apply_projection(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    gan_var *logit = gan_dense_record(layer, call, x);
    return gan_add(logit, gan_sum_keep(gan_mul(gan_label_embedding_sum(layer, call, false), x), GAN_AXES(1)));
}

static const struct gan_layer_kind projection_kind = {.name = "projection",
                                                      .has_weight = true,
                                                      .has_bias = true,
                                                      .normable = true,
                                                      .takes_labels = true,
                                                      .build = build_projection,
                                                      .apply = apply_projection};

gan_layer *gan_layer_projection(void)
{
    return create(&projection_kind);
}

/* ---- auxiliary classifier ---- */

int64_t gan_auxiliary_outputs(const gan_labels *labels)
{
    if (gan_labels_kind(labels) == GAN_LABEL_NUMBERS)
        return gan_labels_count(labels);
    int64_t classes = 0;
    for (int i = 0; i < gan_labels_count(labels); i++)
        classes += gan_labels_class_count(labels, i);
    return classes;
}

static gan_status build_auxiliary(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    int64_t outputs = 1 + gan_auxiliary_outputs(build->labels);
    *out = GAN_SHAPE(outputs);
    gan_status status = gan_label_embedding_check(build);
    return status == GAN_OK ? gan_dense_declare(layer, build, in, outputs) : status;
}

static const struct gan_layer_kind auxiliary_kind = {.name = "auxiliary_head",
                                                     .has_weight = true,
                                                     .has_bias = true,
                                                     .normable = true,
                                                     .build = build_auxiliary,
                                                     .apply = gan_dense_record};

gan_layer *gan_layer_auxiliary_head(void)
{
    return create(&auxiliary_kind);
}

bool gan_layer_is_auxiliary_head(const gan_layer *layer)
{
    return layer->kind == &auxiliary_kind;
}

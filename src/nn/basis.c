/* Numbers that are learned where a net begins and between its layers: a basis of images, a bias alone. */
#include "nn/layer.h"

#include "gan/ops.h"
#include "nn/weight.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- basis ---- */

struct basis {
    gan_layer base;
    int64_t channels, size[2];
};

static gan_status build_basis(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    const struct basis *own = (const struct basis *)layer;
    gan_status status = gan_layer_want_vector(build, in);
    if (status != GAN_OK)
        return status;
    *out = GAN_SHAPE(own->channels, own->size[0], own->size[1]);
    status = gan_layer_declare(build, "basis", *out, 1, 1, gan_initializer_normal(0, 1));
    if (status != GAN_OK)
        return status;
    return gan_weight_declare(
        build, &(struct gan_weight){"weight", GAN_SHAPE(own->channels, in.dims[0]), 0, in.dims[0], own->channels});
}

static gan_var *apply_basis(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    const struct basis *own = (const struct basis *)layer;
    gan_var *basis = gan_layer_next_parameter(call), *weight = gan_weight_next(layer, call, 0);
    gan_var *strength = gan_matmul_transposed(x, false, weight, true);
    return gan_mul(gan_reshape(strength, GAN_SHAPE(gan_var_shape(x).dims[0], own->channels, 1, 1)), basis);
}

static void describe_basis(const gan_layer *layer, char *text, size_t size)
{
    const struct basis *own = (const struct basis *)layer;
    snprintf(text, size, "basis(%" PRId64 ", %" PRId64 "×%" PRId64 ")", own->channels, own->size[0], own->size[1]);
}

static gan_status write_basis(const gan_layer *layer, struct gan_json_writer *json)
{
    const struct basis *own = (const struct basis *)layer;
    gan_json_write_integer(json, "channels", own->channels);
    gan_layer_write_pair(json, "size", own->size);
    return GAN_OK;
}

static const struct gan_layer_kind basis_kind = {.name = "basis",
                                                 .has_weight = true,
                                                 .normable = true,
                                                 .build = build_basis,
                                                 .apply = apply_basis,
                                                 .describe = describe_basis,
                                                 .write = write_basis};

gan_layer *gan_layer_basis(int64_t channels, int64_t height, int64_t width)
{
    if (channels < 1 || height < 1 || width < 1 || channels > INT32_MAX || height > INT16_MAX || width > INT16_MAX)
        return gan_layer_refuse(
            "basis", "channels is %" PRId64 ", height %" PRId64 ", width %" PRId64 ", want 1 to %d, 1 to %d, 1 to %d",
            channels, height, width, INT32_MAX, INT16_MAX, INT16_MAX);
    struct basis *own = gan_layer_create(&basis_kind, sizeof *own);
    if (own == NULL)
        return NULL;
    own->channels = channels;
    own->size[0] = height;
    own->size[1] = width;
    return &own->base;
}

/* ---- bias ---- */

static gan_status build_bias(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    *out = in;
    return gan_layer_declare(build, "bias", GAN_SHAPE(in.dims[0]), in.dims[0], in.dims[0], layer->bias_initializer);
}

static gan_var *apply_bias(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)layer;
    gan_shape shape = {.rank = gan_var_rank(x) - 1, .dims = {gan_var_shape(x).dims[1]}};
    for (int axis = 1; axis < shape.rank; axis++)
        shape.dims[axis] = 1;
    return gan_add(x, gan_reshape(gan_layer_next_parameter(call), shape));
}

static const struct gan_layer_kind bias_kind = {
    .name = "bias", .has_bias = true, .build = build_bias, .apply = apply_bias};

gan_layer *gan_layer_bias(void)
{
    return gan_layer_create(&bias_kind, sizeof(gan_layer));
}

/* Layers that change an example's shape: flatten, reshape, and the one that appends noise. */
#include "nn/layer.h"

#include "gan/ops.h"
#include "tensor/tensor.h"

#include <inttypes.h>
#include <stdio.h>

struct reshape {
    gan_layer base;
    gan_shape shape; /* of reshape: one size may be -1 */
    int64_t size;    /* of concat_noise */
};

static gan_layer *create(const struct gan_layer_kind *kind, gan_shape shape, int64_t size)
{
    struct reshape *reshape = gan_layer_create(kind, sizeof *reshape);
    if (reshape == NULL)
        return NULL;
    reshape->shape = shape;
    reshape->size = size;
    return &reshape->base;
}

/* ---- flatten ---- */

static gan_status build_flatten(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    (void)layer;
    (void)build;
    *out = GAN_SHAPE(gan_shape_size(in));
    return GAN_OK;
}

static gan_var *apply_flatten(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)layer;
    (void)call;
    gan_shape shape = gan_var_shape(x);
    return shape.rank == 2 ? x : gan_reshape(x, GAN_SHAPE(shape.dims[0], -1));
}

static const struct gan_layer_kind flatten_kind = {.name = "flatten", .build = build_flatten, .apply = apply_flatten};

gan_layer *gan_layer_flatten(void)
{
    return create(&flatten_kind, GAN_SCALAR, 0);
}

/* ---- reshape ---- */

static gan_status build_reshape(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    const gan_shape wanted = ((const struct reshape *)layer)->shape;
    char given_text[128], wanted_text[128];
    *out = wanted;
    if (!gan_shape_complete(out, gan_shape_size(in)))
        return gan_layer_reject(build, "its input %s has %" PRId64 " numbers, which do not fill %s",
                                gan_shape_text(in, given_text, sizeof given_text), gan_shape_size(in),
                                gan_shape_text(wanted, wanted_text, sizeof wanted_text));
    return GAN_OK;
}

static gan_var *apply_reshape(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)call;
    gan_shape shape = ((const struct reshape *)layer)->shape;
    return gan_reshape(x, gan_shape_of_batch(gan_var_shape(x).dims[0], shape));
}

static void describe_reshape(const gan_layer *layer, char *text, size_t size)
{
    char shape[128];
    snprintf(text, size, "reshape%s", gan_shape_text(((const struct reshape *)layer)->shape, shape, sizeof shape));
}

static gan_status write_reshape(const gan_layer *layer, struct gan_json_writer *json)
{
    gan_json_write_shape(json, "shape", ((const struct reshape *)layer)->shape);
    return GAN_OK;
}

static const struct gan_layer_kind reshape_kind = {.name = "reshape",
                                                   .build = build_reshape,
                                                   .apply = apply_reshape,
                                                   .describe = describe_reshape,
                                                   .write = write_reshape};

gan_layer *gan_layer_reshape(gan_shape shape)
{
    if (shape.rank < 1 || shape.rank >= GAN_MAX_RANK)
        return gan_layer_refuse("reshape", "shape has %d axes, want 1 to %d", shape.rank, GAN_MAX_RANK - 1);
    int open = 0;
    for (int i = 0; i < shape.rank; i++) {
        open += shape.dims[i] == -1;
        if (shape.dims[i] < 1 && shape.dims[i] != -1)
            return gan_layer_refuse(
                "reshape", "axis %d of shape is %" PRId64 ", want 1 or more, or -1 for what is left", i, shape.dims[i]);
    }
    if (open > 1)
        return gan_layer_refuse("reshape", "%d sizes of shape are -1, want one at most", open);
    return create(&reshape_kind, shape, 0);
}

/* ---- concat_noise ---- */

static gan_status build_noise(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    gan_status status = gan_layer_want_vector(build, in);
    if (status == GAN_OK)
        *out = GAN_SHAPE(in.dims[0] + ((const struct reshape *)layer)->size);
    return status;
}

static gan_var *apply_noise(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    int64_t batch = gan_var_shape(x).dims[0], size = ((const struct reshape *)layer)->size;
    gan_var *noise = gan_normal(call->tape, GAN_SHAPE(batch, size), 0.0f, 1.0f);
    return gan_concat((gan_var *[]){x, noise}, 2, 1);
}

static void describe_noise(const gan_layer *layer, char *text, size_t size)
{
    snprintf(text, size, "concat_noise(%" PRId64 ")", ((const struct reshape *)layer)->size);
}

static gan_status write_noise(const gan_layer *layer, struct gan_json_writer *json)
{
    gan_json_write_integer(json, "size", ((const struct reshape *)layer)->size);
    return GAN_OK;
}

static const struct gan_layer_kind noise_kind = {.name = "concat_noise",
                                                 .build = build_noise,
                                                 .apply = apply_noise,
                                                 .describe = describe_noise,
                                                 .write = write_noise};

gan_layer *gan_layer_concat_noise(int64_t size)
{
    if (size < 1 || size > INT32_MAX)
        return gan_layer_refuse("concat_noise", "size is %" PRId64 ", want 1 to %d", size, INT32_MAX);
    return create(&noise_kind, GAN_SCALAR, size);
}

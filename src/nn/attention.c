/* Self-attention over an image's places (Zhang et al., ICML 2019), as the authors' code has it. */
#include "nn/layer.h"

#include "gan/ops.h"
#include "nn/weight.h"

#include <inttypes.h>

static gan_status build(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    (void)layer;
    char text[128];
    *out = in;
    if (in.rank != 3 || in.dims[0] < 8 || in.dims[1] < 2 || in.dims[2] < 2)
        return gan_layer_reject(build,
                                "its input is %s, want [channels, height, width] of 8 channels or more and a side of 2 "
                                "or more",
                                gan_shape_text(in, text, sizeof text));
    int64_t channels = in.dims[0], keys = channels / 8, values = channels / 2;
    const struct {
        const char *name;
        int64_t out, in;
    } maps[] = {{"g.weight", values, channels},
                {"o.weight", channels, values},
                {"phi.weight", keys, channels},
                {"theta.weight", keys, channels}};
    /* In the order of names, as files that are read by order have them. */
    gan_status status = gan_layer_declare(build, "gamma", GAN_SCALAR, 1, 1, gan_initializer_constant(0));
    for (int i = 0; i < 4 && status == GAN_OK; i++)
        status = gan_weight_declare(build, &(struct gan_weight){maps[i].name, GAN_SHAPE(maps[i].out, maps[i].in, 1, 1),
                                                                0, maps[i].in, maps[i].out});
    return status;
}

/* [N, C, h, w] → [N, C, h·w] */
static gan_var *flat(gan_var *x)
{
    gan_shape shape = gan_var_shape(x);
    return gan_reshape(x, GAN_SHAPE(shape.dims[0], shape.dims[1], -1));
}

static gan_var *apply(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    gan_var *gamma = gan_layer_next_parameter(call);
    gan_var *g = gan_weight_next(layer, call, 0), *o = gan_weight_next(layer, call, 0);
    gan_var *phi = gan_weight_next(layer, call, 0), *theta = gan_weight_next(layer, call, 0);
    gan_pool_options half;
    gan_pool_options_init(&half, 2, 2, 0);
    gan_var *queries = gan_conv2d(x, theta, NULL);
    gan_var *keys = gan_max_pool2d(gan_conv2d(x, phi, NULL), &half);
    gan_var *values = gan_max_pool2d(gan_conv2d(x, g, NULL), &half);
    if (queries == NULL || keys == NULL || values == NULL)
        return NULL;
    gan_var *weights = gan_softmax(gan_matmul_transposed(flat(queries), true, flat(keys), false), -1);
    gan_var *seen = gan_matmul_transposed(flat(values), false, weights, true); /* [N, C/2, places] */
    gan_shape shape = gan_var_shape(x);
    seen = gan_reshape(seen, GAN_SHAPE(shape.dims[0], -1, shape.dims[2], shape.dims[3]));
    return gan_add(x, gan_mul(gamma, gan_conv2d(seen, o, NULL)));
}

static const struct gan_layer_kind self_attention_kind = {
    .name = "self_attention", .has_weight = true, .normable = true, .build = build, .apply = apply};

gan_layer *gan_layer_self_attention(void)
{
    return gan_layer_create(&self_attention_kind, sizeof(gan_layer));
}

/* ONNX operators of layers that multiply by a weight. */
#include "nn/onnx_parts.h"

const char *gan_onnx_dense(struct gan_onnx_call *call, const char *x)
{
    return gan_onnx_product(call, "", x, gan_onnx_has_bias(call));
}

const char *gan_onnx_maxout(struct gan_onnx_call *call, const char *x)
{
    const int64_t axis = 1;
    gan_shape apart = GAN_SHAPE(gan_onnx_whole_option(call, "pieces"), call->out.dims[0]);
    const char *all = gan_onnx_product(call, "product", x, gan_onnx_has_bias(call));
    const char *y = gan_onnx_add(call, "ReduceMax", "", gan_onnx_shaped(call, "pieces", all, apart), NULL, NULL);
    if (y == NULL)
        return NULL;
    gan_onnx_attribute_integers(call->onnx, "axes", &axis, 1);
    gan_onnx_attribute_integer(call->onnx, "keepdims", 0);
    return y;
}

/* ---- convolutions, of images and of sequences ---- */

static const char *convolve(struct gan_onnx_call *call, const char *type, const char *x)
{
    const char *weight = gan_onnx_next_weight(call);
    const char *bias = gan_onnx_has_bias(call) ? gan_onnx_next_parameter(call) : NULL;
    const char *y = weight != NULL ? gan_onnx_add(call, type, "", x, weight, bias) : NULL;
    if (y == NULL)
        return NULL;
    gan_onnx_pair_attribute(call, "kernel_shape", "kernel", false);
    gan_onnx_pair_attribute(call, "strides", "stride", false);
    gan_onnx_pair_attribute(call, "pads", "padding", true); /* before all axes, then behind all */
    gan_onnx_pair_attribute(call, "dilations", "dilation", false);
    gan_onnx_attribute_integer(call->onnx, "group", gan_onnx_whole_option(call, "groups"));
    return y;
}

const char *gan_onnx_conv(struct gan_onnx_call *call, const char *x)
{
    return convolve(call, "Conv", x);
}

const char *gan_onnx_conv_transpose(struct gan_onnx_call *call, const char *x)
{
    const char *y = convolve(call, "ConvTranspose", x);
    if (y != NULL)
        gan_onnx_pair_attribute(call, "output_padding", "output_padding", false);
    return y;
}

/* ---- learned numbers ---- */

const char *gan_onnx_basis(struct gan_onnx_call *call, const char *x)
{
    const char *basis = gan_onnx_next_parameter(call);
    const char *product = gan_onnx_product(call, "product", x, false);
    const char *strength = gan_onnx_shaped(call, "strength", product, GAN_SHAPE(call->out.dims[0], 1, 1));
    return gan_onnx_add(call, "Mul", "", strength, basis, NULL);
}

const char *gan_onnx_bias(struct gan_onnx_call *call, const char *x)
{
    const char *bias = gan_onnx_next_parameter(call);
    return gan_onnx_add(call, "Add", "", x, gan_onnx_along_channels(call, "shaped", bias), NULL);
}

/* ---- self-attention: see nn/attention.c ---- */

/* The largest of each 2 × 2 places. */
static const char *halved(struct gan_onnx_call *call, const char *suffix, const char *x)
{
    const int64_t two[] = {2, 2};
    const char *y = gan_onnx_add(call, "MaxPool", suffix, x, NULL, NULL);
    if (y == NULL)
        return NULL;
    gan_onnx_attribute_integers(call->onnx, "kernel_shape", two, 2);
    gan_onnx_attribute_integers(call->onnx, "strides", two, 2);
    return y;
}

static const char *turned(struct gan_onnx_call *call, const char *suffix, const char *x)
{
    const int64_t order[] = {0, 2, 1};
    const char *y = gan_onnx_add(call, "Transpose", suffix, x, NULL, NULL);
    if (y != NULL)
        gan_onnx_attribute_integers(call->onnx, "perm", order, 3);
    return y;
}

const char *gan_onnx_self_attention(struct gan_onnx_call *call, const char *x)
{
    int64_t channels = call->in.dims[0];
    gan_shape keys = GAN_SHAPE(channels / 8, -1), values = GAN_SHAPE(channels / 2, -1);
    gan_shape image = GAN_SHAPE(channels / 2, call->in.dims[1], call->in.dims[2]);
    const char *gamma = gan_onnx_next_parameter(call), *w[4]; /* g, o, phi, theta */
    for (int i = 0; i < 4; i++)
        if ((w[i] = gan_onnx_next_weight(call)) == NULL)
            return NULL;
    const char *theta = gan_onnx_shaped(call, "queries", gan_onnx_add(call, "Conv", "theta", x, w[3], NULL), keys);
    const char *phi = halved(call, "phi_pooled", gan_onnx_add(call, "Conv", "phi", x, w[2], NULL));
    const char *g = halved(call, "g_pooled", gan_onnx_add(call, "Conv", "g", x, w[0], NULL));
    const char *scores = gan_onnx_add(call, "MatMul", "scores", turned(call, "queries_turned", theta),
                                      gan_onnx_shaped(call, "keys", phi, keys), NULL);
    const char *shares = gan_onnx_add(call, "Softmax", "shares", scores, NULL, NULL);
    if (shares == NULL)
        return NULL;
    gan_onnx_attribute_integer(call->onnx, "axis", -1);
    const char *seen = gan_onnx_add(call, "MatMul", "seen", gan_onnx_shaped(call, "values", g, values),
                                    turned(call, "shares_turned", shares), NULL);
    const char *o = gan_onnx_add(call, "Conv", "o", gan_onnx_shaped(call, "image", seen, image), w[1], NULL);
    return gan_onnx_add(call, "Add", "", x, gan_onnx_add(call, "Mul", "weighted", o, gamma, NULL), NULL);
}

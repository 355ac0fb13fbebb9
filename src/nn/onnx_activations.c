/* ONNX operators of activations, and of what else goes number by number. */
#include "nn/onnx_parts.h"

/* A layer that is one operator without attributes. */
#define PLAIN(name, type)                                                                                              \
    const char *gan_onnx_##name(struct gan_onnx_call *call, const char *x)                                             \
    {                                                                                                                  \
        return gan_onnx_add(call, type, "", x, NULL, NULL);                                                            \
    }

PLAIN(relu, "Relu")
PLAIN(sigmoid, "Sigmoid")
PLAIN(softplus, "Softplus")
PLAIN(tanh, "Tanh")

static const char *with_alpha(struct gan_onnx_call *call, const char *type, const char *x, float alpha)
{
    const char *y = gan_onnx_add(call, type, "", x, NULL, NULL);
    if (y != NULL)
        gan_onnx_attribute_float(call->onnx, "alpha", alpha);
    return y;
}

const char *gan_onnx_elu(struct gan_onnx_call *call, const char *x)
{
    return with_alpha(call, "Elu", x, 1);
}

const char *gan_onnx_leaky_relu(struct gan_onnx_call *call, const char *x)
{
    return with_alpha(call, "LeakyRelu", x, gan_onnx_option(call, "slope"));
}

/* x·½·(1 + erf(x/√2)): the operator of this name is of a later set. */
const char *gan_onnx_gelu(struct gan_onnx_call *call, const char *x)
{
    const char *scaled = gan_onnx_add(call, "Mul", "scaled", x, gan_onnx_constant(call, "root", 0.70710678f), NULL);
    const char *erf = gan_onnx_add(call, "Erf", "erf", scaled, NULL, NULL);
    const char *twice = gan_onnx_add(call, "Add", "twice", erf, gan_onnx_constant(call, "one", 1), NULL);
    const char *phi = gan_onnx_add(call, "Mul", "phi", twice, gan_onnx_constant(call, "half", 0.5f), NULL);
    return gan_onnx_add(call, "Mul", "", x, phi, NULL);
}

const char *gan_onnx_silu(struct gan_onnx_call *call, const char *x)
{
    return gan_onnx_add(call, "Mul", "", x, gan_onnx_add(call, "Sigmoid", "sigmoid", x, NULL, NULL), NULL);
}

const char *gan_onnx_softmax(struct gan_onnx_call *call, const char *x)
{
    const char *y = gan_onnx_add(call, "Softmax", "", x, NULL, NULL);
    if (y != NULL)
        gan_onnx_attribute_integer(call->onnx, "axis", -1);
    return y;
}

/* ---- others ---- */

/* Linear, and dropout in inference. */
const char *gan_onnx_nothing(struct gan_onnx_call *call, const char *x)
{
    (void)call;
    return x;
}

const char *gan_onnx_scale_shift(struct gan_onnx_call *call, const char *x)
{
    const char *factor = gan_onnx_constant(call, "factor", gan_onnx_option(call, "factor"));
    const char *offset = gan_onnx_constant(call, "offset", gan_onnx_option(call, "offset"));
    return gan_onnx_add(call, "Add", "", gan_onnx_add(call, "Mul", "scaled", x, factor, NULL), offset, NULL);
}

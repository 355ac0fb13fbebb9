/* ONNX operators of layers that normalise, by running statistics or within an example. */
#include "nn/onnx_parts.h"

const char *gan_onnx_batch_norm(struct gan_onnx_call *call, const char *x)
{
    const char *weight = gan_onnx_next_parameter(call);
    const char *bias = gan_onnx_has_bias(call) ? gan_onnx_next_parameter(call)
                                               : gan_onnx_vector(call, "bias", call->in.dims[0], 0);
    return gan_onnx_by_running(call, "", x, weight, bias);
}

const char *gan_onnx_layer_norm(struct gan_onnx_call *call, const char *x)
{
    const char *weight = gan_onnx_next_parameter(call);
    const char *bias = gan_onnx_has_bias(call) ? gan_onnx_next_parameter(call) : NULL;
    const char *y = weight != NULL ? gan_onnx_add(call, "LayerNormalization", "", x, weight, bias) : NULL;
    if (y == NULL)
        return NULL;
    gan_onnx_attribute_integer(call->onnx, "axis", 1);
    gan_onnx_attribute_float(call->onnx, "epsilon", gan_onnx_option(call, "epsilon"));
    return y;
}

/* ---- within an example ---- */

/* Each channel of each example, which here may be a group of channels. */
static const char *by_instance(struct gan_onnx_call *call, const char *suffix, const char *x, const char *gain,
                               const char *bias)
{
    const char *y = gain != NULL && bias != NULL ? gan_onnx_add(call, "InstanceNormalization", suffix, x, gain, bias)
                                                 : NULL;
    if (y != NULL)
        gan_onnx_attribute_float(call->onnx, "epsilon", gan_onnx_option(call, "epsilon"));
    return y;
}

/* A group's channels in one row: the operator of this name is of a later set. */
const char *gan_onnx_group_norm(struct gan_onnx_call *call, const char *x)
{
    int64_t groups = gan_onnx_whole_option(call, "groups");
    const char *rows = gan_onnx_shaped(call, "rows", x, GAN_SHAPE(groups, -1));
    const char *even = by_instance(call, "even", rows, gan_onnx_vector(call, "ones", groups, 1),
                                   gan_onnx_vector(call, "zeros", groups, 0));
    const char *back = gan_onnx_shaped(call, "normalised", even, call->in);
    const char *weight = gan_onnx_along_channels(call, "gain", gan_onnx_next_parameter(call));
    if (!gan_onnx_has_bias(call))
        return gan_onnx_add(call, "Mul", "", back, weight, NULL);
    const char *scaled = gan_onnx_add(call, "Mul", "scaled", back, weight, NULL);
    const char *bias = gan_onnx_along_channels(call, "offset", gan_onnx_next_parameter(call));
    return gan_onnx_add(call, "Add", "", scaled, bias, NULL);
}

const char *gan_onnx_instance_norm(struct gan_onnx_call *call, const char *x)
{
    bool affine = false;
    gan_json_bool(gan_json_get(call->json, "affine"), &affine);
    int64_t channels = call->in.dims[0];
    const char *gain = affine ? gan_onnx_next_parameter(call) : gan_onnx_vector(call, "ones", channels, 1);
    const char *bias = gan_onnx_has_bias(call) ? gan_onnx_next_parameter(call)
                                               : gan_onnx_vector(call, "zeros", channels, 0);
    return by_instance(call, "", x, gain, bias);
}

/* x/√(mean of x² over the channels + epsilon) */
const char *gan_onnx_pixel_norm(struct gan_onnx_call *call, const char *x)
{
    const int64_t axis = 1;
    const char *squares = gan_onnx_add(call, "Mul", "squares", x, x, NULL);
    const char *mean = gan_onnx_mean(call, "mean", squares, &axis, 1, true);
    const char *epsilon = gan_onnx_constant(call, "epsilon", gan_onnx_option(call, "epsilon"));
    const char *root = gan_onnx_add(call, "Sqrt", "root", gan_onnx_add(call, "Add", "shifted", mean, epsilon, NULL),
                                    NULL, NULL);
    return gan_onnx_add(call, "Div", "", x, root, NULL);
}

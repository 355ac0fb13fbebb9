#include "nn/onnx_layers.h"

#include "base/memory.h"
#include "base/status.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* ---- what the rows are written with ---- */

/* "<path>.<suffix>", or the path alone: the name of a value or a constant of the layer. The caller frees it; NULL,
 * which the graph takes as its failure, when memory is short. */
static char *name_of(const struct gan_onnx_call *call, const char *suffix)
{
    return *suffix != '\0' ? gan_format("%s.%s", call->path, suffix) : gan_strdup(call->path);
}

/* An operator on up to five inputs, of which the first NULL is the end. The last of a layer has the suffix "". */
static const char *node(struct gan_onnx_call *call, const char *type, const char *suffix, const char *a, const char *b,
                        const char *c)
{
    char *name = name_of(call, suffix);
    const char *made = a != NULL ? gan_onnx_node(call->onnx, type, name, (const char *const[6]){a, b, c, NULL}) : NULL;
    gan_free(name);
    return made;
}

static const char *number(struct gan_onnx_call *call, const char *suffix, float value)
{
    char *name = name_of(call, suffix);
    const char *made = gan_onnx_number(call->onnx, name, value);
    gan_free(name);
    return made;
}

static const char *integers(struct gan_onnx_call *call, const char *suffix, const int64_t *values, size_t count)
{
    char *name = name_of(call, suffix);
    const char *made = gan_onnx_integers(call->onnx, name, values, count);
    gan_free(name);
    return made;
}

static const char *next_of(struct gan_onnx_call *call, const struct gan_slots *slots, size_t *next)
{
    assert(*next < slots->count);
    size_t i = (*next)++;
    return gan_onnx_floats(call->onnx, slots->slot[i].name, slots->slot[i].shape, gan_tensor_data(slots->tensors[i]));
}

static const char *next_parameter(struct gan_onnx_call *call)
{
    return next_of(call, call->parameters, &call->next_parameter);
}

static const char *next_state(struct gan_onnx_call *call)
{
    return next_of(call, call->state, &call->next_state);
}

static bool has_bias(const struct gan_onnx_call *call)
{
    return gan_json_get(call->json, "bias") != NULL;
}

/* What a layer was told is there, since its own `write` wrote it. */
static float option(const struct gan_onnx_call *call, const char *key)
{
    float value = 0;
    bool known = gan_json_float(gan_json_get(call->json, key), &value);
    assert(known);
    (void)known;
    return value;
}

static int64_t whole_option(const struct gan_onnx_call *call, const char *key)
{
    int64_t value = 0;
    bool known = gan_json_integer(gan_json_get(call->json, key), &value);
    assert(known);
    (void)known;
    return value;
}

/* ---- layers with parameters ---- */

/* x·Wᵀ + b */
static const char *product(struct gan_onnx_call *call, const char *suffix, const char *x)
{
    const char *weight = next_parameter(call), *bias = has_bias(call) ? next_parameter(call) : NULL;
    const char *y = node(call, "Gemm", suffix, x, weight, bias);
    if (y != NULL)
        gan_onnx_attribute_integer(call->onnx, "transB", 1);
    return y;
}

static const char *dense(struct gan_onnx_call *call, const char *x)
{
    return product(call, "", x);
}

static const char *maxout(struct gan_onnx_call *call, const char *x)
{
    const int64_t shape[] = {0, whole_option(call, "units"), whole_option(call, "pieces")}, axis = 2;
    const char *pieces = node(call, "Reshape", "pieces", product(call, "product", x), integers(call, "shape", shape, 3),
                              NULL);
    const char *y = node(call, "ReduceMax", "", pieces, NULL, NULL);
    if (y == NULL)
        return NULL;
    gan_onnx_attribute_integers(call->onnx, "axes", &axis, 1);
    gan_onnx_attribute_integer(call->onnx, "keepdims", 0);
    return y;
}

/* The pair of whole numbers that a layer was told, as an attribute. */
static void pair_attribute(struct gan_onnx_call *call, const char *name, const char *key, bool twice)
{
    int64_t pair[4] = {0};
    const struct gan_json *list = gan_json_get(call->json, key);
    for (size_t i = 0; i < 2; i++) {
        gan_json_integer(gan_json_item(list, i), &pair[i]);
        pair[i + 2] = pair[i];
    }
    gan_onnx_attribute_integers(call->onnx, name, pair, twice ? 4 : 2);
}

static const char *convolve(struct gan_onnx_call *call, const char *type, const char *x)
{
    const char *weight = next_parameter(call), *bias = has_bias(call) ? next_parameter(call) : NULL;
    const char *y = node(call, type, "", x, weight, bias);
    if (y == NULL)
        return NULL;
    pair_attribute(call, "kernel_shape", "kernel", false);
    pair_attribute(call, "strides", "stride", false);
    pair_attribute(call, "pads", "padding", true); /* before both axes, then behind both */
    pair_attribute(call, "dilations", "dilation", false);
    gan_onnx_attribute_integer(call->onnx, "group", whole_option(call, "groups"));
    return y;
}

static const char *conv2d(struct gan_onnx_call *call, const char *x)
{
    return convolve(call, "Conv", x);
}

static const char *conv_transpose2d(struct gan_onnx_call *call, const char *x)
{
    const char *y = convolve(call, "ConvTranspose", x);
    if (y != NULL)
        pair_attribute(call, "output_padding", "output_padding", false);
    return y;
}

/* A bias that is none, where the operator wants one. */
static const char *zeros_as(struct gan_onnx_call *call, gan_shape shape)
{
    char *name = name_of(call, "bias");
    const char *made = gan_onnx_zeros(call->onnx, name, shape);
    gan_free(name);
    return made;
}

static const char *batch_norm(struct gan_onnx_call *call, const char *x)
{
    gan_shape channels = call->parameters->slot[call->next_parameter].shape;
    const char *weight = next_parameter(call);
    const char *bias = has_bias(call) ? next_parameter(call) : zeros_as(call, channels);
    const char *mean = next_state(call), *variance = next_state(call);
    const char *inputs[6] = {x, weight, bias, mean, variance, NULL};
    if (weight == NULL || bias == NULL || mean == NULL || variance == NULL)
        return NULL;
    const char *y = gan_onnx_node(call->onnx, "BatchNormalization", call->path, inputs);
    if (y != NULL)
        gan_onnx_attribute_float(call->onnx, "epsilon", option(call, "epsilon"));
    return y;
}

static const char *layer_norm(struct gan_onnx_call *call, const char *x)
{
    const char *weight = next_parameter(call), *bias = has_bias(call) ? next_parameter(call) : NULL;
    const char *y = node(call, "LayerNormalization", "", x, weight, bias);
    if (y == NULL)
        return NULL;
    gan_onnx_attribute_integer(call->onnx, "axis", 1);
    gan_onnx_attribute_float(call->onnx, "epsilon", option(call, "epsilon"));
    return y;
}

/* ---- activations ---- */

/* A layer that is one operator without attributes. */
#define PLAIN(name, type)                                                                                              \
    static const char *name(struct gan_onnx_call *call, const char *x)                                                 \
    {                                                                                                                  \
        return node(call, type, "", x, NULL, NULL);                                                                    \
    }

PLAIN(relu, "Relu")
PLAIN(sigmoid, "Sigmoid")
PLAIN(softplus, "Softplus")
PLAIN(hyperbolic_tangent, "Tanh")

static const char *elu(struct gan_onnx_call *call, const char *x)
{
    const char *y = node(call, "Elu", "", x, NULL, NULL);
    if (y != NULL)
        gan_onnx_attribute_float(call->onnx, "alpha", 1);
    return y;
}

static const char *leaky_relu(struct gan_onnx_call *call, const char *x)
{
    const char *y = node(call, "LeakyRelu", "", x, NULL, NULL);
    if (y != NULL)
        gan_onnx_attribute_float(call->onnx, "alpha", option(call, "slope"));
    return y;
}

/* x·½·(1 + erf(x/√2)): the operator of this name is of a later set. */
static const char *gelu(struct gan_onnx_call *call, const char *x)
{
    const char *scaled = node(call, "Mul", "scaled", x, number(call, "root", 0.70710678f), NULL);
    const char *erf = node(call, "Erf", "erf", scaled, NULL, NULL);
    const char *twice = node(call, "Add", "twice", erf, number(call, "one", 1), NULL);
    const char *phi = node(call, "Mul", "phi", twice, number(call, "half", 0.5f), NULL);
    return node(call, "Mul", "", x, phi, NULL);
}

static const char *silu(struct gan_onnx_call *call, const char *x)
{
    return node(call, "Mul", "", x, node(call, "Sigmoid", "sigmoid", x, NULL, NULL), NULL);
}

static const char *softmax(struct gan_onnx_call *call, const char *x)
{
    const char *y = node(call, "Softmax", "", x, NULL, NULL);
    if (y != NULL)
        gan_onnx_attribute_integer(call->onnx, "axis", -1);
    return y;
}

/* ---- others without parameters ---- */

/* Linear, and dropout in inference. */
static const char *nothing(struct gan_onnx_call *call, const char *x)
{
    (void)call;
    return x;
}

static const char *flatten(struct gan_onnx_call *call, const char *x)
{
    const char *y = node(call, "Flatten", "", x, NULL, NULL);
    if (y != NULL)
        gan_onnx_attribute_integer(call->onnx, "axis", 1);
    return y;
}

/* A size of 0 is the input's own: the batch. */
static const char *reshape(struct gan_onnx_call *call, const char *x)
{
    gan_shape shape = GAN_SCALAR;
    int64_t sizes[GAN_MAX_RANK + 1] = {0};
    gan_json_shape(gan_json_get(call->json, "shape"), -1, &shape);
    for (int i = 0; i < shape.rank; i++)
        sizes[i + 1] = shape.dims[i];
    return node(call, "Reshape", "", x, integers(call, "shape", sizes, (size_t)shape.rank + 1), NULL);
}

static const char *scale_shift(struct gan_onnx_call *call, const char *x)
{
    const char *scaled = node(call, "Mul", "scaled", x, number(call, "factor", option(call, "factor")), NULL);
    return node(call, "Add", "", scaled, number(call, "offset", option(call, "offset")), NULL);
}

static const char *sequence(struct gan_onnx_call *call, const char *x)
{
    const struct gan_json *list = gan_json_get(call->json, "layers");
    const char *path = call->path;
    for (size_t i = 0; i < gan_json_count(list) && x != NULL; i++) {
        const struct gan_json *child = gan_json_item(list, i);
        const char *name;
        bool named = gan_json_text(gan_json_get(child, "name"), &name);
        char *of_child = named ? gan_format("%s.%s", path, name) : gan_format("%s.%zu", path, i);
        x = of_child != NULL ? gan_onnx_layer(call, child, of_child, x) : NULL;
        gan_free(of_child);
    }
    return x;
}

/* ---- the table ---- */

/* The kinds of layers that have operators: a new kind is a row, and a function above. */
static const struct row {
    const char *kind;
    const char *(*add)(struct gan_onnx_call *call, const char *x); /* NULL after an error */
} rows[] = {
    {"auxiliary_head", dense},
    {"batch_norm", batch_norm},
    {"conv2d", conv2d},
    {"conv_transpose2d", conv_transpose2d},
    {"dense", dense},
    {"dropout", nothing},
    {"elu", elu},
    {"flatten", flatten},
    {"gelu", gelu},
    {"layer_norm", layer_norm},
    {"leaky_relu", leaky_relu},
    {"linear", nothing},
    {"maxout", maxout},
    {"relu", relu},
    {"reshape", reshape},
    {"scale_shift", scale_shift},
    {"sequence", sequence},
    {"sigmoid", sigmoid},
    {"silu", silu},
    {"softmax", softmax},
    {"softplus", softplus},
    {"tanh", hyperbolic_tangent},
};

const char *gan_onnx_layer(struct gan_onnx_call *call, const struct gan_json *json, const char *path, const char *x)
{
    const char *kind = "";
    gan_json_text(gan_json_get(json, "kind"), &kind);
    call->path = path;
    call->json = json;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].kind, kind) == 0)
            return rows[i].add(call, x);
    call->status = gan_fail(
        GAN_ERROR_UNSUPPORTED,
        "%s: layer %s (%s) has no operator in ONNX; export the layers before it as a model of their "
        "own, or use another layer in its place",
        call->who, path, kind);
    return NULL;
}

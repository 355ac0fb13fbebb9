#include "nn/onnx_layers.h"

#include "base/memory.h"
#include "base/status.h"
#include "nn/weight.h"

#include <assert.h>
#include <stdio.h>
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

/* What weight norm multiplies each row by, shaped to go with the weight. */
static const char *ratios_of_rows(struct gan_onnx_call *call)
{
    gan_shape shape = call->parameters->slot[call->next_parameter].shape;
    size_t rows = (size_t)gan_shape_size(shape), lengths = call->next_parameter++;
    float *ratios = gan_alloc(rows * sizeof *ratios);
    if (ratios == NULL)
        return gan_onnx_number(call->onnx, NULL, 0); /* the graph's failure */
    gan_weight_ratios(call->parameters, lengths, ratios);
    char *name = name_of(call, "ratios");
    const char *flat = gan_onnx_numbers(call->onnx, name, ratios, rows);
    gan_free(name);
    gan_free(ratios);
    return node(call, "Reshape", "row_ratios", flat, integers(call, "ratios_shape", shape.dims, (size_t)shape.rank),
                NULL);
}

/* The weight that the layer multiplies by in inference: see nn/weight.h. */
static const char *next_weight(struct gan_onnx_call *call)
{
    if (gan_json_get(call->json, "spectral_norm") != NULL) {
        double sigma = gan_weight_sigma(call->parameters, call->state, call->next_state);
        call->next_state += 2;
        const char *weight = next_parameter(call);
        return node(call, "Mul", "weight", weight, number(call, "scale", (float)(1 / sigma)), NULL);
    }
    if (gan_json_get(call->json, "weight_norm") == NULL)
        return next_parameter(call);
    const char *ratios = ratios_of_rows(call), *weight = next_parameter(call);
    return node(call, "Mul", "weight", weight, ratios, NULL);
}

/* x·Wᵀ + b */
static const char *product(struct gan_onnx_call *call, const char *suffix, const char *x)
{
    const char *weight = next_weight(call), *bias = has_bias(call) ? next_parameter(call) : NULL;
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
    const char *weight = next_weight(call), *bias = has_bias(call) ? next_parameter(call) : NULL;
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

/* What a layer was told that its operator cannot do; NULL. */
static const char *refuse(struct gan_onnx_call *call, const char *what)
{
    call->status = gan_fail(GAN_ERROR_UNSUPPORTED, "%s: layer %s has %s, for which ONNX has no operator", call->who,
                            call->path, what);
    return NULL;
}

/* ---- images ---- */

static const char *pool(struct gan_onnx_call *call, const char *type, const char *x)
{
    const char *y = node(call, type, "", x, NULL, NULL);
    if (y == NULL)
        return NULL;
    pair_attribute(call, "kernel_shape", "kernel", false);
    pair_attribute(call, "strides", "stride", false);
    pair_attribute(call, "pads", "padding", true);
    return y;
}

static const char *max_pool(struct gan_onnx_call *call, const char *x)
{
    const char *y = pool(call, "MaxPool", x);
    if (y != NULL)
        pair_attribute(call, "dilations", "dilation", false);
    return y;
}

static const char *average_pool(struct gan_onnx_call *call, const char *x)
{
    const struct gan_json *dilation = gan_json_get(call->json, "dilation");
    bool counts = true;
    for (size_t i = 0; i < 2; i++) {
        int64_t of_axis = 1;
        gan_json_integer(gan_json_item(dilation, i), &of_axis);
        if (of_axis != 1)
            return refuse(call, "a dilation");
    }
    const char *y = pool(call, "AveragePool", x);
    gan_json_bool(gan_json_get(call->json, "count_padding"), &counts);
    if (y != NULL)
        gan_onnx_attribute_integer(call->onnx, "count_include_pad", counts);
    return y;
}

/* One number for each channel, [N, C]: what is left of it is seen as one row. */
static const char *global_average(struct gan_onnx_call *call, const char *x)
{
    const char *mean = node(call, "GlobalAveragePool", "mean", x, NULL, NULL);
    return flatten(call, mean);
}

static const char *global_sum(struct gan_onnx_call *call, const char *x)
{
    const int64_t sizes[] = {0, 0, -1}, axis = 2;
    const char *rows = node(call, "Reshape", "rows", x, integers(call, "sizes", sizes, 3), NULL);
    const char *y = node(call, "ReduceSum", "", rows, integers(call, "axes", &axis, 1), NULL);
    if (y != NULL)
        gan_onnx_attribute_integer(call->onnx, "keepdims", 0);
    return y;
}

static bool has_mode(const struct gan_onnx_call *call, const char *name)
{
    const char *mode = "";
    gan_json_text(gan_json_get(call->json, "mode"), &mode);
    return strcmp(mode, name) == 0;
}

static const char *upsample(struct gan_onnx_call *call, const char *x)
{
    const float factor = (float)whole_option(call, "factor"), scales[] = {1, 1, factor, factor};
    bool nearest = has_mode(call, "nearest");
    char *name = name_of(call, "scales");
    const char *by = gan_onnx_numbers(call->onnx, name, scales, 4);
    gan_free(name);
    const char *y = node(call, "Resize", "", x, "", by); /* no region of interest */
    if (y == NULL)
        return NULL;
    gan_onnx_attribute_text(call->onnx, "mode", nearest ? "nearest" : "linear");
    gan_onnx_attribute_text(call->onnx, "coordinate_transformation_mode", nearest ? "asymmetric" : "half_pixel");
    gan_onnx_attribute_text(call->onnx, "nearest_mode", "floor");
    return y;
}

static const char *pad(struct gan_onnx_call *call, const char *x)
{
    const int64_t sides[] = {0, 0, whole_option(call, "top"),    whole_option(call, "left"),
                             0, 0, whole_option(call, "bottom"), whole_option(call, "right")};
    const char *mode = has_mode(call, "zero") ? "constant" : has_mode(call, "reflect") ? "reflect" : "edge";
    const char *y = node(call, "Pad", "", x, integers(call, "sides", sides, 8), NULL);
    if (y != NULL)
        gan_onnx_attribute_text(call->onnx, "mode", mode);
    return y;
}

/* Column, row, depth: the order of the channels in which PyTorch's has them. */
static const char *pixel_shuffle(struct gan_onnx_call *call, const char *x)
{
    const char *y = node(call, "DepthToSpace", "", x, NULL, NULL);
    if (y == NULL)
        return NULL;
    gan_onnx_attribute_integer(call->onnx, "blocksize", whole_option(call, "factor"));
    gan_onnx_attribute_text(call->onnx, "mode", "CRD");
    return y;
}

/* x/√(mean of x² over the channels + epsilon) */
static const char *pixel_norm(struct gan_onnx_call *call, const char *x)
{
    const int64_t axis = 1;
    const char *squares = node(call, "Mul", "squares", x, x, NULL);
    const char *mean = node(call, "ReduceMean", "mean", squares, NULL, NULL);
    if (mean == NULL)
        return NULL;
    gan_onnx_attribute_integers(call->onnx, "axes", &axis, 1);
    gan_onnx_attribute_integer(call->onnx, "keepdims", 1);
    const char *shifted = node(call, "Add", "shifted", mean, number(call, "epsilon", option(call, "epsilon")), NULL);
    return node(call, "Div", "", x, node(call, "Sqrt", "root", shifted, NULL, NULL), NULL);
}

/* ---- layers of layers ---- */

/* A layer within the one in hand, named by what it was named or else by `place`. */
static const char *inner(struct gan_onnx_call *call, const struct gan_json *child, const char *place, const char *x)
{
    const char *path = call->path, *name = place;
    const struct gan_json *json = call->json;
    gan_json_text(gan_json_get(child, "name"), &name);
    char *of_child = gan_format("%s.%s", path, name);
    const char *y = of_child != NULL ? gan_onnx_layer(call, child, of_child, x) : NULL;
    gan_free(of_child);
    call->path = path;
    call->json = json;
    return y;
}

static const char *residual(struct gan_onnx_call *call, const char *x)
{
    const struct gan_json *list = gan_json_get(call->json, "layers"), *shortcut = gan_json_item(list, 1);
    const char *branch = inner(call, gan_json_item(list, 0), "branch", x);
    const char *beside = shortcut != NULL && branch != NULL ? inner(call, shortcut, "shortcut", x) : x;
    return branch != NULL && beside != NULL ? node(call, "Add", "", beside, branch, NULL) : NULL;
}

static const char *sequence(struct gan_onnx_call *call, const char *x)
{
    const struct gan_json *list = gan_json_get(call->json, "layers");
    for (size_t i = 0; i < gan_json_count(list) && x != NULL; i++) {
        char place[24];
        snprintf(place, sizeof place, "%zu", i);
        x = inner(call, gan_json_item(list, i), place, x);
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
    {"average_pool2d", average_pool},
    {"batch_norm", batch_norm},
    {"conv2d", conv2d},
    {"conv_transpose2d", conv_transpose2d},
    {"dense", dense},
    {"dropout", nothing},
    {"elu", elu},
    {"flatten", flatten},
    {"gelu", gelu},
    {"global_average_pool", global_average},
    {"global_sum_pool", global_sum},
    {"layer_norm", layer_norm},
    {"leaky_relu", leaky_relu},
    {"linear", nothing},
    {"max_pool2d", max_pool},
    {"maxout", maxout},
    {"pad2d", pad},
    {"pixel_norm", pixel_norm},
    {"pixel_shuffle", pixel_shuffle},
    {"relu", relu},
    {"reshape", reshape},
    {"residual", residual},
    {"scale_shift", scale_shift},
    {"sequence", sequence},
    {"sigmoid", sigmoid},
    {"silu", silu},
    {"softmax", softmax},
    {"softplus", softplus},
    {"tanh", hyperbolic_tangent},
    {"upsample", upsample},
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

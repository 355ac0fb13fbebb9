#include "nn/onnx_parts.h"

#include "base/memory.h"
#include "base/status.h"
#include "nn/weight.h"

#include <assert.h>
#include <string.h>

/* ---- nodes and constants ---- */

/* The caller frees it; NULL, which the graph takes as its failure, when memory is short. */
static char *name_of(const struct gan_onnx_call *call, const char *suffix)
{
    return *suffix != '\0' ? gan_format("%s.%s", call->path, suffix) : gan_strdup(call->path);
}

const char *gan_onnx_add_many(struct gan_onnx_call *call, const char *type, const char *suffix,
                              const char *const *inputs)
{
    if (inputs[0] == NULL)
        return NULL;
    char *name = name_of(call, suffix);
    const char *made = gan_onnx_node(call->onnx, type, name, inputs);
    gan_free(name);
    return made;
}

const char *gan_onnx_add(struct gan_onnx_call *call, const char *type, const char *suffix, const char *a, const char *b,
                         const char *c)
{
    return gan_onnx_add_many(call, type, suffix, (const char *const[]){a, b, c, NULL});
}

const char *gan_onnx_constant(struct gan_onnx_call *call, const char *suffix, float number)
{
    return gan_onnx_constants(call, suffix, GAN_SCALAR, &number);
}

const char *gan_onnx_constants(struct gan_onnx_call *call, const char *suffix, gan_shape shape, const float *numbers)
{
    char *name = name_of(call, suffix);
    const char *made = gan_onnx_numbers(call->onnx, name, shape, numbers);
    gan_free(name);
    return made;
}

const char *gan_onnx_vector(struct gan_onnx_call *call, const char *suffix, int64_t count, float number)
{
    char *name = name_of(call, suffix);
    const char *made = gan_onnx_filled(call->onnx, name, GAN_SHAPE(count), number);
    gan_free(name);
    return made;
}

const char *gan_onnx_whole_numbers(struct gan_onnx_call *call, const char *suffix, const int64_t *numbers, size_t count)
{
    char *name = name_of(call, suffix);
    const char *made = gan_onnx_integers(call->onnx, name, numbers, count);
    gan_free(name);
    return made;
}

/* A value's name with a suffix of its own behind it. */
static char *name_behind(const char *name, const char *suffix)
{
    return name != NULL ? gan_format("%s.%s", name, suffix) : NULL;
}

const char *gan_onnx_shaped(struct gan_onnx_call *call, const char *suffix, const char *x, gan_shape one)
{
    int64_t sizes[GAN_MAX_RANK + 1] = {0}; /* a size of 0 is the input's own: the batch */
    for (int i = 0; i < one.rank; i++)
        sizes[i + 1] = one.dims[i];
    char *name = name_of(call, suffix), *of_sizes = name_behind(name, "shape");
    const char *shape = gan_onnx_integers(call->onnx, of_sizes, sizes, (size_t)one.rank + 1);
    const char *made = x != NULL ? gan_onnx_node(call->onnx, "Reshape", name, (const char *const[]){x, shape, NULL})
                                 : NULL;
    gan_free(name);
    gan_free(of_sizes);
    return made;
}

const char *gan_onnx_concat(struct gan_onnx_call *call, const char *suffix, const char *const *parts)
{
    const char *y = gan_onnx_add_many(call, "Concat", suffix, parts);
    if (y != NULL)
        gan_onnx_attribute_integer(call->onnx, "axis", 1);
    return y;
}

const char *gan_onnx_mean(struct gan_onnx_call *call, const char *suffix, const char *x, const int64_t *axes,
                          size_t count, bool keep)
{
    const char *y = gan_onnx_add(call, "ReduceMean", suffix, x, NULL, NULL);
    if (y == NULL)
        return NULL;
    gan_onnx_attribute_integers(call->onnx, "axes", axes, count);
    gan_onnx_attribute_integer(call->onnx, "keepdims", keep);
    return y;
}

const char *gan_onnx_sum(struct gan_onnx_call *call, const char *suffix, const char *x, int64_t axis, bool keep)
{
    char *name = name_of(call, suffix), *of_axis = name_behind(name, "axis");
    const char *axes = gan_onnx_integers(call->onnx, of_axis, &axis, 1);
    gan_free(name);
    gan_free(of_axis);
    const char *y = gan_onnx_add(call, "ReduceSum", suffix, x, axes, NULL);
    if (y != NULL)
        gan_onnx_attribute_integer(call->onnx, "keepdims", keep);
    return y;
}

/* ---- the layer's numbers ---- */

static const char *next_of(struct gan_onnx_call *call, const struct gan_slots *slots, size_t *next)
{
    assert(*next < slots->count);
    size_t i = (*next)++;
    return gan_onnx_floats(call->onnx, slots->slot[i].name, slots->slot[i].shape, gan_tensor_data(slots->tensors[i]));
}

const char *gan_onnx_next_parameter(struct gan_onnx_call *call)
{
    return next_of(call, call->parameters, &call->next_parameter);
}

const char *gan_onnx_next_state(struct gan_onnx_call *call)
{
    return next_of(call, call->state, &call->next_state);
}

/* "2.weight" for the slot "2.weight_orig" or "2.weight_g": the weight that is made of it. */
static char *weight_of_slot(const char *slot)
{
    char *name = gan_strdup(slot);
    if (name != NULL)
        *strrchr(name, '_') = '\0';
    return name;
}

/* Weight·factor, under the weight's name; `factor` is a number, or one for each row. */
static const char *multiplied(struct gan_onnx_call *call, const char *name, const char *weight, gan_shape shape,
                              const float *factor)
{
    char *of_factor = name_behind(name, "factor");
    const char *by = gan_onnx_numbers(call->onnx, of_factor, shape, factor);
    gan_free(of_factor);
    return gan_onnx_node(call->onnx, "Mul", name, (const char *const[]){weight, by, NULL});
}

static const char *weight_by_spectrum(struct gan_onnx_call *call)
{
    float factor = (float)(1 / gan_weight_sigma(call->parameters, call->state, call->next_state));
    char *name = weight_of_slot(call->parameters->slot[call->next_parameter].name);
    call->next_state += 2;
    const char *weight = gan_onnx_next_parameter(call);
    const char *made = weight != NULL ? multiplied(call, name, weight, GAN_SCALAR, &factor) : NULL;
    gan_free(name);
    return made;
}

static const char *weight_by_length(struct gan_onnx_call *call)
{
    size_t lengths = call->next_parameter++;
    gan_shape shape = call->parameters->slot[lengths].shape; /* that goes with the weight's */
    char *name = weight_of_slot(call->parameters->slot[lengths].name);
    const char *weight = gan_onnx_next_parameter(call), *made = NULL;
    float *ratios = gan_alloc((size_t)gan_shape_size(shape) * sizeof *ratios);
    if (ratios != NULL) {
        gan_weight_ratios(call->parameters, lengths, ratios);
        made = weight != NULL ? multiplied(call, name, weight, shape, ratios) : NULL;
    }
    gan_free(ratios);
    gan_free(name);
    return made;
}

const char *gan_onnx_next_weight(struct gan_onnx_call *call)
{
    if (call->layer->spectral_iterations > 0)
        return weight_by_spectrum(call);
    return call->layer->weight_norm ? weight_by_length(call) : gan_onnx_next_parameter(call);
}

const char *gan_onnx_along_channels(struct gan_onnx_call *call, const char *suffix, const char *channels)
{
    gan_shape shape = {.rank = call->in.rank, .dims = {-1}};
    for (int i = 1; i < shape.rank; i++)
        shape.dims[i] = 1;
    if (shape.rank == 1 || channels == NULL)
        return channels;
    char *of_shape = name_behind(channels, "shape");
    const char *sizes = gan_onnx_integers(call->onnx, of_shape, shape.dims, (size_t)shape.rank);
    gan_free(of_shape);
    return gan_onnx_add(call, "Reshape", suffix, channels, sizes, NULL);
}

const char *gan_onnx_product(struct gan_onnx_call *call, const char *suffix, const char *x, bool biased)
{
    const char *weight = gan_onnx_next_weight(call), *bias = biased ? gan_onnx_next_parameter(call) : NULL;
    const char *y = weight != NULL ? gan_onnx_add(call, "Gemm", suffix, x, weight, bias) : NULL;
    if (y != NULL)
        gan_onnx_attribute_integer(call->onnx, "transB", 1);
    return y;
}

const char *gan_onnx_by_running(struct gan_onnx_call *call, const char *suffix, const char *x, const char *gain,
                                const char *bias)
{
    const char *mean = gan_onnx_next_state(call), *variance = gan_onnx_next_state(call);
    if (x == NULL || gain == NULL || bias == NULL || mean == NULL || variance == NULL)
        return NULL;
    const char *y = gan_onnx_add_many(call, "BatchNormalization", suffix,
                                      (const char *const[]){x, gain, bias, mean, variance, NULL});
    if (y != NULL)
        gan_onnx_attribute_float(call->onnx, "epsilon", gan_onnx_option(call, "epsilon"));
    return y;
}

/* ---- what the layer was told ---- */

bool gan_onnx_has_bias(const struct gan_onnx_call *call)
{
    return gan_json_get(call->json, "bias") != NULL;
}

float gan_onnx_option(const struct gan_onnx_call *call, const char *key)
{
    float value = 0;
    bool known = gan_json_float(gan_json_get(call->json, key), &value);
    assert(known);
    (void)known;
    return value;
}

int64_t gan_onnx_whole_option(const struct gan_onnx_call *call, const char *key)
{
    int64_t value = 0;
    bool known = gan_json_integer(gan_json_get(call->json, key), &value);
    assert(known);
    (void)known;
    return value;
}

bool gan_onnx_has_mode(const struct gan_onnx_call *call, const char *name)
{
    const char *mode = "";
    gan_json_text(gan_json_get(call->json, "mode"), &mode);
    return strcmp(mode, name) == 0;
}

void gan_onnx_pair(const struct gan_onnx_call *call, const char *key, int64_t pair[2])
{
    const struct gan_json *list = gan_json_get(call->json, key);
    for (size_t i = 0; i < 2; i++) {
        bool known = gan_json_integer(gan_json_item(list, i), &pair[i]);
        assert(known);
        (void)known;
    }
}

void gan_onnx_pair_attribute(struct gan_onnx_call *call, const char *name, const char *key, bool twice)
{
    int64_t pair[4] = {0};
    gan_onnx_pair(call, key, pair);
    size_t axes = (size_t)call->in.rank - 1;
    if (axes == 1)
        pair[0] = pair[1];
    for (size_t i = 0; i < axes; i++)
        pair[axes + i] = pair[i];
    gan_onnx_attribute_integers(call->onnx, name, pair, twice ? 2 * axes : axes);
}

const char *gan_onnx_refuse(struct gan_onnx_call *call, const char *what)
{
    call->status = gan_fail(GAN_ERROR_UNSUPPORTED, "%s: layer %s has %s, for which ONNX has no operator", call->who,
                            call->path, what);
    return NULL;
}

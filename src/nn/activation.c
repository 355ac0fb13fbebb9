/* Layers that work element by element (softmax: along the last axis), and have no parameters. */
#include "nn/layer.h"

#include "gan/ops.h"

#include <math.h>
#include <stdio.h>

struct activation {
    gan_layer base;
    float p, q; /* slope; probability; factor and offset */
};

static gan_status build_same(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    (void)layer;
    (void)build;
    *out = in;
    return GAN_OK;
}

static gan_layer *create(const struct gan_layer_kind *kind, float p, float q)
{
    struct activation *activation = gan_layer_create(kind, sizeof *activation);
    if (activation == NULL)
        return NULL;
    activation->p = p;
    activation->q = q;
    return &activation->base;
}

/* A layer of an op without numbers. */
#define PLAIN(name_, expression)                                                                                       \
    static gan_var *apply_##name_(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)                     \
    {                                                                                                                  \
        (void)layer;                                                                                                   \
        (void)call;                                                                                                    \
        return expression;                                                                                             \
    }                                                                                                                  \
    static const struct gan_layer_kind name_##_kind = {                                                                \
        .name = #name_, .activates = true, .build = build_same, .apply = apply_##name_};                               \
    gan_layer *gan_layer_##name_(void)                                                                                 \
    {                                                                                                                  \
        return create(&name_##_kind, 0, 0);                                                                            \
    }

PLAIN(relu, gan_relu(x))
PLAIN(elu, gan_elu(x, 1.0f))
PLAIN(gelu, gan_gelu(x))
PLAIN(silu, gan_silu(x))
PLAIN(sigmoid, gan_sigmoid(x))
PLAIN(tanh, gan_tanh(x))
PLAIN(softplus, gan_softplus(x))
PLAIN(softmax, gan_softmax(x, -1))

/* A layer of an op with one number, p, whose name is p_name. */
#define WITH_NUMBER(name_, activates_, p_name, expression)                                                             \
    static gan_var *apply_##name_(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)                     \
    {                                                                                                                  \
        (void)call;                                                                                                    \
        float p = ((const struct activation *)layer)->p;                                                               \
        return expression;                                                                                             \
    }                                                                                                                  \
    static void describe_##name_(const gan_layer *layer, char *text, size_t size)                                      \
    {                                                                                                                  \
        snprintf(text, size, #name_ "(%g)", (double)((const struct activation *)layer)->p);                            \
    }                                                                                                                  \
    static gan_status write_##name_(const gan_layer *layer, struct gan_json_writer *json)                              \
    {                                                                                                                  \
        gan_json_write_float(json, p_name, ((const struct activation *)layer)->p);                                     \
        return GAN_OK;                                                                                                 \
    }                                                                                                                  \
    static const struct gan_layer_kind name_##_kind = {.name = #name_,                                                 \
                                                       .activates = activates_,                                        \
                                                       .build = build_same,                                            \
                                                       .apply = apply_##name_,                                         \
                                                       .describe = describe_##name_,                                   \
                                                       .write = write_##name_};

WITH_NUMBER(leaky_relu, true, "slope", gan_leaky_relu(x, p))
WITH_NUMBER(dropout, false, "probability", gan_dropout(x, p))

gan_layer *gan_layer_leaky_relu(float slope)
{
    if (!(slope >= 0 && slope <= 1))
        return gan_layer_refuse("leaky_relu", "slope is %g, want 0 to 1", (double)slope);
    return create(&leaky_relu_kind, slope, 0);
}

gan_layer *gan_layer_dropout(float probability)
{
    if (!(probability >= 0 && probability < 1))
        return gan_layer_refuse("dropout", "probability is %g, want 0 or more and less than 1", (double)probability);
    return create(&dropout_kind, probability, 0);
}

static gan_var *apply_scale_shift(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)call;
    const struct activation *own = (const struct activation *)layer;
    return gan_shift(gan_scale(x, own->p), own->q);
}

static void describe_scale_shift(const gan_layer *layer, char *text, size_t size)
{
    const struct activation *own = (const struct activation *)layer;
    snprintf(text, size, "scale_shift(%g, %g)", (double)own->p, (double)own->q);
}

static gan_status write_scale_shift(const gan_layer *layer, struct gan_json_writer *json)
{
    const struct activation *own = (const struct activation *)layer;
    gan_json_write_float(json, "factor", own->p);
    gan_json_write_float(json, "offset", own->q);
    return GAN_OK;
}

static const struct gan_layer_kind scale_shift_kind = {.name = "scale_shift",
                                                       .build = build_same,
                                                       .apply = apply_scale_shift,
                                                       .describe = describe_scale_shift,
                                                       .write = write_scale_shift};

gan_layer *gan_layer_scale_shift(float factor, float offset)
{
    if (!isfinite(factor) || !isfinite(offset))
        return gan_layer_refuse("scale_shift", "factor is %g and offset %g, want finite numbers", (double)factor,
                                (double)offset);
    return create(&scale_shift_kind, factor, offset);
}

static gan_var *apply_linear(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)layer;
    (void)call;
    return x;
}

static const struct gan_layer_kind linear_kind = {.name = "linear", .build = build_same, .apply = apply_linear};

gan_layer *gan_layer_activation(gan_activation activation, float slope)
{
    switch (activation) {
    case GAN_ACTIVATION_LINEAR:
        return create(&linear_kind, 0, 0);
    case GAN_ACTIVATION_RELU:
        return gan_layer_relu();
    case GAN_ACTIVATION_LEAKY_RELU:
        return gan_layer_leaky_relu(slope);
    case GAN_ACTIVATION_ELU:
        return gan_layer_elu();
    case GAN_ACTIVATION_GELU:
        return gan_layer_gelu();
    case GAN_ACTIVATION_SILU:
        return gan_layer_silu();
    case GAN_ACTIVATION_SIGMOID:
        return gan_layer_sigmoid();
    case GAN_ACTIVATION_TANH:
        return gan_layer_tanh();
    case GAN_ACTIVATION_SOFTPLUS:
        return gan_layer_softplus();
    }
    return gan_layer_refuse("activation", "activation is %d, want a gan_activation", (int)activation);
}

/* Batch norm and layer norm. */
#include "nn/batch_norm.h"

#include "base/status.h"
#include "gan/ops.h"
#include "tape/tape.h"

#include <math.h>
#include <stdio.h>

struct normalization {
    gan_layer base;
    struct gan_batch_norm norm; /* layer norm has no momentum */
};

static gan_layer *create(const struct gan_layer_kind *kind, float epsilon, float momentum)
{
    struct normalization *own = gan_layer_create(kind, sizeof *own);
    if (own == NULL)
        return NULL;
    own->norm = (struct gan_batch_norm){epsilon, momentum};
    own->base.weight_initializer = gan_initializer_constant(1);
    return &own->base;
}

static gan_status declare_affine(const gan_layer *layer, struct gan_layer_build *build, gan_shape shape)
{
    int64_t size = gan_shape_size(shape);
    gan_status status = gan_layer_declare(build, "weight", shape, size, size, layer->weight_initializer);
    if (status != GAN_OK || layer->without_bias)
        return status;
    return gan_layer_declare(build, "bias", shape, size, size, layer->bias_initializer);
}

/* ---- batch norm ---- */

bool gan_batch_norm_check(const struct gan_batch_norm *norm, const char *kind)
{
    if (!(norm->epsilon > 0) || !isfinite(norm->epsilon))
        gan_layer_refuse(kind, "epsilon is %g, want more than 0 (1e-5 is usual)", (double)norm->epsilon);
    else if (!(norm->momentum >= 0 && norm->momentum <= 1))
        gan_layer_refuse(kind, "momentum is %g, want 0 to 1: the new batch's share (0.1 is usual)",
                         (double)norm->momentum);
    else
        return true;
    return false;
}

gan_status gan_batch_norm_declare(struct gan_layer_build *build, int64_t channels)
{
    gan_status status = gan_layer_declare_state(build, "running_mean", GAN_SHAPE(channels), 0);
    return status == GAN_OK ? gan_layer_declare_state(build, "running_var", GAN_SHAPE(channels), 1) : status;
}

static gan_status build_batch_norm(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    *out = in;
    gan_status status = declare_affine(layer, build, GAN_SHAPE(in.dims[0]));
    return status == GAN_OK ? gan_batch_norm_declare(build, in.dims[0]) : status;
}

/* [C] as [C, 1, …], which broadcasts over an example of x. */
static gan_var *along_channels(gan_var *channels, gan_var *x)
{
    gan_shape shape = {.rank = gan_var_rank(x) - 1, .dims = {gan_var_shape(x).dims[1]}};
    for (int i = 1; i < shape.rank; i++)
        shape.dims[i] = 1;
    return channels == NULL || shape.rank == 1 ? channels : gan_reshape(channels, shape);
}

static gan_axes all_but_channels(const gan_var *x)
{
    gan_axes axes = {.count = 1, .axis = {0}};
    for (int i = 2; i < gan_var_rank(x); i++)
        axes.axis[axes.count++] = i;
    return axes;
}

/* (1 − momentum)·old + momentum·batch's */
static bool update_running(gan_tape *tape, gan_tensor *running, gan_var *of_batch, float momentum)
{
    gan_var *kept = gan_scale(gan_tape_tensor(tape, running), 1.0f - momentum);
    gan_var *flat = gan_reshape(of_batch, gan_tensor_shape(running));
    return gan_tape_assign(tape, running, gan_add(kept, gan_scale(flat, momentum))) == GAN_OK;
}

struct statistics {
    gan_tensor *mean, *variance;
    bool assign;
};

/* x·f + (bias − mean·f) with f = gain/√(variance + epsilon): what is as large as x is read once, and so it is with the
 * derivatives. */
static gan_var *scale_and_shift(gan_var *x, gan_var *mean, gan_var *variance, gan_var *gain, gan_var *bias,
                                float epsilon)
{
    gan_var *factor = gan_mul(gan_power(gan_shift(variance, epsilon), -0.5f), gain);
    gan_var *offset = gan_neg(gan_mul(mean, factor));
    if (bias != NULL)
        offset = gan_add(offset, bias);
    return gan_add(gan_mul(x, factor), offset);
}

static gan_var *normalize_by_batch(gan_var *x, const struct statistics *running, gan_var *gain, gan_var *bias,
                                   const struct gan_batch_norm *own)
{
    gan_axes axes = all_but_channels(x);
    gan_shape shape = gan_var_shape(x);
    gan_var *mean = gan_mean_keep(x, axes), *variance = gan_variance_keep(x, axes);
    if (running->assign) {
        double count = (double)gan_shape_size(shape) / (double)shape.dims[1];
        gan_var *unbiased = gan_scale(variance, (float)(count / (count - 1)));
        if (!update_running(gan_var_tape(x), running->mean, mean, own->momentum) ||
            !update_running(gan_var_tape(x), running->variance, unbiased, own->momentum))
            return NULL;
    }
    return scale_and_shift(x, mean, variance, gain, bias, own->epsilon);
}

static gan_var *normalize_by_running(gan_var *x, const struct statistics *running, gan_var *gain, gan_var *bias,
                                     const struct gan_batch_norm *own)
{
    gan_tape *tape = gan_var_tape(x);
    gan_var *mean = gan_tape_tensor(tape, running->mean), *variance = gan_tape_tensor(tape, running->variance);
    return scale_and_shift(x, along_channels(mean, x), along_channels(variance, x), gain, bias, own->epsilon);
}

gan_var *gan_batch_norm_record(const struct gan_batch_norm *norm, struct gan_layer_call *call, gan_var *x,
                               gan_var *gain, gan_var *bias)
{
    struct statistics running = {.assign = call->assign};
    running.mean = gan_layer_next_state(call);
    running.variance = gan_layer_next_state(call);
    bool training = gan_tape_training(call->tape);
    running.assign = training && call->assign;
    if (!training && !call->batch_statistics)
        return normalize_by_running(x, &running, gain, bias, norm);
    gan_shape shape = gan_var_shape(x);
    if (gan_shape_size(shape) == shape.dims[1])
        return gan_tape_fail(call->tape, GAN_ERROR_INVALID_ARGUMENT,
                             "batch_norm: in training one number per channel has no variance; give a batch of two "
                             "examples or more, or record for inference (gan_tape_set_training)");
    return normalize_by_batch(x, &running, gain, bias, norm);
}

static gan_var *apply_batch_norm(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    gan_var *weight = along_channels(gan_layer_next_parameter(call), x);
    gan_var *bias = layer->without_bias ? NULL : along_channels(gan_layer_next_parameter(call), x);
    return gan_batch_norm_record(&((const struct normalization *)layer)->norm, call, x, weight, bias);
}

static void describe_batch_norm(const gan_layer *layer, char *text, size_t size)
{
    snprintf(text, size, "batch_norm%s", layer->without_bias ? ", no bias" : "");
}

static gan_status write_batch_norm(const gan_layer *layer, struct gan_json_writer *json)
{
    gan_json_write_float(json, "epsilon", ((const struct normalization *)layer)->norm.epsilon);
    gan_json_write_float(json, "momentum", ((const struct normalization *)layer)->norm.momentum);
    return GAN_OK;
}

static const struct gan_layer_kind batch_norm_kind = {.name = "batch_norm",
                                                      .has_weight = true,
                                                      .has_bias = true,
                                                      .mixes_examples = true,
                                                      .build = build_batch_norm,
                                                      .apply = apply_batch_norm,
                                                      .describe = describe_batch_norm,
                                                      .write = write_batch_norm};

gan_layer *gan_layer_batch_norm_with(float epsilon, float momentum)
{
    struct gan_batch_norm norm = {epsilon, momentum};
    return gan_batch_norm_check(&norm, "batch_norm") ? create(&batch_norm_kind, epsilon, momentum) : NULL;
}

gan_layer *gan_layer_batch_norm(void)
{
    return gan_layer_batch_norm_with(1e-5f, 0.1f);
}

/* ---- layer norm ---- */

static gan_status build_layer_norm(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    *out = in;
    return declare_affine(layer, build, in);
}

static gan_var *apply_layer_norm(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    gan_axes axes = {.count = 0};
    for (int i = 1; i < gan_var_rank(x); i++)
        axes.axis[axes.count++] = i;
    gan_var *weight = gan_layer_next_parameter(call);
    gan_var *bias = layer->without_bias ? NULL : gan_layer_next_parameter(call);
    return gan_normalize(x, axes, weight, bias, ((const struct normalization *)layer)->norm.epsilon);
}

static void describe_layer_norm(const gan_layer *layer, char *text, size_t size)
{
    snprintf(text, size, "layer_norm%s", layer->without_bias ? ", no bias" : "");
}

static gan_status write_layer_norm(const gan_layer *layer, struct gan_json_writer *json)
{
    gan_json_write_float(json, "epsilon", ((const struct normalization *)layer)->norm.epsilon);
    return GAN_OK;
}

static const struct gan_layer_kind layer_norm_kind = {.name = "layer_norm",
                                                      .has_weight = true,
                                                      .has_bias = true,
                                                      .build = build_layer_norm,
                                                      .apply = apply_layer_norm,
                                                      .describe = describe_layer_norm,
                                                      .write = write_layer_norm};

gan_layer *gan_layer_layer_norm_with(float epsilon)
{
    if (!(epsilon > 0) || !isfinite(epsilon))
        return gan_layer_refuse("layer_norm", "epsilon is %g, want more than 0 (1e-5 is usual)", (double)epsilon);
    return create(&layer_norm_kind, epsilon, 0);
}

gan_layer *gan_layer_layer_norm(void)
{
    return gan_layer_layer_norm_with(1e-5f);
}

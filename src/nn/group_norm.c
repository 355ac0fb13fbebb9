/* Normalisation within an example: over groups of channels, over each channel, over the channels of each pixel. */
#include "nn/layer.h"

#include "gan/ops.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

struct group_norm {
    gan_layer base;
    int64_t groups; /* 0: as many as there are channels */
    float epsilon;
    bool affine;
};

static gan_layer *create(const struct gan_layer_kind *kind, int64_t groups, float epsilon, bool affine)
{
    if (!(epsilon > 0) || !isfinite(epsilon))
        return gan_layer_refuse(kind->name, "epsilon is %g, want more than 0", (double)epsilon);
    struct group_norm *own = gan_layer_create(kind, sizeof *own);
    if (own == NULL)
        return NULL;
    own->groups = groups;
    own->epsilon = epsilon;
    own->affine = affine;
    own->base.weight_initializer = gan_initializer_constant(1);
    return &own->base;
}

/* ---- groups ---- */

static gan_status build_group_norm(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    const struct group_norm *own = (const struct group_norm *)layer;
    int64_t channels = in.dims[0], groups = own->groups > 0 ? own->groups : channels;
    char text[128];
    *out = in;
    if (channels % groups != 0)
        return gan_layer_reject(build, "its input has %" PRId64 " channels, which are not in %" PRId64 " equal groups",
                                channels, groups);
    if (gan_shape_size(in) == groups)
        return gan_layer_reject(build,
                                "its input %s has one number for each of %" PRId64 " groups, which has no "
                                "variance",
                                gan_shape_text(in, text, sizeof text), groups);
    if (!own->affine)
        return GAN_OK;
    gan_shape shape = GAN_SHAPE(channels);
    gan_status status = gan_layer_declare(build, "weight", shape, channels, channels, layer->weight_initializer);
    if (status != GAN_OK || layer->without_bias)
        return status;
    return gan_layer_declare(build, "bias", shape, channels, channels, layer->bias_initializer);
}

/* [C] as [C, 1, …], which broadcasts over an example of x. */
static gan_var *along_channels(gan_var *channels, const gan_var *x)
{
    gan_shape shape = {.rank = gan_var_rank(x) - 1, .dims = {gan_var_shape(x).dims[1]}};
    for (int axis = 1; axis < shape.rank; axis++)
        shape.dims[axis] = 1;
    return gan_reshape(channels, shape);
}

/* Over [N, groups, what a group has, …]: the axes of x stay, but that of the channels becomes two. */
static gan_var *apply_group_norm(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    const struct group_norm *own = (const struct group_norm *)layer;
    gan_shape shape = gan_var_shape(x), apart = {.rank = shape.rank + 1, .dims = {shape.dims[0]}};
    apart.dims[1] = own->groups > 0 ? own->groups : shape.dims[1];
    apart.dims[2] = shape.dims[1] / apart.dims[1];
    gan_axes axes = {.count = 1, .axis = {2}};
    for (int axis = 2; axis < shape.rank; axis++) {
        apart.dims[axis + 1] = shape.dims[axis];
        axes.axis[axes.count++] = axis + 1;
    }
    gan_var *y = gan_reshape(gan_normalize(gan_reshape(x, apart), axes, NULL, NULL, own->epsilon), shape);
    if (!own->affine)
        return y;
    y = gan_mul(y, along_channels(gan_layer_next_parameter(call), x));
    return layer->without_bias ? y : gan_add(y, along_channels(gan_layer_next_parameter(call), x));
}

static void describe_group_norm(const gan_layer *layer, char *text, size_t size)
{
    const struct group_norm *own = (const struct group_norm *)layer;
    snprintf(text, size, "group_norm(%" PRId64 ")%s", own->groups, layer->without_bias ? ", no bias" : "");
}

static gan_status write_group_norm(const gan_layer *layer, struct gan_json_writer *json)
{
    const struct group_norm *own = (const struct group_norm *)layer;
    gan_json_write_integer(json, "groups", own->groups);
    gan_json_write_float(json, "epsilon", own->epsilon);
    return GAN_OK;
}

static const struct gan_layer_kind group_norm_kind = {.name = "group_norm",
                                                      .has_weight = true,
                                                      .has_bias = true,
                                                      .build = build_group_norm,
                                                      .apply = apply_group_norm,
                                                      .describe = describe_group_norm,
                                                      .write = write_group_norm};

gan_layer *gan_layer_group_norm_with(int64_t groups, float epsilon)
{
    if (groups < 1)
        return gan_layer_refuse("group_norm", "groups is %" PRId64 ", want 1 or more", groups);
    return create(&group_norm_kind, groups, epsilon, true);
}

gan_layer *gan_layer_group_norm(int64_t groups)
{
    return gan_layer_group_norm_with(groups, 1e-5f);
}

/* ---- instances ---- */

static void describe_instance_norm(const gan_layer *layer, char *text, size_t size)
{
    const struct group_norm *own = (const struct group_norm *)layer;
    snprintf(text, size, "instance_norm%s%s", own->affine ? ", affine" : "", layer->without_bias ? ", no bias" : "");
}

static gan_status write_instance_norm(const gan_layer *layer, struct gan_json_writer *json)
{
    const struct group_norm *own = (const struct group_norm *)layer;
    gan_json_write_float(json, "epsilon", own->epsilon);
    gan_json_write_bool(json, "affine", own->affine);
    return GAN_OK;
}

static const struct gan_layer_kind instance_norm_kind = {.name = "instance_norm",
                                                         .build = build_group_norm,
                                                         .apply = apply_group_norm,
                                                         .describe = describe_instance_norm,
                                                         .write = write_instance_norm};
static const struct gan_layer_kind affine_instance_norm_kind = {.name = "instance_norm",
                                                                .has_weight = true,
                                                                .has_bias = true,
                                                                .build = build_group_norm,
                                                                .apply = apply_group_norm,
                                                                .describe = describe_instance_norm,
                                                                .write = write_instance_norm};

gan_layer *gan_layer_instance_norm_with(float epsilon, bool affine)
{
    return create(affine ? &affine_instance_norm_kind : &instance_norm_kind, 0, epsilon, affine);
}

gan_layer *gan_layer_instance_norm(void)
{
    return gan_layer_instance_norm_with(1e-5f, false);
}

/* ---- pixels ---- */

static gan_status build_pixel_norm(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    (void)layer, (void)build;
    *out = in;
    return GAN_OK;
}

static gan_var *apply_pixel_norm(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)call;
    gan_var *squares = gan_mean_keep(gan_square(x), GAN_AXES(1));
    return gan_mul(x, gan_power(gan_shift(squares, ((const struct group_norm *)layer)->epsilon), -0.5f));
}

static gan_status write_pixel_norm(const gan_layer *layer, struct gan_json_writer *json)
{
    gan_json_write_float(json, "epsilon", ((const struct group_norm *)layer)->epsilon);
    return GAN_OK;
}

static const struct gan_layer_kind pixel_norm_kind = {
    .name = "pixel_norm", .build = build_pixel_norm, .apply = apply_pixel_norm, .write = write_pixel_norm};

gan_layer *gan_layer_pixel_norm_with(float epsilon)
{
    return create(&pixel_norm_kind, 0, epsilon, false);
}

gan_layer *gan_layer_pixel_norm(void)
{
    return gan_layer_pixel_norm_with(1e-8f);
}

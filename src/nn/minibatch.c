/* Layers through which a discriminator sees a batch as a whole, and so notices examples that are all alike. */
#include "nn/weight.h"

#include "gan/ops.h"
#include "tape/tape.h"

#include <inttypes.h>
#include <stdio.h>

struct minibatch {
    gan_layer base;
    int64_t count; /* of a group; of kernels */
    int64_t size;  /* of a kernel */
};

static gan_layer *create(const struct gan_layer_kind *kind, int64_t count, int64_t size)
{
    struct minibatch *own = gan_layer_create(kind, sizeof *own);
    if (own == NULL)
        return NULL;
    own->count = count;
    own->size = size;
    return &own->base;
}

/* ---- standard deviation ---- */

/* Keeps the root differentiable where all of a group are equal. */
#define EPSILON 1e-8f

static gan_status build_deviation(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    (void)layer;
    if (in.rank > GAN_MAX_RANK - 2)
        return gan_layer_reject(build, "its input has %d axes, want %d at most", in.rank, GAN_MAX_RANK - 2);
    *out = in;
    out->dims[0]++;
    return GAN_OK;
}

/* [N, C, …] as [group, N/group, C, …] */
static gan_var *in_groups(gan_var *x, int64_t group)
{
    gan_shape shape = gan_var_shape(x), groups = {.rank = shape.rank + 1, .dims = {group, shape.dims[0] / group}};
    for (int i = 1; i < shape.rank; i++)
        groups.dims[i + 1] = shape.dims[i];
    return gan_reshape(x, groups);
}

/* A number for each of M groups, [M], as a channel of each example, [group·M, 1, …]. */
static gan_var *as_channel(gan_var *numbers, int64_t group, gan_shape of_x)
{
    gan_shape flat = {.rank = of_x.rank, .dims = {of_x.dims[0]}}, channel = of_x;
    for (int i = 1; i < flat.rank; i++)
        flat.dims[i] = 1;
    channel.dims[1] = 1;
    return gan_expand(gan_reshape(gan_expand(numbers, GAN_SHAPE(group, of_x.dims[0] / group)), flat), channel);
}

static gan_var *apply_deviation(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    gan_shape shape = gan_var_shape(x);
    int64_t group = ((const struct minibatch *)layer)->count;
    if (group > shape.dims[0])
        group = shape.dims[0];
    if (shape.dims[0] % group != 0)
        return gan_tape_fail(call->tape, GAN_ERROR_INVALID_ARGUMENT,
                             "minibatch_deviation: a batch of %" PRId64 " does not fall into groups of %" PRId64
                             "; give a multiple of the group",
                             shape.dims[0], group);
    gan_axes rest = {.count = 0};
    for (int i = 1; i < shape.rank; i++)
        rest.axis[rest.count++] = i;
    gan_var *deviation = gan_sqrt(gan_shift(gan_variance_over(in_groups(x, group), GAN_AXES(0)), EPSILON));
    gan_var *parts[2] = {x, as_channel(gan_mean_over(deviation, rest), group, shape)};
    return gan_concat(parts, 2, 1);
}

static void describe_deviation(const gan_layer *layer, char *text, size_t size)
{
    snprintf(text, size, "minibatch_deviation(%" PRId64 ")", ((const struct minibatch *)layer)->count);
}

static gan_status write_deviation(const gan_layer *layer, struct gan_json_writer *json)
{
    gan_json_write_integer(json, "group", ((const struct minibatch *)layer)->count);
    return GAN_OK;
}

static const struct gan_layer_kind deviation_kind = {.name = "minibatch_deviation",
                                                     .mixes_examples = true,
                                                     .mixes_always = true,
                                                     .build = build_deviation,
                                                     .apply = apply_deviation,
                                                     .describe = describe_deviation,
                                                     .write = write_deviation};

gan_layer *gan_layer_minibatch_deviation(int64_t group)
{
    if (group < 2 || group > INT32_MAX)
        return gan_layer_refuse("minibatch_deviation", "group is %" PRId64 ", want 2 to %d (4 is usual)", group,
                                INT32_MAX);
    return create(&deviation_kind, group, 0);
}

/* ---- discrimination ---- */

static gan_status build_discrimination(const gan_layer *layer, struct gan_layer_build *build, gan_shape in,
                                       gan_shape *out)
{
    const struct minibatch *own = (const struct minibatch *)layer;
    gan_status status = gan_layer_want_vector(build, in);
    if (status != GAN_OK)
        return status;
    *out = GAN_SHAPE(in.dims[0] + own->count);
    int64_t outputs = own->count * own->size;
    return gan_weight_declare(build,
                              &(struct gan_weight){"weight", GAN_SHAPE(outputs, in.dims[0]), 0, in.dims[0], outputs});
}

static gan_var *apply_discrimination(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    const struct minibatch *own = (const struct minibatch *)layer;
    int64_t n = gan_var_shape(x).dims[0];
    gan_var *m = gan_matmul_transposed(x, false, gan_weight_next(layer, call, 0), true);
    gan_var *here = gan_reshape(m, GAN_SHAPE(n, 1, own->count, own->size));
    gan_var *there = gan_reshape(m, GAN_SHAPE(1, n, own->count, own->size));
    gan_var *distances = gan_sum_over(gan_abs(gan_sub(here, there)), GAN_AXES(3));
    gan_var *parts[2] = {x, gan_sum_over(gan_exp(gan_neg(distances)), GAN_AXES(1))};
    return gan_concat(parts, 2, 1);
}

static void describe_discrimination(const gan_layer *layer, char *text, size_t size)
{
    const struct minibatch *own = (const struct minibatch *)layer;
    snprintf(text, size, "minibatch_discrimination(%" PRId64 ", %" PRId64 ")", own->count, own->size);
}

static gan_status write_discrimination(const gan_layer *layer, struct gan_json_writer *json)
{
    gan_json_write_integer(json, "kernels", ((const struct minibatch *)layer)->count);
    gan_json_write_integer(json, "size", ((const struct minibatch *)layer)->size);
    return GAN_OK;
}

static const struct gan_layer_kind discrimination_kind = {.name = "minibatch_discrimination",
                                                          .has_weight = true,
                                                          .normable = true,
                                                          .mixes_examples = true,
                                                          .mixes_always = true,
                                                          .build = build_discrimination,
                                                          .apply = apply_discrimination,
                                                          .describe = describe_discrimination,
                                                          .write = write_discrimination};

/* So that kernels·size cannot overflow. */
#define MOST 65536

gan_layer *gan_layer_minibatch_discrimination(int64_t kernels, int64_t size)
{
    if (kernels < 1 || kernels > MOST || size < 1 || size > MOST)
        return gan_layer_refuse("minibatch_discrimination",
                                "kernels is %" PRId64 " and size %" PRId64 ", want 1 to %d (100 and 5 are usual)",
                                kernels, size, MOST);
    return create(&discrimination_kind, kernels, size);
}

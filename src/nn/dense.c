/* Layers that multiply by a weight: dense, and maxout over several dense ones. */
#include "nn/dense.h"

#include "gan/ops.h"
#include "nn/weight.h"

#include <inttypes.h>
#include <stdio.h>

struct dense {
    gan_layer base;
    int64_t units;
    int64_t pieces; /* 1 for dense */
};

gan_status gan_dense_declare(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, int64_t units)
{
    gan_status status = gan_layer_want_vector(build, in);
    if (status != GAN_OK)
        return status;
    status = gan_weight_declare(build,
                                &(struct gan_weight){"weight", GAN_SHAPE(units, in.dims[0]), 0, in.dims[0], units});
    if (status != GAN_OK || layer->without_bias)
        return status;
    return gan_layer_declare(build, "bias", GAN_SHAPE(units), in.dims[0], units, layer->bias_initializer);
}

static gan_status build_dense(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    const struct dense *dense = (const struct dense *)layer;
    *out = GAN_SHAPE(dense->units);
    return gan_dense_declare(layer, build, in, dense->units * dense->pieces);
}

gan_var *gan_dense_record(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    gan_var *y = gan_matmul_transposed(x, false, gan_weight_next(layer, call, 0), true);
    return layer->without_bias ? y : gan_add(y, gan_layer_next_parameter(call));
}

static void describe_dense(const gan_layer *layer, char *text, size_t size)
{
    snprintf(text, size, "dense(%" PRId64 ")%s", ((const struct dense *)layer)->units,
             layer->without_bias ? ", no bias" : "");
}

static gan_status write_dense(const gan_layer *layer, struct gan_json_writer *json)
{
    gan_json_write_integer(json, "units", ((const struct dense *)layer)->units);
    return GAN_OK;
}

static const struct gan_layer_kind dense_kind = {.name = "dense",
                                                 .has_weight = true,
                                                 .has_bias = true,
                                                 .normable = true,
                                                 .build = build_dense,
                                                 .apply = gan_dense_record,
                                                 .describe = describe_dense,
                                                 .write = write_dense};

static gan_var *apply_maxout(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    const struct dense *maxout = (const struct dense *)layer;
    gan_var *pieces = gan_dense_record(layer, call, x);
    /* A piece's units side by side: vectors of them are compared, where pieces side by side would be one by one. */
    return gan_max_over(gan_reshape(pieces, GAN_SHAPE(-1, maxout->pieces, maxout->units)), GAN_AXES(1));
}

static void describe_maxout(const gan_layer *layer, char *text, size_t size)
{
    const struct dense *maxout = (const struct dense *)layer;
    snprintf(text, size, "maxout(%" PRId64 ", %" PRId64 ")%s", maxout->units, maxout->pieces,
             layer->without_bias ? ", no bias" : "");
}

static gan_status write_maxout(const gan_layer *layer, struct gan_json_writer *json)
{
    gan_json_write_integer(json, "units", ((const struct dense *)layer)->units);
    gan_json_write_integer(json, "pieces", ((const struct dense *)layer)->pieces);
    return GAN_OK;
}

static const struct gan_layer_kind maxout_kind = {.name = "maxout",
                                                  .has_weight = true,
                                                  .has_bias = true,
                                                  .normable = true,
                                                  .build = build_dense,
                                                  .apply = apply_maxout,
                                                  .describe = describe_maxout,
                                                  .write = write_maxout};

static gan_layer *create(const struct gan_layer_kind *kind, int64_t units, int64_t pieces)
{
    struct dense *dense = gan_layer_create(kind, sizeof *dense);
    if (dense == NULL)
        return NULL;
    dense->units = units;
    dense->pieces = pieces;
    return &dense->base;
}

/* So that units·pieces cannot overflow; whether it fits in memory shows when the input is known. */
#define MOST_UNITS INT32_MAX

gan_layer *gan_layer_dense(int64_t units)
{
    if (units < 1 || units > MOST_UNITS)
        return gan_layer_refuse("dense", "units is %" PRId64 ", want 1 to %d", units, MOST_UNITS);
    return create(&dense_kind, units, 1);
}

gan_layer *gan_layer_maxout(int64_t units, int64_t pieces)
{
    if (units < 1 || units > MOST_UNITS)
        return gan_layer_refuse("maxout", "units is %" PRId64 ", want 1 to %d", units, MOST_UNITS);
    if (pieces < 2 || pieces > MOST_UNITS)
        return gan_layer_refuse("maxout", "pieces is %" PRId64 ", want 2 to %d", pieces, MOST_UNITS);
    return create(&maxout_kind, units, pieces);
}

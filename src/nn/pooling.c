/* Layers that sum images up: maxima and means of windows, and of all. */
#include "nn/layer.h"

#include "gan/ops.h"
#include "ops/windows.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- by windows ---- */

struct pooling {
    gan_layer base;
    gan_pool_options options;
};

static void describe_pooling(const gan_layer *layer, char *text, size_t size)
{
    const gan_pool_options *o = &((const struct pooling *)layer)->options;
    char kernel[64], stride[64], padding[64], dilation[64] = "";
    gan_layer_pair_text(kernel, sizeof kernel, "", o->kernel);
    gan_layer_pair_text(stride, sizeof stride, "stride ", o->stride);
    gan_layer_pair_text(padding, sizeof padding, "padding ", o->padding);
    if (o->dilation[0] != 1 || o->dilation[1] != 1)
        gan_layer_pair_text(dilation, sizeof dilation, ", dilation ", o->dilation);
    snprintf(text, size, "%s(%s, %s, %s%s)%s", layer->kind->name, kernel, stride, padding, dilation,
             o->count_padding ? "" : ", of data");
}

static gan_status write_pooling(const gan_layer *layer, struct gan_json_writer *json)
{
    const gan_pool_options *o = &((const struct pooling *)layer)->options;
    gan_layer_write_pair(json, "kernel", o->kernel);
    gan_layer_write_pair(json, "stride", o->stride);
    gan_layer_write_pair(json, "padding", o->padding);
    gan_layer_write_pair(json, "dilation", o->dilation);
    gan_json_write_bool(json, "count_padding", o->count_padding);
    return GAN_OK;
}

static gan_var *apply_max_pool(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)call;
    return gan_max_pool2d(x, &((const struct pooling *)layer)->options);
}

static gan_var *apply_average_pool(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)call;
    return gan_average_pool2d(x, &((const struct pooling *)layer)->options);
}

static const struct gan_layer_kind max_pool_kind = {.name = "max_pool2d",
                                                    .build = gan_layer_build_by_trial,
                                                    .apply = apply_max_pool,
                                                    .describe = describe_pooling,
                                                    .write = write_pooling};
static const struct gan_layer_kind average_pool_kind = {.name = "average_pool2d",
                                                        .build = gan_layer_build_by_trial,
                                                        .apply = apply_average_pool,
                                                        .describe = describe_pooling,
                                                        .write = write_pooling};

static gan_layer *create(const struct gan_layer_kind *kind, const gan_pool_options *given)
{
    char who[64];
    snprintf(who, sizeof who, "gan_layer_%s", kind->name);
    gan_pool_options options;
    if (gan_pool_options_read(&options, given, who) != GAN_OK)
        return NULL;
    struct pooling *own = gan_layer_create(kind, sizeof *own);
    if (own == NULL)
        return NULL;
    own->options = options;
    return &own->base;
}

static gan_layer *create_square(const struct gan_layer_kind *kind, int64_t kernel, int64_t stride, int64_t padding)
{
    gan_pool_options options;
    gan_pool_options_init(&options, kernel, stride, padding);
    return create(kind, &options);
}

gan_layer *gan_layer_max_pool2d(int64_t kernel, int64_t stride, int64_t padding)
{
    return create_square(&max_pool_kind, kernel, stride, padding);
}

gan_layer *gan_layer_max_pool2d_with(const gan_pool_options *options)
{
    return create(&max_pool_kind, options);
}

gan_layer *gan_layer_average_pool2d(int64_t kernel, int64_t stride, int64_t padding)
{
    return create_square(&average_pool_kind, kernel, stride, padding);
}

gan_layer *gan_layer_average_pool2d_with(const gan_pool_options *options)
{
    return create(&average_pool_kind, options);
}

/* ---- to a given size ---- */

struct adaptive {
    gan_layer base;
    int64_t size[2];
};

static gan_var *apply_adaptive(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)call;
    const int64_t *size = ((const struct adaptive *)layer)->size;
    return gan_adaptive_average_pool2d(x, size[0], size[1]);
}

static void describe_adaptive(const gan_layer *layer, char *text, size_t size)
{
    const int64_t *to = ((const struct adaptive *)layer)->size;
    snprintf(text, size, "adaptive_average_pool2d(%" PRId64 "×%" PRId64 ")", to[0], to[1]);
}

static gan_status write_adaptive(const gan_layer *layer, struct gan_json_writer *json)
{
    gan_layer_write_pair(json, "size", ((const struct adaptive *)layer)->size);
    return GAN_OK;
}

static const struct gan_layer_kind adaptive_kind = {.name = "adaptive_average_pool2d",
                                                    .build = gan_layer_build_by_trial,
                                                    .apply = apply_adaptive,
                                                    .describe = describe_adaptive,
                                                    .write = write_adaptive};

gan_layer *gan_layer_adaptive_average_pool2d(int64_t height, int64_t width)
{
    if (height < 1 || width < 1 || height > INT32_MAX || width > INT32_MAX)
        return gan_layer_refuse("adaptive_average_pool2d", "height is %" PRId64 " and width %" PRId64 ", want 1 to %d",
                                height, width, INT32_MAX);
    struct adaptive *own = gan_layer_create(&adaptive_kind, sizeof *own);
    if (own == NULL)
        return NULL;
    own->size[0] = height;
    own->size[1] = width;
    return &own->base;
}

/* ---- of all ---- */

static gan_status build_global(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    (void)layer;
    char text[128];
    if (in.rank < 2)
        return gan_layer_reject(build, "its input is %s, want channels and places, as [channels, height, width]",
                                gan_shape_text(in, text, sizeof text));
    *out = GAN_SHAPE(in.dims[0]);
    return GAN_OK;
}

static gan_axes places(const gan_var *x)
{
    gan_axes axes = {.count = 0};
    for (int axis = 2; axis < gan_var_rank(x); axis++)
        axes.axis[axes.count++] = axis;
    return axes;
}

static gan_var *apply_global_average(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)layer, (void)call;
    return gan_mean_over(x, places(x));
}

static gan_var *apply_global_sum(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)layer, (void)call;
    return gan_sum_over(x, places(x));
}

static const struct gan_layer_kind global_average_kind = {
    .name = "global_average_pool", .build = build_global, .apply = apply_global_average};
static const struct gan_layer_kind global_sum_kind = {
    .name = "global_sum_pool", .build = build_global, .apply = apply_global_sum};

gan_layer *gan_layer_global_average_pool(void)
{
    return gan_layer_create(&global_average_kind, sizeof(gan_layer));
}

gan_layer *gan_layer_global_sum_pool(void)
{
    return gan_layer_create(&global_sum_kind, sizeof(gan_layer));
}

/* ONNX operators of layers that make images larger or smaller. */
#include "nn/onnx_maps.h"

#include "base/memory.h"
#include "nn/onnx_parts.h"
#include "ops/resample.h"

/* ---- maps ---- */

static const char *matrix(struct gan_onnx_call *call, const char *suffix, struct gan_onnx_map map)
{
    float *numbers = gan_alloc_zero((size_t)(map.in * map.out), sizeof *numbers);
    if (numbers == NULL)
        return NULL;
    for (int64_t y = 0; y < map.out; y++)
        map.fill(&map, numbers + y * map.in, y);
    const char *made = gan_onnx_constants(call, suffix, GAN_SHAPE(map.out, map.in), numbers);
    gan_free(numbers);
    return made;
}

/* rows·x·columnsᵀ */
const char *gan_onnx_map_axes(struct gan_onnx_call *call, const char *x, const struct gan_onnx_map *map)
{
    struct gan_onnx_map axis[2] = {*map, *map};
    const char *made[2];
    static const char *const names[] = {"rows", "columns"};
    for (int i = 0; i < 2; i++) {
        axis[i].axis = i;
        axis[i].in = call->in.dims[i + 1];
        axis[i].out = call->out.dims[i + 1];
        made[i] = matrix(call, names[i], axis[i]);
    }
    const int64_t order[] = {1, 0};
    const char *turned = gan_onnx_add(call, "Transpose", "columns_turned", made[1], NULL, NULL);
    if (turned == NULL || made[0] == NULL)
        return NULL;
    gan_onnx_attribute_integers(call->onnx, "perm", order, 2);
    return gan_onnx_add(call, "MatMul", "", made[0], gan_onnx_add(call, "MatMul", "across", x, turned, NULL), NULL);
}

/* ---- resizing ---- */

static const char *resize(struct gan_onnx_call *call, const char *x, const char *scales, const char *sizes,
                          bool nearest)
{
    const char *y = gan_onnx_add_many(call, "Resize", "", (const char *const[]){x, "", scales, sizes, NULL});
    if (y == NULL)
        return NULL;
    gan_onnx_attribute_text(call->onnx, "mode", nearest ? "nearest" : "linear");
    gan_onnx_attribute_text(call->onnx, "coordinate_transformation_mode", nearest ? "asymmetric" : "half_pixel");
    gan_onnx_attribute_text(call->onnx, "nearest_mode", "floor");
    return y;
}

const char *gan_onnx_upsample(struct gan_onnx_call *call, const char *x)
{
    const float factor = (float)gan_onnx_whole_option(call, "factor"), scales[] = {1, 1, factor, factor};
    const char *by = gan_onnx_constants(call, "scales", GAN_SHAPE(4), scales);
    return by != NULL ? resize(call, x, by, NULL, gan_onnx_has_mode(call, "nearest")) : NULL;
}

/* Rows (or columns) ⌊y·in/out⌋, by whole numbers: an operator with a scale would round on its own. */
static const char *pick(struct gan_onnx_call *call, const char *suffix, const char *x, int axis)
{
    int64_t in = call->in.dims[axis + 1], out = call->out.dims[axis + 1];
    int64_t *places = gan_alloc((size_t)out * sizeof *places);
    if (places == NULL)
        return NULL;
    for (int64_t y = 0; y < out; y++)
        places[y] = y * in / out;
    const char *taken = gan_onnx_whole_numbers(call, axis == 0 ? "rows" : "columns", places, (size_t)out);
    gan_free(places);
    const char *y = taken != NULL ? gan_onnx_add(call, "Gather", suffix, x, taken, NULL) : NULL;
    if (y != NULL)
        gan_onnx_attribute_integer(call->onnx, "axis", axis + 2);
    return y;
}

/* What x has of batch and channels, before the new height and width. */
static const char *new_sizes(struct gan_onnx_call *call, const char *x)
{
    const char *kept = gan_onnx_add(call, "Shape", "kept", x, NULL, NULL);
    if (kept == NULL)
        return NULL;
    gan_onnx_attribute_integer(call->onnx, "start", 0);
    gan_onnx_attribute_integer(call->onnx, "end", 2);
    const char *parts[] = {kept, gan_onnx_whole_numbers(call, "image", call->out.dims + 1, 2), NULL};
    const char *sizes = gan_onnx_add_many(call, "Concat", "sizes", parts);
    if (sizes != NULL)
        gan_onnx_attribute_integer(call->onnx, "axis", 0);
    return sizes;
}

const char *gan_onnx_resize(struct gan_onnx_call *call, const char *x)
{
    if (gan_onnx_has_mode(call, "nearest"))
        return pick(call, "", pick(call, "picked", x, 0), 1);
    const char *sizes = new_sizes(call, x);
    return sizes != NULL ? resize(call, x, "", sizes, false) : NULL;
}

/* ---- blurring: see gan_blur2d ---- */

struct blur {
    int64_t taps, up, down;
    int64_t before; /* zeros before the first input */
    float filter[GAN_MOST_FILTER_TAPS];
};

static struct blur blur_of(const struct gan_onnx_call *call)
{
    struct blur blur = {.taps = gan_onnx_whole_option(call, "taps"),
                        .up = gan_onnx_whole_option(call, "up"),
                        .down = gan_onnx_whole_option(call, "down")};
    double filter[GAN_MOST_FILTER_TAPS] = {(double)blur.up};
    for (int64_t row = 1; row < blur.taps; row++)
        for (int64_t k = row; k >= 0; k--)
            filter[k] = 0.5 * (filter[k] + (k > 0 ? filter[k - 1] : 0));
    for (int64_t k = 0; k < blur.taps; k++)
        blur.filter[k] = (float)filter[k];
    int64_t around = blur.taps + blur.up - blur.down;
    blur.before = around >= 0 ? around / 2 : -((1 - around) / 2);
    return blur;
}

static void fill_blur(const struct gan_onnx_map *map, float *row, int64_t y)
{
    const struct blur *blur = map->context;
    for (int64_t k = 0; k < blur->taps; k++) {
        int64_t at = y * blur->down - blur->before + k;
        if (at >= 0 && at % blur->up == 0 && at / blur->up < map->in)
            row[at / blur->up] += blur->filter[k];
    }
}

/* The padding with which a (transposed) convolution is the blur along both axes; false if there is none. */
static bool blur_pads(const struct gan_onnx_call *call, const struct blur *blur, int64_t pads[4])
{
    if (blur->up > 1 && blur->down > 1)
        return false;
    for (int axis = 0; axis < 2; axis++) {
        int64_t in = call->in.dims[axis + 1], out = call->out.dims[axis + 1];
        pads[axis] = blur->up > 1 ? blur->taps - 1 - blur->before : blur->before;
        pads[axis + 2] = blur->up > 1 ? (in - 1) * blur->up + blur->taps - out - pads[axis]
                                      : (out - 1) * blur->down + blur->taps - in - pads[axis];
        if (pads[axis] < 0 || pads[axis + 2] < 0)
            return false;
    }
    return true;
}

/* The same square of numbers for each channel. */
static const char *blur_weight(struct gan_onnx_call *call, const struct blur *blur)
{
    int64_t channels = call->in.dims[0], taps = blur->taps;
    float *weight = gan_alloc((size_t)(channels * taps * taps) * sizeof *weight);
    if (weight == NULL)
        return NULL;
    for (int64_t i = 0; i < channels * taps * taps; i++)
        weight[i] = blur->filter[i / taps % taps] * blur->filter[i % taps];
    const char *made = gan_onnx_constants(call, "filter", GAN_SHAPE(channels, 1, taps, taps), weight);
    gan_free(weight);
    return made;
}

const char *gan_onnx_blur(struct gan_onnx_call *call, const char *x)
{
    struct blur blur = blur_of(call);
    int64_t pads[4], stride = blur.up > 1 ? blur.up : blur.down;
    if (!blur_pads(call, &blur, pads))
        return gan_onnx_map_axes(call, x, &(struct gan_onnx_map){.fill = fill_blur, .context = &blur});
    const char *weight = blur_weight(call, &blur);
    const char *y = weight != NULL ? gan_onnx_add(call, blur.up > 1 ? "ConvTranspose" : "Conv", "", x, weight, NULL)
                                   : NULL;
    if (y == NULL)
        return NULL;
    gan_onnx_attribute_integers(call->onnx, "kernel_shape", (const int64_t[]){blur.taps, blur.taps}, 2);
    gan_onnx_attribute_integers(call->onnx, "strides", (const int64_t[]){stride, stride}, 2);
    gan_onnx_attribute_integers(call->onnx, "pads", pads, 4);
    gan_onnx_attribute_integer(call->onnx, "group", call->in.dims[0]);
    return y;
}

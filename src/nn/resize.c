/* Layers that give images another size: resizing, blurring, padding, and pixels from channels. */
#include "nn/layer_source.h"

#include "gan/ops.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MOST_NUMBERS = 4 };

/* Numbers that a kind knows by names, and perhaps a mode: all that such a layer was told. */
struct resize {
    gan_layer base;
    int64_t number[MOST_NUMBERS];
    int mode;
};

static const char *const resize_modes[] = {[GAN_RESIZE_NEAREST] = "nearest", [GAN_RESIZE_BILINEAR] = "bilinear", NULL};
static const char *const pad_modes[] = {
    [GAN_PAD_ZERO] = "zero", [GAN_PAD_REFLECT] = "reflect", [GAN_PAD_REPLICATE] = "replicate", NULL};

static const struct row {
    const char *kind;
    const char *names[MOST_NUMBERS + 1];
    int64_t least, most; /* what each number may be */
    const char *const *modes;
} rows[] = {
    {"upsample", {"factor"}, 1, INT16_MAX, resize_modes},
    {"resize", {"height", "width"}, 1, INT32_MAX, resize_modes},
    {"blur", {"taps", "up", "down"}, 1, INT16_MAX, NULL},
    {"pad2d", {"top", "bottom", "left", "right"}, 0, INT16_MAX, pad_modes},
    {"pixel_shuffle", {"factor"}, 1, INT16_MAX, NULL},
    {"pixel_unshuffle", {"factor"}, 1, INT16_MAX, NULL},
};
enum { KINDS = sizeof rows / sizeof rows[0] };

static const struct row *row_of(const char *kind)
{
    int i = 0;
    while (i < KINDS - 1 && strcmp(rows[i].kind, kind) != 0)
        i++;
    assert(strcmp(rows[i].kind, kind) == 0);
    return &rows[i];
}

/* ---- what they do ---- */

static gan_var *apply_upsample(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)call;
    const struct resize *own = (const struct resize *)layer;
    gan_shape shape = gan_var_shape(x);
    if (shape.dims[2] > INT32_MAX || shape.dims[3] > INT32_MAX) /* to be refused, without overflow */
        return gan_resize2d(x, shape.dims[2], shape.dims[3], (gan_resize_mode)own->mode);
    return gan_resize2d(x, shape.dims[2] * own->number[0], shape.dims[3] * own->number[0], (gan_resize_mode)own->mode);
}

static gan_var *apply_resize(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)call;
    const struct resize *own = (const struct resize *)layer;
    return gan_resize2d(x, own->number[0], own->number[1], (gan_resize_mode)own->mode);
}

static gan_var *apply_blur(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)call;
    const int64_t *number = ((const struct resize *)layer)->number;
    return gan_blur2d(x, (int)number[0], (int)number[1], (int)number[2]);
}

static gan_var *apply_pad(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)call;
    const struct resize *own = (const struct resize *)layer;
    return gan_pad2d(x, own->number[0], own->number[1], own->number[2], own->number[3], (gan_pad_mode)own->mode);
}

static gan_var *apply_shuffle(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)call;
    return gan_pixel_shuffle(x, (int)((const struct resize *)layer)->number[0]);
}

static gan_var *apply_unshuffle(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    (void)call;
    return gan_pixel_unshuffle(x, (int)((const struct resize *)layer)->number[0]);
}

/* ---- words ---- */

static void describe(const gan_layer *layer, char *text, size_t size)
{
    const struct resize *own = (const struct resize *)layer;
    const struct row *row = row_of(layer->kind->name);
    char numbers[128] = "";
    for (int i = 0; row->names[i] != NULL; i++)
        snprintf(numbers + strlen(numbers), sizeof numbers - strlen(numbers), "%s%" PRId64, i > 0 ? ", " : "",
                 own->number[i]);
    snprintf(text, size, "%s(%s%s%s)", row->kind, numbers, row->modes != NULL ? ", " : "",
             row->modes != NULL ? row->modes[own->mode] : "");
}

static gan_status write(const gan_layer *layer, struct gan_json_writer *json)
{
    const struct resize *own = (const struct resize *)layer;
    const struct row *row = row_of(layer->kind->name);
    for (int i = 0; row->names[i] != NULL; i++)
        gan_json_write_integer(json, row->names[i], own->number[i]);
    if (row->modes != NULL)
        gan_json_write_text(json, "mode", row->modes[own->mode]);
    return GAN_OK;
}

#define KIND(name_, apply_)                                                                                            \
    static const struct gan_layer_kind name_##_kind = {                                                                \
        .name = #name_, .build = gan_layer_build_by_trial, .apply = apply_, .describe = describe, .write = write};
KIND(upsample, apply_upsample)
KIND(resize, apply_resize)
KIND(blur, apply_blur)
KIND(pad2d, apply_pad)
KIND(pixel_shuffle, apply_shuffle)
KIND(pixel_unshuffle, apply_unshuffle)

static const struct gan_layer_kind *const kinds[KINDS] = {&upsample_kind, &resize_kind,        &blur_kind,
                                                          &pad2d_kind,    &pixel_shuffle_kind, &pixel_unshuffle_kind};

/* ---- making them ---- */

static gan_layer *create(const struct gan_layer_kind *kind, const int64_t number[MOST_NUMBERS], int mode)
{
    const struct row *row = row_of(kind->name);
    int modes = 0;
    for (int i = 0; row->names[i] != NULL; i++)
        if (number[i] < row->least || number[i] > row->most)
            return gan_layer_refuse(kind->name, "%s is %" PRId64 ", want %" PRId64 " to %" PRId64, row->names[i],
                                    number[i], row->least, row->most);
    while (row->modes != NULL && row->modes[modes] != NULL)
        modes++;
    if (row->modes != NULL && (mode < 0 || mode >= modes))
        return gan_layer_refuse(kind->name, "mode is %d, which is none (\"%s\" is 0)", mode, row->modes[0]);
    struct resize *own = gan_layer_create(kind, sizeof *own);
    if (own == NULL)
        return NULL;
    memcpy(own->number, number, sizeof own->number);
    own->mode = mode;
    return &own->base;
}

gan_layer *gan_read_resize(const struct gan_layer_source *source)
{
    const struct row *row = row_of(source->kind);
    int64_t number[MOST_NUMBERS] = {0};
    int mode = 0;
    for (int i = 0; row->names[i] != NULL; i++)
        if (!gan_source_integer(source, row->names[i], &number[i]))
            return NULL;
    if (row->modes != NULL && !gan_source_choice(source, "mode", row->modes, &mode))
        return NULL;
    return create(kinds[row - rows], number, mode);
}

gan_layer *gan_layer_upsample(int factor, gan_resize_mode mode)
{
    return create(&upsample_kind, (int64_t[MOST_NUMBERS]){factor}, (int)mode);
}

gan_layer *gan_layer_resize(int64_t height, int64_t width, gan_resize_mode mode)
{
    return create(&resize_kind, (int64_t[MOST_NUMBERS]){height, width}, (int)mode);
}

gan_layer *gan_layer_blur(int taps, int up, int down)
{
    return create(&blur_kind, (int64_t[MOST_NUMBERS]){taps, up, down}, 0);
}

gan_layer *gan_layer_pad2d(int64_t top, int64_t bottom, int64_t left, int64_t right, gan_pad_mode mode)
{
    return create(&pad2d_kind, (int64_t[MOST_NUMBERS]){top, bottom, left, right}, (int)mode);
}

gan_layer *gan_layer_pixel_shuffle(int factor)
{
    return create(&pixel_shuffle_kind, (int64_t[MOST_NUMBERS]){factor}, 0);
}

gan_layer *gan_layer_pixel_unshuffle(int factor)
{
    return create(&pixel_unshuffle_kind, (int64_t[MOST_NUMBERS]){factor}, 0);
}

/* Images of another size: resizing, blurring with a change of size, padding, and pixels from channels. */
#include "resample.h"
#include "table.h"

#include "base/status.h"
#include "tensor/tensor.h"

#include <inttypes.h>

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- resizing ---- */

static int64_t taps_of_nearest(const struct gan_resample_rule *rule, int axis, int64_t size, int64_t y,
                               struct gan_tap *taps)
{
    *taps = (struct gan_tap){.input = y * size / rule->outputs[axis], .weight = 1};
    return 1;
}

/* Positions are those of pixels' centres: output y looks at input (y + ½)·size/outputs − ½, held at the first. */
static int64_t taps_of_bilinear(const struct gan_resample_rule *rule, int axis, int64_t size, int64_t y,
                                struct gan_tap *taps)
{
    double at = ((double)y + 0.5) * (double)size / (double)rule->outputs[axis] - 0.5;
    at = at < 0 ? 0 : at;
    int64_t low = smaller((int64_t)at, size - 1), high = smaller(low + 1, size - 1);
    double share = at - (double)low;
    if (low == high) {
        *taps = (struct gan_tap){.input = low, .weight = 1};
        return 1;
    }
    taps[0] = (struct gan_tap){.input = low, .weight = (float)(1 - share)};
    taps[1] = (struct gan_tap){.input = high, .weight = (float)share};
    return share > 0 ? 2 : 1;
}

gan_var *gan_resize2d(gan_var *x, int64_t height, int64_t width, gan_resize_mode mode)
{
    static const char who[] = "resize2d";
    if (!gan_check_images(who, x) || !gan_check_image_size(who, x, height, width))
        return NULL;
    if (mode != GAN_RESIZE_NEAREST && mode != GAN_RESIZE_BILINEAR)
        return gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                             "%s: mode is %d, want GAN_RESIZE_NEAREST or GAN_RESIZE_BILINEAR", who, (int)mode);
    bool nearest = mode == GAN_RESIZE_NEAREST;
    struct gan_resample_rule rule = {.who = who,
                                     .outputs = {height, width},
                                     .most = {nearest ? 1 : 2, nearest ? 1 : 2},
                                     .taps_of = nearest ? taps_of_nearest : taps_of_bilinear};
    return gan_resample_images(x, &rule);
}

/* ---- blurring ---- */

/* Zeros stand between the inputs (up − 1 of them) and around; of the blurred ones every down-th is kept. */
static int64_t taps_of_blur(const struct gan_resample_rule *rule, int axis, int64_t size, int64_t y,
                            struct gan_tap *taps)
{
    int64_t count = 0;
    for (int64_t k = 0; k < rule->filter_taps; k++) {
        int64_t at = y * rule->down - rule->before[axis] + k;
        if (at >= 0 && at % rule->up == 0 && at / rule->up < size)
            taps[count++] = (struct gan_tap){.input = at / rule->up, .weight = (float)rule->filter[k]};
    }
    return count;
}

gan_var *gan_blur2d(gan_var *x, int taps, int up, int down)
{
    static const char who[] = "blur2d";
    if (!gan_check_images(who, x))
        return NULL;
    if (taps < 1 || taps > GAN_MOST_FILTER_TAPS || up < 1 || down < 1 || up > INT16_MAX || down > INT16_MAX)
        return gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                             "%s: taps is %d, up %d, down %d, want 1 to %d, 1 to %d, 1 to %d", who, taps, up, down,
                             GAN_MOST_FILTER_TAPS, INT16_MAX, INT16_MAX);
    struct gan_resample_rule rule = {.who = who, .taps_of = taps_of_blur, .up = up, .down = down, .filter_taps = taps};
    rule.filter[0] = up;                 /* what the zeros between take away */
    for (int row = 1; row < taps; row++) /* Pascal's triangle, each row halved */
        for (int k = row; k >= 0; k--)
            rule.filter[k] = 0.5 * (rule.filter[k] + (k > 0 ? rule.filter[k - 1] : 0));
    for (int axis = 0; axis < 2; axis++) {
        rule.outputs[axis] = x->shape.dims[axis + 2] * up / down;
        rule.most[axis] = taps;
        int64_t around = taps + up - down;
        rule.before[axis] = around >= 0 ? around / 2 : -((1 - around) / 2);
    }
    if (!gan_check_image_size(who, x, rule.outputs[0], rule.outputs[1]))
        return NULL;
    return gan_resample_images(x, &rule);
}

/* ---- padding ---- */

static int64_t taps_of_replicated(const struct gan_resample_rule *rule, int axis, int64_t size, int64_t y,
                                  struct gan_tap *taps)
{
    int64_t at = y - rule->before[axis];
    *taps = (struct gan_tap){.input = at < 0 ? 0 : smaller(at, size - 1), .weight = 1};
    return 1;
}

static int64_t taps_of_reflected(const struct gan_resample_rule *rule, int axis, int64_t size, int64_t y,
                                 struct gan_tap *taps)
{
    int64_t at = y - rule->before[axis];
    *taps = (struct gan_tap){.input = at < 0 ? -at : at < size ? at : 2 * (size - 1) - at, .weight = 1};
    return 1;
}

static bool check_padding(const char *who, gan_var *x, const int64_t before[2], const int64_t after[2],
                          gan_pad_mode mode)
{
    static const char *const axes[2] = {"height", "width"};
    if (mode != GAN_PAD_ZERO && mode != GAN_PAD_REFLECT && mode != GAN_PAD_REPLICATE) {
        gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                      "%s: mode is %d, want GAN_PAD_ZERO, GAN_PAD_REFLECT or GAN_PAD_REPLICATE", who, (int)mode);
        return false;
    }
    for (int axis = 0; axis < 2; axis++) {
        int64_t most = mode == GAN_PAD_REFLECT ? x->shape.dims[axis + 2] - 1 : INT16_MAX;
        if (before[axis] >= 0 && after[axis] >= 0 && before[axis] <= most && after[axis] <= most)
            continue;
        gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                      "%s: along the %s %" PRId64 " before and %" PRId64 " after, want 0 to %" PRId64 "%s", who,
                      axes[axis], before[axis], after[axis], most,
                      mode == GAN_PAD_REFLECT ? ": a reflection has no more to show" : "");
        return false;
    }
    return true;
}

gan_var *gan_pad2d(gan_var *x, int64_t top, int64_t bottom, int64_t left, int64_t right, gan_pad_mode mode)
{
    static const char who[] = "pad2d";
    const int64_t before[2] = {top, left}, after[2] = {bottom, right};
    if (!gan_check_images(who, x) || !check_padding(who, x, before, after, mode))
        return NULL;
    if (mode == GAN_PAD_ZERO)
        return gan_pad(gan_pad(x, 2, top, bottom), 3, left, right);
    struct gan_resample_rule rule = {
        .who = who, .taps_of = mode == GAN_PAD_REFLECT ? taps_of_reflected : taps_of_replicated, .most = {1, 1}};
    for (int axis = 0; axis < 2; axis++) {
        rule.before[axis] = before[axis];
        rule.outputs[axis] = before[axis] + x->shape.dims[axis + 2] + after[axis];
    }
    if (!gan_check_image_size(who, x, rule.outputs[0], rule.outputs[1]))
        return NULL;
    return gan_resample_images(x, &rule);
}

/* ---- pixels from channels, and back ---- */

static gan_var *refuse_factor(const char *who, gan_var *x, int factor, const char *wanted)
{
    char text[128];
    return gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                         "%s: x is %s and factor %d, want a factor of 1 or more %s", who,
                         gan_shape_text(x->shape, text, sizeof text), factor, wanted);
}

gan_var *gan_pixel_shuffle(gan_var *x, int factor)
{
    static const char who[] = "pixel_shuffle";
    if (!gan_check_images(who, x))
        return NULL;
    int64_t r = factor, n = x->shape.dims[0], c = x->shape.dims[1], h = x->shape.dims[2], w = x->shape.dims[3];
    if (r < 1 || c % (r * r) != 0)
        return refuse_factor(who, x, factor, "whose square divides the channels");
    gan_var *parts = gan_reshape(x, GAN_SHAPE(n, c / (r * r), r, r, h, w));
    return gan_reshape(gan_permute(parts, GAN_AXES(0, 1, 4, 2, 5, 3)), GAN_SHAPE(n, c / (r * r), h * r, w * r));
}

gan_var *gan_pixel_unshuffle(gan_var *x, int factor)
{
    static const char who[] = "pixel_unshuffle";
    if (!gan_check_images(who, x))
        return NULL;
    int64_t r = factor, n = x->shape.dims[0], c = x->shape.dims[1], h = x->shape.dims[2], w = x->shape.dims[3];
    if (r < 1 || h % r != 0 || w % r != 0)
        return refuse_factor(who, x, factor, "that divides height and width");
    gan_var *parts = gan_reshape(x, GAN_SHAPE(n, c, h / r, r, w / r, r));
    return gan_reshape(gan_permute(parts, GAN_AXES(0, 1, 3, 5, 2, 4)), GAN_SHAPE(n, c * r * r, h / r, w / r));
}

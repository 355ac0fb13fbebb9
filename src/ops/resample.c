/*
 * Resampling: along height or width, each position of the result is a weighted sum of positions of the input, the same
 * for all examples and channels. Its derivative is the transposed map, so the op is closed.
 */
#include "resample.h"
#include "table.h"

#include "base/memory.h"
#include "base/status.h"
#include "tensor/tensor.h"

#include <inttypes.h>

/* ---- checks ---- */

bool gan_check_images(const char *who, gan_var *x)
{
    char text[128];
    if (!gan_check_vars(who, &x, 1))
        return false;
    if (x->shape.rank == 4 && x->shape.dims[2] <= INT32_MAX && x->shape.dims[3] <= INT32_MAX)
        return true;
    gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                  "%s: x is %s, want images [N, C, H, W] of at most %d rows and columns", who,
                  gan_shape_text(x->shape, text, sizeof text), INT32_MAX);
    return false;
}

bool gan_check_image_size(const char *who, gan_var *x, int64_t height, int64_t width)
{
    if (height >= 1 && width >= 1 && height <= INT32_MAX && width <= INT32_MAX)
        return true;
    gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                  "%s: the result has height %" PRId64 " and width %" PRId64 ", want 1 to %d", who, height, width,
                  INT32_MAX);
    return false;
}

/* ---- the op ---- */

/* Takes the resampling over, also on failure. */
static gan_var *resample(gan_var *x, int axis, struct gan_resampling *resampling, bool transposed)
{
    gan_var *y = NULL;
    if (gan_check_vars("resample", &x, 1)) {
        gan_shape shape = x->shape;
        shape.dims[axis] = gan_resampling_weights(resampling, transposed)->outputs;
        struct gan_attributes attributes = {.axis = axis, .resampling = resampling, .transposed = transposed};
        y = gan_shape_check(shape, "resample") == GAN_OK
                ? gan_tape_append(x->tape, &gan_ops[GAN_OP_resample], GAN_FLOAT32, shape, &x, 1, &attributes)
                : gan_tape_take_error(x->tape);
    }
    if (y == NULL)
        gan_resampling_unref(resampling);
    return y;
}

gan_var *gan_vjp_resample(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    const struct gan_attributes *attributes = &node->attributes;
    return resample(gradient, attributes->axis, gan_resampling_ref(attributes->resampling), !attributes->transposed);
}

/* ---- by a rule ---- */

static bool changes_nothing(const struct gan_tap *taps, int64_t count, int64_t inputs, int64_t outputs)
{
    bool same = inputs == outputs && count == inputs;
    for (int64_t i = 0; i < count && same; i++)
        same = taps[i].input == i && taps[i].output == i && taps[i].weight == 1;
    return same;
}

static gan_var *resample_axis(gan_var *x, const struct gan_resample_rule *rule, int axis)
{
    int64_t inputs = x->shape.dims[axis + 2], outputs = rule->outputs[axis], count = 0;
    if (outputs > GAN_MOST_TABLE_TAPS / rule->most[axis])
        return gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                             "%s: a side of %" PRId64 " that looks at up to %" PRId64
                             " positions each is too long; the two may multiply to %d",
                             rule->who, outputs, rule->most[axis], GAN_MOST_TABLE_TAPS);
    struct gan_tap *taps = gan_alloc_zero((size_t)outputs, (size_t)rule->most[axis] * sizeof *taps);
    if (taps == NULL)
        return gan_tape_take_error(x->tape);
    for (int64_t y = 0; y < outputs; y++) {
        int64_t more = rule->taps_of(rule, axis, inputs, y, taps + count);
        for (int64_t i = count; i < count + more; i++)
            taps[i].output = y;
        count += more;
    }
    bool nothing = changes_nothing(taps, count, inputs, outputs);
    struct gan_resampling *resampling = nothing ? NULL : gan_resampling_new(inputs, outputs, taps, count);
    gan_free(taps);
    if (nothing)
        return x;
    return resampling != NULL ? resample(x, axis + 2, resampling, false) : gan_tape_take_error(x->tape);
}

gan_var *gan_resample_images(gan_var *x, const struct gan_resample_rule *rule)
{
    gan_shape shape = GAN_SHAPE(x->shape.dims[0], x->shape.dims[1], rule->outputs[0], rule->outputs[1]);
    if (gan_shape_check(shape, rule->who) != GAN_OK) /* before there are tables for it */
        return gan_tape_take_error(x->tape);
    x = resample_axis(x, rule, 0);
    return x != NULL ? resample_axis(x, rule, 1) : NULL;
}

/* Ops that move numbers without changing them. Their derivatives are one another: expand and sum, slice and pad. */
#include "ops.h"
#include "table.h"

#include "base/memory.h"
#include "base/status.h"
#include "tensor/tensor.h"

#include <string.h>

/* ---- expand and sum_to ---- */

gan_var *gan_expand(gan_var *x, gan_shape shape)
{
    if (!gan_check_vars("expand", &x, 1))
        return NULL;
    if (gan_shape_equal(x->shape, shape))
        return x;
    gan_shape both;
    if (gan_shape_check(shape, "gan_expand") != GAN_OK)
        return gan_tape_take_error(x->tape);
    if (!gan_broadcast_shape(x->shape, shape, &both) || !gan_shape_equal(both, shape)) {
        char from[128], to[128];
        return gan_tape_fail(
            x->tape, GAN_ERROR_INVALID_ARGUMENT,
            "expand: shape %s does not repeat up to %s; aligned at the right, sizes must be equal or 1",
            gan_shape_text(x->shape, from, sizeof from), gan_shape_text(shape, to, sizeof to));
    }
    return gan_tape_append(x->tape, &gan_ops[GAN_OP_expand], GAN_FLOAT32, shape, &x, 1, NULL);
}

gan_var *gan_vjp_expand(gan_var *node, gan_var *gradient, int index)
{
    return gan_sum_to(gradient, node->input[index]->shape);
}

gan_var *gan_sum_to(gan_var *x, gan_shape shape)
{
    if (!gan_check_vars("sum_to", &x, 1))
        return NULL;
    if (gan_shape_equal(x->shape, shape))
        return x;
    gan_shape both;
    if (gan_shape_check(shape, "gan_sum_to") != GAN_OK)
        return gan_tape_take_error(x->tape);
    if (!gan_broadcast_shape(x->shape, shape, &both) || !gan_shape_equal(both, x->shape)) {
        char from[128], to[128];
        return gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT, "sum_to: %s is not an expansion of %s",
                             gan_shape_text(x->shape, from, sizeof from), gan_shape_text(shape, to, sizeof to));
    }
    gan_axes axes = {0, {0}};
    int missing = x->shape.rank - shape.rank;
    for (int axis = 0; axis < x->shape.rank; axis++)
        if (axis < missing || (shape.dims[axis - missing] == 1 && x->shape.dims[axis] != 1))
            axes.axis[axes.count++] = axis;
    return gan_reshape(gan_sum_keep(x, axes), shape);
}

/* ---- reshape and permute ---- */

gan_var *gan_reshape(gan_var *x, gan_shape shape)
{
    if (!gan_check_vars("reshape", &x, 1))
        return NULL;
    char from[128], to[128];
    gan_shape_text(shape, to, sizeof to);
    if (shape.rank < 0 || shape.rank > GAN_MAX_RANK || !gan_shape_complete(&shape, gan_shape_size(x->shape)))
        return gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                             "reshape: %s cannot become %s; the numbers of elements must agree (one size may be -1)",
                             gan_shape_text(x->shape, from, sizeof from), to);
    if (gan_shape_equal(x->shape, shape))
        return x;
    return gan_tape_append(x->tape, &gan_ops[GAN_OP_reshape], GAN_FLOAT32, shape, &x, 1, NULL);
}

gan_var *gan_vjp_reshape(gan_var *node, gan_var *gradient, int index)
{
    return gan_reshape(gradient, node->input[index]->shape);
}

gan_var *gan_permute(gan_var *x, gan_axes order)
{
    if (!gan_check_vars("permute", &x, 1))
        return NULL;
    uint32_t bits = 0;
    if (order.count != x->shape.rank)
        return gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT, "permute: order has %d axes, but the var has %d",
                             order.count, x->shape.rank);
    if (!gan_check_axes("permute", x, order, &bits))
        return NULL;
    struct gan_attributes attributes = {0};
    gan_shape shape = {x->shape.rank, {0}};
    bool same = true;
    for (int axis = 0; axis < shape.rank; axis++) {
        attributes.order[axis] = gan_check_axis("permute", x, order.axis[axis]);
        shape.dims[axis] = x->shape.dims[attributes.order[axis]];
        same = same && attributes.order[axis] == axis;
    }
    if (same)
        return x;
    return gan_tape_append(x->tape, &gan_ops[GAN_OP_permute], GAN_FLOAT32, shape, &x, 1, &attributes);
}

gan_var *gan_vjp_permute(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    gan_axes inverse = {node->shape.rank, {0}};
    for (int axis = 0; axis < inverse.count; axis++)
        inverse.axis[node->attributes.order[axis]] = axis;
    return gan_permute(gradient, inverse);
}

gan_var *gan_transpose(gan_var *x, int axis_a, int axis_b)
{
    if (!gan_check_vars("transpose", &x, 1))
        return NULL;
    int a = gan_check_axis("transpose", x, axis_a), b = gan_check_axis("transpose", x, axis_b);
    if (a < 0 || b < 0)
        return NULL;
    gan_axes order = {x->shape.rank, {0}};
    for (int axis = 0; axis < order.count; axis++)
        order.axis[axis] = axis == a ? b : axis == b ? a : axis;
    return gan_permute(x, order);
}

/* ---- slice and pad ---- */

gan_var *gan_slice(gan_var *x, int axis, int64_t begin, int64_t end)
{
    if (!gan_check_vars("slice", &x, 1))
        return NULL;
    axis = gan_check_axis("slice", x, axis);
    if (axis < 0)
        return NULL;
    int64_t size = x->shape.dims[axis];
    int64_t from = begin < 0 ? begin + size : begin, to = end < 0 ? end + size : end;
    if (from < 0 || to > size || from >= to)
        return gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                             "slice: %lld … %lld is not a range within axis %d of size %lld", (long long)begin,
                             (long long)end, axis, (long long)size);
    if (from == 0 && to == size)
        return x;
    struct gan_attributes attributes = {.axis = axis, .begin = from, .end = to};
    gan_shape shape = x->shape;
    shape.dims[axis] = to - from;
    return gan_tape_append(x->tape, &gan_ops[GAN_OP_slice], GAN_FLOAT32, shape, &x, 1, &attributes);
}

gan_var *gan_vjp_slice(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    const struct gan_attributes *slice = &node->attributes;
    return gan_pad(gradient, slice->axis, slice->begin, node->input[0]->shape.dims[slice->axis] - slice->end);
}

gan_var *gan_pad(gan_var *x, int axis, int64_t before, int64_t after)
{
    if (!gan_check_vars("pad", &x, 1))
        return NULL;
    axis = gan_check_axis("pad", x, axis);
    if (axis < 0)
        return NULL;
    if (before < 0 || after < 0)
        return gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                             "pad: %lld before and %lld after; neither may be negative", (long long)before,
                             (long long)after);
    if (before == 0 && after == 0)
        return x;
    gan_shape shape = x->shape;
    if (before > INT32_MAX || after > INT32_MAX)
        return gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT, "pad: %lld before and %lld after are too many",
                             (long long)before, (long long)after);
    shape.dims[axis] += before + after;
    if (gan_shape_check(shape, "gan_pad") != GAN_OK)
        return gan_tape_take_error(x->tape);
    struct gan_attributes attributes = {.axis = axis, .begin = before, .end = after};
    return gan_tape_append(x->tape, &gan_ops[GAN_OP_pad], GAN_FLOAT32, shape, &x, 1, &attributes);
}

gan_var *gan_vjp_pad(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    const struct gan_attributes *pad = &node->attributes;
    return gan_slice(gradient, pad->axis, pad->begin, node->shape.dims[pad->axis] - pad->end);
}

/* ---- concat and pack ---- */

/* The shape of the vars one after another; false, and the tape's error, if they have none. */
static bool joined_shape(gan_var *const *xs, int count, int axis, gan_shape *shape)
{
    *shape = xs[0]->shape;
    for (int i = 1; i < count; i++) {
        gan_shape other = xs[i]->shape;
        if (other.rank == shape->rank)
            other.dims[axis] = shape->dims[axis];
        if (!gan_shape_equal(other, *shape)) {
            char first[128], bad[128];
            gan_tape_fail(xs[0]->tape, GAN_ERROR_INVALID_ARGUMENT,
                          "concat: var %d has shape %s, var 1 %s; only axis %d may differ", i + 1,
                          gan_shape_text(xs[i]->shape, bad, sizeof bad),
                          gan_shape_text(xs[0]->shape, first, sizeof first), axis);
            return false;
        }
        shape->dims[axis] += xs[i]->shape.dims[axis];
        if (gan_shape_check(*shape, "gan_concat") != GAN_OK) { /* each time: a sum of many may wrap */
            gan_tape_take_error(xs[0]->tape);
            return false;
        }
    }
    return true;
}

gan_var *gan_concat(gan_var *const *xs, int count, int axis)
{
    if (count < 1 || xs == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "concat: %d vars; it takes at least one", count);
    if (!gan_check_vars("concat", xs, count))
        return NULL;
    axis = gan_check_axis("concat", xs[0], axis);
    if (axis < 0)
        return NULL;
    gan_shape shape;
    if (!joined_shape(xs, count, axis, &shape))
        return NULL;
    if (count == 1)
        return xs[0];
    struct gan_attributes attributes = {.axis = axis};
    return gan_tape_append(xs[0]->tape, &gan_ops[GAN_OP_concat], GAN_FLOAT32, shape, xs, count, &attributes);
}

gan_var *gan_vjp_concat(gan_var *node, gan_var *gradient, int index)
{
    int axis = node->attributes.axis;
    int64_t begin = 0;
    for (int i = 0; i < index; i++)
        begin += node->input[i]->shape.dims[axis];
    return gan_slice(gradient, axis, begin, begin + node->input[index]->shape.dims[axis]);
}

gan_var *gan_pack(gan_var *const *xs, const int64_t *offsets, int count, int64_t size)
{
    if (!gan_check_vars("pack", xs, count))
        return NULL;
    gan_tape *tape = xs[0]->tape;
    struct gan_attributes attributes = {.offsets = gan_alloc_zero((size_t)count, sizeof *offsets)};
    if (attributes.offsets == NULL)
        return gan_tape_take_error(tape);
    memcpy(attributes.offsets, offsets, (size_t)count * sizeof *offsets);
    gan_var *var = gan_tape_append(tape, &gan_ops[GAN_OP_pack], GAN_FLOAT32, GAN_SHAPE(size), xs, count, &attributes);
    if (var == NULL)
        gan_free(attributes.offsets);
    return var;
}

gan_var *gan_vjp_pack(gan_var *node, gan_var *gradient, int index)
{
    int64_t begin = node->attributes.offsets[index];
    gan_shape shape = node->input[index]->shape;
    return gan_reshape(gan_slice(gradient, 0, begin, begin + gan_shape_size(shape)), shape);
}

/* Arithmetic, element by element. Numbers known while recording are folded in, so that what gan_grad records stays
 * short. */
#include "table.h"

#include "base/status.h"

gan_var *gan_scale(gan_var *x, float factor)
{
    float value;
    if (!gan_check_vars("scale", &x, 1))
        return NULL;
    if (factor == 1.0f)
        return x;
    if (gan_var_is_constant(x, &value))
        return gan_tape_known(x->tape, x->shape, value * factor);
    return gan_record_unary(GAN_OP_scale, x, factor, 0);
}

gan_var *gan_vjp_scale(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    return gan_scale(gradient, node->attributes.p);
}

gan_var *gan_shift(gan_var *x, float offset)
{
    if (!gan_check_vars("shift", &x, 1))
        return NULL;
    return offset == 0.0f ? x : gan_record_unary(GAN_OP_shift, x, offset, 0);
}

gan_var *gan_vjp_shift(gan_var *node, gan_var *gradient, int index)
{
    (void)node, (void)index;
    return gradient;
}

gan_var *gan_neg(gan_var *x)
{
    return gan_scale(x, -1.0f);
}

/* True if `constant` is a number known now and the result has the other's shape. */
static bool folds(gan_var *constant, gan_var *other, float *value)
{
    gan_shape shape;
    return constant != NULL && other != NULL && constant->tape == other->tape && constant->dtype == GAN_FLOAT32 &&
           other->dtype == GAN_FLOAT32 && gan_var_is_constant(constant, value) &&
           gan_broadcast_shape(constant->shape, other->shape, &shape) && gan_shape_equal(shape, other->shape);
}

gan_var *gan_add(gan_var *a, gan_var *b)
{
    float value;
    if (folds(a, b, &value))
        return gan_shift(b, value);
    if (folds(b, a, &value))
        return gan_shift(a, value);
    return gan_record_binary(GAN_OP_add, a, b);
}

gan_var *gan_vjp_add(gan_var *node, gan_var *gradient, int index)
{
    (void)node, (void)index;
    return gradient;
}

gan_var *gan_sub(gan_var *a, gan_var *b)
{
    float value;
    if (folds(b, a, &value))
        return gan_shift(a, -value);
    return gan_record_binary(GAN_OP_sub, a, b);
}

gan_var *gan_vjp_sub(gan_var *node, gan_var *gradient, int index)
{
    (void)node;
    return index == 0 ? gradient : gan_neg(gradient);
}

gan_var *gan_mul(gan_var *a, gan_var *b)
{
    float value;
    if (folds(a, b, &value))
        return gan_scale(b, value);
    if (folds(b, a, &value))
        return gan_scale(a, value);
    return gan_record_binary(GAN_OP_mul, a, b);
}

gan_var *gan_vjp_mul(gan_var *node, gan_var *gradient, int index)
{
    return gan_mul(gradient, node->input[1 - index]);
}

gan_var *gan_div(gan_var *a, gan_var *b)
{
    return gan_record_binary(GAN_OP_div, a, b);
}

/* d(a/b) = da/b − (a/b)·db/b */
gan_var *gan_vjp_div(gan_var *node, gan_var *gradient, int index)
{
    gan_var *quotient = gan_div(gradient, node->input[1]);
    return index == 0 ? quotient : gan_neg(gan_mul(quotient, node));
}

/* 1 where a wins, ½ at a tie */
static gan_var *share_of_larger(gan_var *a, gan_var *b)
{
    return gan_scale(gan_add(gan_record_binary(GAN_OP_greater, a, b), gan_record_binary(GAN_OP_greater_equal, a, b)),
                     0.5f);
}

gan_var *gan_maximum(gan_var *a, gan_var *b)
{
    return gan_record_binary(GAN_OP_maximum, a, b);
}

gan_var *gan_vjp_maximum(gan_var *node, gan_var *gradient, int index)
{
    return gan_mul(gradient, share_of_larger(node->input[index], node->input[1 - index]));
}

gan_var *gan_minimum(gan_var *a, gan_var *b)
{
    return gan_record_binary(GAN_OP_minimum, a, b);
}

gan_var *gan_vjp_minimum(gan_var *node, gan_var *gradient, int index)
{
    return gan_mul(gradient, share_of_larger(node->input[1 - index], node->input[index]));
}

gan_var *gan_greater(gan_var *a, gan_var *b)
{
    return gan_record_binary(GAN_OP_greater, a, b);
}

gan_var *gan_greater_equal(gan_var *a, gan_var *b)
{
    return gan_record_binary(GAN_OP_greater_equal, a, b);
}

gan_var *gan_less(gan_var *a, gan_var *b)
{
    return gan_record_binary(GAN_OP_greater, b, a);
}

gan_var *gan_less_equal(gan_var *a, gan_var *b)
{
    return gan_record_binary(GAN_OP_greater_equal, b, a);
}

gan_var *gan_equal(gan_var *a, gan_var *b)
{
    return gan_record_binary(GAN_OP_equal, a, b);
}

gan_var *gan_select(gan_var *mask, gan_var *a, gan_var *b)
{
    gan_var *inputs[3] = {mask, a, b};
    if (!gan_check_vars("select", inputs, 3))
        return NULL;
    gan_shape shape;
    if (!gan_broadcast_shape(a->shape, b->shape, &shape) || !gan_broadcast_shape(shape, mask->shape, &shape)) {
        char of_mask[128], of_a[128], of_b[128];
        return gan_tape_fail(a->tape, GAN_ERROR_INVALID_ARGUMENT, "select: shapes %s, %s and %s cannot be broadcast",
                             gan_shape_text(mask->shape, of_mask, sizeof of_mask),
                             gan_shape_text(a->shape, of_a, sizeof of_a), gan_shape_text(b->shape, of_b, sizeof of_b));
    }
    for (int i = 0; i < 3; i++)
        inputs[i] = gan_expand(inputs[i], shape);
    if (inputs[0] == NULL || inputs[1] == NULL || inputs[2] == NULL)
        return NULL;
    return gan_tape_append(a->tape, &gan_ops[GAN_OP_select], GAN_FLOAT32, shape, inputs, 3, NULL);
}

gan_var *gan_vjp_select(gan_var *node, gan_var *gradient, int index)
{
    if (index == 0)
        return NULL;
    gan_var *zero = gan_tape_known(node->tape, node->shape, 0.0f);
    return index == 1 ? gan_select(node->input[0], gradient, zero) : gan_select(node->input[0], zero, gradient);
}

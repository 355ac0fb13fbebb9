/* Activations. Where the derivative can be told from the result, it is: then the argument need not be kept. */
#include "table.h"

#include "base/status.h"

#include <math.h>

gan_var *gan_sigmoid(gan_var *x)
{
    return gan_record_unary(GAN_OP_sigmoid, x, 0, 0);
}

/* y·(1 − y) */
gan_var *gan_vjp_sigmoid(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    return gan_mul(gradient, gan_mul(node, gan_shift(gan_neg(node), 1.0f)));
}

gan_var *gan_tanh(gan_var *x)
{
    return gan_record_unary(GAN_OP_tanh, x, 0, 0);
}

/* 1 − y² */
gan_var *gan_vjp_tanh(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    return gan_mul(gradient, gan_shift(gan_neg(gan_square(node)), 1.0f));
}

gan_var *gan_softplus(gan_var *x)
{
    return gan_record_unary(GAN_OP_softplus, x, 0, 0);
}

gan_var *gan_vjp_softplus(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    return gan_mul(gradient, gan_sigmoid(node->input[0]));
}

/* 1 for x > 0, else slope: a step has no derivative of its own */
static gan_var *step(gan_var *x, float slope)
{
    return gan_record_unary(GAN_OP_leaky_step, x, slope, 0);
}

gan_var *gan_relu(gan_var *x)
{
    return gan_record_unary(GAN_OP_relu, x, 0, 0);
}

gan_var *gan_vjp_relu(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    return gan_mul(gradient, step(node, 0.0f));
}

gan_var *gan_leaky_relu(gan_var *x, float slope)
{
    if (x != NULL && !(slope >= 0.0f && slope <= 1.0f))
        return gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT, "leaky_relu: slope is %g; it must lie in [0, 1]",
                             (double)slope);
    return slope == 0.0f ? gan_relu(x) : gan_record_unary(GAN_OP_leaky_relu, x, slope, 0);
}

gan_var *gan_vjp_leaky_relu(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    return gan_mul(gradient, step(node, node->attributes.p));
}

gan_var *gan_elu(gan_var *x, float alpha)
{
    if (!gan_check_vars("elu", &x, 1))
        return NULL;
    /* e^min(x, 0) cannot overflow where it is not chosen; clip's derivative at 0 is 1, so elu's there is alpha */
    gan_var *below = gan_scale(gan_shift(gan_exp(gan_clip(x, -INFINITY, 0.0f)), -1.0f), alpha);
    return gan_select(gan_greater(x, gan_tape_constant(x->tape, GAN_SCALAR, 0.0f)), x, below);
}

gan_var *gan_gelu(gan_var *x)
{
    /* Φ(x) = (1 + erf(x/√2))/2 */
    return gan_mul(gan_scale(x, 0.5f), gan_shift(gan_erf(gan_scale(x, 0.70710678118654752f)), 1.0f));
}

gan_var *gan_silu(gan_var *x)
{
    return gan_mul(x, gan_sigmoid(x));
}

/* Functions of one number, element by element, each beside its derivative. */
#include "table.h"

#include "base/status.h"

gan_var *gan_power(gan_var *x, float exponent)
{
    if (!gan_check_vars("power", &x, 1))
        return NULL;
    if (exponent == 1.0f)
        return x;
    return exponent == 2.0f ? gan_square(x) : gan_record_unary(GAN_OP_power, x, exponent, 0);
}

/* p·x^(p−1) */
gan_var *gan_vjp_power(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    float p = node->attributes.p;
    if (p == 0.0f)
        return NULL;
    return gan_mul(gradient, gan_scale(gan_power(node->input[0], p - 1.0f), p));
}

gan_var *gan_square(gan_var *x)
{
    return gan_record_unary(GAN_OP_square, x, 0, 0);
}

/* 2x */
gan_var *gan_vjp_square(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    return gan_scale(gan_mul(gradient, node->input[0]), 2.0f);
}

gan_var *gan_sqrt(gan_var *x)
{
    return gan_record_unary(GAN_OP_sqrt, x, 0, 0);
}

/* 1/(2√x) */
gan_var *gan_vjp_sqrt(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    return gan_div(gan_scale(gradient, 0.5f), node);
}

gan_var *gan_exp(gan_var *x)
{
    return gan_record_unary(GAN_OP_exp, x, 0, 0);
}

gan_var *gan_vjp_exp(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    return gan_mul(gradient, node);
}

gan_var *gan_log(gan_var *x)
{
    return gan_record_unary(GAN_OP_log, x, 0, 0);
}

gan_var *gan_vjp_log(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    return gan_div(gradient, node->input[0]);
}

gan_var *gan_sin(gan_var *x)
{
    return gan_record_unary(GAN_OP_sin, x, 0, 0);
}

gan_var *gan_vjp_sin(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    return gan_mul(gradient, gan_cos(node->input[0]));
}

gan_var *gan_cos(gan_var *x)
{
    return gan_record_unary(GAN_OP_cos, x, 0, 0);
}

gan_var *gan_vjp_cos(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    return gan_neg(gan_mul(gradient, gan_sin(node->input[0])));
}

gan_var *gan_abs(gan_var *x)
{
    return gan_record_unary(GAN_OP_abs, x, 0, 0);
}

gan_var *gan_vjp_abs(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    return gan_mul(gradient, gan_sign(node->input[0]));
}

gan_var *gan_sign(gan_var *x)
{
    return gan_record_unary(GAN_OP_sign, x, 0, 0);
}

gan_var *gan_clip(gan_var *x, float low, float high)
{
    if (x != NULL && !(low <= high))
        return gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                             "clip: low is %g and high is %g; low must not be above", (double)low, (double)high);
    return gan_record_unary(GAN_OP_clip, x, low, high);
}

/* 1 within [low, high] */
gan_var *gan_vjp_clip(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    return gan_mul(gradient, gan_record_unary(GAN_OP_inside, node->input[0], node->attributes.p, node->attributes.q));
}

gan_var *gan_erf(gan_var *x)
{
    return gan_record_unary(GAN_OP_erf, x, 0, 0);
}

/* 2/√π·e^(−x²) */
gan_var *gan_vjp_erf(gan_var *node, gan_var *gradient, int index)
{
    (void)index;
    gan_var *bell = gan_exp(gan_neg(gan_square(node->input[0])));
    return gan_mul(gradient, gan_scale(bell, 1.12837916709551257f));
}

gan_var *gan_stop_gradient(gan_var *x)
{
    return gan_record_unary(GAN_OP_stop_gradient, x, 0, 0);
}

/* The regularisers, a row each. */
#include "train/losses.h"

#include "gan/ops.h"
#include "tape/tape.h"

gan_var *gan_penalty_r1(gan_var *logits, gan_var *x)
{
    gan_tape *tape = gan_var_tape(logits != NULL ? logits : x);
    if (logits == NULL || x == NULL) /* if an op before failed, the tape keeps that error */
        return gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "gan_penalty_r1: %s is NULL",
                             logits == NULL ? "logits" : "x");
    gan_shape of_logits = gan_var_shape(logits), of_x = gan_var_shape(x);
    if (of_logits.rank < 1 || of_x.rank < 1 || of_logits.dims[0] != of_x.dims[0] ||
        gan_shape_size(of_logits) != of_x.dims[0]) {
        char a[128], b[128];
        return gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT,
                             "gan_penalty_r1: logits is %s and x %s, want one logit for each of x's examples: [N, 1] "
                             "and [N, …]",
                             gan_shape_text(of_logits, a, sizeof a), gan_shape_text(of_x, b, sizeof b));
    }
    /* Each logit depends on its own example alone, so the gradient of their sum holds every example's own. */
    gan_var *gradient = gan_grad(logits, x);
    return gan_scale(gan_sum(gan_square(gradient)), 0.5f / (float)of_x.dims[0]);
}

static gan_var *r1(const struct gan_regularizer_view *view)
{
    return gan_penalty_r1(view->real, view->real_input);
}

const struct gan_regularizer_row gan_regularizers[GAN_REGULARIZERS] = {
    [GAN_REGULARIZER_R1] = {"R1", "r1_weight", true, r1},
};

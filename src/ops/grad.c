/*
 * gan_grad: reverse-mode differentiation. It walks the tape backward from y and has each node's op record how the
 * derivative passes to its inputs; what it records are ordinary nodes, so they can be differentiated in turn.
 */
#include "gan/ops.h"

#include "base/memory.h"
#include "base/status.h"
#include "table.h"

/* Marks the nodes up to y that depend on one of the xs through a differentiable path. */
static void mark_dependents(const gan_tape *tape, const gan_var *y, gan_var *const *xs, int count, bool *depends)
{
    for (int i = 0; i < count; i++)
        depends[xs[i]->id] = true;
    for (int id = 0; id <= y->id; id++) {
        const gan_var *var = gan_tape_at(tape, id);
        if (var->op->vjp == NULL || var->dtype != GAN_FLOAT32)
            continue;
        for (int i = 0; i < var->inputs && !depends[id]; i++)
            depends[id] = depends[var->input[i]->id];
    }
}

static bool record_backward(gan_var *y, const bool *depends, gan_var **gradient)
{
    gan_tape *tape = y->tape;
    for (int id = y->id; id >= 0; id--) {
        gan_var *var = gan_tape_at(tape, id);
        if (gradient[id] == NULL || !depends[id] || var->op->vjp == NULL)
            continue;
        for (int i = 0; i < var->inputs; i++) {
            gan_var *input = var->input[i];
            if (!depends[input->id])
                continue;
            gan_var *part = var->op->vjp(var, gradient[id], i);
            if (gan_tape_status(tape) != GAN_OK)
                return false;
            if (part != NULL)
                gradient[input->id] = gradient[input->id] == NULL ? part : gan_add(gradient[input->id], part);
        }
    }
    return gan_tape_status(tape) == GAN_OK;
}

static gan_status check_arguments(gan_var *y, gan_var *const *xs, int count, gan_var *const *gradients)
{
    if (y == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_grads: y is NULL");
    gan_tape *tape = y->tape;
    if (gan_tape_status(tape) != GAN_OK)
        return gan_fail_again(gan_tape_status(tape), gan_tape_message(tape));
    if (count < 0)
        gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "gan_grads: count is %d, want 0 or more", count);
    else if (count > 0 && (xs == NULL || gradients == NULL))
        gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "gan_grads: %s is NULL", xs == NULL ? "xs" : "gradients");
    if (gan_tape_status(tape) != GAN_OK)
        return gan_tape_status(tape);
    if (y->dtype != GAN_FLOAT32)
        gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "gan_grads: y is %s; only float32 has derivatives",
                      gan_dtype_name(y->dtype));
    for (int i = 0; i < count; i++) {
        if (xs[i] == NULL)
            gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "gan_grads: x %d is NULL", i);
        else if (xs[i]->tape != tape)
            gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "gan_grads: x %d is on another tape than y", i);
        else if (xs[i]->dtype != GAN_FLOAT32)
            gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "gan_grads: x %d is %s; only float32 has derivatives", i,
                          gan_dtype_name(xs[i]->dtype));
    }
    return gan_tape_status(tape);
}

/* The var that the caller gets: one that he may differentiate by, so not a constant that would be folded. */
static gan_var *handed_out(gan_var *gradient, const gan_var *x)
{
    float value = 0.0f;
    if (gradient != NULL && !gan_var_is_constant(gradient, &value))
        return gradient;
    return gan_tape_constant(x->tape, x->shape, value);
}

gan_status gan_grads(gan_var *y, gan_var *const *xs, int count, gan_var **gradients)
{
    for (int i = 0; i < count && gradients != NULL; i++)
        gradients[i] = NULL;
    gan_status status = check_arguments(y, xs, count, gradients);
    if (status != GAN_OK)
        return status;
    gan_tape *tape = y->tape;
    size_t length = (size_t)gan_tape_length(tape);
    bool *depends = gan_alloc_zero(length, sizeof *depends);
    gan_var **gradient = gan_alloc_zero(length, sizeof *gradient);
    if (depends != NULL && gradient != NULL) {
        mark_dependents(tape, y, xs, count, depends);
        gradient[y->id] = gan_tape_known(tape, y->shape, 1.0f);
        if (gradient[y->id] != NULL && record_backward(y, depends, gradient))
            for (int i = 0; i < count; i++)
                gradients[i] = handed_out(gradient[xs[i]->id], xs[i]);
    } else {
        gan_tape_take_error(tape);
    }
    gan_free(depends);
    gan_free(gradient);
    return gan_tape_status(tape);
}

gan_var *gan_grad(gan_var *y, gan_var *x)
{
    if (y == NULL || x == NULL)
        return gan_tape_fail(gan_var_tape(y != NULL ? y : x), GAN_ERROR_INVALID_ARGUMENT, "gan_grad: %s is NULL",
                             y == NULL ? "y" : "x");
    gan_var *gradient = NULL;
    gan_grads(y, &x, 1, &gradient);
    return gradient;
}

/* A layer of the caller's own ops. */
#include "nn/layer.h"

#include "base/status.h"
#include "tape/tape.h"

#include <inttypes.h>

struct function {
    gan_layer base;
    gan_layer_callback *callback;
    void *context;
    void (*release)(void *context);
};

/* Calls back on a tape of its own, with a batch of 2, to see what shape comes out. */
static gan_status build_function(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    const struct function *own = (const struct function *)layer;
    gan_tape *tape = gan_tape_new();
    if (tape == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_var *x = gan_tape_input(tape, gan_shape_of_batch(2, in));
    gan_var *y = x != NULL ? own->callback(own->context, x) : NULL;
    gan_shape shape = gan_var_shape(y);
    gan_status status = GAN_OK;
    char text[128];
    if (gan_tape_status(tape) != GAN_OK)
        status = gan_fail(gan_tape_status(tape), "gan_model_add: layer %s (function): the callback's ops failed: %s",
                          build->path, gan_tape_message(tape));
    else if (y == NULL)
        status = gan_layer_reject(build, "the callback returned NULL");
    else if (gan_var_tape(y) != tape)
        status = gan_layer_reject(build, "the callback returned a var of another tape than its argument's");
    else if (shape.rank < 2 || shape.dims[0] != 2)
        status = gan_layer_reject(build, "for a batch of 2 the callback returned the shape %s, want [2, …]",
                                  gan_shape_text(shape, text, sizeof text));
    else
        *out = gan_shape_of_one(shape);
    gan_tape_unref(tape);
    return status;
}

static gan_var *apply_function(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    const struct function *own = (const struct function *)layer;
    gan_var *y = own->callback(own->context, x);
    if (y == NULL && gan_tape_status(call->tape) == GAN_OK)
        return gan_tape_fail(call->tape, GAN_ERROR_INVALID_ARGUMENT, "gan_layer_function: the callback returned NULL");
    if (y != NULL && gan_var_tape(y) != call->tape)
        return gan_tape_fail(call->tape, GAN_ERROR_INVALID_ARGUMENT,
                             "gan_layer_function: the callback returned a var of another tape than its argument's");
    return y;
}

static void release_function(gan_layer *layer)
{
    struct function *own = (struct function *)layer;
    if (own->release != NULL)
        own->release(own->context);
}

static const struct gan_layer_kind function_kind = {.name = "function",
                                                    .may_mix_examples = true,
                                                    .build = build_function,
                                                    .apply = apply_function,
                                                    .release = release_function};

gan_layer *gan_layer_function(gan_layer_callback *callback, void *context, void (*release)(void *context))
{
    if (callback == NULL)
        return gan_layer_refuse("function", "callback is NULL");
    struct function *own = gan_layer_create(&function_kind, sizeof *own);
    if (own == NULL)
        return NULL;
    own->callback = callback;
    own->context = context;
    own->release = release;
    return &own->base;
}

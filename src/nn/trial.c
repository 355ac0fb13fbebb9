/* Layers without parameters that leave shapes to their ops: what an op makes of a trial's shape is the layer's. */
#include "nn/layer.h"

#include "base/status.h"

gan_status gan_layer_build_by_trial(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    char text[128];
    if (in.rank != 3)
        return gan_layer_reject(build, "its input is %s, want [channels, height, width]",
                                gan_shape_text(in, text, sizeof text));
    gan_tape *tape = gan_tape_new();
    if (tape == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    struct gan_layer_call call = {.tape = tape};
    gan_var *y = layer->kind->apply(layer, &call, gan_tape_input(tape, gan_shape_of_batch(1, in)));
    gan_status status = gan_tape_status(tape);
    if (y != NULL)
        *out = gan_shape_of_one(gan_var_shape(y));
    else if (status == GAN_ERROR_INVALID_ARGUMENT)
        status = gan_layer_reject(build, "%s", gan_tape_message(tape));
    gan_tape_unref(tape);
    return status;
}

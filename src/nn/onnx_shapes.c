/* ONNX operators of layers that arrange an example's numbers in another way, or put others beside them. */
#include "nn/onnx_parts.h"

const char *gan_onnx_flatten(struct gan_onnx_call *call, const char *x)
{
    const char *y = gan_onnx_add(call, "Flatten", "", x, NULL, NULL);
    if (y != NULL)
        gan_onnx_attribute_integer(call->onnx, "axis", 1);
    return y;
}

const char *gan_onnx_reshape(struct gan_onnx_call *call, const char *x)
{
    return gan_onnx_shaped(call, "", x, call->out);
}

/* Other numbers than libgan's, from the same distribution: [batch, size] is said by the batch of x and by the size. */
const char *gan_onnx_concat_noise(struct gan_onnx_call *call, const char *x)
{
    int64_t size = call->out.dims[0] - call->in.dims[0];
    const char *batch = gan_onnx_add(call, "Shape", "batch", x, NULL, NULL);
    if (batch == NULL)
        return NULL;
    gan_onnx_attribute_integer(call->onnx, "start", 0);
    gan_onnx_attribute_integer(call->onnx, "end", 1);
    const char *sizes[] = {batch, gan_onnx_whole_numbers(call, "size", &size, 1), NULL};
    const char *shape = gan_onnx_add_many(call, "Concat", "shape", sizes);
    if (shape == NULL)
        return NULL;
    gan_onnx_attribute_integer(call->onnx, "axis", 0);
    const char *zeros = gan_onnx_add(call, "Expand", "zeros", gan_onnx_constant(call, "zero", 0), shape, NULL);
    const char *noise = gan_onnx_add(call, "RandomNormalLike", "noise", zeros, NULL, NULL);
    return gan_onnx_concat(call, "", (const char *const[]){x, noise, NULL});
}

/* ---- images ---- */

const char *gan_onnx_pad(struct gan_onnx_call *call, const char *x)
{
    const int64_t sides[] = {0, 0, gan_onnx_whole_option(call, "top"),    gan_onnx_whole_option(call, "left"),
                             0, 0, gan_onnx_whole_option(call, "bottom"), gan_onnx_whole_option(call, "right")};
    const char *mode = gan_onnx_has_mode(call, "zero")      ? "constant"
                       : gan_onnx_has_mode(call, "reflect") ? "reflect"
                                                            : "edge";
    const char *y = gan_onnx_add(call, "Pad", "", x, gan_onnx_whole_numbers(call, "sides", sides, 8), NULL);
    if (y != NULL)
        gan_onnx_attribute_text(call->onnx, "mode", mode);
    return y;
}

/* Column, row, depth: the order of the channels in which PyTorch's has them. */
const char *gan_onnx_pixel_shuffle(struct gan_onnx_call *call, const char *x)
{
    const char *y = gan_onnx_add(call, "DepthToSpace", "", x, NULL, NULL);
    if (y == NULL)
        return NULL;
    gan_onnx_attribute_integer(call->onnx, "blocksize", gan_onnx_whole_option(call, "factor"));
    gan_onnx_attribute_text(call->onnx, "mode", "CRD");
    return y;
}

/* SpaceToDepth has the channels in the other order only. */
const char *gan_onnx_pixel_unshuffle(struct gan_onnx_call *call, const char *x)
{
    const int64_t order[] = {0, 1, 3, 5, 2, 4};
    int64_t factor = gan_onnx_whole_option(call, "factor");
    gan_shape apart = GAN_SHAPE(call->in.dims[0], call->out.dims[1], factor, call->out.dims[2], factor);
    const char *turned = gan_onnx_add(call, "Transpose", "turned", gan_onnx_shaped(call, "parts", x, apart), NULL,
                                      NULL);
    if (turned == NULL)
        return NULL;
    gan_onnx_attribute_integers(call->onnx, "perm", order, 6);
    return gan_onnx_shaped(call, "", turned, call->out);
}

/* Layers as ONNX operators: one function for each kind that has some, in a table (onnx_layers.c). */
#ifndef GAN_SRC_NN_ONNX_LAYERS_H
#define GAN_SRC_NN_ONNX_LAYERS_H

#include "io/json.h"
#include "io/onnx.h"
#include "nn/model.h"

/* While a model is exported: hands out parameters and state in the order in which the layers declared them. */
struct gan_onnx_call {
    struct gan_onnx *onnx;
    const struct gan_slots *parameters, *state;
    size_t next_parameter, next_state;
    const char *path;            /* of the layer in hand: what its names begin with */
    const struct gan_json *json; /* what the layer was told, as in a model's file (nn/layer_file.h) */
    const char *who;             /* for messages */
    gan_status status;           /* an error that is not want of memory */
};

/*
 * Adds the operators of the layer that `json` describes, in inference, to the graph. Returns the name of what comes
 * out; NULL after an error: GAN_ERROR_UNSUPPORTED for a kind that has no operators.
 */
const char *gan_onnx_layer(struct gan_onnx_call *call, const struct gan_json *json, const char *path, const char *x);

#endif

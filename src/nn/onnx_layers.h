/* Layers as ONNX operators: a function for each kind that has some, in a table (onnx_layers.c). */
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
    const char *labels; /* the input's name; NULL where the model takes none */
    const gan_labels *about_labels;
    const gan_layer *layer;      /* the one in hand */
    const char *path;            /* of it: what its names begin with */
    const struct gan_json *json; /* what it was told, as in a model's file (nn/layer_file.h) */
    gan_shape in, out;           /* of it, both of one example */
    const char *who;             /* for messages */
    gan_status status;           /* an error that is not want of memory */
};

/*
 * Adds the operators of the layer, which `json` describes, in inference, to the graph. `x` is the name of what goes in,
 * shaped by call->in. Returns the name of what comes out, and leaves call->out its shape; NULL after an error:
 * GAN_ERROR_UNSUPPORTED for a kind that has no operators.
 */
const char *gan_onnx_layer(struct gan_onnx_call *call, const gan_layer *layer, const struct gan_json *json,
                           const char *path, const char *x);

/* What a row of the table is: adds the operators of call->layer; NULL after an error. */
typedef const char *gan_onnx_adder(struct gan_onnx_call *call, const char *x);

/* onnx_products.c */
gan_onnx_adder gan_onnx_dense, gan_onnx_maxout, gan_onnx_conv, gan_onnx_conv_transpose, gan_onnx_basis, gan_onnx_bias,
    gan_onnx_self_attention;
/* onnx_norms.c */
gan_onnx_adder gan_onnx_batch_norm, gan_onnx_layer_norm, gan_onnx_group_norm, gan_onnx_instance_norm,
    gan_onnx_pixel_norm;
/* onnx_activations.c: and what else goes number by number */
gan_onnx_adder gan_onnx_relu, gan_onnx_leaky_relu, gan_onnx_elu, gan_onnx_gelu, gan_onnx_silu, gan_onnx_sigmoid,
    gan_onnx_tanh, gan_onnx_softplus, gan_onnx_softmax, gan_onnx_scale_shift, gan_onnx_nothing;
/* onnx_shapes.c */
gan_onnx_adder gan_onnx_flatten, gan_onnx_reshape, gan_onnx_concat_noise, gan_onnx_pixel_shuffle,
    gan_onnx_pixel_unshuffle, gan_onnx_pad;
/* onnx_pooling.c */
gan_onnx_adder gan_onnx_max_pool, gan_onnx_average_pool, gan_onnx_adaptive_pool, gan_onnx_global_average,
    gan_onnx_global_sum;
/* onnx_resize.c */
gan_onnx_adder gan_onnx_upsample, gan_onnx_resize, gan_onnx_blur;
/* onnx_labels.c */
gan_onnx_adder gan_onnx_concat_label, gan_onnx_conditional_batch_norm, gan_onnx_projection;
/* onnx_minibatch.c */
gan_onnx_adder gan_onnx_minibatch_deviation, gan_onnx_minibatch_discrimination;

#endif

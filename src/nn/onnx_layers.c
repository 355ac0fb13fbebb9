#include "nn/onnx_layers.h"

#include "base/memory.h"
#include "base/status.h"
#include "nn/onnx_parts.h"

#include <stdio.h>
#include <string.h>

/* ---- layers of layers ---- */

/* The index-th layer within the one in hand, named by what it was named or else by `place`; call->out is left as its
 * output's shape. */
static const char *inner(struct gan_onnx_call *call, int index, const char *place, const char *x, gan_shape in)
{
    struct gan_onnx_call outer = *call;
    const gan_layer *child = call->layer->kind->child(call->layer, index);
    const struct gan_json *json = gan_json_item(gan_json_get(call->json, "layers"), (size_t)index);
    char *path = gan_format("%s.%s", call->path, child->name != NULL ? child->name : place);
    call->in = in;
    const char *y = path != NULL ? gan_onnx_layer(call, child, json, path, x) : NULL;
    gan_free(path);
    call->layer = outer.layer;
    call->path = outer.path;
    call->json = outer.json;
    call->in = outer.in;
    return y;
}

static const char *residual(struct gan_onnx_call *call, const char *x)
{
    bool shortcut = call->layer->kind->child(call->layer, 1) != NULL;
    const char *branch = inner(call, 0, "branch", x, call->in);
    const char *beside = shortcut && branch != NULL ? inner(call, 1, "shortcut", x, call->in) : x;
    return branch != NULL ? gan_onnx_add(call, "Add", "", beside, branch, NULL) : NULL;
}

static const char *reconstruction(struct gan_onnx_call *call, const char *x)
{
    const int64_t axis = 1;
    bool squares = gan_onnx_whole_option(call, "power") == 2;
    const char *again = inner(call, 0, "autoencoder", x, call->in);
    const char *apart = again != NULL ? gan_onnx_add(call, "Sub", "difference", x, again, NULL) : NULL;
    const char *error = squares ? gan_onnx_add(call, "Mul", "error", apart, apart, NULL)
                                : gan_onnx_add(call, "Abs", "error", apart, NULL, NULL);
    const char *mean = gan_onnx_mean(call, "mean", gan_onnx_shaped(call, "errors", error, GAN_SHAPE(-1)), &axis, 1,
                                     true);
    call->out = GAN_SHAPE(1);
    return gan_onnx_add(call, "Neg", "", mean, NULL, NULL);
}

static const char *sequence(struct gan_onnx_call *call, const char *x)
{
    gan_shape shape = call->in;
    for (int i = 0; x != NULL && call->layer->kind->child(call->layer, i) != NULL; i++) {
        char place[24];
        snprintf(place, sizeof place, "%d", i);
        x = inner(call, i, place, x, shape);
        shape = call->out;
    }
    return x;
}

/* ---- the table ---- */

/* The kinds of layers that have operators: a new kind is a row, and a function of its family's file. */
static const struct row {
    const char *kind;
    gan_onnx_adder *add;
} rows[] = {
    {"adaptive_average_pool2d", gan_onnx_adaptive_pool},
    {"auxiliary_head", gan_onnx_dense},
    {"average_pool2d", gan_onnx_average_pool},
    {"basis", gan_onnx_basis},
    {"batch_norm", gan_onnx_batch_norm},
    {"bias", gan_onnx_bias},
    {"blur", gan_onnx_blur},
    {"concat_label", gan_onnx_concat_label},
    {"concat_noise", gan_onnx_concat_noise},
    {"conditional_batch_norm", gan_onnx_conditional_batch_norm},
    {"conv1d", gan_onnx_conv},
    {"conv2d", gan_onnx_conv},
    {"conv_transpose1d", gan_onnx_conv_transpose},
    {"conv_transpose2d", gan_onnx_conv_transpose},
    {"dense", gan_onnx_dense},
    {"dropout", gan_onnx_nothing},
    {"elu", gan_onnx_elu},
    {"flatten", gan_onnx_flatten},
    {"gelu", gan_onnx_gelu},
    {"global_average_pool", gan_onnx_global_average},
    {"global_sum_pool", gan_onnx_global_sum},
    {"group_norm", gan_onnx_group_norm},
    {"instance_norm", gan_onnx_instance_norm},
    {"layer_norm", gan_onnx_layer_norm},
    {"leaky_relu", gan_onnx_leaky_relu},
    {"linear", gan_onnx_nothing},
    {"max_pool2d", gan_onnx_max_pool},
    {"maxout", gan_onnx_maxout},
    {"minibatch_deviation", gan_onnx_minibatch_deviation},
    {"minibatch_discrimination", gan_onnx_minibatch_discrimination},
    {"pad2d", gan_onnx_pad},
    {"pixel_norm", gan_onnx_pixel_norm},
    {"pixel_shuffle", gan_onnx_pixel_shuffle},
    {"pixel_unshuffle", gan_onnx_pixel_unshuffle},
    {"projection", gan_onnx_projection},
    {"reconstruction", reconstruction},
    {"relu", gan_onnx_relu},
    {"reshape", gan_onnx_reshape},
    {"residual", residual},
    {"resize", gan_onnx_resize},
    {"scale_shift", gan_onnx_scale_shift},
    {"self_attention", gan_onnx_self_attention},
    {"sequence", sequence},
    {"sigmoid", gan_onnx_sigmoid},
    {"silu", gan_onnx_silu},
    {"softmax", gan_onnx_softmax},
    {"softplus", gan_onnx_softplus},
    {"tanh", gan_onnx_tanh},
    {"upsample", gan_onnx_upsample},
};

/* What building the layer anew for call->in makes of it: a layer itself does not know. */
static gan_status find_shape(struct gan_onnx_call *call)
{
    struct gan_slots parameters = {0}, state = {0};
    struct gan_layer_build build = {.path = call->path,
                                    .layer = call->layer,
                                    .parameters = &parameters,
                                    .state = &state,
                                    .labels = call->about_labels};
    gan_status status = call->layer->kind->build(call->layer, &build, call->in, &call->out);
    gan_slots_clear(&parameters);
    gan_slots_clear(&state);
    return status;
}

const char *gan_onnx_layer(struct gan_onnx_call *call, const gan_layer *layer, const struct gan_json *json,
                           const char *path, const char *x)
{
    call->layer = layer;
    call->path = path;
    call->json = json;
    call->status = find_shape(call);
    gan_shape out = call->out;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && call->status == GAN_OK; i++)
        if (strcmp(rows[i].kind, layer->kind->name) == 0) {
            const char *y = rows[i].add(call, x);
            call->out = out; /* which layers within have changed */
            return y;
        }
    if (call->status == GAN_OK)
        call->status = gan_fail(
            GAN_ERROR_UNSUPPORTED,
            "%s: layer %s (%s) has no operator in ONNX; export the layers before it as a model of their "
            "own, or use another layer in its place",
            call->who, path, layer->kind->name);
    return NULL;
}

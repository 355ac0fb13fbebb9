/*
 * ONNX: models as files that ONNX Runtime and other programs run. Writing only.
 */
#ifndef GAN_ONNX_H
#define GAN_ONNX_H

#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Fill it with gan_onnx_options_init, then change what you like. */
typedef struct gan_onnx_options {
    size_t struct_size; /**< set by gan_onnx_options_init */
    /**
     * What comes out is mapped from the model's range to the data's, and standardisation undone, as samplers do (see
     * gan_generator_sample), in nodes at the end; models that state no range are as they are: true
     */
    bool data_range;
    const char *input, *output; /**< the names of what goes in and comes out: "input", "output" */
    const char *labels;         /**< the name of the labels' input, for models that take labels: "labels" */
} gan_onnx_options;

/** gan_onnx_options_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_onnx_options_init_sized(gan_onnx_options *options, size_t struct_size);
/** Fills every field with its default. */
static inline gan_status gan_onnx_options_init(gan_onnx_options *options)
{
    return gan_onnx_options_init_sized(options, sizeof *options);
}

/**
 * Writes the model, as it is in inference, as an ONNX file (IR version 8, operator set 17): one input, float32
 * ["batch", input shape], one output, float32 ["batch", output shape], of any batch size. A generator takes noise from
 * N(0, 1); a discriminator takes examples in the range that its generator makes, and gives logits. A model that takes
 * labels has a second input: int64 ["batch"] for one label of several classes, int64 ["batch", L] for L labels, float32
 * ["batch", K] for K numbers. Parameters have the names that they have here; the file's metadatum "libgan" describes
 * the model as in gan_model_save. Whole or not at all. NULL options are the defaults.
 *
 * Every layer of libgan's has operators. gan_layer_concat_noise draws with RandomNormalLike: other numbers than
 * libgan's, of the same distribution. Layers that look at the batch (gan_layer_minibatch_deviation, …) look at the
 * batch that the runtime is given.
 *
 * GAN_ERROR_UNSUPPORTED: a layer has no operator in ONNX (gan_layer_function: the program's own code; means of windows
 * with a dilation), which the message names; the model normalises by its batch's statistics
 * (gan_model_set_batch_statistics); the file would exceed 2 GiB; or libgan was built without protobuf-c, onnx.proto or
 * jansson. GAN_ERROR_INVALID_ARGUMENT: the model has no numbers yet, or a name is empty or taken. GAN_ERROR_IO.
 */
GAN_API gan_status gan_model_export_onnx(gan_model *model, const char *path, const gan_onnx_options *options);

#ifdef __cplusplus
}
#endif
#endif

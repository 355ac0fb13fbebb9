/*
 * Models: layers in a row, with their parameters and state. Build one layer by layer with gan_model_add, or with the
 * builders of gan/generator.h and gan/discriminator.h; record it on a tape with gan_model_apply.
 */
#ifndef GAN_MODEL_H
#define GAN_MODEL_H

#include "layer.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Opaque, reference-counted. One thread at a time may build, train or apply a model; once initialised, and while no one
 * changes it, any number of samplers (gan/sampler.h) may run on it in different threads.
 */
typedef struct gan_model gan_model;

/* ---- building ---- */

/** An empty model for examples of shape `input` (without the batch axis; rank 1 … GAN_MAX_RANK − 1). */
GAN_API gan_model *gan_model_new(gan_shape input);
GAN_API gan_model *gan_model_ref(gan_model *model);
GAN_API void gan_model_unref(gan_model *model);

/**
 * Appends a layer: works out and checks its output's shape, and lists its parameters. The model takes the layer over,
 * also on failure. Sticky: after an error (a NULL layer is one) the model stays in error and takes no more layers;
 * gan_model_status tells. An error once the model is sealed.
 */
GAN_API gan_status gan_model_add(gan_model *model, gan_layer *layer);
/** The first error that building met, GAN_OK if none. NULL is an error. */
GAN_API gan_status gan_model_status(const gan_model *model);
/** The text of that error, "" if none. It belongs to the model. */
GAN_API const char *gan_model_message(const gan_model *model);

/** Names the model in messages and in its vars' names ("G.0.weight"); copied. The builders name theirs "G" and "D". */
GAN_API gan_status gan_model_set_name(gan_model *model, const char *name);
/** The model's name, "" if it has none. */
GAN_API const char *gan_model_name(const gan_model *model);

/** The shape of one example that goes in (rank 0 for NULL). */
GAN_API gan_shape gan_model_input_shape(const gan_model *model);
/** The shape of one example that comes out (rank 0 for NULL). */
GAN_API gan_shape gan_model_output_shape(const gan_model *model);
/**
 * Whether, in training, an example's output depends on the others of its batch (batch norm). A penalty on the gradient
 * of each example by itself then does not mean what it says.
 */
GAN_API bool gan_model_mixes_examples(const gan_model *model);
/**
 * A table of the layers with their output shapes and numbers of parameters, and the totals; a new text, freed with
 * gan_text_free.
 */
GAN_API char *gan_model_summary(const gan_model *model);

/**
 * Says the range of the numbers that the model makes: low < high. The builders do: sigmoid [0, 1], tanh [−1, 1]. A
 * trainer maps real examples to it.
 */
GAN_API gan_status gan_model_set_range(gan_model *model, float low, float high);
/** Forgets the range: the model makes any numbers. */
GAN_API gan_status gan_model_clear_range(gan_model *model);
/** True, and the bounds, if the model states its range; false otherwise. low and high may be NULL. */
GAN_API bool gan_model_range(const gan_model *model, float *low, float *high);
/**
 * Says the range of the data that the model learned to make: samples (gan/sampler.h) are mapped to it from the model's
 * range. A trainer sets it; the builder's default is [0, 1] for sigmoid and tanh.
 */
GAN_API gan_status gan_model_set_data_range(gan_model *model, float low, float high);
/** True, and the bounds, if the range of the data is stated; false otherwise. low and high may be NULL. */
GAN_API bool gan_model_data_range(const gan_model *model, float *low, float *high);
/**
 * Says that the data were standardised by column: samples are x·deviation + mean, in the order of an example's numbers
 * (float32 tensors with as many numbers as an example that comes out; copied). It counts after the mapping of ranges.
 * NULL for both forgets it.
 */
GAN_API gan_status gan_model_set_standard(gan_model *model, const gan_tensor *mean, const gan_tensor *deviation);
/** True, and the tensors (the model's own), if data were standardised; false otherwise. Both may be NULL. */
GAN_API bool gan_model_standard(const gan_model *model, const gan_tensor **mean, const gan_tensor **deviation);

/* ---- parameters and state ---- */

/**
 * Ends building: places all parameters in one block of memory, and all state in another. Done by whatever needs the
 * parameters first; calling it again is fine.
 */
GAN_API gan_status gan_model_seal(gan_model *model);
/**
 * Gives every parameter its first numbers by its layer's initialiser, and all state its first value. Each parameter
 * draws from a random stream of its own, which `seed` and its index decide. To set parameters by hand, call this first.
 */
GAN_API gan_status gan_model_initialize(gan_model *model, uint64_t seed);
/** Whether the parameters have been given numbers: by gan_model_initialize, from another model, from a file. */
GAN_API bool gan_model_initialized(const gan_model *model);

/** How many numbers the parameters have together. */
GAN_API int64_t gan_model_parameter_count(const gan_model *model);
/** How many parameters (tensors) there are. */
GAN_API int gan_model_parameters(const gan_model *model);
/** Parameter `index`: the model's own tensor, which may be written. It seals the model. NULL if there is none. */
GAN_API gan_tensor *gan_model_parameter(gan_model *model, int index);
/** Its name as PyTorch's Sequential has it, "0.weight", or with the layer's own name, "first.weight". */
GAN_API const char *gan_model_parameter_name(const gan_model *model, int index);
/** How many numbers the state (running statistics) has. */
GAN_API int64_t gan_model_state_count(const gan_model *model);
/** How many state tensors there are. */
GAN_API int gan_model_states(const gan_model *model);
/** State tensor `index`: the model's own. It seals the model. NULL if there is none. */
GAN_API gan_tensor *gan_model_state(gan_model *model, int index);
/** Its name, e.g. "1.running_mean". */
GAN_API const char *gan_model_state_name(const gan_model *model, int index);

/** A model of the same layers with parameters, state, name and ranges of its own, equal to this one's now. */
GAN_API gan_model *gan_model_copy(const gan_model *model);
/** Copies parameters and state: both models must have the same ones, by shape and order. */
GAN_API gan_status gan_model_copy_parameters(gan_model *to, const gan_model *from);

/* ---- applying ---- */

/**
 * Records the model on x's tape: x is [N, input shape], the result [N, output shape]. Training or inference is the
 * tape's (gan_tape_set_training); in training, state is assigned on the tape (gan_tape_assign). Seals the model.
 * Sharing goes by tensors: applied twice on one tape, it is the same parameters. NULL after an error.
 */
GAN_API gan_var *gan_model_apply(gan_model *model, gan_var *x);
/** The same, but state is only read: for the network that is not being trained in this half of a step. */
GAN_API gan_var *gan_model_apply_frozen(gan_model *model, gan_var *x);
/**
 * The same (state only read) with other vars in the parameters' place: parameters[i] is shaped as parameter i, and
 * `count` is gan_model_parameters. A gradient step on the tape can so be looked through (unrolled GANs).
 */
GAN_API gan_var *gan_model_apply_with(gan_model *model, gan_var *x, gan_var *const *parameters, int count);
/**
 * What came out of a layer in the latest gan_model_apply (of any form): `layer` is the name it was given
 * (gan_layer_named), or its place ("2"). The var belongs to the tape that it was recorded on: ask while that lives.
 * NULL, and an error, if there is no such layer or nothing was applied.
 */
GAN_API gan_var *gan_model_feature(const gan_model *model, const char *layer);

/**
 * Runs the model in inference: inputs [n, input shape] → a new tensor [n, output shape], any n. It computes in pieces
 * of one size, so that an example's result does not depend on n, and keeps its plan for the next call.
 */
GAN_API gan_tensor *gan_model_predict(gan_model *model, const gan_tensor *inputs);

#ifdef __cplusplus
}
#endif
#endif

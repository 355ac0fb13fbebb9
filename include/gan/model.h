/*
 * Models: layers in a row, with their parameters and state. Build one layer by layer with gan_model_add, or with the
 * builders of gan/generator.h and gan/discriminator.h; record it on a tape with gan_model_apply.
 */
#ifndef GAN_MODEL_H
#define GAN_MODEL_H

#include "labels.h"
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

/**
 * Says what the model is told beside its main input (gan/labels.h; shared), for layers that take labels, before the
 * first gan_model_add. Afterwards it may be replaced by one that is alike (gan_labels_alike), for other names.
 */
GAN_API gan_status gan_model_set_labels(gan_model *model, gan_labels *labels);
/** What it is, and the names of its classes; it belongs to the model. NULL: nothing. */
GAN_API gan_labels *gan_model_labels(const gan_model *model);
/**
 * Whether a layer of the model takes labels: then it is applied with them. A model may have labels that it does not
 * take: a discriminator that ends in gan_layer_auxiliary_head says them itself.
 */
GAN_API bool gan_model_takes_labels(const gan_model *model);

/**
 * Names the model in messages and in its vars' names ("G.0.weight"); copied. The builders name theirs "G" and "D".
 * Files hold UTF-8: bytes that are no such text come back as U+FFFD, here and in the names of classes and data sets.
 */
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
 * What batch norm goes by in inference: its running statistics (false, the default), or (true) mean and variance of the
 * batch that is computed, as in training. The running ones make an example independent of the others; the batch's own
 * fit what G makes now, also where the running ones lag behind or an average of G's weights (gan/trainer.h) has others
 * (gan_model_refresh_state makes the running ones follow).
 * They are those of the examples that are computed together: of all that gan_model_apply is given, of the 16 of a
 * sampler (noise that is given ends in repeats of its last examples, to make 16), of 64 in gan_model_predict
 * (likewise). It holds for what is recorded, and for samplers made, from now on; copies and files keep it.
 */
GAN_API gan_status gan_model_set_batch_statistics(gan_model *model, bool of_batch);
/** Which of them; false for NULL. */
GAN_API bool gan_model_batch_statistics(const gan_model *model);
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

/**
 * True, and how many steps a trainer has made with it and from which seed, if one has; false otherwise. steps and seed
 * may be NULL. A model's file keeps it.
 */
GAN_API bool gan_model_training(const gan_model *model, uint64_t *steps, uint64_t *seed);
/** The name of the data set that it learned from; "" if that is not known. It belongs to the model. */
GAN_API const char *gan_model_data_name(const gan_model *model);

/* ---- files ---- */

/**
 * Writes the model to a safetensors file: parameters and state under the names and in the layouts of PyTorch's
 * Sequential ("0.weight", "1.running_mean"), and what else the model is (layers with their options, shapes, ranges,
 * standardisation, name, training) as metadata, with a checksum. Whole or not at all: to a temporary name beside
 * `path`, flushed, then renamed.
 *
 * The model must have numbers in its parameters. GAN_ERROR_UNSUPPORTED for a gan_layer_function: a file cannot hold the
 * program's own code.
 */
GAN_API gan_status gan_model_save(gan_model *model, const char *path);
/**
 * The model that gan_model_save wrote, to the bit, ready for samplers or a trainer. NULL, with an error that names the
 * file and what is wrong in it, for a file that is damaged, of another format or of a newer libgan; nothing in a file
 * can do worse. GAN_ERROR_UNSUPPORTED where libgan was built without jansson.
 */
GAN_API gan_model *gan_model_load(const char *path);
/** The same from `size` bytes of memory, which may go afterwards: a model that is compiled into a program. */
GAN_API gan_model *gan_model_load_memory(const void *data, size_t size);

/** Which tensor of a file is for which of a model's parameters and state tensors. */
typedef enum gan_match {
    GAN_MATCH_NAMES = 0, /**< the one of the same name */
    /**
     * The next one, in the order of names: numbers in them count as numbers ("2.weight" before "10.weight"), and within
     * a layer a basis comes before a weight, a weight before a bias, a running mean before a running variance. For
     * files whose modules have names of their own, like "main.0.weight".
     */
    GAN_MATCH_ORDER
} gan_match;

/** Fill it with gan_load_options_init, then change what you like. */
typedef struct gan_load_options {
    size_t struct_size; /**< set by gan_load_options_init */
    gan_match match;    /**< GAN_MATCH_NAMES */
    /** Only tensors whose names begin so count, and the rest of their names is what is compared: "" */
    const char *prefix;
    bool allow_others; /**< pass over tensors that the model has no place for (by names only): false, an error */
} gan_load_options;

/** gan_load_options_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_load_options_init_sized(gan_load_options *options, size_t struct_size);
/** Fills every field with its default. */
static inline gan_status gan_load_options_init(gan_load_options *options)
{
    return gan_load_options_init_sized(options, sizeof *options);
}

/**
 * Takes parameters and state from a safetensors file that another program made (PyTorch, say) for a model of the same
 * shapes: F32; F16, BF16 and F64 are converted. PyTorch's counters "num_batches_tracked" are passed over. NULL options
 * are the defaults. An error names the first tensor that is missing, too many, or of another shape or type; the model
 * is then as it was.
 */
GAN_API gan_status gan_model_load_parameters(gan_model *model, const char *path, const gan_load_options *options);

/**
 * What is in a model's file, a checkpoint or another safetensors file, for people: what it is, its settings, its
 * tensors; a new text, freed with gan_text_free. NULL, with an error, for a file that is none or that is damaged.
 */
GAN_API char *gan_file_summary(const char *path);

/* ---- applying ---- */

/**
 * Records the model on x's tape: x is [N, input shape], the result [N, output shape]. Training or inference is the
 * tape's (gan_tape_set_training); in training, state is assigned on the tape (gan_tape_assign). Seals the model.
 * Sharing goes by tensors: applied twice on one tape, it is the same parameters. NULL after an error.
 */
GAN_API gan_var *gan_model_apply(gan_model *model, gan_var *x);
/**
 * The same for a model that takes labels: a var on x's tape, int32 [N] (one class), int32 [N, L] (several labels; a
 * number that is no class of its label counts as no class), or float32 [N, K] (numbers). NULL for a model that takes
 * none. An error where a model takes labels and gets none, or the other way round.
 */
GAN_API gan_var *gan_model_apply_labelled(gan_model *model, gan_var *x, gan_var *labels);
/** gan_model_apply_labelled, but state is only read. */
GAN_API gan_var *gan_model_apply_labelled_frozen(gan_model *model, gan_var *x, gan_var *labels);
/** The same, but state is only read: for the network that is not being trained in this half of a step. */
GAN_API gan_var *gan_model_apply_frozen(gan_model *model, gan_var *x);
/**
 * The same (state only read) with other vars in the parameters' place: parameters[i] is shaped as parameter i, and
 * `count` is gan_model_parameters. A gradient step on the tape can so be looked through (unrolled GANs).
 */
GAN_API gan_var *gan_model_apply_with(gan_model *model, gan_var *x, gan_var *const *parameters, int count);
/** gan_model_apply_with for a model that takes labels. */
GAN_API gan_var *gan_model_apply_labelled_with(gan_model *model, gan_var *x, gan_var *labels,
                                               gan_var *const *parameters, int count);
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
/** The same for a model that takes labels, a row for each input (gan/labels.h); NULL for one that takes none. */
GAN_API gan_tensor *gan_model_predict_labelled(gan_model *model, const gan_tensor *inputs, const gan_tensor *labels);

/**
 * Lets state, such as batch norm's running statistics, follow the parameters as they are now: inputs [n, input shape]
 * go through the model in training, `batch` of them at a time and in their order (n is a multiple of it), and state is
 * assigned each time; parameters stay. For parameters that were averaged, loaded or changed, since statistics lag
 * behind them (Izmailov et al., "Averaging weights leads to wider optima and better generalization", UAI 2018, section
 * 3.2). A share m of each batch leaves (1 − m)^(n / batch) of what was there: with 0.1, 50 batches leave half a
 * percent. labels: a row for each input, NULL for a model that takes none. GAN_ERROR_NOT_FINITE: state would not be
 * finite; it stays as the batches before made it.
 */
GAN_API gan_status gan_model_refresh_state(gan_model *model, const gan_tensor *inputs, const gan_tensor *labels,
                                           int64_t batch);

#ifdef __cplusplus
}
#endif
#endif

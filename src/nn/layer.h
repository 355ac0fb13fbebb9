/*
 * A layer's inside. A layer is what its constructor was told, and nothing more: it does not change once a model has it,
 * so that copies of a model share their layers. What building it for a certain input shape yields (parameters, state,
 * shapes) is kept by the model.
 */
#ifndef GAN_SRC_NN_LAYER_H
#define GAN_SRC_NN_LAYER_H

#include "data/labels.h"
#include "gan/layer.h"
#include "io/json.h"
#include "nn/slots.h"

#include <stdatomic.h>

/* While a model takes a layer: what the layer declares, in the order in which apply will ask for it. */
struct gan_layer_build {
    const char *path; /* the layer's name in the model, e.g. "2" or "2.first": what its parameters' names begin with */
    int depth;        /* how many layers lie around it */
    const gan_layer *layer;
    struct gan_slots *parameters;
    struct gan_slots *state;
    const gan_labels *labels; /* what the model has beside its input; NULL: nothing */
};

/* While a model is applied: hands out the vars and tensors in the order of their declaration. */
struct gan_layer_call {
    gan_tape *tape;
    gan_var *const *parameters; /* the next one */
    gan_tensor *const *state;   /* the next one */
    bool assign;                /* in training, state is assigned */
    bool batch_statistics;      /* in inference too, normalise by the batch (gan_model_set_batch_statistics) */
    gan_var *labels;            /* of the batch, shaped by gan_labels_shape; NULL where no layer takes them */
    const gan_labels *about_labels;
};

struct gan_layer_kind {
    const char *name;
    bool has_weight, has_bias; /* which modifiers are for it */
    bool normable;             /* its weights are of nn/weight.h */
    bool mixes_examples;       /* in training */
    bool may_mix_examples;     /* it cannot be known */
    bool mixes_always;         /* in inference too */
    bool activates;            /* it makes a unit's output of its input, so that one that stays the same is dead */
    bool takes_labels;         /* apply reads call->labels, and build wants build->labels */
    /* The output's shape for an input's, both of one example; declares parameters and state. An error names the kind.
     */
    gan_status (*build)(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out);
    /* x is [N, in]; takes from `call` what build declared, in the same order. NULL after an error. */
    gan_var *(*apply)(const gan_layer *layer, struct gan_layer_call *call, gan_var *x);
    /* Writes e.g. "dense(256)", for the summary. NULL: the name alone. */
    void (*describe)(const gan_layer *layer, char *text, size_t size);
    /* For layers that hold others: the index-th, NULL after the last. May be NULL. */
    const gan_layer *(*child)(const gan_layer *layer, int index);
    /* Writes the layer's own options for a model's file, as members of the object begun in `json`; layer_file.c reads
     * them. NULL: it has none. */
    gan_status (*write)(const gan_layer *layer, struct gan_json_writer *json);
    /* Frees what the kind's own struct holds. May be NULL. */
    void (*release)(gan_layer *layer);
};

/* The first member of every kind's own struct. */
struct gan_layer {
    atomic_int references;
    const struct gan_layer_kind *kind;
    char *name;
    bool without_bias;
    bool weight_norm;
    int spectral_iterations; /* 0: no spectral norm */
    bool taken;              /* a model, or another layer, has it */
    gan_initializer weight_initializer, bias_initializer;
};

/* A new layer in `size` cleared bytes, with Glorot uniform weights and zero biases. NULL when memory is short. */
void *gan_layer_create(const struct gan_layer_kind *kind, size_t size);

/* Puts spectral norm on it and on all layers that it holds, so far as they have weights without a norm. Nobody else has
 * the layer yet. */
void gan_layer_norm_weights(gan_layer *layer, int iterations);

/* For constructors: fails with "gan_layer_<kind>: <text>". */
void *gan_layer_refuse(const char *kind, const char *format, ...) GAN_PRINTF(2, 3);
/* For build: fails with "<path> (<kind>): <text>". */
gan_status gan_layer_reject(const struct gan_layer_build *build, const char *format, ...) GAN_PRINTF(2, 3);
/* The same, if what comes in has not one axis. */
gan_status gan_layer_want_vector(const struct gan_layer_build *build, gan_shape in);
/* The same, if no tensor could have that shape. */
gan_status gan_layer_check_shape(const struct gan_layer_build *build, gan_shape shape);

/* Declares a parameter named "<path>.<name>". The fans are those of gan/initializer.h. */
gan_status gan_layer_declare(struct gan_layer_build *build, const char *name, gan_shape shape, int64_t fan_in,
                             int64_t fan_out, gan_initializer initializer);
/* Declares a state tensor that begins as `value`. */
gan_status gan_layer_declare_state(struct gan_layer_build *build, const char *name, gan_shape shape, float value);

/* Builds build->layer; what it makes of a legal shape is a legal one. */
gan_status gan_layer_build_checked(struct gan_layer_build *build, gan_shape in, gan_shape *out);
/* Builds a layer within the one in hand; its path goes on with its name, or with `place` where it has none. */
gan_status gan_layer_build_inner(const gan_layer *inner, const char *place, const struct gan_layer_build *build,
                                 gan_shape in, gan_shape *out);

/* `build` of kinds without parameters whose input is [channels, height, width]: the shape is what apply makes of it on
 * a tape of its own; what apply fails with is the error. */
gan_status gan_layer_build_by_trial(const gan_layer *layer, struct gan_layer_build *build, gan_shape in,
                                    gan_shape *out);

gan_var *gan_layer_next_parameter(struct gan_layer_call *call);
gan_tensor *gan_layer_next_state(struct gan_layer_call *call);

/* Whether the layer, or one that it holds, is of such a kind; may_mix: it mixes, or that cannot be known. */
bool gan_layer_mixes(const gan_layer *layer);
bool gan_layer_may_mix(const gan_layer *layer);
bool gan_layer_mixes_always(const gan_layer *layer);
bool gan_layer_takes_labels(const gan_layer *layer);
/* At most `size` bytes, with the final 0. */
void gan_layer_describe(const gan_layer *layer, char *text, size_t size);

/* For layers whose options go by height and width: "<what>3", or "<what>3×5" where they differ; and [3, 5]. */
void gan_layer_pair_text(char *text, size_t size, const char *what, const int64_t *numbers);
void gan_layer_write_pair(struct gan_json_writer *json, const char *key, const int64_t *numbers);

/* [N, …one]: a shape of one example with the batch in front. */
gan_shape gan_shape_of_batch(int64_t batch, gan_shape one);
/* The shape of one example of [N, …]. */
gan_shape gan_shape_of_one(gan_shape batch);

#endif

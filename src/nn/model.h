/* A model's inside, and what the train room sees of it beyond gan/model.h. */
#ifndef GAN_SRC_NN_MODEL_H
#define GAN_SRC_NN_MODEL_H

#include "gan/model.h"
#include "gan/plan.h"
#include "nn/layer.h"
#include "nn/slots.h"

/* ---- for the train room ---- */

/*
 * All parameters in one float32 vector: parameter i is at gan_model_offset(model, i), 64-byte aligned; what lies
 * between is zero, and must stay so. It seals the model. NULL, with an error, if the model has no parameters, or on
 * failure.
 */
gan_tensor *gan_model_block(gan_model *model);
int64_t gan_model_offset(const gan_model *model, int index);
/* The same for state; NULL without an error if the model is sealed and has none. */
gan_tensor *gan_model_state_block(gan_model *model);
/* The derivative of `loss` to all parameters as one vector in the block's order. NULL after an error. */
gan_var *gan_model_gradient(gan_model *model, gan_var *loss);
/* Notes how far the model was trained, and from which seed; cheap. */
void gan_model_note_training(gan_model *model, uint64_t steps, uint64_t seed);
/* Notes the name of the data set that it learns from; copied. */
gan_status gan_model_note_data(gan_model *model, const char *name);
/* Whether gan_model_feature knows the layer. */
bool gan_model_has_layer(const gan_model *model, const char *layer);
/* Whether it ends in gan_layer_auxiliary_head. */
bool gan_model_is_auxiliary(const gan_model *model);
/*
 * Fills `all` rows up from the `count` that begin at row `first`, which repeat in both directions: rows that nobody
 * wants then count little where a layer looks at its batch.
 */
void gan_repeat_rows(void *rows, size_t row_bytes, int64_t first, int64_t count, int64_t all);
/* Whether that holds of any of its layers. */
bool gan_model_has_such(const gan_model *model, bool (*is)(const gan_layer *layer));
/* gan_model_mixes_examples, or layers are the caller's own, of which it is not known. */
bool gan_model_may_mix_examples(const gan_model *model);
/* Whether an example's output depends on the others of its batch in inference too, whatever batch norm goes by. */
bool gan_model_mixes_always(const gan_model *model);
/* Whether it ends in gan_layer_reconstruction. */
bool gan_model_is_autoencoder(const gan_model *model);
/* Says that someone else gave the parameters their numbers. */
void gan_model_mark_initialized(gan_model *model);

/* ---- for the nn room ---- */

/* The model's name for messages: "the model" if it has none. */
static inline const char *gan_model_title(const gan_model *model)
{
    return *gan_model_name(model) != '\0' ? gan_model_name(model) : "the model";
}

/* One of a model's layers, and what building it yielded. */
struct gan_model_entry {
    gan_layer *layer;
    char *path; /* its name, or its place */
    gan_shape out;
    size_t parameters, first_parameter; /* slots */
    size_t state, first_state;
};

/* Where a model's numbers come from, as far as known. */
struct gan_training {
    bool known;
    uint64_t steps, seed;
    char *data; /* the data set's name; NULL if unknown */
};

struct gan_range {
    bool known;
    float low, high;
};

/*
 * An inference plan of the model for `rows` examples, with an input tensor bound: what predictor and samplers run.
 * Everything is new, and the caller's.
 */
struct gan_model_runner {
    gan_plan *plan;
    gan_var *y;
    gan_tensor *in, *out; /* [rows, …] */
    gan_tensor *labels;   /* likewise; NULL where the model takes none */
};

struct gan_model {
    atomic_int references;
    char *name;
    gan_status status;
    char message[512];
    bool sealed, initialized;
    bool batch_statistics;
    int spectral_iterations; /* of the spectral norm that added layers get; 0: none */

    gan_shape in;
    gan_labels *labels; /* NULL: none */
    struct gan_model_entry *entries;
    size_t entry_count, entry_capacity;
    struct gan_slots parameters, state;

    struct gan_range range, data_range;
    struct gan_range taken;       /* what a builder made it for; a file does not know */
    int64_t packing;              /* likewise: so many examples together; 0: not known */
    gan_tensor *mean, *deviation; /* of standardised data */
    struct gan_training training;

    gan_var **features; /* what came out of each layer at the latest apply; made when the model is sealed */
    bool applied;

    struct gan_model_runner predictor; /* of gan_model_predict */
};

enum gan_apply_mode { GAN_APPLY_ASSIGN, GAN_APPLY_FROZEN };

/*
 * gan_model_apply without a trace in the model (`features` may be NULL), so that several threads may do it at once. The
 * model is sealed. labels: NULL unless the model takes them. parameters: NULL, or one for each.
 */
gan_var *gan_model_record(const gan_model *model, gan_var *x, gan_var *labels, enum gan_apply_mode mode,
                          gan_var *const *parameters, gan_var **features);

/* An input for labels of n examples on a tape. The model has labels. */
gan_var *gan_model_label_input(const gan_model *model, gan_tape *tape, int64_t n);
/* GAN_OK if `labels` are what the model takes for n examples: NULL where it takes none. Else "<who>: …". */
gan_status gan_model_check_labels(const gan_model *model, const gan_tensor *labels, int64_t n, const char *who);

/* GAN_OK if the model is without error and sealed (now); else "<who>: …". */
gan_status gan_model_ready(gan_model *model, const char *who);
/* GAN_OK if it also has numbers in its parameters. */
gan_status gan_model_check_initialized(const gan_model *model, const char *who);
/* GAN_OK if it also can be run on inputs [n, …] and their labels. */
gan_status gan_model_check_inputs(gan_model *model, const gan_tensor *inputs, const gan_tensor *labels,
                                  const char *who);

gan_status gan_model_runner_init(struct gan_model_runner *runner, const gan_model *model, int64_t rows);
/* The same of a pass in training, whose state gan_plan_commit assigns. */
gan_status gan_model_runner_init_training(struct gan_model_runner *runner, const gan_model *model, int64_t rows);
/* Its labels become the `count` from row `first` on, and these again where it has more rows; NULL: it takes none. */
void gan_model_runner_set_labels(struct gan_model_runner *runner, const gan_tensor *labels, int64_t first,
                                 int64_t count);
/* Runs what lies in runner->in, to runner->out. Parameters are looked at in the first run after gan_plan_renew. */
gan_status gan_model_runner_run(struct gan_model_runner *runner);
void gan_model_runner_clear(struct gan_model_runner *runner);

#endif

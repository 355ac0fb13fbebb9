/* What a model's file holds: see gan_model_save. */
#ifndef GAN_SRC_NN_MODEL_FILE_H
#define GAN_SRC_NN_MODEL_FILE_H

#include "io/json.h"
#include "io/safetensors.h"
#include "nn/model.h"

/* The metadatum in which a file of libgan's says, as JSON, what it is. */
#define GAN_FILE_KEY "libgan"
/* The value of its members "format" and "version" in a model's file. */
#define GAN_MODEL_FORMAT         "model"
#define GAN_MODEL_FORMAT_VERSION 1

/* What the names of standardisation's tensors are: no layer's, since those have two parts after a layer's name. */
#define GAN_MODEL_MEAN      "standard.mean"
#define GAN_MODEL_DEVIATION "standard.deviation"

/* Writes the members "name", "input", "output", "range", … and "layers" of the object begun in `json`. */
gan_status gan_model_write_description(const gan_model *model, struct gan_json_writer *json);

/* The member "labels" of the object begun in `json`, none for NULL; `all`: with names, means and deviations. */
void gan_labels_write(const gan_labels *labels, struct gan_json_writer *json, bool all);
/* Sets the labels that the description `about` of a model has, if it has any, before layers are added. */
gan_status gan_model_read_labels(gan_model *model, const struct gan_json *about, const char *what);

/*
 * Reads the metadatum, which the caller frees, and checks that it is one of `format`, up to `version`. NULL, and an
 * error, for another file; `hint` says what to do with that.
 */
struct gan_json *gan_file_description(const struct gan_safetensors *file, const char *format, int64_t version,
                                      const char *hint);

/* The tensors of all slots as items, named "<prefix><name>"; `names` gets the new texts, which the caller frees. */
struct gan_model_items {
    struct gan_safetensors_item *item;
    size_t count, capacity;
    char **names; /* those that were made; NULL in between */
    size_t name_count, name_capacity;
};

gan_status gan_model_items_add(struct gan_model_items *items, const char *prefix, const char *name, gan_shape shape,
                               const float *numbers);
gan_status gan_model_items_add_slots(struct gan_model_items *items, const char *prefix, const struct gan_slots *slots);
void gan_model_items_clear(struct gan_model_items *items);

/*
 * Finds each slot's tensor, of floats and of the slot's shape, named "<prefix><name>", and lists them in the order of
 * the slots in *entries: a new array (gan_free). An error, and NULL there, if one is missing or of another kind.
 */
gan_status gan_model_find_slots(const struct gan_safetensors *file, const char *prefix, const struct gan_slots *slots,
                                const struct gan_safetensors_entry ***entries);
/* Copies their numbers; the slots are placed. */
void gan_model_take_slots(struct gan_slots *slots, const struct gan_safetensors_entry *const *entries);

/* The tensor named "<prefix><name>"; NULL, and an error, if there is none. */
const struct gan_safetensors_entry *gan_file_tensor(const struct gan_safetensors *file, const char *prefix,
                                                    const char *name);
/* Whether a description says that data were standardised, and then the means and deviations, which the caller unrefs;
 * NULL if it says no. `example`: how many numbers they must have. */
gan_status gan_model_read_standard(const struct gan_safetensors *file, const char *prefix, const struct gan_json *about,
                                   int64_t example, gan_tensor **mean, gan_tensor **deviation);
/* The tensors that say the same, if the model has them. */
gan_status gan_model_items_add_standard(struct gan_model_items *items, const char *prefix, const gan_model *model);

#endif

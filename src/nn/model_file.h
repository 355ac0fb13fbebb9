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

/* GAN_OK if the file has a tensor of floats of each slot's shape, named "<prefix><name>". */
gan_status gan_model_check_slots(const struct gan_safetensors *file, const char *prefix, const struct gan_slots *slots);
/* Copies them; they were checked, and the slots placed. */
gan_status gan_model_read_slots(const struct gan_safetensors *file, const char *prefix, struct gan_slots *slots);

#endif

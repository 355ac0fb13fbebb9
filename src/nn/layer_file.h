/* Layers in a model's file: each as a JSON object from which the layer is made again. */
#ifndef GAN_SRC_NN_LAYER_FILE_H
#define GAN_SRC_NN_LAYER_FILE_H

#include "nn/layer.h"

/*
 * Writes {"kind", "name", …} for the layer: what its constructor and modifiers were told. A layer of the caller's own
 * code is written by its kind alone, and cannot be read again: see gan_layer_check_writable.
 */
gan_status gan_layer_write(const gan_layer *layer, struct gan_json_writer *json);
/* The member "layers" of the object begun in `json`: an array of them. */
gan_status gan_layers_write(gan_layer *const *layers, int count, struct gan_json_writer *json);

/* GAN_OK, or an error if gan_layer_read could not make it again: "<who>: layer <path> …". */
gan_status gan_layer_check_writable(const gan_layer *layer, const char *path, const char *who);

/* The layer that an object describes, for a caller to own. An error begins "<what>: layer <path>". */
gan_layer *gan_layer_read(const struct gan_json *json, const char *path, const char *what);

#endif

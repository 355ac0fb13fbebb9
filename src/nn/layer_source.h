/* Reading layers from a model's file: what the readers of the different kinds share (layer_file.c has the list). */
#ifndef GAN_SRC_NN_LAYER_SOURCE_H
#define GAN_SRC_NN_LAYER_SOURCE_H

#include "nn/layer.h"

/* A layer's object, and where it stands, for messages. */
struct gan_layer_source {
    const struct gan_json *json;
    const char *kind, *path, *what;
};

/* NULL, and an error that says what the member is and what is wanted. */
void *gan_source_reject(const struct gan_layer_source *source, const char *key, const char *wanted);

/* Each takes a member of the object; false, and an error, if there is none such. */
bool gan_source_integer(const struct gan_layer_source *source, const char *key, int64_t *value);
bool gan_source_float(const struct gan_layer_source *source, const char *key, float *value);
bool gan_source_bool(const struct gan_layer_source *source, const char *key, bool *value);
bool gan_source_pair(const struct gan_layer_source *source, const char *key, int64_t *pair);
/* One of the texts of a list that ends with NULL: its place. */
bool gan_source_choice(const struct gan_layer_source *source, const char *key, const char *const *texts, int *value);
/* The layers of member "layers": `most` of them at most, in an array to be freed. */
bool gan_source_layers(const struct gan_layer_source *source, size_t most, gan_layer ***layers, size_t *count);

/* The layer that the object describes, by its constructor; NULL after an error. */
typedef gan_layer *gan_layer_reader(const struct gan_layer_source *source);
/* layer_file_images.c, resize.c */
extern gan_layer_reader gan_read_conv, gan_read_pooling, gan_read_adaptive_average_pool2d, gan_read_group_norm,
    gan_read_instance_norm, gan_read_pixel_norm, gan_read_basis, gan_read_residual, gan_read_resize;

#endif

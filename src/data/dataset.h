/*
 * What a data set is inside. A kind of data set is a struct that begins with a gan_dataset, and a row of two functions;
 * a new kind (a folder of pictures, say) is one more file.
 */
#ifndef GAN_SRC_DATA_DATASET_H
#define GAN_SRC_DATA_DATASET_H

#include "gan/dataset.h"

#include <stdatomic.h>

/* Whose turn it is: what decides how an example is varied (cut and mirrored, say). */
struct gan_draw {
    uint64_t seed, position, row; /* of the loader, of the batch, in it */
};

struct gan_dataset_kind {
    /* Writes example `index` (in range), and, where the data set keeps no `labels` tensor but has classes, its label.
     * `draw` NULL: the example as it is, not varied. May fail; but for a serial one, on any thread. */
    gan_status (*read)(const gan_dataset *dataset, int64_t index, const struct gan_draw *draw, float *example,
                       int32_t *label);
    /* Frees what the kind added; also called on one that was made only in part, its other fields 0. */
    void (*release)(gan_dataset *dataset);
    /* The label comes from `read`; gan_dataset_set_classes may add it. */
    _Bool makes_labels;
    /* gan_dataset_set_range may state the range: the numbers do not depend on it. */
    _Bool range_is_stated;
};

struct gan_dataset {
    const struct gan_dataset_kind *kind;
    atomic_int references;
    char *name;
    int64_t size;
    gan_shape shape;
    size_t example_size; /* numbers in an example */
    _Bool serial; /* `read` runs on one thread at a time for each loader, the caller's if it does not read ahead */
    _Bool slow;   /* reading takes long (decoding, say): loaders read ahead unless they are told otherwise */
    uint32_t variation; /* what else decides how examples are varied, for checkpoints to compare */
    _Bool ranged;
    float low, high;
    int classes;
    char **class_names;  /* `classes` of them, or NULL */
    gan_tensor *labels;  /* int32 [size], or NULL; by `several` also int32 [size, L] or float32 [size, K] */
    gan_labels *several; /* what labels are where an example has several, or numbers: `classes` is then 0; else NULL */
};

/*
 * A new data set of `struct_size` bytes (its kind's own struct), cleared, with one reference. NULL and an error that
 * names `who` when shape or size cannot be meant. `name` is copied.
 */
gan_dataset *gan_dataset_make(size_t struct_size, const struct gan_dataset_kind *kind, const char *who, gan_shape shape,
                              int64_t size, const char *name);

/* Labels from a tensor, checked: int32 or uint8 [size], `classes` is the greatest plus 1; [size, L]; float32 [size, K].
 */
gan_status gan_dataset_keep_labels(gan_dataset *dataset, const char *who, const gan_tensor *labels);
/* The latter two of them. */
gan_status gan_dataset_keep_several(gan_dataset *dataset, const char *who, const gan_tensor *labels);
bool gan_dataset_has_labels(const gan_dataset *dataset);
/* The index-th number of labels that are int32 or uint8. */
int32_t gan_label_at(const gan_tensor *labels, int64_t index);
/* Whether it is a class as files hold them: a whole number, from 0 to GAN_CSV_MAX_CLASSES − 1. */
bool gan_label_is_class(double label);
/* Row `index` of several labels, or of numbers, which the data set keeps in memory: gan_labels_row_size bytes. */
const void *gan_dataset_label_row(const gan_dataset *dataset, int64_t index);
/* Names the classes "0", "1", … */
gan_status gan_dataset_number_classes(gan_dataset *dataset);

/* gan_dataset_from_tensor with the name of the function that was called, and of the data set. */
gan_dataset *gan_dataset_over_tensor(const char *who, const char *name, gan_tensor *examples, gan_tensor *labels,
                                     float low, float high);

/* gan_dataset_read without its checks, and with what decides how the example is varied (NULL: it is not); `label` is
 * not NULL. */
gan_status gan_dataset_get(const gan_dataset *dataset, int64_t index, const struct gan_draw *draw, float *example,
                           int32_t *label);

#endif

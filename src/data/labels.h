/* What the rooms above need of labels beyond gan/labels.h. */
#ifndef GAN_SRC_DATA_LABELS_H
#define GAN_SRC_DATA_LABELS_H

#include "gan/labels.h"

/* Whether any class has a name, or they are numbers (whose means say as much). */
bool gan_labels_are_named(const gan_labels *labels);

/* The type and the shape of n rows of them: [n], or [n, count]. labels is not NULL. */
gan_dtype gan_labels_dtype(const gan_labels *labels);
gan_shape gan_labels_shape(const gan_labels *labels, int64_t n);

/* Bytes of an example's row, in a tensor of that shape. */
size_t gan_labels_row_size(const gan_labels *labels);

/*
 * GAN_OK if `given` is such a tensor of n rows (see gan/labels.h) whose labels all exist; else "<who>: <what> …".
 * labels and given are not NULL.
 */
gan_status gan_labels_check(const gan_labels *labels, const gan_tensor *given, int64_t n, const char *who,
                            const char *what);

/*
 * Row `index` of those that `seed` draws: each label uniformly over its classes, each number from its normal
 * distribution. `row` has gan_labels_row_size bytes.
 */
void gan_labels_draw(const gan_labels *labels, uint64_t seed, uint64_t index, void *row);

#endif

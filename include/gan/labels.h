/*
 * Labels: what a conditional model is told of an example beside its main input. A gan_labels says what they are; the
 * labels themselves are tensors with a row for each example:
 *
 * - one class of several: int32 [N] (or [N, 1]), each from 0;
 * - L labels at once, each with a number of classes of its own: int32 [N, L];
 * - K numbers as conditions: float32 [N, K] (for K = 1 also [N]), finite.
 */
#ifndef GAN_LABELS_H
#define GAN_LABELS_H

#include "tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Opaque, reference-counted; does not change. Any number of threads may read one. */
typedef struct gan_labels gan_labels;

typedef enum gan_label_kind {
    GAN_LABEL_CLASSES = 0, /**< one label, or several, each one of its classes */
    GAN_LABEL_NUMBERS      /**< numbers as conditions */
} gan_label_kind;

/** The most labels, or numbers, that an example can have. */
#define GAN_MAX_LABELS 256

/** One label, of 0 … classes − 1. `names` (copied) are their names, or NULL; a NULL among them is no name. */
GAN_API gan_labels *gan_labels_classes(int classes, const char *const *names);
/**
 * `count` labels at once, 1 … GAN_MAX_LABELS; label i is of 0 … classes[i] − 1. names[i] are the names of its classes,
 * as for gan_labels_classes; names itself may be NULL.
 */
GAN_API gan_labels *gan_labels_several(int count, const int *classes, const char *const *const *names);
/**
 * `count` numbers as conditions, 1 … GAN_MAX_LABELS. Where a sampler draws conditions by itself (gan_sampler_run),
 * number i comes from N(mean[i], deviation[i]²); NULL means 0, or 1. deviation[i] ≥ 0. Networks get the numbers as they
 * are: bring them to about [−1, 1].
 */
GAN_API gan_labels *gan_labels_numbers(int count, const float *mean, const float *deviation);
/** Takes another reference; returns `labels`. */
GAN_API gan_labels *gan_labels_ref(gan_labels *labels);
/** Gives a reference back. NULL is fine. */
GAN_API void gan_labels_unref(gan_labels *labels);

/** What kind they are; GAN_LABEL_CLASSES for NULL. */
GAN_API gan_label_kind gan_labels_kind(const gan_labels *labels);
/** How many labels, or numbers, an example has; 0 for NULL. */
GAN_API int gan_labels_count(const gan_labels *labels);
/** The number of classes of label `index` (from 0); 0 for numbers, and where there is no such label. */
GAN_API int gan_labels_class_count(const gan_labels *labels, int index);
/** The name of class `number` of label `index`; NULL where it has none. It belongs to `labels`. */
GAN_API const char *gan_labels_class_name(const gan_labels *labels, int index, int number);
/**
 * The class of label `index` that `text` names: by its name or, if no class has that name, by its number in digits.
 * −1, with an error that lists the classes, if there is none.
 */
GAN_API int gan_labels_find_class(const gan_labels *labels, int index, const char *text);
/** The mean and the deviation of number `index` (either pointer may be NULL); false where there is no such number. */
GAN_API bool gan_labels_number(const gan_labels *labels, int index, float *mean, float *deviation);
/** Whether two agree in kind, count and numbers of classes: names, means and deviations may differ. */
GAN_API bool gan_labels_alike(const gan_labels *a, const gan_labels *b);
/** Writes e.g. "10 classes", "2 labels of 10 and 3 classes", "3 numbers", "none" (NULL), cut to `size` bytes. */
GAN_API char *gan_labels_text(const gan_labels *labels, char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif

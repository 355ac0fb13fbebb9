/*
 * Data sets: examples by number, each a block of float32 of one shape, with or without labels.
 */
#ifndef GAN_DATASET_H
#define GAN_DATASET_H

#include "labels.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Opaque, reference-counted. Several threads may read one data set (for a function's: see there). */
typedef struct gan_dataset gan_dataset;

/** Which part of a published data set. */
typedef enum gan_split { GAN_SPLIT_TRAIN = 0, GAN_SPLIT_TEST } gan_split;

/**
 * MNIST, or a data set in its form (Fashion-MNIST, KMNIST, …), from the folder `directory`: examples [1, 28, 28] in
 * [0, 1] (pixels / 255), classes named by their numbers. The files are train-images-idx3-ubyte and
 * train-labels-idx1-ubyte, for the test split t10k-…; each plain or with .gz, and "images.idx3" for "images-idx3" is
 * found too. Pixels are kept as bytes; plain files are mapped, not read, so leave them as they are meanwhile. NULL when
 * a file is missing (the message lists what was looked for), damaged, or the numbers of images and labels differ.
 */
GAN_API gan_dataset *gan_dataset_open_mnist(const char *directory, gan_split split);

/**
 * A data set from an IDX file of unsigned bytes, plain or .gz: [N, H, W] gives examples [1, H, W], [N, C, H, W] gives
 * [C, H, W], [N, K] gives [K], each in [0, 1] (bytes / 255). `labels` names an IDX file [N] of unsigned bytes, or is
 * NULL.
 */
GAN_API gan_dataset *gan_dataset_open_idx(const char *images, const char *labels);

/**
 * CIFAR-10 (Krizhevsky 2009) from the folder `directory`, or from cifar-10-batches-bin in it: examples [3, 32, 32] in
 * [0, 1], ten named classes. The files are those of the binary version: data_batch_1.bin to data_batch_5.bin, for the
 * test split test_batch.bin, records of 3073 bytes. They are read into memory, as bytes. NULL when a file is missing or
 * damaged.
 */
GAN_API gan_dataset *gan_dataset_open_cifar10(const char *directory, gan_split split);

/**
 * Images from a .npy file (of the types that gan_tensor_read_npy reads): [N, H, W] gives examples [1, H, W], other
 * arrays [N, …] examples of their shape. `labels` names a .npy file [N] of classes, whole numbers from 0 to 4095 of any
 * type, or is NULL. low < high is the range: uint8 is mapped from 0 … 255 onto it and kept as bytes, floats must lie in
 * it; for vectors and tables without one see gan_dataset_open_npy.
 */
GAN_API gan_dataset *gan_dataset_open_npy_images(const char *images, const char *labels, float low, float high);

/**
 * A data set over tensors in memory, which it shares (do not change them meanwhile): `examples` [N, …], float32 or
 * uint8; `labels` int32 or uint8 [N], each at least 0, or NULL. The number of classes is the greatest label plus 1.
 * Labels [N, L] are L at once, each with classes of its own; float32 [N, K] are numbers as conditions (finite; copied).
 * low < high is the range: float32 must lie in it, uint8 is mapped from 0 … 255 onto it. low = high = 0: float32
 * without a range (see gan_dataset_standardised). NULL for other types, for NaN or infinity, or numbers out of range.
 */
GAN_API gan_dataset *gan_dataset_from_tensor(gan_tensor *examples, gan_tensor *labels, float low, float high);

/** How gan_dataset_open_csv and gan_dataset_open_npy read. Fill it with gan_table_options_init, then change fields. */
typedef struct gan_table_options {
    size_t struct_size; /**< sizeof(gan_table_options), set by the _init */
    char
        separator; /**< between fields: 0 (default) finds out: the one of ',' ';' tab '|' that is in line 1, else ',' */
    int header;    /**< does line 1 hold names? 1 yes, 0 no, −1 (default): yes if a field of it is no number */
    int label_column;       /**< the column with class labels, from 0; −1 (default): see label_name */
    const char *label_name; /**< the header's name of the column with labels; NULL (default): no labels */
    char comment;           /**< a line that begins with it is skipped; 0 (default): none is */
    bool standardise;       /**< by column, as gan_dataset_standardised does; default true */
} gan_table_options;

/** Sets the defaults. */
GAN_API void gan_table_options_init(gan_table_options *options);

/**
 * A data set of vectors [columns] from a text table (CSV, RFC 4180: fields may be quoted, "" is a quote; lines end in
 * LF or CRLF; empty lines are skipped). Numbers are written with a point, whatever the locale. A column of labels holds
 * integers from 0 to 4095, or texts, which become classes in the order of their first appearance. `options` NULL:
 * defaults. NULL with file, line and column in the message for a field that is no finite number or a line of another
 * length.
 */
GAN_API gan_dataset *gan_dataset_open_csv(const char *path, const gan_table_options *options);

/**
 * A data set of vectors from a .npy file [N, K] (of the types that gan_tensor_read_npy reads). Of `options` (NULL:
 * defaults), label_column and standardise count. More axes, [N, …], give examples of that shape, without labels;
 * standardised by column all the same.
 */
GAN_API gan_dataset *gan_dataset_open_npy(const char *path, const gan_table_options *options);

/**
 * Writes example `index`, gan_shape_size(shape) floats, and its label if `label` is not NULL (it may be NULL, and is
 * when the data set has no classes). Anything but GAN_OK ends the read, and the loader's batch, with its status.
 */
typedef gan_status gan_example_function(void *context, int64_t index, float *example, int32_t *label);

/**
 * A data set of `size` examples that the caller's function makes. It is called on the thread that reads (the caller's,
 * unless a loader is told to make batches ahead: queue_depth), one call at a time per loader, and should give the same
 * example for the same index. `release` (may be NULL) is called with `context` when the last reference goes; not on
 * failure (NULL). No range and no classes until they are set.
 */
GAN_API gan_dataset *gan_dataset_from_function(gan_shape shape, int64_t size, gan_example_function *read, void *context,
                                               void (*release)(void *context));

/**
 * Handwritten-looking digits that the library draws itself: `size` examples [1, 28, 28] in [0, 1], ten classes. Each is
 * drawn in strokes whose shape, slant, size, place, thickness, waviness and ink are random. Up to 131,072 are drawn now
 * and kept as bytes, which takes about 20 µs each on one thread; of more, each is drawn when it is read. Example i is a
 * function of (seed, i) alone, the same whatever `size` is; its label is drawn too, each class one time in ten.
 */
GAN_API gan_dataset *gan_dataset_digits(int64_t size, uint64_t seed);

/**
 * A data set that gives `source`'s numbers standardised by column: (x − mean) / deviation, each taken over all examples
 * (deviation of the population; 1 for a column that does not vary). It shares `source`, reads it once now and then on
 * demand, and has no range. Generated numbers are undone by x · deviation + mean: see gan_dataset_standardisation.
 */
GAN_API gan_dataset *gan_dataset_standardised(gan_dataset *source);

/** Takes another reference; returns `dataset`. */
GAN_API gan_dataset *gan_dataset_ref(gan_dataset *dataset);
/** Gives a reference back; the last frees the data set. NULL is fine. */
GAN_API void gan_dataset_unref(gan_dataset *dataset);

/** What the data set is, in a few words ("mnist (train)"), for messages and reports. It belongs to the data set. */
GAN_API const char *gan_dataset_name(const gan_dataset *dataset);
/** The number of examples; 0 for NULL. */
GAN_API int64_t gan_dataset_size(const gan_dataset *dataset);
/** The shape of one example, without a batch axis. */
GAN_API gan_shape gan_dataset_shape(const gan_dataset *dataset);
/** Whether the examples' numbers lie in a range, and which (either pointer may be NULL); false leaves them alone. */
GAN_API bool gan_dataset_range(const gan_dataset *dataset, float *low, float *high);
/**
 * The number of classes where an example has one class, 0 … classes − 1. 0: no labels, or several, or numbers (see
 * gan_dataset_labels).
 */
GAN_API int gan_dataset_classes(const gan_dataset *dataset);
/** The name of class `label` ("7"); NULL where classes have no names. It belongs to the data set. */
GAN_API const char *gan_dataset_class_name(const gan_dataset *dataset, int label);
/**
 * What the labels are, with the names of classes: a new reference, given back with gan_labels_unref. For numbers, means
 * and deviations over all examples are in it. NULL, and an error, for a data set without labels.
 */
GAN_API gan_labels *gan_dataset_labels(const gan_dataset *dataset);
/**
 * The means and deviations by which the examples were standardised, tensors of one example's shape that belong to the
 * data set (take a reference to keep them). False, and both NULL, for a data set that is not standardised.
 */
GAN_API bool gan_dataset_standardisation(const gan_dataset *dataset, gan_tensor **mean, gan_tensor **deviation);

/**
 * States the range of a data set from a function or of float32 numbers in memory; the numbers stay as they are. Before
 * a loader or a trainer was given it.
 */
GAN_API gan_status gan_dataset_set_range(gan_dataset *dataset, float low, float high);
/**
 * States the number of classes, no fewer than the labels need, and their names (`classes` texts, copied; or NULL): for
 * a data set from a function, which has labels from then on, or one that has labels already.
 */
GAN_API gan_status gan_dataset_set_classes(gan_dataset *dataset, int classes, const char *const *names);
/**
 * States what the labels are (shared), for names, or for more classes than the labels need: of the same kind and count
 * as the data set's. With one class an example it is gan_dataset_set_classes.
 */
GAN_API gan_status gan_dataset_set_labels(gan_dataset *dataset, gan_labels *labels);
/** Gives the data set another name, which is copied. */
GAN_API gan_status gan_dataset_set_name(gan_dataset *dataset, const char *name);

/**
 * Copies example `index` into `example` (gan_shape_size(shape) floats), and its label into `label` (may be NULL; −1
 * where the data set has no labels, or not one class an example). Images come in their range, bytes converted.
 */
GAN_API gan_status gan_dataset_read(const gan_dataset *dataset, int64_t index, float *example, int32_t *label);

#ifdef __cplusplus
}
#endif
#endif

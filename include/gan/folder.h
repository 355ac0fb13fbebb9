/*
 * Folders of pictures as data sets: what people have.
 */
#ifndef GAN_FOLDER_H
#define GAN_FOLDER_H

#include "dataset.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How a picture of another shape becomes one of height x width. */
typedef enum gan_crop {
    GAN_CROP_CENTRE = 0, /**< the largest part of the wanted shape, in the middle, resized */
    GAN_CROP_RANDOM,     /**< resized to a little more than is needed, then cut at a random place: see crop_margin */
    GAN_CROP_NONE        /**< all of it, resized: stretched where the shape is another */
} gan_crop;

/** Whether folders within the folder are classes. */
typedef enum gan_folder_labels {
    GAN_FOLDER_LABELS_AUTO = 0, /**< yes if all pictures lie in them; no if none do; an error if some do */
    GAN_FOLDER_LABELS_NONE,     /**< no labels: pictures of all folders within, however deep, are one set */
    GAN_FOLDER_LABELS_FOLDERS   /**< they are; pictures that lie beside them are skipped */
} gan_folder_labels;

/** How gan_dataset_open_folder reads. Fill it with gan_folder_options_init, then change fields. */
typedef struct gan_folder_options {
    size_t struct_size;       /**< set by gan_folder_options_init */
    int64_t height, width;    /**< of an example, 1 … 4096: 64, 64 */
    int channels;             /**< 1 grey, 3 red, green, blue, 4 and opacity: 3 */
    gan_crop crop;            /**< default GAN_CROP_CENTRE */
    float crop_margin;        /**< GAN_CROP_RANDOM only: so much more is cut from, 0 … 1: 0.125 (9/8 of the size) */
    bool flip;                /**< in batches, mirror left to right, each picture with probability ½: false */
    gan_folder_labels labels; /**< default GAN_FOLDER_LABELS_AUTO */
    float background[3];      /**< red, green, blue in [0, 1], behind what is transparent (1, 3 channels): 1, 1, 1 */
    bool fail_on_bad;         /**< a bad picture fails the opening, instead of being skipped: false */
    bool headers_only;        /**< look at headers alone; a picture found bad later is an error: false */
    size_t cache_bytes;       /**< memory for decoded pictures; 0: none is kept: 256 MiB */
    const char *cache_file;   /**< a file for decoded pictures, used instead of memory; NULL (default): none */
} gan_folder_options;

/** gan_folder_options_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_folder_options_init_sized(gan_folder_options *options, size_t struct_size);
/** Fills every field with its default. */
static inline gan_status gan_folder_options_init(gan_folder_options *options)
{
    return gan_folder_options_init_sized(options, sizeof *options);
}

/**
 * The PNG and JPEG files of a folder: examples [channels, height, width] in [0, 1], in the order of their names' bytes,
 * whatever the file system's. `options` NULL: the defaults.
 *
 * What a file is, its content says. Each picture is decoded now, once, so that a bad one (cut off, damaged, of an
 * absurd size, no picture in spite of its name) is known before training begins: it is skipped, and counted, and named
 * with the reason (gan_dataset_skipped; the log gets a warning), or with `fail_on_bad` it is the error. Files that are
 * no pictures by name either are skipped and named, and never an error; names that begin with a dot are not looked at.
 * Links are followed, but not in circles. Ten thousand pictures of 32 x 32 take about a second; `headers_only` is for
 * folders of large photographs, where that takes long.
 *
 * Labels: with folders as classes, the class of a picture is the folder directly in `path` that it lies in, however
 * deep; classes are named as the folders and sorted by name; a folder without a readable picture is no class.
 *
 * Pictures are turned as EXIF says (JPEG), cut to shape, and resized with a triangle filter that widens where the
 * picture shrinks, so that nothing aliases (as Pillow's BILINEAR). Grey is 0.299·R + 0.587·G + 0.114·B; 16 bits become
 * 8; CMYK becomes RGB, (1 − C)·(1 − K); gamma and colour profiles are not applied. Opacity lies over `background`, or
 * with four channels is the fourth, colours weighted by it.
 *
 * Random: with GAN_CROP_RANDOM the picture is resized so that it just covers (1 + crop_margin) times the size, of a
 * picture more than four times as long the middle, and cut from that. Where it is cut, and whether it is mirrored, is a
 * function of the loader's seed, the batch's number and the row alone; gan_dataset_read, which has none of them, cuts
 * in the middle and mirrors nothing.
 *
 * Decoded pictures (bytes, resized, before cutting and mirroring) are kept, in memory up to `cache_bytes`, in the order
 * of their names, so that later epochs decode only what found no room. Or in `cache_file`, written whole when the
 * folder is opened, and used at the next opening without decoding anything if it is of the same files (by names, sizes
 * and times) and options; any other cache there is replaced, for which all is decoded, `headers_only` or not. It is
 * checksummed: what is damaged is decoded anew.
 *
 * NULL with GAN_ERROR_IO if the folder cannot be read, GAN_ERROR_FORMAT if it holds no readable picture (the message
 * says what there is), GAN_ERROR_UNSUPPORTED if libgan was built without the libraries that all of its pictures need,
 * and for what the options say.
 */
GAN_API gan_dataset *gan_dataset_open_folder(const char *path, const gan_folder_options *options);

/** How many files of a folder were skipped; 0 for other data sets. */
GAN_API int64_t gan_dataset_skipped(const gan_dataset *dataset);
/** The name, relative to the folder, of skipped file `i` (by name), and why; NULL beyond. They belong to the data set.
 */
GAN_API const char *gan_dataset_skipped_name(const gan_dataset *dataset, int64_t i);
GAN_API const char *gan_dataset_skipped_reason(const gan_dataset *dataset, int64_t i);

#ifdef __cplusplus
}
#endif
#endif

/* From a picture of any kind to one that examples are cut from: bytes in planes, resized. */
#ifndef GAN_SRC_DATA_PREPARE_H
#define GAN_SRC_DATA_PREPARE_H

#include "gan/folder.h"
#include "io/resample.h"

struct gan_preparation {
    int height, width, channels; /* of an example */
    gan_crop crop;
    float margin; /* GAN_CROP_RANDOM: see gan_folder_options */
    uint8_t background[3];
};

/* Memory that serves the next picture again. */
struct gan_preparer {
    struct gan_pixels decoded, resized;
    struct gan_resize_room room;
};

void gan_preparer_clear(struct gan_preparer *preparer);

/*
 * The size of what becomes of a stored picture of width x height pixels (turned as its orientation says): that of an
 * example, but for GAN_CROP_RANDOM, where it is at least that and at most 4·(1 + margin) times each.
 */
void gan_prepared_size(const struct gan_preparation *preparation, const struct gan_pixels *picture, int *width,
                       int *height);

/* Prepares preparer->decoded, which it changes: `planes` gets [channels, height, width] bytes of that size. */
gan_status gan_prepare(const struct gan_preparation *preparation, struct gan_preparer *preparer, uint8_t *planes);

#endif

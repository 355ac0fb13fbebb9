/*
 * A decoded picture of 8 bits a channel. Its memory serves the next one again: reading many pictures allocates for the
 * largest alone.
 */
#ifndef GAN_SRC_IO_PIXELS_H
#define GAN_SRC_IO_PIXELS_H

#include "gan/base.h"

#include <stdint.h>

/* The most numbers in a picture that is read. */
#define GAN_PIXELS_MAX ((uint64_t)1 << 28)

struct gan_pixels {
    int width, height;
    int channels;    /* 1 grey, 3 red, green, blue, 4 and opacity (colours not multiplied by it) */
    int orientation; /* EXIF's, 1 (upright) … 8: how the picture is to be turned */
    uint8_t *bytes;  /* rows from the top, in these pixels from the left, in these channels; NULL: none yet */
    size_t capacity;
};

/* Makes room for such a picture, upright; its bytes are not cleared. */
gan_status gan_pixels_make(struct gan_pixels *pixels, int width, int height, int channels);
/* Frees the memory; a cleared struct may be used again. */
void gan_pixels_clear(struct gan_pixels *pixels);

/*
 * Reads a PNG or JPEG file's bytes, whichever it is by its content. 16 bits become 8, CMYK becomes RGB. The error says
 * what is wrong with it and names no file: GAN_ERROR_FORMAT; GAN_ERROR_UNSUPPORTED for a format that this build lacks;
 * GAN_ERROR_OUT_OF_MEMORY.
 */
gan_status gan_pixels_decode(struct gan_pixels *pixels, const void *data, size_t size);
/* Reads the header alone: sets all but the bytes. */
gan_status gan_pixels_look(struct gan_pixels *pixels, const void *data, size_t size);

/* GAN_OK, or GAN_ERROR_FORMAT for more pixels than libgan reads. */
gan_status gan_pixels_check_size(uint64_t width, uint64_t height, int channels);

#endif

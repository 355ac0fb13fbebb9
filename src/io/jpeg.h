/* JPEG files, through libjpeg-turbo (or another libjpeg). Without it reading fails with GAN_ERROR_UNSUPPORTED. */
#ifndef GAN_SRC_IO_JPEG_H
#define GAN_SRC_IO_JPEG_H

#include "io/pixels.h"

/* Whether a file begins as JPEG files do. */
_Bool gan_jpeg_begins(const void *data, size_t size);

/*
 * A JPEG file's bytes as grey or RGB, with the orientation that EXIF states; not `whole`: its header alone. CMYK and
 * YCCK become RGB as inks on white paper, (1 − C)·(1 − K), without colour profiles; Adobe's are stored inverted.
 * A file that ends before its end marker, or whose content libjpeg can only guess, is an error. The error names no
 * file.
 */
gan_status gan_jpeg_read(struct gan_pixels *pixels, const void *data, size_t size, _Bool whole);

#endif

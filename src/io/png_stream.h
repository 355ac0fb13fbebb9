/* What reading and writing PNG files have in common: libpng's memory and its errors. Only with libpng. */
#ifndef GAN_SRC_IO_PNG_STREAM_H
#define GAN_SRC_IO_PNG_STREAM_H

#include "base/buffer.h"

#include <png.h>
#include <stdint.h>

/* What libpng's callbacks work on. */
struct gan_png_stream {
    const uint8_t *data; /* that it reads */
    size_t size, position;
    struct gan_buffer written;
    _Bool out_of_memory;
    char message[128]; /* libpng's */
};

/* libpng's callbacks; its error, memory and io pointers are the stream. */
void gan_png_on_error(png_structp png, png_const_charp message);
void gan_png_on_warning(png_structp png, png_const_charp message);
png_voidp gan_png_on_allocate(png_structp png, png_alloc_size_t size);
void gan_png_on_release(png_structp png, png_voidp memory);

/* Fails with what libpng said; a GAN_ERROR_FORMAT says where as well. Out of memory comes before both. */
gan_status gan_png_report(const struct gan_png_stream *stream, gan_status status);

#endif

/* PNG files, through libpng. Without it these fail with GAN_ERROR_UNSUPPORTED. */
#ifndef GAN_SRC_IO_PNG_H
#define GAN_SRC_IO_PNG_H

#include "gan/tensor.h"
#include "io/picture.h"
#include "io/pixels.h"

/* Whole or not at all. `who` is the public function, for messages. */
gan_status gan_png_write(const char *path, const struct gan_picture *picture, const char *who);

/* Whether a file begins as PNG files do. */
_Bool gan_png_begins(const void *data, size_t size);
/* The file's bytes, the caller's (gan_free). `name` is for messages. */
gan_status gan_png_encode(const struct gan_picture *picture, uint8_t **bytes, size_t *size, const char *who,
                          const char *name);
/* Whether libgan was built with libpng. */
bool gan_png_available(void);

/* A float32 tensor [C, H, W] in [0, 1] from a PNG file's bytes. `who` and `name` (a path, say) are for messages. */
gan_tensor *gan_png_decode(const void *data, size_t size, const char *who, const char *name);

/* The same as 8 bits a channel; not `whole`: its header alone. The error names no file. */
gan_status gan_png_read(struct gan_pixels *pixels, const void *data, size_t size, _Bool whole);

#endif

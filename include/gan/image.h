/*
 * Pictures: tensors to PNG files, PNG and JPEG files to tensors, and a preview in the terminal. The numbers are
 * brightness, 0 (none) … 1 (full); axes are C, H, W with one channel for grey, three for red, green and blue, four with
 * opacity after these.
 */
#ifndef GAN_IMAGE_H
#define GAN_IMAGE_H

#include <stdio.h>

#include "tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Writes one image as a PNG file of 8 bits a channel. image: float32 [C, H, W] or [1, C, H, W], C = 1, 3 or 4.
 *
 * Brightness v becomes round(255·v) with v clamped to [0, 1]; NaN becomes 0. The same numbers make the same file, byte
 * for byte (with one version of libpng and zlib). The file is written to a temporary name beside `path`, flushed, then
 * renamed: `path` is never half a picture.
 *
 * Errors: GAN_ERROR_INVALID_ARGUMENT for another type, rank or number of channels; GAN_ERROR_IO;
 * GAN_ERROR_UNSUPPORTED where libgan was built without libpng. The same holds for the next two.
 */
GAN_API gan_status gan_image_write(const char *path, const gan_tensor *image);

/**
 * Writes images [N, C, H, W] (or one, [C, H, W]) as one PNG, `columns` beside each other, in reading order. 0 or less:
 * about square. Cells are 2 pixels apart; the gaps, and cells left over in the last row, are mid-grey (with four
 * channels transparent).
 */
GAN_API gan_status gan_image_write_grid(const char *path, const gan_tensor *images, int columns);

/** As gan_image_write_grid, with every pixel drawn as scale × scale of them (scale ≥ 1); the gaps stay 2 pixels wide.
 */
GAN_API gan_status gan_image_write_grid_scaled(const char *path, const gan_tensor *images, int columns, int scale);

/**
 * Reads a PNG or JPEG file, whichever it is by its content: a new float32 tensor [C, H, W] in [0, 1]. C is 1 for grey,
 * 3 for colour and palettes, 4 for anything with transparency. 8-bit brightness k is k/255, 16-bit k/65535; a file's
 * gamma and colour profile are not applied. A JPEG is turned upright as its EXIF orientation says, and one of inks
 * (CMYK, YCCK) becomes RGB, (1 − C)·(1 − K) and so on.
 *
 * NULL on failure: GAN_ERROR_IO; GAN_ERROR_FORMAT for a damaged file (one that was cut off too), for one that is
 * neither, and for sizes over 65535 × 65535 or 2²⁸ numbers, or that the file is too short to hold;
 * GAN_ERROR_UNSUPPORTED where libgan was built without the library that the file needs, libpng or libjpeg.
 */
GAN_API gan_tensor *gan_image_read(const char *path);

/** As gan_image_read, of a file's `size` bytes in memory. */
GAN_API gan_tensor *gan_image_read_memory(const void *data, size_t size);

/**
 * Whether text from gan_terminal_picture can be shown on `stream`: it is a terminal, TERM is set and not "dumb", the
 * locale's environment (LC_ALL, else LC_CTYPE, else LANG) says UTF-8, and NO_COLOR is unset or empty.
 */
GAN_API bool gan_terminal_can_show(FILE *stream);

/** How many characters fit on a line of the terminal behind `stream`; else what COLUMNS says; else 80. */
GAN_API int gan_terminal_width(FILE *stream);

/**
 * Images (as for gan_image_write_grid) as text for a terminal: two pixels above each other in each character, with
 * escape codes for their colours. `columns` images beside each other (0 or less: about square); at most `width`
 * characters a line (0 or less: 80): wider grids are shrunk by averaging. 24-bit colours where the environment's
 * COLORTERM is "truecolor" or "24bit", else the 256-colour palette. Lines end in a reset and a newline. Opacity is
 * shown over black.
 *
 * The text is new: free it with gan_text_free. The library prints nothing itself. NULL on failure.
 */
GAN_API char *gan_terminal_picture(const gan_tensor *images, int columns, int width);

#ifdef __cplusplus
}
#endif
#endif

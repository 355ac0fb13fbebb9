/* A picture as text for a terminal. */
#ifndef GAN_SRC_IO_TERMINAL_H
#define GAN_SRC_IO_TERMINAL_H

#include <stdbool.h>

#include "io/picture.h"

/* At most `width` characters a line; 24-bit colours, or the 256-colour palette. New text (gan_text_free), or NULL. */
char *gan_picture_text(const struct gan_picture *picture, int width, bool true_colour);

/* The nearest of the 256-colour palette's entries 16 … 255. */
int gan_palette_colour(const uint8_t rgb[3]);

#endif

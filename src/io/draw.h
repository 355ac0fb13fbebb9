/* Anti-aliased strokes: laid down as ink on a mask, so that strokes that meet do not darken each other, then mixed into
 * a picture in one colour. Coordinates are pixels from the top left corner; pixel (0, 0)'s centre is (0.5, 0.5). */
#ifndef GAN_SRC_IO_DRAW_H
#define GAN_SRC_IO_DRAW_H

#include "io/picture.h"

#define GAN_INK_FAR 1e9

struct gan_box {
    int left, top, right, bottom; /* right and bottom are the first outside */
};

struct gan_colour {
    uint8_t red, green, blue;
};

/* Where there is ink, and how much. Strokes are cut off at `clip`. */
struct gan_ink {
    int width, height;
    struct gan_box clip;
    struct gan_box wet; /* no ink outside */
    uint8_t cover[];
};

struct gan_ink *gan_ink_new(int width, int height); /* dry, clip is everything; NULL (and an error) on failure */
void gan_ink_free(struct gan_ink *ink);

/* A line with round ends, `thickness` wide; from a point to itself, a dot. Coordinates may lie outside,
 * up to GAN_INK_FAR. */
void gan_ink_line(struct gan_ink *ink, double x0, double y0, double x1, double y1, double thickness);
/* The same in dashes and gaps of length `dash`, beginning with a dash. */
void gan_ink_dashes(struct gan_ink *ink, double x0, double y0, double x1, double y1, double thickness, double dash);

/* Mixes the ink into a picture of the same size with three channels (opacity 0 … 1), and dries the mask. */
void gan_ink_mix(struct gan_ink *ink, struct gan_picture *picture, struct gan_colour colour, double opacity);

void gan_fill_box(struct gan_picture *picture, struct gan_box box, struct gan_colour colour);

#endif

/* Letters made of strokes: ASCII 32 … 126, everything else a box. At scale 1 capitals are 10 pixels high, and upright
 * and level strokes lie on whole pixels where the text begins at a pixel's centre. */
#ifndef GAN_SRC_IO_FONT_H
#define GAN_SRC_IO_FONT_H

#include <stdbool.h>

#include "io/draw.h"

#define GAN_CAPITAL_HEIGHT 9 /* between the middles of the strokes, at scale 1 */
#define GAN_DESCENT        3 /* below the baseline */

struct gan_type {
    double scale;
    double thickness; /* of the strokes, at scale 1 */
    bool upwards;     /* turned to be read from below */
};

/* How far the text reaches, from the middle of its first stroke to the middle of its last. */
double gan_text_width(const char *text, double scale);

/* Writes on the baseline from (x, y) on. */
void gan_text_ink(struct gan_ink *ink, const char *text, struct gan_type type, double x, double y);

/* The same in at most `width`: what does not fit gives way to "...". */
void gan_text_ink_within(struct gan_ink *ink, const char *text, struct gan_type type, double x, double y, double width);

#endif

/* Pictures made larger or smaller. */
#ifndef GAN_SRC_IO_RESAMPLE_H
#define GAN_SRC_IO_RESAMPLE_H

#include "io/pixels.h"

/* A part of a picture, in pixels, its edges anywhere between them. */
struct gan_box {
    double x, y, width, height;
};

/* Memory that serves the next picture again. */
struct gan_resize_room {
    float *row, *weights;
    int *first;
    size_t row_capacity, weights_capacity, first_capacity;
};

void gan_resize_room_clear(struct gan_resize_room *room);

/*
 * `to`, width x height pixels and as many channels as `from`, becomes the part `box` (within `from`) of it.
 *
 * Along each axis output pixel i is the mean of the input pixels k, weighted by a triangle (linear interpolation)
 * around its centre c = box.x + (i + ½)·s, s = box.width / width: 1 − |k + ½ − c| / max(s, 1), or 0 beyond. Where the
 * picture shrinks (s > 1) the triangle widens with it, so that every pixel counts and nothing aliases (as in Pillow's
 * resize). Pixels outside of `from` have no weight. With four channels colours are weighted by opacity too, so that
 * what is transparent lends its colour to nothing; where all is, the colour is 0. Rounded to nearest at the end alone.
 * The orientation is passed on.
 */
gan_status gan_resample(struct gan_resize_room *room, const struct gan_pixels *from, struct gan_box box, int width,
                        int height, struct gan_pixels *to);

#endif

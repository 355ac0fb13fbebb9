/* Resizing by the definition, in double: the triangle filter that widens where the picture shrinks. */
#ifndef GAN_TESTS_NAIVE_RESIZE_H
#define GAN_TESTS_NAIVE_RESIZE_H

#include <math.h>
#include <stdint.h>

struct naive_box {
    double x, y, width, height;
};

/* The weight of input k for output i, not yet divided by the sum. */
static inline double naive_weight(double begin, double length, int out, int i, int k)
{
    double scale = length / out, centre = begin + (i + 0.5) * scale;
    return fmax(0, 1 - fabs(k + 0.5 - centre) / fmax(scale, 1));
}

/* Pixel (x, y) of the part `box` of a picture of interleaved bytes, made width x height: its colours in out[0 … 2] (of
 * grey in out[0]), its opacity in out[3]. */
static inline void naive_resize(const uint8_t *bytes, int from_width, int from_height, int channels,
                                struct naive_box box, int width, int height, int x, int y, double out[4])
{
    double sum[3] = {0}, all = 0, opaque = 0;
    for (int row = 0; row < from_height; row++)
        for (int column = 0; column < from_width; column++) {
            double w = naive_weight(box.x, box.width, width, x, column) *
                       naive_weight(box.y, box.height, height, y, row);
            const uint8_t *pixel = bytes + (row * from_width + column) * channels;
            double opacity = channels == 4 ? pixel[3] : 1;
            for (int c = 0; c < channels && c < 3; c++)
                sum[c] += w * opacity * pixel[c];
            opaque += w * opacity;
            all += w;
        }
    for (int c = 0; c < 3; c++)
        out[c] = opaque > 0 ? sum[c] / opaque : 0;
    out[3] = opaque / all;
}

#endif

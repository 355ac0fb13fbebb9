#include "io/draw.h"

#include "base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

struct gan_ink *gan_ink_new(int width, int height)
{
    struct gan_ink *ink = gan_alloc_zero(1, sizeof *ink + (size_t)width * (size_t)height);
    if (ink == NULL)
        return NULL;
    ink->width = width;
    ink->height = height;
    ink->clip = (struct gan_box){0, 0, width, height};
    ink->wet = (struct gan_box){width, height, 0, 0};
    return ink;
}

void gan_ink_free(struct gan_ink *ink)
{
    gan_free(ink);
}

/* One bound of Liang and Barsky's clipping ("A new concept and method for line clipping", 1984): the part [*t0, *t1] of
 * a line along which a + t·d ≥ 0 is what remains. False: nothing does. */
static bool keep_positive(double a, double d, double *t0, double *t1)
{
    if (d == 0)
        return a >= 0;
    double t = -a / d;
    if (d > 0)
        *t0 = t > *t0 ? t : *t0;
    else
        *t1 = t < *t1 ? t : *t1;
    return *t0 <= *t1;
}

static double limited(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* Cuts the line to the clip box and `reach` around it. False: nothing is left. */
static bool cut(const struct gan_box *clip, double reach, double *x0, double *y0, double *x1, double *y1)
{
    double left = clip->left - reach, right = clip->right + reach;
    double top = clip->top - reach, bottom = clip->bottom + reach;
    double x = *x0, y = *y0, dx = *x1 - x, dy = *y1 - y, t0 = 0, t1 = 1;
    if (!keep_positive(x - left, dx, &t0, &t1) || !keep_positive(right - x, -dx, &t0, &t1) ||
        !keep_positive(y - top, dy, &t0, &t1) || !keep_positive(bottom - y, -dy, &t0, &t1))
        return false;
    *x0 = limited(x + t0 * dx, left, right);
    *y0 = limited(y + t0 * dy, top, bottom);
    *x1 = limited(x + t1 * dx, left, right);
    *y1 = limited(y + t1 * dy, top, bottom);
    return true;
}

static int within(double value, int low, int high)
{
    return value <= low ? low : value >= high ? high : (int)value;
}

static void moisten(struct gan_box *wet, const struct gan_box *box)
{
    wet->left = box->left < wet->left ? box->left : wet->left;
    wet->top = box->top < wet->top ? box->top : wet->top;
    wet->right = box->right > wet->right ? box->right : wet->right;
    wet->bottom = box->bottom > wet->bottom ? box->bottom : wet->bottom;
}

/* A pixel whose centre lies d from the line's middle is covered by thickness/2 + ½ − d, between 0 and 1. */
static void cover(struct gan_ink *ink, const struct gan_box *box, double x0, double y0, double x1, double y1,
                  double thickness)
{
    double dx = x1 - x0, dy = y1 - y0, length2 = dx * dx + dy * dy;
    double scale = length2 > 1e-12 ? 1 / length2 : 0;
    for (int y = box->top; y < box->bottom; y++) {
        uint8_t *row = ink->cover + (size_t)y * (size_t)ink->width;
        for (int x = box->left; x < box->right; x++) {
            double px = x + 0.5 - x0, py = y + 0.5 - y0;
            double t = (px * dx + py * dy) * scale;
            t = t < 0 ? 0 : t > 1 ? 1 : t;
            double ex = px - t * dx, ey = py - t * dy;
            double part = thickness / 2 + 0.5 - sqrt(ex * ex + ey * ey);
            int value = part <= 0 ? 0 : part >= 1 ? 255 : (int)(255 * part + 0.5);
            if (value > row[x])
                row[x] = (uint8_t)value;
        }
    }
}

void gan_ink_line(struct gan_ink *ink, double x0, double y0, double x1, double y1, double thickness)
{
    double reach = thickness / 2 + 1;
    if (!cut(&ink->clip, reach, &x0, &y0, &x1, &y1))
        return;
    const struct gan_box *clip = &ink->clip;
    struct gan_box box = {.left = within(floor(fmin(x0, x1) - reach), clip->left, clip->right),
                          .top = within(floor(fmin(y0, y1) - reach), clip->top, clip->bottom),
                          .right = within(ceil(fmax(x0, x1) + reach), clip->left, clip->right),
                          .bottom = within(ceil(fmax(y0, y1) + reach), clip->top, clip->bottom)};
    if (box.left >= box.right || box.top >= box.bottom)
        return;
    moisten(&ink->wet, &box);
    cover(ink, &box, x0, y0, x1, y1, thickness);
}

void gan_ink_dashes(struct gan_ink *ink, double x0, double y0, double x1, double y1, double thickness, double dash)
{
    double length = hypot(x1 - x0, y1 - y0);
    int count = (int)ceil(length / (2 * dash));
    for (int i = 0; i < count; i++) {
        double at = 2 * dash * i, from = at / length, to = fmin(at + dash, length) / length;
        gan_ink_line(ink, x0 + from * (x1 - x0), y0 + from * (y1 - y0), x0 + to * (x1 - x0), y0 + to * (y1 - y0),
                     thickness);
    }
}

static uint8_t mix(uint8_t under, uint8_t over, double part)
{
    return (uint8_t)(under + part * (over - under) + 0.5);
}

void gan_ink_mix(struct gan_ink *ink, struct gan_picture *picture, struct gan_colour colour, double opacity)
{
    assert(picture->channels == 3 && picture->width == ink->width && picture->height == ink->height);
    for (int y = ink->wet.top; y < ink->wet.bottom; y++) {
        uint8_t *cover = ink->cover + (size_t)y * (size_t)ink->width;
        for (int x = ink->wet.left; x < ink->wet.right; x++) {
            uint8_t *pixel = gan_picture_at(picture, x, y);
            double part = opacity * cover[x] / 255;
            pixel[0] = mix(pixel[0], colour.red, part);
            pixel[1] = mix(pixel[1], colour.green, part);
            pixel[2] = mix(pixel[2], colour.blue, part);
            cover[x] = 0;
        }
    }
    ink->wet = (struct gan_box){ink->width, ink->height, 0, 0};
}

void gan_fill_box(struct gan_picture *picture, struct gan_box box, struct gan_colour colour)
{
    for (int y = box.top; y < box.bottom; y++)
        for (int x = box.left; x < box.right; x++) {
            uint8_t *pixel = gan_picture_at(picture, x, y);
            pixel[0] = colour.red;
            pixel[1] = colour.green;
            pixel[2] = colour.blue;
        }
}

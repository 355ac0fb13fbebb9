#include "digits.h"

#include <math.h>

static float clamp(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

static int clamp_pixel(float x)
{
    return (int)clamp(x, 0, GAN_DIGIT_SIDE - 1);
}

/* `depth` is how far inside the ink each pixel's centre lies (outside: negative), so far as it was drawn. A piece is a
 * line with round ends whose radius goes evenly from one dot's to the other's. */
static void ink_piece(const struct gan_digit_dot *a, const struct gan_digit_dot *b, float reach, float *depth)
{
    float radius = (a->radius > b->radius ? a->radius : b->radius) + reach;
    int left = clamp_pixel((a->x < b->x ? a->x : b->x) - radius),
        right = clamp_pixel((a->x > b->x ? a->x : b->x) + radius);
    int top = clamp_pixel((a->y < b->y ? a->y : b->y) - radius),
        bottom = clamp_pixel((a->y > b->y ? a->y : b->y) + radius);
    float dx = b->x - a->x, dy = b->y - a->y, length2 = dx * dx + dy * dy;
    float scale = length2 > 1e-12f ? 1 / length2 : 0;
    for (int y = top; y <= bottom; y++) {
        float *row = depth + y * GAN_DIGIT_SIDE;
        for (int x = left; x <= right; x++) {
            float px = (float)x + 0.5f - a->x, py = (float)y + 0.5f - a->y;
            float t = clamp((px * dx + py * dy) * scale, 0, 1);
            float ex = px - t * dx, ey = py - t * dy;
            float inside = a->radius + t * (b->radius - a->radius) - sqrtf(ex * ex + ey * ey);
            row[x] = inside > row[x] ? inside : row[x];
        }
    }
}

void gan_digit_ink(const struct gan_digit_line *line, uint8_t pixels[GAN_DIGIT_PIXELS])
{
    float depth[GAN_DIGIT_PIXELS];
    for (int i = 0; i < GAN_DIGIT_PIXELS; i++)
        depth[i] = -line->edge;
    for (int i = 0; i + 1 < line->count; i++)
        if (line->dots[i].stroke == line->dots[i + 1].stroke)
            ink_piece(&line->dots[i], &line->dots[i + 1], line->edge, depth);
    for (int i = 0; i < GAN_DIGIT_PIXELS; i++) {
        float t = clamp(depth[i] / line->edge + 0.5f, 0, 1); /* the rim itself is half ink */
        pixels[i] = (uint8_t)(255 * line->ink * t + 0.5f);
    }
}

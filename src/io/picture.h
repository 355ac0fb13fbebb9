/* Pictures of 8 bits a channel, in memory: what is drawn on, and what a PNG file is written from. */
#ifndef GAN_SRC_IO_PICTURE_H
#define GAN_SRC_IO_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#define GAN_PICTURE_SIDE_MAX 65535

struct gan_picture {
    int width, height;
    int channels;     /* 1 grey, 3 red, green, blue, 4 and opacity */
    uint8_t pixels[]; /* rows from the top, in these pixels from the left, in these channels */
};

/* Every byte is `value`. At most GAN_PICTURE_SIDE_MAX a side. NULL (and an error) when memory is short. */
struct gan_picture *gan_picture_new(int width, int height, int channels, uint8_t value);
void gan_picture_free(struct gan_picture *picture); /* NULL is fine */

static inline uint8_t *gan_picture_at(struct gan_picture *picture, int x, int y)
{
    return picture->pixels + ((size_t)y * (size_t)picture->width + (size_t)x) * (size_t)picture->channels;
}

static inline const uint8_t *gan_picture_pixel(const struct gan_picture *picture, int x, int y)
{
    return picture->pixels + ((size_t)y * (size_t)picture->width + (size_t)x) * (size_t)picture->channels;
}

#endif

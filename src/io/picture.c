#include "io/picture.h"

#include "base/memory.h"

#include <assert.h>
#include <string.h>

struct gan_picture *gan_picture_new(int width, int height, int channels, uint8_t value)
{
    assert(width > 0 && width <= GAN_PICTURE_SIDE_MAX && height > 0 && height <= GAN_PICTURE_SIDE_MAX);
    size_t bytes = (size_t)width * (size_t)height * (size_t)channels;
    struct gan_picture *picture = gan_alloc(sizeof *picture + bytes);
    if (picture == NULL)
        return NULL;
    picture->width = width;
    picture->height = height;
    picture->channels = channels;
    memset(picture->pixels, value, bytes);
    return picture;
}

void gan_picture_free(struct gan_picture *picture)
{
    gan_free(picture);
}

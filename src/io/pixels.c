#include "io/pixels.h"

#include "base/memory.h"
#include "base/status.h"
#include "io/jpeg.h"
#include "io/picture.h"
#include "io/png.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

gan_status gan_pixels_make(struct gan_pixels *pixels, int width, int height, int channels)
{
    assert(width > 0 && height > 0 && channels > 0);
    size_t needed = (size_t)width * (size_t)height * (size_t)channels;
    if (needed > pixels->capacity) {
        gan_pixels_clear(pixels);
        pixels->bytes = gan_alloc(needed);
        if (pixels->bytes == NULL)
            return GAN_ERROR_OUT_OF_MEMORY;
        pixels->capacity = needed;
    }
    pixels->width = width;
    pixels->height = height;
    pixels->channels = channels;
    pixels->orientation = 1;
    return GAN_OK;
}

void gan_pixels_clear(struct gan_pixels *pixels)
{
    gan_free(pixels->bytes);
    *pixels = (struct gan_pixels){0};
}

gan_status gan_pixels_check_size(uint64_t width, uint64_t height, int channels)
{
    if (width <= GAN_PICTURE_SIDE_MAX && height <= GAN_PICTURE_SIDE_MAX &&
        width * height * (unsigned)channels <= GAN_PIXELS_MAX)
        return GAN_OK;
    return gan_fail(GAN_ERROR_FORMAT,
                    "is %" PRIu64 " x %" PRIu64 " pixels of %d channels, want at most %d a side, 2^28 in all", width,
                    height, channels, GAN_PICTURE_SIDE_MAX);
}

/* What a file that is neither seems to be. */
static gan_status refuse(const uint8_t *bytes, size_t size)
{
    static const struct {
        size_t at, length;
        const char *bytes, *name;
    } known[] = {{0, 4, "GIF8", "GIF"},      {8, 4, "WEBP", "WebP"},
                 {0, 2, "BM", "BMP"},        {0, 4, "II*\0", "TIFF"},
                 {0, 4, "MM\0*", "TIFF"},    {4, 8, "ftypheic", "HEIC"},
                 {4, 8, "ftypavif", "AVIF"}, {0, 4, "\xff\x4f\xff\x51", "JPEG 2000"}};
    if (size == 0)
        return gan_fail(GAN_ERROR_FORMAT, "is empty");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].at + known[i].length <= size && memcmp(bytes + known[i].at, known[i].bytes, known[i].length) == 0)
            return gan_fail(GAN_ERROR_FORMAT, "is a %s file, want PNG or JPEG", known[i].name);
    return gan_fail(GAN_ERROR_FORMAT, "is no PNG or JPEG file");
}

static gan_status read_any(struct gan_pixels *pixels, const void *data, size_t size, bool whole)
{
    if (gan_png_begins(data, size))
        return gan_png_read(pixels, data, size, whole);
    if (gan_jpeg_begins(data, size))
        return gan_jpeg_read(pixels, data, size, whole);
    return refuse(data, size);
}

gan_status gan_pixels_decode(struct gan_pixels *pixels, const void *data, size_t size)
{
    return read_any(pixels, data, size, true);
}

gan_status gan_pixels_look(struct gan_pixels *pixels, const void *data, size_t size)
{
    return read_any(pixels, data, size, false);
}

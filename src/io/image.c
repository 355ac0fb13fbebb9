#include "gan/image.h"

#include "base/memory.h"
#include "base/status.h"
#include "io/exif.h"
#include "io/pixels.h"
#include "io/png.h"
#include "io/source.h"

/* The file's bytes (gan_free). Gzip is not unpacked: it could become more than the file's size lets one expect. */
static char *read_file(const char *path, size_t *size)
{
    struct gan_source *source = gan_source_open(path);
    if (source == NULL)
        return NULL;
    int64_t regular_size;
    char *bytes = NULL;
    if (gan_source_plain(source, &regular_size) < 0 && regular_size >= 0)
        gan_fail(GAN_ERROR_FORMAT, "gan_image_read: %s: is gzip, want a PNG or JPEG file; gunzip it first", path);
    else
        bytes = gan_source_read_all(source, size);
    gan_source_close(source);
    return bytes;
}

/* Upright, in planes. */
static gan_tensor *to_tensor(const struct gan_pixels *pixels)
{
    bool turned = gan_exif_turns(pixels->orientation);
    int width = turned ? pixels->height : pixels->width, height = turned ? pixels->width : pixels->height;
    gan_tensor *image = gan_tensor_new(GAN_SHAPE(pixels->channels, height, width));
    float *to = image != NULL ? gan_tensor_data(image) : NULL;
    for (int c = 0; c < pixels->channels && to != NULL; c++)
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                int column, row;
                gan_exif_place(pixels->orientation, pixels->width, pixels->height, x, y, &column, &row);
                size_t at = ((size_t)row * (size_t)pixels->width + (size_t)column) * (size_t)pixels->channels;
                *to++ = (float)pixels->bytes[at + (size_t)c] / 255.0f;
            }
    return image;
}

static gan_tensor *decode(const void *data, size_t size, const char *who, const char *name)
{
    if (gan_png_begins(data, size)) /* which may hold 16 bits a channel */
        return gan_png_decode(data, size, who, name);
    struct gan_pixels pixels = {0};
    gan_tensor *image = gan_pixels_decode(&pixels, data, size) == GAN_OK ? to_tensor(&pixels) : NULL;
    gan_pixels_clear(&pixels);
    return image != NULL ? image : gan_fail_null(gan_error_status(), "%s: %s: %s", who, name, gan_error_message());
}

gan_tensor *gan_image_read(const char *path)
{
    if (path == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_image_read: path is NULL");
    size_t size = 0;
    char *bytes = read_file(path, &size);
    if (bytes == NULL)
        return NULL;
    gan_tensor *image = decode(bytes, size, "gan_image_read", path);
    gan_free(bytes);
    return image;
}

gan_tensor *gan_image_read_memory(const void *data, size_t size)
{
    if (data == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_image_read_memory: data is NULL");
    return decode(data, size, "gan_image_read_memory", "data");
}

#include "gan/image.h"

#include "base/memory.h"
#include "base/status.h"
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
        gan_fail(GAN_ERROR_FORMAT, "gan_image_read: %s: is gzip, want a PNG file; gunzip it first", path);
    else
        bytes = gan_source_read_all(source, size);
    gan_source_close(source);
    return bytes;
}

gan_tensor *gan_image_read(const char *path)
{
    if (path == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_image_read: path is NULL");
    size_t size = 0;
    char *bytes = read_file(path, &size);
    if (bytes == NULL)
        return NULL;
    gan_tensor *image = gan_png_decode(bytes, size, "gan_image_read", path);
    gan_free(bytes);
    return image;
}

gan_tensor *gan_image_read_memory(const void *data, size_t size)
{
    if (data == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_image_read_memory: data is NULL");
    return gan_png_decode(data, size, "gan_image_read_memory", "data");
}

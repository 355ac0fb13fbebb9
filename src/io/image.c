#include "gan/image.h"

#include "base/memory.h"
#include "base/status.h"
#include "io/png.h"
#include "io/source.h"

gan_tensor *gan_image_read(const char *path)
{
    if (path == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_image_read: path is NULL");
    struct gan_source *source = gan_source_open(path);
    if (source == NULL)
        return NULL;
    size_t size = 0;
    char *bytes = gan_source_read_all(source, &size);
    gan_source_close(source);
    gan_tensor *image = bytes != NULL ? gan_png_decode(bytes, size, "gan_image_read", path) : NULL;
    gan_free(bytes);
    return image;
}

gan_tensor *gan_image_read_memory(const void *data, size_t size)
{
    if (data == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_image_read_memory: data is NULL");
    return gan_png_decode(data, size, "gan_image_read_memory", "data");
}

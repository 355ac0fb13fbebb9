/* What needs no libpng, and what is said where there is none. */
#include "io/png.h"

#include "base/status.h"
#include "config.h"

#include <string.h>

_Bool gan_png_begins(const void *data, size_t size)
{
    static const unsigned char signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    return size >= sizeof signature && memcmp(data, signature, sizeof signature) == 0;
}

bool gan_png_available(void)
{
#ifdef HAVE_PNG
    return true;
#else
    return false;
#endif
}

#ifndef HAVE_PNG

#define MISSING                                                                                                        \
    "libgan was built without libpng; install it (on Debian or Ubuntu: apt-get install libpng-dev) and build libgan "  \
    "again with -Dpng=enabled"

gan_status gan_png_encode(const struct gan_picture *picture, uint8_t **bytes, size_t *size, const char *who,
                          const char *name)
{
    (void)picture;
    (void)bytes;
    (void)size;
    (void)name;
    return gan_fail(GAN_ERROR_UNSUPPORTED, "%s: " MISSING, who);
}

gan_status gan_png_write(const char *path, const struct gan_picture *picture, const char *who)
{
    (void)path;
    (void)picture;
    return gan_fail(GAN_ERROR_UNSUPPORTED, "%s: " MISSING, who);
}

gan_tensor *gan_png_decode(const void *data, size_t size, const char *who, const char *name)
{
    (void)data;
    (void)size;
    (void)name;
    return gan_fail_null(GAN_ERROR_UNSUPPORTED, "%s: " MISSING, who);
}

gan_status gan_png_read(struct gan_pixels *pixels, const void *data, size_t size, _Bool whole)
{
    (void)pixels;
    (void)data;
    (void)size;
    (void)whole;
    return gan_fail(GAN_ERROR_UNSUPPORTED, "is a PNG file, but " MISSING);
}

#endif

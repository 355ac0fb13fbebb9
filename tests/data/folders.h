/* Folders of pictures for the tests, made in the scratch folder. */
#ifndef GAN_TESTS_DATA_FOLDERS_H
#define GAN_TESTS_DATA_FOLDERS_H

#include "gan/gan.h"
#include "pictures.h"

#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

/* The path of a thing in the scratch folder; the text lives until the next call but seven. */
static inline const char *at(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline const char *at(const char *format, ...)
{
    char name[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    return scratch_file(name);
}

static inline void make_folder(const char *name)
{
    ck_assert_int_eq(mkdir(at("%s", name), 0777), 0);
}

/* Bytes that look random; the same for the same seed. */
static inline void random_bytes(uint8_t *bytes, size_t count, uint32_t seed)
{
    uint32_t state = seed * 2654435761u + 1;
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(state >> 24);
    }
}

/* A PNG of random pixels, grey, RGB or RGBA by the channels. */
static inline const uint8_t *random_png(const char *name, int width, int height, int channels, uint32_t seed)
{
    static uint8_t pixels[1 << 16];
    ck_assert_uint_le((size_t)(width * height * channels), sizeof pixels);
    random_bytes(pixels, (size_t)(width * height * channels), seed);
    write_png(at("%s", name), width, height, 8,
              channels == 1   ? PNG_COLOR_TYPE_GRAY
              : channels == 3 ? PNG_COLOR_TYPE_RGB
                              : PNG_COLOR_TYPE_RGBA,
              pixels);
    return pixels;
}

/* A JPEG of one colour. */
static inline void plain_jpeg(const char *name, int width, int height, uint8_t red, uint8_t green, uint8_t blue)
{
    static uint8_t pixels[3 * 64 * 64];
    for (int i = 0; i < width * height; i++) {
        pixels[3 * i] = red;
        pixels[3 * i + 1] = green;
        pixels[3 * i + 2] = blue;
    }
    write_jpeg(at("%s", name),
               &(struct jpeg_making){.width = width, .height = height, .channels = 3, .pixels = pixels});
}

static inline gan_folder_options folder_options(int64_t height, int64_t width, int channels)
{
    gan_folder_options options;
    ck_assert_int_eq(gan_folder_options_init(&options), GAN_OK);
    options.height = height;
    options.width = width;
    options.channels = channels;
    return options;
}

static inline gan_dataset *open_folder(const char *name, const gan_folder_options *options)
{
    gan_dataset *dataset = gan_dataset_open_folder(at("%s", name), options);
    ck_assert_msg(dataset != NULL, "%s", gan_error_message());
    return dataset;
}

/* FNV-1a of some bytes, going on from `hash`. */
static inline uint64_t hash_of(uint64_t hash, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * 1099511628211u;
    return hash;
}

#endif

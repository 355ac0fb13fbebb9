/* The seeds of the targets that read pictures. */
#include "config.h"
#include "fuzz.h"

#include "data/folder_cache.h"
#include "gan/gan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#ifdef HAVE_JPEG
#include <jpeglib.h>
#endif
#ifdef HAVE_PNG
#include <png.h>
#endif

static int failures;

static void must(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "seeds: %s: %s\n", what, gan_error_message());
    failures++;
}

static void place(char path[4096], const char *directory, const char *target, const char *name)
{
    snprintf(path, 4096, "%s/%s", directory, target);
    mkdir(path, 0777);
    snprintf(path, 4096, "%s/%s/%s", directory, target, name);
}

#if defined(HAVE_PNG) || defined(HAVE_JPEG)
/* A byte, then the picture. */
static void write_image(const char *directory, const char *name, uint8_t first, const void *bytes, size_t size)
{
    char path[4096];
    place(path, directory, "image", name);
    FILE *file = fopen(path, "wb");
    must(file != NULL && fputc(first, file) == first && fwrite(bytes, 1, size, file) == size && fclose(file) == 0,
         path);
}
#endif

#ifdef HAVE_PNG
/* Forms of PNG that libgan itself does not write: few bits, a palette with opacity, 16 bits, interlaced. */
static size_t make_png(uint8_t *bytes, size_t most, int colour, int depth)
{
    const png_color palette[2] = {{255, 0, 9}, {3, 200, 70}};
    const png_byte opacity[2] = {255, 80};
    png_byte row[64] = {0x9C, 0x31, 0x5A};
    png_bytep rows[5] = {row, row, row, row, row};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    FILE *file = fmemopen(bytes, most, "wb");
    must(file != NULL, "fmemopen");
    png_init_io(png, file);
    png_set_IHDR(png, info, 6, 5, depth, colour, depth > 1 ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (colour == PNG_COLOR_TYPE_PALETTE) {
        png_set_PLTE(png, info, palette, 2);
        png_set_tRNS(png, info, opacity, 2, NULL);
    }
    png_write_info(png, info);
    png_write_image(png, rows);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    long size = ftell(file);
    must(fclose(file) == 0, "fmemopen");
    return (size_t)size;
}
#endif

static void write_png(const char *directory)
{
#ifdef HAVE_PNG
    static uint8_t bytes[1 << 14];
    for (int channels = 1; channels <= 4; channels += channels == 1 ? 2 : 1) {
        char name[16], path[4096];
        snprintf(name, sizeof name, "png-%d", channels);
        place(path, directory, "image", name);
        gan_tensor *image = gan_tensor_new(GAN_SHAPE(channels, 7, 6));
        gan_tensor_fill_uniform(image, 0, 1, 1);
        must(gan_image_write(path, image) == GAN_OK, "a PNG");
        gan_tensor_unref(image);
        FILE *file = fopen(path, "rb");
        size_t size = file != NULL ? fread(bytes, 1, sizeof bytes, file) : 0;
        must(size > 0 && fclose(file) == 0, path);
        write_image(directory, name, (uint8_t)(channels * 5), bytes, size);
        write_image(directory, "png-grey-1", 2, bytes, make_png(bytes, sizeof bytes, PNG_COLOR_TYPE_GRAY, 1));
        write_image(directory, "png-palette-1", 4, bytes, make_png(bytes, sizeof bytes, PNG_COLOR_TYPE_PALETTE, 1));
        write_image(directory, "png-16", 6, bytes, make_png(bytes, sizeof bytes, PNG_COLOR_TYPE_RGBA, 16));
    }
#else
    (void)directory;
#endif
}

#ifdef HAVE_JPEG
static void write_jpeg(const char *directory, const char *name, int channels, bool progressive)
{
    static const uint8_t little[] = "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0",
                         big[] = "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x03\0\0\0\0\0\0";
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &size);
    jpeg.image_width = 18;
    jpeg.image_height = 11;
    jpeg.input_components = channels;
    jpeg.in_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_set_defaults(&jpeg);
    if (progressive)
        jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    jpeg_write_marker(&jpeg, JPEG_APP0 + 1, progressive ? big : little, sizeof little - 1);
    while (jpeg.next_scanline < jpeg.image_height) {
        uint8_t pixels[18 * 4];
        for (unsigned i = 0; i < sizeof pixels; i++)
            pixels[i] = (uint8_t)(i * i * (jpeg.next_scanline + 3));
        JSAMPROW row = pixels;
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    write_image(directory, name, (uint8_t)(channels * 3), bytes, size);
    free(bytes);
}
#endif

#if defined(HAVE_PNG) && defined(HAVE_JPEG)
static size_t read_seed(const char *directory, const char *name, uint8_t *to, size_t most)
{
    char path[4096];
    place(path, directory, "image", name);
    FILE *file = fopen(path, "rb");
    must(file != NULL && fgetc(file) != EOF, path); /* the byte in front */
    size_t size = file != NULL ? fread(to, 1, most, file) : 0;
    must(size > 0 && fclose(file) == 0, path);
    return size;
}

/* A PNG and a JPEG as one: see fuzz_folder.c. */
static void write_folder(const char *directory)
{
    static uint8_t bytes[1 << 14];
    char path[4096];
    size_t first = read_seed(directory, "png-3", bytes + 3, sizeof bytes - 3);
    size_t size = 3 + first + read_seed(directory, "jpeg-colour", bytes + 3 + first, sizeof bytes - 3 - first);
    bytes[0] = (uint8_t)first;
    bytes[1] = (uint8_t)(first >> 8);
    place(path, directory, "folder", "two");
    FILE *file = fopen(path, "wb");
    must(file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0, path);
}
#endif

static void write_cifar(const char *directory)
{
    static uint8_t bytes[1 + 2 * 3073];
    char path[4096];
    bytes[0] = 128;
    bytes[1] = 9;
    place(path, directory, "cifar", "two");
    FILE *file = fopen(path, "wb");
    must(file != NULL && fwrite(bytes, 1, sizeof bytes, file) == sizeof bytes && fclose(file) == 0, path);
}

/* With the key and the bounds that the target has. */
static void write_cache(const char *directory)
{
    char path[4096];
    uint8_t key_bytes[] = "key", pixels[4 * 3 * 3] = {1, 2, 3};
    const struct gan_bytes key = {key_bytes, 3, 3};
    struct gan_folder_contents contents = {0};
    struct gan_folder_picture pictures[] = {{.entry = 0, .width = 2, .height = 2},
                                            {.entry = 3, .width = 4, .height = 3}};
    place(path, directory, "folder_cache", "cache");
    struct gan_folder_cache_writer *writer = gan_folder_cache_writer_open(path, "seeds");
    for (int i = 0; i < 2 && writer != NULL; i++) {
        size_t size = (size_t)(pictures[i].width * pictures[i].height * 3);
        must(gan_folder_cache_write(writer, &pictures[i], pixels, size) == GAN_OK, "a picture");
        must(gan_folder_add_picture(&contents, pictures[i]) == GAN_OK, "a picture");
    }
    must(gan_folder_add_skipped(&contents, 1, "is empty") == GAN_OK, "a reason");
    must(gan_folder_add_skipped(&contents, 2, "is no PNG or JPEG file") == GAN_OK, "a reason");
    must(writer != NULL && gan_folder_cache_commit(writer, &key, &contents) == GAN_OK, "a cache");
    gan_folder_contents_clear(&contents);
}

int fuzz_write_picture_seeds(const char *directory)
{
    write_png(directory);
#ifdef HAVE_JPEG
    write_jpeg(directory, "jpeg-grey", 1, false);
    write_jpeg(directory, "jpeg-colour", 3, false);
    write_jpeg(directory, "jpeg-progressive", 3, true);
    write_jpeg(directory, "jpeg-inks", 4, false);
#endif
#if defined(HAVE_PNG) && defined(HAVE_JPEG)
    write_folder(directory);
#endif
    write_cifar(directory);
    write_cache(directory);
    return failures;
}

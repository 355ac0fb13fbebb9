/* JPEG and PNG files, made here by libjpeg and libpng themselves. Needs both. */
#ifndef GAN_TESTS_PICTURES_H
#define GAN_TESTS_PICTURES_H

#include "files.h"
#include "suite.h"

#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>
#include <png.h>

struct jpeg_making {
    int width, height, channels;
    J_COLOR_SPACE space;  /* of the pixels; 0: by the channels */
    J_COLOR_SPACE stored; /* 0: libjpeg's choice */
    const uint8_t *pixels;
    int quality; /* 0: 100 */
    bool progressive, subsampled, no_adobe_marker, arithmetic;
    int orientation;     /* 0: no EXIF */
    const uint8_t *exif; /* an APP1 segment's content instead */
    unsigned exif_size;
};

/* Writes an APP1 segment that says so, in one byte order or the other. */
static inline unsigned exif_segment(uint8_t to[40], int orientation, bool big_endian)
{
    static const uint8_t little[] = "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0";
    static const uint8_t big[] = "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    memcpy(to, big_endian ? big : little, 32);
    to[big_endian ? 25 : 24] = (uint8_t)orientation;
    return 32;
}

static inline uint8_t *make_jpeg(const struct jpeg_making *making, size_t *size)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long count = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &count);
    jpeg.image_width = (JDIMENSION)making->width;
    jpeg.image_height = (JDIMENSION)making->height;
    jpeg.input_components = making->channels;
    jpeg.in_color_space = making->space != 0      ? making->space
                          : making->channels == 1 ? JCS_GRAYSCALE
                          : making->channels == 3 ? JCS_RGB
                          : making->channels == 4 ? JCS_CMYK
                                                  : JCS_UNKNOWN;
    jpeg_set_defaults(&jpeg);
    if (making->stored != 0)
        jpeg_set_colorspace(&jpeg, making->stored);
    if (making->no_adobe_marker)
        jpeg.write_Adobe_marker = FALSE;
    jpeg_set_quality(&jpeg, making->quality != 0 ? making->quality : 100, TRUE);
    for (int i = 0; i < jpeg.num_components && !making->subsampled; i++)
        jpeg.comp_info[i].h_samp_factor = jpeg.comp_info[i].v_samp_factor = 1;
    if (making->progressive)
        jpeg_simple_progression(&jpeg);
    jpeg.arith_code = making->arithmetic;
    jpeg_start_compress(&jpeg, TRUE);
    uint8_t exif[40];
    if (making->exif != NULL)
        jpeg_write_marker(&jpeg, JPEG_APP0 + 1, making->exif, making->exif_size);
    else if (making->orientation != 0)
        jpeg_write_marker(&jpeg, JPEG_APP0 + 1, exif, exif_segment(exif, making->orientation, making->orientation % 2));
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW row;
        const uint8_t *from = making->pixels + jpeg.next_scanline * (size_t)(making->width * making->channels);
        memcpy(&row, &from, sizeof row);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    *size = count;
    return bytes; /* to be freed */
}

static inline void write_jpeg(const char *path, const struct jpeg_making *making)
{
    size_t size;
    uint8_t *bytes = make_jpeg(making, &size);
    write_file(path, bytes, size);
    free(bytes);
}

/* 8 or 16 bits (the high byte first), any of libpng's colour types without a palette. */
static inline void write_png(const char *path, int width, int height, int depth, int colour, const uint8_t *pixels)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, file);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, depth, colour, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int y = 0; y < height; y++)
        png_write_row(png, pixels + (size_t)y * png_get_rowbytes(png, info));
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    fclose(file);
}

#endif

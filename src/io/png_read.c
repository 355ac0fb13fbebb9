#include "base/memory.h"
#include "base/status.h"
#include "io/png.h"
#include "io/png_stream.h"

#include <string.h>

#define DEFLATE_RATIO   1032      /* the most that a compressed byte can become */
#define CHUNK_BYTES_MAX (1 << 20) /* texts, profiles and the like, which nobody reads here */

static void on_read(png_structp png, png_bytep bytes, size_t count)
{
    struct gan_png_stream *stream = png_get_io_ptr(png);
    if (count > stream->size - stream->position)
        png_error(png, "the file ends too early");
    memcpy(bytes, stream->data + stream->position, count);
    stream->position += count;
}

/* A picture being read: grey, colour, or colour with opacity, of 8 or 16 bits. */
struct decoding {
    struct gan_png_stream stream;
    png_structp png;
    png_infop info;
    bool narrow; /* 16 bits become 8 */
    uint32_t width, height;
    uint64_t packed_bytes; /* of the rows, as the file holds them */
    size_t row_bytes;      /* of one, as libpng hands them out */
    int channels, depth;   /* as libpng hands them out */
};

/* The functions with setjmp hold nothing that a jump could lose: what they use belongs to their callers. */
static bool decode_header(struct decoding *picture)
{
    if (setjmp(png_jmpbuf(picture->png)))
        return false;
    png_structp png = picture->png;
    png_infop info = picture->info;
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);      /* check_size has better words */
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT); /* else opacity could be lost without a word */
    png_set_chunk_malloc_max(png, CHUNK_BYTES_MAX);
    png_read_info(png, info);
    int colour = png_get_color_type(png, info);
    bool opacity = (colour & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png, info, PNG_INFO_tRNS) != 0;
    picture->channels = opacity ? 4 : (colour & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1;
    picture->depth = png_get_bit_depth(png, info) == 16 && !picture->narrow ? 16 : 8;
    picture->width = png_get_image_width(png, info);
    picture->height = png_get_image_height(png, info);
    picture->row_bytes = (size_t)picture->width * (size_t)picture->channels * (size_t)picture->depth / 8;
    picture->packed_bytes = (uint64_t)png_get_rowbytes(png, info) * picture->height;
    return true;
}

static gan_status check_size(const struct decoding *picture)
{
    gan_status status = gan_pixels_check_size(picture->width, picture->height, picture->channels);
    if (status == GAN_OK && picture->packed_bytes / DEFLATE_RATIO > picture->stream.size)
        return gan_fail(GAN_ERROR_FORMAT, "says it is %u x %u pixels, which its %zu bytes cannot hold", picture->width,
                        picture->height, picture->stream.size);
    return status;
}

/* Up to the pixels, which need memory that nobody has asked for yet. */
static gan_status begin(struct decoding *picture, const void *data, size_t size, bool narrow)
{
    *picture = (struct decoding){.stream = {.data = data, .size = size}, .narrow = narrow};
    struct gan_png_stream *stream = &picture->stream;
    picture->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, stream, gan_png_on_error, gan_png_on_warning, stream,
                                            gan_png_on_allocate, gan_png_on_release);
    picture->info = picture->png != NULL ? png_create_info_struct(picture->png) : NULL;
    if (picture->info == NULL)
        return gan_png_report(stream, GAN_ERROR_UNSUPPORTED);
    png_set_read_fn(picture->png, stream, on_read);
    return decode_header(picture) ? check_size(picture) : gan_png_report(stream, GAN_ERROR_FORMAT);
}

static void end(struct decoding *picture)
{
    png_destroy_read_struct(&picture->png, &picture->info, NULL);
}

/* libpng has memory for a row from here on, so the size must have been checked. */
static bool decode_rows(const struct decoding *picture, uint8_t *rows)
{
    if (setjmp(png_jmpbuf(picture->png)))
        return false;
    png_structp png = picture->png;
    png_set_expand(png); /* palettes to colours, 1, 2 and 4 bits to 8, a transparent colour to opacity */
    if (picture->narrow)
        png_set_scale_16(png);
    if (picture->channels == 4)
        png_set_gray_to_rgb(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, picture->info);
    if (png_get_rowbytes(png, picture->info) != picture->row_bytes)
        png_error(png, "its header contradicts itself");
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < picture->height; y++)
            png_read_row(png, rows + y * picture->row_bytes, NULL);
    png_read_end(png, NULL);
    return true;
}

/* Interleaved bytes (16 bits: the high one first) to planes of floats. */
static void to_planes(const struct decoding *picture, const uint8_t *rows, float *out)
{
    for (int c = 0; c < picture->channels; c++)
        for (uint32_t y = 0; y < picture->height; y++) {
            const uint8_t *row = rows + y * picture->row_bytes;
            for (uint32_t x = 0; x < picture->width; x++) {
                size_t i = (size_t)x * (size_t)picture->channels + (size_t)c;
                *out++ = picture->depth == 16 ? (float)(row[2 * i] << 8 | row[2 * i + 1]) / 65535.0f
                                              : (float)row[i] / 255.0f;
            }
        }
}

static gan_tensor *decode_tensor(const struct decoding *picture)
{
    uint8_t *rows = gan_alloc_zero(picture->height, picture->row_bytes);
    gan_tensor *image = NULL;
    if (rows != NULL && !decode_rows(picture, rows))
        gan_png_report(&picture->stream, GAN_ERROR_FORMAT);
    else if (rows != NULL &&
             (image = gan_tensor_new(GAN_SHAPE(picture->channels, picture->height, picture->width))) != NULL)
        to_planes(picture, rows, gan_tensor_data(image));
    gan_free(rows);
    return image;
}

gan_tensor *gan_png_decode(const void *data, size_t size, const char *who, const char *name)
{
    struct decoding picture;
    gan_tensor *image = begin(&picture, data, size, false) == GAN_OK ? decode_tensor(&picture) : NULL;
    end(&picture);
    return image != NULL ? image : gan_fail_null(gan_error_status(), "%s: %s: %s", who, name, gan_error_message());
}

gan_status gan_png_read(struct gan_pixels *pixels, const void *data, size_t size, bool whole)
{
    struct decoding picture;
    gan_status status = begin(&picture, data, size, true);
    if (status == GAN_OK && whole)
        status = gan_pixels_make(pixels, (int)picture.width, (int)picture.height, picture.channels);
    if (status == GAN_OK && whole && !decode_rows(&picture, pixels->bytes))
        status = gan_png_report(&picture.stream, GAN_ERROR_FORMAT);
    if (status == GAN_OK && !whole) {
        pixels->width = (int)picture.width;
        pixels->height = (int)picture.height;
        pixels->channels = picture.channels;
        pixels->orientation = 1;
    }
    end(&picture);
    return status;
}

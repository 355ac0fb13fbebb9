#include "io/png.h"

#include "base/memory.h"
#include "base/status.h"
#include "config.h"
#include "io/file.h"

#include <string.h>

#ifdef HAVE_PNG

#include <png.h>
#include <stdio.h>

#define SIGNATURE_SIZE  8
#define NUMBERS_MAX     ((uint64_t)1 << 28) /* in a picture that is read */
#define DEFLATE_RATIO   1032                /* the most that a compressed byte can become */
#define CHUNK_BYTES_MAX (1 << 20)           /* texts, profiles and the like, which nobody reads here */

/* What libpng's callbacks work on: it reads from `data` or writes to it. */
struct stream {
    uint8_t *data;
    size_t size, capacity, position;
    bool out_of_memory;
    char message[128]; /* libpng's */
};

static void on_error(png_structp png, png_const_charp message)
{
    struct stream *stream = png_get_error_ptr(png);
    snprintf(stream->message, sizeof stream->message, "%s", message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static png_voidp on_allocate(png_structp png, png_alloc_size_t size)
{
    struct stream *stream = png_get_mem_ptr(png);
    void *memory = gan_alloc(size);
    if (memory == NULL)
        stream->out_of_memory = true;
    return memory;
}

static void on_release(png_structp png, png_voidp memory)
{
    (void)png;
    gan_free(memory);
}

/* ---- writing ---- */

static void on_write(png_structp png, png_bytep bytes, size_t count)
{
    struct stream *stream = png_get_io_ptr(png);
    if (count > stream->capacity - stream->size) {
        size_t capacity = 2 * (stream->size + count);
        uint8_t *data = gan_realloc(stream->data, capacity);
        if (data == NULL) {
            stream->out_of_memory = true;
            png_error(png, "out of memory");
        }
        stream->data = data;
        stream->capacity = capacity;
    }
    memcpy(stream->data + stream->size, bytes, count);
    stream->size += count;
}

static void on_flush(png_structp png)
{
    (void)png;
}

/* The functions with setjmp hold nothing that a jump could lose: what they use belongs to their callers. */
static bool encode_rows(png_structp png, png_infop info, const struct gan_picture *picture, int colour)
{
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_set_IHDR(png, info, (png_uint_32)picture->width, (png_uint_32)picture->height, 8, colour, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png, 6);
    png_write_info(png, info);
    for (int y = 0; y < picture->height; y++)
        png_write_row(png, gan_picture_pixel(picture, 0, y));
    png_write_end(png, info);
    return true;
}

static bool encode(const struct gan_picture *picture, struct stream *stream)
{
    int colour = picture->channels == 1   ? PNG_COLOR_TYPE_GRAY
                 : picture->channels == 3 ? PNG_COLOR_TYPE_RGB
                                          : PNG_COLOR_TYPE_RGBA;
    png_structp png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, stream, on_error, on_warning, stream,
                                                on_allocate, on_release);
    png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
    bool done = false;
    if (info != NULL) {
        png_set_write_fn(png, stream, on_write, on_flush);
        done = encode_rows(png, info, picture, colour);
    }
    png_destroy_write_struct(&png, &info);
    return done;
}

static gan_status report(const struct stream *stream, gan_status status, const char *who, const char *name)
{
    if (stream->out_of_memory)
        return gan_fail(GAN_ERROR_OUT_OF_MEMORY, "%s: %s: out of memory", who, name);
    const char *message = stream->message[0] != '\0' ? stream->message : "libpng could not start";
    return status == GAN_ERROR_FORMAT ? gan_fail(status, "%s: %s: damaged at byte %zu of %zu: %s", who, name,
                                                 stream->position, stream->size, message)
                                      : gan_fail(status, "%s: %s: %s", who, name, message);
}

gan_status gan_png_write(const char *path, const struct gan_picture *picture, const char *who)
{
    struct stream stream = {0};
    gan_status status = encode(picture, &stream) ? gan_file_write(path, stream.data, stream.size, who)
                                                 : report(&stream, GAN_ERROR_UNSUPPORTED, who, path);
    gan_free(stream.data);
    return status;
}

/* ---- reading ---- */

static void on_read(png_structp png, png_bytep bytes, size_t count)
{
    struct stream *stream = png_get_io_ptr(png);
    if (count > stream->size - stream->position)
        png_error(png, "the file ends too early");
    memcpy(bytes, stream->data + stream->position, count);
    stream->position += count;
}

/* A picture being read: grey, colour, or colour with opacity, of 8 or 16 bits. */
struct decoding {
    png_structp png;
    png_infop info;
    uint32_t width, height;
    uint64_t packed_bytes; /* of the rows, as the file holds them */
    size_t row_bytes;      /* of one, as libpng hands them out */
    int channels, depth;
};

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
    picture->depth = png_get_bit_depth(png, info) == 16 ? 16 : 8;
    picture->width = png_get_image_width(png, info);
    picture->height = png_get_image_height(png, info);
    picture->row_bytes = (size_t)picture->width * (size_t)picture->channels * (size_t)picture->depth / 8;
    picture->packed_bytes = (uint64_t)png_get_rowbytes(png, info) * picture->height;
    return true;
}

static gan_status check_size(const struct decoding *picture, size_t file_size, const char *who, const char *name)
{
    if (picture->width > GAN_PICTURE_SIDE_MAX || picture->height > GAN_PICTURE_SIDE_MAX ||
        (uint64_t)picture->width * picture->height * (unsigned)picture->channels > NUMBERS_MAX)
        return gan_fail(GAN_ERROR_FORMAT,
                        "%s: %s: is %u x %u pixels of %d channels, want at most %d a side, 2^28 in all", who, name,
                        picture->width, picture->height, picture->channels, GAN_PICTURE_SIDE_MAX);
    if (picture->packed_bytes / DEFLATE_RATIO > file_size)
        return gan_fail(GAN_ERROR_FORMAT, "%s: %s: says it is %u x %u pixels, which its %zu bytes cannot hold", who,
                        name, picture->width, picture->height, file_size);
    return GAN_OK;
}

/* libpng has memory for a row from here on, so the size must have been checked. */
static bool decode_rows(const struct decoding *picture, uint8_t *rows)
{
    if (setjmp(png_jmpbuf(picture->png)))
        return false;
    png_structp png = picture->png;
    png_set_expand(png); /* palettes to colours, 1, 2 and 4 bits to 8, a transparent colour to opacity */
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

static gan_tensor *decode_pixels(const struct decoding *picture, struct stream *stream, const char *who,
                                 const char *name)
{
    if (check_size(picture, stream->size, who, name) != GAN_OK)
        return NULL;
    uint8_t *rows = gan_alloc_zero(picture->height, picture->row_bytes);
    if (rows == NULL)
        return NULL;
    gan_tensor *image = NULL;
    if (!decode_rows(picture, rows))
        report(stream, GAN_ERROR_FORMAT, who, name);
    else if ((image = gan_tensor_new(GAN_SHAPE(picture->channels, picture->height, picture->width))) != NULL)
        to_planes(picture, rows, gan_tensor_data(image));
    gan_free(rows);
    return image;
}

gan_tensor *gan_png_decode(const void *data, size_t size, const char *who, const char *name)
{
    if (size < SIGNATURE_SIZE || png_sig_cmp(data, 0, SIGNATURE_SIZE) != 0)
        return gan_fail_null(GAN_ERROR_FORMAT, "%s: %s: is no PNG file", who, name);
    struct stream stream = {.size = size};
    memcpy(&stream.data, &data, sizeof data); /* only read */
    struct decoding picture = {0};
    gan_tensor *image = NULL;
    picture.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &stream, on_error, on_warning, &stream, on_allocate,
                                           on_release);
    picture.info = picture.png != NULL ? png_create_info_struct(picture.png) : NULL;
    if (picture.info != NULL)
        png_set_read_fn(picture.png, &stream, on_read);
    if (picture.info != NULL && decode_header(&picture))
        image = decode_pixels(&picture, &stream, who, name);
    else
        report(&stream, picture.info != NULL ? GAN_ERROR_FORMAT : GAN_ERROR_UNSUPPORTED, who, name);
    png_destroy_read_struct(&picture.png, &picture.info, NULL);
    return image;
}

#else

static gan_status unsupported(const char *who)
{
    return gan_fail(GAN_ERROR_UNSUPPORTED,
                    "%s: libgan was built without libpng; install it (on Debian or Ubuntu: apt-get install libpng-dev) "
                    "and build libgan again with -Dpng=enabled",
                    who);
}

gan_status gan_png_write(const char *path, const struct gan_picture *picture, const char *who)
{
    (void)path;
    (void)picture;
    return unsupported(who);
}

gan_tensor *gan_png_decode(const void *data, size_t size, const char *who, const char *name)
{
    (void)data;
    (void)size;
    (void)name;
    unsupported(who);
    return NULL;
}

#endif

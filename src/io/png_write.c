#include "base/memory.h"
#include "base/status.h"
#include "io/file.h"
#include "io/png.h"
#include "io/png_stream.h"

static void on_write(png_structp png, png_bytep bytes, size_t count)
{
    struct gan_png_stream *stream = png_get_io_ptr(png);
    gan_buffer_append(&stream->written, bytes, count);
    if (!stream->written.failed)
        return;
    stream->out_of_memory = true;
    png_error(png, "out of memory");
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

static bool encode(const struct gan_picture *picture, struct gan_png_stream *stream)
{
    int colour = picture->channels == 1   ? PNG_COLOR_TYPE_GRAY
                 : picture->channels == 3 ? PNG_COLOR_TYPE_RGB
                                          : PNG_COLOR_TYPE_RGBA;
    png_structp png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, stream, gan_png_on_error, gan_png_on_warning,
                                                stream, gan_png_on_allocate, gan_png_on_release);
    png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
    bool done = false;
    if (info != NULL) {
        png_set_write_fn(png, stream, on_write, on_flush);
        done = encode_rows(png, info, picture, colour);
    }
    png_destroy_write_struct(&png, &info);
    return done;
}

gan_status gan_png_encode(const struct gan_picture *picture, uint8_t **bytes, size_t *size, const char *who,
                          const char *name)
{
    struct gan_png_stream stream = {0};
    if (encode(picture, &stream)) {
        *size = stream.written.length;
        *bytes = (uint8_t *)gan_buffer_take(&stream.written);
        return GAN_OK;
    }
    gan_buffer_clear(&stream.written);
    return gan_fail(gan_png_report(&stream, GAN_ERROR_UNSUPPORTED), "%s: %s: %s", who, name, gan_error_message());
}

gan_status gan_png_write(const char *path, const struct gan_picture *picture, const char *who)
{
    uint8_t *bytes;
    size_t size;
    gan_status status = gan_png_encode(picture, &bytes, &size, who, path);
    if (status != GAN_OK)
        return status;
    status = gan_file_write(path, bytes, size, who);
    gan_free(bytes);
    return status;
}

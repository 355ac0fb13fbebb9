#include "io/jpeg.h"

#include "base/status.h"
#include "config.h"

#include <stdio.h>
#include <string.h>

_Bool gan_jpeg_begins(const void *data, size_t size)
{
    return size >= 3 && memcmp(data, "\xff\xd8\xff", 3) == 0;
}

#ifdef HAVE_JPEG

#include "io/exif.h"

#include <jpeglib.h>

#include <jerror.h>
#include <setjmp.h>

enum {
    SCANS_MAX = 200
}; /* of a progressive file: each goes over the whole picture, and hostile files have thousands */

struct decoding {
    struct jpeg_decompress_struct jpeg; /* the first, so that libjpeg's callbacks find the rest */
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf jump;
    size_t size;
    gan_status status;
    char message[JMSG_LENGTH_MAX];
};

static _Noreturn void give_up(struct decoding *decoding, gan_status status)
{
    decoding->status = status;
    longjmp(decoding->jump, 1);
}

static void on_error(j_common_ptr common)
{
    struct decoding *decoding = (struct decoding *)common;
    common->err->format_message(common, decoding->message);
    give_up(decoding, common->err->msg_code == JERR_OUT_OF_MEMORY ? GAN_ERROR_OUT_OF_MEMORY : GAN_ERROR_FORMAT);
}

/* libjpeg warns, and goes on with invented pixels, where data are missing or make no sense. Other warnings (bytes too
 * many between segments, an unknown version) are harmless and common. */
static void on_message(j_common_ptr common, int level)
{
    if (level >= 0)
        return;
    switch (common->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_ARITH_BAD_CODE:
        on_error(common);
        break;
    default:
        break;
    }
}

static void on_progress(j_common_ptr common)
{
    struct decoding *decoding = (struct decoding *)common;
    if (decoding->jpeg.input_scan_number <= SCANS_MAX)
        return;
    snprintf(decoding->message, sizeof decoding->message, "more than %d scans", SCANS_MAX);
    give_up(decoding, GAN_ERROR_FORMAT);
}

static gan_status report(const struct decoding *decoding)
{
    if (decoding->status == GAN_ERROR_OUT_OF_MEMORY)
        return gan_fail(GAN_ERROR_OUT_OF_MEMORY, "out of memory");
    const struct jpeg_source_mgr *source = decoding->jpeg.src;
    size_t left = source != NULL && decoding->errors.msg_code != JWRN_JPEG_EOF ? source->bytes_in_buffer : 0;
    return gan_fail(decoding->status, "damaged at byte %zu of %zu: %s", decoding->size - left, decoding->size,
                    decoding->message);
}

/* The functions with setjmp hold nothing that a jump could lose: what they use belongs to their callers. */
static bool begin(struct decoding *decoding, const void *data, size_t size)
{
    struct jpeg_decompress_struct *jpeg = &decoding->jpeg;
    decoding->size = size;
    jpeg->err = jpeg_std_error(&decoding->errors);
    decoding->errors.error_exit = on_error;
    decoding->errors.emit_message = on_message;
    if (setjmp(decoding->jump))
        return false;
    jpeg_create_decompress(jpeg);
    decoding->progress.progress_monitor = on_progress;
    jpeg->progress = &decoding->progress;
    jpeg_mem_src(jpeg, data, (unsigned long)size);
    jpeg_read_header(jpeg, TRUE);
    return true;
}

/* Huffman codes take at least a bit for each block of 8 x 8; arithmetic ones may take far less. */
#define MOST_ARITHMETIC_BLOCKS (1 << 18) /* 2^24 numbers */
static bool file_can_hold(const struct jpeg_decompress_struct *jpeg, size_t size)
{
    uint64_t blocks = 0;
    for (int i = 0; i < jpeg->num_components; i++) {
        const jpeg_component_info *part = &jpeg->comp_info[i];
        uint64_t across = (uint64_t)jpeg->image_width * (unsigned)part->h_samp_factor;
        uint64_t down = (uint64_t)jpeg->image_height * (unsigned)part->v_samp_factor;
        blocks += across / (8 * (unsigned)jpeg->max_h_samp_factor) * (down / (8 * (unsigned)jpeg->max_v_samp_factor));
    }
    return jpeg->arith_code ? blocks <= MOST_ARITHMETIC_BLOCKS : blocks / 8 <= size;
}

/* How the file's colours come out of libjpeg. JCS_UNKNOWN: not at all. */
static J_COLOR_SPACE colours_of(const struct jpeg_decompress_struct *jpeg)
{
    switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE:
        return JCS_GRAYSCALE;
    case JCS_RGB:
    case JCS_YCbCr:
        return JCS_RGB;
    case JCS_CMYK:
    case JCS_YCCK:
        return JCS_CMYK;
    default:
        return JCS_UNKNOWN;
    }
}

static gan_status check_header(struct decoding *decoding)
{
    struct jpeg_decompress_struct *jpeg = &decoding->jpeg;
    jpeg->out_color_space = colours_of(jpeg);
    if (jpeg->out_color_space == JCS_UNKNOWN)
        return gan_fail(GAN_ERROR_FORMAT, "has %d components, want grey, RGB, YCbCr, CMYK or YCCK",
                        jpeg->num_components);
    gan_status status = gan_pixels_check_size(jpeg->image_width, jpeg->image_height, jpeg->num_components);
    if (status == GAN_OK && !file_can_hold(jpeg, decoding->size))
        return gan_fail(GAN_ERROR_FORMAT, "says it is %u x %u pixels, which its %zu bytes cannot hold",
                        jpeg->image_width, jpeg->image_height, decoding->size);
    return status;
}

static bool decode_rows(struct decoding *decoding, struct gan_pixels *pixels)
{
    struct jpeg_decompress_struct *jpeg = &decoding->jpeg;
    size_t row = (size_t)pixels->width * (size_t)pixels->channels;
    if (setjmp(decoding->jump))
        return false;
    jpeg->dct_method = JDCT_ISLOW;
    jpeg_start_decompress(jpeg);
    if (jpeg->output_width != (unsigned)pixels->width || jpeg->output_components != pixels->channels)
        ERREXIT(jpeg, JERR_BAD_STATE);
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW to = pixels->bytes + jpeg->output_scanline * row;
        jpeg_read_scanlines(jpeg, &to, 1);
    }
    jpeg_finish_decompress(jpeg);
    return true;
}

/* In place: inks to light. */
static void cmyk_to_rgb(struct gan_pixels *pixels, bool inverted)
{
    size_t count = (size_t)pixels->width * (size_t)pixels->height;
    const uint8_t *from = pixels->bytes;
    uint8_t *to = pixels->bytes;
    for (size_t i = 0; i < count; i++, from += 4) {
        unsigned key = inverted ? from[3] : 255u - from[3];
        for (int c = 0; c < 3; c++)
            *to++ = (uint8_t)(((inverted ? from[c] : 255u - from[c]) * key + 127) / 255);
    }
    pixels->channels = 3;
}

static gan_status decode(struct decoding *decoding, struct gan_pixels *pixels, const void *data, bool whole)
{
    gan_status status = check_header(decoding);
    if (status != GAN_OK)
        return status;
    const struct jpeg_decompress_struct *jpeg = &decoding->jpeg;
    bool inks = jpeg->out_color_space == JCS_CMYK;
    int channels = jpeg->out_color_space == JCS_GRAYSCALE ? 1 : inks ? 4 : 3;
    if (whole)
        status = gan_pixels_make(pixels, (int)jpeg->image_width, (int)jpeg->image_height, channels);
    if (status != GAN_OK)
        return status;
    if (whole && !decode_rows(decoding, pixels))
        return report(decoding);
    if (whole && inks)
        cmyk_to_rgb(pixels, jpeg->saw_Adobe_marker);
    pixels->width = (int)jpeg->image_width;
    pixels->height = (int)jpeg->image_height;
    pixels->channels = channels == 4 ? 3 : channels;
    pixels->orientation = gan_exif_orientation(data, decoding->size);
    return GAN_OK;
}

gan_status gan_jpeg_read(struct gan_pixels *pixels, const void *data, size_t size, bool whole)
{
    struct decoding decoding;
    memset(&decoding, 0, sizeof decoding);
    gan_status status = begin(&decoding, data, size) ? decode(&decoding, pixels, data, whole) : report(&decoding);
    jpeg_destroy_decompress(&decoding.jpeg);
    return status;
}

#else

gan_status gan_jpeg_read(struct gan_pixels *pixels, const void *data, size_t size, bool whole)
{
    (void)pixels;
    (void)data;
    (void)size;
    (void)whole;
    return gan_fail(GAN_ERROR_UNSUPPORTED,
                    "is a JPEG file, but libgan was built without libjpeg; install it (on Debian or Ubuntu: apt-get "
                    "install libjpeg-dev) and build libgan again with -Djpeg=enabled");
}

#endif

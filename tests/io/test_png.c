/* Reading PNG files of every kind, made here by libpng itself, and damaged ones. */
#include "suite.h"

#include "failing.h"
#include "gan/image.h"

#include <math.h>
#include <png.h>
#include <stdio.h>

struct file {
    uint8_t bytes[1 << 16];
    size_t size;
};

static void append(png_structp png, png_bytep bytes, size_t count)
{
    struct file *file = png_get_io_ptr(png);
    ck_assert(file->size + count <= sizeof file->bytes);
    memcpy(file->bytes + file->size, bytes, count);
    file->size += count;
}

static void flush(png_structp png)
{
    (void)png;
}

struct making {
    int width, height, depth, colour, interlace;
    const uint8_t *rows; /* packed, as in the file */
    const png_color *palette;
    int palette_size;
    const uint8_t *palette_opacity; /* of palette_size entries */
    const png_color_16 *transparent;
};

static const struct file *made(const struct making *making)
{
    static struct file file;
    file.size = 0;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &file, append, flush);
    png_set_IHDR(png, info, (unsigned)making->width, (unsigned)making->height, making->depth, making->colour,
                 making->interlace, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (making->palette != NULL)
        png_set_PLTE(png, info, making->palette, making->palette_size);
    if (making->palette_opacity != NULL || making->transparent != NULL)
        png_set_tRNS(png, info, making->palette_opacity, making->palette_opacity != NULL ? making->palette_size : 0,
                     making->transparent);
    png_write_info(png, info);
    size_t row_bytes = png_get_rowbytes(png, info);
    png_bytep rows[64];
    static uint8_t copy[1 << 16];
    memcpy(copy, making->rows, row_bytes * (size_t)making->height);
    for (int y = 0; y < making->height; y++)
        rows[y] = copy + (size_t)y * row_bytes;
    png_write_image(png, rows);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return &file;
}

/* Reads the file; its planes must be these numbers, exactly. */
static void check_read(const struct making *making, int channels, const float *want)
{
    const struct file *file = made(making);
    gan_tensor *image = gan_image_read_memory(file->bytes, file->size);
    ck_assert_msg(image != NULL, "%s", gan_error_message());
    ck_assert(gan_shape_equal(gan_tensor_shape(image), GAN_SHAPE(channels, making->height, making->width)));
    for (int64_t i = 0; i < gan_tensor_size(image); i++)
        ck_assert_msg(gan_tensor_data(image)[i] == want[i], "number %d is %g, want %g", (int)i,
                      (double)gan_tensor_data(image)[i], (double)want[i]);
    gan_tensor_unref(image);
}

#define PART(k) ((k) / 255.0f)

START_TEST(grey_of_1_2_4_and_8_bits)
{
    check_read(&(struct making){.width = 10, .height = 1, .depth = 1, .rows = (uint8_t[]){0xa5, 0x40}}, 1,
               (float[]){1, 0, 1, 0, 0, 1, 0, 1, 0, 1});
    check_read(&(struct making){.width = 4, .height = 1, .depth = 2, .rows = (uint8_t[]){0x1b}}, 1,
               (float[]){0, PART(85), PART(170), 1});
    check_read(&(struct making){.width = 2, .height = 2, .depth = 4, .rows = (uint8_t[]){0x0f, 0x1e}}, 1,
               (float[]){0, 1, PART(17), PART(238)});
    check_read(&(struct making){.width = 2, .height = 1, .depth = 8, .rows = (uint8_t[]){7, 200}}, 1,
               (float[]){PART(7), PART(200)});
}
END_TEST

START_TEST(sixteen_bits_keep_their_precision)
{
    check_read(&(struct making){.width = 3, .height = 1, .depth = 16, .rows = (uint8_t[]){0, 1, 0x12, 0x34, 255, 255}},
               1, (float[]){1 / 65535.0f, 0x1234 / 65535.0f, 1});
    check_read(&(struct making){.width = 1,
                                .height = 1,
                                .depth = 16,
                                .colour = PNG_COLOR_TYPE_RGBA,
                                .rows = (uint8_t[]){0, 1, 0, 2, 0, 3, 0, 4}},
               4, (float[]){1 / 65535.0f, 2 / 65535.0f, 3 / 65535.0f, 4 / 65535.0f});
}
END_TEST

START_TEST(colour_comes_in_planes)
{
    check_read(
        &(struct making){
            .width = 2, .height = 1, .depth = 8, .colour = PNG_COLOR_TYPE_RGB, .rows = (uint8_t[]){1, 2, 3, 4, 5, 6}},
        3, (float[]){PART(1), PART(4), PART(2), PART(5), PART(3), PART(6)});
}
END_TEST

START_TEST(palettes_become_colour_and_opacity)
{
    const png_color palette[3] = {{10, 20, 30}, {40, 50, 60}, {70, 80, 90}};
    struct making making = {.width = 3,
                            .height = 1,
                            .depth = 2,
                            .colour = PNG_COLOR_TYPE_PALETTE,
                            .rows = (uint8_t[]){0x84}, /* 2, 0, 1 */
                            .palette = palette,
                            .palette_size = 3};
    const float want[] = {PART(70), PART(10), PART(40), PART(80), PART(20), PART(50),
                          PART(90), PART(30), PART(60), PART(3),  PART(1),  PART(2)};
    check_read(&making, 3, want);
    making.palette_opacity = (uint8_t[]){1, 2, 3};
    check_read(&making, 4, want);
}
END_TEST

START_TEST(grey_with_opacity_has_four_channels)
{
    const float want[] = {PART(5), PART(6), PART(5), PART(6), PART(5), PART(6), PART(100), PART(101)};
    check_read(&(struct making){.width = 2,
                                .height = 1,
                                .depth = 8,
                                .colour = PNG_COLOR_TYPE_GRAY_ALPHA,
                                .rows = (uint8_t[]){5, 100, 6, 101}},
               4, want);
    check_read(
        &(struct making){
            .width = 2, .height = 1, .depth = 8, .rows = (uint8_t[]){5, 6}, .transparent = &(png_color_16){.gray = 6}},
        4, (float[]){PART(5), PART(6), PART(5), PART(6), PART(5), PART(6), 1, 0});
}
END_TEST

START_TEST(interlaced_pictures_are_put_together)
{
    uint8_t rows[13 * 11];
    float want[13 * 11];
    for (int i = 0; i < 13 * 11; i++) {
        rows[i] = (uint8_t)(i * 7);
        want[i] = PART(rows[i]);
    }
    check_read(&(struct making){.width = 13, .height = 11, .depth = 8, .interlace = PNG_INTERLACE_ADAM7, .rows = rows},
               1, want);
}
END_TEST

/* ---- damage ---- */

/* The checksum of a chunk (PNG specification, annex D), so that damage gets past it. */
static uint32_t checksum(const uint8_t *bytes, size_t size)
{
    uint32_t sum = 0xffffffff;
    for (size_t i = 0; i < size; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            sum = (sum & 1) != 0 ? 0xedb88320 ^ sum >> 1 : sum >> 1;
    }
    return ~sum;
}

static uint32_t number_at(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void set_number(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Gives every chunk that is still whole the checksum of what it now holds. */
static void mend_checksums(struct file *file)
{
    for (size_t at = 8; at + 12 <= file->size;) {
        size_t length = number_at(file->bytes + at);
        if (length > file->size - at - 12)
            return;
        set_number(file->bytes + at + 8 + length, checksum(file->bytes + at + 4, length + 4));
        at += length + 12;
    }
}

static const struct file *example(int interlace)
{
    static const png_color palette[4] = {{1, 2, 3}, {100, 0, 255}, {7, 8, 9}, {255, 255, 0}};
    uint8_t rows[15 * 4];
    for (size_t i = 0; i < sizeof rows; i++)
        rows[i] = (uint8_t)(i * i * 31);
    return made(&(struct making){.width = 15,
                                 .height = 15,
                                 .depth = 2,
                                 .colour = PNG_COLOR_TYPE_PALETTE,
                                 .interlace = interlace,
                                 .rows = rows,
                                 .palette = palette,
                                 .palette_size = 4,
                                 .palette_opacity = (uint8_t[]){0, 50, 100, 255}});
}

/* Reads it from memory of just its size, so that a sanitizer sees a byte too many; an error must have a text. Returns
 * whether it could be read. */
static bool survives(const uint8_t *bytes, size_t size)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);
    memcpy(exact, bytes, size);
    gan_tensor *image = gan_image_read_memory(exact, size);
    if (image == NULL)
        ck_assert_msg(gan_error_status() == GAN_ERROR_FORMAT && gan_error_message()[0] != '\0', "%d: %s",
                      (int)gan_error_status(), gan_error_message());
    gan_tensor_unref(image);
    free(exact);
    return image != NULL;
}

START_TEST(a_file_cut_anywhere_is_refused)
{
    const struct file *whole = example(PNG_INTERLACE_NONE);
    ck_assert(survives(whole->bytes, whole->size));
    for (size_t size = 0; size < whole->size; size++)
        ck_assert_msg(!survives(whole->bytes, size), "%zu of %zu bytes were enough", size, whole->size);
}
END_TEST

START_TEST(every_flipped_bit_is_found)
{
    for (int interlace = 0; interlace < 2; interlace++) {
        struct file file = *example(interlace);
        for (size_t at = 0; at < file.size; at++)
            for (int bit = 0; bit < 8; bit++) {
                file.bytes[at] ^= (uint8_t)(1 << bit);
                bool read = survives(file.bytes, file.size);
                ck_assert_msg(!read, "byte %zu, bit %d", at, bit); /* checksums find every single bit */
                file.bytes[at] ^= (uint8_t)(1 << bit);
            }
    }
}
END_TEST

START_TEST(damage_behind_the_checksums_is_survived)
{
    uint64_t random = 88172645463325252u;
    struct failing failing = {0};
    gan_set_allocator(&(gan_allocator){failing_allocate, failing_release, &failing});
    for (int round = 0; round < 6000; round++) {
        struct file file = *example(round & 1);
        for (int change = 0; change < 1 + round % 3; change++) {
            random ^= random << 13; /* Marsaglia's xorshift (2003) */
            random ^= random >> 7;
            random ^= random << 17;
            file.bytes[8 + random % (file.size - 8)] = (uint8_t)(random >> 32);
        }
        mend_checksums(&file);
        survives(file.bytes, file.size);
        ck_assert_int_eq(failing.live, 0);
    }
    gan_set_allocator(NULL);
}
END_TEST

static void expect_refused(const struct file *file, const char *words)
{
    gan_tensor *image = gan_image_read_memory(file->bytes, file->size);
    ck_assert_ptr_null(image);
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_FORMAT);
    ck_assert_msg(strstr(gan_error_message(), words) != NULL, "\"%s\" lacks \"%s\"", gan_error_message(), words);
}

static void refuse_size(uint32_t width, uint32_t height, const char *words)
{
    struct file file = *example(0);
    set_number(file.bytes + 16, width);
    set_number(file.bytes + 20, height);
    mend_checksums(&file);
    expect_refused(&file, words);
}

START_TEST(absurd_sizes_are_refused_before_memory_is_asked_for)
{
    struct failing failing = {0};
    gan_set_allocator(&(gan_allocator){failing_allocate, failing_release, &failing});
    refuse_size(8000, 8000, "which its");
    refuse_size(0x7fffffff, 0x7fffffff, "want at most 65535 a side");
    refuse_size(65535, 65535, "2^28 in all");
    refuse_size(65536, 1, "want at most 65535 a side");
    refuse_size(0, 15, "damaged at byte");
    refuse_size(0xffffffff, 15, "damaged at byte");
    gan_set_allocator(NULL);
    ck_assert_int_eq(failing.live, 0);
    ck_assert_uint_lt(failing.largest, 1 << 20);
}
END_TEST

START_TEST(other_files_are_no_png)
{
    struct file file = {.bytes = "II*\0 a TIFF file", .size = 15};
    expect_refused(&file, "is a TIFF file, want PNG or JPEG");
    file.size = 3;
    expect_refused(&file, "is no PNG or JPEG file");
    file = *example(0);
    file.bytes[file.size - 20] ^= 1;
    expect_refused(&file, "damaged at byte");
}
END_TEST

static bool read_example(void)
{
    const struct file *file = example(1);
    gan_tensor *image = gan_image_read_memory(file->bytes, file->size);
    gan_tensor_unref(image);
    return image != NULL;
}

START_TEST(out_of_memory_is_an_error)
{
    ck_assert_int_gt(fail_each_allocation(read_example), 5);
}
END_TEST

static const struct test_case tests[] = {
    {"grey", grey_of_1_2_4_and_8_bits},
    {"16 bits", sixteen_bits_keep_their_precision},
    {"colour", colour_comes_in_planes},
    {"palette", palettes_become_colour_and_opacity},
    {"grey with opacity", grey_with_opacity_has_four_channels},
    {"interlaced", interlaced_pictures_are_put_together},
    {"cut", a_file_cut_anywhere_is_refused},
    {"bit flips", every_flipped_bit_is_found},
    {"mended checksums", damage_behind_the_checksums_is_survived},
    {"absurd sizes", absurd_sizes_are_refused_before_memory_is_asked_for},
    {"no PNG", other_files_are_no_png},
    {"out of memory", out_of_memory_is_an_error},
};

int main(void)
{
    return RUN_SUITE("io: png", tests);
}

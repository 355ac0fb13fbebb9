/* Reading JPEG files of every kind, made here by libjpeg itself, and damaged ones. */
#include "suite.h"

#include "failing.h"
#include "gan/image.h"
#include "pictures.h"

#include <math.h>

static gan_tensor *read_made(const struct jpeg_making *making)
{
    size_t size;
    uint8_t *bytes = make_jpeg(making, &size);
    gan_tensor *image = gan_image_read_memory(bytes, size);
    ck_assert_msg(image != NULL, "%s", gan_error_message());
    free(bytes);
    return image;
}

/* Smooth in x and y, another slope in each channel, so that quality 100 keeps it within a step or two. */
static uint8_t smooth(int x, int y, int c)
{
    return (uint8_t)(30 + 4 * x + (5 - c) * y + 20 * c);
}

static const uint8_t *smooth_pixels(int width, int height, int channels)
{
    static uint8_t pixels[1 << 14];
    for (int y = 0, i = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < channels; c++)
                pixels[i++] = smooth(x, y, c);
    return pixels;
}

static int byte_at(const gan_tensor *image, int c, int y, int x)
{
    gan_shape s = gan_tensor_shape(image);
    return (int)lrintf(gan_tensor_data(image)[(c * s.dims[1] + y) * s.dims[2] + x] * 255);
}

START_TEST(grey_and_colour_come_in_planes)
{
    for (int channels = 1; channels <= 3; channels += 2) {
        gan_tensor *image = read_made(&(struct jpeg_making){
            .width = 23, .height = 17, .channels = channels, .pixels = smooth_pixels(23, 17, channels)});
        ck_assert(gan_shape_equal(gan_tensor_shape(image), GAN_SHAPE(channels, 17, 23)));
        int worst = 0;
        for (int c = 0; c < channels; c++)
            for (int y = 0; y < 17; y++)
                for (int x = 0; x < 23; x++)
                    worst = abs(byte_at(image, c, y, x) - smooth(x, y, c)) > worst
                                ? abs(byte_at(image, c, y, x) - smooth(x, y, c))
                                : worst;
        ck_assert_int_le(worst, 2);
        gan_tensor_unref(image);
    }
}
END_TEST

START_TEST(a_progressive_file_is_the_same_picture)
{
    struct jpeg_making making = {.width = 31,
                                 .height = 33,
                                 .channels = 3,
                                 .pixels = smooth_pixels(31, 33, 3),
                                 .subsampled = true,
                                 .quality = 80};
    gan_tensor *plain = read_made(&making);
    making.progressive = true;
    gan_tensor *progressive = read_made(&making);
    ck_assert_mem_eq(gan_tensor_data(plain), gan_tensor_data(progressive), 3 * 31 * 33 * sizeof(float));
    gan_tensor_unref(plain);
    gan_tensor_unref(progressive);
}
END_TEST

/* Inks C, M, Y, K of smooth slopes; `inverted` files hold 255 minus the ink. */
static void check_inks(J_COLOR_SPACE stored, bool marker)
{
    gan_tensor *image = read_made(&(struct jpeg_making){.width = 20,
                                                        .height = 12,
                                                        .channels = 4,
                                                        .stored = stored,
                                                        .no_adobe_marker = !marker,
                                                        .pixels = smooth_pixels(20, 12, 4)});
    ck_assert(gan_shape_equal(gan_tensor_shape(image), GAN_SHAPE(3, 12, 20)));
    double worst = 0;
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < 12; y++)
            for (int x = 0; x < 20; x++) {
                double ink = smooth(x, y, c) / 255.0, key = smooth(x, y, 3) / 255.0;
                double want = marker ? ink * key : (1 - ink) * (1 - key);
                worst = fmax(worst, fabs(want * 255 - byte_at(image, c, y, x)));
            }
    ck_assert_double_lt(worst, 3);
    gan_tensor_unref(image);
}

#ifdef C_ARITH_CODING_SUPPORTED
/* One colour in arithmetic coding takes less than a bit a block. */
START_TEST(an_arithmetic_file_may_be_small)
{
    enum { SIDE = 1024 };
    uint8_t *grey = malloc(SIDE * SIDE);
    memset(grey, 77, SIDE * SIDE);
    struct jpeg_making making = {.width = SIDE, .height = SIDE, .channels = 1, .pixels = grey, .arithmetic = true};
    size_t size;
    free(make_jpeg(&making, &size));
    ck_assert_uint_lt(size, SIDE * SIDE / 64 / 8);
    gan_tensor *image = read_made(&making);
    ck_assert_int_eq(byte_at(image, 0, SIDE - 1, SIDE - 1), 77);
    gan_tensor_unref(image);
    free(grey);
}
END_TEST

/* But how small is no measure of what it asks for. */
START_TEST(an_arithmetic_file_may_not_be_huge)
{
    enum { SIDE = 4104 };
    uint8_t *grey = calloc(SIDE, SIDE);
    struct jpeg_making making = {.width = SIDE, .height = SIDE, .channels = 1, .pixels = grey, .arithmetic = true};
    size_t size;
    uint8_t *bytes = make_jpeg(&making, &size);
    ck_assert_ptr_null(gan_image_read_memory(bytes, size));
    check_message("says it is 4104 x 4104 pixels, which its ");
    free(bytes);
    free(grey);
}
END_TEST
#endif

START_TEST(inks_become_light)
{
    check_inks(JCS_CMYK, true);
    check_inks(JCS_YCCK, true);
    check_inks(JCS_CMYK, false);
}
END_TEST

/* ---- orientation ---- */

enum { BLOCK = 8, ACROSS = 3, DOWN = 2, WIDTH = BLOCK * ACROSS, HEIGHT = BLOCK * DOWN };

/* The upright picture: blocks of one brightness each, which JPEG keeps. */
static uint8_t upright(int x, int y)
{
    return (uint8_t)(20 + 35 * (x / BLOCK + ACROSS * (y / BLOCK)));
}

/* What EXIF's table says of each orientation: which side of the picture its first row and its first column are. */
static void stored_pixels(int orientation, uint8_t *pixels, int *width, int *height)
{
    static const char *const sides[9] = {"", "TL", "TR", "BR", "BL", "LT", "RT", "RB", "LB"};
    const char *side = sides[orientation];
    bool turned = side[0] == 'L' || side[0] == 'R';
    *width = turned ? HEIGHT : WIDTH;
    *height = turned ? WIDTH : HEIGHT;
    for (int row = 0; row < *height; row++)
        for (int column = 0; column < *width; column++) {
            int from_first[2] = {row, column}, x = 0, y = 0; /* steps away from the side that is named */
            for (int i = 0; i < 2; i++) {
                x = side[i] == 'L' ? from_first[i] : side[i] == 'R' ? WIDTH - 1 - from_first[i] : x;
                y = side[i] == 'T' ? from_first[i] : side[i] == 'B' ? HEIGHT - 1 - from_first[i] : y;
            }
            pixels[row * *width + column] = upright(x, y);
        }
}

START_TEST(pictures_are_turned_as_exif_says)
{
    for (int orientation = 0; orientation <= 8; orientation++) {
        uint8_t pixels[WIDTH * HEIGHT];
        struct jpeg_making making = {.channels = 1, .pixels = pixels, .orientation = orientation};
        stored_pixels(orientation > 0 ? orientation : 1, pixels, &making.width, &making.height);
        gan_tensor *image = read_made(&making);
        ck_assert(gan_shape_equal(gan_tensor_shape(image), GAN_SHAPE(1, HEIGHT, WIDTH)));
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++)
                ck_assert_msg(abs(byte_at(image, 0, y, x) - upright(x, y)) <= 1,
                              "orientation %d: %d, %d is %d, want %d", orientation, x, y, byte_at(image, 0, y, x),
                              upright(x, y));
        gan_tensor_unref(image);
    }
}
END_TEST

/* An EXIF segment with one byte changed, and cut to `size`; the picture must come, upright or turned. */
static bool is_turned(unsigned size, unsigned at, uint8_t value)
{
    uint8_t exif[40], pixels[WIDTH * HEIGHT] = {0};
    exif_segment(exif, 6, false);
    exif[at] = value;
    gan_tensor *image = read_made(&(struct jpeg_making){
        .width = WIDTH, .height = HEIGHT, .channels = 1, .pixels = pixels, .exif = exif, .exif_size = size});
    bool turned = gan_tensor_shape(image).dims[1] == WIDTH;
    gan_tensor_unref(image);
    return turned;
}

START_TEST(exif_that_makes_no_sense_turns_nothing)
{
    ck_assert(is_turned(32, 24, 6));
    ck_assert(is_turned(32, 24, 8));
    for (unsigned size = 0; size < 28; size++)
        ck_assert_msg(!is_turned(size, 24, 6), "%u bytes were enough", size);
    static const uint8_t changes[][2] = {{24, 0},   {24, 9},   {25, 1}, {0, 'e'}, {6, 'X'}, {8, 0},
                                         {10, 255}, {13, 255}, {14, 0}, {16, 0},  {18, 4},  {20, 2}};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
        ck_assert_msg(!is_turned(32, changes[i][0], changes[i][1]), "byte %d", changes[i][0]);
}
END_TEST

/* ---- damage ---- */

static uint8_t *example(bool progressive, size_t *size)
{
    return make_jpeg(&(struct jpeg_making){.width = 40,
                                           .height = 24,
                                           .channels = 3,
                                           .pixels = smooth_pixels(40, 24, 3),
                                           .progressive = progressive,
                                           .subsampled = true,
                                           .orientation = 6,
                                           .quality = 90},
                     size);
}

/* Reads it from memory of just its size, so that a sanitizer sees a byte too many. */
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
    for (int progressive = 0; progressive < 2; progressive++) {
        size_t size;
        uint8_t *bytes = example(progressive != 0, &size);
        ck_assert(survives(bytes, size));
        for (size_t cut = 0; cut < size; cut++)
            ck_assert_msg(!survives(bytes, cut), "%zu of %zu bytes were enough", cut, size);
        free(bytes);
    }
}
END_TEST

START_TEST(damage_is_survived)
{
    uint64_t random = 88172645463325252u;
    struct failing failing = {0};
    gan_set_allocator(&(gan_allocator){failing_allocate, failing_release, &failing});
    for (int progressive = 0; progressive < 2; progressive++) {
        size_t size;
        uint8_t *bytes = example(progressive != 0, &size), *copy = malloc(size);
        for (int round = 0; round < 4000; round++) {
            memcpy(copy, bytes, size);
            for (int change = 0; change < 1 + round % 3; change++) {
                random ^= random << 13; /* Marsaglia's xorshift (2003) */
                random ^= random >> 7;
                random ^= random << 17;
                if (round % 2 == 0)
                    copy[random % size] = (uint8_t)(random >> 32);
                else
                    copy[random % size] ^= (uint8_t)(1 << (random >> 32) % 8);
            }
            survives(copy, size);
            ck_assert_int_eq(failing.live, 0);
        }
        free(bytes);
        free(copy);
    }
    gan_set_allocator(NULL);
    ck_assert_uint_lt(failing.largest, 64 << 20);
}
END_TEST

static void expect_refused(const uint8_t *bytes, size_t size, const char *words)
{
    ck_assert_ptr_null(gan_image_read_memory(bytes, size));
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_FORMAT);
    check_message(words);
}

/* Where a marker's segment begins. */
static size_t find_marker(const uint8_t *bytes, size_t size, uint8_t marker)
{
    for (size_t at = 2; at + 4 <= size && bytes[at] == 0xff; at += 2u + (size_t)(bytes[at + 2] << 8 | bytes[at + 3]))
        if (bytes[at + 1] == marker)
            return at;
    ck_abort_msg("no marker %02x", marker);
    return 0;
}

START_TEST(absurd_sizes_are_refused_before_memory_is_asked_for)
{
    struct failing failing = {0};
    size_t size;
    uint8_t *bytes = example(false, &size);
    uint8_t *frame = bytes + find_marker(bytes, size, 0xc0); /* FF C0, length, precision, height, width */
    gan_set_allocator(&(gan_allocator){failing_allocate, failing_release, &failing});
    frame[5] = 0x0f, frame[6] = 0, frame[7] = 0x0f, frame[8] = 0; /* 3840 x 3840 */
    expect_refused(bytes, size, "says it is 3840 x 3840 pixels, which its");
    frame[5] = 0xfd, frame[7] = 0xfd;
    expect_refused(bytes, size, "2^28 in all");
    gan_set_allocator(NULL);
    ck_assert_uint_lt(failing.largest, 1 << 16);
    free(bytes);
}
END_TEST

START_TEST(thousands_of_scans_are_refused)
{
    size_t size;
    uint8_t *bytes = example(true, &size);
    size_t scan = find_marker(bytes, size, 0xda), end = scan + 2;
    while (!(bytes[end] == 0xff && bytes[end + 1] != 0))
        end++;
    size_t length = end - scan, copies = 1000;
    uint8_t *many = malloc(size + copies * length);
    memcpy(many, bytes, end);
    for (size_t i = 0; i < copies; i++)
        memcpy(many + end + i * length, bytes + scan, length);
    memcpy(many + end + copies * length, bytes + end, size - end);
    expect_refused(many, size + copies * length, "more than 200 scans");
    free(many);
    free(bytes);
}
END_TEST

START_TEST(bytes_too_many_do_no_harm)
{
    size_t size;
    uint8_t *bytes = example(false, &size), *more = malloc(size + 8);
    size_t at = find_marker(bytes, size, 0xc0);
    memcpy(more, bytes, size);
    memcpy(more + size, "garbage!", 8);
    ck_assert(survives(more, size + 8));
    memcpy(more + at, "\0\0\0\0", 4);
    memcpy(more + at + 4, bytes + at, size - at);
    ck_assert(survives(more, size + 4));
    free(more);
    free(bytes);
}
END_TEST

START_TEST(other_files_are_refused)
{
    size_t size;
    uint8_t *two = make_jpeg(
        &(struct jpeg_making){.width = 8, .height = 8, .channels = 2, .pixels = smooth_pixels(8, 8, 2)}, &size);
    expect_refused(two, size, "has 2 components, want grey, RGB");
    free(two);
    expect_refused((const uint8_t *)"GIF89a", 6, "is a GIF file, want PNG or JPEG");
    expect_refused((const uint8_t *)"RIFF\0\0\0\0WEBPVP8 ", 16, "is a WebP file");
    expect_refused((const uint8_t *)"hello", 5, "is no PNG or JPEG file");
    expect_refused((const uint8_t *)"", 0, "is empty");
    write_file(scratch_file("text.jpg"), "hello", 5);
    ck_assert_ptr_null(gan_image_read(scratch_file("text.jpg")));
    check_message("text.jpg: is no PNG or JPEG file");
}
END_TEST

static bool read_example(void)
{
    size_t size;
    uint8_t *bytes = example(true, &size);
    gan_tensor *image = gan_image_read_memory(bytes, size);
    gan_tensor_unref(image);
    free(bytes);
    return image != NULL;
}

START_TEST(out_of_memory_is_an_error)
{
    ck_assert_int_ge(fail_each_allocation(read_example), 2);
}
END_TEST

static const struct test_case tests[] = {
    {"planes", grey_and_colour_come_in_planes},
    {"progressive", a_progressive_file_is_the_same_picture},
#ifdef C_ARITH_CODING_SUPPORTED
    {"arithmetic coding", an_arithmetic_file_may_be_small},
    {"arithmetic coding of much", an_arithmetic_file_may_not_be_huge},
#endif
    {"inks", inks_become_light},
    {"orientation", pictures_are_turned_as_exif_says},
    {"damaged EXIF", exif_that_makes_no_sense_turns_nothing},
    {"cut", a_file_cut_anywhere_is_refused},
    {"damage", damage_is_survived},
    {"absurd sizes", absurd_sizes_are_refused_before_memory_is_asked_for},
    {"scans", thousands_of_scans_are_refused},
    {"bytes too many", bytes_too_many_do_no_harm},
    {"other files", other_files_are_refused},
    {"out of memory", out_of_memory_is_an_error},
};

int main(void)
{
    return RUN_SUITE("io: jpeg", tests);
}

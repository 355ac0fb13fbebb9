/* Resizing against the definition, in double. */
#include "io/resample.h"

#include "memory_check.h"
#include "naive_resize.h"
#include "suite.h"

#include <math.h>
#include <string.h>

static struct gan_pixels random_picture(int width, int height, int channels, unsigned seed)
{
    struct gan_pixels pixels = {0};
    ck_assert_int_eq(gan_pixels_make(&pixels, width, height, channels), GAN_OK);
    uint32_t state = seed * 2654435761u + 1;
    for (int i = 0; i < width * height * channels; i++) {
        state = state * 1664525u + 1013904223u;
        pixels.bytes[i] = (uint8_t)(state >> 24);
    }
    return pixels;
}

static void check_size(struct gan_resize_room *room, int width, int height, int channels, struct gan_box box,
                       int to_width, int to_height)
{
    struct gan_pixels from = random_picture(width, height, channels, (unsigned)(width * 31 + to_width)), to = {0};
    from.orientation = 5;
    ck_assert_int_eq(gan_resample(room, &from, box, to_width, to_height, &to), GAN_OK);
    ck_assert(to.width == to_width && to.height == to_height && to.channels == channels && to.orientation == 5);
    double worst = 0;
    for (int y = 0; y < to_height; y++)
        for (int x = 0; x < to_width; x++) {
            double want[4];
            naive_resize(from.bytes, width, height, channels, (struct naive_box){box.x, box.y, box.width, box.height},
                         to_width, to_height, x, y, want);
            for (int c = 0; c < channels; c++)
                worst = fmax(worst, fabs(to.bytes[(y * to_width + x) * channels + c] - want[c]));
        }
    ck_assert_msg(worst <= 0.5 + 2e-3, "%d x %d x %d to %d x %d: off by %g", width, height, channels, to_width,
                  to_height, worst); /* half for rounding to bytes, the rest for floats */
    gan_pixels_clear(&from);
    gan_pixels_clear(&to);
}

START_TEST(it_is_as_defined)
{
    static const int sizes[][4] = {{1, 1, 1, 1},    {1, 1, 5, 7},    {7, 5, 1, 1},   {8, 8, 8, 8},   {17, 13, 17, 4},
                                   {17, 13, 4, 13}, {64, 48, 13, 7}, {3, 100, 9, 9}, {5, 3, 40, 31}, {100, 2, 2, 2}};
    struct gan_resize_room room = {0};
    for (int channels = 1; channels <= 4; channels += channels == 1 ? 2 : 1)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            const int *s = sizes[i];
            check_size(&room, s[0], s[1], channels, (struct gan_box){0, 0, s[0], s[1]}, s[2], s[3]);
            if (s[0] > 2 && s[1] > 2)
                check_size(&room, s[0], s[1], channels, (struct gan_box){0.7, 1.25, s[0] - 1.9, s[1] - 1.75}, s[2],
                           s[3]);
        }
    gan_resize_room_clear(&room);
}
END_TEST

START_TEST(the_same_size_is_a_copy)
{
    struct gan_resize_room room = {0};
    struct gan_pixels from = random_picture(19, 11, 3, 4), to = {0};
    ck_assert_int_eq(gan_resample(&room, &from, (struct gan_box){0, 0, 19, 11}, 19, 11, &to), GAN_OK);
    ck_assert_mem_eq(from.bytes, to.bytes, 19 * 11 * 3);
    gan_pixels_clear(&from);
    gan_pixels_clear(&to);
    gan_resize_room_clear(&room);
}
END_TEST

/* Alternating black and white columns at half the size: grey, where plain interpolation would alias. */
START_TEST(stripes_become_grey)
{
    struct gan_resize_room room = {0};
    struct gan_pixels from = {0}, to = {0};
    gan_pixels_make(&from, 400, 10, 1);
    for (int i = 0; i < 4000; i++)
        from.bytes[i] = i % 2 == 0 ? 0 : 255;
    ck_assert_int_eq(gan_resample(&room, &from, (struct gan_box){0, 0, 400, 10}, 57, 10, &to), GAN_OK);
    for (int x = 1; x < 56; x++)
        ck_assert_int_le(abs(to.bytes[x] - 127), 4);
    gan_pixels_clear(&from);
    gan_pixels_clear(&to);
    gan_resize_room_clear(&room);
}
END_TEST

START_TEST(what_is_transparent_lends_no_colour)
{
    struct gan_resize_room room = {0};
    struct gan_pixels from = {0}, to = {0};
    gan_pixels_make(&from, 2, 1, 4);
    memcpy(from.bytes, (uint8_t[]){255, 0, 0, 0, 0, 0, 200, 255}, 8);
    ck_assert_int_eq(gan_resample(&room, &from, (struct gan_box){0, 0, 2, 1}, 1, 1, &to), GAN_OK);
    ck_assert_mem_eq(to.bytes, ((uint8_t[]){0, 0, 200, 128}), 4);
    from.bytes[7] = 0;
    ck_assert_int_eq(gan_resample(&room, &from, (struct gan_box){0, 0, 2, 1}, 2, 1, &to), GAN_OK);
    ck_assert_mem_eq(to.bytes, ((uint8_t[8]){0}), 8);
    gan_pixels_clear(&from);
    gan_pixels_clear(&to);
    gan_resize_room_clear(&room);
}
END_TEST

static bool attempt(void *context)
{
    struct gan_resize_room room = {0};
    struct gan_pixels to = {0};
    gan_status status = gan_resample(&room, context, (struct gan_box){0, 0, 30, 20}, 7, 5, &to);
    gan_pixels_clear(&to);
    gan_resize_room_clear(&room);
    return status == GAN_OK;
}

START_TEST(a_failed_allocation_is_an_error)
{
    struct gan_pixels from = random_picture(30, 20, 3, 1);
    CHECK_EACH_ALLOCATION(attempt, &from);
    gan_pixels_clear(&from);
}
END_TEST

static const struct test_case tests[] = {
    {"definition", it_is_as_defined},
    {"same size", the_same_size_is_a_copy},
    {"stripes", stripes_become_grey},
    {"opacity", what_is_transparent_lends_no_colour},
    {"memory", a_failed_allocation_is_an_error},
};

int main(void)
{
    return RUN_SUITE("io: resample", tests);
}

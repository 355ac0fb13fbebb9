/* Letters and the strokes that they are made of. */
#include "suite.h"

#include "io/font.h"

#include <string.h>

#define SIDE 64

/* The ink of a text at (10.5, 40.5), in new memory of SIDE × SIDE (free it with gan_ink_free). */
static struct gan_ink *inked(const char *text, double scale, bool upwards)
{
    struct gan_ink *ink = gan_ink_new(SIDE, SIDE);
    ck_assert_ptr_nonnull(ink);
    gan_text_ink(ink, text, (struct gan_type){.scale = scale, .thickness = 1.25, .upwards = upwards}, 10.5, 40.5);
    return ink;
}

/* The smallest box with more than a trace of ink. */
static struct gan_box extent(const struct gan_ink *ink)
{
    struct gan_box box = {SIDE, SIDE, 0, 0};
    for (int y = 0; y < ink->height; y++)
        for (int x = 0; x < ink->width; x++)
            if (ink->cover[y * ink->width + x] > 64) {
                box.left = x < box.left ? x : box.left;
                box.top = y < box.top ? y : box.top;
                box.right = x >= box.right ? x + 1 : box.right;
                box.bottom = y >= box.bottom ? y + 1 : box.bottom;
            }
    return box;
}

START_TEST(every_letter_has_ink_of_its_own_and_keeps_to_its_place)
{
    struct gan_ink *all[95];
    for (int c = 32; c < 127; c++) {
        char text[2] = {(char)c, '\0'};
        struct gan_ink *ink = all[c - 32] = inked(text, 1, false);
        struct gan_box box = extent(ink);
        if (c == ' ') {
            ck_assert_int_eq(box.right, 0);
            continue;
        }
        ck_assert_msg(box.right > 0, "'%c' is empty", c);
        ck_assert_msg(box.left >= 10 && box.right <= 11 + (int)gan_text_width(text, 1), "'%c' is %d … %d", c, box.left,
                      box.right);
        ck_assert_msg(box.top >= 40 - GAN_CAPITAL_HEIGHT && box.bottom <= 41 + GAN_DESCENT, "'%c' is %d … %d", c,
                      box.top, box.bottom);
    }
    for (int a = 1; a < 95; a++)
        for (int b = 1; b < a; b++)
            ck_assert_msg(memcmp(all[a]->cover, all[b]->cover, (size_t)SIDE * SIDE) != 0, "'%c' looks like '%c'",
                          a + 32, b + 32);
    for (int a = 0; a < 95; a++)
        gan_ink_free(all[a]);
}
END_TEST

START_TEST(upright_and_level_strokes_are_sharp)
{
    struct gan_ink *ink = inked("L", 1, false);
    for (int y = 31; y <= 40; y++) {
        ck_assert_int_eq(ink->cover[y * SIDE + 10], 255);
        ck_assert_int_lt(ink->cover[y * SIDE + 9], 40);
    }
    for (int x = 10; x <= 15; x++)
        ck_assert_int_eq(ink->cover[40 * SIDE + x], 255);
    ck_assert_int_lt(ink->cover[42 * SIDE + 12], 1);
    gan_ink_free(ink);
}
END_TEST

START_TEST(other_characters_are_one_box_each)
{
    struct gan_ink *box = inked("\x01", 1, false), *letter = inked("\xc3\xa9", 1, false);
    ck_assert_mem_eq(box->cover, letter->cover, (size_t)SIDE * SIDE);
    ck_assert(gan_text_width("\xe2\x82\xac", 1) == gan_text_width("\xc3\xa9", 1));
    ck_assert(gan_text_width("a\xe2\x82\xac", 1) == gan_text_width("a\x7f", 1));
    gan_ink_free(box);
    gan_ink_free(letter);
}
END_TEST

START_TEST(a_text_is_as_wide_as_it_says)
{
    const char *texts[] = {"Hn.", ".1", "loss", "0.5k", "WM", "i", "%@"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct gan_ink *ink = inked(texts[i], 1, false);
        struct gan_box box = extent(ink);
        int width = (int)gan_text_width(texts[i], 1);
        ck_assert_msg(box.right - box.left >= width && box.right - box.left <= width + 1, "%s: %d, not %d", texts[i],
                      box.right - box.left, width);
        gan_ink_free(ink);
    }
    ck_assert(gan_text_width("", 1) == 0);
    ck_assert(gan_text_width("abc", 2) == 2 * gan_text_width("abc", 1));
}
END_TEST

START_TEST(upwards_is_a_quarter_turn)
{
    struct gan_ink *across = inked("Fg", 1, false), *up = inked("Fg", 1, true);
    for (int along = -2; along < 25; along++)
        for (int down = -12; down < 6; down++)
            ck_assert_int_eq(up->cover[(40 - along) * SIDE + 10 + down + 0],
                             across->cover[(40 + down) * SIDE + 10 + along]);
    gan_ink_free(across);
    gan_ink_free(up);
}
END_TEST

START_TEST(what_does_not_fit_gives_way_to_dots)
{
    struct gan_ink *cut = gan_ink_new(SIDE, SIDE), *dotted = inked("ab...", 1, false);
    struct gan_type type = {.scale = 1, .thickness = 1.25};
    double room = gan_text_width("ab...", 1);
    gan_text_ink_within(cut, "abcdefgh", type, 10.5, 40.5, room);
    ck_assert_mem_eq(cut->cover, dotted->cover, (size_t)SIDE * SIDE);
    gan_ink_free(cut);
    gan_ink_free(dotted);
}
END_TEST

START_TEST(strokes_are_cut_off_at_the_clip)
{
    struct gan_ink *ink = gan_ink_new(SIDE, SIDE);
    ink->clip = (struct gan_box){20, 20, 30, 30};
    gan_ink_line(ink, -1e6, -1e6, 1e6, 1e6, 3);
    gan_ink_line(ink, 25, 1e9, 25, 25, 2);
    gan_ink_line(ink, 26, 25, 27, -1e9, 2);
    gan_ink_line(ink, -1e9, 5, 1e9, 5, 1);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            if (x < 20 || x >= 30 || y < 20 || y >= 30)
                ck_assert_int_eq(ink->cover[y * SIDE + x], 0);
    ck_assert_int_eq(ink->cover[22 * SIDE + 22], 255);
    ck_assert_int_eq(ink->cover[29 * SIDE + 24], 255);
    ck_assert_int_eq(ink->cover[20 * SIDE + 25], 255);
    ck_assert_int_eq(ink->cover[29 * SIDE + 20], 0);
    gan_ink_free(ink);
}
END_TEST

START_TEST(ink_is_mixed_once_however_often_strokes_cross)
{
    struct gan_ink *ink = gan_ink_new(8, 8);
    struct gan_picture *picture = gan_picture_new(8, 8, 3, 255);
    for (int i = 0; i < 3; i++)
        gan_ink_line(ink, 0, 4, 8, 4, 4);
    gan_ink_mix(ink, picture, (struct gan_colour){0, 100, 255}, 0.5);
    const uint8_t *inside = gan_picture_pixel(picture, 4, 4), *outside = gan_picture_pixel(picture, 4, 0);
    ck_assert_mem_eq(inside, ((uint8_t[]){128, 178, 255}), 3);
    ck_assert_mem_eq(outside, ((uint8_t[]){255, 255, 255}), 3);
    gan_ink_mix(ink, picture, (struct gan_colour){0, 0, 0}, 1); /* the mask is dry: nothing happens */
    ck_assert_mem_eq(inside, ((uint8_t[]){128, 178, 255}), 3);
    gan_picture_free(picture);
    gan_ink_free(ink);
}
END_TEST

static const struct test_case tests[] = {
    {"every letter", every_letter_has_ink_of_its_own_and_keeps_to_its_place},
    {"sharp strokes", upright_and_level_strokes_are_sharp},
    {"other characters", other_characters_are_one_box_each},
    {"width", a_text_is_as_wide_as_it_says},
    {"upwards", upwards_is_a_quarter_turn},
    {"dots", what_does_not_fit_gives_way_to_dots},
    {"clip", strokes_are_cut_off_at_the_clip},
    {"mixing", ink_is_mixed_once_however_often_strokes_cross},
};

int main(void)
{
    return RUN_SUITE("io: font", tests);
}

#include "suite.h"

#include "failing.h"
#include "gan/image.h"
#include "io/terminal.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define HALF "\xe2\x96\x80"

static struct gan_picture *picture_of(int width, int height, int channels, const uint8_t *bytes)
{
    struct gan_picture *picture = gan_picture_new(width, height, channels, 0);
    memcpy(picture->pixels, bytes, (size_t)width * (size_t)height * (size_t)channels);
    return picture;
}

static void check_text(int width, int height, int channels, const uint8_t *bytes, int across, bool true_colour,
                       const char *want)
{
    struct gan_picture *picture = picture_of(width, height, channels, bytes);
    char *text = gan_picture_text(picture, across, true_colour);
    ck_assert_str_eq(text, want);
    gan_text_free(text);
    gan_picture_free(picture);
}

START_TEST(two_rows_of_pixels_make_a_line)
{
    check_text(2, 2, 1, (uint8_t[]){1, 2, 3, 4}, 80, true,
               "\033[38;2;1;1;1m\033[48;2;3;3;3m" HALF "\033[38;2;2;2;2m\033[48;2;4;4;4m" HALF "\033[0m\n");
    check_text(1, 2, 3, (uint8_t[]){1, 2, 3, 4, 5, 6}, 80, true, "\033[38;2;1;2;3m\033[48;2;4;5;6m" HALF "\033[0m\n");
}
END_TEST

START_TEST(a_colour_is_set_once_for_a_run_and_again_on_each_line)
{
    check_text(3, 4, 1, (uint8_t[]){9, 9, 9, 9, 9, 8, 9, 9, 9, 9, 9, 9}, 80, true,
               "\033[38;2;9;9;9m\033[48;2;9;9;9m" HALF HALF "\033[48;2;8;8;8m" HALF "\033[0m\n"
               "\033[38;2;9;9;9m\033[48;2;9;9;9m" HALF HALF HALF "\033[0m\n");
}
END_TEST

START_TEST(an_odd_last_row_has_nothing_behind_it)
{
    check_text(1, 1, 1, (uint8_t[]){7}, 80, true, "\033[38;2;7;7;7m" HALF "\033[0m\n");
    check_text(1, 3, 1, (uint8_t[]){7, 7, 7}, 80, true,
               "\033[38;2;7;7;7m\033[48;2;7;7;7m" HALF "\033[0m\n\033[38;2;7;7;7m" HALF "\033[0m\n");
}
END_TEST

START_TEST(opacity_is_over_black)
{
    check_text(1, 1, 4, (uint8_t[]){200, 100, 50, 128}, 80, true, "\033[38;2;100;50;25m" HALF "\033[0m\n");
}
END_TEST

START_TEST(wide_pictures_are_averaged)
{
    check_text(4, 4, 1, (uint8_t[]){0, 4, 100, 100, 8, 12, 100, 100, 0, 0, 255, 255, 0, 0, 255, 255}, 2, true,
               "\033[38;2;6;6;6m\033[48;2;0;0;0m" HALF "\033[38;2;100;100;100m\033[48;2;255;255;255m" HALF "\033[0m\n");
    /* Three pixels in two cells: each has one and a half. Height 1 · 2/3 is 1 line. */
    check_text(3, 1, 1, (uint8_t[]){30, 90, 150}, 2, true,
               "\033[38;2;50;50;50m" HALF "\033[38;2;130;130;130m" HALF "\033[0m\n");
    /* Never enlarged, and never less than a row. */
    check_text(1, 1, 1, (uint8_t[]){7}, 2, true, "\033[38;2;7;7;7m" HALF "\033[0m\n");
    uint8_t row[100] = {0};
    check_text(100, 1, 1, row, 1, true, "\033[38;2;0;0;0m" HALF "\033[0m\n");
}
END_TEST

START_TEST(the_palette_has_the_nearest_colour)
{
    static const struct {
        uint8_t rgb[3];
        int entry;
    } cases[] = {{{0, 0, 0}, 16},        {{255, 255, 255}, 231}, {{255, 0, 0}, 196}, {{0, 255, 0}, 46},
                 {{0, 0, 255}, 21},      {{8, 8, 8}, 232},       {{9, 9, 9}, 232},   {{238, 238, 238}, 255},
                 {{128, 128, 128}, 244}, {{95, 135, 175}, 67},   {{3, 3, 3}, 16},    {{100, 99, 101}, 241}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_int_eq(gan_palette_colour(cases[i].rgb), cases[i].entry);
    check_text(1, 2, 1, (uint8_t[]){0, 128}, 80, false, "\033[38;5;16m\033[48;5;244m" HALF "\033[0m\n");
}
END_TEST

START_TEST(a_grid_of_images_is_shown_at_the_width_asked_for)
{
    gan_tensor *images = gan_tensor_new(GAN_SHAPE(25, 1, 28, 28));
    gan_tensor_fill_uniform(images, 0, 1, 1);
    static const struct {
        int width, characters, lines;
    } cases[] = {{0, 80, 40}, {80, 80, 40}, {20, 20, 10}, {1000, 148, 74}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = gan_terminal_picture(images, 5, cases[i].width);
        int halves = 0, lines = 0;
        for (const char *at = text; (at = strstr(at, HALF)) != NULL; at += 3)
            halves++;
        for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
            lines++;
        ck_assert_int_eq(lines, cases[i].lines);
        ck_assert_int_eq(halves, cases[i].characters * cases[i].lines);
        gan_text_free(text);
    }
    gan_tensor_unref(images);
}
END_TEST

START_TEST(colours_follow_colorterm)
{
    gan_tensor *image = gan_tensor_new(GAN_SHAPE(1, 1, 1));
    setenv("COLORTERM", "truecolor", 1);
    char *text = gan_terminal_picture(image, 0, 0);
    ck_assert_str_eq(text, "\033[38;2;0;0;0m" HALF "\033[0m\n");
    gan_text_free(text);
    setenv("COLORTERM", "", 1);
    text = gan_terminal_picture(image, 0, 0);
    ck_assert_str_eq(text, "\033[38;5;16m" HALF "\033[0m\n");
    gan_text_free(text);
    gan_tensor_unref(image);
}
END_TEST

START_TEST(wrong_images_are_named)
{
    gan_tensor *flat = gan_tensor_new(GAN_SHAPE(3, 3));
    ck_assert_ptr_null(gan_terminal_picture(flat, 0, 0));
    ck_assert_ptr_nonnull(strstr(gan_error_message(), "gan_terminal_picture: images has shape [3, 3], want"));
    ck_assert_ptr_null(gan_terminal_picture(NULL, 0, 0));
    ck_assert_ptr_nonnull(strstr(gan_error_message(), "images is NULL"));
    gan_tensor_unref(flat);
}
END_TEST

/* The environment of a terminal that can show pictures, and which change to it spoils that. */
static void set_environment(const char *name, const char *value)
{
    static const char *const usual[][2] = {
        {"TERM", "xterm"}, {"LANG", "en_US.UTF-8"}, {"LC_ALL", NULL}, {"LC_CTYPE", NULL}, {"NO_COLOR", NULL}};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        const char *set = name != NULL && strcmp(name, usual[i][0]) == 0 ? value : usual[i][1];
        if (set != NULL)
            setenv(usual[i][0], set, 1);
        else
            unsetenv(usual[i][0]);
    }
}

static FILE *open_terminal(int *other)
{
    *other = posix_openpt(O_RDWR | O_NOCTTY);
    if (*other < 0 || grantpt(*other) != 0 || unlockpt(*other) != 0)
        return NULL;
    int terminal = open(ptsname(*other), O_RDWR | O_NOCTTY);
    return terminal >= 0 ? fdopen(terminal, "r+") : NULL;
}

START_TEST(only_a_terminal_that_can_is_shown_pictures)
{
    static const struct {
        const char *name, *value;
        bool can;
    } cases[] = {{NULL, NULL, true},           {"TERM", "dumb", false},
                 {"TERM", "", false},          {"TERM", NULL, false},
                 {"NO_COLOR", "1", false},     {"NO_COLOR", "", true},
                 {"LANG", "C", false},         {"LANG", NULL, false},
                 {"LANG", "de_DE.utf8", true}, {"LANG", "de_DE.ISO-8859-1", false},
                 {"LC_ALL", "C", false},       {"LC_ALL", "", true},
                 {"LC_CTYPE", "POSIX", false}, {"LC_CTYPE", "UTF-8", true}};
    int other;
    FILE *terminal = open_terminal(&other), *file = fopen("/dev/null", "w");
    if (terminal == NULL)
        printf("skipped: no pseudo-terminal can be had here\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_environment(cases[i].name, cases[i].value);
        if (terminal != NULL)
            ck_assert_msg(gan_terminal_can_show(terminal) == cases[i].can, "%s=%s", cases[i].name, cases[i].value);
        ck_assert(!gan_terminal_can_show(file));
    }
    ck_assert(!gan_terminal_can_show(NULL));
    fclose(file);
    if (terminal != NULL)
        fclose(terminal);
}
END_TEST

START_TEST(the_width_is_the_terminals_then_columns_then_80)
{
    int other;
    FILE *terminal = open_terminal(&other), *file = fopen("/dev/null", "w");
    struct winsize size = {.ws_row = 30, .ws_col = 123};
    setenv("COLUMNS", "55", 1);
    if (terminal != NULL && ioctl(other, TIOCSWINSZ, &size) == 0)
        ck_assert_int_eq(gan_terminal_width(terminal), 123);
    ck_assert_int_eq(gan_terminal_width(file), 55);
    setenv("COLUMNS", "many", 1);
    ck_assert_int_eq(gan_terminal_width(file), 80);
    setenv("COLUMNS", "-4", 1);
    ck_assert_int_eq(gan_terminal_width(file), 80);
    unsetenv("COLUMNS");
    ck_assert_int_eq(gan_terminal_width(NULL), 80);
    fclose(file);
    if (terminal != NULL)
        fclose(terminal);
}
END_TEST

static bool show(void)
{
    gan_tensor *images = gan_tensor_new(GAN_SHAPE(4, 1, 8, 8));
    char *text = images != NULL ? gan_terminal_picture(images, 2, 9) : NULL;
    gan_tensor_unref(images);
    gan_text_free(text);
    return text != NULL;
}

START_TEST(out_of_memory_is_an_error)
{
    ck_assert_int_ge(fail_each_allocation(show), 4);
}
END_TEST

static const struct test_case tests[] = {
    {"lines", two_rows_of_pixels_make_a_line},
    {"runs", a_colour_is_set_once_for_a_run_and_again_on_each_line},
    {"odd height", an_odd_last_row_has_nothing_behind_it},
    {"opacity", opacity_is_over_black},
    {"averages", wide_pictures_are_averaged},
    {"palette", the_palette_has_the_nearest_colour},
    {"grid", a_grid_of_images_is_shown_at_the_width_asked_for},
    {"colorterm", colours_follow_colorterm},
    {"arguments", wrong_images_are_named},
    {"can show", only_a_terminal_that_can_is_shown_pictures},
    {"width", the_width_is_the_terminals_then_columns_then_80},
    {"out of memory", out_of_memory_is_an_error},
};

int main(void)
{
    return RUN_SUITE("io: terminal", tests);
}

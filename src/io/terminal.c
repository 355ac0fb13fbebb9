#include "io/terminal.h"

#include "base/memory.h"
#include "base/status.h"
#include "gan/image.h"
#include "io/grid.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEFAULT_WIDTH 80
#define CELL_BYTES    48 /* no character with its escape codes is longer */
#define LINE_BYTES    8  /* the reset and the newline */

/* ---- what the terminal can do ---- */

/* The environment's value, NULL where it is unset or empty. */
static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool locale_is_utf8(void)
{
    const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"}; /* the first that is set decides, as for setlocale */
    const char *locale = NULL;
    for (int i = 0; i < 3 && locale == NULL; i++)
        locale = environment(names[i]);
    if (locale == NULL)
        return false;
    const char *dot = strchr(locale, '.');
    const char *codeset = dot != NULL ? dot + 1 : locale;
    return strncasecmp(codeset, "utf-8", 5) == 0 || strncasecmp(codeset, "utf8", 4) == 0;
}

bool gan_terminal_can_show(FILE *stream)
{
    const char *term = environment("TERM");
    return stream != NULL && isatty(fileno(stream)) == 1 && term != NULL && strcmp(term, "dumb") != 0 &&
           environment("NO_COLOR") == NULL && locale_is_utf8();
}

int gan_terminal_width(FILE *stream)
{
    struct winsize size;
    if (stream != NULL && ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    const char *columns = environment("COLUMNS");
    long width = columns != NULL ? strtol(columns, NULL, 10) : 0;
    return width > 0 && width <= 10000 ? (int)width : DEFAULT_WIDTH;
}

static bool has_true_colour(void)
{
    const char *term = environment("COLORTERM");
    return term != NULL && (strcmp(term, "truecolor") == 0 || strcmp(term, "24bit") == 0);
}

/* ---- the picture at the terminal's size ---- */

/* One pixel as red, green and blue, over black where it is not opaque. */
static void pixel_rgb(const struct gan_picture *picture, int x, int y, uint32_t rgb[3])
{
    const uint8_t *pixel = gan_picture_pixel(picture, x, y);
    for (int c = 0; c < 3; c++) {
        uint32_t value = pixel[picture->channels == 1 ? 0 : c];
        rgb[c] = picture->channels == 4 ? (value * pixel[3] + 127) / 255 : value;
    }
}

/* How many 1/n-ths of pixel i lie in cell `cell`, when `length` pixels are shared out evenly among n cells: pixel i
 * covers [i·n, (i + 1)·n) and the cell [cell·length, (cell + 1)·length). */
static int64_t overlap(int64_t i, int64_t cell, int64_t length, int64_t n)
{
    int64_t begin = i * n > cell * length ? i * n : cell * length;
    int64_t end = (i + 1) * n < (cell + 1) * length ? (i + 1) * n : (cell + 1) * length;
    return end > begin ? end - begin : 0;
}

static void average(const struct gan_picture *from, const struct gan_picture *to, int x, int y, uint8_t out[3])
{
    uint64_t sum[3] = {0}, total = 0;
    int64_t height = from->height, width = from->width;
    for (int64_t v = y * height / to->height; v < height && overlap(v, y, height, to->height) > 0; v++)
        for (int64_t u = x * width / to->width; u < width && overlap(u, x, width, to->width) > 0; u++) {
            uint32_t rgb[3];
            uint64_t weight = (uint64_t)(overlap(v, y, height, to->height) * overlap(u, x, width, to->width));
            pixel_rgb(from, (int)u, (int)v, rgb);
            for (int c = 0; c < 3; c++)
                sum[c] += weight * rgb[c];
            total += weight;
        }
    assert(total > 0);
    for (int c = 0; c < 3; c++)
        out[c] = (uint8_t)((sum[c] + total / 2) / total);
}

/* The picture in red, green and blue, no wider than `width`: each new pixel the mean of the area it stands for. */
static struct gan_picture *shrink(const struct gan_picture *picture, int width)
{
    int across = picture->width < width ? picture->width : width;
    int64_t down = ((int64_t)picture->height * across + picture->width / 2) / picture->width;
    struct gan_picture *small = gan_picture_new(across, down > 0 ? (int)down : 1, 3, 0);
    if (small == NULL)
        return NULL;
    for (int y = 0; y < small->height; y++)
        for (int x = 0; x < small->width; x++)
            average(picture, small, x, y, gan_picture_at(small, x, y));
    return small;
}

/* ---- as text ---- */

static int nearest_level(int value)
{
    static const int levels[6] = {0, 95, 135, 175, 215, 255};
    int best = 0;
    for (int i = 1; i < 6; i++)
        if (abs(levels[i] - value) < abs(levels[best] - value))
            best = i;
    return best;
}

static int distance(const uint8_t rgb[3], int r, int g, int b)
{
    return (rgb[0] - r) * (rgb[0] - r) + (rgb[1] - g) * (rgb[1] - g) + (rgb[2] - b) * (rgb[2] - b);
}

/* Entries 16 … 231 are a cube of 6 × 6 × 6 colours, 232 … 255 the greys 8, 18, … 238. */
int gan_palette_colour(const uint8_t rgb[3])
{
    static const int levels[6] = {0, 95, 135, 175, 215, 255};
    int r = nearest_level(rgb[0]), g = nearest_level(rgb[1]), b = nearest_level(rgb[2]);
    int mean = (rgb[0] + rgb[1] + rgb[2]) / 3;
    int step = mean < 8 ? 0 : mean > 238 ? 23 : (mean - 8 + 5) / 10;
    int grey = 8 + 10 * step;
    if (distance(rgb, grey, grey, grey) < distance(rgb, levels[r], levels[g], levels[b]))
        return 232 + step;
    return 16 + 36 * r + 6 * g + b;
}

/* What is written so far, and the colours that are set. */
struct writer {
    char *at, *end;
    bool true_colour;
    const uint8_t *colours[2]; /* of letters and of the background; NULL: the terminal's own */
};

static void write_text(struct writer *writer, const char *format, ...) GAN_PRINTF(2, 3);
static void write_text(struct writer *writer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(writer->at, (size_t)(writer->end - writer->at), format, arguments);
    va_end(arguments);
    assert(length > 0 && length < writer->end - writer->at);
    writer->at += length;
}

static void set_colour(struct writer *writer, int which, const uint8_t *rgb)
{
    const uint8_t *now = writer->colours[which];
    if (now == rgb || (now != NULL && rgb != NULL && memcmp(now, rgb, 3) == 0))
        return;
    int code = which == 0 ? 38 : 48;
    if (rgb == NULL)
        write_text(writer, "\033[%dm", code + 1);
    else if (writer->true_colour)
        write_text(writer, "\033[%d;2;%d;%d;%dm", code, rgb[0], rgb[1], rgb[2]);
    else
        write_text(writer, "\033[%d;5;%dm", code, gan_palette_colour(rgb));
    writer->colours[which] = rgb;
}

/* Two rows of pixels as a line: the upper one in the letters' colour, the lower one behind them. */
static void write_line(struct writer *writer, const struct gan_picture *picture, int y)
{
    for (int x = 0; x < picture->width; x++) {
        set_colour(writer, 0, gan_picture_pixel(picture, x, y));
        set_colour(writer, 1, y + 1 < picture->height ? gan_picture_pixel(picture, x, y + 1) : NULL);
        write_text(writer, "\xe2\x96\x80"); /* U+2580, upper half block */
    }
    write_text(writer, "\033[0m\n");
    writer->colours[0] = writer->colours[1] = NULL;
}

char *gan_picture_text(const struct gan_picture *picture, int width, bool true_colour)
{
    struct gan_picture *small = shrink(picture, width > 0 ? width : DEFAULT_WIDTH);
    if (small == NULL)
        return NULL;
    size_t lines = ((size_t)small->height + 1) / 2;
    size_t size = lines * ((size_t)small->width * CELL_BYTES + LINE_BYTES) + 1;
    char *text = gan_alloc(size);
    if (text != NULL) {
        struct writer writer = {.at = text, .end = text + size, .true_colour = true_colour};
        for (int y = 0; y < small->height; y += 2)
            write_line(&writer, small, y);
    }
    gan_picture_free(small);
    return text;
}

char *gan_terminal_picture(const gan_tensor *images, int columns, int width)
{
    struct gan_picture *picture = gan_grid_draw(images, columns, 1, "gan_terminal_picture");
    if (picture == NULL)
        return NULL;
    char *text = gan_picture_text(picture, width, has_true_colour());
    gan_picture_free(picture);
    return text;
}

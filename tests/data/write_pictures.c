/*
 * Writes a folder of JPEG files of 32 x 32 as people have them, in ten class folders:
 *   write-pictures FOLDER COUNT
 * Every class has a colour, in which a disc is drawn at random on a random ground. Of the COUNT files one is CMYK, one
 * is turned by EXIF, and SKIPPED cannot be read: one is a text under a picture's name, the others are cut off.
 */
#include "pictures.h"

#include <sys/stat.h>

enum { CLASSES = 10, SIZE = 32, SKIPPED = 7, TEXT_AT = 3, CMYK_AT = 14, TURNED_AT = 25 };

static const uint8_t colours[CLASSES][3] = {{230, 30, 30},  {30, 200, 40},  {40, 60, 230},   {240, 220, 40},
                                            {220, 40, 220}, {30, 220, 220}, {245, 245, 245}, {15, 15, 15},
                                            {240, 140, 20}, {130, 80, 40}};

static uint32_t state = 1;

static int draw(int below)
{
    state = state * 1664525u + 1013904223u;
    return (int)((state >> 16) % (uint32_t)below);
}

static void paint(uint8_t *pixels, int channels, int class)
{
    int ground[3] = {draw(200), draw(200), draw(200)}, x = 8 + draw(16), y = 8 + draw(16), radius = 6 + draw(6);
    for (int i = 0; i < SIZE * SIZE; i++) {
        int across = i % SIZE - x, down = i / SIZE - y;
        bool inside = across * across + down * down < radius * radius;
        for (int c = 0; c < channels; c++) {
            int value = inside ? colours[class][c % 3] : ground[c % 3];
            pixels[i * channels + c] = (uint8_t)(value * 7 / 8 + draw(32));
        }
    }
}

/* The unreadable ones are files 3, 13, 23 … of class 3. */
static bool is_bad(int index)
{
    return index % 10 == TEXT_AT && index / 10 < SKIPPED;
}

/* Check's assertions, which write_file has, are for tests alone. */
static void save(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    bool written = file != NULL && fwrite(bytes, 1, size, file) == size;
    if (file == NULL || fclose(file) != 0 || !written) {
        fprintf(stderr, "write-pictures: cannot write %s\n", path);
        exit(1);
    }
}

static void write_picture(const char *folder, int index)
{
    char path[512];
    uint8_t pixels[SIZE * SIZE * 4];
    int class = index % CLASSES, channels = index == CMYK_AT ? 4 : 3;
    snprintf(path, sizeof path, "%s/class-%d/%05d.jpg", folder, class, index);
    if (index == TEXT_AT) {
        save(path, "not a picture\n", 14);
        return;
    }
    paint(pixels, channels, class);
    struct jpeg_making making = {.width = SIZE,
                                 .height = SIZE,
                                 .channels = channels,
                                 .pixels = pixels,
                                 .quality = 85,
                                 .orientation = index == TURNED_AT ? 6 : 0};
    size_t size;
    uint8_t *bytes = make_jpeg(&making, &size);
    save(path, bytes, is_bad(index) ? size / 2 : size);
    free(bytes);
}

int main(int count, char **arguments)
{
    int pictures = count == 3 ? atoi(arguments[2]) : 0;
    if (pictures < CLASSES * SKIPPED) {
        fprintf(stderr, "usage: write-pictures FOLDER COUNT (%d or more)\n", CLASSES * SKIPPED);
        return 2;
    }
    mkdir(arguments[1], 0777);
    for (int class = 0; class < CLASSES; class ++) {
        char path[512];
        snprintf(path, sizeof path, "%s/class-%d", arguments[1], class);
        mkdir(path, 0777);
    }
    for (int i = 0; i < pictures; i++)
        write_picture(arguments[1], i);
    printf("%d files, of which %d cannot be read\n", pictures, SKIPPED);
    return 0;
}

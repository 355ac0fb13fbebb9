#include "io/exif.h"

#include <string.h>

enum { MARKER = 0xFF, START_OF_IMAGE = 0xD8, START_OF_SCAN = 0xDA, END_OF_IMAGE = 0xD9, APP1 = 0xE1, FILL = 0xFF };

struct tiff { /* EXIF's numbers are a TIFF file within the segment */
    const uint8_t *bytes;
    size_t size;
    _Bool big_endian;
};

static unsigned number16(const struct tiff *tiff, size_t at)
{
    const uint8_t *b = tiff->bytes + at;
    return tiff->big_endian ? (unsigned)b[0] << 8 | b[1] : (unsigned)b[1] << 8 | b[0];
}

static size_t number32(const struct tiff *tiff, size_t at)
{
    size_t first = number16(tiff, at), second = number16(tiff, at + 2);
    return tiff->big_endian ? first << 16 | second : second << 16 | first;
}

/* Tag 0x0112, a single SHORT, of the first directory. */
static int orientation_of(const struct tiff *tiff)
{
    enum { HEADER = 8, ENTRY = 12, TAG = 0x0112, SHORT = 3 };
    if (tiff->size < HEADER || number16(tiff, 2) != 42)
        return 1;
    size_t at = number32(tiff, 4);
    if (at > tiff->size - 2)
        return 1;
    size_t entries = number16(tiff, at);
    at += 2;
    for (; entries > 0 && tiff->size - at >= ENTRY; entries--, at += ENTRY)
        if (number16(tiff, at) == TAG && number16(tiff, at + 2) == SHORT && number32(tiff, at + 4) == 1) {
            unsigned orientation = number16(tiff, at + 8);
            return orientation >= 1 && orientation <= 8 ? (int)orientation : 1;
        }
    return 1;
}

/* A segment's content. False: it is no EXIF. */
static _Bool read_segment(const uint8_t *content, size_t size, int *orientation)
{
    static const char lead[6] = "Exif\0";
    struct tiff tiff = {content + sizeof lead, size - sizeof lead, 0};
    if (size < sizeof lead + 2 || memcmp(content, lead, sizeof lead) != 0)
        return 0;
    tiff.big_endian = tiff.bytes[0] == 'M';
    if (memcmp(tiff.bytes, tiff.big_endian ? "MM" : "II", 2) != 0)
        return 0;
    *orientation = orientation_of(&tiff);
    return 1;
}

int gan_exif_orientation(const uint8_t *jpeg, size_t size)
{
    int orientation = 1;
    if (size < 2 || jpeg[0] != MARKER || jpeg[1] != START_OF_IMAGE)
        return orientation;
    for (size_t at = 2; size - at >= 4 && jpeg[at] == MARKER;) {
        int marker = jpeg[at + 1];
        if (marker == FILL) {
            at++;
            continue;
        }
        size_t length = (size_t)jpeg[at + 2] << 8 | jpeg[at + 3]; /* the two bytes that hold it included */
        if (marker == START_OF_SCAN || marker == END_OF_IMAGE || length < 2 || length > size - at - 2)
            break;
        if (marker == APP1 && read_segment(jpeg + at + 4, length - 2, &orientation))
            break;
        at += 2 + length;
    }
    return orientation;
}

void gan_exif_place(int orientation, int stored_width, int stored_height, int x, int y, int *stored_x, int *stored_y)
{
    int right = stored_width - 1, bottom = stored_height - 1;
    switch (orientation) {
    case 2:
        *stored_x = right - x, *stored_y = y;
        break;
    case 3:
        *stored_x = right - x, *stored_y = bottom - y;
        break;
    case 4:
        *stored_x = x, *stored_y = bottom - y;
        break;
    case 5:
        *stored_x = y, *stored_y = x;
        break;
    case 6:
        *stored_x = y, *stored_y = bottom - x;
        break;
    case 7:
        *stored_x = right - y, *stored_y = bottom - x;
        break;
    case 8:
        *stored_x = right - y, *stored_y = x;
        break;
    default:
        *stored_x = x, *stored_y = y;
    }
}

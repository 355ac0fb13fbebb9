#include "io/event_file.h"

#include "base/status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { LENGTH_BYTES = 8, CHECKSUM_BYTES = 4, HEAD_BYTES = LENGTH_BYTES + CHECKSUM_BYTES };

/* The fields' numbers in the messages' definitions. */
enum { EVENT_TIME = 1, EVENT_STEP = 2, EVENT_VERSION = 3, EVENT_SUMMARY = 5, EVENT_SESSION = 7 };
enum { SESSION_STATUS = 1, SESSION_START = 1 };
enum { SUMMARY_VALUE = 1, VALUE_TAG = 1, VALUE_NUMBER = 2, VALUE_IMAGE = 4 };
enum { IMAGE_HEIGHT = 1, IMAGE_WIDTH = 2, IMAGE_CHANNELS = 3, IMAGE_BYTES = 4 };

/* ---- checksums ---- */

uint32_t gan_crc32c(uint32_t before, const void *bytes, size_t size)
{
    /* Four bits at a time: entry i is what i becomes after four steps of the polynomial 0x82F63B78 (reflected). */
    static const uint32_t table[16] = {0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3,
                                       0x61C69362, 0x7198540D, 0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9,
                                       0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75};
    const unsigned char *next = bytes;
    uint32_t crc = ~before;
    for (size_t i = 0; i < size; i++) {
        crc ^= next[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

/* Turned and shifted, so that a checksum of data that hold checksums is none that looks right by accident. */
static uint32_t mask(uint32_t crc)
{
    return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}

/* ---- writing ---- */

void gan_event_begin(struct gan_event *event, double time, uint64_t step)
{
    static const uint8_t head[HEAD_BYTES];
    gan_buffer_empty(&event->wire);
    event->summary = 0;
    gan_buffer_append(&event->wire, head, sizeof head); /* filled in at the end */
    gan_wire_double(&event->wire, EVENT_TIME, time);
    gan_wire_integer(&event->wire, EVENT_STEP, step);
}

void gan_event_add_version(struct gan_event *event)
{
    gan_wire_text(&event->wire, EVENT_VERSION, "brain.Event:2");
}

void gan_event_add_start(struct gan_event *event)
{
    size_t session = gan_wire_begin(&event->wire, EVENT_SESSION);
    gan_wire_integer(&event->wire, SESSION_STATUS, SESSION_START);
    gan_wire_end(&event->wire, session);
}

static size_t begin_value(struct gan_event *event, const char *tag)
{
    if (event->summary == 0)
        event->summary = gan_wire_begin(&event->wire, EVENT_SUMMARY);
    size_t value = gan_wire_begin(&event->wire, SUMMARY_VALUE);
    gan_wire_text(&event->wire, VALUE_TAG, tag);
    return value;
}

void gan_event_add_number(struct gan_event *event, const char *tag, float value)
{
    size_t begin = begin_value(event, tag);
    gan_wire_float(&event->wire, VALUE_NUMBER, value);
    gan_wire_end(&event->wire, begin);
}

void gan_event_add_picture(struct gan_event *event, const char *tag, const struct gan_picture *size, const void *png,
                           size_t bytes)
{
    size_t value = begin_value(event, tag), image = gan_wire_begin(&event->wire, VALUE_IMAGE);
    gan_wire_integer(&event->wire, IMAGE_HEIGHT, (uint64_t)size->height);
    gan_wire_integer(&event->wire, IMAGE_WIDTH, (uint64_t)size->width);
    gan_wire_integer(&event->wire, IMAGE_CHANNELS, (uint64_t)size->channels);
    gan_wire_bytes(&event->wire, IMAGE_BYTES, png, bytes);
    gan_wire_end(&event->wire, image);
    gan_wire_end(&event->wire, value);
}

static void put_fixed(char *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        to[i] = (char)(value >> 8 * i);
}

gan_status gan_event_end(struct gan_event *event)
{
    struct gan_buffer *wire = &event->wire;
    if (event->summary != 0)
        gan_wire_end(wire, event->summary);
    if (wire->failed)
        return GAN_ERROR_OUT_OF_MEMORY;
    size_t size = wire->length - HEAD_BYTES;
    put_fixed(wire->bytes, size, LENGTH_BYTES);
    put_fixed(wire->bytes + LENGTH_BYTES, mask(gan_crc32c(0, wire->bytes, LENGTH_BYTES)), CHECKSUM_BYTES);
    gan_wire_append_fixed(wire, mask(gan_crc32c(0, wire->bytes + HEAD_BYTES, size)), CHECKSUM_BYTES);
    return wire->failed ? GAN_ERROR_OUT_OF_MEMORY : GAN_OK;
}

/* ---- reading ---- */

static uint64_t get_fixed(const uint8_t *from, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)from[i] << 8 * i;
    return value;
}

/* The step of a record that was written here: time and step are what it begins with. Others leave out a step of 0. */
static bool parse_step(const uint8_t *bytes, size_t size, uint64_t *step)
{
    size_t at = 1 + 8 + 1;
    if (size <= at || bytes[0] != (EVENT_TIME << 3 | 1) || bytes[at - 1] != EVENT_STEP << 3)
        return false;
    *step = 0;
    for (int shift = 0; shift < 64 && at < size; shift += 7) {
        *step |= (uint64_t)(bytes[at] & 0x7F) << shift;
        if ((bytes[at++] & 0x80) == 0)
            return true;
    }
    return false;
}

/* Reads a record; false if it is not whole. */
static bool read_record(FILE *file, uint64_t *step, uint64_t *bytes)
{
    uint8_t head[HEAD_BYTES], first[32], piece[4096];
    if (fread(head, 1, sizeof head, file) != sizeof head ||
        get_fixed(head + LENGTH_BYTES, CHECKSUM_BYTES) != mask(gan_crc32c(0, head, LENGTH_BYTES)))
        return false;
    uint64_t size = get_fixed(head, LENGTH_BYTES);
    uint32_t crc = 0;
    size_t kept = 0;
    for (uint64_t left = size; left > 0;) {
        size_t most = left < sizeof piece ? (size_t)left : sizeof piece;
        if (fread(piece, 1, most, file) != most)
            return false;
        if (left == size) {
            kept = most < sizeof first ? most : sizeof first;
            memcpy(first, piece, kept);
        }
        crc = gan_crc32c(crc, piece, most);
        left -= most;
    }
    *bytes = HEAD_BYTES + size + CHECKSUM_BYTES;
    return fread(head, 1, CHECKSUM_BYTES, file) == CHECKSUM_BYTES && get_fixed(head, CHECKSUM_BYTES) == mask(crc) &&
           parse_step(first, kept, step);
}

gan_status gan_event_file_scan(const char *path, uint64_t step, int64_t *size, const char *who)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return gan_fail(GAN_ERROR_IO, "%s: %s: it cannot be opened: %s", who, path, strerror(errno));
    uint64_t of_record, bytes;
    *size = 0;
    while (read_record(file, &of_record, &bytes) && of_record <= step)
        *size += (int64_t)bytes;
    bool failed = ferror(file) != 0;
    if (!failed && *size == 0) /* the first record of ours, of step 0, is whole before the file is known to anyone */
        failed = fseeko(file, 0, SEEK_END) != 0 || (*size = (int64_t)ftello(file)) < 0;
    int number = errno;
    fclose(file);
    return failed ? gan_fail(GAN_ERROR_IO, "%s: %s: it cannot be read: %s", who, path, strerror(number)) : GAN_OK;
}

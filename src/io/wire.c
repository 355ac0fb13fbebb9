#include "io/wire.h"

#include "base/memory.h"

#include <string.h>

enum { VARINT = 0, FIXED64 = 1, DELIMITED = 2, FIXED32 = 5, VARINT_MOST = 10 };

static bool make_room(struct gan_wire *wire, size_t size)
{
    if (wire->failed || size <= wire->capacity - wire->length)
        return !wire->failed;
    size_t capacity = 2 * (wire->length + size);
    uint8_t *larger = gan_realloc(wire->bytes, capacity);
    wire->failed = larger == NULL;
    if (larger == NULL)
        return false;
    wire->bytes = larger;
    wire->capacity = capacity;
    return true;
}

void gan_wire_append(struct gan_wire *wire, const void *bytes, size_t size)
{
    if (size == 0 || !make_room(wire, size))
        return;
    memcpy(wire->bytes + wire->length, bytes, size);
    wire->length += size;
}

void gan_wire_append_fixed(struct gan_wire *wire, uint64_t value, int bytes)
{
    uint8_t text[8];
    for (int i = 0; i < bytes; i++)
        text[i] = (uint8_t)(value >> 8 * i);
    gan_wire_append(wire, text, (size_t)bytes);
}

/* Seven bits a byte, the lowest first; the highest bit of a byte says that another follows. */
static size_t encode_varint(uint64_t value, uint8_t text[VARINT_MOST])
{
    size_t length = 0;
    for (; value >= 0x80; value >>= 7)
        text[length++] = (uint8_t)(value | 0x80);
    text[length++] = (uint8_t)value;
    return length;
}

static void append_varint(struct gan_wire *wire, uint64_t value)
{
    uint8_t text[VARINT_MOST];
    gan_wire_append(wire, text, encode_varint(value, text));
}

static void append_key(struct gan_wire *wire, int field, int type)
{
    append_varint(wire, (uint64_t)field << 3 | (uint64_t)type);
}

void gan_wire_integer(struct gan_wire *wire, int field, uint64_t value)
{
    append_key(wire, field, VARINT);
    append_varint(wire, value);
}

void gan_wire_float(struct gan_wire *wire, int field, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    append_key(wire, field, FIXED32);
    gan_wire_append_fixed(wire, bits, 4);
}

void gan_wire_double(struct gan_wire *wire, int field, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    append_key(wire, field, FIXED64);
    gan_wire_append_fixed(wire, bits, 8);
}

void gan_wire_bytes(struct gan_wire *wire, int field, const void *bytes, size_t size)
{
    append_key(wire, field, DELIMITED);
    append_varint(wire, size);
    gan_wire_append(wire, bytes, size);
}

void gan_wire_text(struct gan_wire *wire, int field, const char *text)
{
    gan_wire_bytes(wire, field, text, strlen(text));
}

size_t gan_wire_begin(struct gan_wire *wire, int field)
{
    append_key(wire, field, DELIMITED);
    return wire->length;
}

/* The length stands before the message, and is known after it: the message moves up. */
void gan_wire_end(struct gan_wire *wire, size_t begin)
{
    uint8_t text[VARINT_MOST];
    if (wire->failed)
        return;
    size_t size = wire->length - begin, lead = encode_varint(size, text);
    if (!make_room(wire, lead))
        return;
    memmove(wire->bytes + begin + lead, wire->bytes + begin, size);
    memcpy(wire->bytes + begin, text, lead);
    wire->length += lead;
}

void gan_wire_clear(struct gan_wire *wire)
{
    gan_free(wire->bytes);
    *wire = (struct gan_wire){0};
}

#include "io/wire.h"

#include <string.h>

enum { VARINT = 0, FIXED64 = 1, DELIMITED = 2, FIXED32 = 5, VARINT_MOST = 10 };

void gan_wire_append_fixed(struct gan_buffer *wire, uint64_t value, int bytes)
{
    uint8_t text[8];
    for (int i = 0; i < bytes; i++)
        text[i] = (uint8_t)(value >> 8 * i);
    gan_buffer_append(wire, text, (size_t)bytes);
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

static void append_varint(struct gan_buffer *wire, uint64_t value)
{
    uint8_t text[VARINT_MOST];
    gan_buffer_append(wire, text, encode_varint(value, text));
}

static void append_key(struct gan_buffer *wire, int field, int type)
{
    append_varint(wire, (uint64_t)field << 3 | (uint64_t)type);
}

void gan_wire_integer(struct gan_buffer *wire, int field, uint64_t value)
{
    append_key(wire, field, VARINT);
    append_varint(wire, value);
}

void gan_wire_float(struct gan_buffer *wire, int field, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    append_key(wire, field, FIXED32);
    gan_wire_append_fixed(wire, bits, 4);
}

void gan_wire_double(struct gan_buffer *wire, int field, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    append_key(wire, field, FIXED64);
    gan_wire_append_fixed(wire, bits, 8);
}

void gan_wire_bytes(struct gan_buffer *wire, int field, const void *bytes, size_t size)
{
    append_key(wire, field, DELIMITED);
    append_varint(wire, size);
    gan_buffer_append(wire, bytes, size);
}

void gan_wire_text(struct gan_buffer *wire, int field, const char *text)
{
    gan_wire_bytes(wire, field, text, strlen(text));
}

size_t gan_wire_begin(struct gan_buffer *wire, int field)
{
    append_key(wire, field, DELIMITED);
    return wire->length;
}

/* The length stands before the message, and is known after it: the message moves up. */
void gan_wire_end(struct gan_buffer *wire, size_t begin)
{
    uint8_t text[VARINT_MOST];
    if (wire->failed)
        return;
    size_t size = wire->length - begin, lead = encode_varint(size, text);
    if (gan_buffer_extend(wire, lead) == NULL)
        return;
    memmove(wire->bytes + begin + lead, wire->bytes + begin, size);
    memcpy(wire->bytes + begin, text, lead);
}

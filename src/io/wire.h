/*
 * Protocol buffers' wire format, as far as writing goes (protobuf.dev, "Encoding"): for formats of few messages, whose
 * fields are numbers here and no schema.
 */
#ifndef GAN_SRC_IO_WIRE_H
#define GAN_SRC_IO_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that grow. Begin with a zeroed struct; the first failure sticks, so that one check at the end is enough. */
struct gan_wire {
    uint8_t *bytes;
    size_t length, capacity;
    bool failed;
};

void gan_wire_append(struct gan_wire *wire, const void *bytes, size_t size);
void gan_wire_append_fixed(struct gan_wire *wire, uint64_t value, int bytes); /* the lowest first */

void gan_wire_integer(struct gan_wire *wire, int field, uint64_t value);
void gan_wire_float(struct gan_wire *wire, int field, float value);
void gan_wire_double(struct gan_wire *wire, int field, double value);
void gan_wire_bytes(struct gan_wire *wire, int field, const void *bytes, size_t size);
void gan_wire_text(struct gan_wire *wire, int field, const char *text);

/* A message inside: what is written between the two. Give the end what the beginning returned. */
size_t gan_wire_begin(struct gan_wire *wire, int field);
void gan_wire_end(struct gan_wire *wire, size_t begin);

void gan_wire_clear(struct gan_wire *wire);

#endif

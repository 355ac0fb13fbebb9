/*
 * Protocol buffers' wire format, as far as writing goes (protobuf.dev, "Encoding"): for formats of few messages, whose
 * fields are numbers here and no schema.
 */
#ifndef GAN_SRC_IO_WIRE_H
#define GAN_SRC_IO_WIRE_H

#include "base/buffer.h"

void gan_wire_append_fixed(struct gan_buffer *wire, uint64_t value, int bytes); /* the lowest first */

void gan_wire_integer(struct gan_buffer *wire, int field, uint64_t value);
void gan_wire_float(struct gan_buffer *wire, int field, float value);
void gan_wire_double(struct gan_buffer *wire, int field, double value);
void gan_wire_bytes(struct gan_buffer *wire, int field, const void *bytes, size_t size);
void gan_wire_text(struct gan_buffer *wire, int field, const char *text);

/* A message inside: what is written between the two. Give the end what the beginning returned. */
size_t gan_wire_begin(struct gan_buffer *wire, int field);
void gan_wire_end(struct gan_buffer *wire, size_t begin);

#endif

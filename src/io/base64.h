/* Bytes as text (RFC 4648, section 4), for files of text that hold pictures. */
#ifndef GAN_SRC_IO_BASE64_H
#define GAN_SRC_IO_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* A new text (gan_free); NULL and an error when memory is short. */
char *gan_base64(const void *bytes, size_t size);
/* Whether a text is what gan_base64 makes. */
bool gan_base64_is(const char *text);

#endif

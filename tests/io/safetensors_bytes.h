/* Building safetensors files by hand, right and wrong. */
#ifndef GAN_TESTS_SAFETENSORS_BYTES_H
#define GAN_TESTS_SAFETENSORS_BYTES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A file of this header and `size` bytes of data; *whole gets its length. To be freed. */
static inline unsigned char *safetensors_bytes(const char *header, const void *data, size_t size, size_t *whole)
{
    size_t length = strlen(header);
    *whole = 8 + length + size;
    unsigned char *bytes = malloc(*whole + 1);
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)length >> 8 * i);
    memcpy(bytes + 8, header, length);
    if (size > 0)
        memcpy(bytes + 8 + length, data, size);
    return bytes;
}

#endif

#include "io/checksum.h"

#include "config.h"

#ifdef HAVE_ZLIB

#include <zlib.h>

uint32_t gan_checksum(uint32_t before, const void *bytes, size_t size)
{
    const unsigned char *next = bytes;
    uLong crc = before;
    while (size > 0) {
        uInt most = size < (1u << 30) ? (uInt)size : 1u << 30;
        crc = crc32(crc, next, most);
        next += most;
        size -= most;
    }
    return (uint32_t)crc;
}

#else

/* Four bits at a time: entry i is what i becomes after four steps of the polynomial 0xEDB88320 (reflected). */
static const uint32_t table[16] = {0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
                                   0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
                                   0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};

uint32_t gan_checksum(uint32_t before, const void *bytes, size_t size)
{
    const unsigned char *next = bytes;
    uint32_t crc = ~before;
    for (size_t i = 0; i < size; i++) {
        crc ^= next[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

#endif

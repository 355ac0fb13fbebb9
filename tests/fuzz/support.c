#include "fuzz.h"

#include "io/checksum.h"
#include "io/safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void must(int fine, const char *what)
{
    if (fine)
        return;
    perror(what);
    abort();
}

const char *fuzz_file(int place, const void *bytes, size_t size)
{
    static int files[2];
    static char paths[2][64];
    if (files[place] == 0) {
        files[place] = memfd_create("fuzz", 0);
        must(files[place] > 0, "memfd_create");
        snprintf(paths[place], sizeof paths[place], "/proc/self/fd/%d", files[place]);
    }
    must(ftruncate(files[place], 0) == 0, "ftruncate");
    must(pwrite(files[place], bytes, size, 0) == (ssize_t)size, "pwrite");
    return paths[place];
}

uint8_t *fuzz_safetensors(const uint8_t *data, size_t size, size_t *whole)
{
    const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
    size_t header = end != NULL ? (size_t)(end - data) : size, rest = end != NULL ? size - header - 1 : 0;
    *whole = GAN_SAFETENSORS_PREFIX + header + rest;
    uint8_t *bytes = malloc(*whole);
    must(bytes != NULL, "malloc");
    for (int i = 0; i < GAN_SAFETENSORS_PREFIX; i++)
        bytes[i] = (uint8_t)((uint64_t)header >> 8 * i);
    if (header > 0)
        memcpy(bytes + GAN_SAFETENSORS_PREFIX, data, header);
    if (rest > 0)
        memcpy(bytes + GAN_SAFETENSORS_PREFIX + header, end + 1, rest);
    static const char lead[] = GAN_SAFETENSORS_LEAD;
    size_t place = GAN_SAFETENSORS_PREFIX + strlen(lead);
    if (header > strlen(lead) + GAN_SAFETENSORS_CRC_DIGITS && memcmp(data, lead, strlen(lead)) == 0) {
        char digits[GAN_SAFETENSORS_CRC_DIGITS + 1];
        memcpy(bytes + place, "00000000", GAN_SAFETENSORS_CRC_DIGITS);
        snprintf(digits, sizeof digits, "%08lx", (unsigned long)gan_checksum(0, bytes, *whole));
        memcpy(bytes + place, digits, GAN_SAFETENSORS_CRC_DIGITS);
    }
    return bytes;
}

static size_t big_endian(const uint8_t *at)
{
    return (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
}

void fuzz_mend_png(uint8_t *bytes, size_t size)
{
    enum { SIGNATURE = 8, AROUND = 12 }; /* length, name and checksum of a chunk */
    if (size < SIGNATURE || memcmp(bytes, "\x89PNG", 4) != 0)
        return;
    for (size_t at = SIGNATURE; size - at >= AROUND && big_endian(bytes + at) <= size - at - AROUND;) {
        size_t length = big_endian(bytes + at);
        uint32_t checksum = gan_checksum(0, bytes + at + 4, 4 + length);
        for (size_t i = 0; i < 4; i++)
            bytes[at + 8 + length + i] = (uint8_t)(checksum >> (24 - 8 * i));
        at += AROUND + length;
    }
}

/*
 * Fuzz targets: each file fuzz_<reader>.c gives one reader any bytes. Built with -Dfuzz=enabled (clang) each is a
 * libFuzzer program; else standalone.c runs it over the seeds and over mutations of them, as one of the unit tests.
 */
#ifndef GAN_TESTS_FUZZ_H
#define GAN_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The path of a file in memory with these bytes; it lives until the next call of the same `place` (0 … 1). */
const char *fuzz_file(int place, const void *bytes, size_t size);

/*
 * Makes a safetensors file of an input, so that mutations come further than to the length and the checksum: the input
 * is <header text> 0 <data>, and gets the length and the right checksum. To be freed.
 */
uint8_t *fuzz_safetensors(const uint8_t *data, size_t size, size_t *whole);

/* Two bytes as a size. */
static inline size_t fuzz_size(const uint8_t *at)
{
    return (size_t)at[0] | (size_t)at[1] << 8;
}

/* Makes the checksum of each of a PNG's chunks right, as far as they can be told apart. */
void fuzz_mend_png(uint8_t *bytes, size_t size);

/* Writes the seeds of all targets into folders of DIR named as the targets; 0 if all is well. */
int fuzz_write_seeds(const char *directory);
/* A part of it: those of pictures and what is made of them. */
int fuzz_write_picture_seeds(const char *directory);

#endif

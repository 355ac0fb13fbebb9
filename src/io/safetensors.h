/*
 * The safetensors format, and nothing of what a file means: 8 bytes, the little-endian length of a header; the header,
 * a JSON object that for each tensor has {"dtype", "shape", "data_offsets": [begin, end]} by its name, and texts under
 * "__metadata__"; then the data, which the tensors fill without gap or overlap.
 *
 * The files that libgan writes begin with the metadatum "crc32": the CRC-32 of the whole file, as 8 hexadecimal digits
 * that count as "00000000" themselves.
 */
#ifndef GAN_SRC_IO_SAFETENSORS_H
#define GAN_SRC_IO_SAFETENSORS_H

#include "gan/tensor.h"

struct gan_safetensors;

/* One tensor of a file; all of it belongs to the file. */
struct gan_safetensors_entry {
    const char *name, *dtype; /* "F32", "F16", "BF16", "F64", "I64", … */
    size_t element_size;
    gan_shape shape; /* sizes may be 0 here */
    size_t begin;    /* offset of its first byte in the data */
    size_t size;     /* bytes */
    const unsigned char *bytes;
};

/* ---- reading ---- */

/*
 * A whole file. NULL, and an error that begins with the path, if it cannot be read or anything in it is not as the
 * format says; a checksum, if there is one, is verified.
 */
struct gan_safetensors *gan_safetensors_open(const char *path);
/* The same over memory, which must stay; `what` stands where a path would. */
struct gan_safetensors *gan_safetensors_parse(const void *data, size_t size, const char *what);
void gan_safetensors_close(struct gan_safetensors *file); /* NULL is fine */

/* The path, or what stands for it. */
const char *gan_safetensors_what(const struct gan_safetensors *file);
/* Whether it has libgan's checksum. */
bool gan_safetensors_checked(const struct gan_safetensors *file);
/* Bytes of the whole. */
size_t gan_safetensors_size(const struct gan_safetensors *file);
/* A metadatum; NULL if there is none. */
const char *gan_safetensors_metadata(const struct gan_safetensors *file, const char *key);
/* Entries are in the order of the header. */
size_t gan_safetensors_count(const struct gan_safetensors *file);
const struct gan_safetensors_entry *gan_safetensors_entry(const struct gan_safetensors *file, size_t index);
const struct gan_safetensors_entry *gan_safetensors_find(const struct gan_safetensors *file, const char *name);

/* Whether gan_safetensors_numbers can read it: F32, F16, BF16, F64. */
bool gan_safetensors_is_float(const struct gan_safetensors_entry *entry);
/* Its numbers, converted to float (F64 rounded to the nearest). */
void gan_safetensors_numbers(const struct gan_safetensors_entry *entry, float *out);

/* ---- writing ---- */

struct gan_safetensors_item {
    const char *name; /* all differ */
    gan_shape shape;
    const float *numbers;
};

struct gan_safetensors_datum {
    const char *key, *text;
};

/* Writes F32 tensors and metadata to a file, whole or not at all, with a checksum. `who` as in gan_file_writer_open. */
gan_status gan_safetensors_write(const char *path, const struct gan_safetensors_item *items, size_t count,
                                 const struct gan_safetensors_datum *metadata, size_t metadata_count, const char *who);

/* ---- both ---- */

/* What the header of a file with a checksum begins with; its 8 digits follow. */
#define GAN_SAFETENSORS_LEAD "{\"__metadata__\":{\"crc32\":\""

enum { GAN_SAFETENSORS_PREFIX = 8, GAN_SAFETENSORS_CRC_DIGITS = 8 };

/* The reference implementation's bound, against headers that are only there to fill memory. */
#define GAN_SAFETENSORS_LONGEST_HEADER ((size_t)100 * 1000 * 1000)

#endif

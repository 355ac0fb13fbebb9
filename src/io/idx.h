/* IDX, the format of MNIST's files: 0, 0, type, rank, then `rank` sizes as big-endian 32-bit numbers, then the data. */
#ifndef GAN_SRC_IO_IDX_H
#define GAN_SRC_IO_IDX_H

#include "gan/tensor.h"

/*
 * The unsigned bytes of an IDX file, plain or gzip, as a uint8 tensor: a plain file is mapped, read-only; any other is
 * read. NULL and an error that names the file for a header that is no IDX header, a type other than unsigned bytes, an
 * axis of size 0, or content that is not exactly as long as the header says. Memory grows with what the file holds.
 */
gan_tensor *gan_idx_read(const char *path);

#endif

#ifndef GAN_SRC_IO_CHECKSUM_H
#define GAN_SRC_IO_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32 (that of gzip and PNG, ISO 3309) of some bytes, going on from `before`: 0 for the first. */
uint32_t gan_checksum(uint32_t before, const void *bytes, size_t size);

#endif

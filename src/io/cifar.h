/* CIFAR-10's binary files: records of a label (a byte) and 3 planes, red, green and blue, of 32 x 32 bytes. */
#ifndef GAN_SRC_IO_CIFAR_H
#define GAN_SRC_IO_CIFAR_H

#include "gan/tensor.h"

enum { GAN_CIFAR_SIDE = 32, GAN_CIFAR_BYTES = 3 * GAN_CIFAR_SIDE * GAN_CIFAR_SIDE, GAN_CIFAR_CLASSES = 10 };

/*
 * The records of `count` files after each other: uint8 images [N, 3, 32, 32] and labels [N], new. An error names the
 * file and, for what is no label, the place.
 */
gan_status gan_cifar_read(const char *const *paths, int count, gan_tensor **images, gan_tensor **labels);

#endif

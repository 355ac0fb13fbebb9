/* Images of a tensor, side by side in one picture. */
#ifndef GAN_SRC_IO_GRID_H
#define GAN_SRC_IO_GRID_H

#include "gan/tensor.h"
#include "io/picture.h"

#define GAN_GRID_GAP 2 /* pixels between cells */

/* The picture of [N, C, H, W] or [C, H, W]; columns below 1: about square. NULL and an error that names `who`. */
struct gan_picture *gan_grid_draw(const gan_tensor *images, int columns, int scale, const char *who);

#endif

/* A tensor's inside, for the rooms above it. */
#ifndef GAN_SRC_TENSOR_H
#define GAN_SRC_TENSOR_H

#include "gan/tensor.h"

/* GAN_OK if rank and sizes are legal and the element count fits; else an error that names `who` (e.g.
 * "gan_tensor_new"). */
gan_status gan_shape_check(gan_shape shape, const char *who);

/* Puts what is left of `size` elements in the place of a -1; false if the sizes do not fit. The rank is legal. */
bool gan_shape_complete(gan_shape *shape, int64_t size);

/* A tensor that shares `owner`'s memory from element `offset` on, and keeps it alive (parameters in one block). */
gan_tensor *gan_tensor_view(gan_tensor *owner, int64_t offset, gan_shape shape);

#endif

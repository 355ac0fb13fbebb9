/* Matrix products on the calling thread. blis.c is the only file that includes BLIS's header. */
#ifndef GAN_SRC_KERNELS_PRODUCTS_H
#define GAN_SRC_KERNELS_PRODUCTS_H

#include <stdint.h>

/* c = a·b: a is m × k and b is k × n with any strides, the elements of a row of c lie together. */
void gan_blis_product(int64_t m, int64_t n, int64_t k, const float *a, int64_t a_row, int64_t a_column, const float *b,
                      int64_t b_row, int64_t b_column, float *c, int64_t c_row);

#endif

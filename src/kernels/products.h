/* Matrix products on the calling thread. blis.c is the only file that includes BLIS's header. */
#ifndef GAN_SRC_KERNELS_PRODUCTS_H
#define GAN_SRC_KERNELS_PRODUCTS_H

#include <stdbool.h>
#include <stdint.h>

/* Who computes matrix products: our kernels, BLIS, or whichever serves this processor best (the default). */
enum gan_products { GAN_PRODUCTS_BEST, GAN_PRODUCTS_OWN, GAN_PRODUCTS_BLIS };
void gan_products_use(enum gan_products products);
enum gan_products gan_products_in_use(void); /* OWN or BLIS */

/* c = a·b, or c += a·b: a is m × k and b is k × n with any strides, the elements of a row of c lie together. */
void gan_blis_product(int64_t m, int64_t n, int64_t k, const float *a, int64_t a_row, int64_t a_column, const float *b,
                      int64_t b_row, int64_t b_column, float *c, int64_t c_row, bool add);

#endif

/*
 * Matrix products of our own: C = Σ_t A_t·B_t, a sum of products of equal sizes. A dense layer is one product; a
 * convolution's output pixel is one for each tap that meets data.
 */
#ifndef GAN_SRC_KERNELS_CPU_PRODUCT_H
#define GAN_SRC_KERNELS_CPU_PRODUCT_H

#include <stdbool.h>
#include <stdint.h>

struct gan_product {
    int64_t m, n, k;
    int64_t terms;
    const float *const *a; /* of each term; its strides are any */
    int64_t a_row, a_column;
    const float *const *b;
    int64_t b_row, b_column;
    float *c; /* the elements of a row lie together */
    int64_t c_row;
    bool add; /* to what is in c */
};

/*
 * Every element of C is one chain of fused multiply-adds, over the terms and over k in ascending order, whatever m and
 * n are and wherever it stands: so results do not depend on how a product is cut, nor a row's on the other rows.
 */
typedef void gan_product_function(const struct gan_product *product);

#endif

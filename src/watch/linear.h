/* Linear algebra in double, as far as the Fréchet distance needs it. Matrices are row-major without gaps. */
#ifndef GAN_SRC_WATCH_LINEAR_H
#define GAN_SRC_WATCH_LINEAR_H

#include "gan/base.h"

/* c [n, m] += aᵀ·b, with a [k, n], b [k, m]; `upper`: only c's elements on and above the diagonal (n = m). */
void gan_linear_product(const double *a, const double *b, int64_t k, int64_t n, int64_t m, bool upper, double *c);

/* Copies what is above the diagonal below it. */
void gan_linear_mirror(double *a, int64_t n);

/*
 * Cholesky's factor with pivots of a symmetric matrix without negative eigenvalues: a ≈ rᵀ·r, r [rank, n] in the n·n
 * numbers at `r`. It ends where what is left is rounding. diagonal: n numbers of scratch. Returns the rank.
 */
int64_t gan_linear_factor(const double *a, int64_t n, double *r, double *diagonal);

/* The eigenvalues of a symmetric matrix, which it spoils, rising. scratch: 3n numbers. */
void gan_linear_eigenvalues(double *a, int64_t n, double *values, double *scratch);

#endif

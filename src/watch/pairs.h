/*
 * All pairs of the rows of two sets, n·m products of vectors: what makes metrics slow. They are computed in tiles by
 * the tape's matrix product, in float, and handed out row by row. Who needs more than float's digits uses them to pass
 * over what cannot count, within gan_pairs_error, and computes the rest in double.
 */
#ifndef GAN_SRC_WATCH_PAIRS_H
#define GAN_SRC_WATCH_PAIRS_H

#include "watch/rows.h"

/*
 * products[j] = a's row `row` · b's row `first + j`, j < count. For one row calls come one after another, with `first`
 * rising; different rows may be on different threads.
 */
typedef void gan_pairs_function(void *context, int64_t row, int64_t first, int64_t count, const float *products);

gan_status gan_pairs_walk(const struct gan_rows *a, const struct gan_rows *b, gan_pairs_function *visit, void *context);

/*
 * How far a product of float vectors of that size and lengths 1 can be from the true one: each of its `size` additions
 * rounds by 2⁻²⁴ of at most the sum of sizes, which is at most the product of the lengths (Higham 2002, §3.1).
 */
static inline double gan_pairs_error(int64_t size)
{
    return 1.02 * (double)(size + 1) * 0x1p-24;
}

/* What denormal products, flushed to zero, may add to it. */
static inline double gan_pairs_flushed(int64_t size)
{
    return (double)size * 0x1p-125;
}

/* The squared lengths of all rows (gan_free); NULL, with an error, if memory is short. */
double *gan_pairs_lengths(const struct gan_rows *rows);

#endif

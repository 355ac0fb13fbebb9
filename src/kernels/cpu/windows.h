/* The loops of resampling and of maxima over windows that profit from wider instructions. Pixels are runs of numbers
 * (examples and channels) that lie together. */
#ifndef GAN_SRC_KERNELS_CPU_WINDOWS_H
#define GAN_SRC_KERNELS_CPU_WINDOWS_H

#include <stdbool.h>
#include <stdint.h>

/* out[j] = Σ_i weight[i]·in[index[i]·stride + j] for j < n: for each number one chain of multiply-adds in order. */
typedef void gan_weighted_sum_function(const float *in, int64_t stride, const int64_t *index, const float *weight,
                                       int64_t count, float *out, int64_t n);

/*
 * out[i, j] = Σ_t factor[t]·from[t][i, j] for `rows` rows of `columns` numbers that lie together, or, with `add`, that
 * added to out: for each number one chain of multiply-adds in order. At most GAN_COMBINED arrays.
 */
#define GAN_COMBINED 9
typedef void gan_combine_rows_function(const float *const *from, const float *factor, int64_t count, int64_t from_row,
                                       float *out, int64_t out_row, int64_t rows, int64_t columns, bool add);

/* The taps of a window: rows × columns, so far from each other. At least one. */
struct gan_window_taps {
    int64_t rows, columns;
    int64_t row_step, column_step;
};

/* out[j] is the number of v at the tap where x is largest: the first of equal ones, and NaN is larger than any. */
typedef void gan_choose_function(const struct gan_window_taps *taps, const float *x, const float *v, float *out,
                                 int64_t n);
/* Adds v[j] to the number of out at the tap where x is largest. */
typedef void gan_add_to_chosen_function(const struct gan_window_taps *taps, const float *x, const float *v, float *out,
                                        int64_t n);

#endif

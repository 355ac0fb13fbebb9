/*
 * Matrix products of our own: C = Σ_t A_t·B_t, a sum of products of equal sizes. A dense layer is one product; a
 * convolution's output pixel is one for each tap that meets data.
 */
#ifndef GAN_SRC_KERNELS_CPU_PRODUCT_H
#define GAN_SRC_KERNELS_CPU_PRODUCT_H

#include <stdbool.h>
#include <stdint.h>

/* Where the rows of a matrix begin: row i at i / run · run_stride + i % run · stride. */
struct gan_rows {
    int64_t run, stride, run_stride;
};

/* Rows at even distances. */
static inline struct gan_rows gan_even_rows(int64_t stride)
{
    return (struct gan_rows){INT64_MAX, stride, 0};
}

static inline int64_t gan_row_place(const struct gan_rows *rows, int64_t i)
{
    return i < rows->run ? i * rows->stride : i / rows->run * rows->run_stride + i % rows->run * rows->stride;
}

/* How the right-hand matrices are to be read. */
enum gan_right {
    GAN_RIGHT_PACK = 0, /* packed on the way: they have many columns, or few of their numbers lie together */
    GAN_RIGHT_PANELS, /* they are packed panels already: n is at most a panel's width, and their strides do not count */
    GAN_RIGHT_AS_IT_IS /* n is at most a panel's width, rows' numbers lie together, and few rows of A meet them */
};

struct gan_product {
    int64_t m, n, k;
    int64_t terms;
    const float *const *a; /* of each term */
    struct gan_rows a_rows;
    int64_t a_column;
    const float *const *b;
    enum gan_right right;
    int64_t b_row, b_column;
    /* Columns of B, behind these and counted as these are, that this thread will probably be given then: they are
     * fetched from memory meanwhile. 0 for none. */
    int64_t next_begin, next_end;
    float *c; /* the elements of a row lie together */
    struct gan_rows c_rows;
    bool add;     /* to what is in c */
    bool streams; /* c past the caches, where that can be done: whole lines that are written once */
};

/*
 * Every element of C is one chain of fused multiply-adds, over the terms and over k in ascending order, whatever m and
 * n are and wherever it stands: so results do not depend on how a product is cut, nor a row's on the other rows.
 */
typedef void gan_product_function(const struct gan_product *product);

/*
 * The first columns of a product of at most GAN_FEW_ROWS rows and a single term with a matrix whose columns lie
 * together. Returns how many it computed: 0 if the product is another, or the processor lacks what it takes.
 */
enum { GAN_FEW_ROWS = 4 };
typedef int64_t gan_few_rows_function(const struct gan_product *product);

/*
 * Packs a panel: `depth` rows of as many numbers as a panel is wide (gan_cpu_kernels' panel_columns), of which
 * `columns` come from b and the others are 0.
 */
typedef void gan_pack_function(const float *b, int64_t b_row, int64_t b_column, int64_t depth, int64_t columns,
                               float *panel);

/*
 * The same for the `taps` of a convolution's weight at once: number [k, column] of tap t is b[k·b_row + column·b_column
 * + t], and panel t begins at panels + t·depth·width.
 */
typedef void gan_pack_taps_function(const float *b, int64_t b_row, int64_t b_column, int64_t taps, int64_t depth,
                                    int64_t columns, float *panels);

/* to[j, i] = from[i, j] for i < rows, j < columns; the numbers of a row of either lie together. */
typedef void gan_transpose_function(const float *from, int64_t from_row, float *to, int64_t to_row, int64_t rows,
                                    int64_t columns);

/*
 * out[i, j] += a[i, j]·b[i, j] for `rows` rows of `columns` numbers that lie together, row after row. Strides of 0 make
 * b one row, or out a sum over the rows.
 */
typedef void gan_multiply_add_rows_function(const float *a, int64_t a_row, const float *b, int64_t b_row, float *out,
                                            int64_t out_row, int64_t rows, int64_t columns);

#endif

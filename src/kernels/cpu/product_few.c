/*
 * Products of few rows with a matrix whose columns lie together, as a dense layer's weight does: a single example. All
 * numbers of B are read once, so that packing them would cost more than the product: blocks of them are transposed in
 * registers instead.
 */
#include "level.h"

#include "product.h"
#include "vector.h"

#if defined(__AVX512F__) || (defined(__AVX2__) && defined(__FMA__))

enum { MOST_GROUPS = TILE_COLUMNS / VECTOR }; /* of VECTOR columns: their chains of additions take turns */

#if defined(__AVX512F__)
#define V_UNPACK_LOW(a, b)    _mm512_unpacklo_ps(a, b)
#define V_UNPACK_HIGH(a, b)   _mm512_unpackhi_ps(a, b)
#define V_SHUFFLE(a, b, kind) _mm512_shuffle_ps(a, b, kind)
#else
#define V_UNPACK_LOW(a, b)    _mm256_unpacklo_ps(a, b)
#define V_UNPACK_HIGH(a, b)   _mm256_unpackhi_ps(a, b)
#define V_SHUFFLE(a, b, kind) _mm256_shuffle_ps(a, b, kind)
#endif

/* 4×4 transposes within the lanes of four vectors at a time. */
static inline __attribute__((always_inline)) void transpose_in_lanes(vector rows[VECTOR])
{
#pragma GCC unroll 16
    for (int i = 0; i < VECTOR; i += 4) {
        vector low = V_UNPACK_LOW(rows[i], rows[i + 1]), high = V_UNPACK_HIGH(rows[i], rows[i + 1]);
        vector next_low = V_UNPACK_LOW(rows[i + 2], rows[i + 3]), next_high = V_UNPACK_HIGH(rows[i + 2], rows[i + 3]);
        rows[i] = V_SHUFFLE(low, next_low, 0x44);
        rows[i + 1] = V_SHUFFLE(low, next_low, 0xEE);
        rows[i + 2] = V_SHUFFLE(high, next_high, 0x44);
        rows[i + 3] = V_SHUFFLE(high, next_high, 0xEE);
    }
}

/* Row i of the block becomes column i. */
static inline __attribute__((always_inline)) void transpose(vector rows[VECTOR])
{
    vector t[VECTOR];
    transpose_in_lanes(rows);
#if defined(__AVX512F__)
#pragma GCC unroll 16
    for (int i = 0; i < 4; i++) { /* lanes 0 and 2, 1 and 3 of rows i and i + 4, of i + 8 and i + 12 */
        t[i] = _mm512_shuffle_f32x4(rows[i], rows[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_f32x4(rows[i], rows[i + 4], 0xDD);
        t[i + 8] = _mm512_shuffle_f32x4(rows[i + 8], rows[i + 12], 0x88);
        t[i + 12] = _mm512_shuffle_f32x4(rows[i + 8], rows[i + 12], 0xDD);
    }
#pragma GCC unroll 16
    for (int i = 0; i < 4; i++) {
        rows[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
        rows[i + 4] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0x88);
        rows[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xDD);
        rows[i + 12] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0xDD);
    }
#else
#pragma GCC unroll 8
    for (int i = 0; i < 4; i++) {
        t[i] = _mm256_permute2f128_ps(rows[i], rows[i + 4], 0x20);
        t[i + 4] = _mm256_permute2f128_ps(rows[i], rows[i + 4], 0x31);
    }
#pragma GCC unroll 8
    for (int i = 0; i < VECTOR; i++)
        rows[i] = t[i];
#endif
}

/* VECTOR columns of each group, from `first` on. `rows` and `groups` are known where this is called. */
static inline __attribute__((always_inline)) void compute_columns(const struct gan_product *product, int64_t first,
                                                                  const int rows, const int groups)
{
    const int64_t column = product->b_column, a_column = product->a_column, whole = product->k / VECTOR * VECTOR;
    vector sums[GAN_FEW_ROWS][MOST_GROUPS];
    float *c[GAN_FEW_ROWS];
    const float *a[GAN_FEW_ROWS], *b[MOST_GROUPS];
    for (int group = 0; group < groups; group++)
        b[group] = product->b[0] + (first + group * VECTOR) * column;
    for (int i = 0; i < rows; i++) {
        a[i] = product->a[0] + gan_row_place(&product->a_rows, i);
        c[i] = product->c + gan_row_place(&product->c_rows, i) + first;
        for (int group = 0; group < groups; group++)
            sums[i][group] = product->add ? V_LOAD(c[i] + group * VECTOR) : V_ZERO;
    }
    for (int64_t k = 0; k < product->k; k += VECTOR) {
        const int64_t depth = k < whole ? VECTOR : product->k - k;
        for (int group = 0; group < groups; group++) {
            vector block[VECTOR]; /* columns are read once each: often they lie at multiples of the cache's period */
#pragma GCC unroll 16
            for (int j = 0; j < VECTOR; j++) {
                const float *at = b[group] + j * column + k;
                block[j] = depth == VECTOR ? V_LOAD(at) : V_LOAD_SOME(at, depth);
            }
            transpose(block);
            for (int i = 0; i < rows; i++)
                if (depth == VECTOR) {
#pragma GCC unroll 16
                    for (int x = 0; x < VECTOR; x++)
                        sums[i][group] = V_FMA(V_SAME(a[i][(k + x) * a_column]), block[x], sums[i][group]);
                } else {
                    for (int64_t x = 0; x < depth; x++)
                        sums[i][group] = V_FMA(V_SAME(a[i][(k + x) * a_column]), block[x], sums[i][group]);
                }
        }
    }
    for (int i = 0; i < rows; i++)
        for (int group = 0; group < groups; group++)
            V_STORE(c[i] + group * VECTOR, sums[i][group]);
}

static inline __attribute__((always_inline)) void compute_rows(const struct gan_product *product, int64_t first,
                                                               const int groups)
{
    switch (product->m) {
    case 1:
        compute_columns(product, first, 1, groups);
        break;
    case 2:
        compute_columns(product, first, 2, groups);
        break;
    case 3:
        compute_columns(product, first, 3, groups);
        break;
    default:
        compute_columns(product, first, GAN_FEW_ROWS, groups);
    }
}

int64_t LEVEL(gan_multiply_few_rows)(const struct gan_product *product)
{
    if (product->m > GAN_FEW_ROWS || product->terms != 1 || product->b_row != 1)
        return 0;
    int64_t first = 0;
    for (; first + TILE_COLUMNS <= product->n; first += TILE_COLUMNS)
        compute_rows(product, first, MOST_GROUPS);
    for (; first + VECTOR <= product->n; first += VECTOR)
        compute_rows(product, first, 1);
    return first;
}

#else

int64_t LEVEL(gan_multiply_few_rows)(const struct gan_product *product)
{
    (void)product;
    return 0;
}

#endif

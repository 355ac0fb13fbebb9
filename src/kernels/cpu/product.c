/*
 * The product kernels: a tile of C is held in registers while k runs; A is read as it lies, one number broadcast at a
 * time; B is packed into panels of TILE_COLUMNS columns, zeros beyond the edge, so that every tile is computed by the
 * same instructions.
 */
#include "level.h"

#include "product.h"
#include "vector.h"

#include <string.h>

enum {
    PANEL_DEPTH = 512, /* rows of a packed panel: it stays in the first-level cache with the rows of A that it meets */
};

/* ---- packing ---- */

static void pack_rows(const float *b, int64_t b_row, int64_t depth, int64_t columns, float *panel)
{
    if (columns == TILE_COLUMNS) {
        for (int64_t k = 0; k < depth; k++, b += b_row, panel += TILE_COLUMNS) {
            vector low = V_LOAD(b), high = V_LOAD(b + VECTOR);
            V_STORE(panel, low);
            V_STORE(panel + VECTOR, high);
        }
        return;
    }
    for (int64_t k = 0; k < depth; k++, b += b_row, panel += TILE_COLUMNS) {
        memcpy(panel, b, (size_t)columns * sizeof *panel);
        memset(panel + columns, 0, (size_t)(TILE_COLUMNS - columns) * sizeof *panel);
    }
}

#if defined(__AVX2__)
/* Eight rows of eight, transposed: row i of `from` becomes column i of `to`. */
static inline void transpose_8x8(const float *from, int64_t from_row, float *to, int64_t to_row)
{
    __m256 r[8], s[8];
    for (int i = 0; i < 4; i++) { /* halves of rows i and i + 4 side by side */
        r[i] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(from + i * from_row)),
                                    _mm_loadu_ps(from + (i + 4) * from_row), 1);
        r[i + 4] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(from + i * from_row + 4)),
                                        _mm_loadu_ps(from + (i + 4) * from_row + 4), 1);
    }
    for (int i = 0; i < 8; i += 4) { /* 4×4 transposes within the halves */
        s[0] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        s[1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
        s[2] = _mm256_unpacklo_ps(r[i + 2], r[i + 3]);
        s[3] = _mm256_unpackhi_ps(r[i + 2], r[i + 3]);
        _mm256_storeu_ps(to + (i + 0) * to_row, _mm256_shuffle_ps(s[0], s[2], 0x44));
        _mm256_storeu_ps(to + (i + 1) * to_row, _mm256_shuffle_ps(s[0], s[2], 0xEE));
        _mm256_storeu_ps(to + (i + 2) * to_row, _mm256_shuffle_ps(s[1], s[3], 0x44));
        _mm256_storeu_ps(to + (i + 3) * to_row, _mm256_shuffle_ps(s[1], s[3], 0xEE));
    }
}
#endif

/* B's columns lie together: the panel is its transpose. */
static void pack_columns(const float *b, int64_t b_row, int64_t b_column, int64_t depth, int64_t columns, float *panel)
{
    int64_t done = 0;
#if defined(__AVX2__)
    if (columns == TILE_COLUMNS && b_row == 1)
        for (; done + 8 <= depth; done += 8)
            for (int64_t column = 0; column < TILE_COLUMNS; column += 8)
                transpose_8x8(b + column * b_column + done, b_column, panel + done * TILE_COLUMNS + column,
                              TILE_COLUMNS);
#endif
    for (int64_t k = done; k < depth; k++) {
        float *row = panel + k * TILE_COLUMNS;
        for (int64_t column = 0; column < columns; column++)
            row[column] = b[k * b_row + column * b_column];
        for (int64_t column = columns; column < TILE_COLUMNS; column++)
            row[column] = 0;
    }
}

static void pack(const float *b, int64_t b_row, int64_t b_column, int64_t depth, int64_t columns, float *panel)
{
    if (b_column == 1)
        pack_rows(b, b_row, depth, columns, panel);
    else
        pack_columns(b, b_row, b_column, depth, columns, panel);
}

/* ---- tiles ---- */

struct tile {
    const float *a;
    int64_t a_row, a_column, depth;
    const float *panel;
    float *c;
    int64_t c_row, columns;
    bool add;
};

/* `rows` is known where this is called, so the loops over it unroll and `sums` lives in registers. */
static inline __attribute__((always_inline)) void compute_tile(const struct tile *tile, const int rows)
{
    vector sums[TILE_ROWS][2];
    _Alignas(64) float edge[TILE_ROWS][TILE_COLUMNS];
    const bool whole = tile->columns == TILE_COLUMNS;
    float *c = tile->c;
    int64_t c_row = tile->c_row;
    if (!whole) {
        for (int i = 0; i < rows && tile->add; i++)
            memcpy(edge[i], c + i * c_row, (size_t)tile->columns * sizeof(float));
        c = edge[0];
        c_row = TILE_COLUMNS;
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
        sums[i][0] = tile->add ? V_LOAD(c + i * c_row) : V_ZERO;
        sums[i][1] = tile->add ? V_LOAD(c + i * c_row + VECTOR) : V_ZERO;
    }
    const float *panel = tile->panel;
    const float *a[TILE_ROWS];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
        a[i] = tile->a + i * tile->a_row;
    const int64_t a_column = tile->a_column;
    for (int64_t k = 0, at = 0; k < tile->depth; k++, at += a_column, panel += TILE_COLUMNS) {
        vector low = V_LOAD(panel), high = V_LOAD(panel + VECTOR);
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++) {
            vector number = V_SAME(a[i][at]);
            sums[i][0] = V_FMA(number, low, sums[i][0]);
            sums[i][1] = V_FMA(number, high, sums[i][1]);
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
        V_STORE(c + i * c_row, sums[i][0]);
        V_STORE(c + i * c_row + VECTOR, sums[i][1]);
    }
    for (int i = 0; i < rows && !whole; i++)
        memcpy(tile->c + i * tile->c_row, edge[i], (size_t)tile->columns * sizeof(float));
}

#define TILE_OF(rows)                                                                                                  \
    static void tile_of_##rows(const struct tile *tile)                                                                \
    {                                                                                                                  \
        compute_tile(tile, rows);                                                                                      \
    }
TILE_OF(1)
TILE_OF(2)
TILE_OF(3)
TILE_OF(4)
TILE_OF(5)
TILE_OF(6)
typedef void tile_function(const struct tile *tile);
#if defined(__AVX512F__) || defined(__aarch64__)
TILE_OF(7)
TILE_OF(8)
TILE_OF(9)
TILE_OF(10)
#endif
#if defined(__AVX512F__)
TILE_OF(11)
TILE_OF(12)
TILE_OF(13)
TILE_OF(14)
#endif

static tile_function *const tile_functions[TILE_ROWS + 1] = {
    NULL,       tile_of_1,  tile_of_2,  tile_of_3,  tile_of_4, tile_of_5, tile_of_6,
#if defined(__AVX512F__) || defined(__aarch64__)
    tile_of_7,  tile_of_8,  tile_of_9,  tile_of_10,
#endif
#if defined(__AVX512F__)
    tile_of_11, tile_of_12, tile_of_13, tile_of_14,
#endif
};

/* One panel against all rows of A. */
static void multiply_panel(const struct gan_product *product, const float *a, int64_t depth, const float *panel,
                           int64_t column, int64_t columns, bool add)
{
    struct tile tile = {.a_row = product->a_row,
                        .a_column = product->a_column,
                        .depth = depth,
                        .panel = panel,
                        .c_row = product->c_row,
                        .columns = columns,
                        .add = add};
    /* Tiles of nearly equal height rather than a low one at the end. */
    int64_t tiles = (product->m + TILE_ROWS - 1) / TILE_ROWS;
    for (int64_t i = 0; i < tiles; i++) {
        int64_t row = product->m * i / tiles, end = product->m * (i + 1) / tiles;
        tile.a = a + row * product->a_row;
        tile.c = product->c + row * product->c_row + column;
        tile_functions[end - row](&tile);
    }
}

void LEVEL(gan_product)(const struct gan_product *product)
{
    _Alignas(64) float panel[PANEL_DEPTH * TILE_COLUMNS];
    /* Panels of nearly equal depth, in whole transposed blocks, rather than a shallow one at the end. */
    int64_t panels = (product->k + PANEL_DEPTH - 1) / PANEL_DEPTH;
    int64_t deepest = ((product->k + panels - 1) / panels + 7) / 8 * 8;
    for (int64_t column = 0; column < product->n; column += TILE_COLUMNS) {
        int64_t columns = product->n - column < TILE_COLUMNS ? product->n - column : TILE_COLUMNS;
        bool add = product->add;
        for (int64_t term = 0; term < product->terms; term++) {
            const float *b = product->b[term] + column * product->b_column;
            for (int64_t k = 0; k < product->k; k += deepest) {
                int64_t depth = product->k - k < deepest ? product->k - k : deepest;
                pack(b + k * product->b_row, product->b_row, product->b_column, depth, columns, panel);
                multiply_panel(product, product->a[term] + k * product->a_column, depth, panel, column, columns, add);
                add = true;
            }
        }
    }
}

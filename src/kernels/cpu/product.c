/*
 * The product kernels: a tile of C is held in registers while k runs through all terms; A is read as it lies, one
 * number broadcast at a time; B comes in, or is packed into, panels of TILE_COLUMNS columns, zeros beyond the edge, so
 * that every tile is computed by the same instructions.
 */
#include "level.h"

#include "product.h"
#include "vector.h"

#include <string.h>

enum {
    PERIOD = 1024,     /* floats: lines so far apart share the first-level cache's few places for them */
    PANEL_DEPTH = 512, /* rows of a packed panel: it stays in the second-level cache with the rows of A that it meets */
    LINE = 16,         /* floats of a cache line */
    STRETCH = 16,      /* of k, before each of which some lines are fetched */
    MOST_AT_ONCE = 8   /* lines: of many that are asked for at once, processors drop most */
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
    if (columns == TILE_COLUMNS && b_row == 1) {
        done = depth / 8 * 8;
        /* Along k innermost: columns may lie at multiples of the cache's period. */
        for (int64_t column = 0; column < TILE_COLUMNS; column += 8)
            for (int64_t k = 0; k < done; k += 8)
                transpose_8x8(b + column * b_column + k, b_column, panel + k * TILE_COLUMNS + column, TILE_COLUMNS);
    }
#endif
    for (int64_t k = done; k < depth; k++) {
        float *row = panel + k * TILE_COLUMNS;
        for (int64_t column = 0; column < columns; column++)
            row[column] = b[k * b_row + column * b_column];
        for (int64_t column = columns; column < TILE_COLUMNS; column++)
            row[column] = 0;
    }
}

void LEVEL(gan_pack)(const float *b, int64_t b_row, int64_t b_column, int64_t depth, int64_t columns, float *panel)
{
    if (b_column == 1)
        pack_rows(b, b_row, depth, columns, panel);
    else
        pack_columns(b, b_row, b_column, depth, columns, panel);
}

void LEVEL(gan_pack_taps)(const float *b, int64_t b_row, int64_t b_column, int64_t taps, int64_t depth, int64_t columns,
                          float *panels)
{
    const int64_t panel = depth * TILE_COLUMNS;
    if (taps == 1) {
        LEVEL(gan_pack)(b, b_row, b_column, depth, columns, panels);
        return;
    }
    /* Along k innermost: neighbours in memory on both sides, where taps and columns are far apart, often by multiples
     * of the cache's period. */
    int64_t column = 0;
#if defined(__AVX2__)
    for (; column + 8 <= columns; column += 8) {
        const float *from = b + column * b_column;
        int64_t tap = 0;
        for (; tap + 8 <= taps; tap += 8)
            for (int64_t k = 0; k < depth; k++)
                transpose_8x8(from + k * b_row + tap, b_column, panels + tap * panel + k * TILE_COLUMNS + column,
                              panel);
        for (; tap < taps; tap++)
            for (int64_t k = 0; k < depth; k++)
                for (int64_t i = 0; i < 8; i++)
                    panels[tap * panel + k * TILE_COLUMNS + column + i] = from[i * b_column + k * b_row + tap];
    }
#endif
    for (; column < TILE_COLUMNS; column++)
        for (int64_t tap = 0; tap < taps; tap++)
            for (int64_t k = 0; k < depth; k++)
                panels[tap * panel + k * TILE_COLUMNS + column] = column < columns
                                                                      ? b[column * b_column + k * b_row + tap]
                                                                      : 0;
}

/* ---- tiles ---- */

/* What will be packed next, line by line: fetched while tiles are computed, since packing would wait for the memory. */
struct fetch {
    const float *row; /* `length` numbers that lie together; the next row is `distance` behind */
    int64_t at, length, distance;
    int64_t rows; /* left */
    int64_t at_once;
};

static inline __attribute__((always_inline)) void fetch_some(struct fetch *fetch)
{
    for (int64_t i = 0; i < fetch->at_once && fetch->rows > 0; i++) {
        __builtin_prefetch(fetch->row + fetch->at, 0, 3);
        fetch->at += LINE;
        if (fetch->at >= fetch->length) {
            fetch->at = 0;
            fetch->row += fetch->distance;
            fetch->rows--;
        }
    }
}

struct tile {
    struct fetch fetch;
    int64_t terms;
    const float *const *a, *const *panel; /* of each term */
    int64_t a_place[TILE_ROWS], c_place[TILE_ROWS];
    int64_t a_column, depth, panel_row;
    float *c;
    int64_t columns;
    bool add, streams;
};

/* `rows`, `vectors` and `fetching` are known where this is called: the loops unroll, and `sums` lives in registers. */
static inline __attribute__((always_inline)) void compute_tile(struct tile *tile, const int rows, const int vectors,
                                                               const bool fetching)
{
    vector sums[TILE_ROWS][2];
    float *c[TILE_ROWS];
    /* All but the last vector are whole. */
    const int64_t last = (vectors - 1) * VECTOR, rest = tile->columns - last;
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
        c[i] = tile->c + tile->c_place[i];
        if (!tile->streams) { /* it is written when the sums are ready, and comes from memory meanwhile */
            __builtin_prefetch(c[i], 1);
            __builtin_prefetch(c[i] + last, 1);
        }
        if (vectors > 1)
            sums[i][0] = tile->add ? V_LOAD(c[i]) : V_ZERO;
        sums[i][vectors - 1] = !tile->add       ? V_ZERO
                               : rest == VECTOR ? V_LOAD(c[i] + last)
                                                : V_LOAD_SOME(c[i] + last, rest);
    }
    const int64_t a_column = tile->a_column, panel_row = tile->panel_row;
    for (int64_t term = 0; term < tile->terms; term++) {
        const float *panel = tile->panel[term];
        const float *a[TILE_ROWS];
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++)
            a[i] = tile->a[term] + tile->a_place[i];
        for (int64_t k = 0, at = 0, end = tile->depth; k < tile->depth;) {
            if (fetching) {
                fetch_some(&tile->fetch);
                end = tile->depth - k > STRETCH ? k + STRETCH : tile->depth;
            }
            for (; k < end; k++, at += a_column, panel += panel_row) {
                vector low = V_LOAD(panel), high = vectors > 1 ? V_LOAD(panel + VECTOR) : V_ZERO;
#pragma GCC unroll 16
                for (int i = 0; i < rows; i++) {
                    vector number = V_SAME(a[i][at]);
                    sums[i][0] = V_FMA(number, low, sums[i][0]);
                    if (vectors > 1)
                        sums[i][1] = V_FMA(number, high, sums[i][1]);
                }
            }
        }
    }
    if (tile->streams && rest == VECTOR) {
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++) {
            if (vectors > 1)
                V_STREAM(c[i], sums[i][0]);
            V_STREAM(c[i] + last, sums[i][vectors - 1]);
        }
        return;
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
        if (vectors > 1)
            V_STORE(c[i], sums[i][0]);
        if (rest == VECTOR)
            V_STORE(c[i] + last, sums[i][vectors - 1]);
        else
            V_STORE_SOME(c[i] + last, sums[i][vectors - 1], rest);
    }
}

#define TILE_OF(rows)                                                                                                  \
    static void tile_of_##rows(struct tile *tile)                                                                      \
    {                                                                                                                  \
        compute_tile(tile, rows, 2, false);                                                                            \
    }                                                                                                                  \
    static void fetching_tile_of_##rows(struct tile *tile)                                                             \
    {                                                                                                                  \
        compute_tile(tile, rows, 2, true);                                                                             \
    }                                                                                                                  \
    static void narrow_tile_of_##rows(struct tile *tile)                                                               \
    {                                                                                                                  \
        compute_tile(tile, rows, 1, false);                                                                            \
    }
TILE_OF(1)
TILE_OF(2)
TILE_OF(3)
TILE_OF(4)
TILE_OF(5)
TILE_OF(6)
typedef void tile_function(struct tile *tile);
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

enum kind { WHOLE, FETCHING, NARROW, KINDS }; /* all columns of a panel, also fetching, and those that fit one vector */
#define EACH(rows)                                                                                                     \
    {                                                                                                                  \
        [WHOLE] = tile_of_##rows, [FETCHING] = fetching_tile_of_##rows, [NARROW] = narrow_tile_of_##rows               \
    }
static tile_function *const tile_functions[TILE_ROWS + 1][KINDS] = {
    {NULL},   EACH(1),  EACH(2),  EACH(3),  EACH(4), EACH(5), EACH(6),
#if defined(__AVX512F__) || defined(__aarch64__)
    EACH(7),  EACH(8),  EACH(9),  EACH(10),
#endif
#if defined(__AVX512F__)
    EACH(11), EACH(12), EACH(13), EACH(14),
#endif
};

/* A piece of B that becomes a panel. */
struct block {
    int64_t column, term, k; /* where it begins */
    int64_t columns, depth;
    const float *b;
};

static struct block block_at(const struct gan_product *product, int64_t deepest, int64_t column, int64_t end,
                             int64_t term, int64_t k)
{
    int64_t columns = end - column, depth = product->k - k;
    return (struct block){.column = column,
                          .term = term,
                          .k = k,
                          .columns = columns < TILE_COLUMNS ? columns : TILE_COLUMNS,
                          .depth = depth < deepest ? depth : deepest,
                          .b = columns > 0 ? product->b[term] + column * product->b_column + k * product->b_row : NULL};
}

/* In the order in which they are needed: down a term, then the next term, then the next columns. */
static struct block block_after(const struct gan_product *product, int64_t deepest, const struct block *block)
{
    if (block->k + deepest < product->k)
        return block_at(product, deepest, block->column, product->n, block->term, block->k + deepest);
    if (block->term + 1 < product->terms)
        return block_at(product, deepest, block->column, product->n, block->term + 1, 0);
    if (block->column + TILE_COLUMNS < product->n)
        return block_at(product, deepest, block->column + TILE_COLUMNS, product->n, 0, 0);
    const int64_t behind = product->next_begin > product->n ? product->next_begin : product->n;
    return block_at(product, deepest, behind, product->next_end, 0, 0);
}

/* A block's lines, some in each of so many stretches of k. */
static struct fetch fetch_of(const struct gan_product *product, const struct block *block, int64_t stretches)
{
    bool by_rows = product->b_column == 1;
    struct fetch fetch = {.row = block->b,
                          .rows = by_rows ? block->depth : block->columns,
                          .length = by_rows ? block->columns : block->depth,
                          .distance = by_rows ? product->b_row : product->b_column};
    int64_t lines = fetch.rows * ((fetch.length + LINE - 1) / LINE);
    fetch.at_once = (lines + stretches - 1) / stretches;
    if (fetch.at_once > MOST_AT_ONCE)
        fetch.at_once = MOST_AT_ONCE;
    return fetch;
}

/* One panel of each term against all rows of A; `next`, if not NULL, is what will be packed then. */
static void multiply_panels(const struct gan_product *product, struct tile *tile, const struct block *next)
{
    /* Rows at multiples of the first-level cache's period would push each other out of it: then fewer of them. */
    bool collide = product->a_rows.stride % PERIOD == 0;
    int64_t most = collide && TILE_ROWS > 8 ? 8 : TILE_ROWS;
    /* Tiles of nearly equal height rather than a low one at the end. */
    int64_t tiles = (product->m + most - 1) / most;
    enum kind kind = tile->columns <= VECTOR ? NARROW : next != NULL ? FETCHING : WHOLE;
    if (kind == FETCHING)
        tile->fetch = fetch_of(product, next, tiles * ((tile->depth + STRETCH - 1) / STRETCH));
    for (int64_t i = 0; i < tiles; i++) {
        int64_t row = product->m * i / tiles, end = product->m * (i + 1) / tiles;
        for (int64_t j = row; j < end; j++) {
            tile->a_place[j - row] = gan_row_place(&product->a_rows, j);
            tile->c_place[j - row] = gan_row_place(&product->c_rows, j);
        }
        tile_functions[end - row][kind](tile);
    }
}

/* Whether C can be stored past the caches: it is written once, and each panel's rows begin where a cache line does. */
static bool can_stream(const struct gan_product *product, int64_t first)
{
    return product->terms == 1 && product->k <= PANEL_DEPTH && !product->add &&
           (uintptr_t)(product->c + first) % (LINE * sizeof(float)) == 0 && product->c_rows.stride % LINE == 0 &&
           product->c_rows.run_stride % LINE == 0;
}

/* The columns from `first` on. Packs B on the way, a panel of a term at a time. */
static void pack_and_multiply(const struct gan_product *product, int64_t first)
{
    _Alignas(64) float panel[PANEL_DEPTH * TILE_COLUMNS];
    const float *const the_panel = panel;
    /* Panels of nearly equal depth, in whole transposed blocks, rather than a shallow one at the end. */
    int64_t panels = (product->k + PANEL_DEPTH - 1) / PANEL_DEPTH;
    int64_t deepest = ((product->k + panels - 1) / panels + 7) / 8 * 8;
    struct tile tile = {.terms = 1,
                        .panel = &the_panel,
                        .panel_row = TILE_COLUMNS,
                        .a_column = product->a_column,
                        .add = product->add,
                        .streams = product->streams && can_stream(product, first)};
    struct block next = block_at(product, deepest, first, product->n, 0, 0);
    while (next.column < product->n) {
        struct block block = next;
        next = block_after(product, deepest, &block);
        LEVEL(gan_pack)(block.b, product->b_row, product->b_column, block.depth, block.columns, panel);
        const float *a = product->a[block.term] + block.k * product->a_column;
        tile.a = &a;
        tile.c = product->c + block.column;
        tile.columns = block.columns;
        tile.depth = block.depth;
        tile.add = product->add || block.term > 0 || block.k > 0;
        multiply_panels(product, &tile, next.b != NULL ? &next : NULL);
    }
    if (tile.streams)
        V_STREAMED();
}

/* A product with a single column, rows of A that lie together and a C without gaps is, turned, one with a single row.
 */
static bool is_column(const struct gan_product *product)
{
    return product->n == 1 && product->m > 1 && product->terms == 1 && product->right == GAN_RIGHT_PACK &&
           product->a_column == 1 && product->a_rows.run >= product->m && product->c_rows.run >= product->m &&
           product->c_rows.stride == 1;
}

static struct gan_product turned(const struct gan_product *product)
{
    return (struct gan_product){.m = 1,
                                .n = product->m,
                                .k = product->k,
                                .terms = 1,
                                .a = product->b,
                                .a_rows = gan_even_rows(0),
                                .a_column = product->b_row,
                                .b = product->a,
                                .b_row = 1,
                                .b_column = product->a_rows.stride,
                                .c = product->c,
                                .c_rows = gan_even_rows(product->m),
                                .add = product->add};
}

void LEVEL(gan_product)(const struct gan_product *product)
{
    struct gan_product row;
    if (is_column(product)) {
        row = turned(product);
        product = &row;
    }
    bool whole = product->n == TILE_COLUMNS || product->n == VECTOR;
    bool packed = product->right == GAN_RIGHT_PANELS, as_it_is = product->right == GAN_RIGHT_AS_IT_IS && whole;
    if (!packed && !as_it_is && product->terms > 0) {
        pack_and_multiply(product, LEVEL(gan_multiply_few_rows)(product));
        return;
    }
    multiply_panels(product,
                    &(struct tile){.terms = product->terms,
                                   .a = product->a,
                                   .panel = product->b,
                                   .panel_row = packed ? TILE_COLUMNS : product->b_row,
                                   .a_column = product->a_column,
                                   .depth = product->k,
                                   .c = product->c,
                                   .columns = product->n,
                                   .add = product->add},
                    NULL);
}

void LEVEL(gan_multiply_add_rows)(const float *restrict a, int64_t a_row, const float *restrict b, int64_t b_row,
                                  float *restrict out, int64_t out_row, int64_t rows, int64_t columns)
{
    for (int64_t i = 0; i < rows; i++, a += a_row, b += b_row, out += out_row)
        for (int64_t j = 0; j < columns; j++)
            out[j] = FMA(a[j], b[j], out[j]);
}

void LEVEL(gan_transpose)(const float *from, int64_t from_row, float *to, int64_t to_row, int64_t rows, int64_t columns)
{
    int64_t row = 0;
#if defined(__AVX2__)
    for (; row + 8 <= rows; row += 8) {
        int64_t column = 0;
        for (; column + 8 <= columns; column += 8)
            transpose_8x8(from + row * from_row + column, from_row, to + column * to_row + row, to_row);
        for (; column < columns; column++)
            for (int64_t i = row; i < row + 8; i++)
                to[column * to_row + i] = from[i * from_row + column];
    }
#endif
    for (; row < rows; row++)
        for (int64_t column = 0; column < columns; column++)
            to[column * to_row + row] = from[row * from_row + column];
}

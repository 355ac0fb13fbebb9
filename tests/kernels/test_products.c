/* Our product kernels, at every instruction set, against plain loops in double and against BLIS. */
#include "suite.h"

#include "kernels/products.h"
#include "levels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 200 * 450 };

static float numbers(int64_t i, int which)
{
    return (float)sin(0.37 * (double)i + which);
}

struct buffers {
    float a[2][MOST], b[2][MOST], c[MOST], other[MOST];
};

static struct buffers *filled(void)
{
    struct buffers *buffers = malloc(sizeof *buffers);
    for (int64_t i = 0; i < MOST; i++)
        for (int term = 0; term < 2; term++) {
            buffers->a[term][i] = numbers(i, term);
            buffers->b[term][i] = numbers(i, 2 + term);
        }
    return buffers;
}

static void check_product(const struct level *level, struct buffers *buffers, int64_t m, int64_t n, int64_t k,
                          bool transpose_a, bool transpose_b, int terms, bool add)
{
    const float *a[2] = {buffers->a[0], buffers->a[1]}, *b[2] = {buffers->b[0], buffers->b[1]};
    int64_t c_row = n == 1 && m % 2 != 0 ? 1 : n + 3; /* a column may lie together */
    struct gan_product product = {.m = m,
                                  .n = n,
                                  .k = k,
                                  .terms = terms,
                                  .a = a,
                                  .a_rows = gan_even_rows(transpose_a ? 1 : k),
                                  .a_column = transpose_a ? m : 1,
                                  .b = b,
                                  .b_row = transpose_b ? 1 : n,
                                  .b_column = transpose_b ? k : 1,
                                  .c = buffers->c,
                                  .c_rows = gan_even_rows(c_row),
                                  .add = add};
    for (int64_t i = 0; i < m * c_row; i++)
        buffers->c[i] = 0.5f;
    level->kernels->product(&product);
    /* Rounding errors of a chain wander: they grow with the root of its length. */
    const double tolerance = 4 * 0x1p-24 * sqrt((double)(2 * k * terms));
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < c_row; j++) {
            double exact = add ? 0.5 : 0, size = 1;
            for (int term = 0; term < terms && j < n; term++)
                for (int64_t x = 0; x < k; x++) {
                    double addend = (double)a[term][i * product.a_rows.stride + x * product.a_column] *
                                    (double)b[term][x * product.b_row + j * product.b_column];
                    exact += addend;
                    size += fabs(addend);
                }
            double wanted = j < n ? exact : 0.5; /* beyond the row nothing may be written */
            if (!(fabs((double)buffers->c[i * c_row + j] - wanted) <= tolerance * size))
                ck_abort_msg("%s: %lld×%lld×%lld, transposes %d %d, %d terms: element %lld, %lld is %g, wanted %g",
                             level->name, (long long)m, (long long)n, (long long)k, transpose_a, transpose_b, terms,
                             (long long)i, (long long)j, (double)buffers->c[i * c_row + j], wanted);
        }
}

START_TEST(products_equal_plain_loops)
{
    struct level levels[MOST_LEVELS];
    int count = levels_here(levels);
    struct buffers *buffers = filled();
    static const int64_t sizes[] = {1, 2, 3, 5, 6, 7, 13, 15, 16, 17, 31, 32, 33, 47};
    const int size_count = sizeof sizes / sizeof sizes[0];
    for (int level = 0; level < count; level++)
        for (int m = 0; m < size_count; m++)
            for (int n = 0; n < size_count; n++)
                for (int k = 0; k < size_count; k += 2)
                    check_product(&levels[level], buffers, sizes[m], sizes[n], sizes[k], (m + k) % 2 != 0,
                                  (n + k / 2) % 2 != 0, 1 + (m + n) % 2, m % 3 == 0);
    free(buffers);
}
END_TEST

START_TEST(deep_products_equal_plain_loops)
{
    struct level levels[MOST_LEVELS];
    int count = levels_here(levels);
    struct buffers *buffers = filled();
    static const int64_t depths[] = {383, 384, 385, 800};
    for (int level = 0; level < count; level++)
        for (int depth = 0; depth < 4; depth++)
            for (int transposes = 0; transposes < 4; transposes++)
                check_product(&levels[level], buffers, 29, 70, depths[depth], (transposes & 1) != 0,
                              (transposes & 2) != 0, 2, false);
    free(buffers);
}
END_TEST

START_TEST(rows_and_columns_do_not_depend_on_the_others)
{
    struct level levels[MOST_LEVELS];
    int count = levels_here(levels);
    struct buffers *buffers = filled();
    const int64_t m = 37, n = 83, k = 450;
    for (int level = 0; level < count; level++)
        for (int transpose_b = 0; transpose_b < 2; transpose_b++) {
            const float *a = buffers->a[0], *b = buffers->b[0];
            struct gan_product product = {.m = m,
                                          .n = n,
                                          .k = k,
                                          .terms = 1,
                                          .a = &a,
                                          .a_rows = gan_even_rows(k),
                                          .a_column = 1,
                                          .b = &b,
                                          .b_row = transpose_b ? 1 : n,
                                          .b_column = transpose_b ? k : 1,
                                          .c = buffers->c,
                                          .c_rows = gan_even_rows(n)};
            levels[level].kernels->product(&product);
            for (int64_t i = 0; i < m; i += 5) { /* one row alone */
                const float *row = a + i * k;
                struct gan_product alone = product;
                alone.m = 1;
                alone.a = &row;
                alone.c = buffers->other;
                levels[level].kernels->product(&alone);
                ck_assert_mem_eq(buffers->other, buffers->c + i * n, (size_t)n * sizeof(float));
            }
            const float *columns = b + 19 * product.b_column; /* some columns alone */
            struct gan_product part = product;
            part.b = &columns;
            part.n = 40;
            part.c = buffers->other;
            levels[level].kernels->product(&part);
            for (int64_t i = 0; i < m; i++)
                ck_assert_mem_eq(buffers->other + i * n, buffers->c + i * n + 19, 40 * sizeof(float));
        }
    free(buffers);
}
END_TEST

/* Past the caches or into them, on cache lines or beside them: the same numbers, and nothing beyond the row. */
START_TEST(streamed_results_are_the_same)
{
    enum { M = 29, ROW = 96, SIZE = M * ROW + 16 };
    static _Alignas(64) float results[2][SIZE];
    static const int64_t widths[] = {1, 15, 16, 31, 32, 33, 64, 80, 95}, depths[] = {1, 3, 77, 512, 513};
    struct level levels[MOST_LEVELS];
    int count = levels_here(levels);
    struct buffers *buffers = filled();
    for (int level = 0; level < count; level++)
        for (size_t width = 0; width < sizeof widths / sizeof widths[0]; width++)
            for (size_t depth = 0; depth < sizeof depths / sizeof depths[0]; depth++)
                for (int shift = 0; shift <= 16; shift += 8)
                    for (int m = 2; m <= M; m += M - 2) { /* few rows have a kernel of their own */
                        const float *a = buffers->a[0], *b = buffers->b[0];
                        memset(results, 0, sizeof results);
                        for (int streams = 0; streams < 2; streams++) {
                            struct gan_product product = {.m = m,
                                                          .n = widths[width],
                                                          .k = depths[depth],
                                                          .terms = 1,
                                                          .a = &a,
                                                          .a_rows = gan_even_rows(depths[depth]),
                                                          .a_column = 1,
                                                          .b = &b,
                                                          .b_row = 1,
                                                          .b_column = depths[depth],
                                                          .c = results[streams] + shift,
                                                          .c_rows = gan_even_rows(ROW),
                                                          .streams = streams};
                            levels[level].kernels->product(&product);
                        }
                        ck_assert_mem_eq(results[0], results[1], sizeof results[0]);
                    }
    free(buffers);
}
END_TEST

START_TEST(blis_says_the_same)
{
    struct level levels[MOST_LEVELS];
    int count = levels_here(levels);
    struct buffers *buffers = filled();
    const int64_t m = 61, n = 130, k = 257;
    for (int level = 0; level < count; level++) {
        const float *a = buffers->a[0], *b = buffers->b[1];
        levels[level].kernels->product(&(struct gan_product){.m = m,
                                                             .n = n,
                                                             .k = k,
                                                             .terms = 1,
                                                             .a = &a,
                                                             .a_rows = gan_even_rows(k),
                                                             .a_column = 1,
                                                             .b = &b,
                                                             .b_row = 1,
                                                             .b_column = k,
                                                             .c = buffers->c,
                                                             .c_rows = gan_even_rows(n)});
        gan_blis_product(m, n, k, a, k, 1, b, 1, k, buffers->other, n, false);
        for (int64_t i = 0; i < m * n; i++)
            if (!(fabsf(buffers->c[i] - buffers->other[i]) <= 1e-4f))
                ck_abort_msg("element %lld: %g, BLIS says %g", (long long)i, (double)buffers->c[i],
                             (double)buffers->other[i]);
    }
    free(buffers);
}
END_TEST

static const struct test_case tests[] = {
    {"plain loops", products_equal_plain_loops},
    {"deep", deep_products_equal_plain_loops},
    {"independence", rows_and_columns_do_not_depend_on_the_others},
    {"streamed results", streamed_results_are_the_same},
    {"BLIS", blis_says_the_same},
};

int main(void)
{
    return RUN_SUITE("kernels: products", tests);
}

/* What the metrics are made of: linear algebra, nearest neighbours, the bootstrap. */
#include "sets.h"

#include "base/memory.h"
#include "watch/bootstrap.h"
#include "watch/clusters.h"
#include "watch/linear.h"
#include "watch/neighbours.h"
#include "watch/normal.h"

#include <stdlib.h>

static double *numbers(size_t count, uint64_t which)
{
    double *x = malloc(count * sizeof *x);
    ck_assert_ptr_nonnull(x);
    for (size_t i = 0; i < count; i++)
        x[i] = uniform(which * 1000003 + i) - 0.5;
    return x;
}

START_TEST(products)
{
    static const int sizes[][3] = {{1, 1, 1}, {2, 3, 5}, {7, 17, 9}, {64, 33, 40}, {31, 8, 129}};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        int k = sizes[s][0], n = sizes[s][1], m = sizes[s][2];
        double *a = numbers((size_t)(k * n), 1), *b = numbers((size_t)(k * m), 2), *c = numbers((size_t)(n * m), 3);
        double *before = numbers((size_t)(n * m), 3);
        gan_linear_product(a, b, k, n, m, false, c);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < m; j++) {
                double sum = before[i * m + j];
                for (int l = 0; l < k; l++)
                    sum += a[l * n + i] * b[l * m + j];
                ck_near(c[i * m + j], sum, 1e-13);
            }
        free(a);
        free(b);
        free(c);
        free(before);
    }
}
END_TEST

/* a = rᵀr of rank `rank`, in n·n numbers. */
static double *gram(int rank, int n, uint64_t which)
{
    double *r = numbers((size_t)(rank * n), which), *a = calloc((size_t)(n * n), sizeof *a);
    ck_assert_ptr_nonnull(a);
    gan_linear_product(r, r, rank, n, n, true, a);
    gan_linear_mirror(a, n);
    free(r);
    return a;
}

START_TEST(factors)
{
    static const int sizes[][2] = {{1, 1}, {3, 3}, {5, 11}, {40, 40}, {100, 37}, {20, 300}};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        int n = sizes[s][1], rank = sizes[s][0] < n ? sizes[s][0] : n;
        double *a = gram(sizes[s][0], n, 4), *r = numbers((size_t)(n * n), 5), *diagonal = numbers((size_t)n, 6);
        ck_assert_int_eq(gan_linear_factor(a, n, r, diagonal), rank);
        double *again = calloc((size_t)(n * n), sizeof *again);
        gan_linear_product(r, r, rank, n, n, false, again);
        for (int i = 0; i < n * n; i++)
            ck_near(again[i], a[i], 1e-12);
        free(a);
        free(r);
        free(diagonal);
        free(again);
    }
    double zero[9] = {0}, r[9], diagonal[3];
    ck_assert_int_eq(gan_linear_factor(zero, 3, r, diagonal), 0);
}
END_TEST

/* The second difference's matrix has the eigenvalues 2 − 2cos(kπ/(n + 1)); mirrors fill it without changing them. */
START_TEST(eigenvalues)
{
    static const int sizes[] = {1, 2, 3, 16, 17, 65, 150};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        int n = sizes[s];
        double *a = calloc((size_t)(n * n), sizeof *a), *v = numbers((size_t)n, 7), square = 0, slack = 1e-13 * n;
        for (int i = 0; i < n; i++) {
            a[i * n + i] = 2;
            if (i + 1 < n)
                a[i * n + i + 1] = a[(i + 1) * n + i] = -1;
            square += v[i] * v[i];
        }
        for (int side = 0; side < 2; side++) /* H·a·H with H = 1 − 2vvᵀ/|v|²: rows, then columns */
            for (int i = 0; i < n; i++) {
                double dot = 0;
                for (int j = 0; j < n; j++)
                    dot += v[j] * (side == 0 ? a[j * n + i] : a[i * n + j]);
                for (int j = 0; j < n; j++)
                    *(side == 0 ? &a[j * n + i] : &a[i * n + j]) -= 2 * dot / square * v[j];
            }
        double *values = numbers((size_t)n, 8), *scratch = numbers((size_t)(3 * n), 9);
        gan_linear_eigenvalues(a, n, values, scratch);
        for (int k = 0; k < n; k++)
            ck_near(values[k], 2 - 2 * cos((k + 1) * acos(-1) / (n + 1)), slack);
        free(a);
        free(v);
        free(values);
        free(scratch);
    }
    double zero[16] = {0}, values[4], scratch[12];
    gan_linear_eigenvalues(zero, 4, values, scratch);
    for (int i = 0; i < 4; i++)
        ck_assert(values[i] == 0);
}
END_TEST

/* The sets whose distances float products cannot tell apart: far from the origin, with copies. */
START_TEST(neighbours)
{
    enum { N = 270, M = 1030, D = 3, K = 4 };
    gan_tensor *a = vectors(11, N, D, 1, 0.5, 1000), *b = vectors(12, M, D, 1, 0.5, 1000);
    memcpy(gan_tensor_data(b) + 5 * D, gan_tensor_data(a), 2 * D * sizeof(float));
    memcpy(gan_tensor_data(b) + 900 * D, gan_tensor_data(a), D * sizeof(float));
    struct gan_rows ra = {gan_tensor_data(a), N, D}, rb = {gan_tensor_data(b), M, D};
    static double squares[N * K], radii[M];
    static int64_t indices[N * K], counts[N];
    ck_ok(gan_neighbours_find(&ra, &rb, K, false, squares, indices));
    ck_assert(squares[0] == 0 && squares[1] == 0 && indices[0] == 5 && indices[1] == 900 && indices[K] == 6);
    for (int j = 0; j < M; j++)
        radii[j] = 0.02 * uniform((uint64_t)j);
    radii[5] = 0;
    for (int closed = 0; closed < 2; closed++) {
        ck_ok(gan_neighbours_count(&ra, &rb, radii, closed, counts));
        for (int i = 0; i < N; i++) {
            int64_t inside = 0, nearer = 0;
            for (int j = 0; j < M; j++) {
                double square = 0;
                for (int k = 0; k < D; k++) {
                    double way = (double)gan_row(&ra, i)[k] - (double)gan_row(&rb, j)[k];
                    square += way * way;
                }
                inside += square < radii[j] || (closed && square == radii[j]);
                nearer += square < squares[i * K + K - 1];
            }
            ck_assert_int_eq(counts[i], inside);
            ck_assert_int_lt(nearer, K); /* no one nearer was passed over */
        }
    }
    gan_tensor_unref(a);
    gan_tensor_unref(b);
}
END_TEST

/* The standard error of a mean is s/√n; the interval of 95 % is about 1.96 of them to each side. */
START_TEST(bootstrap)
{
    enum { N = 400 };
    double *x = numbers(N, 13), mean = 0, square = 0;
    for (int i = 0; i < N; i++)
        mean += x[i] / N;
    for (int i = 0; i < N; i++)
        square += (x[i] - mean) * (x[i] - mean) / N;
    gan_metric_options o = quick_options();
    double wanted = sqrt(square / N);
    for (int replicates = 99; replicates <= 2000; replicates += 1901) { /* by deviation, by quantiles */
        o.replicates = replicates;
        gan_metric_value v, again;
        ck_ok(gan_bootstrap_mean(x, N, 0, &o, &v));
        ck_near(v.value, mean, 1e-15);
        ck_near(v.error, wanted, 0.2 * wanted);
        ck_near(v.low, mean - 1.96 * wanted, 0.4 * wanted);
        ck_near(v.high, mean + 1.96 * wanted, 0.4 * wanted);
        ck_ok(gan_bootstrap_mean(x, N, 0, &o, &again));
        ck_assert(memcmp(&v, &again, sizeof v) == 0);
    }
    o.replicates = 0;
    gan_metric_value v;
    ck_ok(gan_bootstrap_mean(x, N, 0, &o, &v));
    ck_assert(isnan(v.error) && isnan(v.low) && isnan(v.high));
    free(x);
    ck_near(gan_normal_share(1.959963984540054), 0.975, 1e-15);
    ck_near(gan_normal_quantile(0.025), -1.959963984540054, 1e-12);
}
END_TEST

/* Three clouds far apart are the three clusters, from any seed. */
START_TEST(clusters)
{
    gan_tensor *x = vectors(14, 90, 2, 1, 0, 0);
    for (int i = 0; i < 90; i++)
        gan_tensor_data(x)[2 * i] += (float)(50 * (i % 3));
    struct gan_rows rows = {gan_tensor_data(x), 90, 2};
    for (uint64_t seed = 0; seed < 5; seed++) {
        float *centres = gan_clusters_find(&rows, 3, seed);
        ck_made(centres);
        int64_t cells[90];
        ck_ok(gan_clusters_assign(&rows, &(struct gan_rows){centres, 3, 2}, cells));
        for (int i = 0; i < 90; i++)
            ck_assert_int_eq(cells[i], cells[i % 3]);
        ck_assert(cells[0] != cells[1] && cells[1] != cells[2] && cells[2] != cells[0]);
        gan_free(centres);
    }
    gan_tensor_unref(x);
}
END_TEST

int main(void)
{
    static const struct test_case tests[] = {
        {"products", products},     {"factors", factors},     {"eigenvalues", eigenvalues},
        {"neighbours", neighbours}, {"bootstrap", bootstrap}, {"clusters", clusters},
    };
    return RUN_SUITE("watch-parts", tests);
}

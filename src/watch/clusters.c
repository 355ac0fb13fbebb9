#include "watch/clusters.h"

#include "watch/bootstrap.h"
#include "watch/neighbours.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"
#include "base/threads.h"

#include <math.h>
#include <string.h>

/* It has nearly always ended by then; the cells need not be perfect, only the same for all three sets. */
enum { MOST_ROUNDS = 100 };

/* ---- the first centres: rows drawn with chances in proportion to their squared distance to those there are ---- */

struct seeding {
    const struct gan_rows *rows;
    const float *newest;
    double *squares;
};

static void approach(void *context, int64_t row)
{
    const struct seeding *s = context;
    double square = gan_square_distance(gan_row(s->rows, row), s->newest, s->rows->size);
    s->squares[row] = square < s->squares[row] ? square : s->squares[row];
}

static int64_t draw_row(const struct seeding *s, uint64_t seed, int number)
{
    struct gan_random_key key = {.seed = seed, .stream = GAN_METRIC_STREAM_CLUSTERS, .step = (uint64_t)number};
    int64_t n = s->rows->count;
    if (number == 0)
        return (int64_t)gan_random_integer(&key, 0, (uint64_t)n);
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += s->squares[i];
    double share = (double)gan_random_integer(&key, 0, UINT64_C(1) << 53) * 0x1p-53 * sum;
    for (int64_t i = 0; i < n; i++) {
        share -= s->squares[i];
        if (share < 0)
            return i;
    }
    return n - 1; /* all rows are centres already */
}

static gan_status seed_centres(const struct gan_rows *rows, int count, uint64_t seed, float *centres)
{
    struct seeding s = {.rows = rows, .squares = gan_alloc_zero((size_t)rows->count, sizeof(double))};
    if (s.squares == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    for (int64_t i = 0; i < rows->count; i++)
        s.squares[i] = INFINITY;
    for (int k = 0; k < count; k++) {
        float *centre = centres + k * rows->size;
        memcpy(centre, gan_row(rows, draw_row(&s, seed, k)), (size_t)rows->size * sizeof *centre);
        s.newest = centre;
        gan_parallel(rows->count, approach, &s);
    }
    gan_free(s.squares);
    return GAN_OK;
}

/* ---- rounds ---- */

struct averaging {
    const struct gan_rows *rows;
    const int64_t *cells;
    float *centres;
    double *sums; /* [count, size] */
};

static void average_cell(void *context, int64_t cell)
{
    const struct averaging *a = context;
    int64_t size = a->rows->size, members = 0;
    double *sum = a->sums + cell * size;
    memset(sum, 0, (size_t)size * sizeof *sum);
    for (int64_t i = 0; i < a->rows->count; i++)
        if (a->cells[i] == cell) {
            members++;
            for (int64_t j = 0; j < size; j++)
                sum[j] += (double)gan_row(a->rows, i)[j];
        }
    for (int64_t j = 0; members > 0 && j < size; j++) /* an empty one stays where it is */
        a->centres[cell * size + j] = (float)(sum[j] / (double)members);
}

gan_status gan_clusters_assign(const struct gan_rows *rows, const struct gan_rows *centres, int64_t *cells)
{
    double *squares = gan_alloc_zero((size_t)rows->count, sizeof *squares);
    gan_status status = squares != NULL ? gan_neighbours_find(rows, centres, 1, false, squares, cells)
                                        : GAN_ERROR_OUT_OF_MEMORY;
    gan_free(squares);
    return status;
}

/* `cells` and `before`: a number for each row. */
static gan_status improve(const struct gan_rows *rows, const struct gan_rows *centres, struct averaging *averaging,
                          int64_t *cells, int64_t *before)
{
    for (int round = 0; round < MOST_ROUNDS; round++) {
        gan_status status = gan_clusters_assign(rows, centres, cells);
        if (status != GAN_OK)
            return status;
        if (round > 0 && memcmp(cells, before, (size_t)rows->count * sizeof *cells) == 0)
            return GAN_OK;
        memcpy(before, cells, (size_t)rows->count * sizeof *cells);
        gan_parallel(centres->count, average_cell, averaging);
    }
    return GAN_OK;
}

float *gan_clusters_find(const struct gan_rows *rows, int count, uint64_t seed)
{
    size_t size = (size_t)(count * rows->size), n = (size_t)rows->count;
    float *centres = gan_alloc_zero(size, sizeof *centres);
    double *sums = gan_alloc_zero(size, sizeof *sums);
    int64_t *cells = gan_alloc_zero(n, sizeof *cells), *before = gan_alloc_zero(n, sizeof *before);
    gan_status status = centres != NULL && sums != NULL && cells != NULL && before != NULL
                            ? seed_centres(rows, count, seed, centres)
                            : GAN_ERROR_OUT_OF_MEMORY;
    struct averaging averaging = {rows, cells, centres, sums};
    if (status == GAN_OK)
        status = improve(rows, &(struct gan_rows){centres, count, rows->size}, &averaging, cells, before);
    gan_free(before);
    gan_free(cells);
    gan_free(sums);
    if (status == GAN_OK)
        return centres;
    gan_free(centres);
    return NULL;
}

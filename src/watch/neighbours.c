#include "watch/neighbours.h"

#include "base/memory.h"
#include "base/status.h"
#include "watch/pairs.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>

/* ---- the distance, first roughly ---- */

/* |x − y|² = |x|² + |y|² − 2x·y, with a product in float: within 2·error·|x||y| and a trifle for the rest. */
struct screen {
    const struct gan_rows *a, *b;
    double *a_lengths, *b_lengths; /* squared */
    double error, flushed;
};

static gan_status make_screen(struct screen *screen, const struct gan_rows *a, const struct gan_rows *b)
{
    *screen = (struct screen){.a = a, .b = b, .a_lengths = gan_pairs_lengths(a), .b_lengths = gan_pairs_lengths(b)};
    screen->error = 2 * gan_pairs_error(a->size);
    screen->flushed = 2 * gan_pairs_flushed(a->size);
    return screen->a_lengths != NULL && screen->b_lengths != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
}

static void clear_screen(struct screen *screen)
{
    gan_free(screen->a_lengths);
    gan_free(screen->b_lengths);
}

/* Bounds on the squared distance that hold in any rounding: |x||y| ≤ (|x|² + |y|²)/2, which spares a root. */
static void bounds(const struct screen *screen, int64_t row, int64_t column, float product, double *low, double *high)
{
    double lengths = screen->a_lengths[row] + screen->b_lengths[column];
    double middle = lengths - 2 * (double)product, slack = screen->error * lengths * 0.5 + screen->flushed;
    slack += lengths * 1e-14 * (double)(screen->a->size + 16); /* the lengths' own rounding, and these lines' */
    *low = middle - slack;
    *high = middle + slack;
}

static double exact(const struct screen *screen, int64_t row, int64_t column)
{
    return gan_square_distance(gan_row(screen->a, row), gan_row(screen->b, column), screen->a->size);
}

/* ---- the nearest ---- */

struct search {
    struct screen screen;
    int k;
    bool same;
    double *squares;
    int64_t *indices;
};

/* Keeps a row's list sorted; of equal distances the one that came first stays first. */
static void insert(double *squares, int64_t *indices, int k, double square, int64_t index)
{
    int at = k - 1;
    for (; at > 0 && squares[at - 1] > square; at--) {
        squares[at] = squares[at - 1];
        if (indices != NULL)
            indices[at] = indices[at - 1];
    }
    squares[at] = square;
    if (indices != NULL)
        indices[at] = index;
}

static void search_row(void *context, int64_t row, int64_t first, int64_t count, const float *products)
{
    const struct search *search = context;
    double *squares = search->squares + row * search->k;
    int64_t *indices = search->indices != NULL ? search->indices + row * search->k : NULL;
    for (int64_t j = 0; j < count; j++) {
        double low, high, worst = squares[search->k - 1];
        bounds(&search->screen, row, first + j, products[j], &low, &high);
        if (low > worst || (search->same && row == first + j))
            continue;
        double square = exact(&search->screen, row, first + j);
        if (square < worst)
            insert(squares, indices, search->k, square, first + j);
    }
}

gan_status gan_neighbours_find(const struct gan_rows *from, const struct gan_rows *among, int k, bool same,
                               double *squares, int64_t *indices)
{
    assert(k >= 1 && k <= among->count - (same ? 1 : 0) && from->size == among->size);
    struct search search = {.k = k, .same = same, .squares = squares, .indices = indices};
    for (int64_t i = 0; i < from->count * k; i++)
        squares[i] = INFINITY;
    gan_status status = make_screen(&search.screen, from, among);
    if (status == GAN_OK)
        status = gan_pairs_walk(from, among, search_row, &search);
    clear_screen(&search.screen);
    return status;
}

/* ---- balls ---- */

struct counting {
    struct screen screen;
    const double *radii;
    bool closed;
    int64_t *counts;
};

static void count_row(void *context, int64_t row, int64_t first, int64_t count, const float *products)
{
    const struct counting *counting = context;
    int64_t inside = 0;
    for (int64_t j = 0; j < count; j++) {
        double low, high, radius = counting->radii[first + j];
        bounds(&counting->screen, row, first + j, products[j], &low, &high);
        if (low > radius)
            continue;
        if (high < radius) {
            inside++;
            continue;
        }
        double square = exact(&counting->screen, row, first + j);
        inside += square < radius || (counting->closed && square == radius);
    }
    counting->counts[row] += inside;
}

gan_status gan_neighbours_count(const struct gan_rows *points, const struct gan_rows *centres, const double *radii,
                                bool closed, int64_t *counts)
{
    struct counting counting = {.radii = radii, .closed = closed, .counts = counts};
    for (int64_t i = 0; i < points->count; i++)
        counts[i] = 0;
    gan_status status = make_screen(&counting.screen, points, centres);
    if (status == GAN_OK)
        status = gan_pairs_walk(points, centres, count_row, &counting);
    clear_screen(&counting.screen);
    return status;
}

/* ---- for programs ---- */

static gan_status check(struct gan_rows *train, const gan_tensor *train_tensor, struct gan_rows *made,
                        const gan_tensor *made_tensor, int neighbours, const char *who)
{
    gan_status status = gan_rows_read(train, train_tensor, 1, "train", who);
    if (status == GAN_OK)
        status = gan_rows_read(made, made_tensor, 1, "made", who);
    if (status == GAN_OK)
        status = gan_rows_match(train, "train", made, "made", who);
    if (status == GAN_OK && (neighbours < 1 || neighbours > train->count))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: neighbours is %d, want 1 to %" PRId64 ", the number of training examples", who, neighbours,
                        train->count);
    if (status == GAN_OK && train->count > INT32_MAX)
        return gan_fail(GAN_ERROR_UNSUPPORTED, "%s: train has %" PRId64 " examples, want at most %d", who, train->count,
                        INT32_MAX);
    return status;
}

gan_status gan_metric_nearest(const gan_tensor *train, const gan_tensor *made, int neighbours, gan_tensor **indices,
                              gan_tensor **distances)
{
    static const char who[] = "gan_metric_nearest";
    struct gan_rows train_rows, made_rows;
    gan_status status = check(&train_rows, train, &made_rows, made, neighbours, who);
    if (status != GAN_OK)
        return status;
    int64_t size = made_rows.count * neighbours;
    gan_shape shape = GAN_SHAPE(made_rows.count, neighbours);
    double *squares = gan_alloc_zero((size_t)size, sizeof *squares);
    int64_t *which = gan_alloc_zero((size_t)size, sizeof *which);
    gan_tensor *which_tensor = gan_tensor_new_typed(shape, GAN_INT32), *distance_tensor = gan_tensor_new(shape);
    status = squares != NULL && which != NULL && which_tensor != NULL && distance_tensor != NULL
                 ? gan_neighbours_find(&made_rows, &train_rows, neighbours, false, squares, which)
                 : GAN_ERROR_OUT_OF_MEMORY;
    for (int64_t i = 0; status == GAN_OK && i < size; i++) {
        gan_tensor_int32(which_tensor)[i] = (int32_t)which[i];
        gan_tensor_data(distance_tensor)[i] = (float)sqrt(squares[i]);
    }
    if (status == GAN_OK && indices != NULL)
        *indices = gan_tensor_ref(which_tensor);
    if (status == GAN_OK && distances != NULL)
        *distances = gan_tensor_ref(distance_tensor);
    gan_tensor_unref(which_tensor);
    gan_tensor_unref(distance_tensor);
    gan_free(which);
    gan_free(squares);
    return status;
}

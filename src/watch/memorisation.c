/* The three-sample test for copied training data of Meehan, Chaudhuri and Dasgupta 2020. */
#include "watch/bootstrap.h"
#include "watch/clusters.h"
#include "watch/neighbours.h"
#include "watch/normal.h"
#include "watch/options.h"

#include "base/memory.h"
#include "base/status.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum set { TRAIN, HELD_OUT, MADE, SETS };

/* The squared distance of an example to its nearest training example in its cell. */
struct distance {
    double square;
    int64_t place; /* among its set's in the cell */
    bool made;
};

struct cell {
    int64_t first, held_out, made; /* its distances, sorted: first … first + held_out + made − 1 */
};

struct test {
    struct gan_rows sets[SETS];
    int64_t *cells[SETS]; /* the cell of each example */
    int64_t *order;       /* room for the numbers of a cell's examples */
    struct distance *distances;
    struct cell *cell; /* those that count */
    int count;
};

/* ---- Mann and Whitney's U ---- */

/*
 * U counts the pairs in which the made one is farther, ties half. Its mean is hm/2, its variance
 * hm/12·(N + 1 − Σ(t³ − t)/(N(N − 1))) over ties of t. counts: how often each place counts, held-out then made; or
 * NULL.
 */
static double z_of_cell(const struct distance *distances, const struct cell *cell, const int32_t *counts)
{
    double h = (double)cell->held_out, m = (double)cell->made, n = h + m, before = 0, u = 0, ties = 0;
    int64_t all = cell->held_out + cell->made;
    for (int64_t i = 0; i < all;) {
        double held_out = 0, made = 0, square = distances[i].square;
        for (; i < all && distances[i].square == square; i++) {
            const struct distance *d = &distances[i];
            double times = counts == NULL ? 1 : counts[d->made ? cell->held_out + d->place : d->place];
            *(d->made ? &made : &held_out) += times;
        }
        double t = held_out + made;
        u += made * (before + held_out / 2);
        ties += t * t * t - t;
        before += held_out;
    }
    double variance = h * m / 12 * (n + 1 - (n > 1 ? ties / (n * (n - 1)) : 0));
    return variance > 0 ? (u - h * m / 2) / sqrt(variance) : 0;
}

/* The mean over cells with weights; *deviation: what it is without copying. */
static double statistic_of(const struct test *test, const struct gan_resample *resample, int32_t *counts,
                           double *deviation)
{
    double sum = 0, weights = 0, squares = 0;
    for (int c = 0; c < test->count; c++) {
        const struct cell *cell = &test->cell[c];
        if (resample != NULL) {
            for (int64_t i = 0; i < cell->held_out + cell->made; i++)
                counts[i] = 0;
            for (int64_t i = 0; i < cell->held_out; i++)
                counts[gan_resample_index(resample, 0, cell->first + i, cell->held_out)]++;
            for (int64_t i = 0; i < cell->made; i++)
                counts[cell->held_out + gan_resample_index(resample, 1, cell->first + i, cell->made)]++;
        }
        double weight = (double)cell->held_out;
        sum += weight * z_of_cell(test->distances + cell->first, cell, resample != NULL ? counts : NULL);
        weights += weight;
        squares += weight * weight;
    }
    if (deviation != NULL)
        *deviation = sqrt(squares) / weights;
    return sum / weights;
}

static double resampled_statistic(void *context, const struct gan_resample *resample, void *scratch)
{
    return statistic_of(context, resample, scratch, NULL);
}

/* ---- cells ---- */

static int compare(const void *a, const void *b)
{
    const struct distance *x = a, *y = b;
    if (x->square != y->square)
        return (x->square > y->square) - (x->square < y->square);
    return x->made != y->made ? x->made - y->made : (x->place > y->place) - (x->place < y->place);
}

static int64_t members(const struct test *test, enum set set, int64_t cell, int64_t *order)
{
    int64_t count = 0;
    for (int64_t i = 0; i < test->sets[set].count; i++)
        if (test->cells[set][i] == cell)
            order[count++] = i;
    return count;
}

static gan_status measure(const struct test *test, enum set set, const struct gan_rows *train, int64_t count,
                          struct distance *out)
{
    float *numbers = gan_rows_gather(&test->sets[set], test->order, count);
    double *squares = gan_alloc_zero((size_t)count, sizeof *squares);
    gan_status status = GAN_ERROR_OUT_OF_MEMORY;
    if (numbers != NULL && squares != NULL)
        status = gan_neighbours_find(&(struct gan_rows){numbers, count, train->size}, train, 1, false, squares, NULL);
    for (int64_t i = 0; status == GAN_OK && i < count; i++)
        out[i] = (struct distance){squares[i], i, set == MADE};
    gan_free(squares);
    gan_free(numbers);
    return status;
}

/* Adds the cell to those that count, if it has examples of each set; its distances go behind the others'. */
static gan_status add_cell(struct test *test, int64_t number, int64_t first)
{
    struct gan_rows train = {NULL, members(test, TRAIN, number, test->order), test->sets[TRAIN].size};
    float *numbers = gan_rows_gather(&test->sets[TRAIN], test->order, train.count);
    if (numbers == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    train.numbers = numbers;
    struct cell cell = {.first = first};
    cell.made = members(test, MADE, number, test->order);
    cell.held_out = members(test, HELD_OUT, number, test->order);
    gan_status status = GAN_OK;
    if (train.count > 0 && cell.held_out > 0 && cell.made > 0) {
        struct distance *distances = test->distances + first;
        status = measure(test, HELD_OUT, &train, cell.held_out, distances);
        members(test, MADE, number, test->order);
        if (status == GAN_OK)
            status = measure(test, MADE, &train, cell.made, distances + cell.held_out);
        qsort(distances, (size_t)(cell.held_out + cell.made), sizeof *distances, compare);
        test->cell[test->count++] = cell;
    }
    gan_free(numbers);
    return status;
}

static gan_status assign_cells(struct test *test, const gan_metric_options *options)
{
    int wanted = options->memorisation_cells;
    if (wanted == 1)
        return GAN_OK; /* all in cell 0 */
    float *numbers = gan_clusters_find(&test->sets[TRAIN], wanted, options->seed);
    if (numbers == NULL)
        return gan_error_status();
    struct gan_rows centres = {numbers, wanted, test->sets[TRAIN].size};
    gan_status status = GAN_OK;
    for (int set = 0; set < SETS && status == GAN_OK; set++)
        status = gan_clusters_assign(&test->sets[set], &centres, test->cells[set]);
    gan_free(numbers);
    return status;
}

static gan_status divide(struct test *test, const gan_metric_options *options, const char *who)
{
    gan_status status = assign_cells(test, options);
    int64_t first = 0;
    for (int64_t c = 0; c < options->memorisation_cells && status == GAN_OK; c++) {
        int before = test->count;
        status = add_cell(test, c, first);
        if (test->count > before)
            first += test->cell[before].held_out + test->cell[before].made;
    }
    if (status == GAN_OK && test->count == 0)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: none of the %d cells has examples of each of the three sets; take fewer "
                        "memorisation_cells",
                        who, options->memorisation_cells);
    return status;
}

/* ---- the whole ---- */

static gan_status read_sets(struct gan_rows *sets, const gan_tensor *const *tensors, int cells, const char *who)
{
    static const char *const names[SETS] = {"train", "held_out", "made"};
    gan_status status = GAN_OK;
    for (int set = 0; set < SETS && status == GAN_OK; set++) {
        status = gan_rows_read(&sets[set], tensors[set], 1, names[set], who);
        if (status == GAN_OK)
            status = gan_rows_match(&sets[TRAIN], names[TRAIN], &sets[set], names[set], who);
    }
    if (status == GAN_OK && cells > sets[TRAIN].count)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: memorisation_cells is %d, want at most %" PRId64 ", the number of training examples", who,
                        cells, sets[TRAIN].count);
    return status;
}

static bool make_room(struct test *test, int cells)
{
    int64_t most = 0;
    bool fine = true;
    for (int set = 0; set < SETS; set++) {
        test->cells[set] = gan_alloc_zero((size_t)test->sets[set].count, sizeof(int64_t));
        fine = fine && test->cells[set] != NULL;
        most = test->sets[set].count > most ? test->sets[set].count : most;
    }
    test->order = gan_alloc_zero((size_t)most, sizeof *test->order);
    test->distances = gan_alloc_zero((size_t)(test->sets[HELD_OUT].count + test->sets[MADE].count),
                                     sizeof *test->distances);
    test->cell = gan_alloc_zero((size_t)cells, sizeof *test->cell);
    return fine && test->order != NULL && test->distances != NULL && test->cell != NULL;
}

static void clear(struct test *test)
{
    for (int set = 0; set < SETS; set++)
        gan_free(test->cells[set]);
    gan_free(test->order);
    gan_free(test->distances);
    gan_free(test->cell);
}

gan_status gan_metric_memorisation(const gan_tensor *train, const gan_tensor *held_out, const gan_tensor *made,
                                   const gan_metric_options *options, gan_metric_value *statistic, double *p_value)
{
    static const char who[] = "gan_metric_memorisation";
    struct test test = {.count = 0};
    gan_metric_options o;
    gan_status status = gan_metric_options_take(&o, options, who);
    if (status == GAN_OK)
        status = read_sets(test.sets, (const gan_tensor *const[]){train, held_out, made}, o.memorisation_cells, who);
    if (status != GAN_OK)
        return status;
    status = make_room(&test, o.memorisation_cells) ? divide(&test, &o, who) : GAN_ERROR_OUT_OF_MEMORY;
    if (status == GAN_OK) {
        double deviation;
        gan_metric_value value = {.value = statistic_of(&test, NULL, NULL, &deviation)};
        size_t most = (size_t)(test.sets[HELD_OUT].count + test.sets[MADE].count);
        status = gan_bootstrap(resampled_statistic, &test, most * sizeof(int32_t), &o, &value);
        if (status == GAN_OK && statistic != NULL)
            *statistic = value;
        if (status == GAN_OK && p_value != NULL)
            *p_value = gan_normal_share(value.value / deviation);
    }
    clear(&test);
    return status;
}

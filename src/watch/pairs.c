#include "watch/pairs.h"

#include "base/memory.h"
#include "base/status.h"
#include "base/threads.h"
#include "gan/ops.h"
#include "gan/plan.h"

#include <string.h>

enum { TILE_ROWS = 256, TILE_COLUMNS = 1024, STEP = 16 };

/* A plan for tiles of one size. What does not fill one is copied, with zeros behind it. */
struct tiles {
    gan_plan *plan;
    gan_var *a, *b, *product;
    gan_tensor *a_part, *b_part, *out;
    int64_t rows, columns;
};

static int64_t tile_size(int64_t count, int64_t most)
{
    return count >= most ? most : (count + STEP - 1) / STEP * STEP;
}

static void clear_tiles(struct tiles *tiles)
{
    gan_plan_unref(tiles->plan);
    gan_tensor_unref(tiles->a_part);
    gan_tensor_unref(tiles->b_part);
    gan_tensor_unref(tiles->out);
}

static gan_status make_tiles(struct tiles *tiles, const struct gan_rows *a, const struct gan_rows *b)
{
    *tiles = (struct tiles){.rows = tile_size(a->count, TILE_ROWS), .columns = tile_size(b->count, TILE_COLUMNS)};
    gan_shape a_shape = GAN_SHAPE(tiles->rows, a->size), b_shape = GAN_SHAPE(tiles->columns, b->size);
    gan_tape *tape = gan_tape_new();
    if (tape == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    tiles->a = gan_tape_input(tape, a_shape);
    tiles->b = gan_tape_input(tape, b_shape);
    tiles->product = gan_matmul_transposed(tiles->a, false, tiles->b, true);
    tiles->plan = tiles->product != NULL ? gan_plan_new(&tiles->product, 1) : NULL;
    gan_tape_unref(tape); /* the plan shares it */
    if (tiles->plan == NULL)
        return gan_error_status();
    tiles->a_part = gan_tensor_new(a_shape);
    tiles->b_part = gan_tensor_new(b_shape);
    tiles->out = gan_tensor_new(GAN_SHAPE(tiles->rows, tiles->columns));
    return tiles->a_part != NULL && tiles->b_part != NULL && tiles->out != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
}

/* Binds rows first … first + count − 1 of a set to an input for `wanted` of them. */
static gan_status bind(gan_plan *plan, gan_var *input, gan_tensor *part, const struct gan_rows *set, int64_t first,
                       int64_t count, int64_t wanted)
{
    if (count == wanted)
        return gan_plan_bind_memory(plan, input, gan_row(set, first));
    size_t used = (size_t)(count * set->size), all = (size_t)(wanted * set->size);
    memcpy(gan_tensor_data(part), gan_row(set, first), used * sizeof(float));
    memset(gan_tensor_data(part) + used, 0, (all - used) * sizeof(float));
    return gan_plan_bind(plan, input, part);
}

struct visit {
    gan_pairs_function *function;
    void *context;
    const float *products;
    int64_t row, column, columns, stride;
};

static void visit_row(void *context, int64_t part)
{
    const struct visit *visit = context;
    visit->function(visit->context, visit->row + part, visit->column, visit->columns,
                    visit->products + part * visit->stride);
}

gan_status gan_pairs_walk(const struct gan_rows *a, const struct gan_rows *b, gan_pairs_function *visit, void *context)
{
    struct tiles tiles;
    gan_status status = make_tiles(&tiles, a, b);
    for (int64_t row = 0; row < a->count && status == GAN_OK; row += tiles.rows) {
        int64_t rows = a->count - row < tiles.rows ? a->count - row : tiles.rows;
        status = bind(tiles.plan, tiles.a, tiles.a_part, a, row, rows, tiles.rows);
        for (int64_t column = 0; column < b->count && status == GAN_OK; column += tiles.columns) {
            int64_t columns = b->count - column < tiles.columns ? b->count - column : tiles.columns;
            status = bind(tiles.plan, tiles.b, tiles.b_part, b, column, columns, tiles.columns);
            if (status == GAN_OK)
                status = gan_plan_run(tiles.plan);
            if (status == GAN_OK)
                status = gan_plan_read(tiles.plan, tiles.product, tiles.out);
            struct visit all = {visit, context, gan_tensor_data(tiles.out), row, column, columns, tiles.columns};
            if (status == GAN_OK)
                gan_parallel(rows, visit_row, &all);
        }
    }
    clear_tiles(&tiles);
    return status;
}

struct lengths {
    const struct gan_rows *rows;
    double *out;
};

static void length_of_row(void *context, int64_t row)
{
    const struct lengths *lengths = context;
    lengths->out[row] = gan_square_length(gan_row(lengths->rows, row), lengths->rows->size);
}

double *gan_pairs_lengths(const struct gan_rows *rows)
{
    double *out = gan_alloc_zero((size_t)rows->count, sizeof *out);
    if (out != NULL)
        gan_parallel(rows->count, length_of_row, &(struct lengths){rows, out});
    return out;
}

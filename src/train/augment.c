/*
 * Augmentations as ops. Whole numbers are drawn as rows of ones and zeros, and what moves pixels is a product with a
 * matrix chosen so: linear in x, and closed under differentiation.
 */
#include "gan/augment.h"

#include "base/status.h"
#include "tape/tape.h"
#include "train/augment.h"

#include <float.h>

bool gan_augment_known(unsigned kinds)
{
    return (kinds & ~(unsigned)(GAN_AUGMENT_COLOR | GAN_AUGMENT_TRANSLATION | GAN_AUGMENT_CUTOUT)) == 0;
}

/* A tape's own table of numbers. */
static gan_var *table(gan_tape *tape, gan_shape shape, float (*value)(int64_t row, int64_t column, int64_t side),
                      int64_t side)
{
    gan_tensor *tensor = gan_tensor_new(shape);
    if (tensor == NULL)
        return gan_tape_take_error(tape);
    int64_t columns = shape.dims[shape.rank - 1];
    for (int64_t i = 0; i < gan_tensor_size(tensor); i++)
        gan_tensor_data(tensor)[i] = value(i / columns, i % columns, side);
    gan_var *var = gan_tape_tensor(tape, tensor);
    gan_tensor_unref(tensor); /* the tape shares it */
    return var;
}

/* ---- chance ---- */

/* [N, 1]: 1 where a change happens; NULL where all do. */
static gan_var *happens(gan_tape *tape, int64_t n, gan_var *probability)
{
    return probability != NULL ? gan_less(gan_uniform(tape, GAN_SHAPE(n, 1), 0, 1), probability) : NULL;
}

static gan_var *times(gan_var *x, gan_var *mask)
{
    return mask != NULL ? gan_mul(x, mask) : x;
}

static float lower(int64_t row, int64_t column, int64_t count)
{
    (void)row;
    (void)count;
    return (float)column;
}

/* The last has no bound: a product that is rounded up to `count` belongs to it. */
static float upper(int64_t row, int64_t column, int64_t count)
{
    (void)row;
    return column + 1 < count ? (float)(column + 1) : FLT_MAX;
}

/* One of `count`, all alike, for each example: [N, count], a 1 and zeros. */
static gan_var *choice(gan_tape *tape, int64_t n, int64_t count)
{
    gan_var *u = gan_uniform(tape, GAN_SHAPE(n, 1), 0, (float)count);
    gan_var *least = table(tape, GAN_SHAPE(1, count), lower, count);
    return gan_mul(gan_greater_equal(u, least), gan_less(u, table(tape, GAN_SHAPE(1, count), upper, count)));
}

/* ---- colour ---- */

/* [N, 1] as [N, 1, 1, 1] */
static gan_var *each(gan_var *numbers)
{
    return gan_reshape(numbers, GAN_SHAPE(-1, 1, 1, 1));
}

/* (x − mean)·factor + mean, factor = 1 + change where it happens */
static gan_var *around(gan_var *x, gan_axes axes, gan_var *change)
{
    gan_var *mean = gan_mean_keep(x, axes);
    return gan_add(gan_mul(gan_sub(x, mean), gan_shift(each(change), 1)), mean);
}

static gan_var *color(gan_var *x, gan_var *probability)
{
    gan_tape *tape = gan_var_tape(x);
    gan_shape one = GAN_SHAPE(gan_var_shape(x).dims[0], 1);
    gan_var *brightness = times(gan_uniform(tape, one, -.5f, .5f), happens(tape, one.dims[0], probability));
    gan_var *saturation = times(gan_uniform(tape, one, -1, 1), happens(tape, one.dims[0], probability));
    gan_var *contrast = times(gan_uniform(tape, one, -.5f, .5f), happens(tape, one.dims[0], probability));
    x = gan_add(x, each(brightness));
    return around(around(x, GAN_AXES(1), saturation), GAN_AXES(1, 2, 3), contrast);
}

/* ---- translation ---- */

static int64_t reach(int64_t side)
{
    return (int64_t)((double)side / 8 + .5);
}

/* Row k holds the matrix that moves a side by k − reach: entry (i, j) is 1 for j = i + k − reach. */
static float moves(int64_t row, int64_t column, int64_t side)
{
    return column % side == column / side + row - reach(side) ? 1 : 0;
}

static float stays(int64_t row, int64_t column, int64_t side)
{
    (void)row;
    return column == reach(side) ? 1 : 0;
}

/* [N, 1, side, side] */
static gan_var *move_along(gan_tape *tape, int64_t n, int64_t side, gan_var *mask)
{
    int64_t count = 2 * reach(side) + 1;
    gan_var *chosen = choice(tape, n, count);
    if (mask != NULL) {
        gan_var *still = table(tape, GAN_SHAPE(1, count), stays, side);
        chosen = gan_add(still, gan_mul(mask, gan_sub(chosen, still)));
    }
    gan_var *matrices = gan_matmul(chosen, table(tape, GAN_SHAPE(count, side * side), moves, side));
    return gan_reshape(matrices, GAN_SHAPE(n, 1, side, side));
}

static gan_var *translation(gan_var *x, gan_var *probability)
{
    gan_tape *tape = gan_var_tape(x);
    gan_shape shape = gan_var_shape(x);
    gan_var *mask = happens(tape, shape.dims[0], probability);
    if (reach(shape.dims[2]) > 0)
        x = gan_matmul(move_along(tape, shape.dims[0], shape.dims[2], mask), x);
    if (reach(shape.dims[3]) > 0)
        x = gan_matmul_transposed(x, false, move_along(tape, shape.dims[0], shape.dims[3], mask), true);
    return x;
}

/* ---- cutout ---- */

static int64_t hole(int64_t side)
{
    return (int64_t)((double)side / 2 + .5);
}

/* Row k: 1 where a hole is whose first place is k − ⌊hole/2⌋, held within the side. */
static float is_cut(int64_t row, int64_t column, int64_t side)
{
    int64_t first = row - hole(side) / 2, last = first + hole(side) - 1;
    first = first < 0 ? 0 : first > side - 1 ? side - 1 : first;
    last = last < 0 ? 0 : last > side - 1 ? side - 1 : last;
    return column >= first && column <= last ? 1 : 0;
}

/* [N, side] */
static gan_var *cut_along(gan_tape *tape, int64_t n, int64_t side)
{
    int64_t count = side + 1 - hole(side) % 2;
    return gan_matmul(choice(tape, n, count), table(tape, GAN_SHAPE(count, side), is_cut, side));
}

static gan_var *cutout(gan_var *x, gan_var *probability)
{
    gan_tape *tape = gan_var_tape(x);
    gan_shape shape = gan_var_shape(x);
    int64_t n = shape.dims[0];
    gan_var *rows = times(cut_along(tape, n, shape.dims[2]), happens(tape, n, probability));
    gan_var *columns = cut_along(tape, n, shape.dims[3]);
    gan_var *cut = gan_mul(gan_reshape(rows, GAN_SHAPE(n, 1, -1, 1)), gan_reshape(columns, GAN_SHAPE(n, 1, 1, -1)));
    return gan_mul(x, gan_shift(gan_neg(cut), 1));
}

/* ---- all ---- */

gan_var *gan_augment(gan_var *x, unsigned kinds, gan_var *probability)
{
    static const char who[] = "gan_augment";
    gan_tape *tape = gan_var_tape(x);
    if (x == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: x is NULL", who);
    char text[128];
    if (!gan_augment_known(kinds))
        return gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "%s: kinds is %#x, want gan_augmentation joined by |",
                             who, kinds);
    if (gan_var_rank(x) != 4)
        return gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "%s: x is %s, want images, [N, C, H, W]", who,
                             gan_shape_text(gan_var_shape(x), text, sizeof text));
    if (probability != NULL && gan_shape_size(gan_var_shape(probability)) != 1)
        return gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "%s: probability is %s, want a single number", who,
                             gan_shape_text(gan_var_shape(probability), text, sizeof text));
    if ((kinds & GAN_AUGMENT_COLOR) != 0)
        x = color(x, probability);
    if (x != NULL && (kinds & GAN_AUGMENT_TRANSLATION) != 0)
        x = translation(x, probability);
    if (x != NULL && (kinds & GAN_AUGMENT_CUTOUT) != 0)
        x = cutout(x, probability);
    return x;
}

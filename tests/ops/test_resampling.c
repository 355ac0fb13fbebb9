/*
 * Pooling, resizing, blurring and padding against their definitions, written here as sums over an image's pixels, at
 * random sizes on the CPU backend; some by hand; and what does not fit.
 */
#include "suite.h"

#include "base/random.h"
#include "base/threads.h"
#include "gan/ops.h"
#include "gan/plan.h"
#include "plan/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- definitions: a number of one image [height, width] ---- */

struct image {
    const float *numbers;
    int64_t height, width;
};

struct drawn_op {
    gan_pool_options pool;
    int64_t height, width, pad[4];
    int taps, up, down;
};

static double at(const struct image *image, int64_t row, int64_t column)
{
    if (row < 0 || row >= image->height || column < 0 || column >= image->width)
        return 0;
    return (double)image->numbers[row * image->width + column];
}

static bool inside(const struct image *image, int64_t row, int64_t column)
{
    return row >= 0 && row < image->height && column >= 0 && column < image->width;
}

static double pooled(const struct drawn_op *op, const struct image *image, int64_t y, int64_t x, bool maximum)
{
    const gan_pool_options *o = &op->pool;
    double sum = 0, most = -INFINITY;
    int64_t met = 0;
    for (int64_t i = 0; i < o->kernel[0]; i++)
        for (int64_t j = 0; j < o->kernel[1]; j++) {
            int64_t row = y * o->stride[0] + i * o->dilation[0] - o->padding[0];
            int64_t column = x * o->stride[1] + j * o->dilation[1] - o->padding[1];
            sum += at(image, row, column);
            if (inside(image, row, column)) {
                met++;
                most = fmax(most, at(image, row, column));
            }
        }
    return maximum ? most : sum / (double)(o->count_padding ? o->kernel[0] * o->kernel[1] : met);
}

static double largest(const struct drawn_op *op, const struct image *image, int64_t y, int64_t x)
{
    return pooled(op, image, y, x, true);
}

static double average(const struct drawn_op *op, const struct image *image, int64_t y, int64_t x)
{
    return pooled(op, image, y, x, false);
}

/* A pixel belongs to a result's pixel if the two overlap, each on its grid over the same square. */
static double adaptive(const struct drawn_op *op, const struct image *image, int64_t y, int64_t x)
{
    double sum = 0;
    int64_t met = 0;
    for (int64_t row = 0; row < image->height; row++)
        for (int64_t column = 0; column < image->width; column++) {
            bool down = row * op->height < (y + 1) * image->height && (row + 1) * op->height > y * image->height;
            bool across = column * op->width < (x + 1) * image->width && (column + 1) * op->width > x * image->width;
            sum += down && across ? at(image, row, column) : 0;
            met += down && across;
        }
    return sum / (double)met;
}

static double nearest(const struct drawn_op *op, const struct image *image, int64_t y, int64_t x)
{
    return at(image, y * image->height / op->height, x * image->width / op->width);
}

/* Each pixel weighs 1 − its distance, where that is positive; what lies beyond the edge is held to it. */
static double bilinear(const struct drawn_op *op, const struct image *image, int64_t y, int64_t x)
{
    double row = ((double)y + 0.5) * (double)image->height / (double)op->height - 0.5;
    double column = ((double)x + 0.5) * (double)image->width / (double)op->width - 0.5;
    row = fmin(fmax(row, 0), (double)(image->height - 1));
    column = fmin(fmax(column, 0), (double)(image->width - 1));
    double sum = 0;
    for (int64_t i = 0; i < image->height; i++)
        for (int64_t j = 0; j < image->width; j++)
            sum += at(image, i, j) * fmax(0, 1 - fabs(row - (double)i)) * fmax(0, 1 - fabs(column - (double)j));
    return sum;
}

static double choose(int n, int k)
{
    return round(exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)));
}

/* Zeros put in, the filter centred (to the left where it cannot be), every down-th kept. */
static double blurred(const struct drawn_op *op, const struct image *image, int64_t y, int64_t x)
{
    double sum = 0;
    int64_t before = (int64_t)floor((op->taps + op->up - op->down) / 2.0);
    for (int i = 0; i < op->taps; i++)
        for (int j = 0; j < op->taps; j++) {
            int64_t row = y * op->down - before + i, column = x * op->down - before + j;
            if (row < 0 || column < 0 || row % op->up != 0 || column % op->up != 0)
                continue;
            double weight = choose(op->taps - 1, i) * choose(op->taps - 1, j) / pow(4, op->taps - 1);
            sum += op->up * op->up * weight * at(image, row / op->up, column / op->up);
        }
    return sum;
}

static double replicated(const struct drawn_op *op, const struct image *image, int64_t y, int64_t x)
{
    int64_t row = y - op->pad[0], column = x - op->pad[2];
    row = row < 0 ? 0 : row >= image->height ? image->height - 1 : row;
    column = column < 0 ? 0 : column >= image->width ? image->width - 1 : column;
    return at(image, row, column);
}

static double reflected(const struct drawn_op *op, const struct image *image, int64_t y, int64_t x)
{
    int64_t row = llabs(y - op->pad[0]), column = llabs(x - op->pad[2]);
    row = row >= image->height ? 2 * (image->height - 1) - row : row;
    column = column >= image->width ? 2 * (image->width - 1) - column : column;
    return at(image, row, column);
}

static double zeros_around(const struct drawn_op *op, const struct image *image, int64_t y, int64_t x)
{
    return at(image, y - op->pad[0], x - op->pad[2]);
}

/* ---- drawing and comparing ---- */

struct drawn {
    struct gan_random_key key;
    uint64_t count;
};

static int64_t below(struct drawn *drawn, int64_t bound)
{
    return (int64_t)gan_random_integer(&drawn->key, drawn->count++, (uint64_t)bound);
}

static struct drawn_op draw_op(struct drawn *drawn, gan_shape shape)
{
    struct drawn_op op = {.height = 1 + below(drawn, 12), .width = 1 + below(drawn, 12)};
    gan_pool_options_init(&op.pool, 1, 1, 0);
    for (int axis = 0; axis < 2; axis++) {
        int64_t size = shape.dims[axis + 2];
        op.pool.kernel[axis] = 1 + below(drawn, size < 4 ? size : 4);
        op.pool.stride[axis] = 1 + below(drawn, 3);
        op.pool.padding[axis] = below(drawn, op.pool.kernel[axis] / 2 + 1);
        if (op.pool.padding[axis] == 0 && (op.pool.kernel[axis] - 1) * 2 < size)
            op.pool.dilation[axis] = 1 + below(drawn, 2);
        for (int side = 0; side < 2; side++)
            op.pad[2 * axis + side] = below(drawn, size < 4 ? size : 4);
    }
    op.pool.count_padding = below(drawn, 2) == 0;
    op.taps = 1 + (int)below(drawn, 6);
    op.up = 1 + (int)below(drawn, 3);
    op.down = 1 + (int)below(drawn, shape.dims[2] < shape.dims[3] ? shape.dims[2] : shape.dims[3]);
    op.down = op.down > 3 ? 3 : op.down;
    return op;
}

enum { OPS = 9 };
static const struct {
    const char *name;
    double (*definition)(const struct drawn_op *op, const struct image *image, int64_t y, int64_t x);
} definitions[OPS] = {
    {"max pool", largest},     {"average pool", average}, {"adaptive pool", adaptive},
    {"nearest", nearest},      {"bilinear", bilinear},    {"blur", blurred},
    {"replicate", replicated}, {"reflect", reflected},    {"zeros", zeros_around},
};

static void record(const struct drawn_op *op, gan_var *x, gan_var **results)
{
    const int64_t *p = op->pad;
    results[0] = gan_max_pool2d(x, &op->pool);
    results[1] = gan_average_pool2d(x, &op->pool);
    results[2] = gan_adaptive_average_pool2d(x, op->height, op->width);
    results[3] = gan_resize2d(x, op->height, op->width, GAN_RESIZE_NEAREST);
    results[4] = gan_resize2d(x, op->height, op->width, GAN_RESIZE_BILINEAR);
    results[5] = gan_blur2d(x, op->taps, op->up, op->down);
    results[6] = gan_pad2d(x, p[0], p[1], p[2], p[3], GAN_PAD_REPLICATE);
    results[7] = gan_pad2d(x, p[0], p[1], p[2], p[3], GAN_PAD_REFLECT);
    results[8] = gan_pad2d(x, p[0], p[1], p[2], p[3], GAN_PAD_ZERO);
    for (int i = 0; i < OPS; i++)
        ck_assert_msg(results[i] != NULL, "%s: %s", definitions[i].name, gan_error_message());
}

static void compare(uint64_t seed, int which, const struct drawn_op *op, const gan_tensor *x, gan_shape shape,
                    const float *got)
{
    gan_shape from = gan_tensor_shape(x);
    for (int64_t plane = 0; plane < from.dims[0] * from.dims[1]; plane++) {
        struct image image = {gan_tensor_data((gan_tensor *)x) + plane * from.dims[2] * from.dims[3], from.dims[2],
                              from.dims[3]};
        for (int64_t i = 0; i < shape.dims[2]; i++)
            for (int64_t j = 0; j < shape.dims[3]; j++, got++) {
                double wanted = definitions[which].definition(op, &image, i, j);
                ck_assert_msg(fabs((double)*got - wanted) <= 2e-6 * (1 + fabs(wanted)),
                              "seed %llu, %s: plane %lld, row %lld, column %lld is %.9g, not %.9g",
                              (unsigned long long)seed, definitions[which].name, (long long)plane, (long long)i,
                              (long long)j, (double)*got, wanted);
            }
    }
}

START_TEST(random_sizes_equal_the_definitions)
{
    static const int64_t sides[] = {1, 2, 3, 5, 7, 8, 13}, channels[] = {1, 2, 3, 17, 64}, batches[] = {1, 2, 3, 17};
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct drawn drawn = {{seed, 5, 0}, 0};
        gan_shape shape = GAN_SHAPE(batches[below(&drawn, 4)], channels[below(&drawn, 5)], sides[below(&drawn, 7)],
                                    sides[below(&drawn, 7)]);
        struct drawn_op op = draw_op(&drawn, shape);
        gan_tensor *numbers = gan_tensor_new(shape);
        gan_tensor_fill_uniform(numbers, -1, 1, seed);
        gan_tape *tape = gan_tape_new();
        gan_var *x = gan_tape_input(tape, shape), *results[OPS];
        record(&op, x, results);
        gan_plan *plan = gan_plan_new(results, OPS);
        ck_assert_int_eq(gan_plan_bind(plan, x, numbers), GAN_OK);
        ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
        for (int i = 0; i < OPS; i++)
            compare(seed, i, &op, numbers, gan_var_shape(results[i]), gan_plan_numbers(plan, results[i]));
        gan_plan_unref(plan);
        gan_tape_unref(tape);
        gan_tensor_unref(numbers);
    }
}
END_TEST

/* A result, and the derivative of its sum, of a 1 × 1 × h × w image. */
static void expect(gan_var *(*op)(gan_var *x), gan_shape shape, const float *numbers, const float *wanted,
                   const float *gradient)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, shape), *y = op(x);
    ck_assert_msg(y != NULL, "%s", gan_error_message());
    gan_var *both[2] = {y, gan_grad(gan_sum(y), x)};
    gan_plan *plan = gan_plan_new(both, 2);
    gan_plan_bind_memory(plan, x, numbers);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    const float *got[2] = {gan_plan_numbers(plan, both[0]), gan_plan_numbers(plan, both[1])};
    for (int64_t i = 0; i < gan_shape_size(gan_var_shape(y)); i++)
        ck_assert_msg(got[0][i] == wanted[i] || (isnan(got[0][i]) && isnan(wanted[i])), "%lld: %g is not %g",
                      (long long)i, (double)got[0][i], (double)wanted[i]);
    for (int64_t i = 0; i < gan_shape_size(shape); i++)
        ck_assert_msg(got[1][i] == gradient[i], "gradient %lld: %g is not %g", (long long)i, (double)got[1][i],
                      (double)gradient[i]);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}

static gan_var *max_2_2(gan_var *x)
{
    gan_pool_options options;
    gan_pool_options_init(&options, 2, 2, 0);
    return gan_max_pool2d(x, &options);
}

static gan_var *max_3_1_1(gan_var *x)
{
    gan_pool_options options;
    gan_pool_options_init(&options, 3, 1, 1);
    return gan_max_pool2d(x, &options);
}

static gan_var *bilinear_twice(gan_var *x)
{
    return gan_resize2d(x, 1, 4, GAN_RESIZE_BILINEAR);
}

static gan_var *blur_1331_up(gan_var *x)
{
    return gan_slice(gan_blur2d(gan_pad2d(x, 2, 2, 0, 0, GAN_PAD_REPLICATE), 4, 2, 1), 2, 4, 5);
}

static gan_var *shuffle_2(gan_var *x)
{
    return gan_pixel_shuffle(x, 2);
}

static gan_var *unshuffle_2(gan_var *x)
{
    return gan_pixel_unshuffle(x, 2);
}

START_TEST(small_ones_by_hand)
{
    /* The first of equal ones gets the derivative; NaN is the largest. */
    expect(max_2_2, GAN_SHAPE(1, 1, 2, 6), (float[]){1, 5, NAN, 2, -1, -1, 5, 3, 7, 7, -1, -1}, (float[]){5, NAN, -1},
           (float[]){0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0});
    /* Padding is never the largest, and windows that overlap add up. */
    expect(max_3_1_1, GAN_SHAPE(1, 1, 1, 4), (float[]){-1, -3, -2, -5}, (float[]){-1, -1, -2, -2},
           (float[]){2, 0, 2, 0});
    expect(bilinear_twice, GAN_SHAPE(1, 1, 1, 2), (float[]){0, 4}, (float[]){0, 1, 3, 4}, (float[]){2, 2});
    /* [1, 3, 3, 1] at twice the size is bilinear but at the edges, where zeros come in. */
    expect(blur_1331_up, GAN_SHAPE(1, 1, 1, 3), (float[]){4, 8, 12}, (float[]){3, 5, 7, 9, 11, 9},
           (float[]){1.75f, 2, 1.75f});
    const float ones[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    expect(shuffle_2, GAN_SHAPE(1, 4, 1, 2), (float[]){1, 2, 3, 4, 5, 6, 7, 8}, (float[]){1, 3, 2, 4, 5, 7, 6, 8},
           ones);
    expect(unshuffle_2, GAN_SHAPE(1, 1, 2, 4), (float[]){1, 3, 2, 4, 5, 7, 6, 8}, (float[]){1, 2, 3, 4, 5, 6, 7, 8},
           ones);
}
END_TEST

/* A mean stays a mean, a constant image constant: whatever the factors. */
START_TEST(blur_keeps_constants)
{
    for (int taps = 2; taps <= 6; taps++)
        for (int down = 1; down <= 2; down++) {
            gan_tape *tape = gan_tape_new();
            gan_var *x = gan_tape_constant(tape, GAN_SHAPE(1, 1, 16, 16), 3);
            gan_var *y = gan_blur2d(x, taps, 1, down);
            gan_plan *plan = gan_plan_new(&y, 1);
            ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
            int64_t side = 16 / down, middle = side / 2;
            ck_assert_int_eq(gan_shape_size(gan_var_shape(y)), side * side);
            ck_assert_float_eq_tol(gan_plan_numbers(plan, y)[middle * side + middle], 3, 1e-6f);
            gan_plan_unref(plan);
            gan_tape_unref(tape);
        }
}
END_TEST

START_TEST(threads_do_not_change_bits)
{
    gan_tensor *numbers = gan_tensor_new(GAN_SHAPE(19, 33, 17, 18));
    gan_tensor_fill_uniform(numbers, -1, 1, 3);
    gan_pool_options options;
    gan_pool_options_init(&options, 3, 2, 1);
    float *made = NULL;
    size_t bytes = (size_t)gan_tensor_size(numbers) * sizeof(float);
    for (int threads = 1; threads < 8; threads += 2) {
        gan_set_threads(threads);
        gan_tape *tape = gan_tape_new();
        gan_var *x = gan_tape_input(tape, gan_tensor_shape(numbers));
        gan_var *y = gan_sum(gan_square(gan_max_pool2d(gan_blur2d(x, 4, 2, 1), &options)));
        gan_var *gradient = gan_grad(y, x);
        gan_plan *plan = gan_plan_new(&gradient, 1);
        gan_plan_bind(plan, x, numbers);
        ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
        if (made == NULL)
            made = memcpy(malloc(bytes), gan_plan_numbers(plan, gradient), bytes);
        ck_assert_mem_eq(gan_plan_numbers(plan, gradient), made, bytes);
        gan_plan_unref(plan);
        gan_tape_unref(tape);
    }
    gan_set_threads(0);
    free(made);
    gan_tensor_unref(numbers);
}
END_TEST

/* ---- what does not fit ---- */

static gan_tape *tape_of_failures;

static gan_var *images(int64_t height, int64_t width)
{
    gan_tape_unref(tape_of_failures);
    tape_of_failures = gan_tape_new();
    return gan_tape_input(tape_of_failures, GAN_SHAPE(2, 6, height, width));
}

static void fails(const gan_var *y, const char *text)
{
    ck_assert_ptr_null(y);
    ck_assert_msg(strstr(gan_error_message(), text) != NULL, "\"%s\" says nothing of \"%s\"", gan_error_message(),
                  text);
}

START_TEST(what_does_not_fit_is_named)
{
    gan_pool_options o;
    gan_pool_options_init(&o, 3, 2, 3);
    fails(gan_max_pool2d(images(8, 8), &o), "max_pool2d: windows of 3 × 3 with padding 3, 3");
    fails(gan_average_pool2d(images(8, 8), &o), "one that holds padding alone");
    gan_pool_options_init(&o, 3, 1, 0);
    fails(gan_max_pool2d(images(2, 8), &o), "do not fit images of [2, 6, 2, 8]");
    o.dilation[1] = 5;
    fails(gan_max_pool2d(images(8, 8), &o), "dilation 1, 5");
    gan_pool_options_init(&o, 3, 0, 0);
    fails(gan_max_pool2d(images(8, 8), &o), "stride 0");
    memset(&o, 0, sizeof o);
    fails(gan_average_pool2d(images(8, 8), &o), "average_pool2d: the options' struct_size is 0");
    fails(gan_average_pool2d(images(8, 8), NULL), "the options are NULL");
    fails(gan_adaptive_average_pool2d(images(8, 8), 0, 3), "height 0");
    fails(gan_resize2d(images(8, 8), 4, -1, GAN_RESIZE_NEAREST), "width -1");
    fails(gan_resize2d(images(8, 8), 4, 4, (gan_resize_mode)9), "mode is 9");
    fails(gan_blur2d(images(8, 8), 0, 1, 1), "taps is 0");
    fails(gan_blur2d(images(8, 8), 34, 1, 1), "taps is 34");
    fails(gan_blur2d(images(8, 2), 4, 1, 3), "width 0");
    fails(gan_pad2d(images(8, 8), 0, 0, 8, 0, GAN_PAD_REFLECT), "along the width 8 before and 0 after, want 0 to 7");
    fails(gan_pad2d(images(8, 8), -1, 0, 0, 0, GAN_PAD_ZERO), "along the height -1 before");
    fails(gan_pad2d(images(8, 8), 0, 0, 0, 0, (gan_pad_mode)7), "mode is 7");
    fails(gan_pixel_shuffle(images(8, 8), 4), "whose square divides the channels");
    fails(gan_pixel_unshuffle(images(8, 9), 2), "divides height and width");
    fails(gan_pixel_unshuffle(images(8, 9), 0), "factor 0");
    fails(gan_max_pool2d(gan_reshape(images(8, 8), GAN_SHAPE(-1)), &o), "want images [N, C, H, W]");
    gan_var *x = images(8, 8);
    fails(gan_conv1d(x, x, NULL), "both must have three axes: [N, C, length] and [out, in/groups, kernel]");
    gan_tape_unref(tape_of_failures);
    tape_of_failures = NULL;
}
END_TEST

START_TEST(options_of_a_newer_libgan_are_refused)
{
    struct {
        gan_pool_options known;
        int64_t more;
    } newer = {.more = 7};
    const gan_status status = gan_pool_options_init_sized(&newer.known, sizeof newer, 2, 2, 0);
    ck_assert_int_eq(status, GAN_ERROR_UNSUPPORTED);
    gan_pool_options_init(&newer.known, 2, 2, 0);
    newer.known.struct_size = sizeof newer;
    fails(gan_max_pool2d(images(8, 8), &newer.known), "max_pool2d: the options' struct_size is");
    fails(gan_average_pool2d(images(8, 8), &newer.known), "the program was built for a newer one");
    gan_tape_unref(tape_of_failures);
    tape_of_failures = NULL;
}
END_TEST

static const struct test_case tests[] = {
    {"definitions", random_sizes_equal_the_definitions},
    {"by hand", small_ones_by_hand},
    {"constants", blur_keeps_constants},
    {"threads", threads_do_not_change_bits},
    {"errors", what_does_not_fit_is_named},
    {"newer options", options_of_a_newer_libgan_are_refused},
};

int main(void)
{
    return RUN_SUITE("ops: resampling", tests);
}

/*
 * Convolutions, their transposes and their weights' gradients at random geometries: the CPU backend, by our own
 * products and by BLIS, against the reference backend's defining sum. And some by hand.
 *
 *     test-ops-convolutions [first seed] [number of seeds]     tries others than the usual ones
 */
#include "suite.h"

#include "base/random.h"
#include "base/threads.h"
#include "gan/plan.h"
#include "kernels/products.h"
#include "ops/ops.h"
#include "plan/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint64_t first_seed = 1, seeds = 80;

struct geometry {
    gan_shape x, y, weight; /* of a convolution from x to y */
    gan_conv_options options;
    bool bias;
};

struct drawn {
    struct gan_random_key key;
    uint64_t count;
};

static int64_t one_of(struct drawn *drawn, const int64_t *choices, int count)
{
    return choices[gan_random_integer(&drawn->key, drawn->count++, (uint64_t)count)];
}
#define ONE_OF(drawn, ...)                                                                                             \
    one_of(drawn, (const int64_t[]){__VA_ARGS__}, (int)(sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t)))

static struct geometry draw_geometry(uint64_t seed)
{
    struct drawn drawn = {{seed, 17, 0}, 0};
    struct geometry geometry;
    gan_conv_options *o = &geometry.options;
    gan_conv_options_init(o, 0, 1, 0);
    o->groups = ONE_OF(&drawn, 1, 1, 1, 1, 2, 3);
    bool depthwise = ONE_OF(&drawn, 0, 0, 0, 0, 0, 1) != 0;
    int64_t in = ONE_OF(&drawn, 1, 1, 2, 3, 5, 7, 8, 15, 16, 17, 33, 64);
    int64_t out = ONE_OF(&drawn, 1, 1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 32, 33, 65);
    if (depthwise) {
        o->groups = ONE_OF(&drawn, 2, 3, 16, 19, 70);
        in = out = 1;
    }
    int64_t size[2];
    for (int axis = 0; axis < 2; axis++) {
        o->kernel[axis] = ONE_OF(&drawn, 1, 2, 3, 3, 4, 4, 5, 7);
        o->stride[axis] = ONE_OF(&drawn, 1, 1, 2, 2, 3);
        o->dilation[axis] = ONE_OF(&drawn, 1, 1, 1, 2, 3);
        o->padding[axis] = ONE_OF(&drawn, 0, 1, 1, 2, 5);
        int64_t span = o->dilation[axis] * (o->kernel[axis] - 1) + 1;
        size[axis] = ONE_OF(&drawn, 1, 2, 4, 5, 7, 8, 12);
        while (size[axis] + 2 * o->padding[axis] < span)
            size[axis]++;
    }
    int64_t batch = ONE_OF(&drawn, 1, 2, 3, 5, 16, 29);
    if (in * out * size[0] * size[1] < 200)
        batch = ONE_OF(&drawn, 1, 64, 130, 515);
    double pairs = (double)(in * out * o->groups * o->kernel[0] * o->kernel[1] * size[0] * size[1]);
    while (batch > 1 && pairs * (double)batch > 2e6) /* the reference is slow */
        batch /= 2;
    geometry.weight = GAN_SHAPE(out * o->groups, in, o->kernel[0], o->kernel[1]);
    geometry.x = GAN_SHAPE(batch, in * o->groups, size[0], size[1]);
    geometry.y = geometry.x;
    geometry.y.dims[1] = out * o->groups;
    for (int axis = 0; axis < 2; axis++)
        geometry.y.dims[axis + 2] =
            (size[axis] + 2 * o->padding[axis] - o->dilation[axis] * (o->kernel[axis] - 1) - 1) / o->stride[axis] + 1;
    geometry.bias = seed % 3 == 0;
    return geometry;
}

/* Many channels and examples, and windows of two or three times the stride: what the CPU backend computes with fewer
 * products than there are taps. */
static struct geometry draw_filtered(uint64_t seed)
{
    struct drawn drawn = {{seed, 18, 0}, 0};
    struct geometry geometry = {.bias = seed % 3 == 0};
    gan_conv_options *o = &geometry.options;
    gan_conv_options_init(o, 0, 1, 0);
    int64_t in = ONE_OF(&drawn, 32, 33, 48, 65), out = ONE_OF(&drawn, 32, 33, 40, 130);
    int64_t batch = ONE_OF(&drawn, 32, 37, 64, 70), size[2];
    geometry.weight = GAN_SHAPE(out, in, 0, 0);
    geometry.x = GAN_SHAPE(batch, in, 0, 0);
    geometry.y = GAN_SHAPE(batch, out, 0, 0);
    for (int axis = 0; axis < 2; axis++) {
        o->stride[axis] = ONE_OF(&drawn, 1, 1, 2, 2, 3);
        o->kernel[axis] = o->stride[axis] * ONE_OF(&drawn, 2, 3);
        o->padding[axis] = ONE_OF(&drawn, 0, 1, 1, 2, 3);
        size[axis] = ONE_OF(&drawn, 2, 3, 4, 5, 7);
        while (size[axis] + 2 * o->padding[axis] < o->kernel[axis] + o->stride[axis])
            size[axis]++;
        geometry.weight.dims[axis + 2] = o->kernel[axis];
        geometry.x.dims[axis + 2] = size[axis];
        geometry.y.dims[axis + 2] = (size[axis] + 2 * o->padding[axis] - o->kernel[axis]) / o->stride[axis] + 1;
    }
    return geometry;
}

static struct gan_window window_of(const gan_conv_options *o)
{
    struct gan_window window;
    memcpy(window.kernel, o->kernel, sizeof window.kernel);
    memcpy(window.stride, o->stride, sizeof window.stride);
    memcpy(window.padding, o->padding, sizeof window.padding);
    memcpy(window.dilation, o->dilation, sizeof window.dilation);
    return window;
}

enum { RESULTS = 4 };

/* The three ops and one with an epilogue, of inputs x, y and weight. */
static void record(const struct geometry *geometry, gan_tape *tape, gan_var **inputs, gan_var **results)
{
    inputs[0] = gan_tape_input(tape, geometry->x);
    inputs[1] = gan_tape_input(tape, geometry->y);
    inputs[2] = gan_tape_input(tape, geometry->weight);
    struct gan_window window = window_of(&geometry->options);
    results[0] = gan_conv2d(inputs[0], inputs[2], &geometry->options);
    results[1] = gan_grad(gan_sum(gan_mul(results[0], inputs[1])), inputs[0]);
    results[2] = gan_conv2d_weight(inputs[0], inputs[1], &window, geometry->options.groups);
    gan_var *bias = gan_mean_keep(inputs[1], GAN_AXES(0, 2, 3));
    gan_var *affected = gan_conv2d(inputs[0], inputs[2], &geometry->options);
    results[3] = gan_leaky_relu(geometry->bias ? gan_add(affected, bias) : affected, 0.2f);
    for (int i = 0; i < RESULTS; i++)
        ck_assert_msg(results[i] != NULL, "%s", gan_error_message());
}

static gan_plan *run(gan_var *const *inputs, gan_var *const *results, gan_tensor *const *numbers,
                     enum gan_backend_kind backend)
{
    struct gan_plan_options options = gan_plan_default_options;
    options.backend = backend;
    gan_plan *plan = gan_plan_new_with(results, RESULTS, &options);
    ck_assert_msg(plan != NULL, "%s", gan_error_message());
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(gan_plan_bind(plan, inputs[i], numbers[i]), GAN_OK);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    return plan;
}

static void compare(uint64_t seed, const char *who, gan_plan *expected, gan_plan *plan, gan_var *var, int which,
                    double terms)
{
    int64_t size = gan_shape_size(gan_var_shape(var));
    double *wanted = calloc((size_t)size, sizeof(double)), *got = calloc((size_t)size, sizeof(double));
    gan_plan_read_double(expected, var, wanted);
    gan_plan_read_double(plan, var, got);
    /* The inputs are in [−1, 1]: rounding errors of a chain of `terms` wander. */
    double tolerance = 8 * 0x1p-24 * (sqrt(terms) + 1) * sqrt(terms);
    for (int64_t i = 0; i < size; i++)
        if (!(fabs(got[i] - wanted[i]) <= tolerance)) /* Check writes each assertion down */
            ck_abort_msg("seed %llu, %s: element %lld of result %d is %.9g, not %.9g", (unsigned long long)seed, who,
                         (long long)i, which, got[i], wanted[i]);
    free(wanted);
    free(got);
}

static void check_geometry(struct geometry geometry, uint64_t seed)
{
    gan_tape *tape = gan_tape_new();
    gan_var *inputs[3], *results[RESULTS];
    record(&geometry, tape, inputs, results);
    gan_tensor *numbers[3];
    for (int i = 0; i < 3; i++) {
        numbers[i] = gan_tensor_new(gan_var_shape(inputs[i]));
        gan_tensor_fill_uniform(numbers[i], -1, 1, 3 * seed + (uint64_t)i);
    }
    const gan_conv_options *o = &geometry.options;
    double of_weight = (double)geometry.y.dims[0] * (double)geometry.y.dims[2] * (double)geometry.y.dims[3];
    double taps = (double)(o->kernel[0] * o->kernel[1]);
    double terms[RESULTS] = {taps * (double)geometry.weight.dims[1],
                             taps * (double)geometry.y.dims[1] / (double)o->groups, of_weight,
                             taps * (double)geometry.weight.dims[1] + 1};
    gan_plan *expected = run(inputs, results, numbers, GAN_BACKEND_REFERENCE);
    for (int blis = 0; blis < 2; blis++) {
        gan_products_use(blis ? GAN_PRODUCTS_BLIS : GAN_PRODUCTS_OWN);
        gan_plan *plan = run(inputs, results, numbers, GAN_BACKEND_CPU);
        for (int i = 0; i < RESULTS; i++)
            compare(seed, blis ? "BLIS" : "own", expected, plan, results[i], i, terms[i]);
        gan_plan_unref(plan);
    }
    gan_products_use(GAN_PRODUCTS_BEST);
    gan_plan_unref(expected);
    for (int i = 0; i < 3; i++)
        gan_tensor_unref(numbers[i]);
    gan_tape_unref(tape);
}

START_TEST(random_geometries_equal_the_defining_sum)
{
    for (uint64_t seed = first_seed; seed < first_seed + seeds; seed++)
        check_geometry(draw_geometry(seed), seed);
}
END_TEST

START_TEST(filtered_geometries_equal_the_defining_sum)
{
    for (uint64_t seed = first_seed; seed < first_seed + seeds / 8; seed++)
        check_geometry(draw_filtered(seed), seed);
}
END_TEST

START_TEST(strides_longer_than_images_equal_the_defining_sum)
{
    static const int64_t widths[] = {1, 8, INT16_MAX + 2};
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        struct geometry geometry = {.x = GAN_SHAPE(2, 16, 3, widths[i]),
                                    .y = GAN_SHAPE(2, 17, 1, 1 + (widths[i] - 1) / INT16_MAX),
                                    .weight = GAN_SHAPE(17, 16, 3, 3)};
        gan_conv_options_init(&geometry.options, 3, INT16_MAX, 1);
        check_geometry(geometry, i);
    }
}
END_TEST

/* An example's numbers alone and among others, and at any number of threads, are the same bits. */
START_TEST(neither_batch_nor_threads_change_bits)
{
    static const gan_shape shapes[2] = {{4, {29, 17, 9, 9}}, {4, {1, 17, 9, 9}}};
    float *made[2] = {NULL, NULL};
    int64_t size[2] = {0, 0};
    gan_tensor *weight = gan_tensor_new(GAN_SHAPE(70, 17, 4, 4)), *all = gan_tensor_new(shapes[0]);
    gan_tensor_fill_uniform(weight, -1, 1, 1);
    gan_tensor_fill_uniform(all, -1, 1, 2);
    for (int threads = 1; threads < 8; threads += 3)
        for (int alone = 0; alone < 2; alone++) {
            gan_set_threads(threads);
            gan_tape *tape = gan_tape_new();
            gan_var *x = gan_tape_input(tape, shapes[alone]), *w = gan_tape_input(tape, GAN_SHAPE(70, 17, 4, 4));
            gan_conv_options options;
            gan_conv_options_init(&options, 4, 2, 1);
            gan_var *y = gan_conv2d(x, w, &options), *back = gan_conv_transpose2d(y, w, &options);
            gan_plan *plan = gan_plan_new(&back, 1);
            gan_plan_bind(plan, w, weight);
            gan_plan_bind_memory(plan, x, gan_tensor_data(all));
            ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
            size[alone] = gan_shape_size(gan_var_shape(back));
            if (made[alone] == NULL) {
                made[alone] = malloc((size_t)size[alone] * sizeof(float));
                memcpy(made[alone], gan_plan_numbers(plan, back), (size_t)size[alone] * sizeof(float));
            }
            ck_assert_mem_eq(gan_plan_numbers(plan, back), made[alone], (size_t)size[alone] * sizeof(float));
            gan_plan_unref(plan);
            gan_tape_unref(tape);
        }
    gan_set_threads(0);
    if (gan_products_in_use() == GAN_PRODUCTS_OWN)
        ck_assert_mem_eq(made[0], made[1], (size_t)size[1] * sizeof(float));
    free(made[0]);
    free(made[1]);
    gan_tensor_unref(weight);
    gan_tensor_unref(all);
}
END_TEST

START_TEST(threads_change_no_bits_of_filtered_ones)
{
    struct geometry geometry = draw_filtered(5);
    gan_tensor *numbers[3];
    float *made[RESULTS] = {NULL};
    for (int threads = 1; threads < 8; threads += 3) {
        gan_set_threads(threads);
        gan_tape *tape = gan_tape_new();
        gan_var *inputs[3], *results[RESULTS];
        record(&geometry, tape, inputs, results);
        for (int i = 0; i < 3; i++) {
            numbers[i] = gan_tensor_new(gan_var_shape(inputs[i]));
            gan_tensor_fill_uniform(numbers[i], -1, 1, (uint64_t)i);
        }
        gan_plan *plan = run(inputs, results, numbers, GAN_BACKEND_CPU);
        for (int i = 0; i < RESULTS; i++) {
            size_t size = (size_t)gan_shape_size(gan_var_shape(results[i])) * sizeof(float);
            if (made[i] == NULL) {
                made[i] = malloc(size);
                memcpy(made[i], gan_plan_numbers(plan, results[i]), size);
            }
            ck_assert_mem_eq(gan_plan_numbers(plan, results[i]), made[i], size);
        }
        gan_plan_unref(plan);
        gan_tape_unref(tape);
        for (int i = 0; i < 3; i++)
            gan_tensor_unref(numbers[i]);
    }
    gan_set_threads(0);
    for (int i = 0; i < RESULTS; i++)
        free(made[i]);
}
END_TEST

START_TEST(small_ones_by_hand)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(1, 1, 3, 3)), *w = gan_tape_input(tape, GAN_SHAPE(1, 1, 2, 2));
    gan_conv_options options;
    gan_conv_options_init(&options, 2, 2, 0);
    options.output_padding[1] = 1;
    gan_var *results[3] = {gan_conv2d(x, w, NULL), gan_conv_transpose2d(x, w, NULL),
                           gan_conv_transpose2d(x, w, &options)};
    gan_plan *plan = gan_plan_new(results, 3);
    gan_plan_bind_memory(plan, x, (float[]){1, 2, 3, 4, 5, 6, 7, 8, 9});
    gan_plan_bind_memory(plan, w, (float[]){1, 10, 100, 1000});
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
    const float convolved[4] = {5421, 6532, 8754, 9865};
    const float transposed[16] = {1, 12, 23, 30, 104, 1245, 2356, 3060, 407, 4578, 5689, 6090, 700, 7800, 8900, 9000};
    const float doubled[7 * 6] = {1, 10, 2, 20, 3, 30, 0, 100, 1000, 200, 2000, 300, 3000, 0,
                                  4, 40, 5, 50, 6, 60, 0, 400, 4000, 500, 5000, 600, 6000, 0,
                                  7, 70, 8, 80, 9, 90, 0, 700, 7000, 800, 8000, 900, 9000, 0};
    ck_assert_mem_eq(gan_plan_numbers(plan, results[0]), convolved, sizeof convolved);
    ck_assert_mem_eq(gan_plan_numbers(plan, results[1]), transposed, sizeof transposed);
    ck_assert_mem_eq(gan_plan_numbers(plan, results[2]), doubled, sizeof doubled);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

static void fails(gan_shape x, gan_shape weight, const gan_conv_options *options, bool transposed, const char *text)
{
    gan_tape *tape = gan_tape_new();
    gan_var *images = gan_tape_input(tape, x), *w = gan_tape_input(tape, weight);
    gan_var *y = transposed ? gan_conv_transpose2d(images, w, options) : gan_conv2d(images, w, options);
    ck_assert_ptr_null(y);
    ck_assert_msg(strstr(gan_error_message(), text) != NULL, "\"%s\" says nothing of \"%s\"", gan_error_message(),
                  text);
    gan_tape_unref(tape);
}

START_TEST(what_does_not_fit_is_named)
{
    gan_conv_options o;
    fails(GAN_SHAPE(2, 3, 8, 8), GAN_SHAPE(4, 1, 3, 3), NULL, false, "weight expects 1");
    fails(GAN_SHAPE(2, 3, 8, 8), GAN_SHAPE(4, 1, 3, 3), NULL, true, "weight expects 4");
    fails(GAN_SHAPE(2, 3, 8), GAN_SHAPE(4, 3, 3), NULL, false, "[2, 3, 8]");
    fails(GAN_SHAPE(2, 3, 2, 8), GAN_SHAPE(4, 3, 3, 3), NULL, false, "does not fit");
    gan_conv_options_init(&o, 3, 0, 1);
    fails(GAN_SHAPE(2, 3, 8, 8), GAN_SHAPE(4, 3, 3, 3), &o, false, "conv2d: along the height kernel is 3, stride 0");
    gan_conv_options_init(&o, 3, 1, -1);
    fails(GAN_SHAPE(2, 3, 8, 8), GAN_SHAPE(4, 3, 3, 3), &o, false, "padding -1");
    gan_conv_options_init(&o, 3, 1, 0);
    o.groups = 2;
    fails(GAN_SHAPE(2, 3, 8, 8), GAN_SHAPE(4, 3, 3, 3), &o, false, "2 groups");
    o.groups = 1;
    o.output_padding[0] = 1;
    fails(GAN_SHAPE(2, 3, 8, 8), GAN_SHAPE(3, 4, 3, 3), &o, true, "output padding 1");
    memset(&o, 0, sizeof o);
    fails(GAN_SHAPE(2, 3, 8, 8), GAN_SHAPE(4, 3, 3, 3), &o, false, "conv2d: the options' struct_size is 0");
}
END_TEST

START_TEST(windows_beyond_their_limits_are_refused)
{
    const gan_shape image = GAN_SHAPE(1, 1, 8, 8), weight = GAN_SHAPE(1, 1, 3, 3);
    static const char limits[] = "want 1 to 1024, 1 to 32767, 0 to 32767, 1 to 32767";
    for (int transposed = 0; transposed < 2; transposed++) {
        gan_conv_options o;
        fails(image, GAN_SHAPE(1, 1, 3, 1025), NULL, transposed, "along the width kernel is 1025");
        gan_conv_options_init(&o, 3, INT16_MAX + 1, 1);
        fails(image, weight, &o, transposed, limits);
        gan_conv_options_init(&o, 3, 1, INT16_MAX + 1);
        fails(image, weight, &o, transposed, limits);
        gan_conv_options_init(&o, 3, 1, 1);
        o.dilation[1] = INT16_MAX + 1;
        fails(image, weight, &o, transposed, "along the width kernel is 3, stride 1, padding 1, dilation 32768");
    }
}
END_TEST

/* Products of sizes that wrap, were they not refused first. */
START_TEST(sizes_beyond_numbers_are_refused)
{
    gan_conv_options o;
    gan_conv_options_init(&o, 1, 1, 0);
    o.groups = INT64_MAX;
    fails(GAN_SHAPE(1, 3, 4, 4), GAN_SHAPE(4, 3, 1, 1), &o, false, "in 9223372036854775807 groups");
    fails(GAN_SHAPE(1, 4, 4, 4), GAN_SHAPE(4, 3, 1, 1), &o, true, "in 9223372036854775807 groups");
    gan_conv_options_init(&o, 1, INT16_MAX, 0);
    fails(GAN_SHAPE(1, 1, INT64_C(1) << 50, 1), GAN_SHAPE(1, 1, 1, 1), &o, true, "conv_transpose2d: x is [1, 1, 11258");
}
END_TEST

START_TEST(options_of_a_newer_libgan_are_refused)
{
    struct {
        gan_conv_options known;
        int64_t more;
    } newer = {.more = 7};
    const gan_status status = gan_conv_options_init_sized(&newer.known, sizeof newer, 3, 1, 1);
    ck_assert_int_eq(status, GAN_ERROR_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(gan_error_message(), "gan_conv_options_init: the options' struct_size is"));
    gan_conv_options_init(&newer.known, 3, 1, 1);
    newer.known.struct_size = sizeof newer;
    fails(GAN_SHAPE(2, 3, 8, 8), GAN_SHAPE(4, 3, 3, 3), &newer.known, false, "the program was built for a newer one");
}
END_TEST

static const struct test_case tests[] = {
    {"random geometries", random_geometries_equal_the_defining_sum},
    {"filtered geometries", filtered_geometries_equal_the_defining_sum},
    {"long strides", strides_longer_than_images_equal_the_defining_sum},
    {"bits", neither_batch_nor_threads_change_bits},
    {"bits of filtered ones", threads_change_no_bits_of_filtered_ones},
    {"by hand", small_ones_by_hand},
    {"errors", what_does_not_fit_is_named},
    {"limits", windows_beyond_their_limits_are_refused},
    {"large sizes", sizes_beyond_numbers_are_refused},
    {"newer options", options_of_a_newer_libgan_are_refused},
};

int main(int count, char **arguments)
{
    if (count > 1)
        first_seed = strtoull(arguments[1], NULL, 10);
    if (count > 2)
        seeds = strtoull(arguments[2], NULL, 10);
    return RUN_SUITE("ops: convolutions", tests);
}

/*
 * Random tapes: chains of views, elementwise ops, reductions, products, wholes made of parts, and derivatives of first
 * and second order. Fusing, sharing memory, the order of steps in a stage and keeping what is steady must not change a
 * bit, and the reference backend must agree. Fresh memory is filled with NaN, so that nothing is read before it is
 * written.
 *
 *     test-plan-random-graphs [first seed] [number of seeds]     tries others than the usual ones
 */
#include "suite.h"

#include "base/random.h"
#include "gan/ops.h"
#include "gan/plan.h"
#include "ops/ops.h"
#include "plan/plan_object.h"
#include "tensor/tensor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 4, BOUND = 2, MOST_VARS = 128, MOST_WANTED = 12, MOST_ELEMENTS = 18000 };

struct graph {
    struct gan_random_key key;
    uint64_t drawn;
    bool large;
    gan_tape *tape;
    gan_var *input[INPUTS];
    gan_tensor *numbers[INPUTS]; /* behind the first BOUND inputs: of tensors' vars */
    gan_var *var[MOST_VARS];
    int count;
    gan_var *wanted[MOST_WANTED];
    int wanted_count;
};

static int below(struct graph *graph, int bound)
{
    return (int)gan_random_integer(&graph->key, graph->drawn++, (uint64_t)bound);
}

/* ---- recording ---- */

static void add(struct graph *graph, gan_var *var)
{
    ck_assert_msg(var != NULL, "seed %llu: %s", (unsigned long long)graph->key.seed, gan_error_message());
    if (graph->count < MOST_VARS && gan_shape_size(gan_var_shape(var)) <= MOST_ELEMENTS)
        graph->var[graph->count++] = var;
}

/* Mostly one of the latest, so that chains grow. */
static gan_var *pick(struct graph *graph)
{
    int latest = graph->count < 4 ? graph->count : 4;
    return graph->var[below(graph, 3) > 0 ? graph->count - 1 - below(graph, latest) : below(graph, graph->count)];
}

static gan_shape random_shape(struct graph *graph)
{
    static const int64_t small[] = {1, 1, 2, 3, 4, 5, 7}, large[] = {1, 2, 19, 33, 70, 600};
    gan_shape shape = {below(graph, 5), {0}};
    int64_t size = 1;
    for (int axis = 0; axis < shape.rank; axis++) {
        shape.dims[axis] = graph->large ? large[below(graph, 6)] : small[below(graph, 7)];
        if (size * shape.dims[axis] > MOST_ELEMENTS / 3)
            shape.dims[axis] = 1;
        size *= shape.dims[axis];
    }
    return shape;
}

static gan_axes random_axes(struct graph *graph, int rank)
{
    gan_axes axes = {0, {0}};
    for (int axis = 0; axis < rank; axis++)
        if (below(graph, 2) == 0)
            axes.axis[axes.count++] = axis;
    return axes;
}

static gan_var *permuted(struct graph *graph, gan_var *x)
{
    gan_axes order = {gan_var_rank(x), {0}};
    for (int i = 0; i < order.count; i++) {
        int j = below(graph, i + 1);
        order.axis[i] = order.axis[j];
        order.axis[j] = i;
    }
    return gan_permute(x, order);
}

static gan_var *sliced(struct graph *graph, gan_var *x)
{
    if (gan_var_rank(x) == 0)
        return x;
    int axis = below(graph, gan_var_rank(x));
    int size = (int)gan_var_shape(x).dims[axis], begin = below(graph, size);
    return gan_slice(x, axis, begin, begin + 1 + below(graph, size - begin));
}

/* Two axes become one, or one two. */
static gan_var *reshaped(struct graph *graph, gan_var *x)
{
    gan_shape from = gan_var_shape(x), to = {0, {0}};
    int at = from.rank > 0 ? below(graph, from.rank) : 0;
    bool join = below(graph, 2) == 0;
    for (int axis = 0; axis < from.rank; axis++) {
        int64_t size = from.dims[axis], divisor = size % 2 == 0 ? 2 : size % 3 == 0 ? 3 : 1;
        if (join && axis == at + 1) {
            to.dims[to.rank - 1] *= size;
        } else if (!join && axis == at && from.rank < 6) {
            to.dims[to.rank++] = divisor;
            to.dims[to.rank++] = size / divisor;
        } else {
            to.dims[to.rank++] = size;
        }
    }
    return gan_reshape(x, to);
}

static gan_var *expanded(struct graph *graph, gan_var *x)
{
    gan_shape shape = gan_var_shape(x);
    for (int axis = 0; axis < shape.rank; axis++)
        if (shape.dims[axis] == 1 && gan_shape_size(shape) < MOST_ELEMENTS / 8 && below(graph, 2) == 0)
            shape.dims[axis] = 1 + below(graph, 4);
    if (shape.rank < 5 && gan_shape_size(shape) < MOST_ELEMENTS / 8) {
        memmove(&shape.dims[1], &shape.dims[0], (size_t)shape.rank * sizeof shape.dims[0]);
        shape.dims[0] = 1 + below(graph, 3);
        shape.rank++;
    }
    return gan_expand(x, shape);
}

static gan_var *view_of(struct graph *graph, gan_var *x)
{
    switch (below(graph, 4)) {
    case 0:
        return permuted(graph, x);
    case 1:
        return sliced(graph, x);
    case 2:
        return reshaped(graph, x);
    default:
        return expanded(graph, x);
    }
}

/* Something that broadcasts with x: made of x itself, so that steps read the same numbers in two ways, or another. */
static gan_var *partner_of(struct graph *graph, gan_var *x)
{
    gan_shape shape = gan_var_shape(x);
    gan_var *turned = permuted(graph, x), *other = pick(graph);
    switch (below(graph, 5)) {
    case 0:
        if (gan_shape_equal(gan_var_shape(turned), shape))
            return turned;
        break;
    case 1:
        if (shape.rank > 0)
            return gan_slice(x, 0, shape.dims[0] - 1, shape.dims[0]);
        break;
    case 2:
        return gan_mean_keep(x, random_axes(graph, shape.rank));
    default:
        for (int i = 0; i < graph->count; i++)
            if (graph->var[i] != x && gan_shape_equal(gan_var_shape(graph->var[i]), shape) && below(graph, 2) == 0)
                return graph->var[i];
    }
    return gan_mean(other);
}

/* All of these hold their numbers within a few units; their derivatives are continuous. */
static gan_var *unary_of(struct graph *graph, gan_var *x)
{
    switch (below(graph, 9)) {
    case 0:
        return gan_tanh(x);
    case 1:
        return gan_sigmoid(x);
    case 2:
        return gan_sin(x);
    case 3:
        return gan_exp(gan_neg(gan_square(x)));
    case 4:
        return gan_scale(x, -0.75f);
    case 5:
        return gan_shift(x, 0.25f);
    case 6:
        return gan_sqrt(gan_shift(gan_square(gan_tanh(x)), 0.5f));
    case 7:
        return gan_stop_gradient(gan_leaky_relu(x, 0.2f));
    default:
        return gan_softplus(gan_tanh(x));
    }
}

static gan_var *binary_of(struct graph *graph, gan_var *x)
{
    gan_var *y = partner_of(graph, x);
    switch (below(graph, 6)) {
    case 0:
        return gan_add(x, y);
    case 1:
        return gan_sub(y, x);
    case 2:
        return gan_mul(gan_tanh(x), y);
    case 3:
        return gan_stop_gradient(gan_maximum(x, y));
    case 4:
        return gan_div(x, gan_shift(gan_square(y), 1));
    default:
        return gan_add(gan_mul(x, gan_sigmoid(y)), y);
    }
}

static gan_var *reduction_of(struct graph *graph, gan_var *x)
{
    gan_axes axes = random_axes(graph, gan_var_rank(x));
    switch (below(graph, 5)) {
    case 0:
        return gan_mean_keep(x, axes);
    case 1:
        return gan_mean_over(gan_tanh(x), axes);
    case 2:
        return gan_stop_gradient(gan_max_over(x, axes));
    case 3:
        return gan_tanh(gan_sum_over(x, axes));
    default:
        return gan_logsumexp_keep(gan_tanh(x), axes);
    }
}

static gan_var *product_of(struct graph *graph, gan_var *x)
{
    if (gan_var_rank(x) < 2)
        return gan_tanh(x);
    gan_var *left = gan_tanh(x), *right = below(graph, 2) == 0 ? left : x;
    bool first = below(graph, 2) == 0; /* XᵀX or XXᵀ, scaled so that it stays small */
    int64_t inner = gan_var_shape(x).dims[gan_var_rank(x) - (first ? 2 : 1)];
    int64_t side = gan_var_shape(x).dims[gan_var_rank(x) - (first ? 1 : 2)];
    if (side > 70)
        return left;
    gan_var *product = gan_scale(gan_matmul_transposed(left, first, right, !first), 1 / (float)inner);
    return below(graph, 2) == 0 ? product : gan_tanh(gan_add(product, gan_mean_keep(product, GAN_AXES(-1))));
}

/* The var as images: [N, C, H, W] with few channels and pixels, so that products stay cheap. */
static gan_var *as_images(struct graph *graph, gan_var *x)
{
    int64_t size = gan_shape_size(gan_var_shape(x)), sides[3];
    for (int i = 0; i < 3; i++) {
        sides[i] = size % 2 == 0 && below(graph, 2) == 0 ? 2 : size % 3 == 0 ? 3 : size % 5 == 0 ? 5 : 1;
        size /= sides[i];
    }
    return gan_reshape(x, GAN_SHAPE(size, sides[0], sides[1], sides[2]));
}

/* Convolved by a part of itself, both ways. */
static gan_var *convolved(struct graph *graph, gan_var *x)
{
    gan_var *images = gan_tanh(gan_var_rank(x) == 4 && below(graph, 2) == 0 ? x : as_images(graph, x));
    gan_shape shape = gan_var_shape(images);
    if (shape.dims[1] * shape.dims[2] * shape.dims[3] > 400)
        return images;
    gan_var *weight = images;
    for (int axis = 0; axis < 4; axis += axis == 0 ? 2 : 1)
        weight = gan_slice(weight, axis, 0, shape.dims[axis] < 3 ? 1 : 2 + below(graph, 2));
    gan_conv_options options;
    gan_conv_options_init(&options, 0, 1 + below(graph, 2), 1);
    gan_var *y = gan_scale(gan_conv2d(images, weight, &options), 0.2f);
    switch (below(graph, 4)) {
    case 0:
        return y;
    case 1:
        return gan_leaky_relu(gan_add(y, gan_mean_keep(y, GAN_AXES(0, 2, 3))), 0.3f);
    case 2:
        return gan_conv_transpose2d(gan_tanh(y), weight, NULL);
    default:
        return gan_add(y, gan_reshape(gan_permute(gan_reshape(y, GAN_SHAPE(-1)), GAN_AXES(0)), gan_var_shape(y)));
    }
}

/* Images pooled, resized, blurred or padded. */
static gan_var *resampled(struct graph *graph, gan_var *x)
{
    gan_var *images = gan_var_rank(x) == 4 && below(graph, 2) == 0 ? x : as_images(graph, x);
    gan_shape shape = gan_var_shape(images);
    if (gan_shape_size(shape) > MOST_ELEMENTS / 8)
        return images;
    gan_pool_options options;
    gan_pool_options_init(&options, 1, 1 + below(graph, 2), 0);
    for (int axis = 0; axis < 2; axis++)
        options.kernel[axis] = shape.dims[axis + 2] < 2 ? 1 : 2;
    switch (below(graph, 6)) {
    case 0:
        return gan_average_pool2d(images, &options);
    case 1:
        return gan_add(gan_average_pool2d(images, &options), gan_average_pool2d(gan_tanh(images), &options));
    case 2:
        return gan_stop_gradient(gan_max_pool2d(images, &options)); /* in float and double the winners may differ */
    case 3:
        return gan_tanh(gan_resize2d(images, 1 + below(graph, 6), 1 + below(graph, 6), GAN_RESIZE_BILINEAR));
    case 4:
        return gan_blur2d(images, 1 + below(graph, 4), 1 + below(graph, 2), 1);
    default:
        return gan_pad2d(images, below(graph, 2), 1, 0, below(graph, 3), GAN_PAD_REPLICATE);
    }
}

static gan_var *whole_of(struct graph *graph, gan_var *x)
{
    int rank = gan_var_rank(x);
    gan_var *square = gan_square(gan_tanh(x)), *parts[3] = {below(graph, 2) == 0 ? x : gan_tanh(x), square, square};
    if (rank > 0 && below(graph, 3) > 0) {
        int axis = below(graph, rank + 1) % rank; /* mostly the first: parts may be computed in place */
        int at = below(graph, 3);
        gan_var *row = parts[at] = gan_tanh(gan_slice(x, axis, 0, 1));
        gan_var *whole = gan_concat(parts, 2 + below(graph, 2), axis);
        return below(graph, 2) == 0 ? whole : gan_add(whole, below(graph, 3) > 0 ? row : gan_slice(whole, axis, 0, 1));
    }
    if (rank > 0 && below(graph, 2) == 0)
        return gan_pad(x, below(graph, rank), below(graph, 3), below(graph, 3));
    int64_t size = gan_shape_size(gan_var_shape(x)), gap = below(graph, 20);
    gan_var *pack = gan_pack((gan_var *[]){parts[0], square, x}, (int64_t[]){gap, gap + size, 3 * gap + 2 * size}, 3,
                             4 * gap + 3 * size);
    return below(graph, 2) == 0 ? pack : gan_mul(pack, gan_mean(parts[0]));
}

static gan_var *rows_of(struct graph *graph, gan_var *x)
{
    if (gan_var_rank(x) == 0)
        return x;
    int32_t index[5];
    int64_t rows = gan_var_shape(x).dims[0];
    for (int i = 0; i < 5; i++)
        index[i] = below(graph, (int)rows);
    gan_tensor *tensor = gan_tensor_from_typed(GAN_SHAPE(5), GAN_INT32, index);
    gan_var *indices = gan_tape_tensor(graph->tape, tensor), *chosen = gan_gather(x, indices);
    gan_tensor_unref(tensor);
    return below(graph, 2) == 0 ? chosen : gan_scatter_add(gan_tanh(chosen), indices, rows);
}

static void add_op(struct graph *graph)
{
    gan_var *x = pick(graph);
    switch (below(graph, 15)) {
    case 0:
    case 1:
    case 2:
        add(graph, view_of(graph, x));
        break;
    case 3:
    case 4:
        add(graph, unary_of(graph, x));
        break;
    case 5:
    case 6:
        add(graph, binary_of(graph, x));
        break;
    case 7:
        add(graph, reduction_of(graph, x));
        break;
    case 8:
        add(graph, product_of(graph, x));
        break;
    case 9:
    case 10:
        if (gan_shape_size(gan_var_shape(x)) < MOST_ELEMENTS / 5)
            add(graph, whole_of(graph, x));
        break;
    case 11:
    case 12:
        add(graph, convolved(graph, x));
        break;
    case 13:
        add(graph, resampled(graph, x));
        break;
    default:
        add(graph,
            below(graph, 3) > 0 ? rows_of(graph, x) : gan_add(gan_normal(graph->tape, gan_var_shape(x), 0, 1), x));
    }
}

/* Derivatives of what has been recorded, packed as a network's are. */
static void add_gradients(struct graph *graph)
{
    gan_var *loss = gan_mean(gan_square(pick(graph)));
    for (int i = 0; i < 2; i++)
        loss = gan_add(loss, gan_mean(gan_tanh(pick(graph))));
    gan_var *xs[INPUTS + 1], *gradients[INPUTS + 1];
    memcpy(xs, graph->input, sizeof graph->input);
    xs[INPUTS] = pick(graph);
    ck_assert_msg(gan_grads(loss, xs, INPUTS + 1, gradients) == GAN_OK, "%s", gan_error_message());
    int64_t offsets[INPUTS], size = 0;
    for (int i = 0; i < INPUTS; i++) {
        offsets[i] = size;
        size += (gan_shape_size(gan_var_shape(gradients[i])) + 15) / 16 * 16;
    }
    for (int i = 0; i <= INPUTS; i++)
        add(graph, gradients[i]);
    add(graph, gan_pack(gradients, offsets, INPUTS, size));
}

static void want(struct graph *graph, gan_var *var)
{
    if (graph->wanted_count < MOST_WANTED)
        graph->wanted[graph->wanted_count++] = var;
}

static void record(struct graph *graph, uint64_t seed)
{
    *graph = (struct graph){.key = {.seed = seed}, .tape = gan_tape_new()};
    graph->large = below(graph, 3) == 0;
    for (int i = 0; i < INPUTS; i++) {
        gan_shape shape = random_shape(graph);
        graph->numbers[i] = gan_tensor_new(shape);
        gan_tensor_fill_uniform(graph->numbers[i], -1, 1, seed + (uint64_t)i);
        graph->input[i] = i < BOUND ? gan_tape_input(graph->tape, shape)
                                    : gan_tape_tensor(graph->tape, graph->numbers[i]);
        add(graph, graph->input[i]);
    }
    for (int part = 0; part < 3; part++) { /* ops, gradients; ops on these, their gradients; more ops */
        for (int ops = 3 + below(graph, 10); ops > 0; ops--)
            add_op(graph);
        if (part < 2)
            add_gradients(graph);
        want(graph, graph->var[graph->count - 1]);
    }
    for (int i = below(graph, MOST_WANTED - 3); i > 0; i--)
        want(graph, pick(graph));
    ck_assert_msg(gan_tape_status(graph->tape) == GAN_OK, "%s", gan_tape_message(graph->tape));
}

static void release(struct graph *graph)
{
    gan_tape_unref(graph->tape);
    for (int i = 0; i < INPUTS; i++)
        gan_tensor_unref(graph->numbers[i]);
}

/* ---- running ---- */

static void *allocate_nan(void *context, size_t size, size_t alignment)
{
    (void)context;
    void *memory = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    return memory != NULL ? memset(memory, 0xFF, size) : NULL;
}

static void release_nan(void *context, void *memory, size_t size)
{
    (void)context, (void)size;
    free(memory);
}

static int in_company; /* steps that were not alone in their stage, of all plans */

/* Steps of a stage may run in any order. Returns how many have company. */
static int turn_stages(gan_plan *plan)
{
    struct gan_step *list = plan->steps.list;
    int steps = 0;
    for (size_t begin = 0, end; begin < plan->steps.count; begin = end) {
        for (end = begin; end < plan->steps.count && list[end].stage == list[begin].stage;)
            end++;
        ck_assert_msg(end == plan->steps.count || list[end].stage > list[begin].stage, "stages are not in order");
        for (size_t i = begin, j = end - 1; i < j; i++, j--) {
            struct gan_step step = list[i];
            list[i] = list[j];
            list[j] = step;
        }
        steps += end - begin > 1 ? (int)(end - begin) : 0;
    }
    return steps;
}

static gan_plan *run(const struct graph *graph, const struct gan_plan_options *options, bool backwards)
{
    gan_plan *plan = gan_plan_new_with(graph->wanted, graph->wanted_count, options);
    ck_assert_msg(plan != NULL, "%s", gan_error_message());
    if (backwards)
        in_company += turn_stages(plan);
    for (int i = 0; i < BOUND; i++)
        ck_assert_int_eq(gan_plan_bind(plan, graph->input[i], graph->numbers[i]), GAN_OK);
    gan_plan_seek(plan, graph->key.seed, 3);
    ck_assert_msg(gan_plan_run(plan) == GAN_OK, "%s", gan_error_message());
    return plan;
}

static void expect_same_bits(const struct graph *graph, gan_plan *plain, gan_plan *plan, const char *what)
{
    for (int i = 0; i < graph->wanted_count; i++) {
        gan_var *var = graph->wanted[i];
        const float *expected = gan_plan_numbers(plain, var), *got = gan_plan_numbers(plan, var);
        for (int64_t j = 0; j < gan_shape_size(gan_var_shape(var)); j++)
            ck_assert_msg(memcmp(&expected[j], &got[j], sizeof *got) == 0,
                          "seed %llu, %s: element %lld of wanted var %d is %.9g, on the plain plan %.9g",
                          (unsigned long long)graph->key.seed, what, (long long)j, i, (double)got[j],
                          (double)expected[j]);
    }
}

/* Numbers are of the order of 1, and errors come from the largest that were added up. */
static void expect_close(const struct graph *graph, gan_plan *reference, gan_plan *plan)
{
    static double expected[4 * MOST_ELEMENTS], largest;
    largest = 1;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < graph->wanted_count; i++) {
            gan_var *var = graph->wanted[i];
            const float *got = gan_plan_numbers(plan, var);
            gan_plan_read_double(reference, var, expected);
            for (int64_t j = 0; j < gan_shape_size(gan_var_shape(var)); j++) {
                largest = fmax(largest, fabs(expected[j]));
                ck_assert_msg(pass == 0 || fabs((double)got[j] - expected[j]) <= 1e-4 * largest,
                              "seed %llu: element %lld of wanted var %d is %.9g, the reference says %.9g",
                              (unsigned long long)graph->key.seed, (long long)j, i, (double)got[j], expected[j]);
            }
        }
}

/* Runs once more, the arena having been used for other things, on other numbers for the first input. */
static void run_on(const struct graph *graph, gan_plan *plan, gan_tensor *numbers)
{
    memset(gan_arena_memory(plan->arena), 0xFF, plan->arena_size);
    ck_assert_int_eq(gan_plan_bind(plan, graph->input[0], numbers), GAN_OK);
    gan_plan_seek(plan, graph->key.seed, 4);
    ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
}

static int64_t parts_kept; /* of all steady plans */

/* What is steady is computed once, and serves other runs. */
static void check_steady(const struct graph *graph, gan_plan *plain, bool fuse)
{
    gan_plan *plan = run(graph, &(struct gan_plan_options){.fuse = fuse, .reuse = true, .steady = true}, false);
    for (size_t i = 0; i < plan->steps.count; i++)
        parts_kept += plan->steps.list[i].steady ? plan->steps.list[i].parts : 0;
    gan_tensor *other = gan_tensor_new(gan_tensor_shape(graph->numbers[0]));
    gan_tensor_fill_uniform(other, -1, 1, graph->key.seed + 77);
    gan_tensor *const turns[] = {graph->numbers[0], other};
    for (int turn = 0; turn < 2; turn++) {
        run_on(graph, plain, turns[turn]);
        run_on(graph, plan, turns[turn]);
        expect_same_bits(graph, plain, plan, "steady");
    }
    gan_plan_unref(plan);
    gan_tensor_unref(other);
}

static void check_seed(uint64_t seed)
{
    static const struct {
        const char *name;
        struct gan_plan_options options;
    } variants[] = {
        {"fused", {.fuse = true}},
        {"reusing", {.reuse = true}},
        {"fused and reusing", {.fuse = true, .reuse = true}},
    };
    struct graph graph;
    record(&graph, seed);
    gan_plan *plain = run(&graph, &(struct gan_plan_options){.backend = GAN_BACKEND_CPU}, false);
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        gan_plan *plan = run(&graph, &variants[i].options, false);
        expect_same_bits(&graph, plain, plan, variants[i].name);
        gan_plan_seek(plan, seed, 3);
        ck_assert_int_eq(gan_plan_run(plan), GAN_OK);
        expect_same_bits(&graph, plain, plan, "run again");
        gan_plan_unref(plan);
        plan = run(&graph, &variants[i].options, true);
        expect_same_bits(&graph, plain, plan, "stages backwards");
        gan_plan_unref(plan);
    }
    gan_plan *reference = run(&graph, &(struct gan_plan_options){.backend = GAN_BACKEND_REFERENCE}, false);
    expect_close(&graph, reference, plain);
    gan_plan_unref(reference);
    for (int fuse = 0; fuse < 2; fuse++)
        check_steady(&graph, plain, fuse == 1);
    gan_plan_unref(plain);
    release(&graph);
}

static uint64_t first_seed = 550, seeds = 150;

START_TEST(fusing_and_sharing_memory_change_nothing)
{
    static const gan_allocator nan_filling = {allocate_nan, release_nan, NULL};
    gan_set_allocator(&nan_filling);
    gan_set_threads(1); /* other tests are about threads */
    for (uint64_t seed = first_seed; seed < first_seed + seeds; seed++)
        check_seed(seed);
    ck_assert_msg(in_company > (int)seeds, "only %d steps have company in their stages", in_company);
    ck_assert_msg(parts_kept > (int64_t)seeds, "only %lld parts are kept", (long long)parts_kept);
    gan_set_threads(0);
    gan_set_allocator(NULL);
}
END_TEST

static const struct test_case tests[] = {
    {"random graphs", fusing_and_sharing_memory_change_nothing},
};

int main(int argc, char **argv)
{
    if (argc > 1)
        first_seed = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        seeds = strtoull(argv[2], NULL, 10);
    return RUN_SUITE("plan: random graphs", tests);
}

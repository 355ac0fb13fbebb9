/* Each product of the timed networks alone: its passes, with the numbers hot in the cache. */
#include "products.h"
#include "base/clock.h"

#include "ops/ops.h"
#include "plan/plan_object.h"
#include "train/trainer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A convolution from `in` channels of size × size to `out`; kernel 0: a dense layer. */
struct product {
    const char *net;
    int64_t batch, in, out, size, kernel, stride, padding;
};

static const struct product products[] = {
    {"mlp", 128, 100, 256, 1, 0, 0, 0},     {"mlp", 128, 256, 512, 1, 0, 0, 0},
    {"mlp", 128, 512, 1024, 1, 0, 0, 0},    {"mlp", 128, 1024, 784, 1, 0, 0, 0},
    {"mlp", 128, 784, 512, 1, 0, 0, 0},     {"mlp", 128, 512, 256, 1, 0, 0, 0},
    {"dcgan28", 64, 1, 64, 28, 4, 2, 1},    {"dcgan28", 64, 64, 128, 14, 4, 2, 1},
    {"dcgan28", 64, 128, 256, 7, 4, 2, 1},  {"dcgan28", 64, 128, 256, 7, 3, 2, 1},
    {"dcgan28", 64, 256, 100, 4, 4, 1, 0},  {"dcgan32", 64, 3, 64, 32, 4, 2, 1},
    {"dcgan32", 64, 64, 128, 16, 4, 2, 1},  {"dcgan32", 64, 128, 256, 8, 4, 2, 1},
    {"dcgan32", 64, 256, 1, 4, 4, 1, 0},    {"dcgan32", 64, 256, 100, 4, 4, 1, 0},
    {"dcgan64", 64, 3, 64, 64, 4, 2, 1},    {"dcgan64", 64, 64, 128, 32, 4, 2, 1},
    {"dcgan64", 64, 128, 256, 16, 4, 2, 1}, {"dcgan64", 64, 256, 512, 8, 4, 2, 1},
    {"dcgan64", 64, 512, 1, 4, 4, 1, 0},    {"dcgan64", 64, 512, 100, 4, 4, 1, 0},
};

enum { PASSES = 3 };
static const char *const pass_names[PASSES] = {"forward", "data", "weight"};

static gan_var *record(gan_tape *tape, const struct product *product, int pass)
{
    gan_var *x, *weight, *y;
    if (product->kernel == 0) {
        x = gan_tape_input(tape, GAN_SHAPE(product->batch, product->in));
        weight = gan_tape_input(tape, GAN_SHAPE(product->out, product->in));
        y = gan_matmul_transposed(x, false, weight, true);
    } else {
        gan_conv_options options;
        gan_conv_options_init(&options, product->kernel, product->stride, product->padding);
        x = gan_tape_input(tape, GAN_SHAPE(product->batch, product->in, product->size, product->size));
        weight = gan_tape_input(tape, GAN_SHAPE(product->out, product->in, product->kernel, product->kernel));
        y = gan_conv2d(x, weight, &options);
    }
    if (pass == 0)
        return y;
    gan_var *of_y = gan_tape_input(tape, gan_var_shape(y));
    return gan_grad(gan_sum(gan_mul(y, of_y)), pass == 1 ? x : weight);
}

static bool is_product(const struct gan_step *step, const gan_plan *plan)
{
    enum gan_op_kind kind = gan_node_kind(&plan->graph.nodes[step->node]);
    return kind == GAN_KIND_MATMUL || kind == GAN_KIND_CONV || kind == GAN_KIND_CONV_DATA ||
           kind == GAN_KIND_CONV_WEIGHT;
}

/* Binds every input to numbers from [−1, 1); the tensors are the caller's. */
static int bind_all(gan_plan *plan, gan_tape *tape, gan_tensor **numbers)
{
    int count = 0;
    for (int id = 0; id < gan_tape_length(tape); id++) {
        gan_var *var = gan_tape_at(tape, id);
        if (var->op->kind != GAN_KIND_INPUT)
            continue;
        numbers[count] = gan_tensor_new(gan_var_shape(var));
        gan_tensor_fill_uniform(numbers[count], -1, 1, (uint64_t)id);
        gan_plan_bind(plan, var, numbers[count++]);
    }
    return count;
}

static bool time_pass(const struct product *product, int pass, double peak, double seconds)
{
    enum { MOST_NUMBERS = 3, LEAST_RUNS = 5 };
    gan_tape *tape = gan_tape_new();
    gan_var *wanted = record(tape, product, pass);
    gan_plan *plan = gan_plan_new(&wanted, 1);
    gan_tensor *numbers[MOST_NUMBERS];
    int count = plan != NULL ? bind_all(plan, tape, numbers) : 0;
    if (plan == NULL || gan_plan_run(plan) != GAN_OK)
        return false;
    double best = 1e9;
    int64_t bytes = 0;
    for (double begin = gan_seconds(), runs = 0; runs < LEAST_RUNS || gan_seconds() - begin < seconds; runs++) {
        if (gan_plan_profile(plan) != GAN_OK || gan_plan_run(plan) != GAN_OK)
            return false;
        for (size_t i = 0; i < plan->steps.count; i++)
            if (is_product(&plan->steps.list[i], plan) && plan->seconds[i] < best)
                best = plan->seconds[i];
    }
    for (int i = 0; i < count; i++) {
        bytes += 4 * gan_tensor_size(numbers[i]);
        gan_tensor_unref(numbers[i]);
    }
    bytes += 4 * gan_shape_size(gan_var_shape(wanted));
    double rate = gan_plan_flops(plan) / best * 1e-9;
    printf("%-8s %5lld -> %4lld  %3lld²  %lld×%lld/%lld  %-8s %9.3f ms %7.1f GF/s %5.1f %% of peak %8.2f MB\n",
           product->net, (long long)product->in, (long long)product->out, (long long)product->size,
           (long long)product->kernel, (long long)product->kernel, (long long)product->stride, pass_names[pass],
           1e3 * best, rate, peak > 0 ? 100 * rate / peak : 0, (double)bytes * 1e-6);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    return true;
}

bool time_products(const char *net, double peak, double seconds)
{
    const int count = sizeof products / sizeof products[0];
    for (int i = 0; i < count; i++)
        for (int pass = 0; pass < PASSES; pass++)
            if ((net == NULL || strcmp(products[i].net, net) == 0) && !time_pass(&products[i], pass, peak, seconds))
                return false;
    return true;
}

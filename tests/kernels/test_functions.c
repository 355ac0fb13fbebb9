/* The elementary functions of every instruction set against the C library's in double: errors in units in the last
 * place. */
#include "suite.h"

#include "levels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct function {
    const char *name;
    enum gan_map_op op;
    double (*exact)(double x);
    double low, high;
    double most_ulp;
};

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double softplus(double x)
{
    return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
}

/* The limits are what the headers of vmath.h promise. sin and cos lose relative accuracy near their zeros: their unit
 * is that of 1/2 at least. */
static const struct function functions[] = {
    {"exp", GAN_MAP_EXP, exp, -87, 88.7, 1.5},
    {"log", GAN_MAP_LOG, log, 1e-37, 1e37, 1.5},
    {"log near 1", GAN_MAP_LOG, log, 0.5, 2, 1.5},
    {"tanh", GAN_MAP_TANH, tanh, -12, 12, 3},
    {"sigmoid", GAN_MAP_SIGMOID, sigmoid, -80, 30, 3},
    {"softplus", GAN_MAP_SOFTPLUS, softplus, -80, 40, 3},
    {"erf", GAN_MAP_ERF, erf, -5, 5, 2.5},
    {"sin", GAN_MAP_SIN, sin, -1000, 1000, 3},
    {"cos", GAN_MAP_COS, cos, -1000, 1000, 3},
    {"sin, small", GAN_MAP_SIN, sin, -0.7, 0.7, 2},
};
enum { FUNCTIONS = sizeof functions / sizeof functions[0], POINTS = 200003 };

static double ulp_of(double exact, enum gan_map_op op)
{
    double magnitude = fabs(exact);
    if ((op == GAN_MAP_SIN || op == GAN_MAP_COS) && magnitude < 0.5)
        magnitude = 0.5;
    float value = (float)magnitude;
    return (double)nextafterf(value, INFINITY) - (double)value;
}

static void compute(const struct gan_cpu_kernels *kernels, enum gan_map_op op, float *x, float *y, int64_t count)
{
    void *memory[1] = {x};
    struct gan_map_program program = {.rank = 1,
                                      .dims = {count},
                                      .loads = 1,
                                      .load = {{.strides = {1}}},
                                      .instructions = 1,
                                      .instruction = {{.op = op}}};
    gan_map_finish(&program, NULL);
    struct gan_run run = {.memory = memory};
    kernels->run_program(&program, &run, 0, count, NULL, y);
}

/* Points spread evenly, or by powers where the range spans many. */
static float point(const struct function *function, int i)
{
    double part = (double)i / (POINTS - 1);
    if (function->low > 0 && function->high / function->low > 1000)
        return (float)(function->low * pow(function->high / function->low, part));
    return (float)(function->low + (function->high - function->low) * part);
}

START_TEST(functions_are_as_accurate_as_promised)
{
    struct level levels[MOST_LEVELS];
    int count = levels_here(levels);
    float *x = calloc(POINTS, sizeof *x), *y = calloc(POINTS, sizeof *y);
    for (int level = 0; level < count; level++)
        for (int f = 0; f < FUNCTIONS; f++) {
            double worst = 0, at = 0;
            for (int i = 0; i < POINTS; i++)
                x[i] = point(&functions[f], i);
            compute(levels[level].kernels, functions[f].op, x, y, POINTS);
            for (int i = 0; i < POINTS; i++) {
                double exact = functions[f].exact((double)x[i]);
                double error = fabs((double)y[i] - exact) / ulp_of(exact, functions[f].op);
                if (fabs(exact) >= 1.2e-38 && !(error <= worst)) {
                    worst = error;
                    at = (double)x[i];
                }
            }
            ck_assert_msg(worst <= functions[f].most_ulp, "%s, %s: %.2f ulp at %.9g", levels[level].name,
                          functions[f].name, worst, at);
        }
    free(x);
    free(y);
}
END_TEST

START_TEST(extreme_arguments_have_the_right_results)
{
    struct level levels[MOST_LEVELS];
    int count = levels_here(levels);
    static const struct {
        enum gan_map_op op;
        float x, y;
    } cases[] = {
        {GAN_MAP_EXP, -INFINITY, 0},
        {GAN_MAP_EXP, INFINITY, INFINITY},
        {GAN_MAP_EXP, 200, INFINITY},
        {GAN_MAP_EXP, -200, 0},
        {GAN_MAP_EXP, 0, 1},
        {GAN_MAP_LOG, 0, -INFINITY},
        {GAN_MAP_LOG, INFINITY, INFINITY},
        {GAN_MAP_LOG, 1, 0},
        {GAN_MAP_SIGMOID, -INFINITY, 0},
        {GAN_MAP_SIGMOID, INFINITY, 1},
        {GAN_MAP_SIGMOID, 0, 0.5f},
        {GAN_MAP_TANH, INFINITY, 1},
        {GAN_MAP_TANH, -INFINITY, -1},
        {GAN_MAP_TANH, 0, 0},
        {GAN_MAP_SOFTPLUS, INFINITY, INFINITY},
        {GAN_MAP_SOFTPLUS, -INFINITY, 0},
        {GAN_MAP_SOFTPLUS, 1e30f, 1e30f},
        {GAN_MAP_ERF, INFINITY, 1},
        {GAN_MAP_ERF, -INFINITY, -1},
        {GAN_MAP_RELU, -INFINITY, 0},
        {GAN_MAP_ERF, 0, 0},
    };
    for (int level = 0; level < count; level++)
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            float x = cases[i].x, y = 77;
            compute(levels[level].kernels, cases[i].op, &x, &y, 1);
            ck_assert_msg(memcmp(&y, &cases[i].y, sizeof y) == 0 || y == cases[i].y, "%s, op %d of %g is %g, wanted %g",
                          levels[level].name, (int)cases[i].op, (double)x, (double)y, (double)cases[i].y);
        }
    for (int level = 0; level < count; level++) {
        float x = -1, y = 0;
        compute(levels[level].kernels, GAN_MAP_LOG, &x, &y, 1);
        ck_assert(isnan(y));
    }
}
END_TEST

/* An element's bits must not depend on where in a loop it stands. */
START_TEST(place_does_not_change_a_bit)
{
    struct level levels[MOST_LEVELS];
    int count = levels_here(levels);
    float x[67], together[67];
    for (int i = 0; i < 67; i++)
        x[i] = (float)sin(i * 0.7) * 3;
    for (int level = 0; level < count; level++)
        for (int f = 0; f < FUNCTIONS; f++) {
            compute(levels[level].kernels, functions[f].op, x, together, 67);
            for (int i = 0; i < 67; i++) {
                float alone;
                compute(levels[level].kernels, functions[f].op, &x[i], &alone, 1);
                ck_assert_mem_eq(&alone, &together[i], sizeof alone);
            }
        }
}
END_TEST

static const struct test_case tests[] = {
    {"accuracy", functions_are_as_accurate_as_promised},
    {"extremes", extreme_arguments_have_the_right_results},
    {"place", place_does_not_change_a_bit},
};

int main(void)
{
    return RUN_SUITE("kernels: functions", tests);
}

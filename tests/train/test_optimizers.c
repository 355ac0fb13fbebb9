/* Optimizers: against their formulas in double, against PyTorch, on a tape, and what they refuse. */
#include "players.h"

#include "base/cpu.h"
#include "golden_optimizers.h"
#include "kernels/optimizer.h"
#include "nn/model.h"
#include "train/optimizer.h"

#include <stdlib.h>

/* ---- the formulas, plainly ---- */

enum rule { ADAM, SGD, RMSPROP };

struct setting {
    const char *name; /* as in golden_optimizers.py */
    enum rule rule;
    float rate, beta1, beta2, epsilon, weight_decay;
    bool nesterov;
};

/* In the order of golden_optimizers. */
static const struct setting settings[] = {
    {"adam", ADAM, .01f, .9f, .999f, 1e-8f, 0, false},
    {"adam, beta1 0", ADAM, .01f, 0, .99f, 1e-8f, 0, false},
    {"adam, epsilon .1", ADAM, .01f, .5f, .9f, .1f, 0, false},
    {"adamw", ADAM, .01f, .9f, .999f, 1e-8f, .1f, false},
    {"sgd", SGD, .1f, 0, 0, 0, 0, false},
    {"sgd, momentum", SGD, .1f, .9f, 0, 0, 0, false},
    {"sgd, nesterov", SGD, .1f, .9f, 0, 0, 0, true},
    {"rmsprop", RMSPROP, .01f, 0, .9f, 1e-8f, 0, false},
    {"rmsprop, momentum", RMSPROP, .01f, .5f, .9f, 1e-8f, 0, false},
};
#define SETTINGS (sizeof settings / sizeof settings[0])

static gan_optimizer *make(const struct setting *s)
{
    gan_optimizer *optimizer = NULL;
    if (s->rule == SGD)
        optimizer = gan_optimizer_sgd(s->rate, s->beta1, s->nesterov);
    else if (s->rule == RMSPROP)
        optimizer = gan_optimizer_rmsprop(s->rate, s->beta2, s->epsilon, s->beta1);
    else if (s->weight_decay > 0)
        optimizer = gan_optimizer_adamw_with(s->rate, s->beta1, s->beta2, s->weight_decay, s->epsilon);
    else
        optimizer = gan_optimizer_adam_with(s->rate, s->beta1, s->beta2, s->epsilon);
    ck_made(optimizer);
    return optimizer;
}

struct moments {
    double p, m, v;
};

static void step_reference(const struct setting *s, double rate, int t, struct moments *x, double g)
{
    double beta1 = (double)s->beta1, beta2 = (double)s->beta2;
    switch (s->rule) {
    case ADAM:
        x->p -= rate * (double)s->weight_decay * x->p;
        x->m = beta1 * x->m + (1 - beta1) * g;
        x->v = beta2 * x->v + (1 - beta2) * g * g;
        x->p -= rate * (x->m / (1 - pow(beta1, t))) / (sqrt(x->v / (1 - pow(beta2, t))) + (double)s->epsilon);
        break;
    case SGD:
        x->m = beta1 * x->m + g;
        x->p -= rate * (s->nesterov ? g + beta1 * x->m : x->m);
        break;
    case RMSPROP:
        x->v = beta2 * x->v + (1 - beta2) * g * g;
        x->m = beta1 * x->m + g / (sqrt(x->v) + (double)s->epsilon);
        x->p -= rate * x->m;
        break;
    }
}

static float first_value(int64_t i)
{
    return (float)sin((double)i + 1);
}

static float gradient_value(int64_t i, int t)
{
    return (float)cos(1.7 * ((double)i + 1) * t);
}

/* y = w·x: its gradient to the weight is x. */
static gan_model *linear_model(int64_t in, int64_t out)
{
    gan_model *model = gan_model_new(GAN_SHAPE(in));
    gan_model_add(model, gan_layer_without_bias(gan_layer_dense(out)));
    ck_ok(gan_model_initialize(model, 1));
    float *w = gan_tensor_data(gan_model_parameter(model, 0));
    for (int64_t i = 0; i < in * out; i++)
        w[i] = first_value(i);
    return model;
}

/* More elements than a part of an update has, in a number that is no multiple of anything. */
START_TEST(every_optimizer_follows_its_formula_in_double)
{
    enum { IN = 139, OUT = 257, SIZE = IN * OUT, STEPS = 5 };
    struct moments *wanted = malloc(SIZE * sizeof *wanted);
    for (size_t s = 0; s < SETTINGS; s++) {
        gan_model *model = linear_model(IN, OUT);
        gan_optimizer *optimizer = make(&settings[s]);
        ck_ok(gan_optimizer_attach(optimizer, model, "test"));
        gan_tensor *gradient = gan_tensor_new(gan_tensor_shape(gan_model_block(model)));
        float *g = gan_tensor_data(gradient);
        const float *p = gan_tensor_data(gan_model_parameter(model, 0));
        for (int i = 0; i < SIZE; i++)
            wanted[i] = (struct moments){.p = (double)p[i]};
        for (int t = 1; t <= STEPS; t++) {
            double factor = t < 4 ? 1 : .25;
            for (int i = 0; i < SIZE; i++) {
                g[i] = gradient_value(i, t);
                step_reference(&settings[s], (double)settings[s].rate * factor, t, &wanted[i], (double)g[i]);
            }
            gan_optimizer_apply(optimizer, g, factor);
        }
        for (int i = 0; i < SIZE; i++)
            ck_assert_msg(fabs((double)p[i] - wanted[i].p) < 2e-6, "%s: element %d is %.9g, want %.9g",
                          settings[s].name, i, (double)p[i], wanted[i].p);
        ck_assert_uint_eq(gan_optimizer_steps(optimizer), STEPS);
        gan_tensor_unref(gradient);
        gan_optimizer_unref(optimizer);
        gan_model_unref(model);
    }
    free(wanted);
}
END_TEST

/* The same bits wherever the vectors are cut and however they are stored, and nearly the same numbers at every
 * instruction set. */
START_TEST(kernels_agree_at_every_level_and_every_cut)
{
    enum { SIZE = 3 * 256 + 80, WAYS = 4 }; /* some blocks and a rest; in floats, a multiple of a cache line */
    static const int cuts[WAYS] = {SIZE, 37, SIZE, 256};
    static const bool streams[WAYS] = {false, false, true, true};
    const struct gan_optimizer_kernels *levels[] = {
        &gan_optimizer_kernels_baseline,
#ifdef __x86_64__
        gan_cpu_level_detected() >= GAN_CPU_AVX2 ? &gan_optimizer_kernels_avx2 : NULL,
        gan_cpu_level_detected() >= GAN_CPU_AVX512 ? &gan_optimizer_kernels_avx512 : NULL,
#endif
    };
    struct gan_update_numbers numbers = {.rate = .01f,
                                         .decay = .999f,
                                         .beta1 = .9f,
                                         .rest1 = .1f,
                                         .beta2 = .99f,
                                         .rest2 = .01f,
                                         .correct2 = 3,
                                         .epsilon = 1e-3f,
                                         .nesterov = true};
    static _Alignas(64) float p[WAYS][4][SIZE];
    float g[SIZE], m[SIZE], v[SIZE];
    for (size_t level = 0; level < sizeof levels / sizeof levels[0]; level++) {
        const struct gan_optimizer_kernels *kernels = levels[level];
        if (kernels == NULL)
            continue;
        gan_update_kernel *const update[] = {kernels->adam, kernels->sgd, kernels->rmsprop};
        for (int kernel = 0; kernel < 4; kernel++)
            for (int way = 0; way < WAYS; way++) {
                float *own = p[way][kernel];
                numbers.streams = streams[way];
                for (int i = 0; i < SIZE; i++) {
                    own[i] = first_value(i);
                    g[i] = gradient_value(i, 1);
                    m[i] = .1f * g[i];
                    v[i] = g[i] * g[i];
                }
                int at = cuts[way];
                if (kernel == 3) {
                    kernels->average(.25f, at, own, g);
                    kernels->average(.25f, SIZE - at, own + at, g + at);
                } else {
                    update[kernel](&numbers, at, own, m, v, g);
                    update[kernel](&numbers, SIZE - at, own + at, m + at, v + at, g + at);
                }
            }
        for (int way = 1; way < WAYS; way++)
            ck_assert_mem_eq(p[0], p[way], sizeof p[0]);
        static float of_baseline[4][SIZE];
        if (level == 0)
            memcpy(of_baseline, p[0], sizeof of_baseline);
        for (int kernel = 0; kernel < 4; kernel++)
            for (int i = 0; i < SIZE; i++)
                ck_near(p[0][kernel][i], of_baseline[kernel][i], 1e-6);
    }
}
END_TEST

/* Through the public interface: the loss w·x has the gradient x, so that x is the golden run's gradient. */
START_TEST(every_optimizer_makes_pytorchs_numbers)
{
    ck_assert_uint_eq(SETTINGS, sizeof golden_optimizers / sizeof golden_optimizers[0]);
    for (size_t s = 0; s < SETTINGS; s++) {
        ck_assert_str_eq(settings[s].name, golden_optimizers[s].name);
        gan_model *model = linear_model(GOLDEN_COUNT, 1);
        gan_optimizer *optimizer = make(&settings[s]);
        gan_tape *tape = gan_tape_new();
        gan_var *x = gan_tape_input(tape, GAN_SHAPE(1, GOLDEN_COUNT));
        gan_var *norm = gan_optimizer_minimize(optimizer, gan_sum(gan_model_apply(model, x)), model);
        gan_plan *plan = gan_plan_new(&norm, 1);
        ck_made(plan);
        const float *p = gan_tensor_data(gan_model_parameter(model, 0));
        for (int t = 1; t <= GOLDEN_STEPS; t++) {
            float g[GOLDEN_COUNT];
            double squares = 0;
            for (int i = 0; i < GOLDEN_COUNT; i++) {
                g[i] = gradient_value(i, t);
                squares += (double)g[i] * (double)g[i];
            }
            ck_ok(gan_plan_bind_memory(plan, x, g));
            ck_ok(gan_plan_run(plan));
            ck_near(gan_plan_scalar(plan, norm), sqrt(squares), 1e-6);
            for (int i = 0; i < GOLDEN_COUNT; i++)
                ck_assert_msg(fabs((double)p[i] - golden_optimizers[s].p[t - 1][i]) < 1e-6,
                              "%s, step %d: element %d is %.9g, want %.9g", settings[s].name, t, i, (double)p[i],
                              golden_optimizers[s].p[t - 1][i]);
            if (t == 3) /* rates are read when an update is made */
                ck_ok(gan_optimizer_set_rate(optimizer, settings[s].rate / 2));
        }
        gan_plan_unref(plan);
        gan_tape_unref(tape);
        gan_optimizer_unref(optimizer);
        gan_model_unref(model);
    }
}
END_TEST

/* What lies between parameters in their block is zero, and must stay so. */
START_TEST(the_gaps_between_parameters_stay_zero)
{
    for (size_t s = 0; s < SETTINGS; s++) {
        gan_model *model = linear_model(5, 1);
        gan_optimizer *optimizer = make(&settings[s]);
        ck_ok(gan_optimizer_attach(optimizer, model, "test"));
        gan_tensor *block = gan_model_block(model);
        float g[64] = {1, 2, 3, 4, 5};
        int64_t size = gan_tensor_size(block);
        ck_assert_int_ge(size, 6);
        ck_assert_int_le(size, 64);
        for (int t = 0; t < 3; t++)
            gan_optimizer_apply(optimizer, g, 1);
        for (int64_t i = 5; i < size; i++)
            ck_assert(gan_tensor_data(block)[i] == 0);
        gan_optimizer_unref(optimizer);
        gan_model_unref(model);
    }
}
END_TEST

/* ---- on a tape ---- */

START_TEST(a_gradient_that_is_not_finite_changes_nothing)
{
    gan_model *model = linear_model(2, 1);
    gan_optimizer *optimizer = gan_optimizer_adam(.1f, .9f, .999f);
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(1, 2));
    gan_var *norm = gan_optimizer_minimize(optimizer, gan_model_apply(model, x), model);
    gan_plan *plan = gan_plan_new(&norm, 1);
    const float bad[2] = {1, NAN}, good[2] = {1, 1};
    ck_ok(gan_plan_bind_memory(plan, x, bad));
    ck_assert_int_eq(gan_plan_run(plan), GAN_ERROR_NOT_FINITE);
    const float *p = gan_tensor_data(gan_model_parameter(model, 0));
    ck_assert(p[0] == first_value(0) && p[1] == first_value(1));
    ck_assert_uint_eq(gan_optimizer_steps(optimizer), 0);
    ck_ok(gan_plan_bind_memory(plan, x, good));
    ck_ok(gan_plan_run(plan));
    ck_near(p[0], (double)first_value(0) - .1, 1e-6); /* Adam's first step is the rate */
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_optimizer_unref(optimizer);
    gan_model_unref(model);
}
END_TEST

START_TEST(a_tape_keeps_its_optimizer_and_model_alive)
{
    gan_model *model = linear_model(2, 1);
    gan_optimizer *optimizer = gan_optimizer_sgd(.5f, 0, false);
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_constant(tape, GAN_SHAPE(1, 2), 1);
    gan_var *norm = gan_optimizer_minimize(optimizer, gan_model_apply(model, x), model);
    gan_plan *plan = gan_plan_new(&norm, 1);
    ck_made(plan);
    gan_tensor *w = gan_tensor_ref(gan_model_parameter(model, 0));
    gan_optimizer_unref(optimizer);
    gan_model_unref(model);
    gan_tape_unref(tape);
    ck_ok(gan_plan_run(plan));
    ck_near(gan_tensor_data(w)[0], (double)first_value(0) - .5, 1e-6);
    gan_plan_unref(plan);
    gan_tensor_unref(w);
}
END_TEST

START_TEST(minimize_refuses_what_it_cannot_do)
{
    gan_model *model = linear_model(2, 1), *other = linear_model(2, 1), *fresh = gan_model_new(GAN_SHAPE(2));
    gan_model *bare = gan_model_new(GAN_SHAPE(2));
    gan_model_add(fresh, gan_layer_dense(1));
    gan_model_add(bare, gan_layer_relu());
    gan_optimizer *optimizer = gan_optimizer_sgd(.1f, 0, false), *second = gan_optimizer_sgd(.1f, 0, false);
    const struct {
        gan_optimizer *optimizer;
        gan_model *model;
        bool vector;
        const char *message;
    } cases[] = {
        {optimizer, model, false, NULL},
        {optimizer, other, false, "gan_optimizer_minimize: the optimizer already serves another model"},
        {NULL, model, false, "gan_optimizer_minimize: optimizer is NULL"},
        {second, NULL, false, "gan_optimizer_minimize: model is NULL"},
        {second, model, true, "gan_optimizer_minimize: loss is [1, 2], want a single number"},
        {second, fresh, false, "gan_optimizer_minimize: the model's parameters have no numbers yet"},
        {second, bare, false, "no parameters to train"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gan_tape *tape = gan_tape_new();
        gan_var *x = gan_tape_constant(tape, GAN_SHAPE(1, 2), 1);
        gan_var *loss = cases[i].vector ? x : gan_sum(gan_model_apply(model, x));
        gan_var *norm = gan_optimizer_minimize(cases[i].optimizer, loss, cases[i].model);
        if (cases[i].message == NULL) {
            ck_made(norm);
        } else {
            ck_null(norm, cases[i].message);
            ck_assert(strstr(gan_tape_message(tape), cases[i].message) != NULL); /* it sticks */
            ck_assert_ptr_null(gan_optimizer_minimize(optimizer, loss, model));
        }
        gan_tape_unref(tape);
    }
    ck_assert_ptr_null(gan_optimizer_minimize(optimizer, NULL, model));
    gan_optimizer_unref(optimizer);
    gan_optimizer_unref(second);
    gan_model_unref(model);
    gan_model_unref(other);
    gan_model_unref(fresh);
    gan_model_unref(bare);
}
END_TEST

/* ---- settings ---- */

START_TEST(constructors_refuse_settings_that_cannot_be_meant)
{
    ck_null(gan_optimizer_adam(-1, 0, .9f), "gan_optimizer_adam: rate is -1, want a finite number, 0 or more");
    ck_null(gan_optimizer_adam(NAN, 0, .9f), "gan_optimizer_adam: rate is nan");
    ck_null(gan_optimizer_adam(1, 1, .9f), "gan_optimizer_adam: beta1 is 1, want 0 ≤ beta1 < 1");
    ck_null(gan_optimizer_adam(1, 0, -.5f), "gan_optimizer_adam: beta2 is -0.5");
    ck_null(gan_optimizer_adam_with(1, 0, .9f, 0),
            "gan_optimizer_adam_with: epsilon is 0, want a finite number above 0");
    ck_null(gan_optimizer_adamw(1, 0, .9f, -1), "gan_optimizer_adamw: weight_decay is -1");
    ck_null(gan_optimizer_adamw_with(1, 0, .9f, 0, NAN), "gan_optimizer_adamw_with: epsilon is nan");
    ck_null(gan_optimizer_sgd(INFINITY, 0, false), "gan_optimizer_sgd: rate is inf");
    ck_null(gan_optimizer_sgd(1, 1, false), "gan_optimizer_sgd: momentum is 1");
    ck_null(gan_optimizer_sgd(1, 0, true), "gan_optimizer_sgd: momentum is 0 with nesterov");
    ck_null(gan_optimizer_rmsprop(1, 1, 1e-8f, 0), "gan_optimizer_rmsprop: decay is 1");
    ck_null(gan_optimizer_rmsprop(1, .9f, -1, 0), "gan_optimizer_rmsprop: epsilon is -1");
    ck_null(gan_optimizer_rmsprop(1, .9f, 1, -1), "gan_optimizer_rmsprop: momentum is -1");
}
END_TEST

START_TEST(rates_and_names_can_be_asked_and_rates_set)
{
    gan_optimizer *adam = gan_optimizer_adam(.5f, 0, .9f), *adamw = gan_optimizer_adamw(.5f, 0, .9f, .1f);
    gan_optimizer *sgd = gan_optimizer_sgd(.5f, 0, false), *rmsprop = gan_optimizer_rmsprop(.5f, .9f, 1e-8f, 0);
    ck_assert_str_eq(gan_optimizer_name(adam), "adam");
    ck_assert_str_eq(gan_optimizer_name(adamw), "adamw");
    ck_assert_str_eq(gan_optimizer_name(sgd), "sgd");
    ck_assert_str_eq(gan_optimizer_name(rmsprop), "rmsprop");
    ck_assert_str_eq(gan_optimizer_name(NULL), "");
    ck_ok(gan_optimizer_set_rate(adam, .25f));
    ck_assert(gan_optimizer_rate(adam) == .25f);
    ck_fails(gan_optimizer_set_rate(adam, -1), GAN_ERROR_INVALID_ARGUMENT, "gan_optimizer_set_rate: rate is -1");
    ck_assert(gan_optimizer_rate(adam) == .25f);
    ck_fails(gan_optimizer_set_rate(NULL, 1), GAN_ERROR_INVALID_ARGUMENT, "gan_optimizer_set_rate: optimizer is NULL");
    ck_assert(gan_optimizer_rate(NULL) == 0);
    ck_assert_uint_eq(gan_optimizer_steps(NULL), 0);
    ck_assert_ptr_null(gan_optimizer_ref(NULL));
    gan_optimizer_unref(NULL);
    gan_optimizer_unref(adam);
    gan_optimizer_unref(adamw);
    gan_optimizer_unref(sgd);
    gan_optimizer_unref(rmsprop);
}
END_TEST

static const struct test_case tests[] = {
    {"every optimizer follows its formula in double", every_optimizer_follows_its_formula_in_double},
    {"kernels agree at every level and every cut", kernels_agree_at_every_level_and_every_cut},
    {"every optimizer makes PyTorch's numbers", every_optimizer_makes_pytorchs_numbers},
    {"the gaps between parameters stay zero", the_gaps_between_parameters_stay_zero},
    {"a gradient that is not finite changes nothing", a_gradient_that_is_not_finite_changes_nothing},
    {"a tape keeps its optimizer and model alive", a_tape_keeps_its_optimizer_and_model_alive},
    {"minimize refuses what it cannot do", minimize_refuses_what_it_cannot_do},
    {"constructors refuse settings that cannot be meant", constructors_refuse_settings_that_cannot_be_meant},
    {"rates and names can be asked and rates set", rates_and_names_can_be_asked_and_rates_set},
};

int main(void)
{
    return RUN_SUITE("train: optimizers", tests);
}

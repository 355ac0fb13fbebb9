/*
 * Every regulariser: value and gradient against the closed form for a linear D; where it looks, by a quadratic D; its
 * gradient, which is a derivative of second order, against central differences in double; and in the trainer.
 */
#include "differences.h"

#include "base/random.h"
#include "train/losses.h"

enum { K = 3, PENALTIES = GAN_REGULARIZER_CONSENSUS + 1 }; /* test_consistency.c has the others */

/* ---- a linear D: D(x) = w·x, ‖∇D‖ = ‖w‖ wherever one looks ---- */

struct value {
    double value, slope; /* as functions of n = ‖w‖ */
};

static struct value linear_form(int regularizer, double n, double target, double power)
{
    switch (regularizer) {
    case GAN_REGULARIZER_R1:
    case GAN_REGULARIZER_R2:
        return (struct value){.5 * n * n, n};
    case GAN_REGULARIZER_GRADIENT_PENALTY:
    case GAN_REGULARIZER_DRAGAN:
        return (struct value){(n - target) * (n - target), 2 * (n - target)};
    case GAN_REGULARIZER_ONE_SIDED:
        return n > target ? (struct value){(n - target) * (n - target), 2 * (n - target)} : (struct value){0, 0};
    case GAN_REGULARIZER_ZERO_CENTERED:
    case GAN_REGULARIZER_MAXIMUM:
        return (struct value){n * n, 2 * n};
    case GAN_REGULARIZER_WASSERSTEIN_DIVERGENCE:
        return (struct value){pow(n, power), power * pow(n, power - 1)};
    default:
        ck_abort_msg("%s has no formula in this test", gan_regularizers[regularizer].name);
        return (struct value){0, 0};
    }
}

static gan_model *linear_discriminator(const float *w)
{
    gan_model *d = gan_model_new(GAN_SHAPE(K));
    gan_model_add(d, gan_layer_without_bias(gan_layer_dense(1)));
    ck_ok(gan_model_initialize(d, 1));
    memcpy(gan_tensor_data(gan_model_parameter(d, 0)), w, K * sizeof *w);
    return d;
}

static gan_trainer_options options_with(int regularizer, float weight)
{
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_ARTICLE));
    if (regularizer >= 0)
        *(float *)(void *)((char *)&o + gan_regularizers[regularizer].offset) = weight;
    return o;
}

struct view {
    gan_tape *tape;
    struct gan_regularizer_view vars;
    gan_var *penalty;
};

/* A tape with real and made inputs [n, K], D's logits and the regulariser. */
static struct view view_new(int regularizer, const gan_trainer_options *options, gan_model *d, int64_t n)
{
    struct view view = {.tape = gan_tape_new()};
    view.vars = (struct gan_regularizer_view){.options = options, .discriminator = d};
    view.vars.real_input = gan_tape_input(view.tape, GAN_SHAPE(n, K));
    view.vars.made_input = gan_tape_input(view.tape, GAN_SHAPE(n, K));
    view.vars.real = gan_model_apply(d, view.vars.real_input);
    view.vars.made = gan_model_apply(d, view.vars.made_input);
    view.penalty = gan_regularizers[regularizer].build(&view.vars);
    ck_made(view.penalty);
    ck_assert_int_eq(gan_var_rank(view.penalty), 0);
    return view;
}

START_TEST(with_a_linear_discriminator_they_are_their_closed_forms)
{
    enum { EXAMPLES = 5 };
    static const float steep[K] = {.6f, -1.2f, .9f}, flat[K] = {.1f, 0, -.3f};
    gan_tensor *real = gan_tensor_new(GAN_SHAPE(EXAMPLES, K)), *made = gan_tensor_new(GAN_SHAPE(EXAMPLES, K));
    ck_ok(gan_tensor_fill_normal(real, 0, 1, 3));
    ck_ok(gan_tensor_fill_normal(made, 1, 2, 4));
    for (int i = 0; i < GAN_REGULARIZER_CONSENSUS; i++)
        for (int which = 0; which < 2; which++) {
            const float *w = which == 0 ? steep : flat;
            double n = sqrt((double)w[0] * (double)w[0] + (double)w[1] * (double)w[1] + (double)w[2] * (double)w[2]);
            gan_trainer_options options = options_with(-1, 0);
            options.penalty_target = .75f;
            options.divergence_power = 4;
            gan_model *d = linear_discriminator(w);
            struct view view = view_new(i, &options, d, EXAMPLES);
            gan_var *wanted[] = {view.penalty,
                                 gan_grad(view.penalty, gan_tape_tensor(view.tape, gan_model_parameter(d, 0)))};
            gan_plan *plan = gan_plan_new(wanted, 2);
            ck_made(plan);
            ck_ok(gan_plan_bind(plan, view.vars.real_input, real));
            ck_ok(gan_plan_bind(plan, view.vars.made_input, made));
            ck_ok(gan_plan_run(plan));
            struct value form = linear_form(i, n, .75, 4);
            ck_near(gan_plan_scalar(plan, wanted[0]), form.value, 2e-6 * (1 + form.value));
            gan_tensor *gradient = gan_tensor_new(gan_var_shape(wanted[1]));
            ck_ok(gan_plan_read(plan, wanted[1], gradient));
            for (int k = 0; k < K; k++)
                ck_near(gan_tensor_data(gradient)[k], form.slope * (double)w[k] / n, 1e-5);
            gan_tensor_unref(gradient);
            gan_plan_unref(plan);
            gan_tape_unref(view.tape);
            gan_model_unref(d);
        }
    gan_tensor_unref(real);
    gan_tensor_unref(made);
}
END_TEST

/* Two steps of the trainer with rate .1 on Wasserstein's loss and one penalty: w ← w − .1(E x̃ − E x + λ ∂P/∂w). */
START_TEST(two_steps_with_each_are_those_worked_out)
{
    enum { EXAMPLES = 4 };
    static const float first[K] = {.6f, -1.2f, .9f};
    gan_tensor *zeros = gan_tensor_new(GAN_SHAPE(EXAMPLES, K));
    for (int i = 0; i < GAN_REGULARIZER_CONSENSUS; i++) {
        gan_model *g = gan_model_new(GAN_SHAPE(2)), *d = linear_discriminator(first);
        gan_model_add(g, gan_layer_scale_shift(0, 0));
        gan_model_add(g, gan_layer_dense(K)); /* makes its bias, whatever z is */
        ck_ok(gan_model_initialize(g, 3));
        float *bias = gan_tensor_data(gan_model_parameter(g, 1));
        bias[0] = .5f, bias[1] = -.25f, bias[2] = 1;
        gan_trainer_options options = options_with(i, .3f);
        options.loss = GAN_LOSS_WASSERSTEIN;
        options.divergence_power = 3;
        options.generator_optimizer = gan_optimizer_sgd(0, 0, false);
        options.discriminator_optimizer = gan_optimizer_sgd(.1f, 0, false);
        gan_trainer *trainer = gan_trainer_new(g, d, &options);
        ck_made(trainer);
        double w[K] = {(double)first[0], (double)first[1], (double)first[2]};
        for (int step = 0; step < 2; step++) {
            double n = sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2]);
            struct value form = linear_form(i, n, 1, 3);
            gan_step_report report = GAN_STEP_REPORT_INIT;
            ck_ok(gan_train_step(trainer, zeros, NULL, &report));
            ck_near(report.d_penalty, .3 * form.value, 1e-5);
            ck_near(report.r1_penalty, i == GAN_REGULARIZER_R1 ? .3 * form.value : 0, 1e-5);
            ck_assert(report.g_penalty == 0);
            for (int k = 0; k < K; k++) {
                w[k] -= .1 * ((double)bias[k] + .3 * form.slope * w[k] / n);
                ck_near(gan_tensor_data(gan_model_parameter(d, 0))[k], w[k], 1e-5);
            }
        }
        gan_trainer_unref(trainer);
        gan_model_unref(g);
        gan_model_unref(d);
    }
    gan_tensor_unref(zeros);
}
END_TEST

/* ---- where they look: D(x) = ½‖x‖², ∇D = x ---- */

static gan_var *half_square(void *context, gan_var *x)
{
    (void)context;
    return gan_scale(gan_sum_keep(gan_square(x), GAN_AXES(1)), .5f);
}

/* Real examples are +-`real` by turns, made ones all `made`. */
static double quadratic(int regularizer, const gan_trainer_options *options, float real, float made)
{
    enum { EXAMPLES = 20000 };
    gan_model *d = gan_model_new(GAN_SHAPE(K));
    gan_model_add(d, gan_layer_function(half_square, NULL, NULL));
    struct view view = view_new(regularizer, options, d, EXAMPLES);
    gan_tensor *x = gan_tensor_new(GAN_SHAPE(EXAMPLES, K)), *y = gan_tensor_new(GAN_SHAPE(EXAMPLES, K));
    bool turns = regularizer == GAN_REGULARIZER_DRAGAN;
    for (int i = 0; i < EXAMPLES * K; i++) {
        gan_tensor_data(x)[i] = turns && i % 2 == 1 ? -real : real;
        gan_tensor_data(y)[i] = made;
    }
    gan_plan *plan = gan_plan_new(&view.penalty, 1);
    ck_made(plan);
    ck_ok(gan_plan_bind(plan, view.vars.real_input, x));
    ck_ok(gan_plan_bind(plan, view.vars.made_input, y));
    ck_ok(gan_plan_run(plan));
    double penalty = (double)gan_plan_scalar(plan, view.penalty);
    gan_plan_unref(plan);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_tape_unref(view.tape);
    gan_model_unref(d);
    return penalty;
}

/* x̂ = b + u(a − b), u uniform: moments of a uniform number between a and b. */
START_TEST(they_look_where_their_papers_say)
{
    const float a = 2, b = -.5f;
    gan_trainer_options options = options_with(-1, 0);
    options.penalty_target = 0;
    options.divergence_power = 4;
    options.dragan_deviation = .8f;
    const double second = K * (4 - 1 + .25) / 3, fourth = K * K * (32 + .5 * .0625) / (5 * 2.5);
    ck_near(quadratic(GAN_REGULARIZER_R1, &options, a, b), .5 * K * 4, 1e-3);
    ck_near(quadratic(GAN_REGULARIZER_R2, &options, a, b), .5 * K * .25, 1e-3);
    ck_near(quadratic(GAN_REGULARIZER_ZERO_CENTERED, &options, a, b), second, .1);
    ck_near(quadratic(GAN_REGULARIZER_GRADIENT_PENALTY, &options, a, b), second, .1);
    ck_near(quadratic(GAN_REGULARIZER_ONE_SIDED, &options, a, b), second, .1);
    ck_near(quadratic(GAN_REGULARIZER_WASSERSTEIN_DIVERGENCE, &options, a, b), fourth, 1);
    ck_near(quadratic(GAN_REGULARIZER_MAXIMUM, &options, a, b), K * 4, .01);
    /* s = a, so δ has the variance (.8a)²: E‖x + δ‖² = K(a² + .64a²) */
    ck_near(quadratic(GAN_REGULARIZER_DRAGAN, &options, a, b), K * 4 * 1.64, .15);
}
END_TEST

START_TEST(interpolates_draw_one_number_an_example)
{
    enum { EXAMPLES = 1000 };
    gan_tape *tape = gan_tape_new();
    gan_var *real = gan_tape_constant(tape, GAN_SHAPE(EXAMPLES, 2, K), 3);
    gan_var *x = gan_interpolate(real, gan_tape_constant(tape, GAN_SHAPE(EXAMPLES, 2, K), 1));
    gan_plan *plan = gan_plan_new(&x, 1);
    gan_tensor *out = gan_tensor_new(GAN_SHAPE(EXAMPLES, 2, K));
    ck_ok(gan_plan_run(plan));
    ck_ok(gan_plan_read(plan, x, out));
    double sum = 0, squares = 0;
    for (int i = 0; i < EXAMPLES; i++) {
        double u = ((double)gan_tensor_data(out)[i * 2 * K] - 1) / 2;
        ck_assert(u >= 0 && u <= 1);
        for (int j = 1; j < 2 * K; j++)
            ck_near(gan_tensor_data(out)[i * 2 * K + j], 1 + 2 * u, 1e-6);
        sum += u;
        squares += u * u;
    }
    ck_near(sum / EXAMPLES, .5, .05);
    ck_near(squares / EXAMPLES, 1. / 3, .05);
    gan_tensor_unref(out);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

START_TEST(norms_are_per_example_and_smooth_at_zero)
{
    static const float x[2 * K] = {1, 2, 2, 0, 0, 0};
    gan_tape *tape = gan_tape_new();
    gan_var *in = gan_tape_input(tape, GAN_SHAPE(2, K));
    gan_var *norm = gan_gradient_norm(half_square(NULL, in), in);
    gan_var *wanted[] = {norm, gan_grad(norm, in)};
    gan_plan *plan = gan_plan_new(wanted, 2);
    gan_tensor *norms = gan_tensor_new(GAN_SHAPE(2)), *slopes = gan_tensor_new(GAN_SHAPE(2, K));
    ck_ok(gan_plan_bind_memory(plan, in, x));
    ck_ok(gan_plan_run(plan));
    ck_ok(gan_plan_read(plan, norm, norms));
    ck_ok(gan_plan_read(plan, wanted[1], slopes));
    ck_near(gan_tensor_data(norms)[0], 3, 1e-6);
    ck_near(gan_tensor_data(norms)[1], 1e-6, 1e-9);
    ck_near(gan_tensor_data(slopes)[1], 2. / 3, 1e-6);
    for (int k = 0; k < K; k++)
        ck_assert(gan_tensor_data(slopes)[K + k] == 0);
    gan_tensor_unref(norms);
    gan_tensor_unref(slopes);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

START_TEST(shapes_that_do_not_fit_are_refused)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(3, 2)), *y = gan_tape_input(tape, GAN_SHAPE(3, 4));
    ck_null(gan_interpolate(x, y), "gan_interpolate: real is [3, 2] and made [3, 4], want equal shapes [N, …]");
    gan_tape_unref(tape);
    tape = gan_tape_new();
    x = gan_tape_input(tape, GAN_SHAPE(3, 2));
    ck_null(gan_interpolate(x, NULL), "gan_interpolate: made is NULL");
    ck_null(gan_interpolate(NULL, NULL), "gan_interpolate: real is NULL");
    gan_tape_unref(tape);
    tape = gan_tape_new();
    x = gan_tape_input(tape, GAN_SHAPE(3, 2));
    ck_null(gan_gradient_norm(x, x), "gan_gradient_norm: logits is [3, 2] and x [3, 2], want one logit for each");
    gan_tape_unref(tape);
    ck_null(gan_gradient_norm(NULL, NULL), "gan_gradient_norm: logits is NULL");
}
END_TEST

/* ---- second order, against central differences in double ---- */

START_TEST(gradients_agree_with_central_differences)
{
    enum { EXAMPLES = 5 };
    double numbers[EXAMPLES * K];
    for (int i = 0; i < EXAMPLES * K; i++)
        numbers[i] = sin(2.1 * i) * 1.3;
    for (int i = 0; i < PENALTIES; i++)
        for (int of_generator = 0; of_generator <= (gan_regularizers[i].halves == GAN_IN_BOTH); of_generator++) {
            gan_model *g = gan_model_new(GAN_SHAPE(2)), *d = gan_model_new(GAN_SHAPE(K));
            gan_model_add(g, gan_layer_dense(K));
            gan_model_add(g, gan_layer_tanh());
            gan_model_add(d, gan_layer_dense(4));
            gan_model_add(d, gan_layer_tanh());
            gan_model_add(d, gan_layer_dense(1));
            ck_ok(gan_model_initialize(g, 1));
            ck_ok(gan_model_initialize(d, 1));
            fill_on_grid(g, .5);
            fill_on_grid(d, 1.5);
            gan_trainer_options options = options_with(-1, 0);
            options.penalty_target = .4f; /* some norms lie above it, some below */
            options.divergence_power = 5;
            gan_tape *tape = gan_tape_new();
            struct gan_regularizer_view view = {
                .options = &options, .generator = g, .discriminator = d, .of_generator = of_generator};
            view.real_input = gan_tape_input(tape, GAN_SHAPE(EXAMPLES, K));
            view.made_input = gan_model_apply(g, gan_normal(tape, GAN_SHAPE(EXAMPLES, 2), 0, 1));
            view.real = gan_model_apply(d, view.real_input);
            view.made = gan_model_apply(d, view.made_input);
            view.loss = of_generator ? gan_objective_generator(&view) : gan_objective_discriminator(&view);
            gan_var *penalty = gan_regularizers[i].build(&view);
            ck_made(penalty);
            ck_differences(gan_regularizers[i].name, tape, penalty, d, view.real_input, numbers);
            if (gan_regularizers[i].halves == GAN_IN_BOTH)
                ck_differences(gan_regularizers[i].name, tape, penalty, g, view.real_input, numbers);
            gan_tape_unref(tape);
            gan_model_unref(g);
            gan_model_unref(d);
        }
}
END_TEST

/* ---- in the trainer ---- */

START_TEST(all_together_add_up)
{
    float alone[PENALTIES], sum = 0;
    gan_tensor *batch = small_batch(6, 3);
    for (int i = 0; i <= PENALTIES; i++) {
        gan_trainer_options options = options_with(-1, 0);
        for (int j = 0; j < PENALTIES; j++) /* what draws numbers of its own differs, so it stays out */
            if ((i == j || i == PENALTIES) &&
                (j == GAN_REGULARIZER_R1 || j == GAN_REGULARIZER_R2 || j == GAN_REGULARIZER_CONSENSUS))
                *(float *)(void *)((char *)&options + gan_regularizers[j].offset) = .5f + (float)j;
        gan_trainer *trainer = small_trainer(&options);
        gan_step_report report = GAN_STEP_REPORT_INIT;
        ck_ok(gan_train_step(trainer, batch, NULL, &report));
        if (i < PENALTIES) {
            alone[i] = report.d_penalty;
            sum += alone[i];
        } else {
            ck_near(report.d_penalty, sum, 1e-5);
            ck_assert(report.g_penalty > 0);
        }
        gan_trainer_unref(trainer);
    }
    ck_assert(alone[GAN_REGULARIZER_R1] > 0 && alone[GAN_REGULARIZER_R2] > 0 && alone[GAN_REGULARIZER_CONSENSUS] > 0);
    gan_tensor_unref(batch);
}
END_TEST

START_TEST(every_one_trains_small_networks)
{
    gan_tensor *batch = small_batch(9, 3);
    for (int i = 0; i < PENALTIES; i++) {
        gan_trainer_options options = options_with(i, .5f);
        gan_trainer *trainer = small_trainer(&options);
        gan_step_report report = GAN_STEP_REPORT_INIT;
        for (int step = 0; step < 3; step++)
            ck_assert_msg(gan_train_step(trainer, batch, NULL, &report) == GAN_OK, "%s: %s", gan_regularizers[i].name,
                          gan_error_message());
        /* a norm below the target costs nothing on one side */
        ck_assert(i == GAN_REGULARIZER_ONE_SIDED ? report.d_penalty >= 0 : report.d_penalty > 0);
        gan_trainer_unref(trainer);
    }
    gan_tensor_unref(batch);
}
END_TEST

START_TEST(batch_norm_in_the_discriminator_is_refused_by_each)
{
    for (int i = 0; i < PENALTIES; i++) {
        gan_model *g = small_generator(GAN_PRESET_STABLE), *d = gan_model_new(GAN_SHAPE(2, 3));
        gan_model_add(d, gan_layer_flatten());
        gan_model_add(d, gan_layer_dense(4));
        gan_model_add(d, gan_layer_batch_norm());
        gan_model_add(d, gan_layer_dense(1));
        gan_trainer_options options = options_with(i, 2);
        gan_trainer *trainer = gan_trainer_new(g, d, &options);
        if (gan_regularizers[i].per_example) {
            char message[200];
            snprintf(message, sizeof message, "%s is 2, but the discriminator mixes examples",
                     gan_regularizers[i].field);
            ck_null(trainer, message);
            options.mixed_penalty = true;
            trainer = gan_trainer_new(g, d, &options);
        }
        ck_made(trainer);
        gan_tensor *batch = small_batch(5, 1);
        ck_ok(gan_train_step(trainer, batch, NULL, NULL));
        gan_tensor_unref(batch);
        gan_trainer_unref(trainer);
        gan_model_unref(g);
        gan_model_unref(d);
    }
}
END_TEST

START_TEST(weights_stay_within_the_clip)
{
    gan_trainer_options options = options_with(-1, 0);
    options.loss = GAN_LOSS_WASSERSTEIN;
    options.weight_clip = .02f;
    options.generator_rate = options.discriminator_rate = .05f;
    gan_trainer *trainer = small_trainer(&options);
    gan_tensor *batch = small_batch(6, 3);
    int beyond_g = 0, at_bound = 0;
    for (int step = 0; step < 3; step++) {
        ck_ok(gan_train_step(trainer, batch, NULL, NULL));
        gan_tensor *of_d = numbers_of(gan_trainer_discriminator(trainer));
        gan_tensor *of_g = numbers_of(gan_trainer_generator(trainer));
        for (int64_t i = 0; i < gan_tensor_size(of_d); i++) {
            ck_assert(fabsf(gan_tensor_data(of_d)[i]) <= .02f);
            at_bound += fabsf(gan_tensor_data(of_d)[i]) == .02f;
        }
        for (int64_t i = 0; i < gan_tensor_size(of_g); i++)
            beyond_g += fabsf(gan_tensor_data(of_g)[i]) > .02f;
        gan_tensor_unref(of_d);
        gan_tensor_unref(of_g);
    }
    ck_assert(at_bound > 0 && beyond_g > 0);
    gan_tensor_unref(batch);
    gan_trainer_unref(trainer);
}
END_TEST

/* What the checkpoint of a run with one penalty says to a trainer with another. */
START_TEST(checkpoints_know_penalties_and_labels)
{
    const char *path = scratch_file("penalties.checkpoint");
    gan_trainer_options o = options_with(GAN_REGULARIZER_GRADIENT_PENALTY, 2), other = o;
    gan_trainer *trainer = small_trainer(&o);
    gan_tensor *batch = small_batch(4, 1);
    ck_ok(gan_train_step(trainer, batch, NULL, NULL));
    ck_ok(gan_trainer_save(trainer, NULL, path));
    ck_ok(gan_trainer_load(trainer, NULL, path));
    gan_trainer_unref(trainer);
    gan_tensor_unref(batch);
    other.gradient_penalty_weight = 3;
    other.weight_clip = .5f;
    other.label_flip = .25f;
    trainer = small_trainer(&other);
    ck_fails(gan_trainer_load(trainer, NULL, path), GAN_ERROR_INVALID_ARGUMENT,
             "options.gradient_penalty_weight is 3, and 2 in the checkpoint; options.weight_clip is 0.5, and 0");
    ck_message("options.label_flip is 0.25, and 0");
    gan_trainer_unref(trainer);
}
END_TEST

START_TEST(every_field_is_checked)
{
    struct dirac players = dirac_new(1, 1);
    for (int i = 0; i < GAN_REGULARIZERS; i++) {
        gan_trainer_options options = options_with(i, -1);
        char message[120];
        snprintf(message, sizeof message, "gan_trainer_new: %s is -1, want a finite number, 0 or more",
                 gan_regularizers[i].field);
        ck_null(gan_trainer_new(players.g, players.d, &options), message);
    }
    gan_trainer_options o = options_with(-1, 0);
    o.penalty_target = NAN;
    ck_null(gan_trainer_new(players.g, players.d, &o), "penalty_target is nan, want a finite number, 0 or more");
    o = options_with(-1, 0);
    o.dragan_deviation = 0;
    ck_null(gan_trainer_new(players.g, players.d, &o), "dragan_deviation is 0, want a finite number above 0");
    o = options_with(-1, 0);
    o.divergence_power = -2;
    ck_null(gan_trainer_new(players.g, players.d, &o), "divergence_power is -2, want a finite number above 0");
    o = options_with(-1, 0);
    o.weight_clip = -.5f;
    ck_null(gan_trainer_new(players.g, players.d, &o), "weight_clip is -0.5, want a finite number, 0 (no bound) or");
    o = options_with(-1, 0);
    o.optimizer = (gan_optimizer_kind)7;
    ck_null(gan_trainer_new(players.g, players.d, &o), "optimizer is 7, want a gan_optimizer_kind");
    dirac_unref(&players);
}
END_TEST

static const struct test_case tests[] = {
    {"with a linear discriminator they are their closed forms",
     with_a_linear_discriminator_they_are_their_closed_forms},
    {"two steps with each are those worked out", two_steps_with_each_are_those_worked_out},
    {"they look where their papers say", they_look_where_their_papers_say},
    {"interpolates draw one number an example", interpolates_draw_one_number_an_example},
    {"norms are per example and smooth at zero", norms_are_per_example_and_smooth_at_zero},
    {"shapes that do not fit are refused", shapes_that_do_not_fit_are_refused},
    {"gradients agree with central differences", gradients_agree_with_central_differences},
    {"all together add up", all_together_add_up},
    {"every one trains small networks", every_one_trains_small_networks},
    {"batch norm in the discriminator is refused by each", batch_norm_in_the_discriminator_is_refused_by_each},
    {"weights stay within the clip", weights_stay_within_the_clip},
    {"checkpoints know penalties and labels", checkpoints_know_penalties_and_labels},
    {"every field is checked", every_field_is_checked},
};

int main(void)
{
    return RUN_SUITE("train: regularisers", tests);
}

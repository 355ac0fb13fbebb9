/*
 * EBGAN and BEGAN: losses of a discriminator that is an autoencoder, against closed forms in double, over several
 * steps; BEGAN's k, its bounds, its measure of convergence, and that a checkpoint holds it.
 */
#include "players.h"

#include "config.h"

#include <unistd.h>

enum { N = 4, STEPS = 12 };

static const float data[N] = {1, -2, 0.5f, 1.5f};

/* ---- the losses by themselves ---- */

struct outcome {
    double loss, to_real[N], to_made[N], to_k;
};

static struct outcome evaluate(const float *real, const float *made, float k, float margin)
{
    gan_tape *tape = gan_tape_new();
    gan_var *r = gan_tape_input(tape, GAN_SHAPE(N, 1)), *f = gan_tape_input(tape, GAN_SHAPE(N, 1));
    gan_var *factor = gan_tape_input(tape, GAN_SCALAR);
    gan_var *loss = margin > 0 ? gan_loss_energy_margin(r, f, margin) : gan_loss_boundary_equilibrium(r, f, factor);
    gan_var *wanted[] = {loss, gan_grad(loss, r), gan_grad(loss, f), margin > 0 ? loss : gan_grad(loss, factor)};
    gan_plan *plan = gan_plan_new(wanted, 4);
    ck_made(plan);
    ck_ok(gan_plan_bind_memory(plan, r, real));
    ck_ok(gan_plan_bind_memory(plan, f, made));
    if (margin <= 0)
        ck_ok(gan_plan_bind_memory(plan, factor, &k));
    ck_ok(gan_plan_run(plan));
    struct outcome out = {.loss = (double)gan_plan_scalar(plan, loss),
                          .to_k = (double)gan_plan_scalar(plan, wanted[3])};
    gan_tensor *gradient = gan_tensor_new(GAN_SHAPE(N, 1));
    for (int side = 0; side < 2; side++) {
        ck_ok(gan_plan_read(plan, wanted[1 + side], gradient));
        for (int i = 0; i < N; i++)
            (side == 0 ? out.to_real : out.to_made)[i] = (double)gan_tensor_data(gradient)[i];
    }
    gan_tensor_unref(gradient);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    return out;
}

/* Errors .25, 1, 2, .5 on real examples; .5, 3, 1, 1.5 on made ones, of which the margin 1.25 reaches the first and the
 * third. */
START_TEST(the_losses_are_their_closed_forms)
{
    static const float real[N] = {-0.25f, -1, -2, -0.5f}, made[N] = {-0.5f, -3, -1, -1.5f};
    struct outcome of = evaluate(real, made, 0, 1.25f);
    ck_near(of.loss, 3.75 / 4 + (.75 + .25) / 4, 1e-6);
    for (int i = 0; i < N; i++) {
        ck_near(of.to_real[i], -.25, 1e-7);
        ck_near(of.to_made[i], i % 2 == 0 ? .25 : 0, 1e-7);
    }
    of = evaluate(real, made, 0.3f, 0);
    ck_near(of.loss, 3.75 / 4 - .3 * 6 / 4, 1e-6);
    ck_near(of.to_k, -6.0 / 4, 1e-6);
    for (int i = 0; i < N; i++) {
        ck_near(of.to_real[i], -.25, 1e-7);
        ck_near(of.to_made[i], .3 / 4, 1e-7);
    }
}
END_TEST

/* ---- steps: D gives back w·x, G makes θ ---- */

struct setting {
    gan_loss loss;
    int power;
    double theta, weight; /* at the beginning */
    double rate, margin, diversity, balance_rate;
};

struct state {
    double theta, weight, k;
};

/* |1 − w|^p·|x|^p, and its derivative to w but for |x|^p */
static double error_of(double weight, int power)
{
    double off = fabs(1 - weight);
    return power == 1 ? off : off * off;
}

static double error_slope(double weight, int power)
{
    return power == 1 ? (weight < 1 ? -1 : 1) : -2 * (1 - weight);
}

static double power_of(double x, int power)
{
    return power == 1 ? fabs(x) : x * x;
}

/* A step of gradient descent, D first; the errors that the report then tells. */
static void step_by_hand(const struct setting *s, struct state *at, double *real_error, double *made_error)
{
    double real = 0, made = power_of(at->theta, s->power);
    for (int i = 0; i < N; i++)
        real += power_of((double)data[i], s->power) / N;
    double error = error_of(at->weight, s->power), share = at->k;
    if (s->loss == GAN_LOSS_ENERGY_MARGIN)
        share = error * made < s->margin ? 1 : 0;
    *real_error = error * real;
    at->weight -= s->rate * error_slope(at->weight, s->power) * (real - share * made);
    error = error_of(at->weight, s->power);
    *made_error = error * made;
    at->theta -= s->rate * error * (s->power == 1 ? (at->theta < 0 ? -1 : 1) : 2 * at->theta);
    if (s->loss == GAN_LOSS_BOUNDARY_EQUILIBRIUM)
        at->k = fmin(1, fmax(0, at->k + s->balance_rate * (s->diversity * *real_error - *made_error)));
}

static struct dirac players_of(const struct setting *s)
{
    struct dirac players = dirac_new((float)s->theta, 0);
    gan_model_unref(players.d);
    players.d = gan_model_new(GAN_SHAPE(1));
    gan_model_add(players.d, gan_layer_reconstruction(gan_layer_without_bias(gan_layer_dense(1)), s->power));
    ck_ok(gan_model_initialize(players.d, 2));
    players.psi = gan_tensor_data(gan_model_parameter(players.d, 0));
    *players.psi = (float)s->weight;
    return players;
}

static gan_trainer_options options_of(const struct setting *s)
{
    gan_trainer_options o = dirac_options((float)s->rate);
    o.loss = s->loss;
    o.margin = (float)s->margin;
    o.diversity_ratio = (float)s->diversity;
    o.equilibrium_rate = (float)s->balance_rate;
    return o;
}

/* Trains, compares every step, and returns the least and the greatest k. */
static void follow(const struct setting *s, double *least, double *greatest)
{
    struct dirac players = players_of(s);
    gan_trainer_options options = options_of(s);
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &options);
    ck_made(trainer);
    gan_tensor *batch = gan_tensor_from(GAN_SHAPE(N, 1), data);
    struct state at = {s->theta, s->weight, 0};
    gan_step_report report = GAN_STEP_REPORT_INIT;
    for (int step = 0; step < STEPS; step++) {
        double k = at.k, real, made;
        step_by_hand(s, &at, &real, &made);
        ck_ok(gan_train_step(trainer, batch, NULL, &report));
        ck_near(*players.theta, at.theta, 2e-5);
        ck_near(*players.psi, at.weight, 2e-5);
        ck_near(report.d_real_logit, -real, 2e-5);
        ck_near(report.g_loss, made, 2e-5);
        bool balanced = s->loss == GAN_LOSS_BOUNDARY_EQUILIBRIUM;
        ck_near(report.balance, k, 2e-5);
        ck_near(report.convergence, balanced ? real + fabs(s->diversity * real - made) : 0, 2e-5);
        *least = fmin(*least, at.k);
        *greatest = fmax(*greatest, at.k);
    }
    gan_tensor_unref(batch);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}

START_TEST(steps_with_a_margin_are_those_worked_out)
{
    for (int power = 1; power <= 2; power++) { /* the made error begins within the margin, then beyond it */
        const struct setting within = {GAN_LOSS_ENERGY_MARGIN, power, 0.75, -0.5, 0.03, 2, 0.5, 0.001};
        const struct setting beyond = {GAN_LOSS_ENERGY_MARGIN, power, 3, -0.5, 0.03, 2, 0.5, 0.001};
        double least = 0, greatest = 0;
        follow(&within, &least, &greatest);
        follow(&beyond, &least, &greatest);
        ck_assert(least == 0 && greatest == 0);
    }
}
END_TEST

START_TEST(steps_at_the_boundary_are_those_worked_out)
{
    for (int power = 1; power <= 2; power++) {
        const struct setting slow = {GAN_LOSS_BOUNDARY_EQUILIBRIUM, power, 0.3, -0.4, 0.03, 1, 0.5, 0.02};
        double least = 1, greatest = 0;
        follow(&slow, &least, &greatest);
        ck_assert(least > 0 && greatest < 1);
    }
}
END_TEST

START_TEST(k_stays_between_0_and_1)
{
    const struct setting up = {GAN_LOSS_BOUNDARY_EQUILIBRIUM, 1, 0.3, -0.4, 0.03, 1, 0.5, 1};
    const struct setting down = {GAN_LOSS_BOUNDARY_EQUILIBRIUM, 1, 4, -0.4, 0.03, 1, 0.5, 1};
    double least = 1, greatest = 0;
    follow(&up, &least, &greatest);
    ck_assert(greatest == 1);
    least = 1;
    greatest = 0;
    follow(&down, &least, &greatest);
    ck_assert(least == 0 && greatest == 0);
}
END_TEST

/* Consensus has D's loss in G's half, k and all. */
START_TEST(other_halves_and_orders_have_k)
{
    const struct setting s = {GAN_LOSS_BOUNDARY_EQUILIBRIUM, 2, 0.3, -0.4, 0.03, 1, 0.5, 0.5};
    for (int order = GAN_UPDATE_D_FIRST; order <= GAN_UPDATE_SIMULTANEOUS; order++) {
        struct dirac players = players_of(&s);
        gan_trainer_options options = options_of(&s);
        options.consensus_weight = 0.01f;
        options.update = (gan_update_order)order;
        gan_trainer *trainer = gan_trainer_new(players.g, players.d, &options);
        ck_made(trainer);
        gan_tensor *batch = gan_tensor_from(GAN_SHAPE(N, 1), data);
        gan_step_report first = GAN_STEP_REPORT_INIT, second = GAN_STEP_REPORT_INIT;
        ck_ok(gan_train_step(trainer, batch, NULL, &first));
        ck_ok(gan_train_step(trainer, batch, NULL, &second));
        double k = 0.5 * (0.5 * -(double)first.d_real_logit - (double)first.g_loss);
        ck_near(second.balance, k, 1e-6);
        ck_near(second.d_loss, -(double)second.d_real_logit + k * (double)second.d_made_logit, 1e-6);
        gan_tensor_unref(batch);
        gan_trainer_unref(trainer);
        dirac_unref(&players);
    }
}
END_TEST

/* ---- presets, checkpoints, refusals ---- */

START_TEST(the_presets_train_and_are_the_papers)
{
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_EBGAN));
    ck_assert_int_eq(o.loss, GAN_LOSS_ENERGY_MARGIN);
    ck_assert(o.margin == 1 && o.beta1 == 0.5f);
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_BEGAN));
    ck_assert_int_eq(o.loss, GAN_LOSS_BOUNDARY_EQUILIBRIUM);
    ck_assert(o.diversity_ratio == 0.5f && o.equilibrium_rate == 0.001f && o.generator_rate == 1e-4f);
    for (gan_recipe recipe = GAN_RECIPE_MLP; gan_recipe_name(recipe) != NULL; recipe++)
        for (int preset = GAN_PRESET_EBGAN; preset <= GAN_PRESET_BEGAN; preset++) {
            gan_discriminator_options d;
            ck_ok(gan_discriminator_options_init(&d, recipe));
            ck_ok(gan_discriminator_options_preset(&d, (gan_preset)preset));
            ck_assert_int_eq(d.code_size, 64);
            ck_assert_int_eq(d.reconstruction_power, preset == GAN_PRESET_EBGAN ? 2 : 1);
            ck_assert(preset == GAN_PRESET_EBGAN || d.normalization == GAN_NORMALIZATION_NONE);
        }
    for (int preset = GAN_PRESET_EBGAN; preset <= GAN_PRESET_BEGAN; preset++) {
        ck_ok(gan_trainer_options_init(&o, (gan_preset)preset));
        gan_trainer *trainer = small_trainer(&o);
        gan_tensor *batch = small_batch(8, 3);
        gan_step_report report = GAN_STEP_REPORT_INIT;
        for (int step = 0; step < 3; step++)
            ck_ok(gan_train_step(trainer, batch, NULL, &report));
        ck_assert(report.d_real_logit < 0 && report.g_loss > 0);
        gan_tensor_unref(batch);
        gan_trainer_unref(trainer);
    }
}
END_TEST

#ifdef HAVE_JANSSON
START_TEST(a_checkpoint_holds_k)
{
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_BEGAN));
    o.equilibrium_rate = 0.1f;
    o.diversity_ratio = 1;
    o.generator_rate = 0.05f; /* so that G's error soon is the smaller one, and k moves */
    gan_trainer *first = small_trainer(&o), *second = small_trainer(&o);
    gan_tensor *batch = small_batch(8, 3);
    gan_step_report report = GAN_STEP_REPORT_INIT, again = GAN_STEP_REPORT_INIT;
    for (int step = 0; step < 20; step++)
        ck_ok(gan_train_step(first, batch, NULL, NULL));
    ck_ok(gan_trainer_save(first, NULL, "began.checkpoint"));
    ck_ok(gan_trainer_load(second, NULL, "began.checkpoint"));
    ck_ok(gan_train_step(first, batch, NULL, &report));
    ck_ok(gan_train_step(second, batch, NULL, &again));
    ck_assert_msg(report.balance > 0 && report.balance == again.balance, "k is %g and %g", (double)report.balance,
                  (double)again.balance);
    ck_assert(report.d_loss == again.d_loss && report.convergence == again.convergence);
    unlink("began.checkpoint");
    gan_tensor_unref(batch);
    gan_trainer_unref(first);
    gan_trainer_unref(second);
}
END_TEST
#endif

static void ck_trainer_fails(const gan_trainer_options *o, gan_preset networks, const char *message)
{
    gan_model *g = small_generator(networks), *d = small_discriminator(networks);
    ck_null(gan_trainer_new(g, d, o), message);
    gan_model_unref(g);
    gan_model_unref(d);
}

START_TEST(what_cannot_be_meant_is_refused)
{
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_EBGAN));
    ck_trainer_fails(&o, GAN_PRESET_STABLE,
                     "gan_trainer_new: the energy-margin loss is of errors that an autoencoder leaves, but the "
                     "discriminator does not end in gan_layer_reconstruction; set code_size");
    o.margin = 0;
    ck_trainer_fails(&o, GAN_PRESET_EBGAN, "gan_trainer_new: margin is 0, want a finite number above 0");
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_BEGAN));
    o.diversity_ratio = 1.5f;
    ck_trainer_fails(&o, GAN_PRESET_BEGAN, "gan_trainer_new: diversity_ratio is 1.5, want 0 to 1");
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_BEGAN));
    o.equilibrium_rate = -1;
    ck_trainer_fails(&o, GAN_PRESET_BEGAN, "gan_trainer_new: equilibrium_rate is -1, want a finite number, 0 or more");
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_BEGAN));
    o.label_smoothing = 0.1f;
    ck_trainer_fails(&o, GAN_PRESET_BEGAN, "the boundary-equilibrium loss has no labels");
}
END_TEST

START_TEST(presets_have_names)
{
    gan_preset preset = GAN_PRESET_ARTICLE;
    int count = 0;
    for (; gan_preset_name((gan_preset)count) != NULL; count++) {
        ck_ok(gan_preset_from_name(gan_preset_name((gan_preset)count), &preset));
        ck_assert_int_eq(preset, count);
    }
    ck_assert_int_eq(count, GAN_PRESET_BEGAN + 1);
    ck_assert_str_eq(gan_preset_name(GAN_PRESET_WGAN_GP), "wgan-gp");
    ck_fails(gan_preset_from_name("best", &preset), GAN_ERROR_INVALID_ARGUMENT,
             "there is no preset \"best\"; there are article, stable, wgan,");
    ck_message("ebgan, began");
    ck_fails(gan_preset_from_name(NULL, &preset), GAN_ERROR_INVALID_ARGUMENT, "name is NULL");
}
END_TEST

START_TEST(the_numbers_beside_are_asked_for)
{
    static const struct {
        gan_loss loss;
        const char *message;
    } cases[] = {{GAN_LOSS_ENERGY_MARGIN, "call gan_loss_energy_margin"},
                 {GAN_LOSS_BOUNDARY_EQUILIBRIUM, "call gan_loss_boundary_equilibrium"}};
    for (int i = 0; i < 2; i++) {
        gan_tape *tape = gan_tape_new();
        gan_var *f = gan_tape_input(tape, GAN_SHAPE(N, 1));
        gan_var *of_g = gan_loss_generator(cases[i].loss, NULL, f);
        ck_assert_ptr_nonnull(of_g);
        ck_null(gan_loss_discriminator(cases[i].loss, f, f), cases[i].message);
        gan_tape_unref(tape);
    }
    gan_tape *tape = gan_tape_new();
    gan_var *f = gan_tape_input(tape, GAN_SHAPE(N, 1));
    ck_null(gan_loss_energy_margin(f, f, -1), "gan_loss_energy_margin: margin is -1, want a finite number above 0");
    gan_tape_unref(tape);
    tape = gan_tape_new();
    f = gan_tape_input(tape, GAN_SHAPE(N, 1));
    ck_null(gan_loss_boundary_equilibrium(f, f, f), "gan_loss_boundary_equilibrium: k is [4, 1], want a scalar");
    gan_tape_unref(tape);
}
END_TEST

static const struct test_case tests[] = {
    {"the losses are their closed forms", the_losses_are_their_closed_forms},
    {"steps with a margin are those worked out", steps_with_a_margin_are_those_worked_out},
    {"steps at the boundary are those worked out", steps_at_the_boundary_are_those_worked_out},
    {"k stays between 0 and 1", k_stays_between_0_and_1},
    {"other halves and orders have k", other_halves_and_orders_have_k},
    {"the presets train and are the papers'", the_presets_train_and_are_the_papers},
#ifdef HAVE_JANSSON
    {"a checkpoint holds k", a_checkpoint_holds_k},
#endif
    {"what cannot be meant is refused", what_cannot_be_meant_is_refused},
    {"presets have names", presets_have_names},
    {"the numbers beside are asked for", the_numbers_beside_are_asked_for},
};

int main(void)
{
    return RUN_SUITE("train: energy", tests);
}

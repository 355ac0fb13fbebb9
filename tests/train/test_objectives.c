/*
 * Every loss against its closed form in double: value and gradients, D's and G's; then two steps of training with it,
 * gradient worked out by hand. Labels smoothed and exchanged, and losses of the caller's own.
 */
#include "players.h"

#include "train/losses.h"

enum { N = 7 };

static const float real_logits[N] = {0, 1.5f, -2, .25f, 3.75f, -.5f, 2};
static const float made_logits[N] = {.5f, -1.25f, 3, -.125f, -2.5f, .75f, 0};

static double sp(double t)
{
    return t > 0 ? t + log1p(exp(-t)) : log1p(exp(t));
}

static double sigmoid(double t)
{
    return 1 / (1 + exp(-t));
}

/* A function of one number, and its derivative. */
struct value {
    double value, slope;
};

typedef struct value term(double t);

static struct value nothing(double t)
{
    (void)t;
    return (struct value){0, 0};
}

static struct value up(double t) /* sp(−t) */
{
    return (struct value){sp(-t), -sigmoid(-t)};
}

static struct value down(double t) /* sp(t) */
{
    return (struct value){sp(t), sigmoid(t)};
}

static struct value not_down(double t)
{
    return (struct value){-sp(t), -sigmoid(t)};
}

static struct value half_square_from_1(double t)
{
    return (struct value){.5 * (t - 1) * (t - 1), t - 1};
}

static struct value half_square(double t)
{
    return (struct value){.5 * t * t, t};
}

static struct value square_from_1(double t)
{
    return (struct value){(t - 1) * (t - 1), 2 * (t - 1)};
}

static struct value square_from_minus_1(double t)
{
    return (struct value){(t + 1) * (t + 1), 2 * (t + 1)};
}

static struct value hinge_up(double t)
{
    return (struct value){t < 1 ? 1 - t : 0, t < 1 ? -1 : 0};
}

static struct value hinge_down(double t)
{
    return (struct value){t > -1 ? 1 + t : 0, t > -1 ? 1 : 0};
}

static struct value plus(double t)
{
    return (struct value){t, 1};
}

static struct value minus(double t)
{
    return (struct value){-t, -1};
}

static struct value conjugate_kl(double t)
{
    return (struct value){exp(t - 1), exp(t - 1)};
}

static struct value minus_conjugate_kl(double t)
{
    return (struct value){-exp(t - 1), -exp(t - 1)};
}

static struct value reverse_kl_real(double t)
{
    return (struct value){exp(-t), -exp(-t)};
}

static struct value reverse_kl_made(double t)
{
    return (struct value){t - 1, 1};
}

static struct value reverse_kl_g(double t)
{
    return (struct value){1 - t, -1};
}

static struct value shannon_real(double t) /* −log 2 + sp(−t) */
{
    return (struct value){sp(-t) - log(2), -sigmoid(-t)};
}

static struct value shannon_made(double t)
{
    return (struct value){sp(t) - log(2), sigmoid(t)};
}

static struct value shannon_g(double t)
{
    return (struct value){log(2) - sp(t), -sigmoid(t)};
}

static struct value pearson_made(double t)
{
    return (struct value){t * t / 4 + t, t / 2 + 1};
}

static struct value pearson_g(double t)
{
    return (struct value){-t * t / 4 - t, -t / 2 - 1};
}

/* The loss is the mean of real(r) + made(f) [alone], of made(f − r) [paired], or of real(r − E f) + made(f − E r). */
enum form { ALONE, PAIRED, AVERAGE };

struct formula {
    gan_loss loss;
    enum form form;
    term *d_real, *d_made, *g_real, *g_made;
};

static const struct formula formulas[] = {
    {GAN_LOSS_NON_SATURATING, ALONE, up, down, nothing, up},
    {GAN_LOSS_MINIMAX, ALONE, up, down, nothing, not_down},
    {GAN_LOSS_LEAST_SQUARES, ALONE, half_square_from_1, half_square, nothing, half_square_from_1},
    {GAN_LOSS_HINGE, ALONE, hinge_up, hinge_down, nothing, minus},
    {GAN_LOSS_WASSERSTEIN, ALONE, minus, plus, nothing, minus},
    {GAN_LOSS_RELATIVISTIC, PAIRED, nothing, down, nothing, up},
    {GAN_LOSS_RELATIVISTIC_AVERAGE, AVERAGE, up, down, down, up},
    {GAN_LOSS_RELATIVISTIC_AVERAGE_LEAST_SQUARES, AVERAGE, square_from_1, square_from_minus_1, square_from_minus_1,
     square_from_1},
    {GAN_LOSS_RELATIVISTIC_AVERAGE_HINGE, AVERAGE, hinge_up, hinge_down, hinge_down, hinge_up},
    {GAN_LOSS_F_KL, ALONE, minus, conjugate_kl, nothing, minus_conjugate_kl},
    {GAN_LOSS_F_REVERSE_KL, ALONE, reverse_kl_real, reverse_kl_made, nothing, reverse_kl_g},
    {GAN_LOSS_F_JENSEN_SHANNON, ALONE, shannon_real, shannon_made, nothing, shannon_g},
    {GAN_LOSS_F_PEARSON, ALONE, minus, pearson_made, nothing, pearson_g},
};

#define FORMULAS (sizeof formulas / sizeof formulas[0])

struct outcome {
    double loss, to_real[N], to_made[N]; /* the derivatives */
};

static struct outcome by_hand(const struct formula *formula, bool discriminator, const double *r, const double *f)
{
    struct outcome out = {0};
    term *real = discriminator ? formula->d_real : formula->g_real;
    term *made = discriminator ? formula->d_made : formula->g_made;
    double mean_r = 0, mean_f = 0;
    for (int i = 0; i < N && formula->form == AVERAGE; i++) {
        mean_r += r[i] / N;
        mean_f += f[i] / N;
    }
    for (int i = 0; i < N; i++) {
        struct value of_r = real(r[i] - mean_f), of_f = made(f[i] - mean_r);
        if (formula->form == PAIRED) {
            of_f = made(f[i] - r[i]);
            of_r = (struct value){0, -of_f.slope};
        }
        out.loss += (of_r.value + of_f.value) / N;
        out.to_real[i] += of_r.slope / N;
        out.to_made[i] += of_f.slope / N;
        for (int j = 0; j < N && formula->form == AVERAGE; j++) { /* by way of the means */
            out.to_made[j] -= of_r.slope / N / N;
            out.to_real[j] -= of_f.slope / N / N;
        }
    }
    return out;
}

/* The same by the library. */
static struct outcome evaluate(gan_loss loss, bool discriminator, const float *real, const float *made)
{
    gan_tape *tape = gan_tape_new();
    gan_var *r = gan_tape_input(tape, GAN_SHAPE(N, 1)), *f = gan_tape_input(tape, GAN_SHAPE(N, 1));
    gan_var *value = discriminator ? gan_loss_discriminator(loss, r, f) : gan_loss_generator(loss, r, f);
    gan_var *wanted[] = {value, gan_grad(value, r), gan_grad(value, f)};
    gan_plan *plan = gan_plan_new(wanted, 3);
    ck_made(plan);
    ck_assert_int_eq(gan_var_rank(value), 0);
    ck_ok(gan_plan_bind_memory(plan, r, real));
    ck_ok(gan_plan_bind_memory(plan, f, made));
    ck_ok(gan_plan_run(plan));
    struct outcome out = {.loss = (double)gan_plan_scalar(plan, value)};
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

#define ck_close(got, wanted, name)                                                                                    \
    ck_assert_msg(fabs((got) - (wanted)) <= 2e-6 * (1 + fabs(wanted)), "%s: %s is %.9g, want %.9g", name, #got,        \
                  (double)(got), (double)(wanted))

START_TEST(every_loss_and_its_gradients_are_their_closed_forms)
{
    double r[N], f[N];
    for (int i = 0; i < N; i++) {
        r[i] = (double)real_logits[i];
        f[i] = (double)made_logits[i];
    }
    for (size_t k = 0; k < FORMULAS; k++)
        for (int discriminator = 0; discriminator < 2; discriminator++) {
            const char *name = gan_loss_name(formulas[k].loss);
            struct outcome wanted = by_hand(&formulas[k], discriminator, r, f);
            struct outcome got = evaluate(formulas[k].loss, discriminator, real_logits, made_logits);
            ck_close(got.loss, wanted.loss, name);
            for (int i = 0; i < N; i++) {
                ck_close(got.to_real[i], wanted.to_real[i], name);
                ck_close(got.to_made[i], wanted.to_made[i], name);
            }
        }
}
END_TEST

/* Those after GAN_LOSS_CUSTOM have theirs in test_energy.c. */
START_TEST(every_loss_has_a_closed_form_here)
{
    for (int loss = 0; loss < GAN_LOSS_CUSTOM; loss++) {
        int found = 0;
        for (size_t k = 0; k < FORMULAS; k++)
            found += formulas[k].loss == (gan_loss)loss;
        ck_assert_msg(found == 1, "%s has no formula in this test", gan_loss_name((gan_loss)loss));
    }
    ck_assert_int_eq(FORMULAS, GAN_LOSS_CUSTOM);
    ck_assert_ptr_null(gan_loss_row((gan_loss)(GAN_LOSS_BOUNDARY_EQUILIBRIUM + 1)));
}
END_TEST

/* Where the formula itself is finite, so is what is computed. */
START_TEST(losses_stay_finite_at_enormous_logits)
{
    static const gan_loss safe[] = {GAN_LOSS_HINGE,
                                    GAN_LOSS_WASSERSTEIN,
                                    GAN_LOSS_RELATIVISTIC,
                                    GAN_LOSS_RELATIVISTIC_AVERAGE,
                                    GAN_LOSS_RELATIVISTIC_AVERAGE_HINGE,
                                    GAN_LOSS_F_JENSEN_SHANNON};
    float high[N], low[N];
    for (int i = 0; i < N; i++) {
        high[i] = 1e30f;
        low[i] = -1e30f;
    }
    for (size_t k = 0; k < sizeof safe / sizeof safe[0]; k++)
        for (int which = 0; which < 4; which++) {
            struct outcome out = evaluate(safe[k], which & 1, which & 2 ? high : low, which & 2 ? low : high);
            ck_assert_msg(isfinite(out.loss), "%s", gan_loss_name(safe[k]));
            for (int i = 0; i < N; i++)
                ck_assert(isfinite(out.to_real[i]) && isfinite(out.to_made[i]));
        }
}
END_TEST

/* ---- two steps ---- */

static const float data[N] = {.5f, -1, 2, .25f, 1.5f, -.75f, 1};

/* D(x) = ψx, G = θ: simultaneous steps, chain rule by hand. */
static void step_by_hand(const struct formula *formula, double rate, double *theta, double *psi)
{
    double r[N], f[N], to_psi = 0, to_theta = 0;
    for (int i = 0; i < N; i++) {
        r[i] = *psi * (double)data[i];
        f[i] = *psi * *theta;
    }
    struct outcome d = by_hand(formula, true, r, f), g = by_hand(formula, false, r, f);
    for (int i = 0; i < N; i++) {
        to_psi += d.to_real[i] * (double)data[i] + d.to_made[i] * *theta;
        to_theta += g.to_made[i] * *psi;
    }
    *psi -= rate * to_psi;
    *theta -= rate * to_theta;
}

static gan_tensor *real_batch(void)
{
    gan_tensor *batch = gan_tensor_from(GAN_SHAPE(N, 1), data);
    ck_made(batch);
    return batch;
}

START_TEST(two_steps_with_every_loss_are_those_worked_out)
{
    for (size_t k = 0; k < FORMULAS; k++) {
        double theta = -.4, psi = .7;
        struct dirac players = dirac_new((float)theta, (float)psi);
        gan_trainer_options options = dirac_options(.25f);
        options.loss = formulas[k].loss;
        options.update = GAN_UPDATE_SIMULTANEOUS;
        gan_trainer *trainer = gan_trainer_new(players.g, players.d, &options);
        ck_made(trainer);
        gan_tensor *batch = real_batch();
        for (int step = 0; step < 2; step++) {
            ck_ok(gan_train_step(trainer, batch, NULL, NULL));
            step_by_hand(&formulas[k], .25, &theta, &psi);
            ck_close((double)*players.theta, theta, gan_loss_name(formulas[k].loss));
            ck_close((double)*players.psi, psi, gan_loss_name(formulas[k].loss));
        }
        ck_assert(fabs(psi - .7) > 1e-3 && fabs(theta + .4) > 1e-3);
        gan_tensor_unref(batch);
        gan_trainer_unref(trainer);
        dirac_unref(&players);
    }
}
END_TEST

/* ---- labels ---- */

/* D's loss at a point, by way of a trainer with these options; rate 0, so that nothing moves. */
static float d_loss_with(gan_trainer_options options, int steps)
{
    struct dirac players = dirac_new(-.4f, .7f);
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &options);
    ck_made(trainer);
    gan_tensor *batch = real_batch();
    gan_step_report report = GAN_STEP_REPORT_INIT;
    for (int i = 0; i < steps; i++)
        ck_ok(gan_train_step(trainer, batch, NULL, &report));
    gan_tensor_unref(batch);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
    return report.d_loss;
}

START_TEST(smoothing_lowers_the_labels_of_real_examples_alone)
{
    double f = -.28, ce = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        double r = .7 * (double)data[i];
        ce += (sp(r) - .9 * r + sp(f)) / N; /* .9·sp(−r) + .1·sp(r) = sp(r) − .9r */
        squares += .5 * ((r - .9) * (r - .9) + f * f) / N;
    }
    gan_trainer_options options = dirac_options(0);
    options.label_smoothing = .1f;
    ck_near(d_loss_with(options, 1), ce, 1e-6);
    options = dirac_options(0);
    options.label_smoothing = .1f;
    options.loss = GAN_LOSS_MINIMAX;
    ck_near(d_loss_with(options, 1), ce, 1e-6);
    options = dirac_options(0);
    options.label_smoothing = .1f;
    options.loss = GAN_LOSS_LEAST_SQUARES;
    ck_near(d_loss_with(options, 1), squares, 1e-6);
}
END_TEST

/*
 * With labels exchanged at probability p the expected loss is (1 − p)·L + p·L', L' with all labels exchanged; a mean
 * over many steps must be near it, and single steps differ.
 */
START_TEST(flipping_exchanges_labels_with_its_probability)
{
    enum { STEPS = 4000 };
    const double p = .25;
    double f = -.28, straight = 0, exchanged = 0, sum = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        double r = .7 * (double)data[i];
        straight += (sp(-r) + sp(f)) / N;
        exchanged += (sp(r) + sp(-f)) / N;
    }
    struct dirac players = dirac_new(-.4f, .7f);
    gan_trainer_options options = dirac_options(0);
    options.label_flip = (float)p;
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &options);
    ck_made(trainer);
    gan_tensor *batch = real_batch();
    gan_step_report report = GAN_STEP_REPORT_INIT;
    for (int i = 0; i < STEPS; i++) {
        ck_ok(gan_train_step(trainer, batch, NULL, &report));
        sum += (double)report.d_loss;
        squares += (double)report.d_loss * (double)report.d_loss;
    }
    double mean = sum / STEPS, deviation = sqrt(squares / STEPS - mean * mean);
    double wanted = (1 - p) * straight + p * exchanged;
    ck_assert(deviation > .01);
    ck_near(mean, wanted, 5 * deviation / sqrt(STEPS));
    ck_assert(fabs(wanted - straight) > 10 * deviation / sqrt(STEPS)); /* else the test says nothing */
    gan_tensor_unref(batch);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}
END_TEST

START_TEST(labels_are_refused_where_a_loss_has_none)
{
    struct dirac players = dirac_new(1, 1);
    gan_trainer_options options = dirac_options(.1f);
    options.loss = GAN_LOSS_HINGE;
    options.label_smoothing = .125f;
    ck_null(gan_trainer_new(players.g, players.d, &options),
            "gan_trainer_new: label_smoothing is 0.125, but the hinge loss has no labels");
    options = dirac_options(.1f);
    options.loss = GAN_LOSS_RELATIVISTIC;
    options.label_flip = .5f;
    ck_null(gan_trainer_new(players.g, players.d, &options),
            "label_flip is 0.5, but the relativistic loss has no labels");
    options = dirac_options(.1f);
    options.label_flip = 1;
    ck_null(gan_trainer_new(players.g, players.d, &options), "label_flip is 1, want 0 or more and less than 1");
    options = dirac_options(.1f);
    options.label_smoothing = -1;
    ck_null(gan_trainer_new(players.g, players.d, &options), "label_smoothing is -1, want 0 or more");
    dirac_unref(&players);
}
END_TEST

/* ---- losses of one's own ---- */

/* Exponential losses: E[e^(−r)] + factor·E[e^f]; G: E[e^(r − f)], which looks at r. */
static gan_var *own_d(void *context, gan_var *real, gan_var *made)
{
    const float *factor = context;
    return gan_add(gan_mean(gan_exp(gan_neg(real))), gan_scale(gan_mean(gan_exp(made)), *factor));
}

static gan_var *own_g(void *context, gan_var *real, gan_var *made)
{
    (void)context;
    return gan_mean(gan_exp(gan_sub(real, made)));
}

static gan_var *answers_null(void *context, gan_var *real, gan_var *made)
{
    (void)context, (void)real, (void)made;
    return NULL;
}

static gan_var *answers_many(void *context, gan_var *real, gan_var *made)
{
    (void)context, (void)real;
    return made;
}

static gan_var *answers_foreign(void *context, gan_var *real, gan_var *made)
{
    (void)real, (void)made;
    return gan_tape_constant(context, GAN_SCALAR, 1);
}

START_TEST(a_loss_of_ones_own_trains)
{
    float factor = 2;
    double theta = -.4, psi = .7;
    struct dirac players = dirac_new((float)theta, (float)psi);
    gan_trainer_options options = dirac_options(.25f);
    options.loss = GAN_LOSS_CUSTOM;
    options.discriminator_loss = own_d;
    options.generator_loss = own_g;
    options.loss_context = &factor;
    options.update = GAN_UPDATE_SIMULTANEOUS;
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &options);
    ck_made(trainer);
    gan_tensor *batch = real_batch();
    for (int step = 0; step < 2; step++) {
        double to_psi = 2 * exp(psi * theta) * theta, to_theta = 0;
        for (int i = 0; i < N; i++) {
            double x = (double)data[i];
            to_psi -= exp(-psi * x) * x / N;
            to_theta -= exp(psi * (x - theta)) * psi / N;
        }
        psi -= .25 * to_psi;
        theta -= .25 * to_theta;
        ck_ok(gan_train_step(trainer, batch, NULL, NULL));
        ck_close((double)*players.theta, theta, "custom");
        ck_close((double)*players.psi, psi, "custom");
    }
    gan_tensor_unref(batch);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}
END_TEST

static void ck_custom_fails(gan_loss_function *d, gan_loss_function *g, void *context, const char *message)
{
    struct dirac players = dirac_new(1, 1);
    gan_trainer_options options = dirac_options(.1f);
    options.loss = GAN_LOSS_CUSTOM;
    options.discriminator_loss = d;
    options.generator_loss = g;
    options.loss_context = context;
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &options);
    if (trainer == NULL) {
        ck_message(message);
    } else {
        gan_tensor *batch = real_batch();
        ck_fails(gan_train_step(trainer, batch, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT, message);
        gan_tensor_unref(batch);
    }
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}

START_TEST(what_a_function_of_ones_own_answers_is_looked_at)
{
    float factor = 1;
    gan_tape *other = gan_tape_new();
    ck_custom_fails(NULL, own_g, &factor, "gan_trainer_new: discriminator_loss is NULL, want a function, since");
    ck_custom_fails(own_d, NULL, &factor, "gan_trainer_new: generator_loss is NULL, want a function");
    ck_custom_fails(answers_null, own_g, &factor, "discriminator_loss: the function gave NULL, want a scalar");
    ck_custom_fails(own_d, answers_many, &factor,
                    "generator_loss: the function gave float32 [7, 1], want a float32 scalar; end it in gan_mean");
    ck_custom_fails(own_d, answers_foreign, other, "generator_loss: the function gave a var of another tape");
    gan_tape_unref(other);
}
END_TEST

START_TEST(what_does_not_fit_a_loss_is_refused)
{
    gan_tape *tape = gan_tape_new();
    gan_var *r = gan_tape_input(tape, GAN_SHAPE(N, 1)), *f = gan_tape_input(tape, GAN_SHAPE(N));
    ck_null(gan_loss_discriminator(GAN_LOSS_RELATIVISTIC, r, f),
            "gan_loss_discriminator: real is [7, 1] and made [7], but the relativistic loss pairs them");
    ck_assert_int_eq(gan_tape_status(tape), GAN_ERROR_INVALID_ARGUMENT);
    gan_tape_unref(tape);
    tape = gan_tape_new();
    f = gan_tape_input(tape, GAN_SHAPE(N, 1));
    ck_null(gan_loss_generator(GAN_LOSS_RELATIVISTIC_AVERAGE, NULL, f),
            "gan_loss_generator: real is NULL, but the relativistic-average loss compares with it");
    gan_tape_unref(tape);
    tape = gan_tape_new();
    f = gan_tape_input(tape, GAN_SHAPE(N, 1));
    ck_null(gan_loss_discriminator(GAN_LOSS_CUSTOM, f, f), "the custom loss has no formula: call your own functions");
    gan_tape_unref(tape);
    ck_null(gan_loss_discriminator(GAN_LOSS_CUSTOM, NULL, NULL), "the custom loss has no formula");
}
END_TEST

static const struct test_case tests[] = {
    {"every loss and its gradients are their closed forms", every_loss_and_its_gradients_are_their_closed_forms},
    {"every loss has a closed form here", every_loss_has_a_closed_form_here},
    {"losses stay finite at enormous logits", losses_stay_finite_at_enormous_logits},
    {"two steps with every loss are those worked out", two_steps_with_every_loss_are_those_worked_out},
    {"smoothing lowers the labels of real examples alone", smoothing_lowers_the_labels_of_real_examples_alone},
    {"flipping exchanges labels with its probability", flipping_exchanges_labels_with_its_probability},
    {"labels are refused where a loss has none", labels_are_refused_where_a_loss_has_none},
    {"a loss of one's own trains", a_loss_of_ones_own_trains},
    {"what a function of one's own answers is looked at", what_a_function_of_ones_own_answers_is_looked_at},
    {"what does not fit a loss is refused", what_does_not_fit_a_loss_is_refused},
};

int main(void)
{
    return RUN_SUITE("train: objectives", tests);
}

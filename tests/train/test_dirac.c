/*
 * Dirac-GAN (Mescheder, Geiger, Nowozin, "Which training methods for GANs do actually converge?", ICML 2018) through
 * the trainer: D(x) = ψx, the data is 0, G = θ, steps of 0.2 from (θ, ψ) = (1, −1). What it must do is worked out here
 * in double: D's loss sp(−ψ·0) + sp(ψθ) has the derivative σ(ψθ)·θ to ψ, and R1 adds γψ; G's is −σ(ψθ)·ψ (minimax) or
 * −σ(−ψθ)·ψ (non-saturating; relativistic is the same here, as D(0) = 0). Wasserstein's are θ and −ψ; its penalty
 * λ(|ψ| − 1)² adds 2λ(|ψ| − 1)·sign ψ. Consensus in the minimax game is ½σ(ψθ)²(θ² + ψ²), for both players.
 */
#include "players.h"

#define RATE  0.2
#define STEPS 500

struct row {
    const char *name;
    gan_loss loss;
    float r1_weight, gradient_penalty, consensus, clip;
    /* The distance from (0, 0) in the end, and half a unit of its last digit. */
    double simultaneous, simultaneous_error, g_first, g_first_error;
};

static const struct row table[] = {
    {"minimax", GAN_LOSS_MINIMAX, 0, 0, 0, 0, 3.097, .0005, 1.421, .0005},
    {"non-saturating", GAN_LOSS_NON_SATURATING, 0, 0, 0, 0, .640, .0005, .284, .0005},
    {"minimax, R1 .3", GAN_LOSS_MINIMAX, .3f, 0, 0, 0, 2.6e-6, .05e-6, 2.3e-7, .05e-7},
    {"minimax, R1 1", GAN_LOSS_MINIMAX, 1, 0, 0, 0, 1e-21, .5e-21, 7e-17, .5e-17},
    {"non-saturating, R1 .3", GAN_LOSS_NON_SATURATING, .3f, 0, 0, 0, 2.2e-6, .05e-6, 1.5e-7, .05e-7},
    {"relativistic", GAN_LOSS_RELATIVISTIC, 0, 0, 0, 0, .640, .0005, .284, .0005},
    {"Wasserstein, clip 1", GAN_LOSS_WASSERSTEIN, 0, 0, 0, 1, 1.002, .0005, 1.024, .0005},
    {"Wasserstein, penalty", GAN_LOSS_WASSERSTEIN, 0, .35f, 0, 0, 1.80, .005, 1.22, .005},
    {"minimax, consensus 1", GAN_LOSS_MINIMAX, 0, 0, 1, 0, 2.6e-10, .05e-10, 1.7e-11, .05e-11},
};

static double sigmoid(double t)
{
    return 1 / (1 + exp(-t));
}

struct point {
    double theta, psi;
};

/* The derivative of ½σ(ψθ)²(θ² + ψ²) to one of the two. */
static double consensus_slope(double to, double other)
{
    double s = sigmoid(to * other);
    return s * s * (to + (to * to + other * other) * (1 - s) * other);
}

static double g_step(const struct row *row, struct point at)
{
    double f = at.psi * at.theta;
    double slope = row->loss == GAN_LOSS_WASSERSTEIN ? -1 : row->loss == GAN_LOSS_MINIMAX ? -sigmoid(f) : -sigmoid(-f);
    return -RATE * (slope * at.psi + (double)row->consensus * consensus_slope(at.theta, at.psi));
}

static double d_step(const struct row *row, struct point at)
{
    double slope = row->loss == GAN_LOSS_WASSERSTEIN ? 1 : sigmoid(at.psi * at.theta);
    double to_psi = slope * at.theta + (double)row->r1_weight * at.psi +
                    (double)row->consensus * consensus_slope(at.psi, at.theta) +
                    2 * (double)row->gradient_penalty * (fabs(at.psi) - 1) * (at.psi > 0 ? 1 : -1);
    double moved = at.psi - RATE * to_psi, bound = (double)row->clip;
    if (bound > 0)
        moved = fmax(-bound, fmin(bound, moved));
    return moved - at.psi;
}

static struct point reference_step(const struct row *row, gan_update_order order, struct point at)
{
    struct point next = at;
    if (order == GAN_UPDATE_D_FIRST)
        next.psi += d_step(row, next);
    next.theta += g_step(row, next);
    if (order == GAN_UPDATE_SIMULTANEOUS)
        next.psi += d_step(row, at);
    else if (order == GAN_UPDATE_G_FIRST)
        next.psi += d_step(row, next);
    return next;
}

/* Plays `STEPS` steps; after each the players must be where the reference is. Returns the distance in the end. */
static double play(const struct row *row, gan_update_order order)
{
    struct dirac players = dirac_new(1, -1);
    gan_trainer_options options = dirac_options((float)RATE);
    options.loss = row->loss;
    options.r1_weight = row->r1_weight;
    options.gradient_penalty_weight = row->gradient_penalty;
    options.consensus_weight = row->consensus;
    options.weight_clip = row->clip;
    options.update = order;
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &options);
    ck_made(trainer);
    gan_tensor *zero = gan_tensor_new(GAN_SHAPE(1, 1));
    struct point at = {1, -1};
    for (int i = 0; i < STEPS; i++) {
        at = reference_step(row, order, at);
        ck_ok(gan_train_step(trainer, zero, NULL, NULL));
        double size = hypot(at.theta, at.psi), off = hypot(*players.theta - at.theta, *players.psi - at.psi);
        ck_assert_msg(off < 2e-4 * size, "%s, step %d: (%g, %g), want (%g, %g)", row->name, i + 1,
                      (double)*players.theta, (double)*players.psi, at.theta, at.psi);
    }
    double distance = hypot(*players.theta, *players.psi);
    gan_tensor_unref(zero);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
    return distance;
}

START_TEST(simultaneous_play_ends_where_the_table_says)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        ck_near(play(&table[i], GAN_UPDATE_SIMULTANEOUS), table[i].simultaneous, table[i].simultaneous_error);
}
END_TEST

START_TEST(alternating_play_ends_where_the_table_says)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        ck_near(play(&table[i], GAN_UPDATE_G_FIRST), table[i].g_first, table[i].g_first_error);
    ck_near(play(&table[0], GAN_UPDATE_D_FIRST), 1.413, .0005);
    ck_near(play(&table[1], GAN_UPDATE_D_FIRST), .271, .0005);
}
END_TEST

/* Simultaneous gradient descent in the minimax game: r² grows by the factor 1 + h²·σ(ψθ)² at each step. */
START_TEST(the_plain_game_moves_outward_by_its_exact_factor)
{
    struct dirac players = dirac_new(1, -1);
    gan_trainer_options options = dirac_options((float)RATE);
    options.loss = GAN_LOSS_MINIMAX;
    options.update = GAN_UPDATE_SIMULTANEOUS;
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &options);
    gan_tensor *zero = gan_tensor_new(GAN_SHAPE(1, 1));
    for (int i = 0; i < 100; i++) {
        double theta = *players.theta, psi = *players.psi, s = sigmoid(psi * theta);
        double before = theta * theta + psi * psi;
        ck_ok(gan_train_step(trainer, zero, NULL, NULL));
        double after = pow(*players.theta, 2) + pow(*players.psi, 2);
        ck_near(after / before, 1 + RATE * RATE * s * s, 1e-6);
    }
    gan_tensor_unref(zero);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}
END_TEST

/* Without a clip Wasserstein's game is linear, and a simultaneous step multiplies r² by 1 + h². */
START_TEST(the_unclipped_wasserstein_game_moves_outward_by_its_exact_factor)
{
    struct dirac players = dirac_new(1, -1);
    gan_trainer_options options = dirac_options((float)RATE);
    options.loss = GAN_LOSS_WASSERSTEIN;
    options.update = GAN_UPDATE_SIMULTANEOUS;
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &options);
    gan_tensor *zero = gan_tensor_new(GAN_SHAPE(1, 1));
    for (int i = 0; i < 100; i++) {
        double before = pow(*players.theta, 2) + pow(*players.psi, 2);
        ck_ok(gan_train_step(trainer, zero, NULL, NULL));
        double after = pow(*players.theta, 2) + pow(*players.psi, 2);
        ck_near(after / before, 1 + RATE * RATE, 1e-6);
    }
    gan_tensor_unref(zero);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}
END_TEST

/*
 * Near (0, 0) a simultaneous step with R1 is I + h·A with A's eigenvalues −γ/2 ± √(γ²/4 − ¼): for γ = .3 a pair of
 * complex ones, so the squared radius shrinks, in the mean over turns, by |1 + hλ|² = (1 − hγ/2)² + h²(¼ − γ²/4).
 */
START_TEST(r1_shrinks_small_orbits_by_its_eigenvalues)
{
    const double gamma = .3;
    struct dirac players = dirac_new(1e-3f, -1e-3f);
    gan_trainer_options options = dirac_options((float)RATE);
    options.r1_weight = (float)gamma;
    options.update = GAN_UPDATE_SIMULTANEOUS;
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &options);
    gan_tensor *zero = gan_tensor_new(GAN_SHAPE(1, 1));
    /* The conserved form of the linear step: its matrix has determinant |1 + hλ|², the growth of areas spanned by two
     * successive points. */
    double determinant = pow(1 - RATE * gamma / 2, 2) + RATE * RATE * (.25 - gamma * gamma / 4), area = 0;
    struct point before = {*players.theta, *players.psi};
    for (int i = 0; i < 50; i++) {
        ck_ok(gan_train_step(trainer, zero, NULL, NULL));
        struct point now = {*players.theta, *players.psi};
        double next_area = before.theta * now.psi - before.psi * now.theta;
        if (i > 0)
            ck_near(next_area / area, determinant, 1e-4);
        area = next_area;
        before = now;
    }
    gan_tensor_unref(zero);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}
END_TEST

/* At (1, −1): f = −1; loss values, logits, norms and the penalty as the formulas say. */
START_TEST(the_report_says_what_the_formulas_say)
{
    struct dirac players = dirac_new(1, -1);
    gan_trainer_options options = dirac_options((float)RATE);
    options.r1_weight = .3f;
    options.update = GAN_UPDATE_SIMULTANEOUS;
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &options);
    gan_tensor *zeros = gan_tensor_new(GAN_SHAPE(3, 1));
    gan_step_report report = GAN_STEP_REPORT_INIT;
    ck_ok(gan_train_step(trainer, zeros, NULL, &report));
    ck_assert_uint_eq(report.step, 1);
    ck_near(report.d_loss, log(2) + log1p(exp(-1)), 1e-6);
    ck_near(report.g_loss, log1p(exp(1)), 1e-6);
    ck_near(report.r1_penalty, .15, 1e-6);
    ck_near(report.d_real, .5, 1e-6);
    ck_near(report.d_made, sigmoid(-1), 1e-6);
    ck_near(report.d_real_logit, 0, 1e-12);
    ck_near(report.d_made_logit, -1, 1e-6);
    ck_near(report.d_gradient_norm, fabs(sigmoid(-1) - .3), 1e-6);
    ck_near(report.g_gradient_norm, sigmoid(1), 1e-6);
    ck_near(report.rate_factor, 1, 1e-12);
    ck_assert(report.d_committed && report.g_committed);
    ck_assert(report.seconds > 0 && report.seconds < 60);
    gan_tensor_unref(zeros);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}
END_TEST

static const struct test_case tests[] = {
    {"simultaneous play ends where the table says", simultaneous_play_ends_where_the_table_says},
    {"alternating play ends where the table says", alternating_play_ends_where_the_table_says},
    {"the plain game moves outward by its exact factor", the_plain_game_moves_outward_by_its_exact_factor},
    {"the unclipped Wasserstein game moves outward by its exact factor",
     the_unclipped_wasserstein_game_moves_outward_by_its_exact_factor},
    {"R1 shrinks small orbits by its eigenvalues", r1_shrinks_small_orbits_by_its_eigenvalues},
    {"the report says what the formulas say", the_report_says_what_the_formulas_say},
};

int main(void)
{
    return RUN_SUITE("train: Dirac-GAN", tests);
}

/*
 * The regularisers that are not penalties on a gradient: values and updates against those worked out here, gradients
 * against central differences in double.
 */
#include "differences.h"

#include "train/losses.h"
#include "train/trainer.h"

static gan_trainer_options options_with(int regularizer, float weight)
{
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_ARTICLE));
    *(float *)(void *)((char *)&o + gan_regularizers[regularizer].offset) = weight;
    return o;
}

/* ---- values ---- */

static double value_of(gan_var *penalty)
{
    gan_plan *plan = gan_plan_new(&penalty, 1);
    ck_made(plan);
    ck_ok(gan_plan_run(plan));
    double value = (double)gan_plan_scalar(plan, penalty);
    gan_plan_unref(plan);
    return value;
}

/* D is the mean of the pixels, images are 1 everywhere: a move by (i, j) leaves (8 − |i|)(8 − |j|)/64. */
START_TEST(consistency_is_the_square_of_what_an_augmentation_changes)
{
    enum { EXAMPLES = 20000 };
    double wanted = 0;
    for (int i = -1; i <= 1; i++)
        for (int j = -1; j <= 1; j++)
            wanted += pow(1 - (8 - fabs((double)i)) * (8 - fabs((double)j)) / 64, 2) / 9;
    for (int made = 0; made < 2; made++) {
        int row = made ? GAN_REGULARIZER_CONSISTENCY_MADE : GAN_REGULARIZER_CONSISTENCY;
        gan_trainer_options o = options_with(row, 1);
        gan_model *d = gan_model_new(GAN_SHAPE(1, 8, 8));
        gan_model_add(d, gan_layer_global_average_pool());
        gan_tape *tape = gan_tape_new();
        gan_var *ones = gan_tape_constant(tape, GAN_SHAPE(EXAMPLES, 1, 8, 8), 1);
        gan_var *twos = gan_tape_constant(tape, GAN_SHAPE(EXAMPLES, 1, 8, 8), 2);
        struct gan_regularizer_view view = {.options = &o, .discriminator = d, .real_input = ones, .made_input = twos};
        view.real = gan_model_apply(d, ones);
        view.made = gan_model_apply(d, twos);
        double scale = made ? 4 : 1;
        ck_near(value_of(gan_regularizers[row].build(&view)), scale * wanted, scale * wanted * .03);
        gan_tape_unref(tape);
        gan_model_unref(d);
    }
}
END_TEST

/* G(z) = Az, D(x) = w·x, δ ~ N(0, s²): E(D(G(z)) − D(G(z + δ)))² = s²‖Aᵀw‖², and G's term −s²·Σ A²/3 over its rows. */
START_TEST(latent_terms_are_those_of_linear_players)
{
    enum { EXAMPLES = 30000 };
    static const float a[3 * 2] = {1, 2, -1, .5f, 0, 3}, w[3] = {2, 1, -1};
    gan_trainer_options o = options_with(GAN_REGULARIZER_LATENT_CONSISTENCY, 1);
    o.latent_deviation = .2f;
    gan_model *g = gan_model_new(GAN_SHAPE(2)), *d = gan_model_new(GAN_SHAPE(3));
    gan_model_add(g, gan_layer_without_bias(gan_layer_dense(3)));
    gan_model_add(d, gan_layer_without_bias(gan_layer_dense(1)));
    ck_ok(gan_model_initialize(g, 1));
    ck_ok(gan_model_initialize(d, 1));
    memcpy(gan_tensor_data(gan_model_parameter(g, 0)), a, sizeof a);
    memcpy(gan_tensor_data(gan_model_parameter(d, 0)), w, sizeof w);
    gan_tape *tape = gan_tape_new();
    struct gan_regularizer_view view = {.options = &o, .generator = g, .discriminator = d};
    view.noise = gan_normal(tape, GAN_SHAPE(EXAMPLES, 2), 0, 1);
    view.made_input = gan_model_apply(g, view.noise);
    view.made = gan_model_apply(d, view.made_input);
    double through = pow(2 * 1 - 1, 2) + pow(2 * 2 + .5 - 3, 2), squares = 1 + 4 + 1 + .25 + 9;
    ck_near(value_of(gan_regularizers[GAN_REGULARIZER_LATENT_CONSISTENCY].build(&view)), .04 * through,
            .04 * through * .03);
    ck_near(value_of(gan_regularizers[GAN_REGULARIZER_LATENT_DIVERSITY].build(&view)), -.04 * squares / 3,
            .04 * squares * .01);
    gan_tape_unref(tape);
    gan_model_unref(g);
    gan_model_unref(d);
}
END_TEST

START_TEST(orthogonality_and_decay_are_their_formulas)
{
    static const float w[2 * 3] = {1, 2, 3, -1, .5f, 2}; /* rows' product: -1 + 1 + 6 = 6 */
    gan_trainer_options o = options_with(GAN_REGULARIZER_ORTHOGONAL_D, 1);
    gan_model *d = gan_model_new(GAN_SHAPE(3));
    gan_model_add(d, gan_layer_with_bias_initializer(gan_layer_dense(2), gan_initializer_constant(7)));
    gan_model_add(d, gan_layer_without_bias(gan_layer_dense(1))); /* one row: orthogonal by itself */
    ck_ok(gan_model_initialize(d, 1));
    memcpy(gan_tensor_data(gan_model_parameter(d, 0)), w, sizeof w);
    float *last = gan_tensor_data(gan_model_parameter(d, 2));
    last[0] = 3, last[1] = -2;
    gan_tape *tape = gan_tape_new();
    struct gan_regularizer_view view = {.options = &o, .generator = d, .discriminator = d};
    view.loss = gan_tape_constant(tape, GAN_SCALAR, 0);
    ck_near(value_of(gan_regularizers[GAN_REGULARIZER_ORTHOGONAL_D].build(&view)), 2 * 36, 1e-4);
    ck_near(value_of(gan_regularizers[GAN_REGULARIZER_ORTHOGONAL_G].build(&view)), 2 * 36, 1e-4);
    double squares = 1 + 4 + 9 + 1 + .25 + 4 + 9 + 4; /* without the biases */
    ck_near(value_of(gan_regularizers[GAN_REGULARIZER_DECAY_D].build(&view)), squares / 2, 1e-5);
    ck_near(value_of(gan_regularizers[GAN_REGULARIZER_DECAY_G].build(&view)), squares / 2, 1e-5);
    gan_tape_unref(tape);
    gan_model_unref(d);
}
END_TEST

/* ---- updates ---- */

/* All data are 2, G makes θ: D's loss is ψ(θ − 2) + λ((2ψ − b)² + (θψ − a)²), b and a the averages of θψ and 2ψ. */
START_TEST(lecam_follows_its_averages)
{
    struct dirac players = dirac_new(1, -1);
    gan_trainer_options o = options_with(GAN_REGULARIZER_LECAM, .3f), rates = dirac_options(.1f);
    o.loss = GAN_LOSS_WASSERSTEIN;
    o.lecam_decay = .75f;
    o.generator_optimizer = rates.generator_optimizer;
    o.discriminator_optimizer = rates.discriminator_optimizer;
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &o);
    ck_made(trainer);
    gan_tensor *twos = gan_tensor_new(GAN_SHAPE(4, 1));
    ck_ok(gan_tensor_fill(twos, 2));
    double theta = 1, psi = -1, of_real = 0, of_made = 0, weights = 0;
    for (int step = 0; step < 5; step++) {
        gan_step_report report = GAN_STEP_REPORT_INIT;
        ck_ok(gan_train_step(trainer, twos, NULL, &report));
        of_real = .75 * of_real + .25 * 2 * psi;
        of_made = .75 * of_made + .25 * theta * psi;
        weights = .75 * weights + .25;
        double real = 2 * psi - of_made / weights, made = theta * psi - of_real / weights;
        ck_near(report.d_penalty, .3 * (real * real + made * made), 1e-5);
        psi -= .1 * (theta - 2 + .3 * (2 * real * 2 + 2 * made * theta));
        theta += .1 * psi;
        ck_near(*players.psi, psi, 1e-5);
        ck_near(*players.theta, theta, 1e-5);
    }
    gan_tensor_unref(twos);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}
END_TEST

/* Their weight is 1 − dⁿ after n updates, in however many parts those were made. */
START_TEST(lecams_averages_move_once_an_update)
{
    for (int parts = 1; parts <= 3; parts += 2) {
        struct dirac players = dirac_new(1, -1);
        gan_trainer_options o = options_with(GAN_REGULARIZER_LECAM, .3f);
        o.lecam_decay = .75f;
        o.micro_batches = parts;
        gan_trainer *trainer = gan_trainer_new(players.g, players.d, &o);
        ck_made(trainer);
        gan_tensor *twos = gan_tensor_new(GAN_SHAPE(6, 1));
        ck_ok(gan_tensor_fill(twos, 2));
        for (int step = 1; step <= 3; step++) {
            ck_ok(gan_train_step(trainer, twos, NULL, NULL));
            ck_near(gan_tensor_data(trainer->averages)[2], 1 - pow(.75, step), 1e-6);
        }
        gan_tensor_unref(twos);
        gan_trainer_unref(trainer);
        dirac_unref(&players);
    }
}
END_TEST

/* D(x) = w·Fx, G makes b: ∂/∂b of −w·Fb + λ‖F(x̄ − b)‖² is −Fᵀw − 2λFᵀF(x̄ − b). */
START_TEST(feature_matching_pulls_means_together)
{
    static const float f[2 * 3] = {1, 0, 2, -1, 1, .5f}, w[2] = {.5f, -1}, b[3] = {.1f, .2f, -.3f};
    static const char *const layers[3] = {"", "0", "features"};
    for (int named = 0; named < 3; named++) {
        gan_model *g = gan_model_new(GAN_SHAPE(2)), *d = gan_model_new(GAN_SHAPE(3));
        gan_layer *first = gan_layer_without_bias(gan_layer_dense(2));
        gan_model_add(g, gan_layer_scale_shift(0, 0));
        gan_model_add(g, gan_layer_dense(3));
        gan_model_add(d, named == 2 ? gan_layer_named(first, "features") : first);
        gan_model_add(d, gan_layer_without_bias(gan_layer_dense(1)));
        ck_ok(gan_model_initialize(g, 1));
        ck_ok(gan_model_initialize(d, 1));
        memcpy(gan_tensor_data(gan_model_parameter(g, 1)), b, sizeof b);
        memcpy(gan_tensor_data(gan_model_parameter(d, 0)), f, sizeof f);
        memcpy(gan_tensor_data(gan_model_parameter(d, 1)), w, sizeof w);
        gan_trainer_options o = options_with(GAN_REGULARIZER_FEATURE_MATCHING, .4f);
        o.loss = GAN_LOSS_WASSERSTEIN;
        o.generator_optimizer = gan_optimizer_sgd(.5f, 0, false);
        o.discriminator_optimizer = gan_optimizer_sgd(0, 0, false);
        strcpy(o.feature_layer, layers[named]);
        gan_trainer *trainer = gan_trainer_new(g, d, &o);
        ck_made(trainer);
        gan_tensor *x = gan_tensor_new(GAN_SHAPE(6, 3));
        ck_ok(gan_tensor_fill_normal(x, 0, 1, 3));
        double mean[3] = {0}, difference[2] = {0}, penalty = 0;
        for (int i = 0; i < 18; i++)
            mean[i % 3] += (double)gan_tensor_data(x)[i] / 6;
        for (int r = 0; r < 2; r++) {
            for (int k = 0; k < 3; k++)
                difference[r] += (double)f[r * 3 + k] * (mean[k] - (double)b[k]);
            penalty += .4 * difference[r] * difference[r];
        }
        gan_step_report report = GAN_STEP_REPORT_INIT;
        ck_ok(gan_train_step(trainer, x, NULL, &report));
        ck_near(report.g_penalty, penalty, 1e-5);
        ck_near(report.d_penalty, 0, 0 + 1e-12);
        for (int k = 0; k < 3; k++) {
            double slope = 0;
            for (int r = 0; r < 2; r++)
                slope -= (double)f[r * 3 + k] * ((double)w[r] + 2 * .4 * difference[r]);
            ck_near(gan_tensor_data(gan_model_parameter(g, 1))[k], (double)b[k] - .5 * slope, 1e-5);
        }
        gan_tensor_unref(x);
        gan_trainer_unref(trainer);
        gan_model_unref(g);
        gan_model_unref(d);
    }
}
END_TEST

/* Two steps with rate .1: weights shrink by 1 − .1λ in each half that they are in; biases stay out of it. */
START_TEST(decay_shrinks_weights)
{
    for (int of_generator = 0; of_generator < 2; of_generator++) {
        struct dirac players = dirac_new(1, -1);
        gan_trainer_options o = options_with(of_generator ? GAN_REGULARIZER_DECAY_G : GAN_REGULARIZER_DECAY_D, .5f);
        o.loss = GAN_LOSS_WASSERSTEIN;
        o.generator_optimizer = gan_optimizer_sgd(.1f, 0, false);
        o.discriminator_optimizer = gan_optimizer_sgd(.1f, 0, false);
        gan_trainer *trainer = gan_trainer_new(players.g, players.d, &o);
        float *weight = gan_tensor_data(gan_model_parameter(players.g, 0)); /* what multiplies z, which is 0 */
        *weight = 2;
        gan_tensor *zeros = gan_tensor_new(GAN_SHAPE(4, 1));
        double theta = 1, psi = -1;
        for (int step = 0; step < 2; step++) {
            ck_ok(gan_train_step(trainer, zeros, NULL, NULL));
            psi -= .1 * (theta + (of_generator ? 0 : .5 * psi));
            theta += .1 * psi;
            ck_near(*players.psi, psi, 1e-6);
            ck_near(*players.theta, theta, 1e-6);
            ck_near(*weight, 2 * (of_generator ? pow(.95, step + 1) : 1), 1e-6);
        }
        gan_tensor_unref(zeros);
        gan_trainer_unref(trainer);
        dirac_unref(&players);
    }
}
END_TEST

/* ---- gradients ---- */

START_TEST(gradients_agree_with_central_differences)
{
    enum { EXAMPLES = 4, NUMBERS = 8 };
    double numbers[EXAMPLES * NUMBERS];
    for (int i = 0; i < EXAMPLES * NUMBERS; i++)
        numbers[i] = sin(2.1 * i) * 1.3;
    gan_tensor *averages = gan_tensor_from(GAN_SHAPE(3), (const float[]){.25f, -.5f, .5f});
    for (int i = GAN_REGULARIZER_CONSENSUS + 1; i < GAN_REGULARIZERS; i++) {
        gan_model *g = gan_model_new(GAN_SHAPE(3)), *d = gan_model_new(GAN_SHAPE(1, 4, 2));
        gan_model_add(g, gan_layer_dense(8));
        gan_model_add(g, gan_layer_tanh());
        gan_model_add(g, gan_layer_reshape(GAN_SHAPE(1, 4, 2)));
        gan_model_add(d, gan_layer_flatten());
        gan_model_add(d, gan_layer_dense(3));
        gan_model_add(d, gan_layer_tanh());
        gan_model_add(d, gan_layer_dense(1));
        ck_ok(gan_model_initialize(g, 1));
        ck_ok(gan_model_initialize(d, 1));
        fill_on_grid(g, .5);
        fill_on_grid(d, 1.5);
        gan_trainer_options options = options_with(i, 1);
        options.lecam_decay = 1; /* the averages are constants then, as they are to the gradient */
        options.consistency_augment = GAN_AUGMENT_COLOR | GAN_AUGMENT_TRANSLATION | GAN_AUGMENT_CUTOUT;
        options.latent_deviation = .7f;
        gan_tape *tape = gan_tape_new();
        struct gan_regularizer_view view = {.options = &options,
                                            .generator = g,
                                            .discriminator = d,
                                            .of_generator = gan_regularizers[i].halves == GAN_IN_G,
                                            .averages = averages};
        view.real_input = gan_tape_input(tape, GAN_SHAPE(EXAMPLES, 1, 4, 2));
        view.noise = gan_normal(tape, GAN_SHAPE(EXAMPLES, 3), 0, 1);
        view.made_input = gan_model_apply(g, view.noise);
        view.real = gan_model_apply(d, view.real_input);
        view.real_feature = gan_model_feature(d, "2");
        view.made = gan_model_apply(d, view.made_input);
        view.made_feature = gan_model_feature(d, "2");
        view.loss = gan_objective_discriminator(&view);
        gan_var *penalty = gan_regularizers[i].build(&view);
        ck_made(penalty);
        ck_assert_int_eq(gan_var_rank(penalty), 0);
        gan_model *whose = view.of_generator ? g : d;
        ck_differences(gan_regularizers[i].name, tape, penalty, whose, view.real_input, numbers);
        gan_tape_unref(tape);
        gan_model_unref(g);
        gan_model_unref(d);
    }
    gan_tensor_unref(averages);
}
END_TEST

/* ---- in the trainer ---- */

static gan_trainer *image_trainer(const gan_trainer_options *o)
{
    gan_model *g = gan_model_new(GAN_SHAPE(3)), *d = gan_model_new(GAN_SHAPE(1, 4, 2));
    gan_model_add(g, gan_layer_dense(8));
    gan_model_add(g, gan_layer_reshape(GAN_SHAPE(1, 4, 2)));
    gan_model_add(d, gan_layer_flatten());
    gan_model_add(d, gan_layer_dense(5));
    gan_model_add(d, gan_layer_softplus());
    gan_model_add(d, gan_layer_dense(1));
    gan_trainer *trainer = gan_trainer_new(g, d, o);
    ck_made(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
    return trainer;
}

START_TEST(each_trains_in_the_half_that_it_is_for)
{
    gan_tensor *batch = gan_tensor_new(GAN_SHAPE(6, 1, 4, 2));
    ck_ok(gan_tensor_fill_normal(batch, 0, 1, 3));
    for (int i = GAN_REGULARIZER_CONSENSUS + 1; i < GAN_REGULARIZERS; i++)
        for (int parts = 1; parts <= 2; parts++) {
            gan_trainer_options o = options_with(i, .5f);
            o.micro_batches = parts;
            gan_trainer *trainer = image_trainer(&o);
            gan_step_report report = GAN_STEP_REPORT_INIT;
            for (int step = 0; step < 3; step++)
                ck_assert_msg(gan_train_step(trainer, batch, NULL, &report) == GAN_OK, "%s: %s",
                              gan_regularizers[i].name, gan_error_message());
            bool of_generator = gan_regularizers[i].halves == GAN_IN_G;
            double own = (double)(of_generator ? report.g_penalty : report.d_penalty);
            ck_assert_msg(i == GAN_REGULARIZER_LATENT_DIVERSITY ? own < 0 : own > 0, "%s", gan_regularizers[i].name);
            ck_assert((of_generator ? report.d_penalty : report.g_penalty) == 0);
            gan_trainer_unref(trainer);
        }
    gan_tensor_unref(batch);
}
END_TEST

START_TEST(what_cannot_be_meant_is_refused)
{
    struct dirac players = dirac_new(1, -1);
    gan_trainer_options o = options_with(GAN_REGULARIZER_LECAM, 1);
    o.lecam_decay = 1;
    ck_null(gan_trainer_new(players.g, players.d, &o), "lecam_decay is 1, want 0 or more and less than 1");
    o = options_with(GAN_REGULARIZER_LATENT_DIVERSITY, 1);
    o.latent_deviation = 0;
    ck_null(gan_trainer_new(players.g, players.d, &o), "latent_deviation is 0, want a finite number above 0");
    o = options_with(GAN_REGULARIZER_CONSISTENCY, 1);
    ck_null(gan_trainer_new(players.g, players.d, &o),
            "augmentation is for images, [C, H, W], but the examples are [1]");
    o.consistency_augment = 64;
    ck_null(gan_trainer_new(players.g, players.d, &o), "consistency_augment is 64, want gan_augmentation joined by |");
    o = options_with(GAN_REGULARIZER_FEATURE_MATCHING, 1);
    strcpy(o.feature_layer, "nothing");
    ck_null(gan_trainer_new(players.g, players.d, &o),
            "feature_layer is \"nothing\", which the discriminator does not");
    memset(o.feature_layer, 'x', sizeof o.feature_layer);
    ck_null(gan_trainer_new(players.g, players.d, &o), "feature_layer has no end");
    o = options_with(GAN_REGULARIZER_FEATURE_MATCHING, 1);
    ck_null(gan_trainer_new(players.g, players.d, &o),
            "feature matching has a weight, but the discriminator has only one layer; set feature_layer");
    gan_model *g = gan_model_new(GAN_SHAPE(1)), *d = gan_model_new(GAN_SHAPE(1));
    gan_model_add(g, gan_layer_dense(1));
    gan_model_add(d, gan_layer_tanh());
    gan_model_add(d, gan_layer_reconstruction(gan_layer_dense(1), 1));
    o.loss = GAN_LOSS_ENERGY_MARGIN;
    ck_null(gan_trainer_new(g, d, &o), "feature matching has a weight, but the discriminator is an autoencoder");
    gan_model_unref(g);
    gan_model_unref(d);
    dirac_unref(&players);
}
END_TEST

static const struct test_case tests[] = {
    {"consistency", consistency_is_the_square_of_what_an_augmentation_changes},
    {"latent", latent_terms_are_those_of_linear_players},
    {"weights", orthogonality_and_decay_are_their_formulas},
    {"LeCam", lecam_follows_its_averages},
    {"LeCam in parts", lecams_averages_move_once_an_update},
    {"feature matching", feature_matching_pulls_means_together},
    {"decay", decay_shrinks_weights},
    {"gradients", gradients_agree_with_central_differences},
    {"training", each_trains_in_the_half_that_it_is_for},
    {"refused", what_cannot_be_meant_is_refused},
};

int main(void)
{
    return RUN_SUITE("train: consistency", tests);
}

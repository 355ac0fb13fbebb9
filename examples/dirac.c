/*
 * dirac: the smallest GAN there is (Mescheder, Geiger and Nowozin, "Which training methods for GANs do actually
 * converge?", ICML 2018), with each of their methods, and how far from the solution each ends.
 *   cc dirac.c $(pkg-config --cflags --libs gan) -lm
 *
 * The data is the point 0, G makes the point theta, D(x) = psi·x; both move by gradient descent from (1, -1), 500 steps
 * of 0.2. Alternating, G moves first. The last two columns are those worked out from the paper's equations.
 */
#include <gan/gan.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct method {
    const char *name;
    gan_loss loss;
    float r1, penalty, consensus, clip;
    double simultaneous, alternating; /* worked out */
};

static const struct method methods[] = {
    {"GAN (minimax)", GAN_LOSS_MINIMAX, 0, 0, 0, 0, 3.097, 1.421},
    {"non-saturating", GAN_LOSS_NON_SATURATING, 0, 0, 0, 0, .640, .284},
    {"relativistic", GAN_LOSS_RELATIVISTIC, 0, 0, 0, 0, .640, .284},
    {"WGAN, clip 1", GAN_LOSS_WASSERSTEIN, 0, 0, 0, 1, 1.002, 1.024},
    {"WGAN-GP, 0.35", GAN_LOSS_WASSERSTEIN, 0, .35f, 0, 0, 1.80, 1.22},
    {"R1, 0.3", GAN_LOSS_MINIMAX, .3f, 0, 0, 0, 2.6e-6, 2.3e-7},
    {"R1, 1", GAN_LOSS_MINIMAX, 1, 0, 0, 0, 1e-21, 7e-17},
    {"non-saturating, R1 0.3", GAN_LOSS_NON_SATURATING, .3f, 0, 0, 0, 2.2e-6, 1.5e-7},
    {"consensus 1", GAN_LOSS_MINIMAX, 0, 0, 1, 0, 2.6e-10, 1.7e-11},
};

static void check(bool fine)
{
    if (fine)
        return;
    fprintf(stderr, "dirac: %s\n", gan_error_message());
    exit(1);
}

static gan_trainer *new_trainer(const struct method *by, gan_update_order order, gan_model *g, gan_model *d)
{
    gan_trainer_options o;
    check(gan_trainer_options_init(&o, GAN_PRESET_ARTICLE) == GAN_OK);
    o.generator_optimizer = gan_optimizer_sgd(0.2f, 0, false);
    o.discriminator_optimizer = gan_optimizer_sgd(0.2f, 0, false);
    o.loss = by->loss;
    o.r1_weight = by->r1;
    o.gradient_penalty_weight = by->penalty;
    o.consensus_weight = by->consensus;
    o.weight_clip = by->clip;
    o.update = order;
    gan_trainer *trainer = gan_trainer_new(g, d, &o);
    check(trainer != NULL);
    return trainer;
}

/* The distance from (0, 0) after 500 steps. */
static double play(const struct method *by, gan_update_order order)
{
    gan_model *g = gan_model_new(GAN_SHAPE(1)), *d = gan_model_new(GAN_SHAPE(1));
    gan_model_add(g, gan_layer_scale_shift(0, 0)); /* z leaves no trace: what is left is the bias */
    gan_model_add(g, gan_layer_dense(1));
    gan_model_add(d, gan_layer_without_bias(gan_layer_dense(1)));
    check(gan_model_initialize(g, 1) == GAN_OK && gan_model_initialize(d, 1) == GAN_OK);
    float *theta = gan_tensor_data(gan_model_parameter(g, 1)), *psi = gan_tensor_data(gan_model_parameter(d, 0));
    *theta = 1;
    *psi = -1;
    gan_trainer *trainer = new_trainer(by, order, g, d);
    gan_tensor *zero = gan_tensor_new(GAN_SHAPE(1, 1));
    check(zero != NULL);
    for (int step = 0; step < 500; step++)
        check(gan_train_step(trainer, zero, NULL, NULL) == GAN_OK);
    double distance = hypot((double)*theta, (double)*psi);
    gan_tensor_unref(zero);
    gan_trainer_unref(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
    return distance;
}

int main(void)
{
    puts("| method | simultaneous | alternating | worked out: simultaneous | alternating |\n|---|---|---|---|---|");
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        printf("| %s | %.4g | %.4g | %.4g | %.4g |\n", methods[i].name, play(&methods[i], GAN_UPDATE_SIMULTANEOUS),
               play(&methods[i], GAN_UPDATE_G_FIRST), methods[i].simultaneous, methods[i].alternating);
    return 0;
}

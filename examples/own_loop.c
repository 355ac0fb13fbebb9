/*
 * own_loop: a GAN without the trainer. Points in the plane, eight clouds on a ring; a loss, penalties and an optimizer
 * of one's own, all in the open. Ends in seconds, tells how many clouds it found, and draws ring.png.
 *   cc own_loop.c $(pkg-config --cflags --libs gan)
 *
 * The game is that of Huang et al., "The GAN is dead; long live the GAN! A modern GAN baseline" (NeurIPS 2024): D has
 * to tell a real point from a made one better than by chance, pair by pair, and its slope is punished at both.
 */
#include <gan/gan.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { CLOUDS = 8, BATCH = 256, STEPS = 3000, POINTS = 4096, LATENT = 4, MOST_PARAMETERS = 16, SIDE = 300 };

/* Where the clouds are, and how wide. */
static const float centres[CLOUDS][2] = {{1, 0},  {0.7071f, 0.7071f},   {0, 1},  {-0.7071f, 0.7071f},
                                         {-1, 0}, {-0.7071f, -0.7071f}, {0, -1}, {0.7071f, -0.7071f}};
static const float deviation = 0.05f;

static const float beta = 0.99f; /* of Adam's mean square */

/* An example may end at its first failure: the system takes back what it held. */
static void check(bool fine)
{
    if (fine)
        return;
    fprintf(stderr, "own_loop: %s\n", gan_error_message());
    exit(1);
}

/* ---- the data ---- */

/* New real points [n, 2]. */
static void draw_points(gan_tensor *points, uint64_t seed)
{
    check(gan_tensor_fill_normal(points, 0, deviation, seed) == GAN_OK);
    float *at = gan_tensor_data(points);
    for (int64_t i = 0; i < gan_tensor_size(points) / 2; i++) {
        at[2 * i] += centres[i % CLOUDS][0]; /* in order: where in a batch a point stands does not matter */
        at[2 * i + 1] += centres[i % CLOUDS][1];
    }
}

/* ---- a player: a network, Adam's memory, and the step that changes both ---- */

struct player {
    gan_model *model;
    int parameters;
    gan_tensor *square[MOST_PARAMETERS];   /* of each parameter: the running mean of its squared gradient */
    gan_var *new_square[MOST_PARAMETERS];  /* what it will be after the step */
    gan_var *new_numbers[MOST_PARAMETERS]; /* what the parameter will be */
};

static gan_model *new_network(int64_t in, int64_t out, uint64_t seed)
{
    gan_model *m = gan_model_new(GAN_SHAPE(in));
    for (int layer = 0; layer < 3; layer++) {
        gan_model_add(m, gan_layer_with_initializer(gan_layer_dense(64), gan_initializer_he_normal(0.2f)));
        gan_model_add(m, gan_layer_leaky_relu(0.2f));
    }
    gan_model_add(m, gan_layer_dense(out));
    check(gan_model_status(m) == GAN_OK && gan_model_initialize(m, seed) == GAN_OK);
    return m;
}

/*
 * Records a step of Adam without momentum (beta1 = 0): with g the gradient of the loss, v the mean square,
 *   v <- beta v + (1 - beta) g^2        parameter <- parameter - rate g / (sqrt(v / (1 - beta^t)) + epsilon)
 * rate and correction = 1 - beta^t change from step to step, so they are inputs.
 */
static void minimise(struct player *p, gan_var *loss, gan_var *rate, gan_var *correction)
{
    gan_tape *tape = gan_var_tape(loss);
    gan_var *parameters[MOST_PARAMETERS], *gradients[MOST_PARAMETERS];
    p->parameters = gan_model_parameters(p->model);
    for (int i = 0; i < p->parameters; i++) /* the very vars that the model uses: a tensor is one var on a tape */
        parameters[i] = gan_tape_tensor(tape, gan_model_parameter(p->model, i));
    check(gan_grads(loss, parameters, p->parameters, gradients) == GAN_OK);
    for (int i = 0; i < p->parameters; i++) {
        p->square[i] = gan_tensor_new(gan_var_shape(parameters[i]));
        check(p->square[i] != NULL);
        gan_var *old = gan_tape_tensor(tape, p->square[i]);
        p->new_square[i] = gan_add(gan_scale(old, beta), gan_scale(gan_square(gradients[i]), 1 - beta));
        gan_var *size = gan_shift(gan_sqrt(gan_div(p->new_square[i], correction)), 1e-8f);
        p->new_numbers[i] = gan_sub(parameters[i], gan_mul(rate, gan_div(gradients[i], size)));
    }
    check(gan_tape_status(tape) == GAN_OK);
}

/* Adds what the plan has to compute for the player's step to the list of vars wanted; returns their number. */
static int want(const struct player *p, gan_var **wanted, int count)
{
    for (int i = 0; i < p->parameters; i++) {
        wanted[count++] = p->new_square[i];
        wanted[count++] = p->new_numbers[i];
    }
    return count;
}

/* Carries the step out, after the plan has run. */
static void move(struct player *p, gan_plan *plan)
{
    for (int i = 0; i < p->parameters; i++)
        check(gan_plan_read(plan, p->new_square[i], p->square[i]) == GAN_OK &&
              gan_plan_read(plan, p->new_numbers[i], gan_model_parameter(p->model, i)) == GAN_OK);
}

static void free_player(struct player *p)
{
    for (int i = 0; i < p->parameters; i++)
        gan_tensor_unref(p->square[i]);
    gan_model_unref(p->model);
}

/* ---- the game ---- */

struct game {
    gan_tape *tape;
    gan_var *real, *rate, *correction; /* inputs */
    gan_var *d_loss, *g_loss;
};

/* The mean over the batch of the squared slope of D at each point. */
static gan_var *slope(gan_var *logits, gan_var *points)
{
    return gan_mean(gan_sum_over(gan_square(gan_grad(logits, points)), GAN_AXES(1)));
}

static void record(struct game *game, struct player *g, struct player *d)
{
    const float weight = 0.02f; /* of the penalties */
    gan_tape *tape = game->tape = gan_tape_new();
    game->rate = gan_tape_input(tape, GAN_SCALAR);
    game->correction = gan_tape_input(tape, GAN_SCALAR);
    gan_var *real = game->real = gan_tape_input(tape, GAN_SHAPE(BATCH, 2));
    gan_var *made = gan_model_apply(g->model, gan_normal(tape, GAN_SHAPE(BATCH, LATENT), 0, 1));
    gan_var *on_real = gan_model_apply(d->model, real), *on_made = gan_model_apply(d->model, made);
    gan_var *lead = gan_sub(on_real, on_made); /* of a real point over a made one, in D's eyes */
    game->d_loss = gan_mean(gan_softplus(gan_neg(lead)));
    game->g_loss = gan_mean(gan_softplus(lead));
    gan_var *penalty = gan_scale(gan_add(slope(on_real, real), slope(on_made, made)), weight / 2);
    minimise(d, gan_add(game->d_loss, penalty), game->rate, game->correction);
    minimise(g, game->g_loss, game->rate, game->correction);
}

static void train(struct player *g, struct player *d)
{
    struct game game;
    record(&game, g, d);
    gan_var *wanted[2 + 4 * MOST_PARAMETERS] = {game.d_loss, game.g_loss};
    int count = want(g, wanted, want(d, wanted, 2));
    gan_plan *plan = gan_plan_new(wanted, count); /* one run computes both players' steps; then both move */
    gan_tensor *points = gan_tensor_new(GAN_SHAPE(BATCH, 2));
    float rate, correction, power = 1;
    check(plan != NULL && points != NULL && gan_plan_bind(plan, game.real, points) == GAN_OK &&
          gan_plan_bind_memory(plan, game.rate, &rate) == GAN_OK &&
          gan_plan_bind_memory(plan, game.correction, &correction) == GAN_OK);
    for (int step = 1; step <= STEPS; step++) {
        rate = 4e-3f * (1 - (float)(step - 1) / STEPS); /* read by the run, as are the others */
        correction = 1 - (power *= beta);
        draw_points(points, (uint64_t)step);
        check(gan_plan_run(plan) == GAN_OK);
        move(d, plan);
        move(g, plan);
        if (step % 500 == 0)
            printf("step %4d: loss of D %.3f, of G %.3f\n", step, (double)gan_plan_scalar(plan, game.d_loss),
                   (double)gan_plan_scalar(plan, game.g_loss));
    }
    gan_tensor_unref(points);
    gan_plan_unref(plan);
    gan_tape_unref(game.tape);
}

/* ---- what came of it ---- */

static gan_tensor *make_points(gan_model *generator)
{
    gan_tensor *z = gan_tensor_new(GAN_SHAPE(POINTS, LATENT));
    check(z != NULL && gan_tensor_fill_normal(z, 0, 1, 99) == GAN_OK);
    gan_tensor *points = gan_model_predict(generator, z);
    check(points != NULL);
    gan_tensor_unref(z);
    return points;
}

/* A cloud is found if at least a fortieth of the points (a fair share is an eighth) lie within 3 deviations of its
 * centre. */
static void count_clouds(const gan_tensor *points)
{
    int hits[CLOUDS] = {0}, good = 0, found = 0;
    const float *at = gan_tensor_data(points);
    for (int i = 0; i < POINTS; i++)
        for (int cloud = 0; cloud < CLOUDS; cloud++) {
            float x = at[2 * i] - centres[cloud][0], y = at[2 * i + 1] - centres[cloud][1];
            hits[cloud] += x * x + y * y < 9 * deviation * deviation;
        }
    for (int cloud = 0; cloud < CLOUDS; cloud++) {
        good += hits[cloud];
        found += hits[cloud] >= POINTS / 40;
    }
    printf("%d of %d clouds found; %.1f %% of the points lie in one\n", found, CLOUDS, 100.0 * good / POINTS);
}

/* Darkens the points' pixels in one of the picture's three channels, or (-1) in all. */
static void plot(gan_tensor *picture, const gan_tensor *points, int channel, float shade)
{
    const float *at = gan_tensor_data(points), reach = 1.4f;
    for (int64_t i = 0; i < gan_tensor_size(points) / 2; i++) {
        int64_t column = (int64_t)((at[2 * i] / reach + 1) / 2 * SIDE);
        int64_t row = (int64_t)((1 - at[2 * i + 1] / reach) / 2 * SIDE);
        if (column < 0 || column >= SIDE || row < 0 || row >= SIDE)
            continue;
        for (int c = 0; c < 3; c++)
            if (c != channel)
                gan_tensor_data(picture)[(c * SIDE + row) * SIDE + column] *= shade;
    }
}

/* Real points grey, made ones blue. */
static void draw(const gan_tensor *made, const char *path)
{
    gan_tensor *picture = gan_tensor_new(GAN_SHAPE(3, SIDE, SIDE)), *real = gan_tensor_new(GAN_SHAPE(POINTS, 2));
    check(picture != NULL && real != NULL && gan_tensor_fill(picture, 1) == GAN_OK);
    draw_points(real, 0);
    plot(picture, real, -1, 0.8f);
    plot(picture, made, 2, 0.3f);
    check(gan_image_write(path, picture) == GAN_OK);
    puts(path);
    gan_tensor_unref(real);
    gan_tensor_unref(picture);
}

int main(void)
{
    struct player g = {.model = new_network(LATENT, 2, 1)}, d = {.model = new_network(2, 1, 2)};
    train(&g, &d);
    gan_tensor *points = make_points(g.model);
    count_clouds(points);
    draw(points, "ring.png");
    gan_tensor_unref(points);
    free_player(&d);
    free_player(&g);
    return 0;
}

/*
 * Three steps of each convolutional recipe, made small, against PyTorch: golden_recipes.py says what the numbers are.
 * G begins with a layer that puts the script's z in the place of what was drawn.
 */
#include "players.h"

#include "nn/recipes.h"

#include "golden_recipes.h"

enum { CASES = sizeof golden_recipes / sizeof golden_recipes[0] };

/* What golden_recipes.h does not say of its cases, in its order. */
static const struct setting {
    gan_recipe recipe;
    gan_shape image;
    int64_t width, most_width;
    bool stable, labelled, relativistic;
} settings[CASES] = {
    {GAN_RECIPE_DCGAN, {3, {1, 28, 28}}, 4, 6, false, false, false},
    {GAN_RECIPE_DCGAN, {3, {1, 28, 28}}, 4, 6, true, false, false},
    {GAN_RECIPE_POOLED, {3, {1, 28, 28}}, 4, 6, true, false, false},
    {GAN_RECIPE_SNGAN_RESNET, {3, {3, 16, 16}}, 4, 6, false, false, false},
    {GAN_RECIPE_SNGAN_RESNET, {3, {3, 16, 16}}, 4, 6, false, true, false},
    {GAN_RECIPE_R3GAN, {3, {3, 16, 16}}, 8, 16, true, false, true},
    {GAN_RECIPE_R3GAN, {3, {3, 16, 16}}, 8, 16, true, true, true},
};

/* Replaces z by the first rows of the tensor. */
static gan_var *given_noise(void *context, gan_var *z)
{
    gan_var *given = gan_tape_tensor(gan_var_tape(z), context);
    return gan_add(gan_scale(z, 0), gan_slice(given, 0, 0, gan_var_shape(z).dims[0]));
}

/* As gan_generator_new, but for where z comes from. */
static gan_model *generator(const struct setting *s, gan_tensor *noise)
{
    gan_generator_options o;
    ck_ok(gan_generator_options_init(&o, s->recipe));
    if (s->stable)
        ck_ok(gan_generator_options_preset(&o, GAN_PRESET_STABLE));
    o.width = s->width;
    o.most_width = s->most_width;
    if (s->recipe == GAN_RECIPE_POOLED)
        o.blocks = 2;
    gan_model *g = gan_model_new(GAN_SHAPE(RECIPE_LATENT));
    if (s->labelled) {
        gan_labels *labels = gan_labels_classes(RECIPE_CLASSES, NULL);
        bool concat = s->recipe == GAN_RECIPE_R3GAN;
        o.conditioning = concat ? GAN_CONDITIONING_CONCAT : GAN_CONDITIONING_BATCH_NORM;
        o.label_size = 2;
        o.labels = labels;
        ck_ok(gan_model_set_labels(g, labels));
        gan_labels_unref(labels);
    }
    gan_model_add(g, gan_layer_function(given_noise, noise, NULL));
    gan_recipe_row(s->recipe)->generator(g, s->image, &o);
    if (o.output != GAN_ACTIVATION_LINEAR)
        gan_model_add(g, gan_layer_activation(o.output, o.slope));
    ck_assert_msg(gan_model_status(g) == GAN_OK, "%s", gan_model_message(g));
    return g;
}

static gan_model *discriminator(const struct setting *s)
{
    gan_discriminator_options o;
    ck_ok(gan_discriminator_options_init(&o, s->recipe));
    if (s->stable)
        ck_ok(gan_discriminator_options_preset(&o, GAN_PRESET_STABLE));
    o.width = s->width;
    o.most_width = s->most_width;
    if (s->recipe == GAN_RECIPE_POOLED)
        o.blocks = 2;
    if (s->labelled) {
        o.conditioning = GAN_CONDITIONING_PROJECTION;
        o.labels = gan_labels_classes(RECIPE_CLASSES, NULL);
    }
    gan_model *d = gan_discriminator_new(s->image, &o);
    ck_made(d);
    return d;
}

static double wave(int64_t i, double shift)
{
    double x = (double)i;
    return sin(.37 * x * x + 1.3 * x + shift);
}

static void fill_wave(gan_tensor *tensor, double height, double shift)
{
    for (int64_t i = 0; i < gan_tensor_size(tensor); i++)
        gan_tensor_data(tensor)[i] = (float)(height * wave(i, shift));
}

static void fill(gan_model *model, double amplitude)
{
    ck_ok(gan_model_initialize(model, 0));
    for (int k = 0; k < gan_model_parameters(model); k++) {
        gan_tensor *tensor = gan_model_parameter(model, k);
        gan_shape shape = gan_tensor_shape(tensor);
        if (shape.rank > 1) {
            fill_wave(tensor, amplitude / sqrt((double)(gan_tensor_size(tensor) / shape.dims[0])), k + 1);
            continue;
        }
        fill_wave(tensor, .1, k + 1);
        bool gain = strstr(gan_model_parameter_name(model, k), ".weight") != NULL;
        for (int64_t i = 0; i < shape.dims[0] && gain; i++)
            gan_tensor_data(tensor)[i] = (float)(.1 * wave(i, k + 1) + 1);
    }
}

/* The test allows ten times what float32 made of it in PyTorch; sums are taken in another order here. */
static void check(const char *name, const char *what, double got, double wanted, double rounding)
{
    double error = fabs(got - wanted) / fmax(1, fabs(wanted));
    ck_assert_msg(error < 10 * rounding, "%s: %s is %.9g, want %.9g, which is off by %.2g times the rounding", name,
                  what, got, wanted, error / rounding);
}

static void check_report(size_t index, int step, const gan_step_report *report)
{
    static const char *const names[] = {"D's loss", "R1",           "penalties", "D(x)",
                                        "D(G(z))",  "D's gradient", "G's loss",  "G's gradient"};
    const float got[] = {report->d_loss,       report->r1_penalty,      report->d_penalty, report->d_real_logit,
                         report->d_made_logit, report->d_gradient_norm, report->g_loss,    report->g_gradient_norm};
    for (int i = 0; i < 8; i++) {
        char what[64];
        snprintf(what, sizeof what, "%s in step %d", names[i], step + 1);
        check(golden_recipes[index].name, what, (double)got[i], golden_recipes[index].report[step][i],
              golden_recipes[index].rounding);
    }
}

static void check_moved(size_t index, const char *which, gan_model *model, gan_tensor *begin, const double *wanted)
{
    gan_tensor *end = numbers_of(model);
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < gan_tensor_size(end); i++) {
        double moved = (double)gan_tensor_data(end)[i] - (double)gan_tensor_data(begin)[i];
        sum += moved * cos(.11 * (double)i);
        squares += moved * moved;
    }
    check(golden_recipes[index].name, which, sum, wanted[0], golden_recipes[index].rounding);
    check(golden_recipes[index].name, which, sqrt(squares), wanted[1], golden_recipes[index].rounding);
    gan_tensor_unref(end);
    gan_tensor_unref(begin);
}

static gan_trainer *trainer_for(size_t index, gan_model *g, gan_model *d)
{
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_ARTICLE));
    if (settings[index].relativistic)
        o.loss = GAN_LOSS_RELATIVISTIC;
    o.r1_weight = (float)golden_recipes[index].r1_weight;
    o.r2_weight = (float)golden_recipes[index].r2_weight;
    o.generator_optimizer = gan_optimizer_sgd((float)golden_recipes[index].rate, .5f, false);
    o.discriminator_optimizer = gan_optimizer_sgd((float)golden_recipes[index].rate, .5f, false);
    gan_trainer *trainer = gan_trainer_new(g, d, &o);
    ck_made(trainer);
    return trainer;
}

static void play(size_t index)
{
    const struct setting *s = &settings[index];
    gan_shape batch = {4, {RECIPE_BATCH, s->image.dims[0], s->image.dims[1], s->image.dims[2]}};
    gan_tensor *noise = gan_tensor_new(GAN_SHAPE(RECIPE_BATCH, RECIPE_LATENT)), *real = gan_tensor_new(batch);
    gan_tensor *labels = gan_tensor_new_typed(GAN_SHAPE(RECIPE_BATCH), GAN_INT32);
    gan_model *g = generator(s, noise), *d = discriminator(s);
    fill(g, golden_recipes[index].amplitude);
    fill(d, golden_recipes[index].amplitude);
    gan_tensor *g_begin = numbers_of(g), *d_begin = numbers_of(d);
    gan_trainer *trainer = trainer_for(index, g, d);
    gan_step_report report = GAN_STEP_REPORT_INIT;
    for (int t = 0; t < RECIPE_STEPS; t++) {
        fill_wave(noise, 1.4, t);
        fill_wave(real, .9, 100 + t);
        for (int n = 0; n < RECIPE_BATCH; n++)
            gan_tensor_int32(labels)[n] = (n + t) % RECIPE_CLASSES;
        ck_ok(gan_train_step(trainer, real, s->labelled ? labels : NULL, &report));
        check_report(index, t, &report);
    }
    check_moved(index, "what moved in G", g, g_begin, golden_recipes[index].g);
    check_moved(index, "what moved in D", d, d_begin, golden_recipes[index].d);
    gan_trainer_unref(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
    gan_tensor_unref(noise);
    gan_tensor_unref(real);
    gan_tensor_unref(labels);
}

static void play_all(gan_recipe recipe)
{
    for (size_t i = 0; i < CASES; i++)
        if (settings[i].recipe == recipe)
            play(i);
}

START_TEST(dcgan_makes_pytorchs_numbers)
{
    play_all(GAN_RECIPE_DCGAN);
}
END_TEST

START_TEST(pooled_makes_pytorchs_numbers)
{
    play_all(GAN_RECIPE_POOLED);
}
END_TEST

START_TEST(sngan_resnet_makes_pytorchs_numbers)
{
    play_all(GAN_RECIPE_SNGAN_RESNET);
}
END_TEST

START_TEST(r3gan_makes_pytorchs_numbers)
{
    play_all(GAN_RECIPE_R3GAN);
}
END_TEST

static const struct test_case tests[] = {{"dcgan", dcgan_makes_pytorchs_numbers},
                                         {"pooled", pooled_makes_pytorchs_numbers},
                                         {"sngan_resnet", sngan_resnet_makes_pytorchs_numbers},
                                         {"r3gan", r3gan_makes_pytorchs_numbers}};

int main(void)
{
    return RUN_SUITE("train: recipes", tests);
}

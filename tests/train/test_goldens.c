/*
 * Three steps of small networks of the article's form, in each order of updates, against PyTorch: golden_steps.py says
 * what the numbers are. G begins with a layer that puts the script's z in the place of what was drawn.
 */
#include "players.h"

#include "golden_steps.h"

/* Replaces z by the first rows of the tensor, [GOLDEN_BATCH, 5]. */
static gan_var *given_noise(void *context, gan_var *z)
{
    gan_var *given = gan_tape_tensor(gan_var_tape(z), context);
    return gan_add(gan_scale(z, 0), gan_slice(given, 0, 0, gan_var_shape(z).dims[0]));
}

static gan_model *generator(bool stable, gan_tensor *noise)
{
    gan_model *g = gan_model_new(GAN_SHAPE(5));
    gan_model_add(g, gan_layer_function(given_noise, noise, NULL));
    const int64_t hidden[] = {7, 11};
    for (int i = 0; i < 2; i++) {
        gan_layer *dense = gan_layer_dense(hidden[i]);
        gan_model_add(g, stable ? gan_layer_without_bias(dense) : dense);
        if (stable)
            gan_model_add(g, gan_layer_batch_norm());
        gan_model_add(g, gan_layer_relu());
    }
    gan_model_add(g, gan_layer_dense(6));
    gan_model_add(g, gan_layer_sigmoid());
    gan_model_set_range(g, 0, 1);
    ck_assert_msg(gan_model_status(g) == GAN_OK, "%s", gan_model_message(g));
    return g;
}

/* By the builder, so that its recipe is checked too. */
static gan_model *discriminator(bool stable)
{
    gan_discriminator_options options;
    ck_ok(gan_discriminator_options_init(&options, GAN_RECIPE_MLP));
    ck_ok(gan_discriminator_options_preset(&options, stable ? GAN_PRESET_STABLE : GAN_PRESET_ARTICLE));
    options.hidden[0] = 13;
    options.hidden[1] = 7;
    gan_model *d = gan_discriminator_new(GAN_SHAPE(6), &options);
    ck_made(d);
    return d;
}

static void fill(gan_model *model)
{
    ck_ok(gan_model_initialize(model, 0));
    for (int k = 0; k < gan_model_parameters(model); k++) {
        gan_tensor *tensor = gan_model_parameter(model, k);
        const char *name = gan_model_parameter_name(model, k);
        bool scale = gan_shape_equal(gan_tensor_shape(tensor), GAN_SHAPE(gan_tensor_size(tensor))) &&
                     strstr(name, ".weight") != NULL;
        for (int64_t i = 0; i < gan_tensor_size(tensor); i++) {
            double wave = sin(1.3 * (double)i + k + 1);
            gan_tensor_data(tensor)[i] = (float)(scale ? 1 + .1 * wave : .4 * wave);
        }
    }
}

static void fill_wave(gan_tensor *tensor, double middle, double height, double factor, double shift)
{
    for (int64_t j = 0; j < gan_tensor_size(tensor); j++)
        gan_tensor_data(tensor)[j] = (float)(middle + height * sin(factor * (double)j + shift));
}

static void check_numbers(const char *name, const char *which, gan_model *model, const double *wanted)
{
    gan_tensor *all = numbers_of(model);
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < gan_tensor_size(all); i++) {
        double x = (double)gan_tensor_data(all)[i];
        sum += x * cos(.11 * (double)i);
        squares += x * x;
    }
    ck_assert_msg(fabs(sum - wanted[0]) < 2e-5 && fabs(squares - wanted[1]) < 2e-5 * wanted[1],
                  "%s: %s's numbers sum up to %.8g and %.8g, want %.8g and %.8g", name, which, sum, squares, wanted[0],
                  wanted[1]);
    gan_tensor_unref(all);
}

static void check_report(const char *name, int step, const gan_step_report *report, const double *wanted)
{
    const float got[] = {report->d_loss,          report->r1_penalty,   report->d_real,
                         report->d_made,          report->d_real_logit, report->d_made_logit,
                         report->d_gradient_norm, report->g_loss,       report->g_gradient_norm};
    for (int i = 0; i < 9; i++)
        ck_assert_msg(fabs((double)got[i] - wanted[i]) < 1e-5 * fmax(1, fabs(wanted[i])),
                      "%s, step %d: figure %d is %.8g, want %.8g", name, step + 1, i, (double)got[i], wanted[i]);
}

static void play(size_t index, gan_tensor *noise, gan_tensor *batch)
{
    const char *name = golden_steps[index].name;
    bool stable = golden_steps[index].stable, minimax = golden_steps[index].minimax;
    gan_model *g = generator(stable, noise), *d = discriminator(stable);
    fill(g);
    fill(d);
    gan_trainer_options options;
    ck_ok(gan_trainer_options_init(&options, stable ? GAN_PRESET_STABLE : GAN_PRESET_ARTICLE));
    options.r1_weight = (float)golden_steps[index].r1_weight;
    options.beta2 = 0.999f; /* what golden_steps.py has, whatever the preset says */
    options.average_decay = (float)golden_steps[index].average_decay;
    options.average_warm_up = false;
    options.update = golden_steps[index].order;
    options.discriminator_steps = golden_steps[index].discriminator_steps;
    if (minimax) {
        options.loss = GAN_LOSS_MINIMAX;
        options.generator_optimizer = gan_optimizer_sgd(.05f, .5f, true);
        options.discriminator_optimizer = gan_optimizer_sgd(.05f, .5f, true);
    }
    gan_trainer *trainer = gan_trainer_new(g, d, &options);
    ck_made(trainer);
    gan_step_report report = GAN_STEP_REPORT_INIT;
    for (int t = 0; t < GOLDEN_STEPS; t++) {
        fill_wave(noise, 0, 1, .37, t);
        fill_wave(batch, .5, .5, .91, 2 * t);
        ck_ok(gan_train_step(trainer, batch, NULL, &report));
        check_report(name, t, &report, golden_steps[index].report[t]);
    }
    check_numbers(name, "G", g, golden_steps[index].g);
    check_numbers(name, "D", d, golden_steps[index].d);
    check_numbers(name, "the average", gan_trainer_averaged_generator(trainer), golden_steps[index].average);
    gan_trainer_unref(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
}

START_TEST(steps_make_pytorchs_numbers)
{
    gan_tensor *noise = gan_tensor_new(GAN_SHAPE(GOLDEN_BATCH, 5)), *batch = gan_tensor_new(GAN_SHAPE(GOLDEN_BATCH, 6));
    for (size_t i = 0; i < sizeof golden_steps / sizeof golden_steps[0]; i++)
        play(i, noise, batch);
    gan_tensor_unref(noise);
    gan_tensor_unref(batch);
}
END_TEST

static const struct test_case tests[] = {{"steps make PyTorch's numbers", steps_make_pytorchs_numbers}};

int main(void)
{
    return RUN_SUITE("train: goldens", tests);
}

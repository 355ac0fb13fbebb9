/* What presets say, and what a trainer refuses. */
#include "players.h"

#include "train/options.h"
#include "train/schedules.h"

static gan_trainer_options preset(gan_preset which)
{
    gan_trainer_options options;
    ck_ok(gan_trainer_options_init(&options, which));
    return options;
}

START_TEST(the_article_preset_is_the_articles_program)
{
    gan_trainer_options o = preset(GAN_PRESET_ARTICLE);
    ck_assert_uint_eq(o.struct_size, sizeof o);
    ck_assert_int_eq(o.preset, GAN_PRESET_ARTICLE);
    ck_assert_int_eq(o.loss, GAN_LOSS_NON_SATURATING);
    ck_assert(o.r1_weight == 0 && o.average_decay == 0 && !o.mixed_penalty);
    ck_assert(o.generator_rate == 2e-4f && o.discriminator_rate == 2e-4f);
    ck_assert(o.beta1 == .5f && o.beta2 == .999f && o.epsilon == 1e-8f);
    ck_assert_int_eq(o.schedule, GAN_SCHEDULE_CONSTANT);
    ck_assert_int_eq(o.update, GAN_UPDATE_D_FIRST);
    ck_assert_int_eq(o.discriminator_steps, 1);
    ck_assert(o.data_low == 0 && o.data_high == 1 && o.seed == 0);
    ck_assert(o.generator_optimizer == NULL && o.discriminator_optimizer == NULL);
}
END_TEST

START_TEST(the_stable_preset_differs_by_what_mends_it)
{
    gan_trainer_options o = preset(GAN_PRESET_STABLE);
    ck_assert_int_eq(o.preset, GAN_PRESET_STABLE);
    ck_assert_int_eq(o.loss, GAN_LOSS_NON_SATURATING);
    ck_assert(o.r1_weight == 0.3f && o.generator_rate == 1e-3f && o.discriminator_rate == 1e-3f && o.beta1 == 0 &&
              o.beta2 == 0.99f);
    ck_assert(o.average_decay > .9f && o.average_decay < 1 && o.average_warm_up);
    ck_assert_int_eq(o.update, GAN_UPDATE_D_FIRST);
}
END_TEST

START_TEST(the_papers_presets_are_their_programs)
{
    gan_trainer_options o = preset(GAN_PRESET_WGAN);
    ck_assert_int_eq(o.preset, GAN_PRESET_WGAN);
    ck_assert_int_eq(o.loss, GAN_LOSS_WASSERSTEIN);
    ck_assert(o.weight_clip == .01f && o.gradient_penalty_weight == 0 && o.discriminator_steps == 5);
    ck_assert_int_eq(o.optimizer, GAN_OPTIMIZER_RMSPROP);
    ck_assert(o.generator_rate == 5e-5f && o.discriminator_rate == 5e-5f && o.beta1 == 0 && o.beta2 == .99f);
    o = preset(GAN_PRESET_WGAN_GP);
    ck_assert_int_eq(o.preset, GAN_PRESET_WGAN_GP);
    ck_assert_int_eq(o.loss, GAN_LOSS_WASSERSTEIN);
    ck_assert(o.weight_clip == 0 && o.gradient_penalty_weight == 10 && o.penalty_target == 1);
    ck_assert(o.discriminator_steps == 5 && o.generator_rate == 1e-4f && o.discriminator_rate == 1e-4f);
    ck_assert(o.optimizer == GAN_OPTIMIZER_ADAM && o.beta1 == 0 && o.beta2 == .9f);
    for (gan_preset p = GAN_PRESET_LSGAN; p <= GAN_PRESET_RSGAN; p++) {
        o = preset(p);
        ck_assert_int_eq(o.preset, p);
        ck_assert_int_eq(o.loss, p == GAN_PRESET_LSGAN ? GAN_LOSS_LEAST_SQUARES : GAN_LOSS_RELATIVISTIC);
        ck_assert(o.generator_rate == 2e-4f && o.discriminator_rate == 2e-4f && o.beta1 == .5f && o.beta2 == .999f);
        ck_assert(o.discriminator_steps == 1 && o.r1_weight == 0 && o.gradient_penalty_weight == 0);
    }
}
END_TEST

START_TEST(every_preset_trains_small_networks)
{
    gan_tensor *batch = small_batch(8, 1);
    for (gan_preset p = GAN_PRESET_ARTICLE; p <= GAN_PRESET_RSGAN; p++) {
        gan_trainer_options o = preset(p);
        gan_trainer *trainer = small_trainer(&o);
        gan_step_report report = GAN_STEP_REPORT_INIT;
        ck_ok(gan_train_step(trainer, batch, NULL, &report));
        ck_assert(report.d_committed && report.g_committed);
        bool rms = p == GAN_PRESET_WGAN;
        ck_assert_str_eq(gan_optimizer_name(gan_trainer_generator_optimizer(trainer)), rms ? "rmsprop" : "adam");
        ck_assert_str_eq(gan_optimizer_name(gan_trainer_discriminator_optimizer(trainer)), rms ? "rmsprop" : "adam");
        ck_assert_uint_eq(gan_optimizer_steps(gan_trainer_discriminator_optimizer(trainer)),
                          (uint64_t)o.discriminator_steps);
        gan_trainer_unref(trainer);
    }
    gan_tensor_unref(batch);
}
END_TEST

START_TEST(presets_shape_the_networks)
{
    gan_generator_options g, plain_g;
    gan_discriminator_options d, plain_d;
    ck_ok(gan_generator_options_init(&g, GAN_RECIPE_MLP));
    ck_ok(gan_discriminator_options_init(&d, GAN_RECIPE_MLP));
    plain_g = g;
    plain_d = d;
    d.input_low = -3;
    ck_ok(gan_generator_options_preset(&g, GAN_PRESET_STABLE));
    ck_ok(gan_discriminator_options_preset(&d, GAN_PRESET_STABLE));
    ck_assert_int_eq(g.normalization, GAN_NORMALIZATION_BATCH);
    ck_assert_int_eq(g.activation, GAN_ACTIVATION_RELU);
    ck_assert_int_eq(d.activation, GAN_ACTIVATION_LEAKY_RELU);
    ck_assert(d.slope == .2f && d.center_input && d.input_low == -3);
    for (gan_preset p = GAN_PRESET_WGAN; p <= GAN_PRESET_RSGAN; p++) {
        gan_generator_options other_g = plain_g;
        gan_discriminator_options other_d = plain_d;
        ck_ok(gan_generator_options_preset(&other_g, p));
        ck_ok(gan_discriminator_options_preset(&other_d, p));
        ck_assert(other_g.normalization == g.normalization && other_d.activation == d.activation);
        ck_assert(other_d.center_input && other_d.normalization == GAN_NORMALIZATION_NONE);
    }
    ck_assert_int_eq(d.normalization, GAN_NORMALIZATION_NONE);
    ck_assert(g.latent_size == plain_g.latent_size && g.hidden_count == plain_g.hidden_count);
    ck_ok(gan_generator_options_preset(&g, GAN_PRESET_ARTICLE));
    ck_ok(gan_discriminator_options_preset(&d, GAN_PRESET_ARTICLE));
    ck_assert_int_eq(g.normalization, plain_g.normalization);
    ck_assert_int_eq(d.activation, plain_d.activation);
    ck_assert(d.center_input == plain_d.center_input);
}
END_TEST

/* A recipe's options as a preset leaves them. */
static void shaped(gan_recipe recipe, gan_preset p, gan_generator_options *g, gan_discriminator_options *d)
{
    ck_ok(gan_generator_options_init(g, recipe));
    ck_ok(gan_discriminator_options_init(d, recipe));
    ck_ok(gan_generator_options_preset(g, p));
    ck_ok(gan_discriminator_options_preset(d, p));
}

START_TEST(presets_shape_the_networks_for_pictures)
{
    gan_generator_options g;
    gan_discriminator_options d;
    for (gan_preset p = GAN_PRESET_ARTICLE; p <= GAN_PRESET_DCGAN; p++) {
        bool plain = p == GAN_PRESET_ARTICLE, penalty = p == GAN_PRESET_STABLE || p == GAN_PRESET_WGAN_GP;
        shaped(GAN_RECIPE_POOLED, p, &g, &d);
        ck_assert_int_eq(g.normalization, plain ? GAN_NORMALIZATION_NONE : GAN_NORMALIZATION_BATCH);
        ck_assert_int_eq(d.activation, plain ? GAN_ACTIVATION_RELU : GAN_ACTIVATION_LEAKY_RELU);
        ck_assert(d.center_input == !plain && d.normalization == GAN_NORMALIZATION_NONE);
        ck_assert(g.width == 32 && g.most_width == 256 && g.blocks == 1 && g.output == GAN_ACTIVATION_SIGMOID);
        shaped(GAN_RECIPE_DCGAN, p, &g, &d);
        ck_assert_int_eq(g.normalization, GAN_NORMALIZATION_BATCH);
        ck_assert_int_eq(d.normalization, penalty ? GAN_NORMALIZATION_NONE : GAN_NORMALIZATION_BATCH);
        shaped(GAN_RECIPE_SNGAN_RESNET, p, &g, &d);
        ck_assert(g.normalization == GAN_NORMALIZATION_BATCH && d.normalization == GAN_NORMALIZATION_NONE);
        ck_assert(g.activation == GAN_ACTIVATION_RELU && d.activation == GAN_ACTIVATION_RELU && !d.center_input);
        shaped(GAN_RECIPE_R3GAN, p, &g, &d);
        ck_assert(g.normalization == GAN_NORMALIZATION_NONE && d.normalization == GAN_NORMALIZATION_NONE);
        ck_assert(g.activation == GAN_ACTIVATION_LEAKY_RELU && d.activation == GAN_ACTIVATION_LEAKY_RELU);
        ck_assert(g.blocks == 2 && g.output == GAN_ACTIVATION_LINEAR && !d.center_input);
    }
}
END_TEST

/* Batches in [0, 1] reach D in the range for which G and D are made, and both are updated. */
START_TEST(recipes_train_with_the_stable_preset)
{
    for (gan_recipe recipe = GAN_RECIPE_DCGAN; recipe <= GAN_RECIPE_R3GAN; recipe++) {
        gan_generator_options g;
        gan_discriminator_options d;
        shaped(recipe, GAN_PRESET_STABLE, &g, &d);
        g.width = d.width = 4;
        g.most_width = d.most_width = 8;
        gan_shape image = GAN_SHAPE(3, 8, 12);
        gan_model *generator = gan_generator_new(image, &g), *discriminator = gan_discriminator_new(image, &d);
        gan_trainer *trainer = gan_trainer_new(generator, discriminator, NULL);
        ck_made(trainer);
        gan_tensor *batch = gan_tensor_new(GAN_SHAPE(5, 3, 8, 12));
        ck_ok(gan_tensor_fill_uniform(batch, 0, 1, 1));
        gan_step_report report = GAN_STEP_REPORT_INIT;
        for (int i = 0; i < 3; i++)
            ck_ok(gan_train_step(trainer, batch, NULL, &report));
        ck_assert(report.d_committed && report.g_committed && report.r1_penalty > 0);
        gan_tensor_unref(batch);
        gan_trainer_unref(trainer);
        gan_model_unref(generator);
        gan_model_unref(discriminator);
    }
}
END_TEST

START_TEST(option_functions_refuse_what_they_cannot_fill)
{
    gan_trainer_options t;
    gan_generator_options g = {.struct_size = 3};
    gan_discriminator_options d = {.struct_size = 3};
    gan_run_options r;
    ck_fails(gan_trainer_options_init(&t, (gan_preset)99), GAN_ERROR_INVALID_ARGUMENT,
             "gan_trainer_options_init: preset is 99, want a gan_preset (GAN_PRESET_…)");
    ck_fails(gan_trainer_options_init(NULL, GAN_PRESET_STABLE), GAN_ERROR_INVALID_ARGUMENT, "options is NULL");
    ck_fails(gan_trainer_options_init_sized(&t, 8, GAN_PRESET_STABLE), GAN_ERROR_INVALID_ARGUMENT, "struct_size is 8");
    ck_fails(gan_generator_options_preset(NULL, GAN_PRESET_STABLE), GAN_ERROR_INVALID_ARGUMENT, "options is NULL");
    ck_fails(gan_generator_options_preset(&g, GAN_PRESET_STABLE), GAN_ERROR_INVALID_ARGUMENT, "struct_size is 3");
    ck_fails(gan_generator_options_preset(&g, (gan_preset)99), GAN_ERROR_INVALID_ARGUMENT, "preset is 9");
    ck_fails(gan_discriminator_options_preset(NULL, GAN_PRESET_STABLE), GAN_ERROR_INVALID_ARGUMENT, "options is NULL");
    ck_fails(gan_discriminator_options_preset(&d, GAN_PRESET_STABLE), GAN_ERROR_INVALID_ARGUMENT, "struct_size is 3");
    ck_fails(gan_discriminator_options_preset(&d, (gan_preset)99), GAN_ERROR_INVALID_ARGUMENT, "preset is 9");
    ck_fails(gan_run_options_init_sized(&r, 1), GAN_ERROR_INVALID_ARGUMENT,
             "gan_run_options_init: the options' struct");
}
END_TEST

/* Tries options that differ from STABLE's in one field. */
#define REFUSED(change, message)                                                                                       \
    do {                                                                                                               \
        gan_trainer_options o = preset(GAN_PRESET_STABLE);                                                             \
        change;                                                                                                        \
        ck_null(gan_trainer_new(g, d, &o), "gan_trainer_new: " message);                                               \
    } while (0)

START_TEST(every_field_is_checked_by_name)
{
    gan_model *g = small_generator(GAN_PRESET_STABLE), *d = small_discriminator(GAN_PRESET_STABLE);
    REFUSED(o.loss = (gan_loss)42, "loss is 42, want a gan_loss");
    REFUSED(o.r1_weight = -1, "r1_weight is -1, want a finite number, 0 or more");
    REFUSED(o.r1_weight = NAN, "r1_weight is nan");
    REFUSED(o.generator_rate = -1, "generator_rate is -1, want a finite number, 0 or more");
    REFUSED(o.discriminator_rate = INFINITY, "discriminator_rate is inf");
    REFUSED(o.beta1 = 1, "beta1 is 1, want 0 or more and less than 1");
    REFUSED(o.beta2 = -.5f, "beta2 is -0.5");
    REFUSED(o.epsilon = 0, "epsilon is 0, want a finite number above 0");
    REFUSED(o.schedule = (gan_schedule)5, "schedule is 5, want GAN_SCHEDULE_CONSTANT, _LINEAR or _COSINE");
    REFUSED(o.schedule = GAN_SCHEDULE_LINEAR, "schedule_steps is 0, want 1 or more");
    REFUSED((o.schedule = GAN_SCHEDULE_COSINE, o.schedule_steps = 3, o.schedule_end = 2),
            "schedule_end is 2, want 0 to 1");
    REFUSED(o.update = (gan_update_order)5, "update is 5, want a gan_update_order");
    REFUSED(o.discriminator_steps = 0, "discriminator_steps is 0, want 1 or more");
    REFUSED((o.discriminator_steps = 2, o.update = GAN_UPDATE_SIMULTANEOUS),
            "discriminator_steps is 2, want 1, since update is simultaneous");
    REFUSED(o.average_decay = 1, "average_decay is 1, want 0 (no average) or more and less than 1");
    REFUSED(o.average_start = -1, "average_start is -1");
    REFUSED((o.data_low = 1, o.data_high = 1),
            "data_low is 1 and data_high is 1, want finite numbers, the lower first");
    REFUSED(o.data_high = INFINITY, "data_low is 0 and data_high is inf");
    REFUSED(o.struct_size = 5, "the options' struct_size is 5");
    REFUSED(o.generator_optimizer = o.discriminator_optimizer = gan_optimizer_sgd(1, 0, false),
            "generator_optimizer and discriminator_optimizer are the same");
    ck_assert(!gan_model_initialized(g) && !gan_model_initialized(d)); /* models were left alone */
    gan_model_unref(g);
    gan_model_unref(d);
}
END_TEST

START_TEST(rates_are_not_looked_at_where_optimizers_are_given)
{
    struct dirac players = dirac_new(1, 1);
    gan_trainer_options o = dirac_options(.1f);
    o.generator_rate = o.discriminator_rate = o.beta1 = o.beta2 = o.epsilon = NAN;
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &o);
    ck_made(trainer);
    ck_assert_str_eq(gan_optimizer_name(gan_trainer_generator_optimizer(trainer)), "sgd");
    ck_assert_str_eq(gan_optimizer_name(gan_trainer_discriminator_optimizer(trainer)), "sgd");
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}
END_TEST

START_TEST(optimizers_are_taken_over_also_on_failure)
{
    gan_optimizer *optimizer = gan_optimizer_sgd(.1f, 0, false);
    for (int i = 0; i < 2; i++) {
        gan_trainer_options o = preset(GAN_PRESET_ARTICLE);
        o.generator_optimizer = gan_optimizer_ref(optimizer);
        ck_null(gan_trainer_new(NULL, NULL, &o), "gan_trainer_new: generator is NULL");
    }
    ck_assert(gan_optimizer_rate(optimizer) == .1f); /* ours is the last reference: valgrind would tell otherwise */
    gan_optimizer_unref(optimizer);
}
END_TEST

START_TEST(models_that_do_not_fit_are_refused)
{
    gan_model *g = small_generator(GAN_PRESET_STABLE), *d = small_discriminator(GAN_PRESET_STABLE);
    gan_model *other = gan_discriminator_new(GAN_SHAPE(6), NULL), *wide = gan_model_new(GAN_SHAPE(2, 3));
    gan_model *broken = gan_model_new(GAN_SHAPE(2, 3)), *bare = gan_model_new(GAN_SHAPE(2, 3));
    gan_model_add(wide, gan_layer_flatten());
    gan_model_add(wide, gan_layer_dense(2));
    gan_model_add(broken, gan_layer_dense(1));
    gan_model_add(bare, gan_layer_relu());
    gan_trainer_options garbage;
    memset(&garbage, 0xa5, sizeof garbage);
    ck_null(gan_trainer_new(g, d, &garbage),
            "which they were never filled with; begin with the _options_init function");
    ck_null(gan_trainer_new(g, NULL, NULL), "gan_trainer_new: discriminator is NULL");
    ck_null(gan_trainer_new(g, g, NULL), "gan_trainer_new: generator and discriminator are the same model");
    ck_null(gan_trainer_new(g, other, NULL),
            "the generator makes examples of shape [2, 3], but the discriminator takes "
            "[6]");
    gan_model *twice = gan_discriminator_new(GAN_SHAPE(4, 3), NULL); /* which two of [2, 3] would fill */
    ck_null(gan_trainer_new(g, twice, NULL),
            "takes [4, 3], which is 2 of the generator's [2, 3] together, but it was built with packing 1");
    gan_model *copy = gan_model_copy(twice); /* it knows as much */
    ck_null(gan_trainer_new(g, copy, NULL), "but it was built with packing 1");
    gan_model_unref(copy);
    gan_model_unref(twice);
    ck_null(gan_trainer_new(g, wide, NULL), "the discriminator's output is [2], want one logit");
    ck_null(gan_trainer_new(g, broken, NULL), "gan_trainer_new: the discriminator: building the model failed");
    ck_null(gan_trainer_new(bare, d, NULL), "no parameters to train");
    gan_discriminator_options options;
    ck_ok(gan_discriminator_options_init(&options, GAN_RECIPE_MLP));
    options.sigmoid_output = true;
    gan_model *sigmoid = gan_discriminator_new(GAN_SHAPE(2, 3), &options);
    options.sigmoid_output = false;
    options.center_input = true;
    options.input_low = -1;
    gan_model *of_tanh = gan_discriminator_new(GAN_SHAPE(2, 3), &options);
    ck_null(gan_trainer_new(g, of_tanh, NULL),
            "the generator makes numbers in [0, 1], but the discriminator centres those of [-1, 1]");
    ck_null(gan_trainer_new(g, sigmoid, NULL), "losses want the logit: leave sigmoid_output false");
    gan_model *const models[] = {g, d, other, wide, broken, bare, sigmoid, of_tanh};
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
        gan_model_unref(models[i]);
}
END_TEST

START_TEST(an_optimizer_that_serves_another_model_is_refused)
{
    struct dirac players = dirac_new(1, 1);
    gan_optimizer *busy = gan_optimizer_sgd(.1f, 0, false);
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(1, 1));
    ck_made(gan_optimizer_minimize(busy, gan_model_apply(players.d, x), players.d));
    gan_trainer_options o = preset(GAN_PRESET_ARTICLE);
    o.generator_optimizer = gan_optimizer_ref(busy);
    ck_null(gan_trainer_new(players.g, players.d, &o),
            "gan_trainer_new: the optimizer already serves another model; make one for each model");
    gan_tape_unref(tape);
    gan_optimizer_unref(busy);
    dirac_unref(&players);
}
END_TEST

START_TEST(r1_with_batch_norm_in_the_discriminator_is_refused_unless_forced)
{
    gan_model *g = small_generator(GAN_PRESET_STABLE), *d = gan_model_new(GAN_SHAPE(2, 3));
    gan_model_add(d, gan_layer_flatten());
    gan_model_add(d, gan_layer_dense(4));
    gan_model_add(d, gan_layer_batch_norm());
    gan_model_add(d, gan_layer_dense(1));
    gan_trainer_options o = preset(GAN_PRESET_STABLE);
    ck_null(gan_trainer_new(g, d, &o),
            "gan_trainer_new: r1_weight is 0.3, but the discriminator mixes "
            "examples (batch norm, or a minibatch layer), and R1 is about each example by itself");
    o.r1_weight = 0;
    o.courses[o.course_count++] = (gan_course){.setting = GAN_SETTING_R1_WEIGHT};
    ck_null(gan_trainer_new(g, d, &o), "r1_weight has a course, but the discriminator mixes examples");
    o.course_count = 0;
    gan_trainer *without = gan_trainer_new(g, d, &o);
    ck_made(without);
    ck_fails(gan_trainer_set_r1_weight(without, 1), GAN_ERROR_INVALID_ARGUMENT,
             "gan_trainer_set_r1_weight: r1_weight is 1, but");
    gan_trainer_unref(without);
    o.r1_weight = 10;
    o.mixed_penalty = true;
    gan_trainer *forced = gan_trainer_new(g, d, &o);
    ck_made(forced);
    gan_tensor *batch = small_batch(4, 1);
    gan_step_report report = GAN_STEP_REPORT_INIT;
    ck_ok(gan_train_step(forced, batch, NULL, &report));
    ck_assert(report.r1_penalty > 0);
    gan_tensor_unref(batch);
    gan_trainer_unref(forced);
    gan_model_unref(g);
    gan_model_unref(d);
}
END_TEST

START_TEST(schedules_follow_their_curves)
{
    gan_trainer_options o = preset(GAN_PRESET_ARTICLE);
    o.schedule_steps = 8;
    o.schedule_end = .2f;
    ck_near(gan_schedule_factor(&o, 5), 1, 1e-12);
    o.schedule = GAN_SCHEDULE_LINEAR;
    ck_near(gan_schedule_factor(&o, 0), 1, 1e-12);
    ck_near(gan_schedule_factor(&o, 2), .8, 1e-7);
    ck_near(gan_schedule_factor(&o, 8), .2, 1e-7);
    ck_near(gan_schedule_factor(&o, 1000), .2, 1e-7);
    o.schedule = GAN_SCHEDULE_COSINE;
    ck_near(gan_schedule_factor(&o, 0), 1, 1e-12);
    ck_near(gan_schedule_factor(&o, 2), .2 + .8 * (1 + sqrt(.5)) / 2, 1e-7);
    ck_near(gan_schedule_factor(&o, 4), .6, 1e-7);
    ck_near(gan_schedule_factor(&o, 9), .2, 1e-7);
}
END_TEST

static const struct test_case tests[] = {
    {"the article preset is the article's program", the_article_preset_is_the_articles_program},
    {"the stable preset differs by what mends it", the_stable_preset_differs_by_what_mends_it},
    {"the papers' presets are their programs", the_papers_presets_are_their_programs},
    {"every preset trains small networks", every_preset_trains_small_networks},
    {"presets shape the networks", presets_shape_the_networks},
    {"presets shape the networks for pictures", presets_shape_the_networks_for_pictures},
    {"recipes train with the stable preset", recipes_train_with_the_stable_preset},
    {"option functions refuse what they cannot fill", option_functions_refuse_what_they_cannot_fill},
    {"every field is checked by name", every_field_is_checked_by_name},
    {"rates are not looked at where optimizers are given", rates_are_not_looked_at_where_optimizers_are_given},
    {"optimizers are taken over also on failure", optimizers_are_taken_over_also_on_failure},
    {"models that do not fit are refused", models_that_do_not_fit_are_refused},
    {"an optimizer that serves another model is refused", an_optimizer_that_serves_another_model_is_refused},
    {"R1 with batch norm in D is refused unless forced",
     r1_with_batch_norm_in_the_discriminator_is_refused_unless_forced},
    {"schedules follow their curves", schedules_follow_their_curves},
};

int main(void)
{
    return RUN_SUITE("train: options", tests);
}

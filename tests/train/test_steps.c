/* What a step commits, and what it does not when numbers are not finite; its arguments and report. */
#include "players.h"

static gan_trainer_options preset(gan_preset which)
{
    gan_trainer_options options;
    ck_ok(gan_trainer_options_init(&options, which));
    return options;
}

/* ---- what is committed ---- */

START_TEST(nan_in_the_data_is_an_error_and_nothing_is_committed)
{
    gan_trainer_options o = preset(GAN_PRESET_STABLE);
    gan_trainer *trainer = small_trainer(&o);
    gan_tensor *batch = small_batch(4, 1);
    gan_step_report report = GAN_STEP_REPORT_INIT;
    ck_ok(gan_train_step(trainer, batch, NULL, &report));
    gan_tensor *g = numbers_of(gan_trainer_generator(trainer)), *d = numbers_of(gan_trainer_discriminator(trainer));
    gan_tensor *a = numbers_of(gan_trainer_averaged_generator(trainer));
    gan_tensor_data(batch)[9] = NAN;
    ck_fails(gan_train_step(trainer, batch, NULL, &report), GAN_ERROR_NOT_FINITE,
             "gan_train_step: step 2: D's loss is not finite, and D was not updated");
    ck_message("the first input that is not finite is real (input [4, 2, 3]): element [1, 1, 0] is nan");
    ck_assert(!report.d_committed && !report.g_committed);
    ck_assert_uint_eq(report.step, 1);
    ck_assert_uint_eq(gan_trainer_steps(trainer), 1);
    gan_tensor *now[3] = {numbers_of(gan_trainer_generator(trainer)), numbers_of(gan_trainer_discriminator(trainer)),
                          numbers_of(gan_trainer_averaged_generator(trainer))};
    ck_assert(same_numbers(g, now[0]) && same_numbers(d, now[1]) && same_numbers(a, now[2]));
    gan_tensor_data(batch)[9] = .5f; /* and training goes on */
    ck_ok(gan_train_step(trainer, batch, NULL, &report));
    ck_assert_uint_eq(report.step, 2);
    for (int i = 0; i < 3; i++)
        gan_tensor_unref(now[i]);
    gan_tensor_unref(g);
    gan_tensor_unref(d);
    gan_tensor_unref(a);
    gan_tensor_unref(batch);
    gan_trainer_unref(trainer);
}
END_TEST

static gan_var *exploding(void *context, gan_var *x)
{
    (void)context;
    return gan_scale(gan_square(x), 1e-16f);
}

/*
 * G's half fails while D's does not: with G's output x = θz, z = 1e30 and θ = 1e-22, D's logit 1e-16·x² is 1, but its
 * derivative to θ is 2e22, whose square overflows.
 */
START_TEST(if_the_generators_half_fails_the_discriminators_update_stands)
{
    for (int order = GAN_UPDATE_D_FIRST; order <= GAN_UPDATE_SIMULTANEOUS; order++) {
        gan_model *g = gan_model_new(GAN_SHAPE(1)), *d = gan_model_new(GAN_SHAPE(1));
        gan_model_add(g, gan_layer_scale_shift(0, 1e30f)); /* z = 1e30 */
        gan_model_add(g, gan_layer_without_bias(gan_layer_dense(1)));
        gan_model_add(d, gan_layer_function(exploding, NULL, NULL));
        gan_model_add(d, gan_layer_dense(1));
        ck_ok(gan_model_initialize(g, 1));
        ck_ok(gan_model_initialize(d, 1));
        gan_tensor_data(gan_model_parameter(g, 0))[0] = 1e-22f;
        gan_tensor_data(gan_model_parameter(d, 0))[0] = 1;
        gan_trainer_options o = dirac_options(.1f);
        o.update = (gan_update_order)order;
        gan_trainer *trainer = gan_trainer_new(g, d, &o);
        ck_made(trainer);
        gan_tensor *zeros = gan_tensor_new(GAN_SHAPE(2, 1));
        gan_tensor *before_g = numbers_of(g), *before_d = numbers_of(d);
        gan_step_report report = GAN_STEP_REPORT_INIT;
        gan_status status = gan_train_step(trainer, zeros, NULL, &report);
        ck_assert_msg(status == GAN_ERROR_NOT_FINITE, "status %d: %s", (int)status, gan_error_message());
        ck_message("gan_train_step: step 1: G's gradient is not finite, and G was not updated");
        bool d_stands = order == GAN_UPDATE_D_FIRST;
        gan_tensor *after_g = numbers_of(g), *after_d = numbers_of(d);
        ck_assert(report.d_committed == d_stands && !report.g_committed);
        ck_assert(same_numbers(before_d, after_d) == !d_stands);
        ck_assert(same_numbers(before_g, after_g));
        ck_assert_uint_eq(gan_trainer_steps(trainer), 0);
        gan_tensor *const tensors[] = {before_g, before_d, after_g, after_d, zeros};
        for (int i = 0; i < 5; i++)
            gan_tensor_unref(tensors[i]);
        gan_trainer_unref(trainer);
        gan_model_unref(g);
        gan_model_unref(d);
    }
}
END_TEST

START_TEST(a_poisoned_weight_is_named)
{
    gan_trainer_options o = preset(GAN_PRESET_STABLE);
    gan_trainer *trainer = small_trainer(&o);
    gan_tensor *batch = small_batch(4, 1);
    gan_tensor_data(gan_model_parameter(gan_trainer_generator(trainer), 7))[0] = NAN;
    ck_fails(gan_train_step(trainer, batch, NULL, NULL), GAN_ERROR_NOT_FINITE, "step 1: D's loss is not finite");
    ck_message("G.6.bias");
    gan_tensor_unref(batch);
    gan_trainer_unref(trainer);
}
END_TEST

/*
 * D's half uses G as in training, but leaves its running statistics alone: however many updates D makes, those of G are
 * what G's own half made of its first weights and its own noise.
 */
START_TEST(running_statistics_move_in_their_own_networks_half)
{
    gan_tensor *batch = small_batch(8, 1), *mean[2];
    for (int i = 0; i < 2; i++) {
        gan_trainer_options o = preset(GAN_PRESET_STABLE);
        o.discriminator_steps = i == 0 ? 1 : 3;
        gan_trainer *trainer = small_trainer(&o);
        ck_ok(gan_train_step(trainer, batch, NULL, NULL));
        gan_tensor *state = gan_model_state(gan_trainer_generator(trainer), 0);
        mean[i] = gan_tensor_from(gan_tensor_shape(state), gan_tensor_data(state));
        ck_assert(gan_tensor_data(mean[i])[0] != 0);
        gan_trainer_unref(trainer);
    }
    ck_assert(same_numbers(mean[0], mean[1]));
    gan_tensor_unref(mean[0]);
    gan_tensor_unref(mean[1]);
    gan_tensor_unref(batch);
}
END_TEST

/* ---- arguments ---- */

START_TEST(arguments_of_a_step_are_checked)
{
    gan_trainer_options o = preset(GAN_PRESET_STABLE);
    gan_trainer *trainer = small_trainer(&o);
    gan_tensor *batch = small_batch(4, 1), *flat = gan_tensor_new(GAN_SHAPE(4, 6)), *one = small_batch(1, 1);
    gan_tensor *bytes = gan_tensor_new_typed(GAN_SHAPE(4, 2, 3), GAN_UINT8);
    gan_tensor *labels = gan_tensor_new_typed(GAN_SHAPE(4), GAN_INT32);
    ck_fails(gan_train_step(NULL, batch, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT, "gan_train_step: trainer is NULL");
    ck_fails(gan_train_step(trainer, NULL, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT, "gan_train_step: real is NULL");
    ck_fails(gan_train_step(trainer, flat, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT,
             "gan_train_step: real is float32 [4, 6], want float32 [N, 2, 3]");
    ck_fails(gan_train_step(trainer, bytes, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT,
             "gan_train_step: real is uint8 [4, 2, 3], want float32 [N, 2, 3]");
    ck_fails(gan_train_step(trainer, batch, labels, NULL), GAN_ERROR_INVALID_ARGUMENT,
             "labels are given, but the models take none");
    ck_assert_int_ne(gan_train_step(trainer, one, NULL, NULL), GAN_OK); /* batch norm over one example */
    ck_message("batch_norm");
    gan_step_report report = {.struct_size = 0};
    ck_fails(gan_train_step(trainer, batch, NULL, &report), GAN_ERROR_INVALID_ARGUMENT, "GAN_STEP_REPORT_INIT");
    gan_tensor *const tensors[] = {batch, flat, one, bytes, labels};
    for (int i = 0; i < 5; i++)
        gan_tensor_unref(tensors[i]);
    gan_trainer_unref(trainer);
}
END_TEST

/* A report of an older, shorter struct is filled as far as it goes. */
START_TEST(a_shorter_report_is_not_written_beyond_its_end)
{
    gan_trainer_options o = preset(GAN_PRESET_STABLE);
    gan_trainer *trainer = small_trainer(&o);
    gan_tensor *batch = small_batch(4, 1);
    gan_step_report report = GAN_STEP_REPORT_INIT;
    report.struct_size = offsetof(gan_step_report, g_loss);
    report.g_loss = 123;
    report.seconds = 456;
    ck_ok(gan_train_step(trainer, batch, NULL, &report));
    ck_assert_uint_eq(report.step, 1);
    ck_assert(report.d_loss > 0 && report.g_loss == 123 && report.seconds == 456);
    ck_assert_uint_eq(report.struct_size, offsetof(gan_step_report, g_loss));
    gan_tensor_unref(batch);
    gan_trainer_unref(trainer);
}
END_TEST

static const struct test_case tests[] = {
    {"NaN in the data is an error and nothing is committed", nan_in_the_data_is_an_error_and_nothing_is_committed},
    {"if G's half fails, D's update stands", if_the_generators_half_fails_the_discriminators_update_stands},
    {"a poisoned weight is named", a_poisoned_weight_is_named},
    {"running statistics move in their own network's half", running_statistics_move_in_their_own_networks_half},
    {"arguments of a step are checked", arguments_of_a_step_are_checked},
    {"a shorter report is not written beyond its end", a_shorter_report_is_not_written_beyond_its_end},
};

int main(void)
{
    return RUN_SUITE("train: steps", tests);
}

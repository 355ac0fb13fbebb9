/* The average, the schedule, weights that change, ranges, data sets and batch sizes. */
#include "players.h"

static gan_trainer_options preset(gan_preset which)
{
    gan_trainer_options options;
    ck_ok(gan_trainer_options_init(&options, which));
    return options;
}

/* ---- averages, schedules, weights ---- */

START_TEST(the_average_follows_by_its_formula)
{
    for (int warm_up = 0; warm_up < 2; warm_up++) {
        struct dirac players = dirac_new(1, -1);
        gan_trainer_options o = dirac_options(.2f);
        o.average_decay = .7f;
        o.average_start = 2;
        o.average_warm_up = warm_up == 1;
        gan_trainer *trainer = gan_trainer_new(players.g, players.d, &o);
        ck_made(trainer);
        gan_model *average = gan_trainer_averaged_generator(trainer);
        ck_assert(average != players.g && average != NULL);
        const float *theta = gan_tensor_data(gan_model_parameter(average, 1));
        gan_tensor *zero = gan_tensor_new(GAN_SHAPE(1, 1));
        double wanted = 1;
        ck_near(*theta, wanted, 1e-9);
        for (int update = 1; update <= 30; update++) {
            ck_ok(gan_train_step(trainer, zero, NULL, NULL));
            double n = update - 2, decay = warm_up == 1 ? fmin(.7, (1 + n) / (10 + n)) : .7;
            wanted = update <= 2 ? (double)*players.theta : decay * wanted + (1 - decay) * (double)*players.theta;
            ck_near(*theta, wanted, 1e-6);
        }
        gan_tensor_unref(zero);
        gan_trainer_unref(trainer);
        dirac_unref(&players);
    }
}
END_TEST

START_TEST(without_an_average_the_averaged_generator_is_the_generator)
{
    gan_trainer_options o = preset(GAN_PRESET_ARTICLE);
    gan_trainer *trainer = small_trainer(&o);
    ck_assert_ptr_eq(gan_trainer_averaged_generator(trainer), gan_trainer_generator(trainer));
    gan_trainer_unref(trainer);
}
END_TEST

/* SGD on D's loss at rate r·factor: ψ moves by that times its gradient. */
START_TEST(a_schedule_multiplies_both_rates)
{
    struct dirac players = dirac_new(1, -1);
    gan_trainer_options o = dirac_options(.2f);
    o.update = GAN_UPDATE_SIMULTANEOUS;
    o.schedule = GAN_SCHEDULE_LINEAR;
    o.schedule_steps = 4;
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &o);
    gan_tensor *zero = gan_tensor_new(GAN_SHAPE(1, 1));
    gan_step_report report = GAN_STEP_REPORT_INIT;
    for (int step = 0; step < 6; step++) {
        double factor = step < 4 ? 1 - step / 4. : 0, theta = *players.theta, psi = *players.psi;
        ck_ok(gan_train_step(trainer, zero, NULL, &report));
        ck_near(report.rate_factor, factor, 1e-7);
        ck_near(fabs(*players.theta - theta), .2 * factor * (double)report.g_gradient_norm, 1e-6);
        ck_near(fabs(*players.psi - psi), .2 * factor * (double)report.d_gradient_norm, 1e-6);
    }
    ck_near(gan_optimizer_rate(gan_trainer_generator_optimizer(trainer)), .2, 1e-7);
    gan_tensor_unref(zero);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}
END_TEST

START_TEST(the_weight_of_r1_may_change_between_steps)
{
    struct dirac players = dirac_new(0, -1);
    gan_trainer_options o = dirac_options(0);
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &o);
    gan_tensor *zero = gan_tensor_new(GAN_SHAPE(1, 1));
    gan_step_report report = GAN_STEP_REPORT_INIT;
    static const float weights[] = {0, 3, 1.5f, 0, 2};
    for (int i = 0; i < 5; i++) { /* ‖∇D‖² = ψ² = 1 */
        ck_ok(gan_trainer_set_r1_weight(trainer, weights[i]));
        ck_ok(gan_train_step(trainer, zero, NULL, &report));
        ck_near(report.r1_penalty, weights[i] / 2, 1e-6);
    }
    ck_fails(gan_trainer_set_r1_weight(trainer, -1), GAN_ERROR_INVALID_ARGUMENT,
             "gan_trainer_set_r1_weight: r1_weight is -1");
    ck_fails(gan_trainer_set_r1_weight(NULL, 1), GAN_ERROR_INVALID_ARGUMENT, "trainer is NULL");
    gan_tensor_unref(zero);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}
END_TEST

/* ---- batches ---- */

/* D(x) = ψx sees the mapped batch: its mean logit tells. */
START_TEST(real_batches_are_mapped_to_the_generators_range)
{
    struct dirac players = dirac_new(0, 1);
    gan_model_set_range(players.g, -1, 1);
    gan_trainer_options o = dirac_options(0);
    o.data_low = 10;
    o.data_high = 14;
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &o);
    ck_made(trainer);
    float low = 0, high = 0;
    ck_assert(gan_model_data_range(players.g, &low, &high) && low == 10 && high == 14);
    gan_step_report report = GAN_STEP_REPORT_INIT;
    gan_tensor *batch = gan_tensor_from(GAN_SHAPE(2, 1), (const float[]){10, 13});
    ck_ok(gan_train_step(trainer, batch, NULL, &report));
    ck_near(report.d_real_logit, (-1 + .5) / 2, 1e-6);
    gan_tensor_unref(batch);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}
END_TEST

START_TEST(a_data_set_brings_its_range_or_its_standard)
{
    struct dirac players = dirac_new(0, 1);
    gan_trainer_options o = dirac_options(0);
    o.average_decay = .5f;
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &o);
    gan_model *average = gan_trainer_averaged_generator(trainer);
    gan_tensor *column = gan_tensor_from(GAN_SHAPE(4, 1), (const float[]){1, 3, 5, 7});
    gan_dataset *ranged = gan_dataset_from_tensor(column, NULL, 1, 9);
    gan_dataset *plain = gan_dataset_from_tensor(column, NULL, 0, 0);
    gan_dataset *standardised = gan_dataset_standardised(plain);
    ck_made(ranged);
    ck_made(standardised);
    const gan_tensor *mean = NULL, *deviation = NULL;
    ck_ok(gan_trainer_set_dataset(trainer, standardised));
    for (int i = 0; i < 2; i++) {
        ck_assert_str_eq(gan_model_data_name(i == 0 ? players.g : average), gan_dataset_name(standardised));
        ck_assert(gan_model_standard(i == 0 ? players.g : average, &mean, &deviation));
        ck_near(gan_tensor_data(mean)[0], 4, 1e-6);
        ck_near(gan_tensor_data(deviation)[0], sqrt(5), 1e-6);
    }
    ck_ok(gan_model_set_range(players.g, 0, 1));
    ck_fails(gan_trainer_set_dataset(trainer, standardised), GAN_ERROR_INVALID_ARGUMENT,
             "gan_trainer_set_dataset: the data set is standardised by column, which has no bounds");
    gan_step_report report = GAN_STEP_REPORT_INIT;
    ck_fails(gan_train_step(trainer, column, NULL, &report), GAN_ERROR_INVALID_ARGUMENT,
             "gan_train_step: element 1 of real is 3, but the data are said to be in [0, 1]");
    ck_ok(gan_trainer_set_dataset(trainer, ranged));
    ck_ok(gan_train_step(trainer, column, NULL, &report)); /* from [1, 9] */
    ck_near(report.d_real_logit, 3. / 8, 1e-5);
    uint64_t steps = 0, seed = 1;
    ck_assert(gan_model_training(average, &steps, &seed) && steps == 1 && seed == 0);
    ck_assert(gan_model_training(players.g, &steps, NULL) && gan_model_training(players.d, &steps, NULL));
    float low = 0, high = 0;
    ck_assert(gan_model_data_range(average, &low, &high) && low == 1 && high == 9);
    gan_dataset *digits = gan_dataset_digits(3, 1);
    ck_fails(gan_trainer_set_dataset(trainer, digits), GAN_ERROR_INVALID_ARGUMENT,
             "an example of the data set is [1, 28, 28], but the models' are [1]");
    ck_fails(gan_trainer_set_dataset(trainer, NULL), GAN_ERROR_INVALID_ARGUMENT, "dataset is NULL");
    ck_fails(gan_trainer_set_dataset(NULL, digits), GAN_ERROR_INVALID_ARGUMENT, "trainer is NULL");
    gan_dataset_unref(digits);
    gan_dataset_unref(ranged);
    gan_dataset_unref(plain);
    gan_dataset_unref(standardised);
    gan_tensor_unref(column);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}
END_TEST

/* More sizes than plans are kept for, in an order that drops and remakes; noise and result hang on size and step alone.
 */
START_TEST(batch_sizes_may_change_at_every_step)
{
    static const int64_t sizes[] = {3, 5, 2, 7, 4, 6, 3, 2, 9, 5};
    gan_trainer_options o = preset(GAN_PRESET_STABLE);
    gan_trainer *one = small_trainer(&o);
    ck_assert_uint_eq(gan_trainer_memory(one), 0);
    ck_assert(gan_trainer_flops(one) == 0);
    double flops_of_3 = 0;
    for (int i = 0; i < 10; i++) {
        gan_tensor *batch = small_batch(sizes[i], (uint64_t)i);
        ck_ok(gan_train_step(one, batch, NULL, NULL));
        ck_assert_uint_gt(gan_trainer_memory(one), 0);
        if (sizes[i] == 3)
            flops_of_3 = gan_trainer_flops(one);
        if (sizes[i] == 9)
            ck_near(gan_trainer_flops(one), 3 * flops_of_3, 1);
        gan_tensor_unref(batch);
    }
    ck_assert_uint_eq(gan_trainer_steps(one), 10);
    gan_trainer_unref(one);
}
END_TEST

/* What a step takes is known before it, and the step keeps to it. */
START_TEST(steps_keep_to_what_was_planned)
{
    gan_trainer_options o = preset(GAN_PRESET_STABLE);
    gan_trainer *planned = small_trainer(&o), *stepped = small_trainer(&o);
    gan_tensor *batch = small_batch(6, 1);
    ck_ok(gan_trainer_plan(planned, 12));
    size_t of_12 = gan_trainer_memory(planned);
    double flops_of_12 = gan_trainer_flops(planned);
    ck_ok(gan_trainer_plan(planned, 6));
    size_t of_6 = gan_trainer_memory(planned);
    ck_assert_uint_gt(of_6, 0);
    ck_assert_uint_gt(of_12, of_6);
    ck_near(flops_of_12, 2 * gan_trainer_flops(planned), 1);
    ck_assert_uint_eq(gan_trainer_steps(planned), 0);
    ck_ok(gan_train_step(planned, batch, NULL, NULL));
    ck_ok(gan_train_step(stepped, batch, NULL, NULL));
    ck_assert_uint_eq(gan_trainer_memory(planned), of_6);
    ck_assert_uint_eq(gan_trainer_memory(stepped), of_6);
    ck_fails(gan_trainer_plan(planned, 0), GAN_ERROR_INVALID_ARGUMENT, "batch is 0");
    ck_fails(gan_trainer_plan(NULL, 1), GAN_ERROR_INVALID_ARGUMENT, "trainer is NULL");
    gan_tensor_unref(batch);
    gan_trainer_unref(planned);
    gan_trainer_unref(stepped);
}
END_TEST

/* Numbers in blocks of 16 (64 bytes). */
static size_t blocks(int64_t numbers)
{
    return (size_t)((numbers + 15) / 16 * 16) * sizeof(float);
}

/* Dirac-GAN's G has a scalar weight that is not trained, its weight θ and a bias; D has ψ. */
START_TEST(the_state_is_parameters_averages_and_moments)
{
    size_t with_sgd = 0;
    for (int kind = 0; kind < 3; kind++) {
        struct dirac players = dirac_new(1, 1);
        size_t g = 0, d = blocks(1);
        for (int i = 0; i < gan_model_parameters(players.g); i++)
            g += blocks(gan_tensor_size(gan_model_parameter(players.g, i)));
        gan_trainer_options o = dirac_options(0.1f);
        if (kind > 0) {
            gan_optimizer_unref(o.generator_optimizer);
            gan_optimizer_unref(o.discriminator_optimizer);
            o.generator_optimizer = gan_optimizer_adam(0.1f, 0.5f, 0.9f);
            o.discriminator_optimizer = gan_optimizer_adam(0.1f, 0.5f, 0.9f);
        }
        o.average_decay = kind == 2 ? 0.9f : 0;
        gan_trainer *trainer = gan_trainer_new(players.g, players.d, &o);
        ck_made(trainer);
        size_t state = gan_trainer_state_memory(trainer);
        if (kind == 0)
            with_sgd = state;
        ck_assert_uint_eq(with_sgd, g + d);
        ck_assert_uint_eq(state, kind == 0 ? g + d : kind == 1 ? 3 * (g + d) : 3 * (g + d) + g);
        gan_trainer_unref(trainer);
        dirac_unref(&players);
    }
}
END_TEST

START_TEST(null_trainers_answer_null)
{
    ck_assert_uint_eq(gan_trainer_steps(NULL), 0);
    ck_assert_ptr_null(gan_trainer_generator(NULL));
    ck_assert_ptr_null(gan_trainer_discriminator(NULL));
    ck_assert_ptr_null(gan_trainer_averaged_generator(NULL));
    ck_assert_ptr_null(gan_trainer_generator_optimizer(NULL));
    ck_assert_ptr_null(gan_trainer_discriminator_optimizer(NULL));
    ck_assert_uint_eq(gan_trainer_memory(NULL), 0);
    ck_assert_uint_eq(gan_trainer_state_memory(NULL), 0);
    ck_assert(gan_trainer_flops(NULL) == 0);
    ck_assert_ptr_null(gan_trainer_ref(NULL));
    gan_trainer_unref(NULL);
}
END_TEST

static const struct test_case tests[] = {
    {"the average follows by its formula", the_average_follows_by_its_formula},
    {"without an average it is the generator", without_an_average_the_averaged_generator_is_the_generator},
    {"a schedule multiplies both rates", a_schedule_multiplies_both_rates},
    {"the weight of R1 may change between steps", the_weight_of_r1_may_change_between_steps},
    {"real batches are mapped to the generator's range", real_batches_are_mapped_to_the_generators_range},
    {"a data set brings its range or its standard", a_data_set_brings_its_range_or_its_standard},
    {"batch sizes may change at every step", batch_sizes_may_change_at_every_step},
    {"steps keep to what was planned", steps_keep_to_what_was_planned},
    {"the state is parameters, averages and moments", the_state_is_parameters_averages_and_moments},
    {"NULL trainers answer NULL", null_trainers_answer_null},
};

int main(void)
{
    return RUN_SUITE("train: trainer", tests);
}

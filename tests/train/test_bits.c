/* The same bits every time, noise drawn anew for every update, and what a step does with memory. */
#include "players.h"

#include <stdlib.h>

static gan_trainer_options preset(gan_preset which)
{
    gan_trainer_options options;
    ck_ok(gan_trainer_options_init(&options, which));
    return options;
}

/* ---- the same bits ---- */

/* All numbers of G, D and the average after `steps` steps on `threads` threads. */
static void train(int threads, int steps, gan_tensor *numbers[3])
{
    ck_ok(gan_set_threads(threads));
    gan_trainer_options o = preset(GAN_PRESET_STABLE);
    o.seed = 5;
    gan_generator_options go;
    gan_discriminator_options dopt;
    ck_ok(gan_generator_options_init(&go, GAN_RECIPE_MLP));
    ck_ok(gan_discriminator_options_init(&dopt, GAN_RECIPE_MLP));
    ck_ok(gan_generator_options_preset(&go, GAN_PRESET_STABLE));
    ck_ok(gan_discriminator_options_preset(&dopt, GAN_PRESET_STABLE));
    gan_shape image = GAN_SHAPE(1, 28, 28); /* large enough that products and sums are cut into parts */
    go.hidden_count = 2;
    gan_model *g = gan_generator_new(image, &go), *d = gan_discriminator_new(image, &dopt);
    gan_trainer *trainer = gan_trainer_new(g, d, &o);
    ck_made(trainer);
    gan_tensor *batch = gan_tensor_new(GAN_SHAPE(70, 1, 28, 28));
    for (int i = 0; i < steps; i++) {
        ck_ok(gan_tensor_fill_uniform(batch, 0, 1, (uint64_t)i));
        ck_ok(gan_train_step(trainer, batch, NULL, NULL));
    }
    numbers[0] = numbers_of(g);
    numbers[1] = numbers_of(d);
    numbers[2] = numbers_of(gan_trainer_averaged_generator(trainer));
    gan_tensor_unref(batch);
    gan_trainer_unref(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
}

START_TEST(bits_do_not_depend_on_threads_or_runs)
{
    gan_tensor *first[3];
    train(1, 3, first);
    ck_assert(!same_numbers(first[0], first[2])); /* the average lags behind */
    static const int threads[] = {1, 2, 3, 7};
    for (int i = 0; i < 4; i++) {
        gan_tensor *again[3];
        train(threads[i], 3, again);
        for (int j = 0; j < 3; j++) {
            ck_assert_msg(same_numbers(first[j], again[j]), "model %d differs with %d threads", j, threads[i]);
            gan_tensor_unref(again[j]);
        }
    }
    for (int j = 0; j < 3; j++)
        gan_tensor_unref(first[j]);
    ck_ok(gan_set_threads(0));
}
END_TEST

START_TEST(the_seed_decides_first_numbers_and_noise)
{
    gan_tensor *after[3], *before[3], *batch = small_batch(6, 1);
    static const uint64_t seeds[3] = {1, 2, 1};
    for (int i = 0; i < 3; i++) {
        gan_trainer_options o = preset(GAN_PRESET_STABLE);
        o.seed = seeds[i];
        gan_trainer *trainer = small_trainer(&o);
        before[i] = numbers_of(gan_trainer_generator(trainer));
        ck_ok(gan_train_step(trainer, batch, NULL, NULL));
        after[i] = numbers_of(gan_trainer_generator(trainer));
        gan_trainer_unref(trainer);
    }
    ck_assert(!same_numbers(before[0], before[1]) && same_numbers(before[0], before[2]));
    ck_assert(!same_numbers(after[0], after[1]) && same_numbers(after[0], after[2]));
    for (int i = 0; i < 3; i++) {
        gan_tensor_unref(before[i]);
        gan_tensor_unref(after[i]);
    }
    gan_tensor_unref(batch);
}
END_TEST

/* Models that have numbers keep them; and then the seed decides the noise alone. */
START_TEST(models_with_numbers_are_not_initialised_again)
{
    gan_model *g = small_generator(GAN_PRESET_STABLE), *d = small_discriminator(GAN_PRESET_STABLE);
    ck_ok(gan_model_initialize(g, 77));
    gan_tensor *before = numbers_of(g);
    gan_trainer_options o = preset(GAN_PRESET_STABLE);
    gan_trainer *trainer = gan_trainer_new(g, d, &o);
    ck_made(trainer);
    gan_tensor *now = numbers_of(g);
    ck_assert(same_numbers(before, now));
    ck_assert(gan_model_initialized(d));
    gan_tensor_unref(before);
    gan_tensor_unref(now);
    gan_trainer_unref(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
}
END_TEST

/* Two networks of one shape begin with different numbers. */
START_TEST(the_networks_are_initialised_apart)
{
    gan_model *models[2];
    for (int i = 0; i < 2; i++) {
        models[i] = gan_model_new(GAN_SHAPE(1));
        gan_model_add(models[i], gan_layer_dense(1));
    }
    gan_trainer_options o = dirac_options(0);
    gan_trainer *trainer = gan_trainer_new(models[0], models[1], &o);
    ck_made(trainer);
    ck_assert(gan_tensor_data(gan_model_parameter(models[0], 0))[0] !=
              gan_tensor_data(gan_model_parameter(models[1], 0))[0]);
    gan_trainer_unref(trainer);
    gan_model_unref(models[0]);
    gan_model_unref(models[1]);
}
END_TEST

/* With G(z) = z, D(x) = x and a batch of one, the report shows what was drawn: the latest z of D's half, and G's. */
static void drawn(int discriminator_steps, int steps, double *of_d, double *of_g)
{
    struct dirac players = dirac_new(0, 1);
    gan_model *g = gan_model_new(GAN_SHAPE(1));
    gan_model_add(g, gan_layer_without_bias(gan_layer_dense(1)));
    ck_ok(gan_model_initialize(g, 1));
    gan_tensor_data(gan_model_parameter(g, 0))[0] = 1;
    gan_trainer_options o = dirac_options(0);
    o.discriminator_steps = discriminator_steps;
    gan_trainer *trainer = gan_trainer_new(g, players.d, &o);
    gan_tensor *zero = gan_tensor_new(GAN_SHAPE(1, 1));
    gan_step_report report = GAN_STEP_REPORT_INIT;
    for (int i = 0; i < steps; i++) {
        ck_ok(gan_train_step(trainer, zero, NULL, &report));
        of_d[i] = (double)report.d_made_logit;
        of_g[i] = -log(expm1((double)report.g_loss)); /* the loss is log(1 + e^−z) */
    }
    gan_tensor_unref(zero);
    gan_trainer_unref(trainer);
    gan_model_unref(g);
    dirac_unref(&players);
}

START_TEST(noise_is_drawn_afresh_for_every_update)
{
    double of_d[6], of_g[6], of_d_twice[3], of_g_twice[3];
    drawn(1, 6, of_d, of_g);
    drawn(2, 3, of_d_twice, of_g_twice);
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 6; j++) {
            ck_assert(i == j || (of_d[i] != of_d[j] && of_g[i] != of_g[j]));
            ck_assert(fabs(of_d[i] - of_g[j]) > 1e-4);
        }
    for (int i = 0; i < 3; i++) { /* D's updates are numbered through, G's by the step */
        ck_near(of_d_twice[i], of_d[2 * i + 1], 1e-9);
        ck_near(of_g_twice[i], of_g[i], 1e-9);
    }
}
END_TEST

/*
 * Batch norm in D sees a batch of real examples (mean 2), then one of made ones (θ = 5), each at a share of a tenth; in
 * G's half it only reads.
 */
START_TEST(the_discriminators_running_statistics_see_both_batches_once)
{
    for (int order = GAN_UPDATE_D_FIRST; order <= GAN_UPDATE_SIMULTANEOUS; order++) {
        struct dirac players = dirac_new(5, 1);
        gan_model *d = gan_model_new(GAN_SHAPE(1));
        gan_model_add(d, gan_layer_batch_norm());
        gan_trainer_options o = dirac_options(0);
        o.update = (gan_update_order)order;
        gan_trainer *trainer = gan_trainer_new(players.g, d, &o);
        ck_made(trainer);
        gan_tensor *batch = gan_tensor_from(GAN_SHAPE(2, 1), (const float[]){1, 3});
        ck_ok(gan_train_step(trainer, batch, NULL, NULL));
        ck_near(gan_tensor_data(gan_model_state(d, 0))[0], .9 * .1 * 2 + .1 * 5, 1e-6);
        gan_tensor_unref(batch);
        gan_trainer_unref(trainer);
        gan_model_unref(d);
        dirac_unref(&players);
    }
}
END_TEST

/* ---- memory ---- */

static _Atomic long allocations;

static void *counted_allocate(void *context, size_t size, size_t alignment)
{
    (void)context;
    allocations++;
    return aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

static void counted_release(void *context, void *memory, size_t size)
{
    (void)context;
    (void)size;
    free(memory);
}

START_TEST(steps_allocate_nothing_after_the_first)
{
    gan_set_allocator(&(gan_allocator){counted_allocate, counted_release, NULL});
    static const gan_update_order orders[] = {GAN_UPDATE_D_FIRST, GAN_UPDATE_G_FIRST, GAN_UPDATE_SIMULTANEOUS};
    gan_tensor *batch = small_batch(6, 1), *other = small_batch(3, 1);
    for (int i = 0; i < 3; i++) {
        gan_trainer_options o = preset(GAN_PRESET_STABLE);
        o.update = orders[i];
        gan_trainer *trainer = small_trainer(&o);
        gan_step_report report = GAN_STEP_REPORT_INIT;
        ck_ok(gan_train_step(trainer, batch, NULL, &report));
        ck_ok(gan_train_step(trainer, other, NULL, &report));
        long before = allocations;
        ck_assert_int_gt(before, 0);
        for (int step = 0; step < 4; step++)
            ck_ok(gan_train_step(trainer, step % 2 == 0 ? batch : other, NULL, &report));
        ck_assert_int_eq(allocations, before);
        gan_trainer_unref(trainer);
    }
    gan_tensor_unref(batch);
    gan_tensor_unref(other);
    gan_set_allocator(NULL);
}
END_TEST

static long allowed;

static void *failing_allocate(void *context, size_t size, size_t alignment)
{
    return allowed-- > 0 ? counted_allocate(context, size, alignment) : NULL;
}

/* Makes a trainer and does a step; the first failure's status. */
static gan_status make_and_step(gan_model *g, gan_model *d, const gan_tensor *batch)
{
    gan_trainer_options o = preset(GAN_PRESET_STABLE);
    o.generator_optimizer = gan_optimizer_rmsprop(.01f, .9f, 1e-8f, .5f);
    gan_trainer *trainer = o.generator_optimizer != NULL ? gan_trainer_new(g, d, &o) : NULL;
    gan_status status = trainer != NULL ? gan_train_step(trainer, batch, NULL, NULL) : gan_error_status();
    gan_trainer_unref(trainer);
    return status;
}

START_TEST(each_allocation_that_fails_is_a_clean_error)
{
    gan_tensor *batch = small_batch(3, 1);
    gan_status status = GAN_ERROR_OUT_OF_MEMORY;
    for (long n = 0; status != GAN_OK; n++) {
        ck_assert_int_lt(n, 5000);
        gan_model *g = small_generator(GAN_PRESET_STABLE), *d = small_discriminator(GAN_PRESET_STABLE);
        gan_set_allocator(&(gan_allocator){failing_allocate, counted_release, NULL});
        allowed = n;
        status = make_and_step(g, d, batch);
        gan_set_allocator(NULL);
        ck_assert_msg(status == GAN_OK || status == GAN_ERROR_OUT_OF_MEMORY, "after %ld: %s", n, gan_error_message());
        gan_model_unref(g);
        gan_model_unref(d);
    }
    gan_tensor_unref(batch);
}
END_TEST

static const struct test_case tests[] = {
    {"bits do not depend on threads or runs", bits_do_not_depend_on_threads_or_runs},
    {"the seed decides first numbers and noise", the_seed_decides_first_numbers_and_noise},
    {"models with numbers are not initialised again", models_with_numbers_are_not_initialised_again},
    {"the networks are initialised apart", the_networks_are_initialised_apart},
    {"noise is drawn afresh for every update", noise_is_drawn_afresh_for_every_update},
    {"D's running statistics see both batches once", the_discriminators_running_statistics_see_both_batches_once},
    {"steps allocate nothing after the first", steps_allocate_nothing_after_the_first},
    {"each allocation that fails is a clean error", each_allocation_that_fails_is_a_clean_error},
};

int main(void)
{
    return RUN_SUITE("train: bits", tests);
}

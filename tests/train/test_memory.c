/* Training DCGAN at 64 x 64 with batches of 64 stays within 1 GiB, and takes what the plan said beforehand; it also
 * fits a small stack. */
#include "players.h"

#include <pthread.h>
#include <sys/resource.h>

enum { BATCH = 64, SIDE = 64, STEPS = 3 };

/* The most that this process ever held, in bytes. */
static size_t most_resident(void)
{
    struct rusage usage;
    ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
    return (size_t)usage.ru_maxrss * 1024;
}

static gan_trainer *new_trainer(gan_preset preset)
{
    gan_shape image = GAN_SHAPE(3, SIDE, SIDE);
    gan_generator_options go;
    gan_discriminator_options dopt;
    gan_trainer_options to;
    ck_ok(gan_generator_options_init(&go, GAN_RECIPE_DCGAN));
    ck_ok(gan_discriminator_options_init(&dopt, GAN_RECIPE_DCGAN));
    ck_ok(gan_generator_options_preset(&go, preset));
    ck_ok(gan_discriminator_options_preset(&dopt, preset));
    ck_ok(gan_trainer_options_init(&to, preset));
    to.average_decay = 0.999f;
    gan_model *g = gan_generator_new(image, &go), *d = gan_discriminator_new(image, &dopt);
    gan_trainer *trainer = gan_trainer_new(g, d, &to);
    ck_made(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
    return trainer;
}

static void check_memory(gan_preset preset, const char *name)
{
    const size_t mebibyte = 1 << 20;
    gan_trainer *trainer = new_trainer(preset);
    gan_tensor *batch = gan_tensor_new(GAN_SHAPE(BATCH, 3, SIDE, SIDE));
    ck_made(batch);
    ck_ok(gan_tensor_fill_uniform(batch, 0, 1, 1));
    size_t before = most_resident(); /* with networks, averages and moments, so far as they were touched */
    ck_ok(gan_trainer_plan(trainer, BATCH));
    size_t steps = gan_trainer_memory(trainer), networks = gan_trainer_state_memory(trainer);
    for (int i = 0; i < STEPS; i++)
        ck_ok(gan_train_step(trainer, batch, NULL, NULL));
    size_t most = most_resident();
    printf("DCGAN %d x %d, batch %d, preset %s: planned %zu MiB for steps and %zu for networks; at most %zu resident\n",
           SIDE, SIDE, BATCH, name, steps / mebibyte, networks / mebibyte, most / mebibyte);
    ck_assert_uint_eq(gan_trainer_memory(trainer), steps);
    ck_assert_uint_lt(most, 1024 * mebibyte);
    /* The kernels' scratch, tapes and BLIS's own buffers come on top, whatever the batch; and what was planned is used.
     */
    ck_assert_uint_lt(most - before, steps + networks + 64 * mebibyte);
    ck_assert_uint_gt(most - before, steps / 2);
    gan_tensor_unref(batch);
    gan_trainer_unref(trainer);
}

/* Each in a process of its own, which Check sees to. */
START_TEST(as_in_the_paper)
{
    check_memory(GAN_PRESET_DCGAN, "dcgan");
}
END_TEST

/* R1's second derivatives keep more. */
START_TEST(with_a_penalty)
{
    check_memory(GAN_PRESET_STABLE, "stable");
}
END_TEST

/* Instrumented code takes more stack. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static void *train_alone(void *batch)
{
    gan_trainer *trainer = new_trainer(GAN_PRESET_DCGAN);
    for (int i = 0; i < 2; i++)
        ck_ok(gan_train_step(trainer, batch, NULL, NULL));
    gan_trainer_unref(trainer);
    return NULL;
}

START_TEST(in_a_thread_with_the_stack_that_the_tutorial_asks_for)
{
    ck_ok(gan_set_threads(1));
    gan_tensor *batch = gan_tensor_new(GAN_SHAPE(BATCH, 3, SIDE, SIDE));
    ck_made(batch);
    ck_ok(gan_tensor_fill_uniform(batch, 0, 1, 1));
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    ck_assert_int_eq(pthread_attr_setstacksize(&attributes, 512 * 1024), 0);
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, &attributes, train_alone, batch), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    pthread_attr_destroy(&attributes);
    gan_tensor_unref(batch);
}
END_TEST
#endif

static const struct test_case tests[] = {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    {"a small stack", in_a_thread_with_the_stack_that_the_tutorial_asks_for},
#endif
    {"DCGAN as in the paper", as_in_the_paper},
    {"DCGAN with R1", with_a_penalty},
};

int main(void)
{
    return RUN_SUITE("train: memory", tests);
}

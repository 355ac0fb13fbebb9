/* Want of memory at every moment of a whole life: a model loaded, trained with a log and checkpoints, stopped, resumed,
 * saved, sampled. */
#include "../train/players.h"

#include "memory_check.h"

#include <stdio.h>
#include <unistd.h>

static char model_path[512], run_path[512], log_path[512], out_path[512];

static void remove_run(void)
{
    char name[600];
    for (int steps = 1; steps <= 4; steps++) {
        snprintf(name, sizeof name, "%s-%012d.checkpoint", run_path, steps);
        unlink(name);
    }
    unlink(log_path);
    unlink(out_path);
}

static bool run(gan_trainer *trainer, gan_loader *loader, int64_t steps, gan_run_log *log)
{
    gan_run_options o;
    gan_run_options_init(&o);
    o.steps = steps;
    o.checkpoint_path = run_path;
    o.checkpoint_every_steps = 1;
    o.resume = true;
    o.log = log;
    return gan_trainer_run(trainer, loader, &o, NULL) == GAN_OK;
}

static gan_model *new_discriminator(gan_shape image)
{
    gan_model *d = gan_model_new(image);
    if (d == NULL)
        return NULL;
    gan_model_add(d, gan_layer_flatten());
    gan_model_add(d, gan_layer_dense(3));
    gan_model_add(d, gan_layer_leaky_relu(0.2f));
    gan_model_add(d, gan_layer_dense(1));
    if (gan_model_status(d) == GAN_OK)
        return d;
    gan_model_unref(d);
    return NULL;
}

/* Trains from the newest checkpoint to `steps`, then saves and samples. */
static bool work(gan_trainer *trainer, gan_loader *loader, int64_t steps)
{
    gan_run_log_options options;
    gan_run_log_options_init(&options);
    options.append = true;
    gan_run_log *log = gan_run_log_open(log_path, &options);
    bool fine = log != NULL && run(trainer, loader, steps, log) &&
                gan_model_save(gan_trainer_averaged_generator(trainer), out_path) == GAN_OK;
    gan_tensor *made = fine ? gan_generator_sample(gan_trainer_averaged_generator(trainer), 2, 1) : NULL;
    gan_run_log_unref(log);
    gan_tensor_unref(made);
    return made != NULL;
}

/* A start of the program. What follows a failure is not called: it would fail for want of that, not of memory. */
static bool start(int64_t steps)
{
    gan_dataset *digits = gan_dataset_digits(8, 1);
    gan_loader *loader = digits != NULL ? gan_loader_new(digits, 2, 1, NULL) : NULL;
    gan_model *g = loader != NULL ? gan_model_load(model_path) : NULL;
    gan_model *d = g != NULL ? new_discriminator(gan_dataset_shape(digits)) : NULL;
    gan_trainer *trainer = d != NULL ? gan_trainer_new(g, d, NULL) : NULL;
    bool fine = trainer != NULL && work(trainer, loader, steps);
    gan_trainer_unref(trainer);
    gan_model_unref(d);
    gan_model_unref(g);
    gan_loader_unref(loader);
    gan_dataset_unref(digits);
    return fine;
}

static bool live(void *context)
{
    (void)context;
    remove_run();
    return start(1) && start(2);
}

START_TEST(a_whole_life_survives_want_of_memory)
{
    snprintf(model_path, sizeof model_path, "%s", scratch_file("first.safetensors"));
    snprintf(run_path, sizeof run_path, "%s", scratch_file("run"));
    snprintf(log_path, sizeof log_path, "%s", scratch_file("log.jsonl"));
    snprintf(out_path, sizeof out_path, "%s", scratch_file("last.safetensors"));
    gan_generator_options options;
    ck_ok(gan_generator_options_init(&options, GAN_RECIPE_MLP));
    ck_ok(gan_generator_options_preset(&options, GAN_PRESET_STABLE));
    options.latent_size = 2;
    options.hidden_count = 1;
    options.hidden[0] = 3;
    gan_model *g = gan_generator_new(GAN_SHAPE(1, 28, 28), &options);
    ck_made(g);
    ck_ok(gan_model_initialize(g, 1));
    ck_ok(gan_model_save(g, model_path));
    gan_model_unref(g);
    ck_assert(live(NULL)); /* and what libgan keeps for good is there */
    CHECK_EACH_ALLOCATION(live, NULL);
    /* The newest checkpoint after a failure is whole: the run goes on from it. */
    ck_assert(start(3));
}
END_TEST

static const struct test_case tests[] = {
    {"a whole life survives want of memory", a_whole_life_survives_want_of_memory},
};

int main(void)
{
    if (access("/dev/shm", W_OK) == 0) /* thousands of files are flushed to the disk: to one that is none */
        setenv("TMPDIR", "/dev/shm", 1);
    return RUN_SUITE("faults: memory", tests);
}

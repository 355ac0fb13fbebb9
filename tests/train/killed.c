/* killed FOLDER [STEPS]: trains for a while (200 steps) with a checkpoint at every other step, and writes FOLDER/model:
 * see kill_resume.sh, and tests/faults/faults.sh. */
#include "gan/gan.h"

#include <stdio.h>
#include <stdlib.h>

static int fail(void)
{
    fprintf(stderr, "killed: %s\n", gan_error_message());
    return 1;
}

static gan_trainer *new_trainer(gan_shape example)
{
    gan_generator_options for_g;
    gan_generator_options_init(&for_g, GAN_RECIPE_MLP);
    gan_generator_options_preset(&for_g, GAN_PRESET_STABLE);
    for_g.hidden[0] = for_g.hidden[1] = for_g.hidden[2] = 24;
    gan_model *g = gan_generator_new(example, &for_g);
    gan_discriminator_options for_d;
    gan_discriminator_options_init(&for_d, GAN_RECIPE_MLP);
    gan_discriminator_options_preset(&for_d, GAN_PRESET_STABLE);
    for_d.hidden[0] = for_d.hidden[1] = 24;
    gan_model *d = gan_discriminator_new(example, &for_d);
    gan_trainer_options options;
    gan_trainer_options_init(&options, GAN_PRESET_STABLE);
    options.schedule = GAN_SCHEDULE_COSINE;
    options.schedule_steps = 300;
    options.beta1 = 0.5f;
    gan_trainer *trainer = gan_trainer_new(g, d, &options);
    gan_model_unref(g);
    gan_model_unref(d);
    return trainer;
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3)
        return 2;
    char checkpoints[1024], model[1024];
    snprintf(checkpoints, sizeof checkpoints, "%s/run", argv[1]);
    snprintf(model, sizeof model, "%s/model", argv[1]);
    gan_dataset *digits = gan_dataset_digits(64, 1);
    gan_loader *loader = gan_loader_new(digits, 8, 1, NULL);
    gan_trainer *trainer = loader != NULL ? new_trainer(gan_dataset_shape(digits)) : NULL;
    gan_run_options run;
    gan_run_options_init(&run);
    run.steps = argc == 3 ? atoi(argv[2]) : 200;
    run.checkpoint_path = checkpoints;
    run.checkpoint_every_steps = 2;
    run.resume = true;
    bool fine = trainer != NULL && gan_trainer_run(trainer, loader, &run, NULL) == GAN_OK &&
                gan_model_save(gan_trainer_averaged_generator(trainer), model) == GAN_OK;
    gan_trainer_unref(trainer);
    gan_loader_unref(loader);
    gan_dataset_unref(digits);
    return fine ? 0 : fail();
}

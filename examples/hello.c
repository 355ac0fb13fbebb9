/*
 * hello: from nothing to a picture of generated digits, hello.png. Needs no data: the library draws its own.
 *   cc hello.c $(pkg-config --cflags --libs gan)
 */
#include <gan/gan.h>

#include <stdio.h>

int main(void)
{
    gan_dataset *digits = gan_dataset_digits(60000, /*seed*/ 1);
    gan_loader *batches = gan_loader_new(digits, /*batch*/ 128, /*seed*/ 1, /*options*/ NULL);

    gan_generator_options go;
    gan_generator_options_init(&go, GAN_RECIPE_MLP); /* fills every field; change what you like */
    gan_generator_options_preset(&go, GAN_PRESET_STABLE);
    gan_model *g = gan_generator_new(gan_dataset_shape(digits), &go);

    gan_discriminator_options dopt;
    gan_discriminator_options_init(&dopt, GAN_RECIPE_MLP);
    gan_discriminator_options_preset(&dopt, GAN_PRESET_STABLE);
    gan_model *d = gan_discriminator_new(gan_dataset_shape(digits), &dopt);

    gan_trainer *trainer = gan_trainer_new(g, d, /*options*/ NULL); /* NULL: those of GAN_PRESET_STABLE */
    gan_run_options run;
    gan_run_options_init(&run);
    run.steps = 400;
    gan_status status = gan_trainer_run(trainer, batches, &run, /*result*/ NULL);

    gan_tensor *made = NULL;
    if (status == GAN_OK) {
        made = gan_generator_sample(gan_trainer_averaged_generator(trainer), 25, /*seed*/ 7);
        status = gan_image_write_grid("hello.png", made, /*columns*/ 5);
    }
    if (status == GAN_OK)
        puts("25 digits that nobody wrote: hello.png");
    else
        fprintf(stderr, "hello: %s\n", gan_error_message()); /* whichever call failed, it says why */

    gan_tensor_unref(made);
    gan_trainer_unref(trainer);
    gan_model_unref(d);
    gan_model_unref(g);
    gan_loader_unref(batches);
    gan_dataset_unref(digits);
    return status == GAN_OK ? 0 : 1;
}

/* gan_trainer_load, into the trainer that the seeds were saved from. */
#include "fuzz.h"

#include "players.h"

#include <stdio.h>
#include <stdlib.h>

static gan_trainer *trainer_of_seeds(void)
{
    static gan_trainer *trainer;
    if (trainer == NULL)
        trainer = fuzz_trainer();
    return trainer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t whole = size;
    uint8_t *bytes = size > 0 && data[0] == '{' ? fuzz_safetensors(data, size, &whole) : NULL;
    const char *path = fuzz_file(0, bytes != NULL ? bytes : data, whole);
    gan_trainer *trainer = trainer_of_seeds();
    gan_tensor *real = gan_tensor_new(GAN_SHAPE(2, 2));
    if (gan_trainer_load(trainer, NULL, path) == GAN_OK)
        gan_train_step(trainer, real, NULL, NULL); /* any outcome but a crash will do */
    gan_tensor_unref(real);
    gan_text_free(gan_file_summary(path));
    free(bytes);
    return 0;
}

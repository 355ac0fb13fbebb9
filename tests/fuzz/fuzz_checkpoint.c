/* gan_trainer_load, into the trainers that the seeds were saved from. */
#include "fuzz.h"

#include "players.h"

#include <stdio.h>
#include <stdlib.h>

/* What goes on from a file, and from where; any outcome but a crash will do. */
static void go_on(const char *path)
{
    static gan_trainer *points, *images;
    static gan_loader *loader;
    if (points == NULL) {
        points = fuzz_trainer();
        images = fuzz_image_trainer();
        loader = fuzz_image_loader();
    }
    if (gan_trainer_load(points, NULL, path) == GAN_OK) {
        gan_tensor *real = gan_tensor_new(GAN_SHAPE(2, 2));
        gan_train_step(points, real, NULL, NULL);
        gan_tensor_unref(real);
    }
    if (gan_trainer_load(images, loader, path) == GAN_OK)
        fuzz_step(images, loader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t whole = size;
    uint8_t *bytes = size > 0 && data[0] == '{' ? fuzz_safetensors(data, size, &whole) : NULL;
    const char *path = fuzz_file(0, bytes != NULL ? bytes : data, whole);
    go_on(path);
    gan_text_free(gan_file_summary(path));
    free(bytes);
    return 0;
}

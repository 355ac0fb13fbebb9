/* The small models that the seeds are of. */
#ifndef GAN_TESTS_FUZZ_PLAYERS_H
#define GAN_TESTS_FUZZ_PLAYERS_H

#include "gan/gan.h"

#include <stdlib.h>

static inline gan_model *fuzz_model(int64_t in, int64_t out)
{
    gan_layer *parts = gan_layer_sequence((gan_layer *[]){gan_layer_dense(3), gan_layer_leaky_relu(0.2f)}, 2);
    gan_model *model = gan_model_new(GAN_SHAPE(in));
    gan_model_add(model, gan_layer_named(parts, "first"));
    gan_model_add(model, gan_layer_layer_norm());
    gan_model_add(model, gan_layer_dense(out));
    if (gan_model_initialize(model, 1) != GAN_OK)
        abort();
    return model;
}

static inline gan_trainer *fuzz_trainer(void)
{
    gan_model *g = fuzz_model(2, 2), *d = fuzz_model(2, 1);
    gan_trainer_options options;
    gan_trainer_options_init(&options, GAN_PRESET_STABLE);
    gan_trainer *trainer = gan_trainer_new(g, d, &options);
    gan_model_unref(g);
    gan_model_unref(d);
    if (trainer == NULL)
        abort();
    return trainer;
}

#endif

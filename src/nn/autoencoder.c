/*
 * A discriminator that is an autoencoder: a recipe's own discriminator as encoder, which ends in the code instead of a
 * logit, and the same recipe's generator, made as wide, as decoder.
 */
#include "nn/autoencoder.h"

#include "base/memory.h"
#include "base/status.h"
#include "nn/model.h"
#include "nn/recipes.h"

#include <inttypes.h>

gan_status gan_autoencoder_check(const gan_discriminator_options *o, const char *who)
{
    if (o->code_size < 0 || o->code_size > INT32_MAX)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: code_size is %" PRId64 ", want 1 to %d, or 0 for a logit", who,
                        o->code_size, INT32_MAX);
    if (o->code_size == 0)
        return GAN_OK;
    if (o->reconstruction_power != 1 && o->reconstruction_power != 2)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: reconstruction_power is %d, want 1 or 2", who,
                        o->reconstruction_power);
    const char *field = o->conditioning != GAN_CONDITIONING_NONE ? "conditioning"
                        : o->maxout_pieces != 0                  ? "maxout_pieces"
                        : o->sigmoid_output                      ? "sigmoid_output"
                                                                 : NULL;
    if (field != NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: code_size is %" PRId64 ", and %s is set, but an autoencoder has no %s; want one of them",
                        who, o->code_size, field, field);
    return GAN_OK;
}

/* The generator's options that mirror the discriminator's. */
static gan_generator_options mirrored(const gan_discriminator_options *o)
{
    gan_generator_options g;
    gan_recipe_row(o->recipe)->generator_defaults(&g);
    g.latent_size = o->code_size;
    g.hidden_count = o->hidden_count;
    for (int i = 0; i < o->hidden_count; i++)
        g.hidden[i] = o->hidden[o->hidden_count - 1 - i];
    g.activation = o->activation;
    g.slope = o->slope;
    g.normalization = o->normalization;
    g.normalization_epsilon = o->normalization_epsilon;
    g.batch_norm_momentum = o->batch_norm_momentum;
    g.dropout = o->dropout;
    g.initializer = o->initializer;
    g.width = o->width;
    g.most_width = o->most_width;
    g.blocks = o->blocks;
    return g;
}

/* The model's layers as one; the model is gone. NULL, and the model's error, if it has one. */
static gan_layer *layers_of(gan_model *model)
{
    gan_layer *sequence = NULL, **layers = NULL;
    if (model == NULL)
        return NULL;
    if (model->status != GAN_OK)
        gan_fail_again(model->status, model->message);
    else
        layers = gan_alloc_zero(model->entry_count, sizeof(gan_layer *));
    for (size_t i = 0; layers != NULL && i < model->entry_count; i++) {
        layers[i] = gan_layer_ref(model->entries[i].layer);
        layers[i]->taken = false; /* the model that had it goes */
    }
    if (layers != NULL)
        sequence = gan_layer_sequence(layers, (int)model->entry_count);
    gan_free(layers);
    gan_model_unref(model);
    return sequence;
}

static gan_layer *encoder(gan_shape example, const gan_discriminator_options *o)
{
    gan_model *model = gan_model_new(example);
    if (model != NULL)
        gan_recipe_row(o->recipe)->discriminator(model, example, o);
    return gan_layer_named(layers_of(model), "encoder");
}

static gan_layer *decoder(gan_shape example, const gan_discriminator_options *o)
{
    const gan_generator_options mirror = mirrored(o);
    gan_model *model = gan_model_new(GAN_SHAPE(o->code_size));
    if (model != NULL)
        gan_recipe_row(o->recipe)->generator(model, example, &mirror);
    return gan_layer_named(layers_of(model), "decoder");
}

void gan_autoencoder_add(gan_model *model, gan_shape example, const gan_discriminator_options *o)
{
    gan_discriminator_options inner = *o;
    inner.center_input = false; /* done before: the error is of what was centred */
    gan_recipe_centre(model, o);
    gan_layer *halves[2] = {encoder(example, &inner), NULL};
    if (halves[0] != NULL)
        halves[1] = decoder(example, &inner);
    if (halves[1] == NULL) { /* the error says why; it sticks to the model */
        gan_layer_unref(halves[0]);
        gan_model_add(model, NULL);
        return;
    }
    gan_model_add(model, gan_layer_reconstruction(gan_layer_sequence(halves, 2), o->reconstruction_power));
}

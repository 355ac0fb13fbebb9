/* Minus the error that an autoencoder leaves: what a discriminator that is one ends in. */
#include "nn/reconstruction.h"

#include "base/memory.h"
#include "base/status.h"
#include "gan/ops.h"
#include "nn/layer_file.h"

#include <stdio.h>

struct reconstruction {
    gan_layer base;
    gan_layer *autoencoder;
    int power;
};

static gan_status build(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    const struct reconstruction *own = (const struct reconstruction *)layer;
    gan_status status = gan_layer_build_inner(own->autoencoder, "autoencoder", build, in, out);
    if (status != GAN_OK)
        return status;
    char a[128], b[128];
    if (!gan_shape_equal(in, *out))
        return gan_layer_reject(build, "its autoencoder makes %s of %s; want it to give back the shape that goes in",
                                gan_shape_text(*out, a, sizeof a), gan_shape_text(in, b, sizeof b));
    *out = GAN_SHAPE(1);
    return GAN_OK;
}

static gan_var *apply(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    const struct reconstruction *own = (const struct reconstruction *)layer;
    gan_var *again = own->autoencoder->kind->apply(own->autoencoder, call, x);
    if (x == NULL || again == NULL)
        return NULL;
    gan_var *error = gan_reshape(gan_sub(x, again), GAN_SHAPE(gan_var_shape(x).dims[0], -1));
    return gan_neg(gan_mean_keep(own->power == 1 ? gan_abs(error) : gan_square(error), GAN_AXES(1)));
}

static void describe(const gan_layer *layer, char *text, size_t size)
{
    const struct reconstruction *own = (const struct reconstruction *)layer;
    char inside[64];
    gan_layer_describe(own->autoencoder, inside, sizeof inside);
    snprintf(text, size, "reconstruction(%s, power %d)", inside, own->power);
}

static const gan_layer *child(const gan_layer *layer, int index)
{
    return index == 0 ? ((const struct reconstruction *)layer)->autoencoder : NULL;
}

static gan_status write(const gan_layer *layer, struct gan_json_writer *json)
{
    const struct reconstruction *own = (const struct reconstruction *)layer;
    gan_json_write_integer(json, "power", own->power);
    return gan_layers_write(&own->autoencoder, 1, json);
}

static void release(gan_layer *layer)
{
    gan_layer_unref(((struct reconstruction *)layer)->autoencoder);
}

static const struct gan_layer_kind reconstruction_kind = {.name = "reconstruction",
                                                          .build = build,
                                                          .apply = apply,
                                                          .describe = describe,
                                                          .child = child,
                                                          .write = write,
                                                          .release = release};

gan_layer *gan_layer_reconstruction(gan_layer *autoencoder, int power)
{
    if (autoencoder == NULL)
        return gan_layer_refuse("reconstruction", "autoencoder is NULL");
    if (autoencoder->taken)
        return gan_layer_refuse("reconstruction", "autoencoder already belongs to a model or another layer");
    struct reconstruction *own = NULL;
    if (power != 1 && power != 2)
        gan_layer_refuse("reconstruction", "power is %d, want 1 or 2", power);
    else
        own = gan_layer_create(&reconstruction_kind, sizeof *own);
    if (own == NULL) {
        gan_layer_unref(autoencoder);
        return NULL;
    }
    own->autoencoder = autoencoder;
    autoencoder->taken = true;
    own->power = power;
    return &own->base;
}

gan_layer *gan_read_reconstruction(const struct gan_layer_source *source)
{
    gan_layer **layers;
    size_t count;
    int64_t power;
    if (!gan_source_integer(source, "power", &power) || !gan_source_layers(source, 1, &layers, &count))
        return NULL;
    gan_layer *inside = layers[0];
    gan_free(layers);
    return gan_layer_reconstruction(inside, power == 1 || power == 2 ? (int)power : 0);
}

bool gan_layer_is_reconstruction(const gan_layer *layer)
{
    return layer->kind == &reconstruction_kind;
}

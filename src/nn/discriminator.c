/* gan_discriminator_new: models from data to one number. */
#include "gan/discriminator.h"

#include "base/status.h"
#include "nn/autoencoder.h"
#include "nn/model.h"
#include "nn/recipes.h"
#include "tensor/tensor.h"

#include <inttypes.h>
#include <math.h>

gan_status gan_discriminator_options_init_sized(gan_discriminator_options *options, size_t struct_size,
                                                gan_recipe recipe)
{
    static const char who[] = "gan_discriminator_options_init";
    const struct gan_recipe_row *row = gan_recipe_row(recipe);
    if (row == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: recipe is %d, want a gan_recipe (GAN_RECIPE_...)", who,
                        (int)recipe);
    gan_discriminator_options own;
    row->discriminator_defaults(&own);
    return gan_options_write(options, struct_size, &own, sizeof own, GAN_DISCRIMINATOR_OPTIONS_LEAST, who);
}

static gan_status check(gan_shape example, const gan_discriminator_options *o, const char *who)
{
    struct gan_recipe_size size = {o->recipe, o->hidden_count, o->hidden, o->normalization,
                                   o->width,  o->most_width,   o->blocks, o->spectral_norm};
    gan_status status = gan_recipe_check(&size, example, who);
    if (status != GAN_OK)
        return status;
    if (o->maxout_pieces != 0 && gan_recipe_row(o->recipe)->images)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: maxout_pieces is %" PRId64 ", but recipe \"%s\" has no hidden dense layers; want 0", who,
                        o->maxout_pieces, gan_recipe_name(o->recipe));
    if (o->packing < 1 || o->packing > INT32_MAX)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: packing is %" PRId64 ", want 1 to %d", who, o->packing,
                        INT32_MAX);
    if (o->maxout_pieces != 0 && (o->maxout_pieces < 2 || o->maxout_pieces > INT32_MAX))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: maxout_pieces is %" PRId64 ", want 2 to %d, or 0 for none",
                        who, o->maxout_pieces, INT32_MAX);
    if (o->maxout_pieces != 0 && o->activation != GAN_ACTIVATION_LINEAR)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: activation is %d with maxout_pieces, want GAN_ACTIVATION_LINEAR: maxout is the activation",
                        who, (int)o->activation);
    if (o->center_input && (!isfinite(o->input_low) || !isfinite(o->input_high) || !(o->input_low < o->input_high)))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: input_low is %g and input_high %g, want finite numbers, the lower first", who,
                        (double)o->input_low, (double)o->input_high);
    if (o->sigmoid_output && o->conditioning == GAN_CONDITIONING_AUXILIARY)
        return gan_fail(
            GAN_ERROR_INVALID_ARGUMENT,
            "%s: sigmoid_output is set with GAN_CONDITIONING_AUXILIARY, whose output holds class logits too; "
            "leave it false",
            who);
    struct gan_conditioned by = gan_recipe_discriminator_conditioned(o);
    status = gan_conditioning_check_discriminator(&by, who);
    return status == GAN_OK ? gan_autoencoder_check(o, who) : status;
}

static gan_model *build(gan_shape example, const gan_discriminator_options *o, const char *who)
{
    if (check(example, o, who) != GAN_OK)
        return NULL;
    if (example.rank > 0)
        example.dims[0] *= o->packing;
    gan_model *model = gan_model_new(example);
    if (model == NULL)
        return NULL;
    const struct gan_conditioned by = gan_recipe_discriminator_conditioned(o);
    gan_conditioning_begin(model, &by);
    model->spectral_iterations = o->spectral_norm;
    if (o->code_size > 0)
        gan_autoencoder_add(model, example, o);
    else
        gan_recipe_row(o->recipe)->discriminator(model, example, o);
    model->packing = o->packing;
    if (o->center_input)
        model->taken = (struct gan_range){true, o->input_low, o->input_high};
    if (o->sigmoid_output) {
        gan_model_add(model, gan_layer_sigmoid());
        gan_model_set_range(model, 0.0f, 1.0f);
    }
    return gan_recipe_finish(model, "D", who);
}

gan_model *gan_discriminator_new(gan_shape example, const gan_discriminator_options *options)
{
    static const char who[] = "gan_discriminator_new";
    gan_discriminator_options own;
    gan_recipe_mlp.discriminator_defaults(&own);
    if (gan_options_read(&own, sizeof own, options, GAN_DISCRIMINATOR_OPTIONS_LEAST, who) != GAN_OK)
        return NULL;
    gan_model *model = build(example, &own, who);
    gan_labels_unref(own.labels); /* given away */
    return model;
}

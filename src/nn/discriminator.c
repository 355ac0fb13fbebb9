/* gan_discriminator_new: models from data to one number. */
#include "gan/discriminator.h"

#include "base/status.h"
#include "nn/recipe.h"
#include "tensor/tensor.h"

#include <inttypes.h>
#include <math.h>

static gan_discriminator_options defaults(gan_recipe recipe)
{
    return (gan_discriminator_options){.struct_size = sizeof(gan_discriminator_options),
                                       .recipe = recipe,
                                       .hidden_count = 2,
                                       .hidden = {512, 256},
                                       .activation = GAN_ACTIVATION_RELU,
                                       .slope = 0.2f,
                                       .maxout_pieces = 0,
                                       .normalization = GAN_NORMALIZATION_NONE,
                                       .normalization_epsilon = 1e-5f,
                                       .batch_norm_momentum = 0.1f,
                                       .dropout = 0,
                                       .center_input = false,
                                       .input_low = 0,
                                       .input_high = 1,
                                       .sigmoid_output = false,
                                       .initializer = gan_initializer_glorot_uniform(),
                                       .label_size = 50};
}

gan_status gan_discriminator_options_init_sized(gan_discriminator_options *options, size_t struct_size,
                                                gan_recipe recipe)
{
    gan_discriminator_options own = defaults(recipe);
    return gan_options_write(options, struct_size, &own, sizeof own, GAN_DISCRIMINATOR_OPTIONS_LEAST,
                             "gan_discriminator_options_init");
}

static struct gan_conditioned conditioned(const gan_discriminator_options *o)
{
    return (struct gan_conditioned){o->conditioning, o->labels, o->label_size};
}

static gan_status check(const gan_discriminator_options *o, const char *who)
{
    gan_status status = gan_recipe_check(o->recipe, o->hidden_count, o->hidden, o->normalization, who);
    if (status != GAN_OK)
        return status;
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
    struct gan_conditioned by = conditioned(o);
    return gan_conditioning_check_discriminator(&by, who);
}

/* From [low, high] to [−1, 1]. */
static gan_layer *centring(float low, float high)
{
    double half = ((double)high - (double)low) / 2;
    double middle = ((double)high + (double)low) / 2;
    return gan_layer_scale_shift((float)(1 / half), (float)(-middle / half));
}

static gan_layer *hidden_layer(int64_t units, const gan_discriminator_options *o)
{
    gan_layer *layer = o->maxout_pieces == 0 ? gan_layer_dense(units) : gan_layer_maxout(units, o->maxout_pieces);
    return gan_layer_with_initializer(layer, o->initializer);
}

static gan_model *build(gan_shape example, const gan_discriminator_options *o, const char *who)
{
    if (check(o, who) != GAN_OK)
        return NULL;
    gan_model *model = gan_model_new(example);
    if (model == NULL)
        return NULL;
    const struct gan_recipe_hidden hidden = {o->activation,
                                             o->slope,
                                             o->normalization,
                                             o->normalization_epsilon,
                                             o->batch_norm_momentum,
                                             o->dropout,
                                             {GAN_CONDITIONING_NONE, NULL, 0}};
    const struct gan_conditioned by = conditioned(o);
    gan_conditioning_begin(model, &by);
    if (example.rank > 1)
        gan_model_add(model, gan_layer_flatten());
    if (o->center_input)
        gan_model_add(model, centring(o->input_low, o->input_high));
    gan_conditioning_add_input(model, &by);
    for (int i = 0; i < o->hidden_count; i++)
        gan_recipe_add_hidden(model, hidden_layer(o->hidden[i], o), &hidden);
    gan_model_add(model, gan_conditioning_head(&by, o->initializer));
    if (o->sigmoid_output) {
        gan_model_add(model, gan_layer_sigmoid());
        gan_model_set_range(model, 0.0f, 1.0f);
    }
    return gan_recipe_finish(model, "D", who);
}

gan_model *gan_discriminator_new(gan_shape example, const gan_discriminator_options *options)
{
    static const char who[] = "gan_discriminator_new";
    gan_discriminator_options own = defaults(GAN_RECIPE_MLP);
    if (gan_options_read(&own, sizeof own, options, GAN_DISCRIMINATOR_OPTIONS_LEAST, who) != GAN_OK)
        return NULL;
    gan_model *model = build(example, &own, who);
    gan_labels_unref(own.labels); /* given away */
    return model;
}

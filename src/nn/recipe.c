#include "nn/recipe.h"

#include "base/status.h"

#include <inttypes.h>
#include <string.h>

static gan_status check_size(size_t given, size_t own, size_t least, const char *who)
{
    if (given < least)
        return gan_fail(
            GAN_ERROR_INVALID_ARGUMENT,
            "%s: the options' struct_size is %zu, want %zu; fill them with the _options_init function first", who,
            given, own);
    if (given > own)
        return gan_fail(
            GAN_ERROR_UNSUPPORTED,
            "%s: the options' struct_size is %zu, but this libgan (%s) knows %zu bytes: the program was built "
            "for a newer one; install that",
            who, given, gan_version(), own);
    return GAN_OK;
}

gan_status gan_options_write(void *given, size_t given_size, const void *own, size_t own_size, size_t least,
                             const char *who)
{
    if (given == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: options is NULL", who);
    gan_status status = check_size(given_size, own_size, least, who);
    if (status != GAN_OK)
        return status;
    memcpy(given, own, given_size);
    memcpy(given, &given_size, sizeof given_size); /* struct_size is the first field */
    return GAN_OK;
}

gan_status gan_options_read(void *own, size_t own_size, const void *given, size_t least, const char *who)
{
    if (given == NULL)
        return GAN_OK;
    size_t given_size;
    memcpy(&given_size, given, sizeof given_size);
    gan_status status = check_size(given_size, own_size, least, who);
    if (status == GAN_OK)
        memcpy(own, given, given_size);
    return status;
}

gan_status gan_recipe_check(gan_recipe recipe, int hidden_count, const int64_t *hidden, gan_normalization normalization,
                            const char *who)
{
    if (recipe != GAN_RECIPE_MLP)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: recipe is %d, want GAN_RECIPE_MLP", who, (int)recipe);
    if (hidden_count < 0 || hidden_count > GAN_MAX_HIDDEN)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: hidden_count is %d, want 0 to %d", who, hidden_count,
                        GAN_MAX_HIDDEN);
    for (int i = 0; i < hidden_count; i++)
        if (hidden[i] < 1 || hidden[i] > INT32_MAX)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: hidden[%d] is %" PRId64 ", want 1 to %d", who, i,
                            hidden[i], INT32_MAX);
    if (normalization != GAN_NORMALIZATION_NONE && normalization != GAN_NORMALIZATION_BATCH &&
        normalization != GAN_NORMALIZATION_LAYER)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: normalization is %d, want a gan_normalization", who,
                        (int)normalization);
    return GAN_OK;
}

void gan_recipe_add_hidden(gan_model *model, gan_layer *product, const struct gan_recipe_hidden *hidden)
{
    if (hidden->normalization == GAN_NORMALIZATION_BATCH)
        product = gan_layer_without_bias(product);
    gan_model_add(model, product);
    if (hidden->normalization == GAN_NORMALIZATION_BATCH)
        gan_model_add(model, gan_conditioning_batch_norm(&hidden->by, hidden->epsilon, hidden->momentum));
    else if (hidden->normalization == GAN_NORMALIZATION_LAYER)
        gan_model_add(model, gan_layer_layer_norm_with(hidden->epsilon));
    if (hidden->activation != GAN_ACTIVATION_LINEAR)
        gan_model_add(model, gan_layer_activation(hidden->activation, hidden->slope));
    if (hidden->dropout != 0)
        gan_model_add(model, gan_layer_dropout(hidden->dropout));
}

gan_model *gan_recipe_finish(gan_model *model, const char *name, const char *who)
{
    if (model == NULL)
        return NULL;
    gan_status status = gan_model_status(model);
    if (status != GAN_OK)
        gan_fail(status, "%s: %s", who, gan_model_message(model));
    else
        status = gan_model_set_name(model, name);
    if (status == GAN_OK)
        return model;
    gan_model_unref(model);
    return NULL;
}

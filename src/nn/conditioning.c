#include "nn/conditioning.h"

#include "base/status.h"

#include <inttypes.h>

static const char *const names[] = {[GAN_CONDITIONING_NONE] = "GAN_CONDITIONING_NONE",
                                    [GAN_CONDITIONING_CONCAT] = "GAN_CONDITIONING_CONCAT",
                                    [GAN_CONDITIONING_BATCH_NORM] = "GAN_CONDITIONING_BATCH_NORM",
                                    [GAN_CONDITIONING_PROJECTION] = "GAN_CONDITIONING_PROJECTION",
                                    [GAN_CONDITIONING_AUXILIARY] = "GAN_CONDITIONING_AUXILIARY"};
enum { WAYS = sizeof names / sizeof names[0] };

static gan_status check(const struct gan_conditioned *by, bool possible, const char *ways, const char *who)
{
    if (by->way == GAN_CONDITIONING_NONE)
        return GAN_OK;
    if ((size_t)by->way >= WAYS)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: conditioning is %d, want a gan_conditioning", who,
                        (int)by->way);
    if (!possible)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: conditioning is %s, want %s", who, names[by->way], ways);
    if (by->labels == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: conditioning is %s, which wants labels (gan_dataset_labels, gan_labels_classes), but "
                        "labels is NULL",
                        who, names[by->way]);
    if (by->way == GAN_CONDITIONING_CONCAT && (by->label_size < 1 || by->label_size > INT32_MAX))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: label_size is %" PRId64 ", want 1 to %d", who, by->label_size,
                        INT32_MAX);
    return GAN_OK;
}

gan_status gan_conditioning_check_generator(const struct gan_conditioned *by, gan_normalization normalization,
                                            const char *who)
{
    bool possible = by->way == GAN_CONDITIONING_CONCAT || by->way == GAN_CONDITIONING_BATCH_NORM;
    gan_status status = check(by, possible, "none, _CONCAT or _BATCH_NORM for a generator", who);
    if (status == GAN_OK && by->way == GAN_CONDITIONING_BATCH_NORM && normalization != GAN_NORMALIZATION_BATCH)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: conditioning is GAN_CONDITIONING_BATCH_NORM, but normalization is %d; want "
                        "GAN_NORMALIZATION_BATCH",
                        who, (int)normalization);
    return status;
}

gan_status gan_conditioning_check_discriminator(const struct gan_conditioned *by, const char *who)
{
    bool possible = by->way == GAN_CONDITIONING_CONCAT || by->way == GAN_CONDITIONING_PROJECTION ||
                    by->way == GAN_CONDITIONING_AUXILIARY;
    return check(by, possible, "none, _CONCAT, _PROJECTION or _AUXILIARY for a discriminator", who);
}

void gan_conditioning_begin(gan_model *model, const struct gan_conditioned *by)
{
    if (by->way != GAN_CONDITIONING_NONE)
        gan_model_set_labels(model, by->labels);
}

void gan_conditioning_add_input(gan_model *model, const struct gan_conditioned *by)
{
    if (by->way == GAN_CONDITIONING_CONCAT)
        gan_model_add(model, gan_layer_concat_label(by->label_size));
}

gan_layer *gan_conditioning_batch_norm(const struct gan_conditioned *by, float epsilon, float momentum)
{
    return by->way == GAN_CONDITIONING_BATCH_NORM ? gan_layer_conditional_batch_norm_with(epsilon, momentum)
                                                  : gan_layer_batch_norm_with(epsilon, momentum);
}

gan_layer *gan_conditioning_head(const struct gan_conditioned *by, gan_initializer weights)
{
    gan_layer *layer = by->way == GAN_CONDITIONING_PROJECTION  ? gan_layer_projection()
                       : by->way == GAN_CONDITIONING_AUXILIARY ? gan_layer_auxiliary_head()
                                                               : gan_layer_dense(by->outputs);
    return gan_layer_with_initializer(layer, weights);
}

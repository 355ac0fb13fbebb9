/* Standardised data: the means and deviations by column that sampling undoes. */
#include "nn/model.h"

#include "base/status.h"

#include <inttypes.h>
#include <math.h>

static const char who[] = "gan_model_set_standard";

static gan_status check_column(const gan_model *model, const gan_tensor *numbers, const char *what)
{
    int64_t wanted = gan_shape_size(gan_model_output_shape(model));
    if (gan_tensor_dtype(numbers) != GAN_FLOAT32 || gan_tensor_size(numbers) != wanted)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: %s has %" PRId64 " numbers of type %s, want %" PRId64 " of float32, as an example", who,
                        what, gan_tensor_size(numbers), gan_dtype_name(gan_tensor_dtype(numbers)), wanted);
    for (int64_t i = 0; i < wanted; i++)
        if (!isfinite(gan_tensor_data(numbers)[i]))
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s has %g at %" PRId64 ", want finite numbers", who, what,
                            (double)gan_tensor_data(numbers)[i], i);
    return GAN_OK;
}

gan_status gan_model_set_standard(gan_model *model, const gan_tensor *mean, const gan_tensor *deviation)
{
    if (model == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: model is NULL", who);
    if ((mean == NULL) != (deviation == NULL))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL, want both or neither", who,
                        mean == NULL ? "mean" : "deviation");
    gan_tensor *own_mean = NULL, *own_deviation = NULL;
    if (mean != NULL) {
        gan_status status = check_column(model, mean, "mean");
        if (status == GAN_OK)
            status = check_column(model, deviation, "deviation");
        if (status != GAN_OK)
            return status;
        own_mean = gan_tensor_from(gan_tensor_shape(mean), gan_tensor_data(mean));
        own_deviation = gan_tensor_from(gan_tensor_shape(deviation), gan_tensor_data(deviation));
        if (own_mean == NULL || own_deviation == NULL) {
            gan_tensor_unref(own_mean);
            gan_tensor_unref(own_deviation);
            return GAN_ERROR_OUT_OF_MEMORY;
        }
    }
    gan_tensor_unref(model->mean);
    gan_tensor_unref(model->deviation);
    model->mean = own_mean;
    model->deviation = own_deviation;
    return GAN_OK;
}

bool gan_model_standard(const gan_model *model, const gan_tensor **mean, const gan_tensor **deviation)
{
    if (model == NULL || model->mean == NULL)
        return false;
    if (mean != NULL)
        *mean = model->mean;
    if (deviation != NULL)
        *deviation = model->deviation;
    return true;
}

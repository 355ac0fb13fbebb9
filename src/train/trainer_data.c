/* What a trainer takes from a data set: gan_trainer_set_dataset. */
#include "train/trainer.h"

#include "base/status.h"
#include "data/labels.h"
#include "nn/model.h"
#include "train/labels.h"

#include <inttypes.h>
#include <math.h>

static gan_status note_data(gan_trainer *trainer, const char *name)
{
    gan_model *const models[] = {trainer->generator, trainer->discriminator, trainer->average};
    gan_status status = GAN_OK;
    for (int i = 0; i < 3 && status == GAN_OK; i++)
        status = gan_model_note_data(models[i], name);
    return status;
}

/* The data set's names for classes, and its means of numbers, where it has any. */
static gan_status take_labels(gan_trainer *trainer, const gan_dataset *dataset)
{
    gan_model *const models[] = {trainer->generator, trainer->discriminator, trainer->average};
    if (gan_trained_labels(trainer->generator) == NULL)
        return GAN_OK;
    gan_labels *labels = gan_dataset_labels(dataset);
    gan_status status = labels != NULL ? GAN_OK : gan_error_status();
    for (int i = 0; i < 3 && status == GAN_OK; i++)
        if (gan_labels_are_named(labels) || !gan_labels_are_named(gan_model_labels(models[i])))
            status = gan_model_set_labels(models[i], labels);
    gan_labels_unref(labels);
    return status;
}

static gan_status set_standard(gan_trainer *trainer, const gan_dataset *dataset, const char *who)
{
    gan_tensor *mean, *deviation;
    if (!gan_dataset_standardisation(dataset, &mean, &deviation))
        return GAN_OK;
    if (gan_model_range(trainer->generator, NULL, NULL))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: the data set is standardised by column, which has no bounds, but the generator's output "
                        "has a range; give it a linear output (GAN_ACTIVATION_LINEAR)",
                        who);
    gan_status status = gan_model_set_standard(trainer->generator, mean, deviation);
    if (status == GAN_OK && trainer->average != trainer->generator)
        status = gan_model_set_standard(trainer->average, mean, deviation);
    return status;
}

void gan_trainer_mapping(const gan_trainer *trainer, float *factor, float *offset)
{
    float low, high;
    *factor = 1;
    *offset = 0;
    if (!gan_model_range(trainer->generator, &low, &high))
        return;
    double data_low = (double)trainer->options.data_low, data_high = (double)trainer->options.data_high;
    double exact = ((double)high - (double)low) / (data_high - data_low);
    *factor = (float)exact;
    *offset = (float)((double)low - exact * data_low);
}

/* What G can never make was not meant. A little outside may be: outliers, rounding. */
gan_status gan_trainer_check_range(gan_trainer *trainer, const gan_tensor *real, const char *who)
{
    float low = trainer->options.data_low, high = trainer->options.data_high, made_low, made_high;
    if (trainer->range_checked || !gan_model_range(trainer->generator, &made_low, &made_high))
        return GAN_OK;
    const float *numbers = gan_tensor_data(real);
    const double middle = ((double)low + (double)high) / 2, most = (double)high - (double)low;
    for (int64_t i = 0; i < gan_tensor_size(real); i++)
        if (isfinite(numbers[i]) && fabs((double)numbers[i] - middle) > most)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                            "%s: element %" PRId64 " of real is %g, but the data are said to be in [%g, %g] (data_low "
                            "and data_high, or the data set's range), which the generator's [%g, %g] stands for; say "
                            "their range (gan_dataset_set_range), or standardise them (gan_dataset_standardised) and "
                            "give the generator a linear output",
                            who, i, (double)numbers[i], (double)low, (double)high, (double)made_low, (double)made_high);
    trainer->range_checked = true;
    return GAN_OK;
}

gan_status gan_trainer_set_dataset(gan_trainer *trainer, const gan_dataset *dataset)
{
    static const char who[] = "gan_trainer_set_dataset";
    if (trainer == NULL || dataset == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, trainer == NULL ? "trainer" : "dataset");
    gan_shape given = gan_dataset_shape(dataset), taken = gan_model_output_shape(trainer->generator);
    char a[128], b[128];
    if (!gan_shape_equal(given, taken))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: an example of the data set is %s, but the models' are %s", who,
                        gan_shape_text(given, a, sizeof a), gan_shape_text(taken, b, sizeof b));
    gan_status status = gan_check_dataset_labels(gan_trained_labels(trainer->generator), dataset, who);
    if (status == GAN_OK)
        status = set_standard(trainer, dataset, who);
    if (status == GAN_OK)
        status = take_labels(trainer, dataset);
    if (status == GAN_OK)
        status = note_data(trainer, gan_dataset_name(dataset));
    float low, high;
    if (status != GAN_OK || !gan_dataset_range(dataset, &low, &high))
        return status;
    return gan_trainer_set_data_range(trainer, low, high);
}

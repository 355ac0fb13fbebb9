/* A metric of a generator while it trains. */
#include "gan/metric.h"
#include "gan/sampler.h"
#include "gan/trainer.h"

#include "base/status.h"
#include "nn/recipe.h"

#include <math.h>

static const char who[] = "gan_metric_probe_run";

/* The struct of the first release ends with this field. */
#define LEAST_SIZE (offsetof(gan_metric_probe, options) + sizeof(gan_metric_options *))

gan_status gan_metric_probe_init_sized(gan_metric_probe *probe, size_t struct_size)
{
    const gan_metric_probe own = {.struct_size = sizeof own, .metric = GAN_METRIC_FRECHET, .count = 2000, .seed = 1};
    return gan_options_write(probe, struct_size, &own, sizeof own, LEAST_SIZE, "gan_metric_probe_init");
}

static gan_status measure(const gan_metric_probe *probe, gan_model *generator, gan_tensor *made,
                          gan_metric_record *record)
{
    gan_tensor *features = gan_extractor_run(probe->extractor, made);
    if (features == NULL)
        return gan_error_status();
    gan_metric_data data;
    gan_status status = gan_metric_data_init(&data);
    data.real = probe->real;
    data.made = features;
    if (gan_tensor_shape(made).rank == 4) {
        data.made_images = made;
        gan_model_data_range(generator, &data.low, &data.high);
    }
    if (status == GAN_OK)
        status = gan_metric_evaluate(&data, &probe->metric, 1, probe->options, record);
    gan_tensor_unref(features);
    return status;
}

gan_status gan_metric_probe_run(void *probe, const struct gan_progress *progress, gan_model *generator, double *value,
                                double *error)
{
    (void)progress;
    gan_metric_probe p = {0};
    if (probe == NULL || generator == NULL || value == NULL || error == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who,
                        probe == NULL       ? "probe (the run's evaluate_context)"
                        : generator == NULL ? "generator"
                        : value == NULL     ? "value"
                                            : "error");
    gan_status status = gan_options_read(&p, sizeof p, probe, LEAST_SIZE, who);
    if (status != GAN_OK)
        return status;
    if (p.extractor == NULL || p.real == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the probe's %s is NULL", who,
                        p.extractor == NULL ? "extractor" : "real");
    gan_metric_record record;
    gan_tensor *made = gan_generator_sample(generator, p.count, p.seed);
    status = made != NULL ? gan_metric_record_init(&record) : gan_error_status();
    if (status == GAN_OK)
        status = measure(&p, generator, made, &record);
    if (status == GAN_OK) {
        *value = record.value[p.metric].value;
        *error = isnan(record.value[p.metric].error) ? 0 : record.value[p.metric].error;
    }
    gan_tensor_unref(made);
    return status;
}

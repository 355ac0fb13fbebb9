/* Writes a report that has everything in it, for the browser to open: write_report FILE */
#include "gan/gan.h"
#include "gan/health.h"

#include <math.h>
#include <stdio.h>

enum { STEPS = 2000 };

static const gan_health_event events[] = {
    {.struct_size = sizeof(gan_health_event),
     .step = 500,
     .level = GAN_HEALTH_WARNING,
     .name = "mode-collapse",
     .level_name = "warning",
     .where = "",
     .score = 0.8,
     .threshold = 0.7,
     .evidence_count = 1,
     .evidence = {{"variety", 0.2}},
     .message = "Made examples are alike </script><b id=\"injected\">here</b>.",
     .advice = "Raise r1_weight to 3.",
     .option = "r1_weight"},
    {.struct_size = sizeof(gan_health_event),
     .step = 900,
     .level = GAN_HEALTH_FINE,
     .name = "mode-collapse",
     .level_name = "fine",
     .where = "",
     .message = "It is over.",
     .advice = "",
     .option = ""},
    {.struct_size = sizeof(gan_health_event),
     .step = 1500,
     .level = GAN_HEALTH_ALARM,
     .name = "gradients-explode",
     .level_name = "alarm",
     .where = "G.2.weight",
     .score = INFINITY,
     .threshold = 1,
     .message = "The gradient is 40 times the weights.",
     .advice = "Set clip_norm to 1.",
     .option = "clip_norm"},
};

static gan_status describe(gan_report *report)
{
    gan_dataset *digits = gan_dataset_digits(256, 1);
    gan_dataset_set_name(digits, "a & b <i>c</i>");
    gan_loader *loader = gan_loader_new(digits, 32, 1, NULL);
    gan_model *g = gan_generator_new(gan_dataset_shape(digits), NULL),
              *d = gan_discriminator_new(gan_dataset_shape(digits), NULL);
    gan_trainer_options options;
    gan_trainer_options_init(&options, GAN_PRESET_STABLE);
    options.r1_weight = 10;
    gan_trainer *trainer = gan_trainer_new(g, d, &options);
    gan_status status = gan_report_describe(report, trainer, loader);
    if (status == GAN_OK)
        status = gan_report_note(report, "command", "write_report --title '</title>'");
    gan_trainer_unref(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
    gan_loader_unref(loader);
    gan_dataset_unref(digits);
    return status;
}

static gan_status add_step(gan_report *report, uint64_t step)
{
    gan_step_report one = GAN_STEP_REPORT_INIT;
    float t = (float)step / STEPS, shake = sinf((float)step * 12.9898f);
    one.step = step;
    one.d_loss = step == 777 ? NAN : 1.2f - 0.3f * expf(-8 * t) + 0.1f * shake;
    one.g_loss = 0.9f + 0.6f * expf(-5 * t) + 0.1f * cosf((float)step * 78.233f);
    one.d_real = 0.6f + 0.05f * shake;
    one.d_made = 0.4f - 0.05f * shake;
    one.d_real_logit = 0.4f + 0.1f * shake;
    one.d_made_logit = -0.4f - 0.1f * shake;
    one.d_gradient_norm = 2 * expf(-6 * t) + 0.01f;
    one.g_gradient_norm = step == 1200 ? 4e6f : 0.2f + 0.01f * shake;
    one.d_penalty = 0.05f + 0.01f * shake;
    one.d_rate = one.g_rate = 1e-3f * (1 - t);
    one.seconds = 0.02 + 0.002 * (double)shake;
    one.data_seconds = 0.0002;
    return gan_report_add_step(report, &one);
}

static gan_status add_samples(gan_report *report, uint64_t step)
{
    gan_tensor *images = gan_tensor_new(GAN_SHAPE(25, 1, 28, 28));
    gan_status status = gan_tensor_fill_uniform(images, 0, (float)step / STEPS, step);
    if (status == GAN_OK)
        status = gan_report_add_images(report, step, images);
    gan_tensor_unref(images);
    return status == GAN_ERROR_UNSUPPORTED ? GAN_OK : status;
}

static gan_status fill(gan_report *report)
{
    gan_status status = describe(report);
    for (uint64_t step = 1; step <= STEPS && status == GAN_OK; step++) {
        status = add_step(report, step);
        for (size_t i = 0; i < sizeof events / sizeof events[0] && status == GAN_OK; i++)
            if (events[i].step == step)
                status = gan_report_add_event(report, &events[i]);
        if (status == GAN_OK && step % 250 == 0)
            status = add_samples(report, step);
        if (status == GAN_OK && step % 400 == 0)
            status = gan_report_add_number(report, step, "evaluation", 50000. / (double)step, 3);
    }
    return status == GAN_OK ? gan_report_end(report, "all its steps were made") : status;
}

int main(int count, char **arguments)
{
    gan_report_options options;
    gan_report_options_init(&options);
    options.title = "write_report </title><b id=\"injected\">";
    options.columns = 5;
    gan_report *report = count == 2 ? gan_report_open(arguments[1], &options) : NULL;
    gan_status status = report != NULL ? fill(report) : GAN_ERROR_INVALID_ARGUMENT;
    if (status != GAN_OK)
        fprintf(stderr, "write_report FILE: %s\n", gan_error_message());
    gan_report_unref(report);
    return status == GAN_OK ? 0 : 1;
}

/* A report that watches a run: what it does when gan_trainer_run calls. */
#include "watch/report.h"

#include "base/status.h"
#include "io/png.h"

#include <math.h>

static void take_progress(gan_report *report, const gan_progress *p)
{
    double left = isfinite(p->seconds_left) ? p->seconds_left : -1;
    report->progress = (struct gan_report_progress){p->step, p->steps, p->epoch, p->epochs, left};
}

static gan_status on_begin(void *context, gan_trainer *trainer, const gan_loader *loader, const gan_progress *progress)
{
    gan_report *report = context;
    report->ended[0] = '\0';
    take_progress(report, progress);
    gan_status status = gan_report_cut(report, progress->report->step);
    if (status == GAN_OK)
        status = gan_report_describe(report, trainer, loader);
    report->described = trainer;
    report->described_data = loader;
    if (status == GAN_OK)
        gan_report_write_if_due(report, true);
    return status;
}

static gan_status on_step(void *context, const gan_progress *progress)
{
    gan_report *report = context;
    take_progress(report, progress);
    gan_status status = GAN_OK;
    if (report->described != NULL) /* what the plans take is known only now */
        status = gan_report_describe(report, report->described, report->described_data);
    report->described = NULL;
    return status == GAN_OK ? gan_report_add_step(report, progress->report) : status;
}

static gan_status on_images(void *context, const gan_progress *progress, const gan_tensor *images)
{
    return gan_png_available() ? gan_report_add_images(context, progress->report->step, images) : GAN_OK;
}

static gan_status on_evaluation(void *context, const gan_progress *progress, double value, double error)
{
    return gan_report_add_number(context, progress->report->step, "evaluation", value, error);
}

static gan_status on_saving(void *context, const gan_progress *progress)
{
    take_progress(context, progress);
    gan_report_write_if_due(context, true);
    return GAN_OK;
}

static const char *reason(gan_stop stop)
{
    switch (stop) {
    case GAN_STOP_STEPS:
        return "all its steps were made";
    case GAN_STOP_EPOCHS:
        return "all its epochs were made";
    case GAN_STOP_SECONDS:
        return "its time was up";
    case GAN_STOP_CALLBACK:
        return "the program ended it";
    case GAN_STOP_FLAG:
        return "it was stopped";
    case GAN_STOP_PATIENCE:
        return "evaluations showed no more progress";
    case GAN_STOP_WATCH:
        return "its watcher ended it";
    case GAN_STOP_ERROR:
        break;
    }
    return "it failed";
}

static gan_status on_end(void *context, const gan_progress *progress, const gan_run_result *result)
{
    gan_report *report = context;
    take_progress(report, progress);
    report->described = NULL;
    report->best.count = result->evaluations;
    report->best.step = result->best_step;
    report->best.value = result->best_value;
    report->best.error = result->best_error;
    return gan_report_end(report, reason(result->stop));
}

void gan_report_observe(gan_report *report)
{
    report->observer = (gan_run_observer){.struct_size = sizeof report->observer,
                                          .context = report,
                                          .begin = on_begin,
                                          .step = on_step,
                                          .images = on_images,
                                          .evaluation = on_evaluation,
                                          .saving = on_saving,
                                          .end = on_end};
}

const gan_run_observer *gan_report_observer(gan_report *report)
{
    if (report == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_report_observer: report is NULL");
    return &report->observer;
}

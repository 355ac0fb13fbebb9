#include "train/observers.h"

#include "base/status.h"

#include <stdio.h>

/* An observer of a program that was built against a later header has more functions, one against an older fewer. */
#define HAS(observer, function)                                                                                        \
    ((observer)->struct_size >= offsetof(gan_run_observer, function) + sizeof((observer)->function) &&                 \
     (observer)->function != NULL)

/* Calls a function of all that have it, until one fails. */
#define TELL(first, function, ...)                                                                                     \
    do {                                                                                                               \
        gan_status told = GAN_OK;                                                                                      \
        for (const gan_run_observer *o = (first); told == GAN_OK && o != NULL; o = o->next)                            \
            if (HAS(o, function))                                                                                      \
                told = o->function(o->context, __VA_ARGS__);                                                           \
        return told;                                                                                                   \
    } while (0)

bool gan_observers_want_images(const gan_run_observer *first)
{
    for (const gan_run_observer *o = first; o != NULL; o = o->next)
        if (HAS(o, images))
            return true;
    return false;
}

gan_status gan_observers_begin(const gan_run_observer *first, gan_trainer *trainer, const gan_loader *loader,
                               const gan_progress *progress, const gan_run_observer **last)
{
    gan_status told = GAN_OK;
    for (const gan_run_observer *o = first; told == GAN_OK && o != NULL; o = o->next) {
        *last = o;
        if (HAS(o, begin))
            told = o->begin(o->context, trainer, loader, progress);
    }
    return told;
}

gan_status gan_observers_step(const gan_run_observer *first, const gan_progress *progress)
{
    TELL(first, step, progress);
}

gan_status gan_observers_images(const gan_run_observer *first, const gan_progress *progress, const gan_tensor *images)
{
    TELL(first, images, progress, images);
}

gan_status gan_observers_evaluation(const gan_run_observer *first, const gan_progress *progress, double value,
                                    double error)
{
    TELL(first, evaluation, progress, value, error);
}

gan_status gan_observers_saving(const gan_run_observer *first, const gan_progress *progress)
{
    TELL(first, saving, progress);
}

gan_status gan_observers_end(const gan_run_observer *first, const gan_run_observer *last, const gan_progress *progress,
                             gan_run_result *result, gan_status status)
{
    char message[1024];
    snprintf(message, sizeof message, "%s", gan_error_message());
    for (const gan_run_observer *o = first; o != last->next; o = o->next) {
        gan_status told = HAS(o, end) ? o->end(o->context, progress, result) : GAN_OK;
        if (status == GAN_OK && told != GAN_OK) {
            status = told;
            result->stop = GAN_STOP_ERROR;
            snprintf(message, sizeof message, "%s", gan_error_message());
        }
    }
    return status == GAN_OK ? status : gan_fail_again(status, message);
}

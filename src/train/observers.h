/* Telling all who watch a run, one after another, until one fails. */
#ifndef GAN_SRC_TRAIN_OBSERVERS_H
#define GAN_SRC_TRAIN_OBSERVERS_H

#include "gan/run.h"

/* `first` is the options' observer; NULL: nobody. */
bool gan_observers_want_images(const gan_run_observer *first);
/* *last: the last one that was told. */
gan_status gan_observers_begin(const gan_run_observer *first, gan_trainer *trainer, const gan_loader *loader,
                               const gan_progress *progress, const gan_run_observer **last);
gan_status gan_observers_step(const gan_run_observer *first, const gan_progress *progress);
gan_status gan_observers_images(const gan_run_observer *first, const gan_progress *progress, const gan_tensor *images);
gan_status gan_observers_evaluation(const gan_run_observer *first, const gan_progress *progress, double value,
                                    double error);
gan_status gan_observers_saving(const gan_run_observer *first, const gan_progress *progress);
/*
 * Tells all of them up to `last`, whoever fails. `status` is the run's; where that is a failure it stays, with its
 * message. Else the first failure of an observer's, which result->stop then says.
 */
gan_status gan_observers_end(const gan_run_observer *first, const gan_run_observer *last, const gan_progress *progress,
                             gan_run_result *result, gan_status status);

#endif

/* A run's evaluations: the best generator so far, and whether it still gets better. */
#ifndef GAN_SRC_TRAIN_EVALUATION_H
#define GAN_SRC_TRAIN_EVALUATION_H

#include "gan/trainer.h"

struct gan_evaluation {
    gan_model *best; /* a copy; NULL before the first */
    double best_value, best_error;
    int64_t best_step, count;
    double mark, mark_error; /* the latest value that was better than the mark before it by more than noise */
    int without;             /* evaluations since then */
};

/* GAN_OK, or an error that names the field. */
gan_status gan_evaluation_check(const gan_run_options *options, const char *who);

/*
 * Evaluates if it is time after `progress->step` steps. *enough becomes true when the run has gone on for as long as
 * its patience lasts without getting better.
 */
gan_status gan_evaluation_after_step(struct gan_evaluation *evaluation, gan_trainer *trainer,
                                     const gan_run_options *options, const gan_progress *progress, bool *enough,
                                     const char *who);

/* Whether it is time: so that nobody else makes a gan_progress in vain. */
static inline bool gan_evaluation_is_due(const gan_run_options *options, int64_t step)
{
    return options->evaluate != NULL && step % options->evaluate_every == 0;
}

#endif

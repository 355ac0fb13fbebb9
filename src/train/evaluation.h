/* A run's evaluations: the best generator so far, and whether it still gets better. */
#ifndef GAN_SRC_TRAIN_EVALUATION_H
#define GAN_SRC_TRAIN_EVALUATION_H

#include "gan/run.h"

struct gan_evaluation {
    gan_model *best; /* a copy; NULL before the first */
    double best_value, best_error;
    int64_t best_step, count;
    double mark, mark_error; /* the latest value that was better than the mark before it by more than noise */
    int64_t without;         /* evaluations since then */
    bool higher_is_better;   /* how they were compared; of no meaning before the first */
};

/* GAN_OK, or an error that names the field. */
gan_status gan_evaluation_check(const gan_run_options *options, const char *who);
/* GAN_OK if a run of these options may go on with evaluations that an earlier one has made. */
gan_status gan_evaluation_check_resumed(const struct gan_evaluation *evaluation, const gan_run_options *options,
                                        const char *who);

/* Evaluates, after `progress->step` steps. */
gan_status gan_evaluation_after_step(struct gan_evaluation *evaluation, gan_trainer *trainer,
                                     const gan_run_options *options, const gan_progress *progress, const char *who);

/* Whether the run has gone on for as long as its patience lasts without getting better. */
static inline bool gan_evaluation_is_enough(const struct gan_evaluation *evaluation, const gan_run_options *options)
{
    return options->patience > 0 && evaluation->without >= options->patience;
}

/* Whether it is time: so that nobody else makes a gan_progress in vain. */
static inline bool gan_evaluation_is_due(const gan_run_options *options, int64_t step)
{
    return options->evaluate != NULL && step % options->evaluate_every == 0;
}

#endif

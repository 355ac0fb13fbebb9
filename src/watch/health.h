/*
 * Health's inside. After chosen steps a look measures what a step's report does not say (health_probe.c, what the
 * networks make and think of examples; health_layers.c, gradients and updates by layer). From looks and reports scores
 * are worked out (health_scores.c), numbers alone, so that they can be tried without a trainer; scores and thresholds
 * give levels, and changes of level events (health_events.c). health.c holds it together.
 */
#ifndef GAN_SRC_WATCH_HEALTH_H
#define GAN_SRC_WATCH_HEALTH_H

#include "gan/health.h"
#include "gan/rollback.h"

#include <math.h>

/* ---- what is measured ---- */

/* Of one network's weights (parameters of two axes and more), by L2 norms. Numbers are NAN where nothing is known. */
struct gan_health_network {
    double most_gradient, least_gradient;                    /* a layer's gradient over its weights */
    double most_update;                                      /* what a step changed of a layer over its weights */
    int most_gradient_at, least_gradient_at, most_update_at; /* which parameter; −1: none */
    double most_dead; /* share of units that gave the same for all examples, in the worst hidden layer */
    int most_dead_at; /* which layer */
};

enum { GAN_HEALTH_D, GAN_HEALTH_G, GAN_HEALTH_NETWORKS };

/* What a look measures. Numbers are NAN where they are not known. */
struct gan_health_look {
    uint64_t step;
    int64_t batch;                                 /* examples in a training batch */
    double pixels, features;                       /* deviation within made examples over that within real ones */
    double nearest_pixels, nearest_features;       /* median distance to the nearest other one, likewise */
    double overtaken;                              /* share of pairs (real, made) in which D gives more to the made */
    double real_logit, made_logit, held_out_logit; /* means */
    double twins;                                  /* share of the real batch's pairs that are equal */
    bool blank;                                    /* all numbers of the real batch are the same */
    struct gan_health_network network[GAN_HEALTH_NETWORKS];
};

/* A look at which nothing is known yet. */
struct gan_health_look gan_health_no_look(void);

/* ---- health_probe.c ---- */

/* A plan in which G makes examples and D judges them, real ones, and real ones that were held out. */
struct gan_health_probe;

/* For batches of `batch` examples; held_out may be NULL (it is shared). NULL, with an error, on failure. */
struct gan_health_probe *gan_health_probe_new(const gan_trainer *trainer, int64_t batch, gan_dataset *held_out,
                                              const char *who);
void gan_health_probe_free(struct gan_health_probe *probe);
/* Whether it was made for such batches, and the trainer still maps data as then. */
bool gan_health_probe_fits(const struct gan_health_probe *probe, const gan_trainer *trainer, int64_t batch);
/* Adds to the look. `real` is the latest batch, with its labels (NULL where there are none). */
gan_status gan_health_probe_run(struct gan_health_probe *probe, const gan_tensor *real, const gan_tensor *labels,
                                uint64_t step, struct gan_health_look *look);

/* ---- health_layers.c ---- */

/* The weights before a step. */
struct gan_health_layers {
    gan_tensor *before[GAN_HEALTH_NETWORKS];
    uint64_t step; /* after which they were kept */
    bool kept;
};

gan_status gan_health_layers_init(struct gan_health_layers *layers, const gan_trainer *trainer);
void gan_health_layers_clear(struct gan_health_layers *layers);
void gan_health_layers_keep(struct gan_health_layers *layers, const gan_trainer *trainer);
/* Adds to the look, after a step. Updates are known if weights were kept just before it. */
void gan_health_layers_look(struct gan_health_layers *layers, const gan_trainer *trainer, struct gan_health_look *look);

/* ---- health_scores.c ---- */

/* A mean in which the latest numbers weigh most. */
struct gan_health_mean {
    double sum, weight;
};

/* Where a score was found: a network's parameter, or one of its layers; or the network alone. */
struct gan_health_place {
    int network;          /* −1: nowhere */
    int parameter, layer; /* −1: none */
};

enum { GAN_HEALTH_LEADS = 256 };

/* Scores, and what they are worked out from. */
struct gan_health_scores {
    gan_loss loss;
    float label_smoothing, label_flip;
    bool clipped;                      /* D's weights are held within bounds */
    double score[GAN_HEALTH_PROBLEMS]; /* NAN: not known */
    struct gan_health_place place[GAN_HEALTH_PROBLEMS];

    /* of steps */
    uint64_t steps;
    struct gan_health_mean d_loss, d_real, d_made, g_norm, g_norm_squared, waited, seconds;
    double first_d_loss;              /* the mean over the first steps */
    double lead[GAN_HEALTH_LEADS];    /* D's logit of real examples over that of made ones; a ring */
    double lead_mean, lead_deviation; /* of the ring, as of the latest look */
    int period;                       /* of its oscillation, in steps */

    /* of looks */
    struct gan_health_look latest;
    struct gan_health_mean overtaken, variety, real_logit, made_logit, held_out_logit;
    int stuck[GAN_HEALTH_NETWORKS];          /* looks in a row at which nothing had moved */
    double vanished[GAN_HEALTH_NETWORKS][2]; /* the score of the looks before this one, the older first */
};

/* Nothing seen yet, of training with these options. */
void gan_health_scores_begin(struct gan_health_scores *scores, const gan_trainer_options *options);
/* After every step; then, where there is one, after the look. */
void gan_health_scores_step(struct gan_health_scores *scores, const gan_step_report *report);
void gan_health_scores_look(struct gan_health_scores *scores, const struct gan_health_look *look);
/* After a step that failed with NaN or infinity. */
void gan_health_scores_failed(struct gan_health_scores *scores);

/* The mean; NAN before the first number. */
static inline double gan_health_mean_of(const struct gan_health_mean *mean)
{
    return mean->weight > 0 ? mean->sum / mean->weight : NAN;
}

/* The defaults. */
extern const gan_health_thresholds gan_health_default_thresholds[GAN_HEALTH_PROBLEMS];

/* ---- health_events.c ---- */

/* An event and the texts that it points to. */
struct gan_health_news {
    gan_health_event event;
    char where[160], message[700], advice[500];
};

/*
 * Says that a problem is at `level` now, after `before`. `trainer` gives names to places. `failure` is the error of the
 * step, for NaN; else NULL.
 */
void gan_health_tell(struct gan_health_news *news, const struct gan_health_scores *scores, const gan_trainer *trainer,
                     gan_health_problem problem, const gan_health_thresholds *thresholds, gan_health_level level,
                     gan_health_level before, const char *failure);
/* Says that the trainer was taken back to where it was after `to` steps, because of `problem`; the try's number of
 * `most`. With try > most: that it was not. */
void gan_health_tell_rollback(struct gan_health_news *news, const gan_trainer *trainer, gan_health_problem problem,
                              uint64_t to, int64_t try, int most);

#endif

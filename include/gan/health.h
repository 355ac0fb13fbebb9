/*
 * Health: a watcher that looks at a run's own numbers while it trains, says by name what goes wrong and which option to
 * change, and, if asked, takes the trainer back to where it was well. docs/health.md shows what it finds, from what
 * numbers, and how its thresholds were found.
 */
#ifndef GAN_HEALTH_H
#define GAN_HEALTH_H

#include "trainer.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What can be wrong. Each has a score, a number that grows with the problem (gan_health_score), and is raised where
 * that reaches a threshold (gan_health_options).
 */
typedef enum gan_health_problem {
    /** "d-won": D's loss is next to nothing, its outputs saturate, and G learns nothing from it. Score: the logarithm
     * (base 10) of what D's loss is when it knows nothing over what it is; for losses that have a least value. */
    GAN_HEALTH_D_WON = 0,
    /** "g-won": D takes made examples for real. Score: the share of pairs (real, made) in which D gives more to the
     * made one. */
    GAN_HEALTH_G_WON,
    /** "mode-collapse": made examples are alike. Score: 1 − the variety within a made batch over that within a real
     * one, in the examples' own numbers or in D's features, whichever is less. */
    GAN_HEALTH_MODE_COLLAPSE,
    /** "oscillation": D's lead over G goes up and down without end. Score: how regular that is, 0 … 1, where it is
     * large against the lead itself. */
    GAN_HEALTH_OSCILLATION,
    /** "gradients-explode". Score: the logarithm (base 10) of a layer's gradient over its weights, L2 norms. */
    GAN_HEALTH_GRADIENTS_EXPLODE,
    /** "gradients-vanish". Score: the same of weights over gradient, in the network's worst layer. */
    GAN_HEALTH_GRADIENTS_VANISH,
    /** "dead-units". Score: the share of a hidden layer's units that give the same for all examples. */
    GAN_HEALTH_DEAD_UNITS,
    /** "not-finite": NaN or infinity; the message names the first node that made it. Score: 1. */
    GAN_HEALTH_NOT_FINITE,
    /** "memorising": D knows the training examples by heart. Score: how far real examples that it never saw are on the
     * way from training ones to made ones, in D's logit (Karras et al., NeurIPS 2020, eq. 1, r_v); needs held_out. */
    GAN_HEALTH_MEMORISING,
    /** "data-starved": training waits for data. Score: the share of the time. */
    GAN_HEALTH_DATA_STARVED,
    /** "updates-large": the steps are too large. Score: how much of itself a layer's weights change in a step. */
    GAN_HEALTH_UPDATES_LARGE,
    /** "stuck": a network's weights do not change. Score: 1. */
    GAN_HEALTH_STUCK,
    /** "targets-swapped": D learns, but to put made examples above real ones. Score: as of "g-won", while D's loss is
     * below what it was at first. */
    GAN_HEALTH_TARGETS_SWAPPED,
    /** "data-repeat": real examples of a batch are one and the same. Score: the share of examples that have a twin. */
    GAN_HEALTH_DATA_REPEAT,
    /** "data-blank": all numbers of a real batch are the same. Score: 1. */
    GAN_HEALTH_DATA_BLANK,
    /** "batch-small": the gradients of so few examples are noise. Score: 1 over the examples in a batch. */
    GAN_HEALTH_BATCH_SMALL,
    /** "rolled-back": not a problem: the trainer was taken back. A note each time. */
    GAN_HEALTH_ROLLED_BACK,
    GAN_HEALTH_PROBLEMS /**< how many there are */
} gan_health_problem;

/** Its name, "mode-collapse"; NULL for a number that is none. */
GAN_API const char *gan_health_problem_name(gan_health_problem problem);

/** How bad it is. */
typedef enum gan_health_level {
    GAN_HEALTH_FINE = 0, /**< it is over */
    GAN_HEALTH_NOTE,     /**< worth knowing; nothing need be done */
    GAN_HEALTH_WARNING,  /**< the run may fail if this goes on */
    GAN_HEALTH_ALARM     /**< going on like this is a waste of time */
} gan_health_level;

/** "fine", "note", "warning" or "alarm"; NULL for a number that is none. */
GAN_API const char *gan_health_level_name(gan_health_level level);

/** A number that speaks for an event. */
typedef struct gan_health_evidence {
    const char *name; /**< "d_real": a word, as a key */
    double value;
} gan_health_evidence;

/** The most numbers that an event has. */
#define GAN_MAX_EVIDENCE 6

/**
 * A problem that came, got worse or better by a level, or is over. It and its texts belong to the library and hold
 * during the call; all texts are UTF-8, and none is NULL.
 */
typedef struct gan_health_event {
    size_t struct_size;
    uint64_t step;              /**< steps that the trainer has made (gan_step_report.step) */
    gan_health_problem problem; /**< what */
    gan_health_level level;     /**< how bad it is now */
    gan_health_level before;    /**< how bad it was */
    const char *name;           /**< gan_health_problem_name(problem) */
    const char *level_name;     /**< gan_health_level_name(level) */
    const char *where;          /**< "D", "G", or a layer's weight, "D.2.weight"; "" where it has no place */
    double score;               /**< the problem's score */
    double threshold;           /**< the one that it reached; when it is over, the lowest, which it is below now */
    int evidence_count;         /**< 0 … GAN_MAX_EVIDENCE */
    gan_health_evidence evidence[GAN_MAX_EVIDENCE];
    const char *message; /**< a sentence: what is wrong, with its numbers */
    const char *advice;  /**< a sentence: what to do, naming the option; "" when it is over */
    const char *option;  /**< that option's name, "discriminator_rate"; "" when it is over */
} gan_health_event;

/** Receives an event, on the thread that trains. */
typedef void gan_health_callback(void *context, const gan_health_event *event);

#ifdef __cplusplus
}
#endif
#endif

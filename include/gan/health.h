/*
 * Health: a watcher that looks at a run's own numbers while it trains, says by name what goes wrong and which option to
 * change, and, if asked, takes the trainer back to where it was well. docs/health.md shows what it finds, from what
 * numbers, and how its thresholds were found.
 */
#ifndef GAN_HEALTH_H
#define GAN_HEALTH_H

#include "rollback.h"

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
    /** "data-repeat": real examples of a batch are one and the same. Score: the share of its pairs that are equal. */
    GAN_HEALTH_DATA_REPEAT,
    /** "data-blank": all numbers of a real batch are the same. Score: 1. */
    GAN_HEALTH_DATA_BLANK,
    /** "batch-small": the gradients of so few examples are noise. Score: 1 over the examples in a batch. */
    GAN_HEALTH_BATCH_SMALL,
    /** "rolled-back": not a problem: the trainer was taken back, a note each time; or it should have been, but no try
     * is left, a warning. Score: the number of the try. */
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

/** A problem is raised to a level where its score is that or more; INFINITY: never to that level. */
typedef struct gan_health_thresholds {
    double note, warning, alarm; /**< none below the one before it */
} gan_health_thresholds;

/** Fill it with gan_health_options_init, then change what you like. */
typedef struct gan_health_options {
    size_t struct_size;         /**< set by gan_health_options_init */
    gan_health_callback *event; /**< gets every event; NULL for nobody (a run's log gets them all the same): NULL */
    void *context;              /**< for event: NULL */
    /**
     * Real examples that are not trained on, like the data in all else: given away to gan_health_new, also when it
     * fails. Without them "memorising" is not looked for. NULL
     */
    gan_dataset *held_out;
    /**
     * Steps between looks, ≥ 2. There are looks after steps 1, 5, 10 and 25, too, since what is wrong from the start is
     * seen then. docs/health.md has what they cost: 50
     */
    int64_t every;
    bool stop_on_alarm; /**< ends the run at an alarm that is not answered by going back (GAN_STOP_WATCH): false */
    /**
     * How often an alarm may be answered by going back (≥ 0), the times before a resume counted: the trainer is given
     * the newest state that looked healthy some time before the alarm, is changed by `remedy`, and goes on. Only for
     * what that can mend: not for data, for batches too small, for memorising. 0: never. 0
     */
    int rollbacks;
    gan_remedy remedy;      /**< what changes each time; as of gan_remedy_init, but with r1_weight 0.3 */
    int64_t snapshot_every; /**< steps between states kept, two at a time (gan_snapshot), ≥ 1: 100 */
    gan_health_thresholds thresholds[GAN_HEALTH_PROBLEMS]; /**< by gan_health_problem: those of docs/health.md */
} gan_health_options;

/** gan_health_options_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_health_options_init_sized(gan_health_options *options, size_t struct_size);
/** Fills every field with its default. */
static inline gan_status gan_health_options_init(gan_health_options *options)
{
    return gan_health_options_init_sized(options, sizeof *options);
}

/** Opaque, reference-counted; one thread at a time. It serves one trainer, the first that it is shown. */
typedef struct gan_health gan_health;

/** NULL options are the defaults. NULL for an option that cannot be meant. */
GAN_API gan_health *gan_health_new(const gan_health_options *options);
GAN_API gan_health *gan_health_ref(gan_health *health);
GAN_API void gan_health_unref(gan_health *health);

/**
 * The watcher (gan_watch_callback) for gan_run_options: `health`, a gan_health, is its watch_context. Events go to the
 * run's log and to the callback. It looks and changes nothing, unless it goes back: a run that is watched makes the
 * same bits. What it has seen is not in checkpoints: after a resume it begins anew, with the resumed state as the first
 * to go back to; what remedies changed, and how often, is in them.
 *
 * For a loop of one's own: call it before the first step (report and real NULL), then after each, with a gan_watched
 * that says what a run would. After a NaN that it mended *go_on is true.
 */
GAN_API gan_status gan_health_watch(void *health, const gan_watched *watched, bool *go_on);

/** A problem's score as of the latest look; NAN while it is not known. */
GAN_API double gan_health_score(const gan_health *health, gan_health_problem problem);
/** A problem's level now; GAN_HEALTH_FINE for NULL. */
GAN_API gan_health_level gan_health_problem_level(const gan_health *health, gan_health_problem problem);
/** Seconds that looking has taken in all, copies of states included, callbacks and the log not. */
GAN_API double gan_health_seconds(const gan_health *health);

#ifdef __cplusplus
}
#endif
#endif

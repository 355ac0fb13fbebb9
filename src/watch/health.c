/* Health: when to look, what level a problem has, whom to tell, and when to go back. */
#include "watch/health.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/status.h"
#include "gan/run_log.h"
#include "nn/recipe.h"
#include "train/trainer.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

static const char who[] = "gan_health";

/* A level falls only when the score has been lower for so many looks. */
enum { CALM_LOOKS = 2 };

struct gan_health {
    atomic_int references;
    gan_health_options options;
    gan_trainer *trainer; /* NULL before the first call */
    struct gan_health_probe *probe;
    struct gan_health_layers layers;
    struct gan_health_scores scores;
    gan_health_level level[GAN_HEALTH_PROBLEMS];
    int calm[GAN_HEALTH_PROBLEMS]; /* looks in a row with a lower score */
    int64_t seen;                  /* steps since the beginning, or since going back */
    gan_snapshot *kept[2];         /* healthy states, the older first; NULL: none, or nobody goes back */
    bool went_back;                /* and has found no healthy state since */
    bool gave_up;                  /* said that no try is left */
    double spent;
    struct gan_health_news news;
};

/* ---- options ---- */

gan_status gan_health_options_init_sized(gan_health_options *options, size_t struct_size)
{
    gan_health_options own = {.struct_size = sizeof own, .every = 50, .snapshot_every = 100};
    gan_remedy_init(&own.remedy);
    own.remedy.r1_weight = 0.3f;
    memcpy(own.thresholds, gan_health_default_thresholds, sizeof own.thresholds);
    return gan_options_write(options, struct_size, &own, sizeof own, sizeof own, "gan_health_options_init");
}

static gan_status check_thresholds(const gan_health_options *o)
{
    for (int i = 0; i < GAN_HEALTH_PROBLEMS; i++) {
        const gan_health_thresholds *t = &o->thresholds[i];
        bool rising = (t->note <= t->warning || isinf(t->note)) && t->warning <= t->alarm;
        if (isnan(t->note) || !rising)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                            "gan_health_new: the thresholds of %s are %g, %g and %g, want numbers that do not fall "
                            "(INFINITY: never)",
                            gan_health_problem_name((gan_health_problem)i), t->note, t->warning, t->alarm);
    }
    return GAN_OK;
}

static gan_status check_options(const gan_health_options *o)
{
    gan_remedy remedy;
    if (o->every < 2)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_health_new: every is %" PRId64 ", want 2 steps or more",
                        o->every);
    if (o->rollbacks < 0)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_health_new: rollbacks is %d, want 0 (never) or more",
                        o->rollbacks);
    if (o->snapshot_every < 1)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_health_new: snapshot_every is %" PRId64 ", want 1 step or more", o->snapshot_every);
    gan_status status = gan_remedy_read(&remedy, &o->remedy, "gan_health_new");
    return status == GAN_OK ? check_thresholds(o) : status;
}

gan_health *gan_health_new(const gan_health_options *options)
{
    gan_health_options own;
    gan_health_options_init(&own);
    gan_status status = options != NULL ? gan_options_read(&own, sizeof own, options, sizeof own, "gan_health_new")
                                        : GAN_OK;
    if (status != GAN_OK)
        return NULL;
    gan_health *health = check_options(&own) == GAN_OK ? gan_alloc_zero(1, sizeof *health) : NULL;
    if (health == NULL) {
        gan_dataset_unref(own.held_out);
        return NULL;
    }
    atomic_init(&health->references, 1);
    health->options = own;
    return health;
}

gan_health *gan_health_ref(gan_health *health)
{
    if (health != NULL)
        atomic_fetch_add_explicit(&health->references, 1, memory_order_relaxed);
    return health;
}

void gan_health_unref(gan_health *health)
{
    if (health == NULL || atomic_fetch_sub_explicit(&health->references, 1, memory_order_acq_rel) != 1)
        return;
    gan_health_probe_free(health->probe);
    gan_health_layers_clear(&health->layers);
    gan_snapshot_unref(health->kept[0]);
    gan_snapshot_unref(health->kept[1]);
    gan_trainer_unref(health->trainer);
    gan_dataset_unref(health->options.held_out);
    gan_free(health);
}

/* ---- asking ---- */

double gan_health_score(const gan_health *health, gan_health_problem problem)
{
    bool known = health != NULL && health->trainer != NULL && (unsigned)problem < GAN_HEALTH_PROBLEMS;
    return known ? health->scores.score[problem] : NAN;
}

gan_health_level gan_health_problem_level(const gan_health *health, gan_health_problem problem)
{
    return health != NULL && (unsigned)problem < GAN_HEALTH_PROBLEMS ? health->level[problem] : GAN_HEALTH_FINE;
}

double gan_health_seconds(const gan_health *health)
{
    return health != NULL ? health->spent : 0;
}

/* ---- telling ---- */

static gan_status deliver(gan_health *health, const gan_watched *watched)
{
    gan_health_event *event = &health->news.event;
    gan_status status = watched->log != NULL ? gan_run_log_write_event(watched->log, event) : GAN_OK;
    if (status == GAN_OK && health->options.event != NULL)
        health->options.event(health->options.context, event);
    return status;
}

static gan_health_level level_of(const gan_health_thresholds *t, double score)
{
    return score >= t->alarm     ? GAN_HEALTH_ALARM
           : score >= t->warning ? GAN_HEALTH_WARNING
           : score >= t->note    ? GAN_HEALTH_NOTE
                                 : GAN_HEALTH_FINE; /* NAN, too */
}

/* Rises at once, and falls when it has been calm for a while. */
static gan_status judge(gan_health *health, const gan_watched *watched, gan_health_problem problem, const char *failure)
{
    const gan_health_thresholds *thresholds = &health->options.thresholds[problem];
    gan_health_level before = health->level[problem];
    gan_health_level now = level_of(thresholds, health->scores.score[problem]);
    health->calm[problem] = now < before ? health->calm[problem] + 1 : 0;
    if (now == before || (now < before && health->calm[problem] < CALM_LOOKS))
        return GAN_OK;
    health->level[problem] = now;
    health->calm[problem] = 0;
    gan_health_tell(&health->news, &health->scores, health->trainer, problem, thresholds, now, before, failure);
    return deliver(health, watched);
}

static gan_status judge_all(gan_health *health, const gan_watched *watched, const char *failure)
{
    gan_status status = GAN_OK;
    for (int i = 0; i < GAN_HEALTH_ROLLED_BACK && status == GAN_OK; i++)
        status = judge(health, watched, (gan_health_problem)i, failure);
    return status;
}

/* ---- looking ---- */

/* `ahead` is 1 for the step before a look. */
static bool is_due(const gan_health *health, int64_t ahead)
{
    int64_t step = health->seen + ahead;
    return step == 1 || step == 5 || step == 10 || step == 25 || step % health->options.every == 0;
}

static gan_status make_probe(gan_health *health, int64_t batch)
{
    if (health->probe != NULL && gan_health_probe_fits(health->probe, health->trainer, batch))
        return GAN_OK;
    gan_health_probe_free(health->probe);
    health->probe = gan_health_probe_new(health->trainer, batch, health->options.held_out, who);
    return health->probe != NULL ? GAN_OK : gan_error_status();
}

static gan_status look(gan_health *health, const gan_watched *watched)
{
    struct gan_health_look numbers = gan_health_no_look();
    numbers.step = gan_trainer_steps(health->trainer);
    numbers.batch = gan_tensor_shape(watched->real).dims[0];
    gan_health_layers_look(&health->layers, health->trainer, &numbers);
    gan_status status = make_probe(health, numbers.batch);
    if (status == GAN_OK)
        status = gan_health_probe_run(health->probe, watched->real, watched->labels, numbers.step, &numbers);
    if (status == GAN_OK)
        gan_health_scores_look(&health->scores, &numbers);
    return status;
}

/* ---- going back ---- */

/* What another course of the same training may escape. */
static bool can_mend(gan_health_problem problem)
{
    switch (problem) {
    case GAN_HEALTH_D_WON:
    case GAN_HEALTH_G_WON:
    case GAN_HEALTH_MODE_COLLAPSE:
    case GAN_HEALTH_OSCILLATION:
    case GAN_HEALTH_GRADIENTS_EXPLODE:
    case GAN_HEALTH_GRADIENTS_VANISH:
    case GAN_HEALTH_DEAD_UNITS:
    case GAN_HEALTH_NOT_FINITE:
    case GAN_HEALTH_UPDATES_LARGE:
        return true;
    default:
        return false;
    }
}

/* The worst problem, or of those that can be mended; ROLLED_BACK: nothing at that level. */
static gan_health_problem first_at(const gan_health *health, gan_health_level least, bool mendable)
{
    for (int i = 0; i < GAN_HEALTH_ROLLED_BACK; i++)
        if (health->level[i] >= least && (!mendable || can_mend((gan_health_problem)i)))
            return (gan_health_problem)i;
    return GAN_HEALTH_ROLLED_BACK;
}

static gan_status keep_state(gan_health *health)
{
    gan_snapshot *older = health->kept[0], *newer = health->kept[1];
    bool early = newer != NULL && gan_trainer_steps(health->trainer) <
                                      gan_snapshot_step(newer) + (uint64_t)health->options.snapshot_every;
    if (health->options.rollbacks == 0 || early || first_at(health, GAN_HEALTH_WARNING, true) != GAN_HEALTH_ROLLED_BACK)
        return GAN_OK;
    health->went_back = false;
    health->kept[0] = newer;
    health->kept[1] = older;
    if (older != NULL)
        return gan_snapshot_take(older, health->trainer);
    health->kept[1] = gan_snapshot_new(health->trainer);
    return health->kept[1] != NULL ? GAN_OK : gan_error_status();
}

/* The newest that was kept well before now: what leads to an alarm begins before it is one. Not the same one twice, if
 * there is an older one. */
static int trusted(const gan_health *health)
{
    uint64_t now = gan_trainer_steps(health->trainer), lead = (uint64_t)health->options.snapshot_every / 2;
    bool late = gan_snapshot_step(health->kept[1]) + lead <= now;
    return health->kept[0] == NULL || (late && !health->went_back) ? 1 : 0;
}

static void forget(gan_health *health)
{
    gan_health_scores_begin(&health->scores, &health->trainer->options);
    memset(health->level, 0, sizeof health->level);
    memset(health->calm, 0, sizeof health->calm);
    health->layers.kept = false;
    health->seen = 0;
}

/* The state goes on being the newest one: what was kept after it led astray. */
static gan_status go_back(gan_health *health, const gan_watched *watched, gan_health_problem problem)
{
    int which = trusted(health);
    gan_snapshot *state = health->kept[which];
    gan_status status = gan_snapshot_restore(state, health->trainer);
    if (status == GAN_OK)
        status = gan_trainer_remedy(health->trainer, &health->options.remedy);
    if (status != GAN_OK)
        return status;
    if (which == 0) {
        gan_snapshot_unref(health->kept[1]);
        health->kept[1] = state;
        health->kept[0] = NULL;
    }
    forget(health);
    health->went_back = true;
    gan_health_tell_rollback(&health->news, health->trainer, problem, gan_snapshot_step(state),
                             (int64_t)gan_trainer_remedies(health->trainer), health->options.rollbacks);
    return deliver(health, watched);
}

static gan_status give_up(gan_health *health, const gan_watched *watched, gan_health_problem problem)
{
    if (health->options.rollbacks == 0 || health->gave_up)
        return GAN_OK;
    health->gave_up = true;
    gan_health_tell_rollback(&health->news, health->trainer, problem, 0,
                             (int64_t)gan_trainer_remedies(health->trainer) + 1, health->options.rollbacks);
    return deliver(health, watched);
}

/* After levels were judged: goes back, or says whether to go on. */
static gan_status answer(gan_health *health, const gan_watched *watched, bool *go_on)
{
    gan_health_problem problem = first_at(health, GAN_HEALTH_ALARM, true);
    if (first_at(health, GAN_HEALTH_ALARM, false) == GAN_HEALTH_ROLLED_BACK)
        return GAN_OK;
    bool mendable = problem != GAN_HEALTH_ROLLED_BACK && health->kept[1] != NULL;
    if (mendable && gan_trainer_remedies(health->trainer) < (uint64_t)health->options.rollbacks) {
        *go_on = true;
        return go_back(health, watched, problem);
    }
    if (health->options.stop_on_alarm)
        *go_on = false;
    return mendable ? give_up(health, watched, problem) : GAN_OK;
}

/* ---- the watcher ---- */

static gan_status begin(gan_health *health, gan_trainer *trainer)
{
    if (health->trainer == NULL) {
        gan_status status = gan_health_layers_init(&health->layers, trainer);
        if (status != GAN_OK)
            return status;
        health->trainer = gan_trainer_ref(trainer);
    }
    forget(health);
    for (int i = 0; i < 2; i++) { /* of another course, perhaps: a checkpoint may have been loaded */
        gan_snapshot_unref(health->kept[i]);
        health->kept[i] = NULL;
    }
    health->went_back = false;
    return keep_state(health);
}

static gan_status after_step(gan_health *health, const gan_watched *watched, bool *go_on)
{
    double before = gan_seconds();
    gan_status status = GAN_OK;
    gan_health_scores_step(&health->scores, watched->report);
    health->seen++;
    bool due = is_due(health, 0) && watched->real != NULL;
    if (due)
        status = look(health, watched);
    health->spent += gan_seconds() - before;
    if (due && status == GAN_OK)
        status = judge_all(health, watched, NULL);
    if (due && status == GAN_OK)
        status = answer(health, watched, go_on);
    before = gan_seconds();
    if (due && status == GAN_OK)
        status = keep_state(health);
    if (is_due(health, 1))
        gan_health_layers_keep(&health->layers, health->trainer);
    health->spent += gan_seconds() - before;
    return status;
}

/* The step's error, which others may have overwritten meanwhile, is the run's if nothing mends it. */
static gan_status after_failure(gan_health *health, const gan_watched *watched, bool *go_on)
{
    char failure[1024];
    size_t length = strlen(gan_error_message());
    length = length < sizeof failure ? length : sizeof failure - 1;
    memcpy(failure, gan_error_message(), length);
    failure[length] = '\0';
    gan_health_scores_failed(&health->scores);
    *go_on = false;
    gan_status status = judge(health, watched, GAN_HEALTH_NOT_FINITE, failure);
    if (status == GAN_OK)
        status = answer(health, watched, go_on);
    if (status == GAN_OK && !*go_on)
        gan_fail_again(watched->status, failure);
    return status;
}

static gan_status check_call(const gan_health *health, const gan_watched *watched, const bool *go_on)
{
    if (health == NULL || watched == NULL || go_on == NULL || watched->trainer == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_health_watch: %s is NULL",
                        health == NULL    ? "health (the run's watch_context)"
                        : watched == NULL ? "watched"
                        : go_on == NULL   ? "go_on"
                                          : "the trainer");
    if (watched->struct_size != sizeof *watched)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_health_watch: watched's struct_size is %zu, want %zu",
                        watched->struct_size, sizeof *watched);
    if (health->trainer != NULL && health->trainer != watched->trainer)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_health_watch: it watches another trainer already; make a gan_health for each");
    return GAN_OK;
}

gan_status gan_health_watch(void *context, const gan_watched *watched, bool *go_on)
{
    gan_health *health = context;
    gan_status status = check_call(health, watched, go_on);
    if (status != GAN_OK)
        return status;
    *go_on = watched->status == GAN_OK;
    if (health->trainer == NULL || watched->report == NULL)
        status = begin(health, watched->trainer);
    if (status == GAN_OK && watched->report == NULL && is_due(health, 1))
        gan_health_layers_keep(&health->layers, health->trainer);
    if (status != GAN_OK || watched->report == NULL)
        return status;
    return watched->status == GAN_OK ? after_step(health, watched, go_on) : after_failure(health, watched, go_on);
}

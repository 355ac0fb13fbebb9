/*
 * One run on real MNIST under gan_health's eyes, healthy or broken on purpose, and what was seen of it: what
 * docs/results/health.sh makes its tables of.
 *
 *   health-runs MNIST CASE SEED STEPS
 *
 * CASE is a preset ("stable"), a way to break the preset dcgan ("rate", "wide", and so on: health_cases.h), or
 * "thresholds", which runs nothing and prints lines "threshold NAME NOTE WARNING ALARM". Lines of a run:
 *
 * - run CASE SEED NAME: the problem that it has to be named by, or "healthy".
 * - look STEP NAME=SCORE and so on: every score that is known.
 * - event STEP NAME LEVEL SCORE MESSAGE.
 * - end STEPS SHARE: steps made; the share of the time that looking took.
 * - digits CLASSES SHARE CONFIDENCE, of "rollback": what a classifier, trained here, reads in 500 samples.
 *
 * A broken run ends at the first alarm of the problem that it has to be named by. HEALTH_THREADS in the environment is
 * the number of threads.
 */
#include <gan/gan.h>

#include "health_cases.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct watching {
    gan_health *health;
    const struct health_case *of;
    bool over; /* it was named */
};

static void on_event(void *context, const gan_health_event *event)
{
    struct watching *watching = context;
    printf("event %llu %s %s %.4g %s\n", (unsigned long long)event->step, event->name, event->level_name, event->score,
           event->message);
    if (watching->of->wanted >= 0 && event->level == GAN_HEALTH_ALARM && (int)event->problem == watching->of->wanted)
        watching->over = true;
}

/* Scores change at looks alone; a look that changed none is none. */
static void print_scores(const gan_health *health, uint64_t step)
{
    static double before[GAN_HEALTH_PROBLEMS];
    bool changed = false;
    for (int i = 0; i < GAN_HEALTH_PROBLEMS; i++) {
        double score = gan_health_score(health, (gan_health_problem)i);
        changed = changed || (!isnan(score) && score != before[i]);
        before[i] = score;
    }
    if (!changed)
        return;
    printf("look %llu", (unsigned long long)step);
    for (int i = 0; i < GAN_HEALTH_PROBLEMS; i++)
        if (!isnan(before[i]))
            printf(" %s=%.4g", gan_health_problem_name((gan_health_problem)i), before[i]);
    printf("\n");
    fflush(stdout);
}

static gan_status on_watch(void *context, const gan_watched *watched, bool *go_on)
{
    struct watching *watching = context;
    gan_status status = gan_health_watch(watching->health, watched, go_on);
    if (watched->report != NULL)
        print_scores(watching->health, gan_trainer_steps(watched->trainer));
    *go_on = *go_on && !watching->over;
    return status;
}

static gan_health *new_health(struct watching *watching, const char *mnist)
{
    gan_health_options options;
    gan_health_options_init(&options);
    options.event = on_event;
    options.context = watching;
    options.held_out = gan_dataset_open_mnist(mnist, GAN_SPLIT_TEST);
    options.rollbacks = watching->of->rollbacks;
    return gan_health_new(&options);
}

static int fail(void)
{
    printf("failed: %s\n", gan_error_message());
    return 1;
}

static int run(const char *mnist, const struct health_case *of, uint64_t seed, int64_t steps)
{
    struct health_players players;
    if (!health_players_new(&players, of, mnist, seed))
        return fail();
    struct watching watching = {.of = of};
    printf("run %s %llu %s\n", of->name, (unsigned long long)seed,
           of->wanted < 0 ? "healthy" : gan_health_problem_name((gan_health_problem)of->wanted));
    watching.health = new_health(&watching, mnist);
    gan_run_options options;
    gan_run_options_init(&options);
    options.steps = steps;
    options.watch = on_watch;
    options.watch_context = &watching;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    gan_status status = watching.health != NULL ? gan_trainer_run(players.trainer, players.batches, &options, &result)
                                                : gan_error_status();
    if (status != GAN_OK && !(status == GAN_ERROR_NOT_FINITE && watching.over))
        return fail();
    printf("end %lld %.4f\n", (long long)result.steps,
           result.seconds > 0 ? gan_health_seconds(watching.health) / result.seconds : 0);
    int failed = 0;
    if (of->rollbacks > 0) {
        struct health_reading reading = {.classes = 0};
        failed = health_read_digits(gan_trainer_averaged_generator(players.trainer), mnist, &reading) ? 0 : fail();
        if (!failed)
            printf("digits %d %.3f %.3f\n", reading.classes, reading.least_share, reading.confidence);
    }
    gan_health_unref(watching.health);
    health_players_unref(&players);
    return failed;
}

static int print_thresholds(void)
{
    gan_health_options options;
    gan_health_options_init(&options);
    for (int i = 0; i < GAN_HEALTH_ROLLED_BACK; i++)
        printf("threshold %s %g %g %g\n", gan_health_problem_name((gan_health_problem)i), options.thresholds[i].note,
               options.thresholds[i].warning, options.thresholds[i].alarm);
    return 0;
}

int main(int count, char **arguments)
{
    if (count == 5 && strcmp(arguments[2], "thresholds") == 0)
        return print_thresholds();
    const struct health_case *of = count == 5 ? health_case_named(arguments[2]) : NULL;
    if (of == NULL) {
        fprintf(stderr, "usage: health-runs MNIST CASE SEED STEPS; cases:");
        for (size_t i = 0; i < HEALTH_CASES; i++)
            fprintf(stderr, " %s", health_cases[i].name);
        fputs("\n", stderr);
        return 2;
    }
    if (getenv("HEALTH_THREADS") != NULL)
        gan_set_threads(atoi(getenv("HEALTH_THREADS")));
    return run(arguments[1], of, strtoull(arguments[3], NULL, 10), strtoll(arguments[4], NULL, 10));
}

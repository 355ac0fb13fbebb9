/* What health makes of a run's numbers: each problem is seen where it is and not where it is not; names and words. */
#include "../train/players.h"

#include "watch/health.h"

#include <string.h>

/* A healthy look; `step` looks apart. */
static struct gan_health_look calm_look(uint64_t step)
{
    struct gan_health_look look = gan_health_no_look();
    look.step = step;
    look.batch = 64;
    look.pixels = look.features = look.nearest_pixels = look.nearest_features = 0.9;
    look.overtaken = 0.2;
    look.real_logit = 1;
    look.made_logit = -1;
    look.held_out_logit = 0.9;
    look.twins = 0;
    for (int i = 0; i < GAN_HEALTH_NETWORKS; i++)
        look.network[i] = (struct gan_health_network){.most_gradient = 0.3,
                                                      .least_gradient = 0.01,
                                                      .most_update = 0.005,
                                                      .most_gradient_at = 1,
                                                      .least_gradient_at = 2,
                                                      .most_update_at = 1,
                                                      .most_dead = 0.05,
                                                      .most_dead_at = 2};
    return look;
}

/* The i-th step of a healthy run: losses that wander a little. */
static gan_step_report calm_report(uint64_t i)
{
    gan_step_report report = GAN_STEP_REPORT_INIT;
    double wander = sin((double)(i * i % 97)); /* no period that would fit in */
    report.step = i + 1;
    report.d_loss = (float)(1.1 + 0.1 * wander);
    report.d_real = 0.7f;
    report.d_made = 0.3f;
    report.d_real_logit = (float)(1 + 0.2 * wander);
    report.d_made_logit = -1;
    report.g_gradient_norm = (float)(1 + 0.1 * wander);
    report.seconds = 0.02;
    report.data_seconds = 0.0002;
    return report;
}

typedef void change_report(gan_step_report *report, uint64_t i);
typedef void change_look(struct gan_health_look *look);

/* 600 steps with a look after every 25; either function may be NULL. */
static struct gan_health_scores watch(gan_loss loss, change_report *of_step, change_look *of_look)
{
    struct gan_health_scores scores;
    gan_trainer_options options;
    ck_ok(gan_trainer_options_init(&options, GAN_PRESET_ARTICLE));
    options.loss = loss;
    gan_health_scores_begin(&scores, &options);
    for (uint64_t i = 0; i < 600; i++) {
        gan_step_report report = calm_report(i);
        if (of_step != NULL)
            of_step(&report, i);
        gan_health_scores_step(&scores, &report);
        if ((i + 1) % 25 != 0)
            continue;
        struct gan_health_look look = calm_look(i + 1);
        if (of_look != NULL)
            of_look(&look);
        gan_health_scores_look(&scores, &look);
    }
    return scores;
}

static gan_health_level level_at(const struct gan_health_scores *scores, int problem)
{
    const gan_health_thresholds *t = &gan_health_default_thresholds[problem];
    double score = scores->score[problem];
    return score >= t->alarm     ? GAN_HEALTH_ALARM
           : score >= t->warning ? GAN_HEALTH_WARNING
           : score >= t->note    ? GAN_HEALTH_NOTE
                                 : GAN_HEALTH_FINE;
}

/* That problem is at that level, and no other one is above fine. */
static void ck_alone(const struct gan_health_scores *scores, gan_health_problem problem, gan_health_level level)
{
    for (int i = 0; i < GAN_HEALTH_ROLLED_BACK; i++)
        ck_assert_msg(level_at(scores, i) == (i == (int)problem ? level : GAN_HEALTH_FINE), "%s: score %g is at %s",
                      gan_health_problem_name((gan_health_problem)i), scores->score[i],
                      gan_health_level_name(level_at(scores, i)));
}

START_TEST(a_healthy_run_has_no_problem)
{
    struct gan_health_scores scores = watch(GAN_LOSS_NON_SATURATING, NULL, NULL);
    ck_alone(&scores, GAN_HEALTH_ROLLED_BACK, GAN_HEALTH_FINE);
    for (int i = 0; i < GAN_HEALTH_ROLLED_BACK; i++)
        ck_assert_msg(!isnan(scores.score[i]), "%s is not known", gan_health_problem_name((gan_health_problem)i));
}
END_TEST

static void d_wins(gan_step_report *report, uint64_t i)
{
    if (i < 200)
        return;
    report->d_loss = 2e-4f;
    report->d_real = 0.9999f;
    report->d_made = 1e-4f;
}

START_TEST(d_has_won)
{
    struct gan_health_scores scores = watch(GAN_LOSS_NON_SATURATING, d_wins, NULL);
    ck_alone(&scores, GAN_HEALTH_D_WON, GAN_HEALTH_ALARM);
    /* The mean still remembers a little of how it was before. */
    ck_near(scores.score[GAN_HEALTH_D_WON], log10(2 * log(2) / 5.4e-4), 0.05);
    scores = watch(GAN_LOSS_WASSERSTEIN, d_wins, NULL); /* has no least value */
    ck_alone(&scores, GAN_HEALTH_ROLLED_BACK, GAN_HEALTH_FINE);
    ck_assert(isnan(scores.score[GAN_HEALTH_D_WON]));
}
END_TEST

/* Smoothed targets leave a loss of their entropy, which is no victory to come. */
START_TEST(smoothed_targets_have_a_least_loss)
{
    struct gan_health_scores scores;
    gan_trainer_options options;
    ck_ok(gan_trainer_options_init(&options, GAN_PRESET_ARTICLE));
    options.label_smoothing = 0.1f;
    gan_health_scores_begin(&scores, &options);
    double least = -0.1 * log(0.1) - 0.9 * log(0.9);
    for (uint64_t i = 0; i < 100; i++) {
        gan_step_report report = calm_report(i);
        report.d_loss = (float)(least + 1e-3);
        gan_health_scores_step(&scores, &report);
    }
    struct gan_health_look look = calm_look(100);
    gan_health_scores_look(&scores, &look);
    ck_near(scores.score[GAN_HEALTH_D_WON], log10((2 * log(2) - least) / 1e-3), 1e-3);
}
END_TEST

static void d_loses(gan_step_report *report, uint64_t i)
{
    report->d_loss = i < 20 ? 1.4f : 4;
}

static void overtaken(struct gan_health_look *look)
{
    look->overtaken = 0.99;
    look->made_logit = 2; /* then nothing can be said of memorising */
}

START_TEST(g_has_won)
{
    struct gan_health_scores scores = watch(GAN_LOSS_NON_SATURATING, d_loses, overtaken);
    ck_alone(&scores, GAN_HEALTH_G_WON, GAN_HEALTH_ALARM);
    ck_near(scores.score[GAN_HEALTH_G_WON], 0.99, 1e-9);
}
END_TEST

static void d_learns(gan_step_report *report, uint64_t i)
{
    report->d_loss = i < 20 ? 1.4f : 0.1f;
}

START_TEST(targets_are_swapped)
{
    struct gan_health_scores scores = watch(GAN_LOSS_CUSTOM, d_learns, overtaken);
    ck_alone(&scores, GAN_HEALTH_TARGETS_SWAPPED, GAN_HEALTH_ALARM);
}
END_TEST

static void alike(struct gan_health_look *look)
{
    look->nearest_features = 0.001; /* a few kinds, far from each other */
}

START_TEST(modes_collapse)
{
    struct gan_health_scores scores = watch(GAN_LOSS_NON_SATURATING, NULL, alike);
    ck_alone(&scores, GAN_HEALTH_MODE_COLLAPSE, GAN_HEALTH_ALARM);
    ck_near(scores.score[GAN_HEALTH_MODE_COLLAPSE], 0.999, 1e-9);
}
END_TEST

static void goes_round(gan_step_report *report, uint64_t i)
{
    report->d_real_logit = (float)(0.2 + sin(2 * 3.14159265 * (double)i / 40));
    report->d_made_logit = 0;
}

static void swings_a_little(gan_step_report *report, uint64_t i)
{
    goes_round(report, i);
    report->d_real_logit = 10 + report->d_real_logit; /* it leads, and by far */
}

static void drifts(gan_step_report *report, uint64_t i)
{
    report->d_real_logit = (float)i / 100;
    report->d_made_logit = -(float)i / 70;
}

START_TEST(it_oscillates)
{
    struct gan_health_scores scores = watch(GAN_LOSS_NON_SATURATING, goes_round, NULL);
    ck_alone(&scores, GAN_HEALTH_OSCILLATION, GAN_HEALTH_ALARM);
    ck_assert_int_ge(scores.period, 38);
    ck_assert_int_le(scores.period, 42);
    scores = watch(GAN_LOSS_NON_SATURATING, swings_a_little, NULL);
    ck_alone(&scores, GAN_HEALTH_ROLLED_BACK, GAN_HEALTH_FINE);
    scores = watch(GAN_LOSS_NON_SATURATING, drifts, NULL);
    ck_alone(&scores, GAN_HEALTH_ROLLED_BACK, GAN_HEALTH_FINE);
}
END_TEST

static void explode(struct gan_health_look *look)
{
    look->network[GAN_HEALTH_D].most_gradient = 1e4;
    look->network[GAN_HEALTH_D].most_gradient_at = 3;
}

START_TEST(gradients_explode)
{
    struct gan_health_scores scores = watch(GAN_LOSS_NON_SATURATING, NULL, explode);
    ck_alone(&scores, GAN_HEALTH_GRADIENTS_EXPLODE, GAN_HEALTH_ALARM);
    ck_near(scores.score[GAN_HEALTH_GRADIENTS_EXPLODE], 4, 1e-9);
    ck_assert_int_eq(scores.place[GAN_HEALTH_GRADIENTS_EXPLODE].network, GAN_HEALTH_D);
    ck_assert_int_eq(scores.place[GAN_HEALTH_GRADIENTS_EXPLODE].parameter, 3);
    gan_trainer_options clipped; /* where weights are held small, gradients are always long beside them */
    ck_ok(gan_trainer_options_init(&clipped, GAN_PRESET_WGAN));
    gan_health_scores_begin(&scores, &clipped);
    struct gan_health_look look = calm_look(1);
    explode(&look);
    gan_health_scores_look(&scores, &look);
    ck_near(scores.score[GAN_HEALTH_GRADIENTS_EXPLODE], log10(0.3), 1e-9);
}
END_TEST

static void vanish(struct gan_health_look *look)
{
    look->network[GAN_HEALTH_G].least_gradient = 0;
    look->network[GAN_HEALTH_G].least_gradient_at = 0;
}

static void vanish_now_and_then(struct gan_health_look *look)
{
    if (look->step % 75 != 0)
        vanish(look);
}

START_TEST(gradients_vanish)
{
    struct gan_health_scores scores = watch(GAN_LOSS_NON_SATURATING, NULL, vanish);
    ck_alone(&scores, GAN_HEALTH_GRADIENTS_VANISH, GAN_HEALTH_ALARM);
    ck_assert_int_eq(scores.place[GAN_HEALTH_GRADIENTS_VANISH].network, GAN_HEALTH_G);
    scores = watch(GAN_LOSS_NON_SATURATING, NULL, vanish_now_and_then);
    ck_alone(&scores, GAN_HEALTH_ROLLED_BACK, GAN_HEALTH_FINE);
}
END_TEST

static void die(struct gan_health_look *look)
{
    look->network[GAN_HEALTH_G].most_dead = 0.97;
    look->network[GAN_HEALTH_G].most_dead_at = 4;
}

START_TEST(units_die)
{
    struct gan_health_scores scores = watch(GAN_LOSS_NON_SATURATING, NULL, die);
    ck_alone(&scores, GAN_HEALTH_DEAD_UNITS, GAN_HEALTH_ALARM);
    ck_assert_int_eq(scores.place[GAN_HEALTH_DEAD_UNITS].layer, 4);
}
END_TEST

static void memorise(struct gan_health_look *look)
{
    look->held_out_logit = -0.8;
}

START_TEST(d_memorises)
{
    struct gan_health_scores scores = watch(GAN_LOSS_NON_SATURATING, NULL, memorise);
    ck_alone(&scores, GAN_HEALTH_MEMORISING, GAN_HEALTH_ALARM);
    ck_near(scores.score[GAN_HEALTH_MEMORISING], 0.9, 1e-9);
}
END_TEST

static void starve(gan_step_report *report, uint64_t i)
{
    (void)i;
    report->data_seconds = 0.5 * report->seconds;
}

START_TEST(data_is_slow)
{
    struct gan_health_scores scores = watch(GAN_LOSS_NON_SATURATING, starve, NULL);
    ck_alone(&scores, GAN_HEALTH_DATA_STARVED, GAN_HEALTH_WARNING);
    ck_near(scores.score[GAN_HEALTH_DATA_STARVED], 0.5, 1e-9);
}
END_TEST

static void leap(struct gan_health_look *look)
{
    look->network[GAN_HEALTH_G].most_update = 0.4;
}

static void stand_still(struct gan_health_look *look)
{
    look->network[GAN_HEALTH_D].most_update = 0;
}

START_TEST(updates_are_too_large_or_none)
{
    struct gan_health_scores scores = watch(GAN_LOSS_NON_SATURATING, NULL, leap);
    ck_alone(&scores, GAN_HEALTH_UPDATES_LARGE, GAN_HEALTH_ALARM);
    ck_assert_int_eq(scores.place[GAN_HEALTH_UPDATES_LARGE].network, GAN_HEALTH_G);
    scores = watch(GAN_LOSS_NON_SATURATING, NULL, stand_still);
    ck_alone(&scores, GAN_HEALTH_STUCK, GAN_HEALTH_ALARM);
    ck_assert_int_eq(scores.place[GAN_HEALTH_STUCK].network, GAN_HEALTH_D);
}
END_TEST

static void repeat(struct gan_health_look *look)
{
    look->twins = 1;
    look->pixels = look->features = look->nearest_pixels = look->nearest_features = NAN; /* no variety to share */
}

static void blank(struct gan_health_look *look)
{
    repeat(look);
    look->blank = true;
}

static void two(struct gan_health_look *look)
{
    look->batch = 2;
}

START_TEST(data_are_of_no_use)
{
    struct gan_health_scores scores = watch(GAN_LOSS_NON_SATURATING, NULL, repeat);
    ck_alone(&scores, GAN_HEALTH_DATA_REPEAT, GAN_HEALTH_ALARM);
    scores = watch(GAN_LOSS_NON_SATURATING, NULL, blank);
    ck_alone(&scores, GAN_HEALTH_DATA_BLANK, GAN_HEALTH_ALARM);
    scores = watch(GAN_LOSS_NON_SATURATING, NULL, two);
    ck_alone(&scores, GAN_HEALTH_BATCH_SMALL, GAN_HEALTH_ALARM);
}
END_TEST

/* ---- what events say ---- */

START_TEST(each_problem_is_told_with_numbers_and_an_option)
{
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_LSGAN));
    gan_trainer *trainer = small_trainer(&o);
    struct gan_health_scores scores = watch(GAN_LOSS_NON_SATURATING, NULL, NULL);
    for (int i = 0; i < GAN_HEALTH_ROLLED_BACK; i++) {
        struct gan_health_news news;
        const gan_health_event *event = &news.event;
        gan_health_tell(&news, &scores, trainer, (gan_health_problem)i, &gan_health_default_thresholds[i],
                        GAN_HEALTH_ALARM, GAN_HEALTH_NOTE, "the failure");
        ck_assert_str_eq(event->name, gan_health_problem_name((gan_health_problem)i));
        ck_assert_str_eq(event->level_name, "alarm");
        ck_assert_int_ge(event->evidence_count, 1);
        ck_assert_int_gt((int)strlen(event->message), 10);
        ck_assert_int_gt((int)strlen(event->option), 3);
        bool data = strcmp(event->option, "batch") == 0; /* advice says it in words */
        ck_assert_msg(data || strstr(event->advice, event->option) != NULL, "%s: \"%s\" does not name %s", event->name,
                      event->advice, event->option);
        ck_assert_double_eq(event->threshold, gan_health_default_thresholds[i].alarm);
        gan_health_tell(&news, &scores, trainer, (gan_health_problem)i, &gan_health_default_thresholds[i],
                        GAN_HEALTH_FINE, GAN_HEALTH_ALARM, NULL);
        ck_assert_msg(strstr(event->message, "is over") != NULL, "%s", event->message);
        ck_assert_str_eq(event->option, "");
    }
    gan_trainer_unref(trainer);
}
END_TEST

START_TEST(names_are_there_and_no_more)
{
    ck_assert_str_eq(gan_health_problem_name(GAN_HEALTH_MODE_COLLAPSE), "mode-collapse");
    for (int i = 0; i < GAN_HEALTH_PROBLEMS; i++)
        ck_assert_ptr_nonnull(gan_health_problem_name((gan_health_problem)i));
    ck_assert_ptr_null(gan_health_problem_name(GAN_HEALTH_PROBLEMS));
    ck_assert_str_eq(gan_health_level_name(GAN_HEALTH_FINE), "fine");
    ck_assert_str_eq(gan_health_level_name(GAN_HEALTH_ALARM), "alarm");
    ck_assert_ptr_null(gan_health_level_name((gan_health_level)4));
}
END_TEST

static const struct test_case tests[] = {
    {"a healthy run has no problem", a_healthy_run_has_no_problem},
    {"D has won", d_has_won},
    {"smoothed targets have a least loss", smoothed_targets_have_a_least_loss},
    {"G has won", g_has_won},
    {"targets are swapped", targets_are_swapped},
    {"modes collapse", modes_collapse},
    {"it oscillates", it_oscillates},
    {"gradients explode", gradients_explode},
    {"gradients vanish", gradients_vanish},
    {"units die", units_die},
    {"D memorises", d_memorises},
    {"data is slow", data_is_slow},
    {"updates are too large, or none", updates_are_too_large_or_none},
    {"data are of no use", data_are_of_no_use},
    {"each problem is told with numbers and an option", each_problem_is_told_with_numbers_and_an_option},
    {"names are there, and no more", names_are_there_and_no_more},
};

int main(void)
{
    return RUN_SUITE("watch/health-scores", tests);
}

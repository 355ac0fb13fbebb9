/*
 * Scores: what reports and looks say, as one number for each problem that grows with it. Nothing here knows a trainer.
 */
#include "watch/health.h"

#include "train/schedules.h"

#include <string.h>

/* How fast means forget: of steps, of looks. */
#define STEP_DECAY 0.98
#define LOOK_DECAY 0.6
/* A share of variety that no network begins with. */
#define NO_VARIETY 1e-3

/* So much has to be seen before a score is said. */
enum {
    FIRST_STEPS = 5,
    EARLY_STEPS = 25,
    LEAST_STEPS = 50,
    GROWN_STEPS = 100,
    LEAST_LOOKS = 2,
    LASTING_LOOKS = 3,
    LEAST_PERIOD = 8
};

/*
 * The defaults; docs/health.md has the runs that they come from (docs/results/health.sh), and says which are rules.
 */
const gan_health_thresholds gan_health_default_thresholds[GAN_HEALTH_PROBLEMS] = {
    [GAN_HEALTH_D_WON] = {INFINITY, 1.5, 1.75},
    [GAN_HEALTH_G_WON] = {INFINITY, 0.8, 0.95},
    [GAN_HEALTH_MODE_COLLAPSE] = {INFINITY, 0.75, 0.9},
    [GAN_HEALTH_OSCILLATION] = {INFINITY, 0.5, 0.75},
    [GAN_HEALTH_GRADIENTS_EXPLODE] = {INFINITY, 1.5, 2},
    [GAN_HEALTH_GRADIENTS_VANISH] = {INFINITY, 5, 7},
    [GAN_HEALTH_DEAD_UNITS] = {0.5, 0.75, 0.95},
    [GAN_HEALTH_NOT_FINITE] = {1, 1, 1},
    [GAN_HEALTH_MEMORISING] = {0.25, 0.5, 0.8},
    [GAN_HEALTH_DATA_STARVED] = {0.1, 0.3, INFINITY},
    [GAN_HEALTH_UPDATES_LARGE] = {INFINITY, 0.1, 0.2},
    [GAN_HEALTH_STUCK] = {1, 1, 1},
    [GAN_HEALTH_TARGETS_SWAPPED] = {INFINITY, 0.8, 0.95},
    [GAN_HEALTH_DATA_REPEAT] = {0.1, 0.5, 0.9},
    [GAN_HEALTH_DATA_BLANK] = {1, 1, 1},
    [GAN_HEALTH_BATCH_SMALL] = {0.12, 0.2, 0.33},
    [GAN_HEALTH_ROLLED_BACK] = {1, INFINITY, INFINITY},
};

static void follow(struct gan_health_mean *mean, double value, double decay)
{
    if (!isfinite(value))
        return;
    mean->sum = decay * mean->sum + (1 - decay) * value;
    mean->weight = decay * mean->weight + (1 - decay);
}

static const struct gan_health_place nowhere = {-1, -1, -1};

struct gan_health_look gan_health_no_look(void)
{
    struct gan_health_look look = {.pixels = NAN,
                                   .features = NAN,
                                   .nearest_pixels = NAN,
                                   .nearest_features = NAN,
                                   .overtaken = NAN,
                                   .real_logit = NAN,
                                   .made_logit = NAN,
                                   .held_out_logit = NAN,
                                   .twins = NAN};
    for (int i = 0; i < GAN_HEALTH_NETWORKS; i++)
        look.network[i] = (struct gan_health_network){.most_gradient = NAN,
                                                      .least_gradient = NAN,
                                                      .most_update = NAN,
                                                      .most_gradient_at = -1,
                                                      .least_gradient_at = -1,
                                                      .most_update_at = -1,
                                                      .most_dead = NAN,
                                                      .most_dead_at = -1};
    return look;
}

void gan_health_scores_begin(struct gan_health_scores *scores, const gan_trainer_options *options)
{
    *scores = (struct gan_health_scores){.loss = options->loss,
                                         .label_smoothing = options->label_smoothing,
                                         .label_flip = options->label_flip,
                                         .clipped = options->weight_clip > 0 ||
                                                    gan_course_of(options, GAN_SETTING_WEIGHT_CLIP) != NULL};
    for (int i = 0; i < GAN_HEALTH_PROBLEMS; i++) {
        scores->score[i] = NAN;
        scores->place[i] = nowhere;
    }
    for (int i = 0; i < GAN_HEALTH_NETWORKS; i++)
        scores->vanished[i][0] = scores->vanished[i][1] = NAN;
    scores->latest = gan_health_no_look();
}

/* ---- steps ---- */

void gan_health_scores_step(struct gan_health_scores *scores, const gan_step_report *report)
{
    double g_norm = (double)report->g_gradient_norm, d_loss = (double)report->d_loss;
    scores->lead[scores->steps % GAN_HEALTH_LEADS] = (double)report->d_real_logit - (double)report->d_made_logit;
    if (scores->steps < FIRST_STEPS)
        scores->first_d_loss += d_loss / FIRST_STEPS;
    scores->steps++;
    follow(&scores->d_loss, d_loss, STEP_DECAY);
    follow(&scores->d_real, (double)report->d_real, STEP_DECAY);
    follow(&scores->d_made, (double)report->d_made, STEP_DECAY);
    follow(&scores->g_norm, g_norm, STEP_DECAY);
    follow(&scores->g_norm_squared, g_norm * g_norm, STEP_DECAY);
    follow(&scores->waited, report->data_seconds, STEP_DECAY);
    follow(&scores->seconds, report->seconds, STEP_DECAY);
}

/* ---- who leads ---- */

/*
 * The least that D's loss can be, and what it is when D gives the same to all examples, at best: false for losses that
 * have no least value. Softplus losses: 2·log 2 and 0; with targets 1 − a the least is the entropy of a.
 */
static bool bounds_of_loss(const struct gan_health_scores *scores, double *least, double *blind)
{
    double log2 = log(2), a = (double)scores->label_smoothing;
    *least = 0;
    if (scores->label_flip > 0)
        return false;
    switch (scores->loss) {
    case GAN_LOSS_NON_SATURATING:
    case GAN_LOSS_MINIMAX:
        *blind = 2 * log2;
        *least = a > 0 ? -a * log(a) - (1 - a) * log(1 - a) : 0;
        return true;
    case GAN_LOSS_LEAST_SQUARES:
        *blind = 0.25 * (1 - a) * (1 - a);
        return true;
    case GAN_LOSS_HINGE:
    case GAN_LOSS_RELATIVISTIC_AVERAGE_LEAST_SQUARES:
    case GAN_LOSS_RELATIVISTIC_AVERAGE_HINGE:
        *blind = 2;
        return true;
    case GAN_LOSS_RELATIVISTIC:
        *blind = log2;
        return true;
    case GAN_LOSS_RELATIVISTIC_AVERAGE:
        *blind = 2 * log2;
        return true;
    case GAN_LOSS_F_JENSEN_SHANNON:
        *least = -2 * log2;
        *blind = 0;
        return true;
    default:
        return false;
    }
}

static double d_won(const struct gan_health_scores *scores)
{
    double least, blind;
    if (!bounds_of_loss(scores, &least, &blind) || scores->steps < GROWN_STEPS) /* D leads at first */
        return NAN;
    double left = gan_health_mean_of(&scores->d_loss) - least;
    return log10((blind - least) / (left > 1e-9 ? left : 1e-9));
}

/* D that learns, and puts made examples first, was given the wrong targets; one that is merely behind has a loss above
 * what it began with. */
static void judge_lead(struct gan_health_scores *scores)
{
    double overtaken = gan_health_mean_of(&scores->overtaken);
    bool known = scores->steps >= EARLY_STEPS && scores->overtaken.weight >= 1 - pow(LOOK_DECAY, LEAST_LOOKS) - 1e-9;
    bool learns = gan_health_mean_of(&scores->d_loss) < scores->first_d_loss;
    scores->score[GAN_HEALTH_G_WON] = !known ? NAN : learns ? 0 : overtaken;
    scores->score[GAN_HEALTH_TARGETS_SWAPPED] = !known ? NAN : learns ? overtaken : 0;
    scores->score[GAN_HEALTH_D_WON] = d_won(scores);
}

/* ---- oscillation ---- */

/* The ring's numbers in order, without their straight line. Answers their deviation. */
static double straightened(const struct gan_health_scores *scores, double out[GAN_HEALTH_LEADS])
{
    enum { N = GAN_HEALTH_LEADS };
    double mean = 0, slope = 0, squares = 0, middle = 0.5 * (N - 1), spread = (double)N * ((double)N * N - 1) / 12;
    for (int i = 0; i < N; i++)
        mean += scores->lead[i] / N;
    for (int i = 0; i < N; i++) {
        out[i] = scores->lead[(scores->steps + (uint64_t)i) % N] - mean;
        slope += out[i] * ((double)i - middle) / spread;
    }
    for (int i = 0; i < N; i++) {
        out[i] -= slope * ((double)i - middle);
        squares += out[i] * out[i];
    }
    return sqrt(squares / N);
}

/* Of the numbers with themselves `lag` later, −1 … 1. */
static double correlation(const double x[GAN_HEALTH_LEADS], int lag)
{
    double product = 0, first = 0, second = 0;
    for (int i = 0; i + lag < GAN_HEALTH_LEADS; i++) {
        product += x[i] * x[i + lag];
        first += x[i] * x[i];
        second += x[i + lag] * x[i + lag];
    }
    return first > 0 && second > 0 ? product / sqrt(first * second) : 0;
}

/*
 * A wave is unlike itself half a period later and like itself a period later: the lesser of both counts, and the
 * greatest over the periods that fit twice. It is no matter where the lead hardly moves.
 */
static double oscillation(struct gan_health_scores *scores)
{
    double x[GAN_HEALTH_LEADS], best = 0, marked = 0, mean = 0;
    if (scores->steps < GAN_HEALTH_LEADS)
        return NAN;
    double deviation = straightened(scores, x);
    for (int i = 0; i < GAN_HEALTH_LEADS; i++)
        mean += scores->lead[i] / GAN_HEALTH_LEADS;
    scores->lead_mean = mean;
    scores->lead_deviation = deviation;
    if (!(deviation > 0) || !isfinite(deviation))
        return isfinite(deviation) ? 0 : NAN;
    for (int period = LEAST_PERIOD; period <= GAN_HEALTH_LEADS / 2; period++) {
        double unlike = -correlation(x, period / 2), like = correlation(x, period);
        double both = unlike < like ? unlike : like;
        best = both > best ? both : best;
        if (both > 1.05 * marked) { /* several periods fit as well as one */
            marked = both;
            scores->period = period;
        }
    }
    double swing = 2 * deviation / (fabs(mean) + deviation);
    return best * (swing < 1 ? swing : 1);
}

/* ---- looks ---- */

static double least_of(const double *numbers, int count)
{
    double least = NAN;
    for (int i = 0; i < count; i++)
        least = numbers[i] < least || isnan(least) ? numbers[i] : least;
    return least;
}

static void judge_variety(struct gan_health_scores *scores, const struct gan_health_look *look)
{
    const double shares[] = {look->pixels, look->features, look->nearest_pixels, look->nearest_features};
    follow(&scores->variety, least_of(shares, 4), LOOK_DECAY);
    double variety = gan_health_mean_of(&scores->variety);
    bool known = scores->variety.weight >= 1 - pow(LOOK_DECAY, LEAST_LOOKS) - 1e-9;
    known = known && (scores->steps >= GROWN_STEPS || variety < NO_VARIETY); /* all begin with little of it */
    scores->score[GAN_HEALTH_MODE_COLLAPSE] = known ? fmax(1 - variety, 0) : NAN;
    scores->place[GAN_HEALTH_MODE_COLLAPSE].network = GAN_HEALTH_G;
}

static void judge_memory(struct gan_health_scores *scores, const struct gan_health_look *look)
{
    if (isnan(look->held_out_logit))
        return;
    follow(&scores->real_logit, look->real_logit, 0.8);
    follow(&scores->made_logit, look->made_logit, 0.8);
    follow(&scores->held_out_logit, look->held_out_logit, 0.8);
    double real = gan_health_mean_of(&scores->real_logit), made = gan_health_mean_of(&scores->made_logit);
    double held_out = gan_health_mean_of(&scores->held_out_logit);
    bool known = real > made && scores->real_logit.weight > 1 - pow(0.8, 5) - 1e-9;
    scores->score[GAN_HEALTH_MEMORISING] = known ? fmax((real - held_out) / (real - made), 0) : NAN;
    scores->place[GAN_HEALTH_MEMORISING].network = GAN_HEALTH_D;
}

/* Lifts a score to `value`, found there, if it is more. */
static void lift(struct gan_health_scores *scores, gan_health_problem problem, double value, int network, int parameter,
                 int layer)
{
    if (isnan(value) || value <= scores->score[problem])
        return;
    scores->score[problem] = value;
    scores->place[problem] = (struct gan_health_place){network, parameter, layer};
}

static double magnitude(double share)
{
    return isnan(share) ? NAN : log10(fmax(share, 1e-30));
}

/* The least of the latest looks: a gradient that is gone for a moment, where outputs saturate, comes back by itself.
 * NAN before there were so many. */
static double lasting(struct gan_health_scores *scores, int network, double value)
{
    double *latest = scores->vanished[network], least = value;
    for (int i = 0; i < LASTING_LOOKS - 1; i++) {
        least = isnan(least) || isnan(latest[i]) ? NAN : fmin(least, latest[i]);
        latest[i] = i + 1 < LASTING_LOOKS - 1 ? latest[i + 1] : value;
    }
    return least;
}

static void judge_networks(struct gan_health_scores *scores, const struct gan_health_look *look)
{
    static const gan_health_problem problems[] = {GAN_HEALTH_GRADIENTS_EXPLODE, GAN_HEALTH_GRADIENTS_VANISH,
                                                  GAN_HEALTH_UPDATES_LARGE, GAN_HEALTH_DEAD_UNITS, GAN_HEALTH_STUCK};
    bool late = scores->steps >= EARLY_STEPS;
    for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++)
        scores->score[problems[i]] = NAN;
    for (int i = 0; i < GAN_HEALTH_NETWORKS; i++) {
        const struct gan_health_network *n = &look->network[i];
        if (i != GAN_HEALTH_D || !scores->clipped) /* weights that are held small say nothing of gradients */
            lift(scores, GAN_HEALTH_GRADIENTS_EXPLODE, magnitude(n->most_gradient), i, n->most_gradient_at, -1);
        lift(scores, GAN_HEALTH_GRADIENTS_VANISH, lasting(scores, i, -magnitude(n->least_gradient)), i,
             n->least_gradient_at, -1);
        lift(scores, GAN_HEALTH_UPDATES_LARGE, n->most_update, i, n->most_update_at, -1);
        lift(scores, GAN_HEALTH_DEAD_UNITS, n->most_dead, i, -1, n->most_dead_at);
        if (!isnan(n->most_update))
            scores->stuck[i] = n->most_update == 0 ? scores->stuck[i] + 1 : 0;
        lift(scores, GAN_HEALTH_STUCK, late && scores->stuck[i] >= LASTING_LOOKS, i, -1, -1);
    }
}

static void judge_data(struct gan_health_scores *scores, const struct gan_health_look *look)
{
    double seconds = gan_health_mean_of(&scores->seconds);
    scores->score[GAN_HEALTH_DATA_BLANK] = look->blank ? 1 : 0;
    scores->score[GAN_HEALTH_DATA_REPEAT] = look->blank ? 0 : look->twins;
    scores->score[GAN_HEALTH_BATCH_SMALL] = look->batch > 0 ? 1 / (double)look->batch : NAN;
    bool known = scores->steps >= LEAST_STEPS && seconds > 0;
    scores->score[GAN_HEALTH_DATA_STARVED] = known ? gan_health_mean_of(&scores->waited) / seconds : NAN;
}

void gan_health_scores_look(struct gan_health_scores *scores, const struct gan_health_look *look)
{
    scores->latest = *look;
    follow(&scores->overtaken, look->overtaken, LOOK_DECAY);
    judge_lead(scores);
    scores->score[GAN_HEALTH_OSCILLATION] = oscillation(scores);
    judge_variety(scores, look);
    judge_memory(scores, look);
    judge_networks(scores, look);
    judge_data(scores, look);
    scores->score[GAN_HEALTH_NOT_FINITE] = 0;
}

void gan_health_scores_failed(struct gan_health_scores *scores)
{
    scores->score[GAN_HEALTH_NOT_FINITE] = 1;
}

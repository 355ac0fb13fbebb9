/* Events: what a problem's numbers say in words, and which option to change. */
#include "watch/health.h"

#include "base/status.h"
#include "nn/model.h"

#include <inttypes.h>
#include <string.h>

/* ---- pieces ---- */

#define SAY(news, ...) gan_text_format((news)->message, sizeof(news)->message, __VA_ARGS__)

static void add(struct gan_health_news *news, const char *name, double value)
{
    gan_health_event *event = &news->event;
    if (event->evidence_count < GAN_MAX_EVIDENCE)
        event->evidence[event->evidence_count++] = (gan_health_evidence){name, value};
}

static void advise(struct gan_health_news *news, const char *option, const char *advice)
{
    news->event.option = option;
    gan_text_format(news->advice, sizeof news->advice, "%s", advice);
}

/* "D.2.weight", "G, layer 3 (relu)", "D" */
static void name_place(struct gan_health_news *news, const gan_trainer *trainer, struct gan_health_place place)
{
    if (place.network < 0 || trainer == NULL)
        return;
    bool of_g = place.network == GAN_HEALTH_G;
    gan_model *model = of_g ? gan_trainer_generator(trainer) : gan_trainer_discriminator(trainer);
    char *text = news->where;
    size_t size = sizeof news->where;
    if (place.parameter >= 0)
        gan_text_format(text, size, "%s.%s", of_g ? "G" : "D", gan_model_parameter_name(model, place.parameter));
    else if (place.layer >= 0)
        gan_text_format(text, size, "%s, layer %s (%s)", of_g ? "G" : "D", model->entries[place.layer].path,
                        model->entries[place.layer].layer->kind->name);
    else
        gan_text_format(text, size, "%s", of_g ? "G" : "D");
}

static const char *rate_of(int network)
{
    return network == GAN_HEALTH_G ? "generator_rate" : "discriminator_rate";
}

/* ---- a problem each ---- */

typedef void teller(struct gan_health_news *news, const struct gan_health_scores *scores);

static void tell_d_won(struct gan_health_news *news, const struct gan_health_scores *scores)
{
    double loss = gan_health_mean_of(&scores->d_loss), real = gan_health_mean_of(&scores->d_real);
    double made = gan_health_mean_of(&scores->d_made), norm = gan_health_mean_of(&scores->g_norm);
    add(news, "d_loss", loss);
    add(news, "d_real", real);
    add(news, "d_made", made);
    add(news, "g_gradient_norm", norm);
    SAY(news,
        "D has won: its loss is %.2g, a %.3gth of what it is when D knows nothing; it gives real examples %.4f and "
        "made "
        "ones %.4f",
        loss, pow(10, news->event.score), real, made);
    advise(news, "r1_weight",
           "Raise r1_weight (0.3 to 10), or lower discriminator_rate or the size of D, so that G can follow.");
}

static void tell_g_won(struct gan_health_news *news, const struct gan_health_scores *scores)
{
    double loss = gan_health_mean_of(&scores->d_loss), real = scores->latest.real_logit;
    add(news, "overtaken", news->event.score);
    add(news, "d_loss", loss);
    add(news, "first_d_loss", scores->first_d_loss);
    add(news, "real_logit", real);
    add(news, "made_logit", scores->latest.made_logit);
    SAY(news,
        "G has won: in %.0f %% of pairs D gives more to the made example than to the real one, and its loss has grown "
        "from %.3g to %.3g",
        100 * news->event.score, scores->first_d_loss, loss);
    advise(news, "discriminator_rate",
           "Raise discriminator_rate or discriminator_steps, or lower generator_rate, so that D learns faster than G.");
}

static void tell_swapped(struct gan_health_news *news, const struct gan_health_scores *scores)
{
    double loss = gan_health_mean_of(&scores->d_loss);
    add(news, "overtaken", news->event.score);
    add(news, "d_loss", loss);
    add(news, "first_d_loss", scores->first_d_loss);
    add(news, "real_logit", scores->latest.real_logit);
    add(news, "made_logit", scores->latest.made_logit);
    SAY(news,
        "D learns the wrong way round: its loss falls (from %.3g to %.3g), yet in %.0f %% of pairs it gives more to "
        "the "
        "made example than to the real one",
        scores->first_d_loss, loss, 100 * news->event.score);
    advise(news, "discriminator_loss",
           "Look at discriminator_loss: real and made are exchanged; the logit has to be high on real examples.");
}

static void tell_collapse(struct gan_health_news *news, const struct gan_health_scores *scores)
{
    const struct gan_health_look *look = &scores->latest;
    add(news, "variety", 1 - news->event.score);
    add(news, "pixels", look->pixels);
    add(news, "features", look->features);
    add(news, "nearest_pixels", look->nearest_pixels);
    add(news, "nearest_features", look->nearest_features);
    SAY(news, "G makes one kind of example: made ones have %.2g %% of the variety of real ones",
        100 * (1 - news->event.score));
    if (look->pixels == 0)
        advise(news, "latent_size",
               "All made examples are one and the same: look whether G uses its noise "
               "(latent_size, and the layers that it goes through).");
    else
        advise(news, "r1_weight",
               "Raise r1_weight (GAN_PRESET_STABLE has 0.3), lower generator_rate, or let D see "
               "several examples at once (packing).");
}

static void tell_oscillation(struct gan_health_news *news, const struct gan_health_scores *scores)
{
    add(news, "period", scores->period);
    add(news, "lead", scores->lead_mean);
    add(news, "deviation", scores->lead_deviation);
    SAY(news, "D and G go round in circles: D's lead of %.3g in logits swings by %.3g with a period of %d steps",
        scores->lead_mean, scores->lead_deviation, scores->period);
    advise(news, "r1_weight", "Raise r1_weight, which damps it, or lower both rates and beta1.");
}

static void tell_explode(struct gan_health_news *news, const struct gan_health_scores *scores)
{
    bool early = scores->latest.step <= 50;
    add(news, "gradient_share", pow(10, news->event.score));
    add(news, "g_gradient_norm", gan_health_mean_of(&scores->g_norm));
    SAY(news, "gradients explode: that of %s is %.3g times as long as the weight itself", news->where,
        pow(10, news->event.score));
    if (early)
        advise(news, "initializer", "Begin with smaller weights (initializer: Glorot or He), or set clip_norm.");
    else
        advise(news, "clip_norm", "Set clip_norm (to the norm that is usual in this run), or lower the rates.");
}

static void tell_vanish(struct gan_health_news *news, const struct gan_health_scores *scores)
{
    add(news, "gradient_share", pow(10, -news->event.score));
    add(news, "g_gradient_norm", gan_health_mean_of(&scores->g_norm));
    add(news, "d_loss", gan_health_mean_of(&scores->d_loss));
    SAY(news, "gradients vanish: that of %s is %.3g times as long as the weight itself", news->where,
        pow(10, -news->event.score));
    advise(news, "normalization",
           "Where D's outputs saturate, raise r1_weight; else give the network batch norm (normalization) and leaky "
           "ReLU (activation).");
}

static void tell_dead(struct gan_health_news *news, const struct gan_health_scores *scores)
{
    add(news, "share", news->event.score);
    add(news, "d_share", scores->latest.network[GAN_HEALTH_D].most_dead);
    add(news, "g_share", scores->latest.network[GAN_HEALTH_G].most_dead);
    SAY(news, "%.0f %% of the units of %s are dead: they give the same for all examples", 100 * news->event.score,
        news->where);
    advise(news, "activation", "Use GAN_ACTIVATION_LEAKY_RELU (activation), or lower the rates.");
}

static void tell_memorising(struct gan_health_news *news, const struct gan_health_scores *scores)
{
    add(news, "real_logit", gan_health_mean_of(&scores->real_logit));
    add(news, "held_out_logit", gan_health_mean_of(&scores->held_out_logit));
    add(news, "made_logit", gan_health_mean_of(&scores->made_logit));
    SAY(news,
        "D knows the training examples by heart: it gives them %.3g, real ones that it never saw %.3g, made ones %.3g: "
        "%.0f %% of the way",
        gan_health_mean_of(&scores->real_logit), gan_health_mean_of(&scores->held_out_logit),
        gan_health_mean_of(&scores->made_logit), 100 * news->event.score);
    advise(news, "augment", "Set augment (with augment_adaptive), give D dropout, or train on more data.");
}

static void tell_starved(struct gan_health_news *news, const struct gan_health_scores *scores)
{
    add(news, "data_seconds", gan_health_mean_of(&scores->waited));
    add(news, "seconds", gan_health_mean_of(&scores->seconds));
    SAY(news, "training waits for data: %.3g ms of the %.3g ms that a step takes",
        1000 * gan_health_mean_of(&scores->waited), 1000 * gan_health_mean_of(&scores->seconds));
    advise(news, "queue_depth",
           "Let the loader make batches ahead (queue_depth 4), and keep pictures decoded (cache_bytes).");
}

static void tell_updates(struct gan_health_news *news, const struct gan_health_scores *scores)
{
    int network = scores->place[GAN_HEALTH_UPDATES_LARGE].network;
    add(news, "update_share", news->event.score);
    add(news, "d_update_share", scores->latest.network[GAN_HEALTH_D].most_update);
    add(news, "g_update_share", scores->latest.network[GAN_HEALTH_G].most_update);
    SAY(news, "the steps are too large: one changed %s by %.2g of itself", news->where, news->event.score);
    advise(news, rate_of(network),
           network == GAN_HEALTH_G ? "Lower generator_rate, to a tenth first."
                                   : "Lower discriminator_rate, to a tenth first.");
}

static void tell_stuck(struct gan_health_news *news, const struct gan_health_scores *scores)
{
    int network = scores->place[GAN_HEALTH_STUCK].network;
    add(news, "update_share", 0);
    add(news, "gradient_share", network >= 0 ? scores->latest.network[network].most_gradient : NAN);
    SAY(news, "%s does not learn: no weight of it has moved in the latest looks", news->where);
    advise(news, rate_of(network),
           network == GAN_HEALTH_G ? "Look at generator_rate (and schedule, courses): is it above 0?"
                                   : "Look at discriminator_rate (and schedule, courses): is it above 0?");
}

static void tell_repeat(struct gan_health_news *news, const struct gan_health_scores *scores)
{
    (void)scores;
    add(news, "equal_pairs", news->event.score);
    SAY(news, "the data repeat: %.0f %% of the pairs of real examples in a batch are equal", 100 * news->event.score);
    advise(news, "dataset", "Look at the dataset: does its reader give another example for every index?");
}

static void tell_blank(struct gan_health_news *news, const struct gan_health_scores *scores)
{
    (void)scores;
    add(news, "blank", 1);
    SAY(news, "the data are blank: all numbers of a real batch are one and the same");
    advise(news, "dataset", "Look at the dataset: its files, the range that it states, and what its reader writes.");
}

/* How the norm of G's gradient scatters about its mean says how much of a gradient is chance. */
static void tell_small(struct gan_health_news *news, const struct gan_health_scores *scores)
{
    double mean = gan_health_mean_of(&scores->g_norm), square = gan_health_mean_of(&scores->g_norm_squared);
    add(news, "batch", (double)scores->latest.batch);
    add(news, "g_gradient_scatter", mean > 0 ? sqrt(fmax(square / (mean * mean) - 1, 0)) : NAN);
    SAY(news, "the batch is small: gradients of %" PRId64 " examples are noise", scores->latest.batch);
    advise(news, "batch",
           "Give gan_loader_new a larger batch (64 is usual); where memory is short, with micro_batches.");
}

static teller *const tellers[GAN_HEALTH_PROBLEMS] = {
    [GAN_HEALTH_D_WON] = tell_d_won,
    [GAN_HEALTH_G_WON] = tell_g_won,
    [GAN_HEALTH_MODE_COLLAPSE] = tell_collapse,
    [GAN_HEALTH_OSCILLATION] = tell_oscillation,
    [GAN_HEALTH_GRADIENTS_EXPLODE] = tell_explode,
    [GAN_HEALTH_GRADIENTS_VANISH] = tell_vanish,
    [GAN_HEALTH_DEAD_UNITS] = tell_dead,
    [GAN_HEALTH_MEMORISING] = tell_memorising,
    [GAN_HEALTH_DATA_STARVED] = tell_starved,
    [GAN_HEALTH_UPDATES_LARGE] = tell_updates,
    [GAN_HEALTH_STUCK] = tell_stuck,
    [GAN_HEALTH_TARGETS_SWAPPED] = tell_swapped,
    [GAN_HEALTH_DATA_REPEAT] = tell_repeat,
    [GAN_HEALTH_DATA_BLANK] = tell_blank,
    [GAN_HEALTH_BATCH_SMALL] = tell_small,
};

/* The error already says all; only where the data themselves are bad is there another remedy. */
static void tell_not_finite(struct gan_health_news *news, const char *failure)
{
    add(news, "failed", 1);
    SAY(news, "%s", failure);
    if (strstr(failure, "input that is not finite is real") != NULL)
        advise(news, "dataset", "Look at the dataset: the real batch itself has a number that is NaN or infinite.");
    else
        advise(news, "clip_norm",
               "Lower the rates or set clip_norm; if the loss itself overflows, choose another loss.");
}

/* ---- events ---- */

static void begin(struct gan_health_news *news, const gan_trainer *trainer, gan_health_problem problem)
{
    *news = (struct gan_health_news){.event = {.struct_size = sizeof news->event}};
    gan_health_event *event = &news->event;
    event->step = trainer != NULL ? gan_trainer_steps(trainer) : 0;
    event->problem = problem;
    event->name = gan_health_problem_name(problem);
    event->where = news->where;
    event->message = news->message;
    event->advice = news->advice;
    event->option = "";
}

static void set_level(struct gan_health_news *news, gan_health_level level, gan_health_level before)
{
    news->event.level = level;
    news->event.before = before;
    news->event.level_name = gan_health_level_name(level);
}

/* The threshold of a level; FINE: the lowest there is. */
static double threshold_of(const gan_health_thresholds *t, gan_health_level level)
{
    switch (level) {
    case GAN_HEALTH_ALARM:
        return t->alarm;
    case GAN_HEALTH_WARNING:
        return t->warning;
    default:
        return fmin(t->note, fmin(t->warning, t->alarm));
    }
}

void gan_health_tell(struct gan_health_news *news, const struct gan_health_scores *scores, const gan_trainer *trainer,
                     gan_health_problem problem, const gan_health_thresholds *thresholds, gan_health_level level,
                     gan_health_level before, const char *failure)
{
    begin(news, trainer, problem);
    set_level(news, level, before);
    news->event.score = scores->score[problem];
    news->event.threshold = threshold_of(thresholds, level);
    if (level == GAN_HEALTH_FINE) {
        SAY(news, "%s is over", news->event.name);
        return;
    }
    name_place(news, trainer, scores->place[problem]);
    if (problem == GAN_HEALTH_NOT_FINITE)
        tell_not_finite(news, failure != NULL ? failure : "a loss or a gradient is not finite");
    else if (tellers[problem] != NULL)
        tellers[problem](news, scores);
}

void gan_health_tell_rollback(struct gan_health_news *news, const gan_trainer *trainer, gan_health_problem problem,
                              uint64_t to, int64_t try, int most)
{
    begin(news, trainer, GAN_HEALTH_ROLLED_BACK);
    set_level(news, try > most ? GAN_HEALTH_WARNING : GAN_HEALTH_NOTE, GAN_HEALTH_FINE);
    news->event.score = (double)try;
    news->event.threshold = (double)most;
    add(news, "try", (double)try);
    add(news, "tries", (double)most);
    if (try > most) {
        SAY(news, "%s again, but all %d tries of going back are used up: training goes on as it is",
            gan_health_problem_name(problem), most);
        advise(news, "rollbacks", "Begin anew with what the alarms advise; more rollbacks would repeat the same.");
        return;
    }
    add(news, "to_step", (double)to);
    SAY(news, "%s: back to where it was after %" PRIu64 " steps, try %" PRId64 " of %d",
        gan_health_problem_name(problem), to, try, most);
    advise(news, "remedy", "Nothing need be done; what remedy says was changed for the rest of the training.");
}

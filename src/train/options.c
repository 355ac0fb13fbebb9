/* The trainer's options: presets, defaults, checks. */
#include "train/options.h"

#include "base/status.h"
#include "nn/recipes.h"
#include "train/augment.h"
#include "train/losses.h"
#include "train/schedules.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* The struct of the first release ends with this field. */
#define LEAST_SIZE (offsetof(gan_trainer_options, seed) + sizeof(uint64_t))

/* ---- presets ---- */

static bool known_preset(gan_preset preset, const char *who)
{
    if ((unsigned)preset <= (unsigned)GAN_PRESET_R3GAN)
        return true;
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: preset is %d, want a gan_preset (GAN_PRESET_…)", who, (int)preset);
    return false;
}

static gan_trainer_options article(void)
{
    return (gan_trainer_options){.struct_size = sizeof(gan_trainer_options),
                                 .preset = GAN_PRESET_ARTICLE,
                                 .loss = GAN_LOSS_NON_SATURATING,
                                 .penalty_target = 1,
                                 .dragan_deviation = 0.5f,
                                 .divergence_power = 6,
                                 .optimizer = GAN_OPTIMIZER_ADAM,
                                 .generator_rate = 2e-4f,
                                 .discriminator_rate = 2e-4f,
                                 .beta1 = 0.5f,
                                 .beta2 = 0.999f,
                                 .epsilon = 1e-8f,
                                 .schedule = GAN_SCHEDULE_CONSTANT,
                                 .update = GAN_UPDATE_D_FIRST,
                                 .discriminator_steps = 1,
                                 .average_warm_up = true,
                                 .data_low = 0,
                                 .data_high = 1,
                                 .auxiliary_real_weight = 1,
                                 .auxiliary_made_weight = 1,
                                 .auxiliary_generator_weight = 1,
                                 .micro_batches = 1,
                                 .consistency_augment = GAN_AUGMENT_TRANSLATION,
                                 .latent_deviation = 0.03f,
                                 .lecam_decay = 0.99f,
                                 .augment_probability = 1,
                                 .augment_target = 0.6f,
                                 .augment_examples = 500000,
                                 .lazy_interval = 1};
}

/* What both of its kinds have: no momentum, and a D that is ahead. */
static void wasserstein(gan_trainer_options *options)
{
    options->loss = GAN_LOSS_WASSERSTEIN;
    options->discriminator_steps = 5;
    options->beta1 = 0;
}

static void add_cosine(gan_trainer_options *options, gan_setting setting, float begin, float end)
{
    options->courses[options->course_count++] = (gan_course){
        .setting = setting, .schedule = GAN_SCHEDULE_COSINE, .begin = begin, .end = end, .steps = 39062};
}

/* The authors' settings for CIFAR-10. */
static void r3gan(gan_trainer_options *options)
{
    options->loss = GAN_LOSS_RELATIVISTIC;
    options->r1_weight = options->r2_weight = 0.05f;
    options->beta1 = 0;
    options->beta2 = 0.9f;
    options->average_decay = 0.999f;
    add_cosine(options, GAN_SETTING_GENERATOR_RATE, 2e-4f, 5e-5f);
    add_cosine(options, GAN_SETTING_DISCRIMINATOR_RATE, 2e-4f, 5e-5f);
    add_cosine(options, GAN_SETTING_BETA2, 0.9f, 0.99f);
    add_cosine(options, GAN_SETTING_R1_WEIGHT, 0.05f, 0.005f);
    add_cosine(options, GAN_SETTING_R2_WEIGHT, 0.05f, 0.005f);
}

static gan_trainer_options defaults(gan_preset preset)
{
    gan_trainer_options options = article();
    options.preset = preset;
    switch (preset) {
    case GAN_PRESET_ARTICLE:
    case GAN_PRESET_DCGAN: /* the article's Adam is the paper's */
        break;
    case GAN_PRESET_STABLE:
        options.r1_weight = 0.3f;
        options.generator_rate = options.discriminator_rate = 1e-3f;
        options.beta1 = 0;
        options.beta2 = 0.99f; /* 0.999 forgets a burst of gradients too slowly: runs could jump late */
        options.average_decay = 0.995f;
        break;
    case GAN_PRESET_WGAN:
        wasserstein(&options);
        options.weight_clip = 0.01f;
        options.optimizer = GAN_OPTIMIZER_RMSPROP;
        options.generator_rate = options.discriminator_rate = 5e-5f;
        options.beta2 = 0.99f;
        break;
    case GAN_PRESET_WGAN_GP:
        wasserstein(&options);
        options.gradient_penalty_weight = 10;
        options.generator_rate = options.discriminator_rate = 1e-4f;
        options.beta2 = 0.9f;
        break;
    case GAN_PRESET_LSGAN: /* the article's Adam is the paper's */
        options.loss = GAN_LOSS_LEAST_SQUARES;
        break;
    case GAN_PRESET_RSGAN:
        options.loss = GAN_LOSS_RELATIVISTIC;
        break;
    case GAN_PRESET_SNGAN:
        options.loss = GAN_LOSS_HINGE;
        options.discriminator_steps = 5;
        options.beta1 = 0;
        options.beta2 = 0.9f;
        break;
    case GAN_PRESET_R3GAN:
        r3gan(&options);
        break;
    }
    return options;
}

gan_status gan_trainer_options_init_sized(gan_trainer_options *options, size_t struct_size, gan_preset preset)
{
    static const char who[] = "gan_trainer_options_init";
    if (!known_preset(preset, who))
        return GAN_ERROR_INVALID_ARGUMENT;
    gan_trainer_options own = defaults(preset);
    return gan_options_write(options, struct_size, &own, sizeof own, LEAST_SIZE, who);
}

gan_status gan_generator_options_preset(gan_generator_options *options, gan_preset preset)
{
    static const char who[] = "gan_generator_options_preset";
    gan_generator_options own;
    if (options == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: options is NULL", who);
    if (!known_preset(preset, who))
        return GAN_ERROR_INVALID_ARGUMENT;
    gan_status status = gan_options_read(&own, sizeof own, options, GAN_GENERATOR_OPTIONS_LEAST, who);
    if (status != GAN_OK)
        return status;
    const struct gan_recipe_row *row = gan_recipe_row(own.recipe);
    if (row == NULL || !row->as_article)
        return GAN_OK;
    own.activation = GAN_ACTIVATION_RELU;
    own.normalization = preset == GAN_PRESET_ARTICLE ? GAN_NORMALIZATION_NONE : GAN_NORMALIZATION_BATCH;
    return gan_options_write(options, own.struct_size, &own, sizeof own, GAN_GENERATOR_OPTIONS_LEAST, who);
}

gan_status gan_discriminator_options_preset(gan_discriminator_options *options, gan_preset preset)
{
    static const char who[] = "gan_discriminator_options_preset";
    gan_discriminator_options own;
    if (options == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: options is NULL", who);
    if (!known_preset(preset, who))
        return GAN_ERROR_INVALID_ARGUMENT;
    gan_status status = gan_options_read(&own, sizeof own, options, GAN_DISCRIMINATOR_OPTIONS_LEAST, who);
    if (status != GAN_OK)
        return status;
    if (preset == GAN_PRESET_SNGAN) {
        own.spectral_norm = 1;
        own.normalization = GAN_NORMALIZATION_NONE;
    }
    const struct gan_recipe_row *row = gan_recipe_row(own.recipe);
    if (row == NULL || !row->as_article) {
        if (preset == GAN_PRESET_STABLE || preset == GAN_PRESET_WGAN_GP || preset == GAN_PRESET_R3GAN)
            own.normalization = GAN_NORMALIZATION_NONE;
        return gan_options_write(options, own.struct_size, &own, sizeof own, GAN_DISCRIMINATOR_OPTIONS_LEAST, who);
    }
    bool plain = preset == GAN_PRESET_ARTICLE;
    own.activation = plain ? GAN_ACTIVATION_RELU : GAN_ACTIVATION_LEAKY_RELU;
    own.slope = 0.2f;
    own.center_input = !plain;
    return gan_options_write(options, own.struct_size, &own, sizeof own, GAN_DISCRIMINATOR_OPTIONS_LEAST, who);
}

gan_status gan_trainer_options_take(gan_trainer_options *own, const gan_trainer_options *given, const char *who)
{
    *own = defaults(GAN_PRESET_STABLE);
    return gan_options_read(own, sizeof *own, given, LEAST_SIZE, who);
}

/* ---- checks ---- */

/* Every check fails so: the field, what it is, what it may be. */
static bool refuse(const char *who, const char *field, double value, const char *wanted)
{
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is %g, want %s", who, field, value, wanted);
    return false;
}

static bool is_fraction(float value)
{
    return value >= 0 && value < 1;
}

static bool is_weight(float value)
{
    return isfinite(value) && value >= 0;
}

static bool check_loss(const gan_trainer_options *o, const char *who)
{
    const struct gan_loss_row *row = gan_loss_row(o->loss);
    if (row == NULL)
        return refuse(who, "loss", (double)o->loss, "a gan_loss (GAN_LOSS_…)");
    if (o->loss == GAN_LOSS_CUSTOM && (o->discriminator_loss == NULL || o->generator_loss == NULL)) {
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL, want a function, since loss is GAN_LOSS_CUSTOM", who,
                 o->discriminator_loss == NULL ? "discriminator_loss" : "generator_loss");
        return false;
    }
    if (!is_fraction(o->label_smoothing))
        return refuse(who, "label_smoothing", (double)o->label_smoothing, "0 or more and less than 1");
    if (!is_fraction(o->label_flip))
        return refuse(who, "label_flip", (double)o->label_flip, "0 or more and less than 1");
    if (row->labelled != NULL || (o->label_smoothing == 0 && o->label_flip == 0))
        return true;
    bool smooth = o->label_smoothing != 0;
    gan_fail(
        GAN_ERROR_INVALID_ARGUMENT,
        "%s: %s is %g, but the %s loss has no labels; want 0, or the non-saturating, minimax or least squares loss",
        who, smooth ? "label_smoothing" : "label_flip", (double)(smooth ? o->label_smoothing : o->label_flip),
        row->name);
    return false;
}

static bool check_regularizers(const gan_trainer_options *o, const char *who)
{
    for (int i = 0; i < GAN_REGULARIZERS; i++)
        if (!is_weight(gan_regularizer_weight(o, i)))
            return refuse(who, gan_regularizers[i].field, (double)gan_regularizer_weight(o, i),
                          "a finite number, 0 or more");
    if (!is_weight(o->penalty_target))
        return refuse(who, "penalty_target", (double)o->penalty_target, "a finite number, 0 or more");
    if (!is_weight(o->dragan_deviation) || o->dragan_deviation == 0)
        return refuse(who, "dragan_deviation", (double)o->dragan_deviation, "a finite number above 0");
    if (!is_weight(o->divergence_power) || o->divergence_power == 0)
        return refuse(who, "divergence_power", (double)o->divergence_power, "a finite number above 0");
    if (!is_weight(o->latent_deviation) || o->latent_deviation == 0)
        return refuse(who, "latent_deviation", (double)o->latent_deviation, "a finite number above 0");
    if (!is_fraction(o->lecam_decay))
        return refuse(who, "lecam_decay", (double)o->lecam_decay, "0 or more and less than 1");
    if (memchr(o->feature_layer, 0, sizeof o->feature_layer) == NULL) {
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: feature_layer has no end, want a text that ends in a zero", who);
        return false;
    }
    if (!is_weight(o->weight_clip))
        return refuse(who, "weight_clip", (double)o->weight_clip, "a finite number, 0 (no bound) or more");
    return true;
}

static bool check_optimizers(const gan_trainer_options *o, const char *who)
{
    bool own = o->generator_optimizer == NULL || o->discriminator_optimizer == NULL;
    if (o->generator_optimizer != NULL && o->generator_optimizer == o->discriminator_optimizer) {
        gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                 "%s: generator_optimizer and discriminator_optimizer are the same, want one for each model", who);
        return false;
    }
    if (o->optimizer != GAN_OPTIMIZER_ADAM && o->optimizer != GAN_OPTIMIZER_RMSPROP)
        return refuse(who, "optimizer", (double)o->optimizer, "a gan_optimizer_kind (GAN_OPTIMIZER_…)");
    static const char rate[] = "a finite number, 0 or more", beta[] = "0 or more and less than 1";
    if (o->generator_optimizer == NULL && !(isfinite(o->generator_rate) && o->generator_rate >= 0))
        return refuse(who, "generator_rate", (double)o->generator_rate, rate);
    if (o->discriminator_optimizer == NULL && !(isfinite(o->discriminator_rate) && o->discriminator_rate >= 0))
        return refuse(who, "discriminator_rate", (double)o->discriminator_rate, rate);
    if (own && !is_fraction(o->beta1))
        return refuse(who, "beta1", (double)o->beta1, beta);
    if (own && !is_fraction(o->beta2))
        return refuse(who, "beta2", (double)o->beta2, beta);
    if (own && !(isfinite(o->epsilon) && o->epsilon > 0))
        return refuse(who, "epsilon", (double)o->epsilon, "a finite number above 0");
    return true;
}

static bool check_schedule(const gan_trainer_options *o, const char *who)
{
    if (o->schedule != GAN_SCHEDULE_CONSTANT && o->schedule != GAN_SCHEDULE_LINEAR &&
        o->schedule != GAN_SCHEDULE_COSINE)
        return refuse(who, "schedule", (double)o->schedule, "a gan_schedule (GAN_SCHEDULE_…)");
    if (o->schedule == GAN_SCHEDULE_CONSTANT)
        return true;
    if (o->schedule_steps < 1)
        return refuse(who, "schedule_steps", (double)o->schedule_steps,
                      "1 or more: the number of steps that the schedule is for");
    if (!(o->schedule_end >= 0 && o->schedule_end <= 1))
        return refuse(who, "schedule_end", (double)o->schedule_end, "0 to 1");
    return true;
}

static bool check_order(const gan_trainer_options *o, const char *who)
{
    if (o->update != GAN_UPDATE_D_FIRST && o->update != GAN_UPDATE_G_FIRST && o->update != GAN_UPDATE_SIMULTANEOUS)
        return refuse(who, "update", (double)o->update, "a gan_update_order (GAN_UPDATE_…)");
    if (o->discriminator_steps < 1)
        return refuse(who, "discriminator_steps", o->discriminator_steps, "1 or more");
    if (o->update == GAN_UPDATE_SIMULTANEOUS && o->discriminator_steps != 1)
        return refuse(who, "discriminator_steps", o->discriminator_steps, "1, since update is simultaneous");
    return true;
}

static bool check_average(const gan_trainer_options *o, const char *who)
{
    if (!is_fraction(o->average_decay))
        return refuse(who, "average_decay", (double)o->average_decay, "0 (no average) or more and less than 1");
    if (o->average_start < 0)
        return refuse(who, "average_start", (double)o->average_start, "0 or more updates of G");
    return true;
}

static bool check_labels(const gan_trainer_options *o, const char *who)
{
    static const char weight[] = "a finite number, 0 or more";
    if (o->made_labels != GAN_MADE_LABELS_REAL && o->made_labels != GAN_MADE_LABELS_SHUFFLED &&
        o->made_labels != GAN_MADE_LABELS_UNIFORM)
        return refuse(who, "made_labels", (double)o->made_labels, "a gan_made_labels (GAN_MADE_LABELS_…)");
    if (!is_weight(o->auxiliary_real_weight))
        return refuse(who, "auxiliary_real_weight", (double)o->auxiliary_real_weight, weight);
    if (!is_weight(o->auxiliary_made_weight))
        return refuse(who, "auxiliary_made_weight", (double)o->auxiliary_made_weight, weight);
    if (!is_weight(o->auxiliary_generator_weight))
        return refuse(who, "auxiliary_generator_weight", (double)o->auxiliary_generator_weight, weight);
    return true;
}

/* Whether D's logit is above 0 on what it takes for real; custom losses are the caller's matter. */
static bool has_zero(gan_loss loss)
{
    return loss == GAN_LOSS_NON_SATURATING || loss == GAN_LOSS_MINIMAX || loss == GAN_LOSS_HINGE ||
           loss == GAN_LOSS_F_REVERSE_KL || loss == GAN_LOSS_F_JENSEN_SHANNON || loss == GAN_LOSS_F_PEARSON ||
           loss == GAN_LOSS_CUSTOM;
}

static bool check_adaptive(const gan_trainer_options *o, const char *who)
{
    if (!o->augment_adaptive)
        return true;
    if (o->augment == 0)
        return refuse(who, "augment", 0, "some augmentation, since augment_adaptive is set");
    if (!(o->augment_target >= -1 && o->augment_target <= 1))
        return refuse(who, "augment_target", (double)o->augment_target, "-1 to 1");
    if (o->augment_examples < 1)
        return refuse(who, "augment_examples", (double)o->augment_examples, "1 or more");
    if (!has_zero(o->loss)) {
        gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                 "%s: augment_adaptive goes by the sign of D's logit, which says nothing with the %s loss; give "
                 "augment_probability, or a course of it",
                 who, gan_loss_name(o->loss));
        return false;
    }
    if (gan_course_of(o, GAN_SETTING_AUGMENT_PROBABILITY) == NULL)
        return true;
    gan_fail(GAN_ERROR_INVALID_ARGUMENT,
             "%s: augment_probability has a course, but augment_adaptive moves it; want one", who);
    return false;
}

static bool check_presentation(const gan_trainer_options *o, const char *who)
{
    if (!gan_augment_known(o->augment))
        return refuse(who, "augment", (double)o->augment, "gan_augmentation joined by |");
    if (!gan_augment_known(o->consistency_augment))
        return refuse(who, "consistency_augment", (double)o->consistency_augment, "gan_augmentation joined by |");
    if (!(o->augment_probability >= 0 && o->augment_probability <= 1))
        return refuse(who, "augment_probability", (double)o->augment_probability, "0 to 1");
    if (!is_weight(o->instance_noise))
        return refuse(who, "instance_noise", (double)o->instance_noise, "a finite number, 0 or more");
    return check_adaptive(o, who);
}

static bool check_updates(const gan_trainer_options *o, const char *who)
{
    if (o->micro_batches < 1)
        return refuse(who, "micro_batches", o->micro_batches, "1 or more");
    if (o->lazy_interval < 1)
        return refuse(who, "lazy_interval", o->lazy_interval, "1 (in every update) or more");
    if (!is_weight(o->clip_value))
        return refuse(who, "clip_value", (double)o->clip_value, "a finite number, 0 (no bound) or more");
    if (!is_weight(o->clip_norm))
        return refuse(who, "clip_norm", (double)o->clip_norm, "a finite number, 0 (no bound) or more");
    return true;
}

gan_status gan_trainer_options_check(const gan_trainer_options *o, const char *who)
{
    bool fine = check_loss(o, who) && check_regularizers(o, who);
    if (fine && (!isfinite(o->data_low) || !isfinite(o->data_high) || !(o->data_low < o->data_high))) {
        gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                 "%s: data_low is %g and data_high is %g, want finite numbers, the lower first", who,
                 (double)o->data_low, (double)o->data_high);
        fine = false;
    }
    if (fine && gan_courses_check(o, who) != GAN_OK)
        return gan_error_status();
    fine = fine && check_updates(o, who) && check_presentation(o, who) && check_optimizers(o, who) &&
           check_schedule(o, who) && check_order(o, who) && check_average(o, who) && check_labels(o, who);
    return fine ? GAN_OK : GAN_ERROR_INVALID_ARGUMENT;
}

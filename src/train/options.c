/* The trainer's options: what is given, and checks. */
#include "train/options.h"

#include "base/options.h"
#include "base/status.h"
#include "train/augment.h"
#include "train/losses.h"
#include "train/schedules.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

gan_status gan_trainer_options_take(gan_trainer_options *own, const gan_trainer_options *given, const char *who)
{
    *own = gan_preset_options(GAN_PRESET_STABLE);
    return gan_options_read(own, sizeof *own, given, GAN_TRAINER_OPTIONS_LEAST, who);
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
    if (o->loss != GAN_LOSS_CUSTOM && (o->discriminator_loss != NULL || o->generator_loss != NULL)) {
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is a function, but loss is the %s one; want GAN_LOSS_CUSTOM", who,
                 o->discriminator_loss != NULL ? "discriminator_loss" : "generator_loss", row->name);
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
        "%s: %s is %g, but the %s loss has no labels; want 0, or the non-saturating, minimax or least-squares loss",
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
        return refuse(who, "schedule", (double)o->schedule,
                      "GAN_SCHEDULE_CONSTANT, _LINEAR or _COSINE; for others give courses of the rates");
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
    if (o->generator_steps < 1)
        return refuse(who, "generator_steps", o->generator_steps, "1 or more");
    if (o->update == GAN_UPDATE_SIMULTANEOUS && o->discriminator_steps != 1)
        return refuse(who, "discriminator_steps", o->discriminator_steps, "1, since update is simultaneous");
    if (o->update == GAN_UPDATE_SIMULTANEOUS && o->generator_steps != 1)
        return refuse(who, "generator_steps", o->generator_steps, "1, since update is simultaneous");
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
    if (!(o->augment_begin >= 0 && o->augment_begin <= 1))
        return refuse(who, "augment_begin", (double)o->augment_begin, "0 to 1");
    if (!o->augment_adaptive)
        return o->augment_begin == 0 ||
               refuse(who, "augment_begin", (double)o->augment_begin, "0, since augment_adaptive is not set");
    if (o->augment_probability != 1)
        return refuse(who, "augment_probability", (double)o->augment_probability,
                      "1, since augment_adaptive moves it; augment_begin says where it begins");
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

/* Settings of what is not done. */
static bool check_unused(const gan_trainer_options *o, const char *who)
{
    static const char some[] = "some augmentation, since";
    bool consistent = gan_regularizer_wanted(o, GAN_REGULARIZER_CONSISTENCY) ||
                      gan_regularizer_wanted(o, GAN_REGULARIZER_CONSISTENCY_MADE);
    if (consistent && o->consistency_augment == 0) {
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: consistency_augment is 0, want %s consistency has a weight", who,
                 some);
        return false;
    }
    if (o->augment != 0 || gan_course_of(o, GAN_SETTING_AUGMENT_PROBABILITY) == NULL)
        return true;
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: augment is 0, want %s augment_probability has a course", who, some);
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
    return check_unused(o, who) && check_adaptive(o, who);
}

static bool check_autoencoder(const gan_trainer_options *o, const char *who)
{
    if (!is_weight(o->margin) || o->margin == 0)
        return refuse(who, "margin", (double)o->margin, "a finite number above 0");
    if (!(o->diversity_ratio >= 0 && o->diversity_ratio <= 1))
        return refuse(who, "diversity_ratio", (double)o->diversity_ratio, "0 to 1");
    if (!is_weight(o->equilibrium_rate))
        return refuse(who, "equilibrium_rate", (double)o->equilibrium_rate, "a finite number, 0 or more");
    return true;
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
    fine = fine && check_autoencoder(o, who) && check_updates(o, who) && check_presentation(o, who) &&
           check_optimizers(o, who) && check_schedule(o, who) && check_order(o, who) && check_average(o, who) &&
           check_labels(o, who);
    return fine ? GAN_OK : GAN_ERROR_INVALID_ARGUMENT;
}

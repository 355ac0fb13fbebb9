/* Making a trainer, and what can be asked of it. */
#include "train/trainer.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"
#include "nn/model.h"
#include "plan/plan.h"
#include "train/labels.h"
#include "train/optimizer.h"
#include "train/options.h"
#include "train/schedules.h"

#include <inttypes.h>
#include <stdio.h>

/* What else the trainer's seed feeds has labels of its own: see step.c. */
#define GENERATOR_LABEL     UINT64_C(0x67656e)
#define DISCRIMINATOR_LABEL UINT64_C(0x646973)

/* ---- making ---- */

/* How many examples D takes together, as channels of one; 0 if it takes something else. */
static int64_t packing_of(gan_shape made, gan_shape taken)
{
    int64_t packing = made.rank == taken.rank ? taken.dims[0] / made.dims[0] : 0;
    if (packing < 1)
        return 0;
    made.dims[0] *= packing;
    return gan_shape_equal(made, taken) ? packing : 0;
}

static gan_status check_shapes(gan_model *generator, gan_model *discriminator, const char *who)
{
    gan_shape made = gan_model_output_shape(generator), taken = gan_model_input_shape(discriminator);
    gan_shape judged = gan_model_output_shape(discriminator);
    char a[128], b[128];
    if (packing_of(made, taken) == 0)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: the generator makes examples of shape %s, but the discriminator takes %s", who,
                        gan_shape_text(made, a, sizeof a), gan_shape_text(taken, b, sizeof b));
    if (discriminator->packing > 0 && packing_of(made, taken) != discriminator->packing)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: the discriminator takes %s, which is %" PRId64
                        " of the generator's %s together, but it was "
                        "built with packing %" PRId64 "; build it for the generator's examples",
                        who, gan_shape_text(taken, b, sizeof b), packing_of(made, taken),
                        gan_shape_text(made, a, sizeof a), discriminator->packing);
    if (gan_shape_size(judged) != 1 && !gan_model_is_auxiliary(discriminator))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: the discriminator's output is %s, want one logit; end it in gan_layer_dense(1)", who,
                        gan_shape_text(judged, a, sizeof a));
    const struct gan_range *made_in = &generator->range, *taken_in = &discriminator->taken;
    if (made_in->known && taken_in->known && (made_in->low != taken_in->low || made_in->high != taken_in->high))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: the generator makes numbers in [%g, %g], but the discriminator centres those of [%g, %g]; "
                        "set its input_low and input_high",
                        who, (double)made_in->low, (double)made_in->high, (double)taken_in->low,
                        (double)taken_in->high);
    if (gan_model_range(discriminator, NULL, NULL))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: the discriminator's output has a range, as after a sigmoid; losses want the logit: leave "
                        "sigmoid_output false",
                        who);
    return GAN_OK;
}

static gan_status check_models(gan_model *generator, gan_model *discriminator, const gan_trainer_options *options,
                               const char *who)
{
    if (generator == NULL || discriminator == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who,
                        generator == NULL ? "generator" : "discriminator");
    if (generator == discriminator)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: generator and discriminator are the same model", who);
    char whose[80];
    snprintf(whose, sizeof whose, "%s: the generator", who);
    gan_status status = gan_model_ready(generator, whose);
    snprintf(whose, sizeof whose, "%s: the discriminator", who);
    if (status == GAN_OK)
        status = gan_model_ready(discriminator, whose);
    if (status == GAN_OK)
        status = check_shapes(generator, discriminator, who);
    return status == GAN_OK ? gan_check_player_labels(generator, discriminator, options, who) : status;
}

static gan_status check_penalty(const gan_trainer *trainer, const gan_trainer_options *o, int regularizer,
                                const char *who)
{
    const struct gan_regularizer_row *penalty = &gan_regularizers[regularizer];
    if (!gan_regularizer_wanted(o, regularizer) || !penalty->per_example || o->mixed_penalty ||
        !gan_model_mixes_examples(trainer->discriminator))
        return GAN_OK;
    char state[32] = "has a course";
    if (gan_regularizer_weight(o, regularizer) > 0)
        snprintf(state, sizeof state, "is %g", (double)gan_regularizer_weight(o, regularizer));
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                    "%s: %s %s, but the discriminator mixes examples (batch norm, or a minibatch layer), and %s is "
                    "about each example by itself; use layer norm or none, or set mixed_penalty if you mean it",
                    who, penalty->field, state, penalty->name);
}

static gan_status check_penalties(const gan_trainer *trainer, const gan_trainer_options *o, const char *who)
{
    gan_status status = GAN_OK;
    for (int i = 0; i < GAN_REGULARIZERS && status == GAN_OK; i++)
        status = check_penalty(trainer, o, i, who);
    return status;
}

/* Features before D's last layer: of one layer they would be the pixels, of an autoencoder those or the errors. */
static gan_status check_features(const gan_trainer *trainer, const char *who)
{
    const gan_model *d = trainer->discriminator;
    bool alone = d->entry_count < 2, autoencoder = gan_model_is_autoencoder(d);
    if (!gan_regularizer_wanted(&trainer->options, GAN_REGULARIZER_FEATURE_MATCHING) ||
        trainer->options.feature_layer[0] != '\0' || (!alone && !autoencoder))
        return GAN_OK;
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                    "%s: feature matching has a weight, but the discriminator %s; set feature_layer to the layer whose "
                    "output is meant (gan_model_summary names them)",
                    who, autoencoder ? "is an autoencoder" : "has only one layer");
}

static gan_status check_loss(const gan_trainer *trainer, const char *who)
{
    gan_loss loss = trainer->options.loss;
    if ((loss != GAN_LOSS_ENERGY_MARGIN && loss != GAN_LOSS_BOUNDARY_EQUILIBRIUM) ||
        gan_model_is_autoencoder(trainer->discriminator))
        return GAN_OK;
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                    "%s: the %s loss is of errors that an autoencoder leaves, but the discriminator does not end in "
                    "gan_layer_reconstruction; set code_size in its options (gan_discriminator_options_preset does)",
                    who, gan_loss_name(loss));
}

static gan_status check_inputs(const gan_trainer *trainer, const char *who)
{
    const gan_trainer_options *o = &trainer->options;
    gan_shape made = gan_model_output_shape(trainer->generator);
    char text[128];
    if (trainer->packing > 1 && gan_trained_labels(trainer->generator) != NULL)
        return gan_fail(GAN_ERROR_UNSUPPORTED,
                        "%s: the discriminator takes %" PRId64 " examples together, which goes with no labels yet; "
                        "give it packing 1, or models without labels",
                        who, trainer->packing);
    bool augmented = o->augment != 0 || gan_regularizer_wanted(o, GAN_REGULARIZER_CONSISTENCY) ||
                     gan_regularizer_wanted(o, GAN_REGULARIZER_CONSISTENCY_MADE);
    if (augmented && made.rank != 3)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: augmentation is for images, [C, H, W], but the examples are %s; want augment, "
                        "consistency_weight and consistency_made_weight 0",
                        who, gan_shape_text(made, text, sizeof text));
    bool matched = gan_regularizer_wanted(o, GAN_REGULARIZER_FEATURE_MATCHING);
    if (matched && *o->feature_layer != '\0' && !gan_model_has_layer(trainer->discriminator, o->feature_layer))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: feature_layer is \"%s\", which the discriminator does not have; see gan_model_summary",
                        who, GAN_SHOWN(o->feature_layer, 64));
    return GAN_OK;
}

static gan_optimizer *make_optimizer(const gan_trainer_options *o, float rate)
{
    return o->optimizer == GAN_OPTIMIZER_RMSPROP ? gan_optimizer_rmsprop(rate, o->beta2, o->epsilon, o->beta1)
                                                 : gan_optimizer_adam_with(rate, o->beta1, o->beta2, o->epsilon);
}

static gan_status make_optimizers(gan_trainer *trainer)
{
    gan_trainer_options *o = &trainer->options;
    if (o->generator_optimizer == NULL)
        o->generator_optimizer = make_optimizer(o, o->generator_rate);
    if (o->discriminator_optimizer == NULL)
        o->discriminator_optimizer = make_optimizer(o, o->discriminator_rate);
    return o->generator_optimizer != NULL && o->discriminator_optimizer != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
}

static gan_status prepare_for_courses(gan_trainer *trainer, const char *who)
{
    const gan_trainer_options *o = &trainer->options;
    bool first = gan_course_of(o, GAN_SETTING_BETA1) != NULL, second = gan_course_of(o, GAN_SETTING_BETA2) != NULL;
    gan_optimizer *const both[2] = {o->generator_optimizer, o->discriminator_optimizer};
    for (int i = 0; i < 2; i++) {
        if ((first || second) && !gan_optimizer_has_betas(both[i]))
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s has a course, but %s is %s, which has no betas", who,
                            first ? "beta1" : "beta2", i == 0 ? "generator_optimizer" : "discriminator_optimizer",
                            gan_optimizer_name(both[i]));
        if (first)
            gan_optimizer_keep_momentum(both[i]);
    }
    return GAN_OK;
}

static gan_status attach_optimizers(gan_trainer *trainer, const char *who)
{
    gan_status status = gan_optimizer_check_model(trainer->options.discriminator_optimizer, trainer->discriminator,
                                                  who);
    if (status == GAN_OK)
        status = gan_optimizer_attach(trainer->options.generator_optimizer, trainer->generator, who);
    if (status == GAN_OK)
        status = gan_optimizer_attach(trainer->options.discriminator_optimizer, trainer->discriminator, who);
    return status;
}

static gan_status initialize(gan_model *model, uint64_t seed, uint64_t label)
{
    return gan_model_initialized(model) ? GAN_OK : gan_model_initialize(model, gan_random_derive(seed, label));
}

gan_status gan_trainer_set_data_range(gan_trainer *trainer, float low, float high)
{
    if (low != trainer->options.data_low || high != trainer->options.data_high)
        gan_trainer_drop_plans(trainer); /* the mapping is in them */
    trainer->range_checked = false;
    trainer->options.data_low = low;
    trainer->options.data_high = high;
    if (!gan_model_range(trainer->generator, NULL, NULL))
        return GAN_OK;
    gan_status status = gan_model_set_data_range(trainer->generator, low, high);
    if (status == GAN_OK && trainer->average != NULL)
        status = gan_model_set_data_range(trainer->average, low, high);
    return status;
}

/* All that can fail, in an order that leaves the caller's models alone if the options are wrong. */
static gan_status build(gan_trainer *trainer, gan_model *generator, gan_model *discriminator, const char *who)
{
    const gan_trainer_options *o = &trainer->options;
    gan_status status = gan_trainer_options_check(o, who);
    if (status == GAN_OK)
        status = check_models(generator, discriminator, o, who);
    if (status != GAN_OK)
        return status;
    trainer->generator = gan_model_ref(generator);
    trainer->discriminator = gan_model_ref(discriminator);
    for (int i = 0; i < GAN_REGULARIZERS; i++)
        trainer->weight[i] = gan_regularizer_weight(o, i);
    trainer->first_r1_weight = o->r1_weight;
    trainer->first_data_low = o->data_low;
    trainer->first_data_high = o->data_high;
    trainer->instance_noise = o->instance_noise;
    trainer->weight_clip = o->weight_clip;
    gan_adaptive_set(&trainer->adaptive, (double)(o->augment_adaptive ? o->augment_begin : o->augment_probability));
    trainer->packing = packing_of(gan_model_output_shape(generator), gan_model_input_shape(discriminator));
    status = check_penalties(trainer, o, who);
    if (status == GAN_OK)
        status = check_features(trainer, who);
    if (status == GAN_OK)
        status = check_loss(trainer, who);
    if (status == GAN_OK)
        status = check_inputs(trainer, who);
    if (status == GAN_OK)
        status = gan_courses_check_optimizers(o, who);
    if (status == GAN_OK)
        status = make_optimizers(trainer);
    if (status == GAN_OK)
        status = prepare_for_courses(trainer, who);
    if (status == GAN_OK)
        status = attach_optimizers(trainer, who);
    if (status == GAN_OK)
        status = initialize(generator, o->seed, GENERATOR_LABEL);
    if (status == GAN_OK)
        status = initialize(discriminator, o->seed, DISCRIMINATOR_LABEL);
    if (status == GAN_OK)
        status = gan_trainer_set_data_range(trainer, o->data_low, o->data_high);
    if (status != GAN_OK)
        return status;
    trainer->averages = gan_tensor_new(GAN_SHAPE(3));
    trainer->arena = gan_arena_new();
    if (trainer->averages == NULL || trainer->arena == NULL)
        return gan_error_status();
    status = gan_gradients_init(&trainer->generator_gradients, generator, NULL, o);
    if (status == GAN_OK)
        status = gan_gradients_init(&trainer->discriminator_gradients, discriminator, trainer->averages, o);
    if (status != GAN_OK)
        return status;
    trainer->average = o->average_decay > 0 ? gan_model_copy(generator) : gan_model_ref(generator);
    return trainer->average != NULL ? GAN_OK : gan_error_status();
}

/* One that was given for both, which is refused, was given once. */
static void release_optimizers(gan_trainer_options *options)
{
    if (options->discriminator_optimizer != options->generator_optimizer)
        gan_optimizer_unref(options->discriminator_optimizer);
    gan_optimizer_unref(options->generator_optimizer);
}

gan_trainer *gan_trainer_new(gan_model *generator, gan_model *discriminator, const gan_trainer_options *options)
{
    static const char who[] = "gan_trainer_new";
    gan_trainer_options own;
    if (gan_trainer_options_take(&own, options, who) != GAN_OK)
        return NULL;
    gan_trainer *trainer = gan_alloc_zero(1, sizeof *trainer);
    if (trainer == NULL) {
        release_optimizers(&own);
        return NULL;
    }
    static _Atomic uint64_t made;
    atomic_init(&trainer->references, 1);
    trainer->number = atomic_fetch_add_explicit(&made, 1, memory_order_relaxed);
    trainer->options = own;
    trainer->remedied = (struct gan_remedied){.generator_rate = 1, .discriminator_rate = 1, .penalty = 1};
    if (build(trainer, generator, discriminator, who) == GAN_OK)
        return trainer;
    gan_trainer_unref(trainer);
    return NULL;
}

gan_trainer *gan_trainer_ref(gan_trainer *trainer)
{
    if (trainer != NULL)
        atomic_fetch_add_explicit(&trainer->references, 1, memory_order_relaxed);
    return trainer;
}

void gan_trainer_unref(gan_trainer *trainer)
{
    if (trainer == NULL || atomic_fetch_sub_explicit(&trainer->references, 1, memory_order_acq_rel) != 1)
        return;
    gan_trainer_drop_plans(trainer);
    gan_gradients_clear(&trainer->generator_gradients);
    gan_gradients_clear(&trainer->discriminator_gradients);
    gan_tensor_unref(trainer->averages);
    gan_arena_unref(trainer->arena);
    release_optimizers(&trainer->options);
    gan_model_unref(trainer->generator);
    gan_model_unref(trainer->discriminator);
    gan_model_unref(trainer->average);
    gan_free(trainer);
}

void gan_trainer_note_steps(gan_trainer *trainer)
{
    gan_model *const models[] = {trainer->generator, trainer->discriminator, trainer->average};
    for (int i = 0; i < 3; i++)
        gan_model_note_training(models[i], trainer->steps, trainer->options.seed);
}

/* ---- asking and changing ---- */

uint64_t gan_trainer_steps(const gan_trainer *trainer)
{
    return trainer != NULL ? trainer->steps : 0;
}

gan_model *gan_trainer_generator(const gan_trainer *trainer)
{
    return trainer != NULL ? trainer->generator : NULL;
}

gan_model *gan_trainer_discriminator(const gan_trainer *trainer)
{
    return trainer != NULL ? trainer->discriminator : NULL;
}

gan_model *gan_trainer_averaged_generator(const gan_trainer *trainer)
{
    return trainer != NULL ? trainer->average : NULL;
}

gan_optimizer *gan_trainer_generator_optimizer(const gan_trainer *trainer)
{
    return trainer != NULL ? trainer->options.generator_optimizer : NULL;
}

gan_optimizer *gan_trainer_discriminator_optimizer(const gan_trainer *trainer)
{
    return trainer != NULL ? trainer->options.discriminator_optimizer : NULL;
}

gan_status gan_trainer_check_r1_weight(const gan_trainer *trainer, float weight, const char *who)
{
    gan_trainer_options changed = trainer->options;
    changed.r1_weight = weight;
    gan_status status = gan_trainer_options_check(&changed, who);
    return status == GAN_OK ? check_penalties(trainer, &changed, who) : status;
}

void gan_trainer_take_r1_weight(gan_trainer *trainer, float weight)
{
    trainer->options.r1_weight = weight;
    trainer->weight[GAN_REGULARIZER_R1] = weight;
}

gan_status gan_trainer_set_r1_weight(gan_trainer *trainer, float weight)
{
    static const char who[] = "gan_trainer_set_r1_weight";
    if (trainer == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: trainer is NULL", who);
    if (gan_course_of(&trainer->options, GAN_SETTING_R1_WEIGHT) != NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: r1_weight has a course, which says what it is at each step; want a trainer without one",
                        who);
    gan_status status = gan_trainer_check_r1_weight(trainer, weight, who);
    if (status == GAN_OK)
        gan_trainer_take_r1_weight(trainer, weight);
    return status;
}

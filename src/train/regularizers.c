/* The regularisers, a row each; their formulas and papers are in gan/trainer.h. */
#include "train/losses.h"

#include "gan/ops.h"
#include "nn/model.h"
#include "tape/tape.h"
#include "train/augment.h"
#include "train/regularizers.h"

#include <stddef.h>

/* Keeps the root in a norm differentiable where the gradient is zero. */
#define EPSILON 1e-12f

/* ---- the gradient of each example's logit ---- */

static bool one_logit_each(gan_var *logits, gan_var *x, const char *who)
{
    gan_tape *tape = gan_var_tape(logits != NULL ? logits : x);
    if (logits == NULL || x == NULL) { /* if an op before failed, the tape keeps that error */
        gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, logits == NULL ? "logits" : "x");
        return false;
    }
    gan_shape of_logits = gan_var_shape(logits), of_x = gan_var_shape(x);
    if (of_logits.rank >= 1 && of_x.rank >= 1 && of_logits.dims[0] == of_x.dims[0] &&
        gan_shape_size(of_logits) == of_x.dims[0])
        return true;
    char a[128], b[128];
    gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT,
                  "%s: logits is %s and x %s, want one logit for each of x's examples: [N, 1] and [N, …]", who,
                  gan_shape_text(of_logits, a, sizeof a), gan_shape_text(of_x, b, sizeof b));
    return false;
}

gan_var *gan_penalty_r1(gan_var *logits, gan_var *x)
{
    if (!one_logit_each(logits, x, "gan_penalty_r1"))
        return NULL;
    /* Each logit depends on its own example alone, so the gradient of their sum holds every example's own. */
    gan_var *gradient = gan_grad(logits, x);
    return gan_scale(gan_sum(gan_square(gradient)), 0.5f / (float)gan_var_shape(x).dims[0]);
}

/* ‖∇D(x)‖² of each example, [N] */
static gan_var *squared_norms(gan_var *logits, gan_var *x)
{
    gan_var *gradient = gan_grad(logits, x);
    int64_t n = gan_var_shape(x).dims[0];
    return gan_sum_over(gan_square(gan_reshape(gradient, GAN_SHAPE(n, -1))), GAN_AXES(1));
}

gan_var *gan_gradient_norm(gan_var *logits, gan_var *x)
{
    if (!one_logit_each(logits, x, "gan_gradient_norm"))
        return NULL;
    return gan_sqrt(gan_shift(squared_norms(logits, x), EPSILON));
}

/* ---- where it is taken ---- */

gan_var *gan_interpolate(gan_var *real, gan_var *made)
{
    gan_tape *tape = gan_var_tape(real != NULL ? real : made);
    if (real == NULL || made == NULL)
        return gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "gan_interpolate: %s is NULL",
                             real == NULL ? "real" : "made");
    gan_shape one = gan_var_shape(real);
    char a[128], b[128];
    if (one.rank < 1 || !gan_shape_equal(one, gan_var_shape(made)))
        return gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT,
                             "gan_interpolate: real is %s and made %s, want equal shapes [N, …]",
                             gan_shape_text(one, a, sizeof a), gan_shape_text(gan_var_shape(made), b, sizeof b));
    for (int i = 1; i < one.rank; i++)
        one.dims[i] = 1;
    return gan_add(made, gan_mul(gan_uniform(tape, one, 0, 1), gan_sub(real, made)));
}

gan_var *gan_judge_again(const struct gan_regularizer_view *view, gan_var *x, bool made)
{
    gan_var *labels = made ? view->made_labels : view->labels;
    return gan_judged_logit(view->discriminator, gan_judge(view->discriminator, gan_present(view, x), labels, true));
}

/* ‖∇D(x̂)‖² and ‖∇D(x̂)‖ of each example */
static gan_var *interpolates_squared_norms(const struct gan_regularizer_view *view)
{
    gan_var *x = gan_interpolate(view->real_input, view->made_input), *logits = gan_judge_again(view, x, false);
    return one_logit_each(logits, x, "interpolates") ? squared_norms(logits, x) : NULL;
}

static gan_var *interpolates_norms(const struct gan_regularizer_view *view)
{
    return gan_sqrt(gan_shift(interpolates_squared_norms(view), EPSILON));
}

/* x + c·s·N(0, 1) */
static gan_var *around_real(const struct gan_regularizer_view *view)
{
    gan_var *x = view->real_input;
    if (x == NULL)
        return NULL;
    gan_var *deviation = gan_sqrt(gan_mean(gan_square(gan_sub(x, gan_mean(x)))));
    gan_var *noise = gan_normal(gan_var_tape(x), gan_var_shape(x), 0, view->options->dragan_deviation);
    return gan_add(x, gan_mul(deviation, noise));
}

/* ---- the rows ---- */

static gan_var *r1(const struct gan_regularizer_view *view)
{
    return gan_penalty_r1(view->real, view->real_input);
}

static gan_var *r2(const struct gan_regularizer_view *view)
{
    return gan_penalty_r1(view->made, view->made_input);
}

static gan_var *above_target(const struct gan_regularizer_view *view, gan_var *norms)
{
    return gan_shift(norms, -view->options->penalty_target);
}

static gan_var *two_sided(const struct gan_regularizer_view *view)
{
    return gan_mean(gan_square(above_target(view, interpolates_norms(view))));
}

static gan_var *one_sided(const struct gan_regularizer_view *view)
{
    return gan_mean(gan_square(gan_relu(above_target(view, interpolates_norms(view)))));
}

static gan_var *dragan(const struct gan_regularizer_view *view)
{
    gan_var *x = around_real(view), *logits = gan_judge_again(view, x, false);
    return gan_mean(gan_square(above_target(view, gan_gradient_norm(logits, x))));
}

static gan_var *zero_centered(const struct gan_regularizer_view *view)
{
    return gan_mean(interpolates_squared_norms(view));
}

static gan_var *maximum(const struct gan_regularizer_view *view)
{
    return gan_max(interpolates_squared_norms(view));
}

static gan_var *wasserstein_divergence(const struct gan_regularizer_view *view)
{
    gan_var *squares = gan_shift(interpolates_squared_norms(view), EPSILON);
    return gan_mean(gan_power(squares, view->options->divergence_power / 2));
}

/* ½‖∂loss/∂(the model's parameters)‖² */
static gan_var *half_squared_gradient(gan_model *model, gan_var *loss)
{
    return gan_scale(gan_sum(gan_square(gan_model_gradient(model, loss))), 0.5f);
}

static gan_var *consensus(const struct gan_regularizer_view *view)
{
    gan_var *d_loss = view->loss, *g_loss = view->loss;
    if (view->of_generator)
        d_loss = gan_whole_discriminator_loss(view, gan_objective_discriminator(view));
    else
        g_loss = gan_whole_generator_loss(view, gan_objective_generator(view));
    return gan_add(half_squared_gradient(view->discriminator, d_loss), half_squared_gradient(view->generator, g_loss));
}

#define WEIGHT(field) #field, offsetof(gan_trainer_options, field)

/* Penalties on each example's gradient, in D's loss. */
#define PENALTY true, GAN_IN_D, false
#define IN_D    false, GAN_IN_D, false
#define IN_G    false, GAN_IN_G, false

const struct gan_regularizer_row gan_regularizers[GAN_REGULARIZERS] = {
    [GAN_REGULARIZER_R1] = {"R1", WEIGHT(r1_weight), PENALTY, r1},
    [GAN_REGULARIZER_R2] = {"R2", WEIGHT(r2_weight), PENALTY, r2},
    [GAN_REGULARIZER_GRADIENT_PENALTY] = {"the gradient penalty", WEIGHT(gradient_penalty_weight), PENALTY, two_sided},
    [GAN_REGULARIZER_ONE_SIDED] = {"the one-sided gradient penalty", WEIGHT(one_sided_penalty_weight), PENALTY,
                                   one_sided},
    [GAN_REGULARIZER_DRAGAN] = {"DRAGAN", WEIGHT(dragan_weight), PENALTY, dragan},
    [GAN_REGULARIZER_ZERO_CENTERED] = {"the zero-centred gradient penalty", WEIGHT(zero_centered_weight), PENALTY,
                                       zero_centered},
    [GAN_REGULARIZER_MAXIMUM] = {"the maximum gradient penalty", WEIGHT(maximum_penalty_weight), PENALTY, maximum},
    [GAN_REGULARIZER_WASSERSTEIN_DIVERGENCE] = {"the Wasserstein divergence", WEIGHT(wasserstein_divergence_weight),
                                                PENALTY, wasserstein_divergence},
    [GAN_REGULARIZER_CONSENSUS] = {"consensus", WEIGHT(consensus_weight), false, GAN_IN_BOTH, true, consensus},
    [GAN_REGULARIZER_CONSISTENCY] = {"consistency", WEIGHT(consistency_weight), IN_D, gan_consistency_real},
    [GAN_REGULARIZER_CONSISTENCY_MADE] = {"consistency of made ones", WEIGHT(consistency_made_weight), IN_D,
                                          gan_consistency_made},
    [GAN_REGULARIZER_LATENT_CONSISTENCY] = {"latent consistency", WEIGHT(latent_consistency_weight), IN_D,
                                            gan_latent_consistency},
    [GAN_REGULARIZER_LATENT_DIVERSITY] = {"latent diversity", WEIGHT(latent_diversity_weight), IN_G,
                                          gan_latent_diversity},
    [GAN_REGULARIZER_LECAM] = {"LeCam", WEIGHT(lecam_weight), IN_D, gan_lecam},
    [GAN_REGULARIZER_FEATURE_MATCHING] = {"feature matching", WEIGHT(feature_matching_weight), false, GAN_IN_G, true,
                                          gan_feature_matching},
    [GAN_REGULARIZER_ORTHOGONAL_D] = {"D's orthogonality", WEIGHT(discriminator_orthogonal_weight), IN_D,
                                      gan_orthogonal_discriminator},
    [GAN_REGULARIZER_ORTHOGONAL_G] = {"G's orthogonality", WEIGHT(generator_orthogonal_weight), IN_G,
                                      gan_orthogonal_generator},
    [GAN_REGULARIZER_DECAY_D] = {"D's weight decay", WEIGHT(discriminator_weight_decay), IN_D, gan_decay_discriminator},
    [GAN_REGULARIZER_DECAY_G] = {"G's weight decay", WEIGHT(generator_weight_decay), IN_G, gan_decay_generator},
};

float gan_regularizer_weight(const gan_trainer_options *options, int regularizer)
{
    return *(const float *)(const void *)((const char *)options + gan_regularizers[regularizer].offset);
}

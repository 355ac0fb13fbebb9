/*
 * The losses, a row each, in logits: sp(t) = log(1 + e^t) is softplus, −log σ(t) = sp(−t), −log(1 − σ(t)) = sp(t).
 * Their formulas and papers are in gan/loss.h.
 */
#include "train/losses.h"

#include "base/names.h"
#include "base/status.h"
#include "gan/ops.h"
#include "tape/tape.h"

#include <math.h>

/* ---- pieces ---- */

/* E[sp(t)] and E[sp(−t)] */
static gan_var *mean_softplus(gan_var *t)
{
    return gan_mean(gan_softplus(t));
}

static gan_var *mean_softplus_of_negative(gan_var *t)
{
    return mean_softplus(gan_neg(t));
}

/* E[(t − target)²] */
static gan_var *mean_square_from(gan_var *t, float target)
{
    return gan_mean(gan_square(gan_shift(t, -target)));
}

/* E[max(0, 1 − t)] and E[max(0, 1 + t)] */
static gan_var *hinge_above(gan_var *t)
{
    return gan_mean(gan_relu(gan_shift(gan_neg(t), 1)));
}

static gan_var *hinge_below(gan_var *t)
{
    return gan_mean(gan_relu(gan_shift(t, 1)));
}

/* ---- each example judged by itself ---- */

static gan_var *cross_entropy(gan_var *real, gan_var *made)
{
    return gan_add(mean_softplus_of_negative(real), mean_softplus(made));
}

static gan_var *non_saturating(gan_var *real, gan_var *made)
{
    (void)real;
    return mean_softplus_of_negative(made);
}

static gan_var *minimax(gan_var *real, gan_var *made)
{
    (void)real;
    return gan_neg(mean_softplus(made));
}

static gan_var *least_squares_d(gan_var *real, gan_var *made)
{
    return gan_scale(gan_add(mean_square_from(real, 1), mean_square_from(made, 0)), 0.5f);
}

static gan_var *least_squares_g(gan_var *real, gan_var *made)
{
    (void)real;
    return gan_scale(mean_square_from(made, 1), 0.5f);
}

static gan_var *least_squares_labelled(gan_var *logits, gan_var *labels)
{
    return gan_scale(gan_mean(gan_square(gan_sub(logits, labels))), 0.5f);
}

static gan_var *hinge_d(gan_var *real, gan_var *made)
{
    return gan_add(hinge_above(real), hinge_below(made));
}

static gan_var *wasserstein_d(gan_var *real, gan_var *made)
{
    return gan_sub(gan_mean(made), gan_mean(real));
}

static gan_var *raise_made(gan_var *real, gan_var *made)
{
    (void)real;
    return gan_neg(gan_mean(made));
}

/* ---- relativistic: real against made ---- */

static gan_var *paired_d(gan_var *real, gan_var *made)
{
    return mean_softplus(gan_sub(made, real));
}

static gan_var *paired_g(gan_var *real, gan_var *made)
{
    return mean_softplus(gan_sub(real, made));
}

/* a − E[b] */
static gan_var *above_average(gan_var *a, gan_var *b)
{
    return gan_sub(a, gan_mean(b));
}

/* D's loss, real above the average made one and made below the average real one; G's is the same with both exchanged.
 */
static gan_var *average_standard(gan_var *real, gan_var *made)
{
    return cross_entropy(above_average(real, made), above_average(made, real));
}

static gan_var *average_standard_g(gan_var *real, gan_var *made)
{
    return average_standard(made, real);
}

static gan_var *average_squares(gan_var *real, gan_var *made)
{
    return gan_add(mean_square_from(above_average(real, made), 1), mean_square_from(above_average(made, real), -1));
}

static gan_var *average_squares_g(gan_var *real, gan_var *made)
{
    return average_squares(made, real);
}

static gan_var *average_hinge(gan_var *real, gan_var *made)
{
    return hinge_d(above_average(real, made), above_average(made, real));
}

static gan_var *average_hinge_g(gan_var *real, gan_var *made)
{
    return average_hinge(made, real);
}

/* ---- f-divergences: D minimises −E[g(r)] + E[f*(g(f))], G minimises −E[f*(g(f))] ---- */

/* g(v) = v, f*(t) = e^(t−1) */
static gan_var *kl_conjugate(gan_var *made)
{
    return gan_mean(gan_exp(gan_shift(made, -1)));
}

static gan_var *kl_d(gan_var *real, gan_var *made)
{
    return gan_sub(kl_conjugate(made), gan_mean(real));
}

static gan_var *kl_g(gan_var *real, gan_var *made)
{
    (void)real;
    return gan_neg(kl_conjugate(made));
}

/* g(v) = −e^−v, f*(t) = −1 − log(−t), so f*(g(v)) = v − 1 */
static gan_var *reverse_kl_d(gan_var *real, gan_var *made)
{
    return gan_add(gan_mean(gan_exp(gan_neg(real))), gan_shift(gan_mean(made), -1));
}

static gan_var *reverse_kl_g(gan_var *real, gan_var *made)
{
    (void)real;
    return gan_neg(gan_shift(gan_mean(made), -1));
}

#define LOG_2 0.693147180559945309f

/* g(v) = log 2 − sp(−v), f*(t) = −log(2 − e^t), so f*(g(v)) = sp(v) − log 2 */
static gan_var *jensen_shannon_d(gan_var *real, gan_var *made)
{
    return gan_shift(cross_entropy(real, made), -2 * LOG_2);
}

static gan_var *jensen_shannon_g(gan_var *real, gan_var *made)
{
    return gan_shift(minimax(real, made), LOG_2);
}

/* g(v) = v, f*(t) = t²/4 + t */
static gan_var *pearson_conjugate(gan_var *made)
{
    return gan_mean(gan_add(gan_scale(gan_square(made), 0.25f), made));
}

static gan_var *pearson_d(gan_var *real, gan_var *made)
{
    return gan_sub(pearson_conjugate(made), gan_mean(real));
}

static gan_var *pearson_g(gan_var *real, gan_var *made)
{
    (void)real;
    return gan_neg(pearson_conjugate(made));
}

/* ---- of autoencoders: minus the logits are errors ---- */

static gan_var *first_of(gan_var *a, gan_var *b)
{
    return a != NULL ? a : b;
}

gan_var *gan_loss_energy_margin(gan_var *real, gan_var *made, float margin)
{
    if (!isfinite(margin) || margin <= 0)
        return gan_tape_fail(gan_var_tape(first_of(real, made)), GAN_ERROR_INVALID_ARGUMENT,
                             "gan_loss_energy_margin: margin is %g, want a finite number above 0", (double)margin);
    return gan_sub(gan_mean(gan_relu(gan_shift(made, margin))), gan_mean(real));
}

gan_var *gan_loss_boundary_equilibrium(gan_var *real, gan_var *made, gan_var *k)
{
    char text[128];
    if (k != NULL && gan_var_rank(k) != 0)
        return gan_tape_fail(gan_var_tape(k), GAN_ERROR_INVALID_ARGUMENT,
                             "gan_loss_boundary_equilibrium: k is %s, want a scalar",
                             gan_shape_text(gan_var_shape(k), text, sizeof text));
    return gan_sub(gan_mul(k, gan_mean(made)), gan_mean(real));
}

/* ---- the table ---- */

static gan_var *refuse(gan_var *real, gan_var *made, const char *text)
{
    const gan_var *any = first_of(real, made);
    return any != NULL ? gan_tape_fail(gan_var_tape(any), GAN_ERROR_INVALID_ARGUMENT, "%s", text)
                       : gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s", text);
}

static gan_var *no_formula(gan_var *real, gan_var *made)
{
    return refuse(real, made,
                  "the custom loss has no formula: call your own functions (the trainer calls those of its options)");
}

static gan_var *wants_margin(gan_var *real, gan_var *made)
{
    return refuse(real, made, "D's loss with an energy margin has a number beside: call gan_loss_energy_margin");
}

static gan_var *wants_k(gan_var *real, gan_var *made)
{
    return refuse(real, made,
                  "D's loss of the boundary equilibrium has a number beside: call gan_loss_boundary_equilibrium");
}

#define ALONE    false, false
#define COMPARES true, false
#define PAIRS    true, true

static const struct gan_loss_row rows[] = {
    [GAN_LOSS_NON_SATURATING] = {"non-saturating", cross_entropy, non_saturating, ALONE, gan_binary_cross_entropy},
    [GAN_LOSS_MINIMAX] = {"minimax", cross_entropy, minimax, ALONE, gan_binary_cross_entropy},
    [GAN_LOSS_LEAST_SQUARES] = {"least-squares", least_squares_d, least_squares_g, ALONE, least_squares_labelled},
    [GAN_LOSS_HINGE] = {"hinge", hinge_d, raise_made, ALONE, NULL},
    [GAN_LOSS_WASSERSTEIN] = {"wasserstein", wasserstein_d, raise_made, ALONE, NULL},
    [GAN_LOSS_RELATIVISTIC] = {"relativistic", paired_d, paired_g, PAIRS, NULL},
    [GAN_LOSS_RELATIVISTIC_AVERAGE] = {"relativistic-average", average_standard, average_standard_g, COMPARES, NULL},
    [GAN_LOSS_RELATIVISTIC_AVERAGE_LEAST_SQUARES] = {"relativistic-average-least-squares", average_squares,
                                                     average_squares_g, COMPARES, NULL},
    [GAN_LOSS_RELATIVISTIC_AVERAGE_HINGE] = {"relativistic-average-hinge", average_hinge, average_hinge_g, COMPARES,
                                             NULL},
    [GAN_LOSS_F_KL] = {"f-gan-kl", kl_d, kl_g, ALONE, NULL},
    [GAN_LOSS_F_REVERSE_KL] = {"f-gan-reverse-kl", reverse_kl_d, reverse_kl_g, ALONE, NULL},
    [GAN_LOSS_F_JENSEN_SHANNON] = {"f-gan-jensen-shannon", jensen_shannon_d, jensen_shannon_g, ALONE, NULL},
    [GAN_LOSS_F_PEARSON] = {"f-gan-pearson", pearson_d, pearson_g, ALONE, NULL},
    [GAN_LOSS_CUSTOM] = {"custom", no_formula, no_formula, COMPARES, NULL},
    [GAN_LOSS_ENERGY_MARGIN] = {"energy-margin", wants_margin, raise_made, ALONE, NULL},
    [GAN_LOSS_BOUNDARY_EQUILIBRIUM] = {"boundary-equilibrium", wants_k, raise_made, ALONE, NULL},
};

const struct gan_loss_row *gan_loss_row(gan_loss loss)
{
    size_t index = (size_t)loss;
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}

const char *gan_loss_name(gan_loss loss)
{
    const struct gan_loss_row *row = gan_loss_row(loss);
    return row != NULL ? row->name : NULL;
}

static const char *name_of(int number)
{
    return rows[number].name;
}

gan_status gan_loss_from_name(const char *name, gan_loss *loss)
{
    static const char who[] = "gan_loss_from_name";
    if (loss == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: loss is NULL", who);
    int found = gan_find_name(who, "loss", name, name_of, sizeof rows / sizeof rows[0]);
    if (found < 0)
        return gan_error_status();
    *loss = (gan_loss)found;
    return GAN_OK;
}

/* ---- for everyone ---- */

static const struct gan_loss_row *checked_row(gan_loss loss, gan_var *real, gan_var *made, const char *who)
{
    const struct gan_loss_row *row = gan_loss_row(loss);
    if (row == NULL) {
        gan_tape_fail(gan_var_tape(made != NULL ? made : real), GAN_ERROR_INVALID_ARGUMENT,
                      "%s: loss is %d, want a gan_loss (GAN_LOSS_…)", who, (int)loss);
        return NULL;
    }
    if (!row->paired || real == NULL || made == NULL || gan_shape_equal(gan_var_shape(real), gan_var_shape(made)))
        return row;
    char a[128], b[128];
    gan_tape_fail(gan_var_tape(made), GAN_ERROR_INVALID_ARGUMENT,
                  "%s: real is %s and made %s, but the %s loss pairs them: want equal shapes", who,
                  gan_shape_text(gan_var_shape(real), a, sizeof a), gan_shape_text(gan_var_shape(made), b, sizeof b),
                  row->name);
    return NULL;
}

gan_var *gan_loss_discriminator(gan_loss loss, gan_var *real, gan_var *made)
{
    const struct gan_loss_row *row = checked_row(loss, real, made, "gan_loss_discriminator");
    return row != NULL ? row->discriminator(real, made) : NULL;
}

gan_var *gan_loss_generator(gan_loss loss, gan_var *real, gan_var *made)
{
    const struct gan_loss_row *row = checked_row(loss, real, made, "gan_loss_generator");
    if (row != NULL && row->generator_needs_real && real == NULL && gan_tape_status(gan_var_tape(made)) == GAN_OK)
        return gan_tape_fail(gan_var_tape(made), GAN_ERROR_INVALID_ARGUMENT,
                             "gan_loss_generator: real is NULL, but the %s loss compares with it", row->name);
    return row != NULL ? row->generator(real, made) : NULL;
}

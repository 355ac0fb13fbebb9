/*
 * Losses of the two players, and penalties, as vars: for the trainer (gan/trainer.h) and for loops of one's own. They
 * are computed from logits, D's output before any sigmoid, high on real data: so no log of 0 is ever taken.
 */
#ifndef GAN_LOSS_H
#define GAN_LOSS_H

#include "labels.h"
#include "tape.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * With r the logits of real examples, f those of made ones, E the mean over the batch, σ the sigmoid and
 * sp(t) = log(1 + e^t) = −log σ(−t): what D and G minimise. Logits are high on real data for all of them.
 *
 * The f-divergences (Nowozin, Cseke, Tomioka, "f-GAN", NIPS 2016, tables 2 and 6, algorithm 1) have D minimise
 * −E[g(r)] + E[f*(g(f))] and G minimise −E[f*(g(f))], with the output's activation g and the conjugate f* stated below.
 * KL and reverse KL hold an exponential of a logit, which is infinite in float beyond 88: a trainer then stops with
 * GAN_ERROR_NOT_FINITE.
 */
typedef enum gan_loss {
    /** D: E[sp(−r)] + E[sp(f)]; G: E[sp(−f)] = −E[log σ(f)] (Goodfellow et al., NIPS 2014, section 3): the usual one */
    GAN_LOSS_NON_SATURATING = 0,
    /** D: the same; G: −E[sp(f)] = E[log(1 − σ(f))], the game's own (Goodfellow et al., eq. 1) */
    GAN_LOSS_MINIMAX,
    /** D: ½E[(r − 1)²] + ½E[f²]; G: ½E[(f − 1)²] (Mao et al., "Least squares GANs", ICCV 2017, eq. 9) */
    GAN_LOSS_LEAST_SQUARES,
    /** D: E[max(0, 1 − r)] + E[max(0, 1 + f)]; G: −E[f] (Lim and Ye, "Geometric GAN", 2017) */
    GAN_LOSS_HINGE,
    /** D: E[f] − E[r]; G: −E[f] (Arjovsky, Chintala, Bottou, "Wasserstein GAN", ICML 2017). D must be held to slopes of
     * about 1: by weight clipping or a gradient penalty. */
    GAN_LOSS_WASSERSTEIN,
    /** D: E[sp(f − r)]; G: E[sp(r − f)], the i-th real example against the i-th made one: RSGAN, later RpGAN
     * (Jolicoeur-Martineau, "The relativistic discriminator", ICLR 2019, section 4.2) */
    GAN_LOSS_RELATIVISTIC,
    /** D: E[sp(−(r − E f))] + E[sp(f − E r)]; G: the same, r and f exchanged: RaSGAN (same paper, section 4.3). This
     * and the next two have no factor ½. */
    GAN_LOSS_RELATIVISTIC_AVERAGE,
    /** D: E[(r − E f − 1)²] + E[(f − E r + 1)²]; G: the same, r and f exchanged: RaLSGAN */
    GAN_LOSS_RELATIVISTIC_AVERAGE_LEAST_SQUARES,
    /** D: E[max(0, 1 − (r − E f))] + E[max(0, 1 + (f − E r))]; G: the same, r and f exchanged: RaHingeGAN */
    GAN_LOSS_RELATIVISTIC_AVERAGE_HINGE,
    GAN_LOSS_F_KL,         /**< Kullback-Leibler: g(v) = v, f*(t) = e^(t−1) */
    GAN_LOSS_F_REVERSE_KL, /**< its reverse: g(v) = −e^(−v), f*(t) = −1 − log(−t), so f*(g(v)) = v − 1 */
    GAN_LOSS_F_JENSEN_SHANNON, /**< g(v) = log 2 − sp(−v), f*(t) = −log(2 − e^t), so f*(g(v)) = sp(v) − log 2 */
    GAN_LOSS_F_PEARSON,        /**< Pearson χ²: g(v) = v, f*(t) = t²/4 + t */
    GAN_LOSS_CUSTOM,           /**< functions of one's own, in the trainer's options (gan_loss_function) */
    /**
     * Of a D that is an autoencoder (gan_layer_reconstruction), so that −r and −f are its errors. D: E[−r] + E[max(0, m
     * + f)]; G: E[−f], m being the option `margin`: EBGAN (Zhao, Mathieu and LeCun, "Energy-based generative
     * adversarial network", ICLR 2017, eq. 1 and 2)
     */
    GAN_LOSS_ENERGY_MARGIN,
    /**
     * Of such a D, too. D: E[−r] − k·E[−f]; G: E[−f]. After each step k ← k + λ·(γ·E[−r] − E[−f]), within 0 … 1, from
     * k = 0 on, so that E[−f], of G's half, comes to γ·E[−r]; γ is the option `diversity_ratio`, λ `equilibrium_rate`:
     * BEGAN (Berthelot, Schumm and Metz, "BEGAN: Boundary equilibrium generative adversarial networks", 2017, section
     * 3.4)
     */
    GAN_LOSS_BOUNDARY_EQUILIBRIUM
} gan_loss;

/**
 * A loss of one's own: from the logits of real and of made examples, [N, 1] each, a scalar on the same tape. It is
 * called when a trainer records a half of its step (once for each batch size), not at every step: whatever shall change
 * with the steps is not for it. NULL for an error.
 */
typedef gan_var *gan_loss_function(void *context, gan_var *real, gan_var *made);

/** Its name in lower case, "non-saturating"; NULL for a number that is no loss. */
GAN_API const char *gan_loss_name(gan_loss loss);
/** The loss of that name; an error that lists them if there is none. */
GAN_API gan_status gan_loss_from_name(const char *name, gan_loss *loss);

/**
 * D's loss, a scalar, from the logits of real and of made examples: vars of one tape, of any shapes, but equal ones for
 * GAN_LOSS_RELATIVISTIC. Refused are GAN_LOSS_CUSTOM, which has no formula, and GAN_LOSS_ENERGY_MARGIN and
 * GAN_LOSS_BOUNDARY_EQUILIBRIUM, which have a number beside: see the next two functions.
 */
GAN_API gan_var *gan_loss_discriminator(gan_loss loss, gan_var *real, gan_var *made);
/**
 * G's loss, a scalar. `real`, the logits of real examples, may be NULL but for the relativistic losses, which compare
 * with them.
 */
GAN_API gan_var *gan_loss_generator(gan_loss loss, gan_var *real, gan_var *made);
/** D's loss of GAN_LOSS_ENERGY_MARGIN, a scalar; margin is finite and above 0. */
GAN_API gan_var *gan_loss_energy_margin(gan_var *real, gan_var *made, float margin);
/** D's loss of GAN_LOSS_BOUNDARY_EQUILIBRIUM, a scalar; k is one too, on the same tape. */
GAN_API gan_var *gan_loss_boundary_equilibrium(gan_var *real, gan_var *made, gan_var *k);

/**
 * The R1 penalty for weight 1, a scalar: ½·E‖∇D(x)‖², the squared norm taken per example and averaged over the batch
 * (Mescheder, Geiger, Nowozin, "Which training methods for GANs do actually converge?", ICML 2018, eq. 9); its gradient
 * differentiates the tape twice. logits is D(x), [N, 1] or [N], x is [N, …], both vars of one tape. It means what it
 * says only if each logit depends on its own example alone (no batch norm in D). Given made examples it is R2 (eq. 10).
 */
GAN_API gan_var *gan_penalty_r1(gan_var *logits, gan_var *x);
/**
 * What other penalties are made of: ‖∇D(x)‖ = √(Σ(∂D/∂x)² + 1e-12) of each example, [N]; logits and x as for
 * gan_penalty_r1. (The 1e-12 lets it be differentiated where the gradient is zero.) A gradient penalty is so
 * `gan_mean(gan_square(gan_shift(gan_gradient_norm(logits, x), -1)))` with x of gan_interpolate and its logits.
 */
GAN_API gan_var *gan_gradient_norm(gan_var *logits, gan_var *x);
/**
 * The auxiliary classifier's loss (Odena et al. 2017), a scalar, from what a discriminator that ends in
 * gan_layer_auxiliary_head gives, outputs [N, 1 + C], and labels as for gan_model_apply_labelled, described by `about`.
 * Mean over the examples of Σ −log softmax(class logits)[label], a term for each label; for numbers c, estimated as e,
 * of Σ ½(e − c)². The logit of being real is gan_slice(outputs, 1, 0, 1).
 */
GAN_API gan_var *gan_loss_auxiliary(gan_var *outputs, gan_var *labels, const gan_labels *about);
/** u·real + (1 − u)·made, both [N, …], u ~ U[0, 1) drawn for each example at each run. */
GAN_API gan_var *gan_interpolate(gan_var *real, gan_var *made);

#ifdef __cplusplus
}
#endif
#endif

/*
 * Losses of the two players, and penalties, as vars: for the trainer (gan/trainer.h) and for loops of one's own. They
 * are computed from logits, D's output before any sigmoid, high on real data: so no log of 0 is ever taken.
 */
#ifndef GAN_LOSS_H
#define GAN_LOSS_H

#include "tape.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * With r the logits of real examples, f those of made ones, σ the sigmoid and sp(t) = log(1 + e^t), in both D minimises
 * −E[log σ(r)] − E[log(1 − σ(f))] = E[sp(−r)] + E[sp(f)] (Goodfellow et al., "Generative adversarial nets", NIPS 2014,
 * eq. 1 and section 3).
 */
typedef enum gan_loss {
    GAN_LOSS_NON_SATURATING = 0, /**< G minimises −E[log σ(f)] = E[sp(−f)]: the usual choice */
    GAN_LOSS_MINIMAX             /**< G minimises E[log(1 − σ(f))] = −E[sp(f)], D's loss with the sign turned */
} gan_loss;

/** The loss's name in words, "non-saturating"; "unknown" for a number that is none. */
GAN_API const char *gan_loss_name(gan_loss loss);

/** D's loss, a scalar, from the logits of real and of made examples (vars of one tape, of any shapes). */
GAN_API gan_var *gan_loss_discriminator(gan_loss loss, gan_var *real, gan_var *made);
/**
 * G's loss, a scalar. `real`, the logits of real examples, may be NULL for losses that do not look at them, which are
 * all that there are so far.
 */
GAN_API gan_var *gan_loss_generator(gan_loss loss, gan_var *real, gan_var *made);

/**
 * The R1 penalty for weight 1, a scalar: ½·E‖∇D(x)‖², the squared norm taken per example and averaged over the batch
 * (Mescheder, Geiger, Nowozin, "Which training methods for GANs do actually converge?", ICML 2018, eq. 9); its gradient
 * differentiates the tape twice. logits is D(x), [N, 1] or [N], x is [N, …], both vars of one tape. It means what it
 * says only if each logit depends on its own example alone (no batch norm in D). Given made examples it is R2 (eq. 10).
 */
GAN_API gan_var *gan_penalty_r1(gan_var *logits, gan_var *x);

#ifdef __cplusplus
}
#endif
#endif

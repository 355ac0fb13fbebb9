/*
 * Optimizers: how parameters follow a gradient. One optimizer serves one model, whose parameters it updates in one pass
 * over memory. In the formulas p is a parameter, g its gradient, t counts updates from 1; all begin with zero state.
 */
#ifndef GAN_OPTIMIZER_H
#define GAN_OPTIMIZER_H

#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Opaque, reference-counted. It belongs to the first model that it is used with, and to that one's thread. */
typedef struct gan_optimizer gan_optimizer;

/**
 * Adam (Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1) with epsilon 1e-8; see
 * gan_optimizer_adam_with. The article's: (2e-4, 0.5, 0.999).
 */
GAN_API gan_optimizer *gan_optimizer_adam(float rate, float beta1, float beta2);
/**
 * m ← β1·m + (1 − β1)·g, v ← β2·v + (1 − β2)·g², p ← p − rate·(m/(1 − β1ᵗ)) / (√(v/(1 − β2ᵗ)) + epsilon).
 * rate ≥ 0, 0 ≤ β1 < 1, 0 ≤ β2 < 1, epsilon > 0. With β1 = 0 no m is kept.
 */
GAN_API gan_optimizer *gan_optimizer_adam_with(float rate, float beta1, float beta2, float epsilon);
/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019,
 * algorithm 2) and epsilon 1e-8: first p ← p·(1 − rate·weight_decay), then as Adam. All parameters decay, biases too.
 */
GAN_API gan_optimizer *gan_optimizer_adamw(float rate, float beta1, float beta2, float weight_decay);
/** The same with another epsilon. */
GAN_API gan_optimizer *gan_optimizer_adamw_with(float rate, float beta1, float beta2, float weight_decay,
                                                float epsilon);
/**
 * Gradient descent. momentum 0: p ← p − rate·g. Else b ← momentum·b + g and p ← p − rate·b, or with nesterov
 * p ← p − rate·(g + momentum·b): PyTorch's form (after Sutskever et al., ICML 2013), in which a change of the rate acts
 * at once. rate ≥ 0, 0 ≤ momentum < 1; nesterov wants momentum > 0.
 */
GAN_API gan_optimizer *gan_optimizer_sgd(float rate, float momentum, bool nesterov);
/**
 * RMSProp (Tieleman and Hinton 2012, as PyTorch has it): v ← decay·v + (1 − decay)·g²; with momentum 0
 * p ← p − rate·g/(√v + epsilon), else b ← momentum·b + g/(√v + epsilon) and p ← p − rate·b.
 * rate ≥ 0, 0 ≤ decay < 1 (0.99 is usual), epsilon > 0 (1e-8), 0 ≤ momentum < 1.
 */
GAN_API gan_optimizer *gan_optimizer_rmsprop(float rate, float decay, float epsilon, float momentum);

GAN_API gan_optimizer *gan_optimizer_ref(gan_optimizer *optimizer);
GAN_API void gan_optimizer_unref(gan_optimizer *optimizer);

/** "adam", "adamw", "sgd" or "rmsprop"; "" for NULL. */
GAN_API const char *gan_optimizer_name(const gan_optimizer *optimizer);
/** The rate; 0 for NULL. A trainer's schedule multiplies it and leaves it as it is. */
GAN_API float gan_optimizer_rate(const gan_optimizer *optimizer);
/** Sets the rate (finite, ≥ 0) from the next update on. */
GAN_API gan_status gan_optimizer_set_rate(gan_optimizer *optimizer, float rate);
/** How many updates it has made. */
GAN_API uint64_t gan_optimizer_steps(const gan_optimizer *optimizer);

/**
 * Records the gradient of `loss` (a scalar) with respect to all parameters of `model`, which was applied on the same
 * tape, and an update: a plan that wants the var that is returned, the gradient's L2 norm, carries the update out at
 * each run, together with the state assignments recorded on the tape before. If the norm is NaN or infinite the run
 * fails and nothing is changed.
 *
 * NULL after an error: an optimizer that serves another model already, a loss that is no scalar, a model without
 * parameters or without numbers in them (gan_model_initialize). The tape keeps optimizer and model alive.
 */
GAN_API gan_var *gan_optimizer_minimize(gan_optimizer *optimizer, gan_var *loss, gan_model *model);

#ifdef __cplusplus
}
#endif
#endif

/* BEGAN's balance of D and G: the number k that D's loss holds, moved after each step. */
#ifndef GAN_SRC_TRAIN_BALANCE_H
#define GAN_SRC_TRAIN_BALANCE_H

#include "gan/trainer.h"

/*
 * k after a step, from k in it, with the options' γ and λ: k + λ·(γ·L(x) − L(G(z))) within 0 … 1, L(x) being D's error
 * on real examples in D's half and L(G(z)) that on made ones in G's. Notes k and the measure of convergence in the
 * report. With other losses k stays 0, and nothing is noted.
 */
float gan_balance_follow(float k, const gan_trainer_options *options, gan_step_report *report);

#endif

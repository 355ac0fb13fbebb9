/* The trainer's options, inside. */
#ifndef GAN_SRC_TRAIN_OPTIONS_H
#define GAN_SRC_TRAIN_OPTIONS_H

#include "gan/trainer.h"

#include <stddef.h>

/* The struct of the first release ends with this field. */
#define GAN_TRAINER_OPTIONS_LEAST (offsetof(gan_trainer_options, seed) + sizeof(uint64_t))

/* What a known preset sets. */
gan_trainer_options gan_preset_options(gan_preset preset);

/* Reads what a caller gave (NULL: STABLE's) into `own`; the optimizers are then the callee's. No field is checked yet.
 */
gan_status gan_trainer_options_take(gan_trainer_options *own, const gan_trainer_options *given, const char *who);

/* GAN_OK, or an error that names the field, its value and what is allowed. */
gan_status gan_trainer_options_check(const gan_trainer_options *options, const char *who);

#endif

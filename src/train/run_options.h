#ifndef GAN_SRC_TRAIN_RUN_OPTIONS_H
#define GAN_SRC_TRAIN_RUN_OPTIONS_H

#include "gan/run.h"

/* What is given, checked: an error names the field. `own` is zeroed before. */
gan_status gan_run_options_take(gan_run_options *own, const gan_run_options *given, const char *who);

#endif

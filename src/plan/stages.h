/* Which steps of a plan may run at the same time. */
#ifndef GAN_SRC_PLAN_STAGES_H
#define GAN_SRC_PLAN_STAGES_H

#include "emit.h"

/*
 * Gives each step its stage and sorts the steps by it. Steps of a stage touch nothing that another one of them writes:
 * their parts may run in any order and together, so that threads that find no more work in one step go on with the
 * next. Every step stays behind those whose results it reads, and behind those whose rooms it takes.
 */
gan_status gan_steps_stage(struct gan_steps *steps, const struct gan_graph *graph);

#endif

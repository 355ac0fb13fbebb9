/* Memory for what plans need while they run and nobody reads afterwards. Plans that never run at the same time may
 * share one. */
#ifndef GAN_SRC_PLAN_ARENA_H
#define GAN_SRC_PLAN_ARENA_H

#include "gan/base.h"

#include <stddef.h>

struct gan_arena;

struct gan_arena *gan_arena_new(void);
struct gan_arena *gan_arena_ref(struct gan_arena *arena);
void gan_arena_unref(struct gan_arena *arena); /* NULL is fine */

/* Makes it hold at least `size` bytes. What was in it is gone, and its address may be another one. */
gan_status gan_arena_reserve(struct gan_arena *arena, size_t size);
void *gan_arena_memory(const struct gan_arena *arena);
size_t gan_arena_size(const struct gan_arena *arena);

#endif

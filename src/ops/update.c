/* The op that changes the world: an optimizer's step, carried out when a run has succeeded. */
#include "ops.h"
#include "table.h"

#include "base/memory.h"
#include "base/status.h"

static void release_target(void *thing)
{
    struct gan_update_target *target = thing;
    if (target->release != NULL)
        target->release(target->context);
    gan_free(target);
}

gan_var *gan_update(gan_var *gradient, const struct gan_update_target *target)
{
    gan_var *norm = gan_sqrt(gan_sum(gan_square(gradient)));
    if (norm == NULL)
        return NULL;
    struct gan_update_target *kept = gan_alloc(sizeof *kept);
    if (kept == NULL)
        return gan_tape_take_error(norm->tape);
    *kept = *target;
    struct gan_attributes attributes = {.target = kept};
    gan_var *var = gan_tape_append(norm->tape, &gan_ops[GAN_OP_update], GAN_FLOAT32, GAN_SCALAR,
                                   (gan_var *[]){norm, gradient}, 2, &attributes);
    if (var == NULL || gan_tape_keep(norm->tape, kept, release_target) != GAN_OK) {
        gan_free(kept);
        return NULL;
    }
    return var;
}

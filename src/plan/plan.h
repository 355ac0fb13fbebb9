/* What the train and nn rooms see of a plan beyond gan/plan.h: its halves, other backends, and explanations. */
#ifndef GAN_SRC_PLAN_PLAN_H
#define GAN_SRC_PLAN_PLAN_H

#include "arena.h"
#include "gan/plan.h"

enum gan_backend_kind {
    GAN_BACKEND_CPU,      /* float, fused */
    GAN_BACKEND_REFERENCE /* plain loops in double: the oracle of the tests */
};

struct gan_plan_options {
    enum gan_backend_kind backend;
    bool fuse;   /* runs of elementwise ops in one pass; off: a step an op */
    bool reuse;  /* intermediates share memory when their lifetimes allow; off: each keeps its own until the next run */
    bool steady; /* what depends on tensors alone is kept, and computed anew only after gan_plan_renew */
    bool assignments;        /* carry out the tape's assignments in gan_plan_commit even if no update is wanted */
    struct gan_arena *arena; /* shared with plans that never run at the same time; NULL: one of its own */
};

/* {CPU, fuse, reuse, not steady, no assignments, an arena of its own} */
extern const struct gan_plan_options gan_plan_default_options;

gan_plan *gan_plan_new_with(gan_var *const *wanted, int count, const struct gan_plan_options *options);

/* The two halves of gan_plan_run. compute leaves the world as it was; commit carries out updates and assignments and
 * adds 1 to the step. */
gan_status gan_plan_compute(gan_plan *plan);
gan_status gan_plan_commit(gan_plan *plan);
/* After a compute: whether all that commit would assign is finite. */
bool gan_plan_assigns_finite(const gan_plan *plan);

/* A steady plan's next compute looks at the tensors again. */
void gan_plan_renew(gan_plan *plan);

/* The numbers of a wanted float var in the plan's own memory (CPU backend only), valid until the next compute. */
const float *gan_plan_numbers(gan_plan *plan, gan_var *var);

/* What is left of gan_plan_memory without the arena: the room of what outlasts a run. */
size_t gan_plan_results_memory(const gan_plan *plan);

/* True if something that the plan computes is random. */
bool gan_plan_draws(const gan_plan *plan);

/* From now on gan_plan_text says how long each step took on average. */
gan_status gan_plan_profile(gan_plan *plan);

/* For the reference backend: inputs and results in double. */
gan_status gan_plan_bind_double(gan_plan *plan, gan_var *input, const double *numbers); /* copied */
gan_status gan_plan_read_double(gan_plan *plan, gan_var *var, double *out);

/* Writes "name (op [shape])", or where it has no name "op [shape] (var 12)"; returns text. */
const char *gan_plan_describe(const gan_var *var, char *text, size_t size);

/* After a compute whose numbers were not finite: replays the same step unfused, and fails (GAN_ERROR_NOT_FINITE) with a
 * message that names the first var that became NaN or infinite, its op, its name and its inputs. `what` begins the
 * text. */
gan_status gan_plan_explain_not_finite(gan_plan *plan, const char *what);

#endif

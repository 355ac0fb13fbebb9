/* A plan's inside, for the files of this room. */
#ifndef GAN_SRC_PLAN_OBJECT_H
#define GAN_SRC_PLAN_OBJECT_H

#include "arena.h"
#include "emit.h"
#include "graph.h"
#include "plan.h"

#include <stdatomic.h>

struct gan_plan {
    atomic_int references;
    struct gan_plan_options options;
    const struct gan_backend *backend;
    struct gan_graph graph;
    struct gan_steps steps;

    gan_var **wanted;
    int wanted_count;
    gan_var **updates; /* those wanted vars that are updates */
    int update_count;
    struct gan_assignment *assignments; /* those of the tape when the plan was made */
    int assignment_count;

    struct gan_arena *arena;
    size_t arena_size; /* bytes of it that the plan uses */
    void *results, *constants;
    size_t results_size; /* bytes */
    void **memory;
    bool settled;    /* what is steady is there */
    bool computed;   /* the latest run came to its end: there is something to read */
    double *seconds; /* of each step, if the plan is profiled: the sum over `profiled` runs */
    uint64_t profiled;
    uint64_t seed, step;
};

bool gan_plan_wants(const gan_plan *plan, const gan_var *var);

/* A new plan of the same vars and assignments; its leaves are in the same order, with nothing bound to the inputs. */
gan_plan *gan_plan_again(const gan_plan *plan, const struct gan_plan_options *options);

#endif

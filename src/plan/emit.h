/* A plan's steps: kernels' calls in order. */
#ifndef GAN_SRC_PLAN_EMIT_H
#define GAN_SRC_PLAN_EMIT_H

#include "graph.h"

/* Which of its node's inputs a step reads: the one of that number, or these. */
enum { GAN_STEP_READS_NONE = -2, GAN_STEP_READS_ALL = -1 };

struct gan_step {
    gan_kernel *run;
    void *call; /* owned by the plan's list of calls */
    int64_t parts;
    int node;           /* what it computes */
    int64_t begin, end; /* the elements of that which it writes */
    int reads;
    const char *purpose; /* for gan_plan_text, where it is not the node's op: "combine", "copy", … */
    bool has_scratch;    /* it uses the room that all steps share */
    bool steady;         /* steady.c: it need not run again */
    int number;          /* in the order of the graph */
    int stage;           /* stages.c: steps of a stage run together */
};

struct gan_steps {
    struct gan_step *list;
    size_t count, capacity;
    void **calls;
    size_t call_count, call_capacity;
    int64_t scratch_size; /* bytes that the widest step needs beside its operands */
    double flops;
};

/* Makes the steps of a placed graph. Scratch lies in the arena, from element `arena_size` on. */
gan_status gan_steps_emit(struct gan_steps *steps, const struct gan_graph *graph, const struct gan_backend *backend,
                          int64_t arena_size);
void gan_steps_release(struct gan_steps *steps);

#endif

/* What the files that emit steps share. */
#ifndef GAN_SRC_PLAN_EMITTER_H
#define GAN_SRC_PLAN_EMITTER_H

#include "emit.h"

struct gan_emitter {
    struct gan_steps *steps;
    const struct gan_graph *graph;
    const struct gan_backend *backend;
    int64_t arena_size;
    bool has_scratch; /* the node in hand asked for some */
};

/* Where a view's numbers lie, with strides over `rank` axes; and a node's own. */
struct gan_operand gan_operand_of(const struct gan_graph *graph, const struct gan_view *view, int rank);
struct gan_operand gan_result_of(const struct gan_graph *graph, int index);
/* The operand with its axes in another order. */
struct gan_operand gan_operand_in_order(struct gan_operand operand, int rank, struct gan_order order);

/* A cleared call that the plan owns; NULL when memory is short. */
void *gan_emit_call(struct gan_emitter *emitter, size_t size);
/* Room that a step needs beside its operands, `size` bytes: where it begins in the arena. All steps share it. */
int64_t gan_emit_scratch(struct gan_emitter *emitter, int64_t size);
gan_status gan_emit_step(struct gan_emitter *emitter, gan_kernel *run, void *call, int64_t parts, int node,
                         const char *purpose);

/* The elementwise program of a root's step; its domain goes through the axes in the root's order. */
void gan_emit_program(const struct gan_emitter *emitter, int root, struct gan_map_program *program);

/* emit_reductions.c */
gan_status gan_emit_reduction(struct gan_emitter *emitter, int index);
/* emit_products.c: what may have an epilogue, which is then the step of `root`; else root is the node itself. */
gan_status gan_emit_product(struct gan_emitter *emitter, int product, int root);
gan_status gan_emit_panels(struct gan_emitter *emitter, int index);
gan_status gan_emit_pool(struct gan_emitter *emitter, int index);

#endif

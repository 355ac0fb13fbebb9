/*
 * The plan's own picture of a tape: nodes that have numbers of their own, and views of them. Making a plan is a walk
 * through the files of this folder: graph.c (what is live; which vars are only views), steady.c (what need not be
 * computed at every run), fuse.c (which nodes share a step), place.c (where numbers lie), emit.c (the kernels' calls),
 * stages.c (which of them may run together).
 */
#ifndef GAN_SRC_PLAN_GRAPH_H
#define GAN_SRC_PLAN_GRAPH_H

#include "kernels/kernels.h"
#include "plan.h"
#include "tape/tape.h"

/* A var's numbers: those of a node, from an offset on, with a stride for each of the var's axes (0: repeated). */
struct gan_view {
    int node; /* -1: none */
    int64_t offset;
    int64_t strides[GAN_MAX_RANK];
};

enum { GAN_MEMORY_ARENA, GAN_MEMORY_RESULTS, GAN_MEMORY_CONSTANTS, GAN_MEMORY_LEAVES };

/* The order in which a node's axes lie in memory, outermost first. Row-major: 0, 1, 2, … */
struct gan_order {
    int axis[GAN_MAX_RANK];
};

struct gan_node {
    const gan_var *var;
    bool copy; /* not the var's op, but a copy of input 0, which may lie in another order */
    gan_shape shape;
    struct gan_order order;
    int inputs;
    struct gan_view
        *input;   /* over the axes of `input_shape(i)`: the tape's input vars; of a copy, the var's own axes */
    int64_t size; /* numbers that it holds */
    struct gan_panels panels; /* size > 0: not the var's op, but input 0 (its value) in panels for `conv` */
    struct gan_conv conv;
    bool keep; /* its numbers must outlast the run: wanted, assigned, an update's gradient, or steady and read by others
                */
    bool steady; /* steady.c */

    /* fuse.c */
    int root;             /* the node whose step computes this one; itself if it has its own */
    int anchor;           /* of a root: the product whose epilogue it is, or -1 */
    int leader, follower; /* of a reduction: the earlier one whose step makes this one too, the later one; or -1 */

    /* place.c */
    int memory;
    int64_t offset; /* in elements */
    int parent;     /* the node of which this one is a part (pack and concat compute in place), or -1 */
    int64_t parent_offset;
    int alias;       /* the node whose room this one takes over, or -1 */
    int first, last; /* steps between which its numbers must stay */
};

struct gan_leaf {
    const gan_var *var;
    const void *numbers; /* bound memory or the tensor's; NULL while nothing is bound */
    gan_tensor *bound;   /* a reference, or NULL */
    double *converted;   /* the reference backend's copy of a float leaf */
    bool bound_double;   /* `converted` was given by gan_plan_bind_double */
};

struct gan_graph {
    gan_tape *tape;
    const struct gan_backend *backend;
    struct gan_node *nodes;
    size_t count, capacity;
    struct gan_view *views; /* by var id; node -1 where the var is not live */
    struct gan_leaf *leaves;
    size_t leaf_count, leaf_capacity;
    float *constants;
    size_t constant_count, constant_capacity;
};

/* layout.c */
extern const struct gan_order gan_row_major;
/* H, W, N, C for an N, C, H, W shape: for each pixel a matrix of N rows of C numbers. */
extern const struct gan_order gan_pixel_major;
/* kernel height, width, in, out for a weight [out, in, …]: for each tap a matrix of `in` rows. */
extern const struct gan_order gan_tap_major;
/* The order in which an elementwise node's numbers lie best, given what it reads (views over its shape). */
struct gan_order gan_order_like(const struct gan_graph *graph, const struct gan_view *inputs, int count,
                                gan_shape shape);
/* All of a node of this shape, as it lies in memory. */
struct gan_view gan_view_ordered(int node, gan_shape shape, struct gan_order order);
/* All of a node of this shape in row-major order. */
struct gan_view gan_view_whole(int node, gan_shape shape);
struct gan_view gan_node_view(const struct gan_graph *graph, int node);
/*
 * The same numbers, in the same order, over another shape's axes; false if no strides say that. They do if each run of
 * old axes that becomes a run of new axes walks memory evenly: its axes' strides are each other's continuation. (Old
 * axes of size 1 do not matter.)
 */
bool gan_view_reshape(const struct gan_view *view, gan_shape from, gan_shape to, struct gan_view *result);
/* True if the two views of a shape go through memory alike: they have the same strides where there is more than one
 * element. */
bool gan_same_strides(const struct gan_view *a, const struct gan_view *b, gan_shape shape);
/* True if they are the same numbers of the same node. */
bool gan_same_view(const struct gan_view *a, const struct gan_view *b, gan_shape shape);
/* True if the view is row-major without gaps. */
bool gan_view_dense(const struct gan_view *view, gan_shape shape);
/* True if it is pixel-major: channels together, then examples. There may be gaps. */
bool gan_view_pixel_major(const struct gan_view *view, gan_shape shape);

/* graph.c */
gan_status gan_graph_build(struct gan_graph *graph, gan_tape *tape, const struct gan_backend *backend,
                           gan_var *const *wanted, int count, const struct gan_assignment *assigned,
                           int assigned_count);
void gan_graph_release(struct gan_graph *graph);
/* The shape over whose axes input i's strides run. */
gan_shape gan_node_input_shape(const struct gan_node *node, int i);
bool gan_node_is_leaf(const struct gan_node *node);
enum gan_op_kind gan_node_kind(const struct gan_node *node); /* a copy is elementwise */
/* What a convolution's var asks of the kernels. */
struct gan_conv gan_conv_of(const gan_var *var);

/* steady.c: sets steady, and keep where what is steady is read by what is not */
void gan_graph_find_steady(struct gan_graph *graph);

/* fuse.c: sets root and anchor */
void gan_graph_fuse(struct gan_graph *graph, bool fuse);
/* Writes the elementwise program of a root's step: its members, their loads. For a reduction, what is reduced. False if
 * it does not fit. Operands are given by node; the strides run over `shape`'s axes. */
struct gan_fused {
    int loads;
    struct gan_view load[GAN_MAP_LOADS];
    int instructions;
    struct gan_map_instruction instruction[GAN_MAP_INSTRUCTIONS];
    gan_shape shape;
};
bool gan_graph_program(const struct gan_graph *graph, int root, struct gan_fused *program);

/* In elements: what is needed while the steps run, and what outlasts them. */
struct gan_graph_sizes {
    int64_t arena, results;
};
/* place.c: sets memory and offset. All nodes together must be so few bytes that sums of sizes do not wrap. */
gan_status gan_graph_place(struct gan_graph *graph, bool reuse, struct gan_graph_sizes *sizes);

#endif

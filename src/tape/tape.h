/* A tape's inside, for the rooms that record on it (ops) and read it (plan). */
#ifndef GAN_SRC_TAPE_TAPE_H
#define GAN_SRC_TAPE_TAPE_H

#include "gan/tape.h"
#include "kernels/resampling.h"
#include "kernels/window.h"

/* What an op's node carries beside its inputs; which fields count is the op's matter. */
struct gan_attributes {
    float p, q; /* numbers: factor, exponent, bounds, … */
    bool transpose_a, transpose_b;
    bool known;               /* of a constant: nobody outside has this var, so what it enters may be folded */
    int axis;                 /* the axis of slice, pad and concat */
    int64_t begin, end;       /* of slice; before and after of pad; rows of scatter_add, classes of one_hot */
    uint32_t axes;            /* a bit for each axis reduced over */
    int order[GAN_MAX_RANK];  /* of permute */
    int64_t *offsets;         /* of pack; owned by the node */
    struct gan_window window; /* of convolutions and pooling */
    int64_t groups;
    struct gan_resampling *resampling; /* of resample; a reference */
    bool transposed;                   /* it, the other way round */
    gan_tensor *tensor;                /* of a tensor leaf; a reference */
    const void *target;                /* of update: owned by the tape */
    uint32_t stream;                   /* of a random node: its ordinal on the tape */
};

struct gan_op;

struct gan_var {
    gan_tape *tape;
    int id; /* place on the tape; inputs have smaller ones */
    const struct gan_op *op;
    gan_dtype dtype;
    gan_shape shape;
    int inputs;
    gan_var **input;
    struct gan_attributes attributes;
    char *name;
};

/* How a plan treats an op. */
enum gan_op_kind {
    GAN_KIND_INPUT,
    GAN_KIND_TENSOR,
    GAN_KIND_CONSTANT,
    GAN_KIND_MAP,      /* element by element */
    GAN_KIND_IDENTITY, /* the numbers of its input */
    GAN_KIND_EXPAND,
    GAN_KIND_RESHAPE,
    GAN_KIND_PERMUTE,
    GAN_KIND_SLICE,
    GAN_KIND_PAD,
    GAN_KIND_CONCAT,
    GAN_KIND_PACK,
    GAN_KIND_SUM, /* reductions keep their axes, with size 1 */
    GAN_KIND_MEAN,
    GAN_KIND_MAX,
    GAN_KIND_VARIANCE,
    GAN_KIND_MATMUL,
    GAN_KIND_CONV,        /* images and weight to images */
    GAN_KIND_CONV_DATA,   /* images and weight to images, the other way round */
    GAN_KIND_CONV_WEIGHT, /* images and images to weight */
    GAN_KIND_PANELS,      /* of plans only: a weight as convolutions read it */
    GAN_KIND_RESAMPLE,
    GAN_KIND_POOL,   /* numbers from where another var is largest in a window */
    GAN_KIND_UNPOOL, /* numbers to where it is */
    GAN_KIND_GATHER,
    GAN_KIND_SCATTER_ADD,
    GAN_KIND_ONE_HOT,
    GAN_KIND_UNIFORM,
    GAN_KIND_NORMAL,
    GAN_KIND_UPDATE
};

/* What an op is. src/ops/ops.def lists them. */
struct gan_op {
    const char *name;
    enum gan_op_kind kind;
    int map; /* enum gan_map_op, of an elementwise op */
    /* The derivative of a loss to input `index`, given its derivative `gradient` to the node: recorded, or NULL where
     * it is zero by structure. No function: the op has no derivative. */
    gan_var *(*vjp)(gan_var *node, gan_var *gradient, int index);
};

/* Appends a node; the inputs are copied. NULL, with the tape's error set, when memory is short or the tape has failed.
 */
gan_var *gan_tape_append(gan_tape *tape, const struct gan_op *op, gan_dtype dtype, gan_shape shape,
                         gan_var *const *inputs, int count, const struct gan_attributes *attributes);

/* A constant that gan_grads and the ops record for themselves. Unlike gan_tape_constant's, which a user may
 * differentiate by, it may be folded into what it enters. */
gan_var *gan_tape_known(gan_tape *tape, gan_shape shape, float value);

/* Sets the tape's error (the first one stays) and the thread's; returns NULL. */
gan_var *gan_tape_fail(gan_tape *tape, gan_status status, const char *format, ...) GAN_PRINTF(3, 4);

/* Takes this thread's latest error over as the tape's; returns NULL. */
gan_var *gan_tape_take_error(gan_tape *tape);

int gan_tape_length(const gan_tape *tape);
gan_var *gan_tape_at(const gan_tape *tape, int id);
uint32_t gan_tape_next_stream(gan_tape *tape);

/* Hands something over that lives as long as the tape. */
gan_status gan_tape_keep(gan_tape *tape, void *thing, void (*release)(void *thing));

struct gan_assignment {
    gan_tensor *tensor;
    gan_var *value;
};
int gan_tape_assignments(const gan_tape *tape, const struct gan_assignment **list);

#endif

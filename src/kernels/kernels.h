/*
 * The kernels' interface: how ops are computed, without knowing tapes, tensors or plans. A call describes one step
 * (sizes, strides, where its operands lie); a backend is a table of functions that prepare a call (cut it into parts)
 * and run one part of it. Strides and offsets count elements.
 */
#ifndef GAN_SRC_KERNELS_H
#define GAN_SRC_KERNELS_H

#include "base/random.h"
#include "resampling.h"
#include "window.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define GAN_KERNEL_RANK 8

/* Where an operand lies: memory[] is filled by whoever runs the call (the plan's arena, bound inputs, parameters). */
struct gan_operand {
    int memory;
    int64_t offset;
    int64_t strides[GAN_KERNEL_RANK];
};

/* What all calls of one run share. */
struct gan_run {
    void *const *memory;
    uint64_t seed;
    uint64_t step;
    _Atomic int64_t *bad_index; /* set by kernels that meet an index out of range; INT64_MIN before */
};

/* The elementwise instructions. a, b, c are the arguments, p and q the instruction's parameters. */
enum gan_map_op {
#define GAN_MAP(name, arguments) GAN_MAP_##name,
#include "map.def"
#undef GAN_MAP
    GAN_MAP_OPS
};

extern const int gan_map_arguments[GAN_MAP_OPS];

#define GAN_MAP_LOADS        12
#define GAN_MAP_INSTRUCTIONS 32

struct gan_map_instruction {
    enum gan_map_op op;
    int a, b, c; /* values: 0 … loads-1 are the loads, then one value for each instruction */
    float p, q;
};

/* An elementwise program over a rectangular domain; the last instruction's value is the result. */
struct gan_map_program {
    int rank;
    int64_t dims[GAN_KERNEL_RANK];
    int64_t size;
    int loads;
    struct gan_operand load[GAN_MAP_LOADS];
    int instructions;
    struct gan_map_instruction instruction[GAN_MAP_INSTRUCTIONS];
    /* Where each value lives while a block is computed, so that short-lived values share room (gan_map_finish). */
    int room[GAN_MAP_LOADS + GAN_MAP_INSTRUCTIONS];
    int rooms;
    bool dense[GAN_MAP_LOADS];   /* the load walks memory as the domain does: no copy needed */
    bool uniform[GAN_MAP_LOADS]; /* the load is one number */
};

struct gan_map_call {
    struct gan_map_program program;
    struct gan_operand out; /* strides over the program's dims */
    bool out_dense;
    int turned; /* of a mere copy whose source lies together along another axis than the last: that axis; else −1 */
    int64_t part_size, parts;
};

enum gan_reduction {
    GAN_REDUCE_SUM,
    GAN_REDUCE_MEAN, /* divided in double: of equal numbers it is that number */
    GAN_REDUCE_MAX,
    GAN_REDUCE_VARIANCE /* mean of squares less square of the mean, both in double */
};

/* One reduction of a call: its values, and where the result goes: contiguous [kept][inner]. */
struct gan_reduced {
    struct gan_map_program program;
    enum gan_reduction reduction;
    struct gan_operand out;
};

#define GAN_REDUCED_TOGETHER 2

/*
 * Reduces values over the middle of a domain of kept × reduced × inner: out[k, i] = Σ_r value[k, r, i]; several sets of
 * values over the same domain together, since they share what they read. With several chunks partial results (doubles,
 * [kept][chunks][accumulators][inner]) go to scratch, and a second step combines them; else combine_parts is 0.
 */
struct gan_reduce_call {
    int results;
    struct gan_reduced result[GAN_REDUCED_TOGETHER];
    int64_t kept, reduced, inner;
    int64_t chunks, chunk_rows, kept_per_part;
    int64_t accumulators; /* a variance has two */
    int64_t parts, combine_parts;
    int64_t scratch_size; /* bytes */
    int scratch_memory;
    int64_t scratch_offset; /* bytes */
};

/* out[b] = A[b]·B[b], then, if there is an epilogue, its program over the result (load 0). Strides of the last two axes
 * are free, those of the batch axes too. */
struct gan_matmul_call {
    int64_t batch, m, n, k;
    int batch_rank;
    int64_t batch_dims[GAN_KERNEL_RANK];
    struct gan_operand a, b, out; /* strides: batch axes, then the two of the matrix */
    bool read_late;               /* a hint: nobody reads the result soon, it need not stay in the caches */
    bool has_epilogue;
    struct gan_map_program epilogue; /* over any shape of that size; its linear order is the output's */
    int64_t row_unit, column_unit, m_parts, n_parts, parts;
};

/*
 * The three ops that a convolution and its derivatives are made of. All relate images x [N, C, H, W] (the side that
 * has the taps), images y [N, O, h, w] and a weight [O, C/groups, kernel…]: given two of the three, each gives the
 * third, y[n, o, p] = Σ_{c, tap} x[n, c, p·stride + tap·dilation − padding] · weight[o, c, tap] and the transposes of
 * that.
 */
enum gan_conv_kind { GAN_CONV_FORWARD, GAN_CONV_DATA, GAN_CONV_WEIGHT };

struct gan_conv {
    enum gan_conv_kind kind;
    struct gan_window window;
    int64_t examples, groups;
    int64_t x[3], y[3]; /* channels, height, width */
};

/* A weight as a backend's convolution likes to read it: in a format of its own, of `size` elements; 0: as it is. */
struct gan_panels {
    int format;
    int64_t size;
};

/* The operands' strides are those of N, C, H, W, and of the weight's four axes; the result is one of the three. */
struct gan_conv_call {
    struct gan_conv conv;
    struct gan_panels panels; /* the weight's, if it comes so */
    struct gan_operand x, y, weight;
    bool has_epilogue;
    struct gan_map_program epilogue; /* over the result; its linear order is that of the result in memory */
    int64_t block_columns, blocks_per_part;
    int64_t row_parts, column_parts, unit_parts, parts;
    int64_t scratch_size; /* bytes */
    int scratch_memory;
    int64_t scratch_offset; /* bytes */
};

/* Puts a weight into panels. */
struct gan_panels_call {
    struct gan_conv conv;
    struct gan_panels panels;
    struct gan_operand weight, out;
    int64_t parts;
};

/*
 * A linear map along one axis of pixel-major images without gaps: out[o, y, i] = Σ weight·in[o, input, i], then, if
 * there is an epilogue, its program over the result (load 0).
 */
struct gan_resample_call {
    const struct gan_weights *weights;
    int64_t outer, inner; /* what lies outside of the axis and within */
    struct gan_operand in, out;
    bool has_epilogue;
    struct gan_map_program epilogue; /* over the result as it lies in memory */
    int64_t part_size, parts;
};

/*
 * Maxima over the windows of pixel-major images without gaps. The number of `x` that is largest in a window (the first
 * of equal ones; NaN is larger than any) chooses: out gets the number of `values`, shaped as x, from there; or, to
 * scatter, `values` has one number for each window, which is added to out, shaped as x, there. Every window meets data.
 */
struct gan_pool_call {
    bool scatter;
    struct gan_window window;
    int64_t x_size[2], y_size[2]; /* height and width */
    int64_t inner;                /* numbers of a pixel */
    struct gan_operand x, values, out;
    int64_t part_size, parts;
};

/* out = value */
struct gan_fill_call {
    struct gan_operand out; /* contiguous */
    int64_t size;
    float value;
    int64_t part_size, parts;
};

/* gather: out[i, :] = table[index[i], :]; scatter_add: out[index[i], :] += table[i, :]; one_hot: out[i, index[i]] = 1,
 * its rows being of `rows` numbers. */
struct gan_index_call {
    int64_t count, rows, width;
    struct gan_operand table, index, out; /* contiguous */
    int64_t part_size, parts;
};

struct gan_random_call {
    bool normal;
    uint32_t stream;
    float scale, offset; /* scale · number + offset, … */
    float most;          /* … of a uniform one, but this at most, where rounding would go up to the end */
    struct gan_operand out;
    int64_t size;
    int64_t part_size, parts;
};

typedef void gan_kernel(const void *call, const struct gan_run *run, int64_t part);

struct gan_backend {
    const char *name;
    int64_t element; /* bytes of a float var's element */
    bool fuses;
    gan_kernel *map, *reduce, *reduce_combine, *matmul, *conv, *panels, *resample, *pool, *fill, *gather, *scatter_add,
        *one_hot, *random;
    void (*prepare_map)(struct gan_map_call *call);
    void (*prepare_reduce)(struct gan_reduce_call *call);
    void (*prepare_matmul)(struct gan_matmul_call *call);
    void (*prepare_conv)(struct gan_conv_call *call);
    /* How a convolution wants its weight. NULL where none is ever packed. */
    struct gan_panels (*panels_for)(const struct gan_conv *conv);
    void (*prepare_panels)(struct gan_panels_call *call);
    void (*prepare_resample)(struct gan_resample_call *call);
    void (*prepare_pool)(struct gan_pool_call *call);
    void (*prepare_fill)(struct gan_fill_call *call);
    void (*prepare_index)(struct gan_index_call *call); /* one part */
    void (*prepare_random)(struct gan_random_call *call);
};

const struct gan_backend *gan_backend_reference(void);
const struct gan_backend *gan_backend_cpu(void); /* the best instruction set in use */

/*
 * Sets a program's derived fields: merges axes that every load (and `out`, if not NULL) walks alike, notes which loads
 * are dense or uniform, and gives short-lived values shared rooms. The linear order of the domain does not change.
 */
void gan_map_finish(struct gan_map_program *program, struct gan_operand *out);

/* Where element `linear` of a domain of these sizes lies in the operand's memory. */
int64_t gan_operand_place(const struct gan_operand *operand, int rank, const int64_t *dims, int64_t linear);

/* The index of row i, or -1 (noted for the run's status) if it is out of range. */
int64_t gan_checked_index(const struct gan_index_call *call, const struct gan_run *run, int64_t i);

/* True if the operand walks memory in the linear order of a domain of these sizes, without gaps. */
bool gan_operand_dense(const struct gan_operand *operand, int rank, const int64_t *dims);

#endif

/* The ops as a table, and what the files that define them share. */
#ifndef GAN_SRC_OPS_TABLE_H
#define GAN_SRC_OPS_TABLE_H

#include "gan/ops.h"
#include "tape/tape.h"

enum gan_op_id {
#define GAN_OP(identifier, name, kind, map, vjp) GAN_OP_##identifier,
#include "ops.def"
#undef GAN_OP
    GAN_OPS
};

extern const struct gan_op gan_ops[GAN_OPS];

/* The vjps, each defined beside its op. */
typedef gan_var *gan_vjp(gan_var *node, gan_var *gradient, int index);
extern gan_vjp gan_vjp_add, gan_vjp_sub, gan_vjp_mul, gan_vjp_div, gan_vjp_maximum, gan_vjp_minimum, gan_vjp_scale,
    gan_vjp_shift, gan_vjp_power, gan_vjp_square, gan_vjp_sqrt, gan_vjp_exp, gan_vjp_log, gan_vjp_sin, gan_vjp_cos,
    gan_vjp_abs, gan_vjp_clip, gan_vjp_erf, gan_vjp_sigmoid, gan_vjp_tanh, gan_vjp_softplus, gan_vjp_relu,
    gan_vjp_leaky_relu, gan_vjp_select, gan_vjp_expand, gan_vjp_reshape, gan_vjp_permute, gan_vjp_slice, gan_vjp_pad,
    gan_vjp_concat, gan_vjp_pack, gan_vjp_sum, gan_vjp_mean, gan_vjp_max, gan_vjp_variance, gan_vjp_matmul,
    gan_vjp_gather, gan_vjp_scatter_add, gan_vjp_conv2d, gan_vjp_conv2d_data, gan_vjp_conv2d_weight, gan_vjp_resample,
    gan_vjp_pool, gan_vjp_unpool;

/* Records an op of one input; the result has its shape. NULL input: NULL. */
gan_var *gan_record_unary(enum gan_op_id op, gan_var *x, float p, float q);
/* Records an elementwise op of two or three inputs after broadcasting them. */
gan_var *gan_record_binary(enum gan_op_id op, gan_var *a, gan_var *b);

/* Checks that the vars are there, float32 and on one tape. False, with the tape's error, if not; and without one if a
 * var is NULL because an op before failed. */
bool gan_check_vars(const char *who, gan_var *const *vars, int count);

/* The shape that both broadcast to; false if there is none. */
bool gan_broadcast_shape(gan_shape a, gan_shape b, gan_shape *out);

/* `axis` counted from 0, or -1 (and the tape's error) if x has no such axis. */
int gan_check_axis(const char *who, gan_var *x, int axis);
/* A bit for each axis of the set, false (and the tape's error) if x has no such axis or one is named twice. */
bool gan_check_axes(const char *who, gan_var *x, gan_axes axes, uint32_t *bits);

/* True if every element of the var is one number that is known while recording, and may be folded (gan_tape_known). */
bool gan_var_is_constant(const gan_var *var, float *value);

#endif

/*
 * The tape: a record of what is to be computed. Ops (gan/ops.h) append to it and compute nothing; gan_grad appends the
 * derivative; a plan (gan/plan.h) computes what is wanted of it, as often as one likes.
 */
#ifndef GAN_TAPE_H
#define GAN_TAPE_H

#include "tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Opaque, reference-counted. */
typedef struct gan_tape gan_tape;

/**
 * A number (an array of them) still to be computed. Vars belong to their tape and live as long as it does: there is
 * nothing to unref. Ops accept NULL vars and answer NULL; the tape keeps the first error, so that a chain of ops needs
 * one check at its end.
 */
typedef struct gan_var gan_var;

GAN_API gan_tape *gan_tape_new(void);
GAN_API gan_tape *gan_tape_ref(gan_tape *tape);
GAN_API void gan_tape_unref(gan_tape *tape);

/** The first error that recording on this tape met; GAN_OK if none. */
GAN_API gan_status gan_tape_status(const gan_tape *tape);
/** The text of that error, "" if none. It belongs to the tape. */
GAN_API const char *gan_tape_message(const gan_tape *tape);

/**
 * Training (the default) or inference: what dropout and batch norm do when they are recorded after this call.
 */
GAN_API void gan_tape_set_training(gan_tape *tape, bool training);
GAN_API bool gan_tape_training(const gan_tape *tape);

/** A var whose numbers are given to each plan with gan_plan_bind. float32. */
GAN_API gan_var *gan_tape_input(gan_tape *tape, gan_shape shape);
/** The same for integers: labels and indices. */
GAN_API gan_var *gan_tape_input_int32(gan_tape *tape, gan_shape shape);
/** `shape` filled with one number, fixed when it is recorded. */
GAN_API gan_var *gan_tape_constant(gan_tape *tape, gan_shape shape, float value);
/**
 * The numbers of a float32 or int32 tensor, read at every run: a parameter, or a table. The tape shares the tensor. A
 * tensor is one var per tape: asking again answers the same var, or, after gan_tape_assign, the newest value.
 */
GAN_API gan_var *gan_tape_tensor(gan_tape *tape, gan_tensor *tensor);
/**
 * Says that `tensor` becomes `value` (equal shapes) once a run has succeeded: state, such as running statistics. Until
 * then the tensor keeps its numbers; the newest of several assignments counts. All happen at once: values are those of
 * before. Assignments are carried out by plans that hold an update (gan_optimizer_minimize), if they were recorded
 * before the plan was made; plans without one only compute.
 */
GAN_API gan_status gan_tape_assign(gan_tape *tape, gan_tensor *tensor, gan_var *value);

GAN_API gan_shape gan_var_shape(const gan_var *var);
/** The number of axes; -1 for NULL. */
GAN_API int gan_var_rank(const gan_var *var);
GAN_API gan_tape *gan_var_tape(const gan_var *var);
/** Gives a var a name for messages and for gan_plan_text; copied. Returns `var`. */
GAN_API gan_var *gan_var_named(gan_var *var, const char *name);
/** The name, or "" if it has none. */
GAN_API const char *gan_var_name(const gan_var *var);

/**
 * The derivative of the sum of y's elements with respect to x, shaped as x; zeros if y does not depend on x. It is
 * recorded on the same tape by the same ops, so it may be differentiated again, to any order. Both must be float32 vars
 * of one tape.
 */
GAN_API gan_var *gan_grad(gan_var *y, gan_var *x);
/** The same for several x in one backward pass, which shares what they have in common: gradients[i] is for xs[i]. */
GAN_API gan_status gan_grads(gan_var *y, gan_var *const *xs, int count, gan_var **gradients);

#ifdef __cplusplus
}
#endif
#endif

/*
 * One or more cases for every op: how it is recorded, and numbers to try it on. test_gradients.c checks their
 * derivatives of first and second order, test_backends.c the CPU backend against the reference.
 */
#ifndef GAN_TESTS_OPS_CASES_H
#define GAN_TESTS_OPS_CASES_H

#include "ops/table.h"

enum { MOST_INPUTS = 3 };

struct op_case {
    const char *name;
    enum gan_op_id op; /* the op of ops.def that it is about; GAN_OPS: a composition */
    int inputs;        /* float inputs */
    gan_shape shape[MOST_INPUTS];
    double low, high; /* where the inputs' numbers lie */
    gan_var *(*record)(gan_tape *tape, gan_var *const *inputs);
};

extern const struct op_case op_cases[];
extern const size_t op_case_count;

/* Numbers for input `index` of a case: irregular, distinct, away from kinks at whole multiples of 1/64. */
double case_number(const struct op_case *op_case, int index, int64_t element);

#endif

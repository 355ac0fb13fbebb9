/* What the tests of layers and models share: checking messages, and running a model on numbers. */
#ifndef GAN_TESTS_NN_NETWORK_H
#define GAN_TESTS_NN_NETWORK_H

#include "suite.h"

#include "gan/gan.h"
#include "plan/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The latest error's text contains `part`. */
#define ck_message(part)                                                                                               \
    ck_assert_msg(strstr(gan_error_message(), part) != NULL, "message: \"%s\", want: \"%s\"", gan_error_message(), part)
/* The expression fails, with that in its message. */
#define ck_fails(expression, part)                                                                                     \
    do {                                                                                                               \
        ck_assert_int_ne(expression, GAN_OK);                                                                          \
        ck_message(part);                                                                                              \
    } while (0)
#define ck_null(expression, part)                                                                                      \
    do {                                                                                                               \
        ck_assert_ptr_null(expression);                                                                                \
        ck_message(part);                                                                                              \
    } while (0)
#define ck_ok(expression)       ck_assert_msg((expression) == GAN_OK, "%s", gan_error_message())
#define ck_shape(shape, wanted) ck_assert(gan_shape_equal(shape, wanted))

/* A new tensor with numbers from N(0, 1). */
static inline gan_tensor *normal_tensor(gan_shape shape, uint64_t seed)
{
    gan_tensor *tensor = gan_tensor_new(shape);
    ck_assert_ptr_nonnull(tensor);
    ck_ok(gan_tensor_fill_normal(tensor, 0.0f, 1.0f, seed));
    return tensor;
}

#define UNREF_ALL(...)                                                                                                 \
    unref_all((gan_tensor *[]){__VA_ARGS__}, sizeof((gan_tensor *[]){__VA_ARGS__}) / sizeof(gan_tensor *))

static inline void unref_all(gan_tensor *const *tensors, size_t count)
{
    for (size_t i = 0; i < count; i++)
        gan_tensor_unref(tensors[i]);
}

/* The model's output for x; assignments of state are carried out if the tape is in training. */
static inline gan_tensor *forward(gan_model *model, gan_tensor *x, bool training)
{
    gan_tape *tape = gan_tape_new();
    gan_tape_set_training(tape, training);
    gan_var *in = gan_tape_input(tape, gan_tensor_shape(x));
    gan_var *y = gan_model_apply(model, in);
    ck_assert_msg(y != NULL, "%s", gan_error_message());
    struct gan_plan_options options = gan_plan_default_options;
    options.assignments = true;
    gan_plan *plan = gan_plan_new_with(&y, 1, &options);
    ck_assert_msg(plan != NULL, "%s", gan_error_message());
    ck_ok(gan_plan_bind(plan, in, x));
    ck_ok(gan_plan_run(plan));
    gan_tensor *out = gan_tensor_new(gan_var_shape(y));
    ck_ok(gan_plan_read(plan, y, out));
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    return out;
}

/* A model of one layer. */
static inline gan_model *model_of(gan_shape in, gan_layer *layer)
{
    gan_model *model = gan_model_new(in);
    gan_model_add(model, layer);
    ck_assert_msg(gan_model_status(model) == GAN_OK, "%s", gan_model_message(model));
    ck_ok(gan_model_initialize(model, 7));
    return model;
}

static inline void fill_parameter(gan_model *model, int index, const float *values)
{
    gan_tensor *tensor = gan_model_parameter(model, index);
    memcpy(gan_tensor_data(tensor), values, (size_t)gan_tensor_size(tensor) * sizeof(float));
}

#endif

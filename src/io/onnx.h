/*
 * ONNX files, and nothing of what a layer means: a graph of operators and constants, built up name by name and written
 * with the schema that ONNX comes with (onnx.proto), compiled by protoc-c when libgan is built. Built only where both
 * were found.
 */
#ifndef GAN_SRC_IO_ONNX_H
#define GAN_SRC_IO_ONNX_H

#include "gan/tensor.h"

/* What files say of themselves: IR version 8 and operator set 17 (June 2022), the newest that this schema knows. */
#define GAN_ONNX_IR_VERSION   8
#define GAN_ONNX_OPERATOR_SET 17

/* Opaque. The first failure sticks, and names after it are NULL: one check, by gan_onnx_write, is enough. */
struct gan_onnx;

/* Texts and integers are copied; numbers of tensors are borrowed until the end. NULL when memory is short. */
struct gan_onnx *gan_onnx_new(const char *name);
void gan_onnx_free(struct gan_onnx *onnx); /* NULL is fine */

/* A float32 value [batch, …one] that comes in or goes out; the batch's size is free, and called `batch`. */
void gan_onnx_input(struct gan_onnx *onnx, const char *name, const char *batch, gan_shape one);
void gan_onnx_integer_input(struct gan_onnx *onnx, const char *name, const char *batch, gan_shape one); /* int64 */
void gan_onnx_output(struct gan_onnx *onnx, const char *name, const char *batch, gan_shape one);
void gan_onnx_metadatum(struct gan_onnx *onnx, const char *key, const char *text);

/* Constants. They return their name as the graph keeps it; NULL after an error. */
const char *gan_onnx_floats(struct gan_onnx *onnx, const char *name, gan_shape shape, const float *numbers);
const char *gan_onnx_number(struct gan_onnx *onnx, const char *name, float number); /* a scalar; copied */
const char *gan_onnx_numbers(struct gan_onnx *onnx, const char *name, gan_shape shape,
                             const float *numbers); /* copied */
const char *gan_onnx_filled(struct gan_onnx *onnx, const char *name, gan_shape shape, float number);
const char *gan_onnx_integers(struct gan_onnx *onnx, const char *name, const int64_t *integers, size_t count);
const char *gan_onnx_integer(struct gan_onnx *onnx, const char *name, int64_t integer); /* a scalar */

/* One more operator: its output's name is also its own. Inputs (one or more) end with the first NULL; "" is none. */
const char *gan_onnx_node(struct gan_onnx *onnx, const char *type, const char *output, const char *const *inputs);
/* Attributes of the latest node. */
void gan_onnx_attribute_integer(struct gan_onnx *onnx, const char *name, int64_t value);
void gan_onnx_attribute_float(struct gan_onnx *onnx, const char *name, float value);
void gan_onnx_attribute_text(struct gan_onnx *onnx, const char *name, const char *text);
void gan_onnx_attribute_integers(struct gan_onnx *onnx, const char *name, const int64_t *values, size_t count);

gan_status gan_onnx_write(struct gan_onnx *onnx, const char *path, const char *who);

#endif

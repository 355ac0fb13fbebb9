/* What layers' ONNX operators are written with: nodes and constants named after the layer in hand, and its numbers. */
#ifndef GAN_SRC_NN_ONNX_PARTS_H
#define GAN_SRC_NN_ONNX_PARTS_H

#include "nn/onnx_layers.h"

/* All return the name of a value or constant, "<path>.<suffix>", or the path alone for the suffix "", with which a
 * layer ends; NULL after an error, and where the first input is NULL. */

/* An operator on up to three inputs, of which the first NULL is the end. */
const char *gan_onnx_add(struct gan_onnx_call *call, const char *type, const char *suffix, const char *a, const char *b,
                         const char *c);
/* An operator on any number of inputs, that end with NULL. */
const char *gan_onnx_add_many(struct gan_onnx_call *call, const char *type, const char *suffix,
                              const char *const *inputs);
const char *gan_onnx_constant(struct gan_onnx_call *call, const char *suffix, float number);
const char *gan_onnx_constants(struct gan_onnx_call *call, const char *suffix, gan_shape shape, const float *numbers);
/* [count], all the same: a gain or a bias that is none, where an operator wants one. */
const char *gan_onnx_vector(struct gan_onnx_call *call, const char *suffix, int64_t count, float number);
const char *gan_onnx_whole_numbers(struct gan_onnx_call *call, const char *suffix, const int64_t *numbers,
                                   size_t count);
/* x in another shape: that of one example, behind the batch. */
const char *gan_onnx_shaped(struct gan_onnx_call *call, const char *suffix, const char *x, gan_shape one);
/* Parts one behind the other along axis 1; they end with NULL. */
const char *gan_onnx_concat(struct gan_onnx_call *call, const char *suffix, const char *const *parts);
/* Means over axes, which stay as 1, or go. */
const char *gan_onnx_mean(struct gan_onnx_call *call, const char *suffix, const char *x, const int64_t *axes,
                          size_t count, bool keep);
const char *gan_onnx_sum(struct gan_onnx_call *call, const char *suffix, const char *x, int64_t axis, bool keep);

/* ---- the layer's numbers, in the order of their declaration ---- */

const char *gan_onnx_next_parameter(struct gan_onnx_call *call);
const char *gan_onnx_next_state(struct gan_onnx_call *call);
/* The weight that the layer multiplies by in inference: see nn/weight.h. */
const char *gan_onnx_next_weight(struct gan_onnx_call *call);
/* A vector [C], by its name, as [C, 1, …], which broadcasts over what the layer is given. */
const char *gan_onnx_along_channels(struct gan_onnx_call *call, const char *suffix, const char *channels);
/* x·Wᵀ + b with the next weight and, if `biased`, the next parameter. */
const char *gan_onnx_product(struct gan_onnx_call *call, const char *suffix, const char *x, bool biased);

/* Normalised by the running statistics that are next, then times `gain`, plus `bias`, both [C]. */
const char *gan_onnx_by_running(struct gan_onnx_call *call, const char *suffix, const char *x, const char *gain,
                                const char *bias);

/* ---- what the layer was told: it is there, since its own `write` wrote it ---- */

bool gan_onnx_has_bias(const struct gan_onnx_call *call);
float gan_onnx_option(const struct gan_onnx_call *call, const char *key);
int64_t gan_onnx_whole_option(const struct gan_onnx_call *call, const char *key);
bool gan_onnx_has_mode(const struct gan_onnx_call *call, const char *name);
/* The pair of numbers for height and width. */
void gan_onnx_pair(const struct gan_onnx_call *call, const char *key, int64_t pair[2]);
/* That pair as an attribute of the latest node: of its second number alone for sequences; `twice` for what stands
 * before and behind. */
void gan_onnx_pair_attribute(struct gan_onnx_call *call, const char *name, const char *key, bool twice);

/* What a layer was told that ONNX has no operator for; NULL. */
const char *gan_onnx_refuse(struct gan_onnx_call *call, const char *what);

#endif

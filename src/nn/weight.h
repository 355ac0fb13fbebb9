/*
 * A layer's weights: as they are, or under spectral norm or weight norm (gan_layer_with_spectral_norm,
 * gan_layer_with_weight_norm). Kinds that declare and take their weights through here are `normable`.
 */
#ifndef GAN_SRC_NN_WEIGHT_H
#define GAN_SRC_NN_WEIGHT_H

#include "nn/layer.h"

/* A weight is a matrix of rows, one for each output: `axis` (0 or 1) is the one that counts outputs. */
struct gan_weight {
    const char *name;
    gan_shape shape;
    int axis;
    int64_t fan_in, fan_out;
};

/* Declares the parameters and state that the weight is made of, by build->layer's modifiers. */
gan_status gan_weight_declare(struct gan_layer_build *build, const struct gan_weight *weight);
/* Takes them from the call: the weight that the layer multiplies by. NULL after an error. */
gan_var *gan_weight_next(const gan_layer *layer, struct gan_layer_call *call, int axis);

/* g·v/‖v‖ for each output, which `axis` counts: what weight norm makes of its two parameters. */
gan_var *gan_weight_of_lengths(gan_var *lengths, gan_var *weight, int axis);

/* Gives the slots that hang on others their numbers (enum gan_slot_begins), once those have theirs. */
void gan_weight_begin(struct gan_slots *parameters, struct gan_slots *state);

/* What inference divides a weight by, whose left vector is slot `left` of the state, and the right one the next. */
double gan_weight_sigma(const struct gan_slots *parameters, const struct gan_slots *state, size_t left);
/* g/‖v‖ for each row of the weight whose lengths are slot `lengths` of the parameters. */
void gan_weight_ratios(const struct gan_slots *parameters, size_t lengths, float *ratios);

#endif

/*
 * Weights that are made of others. Spectral norm (Miyato et al., ICLR 2018, algorithm 1): W/σ with σ = uᵀWv, u and v
 * being what power iteration has found. Weight norm (Salimans and Kingma, NIPS 2016, eq. 2): g·v/‖v‖ for each output.
 */
#include "nn/weight.h"

#include "base/memory.h"
#include "gan/ops.h"
#include "tape/tape.h"

#include <math.h>
#include <stdio.h>

/* Power iterations when a model is initialised: as PyTorch's parametrisation makes. */
#define FIRST_ITERATIONS 15
/* Below which a vector is not made longer. */
#define EPSILON 1e-12f

/* ---- declaring ---- */

static int64_t outputs_of(const struct gan_weight *weight)
{
    return weight->shape.dims[weight->axis];
}

static gan_status declare(struct gan_layer_build *build, struct gan_slots *slots, const struct gan_weight *weight,
                          const char *suffix, struct gan_slot slot)
{
    slot.name = gan_format("%s.%s%s", build->path, weight->name, suffix);
    if (slot.name == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_status status = gan_slots_add(slots, &slot);
    gan_free(slot.name);
    return status;
}

static struct gan_slot drawn(const struct gan_layer_build *build, const struct gan_weight *weight)
{
    return (struct gan_slot){.shape = weight->shape,
                             .fan_in = weight->fan_in,
                             .fan_out = weight->fan_out,
                             .initializer = build->layer->weight_initializer};
}

static bool begins_as_zeros(const struct gan_layer_build *build)
{
    gan_initializer begin = build->layer->weight_initializer;
    return begin.kind == GAN_INITIALIZER_CONSTANT && begin.a == 0;
}

static gan_status declare_spectral(struct gan_layer_build *build, const struct gan_weight *weight)
{
    int64_t outputs = outputs_of(weight), inputs = gan_shape_size(weight->shape) / outputs;
    struct gan_slot vector = {.fan_in = 1,
                              .fan_out = 1,
                              .initializer = gan_initializer_normal(0, 1),
                              .of = build->parameters->count,
                              .axis = weight->axis};
    if (begins_as_zeros(build))
        return gan_layer_reject(build, "%s begins as zeros, which have no spectral norm; give another initialiser",
                                weight->name);
    gan_status status = declare(build, build->parameters, weight, "_orig", drawn(build, weight));
    vector.shape = GAN_SHAPE(outputs);
    vector.begins = GAN_SLOT_LEFT_VECTOR;
    if (status == GAN_OK)
        status = declare(build, build->state, weight, "_u", vector);
    vector.shape = GAN_SHAPE(inputs);
    vector.begins = GAN_SLOT_RIGHT_VECTOR;
    return status == GAN_OK ? declare(build, build->state, weight, "_v", vector) : status;
}

static gan_status declare_lengths(struct gan_layer_build *build, const struct gan_weight *weight)
{
    gan_shape shape = weight->shape;
    for (int i = 0; i < shape.rank; i++)
        shape.dims[i] = i == weight->axis ? shape.dims[i] : 1;
    struct gan_slot lengths = {.shape = shape,
                               .fan_in = 1,
                               .fan_out = 1,
                               .initializer = gan_initializer_constant(1),
                               .begins = GAN_SLOT_LENGTHS,
                               .of = build->parameters->count + 1,
                               .axis = weight->axis};
    if (begins_as_zeros(build))
        return gan_layer_reject(
            build, "%s begins as zeros, which weight norm cannot lengthen; give another initialiser", weight->name);
    gan_status status = declare(build, build->parameters, weight, "_g", lengths);
    return status == GAN_OK ? declare(build, build->parameters, weight, "_v", drawn(build, weight)) : status;
}

gan_status gan_weight_declare(struct gan_layer_build *build, const struct gan_weight *weight)
{
    if (build->layer->spectral_iterations > 0)
        return declare_spectral(build, weight);
    if (build->layer->weight_norm)
        return declare_lengths(build, weight);
    return declare(build, build->parameters, weight, "", drawn(build, weight));
}

/* ---- recording ---- */

/* [outputs, …], whatever axis counts the outputs. */
static gan_var *as_matrix(gan_var *weight, int axis)
{
    gan_var *rows = axis == 0 ? weight : gan_transpose(weight, 0, axis);
    return rows != NULL ? gan_reshape(rows, GAN_SHAPE(gan_var_shape(rows).dims[0], -1)) : NULL;
}

static gan_var *unit(gan_var *x)
{
    gan_var *length = gan_sqrt(gan_sum(gan_square(x)));
    return x != NULL ? gan_div(x, gan_maximum(length, gan_tape_constant(gan_var_tape(x), GAN_SCALAR, EPSILON))) : NULL;
}

/* The tensor's var as a row, [1, n]. */
static gan_var *row(gan_tape *tape, gan_tensor *tensor)
{
    return gan_reshape(gan_tape_tensor(tape, tensor), GAN_SHAPE(1, -1));
}

static bool assign(gan_tape *tape, gan_tensor *tensor, gan_var *vector)
{
    return vector != NULL && gan_tape_assign(tape, tensor, gan_reshape(vector, gan_tensor_shape(tensor))) == GAN_OK;
}

static gan_var *normed_by_spectrum(const gan_layer *layer, struct gan_layer_call *call, gan_var *weight, int axis)
{
    gan_tape *tape = call->tape;
    gan_tensor *left = gan_layer_next_state(call), *right = gan_layer_next_state(call);
    gan_var *matrix = as_matrix(weight, axis), *fixed = gan_stop_gradient(matrix);
    gan_var *u = unit(row(tape, left)), *v = unit(row(tape, right)); /* an average of unit vectors may be shorter */
    if (call->assign && gan_tape_training(tape)) {
        for (int i = 0; i < layer->spectral_iterations; i++) {
            v = unit(gan_matmul(u, fixed));
            u = unit(gan_matmul_transposed(v, false, fixed, true));
        }
        if (!assign(tape, left, u) || !assign(tape, right, v))
            return NULL;
    }
    u = gan_stop_gradient(u);
    v = gan_stop_gradient(v);
    gan_var *sigma = gan_sum(gan_mul(u, gan_matmul_transposed(v, false, matrix, true)));
    return gan_div(weight, sigma);
}

gan_var *gan_weight_of_lengths(gan_var *lengths, gan_var *weight, int axis)
{
    gan_axes others = {.count = 0};
    for (int i = 0; weight != NULL && i < gan_var_rank(weight); i++)
        if (i != axis)
            others.axis[others.count++] = i;
    return gan_mul(weight, gan_div(lengths, gan_sqrt(gan_sum_keep(gan_square(weight), others))));
}

gan_var *gan_weight_next(const gan_layer *layer, struct gan_layer_call *call, int axis)
{
    gan_var *first = gan_layer_next_parameter(call);
    if (layer->spectral_iterations > 0)
        return normed_by_spectrum(layer, call, first, axis);
    return layer->weight_norm ? gan_weight_of_lengths(first, gan_layer_next_parameter(call), axis) : first;
}

/* ---- beginning ---- */

/* A weight in memory as a matrix: row r holds the numbers (i·rows + r)·inner + j, in this order. */
struct matrix {
    const float *numbers;
    int64_t outer, rows, inner;
};

static struct matrix matrix_of(const struct gan_slots *parameters, const struct gan_slot *slot)
{
    gan_shape shape = parameters->slot[slot->of].shape;
    struct matrix m = {gan_tensor_data(parameters->tensors[slot->of]), 1, shape.dims[slot->axis], 1};
    for (int i = 0; i < shape.rank; i++)
        if (i != slot->axis)
            *(i < slot->axis ? &m.outer : &m.inner) *= shape.dims[i];
    return m;
}

static float entry(const struct matrix *m, int64_t row, int64_t column)
{
    return m->numbers[(column / m->inner * m->rows + row) * m->inner + column % m->inner];
}

static double length_of(const float *x, int64_t size)
{
    double squares = 0;
    for (int64_t i = 0; i < size; i++)
        squares += (double)x[i] * (double)x[i];
    return fmax(sqrt(squares), (double)EPSILON);
}

static void lengthen_to_unit(float *x, int64_t size)
{
    double length = length_of(x, size);
    for (int64_t i = 0; i < size; i++)
        x[i] = (float)((double)x[i] / length);
}

static void iterate(const struct matrix *m, float *u, float *v)
{
    int64_t columns = m->outer * m->inner;
    for (int64_t c = 0; c < columns; c++) {
        double sum = 0;
        for (int64_t r = 0; r < m->rows; r++)
            sum += (double)u[r] * (double)entry(m, r, c);
        v[c] = (float)sum;
    }
    lengthen_to_unit(v, columns);
    for (int64_t r = 0; r < m->rows; r++) {
        double sum = 0;
        for (int64_t c = 0; c < columns; c++)
            sum += (double)v[c] * (double)entry(m, r, c);
        u[r] = (float)sum;
    }
    lengthen_to_unit(u, m->rows);
}

static double length_of_row(const struct matrix *m, int64_t row)
{
    double squares = 0;
    for (int64_t c = 0; c < m->outer * m->inner; c++)
        squares += (double)entry(m, row, c) * (double)entry(m, row, c);
    return sqrt(squares);
}

static void begin_lengths(const struct matrix *m, float *lengths)
{
    for (int64_t r = 0; r < m->rows; r++)
        lengths[r] = (float)length_of_row(m, r);
}

void gan_weight_begin(struct gan_slots *parameters, struct gan_slots *state)
{
    for (size_t i = 0; i < parameters->count; i++) {
        if (parameters->slot[i].begins != GAN_SLOT_LENGTHS)
            continue;
        struct matrix m = matrix_of(parameters, &parameters->slot[i]);
        begin_lengths(&m, gan_tensor_data(parameters->tensors[i]));
    }
    for (size_t i = 0; i < state->count; i++) {
        if (state->slot[i].begins != GAN_SLOT_LEFT_VECTOR)
            continue; /* the right one is next to it */
        struct matrix m = matrix_of(parameters, &state->slot[i]);
        lengthen_to_unit(gan_tensor_data(state->tensors[i]), m.rows);
        for (int k = 0; k < FIRST_ITERATIONS; k++)
            iterate(&m, gan_tensor_data(state->tensors[i]), gan_tensor_data(state->tensors[i + 1]));
    }
}

/* ---- for files of other programs ---- */

double gan_weight_sigma(const struct gan_slots *parameters, const struct gan_slots *state, size_t left)
{
    struct matrix m = matrix_of(parameters, &state->slot[left]);
    const float *u = gan_tensor_data(state->tensors[left]), *v = gan_tensor_data(state->tensors[left + 1]);
    int64_t columns = m.outer * m.inner;
    double sum = 0;
    for (int64_t r = 0; r < m.rows; r++)
        for (int64_t c = 0; c < columns; c++)
            sum += (double)u[r] * (double)entry(&m, r, c) * (double)v[c];
    return sum / (length_of(u, m.rows) * length_of(v, columns));
}

void gan_weight_ratios(const struct gan_slots *parameters, size_t lengths, float *ratios)
{
    struct matrix m = matrix_of(parameters, &parameters->slot[lengths]);
    for (int64_t r = 0; r < m.rows; r++)
        ratios[r] = (float)((double)gan_tensor_data(parameters->tensors[lengths])[r] / length_of_row(&m, r));
}

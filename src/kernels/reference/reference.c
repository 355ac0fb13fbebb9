/*
 * The reference backend: plain loops in double, one part, nothing clever. It is what the tests hold the others against,
 * and the place to read what each instruction means.
 */
#include "reference.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static double *pointer(const struct gan_operand *operand, const struct gan_run *run)
{
    return (double *)run->memory[operand->memory] + operand->offset;
}

static double larger(double a, double b)
{
    return isnan(a) || a > b ? a : b;
}

static double smaller(double a, double b)
{
    return isnan(a) || a < b ? a : b;
}

static double instruction_value(const struct gan_map_instruction *instruction, double a, double b, double c)
{
    double p = (double)instruction->p, q = (double)instruction->q;
    switch (instruction->op) {
    case GAN_MAP_COPY:
        return a;
    case GAN_MAP_SCALE:
        return p * a;
    case GAN_MAP_SHIFT:
        return a + p;
    case GAN_MAP_POWER:
        return pow(a, p);
    case GAN_MAP_SQUARE:
        return a * a;
    case GAN_MAP_SQRT:
        return sqrt(a);
    case GAN_MAP_EXP:
        return exp(a);
    case GAN_MAP_LOG:
        return log(a);
    case GAN_MAP_SIN:
        return sin(a);
    case GAN_MAP_COS:
        return cos(a);
    case GAN_MAP_ABS:
        return fabs(a);
    case GAN_MAP_SIGN:
        return a > 0 ? 1 : a < 0 ? -1 : a;
    case GAN_MAP_CLIP:
        return a < p ? p : a > q ? q : a;
    case GAN_MAP_INSIDE:
        return a < p || a > q ? 0 : 1;
    case GAN_MAP_ERF:
        return erf(a);
    case GAN_MAP_SIGMOID:
        return a >= 0 ? 1 / (1 + exp(-a)) : exp(a) / (1 + exp(a));
    case GAN_MAP_TANH:
        return tanh(a);
    case GAN_MAP_SOFTPLUS:
        return isnan(a) ? a : (a > 0 ? a : 0) + log1p(exp(-fabs(a)));
    case GAN_MAP_RELU:
        return a < 0 ? 0 : a;
    case GAN_MAP_LEAKY_RELU:
        return a > 0 ? a : p * a;
    case GAN_MAP_LEAKY_STEP:
        return a > 0 ? 1 : p;
    case GAN_MAP_ADD:
        return a + b;
    case GAN_MAP_SUB:
        return a - b;
    case GAN_MAP_MUL:
        return a * b;
    case GAN_MAP_DIV:
        return a / b;
    case GAN_MAP_MAXIMUM:
        return larger(a, b);
    case GAN_MAP_MINIMUM:
        return smaller(a, b);
    case GAN_MAP_GREATER:
        return a > b;
    case GAN_MAP_GREATER_EQUAL:
        return a >= b;
    case GAN_MAP_EQUAL:
        return a == b;
    case GAN_MAP_SELECT:
        return a != 0 ? b : c;
    case GAN_MAP_OPS:
        break;
    }
    assert(false && "an elementwise instruction");
    return NAN;
}

static double program_value(const struct gan_map_program *program, const struct gan_run *run, int64_t linear)
{
    double values[GAN_MAP_LOADS + GAN_MAP_INSTRUCTIONS];
    for (int i = 0; i < program->loads; i++) {
        const struct gan_operand *load = &program->load[i];
        values[i] =
            ((double *)run->memory[load->memory])[gan_operand_place(load, program->rank, program->dims, linear)];
    }
    for (int i = 0; i < program->instructions; i++) {
        const struct gan_map_instruction *instruction = &program->instruction[i];
        int arguments = gan_map_arguments[instruction->op];
        values[program->loads + i] = instruction_value(instruction, values[instruction->a],
                                                       arguments > 1 ? values[instruction->b] : 0,
                                                       arguments > 2 ? values[instruction->c] : 0);
    }
    return values[program->loads + program->instructions - 1];
}

static void map(const void *opaque, const struct gan_run *run, int64_t part)
{
    (void)part;
    const struct gan_map_call *call = opaque;
    const struct gan_map_program *program = &call->program;
    double *out = run->memory[call->out.memory];
    for (int64_t i = 0; i < program->size; i++)
        out[gan_operand_place(&call->out, program->rank, program->dims, i)] = program_value(program, run, i);
}

/* The values themselves, so that a variance can be taken about the mean. */
static double reduced_value(const struct gan_reduce_call *call, const struct gan_reduced *result,
                            const struct gan_run *run, int64_t kept, int64_t inner)
{
    double value = result->reduction == GAN_REDUCE_MAX ? (double)-INFINITY : 0, mean = 0;
    for (int pass = result->reduction == GAN_REDUCE_VARIANCE ? 0 : 1; pass < 2; pass++)
        for (int64_t row = 0; row < call->reduced; row++) {
            double x = program_value(&result->program, run, (kept * call->reduced + row) * call->inner + inner);
            if (pass == 0)
                mean += x / (double)call->reduced;
            else if (result->reduction == GAN_REDUCE_VARIANCE)
                value += (x - mean) * (x - mean) / (double)call->reduced;
            else
                value = result->reduction == GAN_REDUCE_MAX ? larger(value, x) : value + x;
        }
    return result->reduction == GAN_REDUCE_MEAN ? value / (double)call->reduced : value;
}

static void reduce(const void *opaque, const struct gan_run *run, int64_t part)
{
    (void)part;
    const struct gan_reduce_call *call = opaque;
    for (int i = 0; i < call->results; i++)
        for (int64_t kept = 0; kept < call->kept; kept++)
            for (int64_t inner = 0; inner < call->inner; inner++)
                pointer(&call->result[i].out, run)[kept * call->inner + inner] = reduced_value(call, &call->result[i],
                                                                                               run, kept, inner);
}

static void reduce_combine(const void *call, const struct gan_run *run, int64_t part)
{
    (void)call, (void)run, (void)part; /* reduce has done it all */
}

static void matmul(const void *opaque, const struct gan_run *run, int64_t part)
{
    (void)part;
    const struct gan_matmul_call *call = opaque;
    assert(!call->has_epilogue);
    int row = call->batch_rank, column = call->batch_rank + 1;
    for (int64_t batch = 0; batch < call->batch; batch++) {
        const double *a = (double *)run->memory[call->a.memory] +
                          gan_operand_place(&call->a, call->batch_rank, call->batch_dims, batch);
        const double *b = (double *)run->memory[call->b.memory] +
                          gan_operand_place(&call->b, call->batch_rank, call->batch_dims, batch);
        double *out = (double *)run->memory[call->out.memory] +
                      gan_operand_place(&call->out, call->batch_rank, call->batch_dims, batch);
        for (int64_t i = 0; i < call->m; i++)
            for (int64_t j = 0; j < call->n; j++) {
                double sum = 0;
                for (int64_t k = 0; k < call->k; k++)
                    sum += a[i * call->a.strides[row] + k * call->a.strides[column]] *
                           b[k * call->b.strides[row] + j * call->b.strides[column]];
                out[i * call->out.strides[row] + j * call->out.strides[column]] = sum;
            }
    }
}

static void fill(const void *opaque, const struct gan_run *run, int64_t part)
{
    (void)part;
    const struct gan_fill_call *call = opaque;
    double *out = pointer(&call->out, run);
    for (int64_t i = 0; i < call->size; i++)
        out[i] = (double)call->value;
}

static void gather(const void *opaque, const struct gan_run *run, int64_t part)
{
    (void)part;
    const struct gan_index_call *call = opaque;
    for (int64_t i = 0; i < call->count; i++) {
        int64_t row = gan_checked_index(call, run, i);
        for (int64_t j = 0; row >= 0 && j < call->width; j++)
            pointer(&call->out, run)[i * call->width + j] = pointer(&call->table, run)[row * call->width + j];
    }
}

static void scatter_add(const void *opaque, const struct gan_run *run, int64_t part)
{
    (void)part;
    const struct gan_index_call *call = opaque;
    memset(pointer(&call->out, run), 0, (size_t)(call->rows * call->width) * sizeof(double));
    for (int64_t i = 0; i < call->count; i++) {
        int64_t row = gan_checked_index(call, run, i);
        for (int64_t j = 0; row >= 0 && j < call->width; j++)
            pointer(&call->out, run)[row * call->width + j] += pointer(&call->table, run)[i * call->width + j];
    }
}

static void one_hot(const void *opaque, const struct gan_run *run, int64_t part)
{
    (void)part;
    const struct gan_index_call *call = opaque;
    memset(pointer(&call->out, run), 0, (size_t)(call->count * call->rows) * sizeof(double));
    for (int64_t i = 0; i < call->count; i++) {
        int64_t column = gan_checked_index(call, run, i);
        if (column >= 0)
            pointer(&call->out, run)[i * call->rows + column] = 1;
    }
}

/* The same numbers as the CPU backend's. */
static void draw(const void *opaque, const struct gan_run *run, int64_t part)
{
    (void)part;
    const struct gan_random_call *call = opaque;
    struct gan_random_key key = {run->seed, call->stream, run->step};
    for (int64_t i = 0; i < call->size; i++) {
        float number;
        if (call->normal)
            gan_random_normal(&key, (uint64_t)i, 1, &number);
        else
            gan_random_uniform(&key, (uint64_t)i, 1, &number);
        number = call->scale * number + call->offset;
        pointer(&call->out, run)[i] = (double)(!call->normal && number > call->most ? call->most : number);
    }
}

/* Programs are left as they are: their axes say more unmerged. */
static void measure(struct gan_map_program *program)
{
    program->size = 1;
    for (int axis = 0; axis < program->rank; axis++)
        program->size *= program->dims[axis];
}

static void prepare_map(struct gan_map_call *call)
{
    measure(&call->program);
    call->parts = 1;
}

static void prepare_reduce(struct gan_reduce_call *call)
{
    for (int i = 0; i < call->results; i++)
        measure(&call->result[i].program);
    call->parts = 1;
    call->combine_parts = 0;
    call->scratch_size = 0;
}

static void prepare_matmul(struct gan_matmul_call *call)
{
    call->parts = 1;
}

static void prepare_fill(struct gan_fill_call *call)
{
    call->parts = 1;
}

static void prepare_index(struct gan_index_call *call)
{
    call->parts = 1;
}

static void prepare_random(struct gan_random_call *call)
{
    call->parts = 1;
}

const struct gan_backend *gan_backend_reference(void)
{
    static const struct gan_backend backend = {
        .name = "reference",
        .element = sizeof(double),
        .fuses = false,
        .map = map,
        .reduce = reduce,
        .reduce_combine = reduce_combine,
        .matmul = matmul,
        .conv = gan_reference_conv,
        .resample = gan_reference_resample,
        .pool = gan_reference_pool,
        .fill = fill,
        .gather = gather,
        .scatter_add = scatter_add,
        .one_hot = one_hot,
        .random = draw,
        .prepare_map = prepare_map,
        .prepare_reduce = prepare_reduce,
        .prepare_matmul = prepare_matmul,
        .prepare_conv = gan_reference_prepare_conv,
        .prepare_resample = gan_reference_prepare_resample,
        .prepare_pool = gan_reference_prepare_pool,
        .prepare_fill = prepare_fill,
        .prepare_index = prepare_index,
        .prepare_random = prepare_random,
    };
    return &backend;
}

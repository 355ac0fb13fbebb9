/* What every backend needs of calls: where operands lie, and what elementwise programs need before they run. */
#include "kernels.h"

#include <assert.h>

const int gan_map_arguments[GAN_MAP_OPS] = {
#define GAN_MAP(name, arguments) arguments,
#include "map.def"
#undef GAN_MAP
};

bool gan_operand_dense(const struct gan_operand *operand, int rank, const int64_t *dims)
{
    int64_t expected = 1;
    for (int axis = rank - 1; axis >= 0; axis--) {
        if (dims[axis] != 1 && operand->strides[axis] != expected)
            return false;
        expected *= dims[axis];
    }
    return true;
}

int64_t gan_operand_place(const struct gan_operand *operand, int rank, const int64_t *dims, int64_t linear)
{
    int64_t place = operand->offset;
    for (int axis = rank - 1; axis >= 0; axis--) {
        place += linear % dims[axis] * operand->strides[axis];
        linear /= dims[axis];
    }
    return place;
}

int64_t gan_checked_index(const struct gan_index_call *call, const struct gan_run *run, int64_t i)
{
    int64_t value = ((const int32_t *)run->memory[call->index.memory] + call->index.offset)[i];
    if (value >= 0 && value < call->rows)
        return value;
    /* The smallest one is told, whichever thread comes first. INT64_MIN: none so far. */
    int64_t told = atomic_load(run->bad_index);
    while ((told == INT64_MIN || value < told) && !atomic_compare_exchange_weak(run->bad_index, &told, value))
        continue;
    return -1;
}

/* ---- elementwise programs ---- */

static bool mergeable(const struct gan_operand *operand, int axis, int64_t inner_size)
{
    return operand->strides[axis] == operand->strides[axis + 1] * inner_size;
}

static void drop_axis(struct gan_operand *operand, int axis, int rank)
{
    for (int i = axis; i + 1 < rank; i++)
        operand->strides[i] = operand->strides[i + 1];
}

/* Removes axis `axis`; every operand's stride there must not matter any more. */
static void remove_axis(struct gan_map_program *program, struct gan_operand *out, int axis)
{
    for (int i = 0; i < program->loads; i++)
        drop_axis(&program->load[i], axis, program->rank);
    if (out != NULL)
        drop_axis(out, axis, program->rank);
    for (int i = axis; i + 1 < program->rank; i++)
        program->dims[i] = program->dims[i + 1];
    program->rank--;
}

static void merge_axes(struct gan_map_program *program, struct gan_operand *out)
{
    for (int axis = program->rank - 1; axis >= 0; axis--)
        if (program->dims[axis] == 1)
            remove_axis(program, out, axis);
    for (int axis = program->rank - 2; axis >= 0; axis--) {
        int64_t inner = program->dims[axis + 1];
        bool all = out == NULL || mergeable(out, axis, inner);
        for (int i = 0; i < program->loads && all; i++)
            all = mergeable(&program->load[i], axis, inner);
        if (!all)
            continue;
        program->dims[axis + 1] *= program->dims[axis]; /* strides of the inner axis hold for both */
        remove_axis(program, out, axis);
    }
}

static bool all_zero(const struct gan_operand *operand, int rank)
{
    for (int axis = 0; axis < rank; axis++)
        if (operand->strides[axis] != 0)
            return false;
    return true;
}

/* Linear scan: a value's room is free again after its last use. Loads come first and keep theirs while they are used.
 */
static void assign_rooms(struct gan_map_program *program)
{
    int values = program->loads + program->instructions;
    int last_use[GAN_MAP_LOADS + GAN_MAP_INSTRUCTIONS] = {0};
    for (int i = 0; i < program->instructions; i++) {
        const struct gan_map_instruction *instruction = &program->instruction[i];
        int arguments[3] = {instruction->a, instruction->b, instruction->c};
        for (int j = 0; j < gan_map_arguments[instruction->op]; j++)
            last_use[arguments[j]] = i;
    }
    last_use[values - 1] = program->instructions;
    int busy_until[GAN_MAP_LOADS + GAN_MAP_INSTRUCTIONS] = {0}; /* of each room */
    program->rooms = 0;
    for (int value = 0; value < values; value++) {
        int now = value < program->loads ? -1 : value - program->loads;
        int room = 0;
        while (room < program->rooms && busy_until[room] >= now)
            room++;
        if (room == program->rooms)
            program->rooms++;
        program->room[value] = room;
        busy_until[room] = last_use[value];
    }
}

void gan_map_finish(struct gan_map_program *program, struct gan_operand *out)
{
    assert(program->instructions > 0);
    program->size = 1;
    for (int axis = 0; axis < program->rank; axis++)
        program->size *= program->dims[axis];
    merge_axes(program, out);
    for (int i = 0; i < program->loads; i++) {
        program->dense[i] = gan_operand_dense(&program->load[i], program->rank, program->dims);
        program->uniform[i] = all_zero(&program->load[i], program->rank);
    }
    assign_rooms(program);
}

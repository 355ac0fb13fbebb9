/* The calls of reductions: one, or two that read the same numbers. */
#include "emitter.h"

/* Reorders a program's axes: first those kept (but for a kept last one), then those reduced, then the kept last one. */
static void order_axes(struct gan_reduce_call *call, struct gan_map_program *program, uint32_t reduced_axes,
                       struct gan_order order)
{
    struct gan_map_program ordered = *program;
    int rank = program->rank, next = 0, last = rank - 1;
    while (last >= 0 && program->dims[last] == 1)
        last--;
    bool inner_kept = last >= 0 && (reduced_axes & 1u << order.axis[last]) == 0;
    call->kept = call->reduced = call->inner = 1;
    for (int pass = 0; pass < 3; pass++)
        for (int axis = 0; axis < rank; axis++) {
            bool is_reduced = (reduced_axes & 1u << order.axis[axis]) != 0;
            int wanted = is_reduced ? 1 : inner_kept && axis == last ? 2 : 0;
            if (wanted != pass)
                continue;
            int64_t size = program->dims[axis];
            *(pass == 0 ? &call->kept : pass == 1 ? &call->reduced : &call->inner) *= size;
            ordered.dims[next] = size;
            for (int i = 0; i < program->loads; i++)
                ordered.load[i].strides[next] = program->load[i].strides[axis];
            next++;
        }
    *program = ordered;
}

static void set_reduced(const struct gan_emitter *emitter, struct gan_reduce_call *call, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    struct gan_reduced *result = &call->result[call->results++];
    gan_emit_program(emitter, index, &result->program);
    order_axes(call, &result->program, node->var->attributes.axes, node->order);
    enum gan_op_kind kind = node->var->op->kind;
    result->reduction = kind == GAN_KIND_SUM    ? GAN_REDUCE_SUM
                        : kind == GAN_KIND_MEAN ? GAN_REDUCE_MEAN
                        : kind == GAN_KIND_MAX  ? GAN_REDUCE_MAX
                                                : GAN_REDUCE_VARIANCE;
    result->out = gan_result_of(emitter->graph, index);
}

gan_status gan_emit_reduction(struct gan_emitter *emitter, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    if (node->leader >= 0)
        return GAN_OK; /* made in that step */
    struct gan_reduce_call *call = gan_emit_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    set_reduced(emitter, call, index);
    if (node->follower >= 0)
        set_reduced(emitter, call, node->follower);
    emitter->backend->prepare_reduce(call);
    call->scratch_memory = GAN_MEMORY_ARENA;
    call->scratch_offset = gan_emit_scratch(emitter, call->scratch_size);
    gan_status status = gan_emit_step(emitter, emitter->backend->reduce, call, call->parts, index, NULL);
    if (status == GAN_OK && call->combine_parts > 0)
        status = gan_emit_step(emitter, emitter->backend->reduce_combine, call, call->combine_parts, index, "combine");
    return status;
}

/* From a placed graph to the kernels' calls. */
#include "emitter.h"

#include "base/memory.h"
#include "base/status.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* ---- operands ---- */

struct gan_operand gan_operand_of(const struct gan_graph *graph, const struct gan_view *view, int rank)
{
    const struct gan_node *node = &graph->nodes[view->node];
    struct gan_operand operand = {.memory = node->memory, .offset = node->offset + view->offset};
    for (int axis = 0; axis < rank; axis++)
        operand.strides[axis] = view->strides[axis];
    return operand;
}

struct gan_operand gan_result_of(const struct gan_graph *graph, int index)
{
    struct gan_view view = gan_node_view(graph, index);
    return gan_operand_of(graph, &view, graph->nodes[index].shape.rank);
}

struct gan_operand gan_operand_in_order(struct gan_operand operand, int rank, struct gan_order order)
{
    struct gan_operand ordered = operand;
    for (int place = 0; place < rank; place++)
        ordered.strides[place] = operand.strides[order.axis[place]];
    return ordered;
}

/* ---- steps ---- */

int64_t gan_emit_scratch(struct gan_emitter *emitter, int64_t size)
{
    if (emitter->steps->scratch_size < size)
        emitter->steps->scratch_size = size;
    emitter->has_scratch = size > 0;
    return emitter->arena_size * emitter->backend->element;
}

void *gan_emit_call(struct gan_emitter *emitter, size_t size)
{
    struct gan_steps *steps = emitter->steps;
    if (!gan_grow((void **)&steps->calls, &steps->call_capacity, steps->call_count, sizeof *steps->calls))
        return NULL;
    void *call = gan_alloc_zero(1, size);
    if (call != NULL)
        steps->calls[steps->call_count++] = call;
    return call;
}

gan_status gan_emit_step(struct gan_emitter *emitter, gan_kernel *run, void *call, int64_t parts, int node,
                         const char *purpose)
{
    struct gan_steps *steps = emitter->steps;
    if (!gan_grow((void **)&steps->list, &steps->capacity, steps->count, sizeof *steps->list))
        return GAN_ERROR_OUT_OF_MEMORY;
    const struct gan_node *nodes = emitter->graph->nodes;
    const int follower = nodes[node].follower;
    steps->list[steps->count] = (struct gan_step){.run = run,
                                                  .call = call,
                                                  .parts = parts,
                                                  .node = node,
                                                  .end = nodes[node].size,
                                                  .reads = GAN_STEP_READS_ALL,
                                                  .purpose = purpose,
                                                  .has_scratch = emitter->has_scratch,
                                                  .steady = nodes[node].steady &&
                                                            (follower < 0 || nodes[follower].steady),
                                                  .number = (int)steps->count};
    steps->count++;
    return GAN_OK;
}

/* The program's domain goes through the axes in the order given. */
static void set_program(struct gan_map_program *program, const struct gan_graph *graph, const struct gan_fused *fused,
                        struct gan_order order)
{
    program->rank = fused->shape.rank;
    for (int place = 0; place < program->rank; place++)
        program->dims[place] = fused->shape.dims[order.axis[place]];
    program->loads = fused->loads;
    for (int i = 0; i < fused->loads; i++)
        program->load[i] = gan_operand_in_order(gan_operand_of(graph, &fused->load[i], program->rank), program->rank,
                                                order);
    program->instructions = fused->instructions;
    memcpy(program->instruction, fused->instruction, sizeof program->instruction);
}

void gan_emit_program(const struct gan_emitter *emitter, int root, struct gan_map_program *program)
{
    struct gan_fused fused;
    bool fits = gan_graph_program(emitter->graph, root, &fused);
    assert(fits);
    (void)fits;
    set_program(program, emitter->graph, &fused, emitter->graph->nodes[root].order);
}

static gan_status emit_map(struct gan_emitter *emitter, int index)
{
    struct gan_map_call *call = gan_emit_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    const struct gan_node *node = &emitter->graph->nodes[index];
    gan_emit_program(emitter, index, &call->program);
    call->out = gan_operand_in_order(gan_result_of(emitter->graph, index), node->shape.rank, node->order);
    emitter->backend->prepare_map(call);
    return gan_emit_step(emitter, emitter->backend->map, call, call->parts, index, NULL);
}

/* The latest step makes a part of its node, and writes and reads no more than this. */
static void narrow_step(struct gan_emitter *emitter, int64_t begin, int64_t size, int reads)
{
    struct gan_step *step = &emitter->steps->list[emitter->steps->count - 1];
    step->begin = begin;
    step->end = begin + size;
    step->reads = reads;
}

/* How far it is from the first to the last of an operand's numbers. */
static int64_t reach_of(const struct gan_operand *operand, gan_shape shape)
{
    int64_t reach = 1;
    for (int axis = 0; axis < shape.rank; axis++)
        reach += (shape.dims[axis] - 1) * operand->strides[axis];
    return reach;
}

/* A copy of the node's input i (of `shape`) to `out`, a part of the node, in the order in which that lies. */
static gan_status emit_copy(struct gan_emitter *emitter, int index, int i, gan_shape shape, struct gan_operand out,
                            struct gan_order order)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    struct gan_map_call *call = gan_emit_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    struct gan_fused fused = {.loads = 1, .load = {node->input[i]}, .instructions = 1, .shape = shape};
    fused.instruction[0].op = GAN_MAP_COPY;
    set_program(&call->program, emitter->graph, &fused, order);
    call->out = gan_operand_in_order(out, shape.rank, order);
    emitter->backend->prepare_map(call);
    gan_status status = gan_emit_step(emitter, emitter->backend->map, call, call->parts, index, "copy");
    if (status == GAN_OK)
        narrow_step(emitter, out.offset - node->offset, reach_of(&out, shape), i);
    return status;
}

static gan_status emit_fill(struct gan_emitter *emitter, int index, int64_t begin, int64_t size, float value)
{
    if (size == 0)
        return GAN_OK;
    struct gan_fill_call *call = gan_emit_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    call->out = gan_result_of(emitter->graph, index);
    call->out.offset += begin;
    call->size = size;
    call->value = value;
    emitter->backend->prepare_fill(call);
    gan_status status = gan_emit_step(emitter, emitter->backend->fill, call, call->parts, index, "fill");
    if (status == GAN_OK)
        narrow_step(emitter, begin, size, GAN_STEP_READS_NONE);
    return status;
}

/* ---- wholes made of parts ---- */

static gan_status emit_pad(struct gan_emitter *emitter, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    int axis = node->var->attributes.axis;
    gan_status status = emit_fill(emitter, index, 0, gan_shape_size(node->shape), 0.0f);
    struct gan_operand out = gan_result_of(emitter->graph, index);
    out.offset += node->var->attributes.begin * out.strides[axis];
    return status != GAN_OK ? status : emit_copy(emitter, index, 0, node->var->input[0]->shape, out, node->order);
}

static bool computed_in_place(const struct gan_graph *graph, int whole, int i, int64_t offset)
{
    const struct gan_view *view = &graph->nodes[whole].input[i];
    const struct gan_node *part = &graph->nodes[view->node];
    return part->parent == whole && part->parent_offset == offset;
}

static gan_status emit_concat(struct gan_emitter *emitter, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    struct gan_operand out = gan_result_of(emitter->graph, index);
    int axis = node->var->attributes.axis;
    int64_t begin = out.offset;
    gan_status status = GAN_OK;
    for (int i = 0; i < node->inputs && status == GAN_OK; i++) {
        gan_shape shape = node->var->input[i]->shape;
        if (!computed_in_place(emitter->graph, index, i, out.offset - begin))
            status = emit_copy(emitter, index, i, shape, out, node->order);
        out.offset += shape.dims[axis] * out.strides[axis];
    }
    return status;
}

static gan_status emit_pack(struct gan_emitter *emitter, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    const int64_t *offsets = node->var->attributes.offsets;
    int64_t end = 0;
    gan_status status = GAN_OK;
    for (int i = 0; i < node->inputs && status == GAN_OK; i++) {
        gan_shape shape = node->var->input[i]->shape;
        struct gan_view part = gan_view_whole(index, shape);
        part.offset = offsets[i];
        struct gan_operand out = gan_operand_of(emitter->graph, &part, shape.rank);
        status = emit_fill(emitter, index, end, offsets[i] - end, 0.0f);
        if (status == GAN_OK && !computed_in_place(emitter->graph, index, i, offsets[i]))
            status = emit_copy(emitter, index, i, shape, out, gan_row_major);
        end = offsets[i] + gan_shape_size(shape);
    }
    return status != GAN_OK ? status : emit_fill(emitter, index, end, node->shape.dims[0] - end, 0.0f);
}

/* ---- by index, random ---- */

static gan_status emit_index(struct gan_emitter *emitter, int index)
{
    const struct gan_graph *graph = emitter->graph;
    const struct gan_node *node = &graph->nodes[index];
    const struct gan_var *var = node->var;
    struct gan_index_call *call = gan_emit_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    bool one_hot = var->op->kind == GAN_KIND_ONE_HOT;
    int indices = one_hot ? 0 : 1;
    call->count = gan_shape_size(var->input[indices]->shape);
    call->rows = var->op->kind == GAN_KIND_GATHER ? var->input[0]->shape.dims[0] : var->attributes.end;
    call->index = gan_operand_of(graph, &node->input[indices], 0);
    call->out = gan_result_of(graph, index);
    gan_kernel *run = emitter->backend->one_hot;
    if (!one_hot) {
        call->table = gan_operand_of(graph, &node->input[0], 0);
        int64_t elements = gan_shape_size(var->input[0]->shape);
        bool gather = var->op->kind == GAN_KIND_GATHER;
        call->width = elements / (gather ? call->rows : call->count);
        run = gather ? emitter->backend->gather : emitter->backend->scatter_add;
    }
    emitter->backend->prepare_index(call);
    return gan_emit_step(emitter, run, call, call->parts, index, NULL);
}

static gan_status emit_random(struct gan_emitter *emitter, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    struct gan_random_call *call = gan_emit_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    call->normal = node->var->op->kind == GAN_KIND_NORMAL;
    call->stream = node->var->attributes.stream;
    call->scale = node->var->attributes.p;
    call->offset = node->var->attributes.q;
    call->most = call->scale > 0 ? nextafterf(call->offset + call->scale, call->offset) : call->offset;
    call->out = gan_result_of(emitter->graph, index);
    call->size = gan_shape_size(node->shape);
    emitter->backend->prepare_random(call);
    return gan_emit_step(emitter, emitter->backend->random, call, call->parts, index, NULL);
}

static gan_status emit_node(struct gan_emitter *emitter, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    emitter->has_scratch = false;
    if (node->anchor >= 0)
        return gan_emit_product(emitter, node->anchor, index);
    switch (gan_node_kind(node)) {
    case GAN_KIND_MAP:
        return emit_map(emitter, index);
    case GAN_KIND_SUM:
    case GAN_KIND_MEAN:
    case GAN_KIND_MAX:
    case GAN_KIND_VARIANCE:
        return gan_emit_reduction(emitter, index);
    case GAN_KIND_MATMUL:
    case GAN_KIND_CONV:
    case GAN_KIND_CONV_DATA:
    case GAN_KIND_CONV_WEIGHT:
    case GAN_KIND_RESAMPLE:
        return gan_emit_product(emitter, index, index);
    case GAN_KIND_POOL:
    case GAN_KIND_UNPOOL:
        return gan_emit_pool(emitter, index);
    case GAN_KIND_PANELS:
        return gan_emit_panels(emitter, index);
    case GAN_KIND_PAD:
        return emit_pad(emitter, index);
    case GAN_KIND_CONCAT:
        return emit_concat(emitter, index);
    case GAN_KIND_PACK:
        return emit_pack(emitter, index);
    case GAN_KIND_GATHER:
    case GAN_KIND_SCATTER_ADD:
    case GAN_KIND_ONE_HOT:
        return emit_index(emitter, index);
    case GAN_KIND_UNIFORM:
    case GAN_KIND_NORMAL:
        return emit_random(emitter, index);
    case GAN_KIND_INPUT:
    case GAN_KIND_TENSOR:
    case GAN_KIND_CONSTANT:
    case GAN_KIND_IDENTITY:
    case GAN_KIND_EXPAND:
    case GAN_KIND_RESHAPE:
    case GAN_KIND_PERMUTE:
    case GAN_KIND_SLICE:
    case GAN_KIND_UPDATE:
        break;
    }
    assert(false && "a node with numbers of its own");
    return GAN_OK;
}

gan_status gan_steps_emit(struct gan_steps *steps, const struct gan_graph *graph, const struct gan_backend *backend,
                          int64_t arena_size)
{
    struct gan_emitter emitter = {.steps = steps, .graph = graph, .backend = backend, .arena_size = arena_size};
    for (int i = 0; i < (int)graph->count; i++) {
        if (graph->nodes[i].root != i || gan_node_is_leaf(&graph->nodes[i]))
            continue;
        gan_status status = emit_node(&emitter, i);
        if (status != GAN_OK)
            return status;
    }
    return GAN_OK;
}

void gan_steps_release(struct gan_steps *steps)
{
    for (size_t i = 0; i < steps->call_count; i++)
        gan_free(steps->calls[i]);
    gan_free(steps->calls);
    gan_free(steps->list);
}

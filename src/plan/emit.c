/* From a placed graph to the kernels' calls. */
#include "emit.h"

#include "base/memory.h"
#include "base/status.h"

#include <assert.h>
#include <string.h>

struct emitter {
    struct gan_steps *steps;
    const struct gan_graph *graph;
    const struct gan_backend *backend;
    int64_t arena_size;
};

/* ---- operands ---- */

static struct gan_operand operand_of(const struct gan_graph *graph, const struct gan_view *view, int rank)
{
    const struct gan_node *node = &graph->nodes[view->node];
    struct gan_operand operand = {.memory = node->memory, .offset = node->offset + view->offset};
    for (int axis = 0; axis < rank; axis++)
        operand.strides[axis] = view->strides[axis];
    return operand;
}

static struct gan_operand result_of(const struct gan_graph *graph, int index)
{
    struct gan_view view = gan_node_view(graph, index);
    return operand_of(graph, &view, graph->nodes[index].shape.rank);
}

/* The operand with its axes in another order. */
static struct gan_operand in_order(struct gan_operand operand, int rank, struct gan_order order)
{
    struct gan_operand ordered = operand;
    for (int place = 0; place < rank; place++)
        ordered.strides[place] = operand.strides[order.axis[place]];
    return ordered;
}

/* ---- steps ---- */

static void *new_call(struct emitter *emitter, size_t size)
{
    struct gan_steps *steps = emitter->steps;
    if (!gan_grow((void **)&steps->calls, &steps->call_capacity, steps->call_count, sizeof *steps->calls))
        return NULL;
    void *call = gan_alloc_zero(1, size);
    if (call != NULL)
        steps->calls[steps->call_count++] = call;
    return call;
}

static gan_status add_step(struct emitter *emitter, gan_kernel *run, void *call, int64_t parts, int node,
                           const char *purpose)
{
    struct gan_steps *steps = emitter->steps;
    if (!gan_grow((void **)&steps->list, &steps->capacity, steps->count, sizeof *steps->list))
        return GAN_ERROR_OUT_OF_MEMORY;
    steps->list[steps->count++] = (struct gan_step){run, call, parts, node, purpose};
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
        program->load[i] = in_order(operand_of(graph, &fused->load[i], program->rank), program->rank, order);
    program->instructions = fused->instructions;
    memcpy(program->instruction, fused->instruction, sizeof program->instruction);
}

static void fused_program(const struct emitter *emitter, int root, struct gan_map_program *program)
{
    struct gan_fused fused;
    bool fits = gan_graph_program(emitter->graph, root, &fused);
    assert(fits);
    (void)fits;
    set_program(program, emitter->graph, &fused, emitter->graph->nodes[root].order);
}

static gan_status emit_map(struct emitter *emitter, int index)
{
    struct gan_map_call *call = new_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    const struct gan_node *node = &emitter->graph->nodes[index];
    fused_program(emitter, index, &call->program);
    call->out = in_order(result_of(emitter->graph, index), node->shape.rank, node->order);
    emitter->backend->prepare_map(call);
    return add_step(emitter, emitter->backend->map, call, call->parts, index, NULL);
}

/* A copy of `view` (over the axes of `shape`) to `out`, a part of node `index`, in the order in which that lies. */
static gan_status emit_copy(struct emitter *emitter, const struct gan_view *view, gan_shape shape,
                            struct gan_operand out, struct gan_order order, int index)
{
    struct gan_map_call *call = new_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    struct gan_fused fused = {.loads = 1, .load = {*view}, .instructions = 1, .shape = shape};
    fused.instruction[0].op = GAN_MAP_COPY;
    set_program(&call->program, emitter->graph, &fused, order);
    call->out = in_order(out, shape.rank, order);
    emitter->backend->prepare_map(call);
    return add_step(emitter, emitter->backend->map, call, call->parts, index, "copy");
}

static gan_status emit_fill(struct emitter *emitter, int index, int64_t begin, int64_t size, float value)
{
    if (size == 0)
        return GAN_OK;
    struct gan_fill_call *call = new_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    call->out = result_of(emitter->graph, index);
    call->out.offset += begin;
    call->size = size;
    call->value = value;
    emitter->backend->prepare_fill(call);
    return add_step(emitter, emitter->backend->fill, call, call->parts, index, "fill");
}

/* ---- reductions ---- */

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

static void set_reduced(const struct emitter *emitter, struct gan_reduce_call *call, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    struct gan_reduced *result = &call->result[call->results++];
    fused_program(emitter, index, &result->program);
    order_axes(call, &result->program, node->var->attributes.axes, node->order);
    enum gan_op_kind kind = node->var->op->kind;
    result->reduction = kind == GAN_KIND_SUM   ? GAN_REDUCE_SUM
                        : kind == GAN_KIND_MAX ? GAN_REDUCE_MAX
                                               : GAN_REDUCE_VARIANCE;
    result->out = result_of(emitter->graph, index);
}

static gan_status emit_reduce(struct emitter *emitter, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    if (node->leader >= 0)
        return GAN_OK; /* made in that step */
    struct gan_reduce_call *call = new_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    set_reduced(emitter, call, index);
    if (node->follower >= 0)
        set_reduced(emitter, call, node->follower);
    call->scratch_memory = GAN_MEMORY_ARENA;
    call->scratch_offset = emitter->arena_size * emitter->backend->element;
    emitter->backend->prepare_reduce(call);
    if (emitter->steps->scratch_size < call->scratch_size)
        emitter->steps->scratch_size = call->scratch_size;
    gan_status status = add_step(emitter, emitter->backend->reduce, call, call->parts, index, NULL);
    if (status == GAN_OK && call->combine_parts > 0)
        status = add_step(emitter, emitter->backend->reduce_combine, call, call->combine_parts, index, "combine");
    return status;
}

/* ---- products ---- */

static gan_status emit_matmul(struct emitter *emitter, int product, int root)
{
    const struct gan_graph *graph = emitter->graph;
    const struct gan_node *node = &graph->nodes[product];
    const struct gan_var *var = node->var;
    struct gan_matmul_call *call = new_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    int rank = node->shape.rank, row = rank - 2, column = rank - 1;
    call->a = operand_of(graph, &node->input[0], rank);
    call->b = operand_of(graph, &node->input[1], rank);
    call->out = result_of(graph, root);
    call->m = node->shape.dims[row];
    call->n = node->shape.dims[column];
    call->k = var->input[0]->shape.dims[var->attributes.transpose_a ? row : column];
    struct gan_operand *operands[2] = {&call->a, &call->b};
    const bool transposed[2] = {var->attributes.transpose_a, var->attributes.transpose_b};
    for (int i = 0; i < 2; i++) {
        if (!transposed[i])
            continue;
        int64_t stride = operands[i]->strides[row];
        operands[i]->strides[row] = operands[i]->strides[column];
        operands[i]->strides[column] = stride;
    }
    call->batch_rank = rank - 2;
    call->batch = 1;
    for (int axis = 0; axis < rank - 2; axis++)
        call->batch *= call->batch_dims[axis] = node->shape.dims[axis];
    call->has_epilogue = product != root;
    if (call->has_epilogue)
        fused_program(emitter, root, &call->epilogue);
    emitter->backend->prepare_matmul(call);
    emitter->steps->flops += 2.0 * (double)call->batch * (double)call->m * (double)call->n * (double)call->k;
    return add_step(emitter, emitter->backend->matmul, call, call->parts, root, NULL);
}

/* ---- convolutions ---- */

static double flops_of(const struct gan_conv *conv)
{
    double meetings = 1;
    for (int axis = 0; axis < 2; axis++)
        meetings *= (double)gan_window_meetings(&conv->window, axis, conv->x[axis + 1], conv->y[axis + 1]);
    return 2.0 * meetings * (double)conv->examples * (double)(conv->x[0] / conv->groups) * (double)conv->y[0];
}

static gan_status emit_conv(struct emitter *emitter, int product, int root)
{
    const struct gan_graph *graph = emitter->graph;
    const struct gan_node *node = &graph->nodes[product];
    struct gan_conv_call *call = new_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    call->conv = gan_conv_of(node->var);
    struct gan_operand first = operand_of(graph, &node->input[0], 4), second = operand_of(graph, &node->input[1], 4);
    struct gan_operand out = result_of(graph, root);
    call->x = call->conv.kind == GAN_CONV_DATA ? out : first;
    call->y = call->conv.kind == GAN_CONV_FORWARD ? out : call->conv.kind == GAN_CONV_DATA ? first : second;
    call->weight = call->conv.kind == GAN_CONV_WEIGHT ? out : second;
    call->panels = graph->nodes[node->input[1].node].panels;
    call->has_epilogue = product != root;
    if (call->has_epilogue)
        fused_program(emitter, root, &call->epilogue);
    emitter->backend->prepare_conv(call);
    emitter->steps->flops += flops_of(&call->conv);
    return add_step(emitter, emitter->backend->conv, call, call->parts, root, NULL);
}

static gan_status emit_panels(struct emitter *emitter, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    struct gan_panels_call *call = new_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    call->conv = node->conv;
    call->panels = node->panels;
    call->weight = operand_of(emitter->graph, &node->input[0], 4);
    call->out = result_of(emitter->graph, index);
    emitter->backend->prepare_panels(call);
    return add_step(emitter, emitter->backend->panels, call, call->parts, index, "panels");
}

static gan_status emit_resample(struct emitter *emitter, int node_index, int root)
{
    const struct gan_node *node = &emitter->graph->nodes[node_index];
    const struct gan_attributes *attributes = &node->var->attributes;
    struct gan_resample_call *call = new_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    const int64_t *dims = node->shape.dims;
    call->weights = gan_resampling_weights(attributes->resampling, attributes->transposed);
    call->inner = dims[0] * dims[1] * (attributes->axis == 2 ? dims[3] : 1);
    call->outer = attributes->axis == 2 ? 1 : dims[2];
    call->in = operand_of(emitter->graph, &node->input[0], 4);
    call->out = result_of(emitter->graph, root);
    call->has_epilogue = node_index != root;
    if (call->has_epilogue)
        fused_program(emitter, root, &call->epilogue);
    emitter->backend->prepare_resample(call);
    return add_step(emitter, emitter->backend->resample, call, call->parts, root, NULL);
}

static gan_status emit_product(struct emitter *emitter, int product, int root)
{
    switch (gan_node_kind(&emitter->graph->nodes[product])) {
    case GAN_KIND_MATMUL:
        return emit_matmul(emitter, product, root);
    case GAN_KIND_RESAMPLE:
        return emit_resample(emitter, product, root);
    default:
        return emit_conv(emitter, product, root);
    }
}

static gan_status emit_pool(struct emitter *emitter, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    struct gan_pool_call *call = new_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    call->scatter = gan_node_kind(node) == GAN_KIND_UNPOOL;
    call->window = node->var->attributes.window;
    gan_shape x = node->var->input[0]->shape, y = call->scatter ? node->var->input[1]->shape : node->shape;
    memcpy(call->x_size, x.dims + 2, sizeof call->x_size);
    memcpy(call->y_size, y.dims + 2, sizeof call->y_size);
    call->inner = x.dims[0] * x.dims[1];
    call->x = operand_of(emitter->graph, &node->input[0], 4);
    call->values = operand_of(emitter->graph, &node->input[1], 4);
    call->out = result_of(emitter->graph, index);
    emitter->backend->prepare_pool(call);
    return add_step(emitter, emitter->backend->pool, call, call->parts, index, NULL);
}

/* ---- wholes made of parts ---- */

static gan_status emit_pad(struct emitter *emitter, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    int axis = node->var->attributes.axis;
    gan_status status = emit_fill(emitter, index, 0, gan_shape_size(node->shape), 0.0f);
    struct gan_operand out = result_of(emitter->graph, index);
    out.offset += node->var->attributes.begin * out.strides[axis];
    return status != GAN_OK ? status
                            : emit_copy(emitter, &node->input[0], node->var->input[0]->shape, out, node->order, index);
}

static bool computed_in_place(const struct gan_graph *graph, int whole, int i, int64_t offset)
{
    const struct gan_view *view = &graph->nodes[whole].input[i];
    const struct gan_node *part = &graph->nodes[view->node];
    return part->parent == whole && part->parent_offset == offset;
}

static gan_status emit_concat(struct emitter *emitter, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    struct gan_operand out = result_of(emitter->graph, index);
    int axis = node->var->attributes.axis;
    int64_t begin = out.offset;
    gan_status status = GAN_OK;
    for (int i = 0; i < node->inputs && status == GAN_OK; i++) {
        gan_shape shape = node->var->input[i]->shape;
        if (!computed_in_place(emitter->graph, index, i, out.offset - begin))
            status = emit_copy(emitter, &node->input[i], shape, out, node->order, index);
        out.offset += shape.dims[axis] * out.strides[axis];
    }
    return status;
}

static gan_status emit_pack(struct emitter *emitter, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    const int64_t *offsets = node->var->attributes.offsets;
    int64_t end = 0;
    gan_status status = GAN_OK;
    for (int i = 0; i < node->inputs && status == GAN_OK; i++) {
        gan_shape shape = node->var->input[i]->shape;
        struct gan_view part = gan_view_whole(index, shape);
        part.offset = offsets[i];
        struct gan_operand out = operand_of(emitter->graph, &part, shape.rank);
        status = emit_fill(emitter, index, end, offsets[i] - end, 0.0f);
        if (status == GAN_OK && !computed_in_place(emitter->graph, index, i, offsets[i]))
            status = emit_copy(emitter, &node->input[i], shape, out, gan_row_major, index);
        end = offsets[i] + gan_shape_size(shape);
    }
    return status != GAN_OK ? status : emit_fill(emitter, index, end, node->shape.dims[0] - end, 0.0f);
}

/* ---- by index, random ---- */

static gan_status emit_index(struct emitter *emitter, int index)
{
    const struct gan_graph *graph = emitter->graph;
    const struct gan_node *node = &graph->nodes[index];
    const struct gan_var *var = node->var;
    struct gan_index_call *call = new_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    bool one_hot = var->op->kind == GAN_KIND_ONE_HOT;
    int indices = one_hot ? 0 : 1;
    call->count = gan_shape_size(var->input[indices]->shape);
    call->rows = var->op->kind == GAN_KIND_GATHER ? var->input[0]->shape.dims[0] : var->attributes.end;
    call->index = operand_of(graph, &node->input[indices], 0);
    call->out = result_of(graph, index);
    gan_kernel *run = emitter->backend->one_hot;
    if (!one_hot) {
        call->table = operand_of(graph, &node->input[0], 0);
        int64_t elements = gan_shape_size(var->input[0]->shape);
        bool gather = var->op->kind == GAN_KIND_GATHER;
        call->width = elements / (gather ? call->rows : call->count);
        run = gather ? emitter->backend->gather : emitter->backend->scatter_add;
    }
    emitter->backend->prepare_index(call);
    return add_step(emitter, run, call, call->parts, index, NULL);
}

static gan_status emit_random(struct emitter *emitter, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    struct gan_random_call *call = new_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    call->normal = node->var->op->kind == GAN_KIND_NORMAL;
    call->stream = node->var->attributes.stream;
    call->scale = node->var->attributes.p;
    call->offset = node->var->attributes.q;
    call->out = result_of(emitter->graph, index);
    call->size = gan_shape_size(node->shape);
    emitter->backend->prepare_random(call);
    return add_step(emitter, emitter->backend->random, call, call->parts, index, NULL);
}

static gan_status emit_node(struct emitter *emitter, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    if (node->anchor >= 0)
        return emit_product(emitter, node->anchor, index);
    switch (gan_node_kind(node)) {
    case GAN_KIND_MAP:
        return emit_map(emitter, index);
    case GAN_KIND_SUM:
    case GAN_KIND_MAX:
    case GAN_KIND_VARIANCE:
        return emit_reduce(emitter, index);
    case GAN_KIND_MATMUL:
    case GAN_KIND_CONV:
    case GAN_KIND_CONV_DATA:
    case GAN_KIND_CONV_WEIGHT:
    case GAN_KIND_RESAMPLE:
        return emit_product(emitter, index, index);
    case GAN_KIND_POOL:
    case GAN_KIND_UNPOOL:
        return emit_pool(emitter, index);
    case GAN_KIND_PANELS:
        return emit_panels(emitter, index);
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
    struct emitter emitter = {steps, graph, backend, arena_size};
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

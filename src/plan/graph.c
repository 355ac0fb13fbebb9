/* From a tape to nodes and views: what is wanted and what it needs; reshapes, slices and the like become views. */
#include "graph.h"

#include "base/memory.h"
#include "base/status.h"

#include <assert.h>
#include <string.h>

/* ---- views ---- */

struct gan_view gan_view_whole(int node, gan_shape shape)
{
    struct gan_view view = {.node = node};
    int64_t stride = 1;
    for (int axis = shape.rank - 1; axis >= 0; axis--) {
        view.strides[axis] = stride;
        stride *= shape.dims[axis];
    }
    return view;
}

bool gan_view_dense(const struct gan_view *view, gan_shape shape)
{
    int64_t expected = 1;
    for (int axis = shape.rank - 1; axis >= 0; axis--) {
        if (shape.dims[axis] != 1 && view->strides[axis] != expected)
            return false;
        expected *= shape.dims[axis];
    }
    return true;
}

static struct gan_view expand_view(const gan_var *var, struct gan_view view)
{
    gan_shape from = var->input[0]->shape, to = var->shape;
    struct gan_view result = {view.node, view.offset, {0}};
    int missing = to.rank - from.rank;
    for (int axis = missing; axis < to.rank; axis++)
        if (from.dims[axis - missing] == to.dims[axis])
            result.strides[axis] = view.strides[axis - missing];
    return result;
}

static struct gan_view permute_view(const gan_var *var, struct gan_view view)
{
    struct gan_view result = {view.node, view.offset, {0}};
    for (int axis = 0; axis < var->shape.rank; axis++)
        result.strides[axis] = view.strides[var->attributes.order[axis]];
    return result;
}

/*
 * A reshape is a view if each run of old axes that becomes a run of new axes walks memory evenly: its axes' strides are
 * each other's continuation. (Old axes of size 1 do not matter.)
 */
static bool reshape_view(gan_shape from, const struct gan_view *view, gan_shape to, struct gan_view *result)
{
    *result = (struct gan_view){view->node, view->offset, {0}};
    int old = from.rank - 1, new = to.rank - 1;
    while (old >= 0 || new >= 0) {
        while (old >= 0 && from.dims[old] == 1)
            old--;
        while (new >= 0 && to.dims[new] == 1)
            new --;
        if (old < 0 || new < 0)
            break;
        /* The smallest runs of equal size, from the right. */
        int64_t stride = view->strides[old], size = from.dims[old], covered = 1;
        while (covered < size) {
            assert(new >= 0);
            result->strides[new] = stride * covered;
            covered *= to.dims[new --];
            while (covered > size) { /* take another old axis into the run */
                int64_t end = stride * size;
                do
                    old--;
                while (from.dims[old] == 1);
                if (view->strides[old] != end)
                    return false;
                size *= from.dims[old];
            }
        }
        old--;
    }
    return true;
}

/* ---- nodes ---- */

enum gan_op_kind gan_node_kind(const struct gan_node *node)
{
    return node->copy ? GAN_KIND_MAP : node->var->op->kind;
}

bool gan_node_is_leaf(const struct gan_node *node)
{
    enum gan_op_kind kind = gan_node_kind(node);
    return kind == GAN_KIND_INPUT || kind == GAN_KIND_TENSOR || kind == GAN_KIND_CONSTANT;
}

gan_shape gan_node_input_shape(const struct gan_node *node, int i)
{
    return node->copy ? node->var->shape : node->var->input[i]->shape;
}

/* Appends a node for a var; its view is dense. */
static gan_status add_node(struct gan_graph *graph, const gan_var *var, bool copy, int inputs, struct gan_view *view)
{
    if (!gan_grow((void **)&graph->nodes, &graph->capacity, graph->count, sizeof *graph->nodes))
        return GAN_ERROR_OUT_OF_MEMORY;
    struct gan_view *input = gan_alloc_zero((size_t)(inputs > 0 ? inputs : 1), sizeof *input);
    if (input == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    int index = (int)graph->count++;
    graph->nodes[index] = (struct gan_node){.var = var,
                                            .copy = copy,
                                            .shape = var->shape,
                                            .inputs = inputs,
                                            .input = input,
                                            .root = index,
                                            .anchor = -1,
                                            .parent = -1,
                                            .alias = -1};
    *view = gan_view_whole(index, var->shape);
    return GAN_OK;
}

static gan_status add_copy(struct gan_graph *graph, const gan_var *var, struct gan_view of, struct gan_view *view)
{
    gan_status status = add_node(graph, var, true, 1, view);
    if (status == GAN_OK)
        graph->nodes[view->node].input[0] = of;
    return status;
}

static gan_status add_leaf(struct gan_graph *graph, const gan_var *var, struct gan_view *view)
{
    if (!gan_grow((void **)&graph->leaves, &graph->leaf_capacity, graph->leaf_count, sizeof *graph->leaves))
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_status status = add_node(graph, var, false, 0, view);
    if (status != GAN_OK)
        return status;
    gan_tensor *tensor = var->attributes.tensor;
    graph->nodes[view->node].memory = GAN_MEMORY_LEAVES + (int)graph->leaf_count;
    graph->leaves[graph->leaf_count++] = (struct gan_leaf){.var = var,
                                                           .numbers = tensor != NULL ? gan_tensor_bytes(tensor) : NULL};
    return GAN_OK;
}

static gan_status add_constant(struct gan_graph *graph, const gan_var *var, struct gan_view *view)
{
    if (!gan_grow((void **)&graph->constants, &graph->constant_capacity, graph->constant_count,
                  sizeof *graph->constants))
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_status status = add_node(graph, var, false, 0, view);
    if (status != GAN_OK)
        return status;
    graph->nodes[view->node].memory = GAN_MEMORY_CONSTANTS;
    graph->nodes[view->node].offset = (int64_t)graph->constant_count;
    graph->constants[graph->constant_count++] = var->attributes.p;
    memset(view->strides, 0, sizeof view->strides);
    return GAN_OK;
}

/* The kernels by index know no strides. */
static bool wants_dense_inputs(const gan_var *var)
{
    enum gan_op_kind kind = var->op->kind;
    return kind == GAN_KIND_GATHER || kind == GAN_KIND_SCATTER_ADD || kind == GAN_KIND_ONE_HOT;
}

static gan_status add_computed(struct gan_graph *graph, const gan_var *var, struct gan_view *view)
{
    struct gan_view dense;
    for (int i = 0; i < var->inputs; i++) {
        const gan_var *input = var->input[i];
        struct gan_view *of_input = &graph->views[input->id];
        if (!wants_dense_inputs(var) || gan_view_dense(of_input, input->shape))
            continue;
        gan_status status = add_copy(graph, input, *of_input, &dense);
        if (status != GAN_OK)
            return status;
        *of_input = dense;
    }
    gan_status status = add_node(graph, var, false, var->inputs, view);
    for (int i = 0; i < var->inputs && status == GAN_OK; i++)
        graph->nodes[view->node].input[i] = graph->views[var->input[i]->id];
    return status;
}

static gan_status add_var(struct gan_graph *graph, const gan_var *var)
{
    struct gan_view *view = &graph->views[var->id];
    struct gan_view source = var->inputs > 0 ? graph->views[var->input[0]->id] : (struct gan_view){.node = -1};
    switch (var->op->kind) {
    case GAN_KIND_INPUT:
    case GAN_KIND_TENSOR:
        return add_leaf(graph, var, view);
    case GAN_KIND_CONSTANT:
        return add_constant(graph, var, view);
    case GAN_KIND_IDENTITY:
    case GAN_KIND_UPDATE: /* its number is the norm */
        *view = source;
        return GAN_OK;
    case GAN_KIND_EXPAND:
        *view = expand_view(var, source);
        return GAN_OK;
    case GAN_KIND_PERMUTE:
        *view = permute_view(var, source);
        return GAN_OK;
    case GAN_KIND_SLICE:
        *view = source;
        view->offset += var->attributes.begin * source.strides[var->attributes.axis];
        return GAN_OK;
    case GAN_KIND_RESHAPE:
        if (reshape_view(var->input[0]->shape, &source, var->shape, view))
            return GAN_OK;
        gan_status status = add_copy(graph, var->input[0], source, view);
        if (status == GAN_OK)
            *view = gan_view_whole(view->node, var->shape);
        return status;
    default:
        return add_computed(graph, var, view);
    }
}

/* ---- what is live ---- */

static void mark(const gan_tape *tape, bool *live)
{
    for (int id = gan_tape_length(tape) - 1; id >= 0; id--)
        if (live[id]) {
            const gan_var *var = gan_tape_at(tape, id);
            for (int i = 0; i < var->inputs; i++)
                live[var->input[i]->id] = true;
        }
}

/*
 * Makes a var's numbers lie together and outlast the run. A leaf is copied: what is read or assigned afterwards is what
 * the run saw, though something else may be bound by then, and an update or an assignment may have changed the tensor.
 */
static gan_status keep(struct gan_graph *graph, const gan_var *var)
{
    struct gan_view *view = &graph->views[var->id];
    if (gan_node_is_leaf(&graph->nodes[view->node]) || !gan_view_dense(view, var->shape)) {
        struct gan_view dense;
        gan_status status = add_copy(graph, var, *view, &dense);
        if (status != GAN_OK)
            return status;
        *view = dense;
    }
    graph->nodes[view->node].keep = true;
    return GAN_OK;
}

static gan_status add_live(struct gan_graph *graph, const bool *live)
{
    for (int id = 0; id < gan_tape_length(graph->tape); id++) {
        graph->views[id].node = -1;
        if (!live[id])
            continue;
        gan_status status = add_var(graph, gan_tape_at(graph->tape, id));
        if (status != GAN_OK)
            return status;
    }
    return GAN_OK;
}

gan_status gan_graph_build(struct gan_graph *graph, gan_tape *tape, gan_var *const *wanted, int count,
                           const struct gan_assignment *assigned, int assigned_count)
{
    size_t length = (size_t)gan_tape_length(tape);
    graph->tape = gan_tape_ref(tape);
    graph->views = gan_alloc_zero(length, sizeof *graph->views);
    bool *live = gan_alloc_zero(length, sizeof *live);
    if (graph->views == NULL || live == NULL) {
        gan_free(live);
        return GAN_ERROR_OUT_OF_MEMORY;
    }
    for (int i = 0; i < count; i++)
        live[wanted[i]->id] = true;
    for (int i = 0; i < assigned_count; i++)
        live[assigned[i].value->id] = true;
    mark(tape, live);
    gan_status status = add_live(graph, live);
    gan_free(live);
    for (int i = 0; i < count && status == GAN_OK; i++) {
        status = keep(graph, wanted[i]);
        if (status == GAN_OK && wanted[i]->op->kind == GAN_KIND_UPDATE)
            status = keep(graph, wanted[i]->input[1]);
    }
    for (int i = 0; i < assigned_count && status == GAN_OK; i++)
        status = keep(graph, assigned[i].value);
    return status;
}

void gan_graph_release(struct gan_graph *graph)
{
    for (size_t i = 0; i < graph->count; i++)
        gan_free(graph->nodes[i].input);
    for (size_t i = 0; i < graph->leaf_count; i++) {
        gan_tensor_unref(graph->leaves[i].bound);
        gan_free(graph->leaves[i].converted);
    }
    gan_free(graph->nodes);
    gan_free(graph->views);
    gan_free(graph->leaves);
    gan_free(graph->constants);
    gan_tape_unref(graph->tape);
}

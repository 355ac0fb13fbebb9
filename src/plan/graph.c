/* From a tape to nodes and views: what is wanted and what it needs; reshapes, slices and the like become views. */
#include "graph.h"

#include "base/memory.h"
#include "base/status.h"

#include <assert.h>
#include <string.h>

/* ---- views ---- */

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

/* ---- nodes ---- */

enum gan_op_kind gan_node_kind(const struct gan_node *node)
{
    return node->panels.size > 0 ? GAN_KIND_PANELS : node->copy ? GAN_KIND_MAP : node->var->op->kind;
}

bool gan_node_is_leaf(const struct gan_node *node)
{
    enum gan_op_kind kind = gan_node_kind(node);
    return kind == GAN_KIND_INPUT || kind == GAN_KIND_TENSOR || kind == GAN_KIND_CONSTANT;
}

gan_shape gan_node_input_shape(const struct gan_node *node, int i)
{
    return node->copy || node->panels.size > 0 ? node->var->shape : node->var->input[i]->shape;
}

/* Appends a node for a var; its view is all of it. */
static gan_status add_node(struct gan_graph *graph, const gan_var *var, bool copy, int inputs, struct gan_order order,
                           struct gan_view *view)
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
                                            .order = order,
                                            .size = gan_shape_size(var->shape),
                                            .inputs = inputs,
                                            .input = input,
                                            .root = index,
                                            .anchor = -1,
                                            .leader = -1,
                                            .follower = -1,
                                            .parent = -1,
                                            .alias = -1};
    *view = gan_node_view(graph, index);
    return GAN_OK;
}

static gan_status add_copy(struct gan_graph *graph, const gan_var *var, struct gan_view of, struct gan_order order,
                           struct gan_view *view)
{
    gan_status status = add_node(graph, var, true, 1, order, view);
    if (status == GAN_OK)
        graph->nodes[view->node].input[0] = of;
    return status;
}

static gan_status add_leaf(struct gan_graph *graph, const gan_var *var, struct gan_view *view)
{
    if (!gan_grow((void **)&graph->leaves, &graph->leaf_capacity, graph->leaf_count, sizeof *graph->leaves))
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_status status = add_node(graph, var, false, 0, gan_row_major, view);
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
    gan_status status = add_node(graph, var, false, 0, gan_row_major, view);
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

static bool is_convolution(const gan_var *var)
{
    enum gan_op_kind kind = var->op->kind;
    return kind == GAN_KIND_CONV || kind == GAN_KIND_CONV_DATA || kind == GAN_KIND_CONV_WEIGHT;
}

/* True if the op's kernels know images as runs of numbers, pixel after pixel. */
static bool wants_whole_pixels(const gan_var *var)
{
    enum gan_op_kind kind = var->op->kind;
    return kind == GAN_KIND_RESAMPLE || kind == GAN_KIND_POOL || kind == GAN_KIND_UNPOOL;
}

static bool is_whole_pixels(const struct gan_view *view, gan_shape shape)
{
    struct gan_view whole = gan_view_ordered(view->node, shape, gan_pixel_major);
    return gan_same_strides(view, &whole, shape);
}

/* True if input i is a convolution's images, not its weight. */
static bool is_image(const gan_var *var, int i)
{
    return is_convolution(var) && (i == 0 || var->op->kind == GAN_KIND_CONV_WEIGHT);
}

/* Lets a var's numbers lie as a reader wants them, from here on. */
static gan_status lay_out(struct gan_graph *graph, const gan_var *var, struct gan_order order)
{
    struct gan_view copy;
    gan_status status = add_copy(graph, var, graph->views[var->id], order, &copy);
    if (status == GAN_OK)
        graph->views[var->id] = copy;
    return status;
}

static gan_status lay_out_inputs(struct gan_graph *graph, const gan_var *var)
{
    gan_status status = GAN_OK;
    for (int i = 0; i < var->inputs && status == GAN_OK; i++) {
        const gan_var *input = var->input[i];
        const struct gan_view *view = &graph->views[input->id];
        if (wants_dense_inputs(var) && !gan_view_dense(view, input->shape))
            status = lay_out(graph, input, gan_row_major);
        else if (is_image(var, i) && !gan_view_pixel_major(view, input->shape))
            status = lay_out(graph, input, gan_pixel_major);
        else if (wants_whole_pixels(var) && !is_whole_pixels(view, input->shape))
            status = lay_out(graph, input, gan_pixel_major);
    }
    return status;
}

static struct gan_order order_of_result(const struct gan_graph *graph, const gan_var *var)
{
    struct gan_view first[3];
    switch (var->op->kind) {
    case GAN_KIND_MAP:
        for (int i = 0; i < var->inputs; i++)
            first[i] = graph->views[var->input[i]->id];
        return gan_order_like(graph, first, var->inputs, var->shape);
    case GAN_KIND_SUM:
    case GAN_KIND_MEAN:
    case GAN_KIND_MAX:
    case GAN_KIND_VARIANCE:
    case GAN_KIND_PAD:
    case GAN_KIND_CONCAT:
        return gan_order_like(graph, &graph->views[var->input[0]->id], 1, var->input[0]->shape);
    case GAN_KIND_CONV:
    case GAN_KIND_CONV_DATA:
    case GAN_KIND_RESAMPLE:
    case GAN_KIND_POOL:
    case GAN_KIND_UNPOOL:
        return gan_pixel_major;
    case GAN_KIND_CONV_WEIGHT:
        return gan_tap_major;
    default:
        return gan_row_major;
    }
}

struct gan_conv gan_conv_of(const gan_var *var)
{
    bool forward = var->op->kind == GAN_KIND_CONV, data = var->op->kind == GAN_KIND_CONV_DATA;
    gan_shape x = data ? var->shape : var->input[0]->shape;
    gan_shape y = forward ? var->shape : var->input[data ? 0 : 1]->shape;
    struct gan_conv conv = {.kind = forward ? GAN_CONV_FORWARD
                                    : data  ? GAN_CONV_DATA
                                            : GAN_CONV_WEIGHT,
                            .window = var->attributes.window,
                            .examples = x.dims[0],
                            .groups = var->attributes.groups};
    memcpy(conv.x, x.dims + 1, sizeof conv.x);
    memcpy(conv.y, y.dims + 1, sizeof conv.y);
    return conv;
}

/* Panels of products in other numbers of dots differ by the steps that windows take. */
static bool same_steps(const struct gan_window *a, const struct gan_window *b)
{
    return a->stride[0] == b->stride[0] && a->stride[1] == b->stride[1];
}

/* The node that holds a convolution's weight as the backend likes it, one for all that like it so; `panels` is its
 * view, or node -1 where the weight serves as it is. */
static gan_status pack_weight(struct gan_graph *graph, const gan_var *var, struct gan_view *panels)
{
    struct gan_conv conv = gan_conv_of(var);
    const gan_var *weight = var->input[1];
    panels->node = -1;
    if (graph->backend->panels_for == NULL || conv.kind == GAN_CONV_WEIGHT)
        return GAN_OK;
    struct gan_panels wanted = graph->backend->panels_for(&conv);
    if (wanted.size == 0)
        return GAN_OK;
    const struct gan_view *source = &graph->views[weight->id];
    for (size_t i = 0; i < graph->count && panels->node < 0; i++) {
        const struct gan_node *node = &graph->nodes[i];
        if (node->panels.size == wanted.size && node->panels.format == wanted.format &&
            node->conv.groups == conv.groups && same_steps(&node->conv.window, &conv.window) &&
            gan_same_view(&node->input[0], source, weight->shape) && gan_shape_equal(node->shape, weight->shape))
            panels->node = (int)i;
    }
    if (panels->node >= 0)
        return GAN_OK;
    gan_status status = add_node(graph, weight, false, 1, gan_row_major, panels);
    if (status != GAN_OK)
        return status;
    struct gan_node *node = &graph->nodes[panels->node];
    node->input[0] = *source;
    node->panels = wanted;
    node->size = wanted.size;
    node->conv = conv;
    return GAN_OK;
}

static gan_status add_computed(struct gan_graph *graph, const gan_var *var, struct gan_view *view)
{
    struct gan_view panels = {.node = -1};
    gan_status status = lay_out_inputs(graph, var);
    if (status == GAN_OK && is_convolution(var))
        status = pack_weight(graph, var, &panels);
    if (status == GAN_OK)
        status = add_node(graph, var, false, var->inputs, order_of_result(graph, var), view);
    for (int i = 0; i < var->inputs && status == GAN_OK; i++)
        graph->nodes[view->node].input[i] = graph->views[var->input[i]->id];
    if (status == GAN_OK && panels.node >= 0)
        graph->nodes[view->node].input[1] = panels;
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
        if (gan_view_reshape(&source, var->input[0]->shape, var->shape, view))
            return GAN_OK;
        gan_status status = add_copy(graph, var->input[0], source, gan_row_major, view);
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
        gan_status status = add_copy(graph, var, *view, gan_row_major, &dense);
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

gan_status gan_graph_build(struct gan_graph *graph, gan_tape *tape, const struct gan_backend *backend,
                           gan_var *const *wanted, int count, const struct gan_assignment *assigned, int assigned_count)
{
    size_t length = (size_t)gan_tape_length(tape);
    graph->tape = gan_tape_ref(tape);
    graph->backend = backend;
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

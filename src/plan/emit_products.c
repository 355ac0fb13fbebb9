/* The calls of matrix products, convolutions and what else goes over images. */
#include "emitter.h"

#include <string.h>

/* ---- matrices ---- */

static gan_status emit_matmul(struct gan_emitter *emitter, int product, int root)
{
    const struct gan_graph *graph = emitter->graph;
    const struct gan_node *node = &graph->nodes[product];
    const struct gan_var *var = node->var;
    struct gan_matmul_call *call = gan_emit_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    int rank = node->shape.rank, row = rank - 2, column = rank - 1;
    call->a = gan_operand_of(graph, &node->input[0], rank);
    call->b = gan_operand_of(graph, &node->input[1], rank);
    struct gan_view made = gan_node_view(graph, product); /* the root lies there likewise */
    made.node = root;
    call->out = gan_operand_of(graph, &made, rank);
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
    /* A weight's gradient waits for all the others. */
    call->read_late = !call->has_epilogue && node->parent >= 0 &&
                      gan_node_kind(&graph->nodes[node->parent]) == GAN_KIND_PACK;
    if (call->has_epilogue)
        gan_emit_program(emitter, root, &call->epilogue);
    emitter->backend->prepare_matmul(call);
    emitter->steps->flops += 2.0 * (double)call->batch * (double)call->m * (double)call->n * (double)call->k;
    return gan_emit_step(emitter, emitter->backend->matmul, call, call->parts, root, NULL);
}

/* ---- convolutions ---- */

static double flops_of(const struct gan_conv *conv)
{
    double meetings = 1;
    for (int axis = 0; axis < 2; axis++)
        meetings *= (double)gan_window_meetings(&conv->window, axis, conv->x[axis + 1], conv->y[axis + 1]);
    return 2.0 * meetings * (double)conv->examples * (double)(conv->x[0] / conv->groups) * (double)conv->y[0];
}

static gan_status emit_conv(struct gan_emitter *emitter, int product, int root)
{
    const struct gan_graph *graph = emitter->graph;
    const struct gan_node *node = &graph->nodes[product];
    struct gan_conv_call *call = gan_emit_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    call->conv = gan_conv_of(node->var);
    struct gan_operand first = gan_operand_of(graph, &node->input[0], 4),
                       second = gan_operand_of(graph, &node->input[1], 4);
    struct gan_operand out = gan_result_of(graph, root);
    call->x = call->conv.kind == GAN_CONV_DATA ? out : first;
    call->y = call->conv.kind == GAN_CONV_FORWARD ? out : call->conv.kind == GAN_CONV_DATA ? first : second;
    call->weight = call->conv.kind == GAN_CONV_WEIGHT ? out : second;
    call->panels = graph->nodes[node->input[1].node].panels;
    call->has_epilogue = product != root;
    if (call->has_epilogue)
        gan_emit_program(emitter, root, &call->epilogue);
    emitter->backend->prepare_conv(call);
    call->scratch_memory = GAN_MEMORY_ARENA;
    call->scratch_offset = gan_emit_scratch(emitter, call->scratch_size);
    emitter->steps->flops += flops_of(&call->conv);
    return gan_emit_step(emitter, emitter->backend->conv, call, call->parts, root, NULL);
}

gan_status gan_emit_panels(struct gan_emitter *emitter, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    struct gan_panels_call *call = gan_emit_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    call->conv = node->conv;
    call->panels = node->panels;
    call->weight = gan_operand_of(emitter->graph, &node->input[0], 4);
    call->out = gan_result_of(emitter->graph, index);
    emitter->backend->prepare_panels(call);
    return gan_emit_step(emitter, emitter->backend->panels, call, call->parts, index, "panels");
}

static gan_status emit_resample(struct gan_emitter *emitter, int node_index, int root)
{
    const struct gan_node *node = &emitter->graph->nodes[node_index];
    const struct gan_attributes *attributes = &node->var->attributes;
    struct gan_resample_call *call = gan_emit_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    const int64_t *dims = node->shape.dims;
    call->weights = gan_resampling_weights(attributes->resampling, attributes->transposed);
    call->inner = dims[0] * dims[1] * (attributes->axis == 2 ? dims[3] : 1);
    call->outer = attributes->axis == 2 ? 1 : dims[2];
    call->in = gan_operand_of(emitter->graph, &node->input[0], 4);
    call->out = gan_result_of(emitter->graph, root);
    call->has_epilogue = node_index != root;
    if (call->has_epilogue)
        gan_emit_program(emitter, root, &call->epilogue);
    emitter->backend->prepare_resample(call);
    return gan_emit_step(emitter, emitter->backend->resample, call, call->parts, root, NULL);
}

gan_status gan_emit_product(struct gan_emitter *emitter, int product, int root)
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

gan_status gan_emit_pool(struct gan_emitter *emitter, int index)
{
    const struct gan_node *node = &emitter->graph->nodes[index];
    struct gan_pool_call *call = gan_emit_call(emitter, sizeof *call);
    if (call == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    call->scatter = gan_node_kind(node) == GAN_KIND_UNPOOL;
    call->window = node->var->attributes.window;
    gan_shape x = node->var->input[0]->shape, y = call->scatter ? node->var->input[1]->shape : node->shape;
    memcpy(call->x_size, x.dims + 2, sizeof call->x_size);
    memcpy(call->y_size, y.dims + 2, sizeof call->y_size);
    call->inner = x.dims[0] * x.dims[1];
    call->x = gan_operand_of(emitter->graph, &node->input[0], 4);
    call->values = gan_operand_of(emitter->graph, &node->input[1], 4);
    call->out = gan_result_of(emitter->graph, index);
    emitter->backend->prepare_pool(call);
    return gan_emit_step(emitter, emitter->backend->pool, call, call->parts, index, NULL);
}

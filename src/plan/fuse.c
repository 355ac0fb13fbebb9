/*
 * Which nodes share a step. An elementwise node whose numbers only one step reads, element for element, is computed
 * inside that step; and a matrix product whose only reader is an elementwise step has that step as its epilogue. As a
 * node moves only into its one reader, no order is disturbed.
 */
#include "graph.h"

#include <string.h>

static bool is_reduction(const struct gan_node *node)
{
    enum gan_op_kind kind = gan_node_kind(node);
    return kind == GAN_KIND_SUM || kind == GAN_KIND_MEAN || kind == GAN_KIND_MAX || kind == GAN_KIND_VARIANCE;
}

/* True if its last pass can be an elementwise step. */
static bool is_product(const struct gan_node *node)
{
    enum gan_op_kind kind = gan_node_kind(node);
    return kind == GAN_KIND_MATMUL || kind == GAN_KIND_CONV || kind == GAN_KIND_CONV_DATA || kind == GAN_KIND_RESAMPLE;
}

/* True if input i of `reader` is all of `node`, element for element; the shapes may differ where both are row-major. */
static bool reads_element_for_element(const struct gan_node *reader, int i, const struct gan_node *node)
{
    gan_shape shape = gan_node_input_shape(reader, i);
    const struct gan_view *view = &reader->input[i];
    struct gan_view whole = gan_view_ordered(view->node, node->shape, node->order);
    if (gan_shape_equal(shape, node->shape))
        return view->offset == 0 && gan_same_strides(view, &whole, shape);
    return gan_shape_size(shape) == node->size && view->offset == 0 && gan_view_dense(view, shape) &&
           gan_view_dense(&whole, node->shape);
}

/* The step that alone reads `index`, element for element; -1 if there is none. */
static int only_reader(const struct gan_graph *graph, int index)
{
    int root = -1;
    for (size_t i = (size_t)index + 1; i < graph->count; i++) {
        const struct gan_node *reader = &graph->nodes[i];
        for (int j = 0; j < reader->inputs; j++) {
            if (reader->input[j].node != index)
                continue;
            bool computes = gan_node_kind(reader) == GAN_KIND_MAP || is_reduction(reader);
            if (!computes || !reads_element_for_element(reader, j, &graph->nodes[index]) ||
                (root >= 0 && reader->root != root))
                return -1;
            root = reader->root;
        }
    }
    return root;
}

/* ---- the program of a step ---- */

static int find_load(const struct gan_fused *program, const struct gan_view *view)
{
    for (int i = 0; i < program->loads; i++)
        if (gan_same_view(&program->load[i], view, program->shape))
            return i;
    return -1;
}

static bool is_member(const struct gan_graph *graph, int root, int index)
{
    const struct gan_node *node = &graph->nodes[index];
    return node->root == root && gan_node_kind(node) == GAN_KIND_MAP;
}

/* A view over the axes of `shape` as one over the program's. */
static bool load_of(const struct gan_fused *program, const struct gan_view *view, gan_shape shape,
                    struct gan_view *load)
{
    *load = *view;
    return gan_shape_equal(shape, program->shape) || gan_view_reshape(view, shape, program->shape, load);
}

static bool collect_loads(const struct gan_graph *graph, int root, const struct gan_node *node,
                          struct gan_fused *program)
{
    for (int i = 0; i < node->inputs; i++) {
        struct gan_view load;
        if (is_member(graph, root, node->input[i].node))
            continue;
        if (!load_of(program, &node->input[i], node->shape, &load))
            return false;
        if (find_load(program, &load) >= 0)
            continue;
        if (program->loads == GAN_MAP_LOADS)
            return false;
        program->load[program->loads++] = load;
    }
    return true;
}

/* The program's value that input i of a member is. `values` holds each member's, by node. */
static int value_of(const struct gan_graph *graph, int root, const struct gan_node *node, int i, const int *members,
                    const struct gan_fused *program)
{
    const int read = node->input[i].node;
    struct gan_view load;
    if (!is_member(graph, root, read))
        return load_of(program, &node->input[i], node->shape, &load) ? find_load(program, &load) : -1;
    for (int member = 0; member < program->instructions; member++)
        if (members[member] == read)
            return program->loads + member;
    return -1;
}

static struct gan_map_instruction instruction_of(const struct gan_node *node, int a, int b, int c)
{
    return (struct gan_map_instruction){
        .op = node->copy ? GAN_MAP_COPY : (enum gan_map_op)node->var->op->map,
        .a = a,
        .b = b,
        .c = c,
        .p = node->copy ? 0 : node->var->attributes.p,
        .q = node->copy ? 0 : node->var->attributes.q,
    };
}

/* A reduction that absorbed nothing reduces what it reads. */
static void finish_reduction(const struct gan_node *node, struct gan_fused *program)
{
    if (program->instructions > 0)
        return;
    program->load[0] = node->input[0];
    program->loads = 1;
    program->instruction[0] = (struct gan_map_instruction){.op = GAN_MAP_COPY};
    program->instructions = 1;
}

bool gan_graph_program(const struct gan_graph *graph, int root, struct gan_fused *program)
{
    const struct gan_node *node = &graph->nodes[root];
    memset(program, 0, sizeof *program);
    program->shape = is_reduction(node) ? gan_node_input_shape(node, 0) : node->shape;
    if (node->anchor >= 0) { /* the product's result is load 0 */
        struct gan_view made = gan_node_view(graph, node->anchor);
        if (!load_of(program, &made, graph->nodes[node->anchor].shape, &program->load[0]))
            return false;
        program->loads = 1;
    }
    for (int i = 0; i <= root; i++)
        if (is_member(graph, root, i) && !collect_loads(graph, root, &graph->nodes[i], program))
            return false;
    int members[GAN_MAP_INSTRUCTIONS];
    for (int i = 0; i <= root; i++) {
        if (!is_member(graph, root, i))
            continue;
        if (program->instructions == GAN_MAP_INSTRUCTIONS)
            return false;
        const struct gan_node *member = &graph->nodes[i];
        int arguments[3] = {0, 0, 0};
        for (int j = 0; j < member->inputs; j++)
            arguments[j] = value_of(graph, root, member, j, members, program);
        members[program->instructions] = i;
        program->instruction[program->instructions++] = instruction_of(member, arguments[0], arguments[1],
                                                                       arguments[2]);
    }
    if (is_reduction(node))
        finish_reduction(node, program);
    return true;
}

/* ---- deciding ---- */

static void try_to_absorb(struct gan_graph *graph, int index)
{
    struct gan_node *node = &graph->nodes[index];
    int root = node->keep ? -1 : only_reader(graph, index);
    if (root < 0)
        return;
    if (is_reduction(&graph->nodes[root]) &&
        !gan_shape_equal(node->shape, gan_node_input_shape(&graph->nodes[root], 0)))
        return;
    node->root = root;
    struct gan_fused program;
    if (!gan_graph_program(graph, root, &program))
        node->root = index;
}

/* True if the numbers of the two lie in the same order. Only a matrix product may be of another shape. */
static bool lies_alike(const struct gan_graph *graph, int product, int root)
{
    const struct gan_node *a = &graph->nodes[product], *b = &graph->nodes[root];
    struct gan_view made = gan_node_view(graph, product), stored = gan_node_view(graph, root), over_root;
    return (gan_shape_equal(a->shape, b->shape) || gan_node_kind(a) == GAN_KIND_MATMUL) &&
           gan_view_reshape(&made, a->shape, b->shape, &over_root) && gan_same_strides(&over_root, &stored, b->shape);
}

static void try_to_anchor(struct gan_graph *graph, int index)
{
    struct gan_node *node = &graph->nodes[index];
    int root = node->keep ? -1 : only_reader(graph, index);
    if (root < 0 || gan_node_kind(&graph->nodes[root]) != GAN_KIND_MAP || graph->nodes[root].anchor >= 0)
        return;
    if (!lies_alike(graph, index, root)) /* the epilogue goes over the product as it lies */
        return;
    graph->nodes[root].anchor = index;
    struct gan_fused program;
    if (gan_graph_program(graph, root, &program)) {
        node->root = root;
        return;
    }
    graph->nodes[root].anchor = -1;
}

/* True if all that a root's step reads is there before the step of `earlier`. */
static bool ready_before(const struct gan_graph *graph, const struct gan_fused *program, int earlier)
{
    for (int i = 0; i < program->loads; i++) {
        const struct gan_node *read = &graph->nodes[program->load[i].node];
        if (read->root >= earlier || (read->leader >= 0 && read->leader >= earlier))
            return false;
    }
    return true;
}

static bool shares_a_load(const struct gan_fused *a, const struct gan_fused *b)
{
    for (int i = 0; i < a->loads; i++)
        if (find_load(b, &a->load[i]) >= 0 && gan_shape_size(a->shape) > 1)
            return true;
    return false;
}

/* Two reductions over the same axes that read the same numbers read them together, in the step of the earlier one. */
static void try_to_pair(struct gan_graph *graph, int index)
{
    struct gan_node *node = &graph->nodes[index];
    struct gan_fused program, other;
    if (node->root != index || !is_reduction(node) || !gan_graph_program(graph, index, &program))
        return;
    for (int i = index - 1; i >= 0; i--) {
        struct gan_node *earlier = &graph->nodes[i];
        if (earlier->root != i || !is_reduction(earlier) || earlier->follower >= 0 || earlier->leader >= 0 ||
            earlier->var->attributes.axes != node->var->attributes.axes || earlier->steady != node->steady ||
            memcmp(&earlier->order, &node->order, sizeof node->order) != 0 || !ready_before(graph, &program, i))
            continue;
        if (!gan_graph_program(graph, i, &other) || !gan_shape_equal(other.shape, program.shape) ||
            !shares_a_load(&program, &other))
            continue;
        earlier->follower = index;
        node->leader = i;
        return;
    }
}

void gan_graph_fuse(struct gan_graph *graph, bool fuse)
{
    if (!fuse)
        return;
    for (int i = (int)graph->count - 1; i >= 0; i--)
        if (gan_node_kind(&graph->nodes[i]) == GAN_KIND_MAP)
            try_to_absorb(graph, i);
    for (int i = (int)graph->count - 1; i >= 0; i--)
        if (is_product(&graph->nodes[i]))
            try_to_anchor(graph, i);
    for (int i = 0; i < (int)graph->count; i++)
        try_to_pair(graph, i);
}

/*
 * Where numbers lie: every node that is stored gets a place in one arena, and places are shared by nodes whose
 * lifetimes do not meet; what outlasts the run lies apart, so that the arena is free after it. Parts of a pack or
 * concat are computed where they belong; an elementwise step may take over the room of an argument that nobody reads
 * after it.
 */
#include "graph.h"

#include "base/memory.h"
#include "base/status.h"

#include <stdlib.h>

enum { ALIGNMENT = 16 }; /* elements: 64 bytes of float */

static bool is_stored(const struct gan_graph *graph, int index)
{
    return graph->nodes[index].root == index && !gan_node_is_leaf(&graph->nodes[index]);
}

/* The node whose room `index` lies in, and how far from its beginning. */
static int owner_of(const struct gan_graph *graph, int index, int64_t *offset)
{
    *offset = 0;
    for (;;) {
        const struct gan_node *node = &graph->nodes[index];
        if (node->parent >= 0) {
            *offset += node->parent_offset;
            index = node->parent;
        } else if (node->alias >= 0) {
            index = node->alias;
        } else {
            return index;
        }
    }
}

/* ---- lifetimes ---- */

static void find_lifetimes(struct gan_graph *graph)
{
    int end = (int)graph->count;
    for (int i = 0; i < end; i++) {
        struct gan_node *node = &graph->nodes[i];
        node->first = node->leader >= 0 ? node->leader : i;
        node->last = node->keep ? end : i;
    }
    for (int i = 0; i < end; i++)
        for (int j = 0; j < graph->nodes[i].inputs; j++) {
            struct gan_node *input = &graph->nodes[graph->nodes[i].input[j].node];
            if (input->last < graph->nodes[i].root)
                input->last = graph->nodes[i].root;
        }
}

/* ---- parts of a whole ---- */

/* Offset of input i within a node whose inputs lie one after another; -1 if they do not. */
static int64_t part_offset(const struct gan_node *node, int i)
{
    if (gan_node_kind(node) == GAN_KIND_PACK)
        return node->var->attributes.offsets[i];
    struct gan_view whole = gan_view_ordered(0, node->shape, node->order);
    if (!gan_view_dense(&whole, node->shape))
        return -1;
    for (int axis = 0; axis < node->var->attributes.axis; axis++)
        if (node->shape.dims[axis] != 1)
            return -1;
    int64_t offset = 0;
    for (int j = 0; j < i; j++)
        offset += gan_shape_size(node->var->input[j]->shape);
    return offset;
}

static void adopt_parts(struct gan_graph *graph, int index)
{
    struct gan_node *whole = &graph->nodes[index];
    for (int i = 0; i < whole->inputs; i++) {
        const struct gan_view *view = &whole->input[i];
        struct gan_node *part = &graph->nodes[view->node];
        gan_shape shape = gan_node_input_shape(whole, i);
        int64_t offset = part_offset(whole, i);
        if (offset < 0 || !is_stored(graph, view->node) || part->parent >= 0 || part->keep || view->offset != 0 ||
            gan_shape_size(shape) != part->size || !gan_view_dense(view, shape))
            continue;
        part->parent = index;
        part->parent_offset = offset;
    }
}

/* The whole must be there when its first part is computed, and stay for whoever reads a part. */
static void widen_wholes(struct gan_graph *graph)
{
    for (int i = (int)graph->count - 1; i >= 0; i--) { /* a whole comes after its parts */
        struct gan_node *part = &graph->nodes[i];
        for (int whole = part->parent; whole >= 0; whole = graph->nodes[whole].parent) {
            if (graph->nodes[whole].first > part->first)
                graph->nodes[whole].first = part->first;
            if (graph->nodes[whole].last < part->last)
                graph->nodes[whole].last = part->last;
        }
    }
}

/* ---- taking a room over ---- */

/* True if every access of the step to the room of `input` is to the element that it computes: so not to a part of a
 * whole either. */
static bool only_dense_access(const struct gan_graph *graph, int root, int input)
{
    int64_t offset;
    int room = owner_of(graph, input, &offset);
    struct gan_view computed = gan_node_view(graph, root), over_root;
    const gan_shape shape = graph->nodes[root].shape;
    for (int i = 0; i <= root; i++) {
        const struct gan_node *member = &graph->nodes[i];
        for (int j = 0; member->root == root && j < member->inputs; j++) {
            const struct gan_view *view = &member->input[j];
            if (owner_of(graph, view->node, &offset) != room)
                continue;
            if (view->node != input || view->offset != 0 ||
                !gan_shape_equal(gan_node_input_shape(member, j), member->shape) ||
                !gan_view_reshape(view, member->shape, shape, &over_root) ||
                !gan_same_strides(&over_root, &computed, shape))
                return false;
        }
    }
    return true;
}

static void take_over(struct gan_graph *graph, int root)
{
    struct gan_node *node = &graph->nodes[root];
    if (gan_node_kind(node) != GAN_KIND_MAP || node->anchor >= 0 || node->parent >= 0)
        return;
    for (int i = 0; i <= root; i++)
        for (int j = 0; graph->nodes[i].root == root && j < graph->nodes[i].inputs; j++) {
            int input = graph->nodes[i].input[j].node;
            struct gan_node *given = &graph->nodes[input];
            if (!is_stored(graph, input) || input == root || given->parent >= 0 || given->keep || given->last != root ||
                given->size != node->size || !only_dense_access(graph, root, input))
                continue;
            node->alias = input;
            int64_t offset;
            graph->nodes[owner_of(graph, input, &offset)].last = node->last;
            return;
        }
}

/* ---- the arena ---- */

struct room {
    int node, first, last;
    int64_t size, offset;
};

static int by_size(const void *a, const void *b)
{
    const struct room *x = a, *y = b;
    if (x->size != y->size)
        return x->size < y->size ? 1 : -1;
    return x->node - y->node;
}

static int by_offset(const void *a, const void *b)
{
    const struct room *x = *(const struct room *const *)a, *y = *(const struct room *const *)b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The lowest place that is free for the room's whole life, larger rooms having been placed before. */
static void place_room(struct room *rooms, int index, const struct room **busy)
{
    struct room *room = &rooms[index];
    size_t count = 0;
    for (int i = 0; i < index; i++)
        if (rooms[i].first <= room->last && room->first <= rooms[i].last)
            busy[count++] = &rooms[i];
    qsort(busy, count, sizeof(const struct room *), by_offset);
    room->offset = 0;
    for (size_t i = 0; i < count && busy[i]->offset < room->offset + room->size; i++)
        if (busy[i]->offset + busy[i]->size > room->offset)
            room->offset = busy[i]->offset + busy[i]->size;
}

/* Lists what needs a room of its own while the steps run; what outlasts them gets its place. Returns how many. */
static int list_rooms(struct gan_graph *graph, bool reuse, struct room *rooms, struct gan_graph_sizes *sizes)
{
    int count = (int)graph->count, used = 0;
    for (int i = 0; i < count; i++) {
        struct gan_node *node = &graph->nodes[i];
        if (!is_stored(graph, i) || node->parent >= 0 || node->alias >= 0)
            continue;
        int64_t size = (node->size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (node->last == count) {
            node->memory = GAN_MEMORY_RESULTS;
            node->offset = sizes->results;
            sizes->results += size;
        } else {
            rooms[used++] = (struct room){
                .node = i, .first = reuse ? node->first : 0, .last = reuse ? node->last : count, .size = size};
        }
    }
    return used;
}

static gan_status place_rooms(struct gan_graph *graph, bool reuse, struct gan_graph_sizes *sizes)
{
    struct room *rooms = gan_alloc_zero(graph->count + 1, sizeof *rooms);
    const struct room **busy = gan_alloc_zero(graph->count + 1, sizeof *busy);
    const bool enough = rooms != NULL && busy != NULL;
    const int used = enough ? list_rooms(graph, reuse, rooms, sizes) : 0;
    if (enough)
        qsort(rooms, (size_t)used, sizeof *rooms, by_size);
    for (int i = 0; i < used; i++) {
        place_room(rooms, i, busy);
        graph->nodes[rooms[i].node].offset = rooms[i].offset;
        if (rooms[i].offset + rooms[i].size > sizes->arena)
            sizes->arena = rooms[i].offset + rooms[i].size;
    }
    gan_free(rooms);
    gan_free(busy);
    return enough ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
}

/* Parts, and what took a room over, lie where their owners do. */
static void place_within_owners(struct gan_graph *graph)
{
    for (int i = 0; i < (int)graph->count; i++) {
        struct gan_node *node = &graph->nodes[i];
        if (!is_stored(graph, i) || (node->parent < 0 && node->alias < 0))
            continue;
        int64_t offset;
        const struct gan_node *owner = &graph->nodes[owner_of(graph, i, &offset)];
        node->memory = owner->memory;
        node->offset = owner->offset + offset;
    }
}

gan_status gan_graph_place(struct gan_graph *graph, bool reuse, struct gan_graph_sizes *sizes)
{
    int count = (int)graph->count;
    *sizes = (struct gan_graph_sizes){0};
    find_lifetimes(graph);
    for (int i = count - 1; i >= 0; i--) {
        enum gan_op_kind kind = gan_node_kind(&graph->nodes[i]);
        if (kind == GAN_KIND_PACK || kind == GAN_KIND_CONCAT)
            adopt_parts(graph, i);
    }
    widen_wholes(graph);
    for (int i = 0; i < count && reuse; i++)
        if (is_stored(graph, i))
            take_over(graph, i);
    gan_status status = place_rooms(graph, reuse, sizes);
    if (status == GAN_OK)
        place_within_owners(graph);
    return status;
}

/*
 * How numbers lie in memory. A var's shape is logical (N, C, H, W); a node's order says which of its axes is outermost
 * in memory and which innermost. Convolutions want H, W, N, C; what is elementwise lies as what it reads; what the
 * world sees, and what nobody asked to lie otherwise, is row-major.
 */
#include "graph.h"

#include <assert.h>

const struct gan_order gan_row_major = {{0, 1, 2, 3, 4, 5, 6, 7}};
const struct gan_order gan_pixel_major = {{2, 3, 0, 1, 4, 5, 6, 7}};
const struct gan_order gan_tap_major = {{2, 3, 1, 0, 4, 5, 6, 7}};

struct gan_view gan_view_ordered(int node, gan_shape shape, struct gan_order order)
{
    struct gan_view view = {.node = node};
    int64_t stride = 1;
    for (int place = shape.rank - 1; place >= 0; place--) {
        int axis = order.axis[place];
        view.strides[axis] = stride;
        stride *= shape.dims[axis];
    }
    return view;
}

struct gan_view gan_view_whole(int node, gan_shape shape)
{
    return gan_view_ordered(node, shape, gan_row_major);
}

struct gan_view gan_node_view(const struct gan_graph *graph, int node)
{
    return gan_view_ordered(node, graph->nodes[node].shape, graph->nodes[node].order);
}

bool gan_same_strides(const struct gan_view *a, const struct gan_view *b, gan_shape shape)
{
    for (int axis = 0; axis < shape.rank; axis++)
        if (shape.dims[axis] != 1 && a->strides[axis] != b->strides[axis])
            return false;
    return true;
}

bool gan_same_view(const struct gan_view *a, const struct gan_view *b, gan_shape shape)
{
    return a->node == b->node && a->offset == b->offset && gan_same_strides(a, b, shape);
}

bool gan_view_dense(const struct gan_view *view, gan_shape shape)
{
    struct gan_view dense = gan_view_whole(view->node, shape);
    return gan_same_strides(view, &dense, shape);
}

bool gan_view_reshape(const struct gan_view *view, gan_shape from, gan_shape to, struct gan_view *result)
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

/* The order of a view's axes by their strides, if no element is repeated; false if one is, or if it is row-major. */
static bool order_of(const struct gan_view *view, gan_shape shape, struct gan_order *order)
{
    int count = 0;
    *order = gan_row_major;
    for (int axis = 0; axis < shape.rank; axis++) /* axes of one element do not matter: outermost */
        if (shape.dims[axis] == 1)
            order->axis[count++] = axis;
    int ones = count;
    bool row_major = true;
    for (int axis = 0; axis < shape.rank; axis++) {
        if (shape.dims[axis] == 1)
            continue;
        if (view->strides[axis] == 0)
            return false;
        int place = count++;
        for (; place > ones && view->strides[order->axis[place - 1]] < view->strides[axis]; place--) {
            order->axis[place] = order->axis[place - 1];
            row_major = false;
        }
        order->axis[place] = axis;
    }
    return !row_major;
}

struct gan_order gan_order_like(const struct gan_graph *graph, const struct gan_view *inputs, int count,
                                gan_shape shape)
{
    struct gan_order order;
    for (int i = 0; i < count; i++)
        if (!gan_node_is_leaf(&graph->nodes[inputs[i].node]) && order_of(&inputs[i], shape, &order))
            return order;
    return gan_row_major;
}

bool gan_view_pixel_major(const struct gan_view *view, gan_shape shape)
{
    int64_t least = 1; /* each axis' stride reaches over what lies within */
    for (int place = shape.rank - 1; place >= 0; place--) {
        int axis = gan_pixel_major.axis[place];
        if (shape.dims[axis] == 1)
            continue;
        if (view->strides[axis] < least || (axis == 1 && view->strides[axis] != 1))
            return false;
        least = view->strides[axis] * shape.dims[axis];
    }
    return true;
}

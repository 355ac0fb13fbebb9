/* Ops by index: rows of a table, and their inverse. */
#include "table.h"

#include "base/status.h"
#include "tensor/tensor.h"

/* Checks int32 indices for use on a tape. */
static bool check_indices(const char *who, gan_tape *tape, const gan_var *indices)
{
    if (indices == NULL)
        gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "%s: the indices are NULL", who);
    else if (indices->tape != tape || indices->dtype != GAN_INT32)
        gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "%s: the indices are %s%s; they must be int32 vars of the tape",
                      who, gan_dtype_name(indices->dtype), indices->tape != tape ? " of another tape" : "");
    return tape != NULL && gan_tape_status(tape) == GAN_OK;
}

/* The sizes of `head`, then those of `tail` from axis `from` on. */
static bool join_shapes(gan_shape head, gan_shape tail, int from, gan_shape *out)
{
    *out = head;
    for (int axis = from; axis < tail.rank; axis++) {
        if (out->rank == GAN_MAX_RANK)
            return false;
        out->dims[out->rank++] = tail.dims[axis];
    }
    return true;
}

gan_var *gan_gather(gan_var *table, gan_var *indices)
{
    if (!gan_check_vars("gather", &table, 1) || !check_indices("gather", table->tape, indices))
        return NULL;
    gan_shape shape;
    if (table->shape.rank < 1 || !join_shapes(indices->shape, table->shape, 1, &shape) ||
        gan_shape_check(shape, "gan_gather") != GAN_OK)
        return gan_tape_fail(
            table->tape, GAN_ERROR_INVALID_ARGUMENT,
            "gather: the table has %d axes and the indices %d; wanted [V, …] and at most %d in the result",
            table->shape.rank, indices->shape.rank, GAN_MAX_RANK);
    return gan_tape_append(table->tape, &gan_ops[GAN_OP_gather], GAN_FLOAT32, shape, (gan_var *[]){table, indices}, 2,
                           NULL);
}

gan_var *gan_vjp_gather(gan_var *node, gan_var *gradient, int index)
{
    return index == 0 ? gan_scatter_add(gradient, node->input[1], node->input[0]->shape.dims[0]) : NULL;
}

gan_var *gan_scatter_add(gan_var *source, gan_var *indices, int64_t rows)
{
    if (!gan_check_vars("scatter_add", &source, 1) || !check_indices("scatter_add", source->tape, indices))
        return NULL;
    bool fits = indices->shape.rank <= source->shape.rank && rows >= 1;
    for (int axis = 0; fits && axis < indices->shape.rank; axis++)
        fits = indices->shape.dims[axis] == source->shape.dims[axis];
    gan_shape shape;
    if (!fits || !join_shapes(GAN_SHAPE(rows), source->shape, indices->shape.rank, &shape) ||
        gan_shape_check(shape, "gan_scatter_add") != GAN_OK) {
        char of_source[128], of_indices[128];
        return gan_tape_fail(
            source->tape, GAN_ERROR_INVALID_ARGUMENT,
            "scatter_add: source %s, indices %s, %lld rows; the source must begin with the indices' axes",
            gan_shape_text(source->shape, of_source, sizeof of_source),
            gan_shape_text(indices->shape, of_indices, sizeof of_indices), (long long)rows);
    }
    struct gan_attributes attributes = {.end = rows};
    return gan_tape_append(source->tape, &gan_ops[GAN_OP_scatter_add], GAN_FLOAT32, shape,
                           (gan_var *[]){source, indices}, 2, &attributes);
}

gan_var *gan_vjp_scatter_add(gan_var *node, gan_var *gradient, int index)
{
    return index == 0 ? gan_gather(gradient, node->input[1]) : NULL;
}

gan_var *gan_one_hot(gan_var *indices, int64_t classes)
{
    if (!check_indices("one_hot", gan_var_tape(indices), indices))
        return NULL;
    gan_shape shape;
    if (classes < 1 || !join_shapes(indices->shape, GAN_SHAPE(classes), 0, &shape) ||
        gan_shape_check(shape, "gan_one_hot") != GAN_OK)
        return gan_tape_fail(
            indices->tape, GAN_ERROR_INVALID_ARGUMENT,
            "one_hot: %lld classes for indices of %d axes; wanted at least 1 class and at most %d axes",
            (long long)classes, indices->shape.rank, GAN_MAX_RANK - 1);
    struct gan_attributes attributes = {.end = classes};
    return gan_tape_append(indices->tape, &gan_ops[GAN_OP_one_hot], GAN_FLOAT32, shape, &indices, 1, &attributes);
}

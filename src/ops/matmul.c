/* The matrix product. Its derivatives are matrix products with other transposes. */
#include "table.h"

#include "base/status.h"
#include "tensor/tensor.h"

static gan_shape with_matrix(gan_shape batch, int64_t rows, int64_t columns)
{
    batch.dims[batch.rank++] = rows;
    batch.dims[batch.rank++] = columns;
    return batch;
}

static gan_shape without_matrix(gan_shape shape)
{
    shape.rank -= 2;
    shape.dims[shape.rank] = shape.dims[shape.rank + 1] = 0;
    return shape;
}

static gan_var *mismatch(gan_var *a, bool transpose_a, gan_var *b, bool transpose_b)
{
    char of_a[128], of_b[128];
    return gan_tape_fail(
        a->tape, GAN_ERROR_INVALID_ARGUMENT,
        "matmul: %s%s times %s%s; wanted [..., M, K] times [..., K, N], with axes before that broadcast",
        gan_shape_text(a->shape, of_a, sizeof of_a), transpose_a ? " transposed" : "",
        gan_shape_text(b->shape, of_b, sizeof of_b), transpose_b ? " transposed" : "");
}

gan_var *gan_matmul_transposed(gan_var *a, bool transpose_a, gan_var *b, bool transpose_b)
{
    if (!gan_check_vars("matmul", (gan_var *[]){a, b}, 2))
        return NULL;
    int rank_a = a->shape.rank, rank_b = b->shape.rank;
    if (rank_a < 2 || rank_b < 2)
        return mismatch(a, transpose_a, b, transpose_b);
    int64_t m = a->shape.dims[rank_a - (transpose_a ? 1 : 2)], k = a->shape.dims[rank_a - (transpose_a ? 2 : 1)];
    int64_t k_of_b = b->shape.dims[rank_b - (transpose_b ? 1 : 2)], n = b->shape.dims[rank_b - (transpose_b ? 2 : 1)];
    gan_shape batch;
    if (k != k_of_b || !gan_broadcast_shape(without_matrix(a->shape), without_matrix(b->shape), &batch))
        return mismatch(a, transpose_a, b, transpose_b);
    if (gan_shape_check(with_matrix(batch, m, n), "gan_matmul") != GAN_OK)
        return gan_tape_take_error(a->tape);
    gan_var *inputs[2] = {
        gan_expand(a, with_matrix(batch, a->shape.dims[rank_a - 2], a->shape.dims[rank_a - 1])),
        gan_expand(b, with_matrix(batch, b->shape.dims[rank_b - 2], b->shape.dims[rank_b - 1])),
    };
    if (inputs[0] == NULL || inputs[1] == NULL)
        return NULL;
    struct gan_attributes attributes = {.transpose_a = transpose_a, .transpose_b = transpose_b};
    return gan_tape_append(a->tape, &gan_ops[GAN_OP_matmul], GAN_FLOAT32, with_matrix(batch, m, n), inputs, 2,
                           &attributes);
}

gan_var *gan_matmul(gan_var *a, gan_var *b)
{
    return gan_matmul_transposed(a, false, b, false);
}

/* For C = A·B: dA = dC·Bᵀ, dB = Aᵀ·dC; where an argument was transposed, so is its derivative. */
gan_var *gan_vjp_matmul(gan_var *node, gan_var *gradient, int index)
{
    gan_var *a = node->input[0], *b = node->input[1];
    bool ta = node->attributes.transpose_a, tb = node->attributes.transpose_b;
    if (index == 0)
        return ta ? gan_matmul_transposed(b, tb, gradient, true) : gan_matmul_transposed(gradient, false, b, !tb);
    return tb ? gan_matmul_transposed(gradient, true, a, ta) : gan_matmul_transposed(a, !ta, gradient, false);
}

/* Sums, means, maxima, and what is made of them. The nodes keep the reduced axes with size 1; dropping them is a
 * reshape. */
#include "table.h"

#include "base/status.h"

static gan_shape kept_shape(gan_shape shape, uint32_t axes)
{
    for (int axis = 0; axis < shape.rank; axis++)
        if ((axes & 1u << axis) != 0)
            shape.dims[axis] = 1;
    return shape;
}

static gan_shape dropped_shape(gan_shape shape, uint32_t axes)
{
    gan_shape dropped = {0, {0}};
    for (int axis = 0; axis < shape.rank; axis++)
        if ((axes & 1u << axis) == 0)
            dropped.dims[dropped.rank++] = shape.dims[axis];
    return dropped;
}

static gan_var *reduce(enum gan_op_id op, gan_var *x, gan_axes axes)
{
    struct gan_attributes attributes = {0};
    if (!gan_check_vars(gan_ops[op].name, &x, 1) || !gan_check_axes(gan_ops[op].name, x, axes, &attributes.axes))
        return NULL;
    gan_shape shape = kept_shape(x->shape, attributes.axes);
    if (gan_shape_equal(shape, x->shape))
        return x;
    return gan_tape_append(x->tape, &gan_ops[op], GAN_FLOAT32, shape, &x, 1, &attributes);
}

/* The reduced var without its axes of size 1. */
static gan_var *drop(gan_var *x, gan_var *reduced, gan_axes axes)
{
    uint32_t bits = 0;
    if (reduced == NULL || !gan_check_axes("sum", x, axes, &bits))
        return NULL;
    return gan_reshape(reduced, dropped_shape(x->shape, bits));
}

gan_var *gan_sum_keep(gan_var *x, gan_axes axes)
{
    return reduce(GAN_OP_sum, x, axes);
}

gan_var *gan_vjp_sum(gan_var *node, gan_var *gradient, int index)
{
    return gan_expand(gradient, node->input[index]->shape);
}

gan_var *gan_max_keep(gan_var *x, gan_axes axes)
{
    return reduce(GAN_OP_max, x, axes);
}

/* What reaches the maximum, shared by all that are equal to it */
gan_var *gan_vjp_max(gan_var *node, gan_var *gradient, int index)
{
    gan_var *x = node->input[index];
    gan_var *winners = gan_equal(x, node);
    gan_var *count = gan_sum_to(winners, node->shape);
    return gan_mul(winners, gan_div(gradient, count));
}

gan_var *gan_mean_keep(gan_var *x, gan_axes axes)
{
    return reduce(GAN_OP_mean, x, axes);
}

gan_var *gan_vjp_mean(gan_var *node, gan_var *gradient, int index)
{
    gan_var *x = node->input[index];
    double share = (double)gan_shape_size(node->shape) / (double)gan_shape_size(x->shape);
    return gan_expand(gan_scale(gradient, (float)share), x->shape);
}

gan_var *gan_variance_keep(gan_var *x, gan_axes axes)
{
    gan_var *variance = reduce(GAN_OP_variance, x, axes);
    return variance == x && x != NULL ? gan_sub(x, x) : variance; /* of one number: 0 */
}

/* ∂/∂x of mean((x − mean(x))²): 2/n·(x − mean(x)); what goes through the mean cancels. */
gan_var *gan_vjp_variance(gan_var *node, gan_var *gradient, int index)
{
    gan_var *x = node->input[index];
    gan_axes axes = {0, {0}};
    for (int axis = 0; axis < x->shape.rank; axis++)
        if ((node->attributes.axes & 1u << axis) != 0)
            axes.axis[axes.count++] = axis;
    double count = (double)(gan_shape_size(x->shape) / gan_shape_size(node->shape));
    return gan_mul(gan_sub(x, gan_mean_keep(x, axes)), gan_scale(gradient, (float)(2 / count)));
}

gan_var *gan_variance_over(gan_var *x, gan_axes axes)
{
    return drop(x, gan_variance_keep(x, axes), axes);
}

gan_var *gan_logsumexp_keep(gan_var *x, gan_axes axes)
{
    /* log Σ e^x = m + log Σ e^(x−m) for any m; with the largest x nothing overflows, and m's own derivative cancels.
     * A row of −∞ has no largest number to subtract: then m is held to a finite one. */
    gan_var *most = gan_stop_gradient(gan_clip(gan_max_keep(x, axes), -3e38f, 3e38f));
    return gan_add(gan_log(gan_sum_keep(gan_exp(gan_sub(x, most)), axes)), most);
}

gan_var *gan_sum_over(gan_var *x, gan_axes axes)
{
    return drop(x, gan_sum_keep(x, axes), axes);
}

gan_var *gan_mean_over(gan_var *x, gan_axes axes)
{
    return drop(x, gan_mean_keep(x, axes), axes);
}

gan_var *gan_max_over(gan_var *x, gan_axes axes)
{
    return drop(x, gan_max_keep(x, axes), axes);
}

gan_var *gan_logsumexp_over(gan_var *x, gan_axes axes)
{
    return drop(x, gan_logsumexp_keep(x, axes), axes);
}

gan_var *gan_sum(gan_var *x)
{
    return gan_sum_over(x, GAN_ALL_AXES);
}

gan_var *gan_mean(gan_var *x)
{
    return gan_mean_over(x, GAN_ALL_AXES);
}

gan_var *gan_max(gan_var *x)
{
    return gan_max_over(x, GAN_ALL_AXES);
}

gan_var *gan_log_softmax(gan_var *x, int axis)
{
    return gan_sub(x, gan_logsumexp_keep(x, GAN_AXES(axis)));
}

gan_var *gan_softmax(gan_var *x, int axis)
{
    return gan_exp(gan_log_softmax(x, axis));
}

gan_var *gan_normalize(gan_var *x, gan_axes axes, gan_var *gain, gan_var *bias, float epsilon)
{
    if (x != NULL && !(epsilon > 0.0f))
        return gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT, "normalize: epsilon is %g; it must be above 0",
                             (double)epsilon);
    gan_var *centred = gan_sub(x, gan_mean_keep(x, axes));
    gan_var *normal = gan_mul(centred, gan_power(gan_shift(gan_variance_keep(x, axes), epsilon), -0.5f));
    if (gain != NULL)
        normal = gan_mul(normal, gain);
    return bias != NULL ? gan_add(normal, bias) : normal;
}

gan_var *gan_cross_entropy(gan_var *logits, gan_var *labels)
{
    if (!gan_check_vars("cross_entropy", &logits, 1))
        return NULL;
    if (labels == NULL)
        return gan_tape_fail(logits->tape, GAN_ERROR_INVALID_ARGUMENT, "cross_entropy: argument 2 is NULL");
    if (logits->shape.rank != 2 || labels->dtype != GAN_INT32 || labels->shape.rank != 1 ||
        labels->shape.dims[0] != logits->shape.dims[0]) {
        char of_logits[128], of_labels[128];
        return gan_tape_fail(logits->tape, GAN_ERROR_INVALID_ARGUMENT,
                             "cross_entropy: logits are %s and labels %s %s; wanted [N, C] and int32 [N]",
                             gan_shape_text(logits->shape, of_logits, sizeof of_logits), gan_dtype_name(labels->dtype),
                             gan_shape_text(labels->shape, of_labels, sizeof of_labels));
    }
    gan_var *is_chosen = gan_one_hot(labels, logits->shape.dims[1]);
    gan_var *none = gan_tape_constant(logits->tape, GAN_SCALAR, 0); /* a product would make NaN of -infinity */
    gan_var *chosen = gan_sum_over(gan_select(is_chosen, logits, none), GAN_AXES(1));
    return gan_mean(gan_sub(gan_logsumexp_over(logits, GAN_AXES(1)), chosen));
}

gan_var *gan_binary_cross_entropy(gan_var *logits, gan_var *targets)
{
    /* −t·log σ(x) − (1−t)·log(1−σ(x)) = softplus(x) − t·x */
    return gan_mean(gan_sub(gan_softplus(logits), gan_mul(targets, logits)));
}

/* The table of ops, and the checks that recording them has in common. */
#include "table.h"

#include "base/status.h"
#include "kernels/kernels.h"

const struct gan_op gan_ops[GAN_OPS] = {
#define GAN_OP(identifier, name, kind, map, vjp) {name, GAN_KIND_##kind, map, vjp},
#include "ops.def"
#undef GAN_OP
};

bool gan_check_vars(const char *who, gan_var *const *vars, int count)
{
    gan_tape *tape = NULL;
    for (int i = 0; i < count && tape == NULL; i++)
        tape = gan_var_tape(vars[i]);
    for (int i = 0; i < count; i++) {
        if (vars[i] == NULL) {
            gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "%s: argument %d is NULL", who, i + 1);
            return false;
        }
        if (vars[i]->tape != tape) {
            gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "%s: argument %d is on another tape than argument 1", who,
                          i + 1);
            return false;
        }
        if (vars[i]->dtype != GAN_FLOAT32) {
            gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "%s: argument %d is %s; it must be float32", who, i + 1,
                          gan_dtype_name(vars[i]->dtype));
            return false;
        }
    }
    return gan_tape_status(tape) == GAN_OK;
}

bool gan_broadcast_shape(gan_shape a, gan_shape b, gan_shape *out)
{
    *out = (gan_shape){a.rank > b.rank ? a.rank : b.rank, {0}};
    for (int i = 1; i <= out->rank; i++) {
        int64_t of_a = i <= a.rank ? a.dims[a.rank - i] : 1;
        int64_t of_b = i <= b.rank ? b.dims[b.rank - i] : 1;
        if (of_a != of_b && of_a != 1 && of_b != 1)
            return false;
        out->dims[out->rank - i] = of_a == 1 ? of_b : of_a;
    }
    return true;
}

int gan_check_axis(const char *who, gan_var *x, int axis)
{
    int counted = axis < 0 ? axis + x->shape.rank : axis;
    if (counted >= 0 && counted < x->shape.rank)
        return counted;
    char text[128];
    gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT, "%s: there is no axis %d in shape %s", who, axis,
                  gan_shape_text(x->shape, text, sizeof text));
    return -1;
}

bool gan_check_axes(const char *who, gan_var *x, gan_axes axes, uint32_t *bits)
{
    *bits = 0;
    if (axes.count < 0) {
        *bits = (1u << x->shape.rank) - 1;
        return true;
    }
    for (int i = 0; i < axes.count && i < GAN_MAX_RANK; i++) {
        int axis = gan_check_axis(who, x, axes.axis[i]);
        if (axis < 0)
            return false;
        if ((*bits & 1u << axis) != 0) {
            gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT, "%s: axis %d is named twice", who, axes.axis[i]);
            return false;
        }
        *bits |= 1u << axis;
    }
    return true;
}

bool gan_var_is_constant(const gan_var *var, float *value)
{
    while (var->op->kind == GAN_KIND_EXPAND || var->op->kind == GAN_KIND_RESHAPE || var->op->kind == GAN_KIND_PERMUTE)
        var = var->input[0];
    if (var->op->kind != GAN_KIND_CONSTANT || !var->attributes.known)
        return false;
    *value = var->attributes.p;
    return true;
}

gan_var *gan_record_unary(enum gan_op_id op, gan_var *x, float p, float q)
{
    if (!gan_check_vars(gan_ops[op].name, &x, 1))
        return NULL;
    struct gan_attributes attributes = {.p = p, .q = q};
    return gan_tape_append(x->tape, &gan_ops[op], GAN_FLOAT32, x->shape, &x, 1, &attributes);
}

gan_var *gan_record_binary(enum gan_op_id op, gan_var *a, gan_var *b)
{
    if (!gan_check_vars(gan_ops[op].name, (gan_var *[]){a, b}, 2))
        return NULL;
    gan_shape shape;
    if (!gan_broadcast_shape(a->shape, b->shape, &shape)) {
        char of_a[128], of_b[128];
        return gan_tape_fail(a->tape, GAN_ERROR_INVALID_ARGUMENT,
                             "%s: shapes %s and %s cannot be broadcast; aligned at the right, sizes must be equal or 1",
                             gan_ops[op].name, gan_shape_text(a->shape, of_a, sizeof of_a),
                             gan_shape_text(b->shape, of_b, sizeof of_b));
    }
    gan_var *inputs[2] = {gan_expand(a, shape), gan_expand(b, shape)};
    if (inputs[0] == NULL || inputs[1] == NULL)
        return NULL;
    return gan_tape_append(a->tape, &gan_ops[op], GAN_FLOAT32, shape, inputs, 2, NULL);
}

/* Where NaN or infinity came from: the same step again, unfused and with every node's numbers kept, node by node. */
#include "base/memory.h"
#include "base/status.h"
#include "plan_object.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

struct index {
    int64_t of[GAN_MAX_RANK];
};

/* The index that stands in this place of the shape's row-major order. */
static struct index index_at(gan_shape shape, int64_t place)
{
    struct index index = {{0}};
    for (int axis = shape.rank - 1; axis >= 0; axis--) {
        index.of[axis] = place % shape.dims[axis];
        place /= shape.dims[axis];
    }
    return index;
}

static int64_t place_in(const struct gan_view *view, gan_shape shape, const struct index *index)
{
    int64_t place = view->offset;
    for (int axis = 0; axis < shape.rank; axis++)
        place += index->of[axis] * view->strides[axis];
    return place;
}

/* The number that is not finite whose index comes first, wherever it lies in memory. NULL if all are finite. */
static const float *first_not_finite(const struct gan_node *node, const float *numbers, struct index *index)
{
    struct gan_view view = gan_view_ordered(0, node->shape, node->order);
    int64_t size = gan_shape_size(node->shape);
    for (int64_t i = 0; i < size; i++) {
        *index = index_at(node->shape, i);
        const float *number = &numbers[place_in(&view, node->shape, index)];
        if (!isfinite(*number))
            return number;
    }
    return NULL;
}

const char *gan_plan_describe(const gan_var *var, char *text, size_t size)
{
    char shape[128];
    gan_shape_text(var->shape, shape, sizeof shape);
    if (*gan_var_name(var) != '\0')
        gan_text_format(text, size, "%s (%s %s)", gan_var_name(var), var->op->name, shape);
    else
        gan_text_format(text, size, "%s %s (var %d)", var->op->name, shape, var->id);
    return text;
}

static void describe_inputs(const gan_var *var, char *text, size_t size)
{
    text[0] = '\0';
    for (int i = 0; i < var->inputs && i < 3; i++) {
        char input[200];
        size_t used = strlen(text);
        gan_plan_describe(var->input[i], input, sizeof input);
        gan_text_format(text + used, size - used, "%s%s", i == 0 ? " of " : " and ", input);
    }
}

/* "element [1, 0, 2, 3]"; the only number of a scalar has no index. */
static const char *element_text(gan_shape shape, const struct index *index, char *text, size_t size)
{
    gan_text_format(text, size, shape.rank > 0 ? "element [" : "it");
    for (int axis = 0; axis < shape.rank; axis++) {
        size_t used = strlen(text);
        gan_text_format(text + used, size - used, "%" PRId64 "%s", index->of[axis], axis + 1 < shape.rank ? ", " : "]");
    }
    return text;
}

static gan_status report(const char *what, const struct gan_node *node, const struct index *index, double value)
{
    const gan_var *var = node->var;
    char name[256], inputs[640], element[200];
    gan_plan_describe(var, name, sizeof name);
    describe_inputs(var, inputs, sizeof inputs);
    return gan_fail(GAN_ERROR_NOT_FINITE, "%s: the first %s that is not finite is %s%s: %s is %g", what,
                    var->inputs == 0 ? "input" : "result", name, inputs,
                    element_text(node->shape, index, element, sizeof element), value);
}

static gan_status search(const gan_plan *replay, const char *what)
{
    for (size_t i = 0; i < replay->graph.count; i++) {
        const struct gan_node *node = &replay->graph.nodes[i];
        const gan_var *var = node->var;
        /* Panels are a weight once more, and no var's numbers as they lie: the weight itself comes before them. */
        if (var->dtype != GAN_FLOAT32 || var->op->kind == GAN_KIND_CONSTANT || gan_node_kind(node) == GAN_KIND_PANELS)
            continue;
        struct index index;
        const float *number = first_not_finite(node, (const float *)replay->memory[node->memory] + node->offset,
                                               &index);
        if (number != NULL)
            return report(what, node, &index, (double)*number);
    }
    return gan_fail(GAN_ERROR_NOT_FINITE, "%s", what);
}

gan_status gan_plan_explain_not_finite(gan_plan *plan, const char *what)
{
    struct gan_plan_options options = {.backend = GAN_BACKEND_CPU, .fuse = false, .reuse = false};
    gan_plan *replay = gan_plan_again(plan, &options);
    if (replay == NULL)
        return gan_fail(GAN_ERROR_NOT_FINITE, "%s (where it came from could not be found: %s)", what,
                        gan_error_message());
    for (size_t i = 0; i < plan->graph.leaf_count; i++)
        replay->graph.leaves[i].numbers = plan->graph.leaves[i].numbers;
    gan_plan_seek(replay, plan->seed, plan->step);
    gan_status status = gan_plan_compute(replay);
    if (status == GAN_OK)
        status = search(replay, what);
    gan_plan_unref(replay);
    return status;
}

/* Where NaN or infinity came from: the same step again, unfused and with every node's numbers kept, node by node. */
#include "base/memory.h"
#include "base/status.h"
#include "plan_object.h"

#include <math.h>
#include <stdio.h>

/* Index of the first number that is not finite; -1 if all are. */
static int64_t first_not_finite(const float *numbers, int64_t size)
{
    for (int64_t i = 0; i < size; i++)
        if (!isfinite(numbers[i]))
            return i;
    return -1;
}

const char *gan_plan_describe(const gan_var *var, char *text, size_t size)
{
    char shape[128];
    gan_shape_text(var->shape, shape, sizeof shape);
    if (*gan_var_name(var) != '\0')
        snprintf(text, size, "%s (%s %s)", gan_var_name(var), var->op->name, shape);
    else
        snprintf(text, size, "%s %s (var %d)", var->op->name, shape, var->id);
    return text;
}

static void describe_inputs(const gan_var *var, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < var->inputs && used + 1 < size && i < 3; i++) {
        char input[200];
        gan_plan_describe(var->input[i], input, sizeof input);
        int written = snprintf(text + used, size - used, "%s%s", i == 0 ? " of " : " and ", input);
        used += written > 0 ? (size_t)written : 0;
    }
}

static gan_status report(const char *what, const gan_var *var, int64_t index, double value)
{
    char node[256], inputs[640];
    gan_plan_describe(var, node, sizeof node);
    describe_inputs(var, inputs, sizeof inputs);
    bool leaf = var->inputs == 0;
    return gan_fail(GAN_ERROR_NOT_FINITE, "%s: the first %s that is not finite is %s%s: element %lld is %g", what,
                    leaf ? "input" : "result", node, inputs, (long long)index, value);
}

static gan_status search(const gan_plan *replay, const char *what)
{
    for (size_t i = 0; i < replay->graph.count; i++) {
        const struct gan_node *node = &replay->graph.nodes[i];
        const gan_var *var = node->var;
        if (var->dtype != GAN_FLOAT32 || var->op->kind == GAN_KIND_CONSTANT)
            continue;
        const float *numbers = (const float *)replay->memory[node->memory] + node->offset;
        int64_t index = first_not_finite(numbers, gan_shape_size(node->shape));
        if (index >= 0)
            return report(what, var, index, (double)numbers[index]);
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

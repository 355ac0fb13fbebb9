/* A plan in words: a table of its steps. */
#include "base/buffer.h"
#include "plan_object.h"

/* The ops that a root's step computes. */
static void append_members(struct gan_buffer *text, const gan_plan *plan, int root)
{
    const char *comma = "";
    for (int i = 0; i <= root; i++) {
        const struct gan_node *member = &plan->graph.nodes[i];
        if (member->root != root || i == plan->graph.nodes[root].anchor)
            continue;
        gan_buffer_print(text, "%s%s", comma, member->copy ? "copy" : member->var->op->name);
        comma = ", ";
    }
}

static void append_step(struct gan_buffer *text, const gan_plan *plan, size_t index)
{
    const struct gan_step *step = &plan->steps.list[index];
    const struct gan_node *node = &plan->graph.nodes[step->node];
    char shape[128];
    gan_buffer_print(text, "%4zu  %5d  %-20s %6lld  %10lld  ", index, step->stage,
                     gan_shape_text(node->shape, shape, sizeof shape), (long long)step->parts, (long long)node->offset);
    if (plan->seconds != NULL && plan->profiled > 0)
        gan_buffer_print(text, "%9.1f  ", 1e6 * plan->seconds[index] / (double)plan->profiled);
    if (step->purpose != NULL) {
        gan_buffer_print(text, "%s (for %s)\n", step->purpose, node->var->op->name);
        return;
    }
    if (node->anchor >= 0)
        gan_buffer_print(text, "%s, then ", plan->graph.nodes[node->anchor].var->op->name);
    append_members(text, plan, step->node);
    if (node->follower >= 0) {
        gan_buffer_print(text, "; ");
        append_members(text, plan, node->follower);
    }
    gan_buffer_print(text, "%s%s\n", *gan_var_name(node->var) != '\0' ? "  -> " : "", gan_var_name(node->var));
}

char *gan_plan_text(const gan_plan *plan)
{
    if (plan == NULL)
        return NULL;
    struct gan_buffer text = {0};
    gan_buffer_print(&text, "%zu steps, %.1f MiB, %.3f GFLOP in matrix products, backend %s\n", plan->steps.count,
                     (double)gan_plan_memory(plan) / (1024.0 * 1024.0), plan->steps.flops * 1e-9, plan->backend->name);
    gan_buffer_print(&text, "step  stage  %-20s %6s  %10s  %s%s\n", "shape", "parts", "place",
                     plan->seconds != NULL && plan->profiled > 0 ? "       µs  " : "", "computes");
    for (size_t i = 0; i < plan->steps.count; i++)
        append_step(&text, plan, i);
    return gan_buffer_take(&text);
}

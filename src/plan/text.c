/* A plan in words: a table of its steps. */
#include "base/memory.h"
#include "plan_object.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text {
    char *bytes;
    size_t length, capacity;
    bool failed;
};

static void GAN_PRINTF(2, 3) append(struct text *text, const char *format, ...)
{
    if (text->failed)
        return;
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int needed = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (needed >= 0 && text->length + (size_t)needed + 1 > text->capacity) {
        size_t capacity = 2 * text->capacity + (size_t)needed + 256;
        char *bytes = gan_realloc(text->bytes, capacity);
        if (bytes == NULL) {
            text->failed = true;
            va_end(again);
            return;
        }
        text->bytes = bytes;
        text->capacity = capacity;
    }
    text->length += (size_t)vsnprintf(text->bytes + text->length, text->capacity - text->length, format, again);
    va_end(again);
}

/* The ops that a root's step computes. */
static void append_members(struct text *text, const gan_plan *plan, int root)
{
    const char *comma = "";
    for (int i = 0; i <= root; i++) {
        const struct gan_node *member = &plan->graph.nodes[i];
        if (member->root != root || i == plan->graph.nodes[root].anchor)
            continue;
        append(text, "%s%s", comma, member->copy ? "copy" : member->var->op->name);
        comma = ", ";
    }
}

static void append_step(struct text *text, const gan_plan *plan, size_t index)
{
    const struct gan_step *step = &plan->steps.list[index];
    const struct gan_node *node = &plan->graph.nodes[step->node];
    char shape[128];
    append(text, "%4zu  %5d  %-20s %6lld  %10lld  ", index, step->stage,
           gan_shape_text(node->shape, shape, sizeof shape), (long long)step->parts, (long long)node->offset);
    if (plan->seconds != NULL && plan->profiled > 0)
        append(text, "%9.1f  ", 1e6 * plan->seconds[index] / (double)plan->profiled);
    if (step->purpose != NULL) {
        append(text, "%s (for %s)\n", step->purpose, node->var->op->name);
        return;
    }
    if (node->anchor >= 0)
        append(text, "%s, then ", plan->graph.nodes[node->anchor].var->op->name);
    append_members(text, plan, step->node);
    if (node->follower >= 0) {
        append(text, "; ");
        append_members(text, plan, node->follower);
    }
    append(text, "%s%s\n", *gan_var_name(node->var) != '\0' ? "  -> " : "", gan_var_name(node->var));
}

char *gan_plan_text(const gan_plan *plan)
{
    if (plan == NULL)
        return NULL;
    struct text text = {0};
    append(&text, "%zu steps, %.1f MiB, %.3f GFLOP in matrix products, backend %s\n", plan->steps.count,
           (double)gan_plan_memory(plan) / (1024.0 * 1024.0), plan->steps.flops * 1e-9, plan->backend->name);
    append(&text, "step  stage  %-20s %6s  %10s  %s%s\n", "shape", "parts", "place",
           plan->seconds != NULL && plan->profiled > 0 ? "       µs  " : "", "computes");
    for (size_t i = 0; i < plan->steps.count; i++)
        append_step(&text, plan, i);
    if (text.failed) {
        gan_free(text.bytes);
        return NULL;
    }
    return text.bytes;
}

/* A plan at work: what is bound to its inputs, its runs, and what is read afterwards. */
#include "base/clock.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/threads.h"
#include "ops/ops.h"
#include "plan_object.h"

#include <math.h>
#include <string.h>

/* ---- binding ---- */

static bool is_input_of(const gan_plan *plan, const gan_var *input, const char *who)
{
    if (plan == NULL || input == NULL)
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the %s is NULL", who, plan == NULL ? "plan" : "input");
    else if (input->tape != plan->graph.tape || input->op->kind != GAN_KIND_INPUT)
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the var is not an input (gan_tape_input) of the plan's tape", who);
    else
        return true;
    return false;
}

/* NULL where no wanted var depends on the input: then there is nothing to bind. */
static struct gan_leaf *leaf_of(gan_plan *plan, const gan_var *input)
{
    for (size_t i = 0; i < plan->graph.leaf_count; i++)
        if (plan->graph.leaves[i].var == input)
            return &plan->graph.leaves[i];
    return NULL;
}

static void set_leaf(struct gan_leaf *leaf, const void *numbers, gan_tensor *tensor)
{
    gan_tensor_ref(tensor);
    gan_tensor_unref(leaf->bound);
    leaf->bound = tensor;
    leaf->numbers = numbers;
    leaf->bound_double = false;
}

gan_status gan_plan_bind(gan_plan *plan, gan_var *input, gan_tensor *numbers)
{
    if (!is_input_of(plan, input, "gan_plan_bind"))
        return GAN_ERROR_INVALID_ARGUMENT;
    if (numbers == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_plan_bind: the tensor is NULL");
    if (gan_tensor_dtype(numbers) != input->dtype || !gan_shape_equal(gan_tensor_shape(numbers), input->shape)) {
        char given[128], wanted[256];
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_plan_bind: %s is %s, the tensor %s %s",
                        gan_plan_describe(input, wanted, sizeof wanted), gan_dtype_name(input->dtype),
                        gan_dtype_name(gan_tensor_dtype(numbers)),
                        gan_shape_text(gan_tensor_shape(numbers), given, sizeof given));
    }
    struct gan_leaf *leaf = leaf_of(plan, input);
    if (leaf != NULL)
        set_leaf(leaf, gan_tensor_bytes(numbers), numbers);
    return GAN_OK;
}

gan_status gan_plan_bind_memory(gan_plan *plan, gan_var *input, const void *numbers)
{
    if (!is_input_of(plan, input, "gan_plan_bind_memory"))
        return GAN_ERROR_INVALID_ARGUMENT;
    if (numbers == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_plan_bind_memory: the memory is NULL");
    struct gan_leaf *leaf = leaf_of(plan, input);
    if (leaf != NULL)
        set_leaf(leaf, numbers, NULL);
    return GAN_OK;
}

gan_status gan_plan_bind_double(gan_plan *plan, gan_var *input, const double *numbers)
{
    struct gan_leaf *leaf = leaf_of(plan, input);
    if (leaf == NULL)
        return GAN_OK;
    memcpy(leaf->converted, numbers, (size_t)gan_shape_size(input->shape) * sizeof *numbers);
    leaf->bound_double = true;
    return GAN_OK;
}

void gan_plan_seek(gan_plan *plan, uint64_t seed, uint64_t step)
{
    if (plan == NULL)
        return;
    plan->seed = seed;
    plan->step = step;
}

/* ---- running ---- */

static gan_status place_leaves(gan_plan *plan)
{
    for (size_t i = 0; i < plan->graph.leaf_count; i++) {
        struct gan_leaf *leaf = &plan->graph.leaves[i];
        if (leaf->bound_double)
            continue;
        if (leaf->numbers == NULL) {
            char text[256];
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                            "gan_plan_run: nothing is bound to %s; call gan_plan_bind first",
                            gan_plan_describe(leaf->var, text, sizeof text));
        }
        if (leaf->converted == NULL) {
            plan->memory[GAN_MEMORY_LEAVES + i] = (void *)(uintptr_t)leaf->numbers;
            continue;
        }
        const float *numbers = leaf->numbers;
        int64_t size = gan_shape_size(leaf->var->shape);
        for (int64_t j = 0; j < size; j++)
            leaf->converted[j] = (double)numbers[j];
    }
    return GAN_OK;
}

/* Steps that run together. */
struct together {
    const struct gan_step *first;
    const struct gan_run *run;
    bool settled; /* what is steady is there */
};

static int64_t parts_of_step(const void *opaque, int number)
{
    const struct together *together = opaque;
    const struct gan_step *step = &together->first[number];
    return together->settled && step->steady ? 0 : step->parts;
}

static void run_part(void *opaque, int number, int64_t part)
{
    const struct together *together = opaque;
    const struct gan_step *step = &together->first[number];
    step->run(step->call, together->run, part);
}

/* The steps from `i` on that run together: those of a stage; where each is timed, one. Returns where the next begin. */
static size_t run_stage(gan_plan *plan, const struct gan_run *run, size_t i)
{
    const struct gan_steps *steps = &plan->steps;
    struct together together = {&steps->list[i], run, plan->settled};
    if (plan->seconds != NULL) {
        double begin = gan_seconds();
        gan_parallel_tasks(1, parts_of_step, run_part, &together);
        plan->seconds[i] += gan_seconds() - begin;
        return i + 1;
    }
    const size_t first = i;
    bool shared = false;
    for (int stage = steps->list[i].stage; i < steps->count && steps->list[i].stage == stage; i++)
        shared = shared || parts_of_step(&together, (int)(i - first)) > 1;
    if (shared)
        gan_parallel_tasks((int)(i - first), parts_of_step, run_part, &together);
    else /* small steps all: other threads would take longer to come */
        for (; together.first < &steps->list[i]; together.first++)
            gan_parallel_tasks(1, parts_of_step, run_part, &together);
    return i;
}

gan_status gan_plan_profile(gan_plan *plan)
{
    double *seconds = gan_alloc_zero(plan->steps.count, sizeof *seconds);
    if (seconds == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_free(plan->seconds);
    plan->seconds = seconds;
    plan->profiled = 0;
    return GAN_OK;
}

gan_status gan_plan_compute(gan_plan *plan)
{
    if (plan == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_plan_run: the plan is NULL");
    gan_status status = place_leaves(plan);
    if (status != GAN_OK)
        return status;
    plan->computed = false;
    plan->memory[GAN_MEMORY_ARENA] = gan_arena_memory(plan->arena); /* a plan that shares it may have moved it */
    _Atomic int64_t bad_index = INT64_MIN;
    struct gan_run run = {plan->memory, plan->seed, plan->step, &bad_index};
    for (size_t i = 0; i < plan->steps.count;)
        i = run_stage(plan, &run, i);
    plan->profiled++;
    if (bad_index != INT64_MIN)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_plan_run: an index is out of range: %lld",
                        (long long)bad_index);
    plan->computed = true;
    plan->settled = plan->options.steady;
    return GAN_OK;
}

void gan_plan_renew(gan_plan *plan)
{
    plan->settled = false;
}

static const void *address_of(const gan_plan *plan, const gan_var *var)
{
    const struct gan_view *view = &plan->graph.views[var->id];
    const struct gan_node *node = &plan->graph.nodes[view->node];
    return (const char *)plan->memory[node->memory] +
           (size_t)(node->offset + view->offset) * (size_t)plan->backend->element;
}

static double number_at(const gan_plan *plan, const gan_var *var, int64_t i)
{
    const void *address = address_of(plan, var);
    return plan->backend->element == sizeof(double) ? ((const double *)address)[i]
                                                    : (double)((const float *)address)[i];
}

static void store_assignments(gan_plan *plan)
{
    for (int i = 0; i < plan->assignment_count; i++) {
        const struct gan_assignment *assignment = &plan->assignments[i];
        float *to = gan_tensor_data(assignment->tensor);
        int64_t size = gan_tensor_size(assignment->tensor);
        for (int64_t j = 0; j < size; j++)
            to[j] = (float)number_at(plan, assignment->value, j);
    }
}

bool gan_plan_assigns_finite(const gan_plan *plan)
{
    for (int i = 0; i < plan->assignment_count; i++) {
        const struct gan_assignment *assignment = &plan->assignments[i];
        int64_t size = gan_tensor_size(assignment->tensor);
        for (int64_t j = 0; j < size; j++)
            if (!isfinite((float)number_at(plan, assignment->value, j)))
                return false;
    }
    return true;
}

static gan_status commit_update(gan_plan *plan, const gan_var *update)
{
    const struct gan_update_target *target = update->attributes.target;
    const gan_var *gradient = update->input[1];
    int64_t size = gan_shape_size(gradient->shape);
    if (plan->backend->element == sizeof(float))
        return target->commit(target->context, address_of(plan, gradient), size);
    float *copy = gan_alloc((size_t)size * sizeof *copy);
    if (copy == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    for (int64_t i = 0; i < size; i++)
        copy[i] = (float)number_at(plan, gradient, i);
    gan_status status = target->commit(target->context, copy, size);
    gan_free(copy);
    return status;
}

gan_status gan_plan_commit(gan_plan *plan)
{
    store_assignments(plan);
    plan->settled = plan->settled && plan->assignment_count == 0 && plan->update_count == 0;
    for (int i = 0; i < plan->update_count; i++) {
        gan_status status = commit_update(plan, plan->updates[i]);
        if (status != GAN_OK)
            return status;
    }
    plan->step++;
    return GAN_OK;
}

gan_status gan_plan_run(gan_plan *plan)
{
    gan_status status = gan_plan_compute(plan);
    if (status != GAN_OK)
        return status;
    for (int i = 0; i < plan->update_count; i++)
        if (!isfinite(number_at(plan, plan->updates[i], 0)))
            return gan_plan_explain_not_finite(plan, "gan_plan_run: the gradient is not finite, nothing was committed");
    if (plan->update_count > 0 && !gan_plan_assigns_finite(plan))
        return gan_plan_explain_not_finite(plan, "gan_plan_run: a running statistic or another number of a model's "
                                                 "state is not finite, nothing was committed");
    return gan_plan_commit(plan);
}

/* ---- reading ---- */

static bool can_read(const gan_plan *plan, const gan_var *var, const char *who)
{
    if (plan == NULL || var == NULL) {
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the %s is NULL", who, plan == NULL ? "plan" : "var");
        return false;
    }
    bool wanted = gan_plan_wants(plan, var);
    char text[256];
    if (!wanted)
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s was not among those wanted of the plan", who,
                 gan_plan_describe(var, text, sizeof text));
    else if (!plan->computed)
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the plan has not run yet, or its latest run failed", who);
    return wanted && plan->computed;
}

gan_status gan_plan_read(gan_plan *plan, gan_var *var, gan_tensor *out)
{
    if (!can_read(plan, var, "gan_plan_read"))
        return GAN_ERROR_INVALID_ARGUMENT;
    if (out == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_plan_read: the tensor is NULL");
    if (gan_tensor_dtype(out) != var->dtype || !gan_shape_equal(gan_tensor_shape(out), var->shape)) {
        char given[128], wanted[128];
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_plan_read: the var is %s %s, the tensor %s %s",
                        gan_dtype_name(var->dtype), gan_shape_text(var->shape, wanted, sizeof wanted),
                        gan_dtype_name(gan_tensor_dtype(out)),
                        gan_shape_text(gan_tensor_shape(out), given, sizeof given));
    }
    int64_t size = gan_tensor_size(out);
    if (plan->backend->element == sizeof(double))
        for (int64_t i = 0; i < size; i++)
            gan_tensor_data(out)[i] = (float)number_at(plan, var, i);
    else
        memcpy(gan_tensor_bytes(out), address_of(plan, var), (size_t)size * sizeof(float));
    return GAN_OK;
}

float gan_plan_scalar(gan_plan *plan, gan_var *var)
{
    if (!can_read(plan, var, "gan_plan_scalar"))
        return NAN;
    if (gan_shape_size(var->shape) == 1)
        return (float)number_at(plan, var, 0);
    char text[128];
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_plan_scalar: the var has shape %s; it must be one number",
             gan_shape_text(var->shape, text, sizeof text));
    return NAN;
}

const float *gan_plan_numbers(gan_plan *plan, gan_var *var)
{
    return can_read(plan, var, "gan_plan_numbers") ? address_of(plan, var) : NULL;
}

gan_status gan_plan_read_double(gan_plan *plan, gan_var *var, double *out)
{
    if (!can_read(plan, var, "gan_plan_read_double"))
        return GAN_ERROR_INVALID_ARGUMENT;
    int64_t size = gan_shape_size(var->shape);
    for (int64_t i = 0; i < size; i++)
        out[i] = number_at(plan, var, i);
    return GAN_OK;
}

/* Plans: made once from a tape, then run (run.c) as often as one likes without allocating. */
#include "base/memory.h"
#include "base/status.h"
#include "plan_object.h"
#include "stages.h"

const struct gan_plan_options gan_plan_default_options = {
    .backend = GAN_BACKEND_CPU, .fuse = true, .reuse = true, .assignments = false};

static gan_status check_wanted(gan_var *const *wanted, int count)
{
    if (wanted == NULL || count < 1)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_plan_new: %d vars are wanted; a plan takes at least one",
                        count);
    gan_tape *tape = NULL;
    for (int i = 0; i < count && tape == NULL; i++)
        tape = gan_var_tape(wanted[i]);
    if (tape != NULL && gan_tape_status(tape) != GAN_OK)
        return gan_fail_again(gan_tape_status(tape), gan_tape_message(tape));
    for (int i = 0; i < count; i++) {
        if (wanted[i] == NULL)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_plan_new: wanted var %d is NULL", i);
        if (wanted[i]->tape != tape)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_plan_new: wanted var %d is on another tape than var 0", i);
        if (wanted[i]->dtype != GAN_FLOAT32)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                            "gan_plan_new: wanted var %d is %s; only float32 vars are computed", i,
                            gan_dtype_name(wanted[i]->dtype));
    }
    return GAN_OK;
}

bool gan_plan_wants(const gan_plan *plan, const gan_var *var)
{
    for (int i = 0; i < plan->wanted_count; i++)
        if (plan->wanted[i] == var)
            return true;
    return false;
}

static gan_status list_wanted(gan_plan *plan, gan_var *const *wanted, int count)
{
    plan->wanted = gan_alloc_zero((size_t)count, sizeof *plan->wanted);
    plan->updates = gan_alloc_zero((size_t)count, sizeof *plan->updates);
    if (plan->wanted == NULL || plan->updates == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    for (int i = 0; i < count; i++)
        if (!gan_plan_wants(plan, wanted[i])) {
            plan->wanted[plan->wanted_count++] = wanted[i];
            if (wanted[i]->op->kind == GAN_KIND_UPDATE)
                plan->updates[plan->update_count++] = wanted[i];
        }
    return GAN_OK;
}

/* The tape may get more assignments later: they are not this plan's. */
static gan_status list_assignments(gan_plan *plan, const struct gan_assignment *list, int count)
{
    plan->assignments = gan_alloc_zero((size_t)count, sizeof *list);
    if (plan->assignments == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    for (int i = 0; i < count; i++)
        plan->assignments[plan->assignment_count++] = list[i];
    return GAN_OK;
}

static gan_status convert_leaves(gan_plan *plan)
{
    for (size_t i = 0; i < plan->graph.leaf_count; i++) {
        struct gan_leaf *leaf = &plan->graph.leaves[i];
        if (leaf->var->dtype != GAN_FLOAT32)
            continue;
        leaf->converted = gan_alloc_zero((size_t)gan_shape_size(leaf->var->shape), sizeof(double));
        if (leaf->converted == NULL)
            return GAN_ERROR_OUT_OF_MEMORY;
        plan->memory[GAN_MEMORY_LEAVES + i] = leaf->converted;
    }
    return GAN_OK;
}

/* Sums of sizes are in integers, which do not wrap: beyond 52 bits physical memory has no addresses. */
#define MOST_BYTES ((double)((uint64_t)1 << 52))

static gan_status check_bytes(double bytes)
{
    if (bytes <= MOST_BYTES && bytes <= (double)PTRDIFF_MAX / 2)
        return GAN_OK;
    return gan_fail(GAN_ERROR_OUT_OF_MEMORY,
                    "gan_plan_new: the results of all ops are %.3g bytes, which no memory holds", bytes);
}

static double bytes_of_nodes(const gan_plan *plan)
{
    double numbers = 0;
    for (size_t i = 0; i < plan->graph.count; i++)
        numbers += (double)plan->graph.nodes[i].size;
    return numbers * (double)plan->backend->element;
}

/* The arena, room for results, the constants, and the table of where everything lies. */
static gan_status allocate(gan_plan *plan, const struct gan_graph_sizes *sizes)
{
    if (check_bytes(bytes_of_nodes(plan) + (double)plan->steps.scratch_size) != GAN_OK)
        return GAN_ERROR_OUT_OF_MEMORY;
    size_t element = (size_t)plan->backend->element;
    size_t leaves = plan->graph.leaf_count, constants = plan->graph.constant_count;
    plan->arena_size = (size_t)sizes->arena * element + (size_t)plan->steps.scratch_size;
    plan->results_size = (size_t)sizes->results * element;
    plan->arena = plan->options.arena != NULL ? gan_arena_ref(plan->options.arena) : gan_arena_new();
    plan->results = gan_alloc(plan->results_size);
    plan->constants = gan_alloc_zero(constants + 1, element);
    plan->memory = gan_alloc_zero(leaves + GAN_MEMORY_LEAVES, sizeof *plan->memory);
    if (plan->arena == NULL || plan->results == NULL || plan->constants == NULL || plan->memory == NULL ||
        gan_arena_reserve(plan->arena, plan->arena_size) != GAN_OK)
        return GAN_ERROR_OUT_OF_MEMORY;
    for (size_t i = 0; i < constants; i++)
        if (element == sizeof(double))
            ((double *)plan->constants)[i] = (double)plan->graph.constants[i];
        else
            ((float *)plan->constants)[i] = plan->graph.constants[i];
    plan->memory[GAN_MEMORY_RESULTS] = plan->results;
    plan->memory[GAN_MEMORY_CONSTANTS] = plan->constants;
    return element == sizeof(double) ? convert_leaves(plan) : GAN_OK;
}

static gan_status build(gan_plan *plan)
{
    gan_status status = gan_graph_build(&plan->graph, plan->wanted[0]->tape, plan->backend, plan->wanted,
                                        plan->wanted_count, plan->assignments, plan->assignment_count);
    if (status != GAN_OK)
        return status;
    if (plan->options.steady)
        gan_graph_find_steady(&plan->graph);
    gan_graph_fuse(&plan->graph, plan->options.fuse && plan->backend->fuses);
    struct gan_graph_sizes sizes;
    status = check_bytes(bytes_of_nodes(plan));
    if (status == GAN_OK)
        status = gan_graph_place(&plan->graph, plan->options.reuse, &sizes);
    if (status == GAN_OK)
        status = gan_steps_emit(&plan->steps, &plan->graph, plan->backend, sizes.arena);
    if (status == GAN_OK)
        status = gan_steps_stage(&plan->steps, &plan->graph);
    return status == GAN_OK ? allocate(plan, &sizes) : status;
}

/* A plan that is still to be built. */
static gan_plan *new_plan(gan_var *const *wanted, int count, const struct gan_plan_options *options)
{
    gan_plan *plan = gan_alloc_zero(1, sizeof *plan);
    if (plan == NULL)
        return NULL;
    atomic_init(&plan->references, 1);
    plan->options = *options;
    plan->backend = options->backend == GAN_BACKEND_REFERENCE ? gan_backend_reference() : gan_backend_cpu();
    if (list_wanted(plan, wanted, count) == GAN_OK)
        return plan;
    gan_plan_unref(plan);
    return NULL;
}

static gan_plan *built(gan_plan *plan, const struct gan_assignment *assignments, int count)
{
    if (list_assignments(plan, assignments, count) == GAN_OK && build(plan) == GAN_OK)
        return plan;
    gan_plan_unref(plan);
    return NULL;
}

gan_plan *gan_plan_new_with(gan_var *const *wanted, int count, const struct gan_plan_options *options)
{
    if (check_wanted(wanted, count) != GAN_OK)
        return NULL;
    gan_plan *plan = new_plan(wanted, count, options);
    if (plan == NULL)
        return NULL;
    const struct gan_assignment *assignments = NULL;
    int assigned = gan_tape_assignments(wanted[0]->tape, &assignments);
    return built(plan, assignments, options->assignments || plan->update_count > 0 ? assigned : 0);
}

gan_plan *gan_plan_again(const gan_plan *plan, const struct gan_plan_options *options)
{
    gan_plan *again = new_plan(plan->wanted, plan->wanted_count, options);
    return again != NULL ? built(again, plan->assignments, plan->assignment_count) : NULL;
}

gan_plan *gan_plan_new(gan_var *const *wanted, int count)
{
    return gan_plan_new_with(wanted, count, &gan_plan_default_options);
}

gan_plan *gan_plan_ref(gan_plan *plan)
{
    if (plan != NULL)
        atomic_fetch_add_explicit(&plan->references, 1, memory_order_relaxed);
    return plan;
}

void gan_plan_unref(gan_plan *plan)
{
    if (plan == NULL || atomic_fetch_sub_explicit(&plan->references, 1, memory_order_acq_rel) != 1)
        return;
    gan_steps_release(&plan->steps);
    gan_graph_release(&plan->graph);
    gan_free(plan->seconds);
    gan_free(plan->wanted);
    gan_free(plan->updates);
    gan_free(plan->assignments);
    gan_arena_unref(plan->arena);
    gan_free(plan->results);
    gan_free(plan->constants);
    gan_free(plan->memory);
    gan_free(plan);
}

bool gan_plan_draws(const gan_plan *plan)
{
    for (size_t i = 0; i < plan->graph.count; i++) {
        enum gan_op_kind kind = gan_node_kind(&plan->graph.nodes[i]);
        if (kind == GAN_KIND_UNIFORM || kind == GAN_KIND_NORMAL)
            return true;
    }
    return false;
}

/* ---- what it costs ---- */

size_t gan_plan_memory(const gan_plan *plan)
{
    return plan != NULL ? plan->arena_size + plan->results_size : 0;
}

size_t gan_plan_results_memory(const gan_plan *plan)
{
    return plan != NULL ? plan->results_size : 0;
}

double gan_plan_flops(const gan_plan *plan)
{
    return plan != NULL ? plan->steps.flops : 0;
}

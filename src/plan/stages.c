#include "stages.h"

#include "base/memory.h"

#include <stdlib.h>

enum {
    AHEAD = 2,   /* stages that a step may move ahead of those before it: what is made early leaves the caches again */
    SCRATCH = -1 /* as a memory: the room that steps share */
};

/* Elements of a memory. */
struct span {
    int memory;
    int64_t begin, end;
    bool written;
};

struct stager {
    const struct gan_graph *graph;
    struct span *spans; /* of all steps, one after another */
    size_t count, capacity;
    size_t *first; /* where each step's begin; one more for the end */
};

static bool add_span(struct stager *stager, struct span span)
{
    if (!gan_grow((void **)&stager->spans, &stager->capacity, stager->count, sizeof *stager->spans))
        return false;
    stager->spans[stager->count++] = span;
    return true;
}

static bool add_elements(struct stager *stager, int index, int64_t begin, int64_t end, bool written)
{
    const struct gan_node *node = &stager->graph->nodes[index];
    return add_span(stager, (struct span){node->memory, node->offset + begin, node->offset + end, written});
}

static bool add_all_of(struct stager *stager, int index, bool written)
{
    return add_elements(stager, index, 0, stager->graph->nodes[index].size, written);
}

/* What a root's members read. */
static bool add_inputs(struct stager *stager, int root)
{
    const struct gan_node *nodes = stager->graph->nodes;
    bool fine = true;
    for (int i = 0; i <= root; i++)
        for (int j = 0; fine && nodes[i].root == root && j < nodes[i].inputs; j++) {
            int read = nodes[i].input[j].node;
            fine = nodes[read].root == root || add_all_of(stager, read, false);
        }
    return fine;
}

static bool add_step(struct stager *stager, const struct gan_step *step)
{
    const struct gan_node *node = &stager->graph->nodes[step->node];
    bool fine = add_elements(stager, step->node, step->begin, step->end, true);
    if (step->reads == GAN_STEP_READS_ALL)
        fine = fine && add_inputs(stager, step->node);
    else if (step->reads != GAN_STEP_READS_NONE)
        fine = fine && add_all_of(stager, node->input[step->reads].node, false);
    if (node->follower >= 0)
        fine = fine && add_all_of(stager, node->follower, true) && add_inputs(stager, node->follower);
    return fine && (!step->has_scratch || add_span(stager, (struct span){SCRATCH, 0, 1, true}));
}

static bool meet(const struct span *a, const struct span *b)
{
    return (a->written || b->written) && a->memory == b->memory && a->begin < b->end && b->begin < a->end;
}

/* True if one of the two writes what the other one touches. */
static bool depend(const struct stager *stager, size_t a, size_t b)
{
    for (size_t i = stager->first[a]; i < stager->first[a + 1]; i++)
        for (size_t j = stager->first[b]; j < stager->first[b + 1]; j++)
            if (meet(&stager->spans[i], &stager->spans[j]))
                return true;
    return false;
}

static void set_stages(const struct stager *stager, struct gan_steps *steps)
{
    int latest = 0;
    for (size_t i = 0; i < steps->count; i++) {
        int stage = latest > AHEAD ? latest - AHEAD : 0;
        for (size_t before = i; before-- > 0 && stage <= latest;)
            if (steps->list[before].stage >= stage && depend(stager, before, i))
                stage = steps->list[before].stage + 1;
        steps->list[i].stage = stage;
        latest = stage > latest ? stage : latest;
    }
}

/* By stage; in a stage first what nobody can share, then as they were. */
static int in_order(const void *a, const void *b)
{
    const struct gan_step *x = a, *y = b;
    if (x->stage != y->stage)
        return x->stage - y->stage;
    if ((x->parts > 1) != (y->parts > 1))
        return x->parts > 1 ? 1 : -1;
    return x->number - y->number;
}

gan_status gan_steps_stage(struct gan_steps *steps, const struct gan_graph *graph)
{
    struct stager stager = {.graph = graph};
    stager.first = gan_alloc_zero(steps->count + 1, sizeof *stager.first);
    bool fine = stager.first != NULL;
    for (size_t i = 0; fine && i < steps->count; i++) {
        fine = add_step(&stager, &steps->list[i]);
        stager.first[i + 1] = stager.count;
    }
    if (fine) {
        set_stages(&stager, steps);
        qsort(steps->list, steps->count, sizeof *steps->list, in_order);
    }
    gan_free(stager.first);
    gan_free(stager.spans);
    return fine ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
}

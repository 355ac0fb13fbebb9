#include "resampling.h"

#include "base/memory.h"

#include <stdatomic.h>
#include <stddef.h>

struct gan_resampling {
    atomic_int references;
    struct gan_weights way[2]; /* the map, and its transpose */
};

static void release(struct gan_weights *weights)
{
    gan_free(weights->begin);
    gan_free(weights->index);
    gan_free(weights->weight);
}

/* Sorts the taps by output (by input, for the transpose), keeping their order. */
static bool sort(struct gan_weights *weights, const struct gan_tap *taps, int64_t count, bool transposed)
{
    weights->begin = gan_alloc_zero((size_t)weights->outputs + 1, sizeof *weights->begin);
    weights->index = gan_alloc_zero((size_t)count + 1, sizeof *weights->index);
    weights->weight = gan_alloc_zero((size_t)count + 1, sizeof *weights->weight);
    if (weights->begin == NULL || weights->index == NULL || weights->weight == NULL)
        return false;
    for (int64_t i = 0; i < count; i++)
        if (taps[i].weight != 0)
            weights->begin[(transposed ? taps[i].input : taps[i].output) + 1]++;
    for (int64_t y = 0; y < weights->outputs; y++)
        weights->begin[y + 1] += weights->begin[y];
    for (int64_t i = 0; i < count; i++) { /* each row's beginning moves to its end … */
        if (taps[i].weight == 0)
            continue;
        int64_t place = weights->begin[transposed ? taps[i].input : taps[i].output]++;
        weights->index[place] = transposed ? taps[i].output : taps[i].input;
        weights->weight[place] = taps[i].weight;
    }
    for (int64_t y = weights->outputs; y > 0; y--) /* … which is where the next one begins */
        weights->begin[y] = weights->begin[y - 1];
    weights->begin[0] = 0;
    return true;
}

struct gan_resampling *gan_resampling_new(int64_t inputs, int64_t outputs, const struct gan_tap *taps, int64_t count)
{
    struct gan_resampling *resampling = gan_alloc_zero(1, sizeof *resampling);
    if (resampling == NULL)
        return NULL;
    atomic_init(&resampling->references, 1);
    resampling->way[0] = (struct gan_weights){.inputs = inputs, .outputs = outputs};
    resampling->way[1] = (struct gan_weights){.inputs = outputs, .outputs = inputs};
    if (sort(&resampling->way[0], taps, count, false) && sort(&resampling->way[1], taps, count, true))
        return resampling;
    gan_resampling_unref(resampling);
    return NULL;
}

struct gan_resampling *gan_resampling_ref(struct gan_resampling *resampling)
{
    atomic_fetch_add_explicit(&resampling->references, 1, memory_order_relaxed);
    return resampling;
}

void gan_resampling_unref(struct gan_resampling *resampling)
{
    if (resampling == NULL || atomic_fetch_sub_explicit(&resampling->references, 1, memory_order_acq_rel) != 1)
        return;
    release(&resampling->way[0]);
    release(&resampling->way[1]);
    gan_free(resampling);
}

const struct gan_weights *gan_resampling_weights(const struct gan_resampling *resampling, bool transposed)
{
    return &resampling->way[transposed ? 1 : 0];
}

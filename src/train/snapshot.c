/* A trainer's state in memory: the blocks that a checkpoint writes, one after another in one block of its own. */
#include "gan/rollback.h"

#include "base/memory.h"
#include "base/status.h"
#include "nn/model.h"
#include "train/optimizer.h"
#include "train/trainer.h"

#include <stdatomic.h>
#include <string.h>

enum { BLOCKS = 11 };

struct gan_snapshot {
    atomic_int references;
    uint64_t of; /* the trainer's number: it may be gone, and another one where it was */
    gan_tensor *numbers;
    struct gan_adaptive adaptive;
    float balance;
    uint64_t steps, generator_updates, optimizer_steps[2];
};

/* A run of the trainer's numbers. */
struct block {
    float *numbers;
    int64_t size;
};

static void add_tensor(struct block blocks[BLOCKS], int *count, const gan_tensor *tensor)
{
    if (tensor != NULL)
        blocks[(*count)++] = (struct block){gan_tensor_data(tensor), gan_tensor_size(tensor)};
}

static void add_model(struct block blocks[BLOCKS], int *count, gan_model *model, gan_optimizer *optimizer)
{
    add_tensor(blocks, count, gan_model_block(model));
    add_tensor(blocks, count, gan_model_state_block(model));
    for (int which = 0; optimizer != NULL && which < 2; which++)
        if (gan_optimizer_moment(optimizer, which) != NULL)
            blocks[(*count)++] = (struct block){gan_optimizer_moment(optimizer, which),
                                                gan_tensor_size(gan_model_block(model))};
}

/* Always the same ones in the same order. */
static int blocks_of(const gan_trainer *trainer, struct block blocks[BLOCKS])
{
    int count = 0;
    add_model(blocks, &count, trainer->generator, trainer->options.generator_optimizer);
    add_model(blocks, &count, trainer->discriminator, trainer->options.discriminator_optimizer);
    if (trainer->average != trainer->generator)
        add_model(blocks, &count, trainer->average, NULL);
    add_tensor(blocks, &count, trainer->averages);
    return count;
}

static void take(gan_snapshot *snapshot, const gan_trainer *trainer)
{
    struct block blocks[BLOCKS];
    float *to = gan_tensor_data(snapshot->numbers);
    for (int i = 0, count = blocks_of(trainer, blocks); i < count; to += blocks[i++].size)
        memcpy(to, blocks[i].numbers, (size_t)blocks[i].size * sizeof *to);
    snapshot->adaptive = trainer->adaptive;
    snapshot->balance = trainer->balance;
    snapshot->steps = trainer->steps;
    snapshot->generator_updates = trainer->generator_updates;
    snapshot->optimizer_steps[0] = gan_optimizer_steps(trainer->options.generator_optimizer);
    snapshot->optimizer_steps[1] = gan_optimizer_steps(trainer->options.discriminator_optimizer);
}

gan_snapshot *gan_snapshot_new(const gan_trainer *trainer)
{
    struct block blocks[BLOCKS];
    int64_t size = 0;
    if (trainer == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_snapshot_new: trainer is NULL");
    for (int i = 0, count = blocks_of(trainer, blocks); i < count; i++)
        size += blocks[i].size;
    gan_snapshot *snapshot = gan_alloc_zero(1, sizeof *snapshot);
    if (snapshot == NULL)
        return NULL;
    atomic_init(&snapshot->references, 1);
    snapshot->of = trainer->number;
    snapshot->numbers = gan_tensor_new(GAN_SHAPE(size));
    if (snapshot->numbers == NULL) {
        gan_snapshot_unref(snapshot);
        return NULL;
    }
    take(snapshot, trainer);
    return snapshot;
}

gan_snapshot *gan_snapshot_ref(gan_snapshot *snapshot)
{
    if (snapshot != NULL)
        atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
    return snapshot;
}

void gan_snapshot_unref(gan_snapshot *snapshot)
{
    if (snapshot == NULL || atomic_fetch_sub_explicit(&snapshot->references, 1, memory_order_acq_rel) != 1)
        return;
    gan_tensor_unref(snapshot->numbers);
    gan_free(snapshot);
}

static gan_status check(const gan_snapshot *snapshot, const gan_trainer *trainer, const char *who)
{
    if (snapshot == NULL || trainer == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, snapshot == NULL ? "snapshot" : "trainer");
    if (snapshot->of != trainer->number)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the snapshot is of another trainer; make one of this", who);
    return GAN_OK;
}

gan_status gan_snapshot_take(gan_snapshot *snapshot, const gan_trainer *trainer)
{
    gan_status status = check(snapshot, trainer, "gan_snapshot_take");
    if (status == GAN_OK)
        take(snapshot, trainer);
    return status;
}

static void restore_optimizer(gan_optimizer *optimizer, uint64_t steps)
{
    gan_optimizer_restore(optimizer, gan_optimizer_rate(optimizer), steps);
}

gan_status gan_snapshot_restore(const gan_snapshot *snapshot, gan_trainer *trainer)
{
    gan_status status = check(snapshot, trainer, "gan_snapshot_restore");
    if (status != GAN_OK)
        return status;
    struct block blocks[BLOCKS];
    const float *from = gan_tensor_data(snapshot->numbers);
    for (int i = 0, count = blocks_of(trainer, blocks); i < count; from += blocks[i++].size)
        memcpy(blocks[i].numbers, from, (size_t)blocks[i].size * sizeof *from);
    trainer->adaptive = snapshot->adaptive;
    trainer->balance = snapshot->balance;
    trainer->generator_updates = snapshot->generator_updates;
    restore_optimizer(trainer->options.generator_optimizer, snapshot->optimizer_steps[0]);
    restore_optimizer(trainer->options.discriminator_optimizer, snapshot->optimizer_steps[1]);
    return GAN_OK;
}

uint64_t gan_snapshot_step(const gan_snapshot *snapshot)
{
    return snapshot != NULL ? snapshot->steps : 0;
}

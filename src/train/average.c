/*
 * The moving average of G: average += (1 − d)·(G − average). Running statistics are averaged as the weights are: for
 * small changes the statistics that belong to averaged weights are the average of the statistics.
 */
#include "train/trainer.h"

#include "base/threads.h"
#include "kernels/optimizer.h"
#include "nn/model.h"

#include <string.h>

struct averaging {
    float share;
    float *mean;
    const float *value;
};

static void average_piece(void *context, int64_t begin, int64_t count)
{
    const struct averaging *work = context;
    gan_optimizer_kernels()->average(work->share, count, work->mean + begin, work->value + begin);
}

static void follow(gan_tensor *mean, const gan_tensor *value, float share)
{
    if (mean == NULL)
        return;
    struct averaging work = {share, gan_tensor_data(mean), gan_tensor_data(value)};
    int64_t size = gan_tensor_size(mean);
    if (share == 1)
        memcpy(work.mean, work.value, (size_t)size * sizeof *work.mean);
    else
        gan_parallel_pieces(size, average_piece, &work);
}

/* 1 − d at the update just made. */
static float share_of_update(const gan_trainer *trainer)
{
    const gan_trainer_options *options = &trainer->options;
    uint64_t start = (uint64_t)options->average_start;
    if (trainer->generator_updates <= start)
        return 1;
    double n = (double)(trainer->generator_updates - start), decay = (double)options->average_decay;
    double at_most = (1 + n) / (10 + n);
    return (float)(1 - (options->average_warm_up && at_most < decay ? at_most : decay));
}

void gan_trainer_update_average(gan_trainer *trainer)
{
    gan_model *average = trainer->average, *generator = trainer->generator;
    if (average == generator)
        return;
    float share = share_of_update(trainer);
    follow(gan_model_block(average), gan_model_block(generator), share);
    follow(gan_model_state_block(average), gan_model_state_block(generator), share);
}

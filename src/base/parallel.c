/* The simpler calls of the pool, made of gan_parallel_tasks. */
#include "threads.h"

struct only_task {
    int64_t parts;
    gan_part_function *run;
    void *context;
};

static int64_t parts_of_only_task(const void *opaque, int task)
{
    (void)task;
    return ((const struct only_task *)opaque)->parts;
}

static void run_only_task(void *opaque, int task, int64_t part)
{
    (void)task;
    const struct only_task *only = opaque;
    only->run(only->context, part);
}

void gan_parallel(int64_t parts, gan_part_function *run, void *context)
{
    struct only_task only = {parts, run, context};
    gan_parallel_tasks(1, parts_of_only_task, run_only_task, &only);
}

struct pieces {
    int64_t size;
    gan_piece_function *run;
    void *context;
};

static void run_piece(void *opaque, int64_t part)
{
    const struct pieces *pieces = opaque;
    int64_t begin = part * GAN_PIECE, left = pieces->size - begin;
    pieces->run(pieces->context, begin, left < GAN_PIECE ? left : GAN_PIECE);
}

void gan_parallel_pieces(int64_t size, gan_piece_function *run, void *context)
{
    struct pieces pieces = {size, run, context};
    gan_parallel((size + GAN_PIECE - 1) / GAN_PIECE, run_piece, &pieces);
}

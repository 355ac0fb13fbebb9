/* A thread that fills a loader's batches ahead of who takes them, in their order, so many and no more. */
#ifndef GAN_SRC_DATA_AHEAD_H
#define GAN_SRC_DATA_AHEAD_H

#include "data/batch.h"

struct gan_ahead;

/* Up to `depth` (≥ 1) batches wait to be taken. `source` must stay. The thread starts when a batch is first taken. */
struct gan_ahead *gan_ahead_new(const struct gan_batch_source *source, int64_t depth);
/* Ends the thread, which gives up what it is filling after the example in hand. NULL is fine. */
void gan_ahead_free(struct gan_ahead *ahead);

/*
 * Batch number `position`, waited for if need be; it is the caller's until the next call. Numbers in order come from
 * the queue; another number empties it first. A batch that failed is given out as that, and filled anew if it is asked
 * for again. Where no thread can be started, the batch is filled here and now.
 */
const struct gan_batch *gan_ahead_take(struct gan_ahead *ahead, uint64_t position);
/* Lets the thread begin with this batch, if it runs. */
void gan_ahead_seek(struct gan_ahead *ahead, uint64_t position);

#endif

/* The bootstrap: a statistic on examples drawn anew, with replacement, from those that are there. */
#ifndef GAN_SRC_WATCH_BOOTSTRAP_H
#define GAN_SRC_WATCH_BOOTSTRAP_H

#include "gan/metric.h"

/* Everything that metrics draw has a stream of its own. */
enum gan_metric_stream {
    GAN_METRIC_STREAM_BOOTSTRAP = 0x6d00, /* and those after it: one for each set that is drawn from */
    GAN_METRIC_STREAM_SUBSETS = 0x6d10,
    GAN_METRIC_STREAM_PROJECTIONS,
    GAN_METRIC_STREAM_TIES,
    GAN_METRIC_STREAM_PERMUTATIONS,
    GAN_METRIC_STREAM_PAIRS,
    GAN_METRIC_STREAM_CLUSTERS,
    GAN_METRIC_STREAM_EXAMPLES
};

/* One replicate: which example takes the i-th place. */
struct gan_resample {
    uint64_t seed, replicate;
};

/* Place i of set number `set`, which has n examples. */
int64_t gan_resample_index(const struct gan_resample *resample, int set, int64_t i, int64_t n);
/* How often each of the set's n examples was drawn. */
void gan_resample_counts(const struct gan_resample *resample, int set, int64_t n, int32_t *counts);

/* The statistic of a replicate; replicates may be on different threads. scratch: memory of its own. */
typedef double gan_statistic(void *context, const struct gan_resample *resample, void *scratch);

/* Fills in all of *value but its value, which is there; `scratch` bytes for each replicate. */
gan_status gan_bootstrap(gan_statistic *statistic, void *context, size_t scratch, const gan_metric_options *options,
                         gan_metric_value *value);
/* value->value and the rest for the mean of n numbers, those of the set `set`. */
gan_status gan_bootstrap_mean(const double *numbers, int64_t n, int set, const gan_metric_options *options,
                              gan_metric_value *value);
/* Fills in all of *value but its value from the statistics of `count` replicates, which it sorts. */
void gan_bootstrap_summarise(double *replicates, int count, double confidence, gan_metric_value *value);

#endif

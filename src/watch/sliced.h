/* The sliced Wasserstein distance along given directions, for its test. */
#ifndef GAN_SRC_WATCH_SLICED_H
#define GAN_SRC_WATCH_SLICED_H

#include "watch/rows.h"

/* directions: [count, size], of length 1. options: checked; their number of projections does not count. */
gan_status gan_sliced_wasserstein(const struct gan_rows *real, const struct gan_rows *made, const double *directions,
                                  int count, const gan_metric_options *options, gan_metric_value *distance);

#endif

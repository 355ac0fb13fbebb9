/* Lloyd's algorithm (k-means), begun as Arthur and Vassilvitskii 2007 do. */
#ifndef GAN_SRC_WATCH_CLUSTERS_H
#define GAN_SRC_WATCH_CLUSTERS_H

#include "watch/rows.h"

/* Centres of at most `count` clusters of the rows: new memory (gan_free) of [count, size]. NULL, with an error, on
 * failure. Clusters may be empty. */
float *gan_clusters_find(const struct gan_rows *rows, int count, uint64_t seed);

/* cells[i]: the number of the centre that row i is nearest to. */
gan_status gan_clusters_assign(const struct gan_rows *rows, const struct gan_rows *centres, int64_t *cells);

#endif

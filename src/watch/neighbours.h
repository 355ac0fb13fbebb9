/* Nearest neighbours and balls, exact: the same as plain loops in double would find, whatever computed the products. */
#ifndef GAN_SRC_WATCH_NEIGHBOURS_H
#define GAN_SRC_WATCH_NEIGHBOURS_H

#include "watch/rows.h"

/*
 * For each row of `from` the k nearest rows of `among`, the nearest first, equal ones by number: squares[i·k …] their
 * squared distances, indices[i·k …] (may be NULL) which. `same`: the sets are one, and a row is no neighbour of itself.
 * k is at most the number of rows that may be found.
 */
gan_status gan_neighbours_find(const struct gan_rows *from, const struct gan_rows *among, int k, bool same,
                               double *squares, int64_t *indices);

/*
 * counts[i]: in how many of the balls around the rows of `centres`, of squared radius radii[j], row i of `points` lies;
 * their border is part of them if `closed`.
 */
gan_status gan_neighbours_count(const struct gan_rows *points, const struct gan_rows *centres, const double *radii,
                                bool closed, int64_t *counts);

#endif

/*
 * Curves of any number of steps in a bounded number of points: a point is the least, the mean and the greatest of the
 * numbers of so many steps, and when there are too many points they are joined two by two.
 */
#ifndef GAN_SRC_WATCH_CURVES_H
#define GAN_SRC_WATCH_CURVES_H

#include "gan/base.h"
#include "io/json.h"

#define GAN_CURVE_POINTS 800

/* Of the finite numbers among those of a point's steps; of none: count is 0. */
struct gan_curve_cell {
    float low, high;
    uint32_t count;
    double sum;
};

struct gan_curve_point {
    uint64_t first, last; /* the steps that are in it */
    uint32_t count;
};

/* Several curves over the same steps. */
struct gan_curves {
    int curves;
    uint64_t width; /* a point holds steps k·width + 1 … (k + 1)·width, so far as they came */
    size_t count;
    struct gan_curve_point *point; /* [GAN_CURVE_POINTS + 1] */
    struct gan_curve_cell *cell;   /* [GAN_CURVE_POINTS + 1][curves] */
};

gan_status gan_curves_begin(struct gan_curves *c, int curves);
void gan_curves_clear(struct gan_curves *c);

/* values: [curves]. A step that is not after the latest is passed over. */
void gan_curves_add(struct gan_curves *c, uint64_t step, const double *values);
/*
 * Forgets points that begin after `step`. One that holds steps on both sides stays, and those after it are passed over
 * when they come again: a run that resumes makes the same ones.
 */
void gan_curves_cut(struct gan_curves *c, uint64_t step);
uint64_t gan_curves_latest(const struct gan_curves *c); /* 0: none */

/* The member `key` of the object begun in `json`; a curve that is 0 throughout is left out. names: [curves]. */
void gan_curves_write(const struct gan_curves *c, struct gan_json_writer *json, const char *key,
                      const char *const *names);
/* Over what there is. False if it is none of these, or cannot be; the curves are then empty. */
bool gan_curves_read(struct gan_curves *c, const struct gan_json *json, const char *const *names);

#endif

/* Points in the plane: where they come from, and how good made ones are. */
#ifndef TOY_DATA_H
#define TOY_DATA_H

#include <gan/gan.h>

#include <math.h>

/* ---- the data: noise around places that a number t in [0, 1) goes through ---- */

struct data {
    const char *name;
    int modes;        /* equal parts of [0, 1); a part is one place, or a stretch of a curve */
    bool curve;       /* t moves along it without jumps */
    double deviation; /* of the noise in each direction */
    double published; /* the papers' points are so many times as large */
    void (*place)(double t, double *x, double *y);
};

static const double pi = 3.14159265358979323846;

static inline void ring(double t, double *x, double *y)
{
    int mode = (int)(t * 8);
    *x = cos(pi * mode / 4);
    *y = sin(pi * mode / 4);
}

static inline void grid(double t, double *x, double *y)
{
    int mode = (int)(t * 25);
    *x = (mode % 5 - 2) / 2.0;
    *y = (mode / 5 - 2) / 2.0;
}

static inline void spiral(double t, double *x, double *y)
{
    double turn = 4 * pi * sqrt(t), radius = 0.1 + 0.9 * sqrt(t); /* the root: about even along the curve */
    *x = radius * cos(turn);
    *y = radius * sin(turn);
}

static inline void moons(double t, double *x, double *y)
{
    double angle = pi * (t < 0.5 ? 2 * t : 2 * t - 1), side = t < 0.5 ? 1 : -1;
    *x = side * (0.6 * cos(angle) - 0.3);
    *y = side * (0.6 * sin(angle) - 0.15);
}

static const struct data all_data[] = {{"ring", 8, false, 0.01, 1, ring},
                                       {"grid", 25, false, 0.0125, 4, grid},
                                       {"spiral", 20, true, 0.02, 1, spiral},
                                       {"moons", 10, true, 0.03, 1, moons}};
enum { DATA = sizeof all_data / sizeof all_data[0], MOST_MODES = 64 };

/* New real points [n, 2], `scale` times as large; NULL after an error. */
static inline gan_tensor *draw_points(const struct data *data, double scale, int64_t n, uint64_t seed)
{
    gan_tensor *points = gan_tensor_new(GAN_SHAPE(n, 2)), *where = gan_tensor_new(GAN_SHAPE(n));
    if (points == NULL || where == NULL ||
        gan_tensor_fill_normal(points, 0, (float)(scale * data->deviation), seed) != GAN_OK ||
        gan_tensor_fill_uniform(where, 0, 1, seed + 1000003) != GAN_OK) {
        gan_tensor_unref(points);
        gan_tensor_unref(where);
        return NULL;
    }
    for (int64_t i = 0; i < n; i++) {
        double x, y;
        data->place((double)gan_tensor_data(where)[i], &x, &y);
        gan_tensor_data(points)[2 * i] += (float)(scale * x);
        gan_tensor_data(points)[2 * i + 1] += (float)(scale * y);
    }
    gan_tensor_unref(where);
    return points;
}

/* ---- how good points are ---- */

struct score {
    int found;        /* modes that at least one good point belongs to */
    double quality;   /* the share of good points: those within 3 deviations of the nearest place */
    double kl;        /* of the good points' modes from an even spread: log(modes) - their entropy */
    double deviation; /* root mean square distance of good points from their places, in each direction; the data's
                       * deviation is 1 */
};

/* The place nearest to a point: the square of its distance, and its mode. */
static inline double nearest_place(const struct data *data, double at_x, double at_y, int *mode)
{
    int places = data->curve ? 32 * data->modes : data->modes;
    double nearest = INFINITY;
    for (int place = 0; place < places; place++) {
        double x, y, t = (place + 0.5) / places;
        data->place(t, &x, &y);
        double square = (x - at_x) * (x - at_x) + (y - at_y) * (y - at_y);
        if (square < nearest) {
            nearest = square;
            *mode = (int)(t * data->modes);
        }
    }
    return nearest;
}

/* The first n of the points, which are `scale` times as large as the data's places. */
static inline struct score judge(const struct data *data, double scale, const gan_tensor *points, int64_t n)
{
    int64_t hits[MOST_MODES] = {0}, good = 0;
    double squares = 0, unit = data->deviation * data->deviation;
    for (int64_t i = 0; i < n; i++) {
        const float *at = gan_tensor_data(points) + 2 * i;
        int mode = 0;
        double nearest = nearest_place(data, (double)at[0] / scale, (double)at[1] / scale, &mode);
        if (!(nearest <= 9 * unit)) /* what is no number is not good */
            continue;
        good++;
        hits[mode]++;
        squares += nearest / unit;
    }
    struct score score = {.quality = (double)good / (double)n, .kl = log(data->modes)};
    for (int mode = 0; mode < data->modes; mode++) {
        double share = good > 0 ? (double)hits[mode] / (double)good : 0;
        score.found += hits[mode] > 0;
        score.kl += share > 0 ? share * log(share) : 0;
    }
    score.deviation = good > 0 ? sqrt(squares / (double)good / 2) : 0;
    return score;
}

#endif

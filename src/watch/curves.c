#include "watch/curves.h"

#include "base/memory.h"
#include "base/status.h"

#include <math.h>
#include <string.h>

enum { ROOM = GAN_CURVE_POINTS + 1 };

gan_status gan_curves_begin(struct gan_curves *c, int curves)
{
    *c = (struct gan_curves){.curves = curves, .width = 1};
    c->point = gan_alloc(ROOM * sizeof *c->point);
    c->cell = gan_alloc((size_t)curves * ROOM * sizeof *c->cell);
    if (c->point != NULL && c->cell != NULL)
        return GAN_OK;
    gan_curves_clear(c);
    return GAN_ERROR_OUT_OF_MEMORY;
}

void gan_curves_clear(struct gan_curves *c)
{
    gan_free(c->point);
    gan_free(c->cell);
    *c = (struct gan_curves){0};
}

uint64_t gan_curves_latest(const struct gan_curves *c)
{
    return c->count > 0 ? c->point[c->count - 1].last : 0;
}

/* ---- adding ---- */

static struct gan_curve_cell *cells_of(const struct gan_curves *c, size_t point)
{
    return c->cell + point * (size_t)c->curves;
}

static uint64_t place_of(const struct gan_curves *c, uint64_t step)
{
    return step > 0 ? (step - 1) / c->width : 0;
}

static void join_cells(struct gan_curve_cell *to, const struct gan_curve_cell *from)
{
    if (from->count == 0)
        return;
    to->low = to->count == 0 || from->low < to->low ? from->low : to->low;
    to->high = to->count == 0 || from->high > to->high ? from->high : to->high;
    to->sum += from->sum;
    to->count += from->count;
}

/* Points of the same place become one, in the place of the first. */
static void join_points(struct gan_curves *c)
{
    size_t kept = 0;
    for (size_t i = 1; i < c->count; i++) {
        bool joins = place_of(c, c->point[kept].first) == place_of(c, c->point[i].first);
        if (joins) {
            c->point[kept].last = c->point[i].last;
            c->point[kept].count += c->point[i].count;
            for (int k = 0; k < c->curves; k++)
                join_cells(&cells_of(c, kept)[k], &cells_of(c, i)[k]);
        } else if (++kept != i) {
            c->point[kept] = c->point[i];
            memcpy(cells_of(c, kept), cells_of(c, i), (size_t)c->curves * sizeof *c->cell);
        }
    }
    c->count = kept + 1;
}

/* A point for that step: the latest one, or a new one. */
static size_t open_point(struct gan_curves *c, uint64_t step)
{
    size_t last = c->count - 1;
    if (c->count > 0 && place_of(c, c->point[last].first) == place_of(c, step))
        return last;
    c->point[c->count] = (struct gan_curve_point){.first = step};
    memset(cells_of(c, c->count), 0, (size_t)c->curves * sizeof *c->cell);
    return c->count++;
}

void gan_curves_add(struct gan_curves *c, uint64_t step, const double *values)
{
    if (c->count > 0 && step <= gan_curves_latest(c))
        return;
    size_t at = open_point(c, step);
    c->point[at].last = step;
    c->point[at].count++;
    for (int k = 0; k < c->curves; k++) {
        float value = (float)values[k];
        struct gan_curve_cell one = {value, value, 1, (double)value};
        if (isfinite(value))
            join_cells(&cells_of(c, at)[k], &one);
    }
    while (c->count > GAN_CURVE_POINTS) {
        c->width *= 2;
        join_points(c);
    }
}

void gan_curves_cut(struct gan_curves *c, uint64_t step)
{
    while (c->count > 0 && c->point[c->count - 1].first > step)
        c->count--;
}

/* ---- writing ---- */

enum { DIGITS = 6 }; /* what a screen can show, and more */

enum figure { LOW, MEAN, HIGH };

static void write_figures(const struct gan_curves *c, int curve, enum figure figure, const char *key,
                          struct gan_json_writer *json)
{
    gan_json_begin(json, key, '[');
    for (size_t i = 0; i < c->count; i++) {
        const struct gan_curve_cell *cell = &cells_of(c, i)[curve];
        double mean = cell->count > 0 ? cell->sum / cell->count : NAN;
        double value = figure == LOW ? (double)cell->low : figure == HIGH ? (double)cell->high : mean;
        if (cell->count == 0)
            gan_json_write_null(json, NULL);
        else
            gan_json_write_digits(json, NULL, value, DIGITS);
    }
    gan_json_end(json, ']');
}

static void write_curve(const struct gan_curves *c, int curve, const char *name, struct gan_json_writer *json)
{
    bool zero = true, wide = false, partial = false;
    for (size_t i = 0; i < c->count; i++) {
        const struct gan_curve_cell *cell = &cells_of(c, i)[curve];
        partial = partial || cell->count != c->point[i].count;
        wide = wide || (cell->count > 0 && cell->low < cell->high);
        zero = zero && cell->count > 0 && cell->low == 0 && cell->high == 0;
    }
    if (zero && !partial)
        return;
    gan_json_begin(json, name, '{');
    write_figures(c, curve, MEAN, "mean", json);
    if (wide) {
        write_figures(c, curve, LOW, "low", json);
        write_figures(c, curve, HIGH, "high", json);
    }
    if (partial) {
        gan_json_begin(json, "count", '[');
        for (size_t i = 0; i < c->count; i++)
            gan_json_write_integer(json, NULL, cells_of(c, i)[curve].count);
        gan_json_end(json, ']');
    }
    gan_json_end(json, '}');
}

void gan_curves_write(const struct gan_curves *c, struct gan_json_writer *json, const char *key,
                      const char *const *names)
{
    gan_json_begin(json, key, '{');
    gan_json_write_integer(json, "width", (int64_t)c->width);
    for (int part = 0; part < 3; part++) {
        gan_json_begin(json, part == 0 ? "first" : part == 1 ? "last" : "count", '[');
        for (size_t i = 0; i < c->count; i++) {
            const struct gan_curve_point *p = &c->point[i];
            gan_json_write_integer(json, NULL, (int64_t)(part == 0 ? p->first : part == 1 ? p->last : p->count));
        }
        gan_json_end(json, ']');
    }
    gan_json_begin(json, "curves", '{');
    for (int k = 0; k < c->curves; k++)
        write_curve(c, k, names[k], json);
    gan_json_end(json, '}');
    gan_json_end(json, '}');
}

/* ---- reading ---- */

static bool read_point(const struct gan_curves *c, const struct gan_json *json, size_t i, struct gan_curve_point *to)
{
    int64_t first, last, count;
    bool known = gan_json_integer(gan_json_item(gan_json_get(json, "first"), i), &first) &&
                 gan_json_integer(gan_json_item(gan_json_get(json, "last"), i), &last) &&
                 gan_json_integer(gan_json_item(gan_json_get(json, "count"), i), &count);
    if (!known || first < 0 || last < first || count < 1 || count > UINT32_MAX || count - 1 > last - first)
        return false;
    *to = (struct gan_curve_point){(uint64_t)first, (uint64_t)last, (uint32_t)count};
    return place_of(c, to->first) == place_of(c, to->last) && (i == 0 || c->point[i - 1].last < to->first);
}

static bool read_cell(const struct gan_json *curve, size_t i, uint32_t all, struct gan_curve_cell *to)
{
    const struct gan_json *counts = gan_json_get(curve, "count"), *lows = gan_json_get(curve, "low");
    int64_t count = all;
    float mean;
    if (counts != NULL && (!gan_json_integer(gan_json_item(counts, i), &count) || count < 0 || count > all))
        return false;
    *to = (struct gan_curve_cell){.count = (uint32_t)count};
    if (count == 0)
        return true;
    if (!gan_json_float(gan_json_item(gan_json_get(curve, "mean"), i), &mean))
        return false;
    to->low = to->high = mean;
    to->sum = (double)mean * (double)count;
    return lows == NULL || (gan_json_float(gan_json_item(lows, i), &to->low) &&
                            gan_json_float(gan_json_item(gan_json_get(curve, "high"), i), &to->high));
}

static bool read_points(struct gan_curves *c, const struct gan_json *json, const char *const *names)
{
    size_t count = gan_json_count(gan_json_get(json, "first"));
    int64_t width;
    if (!gan_json_integer(gan_json_get(json, "width"), &width) || width < 1 || count > GAN_CURVE_POINTS)
        return false;
    c->width = (uint64_t)width;
    for (size_t i = 0; i < count; i++) {
        if (!read_point(c, json, i, &c->point[i]))
            return false;
        for (int k = 0; k < c->curves; k++) {
            const struct gan_json *curve = gan_json_get(gan_json_get(json, "curves"), names[k]);
            struct gan_curve_cell *cell = &cells_of(c, i)[k];
            *cell = (struct gan_curve_cell){.count = c->point[i].count}; /* one that was left out */
            if (curve != NULL && !read_cell(curve, i, c->point[i].count, cell))
                return false;
        }
    }
    c->count = count;
    return true;
}

bool gan_curves_read(struct gan_curves *c, const struct gan_json *json, const char *const *names)
{
    c->count = 0;
    c->width = 1;
    if (read_points(c, json, names))
        return true;
    c->count = 0;
    c->width = 1;
    return false;
}

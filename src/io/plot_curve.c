/* A plot's lines as strokes. */
#include "io/plot.h"

#include "base/memory.h"

#include <math.h>

static double pixel_x(const struct gan_plot_frame *frame, double x)
{
    return frame->box.left + (x - frame->x_low) / (frame->x_high - frame->x_low) * (frame->box.right - frame->box.left);
}

/* Numbers far outside the frame are moved nearer: at that distance no one sees the difference in a line's slope. */
static double pixel_y(const struct gan_plot_frame *frame, double y)
{
    double part = (y - frame->y_low) / (frame->y_high - frame->y_low);
    return fmax(-GAN_INK_FAR, fmin(frame->box.bottom - part * (frame->box.bottom - frame->box.top), GAN_INK_FAR));
}

static int column_count(const struct gan_plot_frame *frame)
{
    return frame->box.right - frame->box.left;
}

bool gan_plot_is_dense(const struct gan_plot_curve *curve, const struct gan_plot_frame *frame)
{
    return !curve->level && curve->count > (size_t)column_count(frame);
}

/* A line being drawn from point to point. */
struct path {
    struct gan_ink *ink;
    double x, y, thickness;
    int length; /* points since the last gap */
};

static void path_to(struct path *path, double x, double y)
{
    if (path->length > 0)
        gan_ink_line(path->ink, path->x, path->y, x, y, path->thickness);
    path->x = x;
    path->y = y;
    path->length++;
}

static void path_gap(struct path *path)
{
    if (path->length == 1)
        gan_ink_line(path->ink, path->x, path->y, path->x, path->y, 2.5 * path->thickness);
    path->length = 0;
}

static void ink_each(struct path *path, const struct gan_plot_curve *curve, const struct gan_plot_frame *frame)
{
    for (size_t i = 0; i < curve->count; i++) {
        if (gan_plot_shown(curve->y[i]))
            path_to(path, pixel_x(frame, curve->x[i]), pixel_y(frame, curve->y[i]));
        else
            path_gap(path);
    }
    path_gap(path);
}

/* What lies in one column of pixels. */
struct column {
    size_t count;
    double sum, low, high, first, last;
    bool gap; /* what was to be between here and the column before that has points is not */
};

static void add_point(struct column *column, double y)
{
    if (column->count++ == 0)
        column->first = column->low = column->high = y;
    column->low = fmin(column->low, y);
    column->high = fmax(column->high, y);
    column->last = y;
    column->sum += y;
}

/* One column for each pixel of the frame's width (gan_free), or NULL. A gap inside a column, or between one and the
 * next, is too small to be seen. */
static struct column *gather(const struct gan_plot_curve *curve, const struct gan_plot_frame *frame)
{
    int count = column_count(frame), last = -1;
    struct column *columns = gan_alloc_zero((size_t)count, sizeof *columns);
    bool gap = false;
    for (size_t i = 0; columns != NULL && i < curve->count; i++) {
        int c = (int)floor(pixel_x(frame, curve->x[i])) - frame->box.left;
        c = c < 0 ? 0 : c >= count ? count - 1 : c;
        if (!gan_plot_shown(curve->y[i])) {
            gap = true;
            continue;
        }
        if (columns[c].count == 0)
            columns[c].gap = gap && last >= 0 && c - last > 1;
        add_point(&columns[c], curve->y[i]);
        gap = false;
        last = c;
    }
    return columns;
}

/* From each column's last point to the next one's first, and up and down in between. */
static void ink_ranges(struct path *path, const struct column *columns, const struct gan_plot_frame *frame)
{
    for (int c = 0; c < column_count(frame); c++) {
        const struct column *column = &columns[c];
        double x = frame->box.left + c + 0.5;
        if (column->count == 0)
            continue;
        if (column->gap)
            path_gap(path);
        path_to(path, x, pixel_y(frame, column->first));
        if (column->high > column->low) {
            path_to(path, x, pixel_y(frame, column->low));
            path_to(path, x, pixel_y(frame, column->high));
            path_to(path, x, pixel_y(frame, column->last));
        }
    }
    path_gap(path);
}

gan_status gan_plot_ink_points(struct gan_ink *ink, const struct gan_plot_curve *curve,
                               const struct gan_plot_frame *frame, double thickness)
{
    struct path path = {.ink = ink, .thickness = thickness};
    if (!gan_plot_is_dense(curve, frame)) {
        ink_each(&path, curve, frame);
        return GAN_OK;
    }
    struct column *columns = gather(curve, frame);
    if (columns == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    ink_ranges(&path, columns, frame);
    gan_free(columns);
    return GAN_OK;
}

/* The mean of the points in columns begin … end − 1, weighted with a triangle of half-width `reach` about column c. */
static double smoothed(const struct column *columns, int begin, int end, int c, int reach)
{
    double sum = 0, weights = 0;
    for (int k = c - reach + 1 > begin ? c - reach + 1 : begin; k < end && k < c + reach; k++) {
        double weight = reach - (k > c ? k - c : c - k);
        sum += weight * columns[k].sum;
        weights += weight * (double)columns[k].count;
    }
    return sum / weights;
}

gan_status gan_plot_ink_mean(struct gan_ink *ink, const struct gan_plot_curve *curve,
                             const struct gan_plot_frame *frame, double thickness)
{
    struct path path = {.ink = ink, .thickness = thickness};
    struct column *columns = gather(curve, frame);
    if (columns == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    int count = column_count(frame), reach = count / 50 > 2 ? count / 50 : 2;
    for (int begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && !columns[end].gap; end++)
            continue;
        for (int c = begin; c < end; c++)
            if (columns[c].count > 0)
                path_to(&path, frame->box.left + c + 0.5, pixel_y(frame, smoothed(columns, begin, end, c, reach)));
        path_gap(&path);
    }
    gan_free(columns);
    return GAN_OK;
}

void gan_plot_ink_level(struct gan_ink *ink, const struct gan_plot_curve *curve, const struct gan_plot_frame *frame,
                        double scale)
{
    double y = floor(pixel_y(frame, curve->y[0])) + 0.5;
    gan_ink_dashes(ink, frame->box.left, y, frame->box.right, y, GAN_PLOT_LEVEL_STROKE * scale,
                   GAN_PLOT_LEVEL_DASH * scale);
}

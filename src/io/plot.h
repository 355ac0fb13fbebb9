/* A plot's inside: what it holds, and how its lines become pixels. */
#ifndef GAN_SRC_IO_PLOT_H
#define GAN_SRC_IO_PLOT_H

#include "gan/plot.h"
#include "io/draw.h"

#include <stdatomic.h>

#define GAN_PLOT_SIDE_MAX     16384
#define GAN_PLOT_LEVEL_STROKE 1.2
#define GAN_PLOT_LEVEL_DASH   4
#define GAN_PLOT_VALUE_MAX    1e100 /* larger ones are gaps, so that no sum or difference overflows */

struct gan_plot_curve {
    char *label; /* NULL: none */
    bool level;  /* a dashed line across at *y */
    double *x, *y;
    size_t count;
};

struct gan_plot_panel {
    char *title, *y_label; /* NULL: none */
    bool fixed;            /* low … high is the user's range */
    double low, high;
    struct gan_plot_curve *curves;
    size_t curve_count, curve_capacity;
};

struct gan_plot {
    atomic_int references;
    char *title, *x_label; /* NULL: none */
    struct gan_plot_panel *panels;
    size_t panel_count, panel_capacity;
};

/* Where numbers lie in a picture: x low … high from box.left to box.right, y low … high from box.bottom up. */
struct gan_plot_frame {
    struct gan_box box;
    double x_low, x_high, y_low, y_high;
};

/* The picture of a plot while it is drawn. Lengths are in pixels of a picture at scale 1, unless they are ints. */
struct gan_plot_sheet {
    struct gan_picture *picture;
    struct gan_ink *ink;
    double scale;
};

static inline int gan_plot_pixels(const struct gan_plot_sheet *sheet, double length)
{
    return (int)(sheet->scale * length + 0.5);
}

bool gan_plot_distinct(double low, double high); /* far enough apart to divide by, and for numbers between */
bool gan_plot_shown(double value);               /* finite and not too large; else it is a gap */

/* Whether the curve has more points than the frame has columns: then it is drawn as a range and a smoothed mean. */
bool gan_plot_is_dense(const struct gan_plot_curve *curve, const struct gan_plot_frame *frame);

/* Ink for a line through every point, with gaps; a point alone is a dot. A dense one goes from the lowest to the
 * highest point in each column. */
gan_status gan_plot_ink_points(struct gan_ink *ink, const struct gan_plot_curve *curve,
                               const struct gan_plot_frame *frame, double thickness);

/* Ink for a level: dashes from side to side. */
void gan_plot_ink_level(struct gan_ink *ink, const struct gan_plot_curve *curve, const struct gan_plot_frame *frame,
                        double scale);

/* Ink for the smoothed mean of a dense curve. */
gan_status gan_plot_ink_mean(struct gan_ink *ink, const struct gan_plot_curve *curve,
                             const struct gan_plot_frame *frame, double thickness);

#endif

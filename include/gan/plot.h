/*
 * Plots: lines over a common x axis, in panels above each other, as a PNG file. For the losses of a training run, say.
 */
#ifndef GAN_PLOT_H
#define GAN_PLOT_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Opaque, reference-counted. One thread at a time. Texts are copied; ASCII is drawn as it is, other characters as
 * boxes. */
typedef struct gan_plot gan_plot;

/** A new, empty plot. title may be NULL. NULL when memory is short. */
GAN_API gan_plot *gan_plot_new(const char *title);
/** Takes another reference; returns `plot`. */
GAN_API gan_plot *gan_plot_ref(gan_plot *plot);
/** Gives a reference back; the last frees the plot. NULL is fine. */
GAN_API void gan_plot_unref(gan_plot *plot);

/** Labels the x axis, which all panels share. */
GAN_API gan_status gan_plot_x_label(gan_plot *plot, const char *label);

/** Begins a panel below the ones there are; the lines that follow are its. title and y_label may be NULL. */
GAN_API gan_status gan_plot_panel(gan_plot *plot, const char *title, const char *y_label);

/**
 * Fixes the latest panel's y axis to low … high (low < high, further apart than a billionth of their size). Without it
 * the axis spans the panel's numbers, from zero where they are positive and not far from it. What lies outside is cut
 * off at the panel's edge.
 */
GAN_API gan_status gan_plot_y_range(gan_plot *plot, double low, double high);

/**
 * Adds a line through n points (copied) to the latest panel (one is begun where there is none). x: in ascending order,
 * or NULL for 0, 1, …, n − 1. label: its name in the legend, or NULL. Where y is not finite (or its size is above
 * 1e100) the line has a gap; a point between two gaps is a dot. A panel has seven colours; then they repeat.
 *
 * A line of more points than the picture has columns is drawn pale from the lowest to the highest in each column, and
 * over it strongly the mean, smoothed over about a fiftieth of the axis; a note in the picture says so.
 */
GAN_API gan_status gan_plot_line(gan_plot *plot, const char *label, const double *x, const double *y, size_t n);

/** Adds a thin dashed line across the latest panel at y, a value to compare with. label: for the legend, or NULL. */
GAN_API gan_status gan_plot_level(gan_plot *plot, const char *label, double y);

/**
 * Writes the plot as a PNG of width × height pixels (0 or less: 900 wide; 260 high for each panel, plus the title), in
 * the way of gan_image_write. Letters grow with the picture. The plot may be added to and written again.
 *
 * Errors: GAN_ERROR_INVALID_ARGUMENT for less than 200 pixels in width or 120 for each panel in height, where the
 * titles and names leave no room for the lines, or for more than 16384 in either; GAN_ERROR_IO; GAN_ERROR_UNSUPPORTED
 * without libpng.
 */
GAN_API gan_status gan_plot_write(const gan_plot *plot, const char *path, int width, int height);

#ifdef __cplusplus
}
#endif
#endif

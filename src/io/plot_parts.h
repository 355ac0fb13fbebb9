/* The parts of a plot's picture, each drawn by a file of its own. */
#ifndef GAN_SRC_IO_PLOT_PARTS_H
#define GAN_SRC_IO_PLOT_PARTS_H

#include "io/plot.h"
#include "io/ticks.h"

/* ---- plot_axes.c: ranges, the grid and its numbers ---- */

/* Sets the frame's x range to what holds every line of every panel. Returns whether all x are whole numbers. */
bool gan_plot_span_x(const gan_plot *plot, struct gan_plot_frame *frame);
/* Sets the frame's y range: the panel's own, or what holds its lines, with some air. */
void gan_plot_span_y(const struct gan_plot_panel *panel, struct gan_plot_frame *frame);

/* Ticks for a frame that has its ranges and its box. */
struct gan_ticks gan_plot_ticks_x(const struct gan_plot_sheet *sheet, const struct gan_plot_frame *frame, bool whole);
struct gan_ticks gan_plot_ticks_y(const struct gan_plot_sheet *sheet, const struct gan_plot_frame *frame);
double gan_ticks_width(const struct gan_ticks *ticks, double scale); /* of the widest number, in pixels */

void gan_plot_draw_grid(struct gan_plot_sheet *sheet, const struct gan_plot_frame *frame, const struct gan_ticks *x,
                        const struct gan_ticks *y);
void gan_plot_draw_numbers_x(struct gan_plot_sheet *sheet, const struct gan_plot_frame *frame,
                             const struct gan_ticks *ticks);
void gan_plot_draw_numbers_y(struct gan_plot_sheet *sheet, const struct gan_plot_frame *frame,
                             const struct gan_ticks *ticks);

/* ---- plot_legend.c: what stands above a panel ---- */

#define GAN_PLOT_ROW 18 /* the height of a line of text with its air */

/* The colour of a panel's curve number i (levels are grey). */
struct gan_colour gan_plot_colour(const struct gan_plot_panel *panel, size_t i);

/* How many rows the panel's title and legend take in `width` pixels, and drawing them down from (left, top). */
int gan_plot_header_rows(const struct gan_plot_sheet *sheet, const struct gan_plot_panel *panel, int width);
void gan_plot_draw_header(struct gan_plot_sheet *sheet, const struct gan_plot_panel *panel, int left, int top,
                          int width);

/* ---- texts ---- */

#define GAN_PLOT_STROKE 1.25
#define GAN_PLOT_BOLD   1.8

extern const struct gan_colour gan_plot_dark, gan_plot_soft; /* of titles and names; of numbers and notes */

/* The middle of the pixel that x lies in: where strokes are sharp. */
double gan_plot_sharp(double x);

#endif

/* The geometry of convolutions and pooling: which positions of an input a position of the output looks at. */
#ifndef GAN_SRC_KERNELS_WINDOW_H
#define GAN_SRC_KERNELS_WINDOW_H

#include <stdint.h>

/* Along height and width: tap k of output position y meets input position y·stride + k·dilation − padding. */
struct gan_window {
    int64_t kernel[2], stride[2], padding[2], dilation[2];
};

/*
 * The taps of one position along one axis that meet data: taps first, first + step, …, `count` of them, and the
 * positions source, source + source_step, … on the other side.
 */
struct gan_taps {
    int64_t first, step, count;
    int64_t source, source_step;
};

/* Of position y of a convolution's result; its input has `size` positions along the axis. */
struct gan_taps gan_taps_of_output(const struct gan_window *window, int axis, int64_t y, int64_t size);
/* Of position x of a convolution's input, as its data gradient (transposed convolution) sees it; the result has `size`
 * positions. */
struct gan_taps gan_taps_of_input(const struct gan_window *window, int axis, int64_t x, int64_t size);

/* Positions of the result for `size` positions of input; 0 or less if the window does not fit. */
int64_t gan_window_outputs(const struct gan_window *window, int axis, int64_t size);

/* The other way round: positions of input, at least, of which there are `outputs` positions of result; 0 or less if all
 * of them are padding. */
int64_t gan_window_inputs(const struct gan_window *window, int axis, int64_t outputs);

/* How many (output position, tap) pairs along an axis meet data. */
int64_t gan_window_meetings(const struct gan_window *window, int axis, int64_t inputs, int64_t outputs);

#endif

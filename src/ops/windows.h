/* What moves windows over images: the options of convolutions and poolings, of ops and of layers. */
#ifndef GAN_SRC_OPS_WINDOWS_H
#define GAN_SRC_OPS_WINDOWS_H

#include "gan/ops.h"
#include "kernels/window.h"

/* NULL: those of a window of one pixel that does not move. */
gan_status gan_conv_options_read(gan_conv_options *own, const gan_conv_options *given, const char *who);
/* NULL is refused, and a window beyond the limits. */
gan_status gan_pool_options_read(gan_pool_options *own, const gan_pool_options *given, const char *who);

struct gan_window gan_window_of_conv(const gan_conv_options *options);
struct gan_window gan_window_of_pool(const gan_pool_options *options);

/* An error that names `who` unless the window is within the limits of all of them, in which no size overflows. */
gan_status gan_window_check(const struct gan_window *window, const char *who);

#endif

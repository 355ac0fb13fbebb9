#ifndef GAN_SRC_WATCH_OPTIONS_H
#define GAN_SRC_WATCH_OPTIONS_H

#include "gan/metric.h"

/* The defaults, or what is given, checked: an error "<who>: …" names the field. */
gan_status gan_metric_options_take(gan_metric_options *options, const gan_metric_options *given, const char *who);

#endif

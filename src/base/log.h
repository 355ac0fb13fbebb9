#ifndef GAN_SRC_BASE_LOG_H
#define GAN_SRC_BASE_LOG_H

#include "gan/base.h"

/* Sends a message to the user's callback, if there is one and the level is high enough. */
void gan_log_message(gan_log_level level, const char *format, ...) GAN_PRINTF(2, 3);

#endif

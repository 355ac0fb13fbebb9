/* Failing: every error goes through gan_fail, which keeps the text for gan_error_message(). */
#ifndef GAN_SRC_BASE_STATUS_H
#define GAN_SRC_BASE_STATUS_H

#include "text.h"

/* Sets this thread's error status and message; returns that status, so that `return gan_fail(…);` reads well. It is
 * `status`, but GAN_ERROR_OUT_OF_MEMORY where something is NULL because memory was short. The format may use the
 * previous message (gan_error_message()) among its arguments. */
gan_status gan_fail(gan_status status, const char *format, ...) GAN_PRINTF(2, 3);

/* Tells again, as it was, what has failed before: no failure since then is its cause. Returns `status`. */
gan_status gan_fail_again(gan_status status, const char *message);

/* The same as gan_fail for constructors: `return gan_fail_null(…);` */
void *gan_fail_null(gan_status status, const char *format, ...) GAN_PRINTF(2, 3);

/* How many failures this thread has had. */
uint64_t gan_failures(void);
/* Whether a caller's function, which returned `status` when there were so many, has by calling the library left a
 * message of that. */
bool gan_failed_so_since(uint64_t failures, gan_status status);

#endif

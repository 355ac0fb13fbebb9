/* Bytes that grow: what is written piece by piece, and how long it gets is seen at the end. */
#ifndef GAN_SRC_BASE_BUFFER_H
#define GAN_SRC_BASE_BUFFER_H

#include "gan/base.h"

/* Begin with a zeroed struct; the first failure sticks, so that one check at the end is enough. */
struct gan_buffer {
    char *bytes; /* behind them stands a 0 that does not count; NULL while nothing was appended */
    size_t length, capacity;
    bool failed;
};

/* Room for `size` bytes more, which count from now on; NULL, and an error, if memory is short. */
char *gan_buffer_extend(struct gan_buffer *buffer, size_t size);
void gan_buffer_append(struct gan_buffer *buffer, const void *bytes, size_t size);
void gan_buffer_print(struct gan_buffer *buffer, const char *format, ...) GAN_PRINTF(2, 3);

/* The bytes, which are the caller's now (gan_free), and the buffer cleared; NULL if it has failed, or nothing was ever
 * appended. */
char *gan_buffer_take(struct gan_buffer *buffer);
/* Nothing is in it, and nothing has failed; its memory is used again. */
void gan_buffer_empty(struct gan_buffer *buffer);
void gan_buffer_clear(struct gan_buffer *buffer);

#endif

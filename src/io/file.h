/*
 * Files written so that nothing is ever lost: to a temporary name in the same folder, flushed, then renamed. A crash at
 * any point leaves the old file or the new one, whole. A file that is replaced passes on its mode; one that a symbolic
 * link leads to is replaced where it is; a device or a pipe is written in place.
 */
#ifndef GAN_SRC_IO_FILE_H
#define GAN_SRC_IO_FILE_H

#include "gan/base.h"

struct gan_file_writer;

/* `who` (a function's name; it must stay) begins every message. NULL and an error when the file cannot be made. */
struct gan_file_writer *gan_file_writer_open(const char *path, const char *who);
/* Buffered; after a failure it does nothing but return it again. */
gan_status gan_file_writer_write(struct gan_file_writer *writer, const void *data, size_t size);
/* Flushes, renames and closes. After a failed write it only cleans up, and returns that failure again. */
gan_status gan_file_writer_commit(struct gan_file_writer *writer);
/* Removes what was written and closes; NULL is fine. */
void gan_file_writer_abandon(struct gan_file_writer *writer);

/* A whole file at once. */
gan_status gan_file_write(const char *path, const void *data, size_t size, const char *who);

#endif

/*
 * Files that grow: every record is appended by one write to the system, so that a process that is killed leaves whole
 * records, and one that does not fit on the disk leaves none of itself.
 */
#ifndef GAN_SRC_IO_APPEND_H
#define GAN_SRC_IO_APPEND_H

#include "gan/base.h"

struct gan_append_file;

/* Opens the file, or makes it; `who` (a function's name; it must stay) begins every message. */
struct gan_append_file *gan_append_file_open(const char *path, const char *who);
void gan_append_file_close(struct gan_append_file *file); /* NULL is fine */

const char *gan_append_file_path(const struct gan_append_file *file);
int64_t gan_append_file_size(const struct gan_append_file *file);

/* Appends all of it; or nothing, after an error, and the file may be used again. */
gan_status gan_append_file_write(struct gan_append_file *file, const void *data, size_t size);
/* Cuts it off after `size` bytes, at most what it has. */
gan_status gan_append_file_cut(struct gan_append_file *file, int64_t size);

#endif

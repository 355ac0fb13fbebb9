/* A file read from its beginning, gunzipped on the way when its content is gzip, whatever its name. */
#ifndef GAN_SRC_IO_SOURCE_H
#define GAN_SRC_IO_SOURCE_H

#include "gan/base.h"

struct gan_source;

/* NULL and an error that names the file when it cannot be opened, is a folder, or is gzip without zlib in the build. */
struct gan_source *gan_source_open(const char *path);
/* The same for formats that are never gzip, and that may begin as gzip does. */
struct gan_source *gan_source_open_plain(const char *path);
void gan_source_close(struct gan_source *source); /* NULL is fine */

/* Reads up to `size` bytes; `got` is less than `size` only at the file's end. */
gan_status gan_source_read(struct gan_source *source, void *to, size_t size, size_t *got);

/* The file itself when it is plain and regular: its descriptor, and its size. −1 for gzip and pipes. */
int gan_source_plain(const struct gan_source *source, int64_t *size);

/* The rest of the file in new memory (gan_free), ended with a 0 that `size` does not count. It grows as bytes arrive.
 */
char *gan_source_read_all(struct gan_source *source, size_t *size);

#endif

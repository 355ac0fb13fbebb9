/*
 * The cache file of a folder: its pictures as they were prepared, so that nothing has to be decoded.
 *
 * The magic word, the pictures' bytes one after the other, then the index: the key (all that the bytes depend on), what
 * every file of the folder turned out to be, and behind it where the index begins, its size, and the checksum of both.
 * Each picture's own checksum stands in the index. Whole numbers are little-endian.
 */
#ifndef GAN_SRC_DATA_FOLDER_CACHE_H
#define GAN_SRC_DATA_FOLDER_CACHE_H

#include "data/folder.h"

/* Bytes that grow. */
struct gan_bytes {
    uint8_t *data;
    size_t size, capacity;
};

/* What a cache must have been made from: options, and every file's name, size and time. To be freed (gan_free). */
gan_status gan_folder_key(const struct gan_folder *folder, struct gan_bytes *key);

/* How far a cache's content can be right: what the folder and its options say. */
struct gan_folder_bounds {
    size_t entries;
    int width, height, channels; /* of an example: a picture is no smaller */
};

/*
 * Opens a cache file. *found: it is whole and has this key; `contents` is what it says, and *file its descriptor. Not
 * found: there is none, or a stale or damaged one, which may be replaced. An error: it is no cache of libgan, and must
 * not be; or memory is short.
 */
gan_status gan_folder_cache_open(const char *path, const struct gan_bytes *key, const struct gan_folder_bounds *bounds,
                                 struct gan_folder_contents *contents, int *file, bool *found);

/* Reads a picture's bytes; false if they are not those that were written. */
bool gan_folder_cache_read(int file, const struct gan_folder_picture *picture, uint8_t *bytes, size_t size);

struct gan_folder_cache_writer;

/* NULL and an error when it cannot be made. `who` begins messages. */
struct gan_folder_cache_writer *gan_folder_cache_writer_open(const char *path, const char *who);
/* Appends a picture's bytes; picture->cached_at and crc become what they are. */
gan_status gan_folder_cache_write(struct gan_folder_cache_writer *writer, struct gan_folder_picture *picture,
                                  const uint8_t *bytes, size_t size);
/* Appends the index and gives the file its name. The writer is gone, also after an error. */
gan_status gan_folder_cache_commit(struct gan_folder_cache_writer *writer, const struct gan_bytes *key,
                                   const struct gan_folder_contents *contents);
void gan_folder_cache_abandon(struct gan_folder_cache_writer *writer); /* NULL is fine */

#endif

/* A folder's cache file, its index's checksum made right, so that mutations come further than to that. */
#include "fuzz.h"

#include "data/folder_cache.h"
#include "io/checksum.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What fuzz_write_seeds makes its caches with. */
static const struct gan_bytes key = {(uint8_t *)(uintptr_t) "key", 3, 3};
static const struct gan_folder_bounds bounds = {.entries = 4, .width = 2, .height = 2, .channels = 3};

static void set_number(uint8_t *at, uint64_t number, int size)
{
    for (int i = 0; i < size; i++)
        at[i] = (uint8_t)(number >> 8 * i);
}

/* The file's end says where the index begins, its size and its checksum: the first is believed where it can be. */
static void mend(uint8_t *bytes, size_t size)
{
    enum { MAGIC = 16, END = 24 };
    if (size < MAGIC + END)
        return;
    uint8_t *end = bytes + size - END;
    uint64_t begin = 0;
    for (int i = 7; i >= 0; i--)
        begin = begin << 8 | end[i];
    if (begin < MAGIC || begin > size - END)
        return;
    set_number(end + 8, size - END - begin, 8);
    set_number(end + 16, gan_checksum(gan_checksum(0, bytes + begin, size - END - begin), end, 16), 4);
}

static void read_pictures(int file, const struct gan_folder_contents *contents)
{
    if (contents->picture_count + contents->skipped_count != bounds.entries)
        abort();
    for (size_t i = 0; i < contents->picture_count; i++) {
        const struct gan_folder_picture *picture = &contents->pictures[i];
        size_t bytes = (size_t)picture->width * (size_t)picture->height * 3;
        uint8_t *to = malloc(bytes);
        if (to == NULL || picture->width < bounds.width || picture->height < bounds.height)
            abort();
        gan_folder_cache_read(file, picture, to, bytes);
        free(to);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(size + 1);
    if (bytes == NULL)
        abort();
    if (size > 0)
        memcpy(bytes, data, size);
    mend(bytes, size);
    struct gan_folder_contents contents = {0};
    int file;
    bool found;
    gan_folder_cache_open(fuzz_file(0, bytes, size), &key, &bounds, &contents, &file, &found);
    if (found) {
        read_pictures(file, &contents);
        close(file);
    }
    gan_folder_contents_clear(&contents);
    free(bytes);
    return 0;
}

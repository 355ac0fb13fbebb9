#include "data/folder_cache.h"

#include "base/memory.h"
#include "base/status.h"
#include "config.h"
#include "io/checksum.h"
#include "io/file.h"
#include "io/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAGIC = 16,
    END = 24,       /* the index's place and size, the checksum, 4 bytes of 0 */
    PICTURE = 16,   /* of the index: entry, width, height, checksum */
    SKIPPED = 8,    /* entry, the reason's length; then the reason */
    PREPARATION = 1 /* changes when the same file and options give other bytes */
};

static const char magic[MAGIC + 1] = "libgan pictures\x01";

/* ---- numbers ---- */

static bool put(struct gan_bytes *bytes, const void *data, size_t size)
{
    while (bytes->capacity - bytes->size < size)
        if (!gan_grow((void **)&bytes->data, &bytes->capacity, bytes->capacity, 1))
            return false;
    if (size > 0)
        memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
    return true;
}

static bool put_number(struct gan_bytes *bytes, uint64_t number, int size)
{
    uint8_t little[8];
    for (int i = 0; i < 8; i++)
        little[i] = (uint8_t)(number >> 8 * i);
    return put(bytes, little, (size_t)size);
}

static uint64_t number_at(const uint8_t *at, int size)
{
    uint64_t number = 0;
    for (int i = size - 1; i >= 0; i--)
        number = number << 8 | at[i];
    return number;
}

/* ---- the key ---- */

static int readable_formats(void)
{
    int formats = 0;
#ifdef HAVE_PNG
    formats |= 1;
#endif
#ifdef HAVE_JPEG
    formats |= 2;
#endif
    return formats;
}

static bool put_options(struct gan_bytes *key, const struct gan_folder *folder)
{
    const struct gan_preparation *p = &folder->preparation;
    uint32_t margin;
    memcpy(&margin, &p->margin, sizeof margin);
    const uint64_t numbers[] = {PREPARATION,
                                (uint64_t)readable_formats(),
                                (uint64_t)p->height,
                                (uint64_t)p->width,
                                (uint64_t)p->channels,
                                (uint64_t)p->crop,
                                margin,
                                p->background[0],
                                p->background[1],
                                p->background[2],
                                (uint64_t)folder->labels,
                                folder->fail_on_bad,
                                folder->list.count};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (!put_number(key, numbers[i], 8))
            return false;
    return true;
}

gan_status gan_folder_key(const struct gan_folder *folder, struct gan_bytes *key)
{
    *key = (struct gan_bytes){0};
    bool fine = put_options(key, folder);
    for (size_t i = 0; i < folder->list.count && fine; i++) {
        const struct gan_folder_entry *entry = &folder->list.entries[i];
        const char *name = gan_folder_name(&folder->list, i);
        fine = put(key, name, strlen(name) + 1) && put_number(key, (uint64_t)entry->size, 8) &&
               put_number(key, (uint64_t)entry->seconds, 8) && put_number(key, (uint64_t)entry->nanoseconds, 4) &&
               put_number(key, entry->problem != NULL, 1);
    }
    return fine ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
}

/* ---- reading ---- */

static bool read_at(int file, void *to, size_t size, int64_t at)
{
    for (size_t got = 0; got < size;) {
        ssize_t n = pread(file, (char *)to + got, size - got, (off_t)(at + (int64_t)got));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        got += (size_t)n;
    }
    return true;
}

bool gan_folder_cache_read(int file, const struct gan_folder_picture *picture, uint8_t *bytes, size_t size)
{
    return read_at(file, bytes, size, picture->cached_at) && gan_checksum(0, bytes, size) == picture->crc;
}

/* The index's bytes, checked by their checksum, in `index` (gan_free). Not *found: the file is no whole cache. */
static gan_status load_index(int file, struct gan_bytes *index, int64_t *begins, bool *found)
{
    struct stat about;
    uint8_t end[END];
    *found = false;
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size < MAGIC + END ||
        !read_at(file, end, END, (int64_t)about.st_size - END))
        return GAN_OK;
    uint64_t most = (uint64_t)about.st_size - MAGIC - END, begin = number_at(end, 8), size = number_at(end + 8, 8);
    if (size > most || begin < MAGIC || begin != MAGIC + most - size)
        return GAN_OK;
    index->data = gan_alloc((size_t)size);
    if (index->data == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    index->size = index->capacity = (size_t)size;
    *begins = (int64_t)begin;
    *found = read_at(file, index->data, index->size, *begins) &&
             gan_checksum(gan_checksum(0, index->data, index->size), end, 16) == number_at(end + 16, 4);
    return GAN_OK;
}

/* What is left of the index. */
struct cursor {
    const uint8_t *at;
    size_t left;
};

/* The next `size` bytes; NULL: there are not so many. */
static const uint8_t *take(struct cursor *cursor, uint64_t size)
{
    if (size > cursor->left)
        return NULL;
    const uint8_t *at = cursor->at;
    cursor->at += size;
    cursor->left -= (size_t)size;
    return at;
}

/* False: less than a number is left, or its things (of `each` bytes at least) cannot be. */
static bool take_count(struct cursor *cursor, size_t each, uint64_t *count)
{
    const uint8_t *at = take(cursor, 8);
    *count = at != NULL ? number_at(at, 8) : 0;
    return at != NULL && *count <= cursor->left / each;
}

static gan_status take_pictures(struct cursor *cursor, const struct gan_folder_bounds *bounds, int64_t data_end,
                                struct gan_folder_contents *contents, bool *fine)
{
    uint64_t count = 0;
    int64_t at = MAGIC, previous = -1;
    *fine = take_count(cursor, PICTURE, &count);
    for (uint64_t i = 0; i < count && *fine; i++) {
        const uint8_t *bytes = take(cursor, PICTURE);
        struct gan_folder_picture picture = {.entry = (size_t)number_at(bytes, 4),
                                             .width = (int)number_at(bytes + 4, 3),
                                             .height = (int)number_at(bytes + 8, 3),
                                             .crc = (uint32_t)number_at(bytes + 12, 4),
                                             .cached_at = at};
        *fine = bytes[7] == 0 && bytes[11] == 0 && picture.entry < bounds->entries &&
                (int64_t)picture.entry > previous && picture.width >= bounds->width &&
                picture.height >= bounds->height && picture.width <= GAN_PICTURE_SIDE_MAX &&
                picture.height <= GAN_PICTURE_SIDE_MAX;
        if (!*fine)
            break;
        previous = (int64_t)picture.entry;
        at += (int64_t)picture.width * picture.height * bounds->channels;
        *fine = at <= data_end;
        if (*fine && gan_folder_add_picture(contents, picture) != GAN_OK)
            return GAN_ERROR_OUT_OF_MEMORY;
    }
    *fine = *fine && at == data_end;
    return GAN_OK;
}

static gan_status take_skipped(struct cursor *cursor, const struct gan_folder_bounds *bounds,
                               struct gan_folder_contents *contents, bool *fine)
{
    char reason[512];
    uint64_t count = 0;
    int64_t previous = -1;
    *fine = take_count(cursor, SKIPPED, &count);
    for (uint64_t i = 0; i < count && *fine; i++) {
        const uint8_t *bytes = take(cursor, SKIPPED);
        uint64_t entry = bytes != NULL ? number_at(bytes, 4) : 0, length = bytes != NULL ? number_at(bytes + 4, 4) : 0;
        const uint8_t *text = length < sizeof reason ? take(cursor, length) : NULL;
        *fine = bytes != NULL && text != NULL && entry < bounds->entries && (int64_t)entry > previous;
        if (!*fine)
            break;
        previous = (int64_t)entry;
        memcpy(reason, text, (size_t)length);
        reason[length] = '\0';
        if (gan_folder_add_skipped(contents, (size_t)entry, reason) != GAN_OK)
            return GAN_ERROR_OUT_OF_MEMORY;
    }
    return GAN_OK;
}

static gan_status parse(const struct gan_bytes *index, int64_t data_end, const struct gan_bytes *key,
                        const struct gan_folder_bounds *bounds, struct gan_folder_contents *contents, bool *fine)
{
    struct cursor cursor = {index->data, index->size};
    uint64_t key_size;
    const uint8_t *own_key = take_count(&cursor, 1, &key_size) ? take(&cursor, key_size) : NULL;
    *fine = own_key != NULL && key_size == key->size && memcmp(own_key, key->data, key->size) == 0;
    if (!*fine)
        return GAN_OK;
    gan_status status = take_pictures(&cursor, bounds, data_end, contents, fine);
    if (status == GAN_OK && *fine)
        status = take_skipped(&cursor, bounds, contents, fine);
    *fine = *fine && cursor.left == 0 && contents->picture_count + contents->skipped_count == bounds->entries;
    return status;
}

/* An empty file, or one that begins as a cache does, may be replaced. */
static gan_status check_magic(int file, const char *path)
{
    char begin[MAGIC];
    struct stat about;
    if (fstat(file, &about) == 0 && S_ISREG(about.st_mode) &&
        (about.st_size == 0 || (read_at(file, begin, MAGIC, 0) && memcmp(begin, magic, MAGIC - 1) == 0)))
        return GAN_OK;
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                    "%s: is there, and is no cache of libgan's; name another cache_file, or remove it", path);
}

gan_status gan_folder_cache_open(const char *path, const struct gan_bytes *key, const struct gan_folder_bounds *bounds,
                                 struct gan_folder_contents *contents, int *file, bool *found)
{
    *found = false;
    *file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*file < 0)
        return errno == ENOENT ? GAN_OK : gan_fail(GAN_ERROR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    struct gan_bytes index = {0};
    int64_t begins = 0;
    gan_status status = check_magic(*file, path);
    if (status == GAN_OK)
        status = load_index(*file, &index, &begins, found);
    if (status == GAN_OK && *found)
        status = parse(&index, begins, key, bounds, contents, found);
    gan_free(index.data);
    if (status == GAN_OK && *found)
        return GAN_OK;
    *found = false;
    close(*file);
    *file = -1;
    gan_folder_contents_clear(contents);
    return status;
}

/* ---- writing ---- */

struct gan_folder_cache_writer {
    struct gan_file_writer *file;
    int64_t at;
};

struct gan_folder_cache_writer *gan_folder_cache_writer_open(const char *path, const char *who)
{
    struct gan_folder_cache_writer *writer = gan_alloc_zero(1, sizeof *writer);
    if (writer == NULL)
        return NULL;
    writer->file = gan_file_writer_open(path, who);
    if (writer->file == NULL) {
        gan_free(writer);
        return NULL;
    }
    gan_file_writer_write(writer->file, magic, MAGIC);
    writer->at = MAGIC;
    return writer;
}

gan_status gan_folder_cache_write(struct gan_folder_cache_writer *writer, struct gan_folder_picture *picture,
                                  const uint8_t *bytes, size_t size)
{
    picture->cached_at = writer->at;
    picture->crc = gan_checksum(0, bytes, size);
    writer->at += (int64_t)size;
    return gan_file_writer_write(writer->file, bytes, size);
}

static bool put_index(struct gan_bytes *index, const struct gan_bytes *key, const struct gan_folder_contents *contents)
{
    bool fine = put_number(index, key->size, 8) && put(index, key->data, key->size) &&
                put_number(index, contents->picture_count, 8);
    for (size_t i = 0; i < contents->picture_count && fine; i++) {
        const struct gan_folder_picture *picture = &contents->pictures[i];
        fine = put_number(index, picture->entry, 4) && put_number(index, (uint64_t)picture->width, 4) &&
               put_number(index, (uint64_t)picture->height, 4) && put_number(index, picture->crc, 4);
    }
    fine = fine && put_number(index, contents->skipped_count, 8);
    for (size_t i = 0; i < contents->skipped_count && fine; i++) {
        const struct gan_folder_skipped *skipped = &contents->skipped[i];
        size_t length = strlen(skipped->reason);
        fine = put_number(index, skipped->entry, 4) && put_number(index, length, 4) &&
               put(index, skipped->reason, length);
    }
    return fine;
}

gan_status gan_folder_cache_commit(struct gan_folder_cache_writer *writer, const struct gan_bytes *key,
                                   const struct gan_folder_contents *contents)
{
    struct gan_bytes index = {0};
    bool fine = put_index(&index, key, contents);
    size_t size = index.size;
    fine = fine && put_number(&index, (uint64_t)writer->at, 8) && put_number(&index, size, 8);
    fine = fine && put_number(&index, gan_checksum(0, index.data, index.size), 8);
    gan_status status = GAN_ERROR_OUT_OF_MEMORY;
    if (fine) {
        gan_file_writer_write(writer->file, index.data, index.size);
        status = gan_file_writer_commit(writer->file);
    } else {
        gan_file_writer_abandon(writer->file);
    }
    gan_free(index.data);
    gan_free(writer);
    return status;
}

void gan_folder_cache_abandon(struct gan_folder_cache_writer *writer)
{
    if (writer == NULL)
        return;
    gan_file_writer_abandon(writer->file);
    gan_free(writer);
}

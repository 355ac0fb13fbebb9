/* Looking at every file of a folder, when it is opened: on all threads, some files at a time, and then in their order.
 */
#include "data/folder.h"

#include "base/memory.h"
#include "base/status.h"
#include "base/threads.h"
#include "data/folder_cache.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { AT_A_TIME = 128 }; /* at most */

static const char who[] = "gan_dataset_open_folder";

/* What one file turned out to be. */
struct finding {
    gan_status status;
    char reason[256]; /* unless GAN_OK */
    bool is_picture;  /* by its content */
    int width, height;
    uint8_t *planes; /* NULL where only the header was looked at */
};

struct checking {
    struct gan_folder *folder;
    bool whole; /* decodes */
    size_t first;
    struct finding findings[AT_A_TIME];
};

static gan_status look(const struct checking *checking, struct gan_folder_hand *hand, size_t entry,
                       struct finding *finding)
{
    struct gan_folder *folder = checking->folder;
    struct gan_pixels *picture = &hand->preparer.decoded;
    gan_status status = gan_folder_load(folder, hand, entry);
    finding->is_picture = hand->is_picture;
    if (status == GAN_OK)
        status = checking->whole ? gan_pixels_decode(picture, hand->file, hand->file_size)
                                 : gan_pixels_look(picture, hand->file, hand->file_size);
    if (status != GAN_OK)
        return status;
    gan_prepared_size(&folder->preparation, picture, &finding->width, &finding->height);
    if (!checking->whole)
        return GAN_OK;
    finding->planes = gan_alloc(gan_folder_bytes(folder, finding->width, finding->height));
    return finding->planes != NULL ? gan_prepare(&folder->preparation, &hand->preparer, finding->planes)
                                   : GAN_ERROR_OUT_OF_MEMORY;
}

static gan_status name_problem(const struct gan_folder_entry *entry)
{
    return entry->error != 0 ? gan_fail(GAN_ERROR_IO, "%s: %s", entry->problem, strerror(entry->error))
                             : gan_fail(GAN_ERROR_FORMAT, "%s", entry->problem);
}

static void check_one(void *context, int64_t part)
{
    struct checking *checking = context;
    struct finding *finding = &checking->findings[part];
    size_t entry = checking->first + (size_t)part;
    *finding = (struct finding){0};
    if (checking->folder->list.entries[entry].problem != NULL) {
        finding->status = name_problem(&checking->folder->list.entries[entry]);
    } else {
        struct gan_folder_hand *hand = gan_folder_take_hand(checking->folder);
        finding->status = hand != NULL ? look(checking, hand, entry, finding) : GAN_ERROR_OUT_OF_MEMORY;
        gan_folder_give_hand(checking->folder, hand);
    }
    if (finding->status != GAN_OK)
        snprintf(finding->reason, sizeof finding->reason, "%s", gan_error_message());
}

/* ---- in order ---- */

static gan_status add_picture(struct gan_folder *folder, size_t entry, struct finding *finding,
                              struct gan_folder_cache_writer *writer)
{
    struct gan_folder_picture picture = {.entry = entry, .width = finding->width, .height = finding->height};
    size_t bytes = gan_folder_bytes(folder, finding->width, finding->height);
    gan_status status = GAN_OK;
    bool keep = writer == NULL && finding->planes != NULL && gan_folder_take_room(folder, bytes);
    if (writer != NULL)
        status = gan_folder_cache_write(writer, &picture, finding->planes, bytes);
    if (keep)
        atomic_init(&picture.kept, finding->planes);
    if (status == GAN_OK)
        status = gan_folder_add_picture(&folder->contents, picture);
    if (status == GAN_OK && keep)
        finding->planes = NULL; /* the folder's now */
    return status;
}

static gan_status add_finding(struct gan_folder *folder, size_t entry, struct finding *finding,
                              struct gan_folder_cache_writer *writer)
{
    const char *name = gan_folder_name(&folder->list, entry);
    if (finding->status == GAN_OK)
        return add_picture(folder, entry, finding, writer);
    if (finding->status == GAN_ERROR_OUT_OF_MEMORY)
        return gan_fail(GAN_ERROR_OUT_OF_MEMORY, "%s: %s/%s: %s", who, folder->path, name, finding->reason);
    if (finding->status == GAN_ERROR_UNSUPPORTED)
        folder->unsupported = true;
    if (finding->status == GAN_ERROR_IO)
        folder->unread = true;
    if (folder->fail_on_bad && !folder->list.entries[entry].unwanted &&
        (finding->is_picture || gan_folder_named_as_picture(name)))
        return gan_fail(finding->status, "%s: %s/%s: %s", who, folder->path, name, finding->reason);
    return gan_folder_add_skipped(&folder->contents, entry, finding->reason);
}

/* Prepared pictures wait in memory for their turn: of large ones, no more than the threads are busy with. */
static size_t at_a_time(const struct gan_folder *folder)
{
    const size_t memory = (size_t)128 << 20, threads = (size_t)gan_threads();
    size_t count = memory / gan_folder_bytes(folder, folder->preparation.width, folder->preparation.height);
    count = count < threads ? threads : count;
    return count < AT_A_TIME ? count : AT_A_TIME;
}

static gan_status check_all(struct checking *checking, struct gan_folder_cache_writer *writer)
{
    struct gan_folder *folder = checking->folder;
    const size_t most = at_a_time(folder);
    gan_status status = GAN_OK;
    for (; checking->first < folder->list.count && status == GAN_OK; checking->first += most) {
        size_t left = folder->list.count - checking->first, count = left < most ? left : most;
        gan_parallel((int64_t)count, check_one, checking);
        for (size_t i = 0; i < count; i++) {
            struct finding *finding = &checking->findings[i];
            if (status == GAN_OK)
                status = add_finding(folder, checking->first + i, finding, writer);
            gan_free(finding->planes);
        }
    }
    return status;
}

static gan_status check(struct gan_folder *folder, bool whole, struct gan_folder_cache_writer *writer)
{
    struct checking *checking = gan_alloc_zero(1, sizeof *checking);
    if (checking == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    checking->folder = folder;
    checking->whole = whole;
    gan_status status = check_all(checking, writer);
    gan_free(checking);
    return status;
}

/* ---- with a cache file ---- */

static gan_status write_cache(struct gan_folder *folder, const char *path, const struct gan_bytes *key)
{
    struct gan_folder_cache_writer *writer = gan_folder_cache_writer_open(path, who);
    if (writer == NULL)
        return gan_error_status();
    gan_status status = check(folder, true, writer);
    if (status != GAN_OK || folder->contents.picture_count == 0) {
        gan_folder_cache_abandon(writer);
        return status;
    }
    static const struct gan_bytes no_key = {0}; /* which no folder has: it is for this time alone */
    status = gan_folder_cache_commit(writer, folder->unread ? &no_key : key, &folder->contents);
    if (status == GAN_OK) /* if it cannot be opened again, each read finds that out, and decodes */
        folder->cache = open(path, O_RDONLY | O_CLOEXEC);
    return status;
}

static gan_status use_cache(struct gan_folder *folder, const char *path, const struct gan_bytes *key)
{
    const struct gan_preparation *p = &folder->preparation;
    struct gan_folder_bounds bounds = {folder->list.count, p->width, p->height, p->channels};
    bool found = false;
    gan_status status = gan_folder_cache_open(path, key, &bounds, &folder->contents, &folder->cache, &found);
    if (status != GAN_OK)
        return gan_fail(status, "%s: %s", who, gan_error_message());
    return found ? GAN_OK : write_cache(folder, path, key);
}

gan_status gan_folder_check(struct gan_folder *folder, const char *cache_file)
{
    if (cache_file == NULL)
        return check(folder, !folder->headers_only, NULL);
    struct gan_bytes key;
    gan_status status = gan_folder_key(folder, &key);
    if (status == GAN_OK)
        status = use_cache(folder, cache_file, &key);
    gan_free(key.data);
    return status;
}

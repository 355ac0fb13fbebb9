/* Reading an example of a folder. */
#include "data/folder.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"
#include "data/folder_cache.h"
#include "io/jpeg.h"
#include "io/png.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    STREAM = 0x63726f70,     /* the random crops' own among all that draw from one seed */
    FIRST_BYTES = 16,        /* enough to see what a file is */
    FILE_BYTES_MAX = 1 << 28 /* of a picture */
};

/* ---- hands ---- */

struct gan_folder_hand *gan_folder_take_hand(struct gan_folder *folder)
{
    for (int i = 0; i < GAN_FOLDER_HANDS; i++) {
        struct gan_folder_hand *hand = atomic_exchange(&folder->idle[i], NULL);
        if (hand != NULL)
            return hand;
    }
    return gan_alloc_zero(1, sizeof(struct gan_folder_hand));
}

void gan_folder_give_hand(struct gan_folder *folder, struct gan_folder_hand *hand)
{
    for (int i = 0; i < GAN_FOLDER_HANDS && hand != NULL; i++) {
        struct gan_folder_hand *none = NULL;
        if (atomic_compare_exchange_strong(&folder->idle[i], &none, hand))
            return;
    }
    gan_folder_free_hand(hand);
}

void gan_folder_free_hand(struct gan_folder_hand *hand)
{
    if (hand == NULL)
        return;
    gan_preparer_clear(&hand->preparer);
    gan_free(hand->file);
    gan_free(hand->planes);
    gan_free(hand);
}

static bool make_room(uint8_t **memory, size_t *capacity, size_t size)
{
    if (size <= *capacity)
        return true;
    gan_free(*memory);
    *capacity = 0;
    *memory = gan_alloc(size);
    if (*memory != NULL)
        *capacity = size;
    return *memory != NULL;
}

size_t gan_folder_bytes(const struct gan_folder *folder, int width, int height)
{
    return (size_t)width * (size_t)height * (size_t)folder->preparation.channels;
}

bool gan_folder_take_room(struct gan_folder *folder, size_t bytes)
{
    size_t room = atomic_load(&folder->room);
    while (bytes <= room)
        if (atomic_compare_exchange_weak(&folder->room, &room, room - bytes))
            return true;
    return false;
}

/* ---- files ---- */

/* Up to `size` bytes behind those that are there; fewer at the file's end. */
static gan_status read_more(struct gan_folder_hand *hand, int file, size_t size)
{
    for (size_t got = 0; got < size;) {
        ssize_t n = read(file, hand->file + hand->file_size, size - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return gan_fail(GAN_ERROR_IO, "cannot be read: %s", strerror(errno));
        if (n == 0)
            break;
        got += (size_t)n;
        hand->file_size += (size_t)n;
    }
    return GAN_OK;
}

static gan_status load_open(struct gan_folder_hand *hand, int file)
{
    struct stat about;
    if (fstat(file, &about) != 0)
        return gan_fail(GAN_ERROR_IO, "cannot be read: %s", strerror(errno));
    if (!S_ISREG(about.st_mode))
        return gan_fail(GAN_ERROR_FORMAT, "is no regular file");
    if (!make_room(&hand->file, &hand->file_capacity, FIRST_BYTES))
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_status status = read_more(hand, file, FIRST_BYTES);
    hand->is_picture = gan_png_begins(hand->file, hand->file_size) || gan_jpeg_begins(hand->file, hand->file_size);
    if (status != GAN_OK || !hand->is_picture || about.st_size <= FIRST_BYTES)
        return status;
    if (about.st_size > FILE_BYTES_MAX)
        return gan_fail(GAN_ERROR_FORMAT, "has %" PRId64 " bytes, want a picture of at most %d", (int64_t)about.st_size,
                        FILE_BYTES_MAX);
    uint8_t begin[FIRST_BYTES];
    memcpy(begin, hand->file, FIRST_BYTES);
    if (!make_room(&hand->file, &hand->file_capacity, (size_t)about.st_size))
        return GAN_ERROR_OUT_OF_MEMORY;
    memcpy(hand->file, begin, FIRST_BYTES);
    return read_more(hand, file, (size_t)about.st_size - FIRST_BYTES);
}

gan_status gan_folder_load(const struct gan_folder *folder, struct gan_folder_hand *hand, size_t entry)
{
    hand->file_size = 0;
    hand->is_picture = false;
    /* Not blocking: what was a file when it was listed might be a pipe now. */
    int file = openat(folder->root, gan_folder_name(&folder->list, entry), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return gan_fail(GAN_ERROR_IO, "cannot be opened: %s", strerror(errno));
    gan_status status = load_open(hand, file);
    close(file);
    return status;
}

gan_status gan_folder_decode(const struct gan_folder *folder, struct gan_folder_hand *hand, size_t entry)
{
    gan_status status = gan_folder_load(folder, hand, entry);
    return status == GAN_OK ? gan_pixels_decode(&hand->preparer.decoded, hand->file, hand->file_size) : status;
}

/* ---- prepared pictures ---- */

struct bytes {
    const uint8_t *planes;
    int width, height;
};

static bool read_cache(struct gan_folder *folder, struct gan_folder_hand *hand,
                       const struct gan_folder_picture *picture)
{
    size_t size = gan_folder_bytes(folder, picture->width, picture->height);
    if (picture->cached_at == 0 || !make_room(&hand->planes, &hand->planes_capacity, size))
        return false; /* decoding will say so if memory is short */
    if (gan_folder_cache_read(folder->cache, picture, hand->planes, size))
        return true;
    if (!atomic_exchange(&folder->told, true))
        gan_log_message(GAN_LOG_WARNING, "%s: the cache file is damaged; what is, is decoded again", folder->path);
    return false;
}

/* For the next time, if there is room. Another thread may have done so meanwhile. */
static void keep(struct gan_folder *folder, struct gan_folder_picture *picture, const uint8_t *planes, size_t size)
{
    if (picture->cached_at != 0 || !gan_folder_take_room(folder, size))
        return;
    uint8_t *copy = gan_alloc(size), *none = NULL;
    if (copy != NULL)
        memcpy(copy, planes, size);
    if (copy == NULL || !atomic_compare_exchange_strong(&picture->kept, &none, copy)) {
        gan_free(copy);
        atomic_fetch_add(&folder->room, size);
    }
}

static gan_status decode_again(struct gan_folder *folder, struct gan_folder_hand *hand,
                               struct gan_folder_picture *picture, struct bytes *bytes)
{
    gan_status status = gan_folder_decode(folder, hand, picture->entry);
    if (status != GAN_OK)
        return gan_fail(status, "%s/%s: %s", folder->path, gan_folder_name(&folder->list, picture->entry),
                        gan_error_message());
    gan_prepared_size(&folder->preparation, &hand->preparer.decoded, &bytes->width, &bytes->height);
    size_t size = gan_folder_bytes(folder, bytes->width, bytes->height);
    if (!make_room(&hand->planes, &hand->planes_capacity, size))
        return GAN_ERROR_OUT_OF_MEMORY;
    status = gan_prepare(&folder->preparation, &hand->preparer, hand->planes);
    if (status == GAN_OK && bytes->width == picture->width && bytes->height == picture->height)
        keep(folder, picture, hand->planes, size);
    bytes->planes = hand->planes;
    return status;
}

/* ---- examples ---- */

/* Where the example is cut from, and whether it is mirrored. */
struct cut {
    int x, y;
    bool mirrored;
};

static struct cut cut_of(const struct gan_folder *folder, const struct bytes *bytes, const struct gan_draw *draw)
{
    int right = bytes->width - folder->preparation.width, down = bytes->height - folder->preparation.height;
    struct cut cut = {right / 2, down / 2, false};
    if (draw == NULL)
        return cut;
    struct gan_random_key key = {draw->seed, STREAM, draw->position};
    uint32_t words[4];
    gan_random_block(&key, draw->row, words);
    cut.x = (int)((uint64_t)words[0] * ((uint64_t)right + 1) >> 32);
    cut.y = (int)((uint64_t)words[1] * ((uint64_t)down + 1) >> 32);
    cut.mirrored = folder->flip && (words[2] & 1) != 0;
    return cut;
}

static void copy_example(const struct gan_preparation *p, const struct bytes *bytes, struct cut cut, float *example)
{
    for (int c = 0; c < p->channels; c++)
        for (int y = 0; y < p->height; y++, example += p->width) {
            const uint8_t *row = bytes->planes +
                                 ((size_t)c * (size_t)bytes->height + (size_t)(cut.y + y)) * (size_t)bytes->width +
                                 cut.x;
            if (cut.mirrored)
                for (int x = 0; x < p->width; x++)
                    example[x] = (float)row[p->width - 1 - x] / 255.0f;
            else
                for (int x = 0; x < p->width; x++)
                    example[x] = (float)row[x] / 255.0f;
        }
}

gan_status gan_folder_read(const gan_dataset *dataset, int64_t index, const struct gan_draw *draw, float *example,
                           int32_t *label)
{
    (void)label;                                                         /* it is in the data set's tensor */
    struct gan_folder *folder = (struct gan_folder *)(uintptr_t)dataset; /* what changes is atomic */
    struct gan_folder_picture *picture = &folder->contents.pictures[index];
    struct bytes bytes = {atomic_load_explicit(&picture->kept, memory_order_acquire), picture->width, picture->height};
    struct gan_folder_hand *hand = NULL;
    gan_status status = GAN_OK;
    if (bytes.planes == NULL) {
        hand = gan_folder_take_hand(folder);
        if (hand == NULL)
            return GAN_ERROR_OUT_OF_MEMORY;
        if (read_cache(folder, hand, picture))
            bytes.planes = hand->planes;
        else
            status = decode_again(folder, hand, picture, &bytes);
    }
    if (status == GAN_OK)
        copy_example(&folder->preparation, &bytes, cut_of(folder, &bytes, draw), example);
    if (hand != NULL)
        gan_folder_give_hand(folder, hand);
    return status;
}

/*
 * A folder of pictures, inside. Opening lists the files (folder_list.c), then decodes each (folder_check.c) or finds a
 * cache file that knows them (folder_cache.c); reading an example (folder_read.c) takes the decoded picture from
 * memory, from that file, or decodes it again, and cuts the example from it.
 */
#ifndef GAN_SRC_DATA_FOLDER_H
#define GAN_SRC_DATA_FOLDER_H

#include "data/dataset.h"
#include "data/folder_list.h"
#include "data/prepare.h"

struct gan_folder_picture {
    size_t entry;            /* of the list */
    int width, height;       /* as it is prepared */
    _Atomic(uint8_t *) kept; /* its bytes in memory; NULL: not there */
    int64_t cached_at;       /* where its bytes lie in the cache file; 0: not there */
    uint32_t crc;            /* of those */
};

struct gan_folder_skipped {
    size_t entry;
    char *reason;
};

/* What the files turned out to be: every entry of the list is one or the other, in its order. */
struct gan_folder_contents {
    struct gan_folder_picture *pictures;
    size_t picture_count, picture_capacity;
    struct gan_folder_skipped *skipped;
    size_t skipped_count, skipped_capacity;
};

gan_status gan_folder_add_picture(struct gan_folder_contents *contents, struct gan_folder_picture picture);
/* `reason` is copied. */
gan_status gan_folder_add_skipped(struct gan_folder_contents *contents, size_t entry, const char *reason);
void gan_folder_contents_clear(struct gan_folder_contents *contents);

/* One reader's memory, which serves picture after picture. */
struct gan_folder_hand {
    uint8_t *file;
    size_t file_size, file_capacity;
    bool is_picture; /* the file, by its content */
    struct gan_preparer preparer;
    uint8_t *planes;
    size_t planes_capacity;
};

enum { GAN_FOLDER_HANDS = 32 };

struct gan_folder {
    gan_dataset base;
    char *path;
    int root;  /* a descriptor of the folder */
    int cache; /* one of the cache file; −1: none */
    struct gan_preparation preparation;
    bool flip, headers_only, fail_on_bad;
    bool unsupported; /* a file was skipped because this build lacks the library that it needs */
    bool unread;      /* a file was skipped because reading it failed, which another time it may not */
    gan_folder_labels labels;
    struct gan_folder_list list;
    struct gan_folder_contents contents;
    atomic_size_t room;                                       /* bytes that pictures in memory may still take */
    _Atomic(struct gan_folder_hand *) idle[GAN_FOLDER_HANDS]; /* between two readings */
    atomic_bool told;                                         /* that the cache file is damaged */
};

/* Sorts the files into folder->contents, decoding all; with `cache_file` they are written there as well (folder->cache
 * is open then, and nothing is kept in memory). */
gan_status gan_folder_check(struct gan_folder *folder, const char *cache_file);

/* A hand, and its return. NULL when memory is short. */
struct gan_folder_hand *gan_folder_take_hand(struct gan_folder *folder);
void gan_folder_give_hand(struct gan_folder *folder, struct gan_folder_hand *hand);
void gan_folder_free_hand(struct gan_folder_hand *hand);

/* Reads an entry's file into the hand: no further than its first bytes if it is no picture by these. The error of this
 * and the next says what is wrong and does not name the file. */
gan_status gan_folder_load(const struct gan_folder *folder, struct gan_folder_hand *hand, size_t entry);
/* Loads and decodes it: hand->preparer.decoded. */
gan_status gan_folder_decode(const struct gan_folder *folder, struct gan_folder_hand *hand, size_t entry);

/* Bytes of a prepared picture. */
size_t gan_folder_bytes(const struct gan_folder *folder, int width, int height);
/* Takes so many of the bytes that pictures in memory may take; false: there is no room. */
bool gan_folder_take_room(struct gan_folder *folder, size_t bytes);

gan_status gan_folder_read(const gan_dataset *dataset, int64_t index, const struct gan_draw *draw, float *example,
                           int32_t *label);

#endif

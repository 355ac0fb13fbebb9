/* The files of a folder and of the folders within, sorted by name. */
#ifndef GAN_SRC_DATA_FOLDER_LIST_H
#define GAN_SRC_DATA_FOLDER_LIST_H

#include "gan/base.h"

#include <stdint.h>

struct gan_folder_entry {
    size_t name;           /* where it begins in the list's names: relative to the folder, with '/' between the parts */
    int64_t size, seconds; /* of the file, and when it was last changed */
    int32_t nanoseconds;
    int error;           /* errno of what went wrong; 0: see `problem` */
    const char *problem; /* why it is not read; NULL: nothing is known against it */
    bool unwanted;       /* nothing is wrong with it: it lies where the options want no pictures */
};

struct gan_folder_list {
    struct gan_folder_entry *entries;
    size_t count, capacity;
    char *names;
    size_t names_size, names_capacity;
};

/*
 * Lists what lies in the folder that `root` is open on, and below, whose names do not begin with a dot: regular files,
 * and as problems folders that cannot be read, links that lead nowhere or in circles, and whatever else there is.
 * Sorted by the names' bytes. The list is to be cleared, also after an error.
 */
gan_status gan_folder_list(int root, struct gan_folder_list *list);
void gan_folder_list_clear(struct gan_folder_list *list);

const char *gan_folder_name(const struct gan_folder_list *list, size_t entry);

/* Whether a file is named as pictures are: .png, .jpg, .jpeg, .jpe, .jfif, in any case. */
bool gan_folder_named_as_picture(const char *name);

#endif

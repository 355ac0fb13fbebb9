#include "data/folder_list.h"

#include "base/memory.h"
#include "base/status.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEEPEST = 64 };

/* A folder that is being read, and those that it lies in. */
struct place {
    const struct place *above; /* NULL: the root */
    dev_t device;
    ino_t number;
    int depth;
    char path[PATH_MAX]; /* relative to the root, with a '/' at its end; empty for the root */
};

const char *gan_folder_name(const struct gan_folder_list *list, size_t entry)
{
    return list->names + list->entries[entry].name;
}

void gan_folder_list_clear(struct gan_folder_list *list)
{
    gan_free(list->entries);
    gan_free(list->names);
    *list = (struct gan_folder_list){0};
}

bool gan_folder_named_as_picture(const char *name)
{
    static const char *const endings[] = {".png", ".jpg", ".jpeg", ".jpe", ".jfif"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && i < sizeof endings / sizeof endings[0]; i++)
        if (strcasecmp(dot, endings[i]) == 0)
            return true;
    return false;
}

static gan_status keep_name(struct gan_folder_list *list, const char *path, const char *name, size_t *at)
{
    size_t first = strlen(path), second = strlen(name) + 1;
    while (list->names_capacity - list->names_size < first + second)
        if (!gan_grow((void **)&list->names, &list->names_capacity, list->names_capacity, 1))
            return GAN_ERROR_OUT_OF_MEMORY;
    *at = list->names_size;
    memcpy(list->names + *at, path, first);
    memcpy(list->names + *at + first, name, second);
    list->names_size += first + second;
    return GAN_OK;
}

static gan_status add(struct gan_folder_list *list, const struct place *place, const char *name,
                      struct gan_folder_entry entry)
{
    gan_status status = keep_name(list, place->path, name, &entry.name);
    if (status != GAN_OK)
        return status;
    if (!gan_grow((void **)&list->entries, &list->capacity, list->count, sizeof *list->entries))
        return GAN_ERROR_OUT_OF_MEMORY;
    list->entries[list->count++] = entry;
    return GAN_OK;
}

static bool is_above(const struct place *place, const struct stat *about)
{
    for (; place != NULL; place = place->above)
        if (place->device == about->st_dev && place->number == about->st_ino)
            return true;
    return false;
}

static gan_status list_folder(struct gan_folder_list *list, int folder, const struct place *place);

static gan_status list_within(struct gan_folder_list *list, int folder, const struct place *place, const char *name,
                              const struct stat *about)
{
    if (is_above(place, about))
        return add(list, place, name, (struct gan_folder_entry){.problem = "is a link to a folder that it lies in"});
    size_t length = strlen(place->path) + strlen(name) + 2;
    if (place->depth == DEEPEST || length > sizeof place->path)
        return add(list, place, name, (struct gan_folder_entry){.problem = "is a folder that lies too deep"});
    int within = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (within < 0)
        return add(list, place, name, (struct gan_folder_entry){.error = errno, .problem = "cannot be opened"});
    struct place *here = gan_alloc(sizeof *here);
    gan_status status = here != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
    if (here != NULL) {
        *here = (struct place){
            .above = place, .device = about->st_dev, .number = about->st_ino, .depth = place->depth + 1};
        strcat(strcat(strcpy(here->path, place->path), name), "/");
        status = list_folder(list, within, here);
    }
    gan_free(here);
    close(within);
    return status;
}

static gan_status list_one(struct gan_folder_list *list, int folder, const struct place *place, const char *name)
{
    struct stat about;
    if (fstatat(folder, name, &about, 0) != 0)
        return add(list, place, name, (struct gan_folder_entry){.error = errno, .problem = "cannot be found"});
    if (S_ISDIR(about.st_mode))
        return list_within(list, folder, place, name, &about);
    struct gan_folder_entry entry = {.size = (int64_t)about.st_size,
                                     .seconds = (int64_t)about.st_mtim.tv_sec,
                                     .nanoseconds = (int32_t)about.st_mtim.tv_nsec,
                                     .problem = S_ISREG(about.st_mode) ? NULL : "is no regular file"};
    return add(list, place, name, entry);
}

static gan_status list_folder(struct gan_folder_list *list, int folder, const struct place *place)
{
    int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* which closedir closes */
    DIR *open = own >= 0 ? fdopendir(own) : NULL;
    if (open == NULL) {
        int error = errno;
        if (own >= 0)
            close(own);
        return gan_fail(GAN_ERROR_IO, "'%s' cannot be read: %s", place->path[0] != '\0' ? place->path : ".",
                        strerror(error));
    }
    gan_status status = GAN_OK;
    errno = 0;
    for (struct dirent *entry; status == GAN_OK && (entry = readdir(open)) != NULL; errno = 0)
        if (entry->d_name[0] != '.')
            status = list_one(list, folder, place, entry->d_name);
    if (status == GAN_OK && errno != 0)
        status = gan_fail(GAN_ERROR_IO, "'%s' cannot be read: %s", place->path[0] != '\0' ? place->path : ".",
                          strerror(errno));
    closedir(open);
    return status;
}

static int by_name(const void *a, const void *b, void *names)
{
    const struct gan_folder_entry *first = a, *second = b;
    return strcmp((const char *)names + first->name, (const char *)names + second->name);
}

gan_status gan_folder_list(int root, struct gan_folder_list *list)
{
    struct stat about;
    *list = (struct gan_folder_list){0};
    if (fstat(root, &about) != 0)
        return gan_fail(GAN_ERROR_IO, "it cannot be read: %s", strerror(errno));
    struct place *top = gan_alloc_zero(1, sizeof *top);
    if (top == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    top->device = about.st_dev;
    top->number = about.st_ino;
    gan_status status = list_folder(list, root, top);
    gan_free(top);
    if (status == GAN_OK && list->count > 1)
        qsort_r(list->entries, list->count, sizeof *list->entries, by_name, list->names);
    return status;
}

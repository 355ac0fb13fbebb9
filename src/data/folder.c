/* Folders of pictures as data sets: options, classes, and what is said of them. */
#include "data/folder.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/status.h"
#include "io/checksum.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIDE_MAX = 4096 };

static const char who[] = "gan_dataset_open_folder";

/* ---- options ---- */

gan_status gan_folder_options_init_sized(gan_folder_options *options, size_t struct_size)
{
    const gan_folder_options own = {.struct_size = sizeof own,
                                    .height = 64,
                                    .width = 64,
                                    .channels = 3,
                                    .crop = GAN_CROP_CENTRE,
                                    .crop_margin = 0.125f,
                                    .labels = GAN_FOLDER_LABELS_AUTO,
                                    .background = {1, 1, 1},
                                    .cache_bytes = (size_t)256 << 20};
    return gan_options_write(options, struct_size, &own, sizeof own, sizeof own, "gan_folder_options_init");
}

static gan_status check_numbers(const gan_folder_options *o)
{
    if (o->height < 1 || o->height > SIDE_MAX || o->width < 1 || o->width > SIDE_MAX)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: height x width is %" PRId64 " x %" PRId64 ", want 1 to %d each", who, o->height, o->width,
                        SIDE_MAX);
    if (o->channels != 1 && o->channels != 3 && o->channels != 4)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: channels is %d, want 1 (grey), 3 (red, green, blue) or 4 (and opacity)", who, o->channels);
    if (!(o->crop_margin >= 0 && o->crop_margin <= 1))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: crop_margin is %g, want 0 to 1", who, (double)o->crop_margin);
    for (int c = 0; c < 3; c++)
        if (!(o->background[c] >= 0 && o->background[c] <= 1))
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: background[%d] is %g, want 0 to 1", who, c,
                            (double)o->background[c]);
    return GAN_OK;
}

static gan_status take_options(const gan_folder_options *given, gan_folder_options *o)
{
    gan_folder_options_init(o);
    gan_status status = gan_options_read(o, sizeof *o, given, sizeof *o, who);
    if (status != GAN_OK)
        return status;
    if ((unsigned)o->crop > (unsigned)GAN_CROP_NONE)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: crop is %d, want a gan_crop (GAN_CROP_…)", who, (int)o->crop);
    if ((unsigned)o->labels > (unsigned)GAN_FOLDER_LABELS_FOLDERS)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: labels is %d, want a gan_folder_labels (GAN_FOLDER_LABELS_…)",
                        who, (int)o->labels);
    return check_numbers(o);
}

/* Whatever changes the batches of one seed, in a number, for checkpoints. */
static uint32_t variation_of(const struct gan_folder *folder)
{
    const struct gan_preparation *p = &folder->preparation;
    const float numbers[] = {(float)folder->flip, (float)p->crop, p->margin};
    return gan_checksum(0, numbers, sizeof numbers);
}

static void apply_options(struct gan_folder *folder, const gan_folder_options *o)
{
    struct gan_preparation *p = &folder->preparation;
    *p = (struct gan_preparation){.height = (int)o->height,
                                  .width = (int)o->width,
                                  .channels = o->channels,
                                  .crop = o->crop,
                                  .margin = o->crop == GAN_CROP_RANDOM ? o->crop_margin : 0};
    for (int c = 0; c < 3; c++)
        p->background[c] = (uint8_t)(o->background[c] * 255 + 0.5f);
    folder->flip = o->flip;
    folder->headers_only = o->headers_only;
    folder->fail_on_bad = o->fail_on_bad;
    folder->labels = o->labels;
    atomic_init(&folder->room, o->cache_bytes);
    folder->base.variation = variation_of(folder);
}

/* ---- contents ---- */

gan_status gan_folder_add_picture(struct gan_folder_contents *contents, struct gan_folder_picture picture)
{
    if (!gan_grow((void **)&contents->pictures, &contents->picture_capacity, contents->picture_count,
                  sizeof *contents->pictures))
        return GAN_ERROR_OUT_OF_MEMORY;
    contents->pictures[contents->picture_count++] = picture;
    return GAN_OK;
}

gan_status gan_folder_add_skipped(struct gan_folder_contents *contents, size_t entry, const char *reason)
{
    if (!gan_grow((void **)&contents->skipped, &contents->skipped_capacity, contents->skipped_count,
                  sizeof *contents->skipped))
        return GAN_ERROR_OUT_OF_MEMORY;
    char *copy = gan_strdup(reason);
    if (copy == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    contents->skipped[contents->skipped_count++] = (struct gan_folder_skipped){entry, copy};
    return GAN_OK;
}

void gan_folder_contents_clear(struct gan_folder_contents *contents)
{
    for (size_t i = 0; i < contents->picture_count; i++)
        gan_free(atomic_load(&contents->pictures[i].kept));
    for (size_t i = 0; i < contents->skipped_count; i++)
        gan_free(contents->skipped[i].reason);
    gan_free(contents->pictures);
    gan_free(contents->skipped);
    *contents = (struct gan_folder_contents){0};
}

/* ---- classes ---- */

/* How long the name of the folder is that an entry lies in, the outermost; 0: it lies in none. */
static size_t class_length(const char *name)
{
    const char *slash = strchr(name, '/');
    return slash != NULL ? (size_t)(slash - name) : 0;
}

/* By the files that are named as pictures; of a folder without any, by all. */
static gan_status decide_labels(struct gan_folder *folder)
{
    const struct gan_folder_list *list = &folder->list;
    size_t within = 0, beside = 0;
    const char *inner = "", *outer = "";
    for (int all = 0; all < 2 && within + beside == 0; all++)
        for (size_t i = 0; i < list->count; i++) {
            const char *name = gan_folder_name(list, i);
            if (list->entries[i].problem != NULL || (all == 0 && !gan_folder_named_as_picture(name)))
                continue;
            bool inside = class_length(name) > 0;
            inner = inside && within++ == 0 ? name : inner;
            outer = !inside && beside++ == 0 ? name : outer;
        }
    if (within > 0 && beside > 0)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: '%s' has pictures in folders ('%s', …) and beside them ('%s', …); set options.labels to "
                        "GAN_FOLDER_LABELS_FOLDERS (the folders are classes, and what lies beside them is skipped) or "
                        "GAN_FOLDER_LABELS_NONE (no labels, all are used)",
                        who, folder->path, inner, outer);
    folder->labels = within > 0 ? GAN_FOLDER_LABELS_FOLDERS : GAN_FOLDER_LABELS_NONE;
    return GAN_OK;
}

static gan_status settle_labels(struct gan_folder *folder)
{
    if (folder->labels == GAN_FOLDER_LABELS_AUTO && decide_labels(folder) != GAN_OK)
        return gan_error_status();
    for (size_t i = 0; i < folder->list.count && folder->labels == GAN_FOLDER_LABELS_FOLDERS; i++)
        if (folder->list.entries[i].problem == NULL && class_length(gan_folder_name(&folder->list, i)) == 0) {
            folder->list.entries[i].problem = "lies beside the folders that are classes";
            folder->list.entries[i].unwanted = true;
        }
    return GAN_OK;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of all classes, each once, sorted; files of one folder follow each other in the list. */
static gan_status collect_classes(struct gan_folder *folder, char ***names, size_t *count)
{
    size_t capacity = 0, last = 0;
    const char *previous = NULL;
    *names = NULL;
    *count = 0;
    for (size_t i = 0; i < folder->contents.picture_count; i++) {
        const char *name = gan_folder_name(&folder->list, folder->contents.pictures[i].entry);
        size_t length = class_length(name);
        if (previous != NULL && length == last && memcmp(previous, name, length) == 0)
            continue;
        previous = name;
        last = length;
        if (!gan_grow((void **)names, &capacity, *count, sizeof **names))
            return GAN_ERROR_OUT_OF_MEMORY;
        (*names)[*count] = gan_format("%.*s", (int)length, name);
        if ((*names)[(*count)++] == NULL)
            return GAN_ERROR_OUT_OF_MEMORY;
    }
    qsort(*names, *count, sizeof **names, by_text);
    return GAN_OK;
}

/* Which of the sorted names begins `name`, up to a '/'. */
static int32_t find_class(char *const *names, size_t count, const char *name)
{
    size_t length = class_length(name), low = 0, high = count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        int order = strncmp(names[middle], name, length);
        if (order < 0 || (order == 0 && names[middle][length] == '\0'))
            low = middle;
        else
            high = middle;
    }
    return (int32_t)low;
}

static gan_status label_pictures(struct gan_folder *folder)
{
    gan_dataset *dataset = &folder->base;
    if (folder->labels != GAN_FOLDER_LABELS_FOLDERS)
        return GAN_OK;
    char **names;
    size_t count;
    gan_status status = collect_classes(folder, &names, &count);
    dataset->labels = status == GAN_OK ? gan_tensor_new_typed(GAN_SHAPE(dataset->size), GAN_INT32) : NULL;
    if (dataset->labels == NULL)
        status = gan_error_status();
    for (int64_t i = 0; i < dataset->size && status == GAN_OK; i++)
        gan_tensor_int32(dataset->labels)[i] = find_class(
            names, count, gan_folder_name(&folder->list, folder->contents.pictures[i].entry));
    if (status == GAN_OK)
        status = gan_dataset_set_classes(dataset, (int)count, (const char *const *)names);
    for (size_t i = 0; i < count; i++)
        gan_free(names[i]);
    gan_free(names);
    return status;
}

/* ---- opening ---- */

static void release(gan_dataset *dataset)
{
    struct gan_folder *folder = (struct gan_folder *)dataset;
    for (int i = 0; i < GAN_FOLDER_HANDS; i++)
        gan_folder_free_hand(atomic_load(&folder->idle[i]));
    gan_folder_contents_clear(&folder->contents);
    gan_folder_list_clear(&folder->list);
    bool begun = folder->path != NULL; /* else the descriptors may be 0, and nobody's */
    if (begun && folder->root >= 0)
        close(folder->root);
    if (begun && folder->cache >= 0)
        close(folder->cache);
    gan_free(folder->path);
}

static const struct gan_dataset_kind kind = {.read = gan_folder_read, .release = release};

static gan_status nothing_found(const struct gan_folder *folder)
{
    const struct gan_folder_contents *contents = &folder->contents;
    if (contents->skipped_count == 0)
        return gan_fail(GAN_ERROR_FORMAT, "%s: '%s' is empty, want PNG or JPEG files in it, or in folders in it", who,
                        folder->path);
    const struct gan_folder_skipped *first = &contents->skipped[0];
    return gan_fail(folder->unsupported ? GAN_ERROR_UNSUPPORTED : GAN_ERROR_FORMAT,
                    "%s: '%s' has no readable picture among its %zu files, want PNG or JPEG; the first, %s, %s", who,
                    folder->path, contents->skipped_count, gan_folder_name(&folder->list, first->entry), first->reason);
}

static void log_skipped(const struct gan_folder *folder)
{
    const struct gan_folder_contents *contents = &folder->contents;
    if (contents->skipped_count > 0)
        gan_log_message(GAN_LOG_WARNING, "%s: '%s': %zu of %zu files were skipped; the first, %s, %s", who,
                        folder->path, contents->skipped_count, folder->list.count,
                        gan_folder_name(&folder->list, contents->skipped[0].entry), contents->skipped[0].reason);
}

static gan_status open_files(struct gan_folder *folder, const char *path, const char *cache_file)
{
    folder->root = folder->cache = -1;
    folder->path = gan_strdup(path);
    if (folder->path == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    folder->root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->root < 0)
        return gan_fail(GAN_ERROR_IO, "%s: '%s' cannot be opened as a folder: %s", who, path, strerror(errno));
    gan_status status = gan_folder_list(folder->root, &folder->list);
    if (status != GAN_OK)
        return gan_fail(status, "%s: '%s': %s", who, path, gan_error_message());
    status = settle_labels(folder);
    return status == GAN_OK ? gan_folder_check(folder, cache_file) : status;
}

gan_dataset *gan_dataset_open_folder(const char *path, const gan_folder_options *given)
{
    gan_folder_options o;
    if (path == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: path is NULL", who);
    if (take_options(given, &o) != GAN_OK)
        return NULL;
    gan_dataset *dataset = gan_dataset_make(sizeof(struct gan_folder), &kind, who,
                                            GAN_SHAPE(o.channels, o.height, o.width), 1, path);
    if (dataset == NULL)
        return NULL;
    struct gan_folder *folder = (struct gan_folder *)dataset;
    apply_options(folder, &o);
    dataset->ranged = 1;
    dataset->slow = 1;
    dataset->high = 1;
    gan_status status = open_files(folder, path, o.cache_file);
    if (status == GAN_OK && folder->contents.picture_count == 0)
        status = nothing_found(folder);
    dataset->size = (int64_t)folder->contents.picture_count;
    if (status == GAN_OK)
        status = label_pictures(folder);
    if (status != GAN_OK) {
        gan_dataset_unref(dataset);
        return NULL;
    }
    log_skipped(folder);
    return dataset;
}

/* ---- what was skipped ---- */

static const struct gan_folder *as_folder(const gan_dataset *dataset)
{
    return dataset != NULL && dataset->kind == &kind ? (const struct gan_folder *)dataset : NULL;
}

int64_t gan_dataset_skipped(const gan_dataset *dataset)
{
    const struct gan_folder *folder = as_folder(dataset);
    return folder != NULL ? (int64_t)folder->contents.skipped_count : 0;
}

static const struct gan_folder_skipped *skipped_at(const gan_dataset *dataset, int64_t i)
{
    return i >= 0 && i < gan_dataset_skipped(dataset) ? &as_folder(dataset)->contents.skipped[i] : NULL;
}

const char *gan_dataset_skipped_name(const gan_dataset *dataset, int64_t i)
{
    const struct gan_folder_skipped *skipped = skipped_at(dataset, i);
    return skipped != NULL ? gan_folder_name(&as_folder(dataset)->list, skipped->entry) : NULL;
}

const char *gan_dataset_skipped_reason(const gan_dataset *dataset, int64_t i)
{
    const struct gan_folder_skipped *skipped = skipped_at(dataset, i);
    return skipped != NULL ? skipped->reason : NULL;
}

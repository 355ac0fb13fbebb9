/* A run's checkpoints in their folder: the newest are kept, and the newest whole one is found again. */
#include "train/checkpoint.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/status.h"
#include "io/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENDING ".checkpoint"

struct listing {
    uint64_t *steps;
    size_t count, capacity;
};

/* The folder of a path, and what follows it. */
static char *folder_of(const char *path, const char **base)
{
    const char *slash = strrchr(path, '/');
    *base = slash != NULL ? slash + 1 : path;
    if (slash == NULL)
        return gan_strdup(".");
    return gan_format("%.*s", slash == path ? 1 : (int)(slash - path), path);
}

static char *name_of(const char *path, uint64_t step)
{
    return gan_format("%s-%012" PRIu64 ENDING, path, step);
}

/* If `name` is <base>-<digits>.checkpoint…: its step, and what follows. */
static const char *parse_name(const char *name, const char *base, uint64_t *step)
{
    size_t length = strlen(base);
    if (strncmp(name, base, length) != 0 || name[length] != '-')
        return NULL;
    const char *digits = name + length + 1, *end = digits;
    for (*step = 0; *end >= '0' && *end <= '9' && *step < UINT64_MAX / 10; end++)
        *step = *step * 10 + (uint64_t)(*end - '0');
    if (end - digits < 12 || strncmp(end, ENDING, strlen(ENDING)) != 0)
        return NULL;
    return end + strlen(ENDING);
}

static int by_step(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* A file that a process was writing when it was killed: ".<process>-<number>.part" follows the name. A run begins; it
 * writes nothing yet. */
static void remove_orphan(const char *folder, const char *name, const char *rest)
{
    char *end;
    long process = *rest == '.' ? strtol(rest + 1, &end, 10) : 0;
    if (process <= 0 || *end != '-' || strlen(end) < 6 || strcmp(end + strlen(end) - 5, ".part") != 0)
        return;
    bool before_us = process == (long)getpid(); /* where processes' numbers begin anew, as in a container */
    if (!before_us && (kill((pid_t)process, 0) == 0 || errno != ESRCH))
        return; /* it lives */
    char *path = gan_format("%s/%s", folder, name);
    if (path != NULL)
        unlink(path);
    gan_free(path);
}

/* Whether a file can be made beside those: a run should not learn that only when its first one is due. */
static gan_status try_to_write(const char *path, const char *who)
{
    char *name = name_of(path, 0); /* that of one, so that a part left of it is known for an orphan */
    if (name == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    struct gan_file_writer *writer = gan_file_writer_open(name, who);
    gan_free(name);
    if (writer == NULL)
        return gan_error_status();
    gan_file_writer_abandon(writer);
    return GAN_OK;
}

/* The steps of those that are there, the least first. Orphans are removed on the way if `clean`. */
static gan_status list(const char *path, bool clean, struct listing *listing, const char *who)
{
    const char *base;
    char *folder = folder_of(path, &base);
    *listing = (struct listing){0};
    if (folder == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_status status = GAN_OK;
    DIR *open = opendir(folder);
    if (open == NULL)
        status = gan_fail(GAN_ERROR_IO, "%s: checkpoint_path is %s, but its folder cannot be read: %s", who, path,
                          strerror(errno));
    errno = 0;
    for (struct dirent *entry; status == GAN_OK && (entry = readdir(open)) != NULL; errno = 0) {
        uint64_t step;
        const char *rest = parse_name(entry->d_name, base, &step);
        if (rest != NULL && *rest != '\0' && clean)
            remove_orphan(folder, entry->d_name, rest);
        if (rest == NULL || *rest != '\0')
            continue;
        if (gan_grow((void **)&listing->steps, &listing->capacity, listing->count, sizeof *listing->steps))
            listing->steps[listing->count++] = step;
        else
            status = GAN_ERROR_OUT_OF_MEMORY;
    }
    if (status == GAN_OK && errno != 0) /* that no more are seen does not mean that there are none */
        status = gan_fail(GAN_ERROR_IO, "%s: checkpoint_path is %s, but reading its folder failed: %s", who, path,
                          strerror(errno));
    if (open != NULL)
        closedir(open);
    gan_free(folder);
    if (listing->count > 0)
        qsort(listing->steps, listing->count, sizeof *listing->steps, by_step);
    return status;
}

/* How many of them are of at most so many steps. Those of more are damaged, or the run would have gone on from them. */
static size_t count_until(const struct listing *listing, uint64_t step)
{
    size_t count = 0;
    while (count < listing->count && listing->steps[count] <= step)
        count++;
    return count;
}

gan_status gan_checkpoints_add(gan_trainer *trainer, const gan_loader *loader, const struct gan_run_position *run,
                               const char *path, int keep, const char *who)
{
    struct listing listing = {0};
    uint64_t step = gan_trainer_steps(trainer);
    char *name = name_of(path, step);
    gan_status status = name != NULL ? gan_checkpoint_write(trainer, loader, run, name, who) : GAN_ERROR_OUT_OF_MEMORY;
    if (status == GAN_OK)
        status = list(path, false, &listing, who);
    size_t counted = count_until(&listing, step);
    for (size_t i = 0; status == GAN_OK && i + (size_t)keep < counted; i++) {
        char *old = name_of(path, listing.steps[i]);
        if (old != NULL)
            unlink(old); /* one too many is no failure */
        gan_free(old);
    }
    gan_free(listing.steps);
    gan_free(name);
    return status;
}

/* A file that is not ours to read is as whole as ever: going on from one before it would undo what it holds. */
static gan_status check_permission(const char *name, const char *who)
{
    if (faccessat(AT_FDCWD, name, R_OK, AT_EACCESS) == 0 || errno != EACCES)
        return GAN_OK;
    return gan_fail(GAN_ERROR_IO, "%s: %s: %s; make it readable, or remove it to go on from the one before it", who,
                    name, strerror(errno));
}

/* Whether another checkpoint may be tried after this failure. */
static bool is_damaged(gan_status status)
{
    return status == GAN_ERROR_FORMAT || status == GAN_ERROR_IO;
}

gan_status gan_checkpoints_resume(gan_trainer *trainer, gan_loader *loader, struct gan_run_position *run,
                                  const char *path, bool *found, const char *who)
{
    struct listing listing;
    gan_status status = list(path, true, &listing, who);
    struct gan_json *settings = NULL;
    *found = false;
    if (status == GAN_OK)
        status = try_to_write(path, who);
    if (status == GAN_OK && listing.count > 0 && (settings = gan_checkpoint_settings(trainer, loader, who)) == NULL)
        status = gan_error_status(); /* which no other checkpoint mends */
    for (size_t i = listing.count; status == GAN_OK && i > 0 && !*found; i--) {
        char *name = name_of(path, listing.steps[i - 1]);
        status = name != NULL ? check_permission(name, who) : GAN_ERROR_OUT_OF_MEMORY;
        bool readable = status == GAN_OK;
        if (readable)
            status = gan_checkpoint_read(trainer, loader, settings, run, name, who);
        *found = status == GAN_OK;
        if (readable && is_damaged(status) && i > 1) {
            gan_log_message(GAN_LOG_WARNING, "%s: %s; trying the checkpoint before it", who, gan_error_message());
            status = GAN_OK;
        } else if (readable && is_damaged(status)) {
            status = gan_fail(GAN_ERROR_FORMAT, "%s: no whole checkpoint among the %zu of %s; the oldest: %s", who,
                              listing.count, path, gan_error_message());
        }
        gan_free(name);
    }
    gan_json_free(settings);
    gan_free(listing.steps);
    return status;
}

gan_status gan_checkpoints_check_none(const char *path, const char *who)
{
    struct listing listing;
    gan_status status = list(path, true, &listing, who);
    if (status == GAN_OK && listing.count > 0)
        status = gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                          "%s: checkpoints of an earlier run are at %s (its latest has %" PRIu64
                          " steps); set resume, or remove them, or give another checkpoint_path",
                          who, path, listing.steps[listing.count - 1]);
    gan_free(listing.steps);
    return status == GAN_OK ? try_to_write(path, who) : status;
}

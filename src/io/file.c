/* Writing files whole. */
#include "file.h"

#include "base/memory.h"
#include "base/status.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 32 * 1024 };

struct gan_file_writer {
    char *path;      /* as messages name it */
    char *target;    /* where it is in the end: `path`, or the file that a link of that name leads to */
    char *temporary; /* NULL: written in place, since the target is a device or a pipe */
    const char *who;
    int descriptor;
    gan_status status; /* the first failure */
    size_t buffered;
    char buffer[BUFFER];
};

static gan_status fail(struct gan_file_writer *writer, const char *what)
{
    writer->status = gan_fail(GAN_ERROR_IO, "%s: %s: %s: %s", writer->who, writer->path, what, strerror(errno));
    return writer->status;
}

static void discard(struct gan_file_writer *writer)
{
    if (writer->descriptor >= 0)
        close(writer->descriptor);
    if (writer->temporary != NULL && writer->status != GAN_OK)
        unlink(writer->temporary);
    gan_free(writer->path);
    gan_free(writer->target);
    gan_free(writer->temporary);
    gan_free(writer);
}

/* ---- opening ---- */

static bool is_link(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0 && S_ISLNK(about.st_mode);
}

/* Where a link leads that leads to nothing yet: one step, as text of its own. */
static char *follow(const char *link)
{
    char target[PATH_MAX];
    ssize_t length = readlink(link, target, sizeof target);
    const char *slash = strrchr(link, '/');
    if (length < 0 || length == sizeof target)
        return gan_strdup(link);
    bool beside = target[0] != '/' && slash != NULL; /* it is named from its folder */
    return gan_format("%.*s%.*s", beside ? (int)(slash + 1 - link) : 0, link, (int)length, target);
}

static char *resolve(const char *path)
{
    char real[PATH_MAX];
    if (is_link(path) && realpath(path, real) != NULL)
        return gan_strdup(real);
    char *at = gan_strdup(path);
    for (int links = 0; at != NULL && links < 40 && is_link(at); links++) {
        char *next = follow(at);
        gan_free(at);
        at = next;
    }
    return at;
}

static gan_status open_in_place(struct gan_file_writer *writer)
{
    writer->descriptor = open(writer->target, O_WRONLY | O_CLOEXEC);
    return writer->descriptor < 0 ? fail(writer, "it cannot be opened") : GAN_OK;
}

/* Opens a file whose name begins as the target's does, as far as `length`; what there was of it is another's. */
static gan_status open_temporary(struct gan_file_writer *writer, int length)
{
    static _Atomic unsigned counter;
    do {
        gan_free(writer->temporary);
        writer->temporary = gan_format("%.*s.%ld-%u.part", length, writer->target, (long)getpid(),
                                       atomic_fetch_add(&counter, 1));
        if (writer->temporary == NULL)
            return writer->status = gan_error_status();
        writer->descriptor = open(writer->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (writer->descriptor < 0 && errno == EEXIST); /* left by a process of the same number that was killed */
    return GAN_OK;
}

/* `mode` is that of the file that will be replaced; 0: there is none, and the process's mask decides. */
static gan_status open_beside(struct gan_file_writer *writer, mode_t mode)
{
    const char *slash = strrchr(writer->target, '/');
    gan_status status = open_temporary(writer, (int)strlen(writer->target));
    if (status == GAN_OK && writer->descriptor < 0 && errno == ENAMETOOLONG) /* with the ending: then that alone */
        status = open_temporary(writer, slash != NULL ? (int)(slash + 1 - writer->target) : 0);
    if (status != GAN_OK)
        return status;
    if (writer->descriptor < 0) {
        gan_free(writer->temporary);
        writer->temporary = NULL; /* not ours to remove */
        return fail(writer, "the file cannot be made");
    }
    if (mode != 0)
        (void)!fchmod(writer->descriptor, mode & 07777); /* another owner's file may refuse: no reason to fail */
    return GAN_OK;
}

static gan_status open_writer(struct gan_file_writer *writer, const char *path)
{
    struct stat about;
    writer->path = gan_strdup(path);
    writer->target = resolve(path);
    if (writer->path == NULL || writer->target == NULL)
        return writer->status = gan_error_status();
    if (stat(writer->target, &about) != 0)
        return open_beside(writer, 0);
    if (S_ISDIR(about.st_mode)) {
        errno = EISDIR;
        return fail(writer, "the file cannot be made");
    }
    return S_ISREG(about.st_mode) ? open_beside(writer, about.st_mode) : open_in_place(writer);
}

struct gan_file_writer *gan_file_writer_open(const char *path, const char *who)
{
    struct gan_file_writer *writer = gan_alloc_zero(1, sizeof *writer);
    if (writer == NULL)
        return NULL;
    writer->who = who;
    writer->descriptor = -1;
    if (open_writer(writer, path) == GAN_OK)
        return writer;
    discard(writer);
    return NULL;
}

/* ---- writing ---- */

static gan_status write_through(struct gan_file_writer *writer, const char *data, size_t size)
{
    while (size > 0 && writer->status == GAN_OK) {
        size_t most = size < (size_t)1 << 30 ? size : (size_t)1 << 30;
        ssize_t written = write(writer->descriptor, data, most);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return fail(writer, "it cannot be written");
        data += written;
        size -= (size_t)written;
    }
    return writer->status;
}

gan_status gan_file_writer_write(struct gan_file_writer *writer, const void *data, size_t size)
{
    if (writer->status != GAN_OK)
        return writer->status;
    if (size > BUFFER - writer->buffered) {
        write_through(writer, writer->buffer, writer->buffered);
        writer->buffered = 0;
    }
    if (size > BUFFER)
        return write_through(writer, data, size);
    if (size > 0)
        memcpy(writer->buffer + writer->buffered, data, size);
    writer->buffered += size;
    return writer->status;
}

/* ---- closing ---- */

/* The rename itself must reach the disk too. Not every file system can flush a folder: that is no failure. */
static void flush_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path);
    if (length >= sizeof folder)
        return;
    memcpy(folder, path, length);
    folder[length] = '\0';
    int descriptor = open(slash == NULL ? "." : length == 0 ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    fsync(descriptor);
    close(descriptor);
}

static gan_status finish(struct gan_file_writer *writer)
{
    if (write_through(writer, writer->buffer, writer->buffered) != GAN_OK)
        return writer->status;
    if (writer->temporary != NULL && fsync(writer->descriptor) != 0)
        return fail(writer, "it cannot be flushed to the disk");
    int closed = close(writer->descriptor);
    writer->descriptor = -1;
    if (closed != 0)
        return fail(writer, "it cannot be closed");
    if (writer->temporary != NULL && rename(writer->temporary, writer->target) != 0)
        return fail(writer, "the finished file cannot be renamed to this name");
    return GAN_OK;
}

gan_status gan_file_writer_commit(struct gan_file_writer *writer)
{
    gan_status status = finish(writer);
    if (status == GAN_OK && writer->temporary != NULL)
        flush_folder(writer->target);
    discard(writer);
    return status;
}

void gan_file_writer_abandon(struct gan_file_writer *writer)
{
    if (writer == NULL)
        return;
    writer->status = GAN_ERROR_IO; /* nobody's error: so that discard removes what was written */
    discard(writer);
}

gan_status gan_file_write(const char *path, const void *data, size_t size, const char *who)
{
    struct gan_file_writer *writer = gan_file_writer_open(path, who);
    if (writer == NULL)
        return gan_error_status();
    gan_file_writer_write(writer, data, size);
    return gan_file_writer_commit(writer);
}

#include "io/append.h"

#include "base/memory.h"
#include "base/status.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct gan_append_file {
    char *path;
    const char *who;
    int descriptor;
    int64_t size;
    bool regular; /* a device or a pipe cannot be cut, and is not */
};

static gan_status fail(const struct gan_append_file *file, const char *what)
{
    return gan_fail(GAN_ERROR_IO, "%s: %s: %s: %s", file->who, file->path, what, strerror(errno));
}

static gan_status open_file(struct gan_append_file *file, const char *path)
{
    struct stat about;
    file->path = gan_strdup(path);
    if (file->path == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    file->descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file->descriptor < 0 || fstat(file->descriptor, &about) != 0)
        return fail(file, "it cannot be opened for appending");
    file->regular = S_ISREG(about.st_mode);
    file->size = file->regular ? (int64_t)about.st_size : 0;
    return GAN_OK;
}

struct gan_append_file *gan_append_file_open(const char *path, const char *who)
{
    struct gan_append_file *file = gan_alloc_zero(1, sizeof *file);
    if (file == NULL)
        return NULL;
    file->who = who;
    file->descriptor = -1;
    if (open_file(file, path) == GAN_OK)
        return file;
    gan_append_file_close(file);
    return NULL;
}

void gan_append_file_close(struct gan_append_file *file)
{
    if (file == NULL)
        return;
    if (file->descriptor >= 0)
        close(file->descriptor);
    gan_free(file->path);
    gan_free(file);
}

const char *gan_append_file_path(const struct gan_append_file *file)
{
    return file->path;
}

int64_t gan_append_file_size(const struct gan_append_file *file)
{
    return file->size;
}

/* Takes back what there is of a record that did not fit; the failure itself stays the error. */
static gan_status take_back(const struct gan_append_file *file)
{
    gan_status status = fail(file, "it cannot be written");
    if (file->regular)
        (void)!ftruncate(file->descriptor, (off_t)file->size);
    return status;
}

gan_status gan_append_file_write(struct gan_append_file *file, const void *data, size_t size)
{
    const char *next = data;
    size_t left = size;
    while (left > 0) {
        ssize_t written = write(file->descriptor, next, left);
        if (written < 0 && errno == EINTR)
            continue;
        if (written == 0)
            errno = ENOSPC;
        if (written <= 0)
            return take_back(file);
        next += written;
        left -= (size_t)written;
    }
    file->size += (int64_t)size;
    return GAN_OK;
}

gan_status gan_append_file_cut(struct gan_append_file *file, int64_t size)
{
    assert(size >= 0 && size <= file->size);
    if (size == file->size)
        return GAN_OK;
    if (ftruncate(file->descriptor, (off_t)size) != 0)
        return fail(file, "it cannot be cut");
    file->size = size;
    return GAN_OK;
}

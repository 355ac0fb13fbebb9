/* Writing files whole. */
#include "file.h"

#include "base/memory.h"
#include "base/status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct gan_file_writer {
    char *path, *temporary;
    const char *who;
    int descriptor;
    gan_status status;
};

static gan_status fail(struct gan_file_writer *writer, const char *what)
{
    int reason = errno;
    writer->status = gan_fail(GAN_ERROR_IO, "%s: %s: %s: %s", writer->who, writer->path, what, strerror(reason));
    return writer->status;
}

static void discard(struct gan_file_writer *writer)
{
    gan_free(writer->path);
    gan_free(writer->temporary);
    gan_free(writer);
}

struct gan_file_writer *gan_file_writer_open(const char *path, const char *who)
{
    static _Atomic unsigned counter;
    struct gan_file_writer *writer = gan_alloc_zero(1, sizeof *writer);
    if (writer == NULL)
        return NULL;
    writer->who = who;
    writer->path = gan_strdup(path);
    writer->temporary = gan_format("%s.%ld-%u.part", path, (long)getpid(), atomic_fetch_add(&counter, 1));
    if (writer->path == NULL || writer->temporary == NULL) {
        discard(writer);
        return NULL;
    }
    writer->descriptor = open(writer->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (writer->descriptor < 0) {
        fail(writer, "the file cannot be made");
        discard(writer);
        return NULL;
    }
    return writer;
}

gan_status gan_file_writer_write(struct gan_file_writer *writer, const void *data, size_t size)
{
    const char *next = data;
    while (size > 0 && writer->status == GAN_OK) {
        size_t most = size < (size_t)1 << 30 ? size : (size_t)1 << 30;
        ssize_t written = write(writer->descriptor, next, most);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return fail(writer, "it cannot be written");
        next += written;
        size -= (size_t)written;
    }
    return writer->status;
}

/* The rename itself must reach the disk too. Not every file system can flush a folder: that is no failure. */
static void flush_folder(const char *path)
{
    char folder[4096];
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

gan_status gan_file_writer_commit(struct gan_file_writer *writer)
{
    if (writer->status == GAN_OK && fsync(writer->descriptor) != 0)
        fail(writer, "it cannot be flushed to the disk");
    if (close(writer->descriptor) != 0 && writer->status == GAN_OK)
        fail(writer, "it cannot be closed");
    if (writer->status == GAN_OK && rename(writer->temporary, writer->path) != 0)
        fail(writer, "the finished file cannot be renamed to this name");
    if (writer->status == GAN_OK)
        flush_folder(writer->path);
    else
        unlink(writer->temporary);
    gan_status status = writer->status;
    discard(writer);
    return status;
}

void gan_file_writer_abandon(struct gan_file_writer *writer)
{
    if (writer == NULL)
        return;
    close(writer->descriptor);
    unlink(writer->temporary);
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

#include "io/source.h"

#include "base/memory.h"
#include "base/status.h"
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_ZLIB
#include <zlib.h>
#else
typedef struct gzFile_s *gzFile;
#endif

struct gan_source {
    char *path;
    int file;              /* −1 once zlib has it */
    gzFile gzip;           /* NULL: plain */
    unsigned char peek[2]; /* read to see what it is, and not yet given out */
    size_t peeked;
    int64_t regular_size; /* −1: no regular file */
};

/* Reads up to `size` bytes; −1 on error. */
static ssize_t read_fully(int file, void *to, size_t size)
{
    size_t got = 0;
    while (got < size) {
        size_t want = size - got < (1u << 30) ? size - got : 1u << 30;
        ssize_t n = read(file, (char *)to + got, want);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        got += (size_t)n;
    }
    return (ssize_t)got;
}

static gan_status open_gzip(struct gan_source *source)
{
#ifdef HAVE_ZLIB
    if (lseek(source->file, 0, SEEK_SET) != 0)
        return gan_fail(GAN_ERROR_IO, "%s: gzip from a pipe cannot be read; gunzip it first", source->path);
    source->gzip = gzdopen(source->file, "rb");
    if (source->gzip == NULL)
        return gan_fail(GAN_ERROR_OUT_OF_MEMORY, "%s: zlib could not start", source->path);
    source->file = -1;
    gzbuffer(source->gzip, 128 * 1024);
    source->peeked = 0;
    return GAN_OK;
#else
    return gan_fail(GAN_ERROR_UNSUPPORTED, "%s: is gzip, and libgan was built without zlib; gunzip the file first",
                    source->path);
#endif
}

static gan_status open_source(struct gan_source *source, bool gunzip)
{
    struct stat about;
    source->file = open(source->path, O_RDONLY | O_CLOEXEC);
    if (source->file < 0 || fstat(source->file, &about) != 0)
        return gan_fail(GAN_ERROR_IO, "%s: cannot be opened: %s", source->path, strerror(errno));
    if (S_ISDIR(about.st_mode))
        return gan_fail(GAN_ERROR_IO, "%s: is a folder, want a file", source->path);
    source->regular_size = S_ISREG(about.st_mode) ? (int64_t)about.st_size : -1;
    ssize_t peeked = read_fully(source->file, source->peek, sizeof source->peek);
    if (peeked < 0)
        return gan_fail(GAN_ERROR_IO, "%s: cannot be read: %s", source->path, strerror(errno));
    source->peeked = (size_t)peeked;
    if (gunzip && peeked == 2 && source->peek[0] == 0x1f && source->peek[1] == 0x8b)
        return open_gzip(source);
    return GAN_OK;
}

static struct gan_source *open_path(const char *path, bool gunzip)
{
    struct gan_source *source = gan_alloc_zero(1, sizeof *source);
    if (source == NULL)
        return NULL;
    source->file = -1;
    source->path = gan_strdup(path);
    if (source->path == NULL || open_source(source, gunzip) != GAN_OK) {
        gan_source_close(source);
        return NULL;
    }
    return source;
}

struct gan_source *gan_source_open(const char *path)
{
    return open_path(path, true);
}

struct gan_source *gan_source_open_plain(const char *path)
{
    return open_path(path, false);
}

void gan_source_close(struct gan_source *source)
{
    if (source == NULL)
        return;
#ifdef HAVE_ZLIB
    if (source->gzip != NULL)
        gzclose(source->gzip);
#endif
    if (source->file >= 0)
        close(source->file);
    gan_free(source->path);
    gan_free(source);
}

#ifdef HAVE_ZLIB
static gan_status read_gzip(struct gan_source *source, void *to, size_t size, size_t *got)
{
    *got = 0;
    while (*got < size) {
        size_t want = size - *got < (1u << 30) ? size - *got : 1u << 30;
        int n = gzread(source->gzip, (char *)to + *got, (unsigned)want);
        int status = Z_OK;
        const char *text = gzerror(source->gzip, &status);
        /* At a gzip file's early end gzread gives what it has, and only the status tells. */
        if (n < 0 || status == Z_BUF_ERROR)
            return gan_fail(status == Z_MEM_ERROR ? GAN_ERROR_OUT_OF_MEMORY : GAN_ERROR_FORMAT,
                            "%s: damaged gzip file after %lld bytes of content: %s", source->path,
                            (long long)gztell(source->gzip), status == Z_BUF_ERROR ? "it ends too early" : text);
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    return GAN_OK;
}
#endif

gan_status gan_source_read(struct gan_source *source, void *to, size_t size, size_t *got)
{
#ifdef HAVE_ZLIB
    if (source->gzip != NULL)
        return read_gzip(source, to, size, got);
#endif
    size_t first = source->peeked < size ? source->peeked : size;
    memcpy(to, source->peek, first);
    memmove(source->peek, source->peek + first, source->peeked - first);
    source->peeked -= first;
    ssize_t more = read_fully(source->file, (char *)to + first, size - first);
    if (more < 0)
        return gan_fail(GAN_ERROR_IO, "%s: cannot be read: %s", source->path, strerror(errno));
    *got = first + (size_t)more;
    return GAN_OK;
}

int gan_source_plain(const struct gan_source *source, int64_t *size)
{
    *size = source->regular_size;
    return source->gzip == NULL && source->regular_size >= 0 ? source->file : -1;
}

char *gan_source_read_all(struct gan_source *source, size_t *size)
{
    int64_t plain_size;
    size_t capacity = gan_source_plain(source, &plain_size) >= 0 ? (size_t)plain_size + 2 : 64 * 1024;
    size_t count = 0, got;
    char *bytes = gan_alloc(capacity);
    while (bytes != NULL) {
        if (gan_source_read(source, bytes + count, capacity - 1 - count, &got) != GAN_OK)
            break;
        count += got;
        if (count < capacity - 1) {
            bytes[count] = '\0';
            *size = count;
            return bytes;
        }
        char *larger = capacity <= SIZE_MAX / 2 ? gan_realloc(bytes, capacity * 2) : NULL;
        if (larger == NULL)
            break;
        bytes = larger;
        capacity *= 2;
    }
    gan_free(bytes);
    return NULL;
}

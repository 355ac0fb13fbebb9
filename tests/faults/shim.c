/*
 * A shim for LD_PRELOAD that makes the Nth call of one of the C library's functions fail, for files whose names hold a
 * certain text:
 *
 *     GAN_FAULT=write:3:28:checkpoint      the third write to such a file fails with errno 28 (ENOSPC); all after it
 * too with a '+' behind the number: "write:3+:28:checkpoint"
 *
 * Functions: open, write, fsync, close, rename, unlink. When the fault comes, a line goes to the file that
 * GAN_FAULT_LOG names, so that the test knows that it came.
 */
#undef _FILE_OFFSET_BITS /* else open's name would be open64's, and both are wanted */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct fault {
    char function[16], part[128];
    long number;
    int error;
    int goes_on, known;
} fault;
static _Atomic long calls;

typedef void any_function(void);

/* The C library's own. POSIX lets a void pointer be one to a function, ISO C does not. */
static any_function *next_of(const char *name)
{
    any_function *next;
    *(void **)&next = dlsym(RTLD_NEXT, name);
    return next;
}

typedef int open_function(const char *path, int flags, ...);
typedef ssize_t write_function(int descriptor, const void *bytes, size_t size);
typedef int descriptor_function(int descriptor);
typedef int rename_function(const char *from, const char *to);
typedef int unlink_function(const char *path);

__attribute__((constructor)) static void read_fault(void)
{
    const char *text = getenv("GAN_FAULT");
    char number[24];
    if (text == NULL || sscanf(text, "%15[^:]:%23[^:]:%d:%127s", fault.function, number, &fault.error, fault.part) != 4)
        return;
    fault.number = atol(number);
    fault.goes_on = strchr(number, '+') != NULL;
    fault.known = 1;
}

static void tell(const char *function)
{
    const char *log = getenv("GAN_FAULT_LOG");
    open_function *open_ = (open_function *)next_of("open");
    write_function *write_ = (write_function *)next_of("write");
    descriptor_function *close_ = (descriptor_function *)next_of("close");
    int descriptor = log != NULL ? open_(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
    if (descriptor < 0)
        return;
    (void)!write_(descriptor, function, strlen(function));
    (void)!write_(descriptor, "\n", 1);
    close_(descriptor);
}

/* Whether this call is to fail; errno is then set. */
static int fails(const char *function, const char *path)
{
    if (!fault.known || strcmp(function, fault.function) != 0 || path == NULL || strstr(path, fault.part) == NULL)
        return 0;
    long call = atomic_fetch_add(&calls, 1) + 1;
    if (call != fault.number && !(fault.goes_on && call > fault.number))
        return 0;
    tell(function);
    errno = fault.error;
    return 1;
}

static int fails_on(const char *function, int descriptor)
{
    char link[64], path[4096];
    int before = errno;
    if (!fault.known || strcmp(function, fault.function) != 0)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = before;
    if (length < 0)
        return 0;
    path[length] = '\0';
    return fails(function, path);
}

/* ---- in the C library's place ---- */

#pragma GCC visibility push(default)

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    open_function *next = (open_function *)next_of("open");
    return fails("open", path) ? -1 : next(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open(path, flags | O_LARGEFILE, mode);
}

ssize_t write(int descriptor, const void *bytes, size_t size)
{
    write_function *next = (write_function *)next_of("write");
    return fails_on("write", descriptor) ? -1 : next(descriptor, bytes, size);
}

int fsync(int descriptor)
{
    descriptor_function *next = (descriptor_function *)next_of("fsync");
    return fails_on("fsync", descriptor) ? -1 : next(descriptor);
}

/* The descriptor is gone all the same, as with the system's own failures. */
int close(int descriptor)
{
    descriptor_function *next = (descriptor_function *)next_of("close");
    int failed = fails_on("close", descriptor), error = errno, status = next(descriptor);
    if (!failed)
        return status;
    errno = error;
    return -1;
}

int rename(const char *from, const char *to)
{
    rename_function *next = (rename_function *)next_of("rename");
    return fails("rename", to) ? -1 : next(from, to);
}

int unlink(const char *path)
{
    unlink_function *next = (unlink_function *)next_of("unlink");
    return fails("unlink", path) ? -1 : next(path);
}

#pragma GCC visibility pop

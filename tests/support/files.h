/* Small files for the tests of readers. */
#ifndef GAN_TESTS_FILES_H
#define GAN_TESTS_FILES_H

#include "config.h"
#include "gan/base.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_ZLIB
#include <zlib.h>

static inline void write_gzip(const char *path, const void *bytes, size_t size)
{
    gzFile file = gzopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    if (size > 0)
        ck_assert_int_eq(gzwrite(file, bytes, (unsigned)size), (int)size);
    ck_assert_int_eq(gzclose(file), Z_OK);
}
#endif

static inline void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

/* A file's bytes (at most `size`); returns how many. */
static inline size_t read_back(const char *path, void *bytes, size_t size)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    size_t got = fread(bytes, 1, size, file);
    fclose(file);
    return got;
}

static inline void check_message(const char *part)
{
    ck_assert_msg(strstr(gan_error_message(), part) != NULL, "'%s' is not in: %s", part, gan_error_message());
}

#endif

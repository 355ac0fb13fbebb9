#include "io/idx.h"

#include "files.h"
#include "memory_check.h"
#include "suite.h"

#include <sys/stat.h>

enum { HEADER = 16, SIZE = HEADER + 12 };

/* [3, 2, 2], the bytes 100 … 111. */
static void small_idx(unsigned char bytes[SIZE + 1])
{
    static const unsigned char header[HEADER] = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2};
    memcpy(bytes, header, HEADER);
    for (int i = 0; i <= SIZE - HEADER; i++)
        bytes[HEADER + i] = (unsigned char)(100 + i);
}

static void check_content(const gan_tensor *tensor)
{
    ck_assert(gan_shape_equal(gan_tensor_shape(tensor), GAN_SHAPE(3, 2, 2)));
    ck_assert_int_eq(gan_tensor_dtype(tensor), GAN_UINT8);
    for (int i = 0; i < 12; i++)
        ck_assert_int_eq(gan_tensor_uint8(tensor)[i], 100 + i);
}

static void expect_failure(const char *path, gan_status status, const char *part)
{
    ck_assert_ptr_null(gan_idx_read(path));
    ck_assert_int_eq(gan_error_status(), status);
    check_message(part);
    check_message(path);
}

START_TEST(a_plain_file_is_read)
{
    unsigned char bytes[SIZE + 1];
    const char *path = scratch_file("plain");
    small_idx(bytes);
    write_file(path, bytes, SIZE);
    gan_tensor *tensor = gan_idx_read(path);
    ck_assert_ptr_nonnull(tensor);
    check_content(tensor);
    gan_tensor_unref(tensor);
}
END_TEST

START_TEST(a_plain_file_may_be_a_pipe)
{
    unsigned char bytes[SIZE + 1];
    const char *path = scratch_file("pipe");
    char command[1100];
    small_idx(bytes);
    write_file(scratch_file("from"), bytes, SIZE);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    snprintf(command, sizeof command, "cat '%s' > '%s' &", scratch_file("from"), path);
    ck_assert_int_eq(system(command), 0);
    gan_tensor *tensor = gan_idx_read(path);
    ck_assert_ptr_nonnull(tensor);
    check_content(tensor);
    gan_tensor_unref(tensor);
}
END_TEST

START_TEST(every_truncation_and_a_byte_too_many_are_refused)
{
    unsigned char bytes[SIZE + 1];
    small_idx(bytes);
    for (size_t size = 0; size < SIZE; size++) {
        const char *path = scratch_file("short");
        write_file(path, bytes, size);
        expect_failure(path, GAN_ERROR_FORMAT, size < HEADER ? "ends within its IDX header" : "but");
    }
    const char *path = scratch_file("long");
    write_file(path, bytes, SIZE + 1);
    expect_failure(path, GAN_ERROR_FORMAT,
                   "its IDX header says [3, 2, 2], 12 bytes after the header's 16, but 13 follow: too many");
}
END_TEST

START_TEST(every_flipped_bit_of_the_header_is_noticed)
{
    for (size_t bit = 0; bit < 8 * HEADER; bit++) {
        unsigned char bytes[SIZE + 1];
        const char *path = scratch_file("flipped");
        small_idx(bytes);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        write_file(path, bytes, SIZE);
        ck_assert_ptr_null(gan_idx_read(path));
        check_message(path);
    }
}
END_TEST

static void expect_header(const unsigned char *header, size_t size, gan_status status, const char *part)
{
    const char *path = scratch_file("header");
    write_file(path, header, size);
    expect_failure(path, status, part);
}

START_TEST(strange_headers_are_named)
{
    expect_header((unsigned char[]){0, 0, 0x0d, 1, 0, 0, 0, 1, 0, 0, 0, 0}, 12, GAN_ERROR_UNSUPPORTED, "32-bit floats");
    expect_header((unsigned char[]){0, 0, 0x07, 1, 0, 0, 0, 1, 0}, 9, GAN_ERROR_FORMAT, "is no IDX file");
    expect_header((unsigned char[]){0x89, 'P', 'N', 'G'}, 4, GAN_ERROR_FORMAT, "it begins with 89 50 4e 47");
    expect_header((unsigned char[]){0, 0, 8, 0, 0}, 5, GAN_ERROR_FORMAT, "0 axes");
    expect_header((unsigned char[]){0, 0, 8, 9, 0}, 5, GAN_ERROR_FORMAT, "9 axes");
    expect_header((unsigned char[]){0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 0}, 12, GAN_ERROR_FORMAT,
                  "axis 1 has size 0 (offset 8)");
}
END_TEST

START_TEST(absurd_sizes_allocate_nothing_to_speak_of)
{
    unsigned char bytes[100] = {0, 0, 8, 3};
    memset(bytes + 4, 0xff, 12);
    const char *path = scratch_file("absurd");
    write_file(path, bytes, sizeof bytes);
    expect_failure(path, GAN_ERROR_FORMAT, "multiply to more than any file holds");
    bytes[4] = bytes[8] = bytes[12] = 0;
    bytes[5] = bytes[9] = bytes[13] = 0;
    memory_check_begin(0);
    write_file(path, bytes, sizeof bytes);
    expect_failure(path, GAN_ERROR_FORMAT, "but 84 follow");
#ifdef HAVE_ZLIB
    write_gzip(path, bytes, sizeof bytes);
    expect_failure(path, GAN_ERROR_FORMAT, "but 84 follow");
#endif
    ck_assert_uint_lt(memory_check.peak, 300000);
    ck_assert_uint_eq(memory_check.live, 0);
    gan_set_allocator(NULL);
}
END_TEST

START_TEST(files_that_cannot_be_read_are_named)
{
    expect_failure(scratch_file("absent"), GAN_ERROR_IO, "No such file");
    expect_failure(scratch_directory(), GAN_ERROR_IO, "is a folder");
}
END_TEST

static bool attempt(void *path)
{
    gan_tensor *tensor = gan_idx_read(path);
    gan_tensor_unref(tensor);
    return tensor != NULL;
}

START_TEST(a_failed_allocation_is_an_error)
{
    unsigned char bytes[SIZE + 1];
    char *path = (char *)scratch_file("memory");
    small_idx(bytes);
    write_file(path, bytes, SIZE);
    CHECK_EACH_ALLOCATION(attempt, path);
#ifdef HAVE_ZLIB
    static unsigned char large[16 + 300 * 1000] = {0, 0, 8, 3, 0, 0, 1, 44, 0, 0, 0, 100, 0, 0, 0, 10};
    write_gzip(path, large, sizeof large); /* large enough to grow */
    CHECK_EACH_ALLOCATION(attempt, path);
#endif
}
END_TEST

#ifdef HAVE_ZLIB

START_TEST(gzip_is_read_the_same_whatever_its_name)
{
    unsigned char bytes[SIZE + 1];
    const char *path = scratch_file("no-gz-in-the-name");
    small_idx(bytes);
    write_gzip(path, bytes, SIZE);
    gan_tensor *tensor = gan_idx_read(path);
    ck_assert_ptr_nonnull(tensor);
    check_content(tensor);
    gan_tensor_unref(tensor);
}
END_TEST

START_TEST(gzip_with_a_wrong_length_inside_is_refused)
{
    unsigned char bytes[SIZE + 1];
    small_idx(bytes);
    for (size_t size = 0; size <= SIZE + 1; size++) {
        if (size == SIZE)
            continue;
        const char *path = scratch_file("length.gz");
        write_gzip(path, bytes, size);
        ck_assert_ptr_null(gan_idx_read(path));
        check_message(path);
    }
}
END_TEST

START_TEST(damaged_gzip_is_refused)
{
    unsigned char bytes[SIZE + 1], packed[200];
    const char *path = scratch_file("damaged.gz");
    small_idx(bytes);
    write_gzip(path, bytes, SIZE);
    size_t size = read_back(path, packed, sizeof packed);
    for (size_t cut = 0; cut < size; cut++) {
        write_file(path, packed, cut);
        ck_assert_ptr_null(gan_idx_read(path));
        check_message(path);
    }
    for (size_t bit = 0; bit < 8 * size; bit++) {
        packed[bit / 8] ^= (unsigned char)(1u << bit % 8);
        write_file(path, packed, size);
        packed[bit / 8] ^= (unsigned char)(1u << bit % 8);
        gan_tensor *tensor = gan_idx_read(path);
        if (tensor != NULL) /* a flag, the time or the system in gzip's own header */
            check_content(tensor);
        gan_tensor_unref(tensor);
    }
}
END_TEST

#else

START_TEST(gzip_without_zlib_says_what_to_do)
{
    const char *path = scratch_file("packed.gz");
    write_file(path, (unsigned char[]){0x1f, 0x8b, 8, 0}, 4);
    expect_failure(path, GAN_ERROR_UNSUPPORTED, "built without zlib; gunzip the file first");
}
END_TEST

#endif

static const struct test_case tests[] = {
    {"plain", a_plain_file_is_read},
    {"pipe", a_plain_file_may_be_a_pipe},
    {"length", every_truncation_and_a_byte_too_many_are_refused},
    {"flipped", every_flipped_bit_of_the_header_is_noticed},
    {"headers", strange_headers_are_named},
    {"absurd", absurd_sizes_allocate_nothing_to_speak_of},
    {"files", files_that_cannot_be_read_are_named},
    {"memory", a_failed_allocation_is_an_error},
#ifdef HAVE_ZLIB
    {"gzip", gzip_is_read_the_same_whatever_its_name},
    {"gzip length", gzip_with_a_wrong_length_inside_is_refused},
    {"gzip damage", damaged_gzip_is_refused},
#else
    {"gzip", gzip_without_zlib_says_what_to_do},
#endif
};

int main(void)
{
    return RUN_SUITE("io: idx", tests);
}

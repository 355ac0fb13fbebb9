#include "io/file.h"

#include "files.h"
#include "memory_check.h"
#include "suite.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void check_content(const char *path, const char *text)
{
    char bytes[1000];
    size_t size = read_back(path, bytes, sizeof bytes);
    ck_assert_uint_eq(size, strlen(text));
    ck_assert_mem_eq(bytes, text, size);
}

/* How many entries a folder has. */
static int entries(const char *folder)
{
    DIR *directory = opendir(folder);
    ck_assert_ptr_nonnull(directory);
    int count = -2; /* "." and ".." */
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static const char *new_folder(const char *name)
{
    const char *folder = scratch_file(name);
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    return folder;
}

START_TEST(a_file_is_written_whole)
{
    const char *folder = new_folder("whole"), *path = scratch_file("whole/a");
    ck_assert_int_eq(gan_file_write(path, "hello", 5, "test"), GAN_OK);
    check_content(path, "hello");
    ck_assert_int_eq(gan_file_write(path, "", 0, "test"), GAN_OK); /* and replaced */
    check_content(path, "");
    ck_assert_int_eq(gan_file_write(path, NULL, 0, "test"), GAN_OK);
    ck_assert_int_eq(entries(folder), 1);
}
END_TEST

START_TEST(a_file_without_a_folder_lies_in_the_present_one)
{
    ck_assert_int_eq(chdir(new_folder("here")), 0);
    ck_assert_int_eq(gan_file_write("a", "x", 1, "test"), GAN_OK);
    check_content("a", "x");
    ck_assert_int_eq(entries("."), 1);
}
END_TEST

/* Pieces of every size, so that some just fill the writer's buffer, and some pass it by. */
START_TEST(pieces_come_in_order)
{
    enum { SIZE = 400000 };
    unsigned char *bytes = malloc(SIZE), *back = malloc(SIZE + 1);
    for (int i = 0; i < SIZE; i++)
        bytes[i] = (unsigned char)(i * 7 + i / 251);
    static const size_t pieces[] = {1, 3, 1000, 32767, 32768, 32769, 32768, 100000, 0, 5, 32763, 1, 65536};
    const char *path = scratch_file("pieces");
    struct gan_file_writer *writer = gan_file_writer_open(path, "test");
    ck_assert_ptr_nonnull(writer);
    size_t at = 0;
    for (size_t i = 0; at < SIZE; i++) {
        size_t piece = pieces[i % (sizeof pieces / sizeof pieces[0])];
        piece = piece < SIZE - at ? piece : SIZE - at;
        ck_assert_int_eq(gan_file_writer_write(writer, bytes + at, piece), GAN_OK);
        at += piece;
    }
    ck_assert_int_eq(gan_file_writer_commit(writer), GAN_OK);
    ck_assert_uint_eq(read_back(path, back, SIZE + 1), SIZE);
    ck_assert_mem_eq(bytes, back, SIZE);
    free(bytes);
    free(back);
}
END_TEST

START_TEST(until_the_end_the_old_file_is_there)
{
    const char *folder = new_folder("old"), *path = scratch_file("old/a");
    write_file(path, "old", 3);
    struct gan_file_writer *writer = gan_file_writer_open(path, "test");
    ck_assert_int_eq(gan_file_writer_write(writer, "new", 3), GAN_OK);
    check_content(path, "old");
    ck_assert_int_eq(entries(folder), 2); /* the temporary one is in the same folder */
    gan_file_writer_abandon(writer);
    check_content(path, "old");
    ck_assert_int_eq(entries(folder), 1);
    gan_file_writer_abandon(NULL);

    writer = gan_file_writer_open(path, "test");
    gan_file_writer_write(writer, "new", 3);
    ck_assert_int_eq(gan_file_writer_commit(writer), GAN_OK);
    check_content(path, "new");
    ck_assert_int_eq(entries(folder), 1);
}
END_TEST

START_TEST(two_writers_of_one_file_do_not_mix)
{
    const char *folder = new_folder("two"), *path = scratch_file("two/a");
    struct gan_file_writer *first = gan_file_writer_open(path, "test"), *second = gan_file_writer_open(path, "test");
    gan_file_writer_write(first, "first", 5);
    gan_file_writer_write(second, "2nd", 3);
    ck_assert_int_eq(gan_file_writer_commit(first), GAN_OK);
    check_content(path, "first");
    ck_assert_int_eq(gan_file_writer_commit(second), GAN_OK);
    check_content(path, "2nd");
    ck_assert_int_eq(entries(folder), 1);
}
END_TEST

static mode_t mode_of(const char *path)
{
    struct stat about;
    ck_assert_int_eq(lstat(path, &about), 0);
    return about.st_mode & 07777;
}

START_TEST(modes_are_the_masks_or_the_old_files)
{
    const char *path = scratch_file("mode");
    umask(027);
    ck_assert_int_eq(gan_file_write(path, "x", 1, "test"), GAN_OK);
    ck_assert_uint_eq(mode_of(path), 0640);
    ck_assert_int_eq(chmod(path, 0606), 0);
    ck_assert_int_eq(gan_file_write(path, "y", 1, "test"), GAN_OK);
    ck_assert_uint_eq(mode_of(path), 0606);
}
END_TEST

START_TEST(what_a_link_leads_to_is_replaced)
{
    new_folder("far");
    const char *target = scratch_file("far/a"), *link = scratch_file("link");
    write_file(target, "old", 3);
    ck_assert_int_eq(symlink(target, link), 0);
    ck_assert_int_eq(gan_file_write(link, "new", 3, "test"), GAN_OK);
    check_content(target, "new");
    struct stat about;
    ck_assert_int_eq(lstat(link, &about), 0);
    ck_assert(S_ISLNK(about.st_mode));
}
END_TEST

/* Also where there is nothing yet, as on a disk that results are to go to. */
START_TEST(what_a_link_leads_to_is_made)
{
    new_folder("farther");
    const char *target = scratch_file("farther/a"), *link = scratch_file("first"), *second = scratch_file("second");
    ck_assert_int_eq(symlink("farther/a", second), 0);
    ck_assert_int_eq(symlink(second, link), 0);
    ck_assert_int_eq(gan_file_write(link, "new", 3, "test"), GAN_OK);
    check_content(target, "new");
    struct stat about;
    ck_assert(lstat(link, &about) == 0 && S_ISLNK(about.st_mode));
    ck_assert(lstat(second, &about) == 0 && S_ISLNK(about.st_mode));
    const char *round = scratch_file("round");
    ck_assert_int_eq(symlink("round", round), 0);
    ck_assert_int_eq(gan_file_write(round, "new", 3, "test"), GAN_OK); /* leads nowhere: it is replaced */
    check_content(round, "new");
}
END_TEST

/* As long as a name may be, so that the part beside it must have another. */
START_TEST(the_longest_name_is_written)
{
    char name[256];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    const char *path = scratch_file(name);
    ck_assert_int_eq(gan_file_write(path, "new", 3, "test"), GAN_OK);
    check_content(path, "new");
}
END_TEST

START_TEST(devices_and_pipes_are_written_in_place)
{
    struct stat about;
    ck_assert_int_eq(gan_file_write("/dev/null", "x", 1, "test"), GAN_OK);
    ck_assert_int_eq(stat("/dev/null", &about), 0);
    ck_assert(S_ISCHR(about.st_mode));
    const char *path = scratch_file("fifo");
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    pid_t reader = fork();
    if (reader == 0) {
        char got[10];
        FILE *file = fopen(path, "rb");
        size_t size = file != NULL ? fread(got, 1, sizeof got, file) : 0;
        _exit(size == 5 && memcmp(got, "piped", 5) == 0 ? 0 : 1);
    }
    ck_assert_int_eq(gan_file_write(path, "piped", 5, "test"), GAN_OK);
    int status = 1;
    ck_assert_int_eq(waitpid(reader, &status, 0), reader);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(stat(path, &about), 0);
    ck_assert(S_ISFIFO(about.st_mode));
}
END_TEST

static void check_refused(const char *path, const char *message)
{
    ck_assert_int_eq(gan_file_write(path, "x", 1, "gan_some_write"), GAN_ERROR_IO);
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_IO);
    check_message("gan_some_write: ");
    check_message(path);
    check_message(message);
}

START_TEST(places_that_cannot_be_written_are_named)
{
    const char *folder = new_folder("folder");
    check_refused(folder, ": Is a directory");
    check_refused(scratch_file("absent/a"), "the file cannot be made: No such file or directory");
    write_file(scratch_file("plain"), "x", 1);
    check_refused(scratch_file("plain/a"), ": Not a directory");
    check_refused("", ": ");
    check_refused("/dev/full", "it cannot be written: No space left on device");
    char name[300];
    memset(name, 'a', 299);
    name[299] = '\0';
    check_refused(scratch_file(name), ": File name too long");
    ck_assert_int_eq(entries(folder), 0);
}
END_TEST

/* A full disk, as a limit on the size of files makes it. */
START_TEST(a_failed_write_leaves_the_old_file_alone)
{
    const char *folder = new_folder("full"), *path = scratch_file("full/a");
    write_file(path, "old", 3);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &(struct rlimit){100000, 100000}), 0);
    static char bytes[60000];
    struct gan_file_writer *writer = gan_file_writer_open(path, "test");
    gan_file_writer_write(writer, bytes, sizeof bytes);
    ck_assert_int_eq(gan_file_writer_write(writer, bytes, sizeof bytes), GAN_ERROR_IO);
    check_message("it cannot be written: File too large");
    ck_assert_int_eq(gan_file_writer_write(writer, bytes, 1), GAN_ERROR_IO); /* and it stays failed */
    ck_assert_int_eq(gan_file_writer_commit(writer), GAN_ERROR_IO);
    check_content(path, "old");
    ck_assert_int_eq(entries(folder), 1);

    writer = gan_file_writer_open(path, "test"); /* the failure comes with the buffer's last bytes */
    for (int i = 0; i < 11; i++)
        ck_assert_int_eq(gan_file_writer_write(writer, bytes, 9100), GAN_OK);
    ck_assert_int_eq(gan_file_writer_commit(writer), GAN_ERROR_IO);
    check_content(path, "old");
    ck_assert_int_eq(entries(folder), 1);
}
END_TEST

static bool write_one(void *path)
{
    return gan_file_write(path, "new", 3, "test") == GAN_OK;
}

START_TEST(every_allocation_may_fail)
{
    const char *folder = new_folder("memory");
    char path[512];
    snprintf(path, sizeof path, "%s", scratch_file("memory/a"));
    CHECK_EACH_ALLOCATION(write_one, path);
    ck_assert_int_eq(entries(folder), 1);
    check_content(path, "new");
}
END_TEST

static const struct test_case tests[] = {
    {"a file is written whole", a_file_is_written_whole},
    {"a file without a folder lies in the present one", a_file_without_a_folder_lies_in_the_present_one},
    {"pieces come in order", pieces_come_in_order},
    {"until the end the old file is there", until_the_end_the_old_file_is_there},
    {"two writers of one file do not mix", two_writers_of_one_file_do_not_mix},
    {"modes are the mask's or the old file's", modes_are_the_masks_or_the_old_files},
    {"what a link leads to is replaced", what_a_link_leads_to_is_replaced},
    {"what a link leads to is made", what_a_link_leads_to_is_made},
    {"the longest name is written", the_longest_name_is_written},
    {"devices and pipes are written in place", devices_and_pipes_are_written_in_place},
    {"places that cannot be written are named", places_that_cannot_be_written_are_named},
    {"a failed write leaves the old file alone", a_failed_write_leaves_the_old_file_alone},
    {"every allocation may fail", every_allocation_may_fail},
};

int main(void)
{
    return RUN_SUITE("io: file", tests);
}

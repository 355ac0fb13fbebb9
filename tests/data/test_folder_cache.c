/* The cache of decoded pictures: in memory, and in a file that is used only if it is of the same files and options. */
#include "suite.h"

#include "data/folder.h"
#include "folders.h"
#include "gan/base.h"

#include <fcntl.h>

enum { PICTURES = 5, SIDE = 6, NUMBERS = 3 * SIDE * SIDE };

/* PICTURES good ones, of several shapes, and a bad one. */
static void make_pictures(const char *name)
{
    make_folder(name);
    for (int i = 0; i < PICTURES; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%d.png", name, i);
        random_png(path, 9 + 4 * i, 20 - i, 3, (uint32_t)i);
    }
    write_file(at("%s/bad.png", name), "no", 2);
}

static void read_all(gan_dataset *dataset, float numbers[PICTURES][NUMBERS])
{
    ck_assert_int_eq(gan_dataset_size(dataset), PICTURES);
    for (int i = 0; i < PICTURES; i++)
        ck_assert_msg(gan_dataset_read(dataset, i, numbers[i], NULL) == GAN_OK, "%s", gan_error_message());
}

/* Makes the files' content unreadable and leaves their names, sizes and times. */
static void spoil(const char *name, int first)
{
    for (int i = first; i < PICTURES; i++) {
        struct stat about;
        const char *path = at("%s/%d.png", name, i);
        ck_assert_int_eq(stat(path, &about), 0);
        int file = open(path, O_WRONLY);
        ck_assert_int_eq(pwrite(file, "spoilt", 6, 0), 6);
        ck_assert_int_eq(futimens(file, (struct timespec[]){about.st_atim, about.st_mtim}), 0);
        close(file);
    }
}

START_TEST(memory_keeps_what_finds_room)
{
    float first[PICTURES][NUMBERS], again[PICTURES][NUMBERS];
    for (int hasty = 0; hasty < 2; hasty++) {
        char name[] = "kept0";
        name[4] = (char)('0' + hasty);
        make_pictures(name);
        gan_folder_options options = folder_options(SIDE, SIDE, 3);
        options.headers_only = hasty != 0;
        options.cache_bytes = 3 * NUMBERS + 10; /* three of the five */
        gan_dataset *dataset = open_folder(name, &options);
        read_all(dataset, first);
        spoil(name, 0);
        for (int i = 0; i < 3; i++) {
            ck_assert_int_eq(gan_dataset_read(dataset, i, again[i], NULL), GAN_OK);
            ck_assert_mem_eq(first[i], again[i], sizeof first[i]);
        }
        for (int i = 3; i < PICTURES; i++) {
            ck_assert_int_eq(gan_dataset_read(dataset, i, again[i], NULL), GAN_ERROR_FORMAT);
            check_message(i == 3 ? "/3.png: is no PNG or JPEG file" : "/4.png: is no PNG or JPEG file");
        }
        gan_dataset_unref(dataset);
    }
}
END_TEST

static gan_folder_options with_file(const char *path)
{
    static char kept[512];
    snprintf(kept, sizeof kept, "%s", path);
    gan_folder_options options = folder_options(SIDE, SIDE, 3);
    options.cache_file = kept;
    return options;
}

START_TEST(a_file_makes_the_next_opening_free)
{
    float first[PICTURES][NUMBERS], again[PICTURES][NUMBERS];
    make_pictures("filed");
    gan_folder_options options = with_file(at("filed.cache"));
    for (int crop = GAN_CROP_CENTRE; crop <= GAN_CROP_NONE; crop++) { /* each replaces the one before */
        options.crop = (gan_crop)crop;
        gan_dataset *dataset = open_folder("filed", &options);
        read_all(dataset, first);
        gan_dataset_unref(dataset);
        if (crop < GAN_CROP_NONE)
            continue;
        spoil("filed", 0);
        dataset = open_folder("filed", &options);
        read_all(dataset, again);
        ck_assert_mem_eq(first, again, sizeof first);
        ck_assert_int_eq(gan_dataset_skipped(dataset), 1);
        ck_assert_str_eq(gan_dataset_skipped_name(dataset, 0), "bad.png");
        ck_assert_str_eq(gan_dataset_skipped_reason(dataset, 0), "is no PNG or JPEG file");
        gan_dataset_unref(dataset);
        options.fail_on_bad = true; /* a cache that has skipped something will not do */
        ck_assert_ptr_null(gan_dataset_open_folder(at("filed"), &options));
        check_message("/filed/0.png: is no PNG or JPEG file");
    }
}
END_TEST

/* Whether a cache is used: the pictures are spoilt, and only the cache knows them. */
static bool is_used(const char *folder, const gan_folder_options *options)
{
    gan_dataset *dataset = gan_dataset_open_folder(at("%s", folder), options);
    bool used = gan_dataset_size(dataset) == PICTURES;
    gan_dataset_unref(dataset);
    return used;
}

static size_t keep_file(const char *path, uint8_t *bytes, size_t most)
{
    size_t size = read_back(path, bytes, most);
    ck_assert_uint_lt(size, most);
    return size;
}

/* What could not be read this time might be another time, and neither its size nor its time would tell. */
START_TEST(a_file_does_not_remember_what_could_not_be_read)
{
    float numbers[PICTURES][NUMBERS];
    make_pictures("unread");
    ck_assert_int_eq(symlink("/proc/self/mem", at("%s/mem.png", "unread")), 0); /* opens, but nothing is at 0 */
    gan_folder_options options = with_file(scratch_file("unread.cache"));
    gan_dataset *dataset = open_folder("unread", &options);
    bool told = false;
    for (int64_t i = 0; i < gan_dataset_skipped(dataset); i++)
        told = told || strstr(gan_dataset_skipped_reason(dataset, i), "cannot be read") != NULL;
    ck_assert(told);
    spoil("unread", 0);
    read_all(dataset, numbers); /* from the file */
    gan_dataset_unref(dataset);
    ck_assert_ptr_null(gan_dataset_open_folder(at("%s", "unread"), &options)); /* all are looked at again */
    check_message("has no readable picture");
}
END_TEST

START_TEST(a_stale_file_is_not_used)
{
    uint8_t bytes[1 << 15];
    make_pictures("stale");
    gan_folder_options options = with_file(at("stale.cache")), other;
    gan_dataset_unref(open_folder("stale", &options));
    size_t size = keep_file(at("stale.cache"), bytes, sizeof bytes);
    spoil("stale", 1); /* 0.png stays, so that the folder has a picture */
    ck_assert(is_used("stale", &options));
#define CHANGED(change)                                                                                                \
    do {                                                                                                               \
        other = options;                                                                                               \
        change;                                                                                                        \
        ck_assert_msg(!is_used("stale", &other), #change);                                                             \
        write_file(at("stale.cache"), bytes, size);                                                                    \
    } while (0)
    CHANGED(other.height = SIDE + 1);
    CHANGED(other.width = SIDE - 1);
    CHANGED(other.channels = 1);
    CHANGED(other.crop = GAN_CROP_NONE);
    CHANGED(other.crop = GAN_CROP_RANDOM);
    CHANGED(other.background[2] = 0);
    CHANGED(other.fail_on_bad = true);
    other = options; /* what the decoded pictures do not depend on */
    other.flip = true;
    other.cache_bytes = 0;
    ck_assert(is_used("stale", &other));
    CHANGED(write_file(at("stale/bad.png"), "not", 3));
    CHANGED(write_file(at("stale/more.png"), "no", 2));
    ck_assert_int_eq(unlink(at("stale/more.png")), 0);
    CHANGED(rename(at("stale/1.png"), at("stale/one.png")));
    CHANGED(utimensat(AT_FDCWD, at("stale/2.png"), NULL, 0));
}
END_TEST

START_TEST(a_damaged_file_is_not_used)
{
    static uint8_t bytes[1 << 15], copy[1 << 15];
    float first[PICTURES][NUMBERS], again[PICTURES][NUMBERS];
    make_pictures("hurt");
    gan_folder_options options = with_file(at("hurt.cache"));
    gan_dataset *dataset = open_folder("hurt", &options);
    read_all(dataset, first);
    gan_dataset_unref(dataset);
    size_t size = keep_file(at("hurt.cache"), bytes, sizeof bytes);
    for (size_t at_byte = 0; at_byte < size; at_byte += at_byte % 7 + 1) { /* right numbers, whatever is damaged */
        memcpy(copy, bytes, size);
        copy[at_byte] ^= 0x10;
        if (at_byte < 15)
            continue; /* the magic word: see below */
        write_file(at("hurt.cache"), copy, size);
        dataset = open_folder("hurt", &options);
        read_all(dataset, again);
        ck_assert_msg(memcmp(first, again, sizeof first) == 0, "byte %zu", at_byte);
        gan_dataset_unref(dataset);
    }
    for (size_t cut = 16; cut < size; cut += 97) {
        write_file(at("hurt.cache"), bytes, cut);
        dataset = open_folder("hurt", &options);
        read_all(dataset, again);
        ck_assert_mem_eq(first, again, sizeof first);
        gan_dataset_unref(dataset);
    }
    write_file(at("hurt.cache"), bytes, size);
    dataset = open_folder("hurt", &options); /* and is cut while it is open */
    ck_assert_int_eq(truncate(at("hurt.cache"), 20), 0);
    read_all(dataset, again);
    ck_assert_mem_eq(first, again, sizeof first);
    gan_dataset_unref(dataset);
}
END_TEST

START_TEST(other_peoples_files_are_left_alone)
{
    char text[16];
    make_pictures("mine");
    write_file(at("letter.txt"), "Dear libgan, do not", 15);
    gan_folder_options options = with_file(at("letter.txt"));
    ck_assert_ptr_null(gan_dataset_open_folder(at("mine"), &options));
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_INVALID_ARGUMENT);
    check_message("letter.txt: is there, and is no cache of libgan's; name another cache_file");
    ck_assert_uint_eq(read_back(at("letter.txt"), text, sizeof text), 15);
    options = with_file(at("nowhere/cache"));
    ck_assert_ptr_null(gan_dataset_open_folder(at("mine"), &options));
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_IO);
    check_message("gan_dataset_open_folder: ");
}
END_TEST

static const struct test_case tests[] = {
    {"memory", memory_keeps_what_finds_room},
    {"file", a_file_makes_the_next_opening_free},
    {"a file does not remember what could not be read", a_file_does_not_remember_what_could_not_be_read},
    {"stale", a_stale_file_is_not_used},
    {"damaged", a_damaged_file_is_not_used},
    {"others", other_peoples_files_are_left_alone},
};

int main(void)
{
    return RUN_SUITE("data: folder cache", tests);
}

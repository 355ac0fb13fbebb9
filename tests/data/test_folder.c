/* Folders of pictures: what is found, what is skipped, how pictures become examples. */
#include "suite.h"

#include "folders.h"
#include "memory_check.h"
#include "naive_resize.h"

#include <math.h>

static void check_refused(const char *path, const gan_folder_options *options, gan_status status, const char *part)
{
    gan_dataset *dataset = gan_dataset_open_folder(path, options);
    ck_assert_ptr_null(dataset);
    ck_assert_msg(gan_error_status() == status, "%s", gan_error_message());
    check_message(part);
}

/* ---- what is found ---- */

START_TEST(nested_folders_are_classes)
{
    make_folder("zoo");
    static const char *const folders[] = {"zoo/cat", "zoo/cat-like", "zoo/ant", "zoo/cat/deep", "zoo/empty"};
    for (int i = 0; i < 5; i++)
        make_folder(folders[i]);
    random_png("zoo/cat/2.png", 4, 4, 3, 1); /* made in no order */
    random_png("zoo/cat-like/x.png", 4, 4, 3, 2);
    random_png("zoo/cat/deep/1.PNG", 4, 4, 3, 3);
    plain_jpeg("zoo/ant/1.jpeg", 8, 8, 0, 0, 255);
    plain_jpeg("zoo/cat/1", 8, 8, 255, 0, 0); /* by its content */
    write_file(at("zoo/empty/notes.txt"), "none", 4);
    write_file(at("zoo/.hidden"), "none", 4);
    gan_folder_options options = folder_options(4, 4, 3);
    gan_dataset *dataset = open_folder("zoo", &options);
    ck_assert_int_eq(gan_dataset_size(dataset), 5);
    ck_assert_int_eq(gan_dataset_classes(dataset), 3); /* a folder without pictures is none */
    static const char *const names[] = {"ant", "cat", "cat-like"};
    for (int i = 0; i < 3; i++)
        ck_assert_str_eq(gan_dataset_class_name(dataset, i), names[i]);
    /* ant/1.jpeg, cat-like/x.png, cat/1, cat/2.png, cat/deep/1.PNG */
    static const int labels[] = {0, 2, 1, 1, 1};
    float example[48];
    for (int i = 0; i < 5; i++) {
        int32_t label;
        ck_assert_int_eq(gan_dataset_read(dataset, i, example, &label), GAN_OK);
        ck_assert_int_eq(label, labels[i]);
        if (i == 0)
            ck_assert(example[0] < 0.02f && example[47] > 0.98f);
        if (i == 2)
            ck_assert(example[0] > 0.98f && example[47] < 0.02f);
    }
    float low, high;
    ck_assert(gan_dataset_range(dataset, &low, &high) && low == 0 && high == 1);
    ck_assert(gan_shape_equal(gan_dataset_shape(dataset), GAN_SHAPE(3, 4, 4)));
    ck_assert_int_eq(gan_dataset_skipped(dataset), 1);
    ck_assert_str_eq(gan_dataset_skipped_name(dataset, 0), "empty/notes.txt");
    ck_assert_str_eq(gan_dataset_skipped_reason(dataset, 0), "is no PNG or JPEG file");
    ck_assert_ptr_null(gan_dataset_skipped_name(dataset, 1));
    ck_assert_ptr_null(gan_dataset_skipped_reason(dataset, -1));
    gan_dataset_unref(dataset);

    options.labels = GAN_FOLDER_LABELS_NONE;
    dataset = open_folder("zoo", &options);
    ck_assert_int_eq(gan_dataset_size(dataset), 5);
    ck_assert_int_eq(gan_dataset_classes(dataset), 0);
    gan_dataset_unref(dataset);

    random_png("zoo/stray.png", 4, 4, 3, 9); /* beside the classes */
    options.labels = GAN_FOLDER_LABELS_AUTO;
    check_refused(at("zoo"), &options, GAN_ERROR_INVALID_ARGUMENT,
                  "has pictures in folders ('ant/1.jpeg', …) and beside them ('stray.png', …); set options.labels");
    options.labels = GAN_FOLDER_LABELS_FOLDERS;
    options.fail_on_bad = true; /* which a stray is not */
    dataset = open_folder("zoo", &options);
    ck_assert_int_eq(gan_dataset_size(dataset), 5);
    ck_assert_int_eq(gan_dataset_skipped(dataset), 2);
    ck_assert_str_eq(gan_dataset_skipped_reason(dataset, 1), "lies beside the folders that are classes");
    gan_dataset_unref(dataset);
}
END_TEST

/* A folder with a good picture, good.png, and bad ones of every kind. */
static void make_bad(const char *name)
{
    uint8_t jpeg[4096], pixels[3 * 16 * 16] = {0};
    make_folder(name);
    random_png(at("%s/good.png", name) + strlen(scratch_directory()) + 1, 16, 16, 3, 1);
    write_file(at("%s/text.jpg", name), "hello", 5);
    write_file(at("%s/void.png", name), "", 0);
    write_file(at("%s/notes.txt", name), "hello", 5);
    write_jpeg(at("%s/cut.jpg", name),
               &(struct jpeg_making){.width = 16, .height = 16, .channels = 3, .pixels = pixels});
    size_t size = read_back(at("%s/cut.jpg", name), jpeg, sizeof jpeg);
    write_file(at("%s/cut.jpg", name), jpeg, size - 4);
    size = read_back(at("%s/good.png", name), jpeg, sizeof jpeg);
    jpeg[16] = 0x7f; /* its width */
    write_file(at("%s/wide.png", name), jpeg, size);
    ck_assert_int_eq(symlink("nowhere.png", at("%s/link.png", name)), 0);
    ck_assert_int_eq(symlink(".", at("%s/loop", name)), 0);
    ck_assert_int_eq(mkfifo(at("%s/pipe.png", name), 0666), 0);
}

static void keep_warning(void *context, gan_log_level level, const char *message)
{
    ck_assert_int_eq(level, GAN_LOG_WARNING);
    snprintf(context, 512, "%s", message);
}

START_TEST(bad_files_are_named_and_skipped)
{
    char warning[512] = "";
    gan_set_log(keep_warning, warning, GAN_LOG_WARNING);
    static const char *const bad[][2] = {{"cut.jpg", "damaged at byte"},
                                         {"link.png", "cannot be found: No such file"},
                                         {"loop", "is a link to a folder that it lies in"},
                                         {"notes.txt", "is no PNG or JPEG file"},
                                         {"pipe.png", "is no regular file"},
                                         {"text.jpg", "is no PNG or JPEG file"},
                                         {"void.png", "is empty"},
                                         {"wide.png", "damaged at byte"}};
    make_bad("bad");
    gan_folder_options options = folder_options(8, 8, 3);
    gan_dataset *dataset = open_folder("bad", &options);
    ck_assert_int_eq(gan_dataset_size(dataset), 1);
    ck_assert_int_eq(gan_dataset_classes(dataset), 0);
    ck_assert_int_eq(gan_dataset_skipped(dataset), 8);
    ck_assert_msg(strstr(warning, "/bad': 8 of 9 files were skipped; the first, cut.jpg, damaged at byte") != NULL,
                  "%s", warning);
    for (int i = 0; i < 8; i++) {
        ck_assert_str_eq(gan_dataset_skipped_name(dataset, i), bad[i][0]);
        ck_assert_msg(strstr(gan_dataset_skipped_reason(dataset, i), bad[i][1]) != NULL, "%s: %s", bad[i][0],
                      gan_dataset_skipped_reason(dataset, i));
    }
    gan_dataset_unref(dataset);
    options.fail_on_bad = true;
    check_refused(at("bad"), &options, GAN_ERROR_FORMAT, "/bad/cut.jpg: damaged at byte");
    ck_assert_int_eq(unlink(at("bad/good.png")), 0);
    options.fail_on_bad = false;
    check_refused(at("bad"), &options, GAN_ERROR_FORMAT, "bad' has no readable picture among its 8 files");
    check_message("the first, cut.jpg, damaged at byte");
}
END_TEST

START_TEST(files_that_may_not_be_read_are_skipped)
{
    if (geteuid() == 0)
        return; /* who may read everything */
    make_folder("locked");
    random_png("locked/a.png", 4, 4, 3, 1);
    random_png("locked/b.png", 4, 4, 3, 1);
    chmod(at("locked/b.png"), 0);
    gan_dataset *dataset = open_folder("locked", NULL);
    ck_assert_str_eq(gan_dataset_skipped_reason(dataset, 0), "cannot be opened: Permission denied");
    gan_dataset_unref(dataset);
}
END_TEST

START_TEST(links_are_followed)
{
    make_folder("far");
    make_folder("near");
    random_png("far/a.png", 4, 4, 3, 1);
    ck_assert_int_eq(symlink("../far", at("near/folder")), 0);
    ck_assert_int_eq(symlink("../../far/a.png", at("far/again.png")), 0); /* leads nowhere from here */
    ck_assert_int_eq(symlink("a.png", at("far/same.png")), 0);
    gan_dataset *dataset = open_folder("near", NULL);
    ck_assert_int_eq(gan_dataset_size(dataset), 2);
    ck_assert_str_eq(gan_dataset_class_name(dataset, 0), "folder");
    ck_assert_int_eq(gan_dataset_skipped(dataset), 1);
    gan_dataset_unref(dataset);
}
END_TEST

START_TEST(headers_alone_find_less)
{
    make_bad("hasty");
    gan_folder_options options = folder_options(8, 8, 3);
    options.headers_only = true;
    gan_dataset *dataset = open_folder("hasty", &options);
    ck_assert_int_eq(gan_dataset_size(dataset), 2); /* the one that is cut off as well */
    float example[3 * 64];
    ck_assert_int_eq(gan_dataset_read(dataset, 1, example, NULL), GAN_OK);
    ck_assert_int_eq(gan_dataset_read(dataset, 0, example, NULL), GAN_ERROR_FORMAT);
    check_message("/hasty/cut.jpg: damaged at byte");
    gan_dataset_unref(dataset);
}
END_TEST

START_TEST(arguments_are_checked)
{
    make_folder("none");
    gan_folder_options options = {0}, good = folder_options(8, 8, 3);
    check_refused(NULL, NULL, GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_open_folder: path is NULL");
    check_refused(at("none"), NULL, GAN_ERROR_FORMAT, "none' is empty, want PNG or JPEG files");
    check_refused(at("nowhere"), NULL, GAN_ERROR_IO, "nowhere' cannot be opened as a folder: No such file");
    write_file(at("file"), "x", 1);
    check_refused(at("file"), NULL, GAN_ERROR_IO, "cannot be opened as a folder: Not a directory");
    check_refused(at("none"), &options, GAN_ERROR_INVALID_ARGUMENT, "the options' struct_size is 0");
    options = good, options.height = 0;
    check_refused(at("none"), &options, GAN_ERROR_INVALID_ARGUMENT, "height x width is 0 x 8, want 1 to 4096");
    options = good, options.width = 5000;
    check_refused(at("none"), &options, GAN_ERROR_INVALID_ARGUMENT, "height x width is 8 x 5000");
    options = good, options.channels = 2;
    check_refused(at("none"), &options, GAN_ERROR_INVALID_ARGUMENT, "channels is 2, want 1 (grey), 3");
    options = good, options.crop = (gan_crop)3;
    check_refused(at("none"), &options, GAN_ERROR_INVALID_ARGUMENT, "crop is 3, want a gan_crop");
    options = good, options.crop_margin = NAN;
    check_refused(at("none"), &options, GAN_ERROR_INVALID_ARGUMENT, "crop_margin is nan, want 0 to 1");
    options = good, options.labels = (gan_folder_labels)-1;
    check_refused(at("none"), &options, GAN_ERROR_INVALID_ARGUMENT, "labels is -1, want a gan_folder_labels");
    options = good, options.background[1] = 2;
    check_refused(at("none"), &options, GAN_ERROR_INVALID_ARGUMENT, "background[1] is 2, want 0 to 1");
    ck_assert_int_eq(gan_folder_options_init(NULL), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(gan_dataset_skipped(NULL), 0);
    ck_assert_ptr_null(gan_dataset_skipped_name(NULL, 0));
    gan_dataset *digits = gan_dataset_digits(1, 1);
    ck_assert_int_eq(gan_dataset_skipped(digits), 0);
    ck_assert_ptr_null(gan_dataset_skipped_reason(digits, 0));
    gan_dataset_unref(digits);
}
END_TEST

/* ---- what becomes of a picture ---- */

/* Reads the only picture of a folder and compares it with the part `box` of `pixels`, `channels` planes each. */
static void check_picture(const char *name, const gan_folder_options *options, const uint8_t *pixels, int width,
                          int height, struct naive_box box)
{
    static float example[1 << 14];
    int w = (int)options->width, h = (int)options->height, channels = options->channels;
    gan_dataset *dataset = open_folder(name, options);
    ck_assert_int_eq(gan_dataset_read(dataset, 0, example, NULL), GAN_OK);
    double worst = 0;
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            double want[4];
            naive_resize(pixels, width, height, channels, box, w, h, x, y, want);
            for (int c = 0; c < channels; c++)
                worst = fmax(worst, fabs((double)example[(c * h + y) * w + x] * 255 - want[c]));
        }
    ck_assert_msg(worst <= 0.5 + 2e-3, "%s: off by %g", name, worst);
    gan_dataset_unref(dataset);
}

START_TEST(pictures_are_cut_and_resized)
{
    make_folder("shapes");
    static const int sizes[][2] = {{30, 20}, {20, 30}, {5, 3}, {3, 40}, {12, 10}};
    for (int i = 0; i < 5; i++) {
        int width = sizes[i][0], height = sizes[i][1];
        const uint8_t *pixels = random_png("shapes/a.png", width, height, 3, (uint32_t)i);
        gan_folder_options options = folder_options(10, 12, 3);
        options.crop = GAN_CROP_NONE;
        check_picture("shapes", &options, pixels, width, height, (struct naive_box){0, 0, width, height});
        options.crop = GAN_CROP_CENTRE;
        double scale = fmin(width / 12.0, height / 10.0), across = 12 * scale, down = 10 * scale;
        check_picture("shapes", &options, pixels, width, height,
                      (struct naive_box){(width - across) / 2, (height - down) / 2, across, down});
        pixels = random_png("shapes/a.png", width, height, 1, (uint32_t)i);
        options.channels = 1;
        options.crop = GAN_CROP_NONE;
        check_picture("shapes", &options, pixels, width, height, (struct naive_box){0, 0, width, height});
        pixels = random_png("shapes/a.png", width, height, 4, (uint32_t)i);
        options.channels = 4;
        check_picture("shapes", &options, pixels, width, height, (struct naive_box){0, 0, width, height});
    }
}
END_TEST

/* Reads the only picture of a folder, 1 x 1. */
static void read_pixel(const char *name, int channels, const float background[3], float *pixel)
{
    gan_folder_options options = folder_options(1, 1, channels);
    memcpy(options.background, background, sizeof options.background);
    gan_dataset *dataset = open_folder(name, &options);
    ck_assert_int_eq(gan_dataset_read(dataset, 0, pixel, NULL), GAN_OK);
    gan_dataset_unref(dataset);
}

static void check_pixel(const float *pixel, int count, const double *want)
{
    for (int i = 0; i < count; i++)
        ck_assert_msg(fabs((double)pixel[i] * 255 - want[i]) < 0.51, "%d: %g, want %g", i, (double)pixel[i] * 255,
                      want[i]);
}

START_TEST(channels_are_converted)
{
    static const float red[3] = {1, 0, 0};
    float pixel[4];
    make_folder("pixel");
    write_png(at("pixel/a.png"), 1, 1, 8, PNG_COLOR_TYPE_RGBA, (uint8_t[]){100, 200, 50, 102}); /* opacity 0.4 */
    read_pixel("pixel", 4, red, pixel);
    check_pixel(pixel, 4, (double[]){100, 200, 50, 102});
    read_pixel("pixel", 3, red, pixel);
    check_pixel(pixel, 3, (double[]){193, 80, 20});
    read_pixel("pixel", 1, red, pixel);
    check_pixel(pixel, 1, (double[]){0.299 * 193 + 0.587 * 80 + 0.114 * 20});
    write_png(at("pixel/a.png"), 1, 1, 8, PNG_COLOR_TYPE_GRAY, (uint8_t[]){77});
    read_pixel("pixel", 1, red, pixel);
    check_pixel(pixel, 1, (double[]){77});
    read_pixel("pixel", 3, red, pixel);
    check_pixel(pixel, 3, (double[]){77, 77, 77});
    read_pixel("pixel", 4, red, pixel);
    check_pixel(pixel, 4, (double[]){77, 77, 77, 255});
    write_png(at("pixel/a.png"), 1, 1, 16, PNG_COLOR_TYPE_RGB, (uint8_t[]){0x12, 0xff, 0x80, 0x00, 0xff, 0xff});
    read_pixel("pixel", 3, red, pixel);
    check_pixel(pixel, 3, (double[]){0x12ff / 257.0, 0x8000 / 257.0, 255});
    read_pixel("pixel", 4, red, pixel);
    check_pixel(pixel, 4, (double[]){0x12ff / 257.0, 0x8000 / 257.0, 255, 255});
    write_png(at("pixel/a.png"), 1, 1, 8, PNG_COLOR_TYPE_GRAY_ALPHA, (uint8_t[]){200, 0});
    read_pixel("pixel", 3, red, pixel);
    check_pixel(pixel, 3, (double[]){255, 0, 0});
}
END_TEST

/* The left half black, the right half white, stored on its side: EXIF's 6 and 8. */
START_TEST(photographs_are_turned_before_they_are_cut)
{
    uint8_t pixels[16 * 48];
    float example[64];
    make_folder("turned");
    for (int orientation = 6; orientation <= 8; orientation += 2) {
        for (int y = 0; y < 48; y++) /* stored 16 x 48, upright 48 x 16 */
            memset(pixels + 16 * y, (orientation == 8) == (y < 24) ? 0 : 255, 16);
        write_jpeg(at("turned/a.jpg"),
                   &(struct jpeg_making){
                       .width = 16, .height = 48, .channels = 1, .pixels = pixels, .orientation = orientation});
        gan_folder_options options = folder_options(8, 8, 1);
        gan_dataset *dataset = open_folder("turned", &options);
        ck_assert_int_eq(gan_dataset_read(dataset, 0, example, NULL), GAN_OK);
        for (int y = 0; y < 8; y++)
            ck_assert(example[8 * y] < 0.02f && example[8 * y + 2] < 0.02f && example[8 * y + 5] > 0.98f &&
                      example[8 * y + 7] > 0.98f);
        gan_dataset_unref(dataset);
    }
}
END_TEST

/* ---- memory ---- */

static bool attempt(void *options)
{
    gan_dataset *dataset = gan_dataset_open_folder(at("small"), options);
    float example[3 * 64];
    bool fine = dataset != NULL && gan_dataset_read(dataset, 1, example, NULL) == GAN_OK;
    gan_dataset_unref(dataset);
    return fine;
}

START_TEST(a_failed_allocation_is_an_error)
{
    make_folder("small");
    make_folder("small/a");
    make_folder("small/b");
    random_png("small/a/1.png", 20, 10, 3, 1);
    plain_jpeg("small/b/1.jpg", 16, 16, 1, 2, 3);
    write_file(at("small/b/2.jpg"), "no", 2);
    gan_set_threads(1);
    gan_folder_options options = folder_options(8, 8, 3);
    CHECK_EACH_ALLOCATION(attempt, &options);
    options.cache_bytes = 0;
    CHECK_EACH_ALLOCATION(attempt, &options);
}
END_TEST

static const struct test_case tests[] = {
    {"classes", nested_folders_are_classes},
    {"bad files", bad_files_are_named_and_skipped},
    {"unreadable", files_that_may_not_be_read_are_skipped},
    {"links", links_are_followed},
    {"headers only", headers_alone_find_less},
    {"arguments", arguments_are_checked},
    {"shapes", pictures_are_cut_and_resized},
    {"channels", channels_are_converted},
    {"turned", photographs_are_turned_before_they_are_cut},
    {"memory", a_failed_allocation_is_an_error},
};

int main(void)
{
    return RUN_SUITE("data: folder", tests);
}

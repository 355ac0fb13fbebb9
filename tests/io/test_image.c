#include "suite.h"

#include "failing.h"
#include "gan/image.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

/* A tensor whose elements count up from 0 in 255ths: the byte in the file is the element's number. */
static gan_tensor *counting(gan_shape shape)
{
    gan_tensor *tensor = gan_tensor_new(shape);
    for (int64_t i = 0; i < gan_tensor_size(tensor); i++)
        gan_tensor_data(tensor)[i] = (float)(i % 256) / 255.0f;
    return tensor;
}

static int byte_at(const gan_tensor *image, int c, int y, int x)
{
    gan_shape shape = gan_tensor_shape(image);
    return (int)lrintf(255 * gan_tensor_data(image)[((int64_t)c * shape.dims[1] + y) * shape.dims[2] + x]);
}

/* Writes the images, reads them back, and checks the size. */
static gan_tensor *drawn(const gan_tensor *images, int columns, int scale, int channels, int height, int width)
{
    const char *path = scratch_file("grid.png");
    ck_assert_int_eq(gan_image_write_grid_scaled(path, images, columns, scale), GAN_OK);
    gan_tensor *read = gan_image_read(path);
    ck_assert_msg(read != NULL, "%s", gan_error_message());
    gan_shape shape = gan_tensor_shape(read);
    ck_assert_msg(gan_shape_equal(shape, GAN_SHAPE(channels, height, width)), "%lld x %lld x %lld",
                  (long long)shape.dims[0], (long long)shape.dims[1], (long long)shape.dims[2]);
    return read;
}

static void check_rows(const gan_tensor *image, int c, int rows, int columns, const int *want)
{
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < columns; x++)
            ck_assert_msg(byte_at(image, c, y, x) == want[y * columns + x],
                          "channel %d, row %d, column %d: %d, want %d", c, y, x, byte_at(image, c, y, x),
                          want[y * columns + x]);
}

START_TEST(a_grid_is_its_images_two_pixels_apart_on_grey)
{
    gan_tensor *images = counting(GAN_SHAPE(3, 1, 2, 2));
    gan_tensor *read = drawn(images, 2, 1, 1, 6, 6);
    const int want[36] = {
        0,   1,   128, 128, 4,   5,   /**/
        2,   3,   128, 128, 6,   7,   /**/
        128, 128, 128, 128, 128, 128, /**/
        128, 128, 128, 128, 128, 128, /**/
        8,   9,   128, 128, 128, 128, /* the fourth cell is empty */
        10,  11,  128, 128, 128, 128,
    };
    check_rows(read, 0, 6, 6, want);
    gan_tensor_unref(read);
    gan_tensor_unref(images);
}
END_TEST

START_TEST(channels_become_colours)
{
    gan_tensor *images = counting(GAN_SHAPE(2, 3, 1, 2));
    gan_tensor *read = drawn(images, 0, 1, 3, 1, 6);
    check_rows(read, 0, 1, 6, (int[]){0, 1, 128, 128, 6, 7});
    check_rows(read, 1, 1, 6, (int[]){2, 3, 128, 128, 8, 9});
    check_rows(read, 2, 1, 6, (int[]){4, 5, 128, 128, 10, 11});
    gan_tensor_unref(read);
    gan_tensor_unref(images);
}
END_TEST

START_TEST(with_opacity_the_gaps_are_transparent)
{
    gan_tensor *images = counting(GAN_SHAPE(2, 4, 1, 1));
    gan_tensor *read = drawn(images, 1, 1, 4, 4, 1);
    for (int c = 0; c < 4; c++)
        check_rows(read, c, 4, 1, (int[]){c, 0, 0, 4 + c});
    gan_tensor_unref(read);
    gan_tensor_unref(images);
}
END_TEST

START_TEST(scale_repeats_pixels_and_not_the_gaps)
{
    gan_tensor *images = counting(GAN_SHAPE(2, 1, 1, 2));
    gan_tensor *read = drawn(images, 2, 3, 1, 3, 14);
    for (int y = 0; y < 3; y++)
        for (int x = 0; x < 14; x++)
            ck_assert_int_eq(byte_at(read, 0, y, x), x < 6 ? x / 3 : x < 8 ? 128 : 2 + (x - 8) / 3);
    gan_tensor_unref(read);
    gan_tensor_unref(images);
}
END_TEST

START_TEST(grids_of_any_number_are_about_square)
{
    static const struct {
        int count, columns, across, down;
    } cases[] = {{1, 0, 1, 1},  {2, 0, 2, 1}, {3, -1, 2, 2}, {4, 0, 2, 2},  {5, 0, 3, 2},    {10, 0, 4, 3},
                 {5, 99, 5, 1}, {7, 3, 3, 3}, {7, 1, 1, 7},  {25, 5, 5, 5}, {101, 0, 11, 10}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gan_tensor *images = counting(GAN_SHAPE(cases[i].count, 1, 1, 1));
        gan_tensor_unref(drawn(images, cases[i].columns, 1, 1, 3 * cases[i].down - 2, 3 * cases[i].across - 2));
        gan_tensor_unref(images);
    }
}
END_TEST

START_TEST(every_byte_comes_back_as_it_went)
{
    const char *path = scratch_file("bytes.png");
    gan_tensor *image = counting(GAN_SHAPE(1, 16, 16));
    ck_assert_int_eq(gan_image_write(path, image), GAN_OK);
    gan_tensor *read = gan_image_read(path);
    ck_assert_ptr_nonnull(read);
    ck_assert(gan_shape_equal(gan_tensor_shape(read), GAN_SHAPE(1, 16, 16)));
    ck_assert_mem_eq(gan_tensor_data(read), gan_tensor_data(image), 256 * sizeof(float));
    gan_tensor_unref(read);
    gan_tensor_unref(image);
}
END_TEST

START_TEST(brightness_is_rounded_and_clamped)
{
    const float values[] = {-0.0f,        -1e-9f,       -7,           2,     1e30f, INFINITY,
                            -INFINITY,    NAN,          -NAN,         1,     .5f,   .4f / 255.0f,
                            .6f / 255.0f, 254.4f / 255, 254.6f / 255, 1e-30f};
    const int want[] = {0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 128, 0, 1, 254, 255, 0};
    gan_tensor *image = gan_tensor_from(GAN_SHAPE(1, 1, 1, 16), values);
    const char *path = scratch_file("clamped.png");
    ck_assert_int_eq(gan_image_write(path, image), GAN_OK);
    gan_tensor *read = gan_image_read(path);
    check_rows(read, 0, 1, 16, want);
    gan_tensor_unref(read);
    gan_tensor_unref(image);
}
END_TEST

static size_t content(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    size_t got = fread(out, 1, size, file);
    fclose(file);
    return got;
}

START_TEST(the_same_numbers_make_the_same_file)
{
    static char first[65536], second[65536];
    gan_tensor *images = gan_tensor_new(GAN_SHAPE(7, 3, 9, 11));
    gan_tensor_fill_uniform(images, 0, 1, 5);
    const char *a = scratch_file("same-a.png"), *b = scratch_file("same-b.png");
    ck_assert_int_eq(gan_image_write_grid(a, images, 3), GAN_OK);
    ck_assert_int_eq(gan_image_write_grid(b, images, 3), GAN_OK);
    size_t size = content(a, first, sizeof first);
    ck_assert(size > 1000 && size < sizeof first);
    ck_assert_uint_eq(content(b, second, sizeof second), size);
    ck_assert_mem_eq(first, second, size);
    gan_tensor_unref(images);
}
END_TEST

START_TEST(a_failed_write_leaves_the_old_picture_and_nothing_else)
{
    char folder[600], path[700], before[4096], after[4096];
    snprintf(folder, sizeof folder, "%s", scratch_file("folder"));
    snprintf(path, sizeof path, "%s/old.png", folder);
    ck_assert_int_eq(mkdir(folder, 0777), 0);
    gan_tensor *image = counting(GAN_SHAPE(1, 4, 4)), *wrong = counting(GAN_SHAPE(2, 4, 4));
    ck_assert_int_eq(gan_image_write(path, image), GAN_OK);
    size_t size = content(path, before, sizeof before);
    ck_assert_int_eq(gan_image_write(path, wrong), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_uint_eq(content(path, after, sizeof after), size);
    ck_assert_mem_eq(before, after, size);
    int files = 0;
    DIR *listing = opendir(folder);
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
        files += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    closedir(listing);
    ck_assert_int_eq(files, 1);
    gan_tensor_unref(image);
    gan_tensor_unref(wrong);
}
END_TEST

static void expect(gan_status got, gan_status want, const char *words)
{
    ck_assert_int_eq(got, want);
    ck_assert_msg(strstr(gan_error_message(), words) != NULL, "\"%s\" lacks \"%s\"", gan_error_message(), words);
}

START_TEST(wrong_arguments_are_named)
{
    const gan_status invalid = GAN_ERROR_INVALID_ARGUMENT;
    const char *path = scratch_file("never.png");
    gan_tensor *good = counting(GAN_SHAPE(2, 1, 2, 2)), *two = counting(GAN_SHAPE(1, 2, 2, 2));
    gan_tensor *flat = counting(GAN_SHAPE(28, 28)), *bytes = gan_tensor_new_typed(GAN_SHAPE(1, 2, 2), GAN_UINT8);
    expect(gan_image_write_grid(NULL, good, 1), invalid, "gan_image_write_grid: path is NULL");
    expect(gan_image_write_grid(path, NULL, 1), invalid, "gan_image_write_grid: images is NULL");
    expect(gan_image_write(path, NULL), invalid, "gan_image_write: image is NULL");
    expect(gan_image_write_grid(path, two, 1), invalid, "[1, 2, 2, 2], want [N, C, H, W]");
    expect(gan_image_write_grid(path, flat, 1), invalid, "[28, 28], want [N, C, H, W]");
    expect(gan_image_write_grid(path, bytes, 1), invalid, "uint8, want float32");
    expect(gan_image_write(path, good), invalid, "[2, 1, 2, 2], want one image");
    expect(gan_image_write_grid_scaled(path, good, 1, 0), invalid, "scale is 0, want 1 or more");
    expect(gan_image_write_grid_scaled(path, good, 1, 40000), invalid, "too large (too long a side");
    expect(gan_image_write_grid_scaled(path, good, 1, 2000000000), invalid, "too large (too long a side");
    expect(gan_image_write_grid_scaled(path, good, 2, 16000), invalid, "too large");
    expect(gan_image_write_grid(scratch_file("no/such/folder.png"), good, 1), GAN_ERROR_IO, "no/such/folder.png");
    expect(gan_image_write_grid(scratch_directory(), good, 1), GAN_ERROR_IO, scratch_directory());
    ck_assert_ptr_null(gan_image_read(NULL));
    expect(gan_error_status(), invalid, "gan_image_read: path is NULL");
    ck_assert_ptr_null(gan_image_read_memory(NULL, 3));
    expect(gan_error_status(), invalid, "gan_image_read_memory: data is NULL");
    ck_assert_ptr_null(gan_image_read(scratch_file("missing.png")));
    expect(gan_error_status(), GAN_ERROR_IO, "missing.png");
    gan_tensor_unref(good);
    gan_tensor_unref(two);
    gan_tensor_unref(flat);
    gan_tensor_unref(bytes);
}
END_TEST

static bool write_and_read(void)
{
    const char *path = scratch_file("memory.png");
    gan_tensor *images = gan_tensor_new(GAN_SHAPE(3, 3, 20, 20)), *read = NULL;
    bool done = images != NULL && gan_tensor_fill_uniform(images, 0, 1, 1) == GAN_OK &&
                gan_image_write_grid(path, images, 2) == GAN_OK && (read = gan_image_read(path)) != NULL;
    gan_tensor_unref(images);
    gan_tensor_unref(read);
    return done;
}

START_TEST(out_of_memory_is_an_error)
{
    ck_assert_int_gt(fail_each_allocation(write_and_read), 10);
}
END_TEST

static const struct test_case tests[] = {
    {"grid pixels", a_grid_is_its_images_two_pixels_apart_on_grey},
    {"colour", channels_become_colours},
    {"opacity", with_opacity_the_gaps_are_transparent},
    {"scale", scale_repeats_pixels_and_not_the_gaps},
    {"about square", grids_of_any_number_are_about_square},
    {"every byte", every_byte_comes_back_as_it_went},
    {"clamping", brightness_is_rounded_and_clamped},
    {"same file", the_same_numbers_make_the_same_file},
    {"failed write", a_failed_write_leaves_the_old_picture_and_nothing_else},
    {"arguments", wrong_arguments_are_named},
    {"out of memory", out_of_memory_is_an_error},
};

int main(void)
{
    return RUN_SUITE("io: image", tests);
}

/* CIFAR-10's files and arrays of images as data sets. */
#include "suite.h"

#include "files.h"
#include "gan/dataset.h"
#include "memory_check.h"

#include <sys/stat.h>

enum { RECORD = 3073 };

static uint8_t pixel(int file, int record, int i)
{
    return (uint8_t)(file * 31 + record * 7 + i * i % 251);
}

/* A folder with the files of both splits: file f has f + 1 records, the test split's 2. */
static void make_cifar(const char *folder)
{
    static uint8_t bytes[6 * RECORD];
    for (int file = 1; file <= 6; file++) {
        int records = file < 6 ? file + 1 : 2;
        for (int r = 0; r < records; r++) {
            bytes[r * RECORD] = (uint8_t)((file + r) % 10);
            for (int i = 0; i < RECORD - 1; i++)
                bytes[r * RECORD + 1 + i] = pixel(file, r, i);
        }
        char path[600];
        if (file < 6)
            snprintf(path, sizeof path, "%s/data_batch_%d.bin", folder, file);
        else
            snprintf(path, sizeof path, "%s/test_batch.bin", folder);
        write_file(path, bytes, (size_t)(records * RECORD));
    }
}

static void check_example(const gan_dataset *dataset, int64_t index, int file, int record)
{
    static float example[RECORD - 1];
    int32_t label;
    ck_assert_int_eq(gan_dataset_read(dataset, index, example, &label), GAN_OK);
    ck_assert_int_eq(label, (file + record) % 10);
    for (int i = 0; i < RECORD - 1; i++)
        ck_assert(example[i] == (float)pixel(file, record, i) / 255);
}

static bool attempt(void *folder)
{
    gan_dataset *dataset = gan_dataset_open_cifar10(folder, GAN_SPLIT_TRAIN);
    gan_dataset_unref(dataset);
    return dataset != NULL;
}

START_TEST(cifar_is_read)
{
    char folder[512];
    snprintf(folder, sizeof folder, "%s", scratch_file("cifar"));
    mkdir(folder, 0777);
    mkdir(scratch_file("cifar/cifar-10-batches-bin"), 0777);
    make_cifar(scratch_file("cifar/cifar-10-batches-bin"));
    for (int inside = 0; inside < 2; inside++) {
        const char *path = inside != 0 ? scratch_file("cifar/cifar-10-batches-bin") : folder;
        gan_dataset *dataset = gan_dataset_open_cifar10(path, GAN_SPLIT_TRAIN);
        ck_assert_msg(dataset != NULL, "%s", gan_error_message());
        ck_assert_int_eq(gan_dataset_size(dataset), 2 + 3 + 4 + 5 + 6);
        ck_assert(gan_shape_equal(gan_dataset_shape(dataset), GAN_SHAPE(3, 32, 32)));
        ck_assert_int_eq(gan_dataset_classes(dataset), 10);
        ck_assert_str_eq(gan_dataset_class_name(dataset, 0), "airplane");
        ck_assert_str_eq(gan_dataset_class_name(dataset, 9), "truck");
        check_example(dataset, 0, 1, 0);
        check_example(dataset, 4, 2, 2);
        check_example(dataset, 19, 5, 5);
        gan_dataset_unref(dataset);
        dataset = gan_dataset_open_cifar10(path, GAN_SPLIT_TEST);
        ck_assert_int_eq(gan_dataset_size(dataset), 2);
        check_example(dataset, 1, 6, 1);
        ck_assert_str_eq(gan_dataset_name(dataset), "cifar-10 (test)");
        gan_dataset_unref(dataset);
    }
    CHECK_EACH_ALLOCATION(attempt, folder);
}
END_TEST

static void check_refused(const char *folder, gan_split split, gan_status status, const char *part)
{
    ck_assert_ptr_null(gan_dataset_open_cifar10(folder, split));
    ck_assert_int_eq(gan_error_status(), status);
    check_message(part);
}

START_TEST(damaged_cifar_is_refused)
{
    static uint8_t bytes[2 * RECORD];
    char folder[512];
    snprintf(folder, sizeof folder, "%s", scratch_file("bad"));
    mkdir(folder, 0777);
    check_refused(NULL, GAN_SPLIT_TRAIN, GAN_ERROR_INVALID_ARGUMENT, "directory is NULL");
    check_refused(folder, (gan_split)2, GAN_ERROR_INVALID_ARGUMENT, "split is 2");
    check_refused(folder, GAN_SPLIT_TRAIN, GAN_ERROR_IO, "bad' has no data_batch_1.bin, nor has cifar-10-batches-bin");
    make_cifar(folder);
    write_file(scratch_file("bad/data_batch_3.bin"), bytes, RECORD + 5);
    check_refused(folder, GAN_SPLIT_TRAIN, GAN_ERROR_FORMAT, "data_batch_3.bin: has 3078 bytes, want records of 3073");
    write_file(scratch_file("bad/data_batch_3.bin"), bytes, 0);
    check_refused(folder, GAN_SPLIT_TRAIN, GAN_ERROR_FORMAT, "data_batch_3.bin: has 0 bytes");
    bytes[RECORD] = 10;
    write_file(scratch_file("bad/data_batch_3.bin"), bytes, 2 * RECORD);
    check_refused(folder, GAN_SPLIT_TRAIN, GAN_ERROR_FORMAT,
                  "data_batch_3.bin: record 1 (byte 3073) has the label 10, want 0 to 9");
}
END_TEST

static void write_array(const char *name, gan_shape shape, gan_dtype dtype, const void *values)
{
    gan_tensor *tensor = gan_tensor_from_typed(shape, dtype, values);
    ck_assert_int_eq(gan_tensor_write_npy(tensor, scratch_file(name)), GAN_OK);
    gan_tensor_unref(tensor);
}

START_TEST(arrays_are_images)
{
    float example[4], low, high;
    int32_t label;
    write_array("grey.npy", GAN_SHAPE(2, 2, 2), GAN_UINT8, (uint8_t[]){0, 51, 102, 255, 1, 2, 3, 4});
    write_array("labels.npy", GAN_SHAPE(2), GAN_INT32, (int32_t[]){3, 0});
    gan_dataset *dataset = gan_dataset_open_npy_images(scratch_file("grey.npy"), scratch_file("labels.npy"), 0, 1);
    ck_assert_msg(dataset != NULL, "%s", gan_error_message());
    ck_assert(gan_shape_equal(gan_dataset_shape(dataset), GAN_SHAPE(1, 2, 2)));
    ck_assert_int_eq(gan_dataset_read(dataset, 0, example, &label), GAN_OK);
    ck_assert(example[1] == 51 / 255.0f && example[3] == 1 && label == 3);
    ck_assert_int_eq(gan_dataset_classes(dataset), 4);
    ck_assert_str_eq(gan_dataset_class_name(dataset, 3), "3");
    ck_assert(gan_dataset_range(dataset, &low, &high) && low == 0 && high == 1);
    gan_dataset_unref(dataset);
    write_array("labels.npy", GAN_SHAPE(2), GAN_FLOAT32, (float[]){2, 0});
    dataset = gan_dataset_open_npy_images(scratch_file("grey.npy"), scratch_file("labels.npy"), 0, 1);
    ck_assert_int_eq(gan_dataset_read(dataset, 0, example, &label), GAN_OK);
    ck_assert(label == 2 && gan_dataset_classes(dataset) == 3);
    gan_dataset_unref(dataset);
    static const struct {
        float label;
        const char *told;
    } bad[] = {{.5f, "label 1 is 0.5, want a whole number from 0 to 4095"}, {-1, "label 1 is -1"}, {NAN, "nan"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        write_array("labels.npy", GAN_SHAPE(2), GAN_FLOAT32, (float[]){2, bad[i].label});
        ck_assert_ptr_null(gan_dataset_open_npy_images(scratch_file("grey.npy"), scratch_file("labels.npy"), 0, 1));
        check_message(bad[i].told);
    }
    write_array("labels.npy", GAN_SHAPE(2), GAN_INT32, (int32_t[]){2147483645, 0});
    ck_assert_ptr_null(gan_dataset_open_npy_images(scratch_file("grey.npy"), scratch_file("labels.npy"), 0, 1));
    check_message("label 0 is 2147483645, want");
    write_array("colour.npy", GAN_SHAPE(2, 2, 1, 2), GAN_FLOAT32, (float[]){-1, 0, .5f, 1, 0, 0, 0, 0});
    dataset = gan_dataset_open_npy_images(scratch_file("colour.npy"), NULL, -1, 1);
    ck_assert(gan_shape_equal(gan_dataset_shape(dataset), GAN_SHAPE(2, 1, 2)));
    ck_assert_int_eq(gan_dataset_read(dataset, 0, example, &label), GAN_OK);
    ck_assert(example[0] == -1 && example[2] == .5f && label == -1);
    gan_dataset_unref(dataset);
    ck_assert_ptr_null(gan_dataset_open_npy_images(scratch_file("colour.npy"), NULL, 0, 1));
    check_message("gan_dataset_open_npy_images: example 0 holds -1, outside of the range [0, 1]");
    ck_assert_ptr_null(gan_dataset_open_npy_images(scratch_file("colour.npy"), NULL, 0, 0));
    check_message("range is [0, 0], want low < high");
    ck_assert_ptr_null(gan_dataset_open_npy_images(NULL, NULL, 0, 1));
    write_array("three.npy", GAN_SHAPE(3), GAN_INT32, (int32_t[]){0, 1, 2});
    ck_assert_ptr_null(gan_dataset_open_npy_images(scratch_file("grey.npy"), scratch_file("three.npy"), 0, 1));
    check_message("holds 2 images, but");
    ck_assert_ptr_null(gan_dataset_open_npy_images(scratch_file("grey.npy"), scratch_file("nowhere.npy"), 0, 1));
    check_message("nowhere.npy: cannot be opened");
}
END_TEST

static const struct test_case tests[] = {
    {"cifar", cifar_is_read},
    {"damaged cifar", damaged_cifar_is_refused},
    {"arrays", arrays_are_images},
};

int main(void)
{
    return RUN_SUITE("data: images", tests);
}

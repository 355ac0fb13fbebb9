#include "gan/dataset.h"

#include "files.h"
#include "memory_check.h"
#include "suite.h"

#include <math.h>
#include <sys/stat.h>

/* A folder with images [2, 2, 3] and labels 7, 3 under the given names; an empty name leaves the file out. */
static const char *folder(const char *name, const char *images, const char *labels)
{
    static const unsigned char pixels[] = {0, 0, 8, 3, 0, 0, 0, 2,   0, 0, 0, 2, 0,  0,
                                           0, 3, 0, 1, 2, 3, 4, 255, 6, 7, 8, 9, 10, 11};
    static const unsigned char classes[] = {0, 0, 8, 1, 0, 0, 0, 2, 7, 3};
    static char path[512];
    char file[1024];
    snprintf(path, sizeof path, "%s", scratch_file(name));
    mkdir(path, 0700);
    const char *names[] = {images, labels};
    const void *contents[] = {pixels, classes};
    size_t sizes[] = {sizeof pixels, sizeof classes};
    for (int i = 0; i < 2; i++) {
        snprintf(file, sizeof file, "%s/%s", path, names[i]);
        if (names[i][0] == '\0')
            continue;
#ifdef HAVE_ZLIB
        if (strstr(names[i], ".gz") != NULL) {
            write_gzip(file, contents[i], sizes[i]);
            continue;
        }
#endif
        write_file(file, contents[i], sizes[i]);
    }
    return path;
}

static void check_folder(const char *directory, gan_split split)
{
    gan_dataset *dataset = gan_dataset_open_mnist(directory, split);
    ck_assert_msg(dataset != NULL, "%s", gan_error_message());
    float pixels[6];
    int32_t label;
    ck_assert_int_eq(gan_dataset_size(dataset), 2);
    ck_assert(gan_shape_equal(gan_dataset_shape(dataset), GAN_SHAPE(1, 2, 3)));
    ck_assert_int_eq(gan_dataset_read(dataset, 0, pixels, &label), GAN_OK);
    ck_assert(pixels[0] == 0 && pixels[1] == 1 / 255.0f && pixels[5] == 1 && label == 7);
    ck_assert_int_eq(gan_dataset_read(dataset, 1, pixels, &label), GAN_OK);
    ck_assert(pixels[5] == 11 / 255.0f && label == 3);
    ck_assert_int_eq(gan_dataset_classes(dataset), 8);
    ck_assert_str_eq(gan_dataset_class_name(dataset, 7), "7");
    gan_dataset_unref(dataset);
}

START_TEST(files_are_found_by_each_of_their_names)
{
    check_folder(folder("a", "train-images-idx3-ubyte", "train-labels-idx1-ubyte"), GAN_SPLIT_TRAIN);
    check_folder(folder("b", "t10k-images.idx3-ubyte", "t10k-labels-idx1-ubyte"), GAN_SPLIT_TEST);
#ifdef HAVE_ZLIB
    check_folder(folder("c", "t10k-images-idx3-ubyte.gz", "t10k-labels.idx1-ubyte.gz"), GAN_SPLIT_TEST);
#endif
}
END_TEST

static void check_refused(const char *directory, gan_status status, const char *part)
{
    ck_assert_ptr_null(gan_dataset_open_mnist(directory, GAN_SPLIT_TRAIN));
    ck_assert_int_eq(gan_error_status(), status);
    check_message("gan_dataset_open_mnist: ");
    check_message(part);
}

START_TEST(what_is_missing_is_named)
{
    check_refused(NULL, GAN_ERROR_INVALID_ARGUMENT, "directory is NULL");
    check_refused("/no/such/folder", GAN_ERROR_IO, "'/no/such/folder' has no train-images-idx3-ubyte");
    check_message("with and without .gz, and as train-images.idx3-ubyte");
    check_message("sh examples/fetch-mnist.sh /no/such/folder");
    check_refused(folder("no-labels", "train-images-idx3-ubyte", ""), GAN_ERROR_IO, "has no train-labels-idx1-ubyte");
    ck_assert_ptr_null(gan_dataset_open_mnist("x", (gan_split)2));
    check_message("split is 2");
}
END_TEST

START_TEST(images_and_labels_must_belong_together)
{
    char file[1024];
    const char *directory = folder("odd", "train-images-idx3-ubyte", "train-labels-idx1-ubyte");
    snprintf(file, sizeof file, "%s/train-labels-idx1-ubyte", directory);
    write_file(file, (unsigned char[]){0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3}, 11);
    check_refused(directory, GAN_ERROR_FORMAT, "holds 2 images, but");
    check_message("train-labels-idx1-ubyte 3 labels");
    write_file(file, (unsigned char[]){0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2}, 14);
    check_refused(directory, GAN_ERROR_FORMAT, "holds [1, 2], want labels [N]");
    write_file(file, (unsigned char[]){0, 0, 8, 1, 0, 0, 0, 2, 1}, 9);
    check_refused(directory, GAN_ERROR_FORMAT, "train-labels-idx1-ubyte: its IDX header says [2]");
    snprintf(file, sizeof file, "%s/train-images-idx3-ubyte", directory);
    write_file(file, (unsigned char[]){0, 0, 8, 1, 0, 0, 0, 2, 1, 2}, 10);
    write_file(scratch_file("odd/train-labels-idx1-ubyte"), (unsigned char[]){0, 0, 8, 1, 0, 0, 0, 2, 1, 2}, 10);
    check_refused(directory, GAN_ERROR_FORMAT, "holds [2], want images [N, H, W]");
}
END_TEST

START_TEST(an_idx_file_alone_is_a_data_set)
{
    const char *path = scratch_file("alone");
    write_file(path, (unsigned char[]){0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 1, 2, 3, 4, 255}, 18);
    gan_dataset *dataset = gan_dataset_open_idx(path, NULL);
    ck_assert(gan_shape_equal(gan_dataset_shape(dataset), GAN_SHAPE(3)));
    ck_assert_int_eq(gan_dataset_classes(dataset), 0);
    float low, high, example[3];
    ck_assert(gan_dataset_range(dataset, &low, &high) && low == 0 && high == 1);
    ck_assert_int_eq(gan_dataset_read(dataset, 1, example, NULL), GAN_OK);
    ck_assert(example[0] == 3 / 255.0f && example[2] == 1);
    gan_dataset_unref(dataset);
    ck_assert_ptr_null(gan_dataset_open_idx(NULL, NULL));
    check_message("gan_dataset_open_idx: images is NULL");
    ck_assert_ptr_null(gan_dataset_open_idx(path, scratch_file("absent")));
    check_message("gan_dataset_open_idx: ");
    check_message("absent: cannot be opened");
}
END_TEST

static bool attempt(void *directory)
{
    gan_dataset *dataset = gan_dataset_open_mnist(directory, GAN_SPLIT_TRAIN);
    gan_dataset_unref(dataset);
    return dataset != NULL;
}

START_TEST(a_failed_allocation_is_an_error)
{
    CHECK_EACH_ALLOCATION(attempt, (char *)folder("m", "train-images-idx3-ubyte", "train-labels-idx1-ubyte"));
#ifdef HAVE_ZLIB
    CHECK_EACH_ALLOCATION(attempt, (char *)folder("z", "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"));
#endif
}
END_TEST

#ifdef HAVE_ZLIB

/* The test split's counts of the digits 0 … 9 (LeCun, Cortes and Burges), and the usual mean and deviation of pixels.
 */
static const int test_counts[10] = {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009};

static void measure(const gan_dataset *dataset, int counts[10], double *mean, double *deviation)
{
    float pixels[784];
    double sum = 0, squares = 0, count = 784.0 * (double)gan_dataset_size(dataset);
    for (int64_t i = 0; i < gan_dataset_size(dataset); i++) {
        int32_t label;
        if (gan_dataset_read(dataset, i, pixels, &label) != GAN_OK)
            ck_abort_msg("%s", gan_error_message());
        counts[label]++;
        for (int k = 0; k < 784; k++) {
            sum += (double)pixels[k];
            squares += (double)pixels[k] * (double)pixels[k];
        }
    }
    *mean = sum / count;
    *deviation = sqrt(squares / count - *mean * *mean);
}

START_TEST(the_real_mnist_is_read)
{
    static const int32_t first_labels[] = {5, 0, 4, 1, 9};
    const char *directory = mnist_directory();
    if (directory == NULL)
        return;
    double mean, deviation;
    int counts[10] = {0}, test[10] = {0};
    gan_dataset *dataset = gan_dataset_open_mnist(directory, GAN_SPLIT_TRAIN);
    ck_assert_msg(dataset != NULL, "%s", gan_error_message());
    ck_assert_int_eq(gan_dataset_size(dataset), 60000);
    ck_assert(gan_shape_equal(gan_dataset_shape(dataset), GAN_SHAPE(1, 28, 28)));
    ck_assert_int_eq(gan_dataset_classes(dataset), 10);
    ck_assert_str_eq(gan_dataset_name(dataset), "mnist (train)");
    for (int i = 0; i < 5; i++) {
        float pixels[784];
        int32_t label;
        ck_assert_int_eq(gan_dataset_read(dataset, i, pixels, &label), GAN_OK);
        ck_assert_int_eq(label, first_labels[i]);
    }
    measure(dataset, counts, &mean, &deviation);
    ck_assert_double_eq_tol(mean, 0.1307, 0.0001);
    ck_assert_double_eq_tol(deviation, 0.3081, 0.0001);
    gan_dataset_unref(dataset);
    dataset = gan_dataset_open_mnist(directory, GAN_SPLIT_TEST);
    ck_assert_int_eq(gan_dataset_size(dataset), 10000);
    measure(dataset, test, &mean, &deviation);
    ck_assert_mem_eq(test, test_counts, sizeof test);
    gan_dataset_unref(dataset);
}
END_TEST

#endif

static const struct test_case tests[] = {
    {"names", files_are_found_by_each_of_their_names},
    {"missing", what_is_missing_is_named},
    {"pair", images_and_labels_must_belong_together},
    {"idx", an_idx_file_alone_is_a_data_set},
    {"memory", a_failed_allocation_is_an_error},
#ifdef HAVE_ZLIB
    {"real", the_real_mnist_is_read},
#endif
};

int main(void)
{
    return RUN_SUITE("data: mnist", tests);
}

/* CIFAR-10 as a data set. */
#include "base/memory.h"
#include "base/status.h"
#include "data/dataset.h"
#include "io/cifar.h"

#include <string.h>
#include <unistd.h>

enum { TRAINING_FILES = 5 };

static const char who[] = "gan_dataset_open_cifar10";

/* In the order of the labels, as batches.meta.txt has them. */
static const char *const class_names[GAN_CIFAR_CLASSES] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                                           "dog",      "frog",       "horse", "ship", "truck"};

/* The file's path as new text, in the folder itself or the one that the archive makes. */
static char *find_file(const char *directory, const char *name)
{
    static const char *const folders[] = {"", "cifar-10-batches-bin/"};
    for (int i = 0; i < 2; i++) {
        char *path = gan_format("%s/%s%s", directory, folders[i], name);
        if (path == NULL || access(path, F_OK) == 0)
            return path;
        gan_free(path);
    }
    return gan_fail_null(GAN_ERROR_IO,
                         "%s: '%s' has no %s, nor has cifar-10-batches-bin in it; want the files of CIFAR-10's binary "
                         "version (cifar-10-binary.tar.gz, unpacked)",
                         who, directory, name);
}

static gan_status find_files(const char *directory, gan_split split, char *paths[TRAINING_FILES], int *count)
{
    *count = split == GAN_SPLIT_TRAIN ? TRAINING_FILES : 1;
    for (int i = 0; i < *count; i++) {
        char name[] = "data_batch_1.bin";
        name[strlen("data_batch_")] = (char)('1' + i);
        paths[i] = find_file(directory, split == GAN_SPLIT_TRAIN ? name : "test_batch.bin");
        if (paths[i] == NULL)
            return gan_error_status();
    }
    return GAN_OK;
}

static gan_dataset *open_files(const char *const *paths, int count, gan_split split)
{
    gan_tensor *images, *labels;
    if (gan_cifar_read(paths, count, &images, &labels) != GAN_OK)
        return gan_fail_null(gan_error_status(), "%s: %s", who, gan_error_message());
    gan_dataset *dataset = gan_dataset_over_tensor(
        who, split == GAN_SPLIT_TRAIN ? "cifar-10 (train)" : "cifar-10 (test)", images, labels, 0, 1);
    gan_tensor_unref(images);
    gan_tensor_unref(labels);
    if (dataset != NULL && gan_dataset_set_classes(dataset, GAN_CIFAR_CLASSES, class_names) != GAN_OK) {
        gan_dataset_unref(dataset);
        return NULL;
    }
    return dataset;
}

gan_dataset *gan_dataset_open_cifar10(const char *directory, gan_split split)
{
    if (directory == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: directory is NULL", who);
    if (split != GAN_SPLIT_TRAIN && split != GAN_SPLIT_TEST)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: split is %d, want GAN_SPLIT_TRAIN or GAN_SPLIT_TEST", who,
                             (int)split);
    char *paths[TRAINING_FILES] = {0};
    int count;
    gan_dataset *dataset = NULL;
    if (find_files(directory, split, paths, &count) == GAN_OK)
        dataset = open_files((const char *const *)paths, count, split);
    for (int i = 0; i < TRAINING_FILES; i++)
        gan_free(paths[i]);
    return dataset;
}

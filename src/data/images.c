/* Data sets of images from IDX files, MNIST and its like, and from NPY files. */
#include "base/memory.h"
#include "base/status.h"
#include "data/dataset.h"
#include "io/csv.h"
#include "io/idx.h"

#include <inttypes.h>
#include <unistd.h>

/* A picture without an axis for its channels has one. */
static gan_tensor *with_channels(gan_tensor *images)
{
    gan_shape s = gan_tensor_shape(images);
    if (s.rank != 3)
        return gan_tensor_ref(images);
    return gan_tensor_reshape(images, GAN_SHAPE(s.dims[0], 1, s.dims[1], s.dims[2]));
}

static gan_status check_pair(const char *images_path, const gan_tensor *images, const char *labels_path,
                             const gan_tensor *labels)
{
    char text[128];
    gan_shape shape = gan_tensor_shape(images);
    if (shape.rank < 2)
        return gan_fail(GAN_ERROR_FORMAT, "%s: holds %s, want images [N, H, W] or vectors [N, K]", images_path,
                        gan_shape_text(shape, text, sizeof text));
    if (labels == NULL)
        return GAN_OK;
    gan_shape label_shape = gan_tensor_shape(labels);
    if (label_shape.rank != 1)
        return gan_fail(GAN_ERROR_FORMAT, "%s: holds %s, want labels [N]", labels_path,
                        gan_shape_text(label_shape, text, sizeof text));
    if (label_shape.dims[0] != shape.dims[0])
        return gan_fail(GAN_ERROR_FORMAT,
                        "%s holds %" PRId64 " images, but %s %" PRId64 " labels: they do not belong "
                        "together",
                        images_path, shape.dims[0], labels_path, label_shape.dims[0]);
    return GAN_OK;
}

/* As classes, which some programs save as floats. */
static gan_tensor *as_classes(const char *path, const gan_tensor *labels)
{
    int64_t count = gan_tensor_size(labels);
    gan_tensor *classes = gan_tensor_new_typed(GAN_SHAPE(count), GAN_INT32);
    for (int64_t i = 0; classes != NULL && i < count; i++) {
        bool whole = gan_tensor_dtype(labels) != GAN_FLOAT32;
        double label = whole ? (double)gan_label_at(labels, i) : (double)gan_tensor_data(labels)[i];
        if (!gan_label_is_class(label)) {
            gan_tensor_unref(classes);
            return gan_fail_null(GAN_ERROR_FORMAT,
                                 "%s: label %" PRId64 " is %.10g, want a whole number from 0 to %d, its class", path, i,
                                 label, GAN_CSV_MAX_CLASSES - 1);
        }
        gan_tensor_int32(classes)[i] = (int32_t)label;
    }
    return classes;
}

/* The data set of two files' contents, either of which may be NULL: then what is there is the error. */
static gan_dataset *over_pair(const char *who, const char *name, const char *images_path, gan_tensor *images,
                              const char *labels_path, gan_tensor *labels, float low, float high)
{
    gan_dataset *dataset = NULL;
    gan_tensor *shaped = NULL, *classes = NULL;
    if (images == NULL || (labels_path != NULL && labels == NULL) ||
        check_pair(images_path, images, labels_path, labels) != GAN_OK ||
        (labels != NULL && (classes = as_classes(labels_path, labels)) == NULL))
        gan_fail(gan_error_status(), "%s: %s", who, gan_error_message());
    else if ((shaped = with_channels(images)) != NULL)
        dataset = gan_dataset_over_tensor(who, name, shaped, classes, low, high);
    if (dataset != NULL && labels != NULL && gan_dataset_number_classes(dataset) != GAN_OK) {
        gan_dataset_unref(dataset);
        dataset = NULL;
    }
    gan_tensor_unref(shaped);
    gan_tensor_unref(images);
    gan_tensor_unref(labels);
    gan_tensor_unref(classes);
    return dataset;
}

static gan_dataset *open_pair(const char *who, const char *name, const char *images_path, const char *labels_path)
{
    gan_tensor *images = gan_idx_read(images_path);
    gan_tensor *labels = images != NULL && labels_path != NULL ? gan_idx_read(labels_path) : NULL;
    return over_pair(who, name, images_path, images, labels_path, labels, 0, 1);
}

gan_dataset *gan_dataset_open_idx(const char *images, const char *labels)
{
    if (images == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_open_idx: images is NULL, want a file's name");
    return open_pair("gan_dataset_open_idx", images, images, labels);
}

/* The first of the names that a file of MNIST goes by and that is there, as new text. */
static char *find_file(const char *directory, const char *part, const char *what, int rank)
{
    static const char joints[] = "-.", *const endings[] = {"", ".gz"};
    for (int i = 0; i < 4; i++) {
        char *path = gan_format("%s/%s-%s%cidx%d-ubyte%s", directory, part, what, joints[i / 2], rank, endings[i % 2]);
        if (path == NULL || access(path, F_OK) == 0)
            return path;
        gan_free(path);
    }
    return gan_fail_null(GAN_ERROR_IO,
                         "gan_dataset_open_mnist: '%s' has no %s-%s-idx%d-ubyte (looked for it with and "
                         "without .gz, and as %s-%s.idx%d-ubyte); 'sh examples/fetch-mnist.sh %s' fetches MNIST",
                         directory, part, what, rank, part, what, rank, directory);
}

gan_dataset *gan_dataset_open_mnist(const char *directory, gan_split split)
{
    if (directory == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_open_mnist: directory is NULL");
    if (split != GAN_SPLIT_TRAIN && split != GAN_SPLIT_TEST)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT,
                             "gan_dataset_open_mnist: split is %d, want GAN_SPLIT_TRAIN or "
                             "GAN_SPLIT_TEST",
                             (int)split);
    const char *part = split == GAN_SPLIT_TRAIN ? "train" : "t10k";
    char *images = find_file(directory, part, "images", 3);
    char *labels = images != NULL ? find_file(directory, part, "labels", 1) : NULL;
    gan_dataset *dataset = NULL;
    if (labels != NULL)
        dataset = open_pair("gan_dataset_open_mnist", split == GAN_SPLIT_TRAIN ? "mnist (train)" : "mnist (test)",
                            images, labels);
    gan_free(images);
    gan_free(labels);
    return dataset;
}

gan_dataset *gan_dataset_open_npy_images(const char *images_path, const char *labels_path, float low, float high)
{
    static const char who[] = "gan_dataset_open_npy_images";
    if (images_path == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: images is NULL, want a file's name", who);
    if (!(low < high))
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT,
                             "%s: range is [%g, %g], want low < high; for numbers without a range use "
                             "gan_dataset_open_npy",
                             who, (double)low, (double)high);
    gan_tensor *images = gan_tensor_read_npy(images_path);
    gan_tensor *labels = images != NULL && labels_path != NULL ? gan_tensor_read_npy(labels_path) : NULL;
    return over_pair(who, images_path, images_path, images, labels_path, labels, low, high);
}

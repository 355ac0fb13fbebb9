/* gan_tensor_read_npy, and what is behind it: tables, and pictures with labels. The first two bytes are the first
 * file's size, what follows it is the second. */
#include "fuzz.h"

#include "gan/gan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t rest = size - 2, first = fuzz_size(data) < rest ? fuzz_size(data) : rest;
    const char *path = fuzz_file(0, data + 2, first);
    gan_tensor_unref(gan_tensor_read_npy(path));
    gan_table_options options;
    gan_table_options_init(&options);
    options.label_column = data[0] % 3 - 1;
    gan_dataset_unref(gan_dataset_open_npy(path, &options));
    const char *labels = first < rest ? fuzz_file(1, data + 2 + first, rest - first) : NULL;
    gan_dataset_unref(gan_dataset_open_npy_images(path, labels, 0, 255));
    return 0;
}

/* gan_tensor_read_npy, and gan_dataset_open_npy behind it. */
#include "fuzz.h"

#include "gan/gan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(0, data, size);
    gan_tensor_unref(gan_tensor_read_npy(path));
    gan_dataset_unref(gan_dataset_open_npy(path, NULL));
    return 0;
}

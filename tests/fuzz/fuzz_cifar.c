/* CIFAR-10's files: the first byte says how much of the rest is the first of two. */
#include "fuzz.h"

#include "gan/gan.h"
#include "io/cifar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t first = (size - 1) * data[0] / 255;
    const char *paths[] = {fuzz_file(0, data + 1, first), fuzz_file(1, data + 1 + first, size - 1 - first)};
    gan_tensor *images, *labels;
    gan_cifar_read(paths, first < size - 1 ? 2 : 1, &images, &labels);
    gan_tensor_unref(images);
    gan_tensor_unref(labels);
    return 0;
}

/* gan_dataset_open_idx: the first byte says how much of the rest is the file of images; the other is that of labels. */
#include "fuzz.h"

#include "gan/gan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t images = (size - 1) * data[0] / 255;
    const char *first = fuzz_file(0, data + 1, images), *second = fuzz_file(1, data + 1 + images, size - 1 - images);
    gan_dataset_unref(gan_dataset_open_idx(first, images < size - 1 ? second : NULL));
    return 0;
}

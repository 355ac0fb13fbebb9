/* gan_dataset_open_csv. */
#include "fuzz.h"

#include "gan/gan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gan_dataset *dataset = gan_dataset_open_csv(fuzz_file(0, data, size), NULL);
    if (dataset != NULL && gan_shape_size(gan_dataset_shape(dataset)) <= 64) {
        float example[64];
        int32_t label;
        gan_dataset_read(dataset, gan_dataset_size(dataset) - 1, example, &label);
        gan_dataset_unref(gan_dataset_standardised(dataset));
    }
    gan_dataset_unref(dataset);
    return 0;
}

/* gan_dataset_open_csv: the first byte picks the column of labels, and how the file is read. */
#include "fuzz.h"

#include "gan/gan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    static const char comments[] = {0, '#'};
    gan_table_options options;
    gan_table_options_init(&options);
    options.label_column = data[0] % 4 - 1;
    options.header = data[0] / 4 % 3 - 1;
    options.comment = comments[data[0] / 12 % 2];
    options.label_name = data[0] / 24 % 2 != 0 && options.label_column < 0 ? "label" : NULL;
    gan_dataset *dataset = gan_dataset_open_csv(fuzz_file(0, data + 1, size - 1), &options);
    if (dataset != NULL && gan_shape_size(gan_dataset_shape(dataset)) <= 64) {
        float example[64];
        int32_t label;
        gan_dataset_read(dataset, gan_dataset_size(dataset) - 1, example, &label);
        gan_dataset_unref(gan_dataset_standardised(dataset));
    }
    gan_dataset_unref(dataset);
    return 0;
}

/* Models and parameters: gan_model_load_memory, gan_model_load_parameters, gan_file_summary. */
#include "fuzz.h"

#include "gan/gan.h"

#include <stdlib.h>

static void load(const uint8_t *bytes, size_t size)
{
    gan_model *model = gan_model_load_memory(bytes, size);
    if (model != NULL && gan_shape_size(gan_model_input_shape(model)) < 100000 &&
        gan_shape_size(gan_model_output_shape(model)) < 100000)
        gan_tensor_unref(gan_generator_sample(model, 1, 1));
    const char *path = fuzz_file(0, bytes, size);
    gan_text_free(gan_file_summary(path));
    gan_load_options options;
    gan_load_options_init(&options);
    options.match = size % 2 == 0 ? GAN_MATCH_NAMES : GAN_MATCH_ORDER;
    gan_model *small = gan_model_new(GAN_SHAPE(3));
    gan_model_add(small, gan_layer_dense(2));
    gan_model_add(small, gan_layer_batch_norm());
    gan_model_load_parameters(small, path, &options);
    gan_model_unref(small);
    gan_model_unref(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || data[0] != '{') { /* a file as it is */
        load(data, size);
        return 0;
    }
    size_t whole;
    uint8_t *bytes = fuzz_safetensors(data, size, &whole);
    load(bytes, whole);
    free(bytes);
    return 0;
}

/*
 * export: a saved generator or discriminator as an ONNX file, which ONNX Runtime and many other programs run.
 *   cc export.c $(pkg-config --cflags --libs gan) -o export
 *   ./export generator.safetensors generator.onnx
 */
#include <gan/gan.h>

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: export MODEL FILE.onnx [--raw]\n"
    "Writes a model that gan_model_save wrote as an ONNX file: \"input\" [batch, ...] to \"output\" [batch, ...].\n"
    "A model that takes labels has \"labels\", a row for each example, beside its input.\n"
    "  --raw     leaves out the last step, to the range of the data\n"
    "  --help    shows this\n";

int main(int argc, char **argv)
{
    gan_onnx_options options;
    gan_onnx_options_init(&options);
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (argc != 3 && !(argc == 4 && strcmp(argv[3], "--raw") == 0)) {
        fputs(usage, stderr);
        return 2;
    }
    options.data_range = argc == 3;
    gan_model *model = gan_model_load(argv[1]);
    if (model == NULL || gan_model_export_onnx(model, argv[2], &options) != GAN_OK) {
        fprintf(stderr, "export: %s\n", gan_error_message());
        gan_model_unref(model);
        return 1;
    }
    char in[128], out[128];
    printf("%s: %s to %s\n", argv[2], gan_shape_text(gan_model_input_shape(model), in, sizeof in),
           gan_shape_text(gan_model_output_shape(model), out, sizeof out));
    gan_model_unref(model);
    return 0;
}

/* onnx_write FOLDER: each case as NAME.onnx, its inputs as NAME.in, what libgan makes of them as NAME.out, and the two
 * shapes as NAME.json: see onnx_runtime.sh. */
#include "onnx_cases.h"

#include <stdio.h>

static bool write_numbers(const char *path, const gan_tensor *numbers)
{
    FILE *file = fopen(path, "wb");
    size_t count = (size_t)gan_tensor_size(numbers);
    bool fine = file != NULL && fwrite(gan_tensor_data(numbers), sizeof(float), count, file) == count;
    return file != NULL && fclose(file) == 0 && fine;
}

static bool write_shapes(const char *path, const gan_tensor *in, const gan_tensor *out)
{
    char a[128], b[128];
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return false;
    fprintf(file, "{\"input\": %s, \"output\": %s}\n", gan_shape_text(gan_tensor_shape(in), a, sizeof a),
            gan_shape_text(gan_tensor_shape(out), b, sizeof b));
    return fclose(file) == 0;
}

static bool write_case(const char *folder, const struct onnx_case *one)
{
    char path[4][1024];
    static const char *const endings[] = {"onnx", "in", "out", "json"};
    for (int i = 0; i < 4; i++)
        snprintf(path[i], sizeof path[i], "%s/%s.%s", folder, one->name, endings[i]);
    gan_model *model = onnx_case_model(one);
    gan_tensor *in = NULL, *out = NULL;
    bool fine = model != NULL && onnx_case_run(model, &in, &out) == GAN_OK &&
                gan_model_export_onnx(model, path[0], NULL) == GAN_OK && write_numbers(path[1], in) &&
                write_numbers(path[2], out) && write_shapes(path[3], in, out);
    if (!fine)
        fprintf(stderr, "onnx_write: %s: %s\n", one->name, gan_error_message());
    gan_tensor_unref(in);
    gan_tensor_unref(out);
    gan_model_unref(model);
    return fine;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    for (int i = 0; i < ONNX_CASES; i++)
        if (!write_case(argv[1], &onnx_cases[i]))
            return 1;
    return 0;
}

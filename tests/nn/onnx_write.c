/* onnx_write FOLDER: each case and each recipe's networks as NAME.onnx, their inputs as NAME.in and NAME.labels, what
 * libgan makes of them as NAME.out, and shapes and the way to compare as NAME.json: see onnx_runtime.sh. */
#include "onnx_cases.h"
#include "onnx_recipes.h"

#include <stdio.h>

/* All types have four bytes. */
static bool write_numbers(const char *path, const gan_tensor *numbers)
{
    FILE *file = fopen(path, "wb");
    size_t count = (size_t)gan_tensor_size(numbers);
    const void *from = gan_tensor_dtype(numbers) == GAN_INT32 ? (const void *)gan_tensor_int32(numbers)
                                                              : (const void *)gan_tensor_data(numbers);
    bool fine = file != NULL && fwrite(from, 4, count, file) == count;
    return file != NULL && fclose(file) == 0 && fine;
}

static bool write_shapes(const char *path, const struct onnx_numbers *numbers, enum onnx_way way)
{
    static const char *const ways[] = {[EACH] = "each", [WHOLE] = "whole", [NOISE] = "noise"};
    char text[128];
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return false;
    fprintf(file, "{\"way\": \"%s\", \"input\": %s", ways[way],
            gan_shape_text(gan_tensor_shape(numbers->in), text, sizeof text));
    if (numbers->labels != NULL)
        fprintf(file, ", \"labels\": %s, \"type\": \"%s\"",
                gan_shape_text(gan_tensor_shape(numbers->labels), text, sizeof text),
                gan_tensor_dtype(numbers->labels) == GAN_INT32 ? "int64" : "float32");
    fprintf(file, ", \"output\": %s}\n", gan_shape_text(gan_tensor_shape(numbers->out), text, sizeof text));
    return fclose(file) == 0;
}

/* The model goes. */
static bool write_model(const char *folder, const char *name, gan_model *model, enum onnx_way way)
{
    char path[5][1024];
    static const char *const endings[] = {"onnx", "in", "out", "json", "labels"};
    for (int i = 0; i < 5; i++)
        snprintf(path[i], sizeof path[i], "%s/%s.%s", folder, name, endings[i]);
    struct onnx_numbers numbers = {0};
    bool fine = model != NULL && onnx_run(model, way, &numbers) == GAN_OK &&
                gan_model_export_onnx(model, path[0], NULL) == GAN_OK && write_numbers(path[1], numbers.in) &&
                write_numbers(path[2], numbers.out) && write_shapes(path[3], &numbers, way) &&
                (numbers.labels == NULL || write_numbers(path[4], numbers.labels));
    if (!fine)
        fprintf(stderr, "onnx_write: %s: %s\n", name, gan_error_message());
    onnx_clear(&numbers);
    gan_model_unref(model);
    return fine;
}

int main(int argc, char **argv)
{
    static struct onnx_recipe recipes[ONNX_MOST_RECIPES];
    if (argc != 2)
        return 2;
    bool fine = true;
    for (int i = 0; i < ONNX_CASES; i++)
        fine = write_model(argv[1], onnx_cases[i].name, onnx_case_model(&onnx_cases[i]), onnx_cases[i].way) && fine;
    int count = onnx_recipes(recipes);
    for (int i = 0; i < count; i++)
        fine = write_model(argv[1], recipes[i].name, onnx_filled(onnx_recipe_model(&recipes[i])), EACH) && fine;
    return fine ? 0 : 1;
}

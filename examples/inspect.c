/*
 * inspect: what is in a model's file, a checkpoint or another safetensors file.
 *
 *     cc inspect.c $(pkg-config --cflags --libs gan) -o inspect
 *     inspect FILE…
 */
#include <gan/gan.h>

#include <stdio.h>
#include <string.h>

/* A model's layers as a table, if the file is one. */
static void print_model(const char *path)
{
    gan_model *model = gan_model_load(path);
    char *summary = model != NULL ? gan_model_summary(model) : NULL;
    if (summary != NULL)
        printf("\n%s", summary);
    gan_text_free(summary);
    gan_model_unref(model);
}

int main(int argc, char **argv)
{
    int failed = 0;
    if (argc < 2 || strcmp(argv[1], "--help") == 0) {
        fprintf(argc < 2 ? stderr : stdout, "usage: inspect FILE…\n"
                                            "Says what is in models, checkpoints and other safetensors files.\n");
        return argc < 2 ? 2 : 0;
    }
    for (int i = 1; i < argc; i++) {
        char *text = gan_file_summary(argv[i]);
        if (text == NULL) {
            fprintf(stderr, "inspect: %s\n", gan_error_message());
            failed = 1;
            continue;
        }
        printf("%s%s", i > 1 ? "\n" : "", text);
        gan_text_free(text);
        print_model(argv[i]);
    }
    return failed;
}

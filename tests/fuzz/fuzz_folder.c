/* gan_dataset_open_folder and what a loader reads from it: two files of any bytes, as pictures of two classes. The
 * first two bytes are the first file's size, the third says how the folder is read. */
#include "fuzz.h"

#include "gan/gan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const names[] = {"a", "a/1.png", "b", "b/2.jpg"}; /* what is in it; the content says more */

static const char *path_of(const char *name)
{
    static char root[64], paths[2][128];
    static int next;
    if (root[0] == '\0') {
        snprintf(root, sizeof root, "%s/gan-fuzz-folder-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        if (mkdtemp(root) == NULL)
            abort();
    }
    char *path = paths[next++ % 2];
    snprintf(path, sizeof paths[0], "%s/%s", root, name);
    return path;
}

static void remove_all(void)
{
    unlink(path_of("cache"));
    for (int i = 3; i >= 0; i--)
        remove(path_of(names[i]));
    rmdir(path_of(""));
}

static void write_picture(const char *path, uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        abort();
}

/* A batch of it, and an example; any outcome but a crash will do. */
static void read_all(gan_dataset *dataset)
{
    float example[4 * 5 * 6];
    const gan_tensor *batch, *labels;
    gan_loader_options options;
    gan_loader_options_init(&options);
    options.queue_depth = 0;
    gan_loader *loader = gan_loader_new(dataset, 1, 1, &options);
    if (loader != NULL)
        gan_loader_next(loader, &batch, gan_dataset_classes(dataset) > 0 ? &labels : NULL);
    gan_loader_unref(loader);
    gan_dataset_read(dataset, gan_dataset_size(dataset) - 1, example, NULL);
    for (int i = 0; i < 2; i++)
        if (gan_dataset_skipped_name(dataset, i) != NULL && gan_dataset_skipped_reason(dataset, i) == NULL)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool made;
    if (size < 3)
        return 0;
    if (!made) {
        made = true;
        mkdir(path_of(names[0]), 0777);
        mkdir(path_of(names[2]), 0777);
        atexit(remove_all);
    }
    size_t rest = size - 3, first = fuzz_size(data) < rest ? fuzz_size(data) : rest;
    uint8_t *bytes = malloc(rest + 1);
    if (bytes == NULL)
        abort();
    memcpy(bytes, data + 3, rest);
    fuzz_mend_png(bytes, first);
    fuzz_mend_png(bytes + first, rest - first);
    write_picture(path_of(names[1]), bytes, first);
    write_picture(path_of(names[3]), bytes + first, rest - first);
    free(bytes);
    gan_folder_options options;
    gan_folder_options_init(&options);
    options.height = 5;
    options.width = 6;
    options.channels = data[2] % 3 == 0 ? 1 : 2 + data[2] % 3;
    options.crop = (gan_crop)(data[2] / 3 % 3);
    options.labels = data[2] / 9 % 2 == 0 ? GAN_FOLDER_LABELS_AUTO : GAN_FOLDER_LABELS_NONE;
    options.headers_only = data[2] / 18 % 2 != 0;
    options.cache_file = data[2] / 36 % 2 != 0 ? path_of("cache") : NULL;
    gan_dataset *dataset = gan_dataset_open_folder(path_of(""), &options);
    if (dataset != NULL)
        read_all(dataset);
    gan_dataset_unref(dataset);
    return 0;
}

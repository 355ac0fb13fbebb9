/*
 * standalone TARGET: a fuzz target without a fuzzer. It gets the seeds, every cut of them, and as many mutations (bits
 * flipped, bytes set, pieces doubled and removed) as take about a second; always the same ones.
 */
#include "fuzz.h"

#include "base/random.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1 << 15, MUTATIONS = 3000 };

static struct gan_random_key key = {.seed = 6, .stream = 1};

static size_t pick(size_t bound)
{
    return bound > 0 ? (size_t)gan_random_integer(&key, key.step++, bound) : 0;
}

static size_t mutate(uint8_t *bytes, size_t size)
{
    static const uint8_t special[] = {0, 1, 0x7F, 0x80, 0xFF, '"', '{', ']', '9', '-'};
    size_t from = pick(size), length = 1 + pick(16), to = pick(size);
    if (size < 40)
        length = 1;
    switch (pick(5)) {
    case 0:
        bytes[from] ^= (uint8_t)(1 << pick(8));
        return size;
    case 1:
        bytes[from] = special[pick(sizeof special)];
        return size;
    case 2:
        length = from + length <= size ? length : size - from;
        memmove(bytes + from, bytes + from + length, size - from - length);
        return size - length;
    case 3:
        if (size + length > MOST || from + length > size)
            return size;
        memmove(bytes + from + length, bytes + from, size - from);
        return size + length;
    default:
        if (from + length <= size && to + length <= size)
            memmove(bytes + to, bytes + from, length);
        return size;
    }
}

/* In memory of its own size, so that a sanitizer sees a byte too many. */
static void give(const uint8_t *bytes, size_t size)
{
    uint8_t *own = malloc(size > 0 ? size : 1);
    if (own == NULL)
        abort();
    memcpy(own, bytes, size);
    LLVMFuzzerTestOneInput(own, size);
    free(own);
}

static int try_seed(const char *path)
{
    static uint8_t seed[MOST], bytes[MOST];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return 0;
    size_t size = fread(seed, 1, sizeof seed, file);
    fclose(file);
    if (size == 0)
        return 0;
    for (size_t cut = 0; cut <= size; cut += 1 + size / 500)
        give(seed, cut);
    give(seed, size);
    for (int i = 0; i < MUTATIONS; i++) {
        size_t now = size;
        memcpy(bytes, seed, size);
        for (size_t times = 1 + pick(4); times > 0 && now > 0; times--)
            now = mutate(bytes, now);
        give(bytes, now);
    }
    return 1;
}

int main(int argc, char **argv)
{
    char directory[] = "/tmp/gan-fuzz-XXXXXX", folder[256], path[1024];
    if (argc != 2 || mkdtemp(directory) == NULL || fuzz_write_seeds(directory) != 0)
        return 2;
    snprintf(folder, sizeof folder, "%s/%s", directory, argv[1]);
    DIR *open = opendir(folder);
    int seeds = 0;
    for (struct dirent *entry; open != NULL && (entry = readdir(open)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        seeds += entry->d_name[0] != '.' && try_seed(path);
    }
    if (open != NULL)
        closedir(open);
    snprintf(path, sizeof path, "rm -rf '%s'", directory);
    int removed = system(path);
    printf("%s: %d seeds, %d mutations of each\n", argv[1], seeds, MUTATIONS);
    return seeds > 0 && removed == 0 ? 0 : 1;
}

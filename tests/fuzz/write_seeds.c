/* write-seeds DIR: the seed corpora of the fuzz targets. */
#include "fuzz.h"

#include <stdio.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: write-seeds DIR\n");
        return 2;
    }
    mkdir(argv[1], 0777);
    return fuzz_write_seeds(argv[1]) != 0;
}

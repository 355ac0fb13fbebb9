#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int run_suite(const char *name, const struct test_case *tests, size_t count)
{
    scratch_directory(); /* before Check forks, so that the parent removes it */
    Suite *suite = suite_create(name);
    TTest *made = calloc(count, sizeof *made);
    if (made == NULL)
        return EXIT_FAILURE;
    for (size_t i = 0; i < count; i++) {
        TCase *test_case = tcase_create(tests[i].name);
        tcase_set_timeout(test_case, 0); /* meson's timeout serves */
        made[i] = (TTest){.name = tests[i].name, .fn = tests[i].test, .file = name};
        tcase_add_test(test_case, &made[i]);
        suite_add_tcase(suite, test_case);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    free(made);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

const char *mnist_directory(void)
{
    static char path[4096];
    const char *root = getenv("GAN_SOURCE_ROOT");
    const char *named = getenv("GAN_MNIST_DIR");
    if (named != NULL && *named != '\0')
        snprintf(path, sizeof path, "%s", named);
    else
        snprintf(path, sizeof path, "%s/../shared/data/mnist", root != NULL ? root : ".");
    if (access(path, R_OK) == 0)
        return path;
    printf("skipped: no MNIST at %s (GAN_MNIST_DIR names another place)\n", path);
    return NULL;
}

static char scratch[256];
static pid_t scratch_owner;

static void remove_scratch(void)
{
    if (getpid() != scratch_owner)
        return;
    char command[300];
    snprintf(command, sizeof command, "rm -rf '%s'", scratch);
    if (system(command) != 0)
        fprintf(stderr, "could not remove %s\n", scratch);
}

const char *scratch_directory(void)
{
    if (scratch[0] == '\0') {
        const char *base = getenv("TMPDIR");
        snprintf(scratch, sizeof scratch, "%s/gan-test-XXXXXX", base != NULL ? base : "/tmp");
        if (mkdtemp(scratch) == NULL) {
            perror(scratch);
            exit(EXIT_FAILURE);
        }
        scratch_owner = getpid();
        atexit(remove_scratch);
    }
    return scratch;
}

const char *scratch_file(const char *name)
{
    static char paths[8][512];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", scratch_directory(), name);
    return path;
}

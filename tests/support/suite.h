/* What every test program shares: one Check suite, run and reported. */
#ifndef GAN_TESTS_SUITE_H
#define GAN_TESTS_SUITE_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

/* Check's own START_TEST makes a variable, which no static table can hold; here a test is a function. */
#undef START_TEST
#undef END_TEST
#define START_TEST(test) static void test(int _i CK_ATTRIBUTE_UNUSED)
#define END_TEST

struct test_case {
    const char *name;
    TFun test;
};

/* Runs the tests as one suite and prints Check's closing line. Returns main's exit status. */
int run_suite(const char *name, const struct test_case *tests, size_t count);

#define RUN_SUITE(name, tests) run_suite(name, tests, sizeof(tests) / sizeof((tests)[0]))

/* The child of a process with threads can have threads: ThreadSanitizer lets none start there, and AddressSanitizer's
 * allocator is locked there for good if a thread was in it. */
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define CHILDREN_HAVE_THREADS
#endif

/* The folder of the real MNIST: GAN_MNIST_DIR, else shared/data/mnist beside the checkout; NULL (after saying that the
 * test is skipped) where there is none. */
const char *mnist_directory(void);

/* A folder for this program's files, made at the first call and removed at exit. */
const char *scratch_directory(void);
/* scratch_directory()/name; the text lives until the next call but seven. */
const char *scratch_file(const char *name);

#endif

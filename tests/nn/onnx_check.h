/* What onnx_peer.py makes of an ONNX file, compared with libgan's numbers. */
#ifndef GAN_TESTS_NN_ONNX_CHECK_H
#define GAN_TESTS_NN_ONNX_CHECK_H

#include "files.h"
#include "onnx_cases.h"
#include "suite.h"

#include <math.h>

/* All types have four bytes. */
static void write_for_peer(const char *path, const gan_tensor *numbers)
{
    bool whole = gan_tensor_dtype(numbers) == GAN_INT32;
    write_file(path, whole ? (const void *)gan_tensor_int32(numbers) : (const void *)gan_tensor_data(numbers),
               4 * (size_t)gan_tensor_size(numbers));
}

/* Cases whose files are written, and what libgan makes of them: one start of python3 is for all. */
struct peer_case {
    char name[64];
    enum onnx_way way;
    struct onnx_numbers numbers;
};
struct peer_cases {
    struct peer_case list[160];
    int count;
};

static void peer_path(char path[600], const char *name, const char *ending)
{
    snprintf(path, 600, "%s/%s.%s", scratch_directory(), name, ending);
}

/* Takes the numbers over; the model's file is <name>.onnx in the scratch folder. */
static void add_for_peer(struct peer_cases *cases, const char *name, enum onnx_way way, struct onnx_numbers numbers)
{
    char path[600];
    ck_assert_int_lt(cases->count, (int)(sizeof cases->list / sizeof cases->list[0]));
    struct peer_case *one = &cases->list[cases->count++];
    *one = (struct peer_case){.way = way, .numbers = numbers};
    snprintf(one->name, sizeof one->name, "%s", name);
    peer_path(path, name, "in");
    write_for_peer(path, numbers.in);
    if (numbers.labels == NULL)
        return;
    peer_path(path, name, "labels");
    write_for_peer(path, numbers.labels);
}

/* False without python3. */
static bool run_peer(const struct peer_cases *cases)
{
    static const char *const endings[] = {"onnx", "in", "out", "labels"};
    char command[2500], path[600];
    const char *root = getenv("GAN_SOURCE_ROOT"), *list = scratch_file("peer.list");
    if (system("command -v python3 >/dev/null 2>&1") != 0) {
        printf("skipped: no python3 to compute ONNX files\n");
        return false;
    }
    FILE *file = fopen(list, "w");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < cases->count; i++)
        for (int k = 0, count = cases->list[i].numbers.labels != NULL ? 4 : 3; k < count; k++) {
            peer_path(path, cases->list[i].name, endings[k]);
            fprintf(file, "%s%c", path, k < count - 1 ? '\t' : '\n');
        }
    ck_assert_int_eq(fclose(file), 0);
    snprintf(command, sizeof command, "python3 '%s/tests/nn/onnx_peer.py' '%s'", root != NULL ? root : ".", list);
    ck_assert_int_eq(system(command), 0);
    return true;
}

/* Rounding is as large as what was added up, which is about as large as the largest number that comes out. */
static void compare_with_peer(const struct peer_case *one)
{
    static float got[16384];
    char path[600];
    const char *name = one->name;
    size_t count = (size_t)gan_tensor_size(one->numbers.out), columns = count / ONNX_BATCH, drawn = 0;
    size_t same = one->way == NOISE ? (size_t)gan_tensor_size(one->numbers.in) / ONNX_BATCH : columns;
    const float *wanted = gan_tensor_data(one->numbers.out);
    ck_assert_uint_lt(count, 16384);
    peer_path(path, name, "out");
    ck_assert_uint_eq(read_back(path, got, sizeof got), count * sizeof(float));
    double largest = 1, sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs((double)wanted[i]));
    for (size_t i = 0; i < count; i++) {
        double w = (double)wanted[i], g = (double)got[i];
        if (i % columns < same) {
            ck_assert_msg(fabs(g - w) <= 1e-5 * largest, "%s, number %zu: %g, libgan has %g", name, i, g, w);
            continue;
        }
        drawn++;
        sum += g;
        squares += g * g;
    }
    if (drawn > 0) { /* to five standard errors */
        ck_assert_double_le(fabs(sum / (double)drawn), 5 / sqrt((double)drawn));
        ck_assert_double_le(fabs(squares / (double)drawn - 1), 5 * sqrt(2 / (double)drawn));
    }
}

static void check_by_peer(struct peer_cases *cases)
{
    bool ran = run_peer(cases);
    for (int i = 0; i < cases->count; i++) {
        if (ran)
            compare_with_peer(&cases->list[i]);
        onnx_clear(&cases->list[i].numbers);
    }
    cases->count = 0;
}

#endif

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

/* What it makes of the inputs, into `out`; false without python3. */
static bool run_peer(const char *path, const struct onnx_numbers *numbers, float *out, size_t count)
{
    char command[4000];
    const char *root = getenv("GAN_SOURCE_ROOT"), *from = scratch_file("peer.in"), *to = scratch_file("peer.out");
    const char *labels = numbers->labels != NULL ? scratch_file("peer.labels") : "";
    static int skipped;
    if (system("command -v python3 >/dev/null 2>&1") != 0) {
        if (skipped++ == 0)
            printf("skipped: no python3 to compute ONNX files\n");
        return false;
    }
    write_for_peer(from, numbers->in);
    if (numbers->labels != NULL)
        write_for_peer(labels, numbers->labels);
    snprintf(command, sizeof command, "python3 '%s/tests/nn/onnx_peer.py' '%s' '%s' '%s' %s", root != NULL ? root : ".",
             path, from, to, labels);
    ck_assert_int_eq(system(command), 0);
    ck_assert_uint_eq(read_back(to, out, (count + 1) * sizeof(float)), count * sizeof(float));
    return true;
}

/* Rounding is as large as what was added up, which is about as large as the largest number that comes out. */
static void check_by_peer(const char *name, const char *path, enum onnx_way way, const struct onnx_numbers *numbers)
{
    static float got[16384];
    size_t count = (size_t)gan_tensor_size(numbers->out), columns = count / ONNX_BATCH;
    size_t same = way == NOISE ? (size_t)gan_tensor_size(numbers->in) / ONNX_BATCH : columns, drawn = 0;
    const float *wanted = gan_tensor_data(numbers->out);
    ck_assert_uint_lt(count, 16384);
    if (!run_peer(path, numbers, got, count))
        return;
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

#endif

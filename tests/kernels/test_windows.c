/* The loops of resampling and pooling, of every instruction set, against plain ones: at sizes around the vectors'; and
 * what windows meet. */
#include "suite.h"

#include "base/random.h"
#include "levels.h"

#include <math.h>
#include <string.h>

enum { MOST = 300, ROWS = 5 };

static void fill(float *numbers, int64_t count, uint64_t seed)
{
    struct gan_random_key key = {seed, 3, 0};
    gan_random_uniform(&key, 0, (size_t)count, numbers);
    for (int64_t i = 0; i < count; i++)
        numbers[i] = 2 * numbers[i] - 1;
}

static const int64_t sizes[] = {1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 191, 300};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

START_TEST(weighted_sums)
{
    static float in[ROWS * MOST], out[MOST + 1];
    const int64_t index[] = {3, 0, 4, 3};
    const float weight[] = {0.25f, -1.5f, 0.3f, 2};
    struct level levels[MOST_LEVELS];
    int count = levels_here(levels);
    fill(in, ROWS * MOST, 1);
    for (int level = 0; level < count; level++)
        for (int i = 0; i < SIZES; i++)
            for (int64_t taps = 0; taps <= 4; taps++) {
                out[sizes[i]] = 77;
                levels[level].kernels->weighted_sum(in, MOST, index, weight, taps, out, sizes[i]);
                ck_assert_float_eq(out[sizes[i]], 77);
                for (int64_t j = 0; j < sizes[i]; j++) {
                    double sum = 0;
                    for (int64_t tap = 0; tap < taps; tap++)
                        sum += (double)weight[tap] * (double)in[index[tap] * MOST + j];
                    ck_assert_msg(fabs((double)out[j] - sum) < 1e-6, "%s, %lld numbers, %lld taps: %.9g is not %.9g",
                                  levels[level].name, (long long)sizes[i], (long long)taps, (double)out[j], sum);
                }
            }
}
END_TEST

START_TEST(combined_rows)
{
    enum { APART = MOST + 5 };
    static float in[GAN_COMBINED][ROWS * APART], out[ROWS * APART], before[ROWS * APART];
    static const float factor[GAN_COMBINED] = {1, -1, 0.5f, -0.5f, 1, 0.25f, -1, 2, 1};
    const float *from[GAN_COMBINED];
    struct level levels[MOST_LEVELS];
    int levels_count = levels_here(levels);
    for (int i = 0; i < GAN_COMBINED; i++) {
        from[i] = in[i];
        fill(in[i], ROWS * APART, 7 + (uint64_t)i);
    }
    fill(before, ROWS * APART, 5);
    for (int level = 0; level < levels_count; level++)
        for (int i = 0; i < SIZES; i++)
            for (int64_t count = 0; count <= GAN_COMBINED; count++)
                for (int way = 0; way < 4; way++) { /* rows apart or not, added or not */
                    int64_t columns = sizes[i], apart = way & 1 ? APART : columns;
                    bool add = way & 2;
                    memcpy(out, before, sizeof out);
                    levels[level].kernels->combine_rows(from, factor, count, apart, out, apart, ROWS, columns, add);
                    for (int64_t place = 0; place < ROWS * APART; place++) {
                        bool inside = place / apart < ROWS && place % apart < columns;
                        double sum = inside && !add ? 0 : (double)before[place];
                        for (int64_t t = 0; t < count && inside; t++)
                            sum += (double)factor[t] * (double)in[t][place];
                        if (!(fabs((double)out[place] - sum) < 2e-6)) /* Check writes each assertion down */
                            ck_abort_msg("%s, %lld arrays, %lld columns %lld apart, place %lld: %.9g is not %.9g",
                                         levels[level].name, (long long)count, (long long)columns, (long long)apart,
                                         (long long)place, (double)out[place], sum);
                    }
                }
}
END_TEST

/* Numbers with ties, infinities and NaN. */
static void fill_awkward(float *numbers, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        numbers[i] = i % 23 == 5 ? NAN : i % 19 == 3 ? -INFINITY : (float)(i * 7919 % 5);
}

/* The tap where number j is largest: as PyTorch's, NaN wins, and a later NaN over an earlier one. */
static int64_t largest(const struct gan_window_taps *taps, const float *x, int64_t j)
{
    int64_t found = j;
    for (int64_t row = 0; row < taps->rows; row++)
        for (int64_t column = 0; column < taps->columns; column++) {
            int64_t place = row * taps->row_step + column * taps->column_step + j;
            if (x[place] > x[found] || (isnan(x[place]) && place != found))
                found = place;
        }
    return found;
}

static bool same(float a, float b)
{
    return a == b || (isnan(a) && isnan(b));
}

START_TEST(the_largest_of_windows)
{
    static float x[6 * MOST], v[6 * MOST], out[6 * MOST], wanted[6 * MOST];
    static const struct gan_window_taps windows[] = {
        {1, 1, 0, 0}, {2, 2, 3 * MOST, MOST}, {1, 3, 0, MOST}, {2, 3, 3 * MOST, MOST}};
    struct level levels[MOST_LEVELS];
    int count = levels_here(levels);
    fill_awkward(x, 6 * MOST);
    fill(v, 6 * MOST, 2);
    for (int level = 0; level < count; level++)
        for (size_t w = 0; w < sizeof windows / sizeof windows[0]; w++)
            for (int i = 0; i < SIZES; i++) {
                const struct gan_window_taps *taps = &windows[w];
                levels[level].kernels->choose(taps, x, v, out, sizes[i]);
                for (int64_t j = 0; j < sizes[i]; j++)
                    ck_assert_msg(same(out[j], v[largest(taps, x, j)]), "%s, window %zu, number %lld of %lld",
                                  levels[level].name, w, (long long)j, (long long)sizes[i]);
                memcpy(out, v, sizeof out);
                memcpy(wanted, v, sizeof wanted);
                levels[level].kernels->add_to_chosen(taps, x, v, out, sizes[i]);
                for (int64_t j = 0; j < sizes[i]; j++)
                    wanted[largest(taps, x, j)] += v[j];
                ck_assert_mem_eq(out, wanted, sizeof out);
            }
}
END_TEST

/* Pairs of an output position and a tap that meet one of the inputs, one by one. */
static int64_t counted_meetings(const struct gan_window *window, int64_t inputs, int64_t outputs)
{
    int64_t meetings = 0;
    for (int64_t y = 0; y < outputs; y++)
        for (int64_t tap = 0; tap < window->kernel[1]; tap++) {
            int64_t x = y * window->stride[1] + tap * window->dilation[1] - window->padding[1];
            meetings += x >= 0 && x < inputs;
        }
    return meetings;
}

START_TEST(meetings_are_those_counted_one_by_one)
{
    for (int64_t kernel = 1; kernel <= 5; kernel++)
        for (int64_t stride = 1; stride <= 4; stride++)
            for (int64_t padding = 0; padding <= 6; padding++)
                for (int64_t dilation = 1; dilation <= 3; dilation++)
                    for (int64_t inputs = 1; inputs <= 9; inputs++) {
                        struct gan_window window = {{1, kernel}, {1, stride}, {0, padding}, {1, dilation}};
                        int64_t outputs = gan_window_outputs(&window, 1, inputs);
                        int64_t got = gan_window_meetings(&window, 1, inputs, outputs);
                        int64_t wanted = counted_meetings(&window, inputs, outputs);
                        if (got != wanted) /* Check writes each assertion down */
                            ck_abort_msg("kernel %lld, stride %lld, padding %lld, dilation %lld, %lld inputs: %lld is "
                                         "not %lld",
                                         (long long)kernel, (long long)stride, (long long)padding, (long long)dilation,
                                         (long long)inputs, (long long)got, (long long)wanted);
                    }
}
END_TEST

START_TEST(meetings_are_not_counted_one_by_one)
{
    const int64_t inputs = INT64_C(1) << 45;
    const struct gan_window window = {{1, 3}, {1, 1}, {0, 1}, {1, 1}};
    ck_assert_int_eq(gan_window_meetings(&window, 1, inputs, inputs), 3 * inputs - 2);
}
END_TEST

static const struct test_case tests[] = {
    {"weighted sums", weighted_sums},
    {"combined rows", combined_rows},
    {"the largest of windows", the_largest_of_windows},
    {"meetings", meetings_are_those_counted_one_by_one},
    {"many meetings", meetings_are_not_counted_one_by_one},
};

int main(void)
{
    return RUN_SUITE("kernels: windows", tests);
}

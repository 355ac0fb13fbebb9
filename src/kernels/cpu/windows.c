#include "level.h"

#include "vector.h"
#include "windows.h"

#include <string.h>

enum { BLOCK = 128, VECTORS = 4 };

void LEVEL(gan_weighted_sum)(const float *restrict in, int64_t stride, const int64_t *index, const float *weight,
                             int64_t count, float *restrict out, int64_t n)
{
    int64_t j = 0;
    for (; j + VECTORS * VECTOR <= n; j += VECTORS * VECTOR) {
        vector sums[VECTORS] = {V_ZERO, V_ZERO, V_ZERO, V_ZERO};
        for (int64_t i = 0; i < count; i++) {
            const float *from = in + index[i] * stride + j;
            vector factor = V_SAME(weight[i]);
            for (int v = 0; v < VECTORS; v++)
                sums[v] = V_FMA(factor, V_LOAD(from + v * VECTOR), sums[v]);
        }
        for (int v = 0; v < VECTORS; v++)
            V_STORE(out + j + v * VECTOR, sums[v]);
    }
    for (; j + VECTOR <= n; j += VECTOR) {
        vector sum = V_ZERO;
        for (int64_t i = 0; i < count; i++)
            sum = V_FMA(V_SAME(weight[i]), V_LOAD(in + index[i] * stride + j), sum);
        V_STORE(out + j, sum);
    }
    for (; j < n; j++) {
        float sum = 0;
        for (int64_t i = 0; i < count; i++)
            sum = FMA(weight[i], in[index[i] * stride + j], sum);
        out[j] = sum;
    }
}

/* Where `count` is known, the loop over it unrolls. */
static inline __attribute__((always_inline)) void combine_row(const float *const *from, const float *factor,
                                                              const int64_t count, int64_t at, float *restrict out,
                                                              int64_t n, const bool add)
{
    int64_t j = 0;
    for (; j + VECTOR <= n; j += VECTOR) {
        vector sum = add ? V_LOAD(out + j) : V_ZERO;
        for (int64_t i = 0; i < count; i++)
            sum = V_FMA(V_SAME(factor[i]), V_LOAD(from[i] + at + j), sum);
        V_STORE(out + j, sum);
    }
    for (; j < n; j++) {
        float sum = add ? out[j] : 0;
        for (int64_t i = 0; i < count; i++)
            sum = FMA(factor[i], from[i][at + j], sum);
        out[j] = sum;
    }
}

void LEVEL(gan_combine_rows)(const float *const *from, const float *factor, int64_t count, int64_t from_row, float *out,
                             int64_t out_row, int64_t rows, int64_t columns, bool add)
{
    if (from_row == columns && out_row == columns) { /* one long row */
        columns *= rows;
        rows = 1;
    }
    for (int64_t i = 0, at = 0; i < rows; i++, at += from_row, out += out_row)
        if (count == 1 && add)
            combine_row(from, factor, 1, at, out, columns, true);
        else if (count == 1)
            combine_row(from, factor, 1, at, out, columns, false);
        else if (count == 2 && !add)
            combine_row(from, factor, 2, at, out, columns, false);
        else if (count == 4 && !add)
            combine_row(from, factor, 4, at, out, columns, false);
        else
            combine_row(from, factor, count, at, out, columns, add);
}

/* A later number wins over the largest so far. */
#define WINS(number, largest) (((number) > (largest)) | ((number) != (number)))

void LEVEL(gan_choose)(const struct gan_window_taps *taps, const float *restrict x, const float *restrict v,
                       float *restrict out, int64_t n)
{
    float largest[BLOCK], chosen[BLOCK];
    for (int64_t done = 0; done < n; done += BLOCK) {
        int64_t count = n - done < BLOCK ? n - done : BLOCK;
        memcpy(largest, x + done, (size_t)count * sizeof *x);
        memcpy(chosen, v + done, (size_t)count * sizeof *v);
        for (int64_t tap = 1; tap < taps->rows * taps->columns; tap++) {
            int64_t place = tap / taps->columns * taps->row_step + tap % taps->columns * taps->column_step + done;
            const float *next = x + place, *its = v + place;
            for (int64_t j = 0; j < count; j++) {
                float number = next[j], other = its[j];
                int wins = WINS(number, largest[j]);
                largest[j] = wins ? number : largest[j];
                chosen[j] = wins ? other : chosen[j];
            }
        }
        memcpy(out + done, chosen, (size_t)count * sizeof *out);
    }
}

void LEVEL(gan_add_to_chosen)(const struct gan_window_taps *taps, const float *restrict x, const float *restrict v,
                              float *restrict out, int64_t n)
{
    float largest[BLOCK];
    int32_t chosen[BLOCK];
    for (int64_t done = 0; done < n; done += BLOCK) {
        int64_t count = n - done < BLOCK ? n - done : BLOCK;
        memcpy(largest, x + done, (size_t)count * sizeof *x);
        memset(chosen, 0, sizeof chosen);
        for (int32_t tap = 1; tap < taps->rows * taps->columns; tap++) {
            const float *next = x + tap / taps->columns * taps->row_step + tap % taps->columns * taps->column_step +
                                done;
            for (int64_t j = 0; j < count; j++) {
                float number = next[j];
                int wins = WINS(number, largest[j]);
                largest[j] = wins ? number : largest[j];
                chosen[j] = wins ? tap : chosen[j];
            }
        }
        for (int32_t tap = 0; tap < taps->rows * taps->columns; tap++) {
            float *to = out + tap / taps->columns * taps->row_step + tap % taps->columns * taps->column_step + done;
            const float *add = v + done;
            for (int64_t j = 0; j < count; j++)
                to[j] += chosen[j] == tap ? add[j] : 0.0f;
        }
    }
}

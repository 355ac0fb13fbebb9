/*
 * Reductions of a program's values over the middle of kept × reduced × inner. Sums are taken in double, over chunks of
 * rows that the shape decides, and chunks are combined in order: the same bits for any number of threads.
 */
#include "level.h"

#include <math.h>

enum { BLOCK = 512, LANES = 16 };

static double larger(double a, double b)
{
    return a != a ? a : a > b ? a : b; /* a NaN stays */
}

/* The sum in LANES interleaved partial sums, added up in order. */
static double block_sum(const float *values, int64_t n)
{
    double lanes[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            lanes[lane] += (double)values[i + lane];
    for (int lane = 0; i < n; i++, lane++)
        lanes[lane] += (double)values[i];
    double sum = 0;
    for (int lane = 0; lane < LANES; lane++)
        sum += lanes[lane];
    return sum;
}

static double block_max(const float *values, int64_t n)
{
    double max = -INFINITY;
    for (int64_t i = 0; i < n; i++)
        max = larger(max, (double)values[i]);
    return max;
}

/* One accumulator for the values of a range of the linear order. */
static double reduce_range(const struct gan_reduce_call *call, const struct gan_run *run, int64_t begin, int64_t count)
{
    _Alignas(64) float values[BLOCK];
    double result = call->reduction == GAN_REDUCE_SUM ? 0 : -INFINITY;
    for (int64_t done = 0; done < count; done += BLOCK) {
        int64_t n = count - done < BLOCK ? count - done : BLOCK;
        LEVEL(gan_run_program)(&call->program, run, begin + done, n, NULL, values);
        result = call->reduction == GAN_REDUCE_SUM ? result + block_sum(values, n)
                                                   : larger(result, block_max(values, n));
    }
    return result;
}

static void accumulate_row(enum gan_reduction reduction, const float *values, double *into, int64_t n)
{
    if (reduction == GAN_REDUCE_SUM)
        for (int64_t i = 0; i < n; i++)
            into[i] += (double)values[i];
    else
        for (int64_t i = 0; i < n; i++)
            into[i] = larger(into[i], (double)values[i]);
}

/* Rows of `inner` values: whole rows together while they fit a block, else each row in pieces. */
static void reduce_rows(const struct gan_reduce_call *call, const struct gan_run *run, int64_t kept, int64_t first,
                        int64_t rows, double *into)
{
    _Alignas(64) float values[BLOCK];
    int64_t inner = call->inner;
    for (int64_t i = 0; i < inner; i++)
        into[i] = call->reduction == GAN_REDUCE_SUM ? 0 : -INFINITY;
    int64_t begin = (kept * call->reduced + first) * inner;
    if (inner > BLOCK / 2) {
        for (int64_t row = 0; row < rows; row++)
            for (int64_t column = 0; column < inner; column += BLOCK) {
                int64_t n = inner - column < BLOCK ? inner - column : BLOCK;
                LEVEL(gan_run_program)(&call->program, run, begin + row * inner + column, n, NULL, values);
                accumulate_row(call->reduction, values, into + column, n);
            }
        return;
    }
    int64_t together = BLOCK / inner;
    for (int64_t row = 0; row < rows; row += together) {
        int64_t n = rows - row < together ? rows - row : together;
        LEVEL(gan_run_program)(&call->program, run, begin + row * inner, n * inner, NULL, values);
        for (int64_t i = 0; i < n; i++)
            accumulate_row(call->reduction, values + i * inner, into, inner);
    }
}

void LEVEL(gan_reduce)(const void *opaque, const struct gan_run *run, int64_t part)
{
    const struct gan_reduce_call *call = opaque;
    double *partial = (double *)(void *)((char *)run->memory[call->scratch_memory] + call->scratch_offset);
    int64_t chunk = part % call->chunks;
    int64_t first = chunk * call->chunk_rows;
    int64_t rows = call->reduced - first < call->chunk_rows ? call->reduced - first : call->chunk_rows;
    int64_t kept = part / call->chunks * call->kept_per_part;
    int64_t end = kept + call->kept_per_part < call->kept ? kept + call->kept_per_part : call->kept;
    for (; kept < end; kept++) {
        double *into = partial + (kept * call->chunks + chunk) * call->inner;
        if (call->inner == 1)
            *into = reduce_range(call, run, kept * call->reduced + first, rows);
        else
            reduce_rows(call, run, kept, first, rows, into);
    }
}

void LEVEL(gan_reduce_combine)(const void *opaque, const struct gan_run *run, int64_t part)
{
    const struct gan_reduce_call *call = opaque;
    const double *partial = (const double *)(const void *)((char *)run->memory[call->scratch_memory] +
                                                           call->scratch_offset);
    float *out = (float *)run->memory[call->out.memory] + call->out.offset;
    int64_t begin = call->kept * part / call->combine_parts, end = call->kept * (part + 1) / call->combine_parts;
    for (int64_t kept = begin; kept < end; kept++)
        for (int64_t i = 0; i < call->inner; i++) {
            const double *chunk = partial + kept * call->chunks * call->inner + i;
            double result = chunk[0];
            for (int64_t c = 1; c < call->chunks; c++) {
                double next = chunk[c * call->inner];
                result = call->reduction == GAN_REDUCE_SUM ? result + next : larger(result, next);
            }
            out[kept * call->inner + i] = (float)result;
        }
}

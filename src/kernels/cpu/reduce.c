/*
 * Reductions of programs' values over the middle of kept × reduced × inner. Sums are taken in double, over chunks of
 * rows that the shape decides; where there are several, a second step combines them in order: the same bits for any
 * number of threads.
 */
#include "level.h"

#include <math.h>

enum { BLOCK = 512, LANES = 16 };

static double larger(double a, double b)
{
    return a != a ? a : a > b ? a : b; /* a NaN stays */
}

static bool adds_up(enum gan_reduction reduction)
{
    return reduction == GAN_REDUCE_SUM || reduction == GAN_REDUCE_MEAN;
}

static double nothing(enum gan_reduction reduction)
{
    return reduction == GAN_REDUCE_MAX ? (double)-INFINITY : 0;
}

/* ---- all values of a block into one accumulator (two for a variance) ---- */

/* What of a value is summed up: itself, its square as a float, or its square as a double. */
enum summand { VALUE, SQUARE, WIDE_SQUARE };

static inline __attribute__((always_inline)) double summand_of(float value, enum summand summand)
{
    return summand == VALUE    ? (double)value
           : summand == SQUARE ? (double)(value * value)
                               : (double)value * (double)value;
}

/* The sum in LANES interleaved partial sums, added up in order. `summand` is known where this is called. */
static inline __attribute__((always_inline)) double block_sum(const float *values, int64_t n, enum summand summand)
{
    double lanes[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            lanes[lane] += summand_of(values[i + lane], summand);
    for (int lane = 0; i < n; i++, lane++)
        lanes[lane] += summand_of(values[i], summand);
    double sum = 0;
    for (int lane = 0; lane < LANES; lane++)
        sum += lanes[lane];
    return sum;
}

static double block_max(const float *values, int64_t n)
{
    double max = (double)-INFINITY;
    for (int64_t i = 0; i < n; i++)
        max = larger(max, (double)values[i]);
    return max;
}

static void accumulate_block(enum gan_reduction reduction, const float *values, double *into, int64_t n)
{
    if (reduction == GAN_REDUCE_MAX) {
        into[0] = larger(into[0], block_max(values, n));
        return;
    }
    into[0] += block_sum(values, n, VALUE);
    if (reduction == GAN_REDUCE_VARIANCE)
        into[1] += block_sum(values, n, WIDE_SQUARE);
}

/* ---- a row of values into a row of accumulators ---- */

/* `stride`: from a variance's sums to its sums of squares. */
static void accumulate_row(enum gan_reduction reduction, const float *restrict values, double *restrict into, int64_t n,
                           int64_t stride)
{
    if (reduction == GAN_REDUCE_MAX) {
        for (int64_t i = 0; i < n; i++)
            into[i] = larger(into[i], (double)values[i]);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        into[i] += (double)values[i];
    if (reduction == GAN_REDUCE_VARIANCE)
        for (int64_t i = 0; i < n; i++)
            into[stride + i] += (double)values[i] * (double)values[i];
}

/* Whether a result reduces numbers as they lie in memory, each after that instruction. */
static bool is_of_numbers(const struct gan_reduced *result, enum gan_map_op op)
{
    const struct gan_map_program *program = &result->program;
    return program->instructions == 1 && program->instruction[0].op == op && program->dense[0];
}

static const float *numbers_of(const struct gan_reduced *result, const struct gan_run *run, int64_t begin)
{
    const struct gan_operand *load = &result->program.load[0];
    return (const float *)run->memory[load->memory] + load->offset + begin;
}

/* Where a result's values for a range of the linear order are: in place, or computed into `room`. */
static const float *values_of(const struct gan_reduced *result, const struct gan_run *run, int64_t begin, int64_t n,
                              float *room)
{
    if (is_of_numbers(result, GAN_MAP_COPY))
        return numbers_of(result, run, begin);
    LEVEL(gan_run_program)(&result->program, run, begin, n, NULL, room);
    return room;
}

static int64_t accumulators_of(enum gan_reduction reduction)
{
    return reduction == GAN_REDUCE_VARIANCE ? 2 : 1;
}

static void reduce_all(const struct gan_reduce_call *call, const struct gan_run *run, int64_t begin, int64_t count,
                       double *into)
{
    _Alignas(64) float room[BLOCK];
    for (int64_t done = 0; done < count; done += BLOCK) {
        int64_t n = count - done < BLOCK ? count - done : BLOCK;
        double *accumulator = into;
        for (int i = 0; i < call->results; i++) {
            const struct gan_reduced *result = &call->result[i];
            if (adds_up(result->reduction) && is_of_numbers(result, GAN_MAP_SQUARE)) /* norms of gradients */
                accumulator[0] += block_sum(numbers_of(result, run, begin + done), n, SQUARE);
            else
                accumulate_block(result->reduction, values_of(result, run, begin + done, n, room), accumulator, n);
            accumulator += accumulators_of(result->reduction);
        }
    }
}

/* Columns of the inner axis. Accumulators of one kind lie together for all of them, then those of the next kind. */
struct band {
    int64_t first, width;
};

/* The band of `rows` rows: whole rows together while they fit a block, else each row in pieces. */
static void reduce_rows(const struct gan_reduce_call *call, const struct gan_run *run, int64_t begin, int64_t rows,
                        struct band band, double *into)
{
    _Alignas(64) float room[BLOCK];
    const int64_t inner = call->inner, together = inner > BLOCK / 2 ? 1 : BLOCK / inner;
    for (int64_t row = 0; row < rows; row += together)
        for (int64_t column = 0; column < band.width; column += BLOCK) {
            int64_t width = band.width - column < BLOCK ? band.width - column : BLOCK;
            int64_t count = rows - row < together ? rows - row : together;
            double *accumulator = into + column;
            for (int i = 0; i < call->results; i++) {
                const struct gan_reduced *result = &call->result[i];
                const float *values = values_of(result, run, begin + row * inner + band.first + column,
                                                together == 1 ? width : count * inner, room);
                for (int64_t j = 0; j < count; j++)
                    accumulate_row(result->reduction, values + j * inner, accumulator, width, band.width);
                accumulator += accumulators_of(result->reduction) * band.width;
            }
        }
}

/* Rows `first` to `first + rows` − 1 of a kept place into a band's accumulators. */
static void reduce_band(const struct gan_reduce_call *call, const struct gan_run *run, int64_t kept, int64_t first,
                        int64_t rows, struct band band, double *into)
{
    double *accumulator = into;
    for (int i = 0; i < call->results; i++)
        for (int64_t j = accumulators_of(call->result[i].reduction) * band.width; j > 0; j--)
            *accumulator++ = nothing(call->result[i].reduction);
    if (call->inner == 1)
        reduce_all(call, run, kept * call->reduced + first, rows, into);
    else
        reduce_rows(call, run, (kept * call->reduced + first) * call->inner, rows, band, into);
}

/* ---- from accumulators to results ---- */

enum { COLUMNS = 64 }; /* combined together */

/* Accumulators of all chunks, in order: `n` columns of one kind, which begin at `first`. */
static void combine_columns(const struct gan_reduce_call *call, enum gan_reduction reduction, const double *first,
                            int64_t n, double *restrict results)
{
    const int64_t distance = call->accumulators * call->inner;
    for (int64_t i = 0; i < n; i++)
        results[i] = first[i];
    for (int64_t chunk = 1; chunk < call->chunks; chunk++) {
        const double *row = first + chunk * distance;
        if (reduction == GAN_REDUCE_MAX)
            for (int64_t i = 0; i < n; i++)
                results[i] = larger(results[i], row[i]);
        else
            for (int64_t i = 0; i < n; i++)
                results[i] += row[i];
    }
}

static void finish_result(const struct gan_reduce_call *call, enum gan_reduction reduction, const double *place,
                          int64_t width, float *out)
{
    const double count = (double)call->reduced;
    for (int64_t begin = 0; begin < width; begin += COLUMNS) {
        double results[COLUMNS], squares[COLUMNS];
        int64_t n = width - begin < COLUMNS ? width - begin : COLUMNS;
        combine_columns(call, reduction, place + begin, n, results);
        for (int64_t i = 0; i < n && reduction == GAN_REDUCE_MEAN; i++)
            results[i] /= count;
        if (reduction == GAN_REDUCE_VARIANCE) {
            combine_columns(call, reduction, place + width + begin, n, squares);
            for (int64_t i = 0; i < n; i++) {
                double mean = results[i] / count, variance = squares[i] / count - mean * mean;
                results[i] = variance < 0 ? 0 : variance; /* a NaN stays */
            }
        }
        for (int64_t i = 0; i < n; i++)
            out[begin + i] = (float)results[i];
    }
}

static void finish_band(const struct gan_reduce_call *call, const struct gan_run *run, int64_t kept, struct band band,
                        const double *place)
{
    for (int i = 0; i < call->results; i++) {
        const struct gan_reduced *result = &call->result[i];
        float *out = (float *)run->memory[result->out.memory] + result->out.offset;
        finish_result(call, result->reduction, place, band.width, out + kept * call->inner + band.first);
        place += accumulators_of(result->reduction) * band.width;
    }
}

/* ---- the kernels ---- */

static void reduce_in_one(const struct gan_reduce_call *call, const struct gan_run *run, int64_t kept)
{
    double accumulators[2 * GAN_REDUCED_TOGETHER * BLOCK];
    for (int64_t first = 0; first < call->inner; first += BLOCK) {
        struct band band = {first, call->inner - first < BLOCK ? call->inner - first : BLOCK};
        reduce_band(call, run, kept, 0, call->reduced, band, accumulators);
        finish_band(call, run, kept, band, accumulators);
    }
}

static double *partial_results(const struct gan_reduce_call *call, const struct gan_run *run, int64_t kept,
                               int64_t chunk)
{
    double *partial = (double *)(void *)((char *)run->memory[call->scratch_memory] + call->scratch_offset);
    return partial + (kept * call->chunks + chunk) * call->accumulators * call->inner;
}

void LEVEL(gan_reduce)(const void *opaque, const struct gan_run *run, int64_t part)
{
    const struct gan_reduce_call *call = opaque;
    int64_t chunk = part % call->chunks, first = chunk * call->chunk_rows;
    int64_t rows = call->reduced - first < call->chunk_rows ? call->reduced - first : call->chunk_rows;
    int64_t kept = part / call->chunks * call->kept_per_part;
    int64_t end = kept + call->kept_per_part < call->kept ? kept + call->kept_per_part : call->kept;
    for (; kept < end; kept++)
        if (call->chunks == 1)
            reduce_in_one(call, run, kept);
        else
            reduce_band(call, run, kept, first, rows, (struct band){0, call->inner},
                        partial_results(call, run, kept, chunk));
}

void LEVEL(gan_reduce_combine)(const void *opaque, const struct gan_run *run, int64_t part)
{
    const struct gan_reduce_call *call = opaque;
    int64_t begin = call->kept * part / call->combine_parts, end = call->kept * (part + 1) / call->combine_parts;
    for (int64_t kept = begin; kept < end; kept++)
        finish_band(call, run, kept, (struct band){0, call->inner}, partial_results(call, run, kept, 0));
}

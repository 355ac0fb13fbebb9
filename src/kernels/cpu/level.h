/*
 * The files of this folder that include this header are compiled once for each instruction set, with GAN_LEVEL set to
 * its name; what they define is reached through gan_cpu_kernels_<level>.
 */
#ifndef GAN_SRC_KERNELS_CPU_LEVEL_H
#define GAN_SRC_KERNELS_CPU_LEVEL_H

#include "base/level.h"
#include "kernels/kernels.h"
#include "product.h"
#include "windows.h"

/* Rows of a domain in linear order: `rows` runs of `columns` elements that begin `pitch` apart. */
struct gan_row_range {
    int64_t begin, rows, columns, pitch;
};

#ifdef GAN_LEVEL
/* Fused only where the processor has it, and then everywhere alike: so the same bits however loops are cut. */
#if defined(__FMA__) || defined(__aarch64__)
#define FMA(a, b, c) __builtin_fmaf(a, b, c)
#else
#define FMA(a, b, c) ((a) * (b) + (c))
#endif

void LEVEL(gan_run_program)(const struct gan_map_program *program, const struct gan_run *run, int64_t begin,
                            int64_t count, const float *load_0, float *out);
void LEVEL(gan_finish_rows)(const struct gan_map_program *program, const struct gan_run *run,
                            const struct gan_row_range *range, float *values);
gan_kernel LEVEL(gan_reduce), LEVEL(gan_reduce_combine);
gan_product_function LEVEL(gan_product);
gan_few_rows_function LEVEL(gan_multiply_few_rows);
gan_pack_function LEVEL(gan_pack);
gan_pack_taps_function LEVEL(gan_pack_taps);
gan_transpose_function LEVEL(gan_transpose);
gan_multiply_add_rows_function LEVEL(gan_multiply_add_rows);
gan_weighted_sum_function LEVEL(gan_weighted_sum);
gan_combine_rows_function LEVEL(gan_combine_rows);
gan_choose_function LEVEL(gan_choose);
gan_add_to_chosen_function LEVEL(gan_add_to_chosen);
#endif

/* The loops that profit from wider instructions. */
struct gan_cpu_kernels {
    /* Computes values begin … begin + count - 1 of a program's linear order into out (contiguous). `load_0`, if not
     * NULL, holds load 0 for that range. */
    void (*run_program)(const struct gan_map_program *program, const struct gan_run *run, int64_t begin, int64_t count,
                        const float *load_0, float *out);
    /* The same for rows of the domain, in place: `values`, spaced as the rows are, are load 0 and become the result. */
    void (*finish_rows)(const struct gan_map_program *program, const struct gan_run *run,
                        const struct gan_row_range *range, float *values);
    gan_kernel *reduce, *reduce_combine;
    gan_product_function *product;
    gan_pack_function *pack;
    gan_pack_taps_function *pack_taps;
    int64_t panel_columns; /* at most 32 */
    gan_multiply_add_rows_function *multiply_add_rows;
    gan_transpose_function *transpose;
    gan_weighted_sum_function *weighted_sum;
    gan_combine_rows_function *combine_rows;
    gan_choose_function *choose;
    gan_add_to_chosen_function *add_to_chosen;
};

extern const struct gan_cpu_kernels gan_cpu_kernels_baseline;
extern const struct gan_cpu_kernels gan_cpu_kernels_avx2;
extern const struct gan_cpu_kernels gan_cpu_kernels_avx512;
extern const struct gan_cpu_kernels gan_cpu_kernels_neon;

#endif

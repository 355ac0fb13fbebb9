/* What the CPU backend's files share. */
#ifndef GAN_SRC_KERNELS_CPU_CPU_H
#define GAN_SRC_KERNELS_CPU_CPU_H

#include "level.h"

/* Those of the instruction set in use. */
const struct gan_cpu_kernels *gan_cpu_kernels_used(void);

/* By our own kernels where the processor has fused multiply-adds; else by BLIS, which knows older ones better. */
void gan_cpu_multiply(const struct gan_product *product);

/* conv.c, conv_panels.c */
gan_kernel gan_cpu_conv, gan_cpu_panels;
void gan_cpu_prepare_conv(struct gan_conv_call *call);
void gan_cpu_prepare_panels(struct gan_panels_call *call);
struct gan_panels gan_cpu_panels_for(const struct gan_conv *conv);

/* resample.c */
gan_kernel gan_cpu_resample, gan_cpu_pool;
void gan_cpu_prepare_resample(struct gan_resample_call *call);
void gan_cpu_prepare_pool(struct gan_pool_call *call);

static inline float *gan_cpu_pointer(const struct gan_operand *operand, const struct gan_run *run)
{
    return (float *)run->memory[operand->memory] + operand->offset;
}

static inline int64_t gan_smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t gan_larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static inline int64_t gan_divide_up(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

#endif

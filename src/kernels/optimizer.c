/* Which of the optimizers' kernels run. */
#include "kernels/optimizer.h"

#include "base/cpu.h"

const struct gan_optimizer_kernels *gan_optimizer_kernels(void)
{
    switch (gan_cpu_level_used()) {
#ifdef __x86_64__
    case GAN_CPU_AVX2:
        return &gan_optimizer_kernels_avx2;
    case GAN_CPU_AVX512:
        return &gan_optimizer_kernels_avx512;
#endif
#ifdef __aarch64__
    case GAN_CPU_NEON:
        return &gan_optimizer_kernels_neon;
#endif
    default:
        return &gan_optimizer_kernels_baseline;
    }
}

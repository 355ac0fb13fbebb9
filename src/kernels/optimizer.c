/* Which of the optimizers' kernels run. */
#include "kernels/optimizer.h"

#include "base/cpu.h"
#include "base/level.h"

const struct gan_optimizer_kernels *gan_optimizer_kernels(void)
{
    return GAN_OF_LEVEL_USED(gan_optimizer_kernels);
}

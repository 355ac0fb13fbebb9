/* The reference backend's kernels that have files of their own. */
#ifndef GAN_SRC_KERNELS_REFERENCE_H
#define GAN_SRC_KERNELS_REFERENCE_H

#include "kernels/kernels.h"

gan_kernel gan_reference_conv, gan_reference_resample, gan_reference_pool;
void gan_reference_prepare_conv(struct gan_conv_call *call);
void gan_reference_prepare_resample(struct gan_resample_call *call);
void gan_reference_prepare_pool(struct gan_pool_call *call);

#endif

/* The reference backend's kernels that have files of their own. */
#ifndef GAN_SRC_KERNELS_REFERENCE_H
#define GAN_SRC_KERNELS_REFERENCE_H

#include "kernels/kernels.h"

gan_kernel gan_reference_conv;
void gan_reference_prepare_conv(struct gan_conv_call *call);

#endif

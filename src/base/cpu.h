/* What the processor can do, and which level of it is used (GAN_CPU in the environment, read once, lowers it). */
#ifndef GAN_SRC_BASE_CPU_H
#define GAN_SRC_BASE_CPU_H

enum gan_cpu_level { GAN_CPU_BASELINE = 0, GAN_CPU_AVX2, GAN_CPU_AVX512, GAN_CPU_NEON, GAN_CPU_LEVELS };

enum gan_cpu_level gan_cpu_level_used(void); /* after GAN_CPU */
enum gan_cpu_level
gan_cpu_level_detected(void); /* the machine's own best (AVX2 means with FMA and F16C; AVX512: F, BW, DQ, VL) */

#endif

/*
 * Some files are compiled once for each instruction set (level_sources of the build), with GAN_LEVEL set to its name; what
 * such a file defines has the level at the end of its name.
 */
#ifndef GAN_SRC_BASE_LEVEL_H
#define GAN_SRC_BASE_LEVEL_H

#define GAN_JOIN_(a, b) a##_##b
#define GAN_JOIN(a, b)  GAN_JOIN_(a, b)
#define LEVEL(name)     GAN_JOIN(name, GAN_LEVEL)

#endif

#ifndef GAN_SRC_BASE_OPTIONS_H
#define GAN_SRC_BASE_OPTIONS_H

#include "gan/base.h"

/*
 * Options structs begin with the size that their owner's header gave them. Writing never exceeds it, and reading takes
 * what is there over `own`, which holds the defaults: so a program built against an older, shorter struct keeps
 * working. `least` is the size in the first release.
 */
gan_status gan_options_write(void *given, size_t given_size, const void *own, size_t own_size, size_t least,
                             const char *who);
gan_status gan_options_read(void *own, size_t own_size, const void *given, size_t least, const char *who);

#endif

/* Checking and carrying out initialisers. */
#ifndef GAN_SRC_NN_INITIALIZER_H
#define GAN_SRC_NN_INITIALIZER_H

#include "base/random.h"
#include "gan/initializer.h"

/* GAN_OK, or an error "<who>: initializer …". */
gan_status gan_initializer_check(gan_initializer initializer, const char *who);

/* Fills `count` numbers with the first of the key's sequence. */
void gan_initializer_fill(gan_initializer initializer, int64_t fan_in, int64_t fan_out,
                          const struct gan_random_key *key, size_t count, float *out);

#endif

/* The networks that are timed. */
#ifndef GAN_TESTS_BENCH_NETS_H
#define GAN_TESTS_BENCH_NETS_H

#include <gan/gan.h>

struct net {
    const char *name;
    gan_shape image;
    int64_t batch; /* the usual one */
    gan_trainer *(*trainer)(const struct net *net);
    /* Of the convolutional ones: sizes of G's feature maps from 4 × 4 on, and the numbers of channels there. */
    int stages;
    int64_t channels[5];
    bool penalised; /* WGAN-GP: no batch norm in D */
};

extern const struct net nets[];
extern const int net_count;

/* NULL if there is none. */
const struct net *net_named(const char *name);

#endif

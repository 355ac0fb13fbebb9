#ifndef GAN_TESTS_BENCH_PRODUCTS_H
#define GAN_TESTS_BENCH_PRODUCTS_H

#include <stdbool.h>

/* Prints a line for each pass of each product of a network (NULL: of all): the best time of about `seconds` of runs,
 * and its share of `peak` GFLOP/s. False, with libgan's error, if something failed. */
bool time_products(const char *net, double peak, double seconds);

#endif

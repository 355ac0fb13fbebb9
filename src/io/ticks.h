/* Where an axis has its numbers, and how they are written. */
#ifndef GAN_SRC_IO_TICKS_H
#define GAN_SRC_IO_TICKS_H

#include <stdbool.h>
#include <stdint.h>

#define GAN_TICK_TEXT 32

/* Ticks are the multiples of step · 10^exponent from `first` times on: first, first + 1, … first + count − 1. */
struct gan_ticks {
    int step; /* 1, 2 or 5 */
    int exponent;
    int64_t first;
    int count;
};

/* The finest 1-2-5 ticks in low … high of which at most `most` (≥ 1) fit into its length; whole: no fractions. */
struct gan_ticks gan_ticks_choose(double low, double high, double most, bool whole);

double gan_tick_value(const struct gan_ticks *ticks, int i);

/* Tick i's number, exactly: "0.25", "1500", "20k", "3M", "5e-07". No locale has a part in it. */
void gan_tick_text(const struct gan_ticks *ticks, int i, char text[GAN_TICK_TEXT]);

#endif

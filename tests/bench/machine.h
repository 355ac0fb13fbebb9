/* What the machine itself can do, measured beside what is made of it. */
#ifndef GAN_TESTS_BENCH_MACHINE_H
#define GAN_TESTS_BENCH_MACHINE_H

/* GFLOP/s of `threads` loops of independent fused multiply-adds; the best of some short tries. 0: not known here. */
double measure_peak(int threads);

/*
 * Nanoseconds until a thread has a cache line that another one has written, both of which wait for it; the best of some
 * short tries. It tells whether their cores share a cache, which on a virtual machine may change while it runs.
 */
double measure_line(void);

#endif

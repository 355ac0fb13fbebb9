/* How many processors this process may use, and which. */
#ifndef GAN_SRC_BASE_PROCESSORS_H
#define GAN_SRC_BASE_PROCESSORS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#if defined(__linux__)
#include <sched.h>
#endif

/* The processors that a thread may run on. */
struct gan_processor_mask {
    int count; /* 0: the system does not say */
#if defined(__linux__)
    cpu_set_t set;
#endif
};

/* What the processor is called, in UTF-8; "" where the system does not say. Returns `text`. */
char *gan_processor_name(char *text, size_t size);

/* The calling thread's mask. */
void gan_processor_mask_read(struct gan_processor_mask *mask);

/* Pins a thread to the index-th (modulo their number) processor of a mask, or gives it the whole mask. False where the
 * system refuses. */
bool gan_processor_mask_pin(const struct gan_processor_mask *mask, pthread_t thread, int index);
bool gan_processor_mask_apply(const struct gan_processor_mask *mask, pthread_t thread);

/* The lesser of a mask and the control groups' quota; at least 1. */
int gan_processor_count(const struct gan_processor_mask *mask);

/*
 * The smallest quota of processors, rounded up, among the control groups that `membership` (/proc/self/cgroup) names
 * and those around them, whose files lie under `root` (/sys/fs/cgroup); 0 where there is none. Versions 1 and 2.
 */
int gan_processor_quota(const char *membership, const char *root);

#endif

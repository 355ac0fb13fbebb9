/* Sets of vectors, as every metric gets them: n rows of `size` floats, finite and not too large. */
#ifndef GAN_SRC_WATCH_ROWS_H
#define GAN_SRC_WATCH_ROWS_H

#include "gan/metric.h"

struct gan_rows {
    const float *numbers;
    int64_t count, size;
};

/* Squares of numbers up to this stay far from overflow, in float too. */
#define GAN_ROWS_LARGEST 1e15f

static inline const float *gan_row(const struct gan_rows *rows, int64_t index)
{
    return rows->numbers + index * rows->size;
}

/* The rows of a tensor [n, …], n ≥ least; else an error "<who>: <name> is …". */
gan_status gan_rows_read(struct gan_rows *rows, const gan_tensor *tensor, int64_t least, const char *name,
                         const char *who);
/* GAN_OK if both have vectors of one size. */
gan_status gan_rows_match(const struct gan_rows *a, const char *a_name, const struct gan_rows *b, const char *b_name,
                          const char *who);
/* Both of the above for the sets that most metrics compare. */
gan_status gan_rows_read_pair(struct gan_rows *real, const gan_tensor *real_tensor, struct gan_rows *made,
                              const gan_tensor *made_tensor, int64_t least, const char *who);

/* New memory (gan_free) with the rows of these numbers; NULL, with an error, if memory is short. */
float *gan_rows_gather(const struct gan_rows *rows, const int64_t *indices, int64_t count);

/* |x − y|² in double: symmetric to the bit. */
double gan_square_distance(const float *x, const float *y, int64_t size);
double gan_square_length(const float *x, int64_t size);

#endif

#include "watch/rows.h"

#include "base/memory.h"
#include "base/status.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static gan_status check_numbers(const struct gan_rows *rows, const char *name, const char *who)
{
    for (int64_t i = 0; i < rows->count * rows->size; i++)
        if (!(fabsf(rows->numbers[i]) <= GAN_ROWS_LARGEST))
            return gan_fail(
                GAN_ERROR_INVALID_ARGUMENT,
                "%s: %s has %g in row %" PRId64 ", column %" PRId64 "; want finite numbers of a size of at most %g",
                who, name, (double)rows->numbers[i], i / rows->size, i % rows->size, (double)GAN_ROWS_LARGEST);
    return GAN_OK;
}

gan_status gan_rows_read(struct gan_rows *rows, const gan_tensor *tensor, int64_t least, const char *name,
                         const char *who)
{
    if (tensor == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, name);
    gan_shape shape = gan_tensor_shape(tensor);
    char text[128];
    if (gan_tensor_dtype(tensor) != GAN_FLOAT32 || shape.rank < 2)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is %s %s, want float32 [n, …]", who, name,
                        gan_dtype_name(gan_tensor_dtype(tensor)), gan_shape_text(shape, text, sizeof text));
    if (shape.dims[0] < least)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s has %" PRId64 " examples, want %" PRId64 " or more", who,
                        name, shape.dims[0], least);
    *rows = (struct gan_rows){gan_tensor_data(tensor), shape.dims[0], gan_tensor_size(tensor) / shape.dims[0]};
    return check_numbers(rows, name, who);
}

gan_status gan_rows_match(const struct gan_rows *a, const char *a_name, const struct gan_rows *b, const char *b_name,
                          const char *who)
{
    if (a->size == b->size)
        return GAN_OK;
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                    "%s: %s has %" PRId64 " numbers in an example, %s %" PRId64 "; want features of one extractor", who,
                    b_name, b->size, a_name, a->size);
}

gan_status gan_rows_read_pair(struct gan_rows *real, const gan_tensor *real_tensor, struct gan_rows *made,
                              const gan_tensor *made_tensor, int64_t least, const char *who)
{
    gan_status status = gan_rows_read(real, real_tensor, least, "real", who);
    if (status == GAN_OK)
        status = gan_rows_read(made, made_tensor, least, "made", who);
    return status == GAN_OK ? gan_rows_match(real, "real", made, "made", who) : status;
}

float *gan_rows_gather(const struct gan_rows *rows, const int64_t *indices, int64_t count)
{
    float *numbers = gan_alloc_zero((size_t)(count * rows->size) + 1, sizeof *numbers);
    for (int64_t i = 0; numbers != NULL && i < count; i++)
        memcpy(numbers + i * rows->size, gan_row(rows, indices[i]), (size_t)rows->size * sizeof *numbers);
    return numbers;
}

/* Eight sums side by side, so that the compiler may use vectors; their order is fixed. */
enum { LANES = 8 };

static double sum_lanes(const double *sums)
{
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

double gan_square_distance(const float *x, const float *y, int64_t size)
{
    double sums[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= size; i += LANES)
        for (int lane = 0; lane < LANES; lane++) {
            double difference = (double)x[i + lane] - (double)y[i + lane];
            sums[lane] += difference * difference;
        }
    for (int lane = 0; i < size; i++, lane++) {
        double difference = (double)x[i] - (double)y[i];
        sums[lane] += difference * difference;
    }
    return sum_lanes(sums);
}

double gan_square_length(const float *x, int64_t size)
{
    double sums[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= size; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            sums[lane] += (double)x[i + lane] * (double)x[i + lane];
    for (int lane = 0; i < size; i++, lane++)
        sums[lane] += (double)x[i] * (double)x[i];
    return sum_lanes(sums);
}

#include "io/resample.h"

#include "base/memory.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* The weights of one axis: output i is Σ weights[i·most + k] · input[first[i] + k], k < most. */
struct axis {
    int most;
    const int *first;
    const float *weights;
};

static gan_status make_room(void **memory, size_t *capacity, size_t bytes)
{
    if (bytes <= *capacity)
        return GAN_OK;
    gan_free(*memory);
    *capacity = 0;
    *memory = gan_alloc(bytes);
    if (*memory == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    *capacity = bytes;
    return GAN_OK;
}

void gan_resize_room_clear(struct gan_resize_room *room)
{
    gan_free(room->row);
    gan_free(room->weights);
    gan_free(room->first);
    *room = (struct gan_resize_room){0};
}

static double triangle(double distance)
{
    distance = fabs(distance);
    return distance < 1 ? 1 - distance : 0;
}

static int clamp(double value, int most)
{
    return value < 0 ? 0 : value > most ? most : (int)value;
}

/* How many inputs an output can have, a whole number that the sizes alone decide. */
static int most_inputs(double scale, int in)
{
    double reach = ceil(fmax(scale, 1)) * 2 + 1;
    return reach < in ? (int)reach : in;
}

/* Fills the weights of `out` outputs over [begin, begin + length) of `in` inputs. */
static void weigh(double begin, double length, int in, int out, int most, int *first, float *weights)
{
    double scale = length / out, reach = fmax(scale, 1);
    for (int i = 0; i < out; i++, weights += most) {
        double centre = begin + (i + 0.5) * scale, sum = 0;
        int from = clamp(floor(centre - reach + 0.5), in - most);
        for (int k = 0; k < most; k++)
            sum += triangle((from + k + 0.5 - centre) / reach);
        for (int k = 0; k < most; k++)
            weights[k] = (float)(triangle((from + k + 0.5 - centre) / reach) / sum);
        first[i] = from;
    }
}

static gan_status prepare(struct gan_resize_room *room, const struct gan_pixels *from, struct gan_box box, int width,
                          int height, struct axis *across, struct axis *down)
{
    across->most = most_inputs(box.width / width, from->width);
    down->most = most_inputs(box.height / height, from->height);
    size_t columns = (size_t)width * (size_t)across->most, rows = (size_t)height * (size_t)down->most;
    gan_status status = make_room((void **)&room->row, &room->row_capacity,
                                  (size_t)from->width * (size_t)from->channels * sizeof(float));
    if (status == GAN_OK)
        status = make_room((void **)&room->weights, &room->weights_capacity, (columns + rows) * sizeof(float));
    if (status == GAN_OK)
        status = make_room((void **)&room->first, &room->first_capacity,
                           ((size_t)width + (size_t)height) * sizeof(int));
    if (status != GAN_OK)
        return status;
    across->weights = room->weights;
    across->first = room->first;
    weigh(box.x, box.width, from->width, width, across->most, room->first, room->weights);
    down->weights = room->weights + columns;
    down->first = room->first + width;
    weigh(box.y, box.height, from->height, height, down->most, room->first + width, room->weights + columns);
    return GAN_OK;
}

/* sum += weight · bytes; colours times opacity where there is one. */
static void add_row(float *sum, const uint8_t *bytes, size_t pixels, int channels, float weight)
{
    if (channels != 4) {
        size_t count = pixels * (size_t)channels;
        for (size_t i = 0; i < count; i++)
            sum[i] += weight * (float)bytes[i];
        return;
    }
    for (size_t i = 0; i < pixels; i++, sum += 4, bytes += 4) {
        float opacity = weight * (float)bytes[3];
        for (int c = 0; c < 3; c++)
            sum[c] += opacity * (float)bytes[c];
        sum[3] += opacity;
    }
}

static uint8_t rounded(float value)
{
    return (uint8_t)(value <= 0 ? 0 : value >= 255 ? 255 : (int)(value + 0.5f));
}

/* One row of output from the rows' sum. */
static void shrink_row(const float *row, const struct axis *across, int width, int channels, uint8_t *to)
{
    const float *weights = across->weights;
    for (int x = 0; x < width; x++, weights += across->most, to += channels) {
        const float *from = row + (size_t)across->first[x] * (size_t)channels;
        float sum[4] = {0};
        for (int k = 0; k < across->most; k++, from += channels)
            for (int c = 0; c < channels; c++)
                sum[c] += weights[k] * from[c];
        if (channels == 4)
            for (int c = 0; c < 3; c++)
                sum[c] = sum[3] > 0 ? sum[c] / sum[3] : 0;
        for (int c = 0; c < channels; c++)
            to[c] = rounded(sum[c]);
    }
}

static bool is_whole(const struct gan_pixels *from, struct gan_box box, int width, int height)
{
    return box.x == 0 && box.y == 0 && box.width == from->width && box.height == from->height && width == from->width &&
           height == from->height && from->channels != 4;
}

gan_status gan_resample(struct gan_resize_room *room, const struct gan_pixels *from, struct gan_box box, int width,
                        int height, struct gan_pixels *to)
{
    assert(box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0);
    struct axis across, down;
    gan_status status = gan_pixels_make(to, width, height, from->channels);
    if (status != GAN_OK)
        return status;
    to->orientation = from->orientation;
    size_t in_row = (size_t)from->width * (size_t)from->channels, out_row = (size_t)width * (size_t)from->channels;
    if (is_whole(from, box, width, height)) { /* every weight is 1 or 0 */
        memcpy(to->bytes, from->bytes, in_row * (size_t)height);
        return GAN_OK;
    }
    status = prepare(room, from, box, width, height, &across, &down);
    if (status != GAN_OK)
        return status;
    for (int y = 0; y < height; y++) {
        const float *weights = down.weights + (size_t)y * (size_t)down.most;
        memset(room->row, 0, in_row * sizeof(float));
        for (int k = 0; k < down.most; k++)
            if (weights[k] != 0)
                add_row(room->row, from->bytes + (size_t)(down.first[y] + k) * in_row, (size_t)from->width,
                        from->channels, weights[k]);
        shrink_row(room->row, &across, width, from->channels, to->bytes + (size_t)y * out_row);
    }
    return GAN_OK;
}

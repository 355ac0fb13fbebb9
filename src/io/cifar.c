#include "io/cifar.h"

#include "base/memory.h"
#include "base/status.h"
#include "io/source.h"

#include <inttypes.h>
#include <string.h>

enum { RECORD = 1 + GAN_CIFAR_BYTES };

/* The number of records of a file, by its size. */
static gan_status count_records(struct gan_source *source, const char *path, int64_t *records)
{
    int64_t size;
    if (gan_source_plain(source, &size) < 0)
        return gan_fail(GAN_ERROR_IO, "%s: is no regular file", path);
    if (size == 0 || size % RECORD != 0)
        return gan_fail(GAN_ERROR_FORMAT,
                        "%s: has %" PRId64 " bytes, want records of %d (a label, and 3 planes of 32 x 32)", path, size,
                        RECORD);
    *records = size / RECORD;
    return GAN_OK;
}

static gan_status read_records(struct gan_source *source, const char *path, int64_t records, uint8_t *images,
                               uint8_t *labels)
{
    uint8_t record[RECORD];
    size_t got;
    for (int64_t i = 0; i < records; i++, images += GAN_CIFAR_BYTES) {
        gan_status status = gan_source_read(source, record, RECORD, &got);
        if (status != GAN_OK)
            return status;
        if (got < RECORD)
            return gan_fail(GAN_ERROR_FORMAT, "%s: became shorter while it was read", path);
        if (record[0] >= GAN_CIFAR_CLASSES)
            return gan_fail(GAN_ERROR_FORMAT,
                            "%s: record %" PRId64 " (byte %" PRId64 ") has the label %d, want 0 to %d: is it CIFAR-10?",
                            path, i, i * RECORD, record[0], GAN_CIFAR_CLASSES - 1);
        labels[i] = record[0];
        memcpy(images, record + 1, GAN_CIFAR_BYTES);
    }
    return GAN_OK;
}

struct part {
    struct gan_source *source;
    int64_t records;
};

static gan_status read_parts(const char *const *paths, int count, struct part *parts, gan_tensor **images,
                             gan_tensor **labels)
{
    int64_t all = 0;
    for (int i = 0; i < count; i++) {
        parts[i].source = gan_source_open_plain(paths[i]);
        if (parts[i].source == NULL || count_records(parts[i].source, paths[i], &parts[i].records) != GAN_OK)
            return gan_error_status();
        all += parts[i].records;
    }
    *images = gan_tensor_new_typed(GAN_SHAPE(all, 3, GAN_CIFAR_SIDE, GAN_CIFAR_SIDE), GAN_UINT8);
    *labels = *images != NULL ? gan_tensor_new_typed(GAN_SHAPE(all), GAN_UINT8) : NULL;
    if (*labels == NULL)
        return gan_error_status();
    int64_t at = 0;
    gan_status status = GAN_OK;
    for (int i = 0; i < count && status == GAN_OK; at += parts[i++].records)
        status = read_records(parts[i].source, paths[i], parts[i].records,
                              gan_tensor_uint8(*images) + at * GAN_CIFAR_BYTES, gan_tensor_uint8(*labels) + at);
    return status;
}

gan_status gan_cifar_read(const char *const *paths, int count, gan_tensor **images, gan_tensor **labels)
{
    *images = *labels = NULL;
    struct part *parts = gan_alloc_zero((size_t)count, sizeof *parts);
    if (parts == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_status status = read_parts(paths, count, parts, images, labels);
    for (int i = 0; i < count; i++)
        gan_source_close(parts[i].source);
    gan_free(parts);
    if (status != GAN_OK) {
        gan_tensor_unref(*images);
        gan_tensor_unref(*labels);
        *images = *labels = NULL;
    }
    return status;
}

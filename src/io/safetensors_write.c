#include "io/safetensors.h"

#include "base/memory.h"
#include "base/status.h"
#include "io/checksum.h"
#include "io/file.h"
#include "io/json.h"

#include <stdio.h>
#include <string.h>

/* Data begins at a multiple of this: 8 by custom, more so that memory that maps a file is aligned as libgan likes. */
enum { DATA_ALIGNMENT = 64 };

static size_t bytes_of(const struct gan_safetensors_item *item)
{
    return (size_t)gan_shape_size(item->shape) * sizeof *item->numbers;
}

static void write_item(struct gan_json_writer *json, const struct gan_safetensors_item *item, size_t begin)
{
    gan_json_begin(json, item->name, '{');
    gan_json_write_text(json, "dtype", "F32");
    gan_json_write_shape(json, "shape", item->shape);
    gan_json_begin(json, "data_offsets", '[');
    gan_json_write_integer(json, NULL, (int64_t)begin);
    gan_json_write_integer(json, NULL, (int64_t)(begin + bytes_of(item)));
    gan_json_end(json, ']');
    gan_json_end(json, '}');
}

/* The header's text with the checksum's digits 0; NULL and an error if memory is short. */
static char *header_of(const struct gan_safetensors_item *items, size_t count,
                       const struct gan_safetensors_datum *metadata, size_t metadata_count)
{
    struct gan_json_writer json = {0};
    gan_json_begin(&json, NULL, '{');
    gan_json_begin(&json, "__metadata__", '{');
    gan_json_write_text(&json, "crc32", "00000000");
    for (size_t i = 0; i < metadata_count; i++)
        gan_json_write_text(&json, metadata[i].key, metadata[i].text);
    gan_json_end(&json, '}');
    size_t begin = 0;
    for (size_t i = 0; i < count; i++) {
        write_item(&json, &items[i], begin);
        begin += bytes_of(&items[i]);
    }
    gan_json_end(&json, '}');
    return gan_json_finish(&json);
}

/* Bytes before the data: the length, the header, blanks. */
static size_t front_size(size_t length)
{
    return (GAN_SAFETENSORS_PREFIX + length + DATA_ALIGNMENT - 1) / DATA_ALIGNMENT * DATA_ALIGNMENT;
}

static unsigned char *front_of(const char *header, size_t *size)
{
    size_t length = strlen(header), whole = front_size(length);
    unsigned char *front = gan_alloc(whole);
    if (front == NULL)
        return NULL;
    uint64_t padded = whole - GAN_SAFETENSORS_PREFIX;
    for (int i = 0; i < GAN_SAFETENSORS_PREFIX; i++)
        front[i] = (unsigned char)(padded >> 8 * i);
    memcpy(front + GAN_SAFETENSORS_PREFIX, header, length);
    memset(front + GAN_SAFETENSORS_PREFIX + length, ' ', whole - GAN_SAFETENSORS_PREFIX - length);
    *size = whole;
    return front;
}

/* What no reader would take is not written. */
static gan_status check_header(const char *header, const char *path, const char *who)
{
    size_t padded = front_size(strlen(header)) - GAN_SAFETENSORS_PREFIX;
    if (padded <= GAN_SAFETENSORS_LONGEST_HEADER)
        return GAN_OK;
    return gan_fail(GAN_ERROR_UNSUPPORTED,
                    "%s: %s: its header would have %zu bytes, want at most %zu: fewer tensors, or shorter texts", who,
                    path, padded, GAN_SAFETENSORS_LONGEST_HEADER);
}

static void put_checksum(unsigned char *front, size_t size, const struct gan_safetensors_item *items, size_t count)
{
    uint32_t crc = gan_checksum(0, front, size);
    for (size_t i = 0; i < count; i++)
        crc = gan_checksum(crc, items[i].numbers, bytes_of(&items[i]));
    char digits[GAN_SAFETENSORS_CRC_DIGITS + 1];
    snprintf(digits, sizeof digits, "%08lx", (unsigned long)crc);
    memcpy(front + GAN_SAFETENSORS_PREFIX + strlen(GAN_SAFETENSORS_LEAD), digits, GAN_SAFETENSORS_CRC_DIGITS);
}

gan_status gan_safetensors_write(const char *path, const struct gan_safetensors_item *items, size_t count,
                                 const struct gan_safetensors_datum *metadata, size_t metadata_count, const char *who)
{
    size_t size = 0;
    char *header = header_of(items, count, metadata, metadata_count);
    gan_status status = header != NULL ? check_header(header, path, who) : GAN_ERROR_OUT_OF_MEMORY;
    unsigned char *front = status == GAN_OK ? front_of(header, &size) : NULL;
    gan_free(header);
    if (front == NULL)
        return status != GAN_OK ? status : GAN_ERROR_OUT_OF_MEMORY;
    put_checksum(front, size, items, count);
    struct gan_file_writer *writer = gan_file_writer_open(path, who);
    status = writer != NULL ? GAN_OK : gan_error_status();
    if (writer != NULL) {
        gan_file_writer_write(writer, front, size);
        for (size_t i = 0; i < count; i++)
            gan_file_writer_write(writer, items[i].numbers, bytes_of(&items[i]));
        status = gan_file_writer_commit(writer);
    }
    gan_free(front);
    return status;
}

#include "io/idx.h"

#include "base/memory.h"
#include "base/status.h"
#include "io/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>

struct header {
    gan_shape shape;
    size_t size;   /* of the header itself, in bytes */
    int64_t count; /* of the data */
};

static const char *type_name(unsigned type)
{
    switch (type) {
    case 0x08:
        return "unsigned bytes";
    case 0x09:
        return "signed bytes";
    case 0x0b:
        return "16-bit integers";
    case 0x0c:
        return "32-bit integers";
    case 0x0d:
        return "32-bit floats";
    case 0x0e:
        return "64-bit floats";
    default:
        return NULL;
    }
}

static gan_status check_magic(const unsigned char magic[4], const char *path)
{
    const char *type = type_name(magic[2]);
    if (magic[0] != 0 || magic[1] != 0 || type == NULL)
        return gan_fail(GAN_ERROR_FORMAT,
                        "%s: is no IDX file: it begins with %02x %02x %02x %02x, want 00 00 08 and the "
                        "number of axes",
                        path, magic[0], magic[1], magic[2], magic[3]);
    if (magic[2] != 0x08)
        return gan_fail(GAN_ERROR_UNSUPPORTED, "%s: IDX file of %s, want unsigned bytes (type 08 at offset 2)", path,
                        type);
    if (magic[3] < 1 || magic[3] > GAN_MAX_RANK)
        return gan_fail(GAN_ERROR_FORMAT, "%s: IDX file of %d axes (offset 3), want 1 to %d", path, magic[3],
                        GAN_MAX_RANK);
    return GAN_OK;
}

static gan_status read_exactly(struct gan_source *source, void *to, size_t size, const char *path)
{
    size_t got;
    if (gan_source_read(source, to, size, &got) != GAN_OK)
        return gan_error_status();
    if (got < size)
        return gan_fail(GAN_ERROR_FORMAT, "%s: ends within its IDX header", path);
    return GAN_OK;
}

static gan_status read_header(struct gan_source *source, const char *path, struct header *header)
{
    unsigned char magic[4], sizes[4 * GAN_MAX_RANK];
    gan_status status = read_exactly(source, magic, 4, path);
    if (status == GAN_OK)
        status = check_magic(magic, path);
    if (status == GAN_OK)
        status = read_exactly(source, sizes, (size_t)magic[3] * 4, path);
    if (status != GAN_OK)
        return status;
    *header = (struct header){.shape = {.rank = magic[3]}, .size = 4 + (size_t)magic[3] * 4, .count = 1};
    for (int axis = 0; axis < header->shape.rank; axis++) {
        const unsigned char *s = sizes + 4 * axis;
        int64_t size = (int64_t)s[0] << 24 | s[1] << 16 | s[2] << 8 | s[3];
        if (size == 0)
            return gan_fail(GAN_ERROR_FORMAT, "%s: IDX file whose axis %d has size 0 (offset %d)", path, axis,
                            4 + 4 * axis);
        if (header->count > (INT64_MAX - 64) / size)
            return gan_fail(GAN_ERROR_FORMAT, "%s: IDX file whose sizes multiply to more than any file holds", path);
        header->shape.dims[axis] = size;
        header->count *= size;
    }
    return GAN_OK;
}

static gan_status wrong_length(const char *path, const struct header *header, const char *but)
{
    char shape[128];
    return gan_fail(GAN_ERROR_FORMAT, "%s: its IDX header says %s, %" PRId64 " bytes after the header's %zu, but %s",
                    path, gan_shape_text(header->shape, shape, sizeof shape), header->count, header->size, but);
}

/* Says so if the file is not exactly as long as its header claims; a plain file tells before anything is read. */
static gan_status check_length(const char *path, const struct header *header, int64_t size)
{
    char but[64];
    int64_t data = size - (int64_t)header->size;
    if (data == header->count)
        return GAN_OK;
    snprintf(but, sizeof but, "%" PRId64 " follow%s", data, data > header->count ? ": too many" : "");
    return wrong_length(path, header, but);
}

struct mapping {
    void *start;
    size_t size;
};

static void unmap(void *context, void *data)
{
    (void)data;
    struct mapping *mapping = context;
    munmap(mapping->start, mapping->size);
    gan_free(mapping);
}

/* NULL where the file cannot be mapped: it is read then. `failed` tells that memory was short. */
static gan_tensor *map_data(int file, const struct header *header, _Bool *failed)
{
    size_t size = header->size + (size_t)header->count;
    void *start = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (start == MAP_FAILED)
        return NULL;
    struct mapping *mapping = gan_alloc(sizeof *mapping);
    gan_tensor *tensor = NULL;
    if (mapping != NULL) {
        *mapping = (struct mapping){start, size};
        tensor = gan_tensor_wrap(header->shape, GAN_UINT8, (char *)start + header->size, unmap, mapping);
    }
    if (tensor == NULL) {
        *failed = 1;
        gan_free(mapping);
        munmap(start, size);
    }
    return tensor;
}

static void free_data(void *context, void *data)
{
    (void)context;
    gan_free(data);
}

/* Room for one byte more than the header says is asked for, to see whether the file goes on. */
static unsigned char *read_bytes(struct gan_source *source, const struct header *header, const char *path)
{
    size_t want = (size_t)header->count + 1, capacity = want < 65536 ? want : 65536, count = 0, got;
    unsigned char *bytes = gan_alloc(capacity);
    while (bytes != NULL && gan_source_read(source, bytes + count, capacity - count, &got) == GAN_OK) {
        count += got;
        if (count < capacity || capacity == want) {
            if (check_length(path, header, (int64_t)(header->size + count)) != GAN_OK)
                break;
            return bytes;
        }
        capacity = capacity < want / 2 ? capacity * 2 : want;
        unsigned char *larger = gan_realloc(bytes, capacity);
        if (larger == NULL)
            break;
        bytes = larger;
    }
    gan_free(bytes);
    return NULL;
}

static gan_tensor *read_data(struct gan_source *source, const struct header *header, const char *path)
{
    unsigned char *bytes = read_bytes(source, header, path);
    if (bytes == NULL)
        return NULL;
    gan_tensor *tensor = gan_tensor_wrap(header->shape, GAN_UINT8, bytes, free_data, NULL);
    if (tensor == NULL)
        gan_free(bytes);
    return tensor;
}

gan_tensor *gan_idx_read(const char *path)
{
    struct header header;
    gan_tensor *tensor = NULL;
    struct gan_source *source = gan_source_open(path);
    if (source != NULL && read_header(source, path, &header) == GAN_OK) {
        int64_t size;
        _Bool failed = 0;
        int file = gan_source_plain(source, &size);
        if (file >= 0 && check_length(path, &header, size) != GAN_OK)
            failed = 1;
        else if (file >= 0)
            tensor = map_data(file, &header, &failed);
        if (tensor == NULL && !failed)
            tensor = read_data(source, &header, path);
    }
    gan_source_close(source);
    return tensor;
}

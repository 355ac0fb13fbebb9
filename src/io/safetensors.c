/* Reading safetensors. Everything that the header says is checked before anything of the data is looked at. */
#include "io/safetensors.h"

#include "base/memory.h"
#include "base/status.h"
#include "io/checksum.h"
#include "io/half.h"
#include "io/json.h"
#include "io/source.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct gan_safetensors {
    char *what;
    char *owned; /* the file's bytes; NULL when they are the caller's */
    const unsigned char *bytes;
    size_t size;
    size_t data; /* where the data begins */
    bool checked;
    struct gan_json *header;
    struct gan_safetensors_entry *entries;
    size_t count, capacity;
};

static gan_status damaged(const struct gan_safetensors *file, const char *format, ...) GAN_PRINTF(2, 3);

static gan_status damaged(const struct gan_safetensors *file, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    gan_text_print(text, sizeof text, format, arguments);
    va_end(arguments);
    return gan_fail(GAN_ERROR_FORMAT, "%s: %s", file->what, text);
}

/* ---- the front: length and checksum ---- */

static gan_status read_length(struct gan_safetensors *file)
{
    if (file->size < GAN_SAFETENSORS_PREFIX + 2)
        return damaged(file, "not a safetensors file: it ends after %zu bytes", file->size);
    uint64_t length = 0;
    for (int i = 0; i < GAN_SAFETENSORS_PREFIX; i++)
        length |= (uint64_t)file->bytes[i] << 8 * i;
    size_t there = file->size - GAN_SAFETENSORS_PREFIX;
    if (file->bytes[GAN_SAFETENSORS_PREFIX] != '{' || length < 2)
        return damaged(file, "not a safetensors file: no header begins at its byte %d", GAN_SAFETENSORS_PREFIX);
    if (length > there)
        return damaged(file, "the header's length is %llu, but only %zu bytes follow: not a safetensors file, or cut",
                       (unsigned long long)length, there);
    if (length > GAN_SAFETENSORS_LONGEST_HEADER)
        return damaged(file, "the header's length is %llu, want at most %zu", (unsigned long long)length,
                       GAN_SAFETENSORS_LONGEST_HEADER);
    file->data = GAN_SAFETENSORS_PREFIX + (size_t)length;
    return GAN_OK;
}

static bool read_digits(const unsigned char *digits, uint32_t *value)
{
    *value = 0;
    for (int i = 0; i < GAN_SAFETENSORS_CRC_DIGITS; i++) {
        unsigned char c = digits[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            return false;
        *value = *value << 4 | (uint32_t)digit;
    }
    return true;
}

/* Others' files have none, and then nothing is checked. */
static gan_status verify(struct gan_safetensors *file)
{
    static const char lead[] = GAN_SAFETENSORS_LEAD;
    size_t place = GAN_SAFETENSORS_PREFIX + sizeof lead - 1, after = place + GAN_SAFETENSORS_CRC_DIGITS;
    uint32_t wanted;
    if (after > file->data || memcmp(file->bytes + GAN_SAFETENSORS_PREFIX, lead, sizeof lead - 1) != 0)
        return GAN_OK;
    if (!read_digits(file->bytes + place, &wanted))
        return damaged(file, "damaged: byte %zu on should be its checksum, 8 hexadecimal digits", place);
    uint32_t crc = gan_checksum(0, file->bytes, place);
    crc = gan_checksum(crc, "00000000", GAN_SAFETENSORS_CRC_DIGITS);
    crc = gan_checksum(crc, file->bytes + after, file->size - after);
    if (crc != wanted)
        return damaged(file, "damaged or cut: the checksum of its %zu bytes is %08lx, but it says %08lx", file->size,
                       (unsigned long)crc, (unsigned long)wanted);
    file->checked = true;
    return GAN_OK;
}

/* ---- the header ---- */

static size_t element_size(const char *dtype)
{
    static const struct {
        const char *name;
        size_t size;
    } types[] = {{"F32", 4}, {"F64", 8}, {"F16", 2}, {"BF16", 2}, {"I64", 8},  {"I32", 4},     {"I16", 2},    {"I8", 1},
                 {"U64", 8}, {"U32", 4}, {"U16", 2}, {"U8", 1},   {"BOOL", 1}, {"F8_E4M3", 1}, {"F8_E5M2", 1}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].name, dtype) == 0)
            return types[i].size;
    return 0;
}

/* False if the product does not fit. */
static bool bytes_of(gan_shape shape, size_t element, size_t *bytes)
{
    bool fits = true;
    *bytes = element;
    for (int i = 0; i < shape.rank; i++) /* a size of 0 anywhere makes it 0, whatever the others are */
        if (shape.dims[i] == 0)
            return *bytes = 0, true;
    for (int i = 0; i < shape.rank && fits; i++) {
        fits = (uint64_t)shape.dims[i] <= SIZE_MAX / *bytes;
        if (fits)
            *bytes *= (size_t)shape.dims[i];
    }
    return fits;
}

static gan_status read_entry(const struct gan_safetensors *file, const struct gan_json_member *member,
                             struct gan_safetensors_entry *entry)
{
    const struct gan_json *offsets = gan_json_get(member->value, "data_offsets");
    size_t there = file->size - file->data, wanted;
    int64_t begin, end;
    char shape[192];
    entry->name = member->key;
    if (!gan_json_text(gan_json_get(member->value, "dtype"), &entry->dtype))
        return damaged(file, "tensor \"%s\" has no \"dtype\"", GAN_SHOWN(entry->name, 80));
    entry->element_size = element_size(entry->dtype);
    if (entry->element_size == 0)
        return damaged(file, "tensor \"%s\" is of the type \"%s\", which is not known", GAN_SHOWN(entry->name, 80),
                       GAN_SHOWN(entry->dtype, 40));
    if (!gan_json_shape(gan_json_get(member->value, "shape"), 0, &entry->shape))
        return damaged(file, "tensor \"%s\" has no \"shape\", or one that is not a list of at most %d sizes",
                       GAN_SHOWN(entry->name, 80), GAN_MAX_RANK);
    if (gan_json_count(offsets) != 2 || !gan_json_integer(gan_json_item(offsets, 0), &begin) ||
        !gan_json_integer(gan_json_item(offsets, 1), &end))
        return damaged(file, "tensor \"%s\" has no \"data_offsets\", or they are not two numbers",
                       GAN_SHOWN(entry->name, 80));
    if (begin < 0 || end < begin || (uint64_t)end > there)
        return damaged(file, "tensor \"%s\" lies in the bytes %lld to %lld of data, but there are %zu",
                       GAN_SHOWN(entry->name, 80), (long long)begin, (long long)end, there);
    if (!bytes_of(entry->shape, entry->element_size, &wanted) || wanted != (size_t)(end - begin))
        return damaged(file, "tensor \"%s\" has %lld bytes, which %s of %s does not fill", GAN_SHOWN(entry->name, 80),
                       (long long)(end - begin), gan_shape_text(entry->shape, shape, sizeof shape), entry->dtype);
    entry->begin = (size_t)begin;
    entry->size = wanted;
    entry->bytes = file->bytes + file->data + entry->begin;
    return GAN_OK;
}

static gan_status check_metadata(const struct gan_safetensors *file, const struct gan_json *metadata)
{
    struct gan_json_member member;
    const char *text;
    if (!gan_json_is_object(metadata))
        return damaged(file, "\"__metadata__\" is no object");
    for (bool more = gan_json_first(metadata, &member); more; more = gan_json_next(metadata, &member))
        if (!gan_json_text(member.value, &text))
            return damaged(file, "the metadatum \"%s\" is not a text", GAN_SHOWN(member.key, 80));
    return GAN_OK;
}

static gan_status read_entries(struct gan_safetensors *file)
{
    struct gan_json_member member;
    gan_status status = GAN_OK;
    if (!gan_json_is_object(file->header))
        return damaged(file, "the header is no JSON object");
    for (bool more = gan_json_first(file->header, &member); more && status == GAN_OK;
         more = gan_json_next(file->header, &member)) {
        if (strcmp(member.key, "__metadata__") == 0) {
            status = check_metadata(file, member.value);
            continue;
        }
        if (!gan_grow((void **)&file->entries, &file->capacity, file->count, sizeof *file->entries))
            return GAN_ERROR_OUT_OF_MEMORY;
        status = read_entry(file, &member, &file->entries[file->count]);
        file->count += status == GAN_OK;
    }
    return status;
}

static int by_place(const void *a, const void *b)
{
    const struct gan_safetensors_entry *const *x = a, *const *y = b;
    if ((*x)->begin != (*y)->begin)
        return (*x)->begin < (*y)->begin ? -1 : 1;
    return (*x)->size < (*y)->size ? -1 : (*x)->size > (*y)->size;
}

/* The tensors fill the data without gap or overlap: nothing can hide in a file. */
static gan_status check_places(const struct gan_safetensors *file)
{
    const struct gan_safetensors_entry **sorted = gan_alloc_zero(file->count + 1, sizeof *sorted);
    if (sorted == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    for (size_t i = 0; i < file->count; i++)
        sorted[i] = &file->entries[i];
    qsort(sorted, file->count, sizeof *sorted, by_place);
    size_t end = 0, there = file->size - file->data;
    gan_status status = GAN_OK;
    for (size_t i = 0; i < file->count && status == GAN_OK; i++) {
        if (sorted[i]->begin != end)
            status = damaged(file, "tensor \"%s\" begins at byte %zu of data, %s byte %zu, where the one before ends",
                             GAN_SHOWN(sorted[i]->name, 80), sorted[i]->begin,
                             sorted[i]->begin < end ? "before" : "after", end);
        end = sorted[i]->begin + sorted[i]->size;
    }
    if (status == GAN_OK && end != there)
        status = damaged(file, "%zu bytes of data follow the header, but its tensors fill %zu", there, end);
    gan_free(sorted);
    return status;
}

static gan_status parse(struct gan_safetensors *file)
{
    gan_status status = read_length(file);
    if (status == GAN_OK)
        status = verify(file);
    if (status != GAN_OK)
        return status;
    file->header = gan_json_parse((const char *)file->bytes + GAN_SAFETENSORS_PREFIX,
                                  file->data - GAN_SAFETENSORS_PREFIX, file->what);
    if (file->header == NULL)
        return gan_error_status();
    status = read_entries(file);
    return status == GAN_OK ? check_places(file) : status;
}

/* ---- opening ---- */

static struct gan_safetensors *create(const char *what)
{
    struct gan_safetensors *file = gan_alloc_zero(1, sizeof *file);
    if (file == NULL)
        return NULL;
    file->what = gan_strdup(what);
    if (file->what != NULL)
        return file;
    gan_free(file);
    return NULL;
}

static struct gan_safetensors *parsed(struct gan_safetensors *file)
{
    if (parse(file) == GAN_OK)
        return file;
    gan_safetensors_close(file);
    return NULL;
}

struct gan_safetensors *gan_safetensors_parse(const void *data, size_t size, const char *what)
{
    struct gan_safetensors *file = create(what);
    if (file == NULL)
        return NULL;
    file->bytes = data;
    file->size = size;
    return parsed(file);
}

struct gan_safetensors *gan_safetensors_open(const char *path)
{
    struct gan_safetensors *file = create(path);
    if (file == NULL)
        return NULL;
    struct gan_source *source = gan_source_open_plain(path);
    file->owned = source != NULL ? gan_source_read_all(source, &file->size) : NULL;
    gan_source_close(source);
    if (file->owned == NULL) {
        gan_safetensors_close(file);
        return NULL;
    }
    file->bytes = (const unsigned char *)file->owned;
    return parsed(file);
}

void gan_safetensors_close(struct gan_safetensors *file)
{
    if (file == NULL)
        return;
    gan_json_free(file->header);
    gan_free(file->entries);
    gan_free(file->owned);
    gan_free(file->what);
    gan_free(file);
}

/* ---- asking ---- */

const char *gan_safetensors_what(const struct gan_safetensors *file)
{
    return file->what;
}

bool gan_safetensors_checked(const struct gan_safetensors *file)
{
    return file->checked;
}

size_t gan_safetensors_size(const struct gan_safetensors *file)
{
    return file->size;
}

const char *gan_safetensors_metadata(const struct gan_safetensors *file, const char *key)
{
    const char *text = NULL;
    gan_json_text(gan_json_get(gan_json_get(file->header, "__metadata__"), key), &text);
    return text;
}

size_t gan_safetensors_count(const struct gan_safetensors *file)
{
    return file->count;
}

const struct gan_safetensors_entry *gan_safetensors_entry(const struct gan_safetensors *file, size_t index)
{
    return index < file->count ? &file->entries[index] : NULL;
}

const struct gan_safetensors_entry *gan_safetensors_find(const struct gan_safetensors *file, const char *name)
{
    for (size_t i = 0; i < file->count; i++)
        if (strcmp(file->entries[i].name, name) == 0)
            return &file->entries[i];
    return NULL;
}

bool gan_safetensors_is_float(const struct gan_safetensors_entry *entry)
{
    return strcmp(entry->dtype, "F32") == 0 || strcmp(entry->dtype, "F64") == 0 || strcmp(entry->dtype, "F16") == 0 ||
           strcmp(entry->dtype, "BF16") == 0;
}

void gan_safetensors_numbers(const struct gan_safetensors_entry *entry, float *out)
{
    size_t count = entry->size / entry->element_size;
    bool half = strcmp(entry->dtype, "F16") == 0;
    for (size_t i = 0; i < count; i++) { /* bytes need not be aligned */
        const unsigned char *from = entry->bytes + i * entry->element_size;
        double f8;
        uint16_t f2;
        switch (entry->element_size) {
        case 8:
            memcpy(&f8, from, sizeof f8);
            out[i] = (float)f8;
            break;
        case 2:
            memcpy(&f2, from, sizeof f2);
            out[i] = half ? gan_half_to_float(f2) : gan_bfloat_to_float(f2);
            break;
        default:
            memcpy(&out[i], from, sizeof out[i]);
        }
    }
}

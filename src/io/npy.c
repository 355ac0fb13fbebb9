/* NumPy's .npy files (the format of NEP 1): a magic word, a header that is a Python dictionary, then the numbers. */
#include "base/memory.h"
#include "base/status.h"
#include "file.h"
#include "gan/tensor.h"
#include "source.h"
#include "tensor/tensor.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- writing ---- */

enum { HEADER_ALIGNMENT = 64, PREFIX = 10 };

static const char *descr_of(gan_dtype dtype)
{
    return dtype == GAN_FLOAT32 ? "<f4" : dtype == GAN_INT32 ? "<i4" : "|u1";
}

/* The file's bytes before the numbers; returns how many. */
static size_t header_text(const gan_tensor *tensor, char *text, size_t size)
{
    gan_shape shape = gan_tensor_shape(tensor);
    char dims[GAN_MAX_RANK * 24] = "";
    size_t used = 0;
    for (int axis = 0; axis < shape.rank; axis++)
        used += (size_t)snprintf(dims + used, sizeof dims - used, "%" PRId64 ",%s", shape.dims[axis],
                                 axis + 1 < shape.rank ? " " : "");
    size_t length = PREFIX + (size_t)snprintf(text + PREFIX, size - PREFIX,
                                              "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }",
                                              descr_of(gan_tensor_dtype(tensor)), dims);
    while ((length + 1) % HEADER_ALIGNMENT != 0)
        text[length++] = ' ';
    text[length++] = '\n';
    memcpy(text, "\x93NUMPY\x01\x00", 8);
    text[8] = (char)((length - PREFIX) & 0xFF);
    text[9] = (char)((length - PREFIX) >> 8);
    return length;
}

gan_status gan_tensor_write_npy(const gan_tensor *tensor, const char *path)
{
    if (tensor == NULL || path == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_tensor_write_npy: the %s is NULL",
                        tensor == NULL ? "tensor" : "path");
    char header[512];
    size_t length = header_text(tensor, header, sizeof header);
    struct gan_file_writer *writer = gan_file_writer_open(path, "gan_tensor_write_npy");
    if (writer == NULL)
        return gan_error_status();
    gan_file_writer_write(writer, header, length);
    gan_file_writer_write(writer, gan_tensor_bytes(tensor),
                          (size_t)gan_tensor_size(tensor) * gan_dtype_size(gan_tensor_dtype(tensor)));
    return gan_file_writer_commit(writer);
}

/* ---- the header ---- */

enum element { F4, F8, F2, I4, I8, U1 };

struct header {
    enum element element;
    size_t element_size;
    bool fortran;
    gan_shape shape;
};

struct parser {
    const char *path;
    const char *at; /* within text ended by a 0 */
    const char *begin;
};

static gan_status bad_header(const struct parser *parser, const char *wanted)
{
    return gan_fail(GAN_ERROR_FORMAT, "%s: .npy header: at its character %lld, wanted %s", parser->path,
                    (long long)(parser->at - parser->begin), wanted);
}

static void skip_blanks(struct parser *parser)
{
    while (*parser->at == ' ' || *parser->at == '\t' || *parser->at == '\n')
        parser->at++;
}

static bool take(struct parser *parser, char character)
{
    skip_blanks(parser);
    if (*parser->at != character)
        return false;
    parser->at++;
    return true;
}

/* A quoted text of at most size - 1 characters. */
static bool take_text(struct parser *parser, char *text, size_t size)
{
    skip_blanks(parser);
    char quote = *parser->at;
    if (quote != '\'' && quote != '"')
        return false;
    const char *end = strchr(parser->at + 1, quote);
    if (end == NULL || (size_t)(end - parser->at) > size)
        return false;
    size_t length = (size_t)(end - parser->at) - 1;
    memcpy(text, parser->at + 1, length);
    text[length] = '\0';
    parser->at = end + 1;
    return true;
}

static gan_status take_element(struct parser *parser, struct header *header)
{
    static const struct {
        const char *descr;
        enum element element;
        size_t size;
    } known[] = {{"<f4", F4, 4}, {"<f8", F8, 8}, {"<f2", F2, 2}, {"<i4", I4, 4}, {"<i8", I8, 8}, {"|u1", U1, 1},
                 {"<u1", U1, 1}, {"=f4", F4, 4}, {"=f8", F8, 8}, {"=i4", I4, 4}, {"=i8", I8, 8}, {"|b1", U1, 1}};
    char descr[32];
    if (!take_text(parser, descr, sizeof descr))
        return bad_header(parser, "the element type as a text ('<f4', say)");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(descr, known[i].descr) == 0) {
            header->element = known[i].element;
            header->element_size = known[i].size;
            return GAN_OK;
        }
    return gan_fail(
        GAN_ERROR_FORMAT,
        "%s: its elements are '%s'; float16, float32, float64, int32, int64 and uint8, little-endian, are read "
        "(save it with array.astype('<f4'))",
        parser->path, descr);
}

static gan_status take_order(struct parser *parser, struct header *header)
{
    skip_blanks(parser);
    header->fortran = strncmp(parser->at, "True", 4) == 0;
    if (!header->fortran && strncmp(parser->at, "False", 5) != 0)
        return bad_header(parser, "True or False");
    parser->at += header->fortran ? 4 : 5;
    return GAN_OK;
}

static gan_status take_shape(struct parser *parser, struct header *header)
{
    if (!take(parser, '('))
        return bad_header(parser, "the shape in parentheses");
    header->shape = (gan_shape){0, {0}};
    while (!take(parser, ')')) {
        skip_blanks(parser);
        int64_t size = 0;
        int digits = 0;
        for (; *parser->at >= '0' && *parser->at <= '9' && digits < 18; digits++)
            size = 10 * size + (*parser->at++ - '0');
        if (digits == 0 || digits == 18)
            return bad_header(parser, "a size");
        if (header->shape.rank == GAN_MAX_RANK)
            return gan_fail(GAN_ERROR_FORMAT, "%s: the array has more than %d axes", parser->path, GAN_MAX_RANK);
        header->shape.dims[header->shape.rank++] = size;
        if (!take(parser, ',')) {
            skip_blanks(parser);
            if (*parser->at != ')')
                return bad_header(parser, "a comma or a closing parenthesis");
        }
    }
    return gan_shape_check(header->shape, parser->path) == GAN_OK ? GAN_OK : GAN_ERROR_FORMAT;
}

static gan_status parse_header(struct parser *parser, struct header *header)
{
    bool seen[3] = {false, false, false};
    if (!take(parser, '{'))
        return bad_header(parser, "a dictionary");
    while (!take(parser, '}')) {
        char key[32];
        if (!take_text(parser, key, sizeof key) || !take(parser, ':'))
            return bad_header(parser, "a key and a colon");
        gan_status status;
        if (strcmp(key, "descr") == 0) {
            seen[0] = true;
            status = take_element(parser, header);
        } else if (strcmp(key, "fortran_order") == 0) {
            seen[1] = true;
            status = take_order(parser, header);
        } else if (strcmp(key, "shape") == 0) {
            seen[2] = true;
            status = take_shape(parser, header);
        } else {
            return bad_header(parser, "'descr', 'fortran_order' or 'shape'");
        }
        if (status != GAN_OK)
            return status;
        if (!take(parser, ',')) {
            skip_blanks(parser);
            if (*parser->at != '}')
                return bad_header(parser, "a comma or a closing brace");
        }
    }
    return seen[0] && seen[1] && seen[2] ? GAN_OK
                                         : bad_header(parser, "all of 'descr', 'fortran_order' and 'shape' before it");
}

/* ---- the numbers ---- */

static float from_half(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    float value = exponent == 31  ? (fraction != 0 ? NAN : INFINITY)
                  : exponent == 0 ? ldexpf((float)fraction, -24)
                                  : ldexpf((float)(fraction + 1024), exponent - 25);
    return (bits & 0x8000) != 0 ? -value : value;
}

static gan_status convert(const char *path, const struct header *header, const char *from, int64_t index,
                          gan_tensor *tensor, int64_t to)
{
    from += (size_t)index * header->element_size;
    double f8;
    int64_t i8;
    uint16_t f2;
    switch (header->element) {
    case F8:
        memcpy(&f8, from, sizeof f8);
        gan_tensor_data(tensor)[to] = (float)f8;
        return GAN_OK;
    case F2:
        memcpy(&f2, from, sizeof f2);
        gan_tensor_data(tensor)[to] = from_half(f2);
        return GAN_OK;
    case I8:
        memcpy(&i8, from, sizeof i8);
        if (i8 < INT32_MIN || i8 > INT32_MAX)
            return gan_fail(GAN_ERROR_FORMAT, "%s: element %lld is %lld, which does not fit int32", path,
                            (long long)index, (long long)i8);
        gan_tensor_int32(tensor)[to] = (int32_t)i8;
        return GAN_OK;
    case F4:
    case I4:
    case U1:
        break;
    }
    memcpy((char *)gan_tensor_bytes(tensor) + (size_t)to * header->element_size, from, header->element_size);
    return GAN_OK;
}

/* Where element `index` of a Fortran-ordered array lies in C order. */
static int64_t c_order(gan_shape shape, int64_t index)
{
    int64_t place = 0, stride = 1, strides[GAN_MAX_RANK];
    for (int axis = shape.rank - 1; axis >= 0; axis--) {
        strides[axis] = stride;
        stride *= shape.dims[axis];
    }
    for (int axis = 0; axis < shape.rank; axis++) {
        place += index % shape.dims[axis] * strides[axis];
        index /= shape.dims[axis];
    }
    return place;
}

static gan_tensor *tensor_from(const char *path, const struct header *header, const char *numbers)
{
    gan_dtype dtype = header->element == U1                            ? GAN_UINT8
                      : header->element == I4 || header->element == I8 ? GAN_INT32
                                                                       : GAN_FLOAT32;
    gan_tensor *tensor = gan_tensor_new_typed(header->shape, dtype);
    for (int64_t i = 0; tensor != NULL && i < gan_tensor_size(tensor); i++)
        if (convert(path, header, numbers, i, tensor, header->fortran ? c_order(header->shape, i) : i) != GAN_OK) {
            gan_tensor_unref(tensor);
            return NULL;
        }
    return tensor;
}

/* The header's text and what follows it, within a whole file; NULL and an error where there is none. */
static const char *numbers_of(const char *path, char *file, size_t size, struct parser *parser)
{
    if (size < PREFIX || memcmp(file, "\x93NUMPY", 6) != 0)
        return gan_fail_null(GAN_ERROR_FORMAT, "%s: not a .npy file: it does not begin with NumPy's magic word", path);
    const unsigned char *bytes = (const unsigned char *)file;
    size_t prefix = bytes[6] == 1 ? PREFIX : PREFIX + 2;
    if (bytes[6] < 1 || bytes[6] > 3)
        return gan_fail_null(GAN_ERROR_FORMAT, "%s: .npy format %d; 1 to 3 are read", path, bytes[6]);
    size_t length = bytes[8] | (size_t)bytes[9] << 8;
    if (bytes[6] > 1 && size >= prefix)
        length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
    if (size < prefix || length > size - prefix)
        return gan_fail_null(GAN_ERROR_FORMAT, "%s: the file ends within its header, after %zu bytes", path, size);
    *parser = (struct parser){path, file + prefix, file + prefix};
    return file + prefix + length;
}

static gan_tensor *parse(const char *path, char *file, size_t size)
{
    struct parser parser = {0};
    struct header header = {0};
    const char *numbers = numbers_of(path, file, size, &parser);
    if (numbers == NULL)
        return NULL;
    /* The header's text must end where the header does: its last character is a newline, which becomes the end. */
    char *last = file + (numbers - file) - 1;
    if (last < parser.begin || *last != '\n')
        return gan_fail_null(GAN_ERROR_FORMAT, "%s: the .npy header does not end with a newline", path);
    *last = '\0';
    if (parse_header(&parser, &header) != GAN_OK)
        return NULL;
    size_t wanted = (size_t)gan_shape_size(header.shape), there = size - (size_t)(numbers - file);
    if (wanted > there / header.element_size || wanted * header.element_size != there) {
        char shape[192];
        return gan_fail_null(GAN_ERROR_FORMAT,
                             "%s: %zu bytes follow the header, but shape %s of %zu-byte elements needs %zu", path,
                             there, gan_shape_text(header.shape, shape, sizeof shape), header.element_size,
                             wanted * header.element_size);
    }
    return tensor_from(path, &header, numbers);
}

gan_tensor *gan_tensor_read_npy(const char *path)
{
    if (path == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_tensor_read_npy: the path is NULL");
    struct gan_source *source = gan_source_open(path);
    if (source == NULL)
        return NULL;
    size_t size = 0;
    char *file = gan_source_read_all(source, &size);
    gan_source_close(source);
    gan_tensor *tensor = file != NULL ? parse(path, file, size) : NULL;
    gan_free(file);
    return tensor;
}

/* NumPy's .npy files (the format of NEP 1): a magic word, a header that is a Python dictionary, then the numbers. */
#include "base/memory.h"
#include "base/status.h"
#include "file.h"
#include "gan/tensor.h"
#include "half.h"
#include "source.h"
#include "tensor/tensor.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Numbers go between file and memory as they are. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, ".npy files need a little-endian machine");

enum { PREFIX = 10, HEADER_ALIGNMENT = 64, HEADER_MAX = 64 * 1024, SHAPE_TEXT = 192 };

static const char magic[] = "\x93NUMPY";

/* ---- writing ---- */

/* The file's bytes before the numbers, format 1.0; returns how many. */
static size_t print_header(const gan_tensor *tensor, char *text, size_t size)
{
    static const char *const descr[] = {[GAN_FLOAT32] = "<f4", [GAN_INT32] = "<i4", [GAN_UINT8] = "|u1"};
    gan_shape shape = gan_tensor_shape(tensor);
    char dims[GAN_MAX_RANK * 24] = "";
    size_t used = 0;
    for (int axis = 0; axis < shape.rank; axis++)
        used += (size_t)snprintf(dims + used, sizeof dims - used, "%s%" PRId64 "%s", axis > 0 ? ", " : "",
                                 shape.dims[axis], shape.rank == 1 ? "," : "");
    size_t length = PREFIX + (size_t)snprintf(text + PREFIX, size - PREFIX,
                                              "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }",
                                              descr[gan_tensor_dtype(tensor)], dims);
    while ((length + 1) % HEADER_ALIGNMENT != 0)
        text[length++] = ' ';
    text[length++] = '\n';
    memcpy(text, magic, 6);
    memcpy(text + 6, "\x01\x00", 2);
    text[8] = (char)((length - PREFIX) & 0xFF);
    text[9] = (char)((length - PREFIX) >> 8);
    return length;
}

gan_status gan_tensor_write_npy(const gan_tensor *tensor, const char *path)
{
    static const char who[] = "gan_tensor_write_npy";
    if (tensor == NULL || path == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, tensor == NULL ? "tensor" : "path");
    char header[512];
    size_t length = print_header(tensor, header, sizeof header);
    struct gan_file_writer *writer = gan_file_writer_open(path, who);
    if (writer == NULL)
        return gan_error_status();
    gan_file_writer_write(writer, header, length);
    gan_file_writer_write(writer, gan_tensor_bytes(tensor),
                          (size_t)gan_tensor_size(tensor) * gan_dtype_size(gan_tensor_dtype(tensor)));
    return gan_file_writer_commit(writer);
}

/* ---- the file's bytes, in turn ---- */

struct input {
    const char *path;
    struct gan_source *source;
    char *content; /* all of it, where the source cannot tell how much there is (gzip, a pipe); else NULL */
    size_t size, at;
};

static gan_status fail(const struct input *input, const char *format, ...) GAN_PRINTF(2, 3);

static gan_status fail(const struct input *input, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    gan_text_print(text, sizeof text, format, arguments);
    va_end(arguments);
    return gan_fail(GAN_ERROR_FORMAT, "gan_tensor_read_npy: %s: %s", input->path, text);
}

static size_t bytes_left(const struct input *input)
{
    return input->size - input->at;
}

static gan_status read_bytes(struct input *input, void *to, size_t size)
{
    size_t got = size;
    if (size > bytes_left(input))
        return fail(input, "the file ends within its header, after %zu bytes", input->size);
    if (input->content != NULL)
        memcpy(to, input->content + input->at, size);
    else if (gan_source_read(input->source, to, size, &got) != GAN_OK)
        return gan_fail(gan_error_status(), "gan_tensor_read_npy: %s", gan_error_message());
    if (got < size)
        return fail(input, "the file became shorter while it was read, at byte %zu of %zu", input->at + got,
                    input->size);
    input->at += size;
    return GAN_OK;
}

static gan_status open_input(struct input *input, const char *path)
{
    int64_t size = 0;
    *input = (struct input){.path = path, .source = gan_source_open(path)};
    if (input->source != NULL && gan_source_plain(input->source, &size) >= 0) {
        input->size = (size_t)size;
        return GAN_OK;
    }
    if (input->source != NULL)
        input->content = gan_source_read_all(input->source, &input->size);
    return input->content != NULL ? GAN_OK
                                  : gan_fail(gan_error_status(), "gan_tensor_read_npy: %s", gan_error_message());
}

static void close_input(struct input *input)
{
    gan_source_close(input->source);
    gan_free(input->content);
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
    const struct input *input;
    const char *begin, *at, *end; /* *end is 0 */
    size_t offset;                /* of `begin` within the file */
};

static gan_status bad_header(const struct parser *parser, const char *wanted)
{
    return fail(parser->input, "the header is damaged at byte %zu, want %s there",
                parser->offset + (size_t)(parser->at - parser->begin), wanted);
}

static void skip_blanks(struct parser *parser)
{
    while (*parser->at == ' ' || *parser->at == '\t' || *parser->at == '\n' || *parser->at == '\r')
        parser->at++;
}

static bool next_is(struct parser *parser, char character)
{
    skip_blanks(parser);
    return *parser->at == character;
}

static bool take(struct parser *parser, char character)
{
    if (!next_is(parser, character))
        return false;
    parser->at++;
    return true;
}

/* A quoted text of less than `size` characters. */
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

/* "<f4": the byte order, the kind of number and its size. */
static gan_status take_element(struct parser *parser, struct header *header)
{
    static const struct {
        const char *kind;
        enum element element;
        size_t size;
    } known[] = {{"f4", F4, 4}, {"f8", F8, 8}, {"f2", F2, 2}, {"i4", I4, 4},
                 {"i8", I8, 8}, {"u1", U1, 1}, {"b1", U1, 1}};
    static const char readable[] = "float16, float32, float64, int32, int64, uint8 and bool are read";
    char descr[32];
    if (next_is(parser, '['))
        return fail(parser->input, "its elements are structures; %s: save one field", readable);
    if (!take_text(parser, descr, sizeof descr))
        return bad_header(parser, "the element type as a text, '<f4' say,");
    if (descr[0] == '>' && descr[1] != '\0' && strcmp(descr + 2, "1") != 0)
        return fail(parser->input, "its elements are '%s', big-endian; save it with array.astype('<%s')", descr,
                    descr + 1);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (descr[0] != '\0' && strchr(known[i].size == 1 ? "<>=|" : "<=", descr[0]) != NULL &&
            strcmp(descr + 1, known[i].kind) == 0) {
            header->element = known[i].element;
            header->element_size = known[i].size;
            return GAN_OK;
        }
    return fail(parser->input, "its elements are '%s'; %s: save it with array.astype('<f4')", descr, readable);
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

static gan_status take_size(struct parser *parser, int64_t *size)
{
    enum { MOST_DIGITS = 18 }; /* what an int64_t holds, whatever the digits are */
    int digits = 0;
    skip_blanks(parser);
    for (*size = 0; isdigit((unsigned char)*parser->at) && digits < MOST_DIGITS; digits++)
        *size = 10 * *size + (*parser->at++ - '0');
    if (digits == 0)
        return bad_header(parser, "a size");
    if (isdigit((unsigned char)*parser->at))
        return bad_header(parser, "the end of a size after 18 digits");
    if (*parser->at == 'L') /* as Python 2 wrote them */
        parser->at++;
    return GAN_OK;
}

static gan_status take_shape(struct parser *parser, struct header *header)
{
    gan_shape shape = GAN_SCALAR;
    if (!take(parser, '('))
        return bad_header(parser, "the shape in parentheses");
    while (!take(parser, ')')) {
        int64_t size;
        if (take_size(parser, &size) != GAN_OK)
            return gan_error_status();
        if (shape.rank == GAN_MAX_RANK)
            return fail(parser->input, "it has more than %d axes", GAN_MAX_RANK);
        shape.dims[shape.rank++] = size;
        if (!take(parser, ',') && !next_is(parser, ')'))
            return bad_header(parser, "a comma or a closing parenthesis");
    }
    header->shape = shape;
    return gan_shape_check(shape, parser->input->path) == GAN_OK
               ? GAN_OK
               : gan_fail(GAN_ERROR_FORMAT, "gan_tensor_read_npy: %s", gan_error_message());
}

typedef gan_status take_function(struct parser *parser, struct header *header);

static gan_status take_entry(struct parser *parser, struct header *header, bool seen[3])
{
    static const struct {
        const char *key;
        take_function *take;
    } keys[3] = {{"descr", take_element}, {"fortran_order", take_order}, {"shape", take_shape}};
    struct parser before = *parser;
    char key[32];
    if (!take_text(parser, key, sizeof key))
        return bad_header(parser, "a key as a text");
    for (int i = 0; i < 3; i++)
        if (strcmp(key, keys[i].key) == 0 && !seen[i]) {
            seen[i] = true;
            return take(parser, ':') ? keys[i].take(parser, header) : bad_header(parser, "a colon");
        }
    return bad_header(&before, "'descr', 'fortran_order' or 'shape', each once,");
}

static gan_status parse_header(struct parser *parser, struct header *header)
{
    bool seen[3] = {false, false, false};
    if (!take(parser, '{'))
        return bad_header(parser, "an opening brace");
    while (!take(parser, '}')) {
        gan_status status = take_entry(parser, header, seen);
        if (status != GAN_OK)
            return status;
        if (!take(parser, ',') && !next_is(parser, '}'))
            return bad_header(parser, "a comma or a closing brace");
    }
    if (!seen[0] || !seen[1] || !seen[2])
        return fail(parser->input, "the header has no '%s'", !seen[0] ? "descr" : !seen[1] ? "fortran_order" : "shape");
    skip_blanks(parser);
    return parser->at == parser->end ? GAN_OK : bad_header(parser, "nothing but spaces up to the header's end");
}

static gan_status read_header(struct input *input, struct header *header)
{
    unsigned char prefix[PREFIX + 2];
    bool long_enough = bytes_left(input) >= PREFIX;
    if (long_enough && read_bytes(input, prefix, PREFIX) != GAN_OK)
        return gan_error_status();
    if (!long_enough || memcmp(prefix, magic, 6) != 0)
        return fail(input, "is not a .npy file: it does not begin with NumPy's magic word");
    if (prefix[6] < 1 || prefix[6] > 3)
        return fail(input, "is of .npy format %d.%d; 1.0, 2.0 and 3.0 are read", prefix[6], prefix[7]);
    size_t length = prefix[8] | (size_t)prefix[9] << 8;
    if (prefix[6] > 1 && read_bytes(input, prefix + PREFIX, 2) != GAN_OK)
        return gan_error_status();
    if (prefix[6] > 1)
        length |= (size_t)prefix[10] << 16 | (size_t)prefix[11] << 24;
    if (length > bytes_left(input) || length > HEADER_MAX)
        return fail(input, "the header says it has %zu bytes, want at most %zu (the file's) and %d", length,
                    bytes_left(input), HEADER_MAX);
    char *text = gan_alloc(length + 1);
    if (text == NULL)
        return gan_error_status();
    struct parser parser = {input, text, text, text + length, input->at};
    gan_status status = read_bytes(input, text, length);
    text[length] = '\0';
    if (status == GAN_OK)
        status = parse_header(&parser, header);
    gan_free(text);
    return status;
}

/* ---- the numbers ---- */

/* Element number i of the file is number `place` of the tensor. */
struct walk {
    gan_shape shape;
    int64_t place, index[GAN_MAX_RANK], stride[GAN_MAX_RANK];
};

static struct walk begin_walk(const struct header *header)
{
    struct walk walk = {.shape = header->fortran ? header->shape : GAN_SHAPE(gan_shape_size(header->shape))};
    for (int axis = walk.shape.rank - 1; axis >= 0; axis--)
        walk.stride[axis] = axis == walk.shape.rank - 1 ? 1 : walk.stride[axis + 1] * walk.shape.dims[axis + 1];
    return walk;
}

static void step(struct walk *walk) /* Fortran order: the first axis varies fastest */
{
    for (int axis = 0; axis < walk->shape.rank; axis++) {
        walk->place += walk->stride[axis];
        if (++walk->index[axis] < walk->shape.dims[axis])
            return;
        walk->place -= walk->stride[axis] * walk->shape.dims[axis];
        walk->index[axis] = 0;
    }
}

/* One element as its tensor's type has it. False: it does not fit. */
static bool convert(enum element element, const char *from, void *to, int64_t place)
{
    double f8;
    int64_t i8;
    uint16_t f2;
    switch (element) {
    case F4:
    case I4:
        memcpy((char *)to + 4 * place, from, 4);
        break;
    case U1:
        ((char *)to)[place] = *from;
        break;
    case F8:
        memcpy(&f8, from, sizeof f8);
        ((float *)to)[place] = (float)f8;
        break;
    case F2:
        memcpy(&f2, from, sizeof f2);
        ((float *)to)[place] = gan_half_to_float(f2);
        break;
    case I8:
        memcpy(&i8, from, sizeof i8);
        if (i8 < INT32_MIN || i8 > INT32_MAX)
            return false;
        ((int32_t *)to)[place] = (int32_t)i8;
        break;
    }
    return true;
}

static gan_status read_converted(struct input *input, const struct header *header, void *to)
{
    char chunk[16 * 1024];
    struct walk walk = begin_walk(header);
    for (size_t size = 0; bytes_left(input) > 0;) {
        size = bytes_left(input) < sizeof chunk ? bytes_left(input) : sizeof chunk;
        size_t offset = input->at;
        if (read_bytes(input, chunk, size) != GAN_OK)
            return gan_error_status();
        for (size_t at = 0; at < size; at += header->element_size, step(&walk))
            if (!convert(header->element, chunk + at, to, walk.place)) {
                int64_t number;
                memcpy(&number, chunk + at, sizeof number);
                return fail(input, "the element at byte %zu is %lld, which does not fit int32", offset + at,
                            (long long)number);
            }
    }
    return GAN_OK;
}

static gan_status read_numbers(struct input *input, const struct header *header, gan_tensor *tensor)
{
    bool as_they_are = header->element == F4 || header->element == I4 || header->element == U1;
    if (as_they_are && (!header->fortran || header->shape.rank < 2))
        return read_bytes(input, gan_tensor_bytes(tensor), bytes_left(input));
    return read_converted(input, header, gan_tensor_bytes(tensor));
}

static gan_tensor *read_tensor(struct input *input)
{
    struct header header = {0};
    if (read_header(input, &header) != GAN_OK)
        return NULL;
    size_t wanted = (size_t)gan_shape_size(header.shape), there = bytes_left(input); /* wanted < 2^57 */
    if (wanted * header.element_size != there) {
        char shape[SHAPE_TEXT];
        fail(input, "%zu bytes follow the header, but %s elements of %zu bytes need %zu", there,
             gan_shape_text(header.shape, shape, sizeof shape), header.element_size, wanted * header.element_size);
        return NULL;
    }
    static const gan_dtype dtypes[] = {[F4] = GAN_FLOAT32, [F8] = GAN_FLOAT32, [F2] = GAN_FLOAT32,
                                       [I4] = GAN_INT32,   [I8] = GAN_INT32,   [U1] = GAN_UINT8};
    gan_tensor *tensor = gan_tensor_new_typed(header.shape, dtypes[header.element]);
    if (tensor != NULL && read_numbers(input, &header, tensor) == GAN_OK)
        return tensor;
    gan_tensor_unref(tensor);
    return NULL;
}

gan_tensor *gan_tensor_read_npy(const char *path)
{
    if (path == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_tensor_read_npy: path is NULL");
    struct input input;
    gan_tensor *tensor = open_input(&input, path) == GAN_OK ? read_tensor(&input) : NULL;
    close_input(&input);
    return tensor;
}

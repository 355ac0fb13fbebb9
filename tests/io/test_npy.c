#include "gan/tensor.h"

#include "files.h"
#include "memory_check.h"
#include "suite.h"

#include <math.h>
#include <sys/stat.h>

/* A .npy file made by hand: format `major`.0, the dictionary `text` (padded with spaces), then the numbers. */
static size_t make(unsigned char *file, int major, const char *text, const void *numbers, size_t size)
{
    size_t prefix = major == 1 ? 10 : 12, length = strlen(text);
    size_t padded = (prefix + length + 1 + 63) / 64 * 64 - prefix;
    memcpy(file, "\x93NUMPY", 6);
    file[6] = (unsigned char)major;
    file[7] = 0;
    for (size_t i = 0; i < prefix - 8; i++)
        file[8 + i] = (unsigned char)(padded >> 8 * i);
    memset(file + prefix, ' ', padded - 1);
    memcpy(file + prefix, text, length);
    file[prefix + padded - 1] = '\n';
    memcpy(file + prefix + padded, numbers, size);
    return prefix + padded + size;
}

static const char *written(int major, const char *text, const void *numbers, size_t size)
{
    static unsigned char file[4000];
    const char *path = scratch_file("made.npy");
    write_file(path, file, make(file, major, text, numbers, size));
    return path;
}

static gan_tensor *read_made(int major, const char *text, const void *numbers, size_t size)
{
    gan_tensor *tensor = gan_tensor_read_npy(written(major, text, numbers, size));
    ck_assert_msg(tensor != NULL, "%s: %s", text, gan_error_message());
    return tensor;
}

static void check_refused(const char *path, gan_status status, const char *message)
{
    ck_assert_ptr_null(gan_tensor_read_npy(path));
    ck_assert_int_eq(gan_error_status(), status);
    check_message("gan_tensor_read_npy: ");
    check_message(path);
    check_message(message);
}

#define HEADER(descr, shape) "{'descr': '" descr "', 'fortran_order': False, 'shape': " shape ", }"

static const float six[6] = {1.5f, -2, 3e-40f, 4, INFINITY, -0.0f};

/* ---- writing ---- */

static void check_bytes(const gan_tensor *tensor, const char *header, const void *numbers, size_t size)
{
    static unsigned char wanted[2000], got[2001];
    const char *path = scratch_file("written.npy");
    size_t length = make(wanted, 1, header, numbers, size);
    ck_assert_int_eq(gan_tensor_write_npy(tensor, path), GAN_OK);
    ck_assert_uint_eq(read_back(path, got, sizeof got), length);
    ck_assert_mem_eq(got, wanted, length);
}

/* The headers are NumPy's own, to the byte (numpy.save). */
START_TEST(files_are_written_as_numpy_writes_them)
{
    const int32_t whole[3] = {1, -2, INT32_MAX};
    const uint8_t bytes[2] = {0, 255};
    gan_tensor *tensor = gan_tensor_from(GAN_SHAPE(2, 3), six);
    check_bytes(tensor, HEADER("<f4", "(2, 3)"), six, sizeof six);
    gan_tensor *flat = gan_tensor_reshape(tensor, GAN_SHAPE(6));
    check_bytes(flat, HEADER("<f4", "(6,)"), six, sizeof six);
    gan_tensor *deep = gan_tensor_reshape(tensor, GAN_SHAPE(1, 1, 3, 1, 1, 2, 1, 1));
    check_bytes(deep, HEADER("<f4", "(1, 1, 3, 1, 1, 2, 1, 1)"), six, sizeof six);
    gan_tensor *scalar = gan_tensor_from(GAN_SCALAR, six);
    check_bytes(scalar, HEADER("<f4", "()"), six, sizeof six[0]);
    gan_tensor *numbers = gan_tensor_from_typed(GAN_SHAPE(3), GAN_INT32, whole);
    check_bytes(numbers, HEADER("<i4", "(3,)"), whole, sizeof whole);
    gan_tensor *small = gan_tensor_from_typed(GAN_SHAPE(2, 1), GAN_UINT8, bytes);
    check_bytes(small, HEADER("|u1", "(2, 1)"), bytes, sizeof bytes);
    gan_tensor_unref(tensor);
    gan_tensor_unref(flat);
    gan_tensor_unref(deep);
    gan_tensor_unref(scalar);
    gan_tensor_unref(numbers);
    gan_tensor_unref(small);
}
END_TEST

START_TEST(writing_is_checked)
{
    gan_tensor *tensor = gan_tensor_new(GAN_SCALAR);
    ck_assert_int_eq(gan_tensor_write_npy(NULL, "x"), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_str_eq(gan_error_message(), "gan_tensor_write_npy: tensor is NULL");
    ck_assert_int_eq(gan_tensor_write_npy(tensor, NULL), GAN_ERROR_INVALID_ARGUMENT);
    check_message("gan_tensor_write_npy: path is NULL");
    ck_assert_int_eq(gan_tensor_write_npy(tensor, scratch_file("absent/x.npy")), GAN_ERROR_IO);
    check_message("gan_tensor_write_npy: ");
    check_message("absent/x.npy: ");
    ck_assert_int_eq(gan_tensor_write_npy(tensor, "/dev/full"), GAN_ERROR_IO);
    check_message("No space left on device");
    gan_tensor_unref(tensor);
}
END_TEST

/* ---- reading ---- */

START_TEST(what_is_written_is_read_again)
{
    static const gan_dtype dtypes[] = {GAN_FLOAT32, GAN_INT32, GAN_UINT8};
    const gan_shape shapes[] = {GAN_SCALAR, GAN_SHAPE(1), GAN_SHAPE(17), GAN_SHAPE(300, 211),
                                GAN_SHAPE(2, 3, 4, 5, 1, 1, 2, 3)};
    const char *path = scratch_file("again.npy");
    for (size_t d = 0; d < 3; d++)
        for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
            gan_tensor *tensor = gan_tensor_new_typed(shapes[s], dtypes[d]);
            unsigned char *bytes = gan_tensor_bytes(tensor);
            size_t size = (size_t)gan_tensor_size(tensor) * gan_dtype_size(dtypes[d]);
            for (size_t i = 0; i < size; i++)
                bytes[i] = (unsigned char)(i * 31 + i / 255);
            ck_assert_int_eq(gan_tensor_write_npy(tensor, path), GAN_OK);
            gan_tensor *again = gan_tensor_read_npy(path);
            ck_assert(gan_shape_equal(gan_tensor_shape(again), shapes[s]));
            ck_assert_int_eq(gan_tensor_dtype(again), dtypes[d]);
            ck_assert_mem_eq(gan_tensor_bytes(again), bytes, size);
            gan_tensor_unref(tensor);
            gan_tensor_unref(again);
        }
}
END_TEST

START_TEST(headers_may_be_written_otherwise)
{
    static const char *const headers[] = {
        HEADER("<f4", "(2, 3)"),
        HEADER("=f4", "(2, 3,)"),
        HEADER("<f4", "(2L, 3L)"),
        "{'shape':(2,3),'fortran_order':False,'descr':'<f4'}",
        "  { \"fortran_order\" : False ,\n\t\"shape\" : ( 2 , 3 , ) ,\r\n \"descr\" : \"<f4\" , }  ",
    };
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        for (int major = 1; major <= 3; major++) {
            gan_tensor *tensor = read_made(major, headers[i], six, sizeof six);
            ck_assert(gan_shape_equal(gan_tensor_shape(tensor), GAN_SHAPE(2, 3)));
            ck_assert_mem_eq(gan_tensor_data(tensor), six, sizeof six);
            gan_tensor_unref(tensor);
        }
}
END_TEST

START_TEST(doubles_become_floats)
{
    static const double numbers[] = {0, -1.5, 0.1, 1e300, -1e300, 1e-300, INFINITY, NAN};
    gan_tensor *tensor = read_made(1, HEADER("<f8", "(2, 4)"), numbers, sizeof numbers);
    ck_assert_int_eq(gan_tensor_dtype(tensor), GAN_FLOAT32);
    const float *data = gan_tensor_data(tensor);
    ck_assert(data[0] == 0 && data[1] == -1.5f && data[2] == 0.1f && data[3] == INFINITY && data[4] == -INFINITY);
    ck_assert(data[5] == 0 && data[6] == INFINITY && isnan(data[7]));
    gan_tensor_unref(tensor);
}
END_TEST

START_TEST(halves_become_floats)
{
    static const uint16_t numbers[] = {0x0000, 0x8000, 0x3C00, 0xC000, 0x7BFF, 0x0400,
                                       0x03FF, 0x0001, 0x3555, 0x7C00, 0xFC00, 0x7E00};
    static const float wanted[] = {0,          -0.0f,    1,           -2,       65504,    0x1p-14f,
                                   0x3FFp-24f, 0x1p-24f, 0x1.554p-2f, INFINITY, -INFINITY};
    gan_tensor *tensor = read_made(1, HEADER("<f2", "(12,)"), numbers, sizeof numbers);
    ck_assert_mem_eq(gan_tensor_data(tensor), wanted, sizeof wanted);
    ck_assert(isnan(gan_tensor_data(tensor)[11]));
    gan_tensor_unref(tensor);
}
END_TEST

START_TEST(wide_integers_must_fit)
{
    static const int64_t numbers[] = {0, INT32_MIN, INT32_MAX}, above[] = {1, 2, (int64_t)INT32_MAX + 1},
                         below[] = {(int64_t)INT32_MIN - 1, 0, 0};
    gan_tensor *tensor = read_made(1, HEADER("<i8", "(3,)"), numbers, sizeof numbers);
    ck_assert_int_eq(gan_tensor_dtype(tensor), GAN_INT32);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(gan_tensor_int32(tensor)[i], numbers[i]);
    gan_tensor_unref(tensor);
    check_refused(written(1, HEADER("<i8", "(3,)"), above, sizeof above), GAN_ERROR_FORMAT,
                  "the element at byte 144 is 2147483648, which does not fit int32");
    check_refused(written(1, HEADER("<i8", "(3,)"), below, sizeof below), GAN_ERROR_FORMAT, "is -2147483649");
}
END_TEST

START_TEST(bytes_and_truths_are_bytes)
{
    static const uint8_t numbers[] = {0, 1, 255};
    static const char *const headers[] = {HEADER("|u1", "(3,)"), HEADER("<u1", "(3,)"), HEADER(">u1", "(3,)"),
                                          HEADER("|b1", "(3,)")};
    for (size_t i = 0; i < 4; i++) {
        gan_tensor *tensor = read_made(1, headers[i], numbers, sizeof numbers);
        ck_assert_mem_eq(gan_tensor_uint8(tensor), numbers, 3);
        gan_tensor_unref(tensor);
    }
}
END_TEST

/* Element [i, j, k] holds 100 i + 10 j + k. */
START_TEST(fortran_order_becomes_c_order)
{
    enum { A = 2, B = 3, C = 5 };
    float floats[A * B * C];
    int64_t whole[A * B * C];
    for (int i = 0; i < A; i++)
        for (int j = 0; j < B; j++)
            for (int k = 0; k < C; k++) {
                floats[i + A * (j + B * k)] = (float)(100 * i + 10 * j + k);
                whole[i + A * (j + B * k)] = 100 * i + 10 * j + k;
            }
    gan_tensor *f = read_made(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3, 5), }", floats,
                              sizeof floats);
    gan_tensor *w = read_made(1, "{'descr': '<i8', 'fortran_order': True, 'shape': (2, 3, 5), }", whole, sizeof whole);
    for (int i = 0; i < A; i++)
        for (int j = 0; j < B; j++)
            for (int k = 0; k < C; k++) {
                ck_assert(gan_tensor_data(f)[(i * B + j) * C + k] == (float)(100 * i + 10 * j + k));
                ck_assert_int_eq(gan_tensor_int32(w)[(i * B + j) * C + k], 100 * i + 10 * j + k);
            }
    gan_tensor_unref(f);
    gan_tensor_unref(w);
    gan_tensor *line = read_made(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (6,), }", six, sizeof six);
    gan_tensor *one = read_made(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (), }", six, sizeof six[0]);
    ck_assert_mem_eq(gan_tensor_data(line), six, sizeof six);
    ck_assert(gan_tensor_data(one)[0] == six[0]);
    gan_tensor_unref(line);
    gan_tensor_unref(one);
}
END_TEST

/* More than one of the reader's chunks. */
START_TEST(long_files_are_converted_to_their_end)
{
    enum { ROWS = 90, COLUMNS = 70 };
    static double numbers[ROWS * COLUMNS];
    static unsigned char file[sizeof numbers + 200];
    for (int row = 0; row < ROWS; row++)
        for (int column = 0; column < COLUMNS; column++)
            numbers[row + ROWS * column] = row * 1000 + column;
    const char *path = scratch_file("long.npy");
    write_file(path, file,
               make(file, 1, "{'descr': '<f8', 'fortran_order': True, 'shape': (90, 70), }", numbers, sizeof numbers));
    gan_tensor *tensor = gan_tensor_read_npy(path);
    for (int row = 0; row < ROWS; row++)
        for (int column = 0; column < COLUMNS; column++)
            ck_assert(gan_tensor_data(tensor)[row * COLUMNS + column] == (float)(row * 1000 + column));
    gan_tensor_unref(tensor);
}
END_TEST

START_TEST(pipes_and_gzip_are_read_too)
{
    static unsigned char file[1000];
    size_t size = make(file, 1, HEADER("<f4", "(2, 3)"), six, sizeof six);
    const char *plain = scratch_file("plain.npy"), *pipe = scratch_file("pipe.npy"), *zip = scratch_file("zip.npy.gz");
    char command[1300];
    write_file(plain, file, size);
    ck_assert_int_eq(mkfifo(pipe, 0600), 0);
    snprintf(command, sizeof command, "cat '%s' > '%s' &", plain, pipe);
    ck_assert_int_eq(system(command), 0);
    gan_tensor *tensor = gan_tensor_read_npy(pipe);
    ck_assert_mem_eq(gan_tensor_data(tensor), six, sizeof six);
    gan_tensor_unref(tensor);
#ifdef HAVE_ZLIB
    write_gzip(zip, file, size);
    tensor = gan_tensor_read_npy(zip);
    ck_assert_mem_eq(gan_tensor_data(tensor), six, sizeof six);
    gan_tensor_unref(tensor);
    write_gzip(zip, file, size - 1);
    check_refused(zip, GAN_ERROR_FORMAT, "23 bytes follow the header");
    size_t length = read_back(zip, file, sizeof file);
    write_file(zip, file, length - 10);
    check_refused(zip, GAN_ERROR_FORMAT, "damaged gzip");
#else
    (void)zip;
#endif
}
END_TEST

/* ---- what is refused ---- */

START_TEST(places_without_a_file_are_named)
{
    ck_assert_ptr_null(gan_tensor_read_npy(NULL));
    ck_assert_str_eq(gan_error_message(), "gan_tensor_read_npy: path is NULL");
    check_refused(scratch_file("absent.npy"), GAN_ERROR_IO, "No such file or directory");
    check_refused(scratch_directory(), GAN_ERROR_IO, "folder");
}
END_TEST

START_TEST(other_types_are_refused_with_what_was_found)
{
    static const struct {
        const char *header, *message;
    } cases[] = {
        {HEADER(">f4", "(2, 3)"), "its elements are '>f4', big-endian; save it with array.astype('<f4')"},
        {HEADER(">i8", "(2, 3)"), "its elements are '>i8', big-endian"},
        {HEADER("<c8", "(3,)"), "its elements are '<c8'; float16, float32, float64, int32, int64, uint8 and bool are"},
        {HEADER("<f16", "(3,)"), "its elements are '<f16'"},
        {HEADER("<U5", "(3,)"), "its elements are '<U5'"},
        {HEADER("|O", "(3,)"), "its elements are '|O'"},
        {HEADER("|f4", "(3,)"), "its elements are '|f4'"},
        {HEADER("f4", "(3,)"), "its elements are 'f4'"},
        {HEADER("<f44", "(3,)"), "its elements are '<f44'"},
        {HEADER("<\x1b[2Jf4\xff", "(3,)"), "its elements are '<?[2Jf4?'"},
        {HEADER("", "(3,)"), "its elements are ''"},
        {HEADER(">", "(3,)"), "its elements are '>'"},
        {"{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (3,), }",
         "its elements are structures"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_refused(written(1, cases[i].header, six, sizeof six), GAN_ERROR_FORMAT, cases[i].message);
}
END_TEST

START_TEST(impossible_shapes_are_refused)
{
    static const struct {
        const char *header, *message;
    } cases[] = {
        {HEADER("<f4", "(1, 1, 1, 1, 1, 1, 1, 1, 6)"), "it has more than 8 axes"},
        {HEADER("<f4", "(0,)"), "shape is [0], want every size at least 1"},
        {HEADER("<f4", "(6, 0, 1)"), "shape is [6, 0, 1], want every size at least 1"},
        {HEADER("<f4", "(5,)"), "24 bytes follow the header, but [5] elements of 4 bytes need 20"},
        {HEADER("<f4", "(7,)"), "24 bytes follow the header, but [7] elements of 4 bytes need 28"},
        {HEADER("<f8", "(2, 3)"), "but [2, 3] elements of 8 bytes need 48"},
        {HEADER("<f4", "(100000000000,)"), "need 400000000000"},
        {HEADER("<f4", "(4611686018427387904, 4)"), "the end of a size after 18 digits"},
        {HEADER("<f4", "(9999999999999999999, 1)"), "the end of a size after 18 digits"},
        {HEADER("<f4", "(999999999999999999, 1)"), "has too many elements"},
        {HEADER("<f4", "(100000000000000000, 100000000000000000)"), "has too many elements"},
        {HEADER("<f8", "(144115188075855871,)"), "need 1152921504606846968"},
        {HEADER("<f4", "(-6,)"), "want a size there"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = written(1, cases[i].header, six, sizeof six);
        memory_check_begin(0);
        check_refused(path, GAN_ERROR_FORMAT, cases[i].message);
        ck_assert_uint_eq(memory_check.live, 0);
        ck_assert_uint_lt(memory_check.peak, 10000); /* whatever the header says */
        gan_set_allocator(NULL);
    }
}
END_TEST

START_TEST(damaged_headers_are_refused_with_the_place)
{
    static const struct {
        const char *header, *message;
    } cases[] = {
        {"", "damaged at byte 64, want an opening brace there"},
        {"[]", "damaged at byte 10, want an opening brace"},
        {"{}", "the header has no 'descr'"},
        {"{'descr': '<f4'}", "the header has no 'fortran_order'"},
        {"{'descr': '<f4', 'fortran_order': False}", "the header has no 'shape'"},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,)}",
         "damaged at byte 27, want 'descr', 'fortran_order' or 'shape', each once, there"},
        {"{'order': 'C'}", "damaged at byte 11, want 'descr', 'fortran_order' or 'shape'"},
        {"{'descr'}", "damaged at byte 18, want a colon"},
        {"{descr: '<f4'}", "damaged at byte 11, want a key as a text"},
        {"{'descr': f4}", "damaged at byte 20, want the element type"},
        {"{'descr': '<f4", "want the element type"},
        {"{'descr': '<f4' 'shape': (6,)}", "damaged at byte 26, want a comma or a closing brace"},
        {"{'fortran_order': 0}", "damaged at byte 28, want True or False"},
        {"{'shape': 6}", "damaged at byte 20, want the shape in parentheses"},
        {"{'shape': (6 1)}", "damaged at byte 23, want a comma or a closing parenthesis"},
        {"{'shape': (6,,)}", "damaged at byte 23, want a size"},
        {HEADER("<f4", "(6,)") " x", "want nothing but spaces up to the header's end"},
        {HEADER("<f4", "(6,"), "want a size"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_refused(written(1, cases[i].header, six, sizeof six), GAN_ERROR_FORMAT, cases[i].message);
}
END_TEST

START_TEST(other_files_and_formats_are_refused)
{
    static unsigned char file[1000];
    const char *path = scratch_file("other.npy");
    write_file(path, "", 0);
    check_refused(path, GAN_ERROR_FORMAT, "is not a .npy file");
    write_file(path, "PK\3\4 a .npz archive, say", 24);
    check_refused(path, GAN_ERROR_FORMAT, "is not a .npy file");
    size_t size = make(file, 1, HEADER("<f4", "(6,)"), six, sizeof six);
    file[6] = 4;
    write_file(path, file, size);
    check_refused(path, GAN_ERROR_FORMAT, "is of .npy format 4.0; 1.0, 2.0 and 3.0 are read");
    file[6] = 2;
    memset(file + 8, 0xFF, 4);
    write_file(path, file, size);
    check_refused(path, GAN_ERROR_FORMAT, "the header says it has 4294967295 bytes, want at most 140 (the file's)");
}
END_TEST

/* Reads a damaged file: an error or a tensor, but no crash, no leak, and no more memory than its size justifies. */
static bool read_damaged(const char *path, const unsigned char *file, size_t size)
{
    write_file(path, file, size);
    memory_check_begin(0);
    gan_tensor *tensor = gan_tensor_read_npy(path);
    bool read = tensor != NULL;
    if (!read) {
        ck_assert(gan_error_status() == GAN_ERROR_FORMAT);
        check_message(path);
    }
    gan_tensor_unref(tensor);
    ck_assert_uint_eq(memory_check.live, 0);
    ck_assert_uint_lt(memory_check.peak, 4000);
    gan_set_allocator(NULL);
    return read;
}

START_TEST(every_truncation_is_refused)
{
    static unsigned char file[1000];
    const char *path = scratch_file("short.npy");
    for (int major = 1; major <= 2; major++) {
        size_t size = make(file, major, HEADER("<f2", "(2, 6)"), six, sizeof six);
        for (size_t length = 0; length < size; length++)
            ck_assert(!read_damaged(path, file, length));
        ck_assert(read_damaged(path, file, size));
        ck_assert(!read_damaged(path, file, size + 1));
    }
}
END_TEST

START_TEST(every_flipped_bit_and_changed_byte_is_survived)
{
    static unsigned char file[1000];
    const char *path = scratch_file("flipped.npy");
    size_t size = make(file, 1, "{'descr': '<i8', 'fortran_order': True, 'shape': (3, 1), }", six, sizeof six);
    static const unsigned char others[] = {0, 1, 2, 4, 8, 16, 32, 64, 128, 255};
    int refused = 0;
    for (size_t at = 0; at < size; at++)
        for (size_t i = 0; i < sizeof others; i++) {
            unsigned char before = file[at];
            file[at] = i == 0 ? 0 : before ^ others[i];
            refused += !read_damaged(path, file, size);
            file[at] = before;
        }
    ck_assert_int_gt(refused, 300); /* the header's own text has no byte to spare */
}
END_TEST

struct paths {
    const char *in, *out;
};

static bool read_and_write(void *opaque)
{
    const struct paths *paths = opaque;
    gan_tensor *tensor = gan_tensor_read_npy(paths->in);
    gan_status status = tensor != NULL ? gan_tensor_write_npy(tensor, paths->out) : gan_error_status();
    gan_tensor_unref(tensor);
    return status == GAN_OK;
}

START_TEST(every_allocation_may_fail)
{
    struct paths paths = {written(2, HEADER("<f2", "(2, 6)"), six, sizeof six), scratch_file("out.npy")};
    CHECK_EACH_ALLOCATION(read_and_write, &paths);
#ifdef HAVE_ZLIB
    static unsigned char file[1000];
    paths.in = scratch_file("in.npy.gz");
    write_gzip(paths.in, file, make(file, 1, HEADER("<f4", "(2, 3)"), six, sizeof six));
    CHECK_EACH_ALLOCATION(read_and_write, &paths);
#endif
}
END_TEST

static const struct test_case tests[] = {
    {"files are written as NumPy writes them", files_are_written_as_numpy_writes_them},
    {"writing is checked", writing_is_checked},
    {"what is written is read again", what_is_written_is_read_again},
    {"headers may be written otherwise", headers_may_be_written_otherwise},
    {"doubles become floats", doubles_become_floats},
    {"halves become floats", halves_become_floats},
    {"wide integers must fit", wide_integers_must_fit},
    {"bytes and truths are bytes", bytes_and_truths_are_bytes},
    {"Fortran order becomes C order", fortran_order_becomes_c_order},
    {"long files are converted to their end", long_files_are_converted_to_their_end},
    {"pipes and gzip are read too", pipes_and_gzip_are_read_too},
    {"places without a file are named", places_without_a_file_are_named},
    {"other types are refused with what was found", other_types_are_refused_with_what_was_found},
    {"impossible shapes are refused", impossible_shapes_are_refused},
    {"damaged headers are refused with the place", damaged_headers_are_refused_with_the_place},
    {"other files and formats are refused", other_files_and_formats_are_refused},
    {"every truncation is refused", every_truncation_is_refused},
    {"every flipped bit and changed byte is survived", every_flipped_bit_and_changed_byte_is_survived},
    {"every allocation may fail", every_allocation_may_fail},
};

int main(void)
{
    return RUN_SUITE("io: npy", tests);
}

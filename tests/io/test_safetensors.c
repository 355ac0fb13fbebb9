#include "files.h"
#include "memory_check.h"
#include "safetensors_bytes.h"
#include "utf8.h"

#include "base/memory.h"
#include "io/checksum.h"
#include "io/json.h"
#include "io/safetensors.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- JSON ---- */

START_TEST(json_is_written_with_escapes_and_every_bit)
{
    struct gan_json_writer json = {0};
    gan_json_begin(&json, NULL, '{');
    gan_json_write_text(&json, "a\"b", "x\\y\n\xC3\xA9\xFF\xE2\x82");
    gan_json_write_integer(&json, "i", INT64_MIN);
    gan_json_write_uint64(&json, "u", UINT64_MAX);
    gan_json_write_bool(&json, "t", true);
    gan_json_write_float(&json, "f", 0.1f);
    gan_json_write_double(&json, "d", 0.1);
    gan_json_write_shape(&json, "s", GAN_SHAPE(2, 3));
    gan_json_begin(&json, "e", '[');
    gan_json_end(&json, ']');
    gan_json_begin(&json, "l", '[');
    gan_json_write_bool(&json, NULL, false);
    gan_json_write_text(&json, NULL, "");
    gan_json_end(&json, ']');
    gan_json_end(&json, '}');
    char *text = gan_json_finish(&json);
    ck_assert_str_eq(text, "{\"a\\\"b\":\"x\\\\y\\u000a\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\","
                           "\"i\":-9223372036854775808,\"u\":\"18446744073709551615\",\"t\":true,\"f\":0.100000001,"
                           "\"d\":0.10000000000000001,\"s\":[2,3],\"e\":[],\"l\":[false,\"\"]}");
    gan_text_free(text);
}
END_TEST

static bool write_some_json(void *context)
{
    (void)context;
    struct gan_json_writer json = {0};
    gan_json_begin(&json, NULL, '[');
    for (int i = 0; i < 300; i++)
        gan_json_write_integer(&json, NULL, i);
    gan_json_end(&json, ']');
    char *text = gan_json_finish(&json);
    gan_text_free(text);
    return text != NULL;
}

START_TEST(json_writing_survives_failing_allocations)
{
    CHECK_EACH_ALLOCATION(write_some_json, NULL);
}
END_TEST

START_TEST(checksum_is_gzip_s)
{
    ck_assert_uint_eq(gan_checksum(0, "123456789", 9), 0xCBF43926);
    ck_assert_uint_eq(gan_checksum(gan_checksum(0, "1234", 4), "56789", 5), 0xCBF43926);
    ck_assert_uint_eq(gan_checksum(0, "", 0), 0);
}
END_TEST

#ifdef HAVE_JANSSON

START_TEST(json_is_read_strictly)
{
    static const char text[] = "{\"i\":-7,\"u\":\"18446744073709551615\",\"o\":\"18446744073709551616\",\"f\":1e39,"
                               "\"t\":true,\"s\":[2,3],\"r\":[1,1,1,1,1,1,1,1,1],\"n\":[2,-1]}";
    struct gan_json *json = gan_json_parse(text, strlen(text), "text");
    int64_t i = 0;
    uint64_t u = 0;
    float f = 0;
    double d = 0;
    bool t = false;
    const char *word = NULL;
    gan_shape shape = GAN_SCALAR;
    ck_assert(gan_json_integer(gan_json_get(json, "i"), &i) && i == -7);
    ck_assert(gan_json_uint64(gan_json_get(json, "u"), &u) && u == UINT64_MAX);
    ck_assert(!gan_json_uint64(gan_json_get(json, "o"), &u));
    ck_assert(!gan_json_uint64(gan_json_get(json, "i"), &u));
    ck_assert(!gan_json_float(gan_json_get(json, "f"), &f));
    ck_assert(gan_json_double(gan_json_get(json, "f"), &d) && d == 1e39);
    ck_assert(gan_json_bool(gan_json_get(json, "t"), &t) && t);
    ck_assert(gan_json_shape(gan_json_get(json, "s"), 1, &shape) && gan_shape_equal(shape, GAN_SHAPE(2, 3)));
    ck_assert(!gan_json_shape(gan_json_get(json, "r"), 1, &shape));
    ck_assert(!gan_json_shape(gan_json_get(json, "n"), 0, &shape));
    ck_assert(gan_json_shape(gan_json_get(json, "n"), -1, &shape));
    ck_assert(!gan_json_shape(NULL, 0, &shape));
    ck_assert(!gan_json_integer(gan_json_get(json, "missing"), &i) && !gan_json_text(NULL, &word));
    ck_assert(gan_json_equal(gan_json_get(json, "s"), gan_json_get(json, "s")));
    ck_assert(!gan_json_equal(gan_json_get(json, "s"), gan_json_get(json, "n")));
    char print[6];
    ck_assert_str_eq(gan_json_print(gan_json_get(json, "s"), print, sizeof print), "[2,3]");
    memset(print, 'x', sizeof print);
    ck_assert_str_eq(gan_json_print(json, print, sizeof print), "{\"i\":"); /* as much as fits */
    gan_json_free(json);
    static const char long_text[] = "[\"ab\xC3\xA9\"]";
    json = gan_json_parse(long_text, sizeof long_text - 1, "long");
    ck_assert_str_eq(gan_json_print(json, print, sizeof print), "[\"ab"); /* no half of a character */
    gan_json_free(json);
    ck_assert_ptr_null(gan_json_parse("{\"a\":1,\"a\":2}", 13, "twice"));
    check_message("twice: JSON: byte");
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_FORMAT);
}
END_TEST

/* True if there is a locale of this name, or it could be made; then it is the program's. */
static bool enter_locale(const char *name, const char *source)
{
    char command[400];
    const char *folder = scratch_file(source); /* of its own: what was looked for in vain stays missing */
    if (setlocale(LC_ALL, name) != NULL)
        return true;
    snprintf(command, sizeof command, "mkdir -p '%s' && localedef -i %s -f UTF-8 '%s/%s' >/dev/null 2>&1", folder,
             source, folder, name);
    (void)!system(command); /* it fails for mere warnings */
    return setenv("LOCPATH", folder, 1) == 0 && setlocale(LC_ALL, name) != NULL;
}

/* Also where the decimal point is not one byte. */
START_TEST(json_is_the_same_in_every_locale)
{
    static const char *const locales[][2] = {{"de_DE.UTF-8", "de_DE"}, {"ps_AF.UTF-8", "ps_AF"}};
    static const char text[] = "{\"a\":1.5,\"b\":-0.25}";
    for (int i = 0; i < 2; i++) {
        if (!enter_locale(locales[i][0], locales[i][1]))
            printf("skipped: there is no locale %s\n", locales[i][0]);
        struct gan_json *json = gan_json_parse(text, sizeof text - 1, "text");
        ck_assert_msg(json != NULL, "%s", gan_error_message());
        double b;
        char print[40];
        ck_assert(gan_json_double(gan_json_get(json, "b"), &b) && b == -0.25);
        ck_assert_str_eq(gan_json_print(json, print, sizeof print), text);
        gan_json_free(json);
        setlocale(LC_ALL, "C");
    }
}
END_TEST

/* What is not finite is null, and the sign of a zero stays. */
START_TEST(numbers_that_json_does_not_have)
{
    struct gan_json_writer json = {0};
    gan_json_begin(&json, NULL, '[');
    gan_json_write_float(&json, NULL, INFINITY);
    gan_json_write_double(&json, NULL, (double)NAN);
    gan_json_write_float(&json, NULL, -0.0f);
    gan_json_end(&json, ']');
    char *text = gan_json_finish(&json);
    ck_assert_str_eq(text, "[null,null,-0.0]");
    struct gan_json *read = gan_json_parse(text, strlen(text), "text");
    float zero = 1;
    ck_assert(!gan_json_float(gan_json_item(read, 0), &zero));
    ck_assert(gan_json_float(gan_json_item(read, 2), &zero) && zero == 0 && signbit(zero));
    gan_json_free(read);
    gan_free(text);
}
END_TEST

/* ---- safetensors ---- */

static const float numbers[] = {1, -2, 3.5f, 1e-30f, 5, 6};

START_TEST(what_is_written_is_read_back)
{
    const char *path = scratch_file("some.safetensors");
    const struct gan_safetensors_item items[] = {{"0.weight", GAN_SHAPE(2, 2), numbers},
                                                 {"s", GAN_SCALAR, numbers + 5}};
    const struct gan_safetensors_datum about[] = {{"say", "\"hello\"\n"}};
    ck_assert_int_eq(gan_safetensors_write(path, items, 2, about, 1, "test"), GAN_OK);
    struct gan_safetensors *file = gan_safetensors_open(path);
    ck_assert_msg(file != NULL, "%s", gan_error_message());
    ck_assert(gan_safetensors_checked(file));
    ck_assert_str_eq(gan_safetensors_metadata(file, "say"), "\"hello\"\n");
    ck_assert_ptr_null(gan_safetensors_metadata(file, "no"));
    ck_assert_uint_eq(gan_safetensors_count(file), 2);
    const struct gan_safetensors_entry *entry = gan_safetensors_entry(file, 0);
    ck_assert_str_eq(entry->name, "0.weight");
    ck_assert(gan_shape_equal(entry->shape, GAN_SHAPE(2, 2)));
    float back[4];
    gan_safetensors_numbers(entry, back);
    ck_assert_mem_eq(back, numbers, sizeof back);
    ck_assert_ptr_eq(gan_safetensors_find(file, "s"), gan_safetensors_entry(file, 1));
    ck_assert_ptr_null(gan_safetensors_find(file, "0"));
    gan_safetensors_close(file);
    gan_safetensors_close(NULL);
}
END_TEST

START_TEST(every_flipped_bit_and_every_cut_is_noticed)
{
    const char *path = scratch_file("flip.safetensors");
    const struct gan_safetensors_item items[] = {{"w", GAN_SHAPE(3), numbers}};
    ck_assert_int_eq(gan_safetensors_write(path, items, 1, NULL, 0, "test"), GAN_OK);
    unsigned char bytes[512];
    size_t size = read_back(path, bytes, sizeof bytes);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        struct gan_safetensors *file = gan_safetensors_parse(bytes, size, "flipped");
        ck_assert_msg(file == NULL || !gan_safetensors_checked(file), "bit %zu", bit);
        gan_safetensors_close(file);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    for (size_t cut = 0; cut < size; cut++) {
        unsigned char *part = malloc(cut + 1); /* of its own size, for the sanitizers' sake */
        memcpy(part, bytes, cut);
        ck_assert_ptr_null(gan_safetensors_parse(part, cut, "cut"));
        ck_assert_int_eq(gan_error_status(), GAN_ERROR_FORMAT);
        free(part);
    }
}
END_TEST

START_TEST(all_floats_are_converted)
{
    static const unsigned char data[] = {0,    0,    0, 0, 0, 0, 0xF8, 0xBF, /* F64: -1.5 */
                                         0x01, 0,                            /* F16: the least of all, 2^-24 */
                                         0,    0xC2,                         /* -3 */
                                         0,    0x7C,                         /* infinity */
                                         0x80, 0x3F};                        /* BF16: 1 */
    size_t size;
    unsigned char *bytes = safetensors_bytes(
        "{\"h\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[8,14]},"
        "\"d\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]},"
        "\"b\":{\"dtype\":\"BF16\",\"shape\":[1,1],\"data_offsets\":[14,16]},"
        "\"none\":{\"dtype\":\"I64\",\"shape\":[0,3],\"data_offsets\":[16,16]}}   ",
        data, sizeof data, &size);
    struct gan_safetensors *file = gan_safetensors_parse(bytes, size, "mixed");
    ck_assert_msg(file != NULL, "%s", gan_error_message());
    ck_assert(!gan_safetensors_checked(file));
    float out[3];
    gan_safetensors_numbers(gan_safetensors_find(file, "d"), out);
    ck_assert(out[0] == -1.5f);
    gan_safetensors_numbers(gan_safetensors_find(file, "h"), out);
    ck_assert(out[0] == ldexpf(1, -24) && out[1] == -3 && isinf(out[2]));
    gan_safetensors_numbers(gan_safetensors_find(file, "b"), out);
    ck_assert(out[0] == 1);
    ck_assert(!gan_safetensors_is_float(gan_safetensors_find(file, "none")));
    gan_safetensors_close(file);
    free(bytes);
}
END_TEST

static void check_header(const char *header, size_t data, const char *message)
{
    static const unsigned char zeros[64];
    size_t size;
    unsigned char *bytes = safetensors_bytes(header, zeros, data, &size);
    ck_assert_ptr_null(gan_safetensors_parse(bytes, size, "bad"));
    check_message(message);
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_FORMAT);
    free(bytes);
}

#define TENSOR(name, dtype, shape, begin, end)                                                                         \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[" begin "," end "]}"

START_TEST(hostile_headers_are_refused)
{
    check_header("[]", 0, "no header begins at its byte 8");
    check_header("{", 0, "bad: not a safetensors file: it ends after 9 bytes");
    check_header("{\"a\":}", 0, "bad: JSON: byte");
    check_header("{\"a\":1}", 0, "tensor \"a\" has no \"dtype\"");
    check_header("{" TENSOR("a", "X7", "[1]", "0", "4") "}", 4, "of the type \"X7\", which is not known");
    check_header("{" TENSOR("a", "F32", "3", "0", "4") "}", 4, "tensor \"a\" has no \"shape\"");
    check_header("{" TENSOR("a", "F32", "[-1]", "0", "4") "}", 4, "tensor \"a\" has no \"shape\"");
    check_header("{" TENSOR("a", "F32", "[1,1,1,1,1,1,1,1,1]", "0", "4") "}", 4, "at most 8 sizes");
    check_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "has no \"data_offsets\"");
    check_header("{" TENSOR("a", "F32", "[1]", "0", "8") "}", 4, "in the bytes 0 to 8 of data, but there are 4");
    check_header("{" TENSOR("a", "F32", "[1]", "4", "0") "}", 4, "in the bytes 4 to 0");
    check_header("{" TENSOR("a", "F32", "[1]", "-4", "0") "}", 4, "in the bytes -4 to 0");
    check_header("{" TENSOR("a", "F32", "[2]", "0", "4") "}", 4, "has 4 bytes, which [2] of F32 does not fill");
    check_header("{" TENSOR("a", "F32", "[4294967296,4294967296]", "0", "0") "}", 0, "does not fill");
    check_header("{" TENSOR("a", "F32", "[1]", "0", "4") "}", 8, "8 bytes of data follow the header, but its tensors");
    check_header("{" TENSOR("a", "F32", "[1]", "0", "4") "," TENSOR("b", "F32", "[1]", "0", "4") "}", 4,
                 "begins at byte 0 of data, before byte 4");
    check_header("{" TENSOR("a", "F32", "[1]", "0", "4") "," TENSOR("b", "F32", "[1]", "8", "12") "}", 12,
                 "tensor \"b\" begins at byte 8 of data, after byte 4");
    check_header("{\"__metadata__\":[]}", 0, "\"__metadata__\" is no object");
    check_header("{\"__metadata__\":{\"a\":1}}", 0, "the metadatum \"a\" is not a text");
    check_header("{\"__metadata__\":{\"crc32\":\"0000000g\"}}", 0, "should be its checksum");
    check_header("{\"__metadata__\":{\"crc32\":\"00000001\"}}", 0, "but it says 00000001");
    const unsigned char huge[] = {0, 0, 0, 0, 0, 0, 0, 0x80, '{', '}'};
    ck_assert_ptr_null(gan_safetensors_parse(huge, sizeof huge, "huge"));
    check_message("the header's length is 9223372036854775808, but only 2 bytes follow");
}
END_TEST

/* Tensors' names come from files; a message goes to a terminal. */
START_TEST(messages_show_names_short_and_clean)
{
    check_header("{\"\\u001b[31m\\nred\":1}", 0, "tensor \"?[31m?red\" has no \"dtype\"");
    char header[300], name[200];
    for (int shifted = 0; shifted < 2; shifted++) {
        snprintf(header, sizeof header, "{\"%s\":1}", accents(name, sizeof name, shifted != 0));
        check_header(header, 0, "…\" has no \"dtype\"");
        ck_assert_msg(is_utf8(gan_error_message()) && strchr(gan_error_message(), '?') == NULL, "%s",
                      gan_error_message());
    }
}
END_TEST

/* The reader takes headers of so many bytes and no more: a file that cannot be read again is not written. */
START_TEST(a_header_that_no_reader_takes_is_not_written)
{
    const char *path = scratch_file("long.safetensors");
    const size_t length = 100 * 1000 * 1000 - 36;
    char *text = malloc(length + 1);
    memset(text, 'a', length);
    text[length] = '\0';
    const struct gan_safetensors_datum about = {"say", text};
    ck_assert_int_eq(gan_safetensors_write(path, NULL, 0, &about, 1, "test"), GAN_ERROR_UNSUPPORTED);
    check_message("test: ");
    check_message("long.safetensors: its header would have 1000000");
    check_message(" bytes, want at most 100000000: ");
    free(text);
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(files_that_begin_as_gzip_does_are_read)
{
    /* A header of 0x8b1f bytes. */
    char *header = malloc(0x8b1f + 1);
    memset(header, ' ', 0x8b1f);
    header[0x8b1f] = '\0';
    memcpy(header, "{}", 2);
    size_t size;
    unsigned char *bytes = safetensors_bytes(header, NULL, 0, &size);
    const char *path = scratch_file("gzip-like");
    write_file(path, bytes, size);
    struct gan_safetensors *file = gan_safetensors_open(path);
    ck_assert_msg(file != NULL, "%s", gan_error_message());
    gan_safetensors_close(file);
    free(bytes);
    free(header);
    ck_assert_ptr_null(gan_safetensors_open(scratch_file("nowhere")));
    check_message("nowhere: cannot be opened");
}
END_TEST

static bool write_and_read(void *context)
{
    const struct gan_safetensors_item items[] = {{"w", GAN_SHAPE(3), numbers}};
    if (gan_safetensors_write(context, items, 1, NULL, 0, "test") != GAN_OK)
        return false;
    struct gan_safetensors *file = gan_safetensors_open(context);
    gan_safetensors_close(file);
    return file != NULL;
}

START_TEST(failing_allocations_leave_nothing_behind)
{
    CHECK_EACH_ALLOCATION(write_and_read, (void *)(uintptr_t)scratch_file("memory.safetensors"));
}
END_TEST

#else

START_TEST(without_jansson_reading_says_so)
{
    ck_assert_ptr_null(gan_safetensors_parse("\2\0\0\0\0\0\0\0{}", 10, "some"));
    check_message("some: libgan was built without jansson");
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_UNSUPPORTED);
}
END_TEST

#endif

static const struct test_case tests[] = {
    {"json is written with escapes and every bit", json_is_written_with_escapes_and_every_bit},
    {"json writing survives failing allocations", json_writing_survives_failing_allocations},
    {"checksum is gzip's", checksum_is_gzip_s},
#ifdef HAVE_JANSSON
    {"json is read strictly", json_is_read_strictly},
    {"json is the same in every locale", json_is_the_same_in_every_locale},
    {"numbers that json does not have", numbers_that_json_does_not_have},
    {"what is written is read back", what_is_written_is_read_back},
    {"every flipped bit and every cut is noticed", every_flipped_bit_and_every_cut_is_noticed},
    {"all floats are converted", all_floats_are_converted},
    {"hostile headers are refused", hostile_headers_are_refused},
    {"names in messages", messages_show_names_short_and_clean},
    {"too long a header is not written", a_header_that_no_reader_takes_is_not_written},
    {"files that begin as gzip does are read", files_that_begin_as_gzip_does_are_read},
    {"failing allocations leave nothing behind", failing_allocations_leave_nothing_behind},
#else
    {"without jansson reading says so", without_jansson_reading_says_so},
#endif
};

int main(void)
{
    return RUN_SUITE("io: safetensors", tests);
}

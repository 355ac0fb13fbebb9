#include "io/csv.h"

#include "files.h"
#include "memory_check.h"
#include "suite.h"
#include "utf8.h"

#include <locale.h>
#include <math.h>

static const struct gan_csv_options automatic = {.header = -1, .label_column = -1};

static gan_status read_text_of(const char *text, size_t size, const struct gan_csv_options *options,
                               struct gan_csv *csv)
{
    const char *path = scratch_file("table.csv");
    write_file(path, text, size);
    return gan_csv_read(path, options, csv);
}

static struct gan_csv read_text(const char *text, const struct gan_csv_options *options)
{
    struct gan_csv csv;
    gan_status status = read_text_of(text, strlen(text), options, &csv);
    ck_assert_msg(status == GAN_OK, "%s", gan_error_message());
    return csv;
}

static void check_numbers(const struct gan_csv *csv, int64_t rows, int64_t columns, const float *numbers)
{
    ck_assert(gan_shape_equal(gan_tensor_shape(csv->numbers), GAN_SHAPE(rows, columns)));
    for (int64_t i = 0; i < rows * columns; i++)
        ck_assert_float_eq(gan_tensor_data(csv->numbers)[i], numbers[i]);
}

static void check_table(const char *text, const struct gan_csv_options *options, int64_t rows, int64_t columns,
                        const float *numbers)
{
    struct gan_csv csv = read_text(text, options);
    check_numbers(&csv, rows, columns, numbers);
    ck_assert_ptr_null(csv.labels);
    gan_csv_clear(&csv);
}

static const float one_to_four[] = {1, 2, 3, 4};

START_TEST(tables_are_read_in_every_form)
{
    check_table("1,2\n3,4\n", &automatic, 2, 2, one_to_four);
    check_table("1,2\n3,4", &automatic, 2, 2, one_to_four);
    check_table("1,2\r\n3,4\r\n", &automatic, 2, 2, one_to_four);
    check_table("1,2\r\n3,4\r", &automatic, 2, 2, one_to_four);
    check_table("\n\n1,2\n\r\n  \n3,4\n\n", &automatic, 2, 2, one_to_four);
    check_table("\xef\xbb\xbf"
                "1,2\n3,4\n",
                &automatic, 2, 2, one_to_four);
    check_table("\"1\",\"2\"\r\n\"3\", 4 \r\n", &automatic, 2, 2, one_to_four);
    check_table("1;2\n3;4\n", &automatic, 2, 2, one_to_four);
    check_table("1\t2\n3\t4\n", &automatic, 2, 2, one_to_four);
    check_table("1|2\n3|4\n", &automatic, 2, 2, one_to_four);
    check_table("1\n2\n3\n4\n", &automatic, 4, 1, one_to_four);
    check_table("1,2,3,4", &automatic, 1, 4, one_to_four);
}
END_TEST

START_TEST(headers_are_found_or_told)
{
    struct gan_csv_options with = automatic, without = automatic;
    with.header = 1;
    without.header = 0;
    check_table("x,y\n1,2\n3,4\n", &automatic, 2, 2, one_to_four);
    check_table("\"the x, of it\",\"y \"\"y\"\"\"\n1,2\n3,4\n", &automatic, 2, 2, one_to_four);
    check_table("8,9\n1,2\n3,4\n", &with, 2, 2, one_to_four);
    check_table("\"a\nb\",c\n1,2\n3,4\n", &automatic, 2, 2, one_to_four);
    struct gan_csv csv;
    ck_assert_int_eq(read_text_of("x,y\n1,2\n", 8, &without, &csv), GAN_ERROR_FORMAT);
    check_message("line 1, column 1: 'x' is no number");
}
END_TEST

START_TEST(comments_and_separators_can_be_told)
{
    struct gan_csv_options options = automatic;
    options.comment = '#';
    check_table("# a, comment\n1,2\n#\n3,4\n#", &options, 2, 2, one_to_four);
    options.separator = ':';
    check_table("1:2\n3:4\n", &options, 2, 2, one_to_four);
    options.separator = ' ';
    check_table("1 2\n3 4\n", &options, 2, 2, one_to_four);
}
END_TEST

START_TEST(labels_are_numbers_or_texts)
{
    struct gan_csv_options options = automatic;
    options.label_column = 1;
    struct gan_csv csv = read_text("1,3,2\n3,0,4\n", &options);
    check_numbers(&csv, 2, 2, one_to_four);
    ck_assert_int_eq(gan_tensor_int32(csv.labels)[0], 3);
    ck_assert_int_eq(gan_tensor_int32(csv.labels)[1], 0);
    ck_assert_int_eq(csv.classes, 4);
    ck_assert_ptr_null(csv.class_names);
    gan_csv_clear(&csv);

    csv = read_text("1,cat,2\n3,\"d,og\",4\n1,cat,2\n3,9,4\n", &options); /* a text there makes no header */
    check_numbers(&csv, 4, 2, (float[]){1, 2, 3, 4, 1, 2, 3, 4});
    ck_assert_int_eq(csv.classes, 3);
    ck_assert_str_eq(csv.class_names[0], "cat");
    ck_assert_str_eq(csv.class_names[1], "d,og");
    ck_assert_str_eq(csv.class_names[2], "9");
    static const int32_t expected[] = {0, 1, 0, 2};
    ck_assert_mem_eq(gan_tensor_int32(csv.labels), expected, sizeof expected);
    gan_csv_clear(&csv);

    options = automatic;
    options.label_name = "kind";
    csv = read_text("7,kind,8\n1,1.0,2\n3,0,4\n", &options); /* named, so line 1 is a header */
    check_numbers(&csv, 2, 2, one_to_four);
    ck_assert_int_eq(gan_tensor_int32(csv.labels)[0], 1);
    ck_assert_int_eq(csv.classes, 2);
    gan_csv_clear(&csv);
}
END_TEST

static void expect_failure(const char *text, const struct gan_csv_options *options, const char *part)
{
    struct gan_csv csv;
    ck_assert_int_ne(read_text_of(text, strlen(text), options, &csv), GAN_OK);
    ck_assert_ptr_null(csv.numbers);
    check_message(part);
    check_message("table.csv");
}

START_TEST(errors_name_line_and_column)
{
    struct gan_csv_options labels = automatic, named = automatic;
    labels.label_column = 1;
    named.label_name = "kind";
    expect_failure("1,2\n3,x\n", &automatic, "line 2, column 2: 'x' is no number");
    expect_failure("x,y\n\n\n1,2\n3,1.5e\n", &automatic, "line 5, column 2: '1.5e' is no number");
    expect_failure("\"a\n\nb\",c\n1,2\n3,z\n", &automatic, "line 5, column 2: 'z' is no number");
    expect_failure("1,2\n3,123456789 123456789 123456789 12\n", &automatic, "'123456789 123456789 12345678…' is no");
    expect_failure("1,2\n3,a\x1B[2J\n", &automatic, "'a?[2J' is no number");
    char text[200], field[80];
    for (int shifted = 0; shifted < 2; shifted++) {
        snprintf(text, sizeof text, "1,2\n3,%s\n", accents(field, sizeof field, shifted != 0));
        expect_failure(text, &automatic, "é…' is no number");
    }
    expect_failure("1,2\n3,\n", &automatic, "line 2, column 2: the field is empty");
    expect_failure("1,2\n3\n", &automatic, "line 2 has 1 columns, the first has 2");
    expect_failure("1,2\n3,4,5\n", &automatic, "line 2 has 3 columns, the first has 2");
    expect_failure("1,2\nnan,4\n", &automatic, "line 2, column 1: 'nan' is no finite number");
    expect_failure("nan,2\n3,4\n", &automatic, "line 1, column 1: 'nan' is no finite number");
    expect_failure("1,2\n-Infinity,4\n", &automatic, "'-Infinity' is no finite number");
    expect_failure("1,2\n3,1e39\n", &automatic, "line 2, column 2: '1e39' is too large for a float32");
    expect_failure("1,2\n3,\"4\n", &automatic, "line 2, column 2: a quote is opened and never closed");
    expect_failure("1,2\n3,\"4\"5\n", &automatic, "line 2, column 2: '5' follows a closing quote");
    expect_failure("", &automatic, "holds no row of numbers");
    expect_failure("x,y\n", &automatic, "holds no row of numbers");
    expect_failure("1,2\n", &named, "line 1 has no column named 'kind'");
    expect_failure("1\n", &labels, "has 1 columns, but the label column is 1");
    expect_failure("1,70000\n", &labels, "row 1 has the label 70000, want labels below 4096");
    expect_failure("1,2\n3,\n", &labels, "line 2, column 2: the label is empty");
    labels.label_column = 0;
    expect_failure("1\n", &labels, "has no column but the labels'");
    struct gan_csv csv;
    ck_assert_int_eq(read_text_of("1,2\n\0,4\n", 8, &automatic, &csv), GAN_ERROR_FORMAT);
    check_message("is no text: byte 4 is 0");
    ck_assert_int_eq(gan_csv_read(scratch_file("absent.csv"), &automatic, &csv), GAN_ERROR_IO);
}
END_TEST

START_TEST(too_many_classes_are_refused)
{
    static char text[40 * (GAN_CSV_MAX_CLASSES + 1)];
    struct gan_csv_options options = automatic;
    options.label_column = 1;
    size_t size = 0;
    for (int i = 0; i <= GAN_CSV_MAX_CLASSES; i++)
        size += (size_t)sprintf(text + size, "%d,name%d\n", i, i);
    expect_failure(text, &options, "has more than 4096 different labels");
}
END_TEST

static const char damaged[] = "\xef\xbb\xbf# c\nx,\"y \"\"z\"\"\",k\r\n1.5,-2e1,a\n\n\"3\",.25,\"b\nc\"\r\n7,8,a\n";

static void check_survives(const char *text, size_t size)
{
    struct gan_csv csv;
    struct gan_csv_options options = automatic;
    options.comment = '#';
    options.label_column = 2;
    if (read_text_of(text, size, &options, &csv) != GAN_OK) {
        ck_assert_str_ne(gan_error_message(), "");
        return;
    }
    int64_t rows = gan_tensor_shape(csv.numbers).dims[0];
    for (int64_t i = 0; i < gan_tensor_size(csv.numbers); i++)
        ck_assert(isfinite(gan_tensor_data(csv.numbers)[i]));
    for (int64_t i = 0; i < rows; i++)
        ck_assert(gan_tensor_int32(csv.labels)[i] >= 0 && gan_tensor_int32(csv.labels)[i] < csv.classes);
    gan_csv_clear(&csv);
}

START_TEST(damage_of_every_kind_is_survived)
{
    char text[sizeof damaged];
    struct gan_csv_options options = automatic;
    options.comment = '#';
    options.label_column = 2;
    struct gan_csv csv = read_text(damaged, &options);
    check_numbers(&csv, 3, 2, (float[]){1.5f, -20, 3, .25f, 7, 8});
    ck_assert_str_eq(csv.class_names[1], "b\nc");
    gan_csv_clear(&csv);
    for (size_t size = 0; size < sizeof damaged; size++)
        check_survives(damaged, size);
    for (size_t bit = 0; bit < 8 * (sizeof damaged - 1); bit++) {
        memcpy(text, damaged, sizeof damaged);
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        check_survives(text, sizeof damaged - 1);
    }
}
END_TEST

START_TEST(numbers_are_parsed_as_strtof_does)
{
    static const char *const texts[] = {"0",
                                        "-0",
                                        "1",
                                        "+1",
                                        "1.",
                                        ".5",
                                        "-.5e1",
                                        "1e5",
                                        "1E+05",
                                        "3.14159265358979",
                                        "0.1",
                                        "16777217",
                                        "123456789012345678901234567890",
                                        "1e-45",
                                        "1e-50",
                                        "3.4028234e38",
                                        "3.4028235e38",
                                        "-3.40282356e38",
                                        "0.000000000000000000000000000001",
                                        "1e0000000001",
                                        "9007199254740993",
                                        "5e-324",
                                        "  2\t",
                                        "00000000000000000000000000000012"};
    float number;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ck_assert_int_eq(gan_number_parse(texts[i], &number), GAN_NUMBER_OK);
        ck_assert_msg(number == strtof(texts[i], NULL), "%s: %a", texts[i], (double)number);
    }
    uint64_t state = 1;
    for (int i = 0; i < 100000; i++) {
        char text[64];
        state = state * 6364136223846793005u + 1442695040888963407u;
        int digits = (int)(state >> 60) + 1;
        snprintf(text, sizeof text, "%.*fe%d", digits, (double)(int64_t)(state << 8) * 0x1p-60,
                 (int)(state >> 50 & 63) - 32);
        if (gan_number_parse(text, &number) != GAN_NUMBER_OK || number != strtof(text, NULL))
            ck_abort_msg("%s: %a, want %a", text, (double)number, (double)strtof(text, NULL));
    }
}
END_TEST

START_TEST(what_is_no_number_is_known)
{
    static const char *const none[] = {"",    " ",    "x",   "-",   "+",  ".",     "e5",   "1e",      "1e+",
                                       "1 2", "0x10", "1,5", "--1", "1-", "1.2.3", "nano", "infinite"};
    static const char *const not_finite[] = {"nan", "NaN", "-nan", "inf", "-INF", " Infinity ", "NA", "n/a", "null"};
    char longest[1200];
    float number = 7;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        ck_assert_msg(gan_number_parse(none[i], &number) == GAN_NUMBER_NONE, "%s", none[i]);
    for (size_t i = 0; i < sizeof not_finite / sizeof not_finite[0]; i++)
        ck_assert_msg(gan_number_parse(not_finite[i], &number) == GAN_NUMBER_NOT_FINITE, "%s", not_finite[i]);
    ck_assert_int_eq(gan_number_parse("3.5e38", &number), GAN_NUMBER_TOO_LARGE);
    ck_assert_int_eq(gan_number_parse("3.4028236e38", &number), GAN_NUMBER_TOO_LARGE);
    ck_assert_int_eq(gan_number_parse("1e999999999999", &number), GAN_NUMBER_TOO_LARGE);
    memset(longest, '1', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    ck_assert_int_eq(gan_number_parse(longest, &number), GAN_NUMBER_NONE);
    ck_assert_float_eq(number, 7);
}
END_TEST

START_TEST(the_locale_does_not_matter)
{
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "ru_RU.UTF-8"};
    size_t i = 0;
    while (i < 4 && setlocale(LC_ALL, names[i]) == NULL)
        i++;
    if (i == 4)
        printf("skipped: no locale with a decimal comma is installed\n");
    check_table("1.5,2\n", &automatic, 1, 2, (float[]){1.5f, 2});
    setlocale(LC_ALL, "C");
}
END_TEST

static bool attempt(void *path)
{
    struct gan_csv csv;
    struct gan_csv_options options = automatic;
    options.label_column = 1;
    gan_status status = gan_csv_read(path, &options, &csv);
    gan_csv_clear(&csv);
    return status == GAN_OK;
}

START_TEST(a_failed_allocation_is_an_error)
{
    char *path = (char *)scratch_file("memory.csv");
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 40; i++)
        fprintf(file, "%d,label%d,%d\n", i, i, -i);
    fclose(file);
    CHECK_EACH_ALLOCATION(attempt, path);
}
END_TEST

#ifdef HAVE_ZLIB
START_TEST(gzip_is_read_too)
{
    static char text[100000];
    struct gan_csv csv;
    size_t size = 0;
    while (size < sizeof text - 100) /* longer than the first block that is read */
        size += (size_t)sprintf(text + size, "1.25,-3\n");
    const char *path = scratch_file("table.csv.gz");
    write_gzip(path, text, size);
    ck_assert_int_eq(gan_csv_read(path, &automatic, &csv), GAN_OK);
    ck_assert_int_eq(gan_tensor_size(csv.numbers), 2 * (int64_t)size / 8);
    ck_assert_float_eq(gan_tensor_data(csv.numbers)[gan_tensor_size(csv.numbers) - 1], -3);
    gan_csv_clear(&csv);
}
END_TEST
#endif

static const struct test_case tests[] = {
    {"forms", tables_are_read_in_every_form},
    {"headers", headers_are_found_or_told},
    {"comments", comments_and_separators_can_be_told},
    {"labels", labels_are_numbers_or_texts},
    {"errors", errors_name_line_and_column},
    {"classes", too_many_classes_are_refused},
    {"damage", damage_of_every_kind_is_survived},
    {"numbers", numbers_are_parsed_as_strtof_does},
    {"no numbers", what_is_no_number_is_known},
    {"locale", the_locale_does_not_matter},
    {"memory", a_failed_allocation_is_an_error},
#ifdef HAVE_ZLIB
    {"gzip", gzip_is_read_too},
#endif
};

int main(void)
{
    return RUN_SUITE("io: csv", tests);
}

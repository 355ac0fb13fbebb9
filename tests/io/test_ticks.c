#include "suite.h"

#include "io/ticks.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The axis's numbers, with spaces between. */
static const char *numbers(double low, double high, double most, bool whole)
{
    static char all[512];
    struct gan_ticks ticks = gan_ticks_choose(low, high, most, whole);
    ck_assert_int_le(ticks.count, (int)most + 1);
    all[0] = '\0';
    for (int i = 0; i < ticks.count; i++) {
        char text[GAN_TICK_TEXT];
        gan_tick_text(&ticks, i, text);
        double value = gan_tick_value(&ticks, i), air = 1e-8 * (high - low);
        ck_assert_msg(value >= low - air && value <= high + air, "%g is outside %g … %g", value, low, high);
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i > 0 ? " " : "", text);
    }
    return all;
}

START_TEST(steps_are_one_two_or_five)
{
    ck_assert_str_eq(numbers(0, 1, 5, false), "0 0.2 0.4 0.6 0.8 1");
    ck_assert_str_eq(numbers(0, 1, 4, false), "0 0.5 1");
    ck_assert_str_eq(numbers(0, 1, 10, false), "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1");
    ck_assert_str_eq(numbers(-0.3, 2.6, 6, false), "0 0.5 1 1.5 2 2.5");
    ck_assert_str_eq(numbers(-7, 7, 7, false), "-6 -4 -2 0 2 4 6");
    ck_assert_str_eq(numbers(0, 2340, 6, true), "0 500 1000 1500 2000");
    ck_assert_str_eq(numbers(-0.05, 0.04, 3, false), "-0.05 0");
}
END_TEST

START_TEST(long_numbers_have_a_unit)
{
    ck_assert_str_eq(numbers(0, 9000, 5, true), "0 2000 4000 6000 8000");
    ck_assert_str_eq(numbers(0, 23400, 5, true), "0 5k 10k 15k 20k");
    ck_assert_str_eq(numbers(11000, 12000, 5, true), "11k 11.2k 11.4k 11.6k 11.8k 12k");
    ck_assert_str_eq(numbers(0, 2e6, 4, true), "0 0.5M 1M 1.5M 2M");
    ck_assert_str_eq(numbers(0, 4e9, 4, true), "0 1G 2G 3G 4G");
    ck_assert_str_eq(numbers(-3e5, 1e5, 4, false), "-300k -200k -100k 0 100k");
    ck_assert_str_eq(numbers(100000, 100010, 5, true), "100000 100002 100004 100006 100008 100010");
}
END_TEST

START_TEST(very_small_and_very_large_ones_have_an_exponent)
{
    ck_assert_str_eq(numbers(0, 3e-7, 3, false), "0 1e-7 2e-7 3e-7");
    ck_assert_str_eq(numbers(0, 0.0003, 3, false), "0 0.0001 0.0002 0.0003");
    ck_assert_str_eq(numbers(0, 4e20, 4, false), "0 1e20 2e20 3e20 4e20");
    ck_assert_str_eq(numbers(0, 1e100, 2, false), "0 5e99 10e99");
}
END_TEST

START_TEST(whole_axes_have_no_fractions)
{
    ck_assert_str_eq(numbers(0, 2, 10, true), "0 1 2");
    ck_assert_str_eq(numbers(0, 2, 4, false), "0 0.5 1 1.5 2");
    ck_assert_str_eq(numbers(-1, 1, 9, true), "-1 0 1");
}
END_TEST

START_TEST(any_range_has_few_ticks_in_it)
{
    for (int e = -90; e <= 90; e += 3)
        for (int most = 2; most < 20; most += 3)
            for (double offset = -2; offset <= 2; offset += 0.7) {
                double size = pow(10, e), low = offset * size, high = low + size * (1 + 0.37 * most);
                ck_assert_str_ne(numbers(low, high, most, false), "");
            }
}
END_TEST

START_TEST(the_locale_has_no_part_in_it)
{
    const char *commas[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"};
    const char *set = NULL;
    for (int i = 0; i < 3 && set == NULL; i++)
        set = setlocale(LC_ALL, commas[i]);
    if (set == NULL)
        printf("skipped: no locale with a decimal comma is installed\n");
    ck_assert_str_eq(numbers(0, 1, 4, false), "0 0.5 1");
    setlocale(LC_ALL, "C");
}
END_TEST

static const struct test_case tests[] = {
    {"steps", steps_are_one_two_or_five},
    {"units", long_numbers_have_a_unit},
    {"exponents", very_small_and_very_large_ones_have_an_exponent},
    {"whole", whole_axes_have_no_fractions},
    {"any range", any_range_has_few_ticks_in_it},
    {"locale", the_locale_has_no_part_in_it},
};

int main(void)
{
    return RUN_SUITE("io: ticks", tests);
}

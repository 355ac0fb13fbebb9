#include "base/cpu.h"

#include "gan/base.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Check runs each test in a process of its own, so that each reads GAN_CPU for the first time. */

static char warning[200];

static void keep_warning(void *context, gan_log_level level, const char *message)
{
    (void)context;
    ck_assert_int_eq(level, GAN_LOG_WARNING);
    ck_assert_int_eq(gan_cpu_level_used(), gan_cpu_level_detected()); /* it may be asked for */
    snprintf(warning, sizeof warning, "%s", message);
}

static enum gan_cpu_level level_with(const char *name)
{
    ck_assert_int_eq(name != NULL ? setenv("GAN_CPU", name, 1) : unsetenv("GAN_CPU"), 0);
    gan_set_log(keep_warning, NULL, GAN_LOG_DEBUG);
    return gan_cpu_level_used();
}

START_TEST(the_best_is_used_unless_told_otherwise)
{
    ck_assert_int_eq(level_with(NULL), gan_cpu_level_detected());
    ck_assert_str_eq(warning, "");
}
END_TEST

START_TEST(an_empty_name_is_none)
{
    ck_assert_int_eq(level_with(""), gan_cpu_level_detected());
    ck_assert_str_eq(warning, "");
}
END_TEST

START_TEST(baseline_is_everywhere)
{
    ck_assert_int_eq(level_with("baseline"), GAN_CPU_BASELINE);
    ck_assert_str_eq(gan_cpu_level(), "baseline");
    ck_assert_str_eq(warning, "");
}
END_TEST

START_TEST(it_is_read_once)
{
    ck_assert_int_eq(level_with("baseline"), GAN_CPU_BASELINE);
    ck_assert_int_eq(level_with(NULL), GAN_CPU_BASELINE);
}
END_TEST

START_TEST(an_unknown_name_is_a_warning)
{
    ck_assert_int_eq(level_with("sse9"), gan_cpu_level_detected());
    ck_assert_msg(strstr(warning, "GAN_CPU is 'sse9'") != NULL, "%s", warning);
    ck_assert_msg(strstr(warning, gan_cpu_level()) != NULL, "%s", warning);
}
END_TEST

START_TEST(a_level_of_another_machine_is_a_warning)
{
    bool arm = gan_cpu_level_detected() == GAN_CPU_NEON;
    ck_assert_int_eq(level_with(arm ? "avx2" : "neon"), gan_cpu_level_detected());
    ck_assert_msg(strstr(warning, "does not have") != NULL, "%s", warning);
}
END_TEST

START_TEST(a_lower_level_can_be_forced)
{
    if (gan_cpu_level_detected() != GAN_CPU_AVX512) {
        ck_assert_int_ne(level_with("avx512"), GAN_CPU_AVX512);
        return;
    }
    ck_assert_int_eq(level_with("avx2"), GAN_CPU_AVX2);
    ck_assert_str_eq(gan_cpu_level(), "avx2");
}
END_TEST

static const struct test_case tests[] = {
    {"the best is used unless told otherwise", the_best_is_used_unless_told_otherwise},
    {"an empty name is none", an_empty_name_is_none},
    {"baseline is everywhere", baseline_is_everywhere},
    {"it is read once", it_is_read_once},
    {"an unknown name is a warning", an_unknown_name_is_a_warning},
    {"a level of another machine is a warning", a_level_of_another_machine_is_a_warning},
    {"a lower level can be forced", a_lower_level_can_be_forced},
};

int main(void)
{
    return RUN_SUITE("base: cpu", tests);
}

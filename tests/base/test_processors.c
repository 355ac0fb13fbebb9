#include "base/processors.h"

#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char root[300];

/* root/…: a file of a made-up /sys/fs/cgroup, with the folders that lead to it. */
static void put(const char *name, const char *content)
{
    char path[700];
    snprintf(path, sizeof path, "%s/%s", root, name);
    for (char *at = path + 1; *at != '\0'; at++)
        if (*at == '/') {
            *at = '\0';
            mkdir(path, 0700);
            *at = '/';
        }
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(content, file);
    ck_assert_int_eq(fclose(file), 0);
}

static void begin(const char *name)
{
    snprintf(root, sizeof root, "%s/%s", scratch_directory(), name);
}

static int quota(const char *membership)
{
    char path[400];
    put("membership", membership);
    snprintf(path, sizeof path, "%s/membership", root);
    return gan_processor_quota(path, root);
}

START_TEST(version_2_is_rounded_up)
{
    begin("v2");
    ck_assert_int_eq(quota("0::/\n"), 0); /* no file */
    static const struct {
        const char *text;
        int processors;
    } cases[] = {{"max 100000\n", 0},    {"100000 100000\n", 1}, {"150000 100000\n", 2}, {"200000 100000\n", 2},
                 {"200001 100000\n", 3}, {"1000 100000\n", 1},   {"50000 20000\n", 3},   {"", 0},
                 {"100000", 0},          {"100000 0\n", 0},      {"-1 100000\n", 0},     {"x y\n", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put("cpu.max", cases[i].text);
        ck_assert_msg(quota("0::/\n") == cases[i].processors, "'%s' gives %d", cases[i].text, quota("0::/\n"));
    }
}
END_TEST

START_TEST(the_tightest_group_around_counts)
{
    begin("nested");
    put("a.slice/b.service/cpu.max", "400000 100000\n");
    ck_assert_int_eq(quota("0::/a.slice/b.service\n"), 4);
    put("a.slice/cpu.max", "300000 100000\n");
    ck_assert_int_eq(quota("0::/a.slice/b.service\n"), 3);
    ck_assert_int_eq(quota("0::/a.slice\n"), 3);
    put("cpu.max", "200000 100000\n");
    ck_assert_int_eq(quota("0::/a.slice/b.service\n"), 2);
    put("a.slice/b.service/cpu.max", "100000 100000\n");
    ck_assert_int_eq(quota("0::/a.slice/b.service\n"), 1);
    ck_assert_int_eq(quota("0::/of/the/host/only\n"), 2); /* in a container: its root serves */
}
END_TEST

START_TEST(version_1_has_a_folder_of_its_own)
{
    begin("v1");
    put("cpu/x/cpu.cfs_quota_us", "250000\n");
    put("cpu/x/cpu.cfs_period_us", "100000\n");
    put("cpu/cpu.cfs_quota_us", "-1\n");
    put("cpu/cpu.cfs_period_us", "100000\n");
    ck_assert_int_eq(quota("3:cpuset:/\n2:cpu,cpuacct:/x\n1:name=systemd:/y\n"), 3);
    ck_assert_int_eq(quota("2:cpuacct,cpu:/x\n"), 3);
    ck_assert_int_eq(quota("2:cpu:/\n"), 0);
    ck_assert_int_eq(quota("2:cpuacct,cpuset:/x\n"), 0);
}
END_TEST

START_TEST(strange_memberships_are_no_quota)
{
    begin("strange");
    put("cpu.max", "100000 100000\n");
    ck_assert_int_eq(quota(""), 0);
    ck_assert_int_eq(quota("0::\n"), 0);
    ck_assert_int_eq(quota("nonsense\n::\n:\n0::relative\n"), 0);
    ck_assert_int_eq(gan_processor_quota("/nonexistent", root), 0);
}
END_TEST

START_TEST(there_is_a_processor_and_it_can_be_pinned)
{
    struct gan_processor_mask mask, after;
    gan_processor_mask_read(&mask);
    int count = gan_processor_count(&mask);
    ck_assert_int_ge(count, 1);
#if defined(__linux__)
    ck_assert_int_ge(mask.count, count);
    for (int index = 0; index < mask.count + 1; index++) {
        ck_assert(gan_processor_mask_pin(&mask, pthread_self(), index));
        gan_processor_mask_read(&after);
        ck_assert_int_eq(after.count, 1);
    }
    ck_assert(gan_processor_mask_apply(&mask, pthread_self()));
    gan_processor_mask_read(&after);
    ck_assert(CPU_EQUAL(&mask.set, &after.set));
#endif
    mask.count = 0; /* a system that does not say */
    ck_assert(!gan_processor_mask_pin(&mask, pthread_self(), 0));
    ck_assert(!gan_processor_mask_apply(&mask, pthread_self()));
    ck_assert_int_ge(gan_processor_count(&mask), 1);
}
END_TEST

/* One line, without what stands around it; as much of it as there is room for. */
START_TEST(a_processor_has_a_name)
{
    char whole[128], cut[4], none[1] = {'x'};
    ck_assert_ptr_eq(gan_processor_name(whole, sizeof whole), whole);
    ck_assert(strpbrk(whole, "\n:\t") == NULL && whole[0] != ' ');
    gan_processor_name(cut, sizeof cut);
    ck_assert_uint_eq(strlen(cut), strlen(whole) < 3 ? strlen(whole) : 3);
    ck_assert(strncmp(cut, whole, strlen(cut)) == 0);
    gan_processor_name(none, sizeof none);
    ck_assert_int_eq(none[0], '\0');
}
END_TEST

static const struct test_case tests[] = {
    {"version 2 is rounded up", version_2_is_rounded_up},
    {"the tightest group around counts", the_tightest_group_around_counts},
    {"version 1 has a folder of its own", version_1_has_a_folder_of_its_own},
    {"strange memberships are no quota", strange_memberships_are_no_quota},
    {"there is a processor and it can be pinned", there_is_a_processor_and_it_can_be_pinned},
    {"a processor has a name", a_processor_has_a_name},
};

int main(void)
{
    return RUN_SUITE("base: processors", tests);
}

/* How many processors: the affinity mask, and the quota of Linux's control groups. */
#include "processors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- control groups ---- */

static int round_up(double quota, double period)
{
    if (!(quota > 0) || !(period > 0) || quota / period > 1e6)
        return 0;
    int whole = (int)(quota / period);
    return whole + ((double)whole * period < quota ? 1 : 0);
}

/* The numbers at a file's beginning (at most 2); returns how many there are. */
static int read_numbers(const char *path, double numbers[2])
{
    char text[128];
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    int count = 0;
    for (char *at = text, *end; count < 2; at = end) {
        long long number = strtoll(at, &end, 10);
        if (end == at)
            break;
        numbers[count++] = (double)number;
    }
    return count;
}

static int quota_of_group(const char *folder)
{
    char path[4200];
    double quota[2], period[2];
    snprintf(path, sizeof path, "%s/cpu.max", folder); /* version 2: "150000 100000", or "max 100000" */
    if (read_numbers(path, quota) == 2)
        return round_up(quota[0], quota[1]);
    snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder); /* version 1: -1 for none */
    if (read_numbers(path, quota) < 1)
        return 0;
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
    return read_numbers(path, period) >= 1 ? round_up(quota[0], period[0]) : 0;
}

static int lesser(int a, int b) /* of two quotas, where 0 is none */
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

/* A group and those around it, up to the root: each may have a quota. In a container the path can be one that only the
 * host sees; then the root, which is always looked at, is the container's own group. */
static int quota_along(const char *root, const char *group)
{
    char folder[4096];
    if (snprintf(folder, sizeof folder, "%s%s", root, group) >= (int)sizeof folder)
        return quota_of_group(root);
    int quota = 0;
    for (size_t shortest = strlen(root); strlen(folder) > shortest; *strrchr(folder, '/') = '\0')
        quota = lesser(quota, quota_of_group(folder));
    return lesser(quota, quota_of_group(root));
}

static bool has_controller(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; at != NULL; at = strchr(at, ',') != NULL ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

int gan_processor_quota(const char *membership, const char *root)
{
    char line[4096], folder[4096];
    int quota = 0;
    FILE *file = fopen(membership, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        /* "hierarchy:controllers:path"; version 2 has no controllers, version 1 a folder of its own for each */
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':'), *group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
        if (group == NULL || group[1] != '/')
            continue;
        *group++ = '\0';
        controllers++;
        if (*controllers == '\0') {
            quota = lesser(quota, quota_along(root, group));
        } else if (has_controller(controllers, "cpu") &&
                   snprintf(folder, sizeof folder, "%s/cpu", root) < (int)sizeof folder) {
            quota = lesser(quota, quota_along(folder, group));
        }
    }
    if (file != NULL)
        fclose(file);
    return quota;
}

/* ---- the affinity mask ---- */

#if defined(__linux__)

void gan_processor_mask_read(struct gan_processor_mask *mask)
{
    mask->count = sched_getaffinity(0, sizeof mask->set, &mask->set) == 0 ? CPU_COUNT(&mask->set) : 0;
}

bool gan_processor_mask_pin(const struct gan_processor_mask *mask, pthread_t thread, int index)
{
    int left = mask->count > 0 ? index % mask->count : -1;
    for (size_t processor = 0; left >= 0 && processor < CPU_SETSIZE; processor++)
        if (CPU_ISSET(processor, &mask->set) && left-- == 0) {
            cpu_set_t one;
            CPU_ZERO(&one);
            CPU_SET(processor, &one);
            return pthread_setaffinity_np(thread, sizeof one, &one) == 0;
        }
    return false;
}

bool gan_processor_mask_apply(const struct gan_processor_mask *mask, pthread_t thread)
{
    return mask->count > 0 && pthread_setaffinity_np(thread, sizeof mask->set, &mask->set) == 0;
}

#else

void gan_processor_mask_read(struct gan_processor_mask *mask)
{
    mask->count = 0;
}

bool gan_processor_mask_pin(const struct gan_processor_mask *mask, pthread_t thread, int index)
{
    (void)mask, (void)thread, (void)index;
    return false;
}

bool gan_processor_mask_apply(const struct gan_processor_mask *mask, pthread_t thread)
{
    (void)mask, (void)thread;
    return false;
}

#endif

int gan_processor_count(const struct gan_processor_mask *mask)
{
    int processors = mask->count;
    if (processors < 1) /* more than cpu_set_t holds, or a system without masks */
        processors = (int)sysconf(_SC_NPROCESSORS_ONLN);
    return lesser(gan_processor_quota("/proc/self/cgroup", "/sys/fs/cgroup"), processors < 1 ? 1 : processors);
}

/* ---- its name ---- */

/* "model name\t: AMD EPYC 9R14", in the first of the processors that /proc/cpuinfo lists. */
char *gan_processor_name(char *text, size_t size)
{
    static const char key[] = "model name";
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "re");
    text[0] = '\0';
    if (file == NULL)
        return text;
    for (bool found = false; !found && fgets(line, sizeof line, file) != NULL;) {
        const char *value = strncmp(line, key, sizeof key - 1) == 0 ? strchr(line, ':') : NULL;
        if (value == NULL)
            continue;
        value += 1 + strspn(value + 1, " ");
        snprintf(text, size, "%.*s", (int)strcspn(value, "\n"), value);
        found = true;
    }
    fclose(file);
    return text;
}

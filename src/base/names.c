#include "names.h"

#include "status.h"

#include <stdio.h>
#include <string.h>

int gan_find_name(const char *who, const char *kind, const char *name, const char *(*name_of)(int number), int count)
{
    char known[512] = "";
    size_t used = 0;
    for (int i = 0; i < count; i++) {
        if (name != NULL && strcmp(name_of(i), name) == 0)
            return i;
        if (used < sizeof known)
            used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "", name_of(i));
    }
    if (name == NULL)
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: name is NULL", who);
    else
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: there is no %s \"%s\"; there are %s", who, kind, GAN_SHOWN(name, 40),
                 known);
    return -1;
}

/* Options structs of older and newer programs. */
#include "base/options.h"

#include "base/status.h"

#include <string.h>

static gan_status check_size(size_t given, size_t own, size_t least, const char *who)
{
    if (given < least)
        return gan_fail(
            GAN_ERROR_INVALID_ARGUMENT,
            "%s: the options' struct_size is %zu, want %zu; fill them with the _options_init function first", who,
            given, own);
    if (given > 8 * own + 65536) /* no release of libgan's will know so much */
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: the options' struct_size is %zu, which they were never filled with; begin with the "
                        "_options_init function",
                        who, given);
    if (given > own)
        return gan_fail(
            GAN_ERROR_UNSUPPORTED,
            "%s: the options' struct_size is %zu, but this libgan (%s) knows %zu bytes: the program was built "
            "for a newer one; install that",
            who, given, gan_version(), own);
    return GAN_OK;
}

gan_status gan_options_write(void *given, size_t given_size, const void *own, size_t own_size, size_t least,
                             const char *who)
{
    if (given == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: options is NULL", who);
    gan_status status = check_size(given_size, own_size, least, who);
    if (status != GAN_OK)
        return status;
    memcpy(given, own, given_size);
    memcpy(given, &given_size, sizeof given_size); /* struct_size is the first field */
    return GAN_OK;
}

gan_status gan_options_read(void *own, size_t own_size, const void *given, size_t least, const char *who)
{
    if (given == NULL)
        return GAN_OK;
    size_t given_size;
    memcpy(&given_size, given, sizeof given_size);
    gan_status status = check_size(given_size, own_size, least, who);
    if (status == GAN_OK)
        memcpy(own, given, given_size);
    return status;
}

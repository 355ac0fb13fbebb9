#include "io/base64.h"

#include "base/memory.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *gan_base64(const void *bytes, size_t size)
{
    const unsigned char *from = bytes;
    char *text = size <= SIZE_MAX / 2 ? gan_alloc((size + 2) / 3 * 4 + 1) : NULL, *to = text;
    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t three = (uint32_t)from[i] << 16 | (left > 1 ? (uint32_t)from[i + 1] << 8 : 0) |
                         (left > 2 ? (uint32_t)from[i + 2] : 0);
        *to++ = digits[three >> 18];
        *to++ = digits[three >> 12 & 63];
        *to++ = left > 1 ? digits[three >> 6 & 63] : '=';
        *to++ = left > 2 ? digits[three & 63] : '=';
    }
    *to = '\0';
    return text;
}

bool gan_base64_is(const char *text)
{
    size_t plain = strspn(text, digits), padding = strspn(text + plain, "=");
    return padding <= 2 && text[plain + padding] == '\0' && (plain + padding) % 4 == 0;
}

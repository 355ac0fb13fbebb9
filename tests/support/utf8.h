/* Whether a text is UTF-8: what every message and summary promises. */
#ifndef GAN_TESTS_UTF8_H
#define GAN_TESTS_UTF8_H

#include <stdbool.h>
#include <stddef.h>

static inline bool is_utf8(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    while (*c != '\0') {
        int length = *c < 0x80 ? 1 : *c < 0xC2 ? 0 : *c < 0xE0 ? 2 : *c < 0xF0 ? 3 : *c < 0xF5 ? 4 : 0;
        for (int i = 1; i < length; i++)
            if ((c[i] & 0xC0) != 0x80)
                return false;
        if (length == 0)
            return false;
        c += length;
    }
    return true;
}

/* "x" or nothing, then as many é as there is room for: a cut after any number of bytes splits one in one of the two. */
static inline const char *accents(char *text, size_t size, bool shifted)
{
    size_t length = 0;
    if (shifted)
        text[length++] = 'x';
    for (; length + 2 < size; length += 2) {
        text[length] = '\xC3';
        text[length + 1] = '\xA9';
    }
    text[length] = '\0';
    return text;
}

#endif

#include "text.h"

#include <stdio.h>
#include <string.h>

/* How many bytes of UTF-8 the character that begins with `byte` has. */
static size_t character_size(unsigned char byte)
{
    return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

void gan_text_print(char *text, size_t size, const char *format, va_list arguments)
{
    int needed = vsnprintf(text, size, format, arguments);
    if (needed < 0)
        text[0] = '\0';
    if (needed < 0 || (size_t)needed < size)
        return;
    size_t last = size - 1; /* where the last character begins */
    while (last > 0 && ((unsigned char)text[last - 1] & 0xC0) == 0x80)
        last--;
    if (last > 0 && last - 1 + character_size((unsigned char)text[last - 1]) > size - 1)
        text[last - 1] = '\0';
}

void gan_text_format(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    gan_text_print(text, size, format, arguments);
    va_end(arguments);
}

size_t gan_utf8_length(const unsigned char *c)
{
    size_t length = c[0] < 0x80 ? 1 : c[0] >= 0xC2 && c[0] < 0xE0 ? 2 : c[0] >= 0xE0 && c[0] < 0xF0 ? 3 : 4;
    if (length == 4 && (c[0] < 0xF0 || c[0] > 0xF4))
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((c[i] & 0xC0) != 0x80)
            return 0;
    if ((c[0] == 0xE0 && c[1] < 0xA0) || (c[0] == 0xED && c[1] > 0x9F) || (c[0] == 0xF0 && c[1] < 0x90) ||
        (c[0] == 0xF4 && c[1] > 0x8F))
        return 0;
    return length;
}

/* C0, DEL and C1, in which terminals find commands. */
static bool is_control(const unsigned char *c)
{
    return c[0] < 0x20 || c[0] == 0x7F || (c[0] == 0xC2 && c[1] < 0xA0);
}

void gan_text_clean(char *text)
{
    unsigned char *c = (unsigned char *)text;
    while (*c != '\0') {
        size_t length = gan_utf8_length(c);
        if (length == 0 || is_control(c)) {
            *c = '?';
            length = 1;
        }
        c += length;
    }
}

char *gan_text_show(char *shown, size_t size, const char *text)
{
    static const char more[] = "…";
    if (strlen(text) < size) {
        gan_text_format(shown, size, "%s", text);
    } else {
        gan_text_format(shown, size - (sizeof more - 1), "%s", text);
        strcat(shown, more);
    }
    gan_text_clean(shown);
    return shown;
}

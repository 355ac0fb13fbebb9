/* Texts for people: always UTF-8, and cut between characters where there is no room for all of it. */
#ifndef GAN_SRC_BASE_TEXT_H
#define GAN_SRC_BASE_TEXT_H

#include "gan/base.h"

#include <stdarg.h>

/* vsnprintf that, where the text is too long, does not cut a UTF-8 character in two. `size` is at least 1. */
void gan_text_print(char *text, size_t size, const char *format, va_list arguments) GAN_PRINTF(3, 0);
void gan_text_format(char *text, size_t size, const char *format, ...) GAN_PRINTF(3, 4);

/* The length of the UTF-8 character that begins here; 0 if none does (RFC 3629: no overlong ones, no surrogates). */
size_t gan_utf8_length(const unsigned char *c);

/* Puts '?' in the place of each byte that is not UTF-8, or of a control character: they go to terminals and logs. */
void gan_text_clean(char *text);

/* What another program, file or user calls something, as messages show it: cleaned, and of `most` bytes (a constant, 4
 * or more); "…" at its end says that it went on. It lives as long as the block in which it stands. */
#define GAN_SHOWN(text, most) gan_text_show((char[(most) + 1]){0}, (most) + 1, text)
char *gan_text_show(char *shown, size_t size, const char *text);

#endif
